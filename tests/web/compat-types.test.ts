/** The types of the SIPml API: a mistake in a name does not compile. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../e2e/paths.js";

const folder = join(root, "build/compat-types");

const good = `
stack.addEventListener(["started", "i_new_message"], (e) => e.newSession?.accept());
session.addEventListener("i_ect_new_call", (e) => e.newSession?.hangup());
session.addEventListener("*", (e) => console.log(e.type === "i_notify" && e.notification?.document));
session.addEventListener("terminated", function (e) { this.call(e.getHeader("Contact") ?? ""); });
stack.newSession("message").send("bob", new Uint8Array(), "a/b");
stack.newSession("call-audio", { audio_remote: null, sip_headers: [{ name: "X", value: null }] });
session.reject({ status: 486, reason: "Busy Here" });
session.audio_remote = document.querySelector("audio");
stack.o_stack.network.ao_ice_servers = [];
new SIPml.Stack({ realm: "a", impi: "b", impu: "c", ice_servers: "[]" });
`;

/** Each is one mistake. */
const bad = [
  'stack.addEventListener("startet", () => undefined);',
  'stack.addEventListener("connected", () => undefined);',
  'session.addEventListener("i_new_call", () => undefined);',
  'session.addEventListener(["connected", "i_notfy"], () => undefined);',
  'session.removeEventListener("terminate");',
  'stack.newSession("register").call("bob");',
  'stack.newSession("message").send(7, "x", "a/b");',
  'stack.newSession("call-audio", { audio_romote: null });',
  'session.reject({ status: "486" });',
  'session.mute("sound", true);',
  'new SIPml.Stack({ realm: "a", impi: "b" });',
  'new SIPml.Stack({ realm: "a", impi: "b", impu: "c", sip_header: [] });',
  'SIPml.setFPS(15);',
  "stack.ao_sessions = {};",
  "session.o_session.i_id = 7;",
];

test("what is right compiles, and each mistake does not", () => {
  mkdirSync(folder, { recursive: true });
  const head =
    'import type { CallSession, Stack } from "../../web/compat/sipml.js";\n' +
    'import { SIPml } from "../../web/compat/sipml.js";\n' +
    "declare const stack: Stack;\ndeclare const session: CallSession;\n";
  const use = "void [stack, session, SIPml];\n";
  writeFileSync(join(folder, "good.ts"), head + use + good);
  bad.forEach((line, place) => writeFileSync(join(folder, `bad${place}.ts`), `${head}${use}${line}\n`));
  const include = ["good.ts", ...bad.map((_, place) => `bad${place}.ts`)];
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: "../../tsconfig.json", include, exclude: [] }));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [compiler, "--pretty", "false", "-p", folder], {
    cwd: folder,
    encoding: "utf8",
  });
  const wrong = new Set([...stdout.matchAll(/^(\w+)\.ts\(/gm)].map(([, name]) => name));
  assert.ok(!wrong.has("good"), stdout);
  const accepted = bad.filter((_, place) => !wrong.has(`bad${place}`));
  assert.deepEqual(accepted, []);
});
