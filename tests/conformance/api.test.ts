/** Calls of the JavaScript interface on the real sipml.wasm: refused before a frame is sent, or sent right. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { iceServersOf } from "../../web/compat/stack-configuration.js";
import { SipError } from "../../web/errors.js";
import type { Call } from "../../web/call.js";
import { UserAgent } from "../../web/user-agent.js";
import type { UserAgentOptions } from "../../web/user-agent.js";
import { checkIceServers } from "../../demo/settings.js";
import { FakeBrowser, settle } from "../web/fakes.js";
import { hostile } from "./data.js";
import type { Hostile } from "./data.js";
import { Findings, judge, rows } from "./findings.js";
import { entries, isList, list, object, text, textOr } from "./json.js";
import type { Json, JsonObject } from "./json.js";
import { inviteWith, offerOf, answerTo } from "./sessions.js";

const module = new WebAssembly.Module(readFileSync("dist/sipml.wasm"));

/** What came of a call: whether it was refused, and every frame that left. */
interface Result {
  readonly refused: boolean;
  readonly frames: readonly string[];
}

class Page {
  readonly browser = new FakeBrowser({
    onPeerConnection: (connection) => {
      // The real core reads descriptions, so the fake browser has to write them.
      const describe = (type: "offer" | "answer") => () =>
        Promise.resolve({
          type,
          sdp: type === "offer" ? offerOf("sendrecv") : answerTo("sendrecv"),
        });
      connection.createOffer = describe("offer");
      connection.createAnswer = describe("answer");
    },
  });
  readonly agent: UserAgent;
  incoming: Call | undefined;

  constructor(options: Partial<UserAgentOptions> = {}) {
    this.agent = UserAgent.createSync(module, {
      server: "wss://example.com",
      uri: "sip:alice@example.com",
      password: "secret",
      environment: this.browser.environment,
      ...options,
    });
    this.agent.on("call", (call) => {
      this.incoming = call;
      call.ended.catch(() => undefined);
    });
  }

  async online(): Promise<this> {
    const started = this.agent.start();
    await settle();
    this.browser.socket.open();
    await started;
    return this;
  }

  async ringing(): Promise<Call> {
    this.browser.socket.message(inviteWith(offerOf("sendrecv")));
    await settle();
    assert.ok(this.incoming);
    return this.incoming;
  }

  get frames(): string[] {
    return this.browser.socket.sent.map(String);
  }
}

/** What `call` does; true when it was refused as an argument or a state that is wrong. */
async function refuses(call: () => unknown): Promise<boolean> {
  try {
    await call();
    return false;
  } catch (error) {
    if (error instanceof SipError || error instanceof RangeError || error instanceof TypeError)
      return true;
    throw error;
  }
}

const headersOf = (json: Json | undefined): { readonly name: string; readonly value: string }[] =>
  list(json ?? []).map((pair) => {
    const [name, value] = list(pair);
    return { name: text(name), value: text(value) };
  });

const plays: Readonly<Record<string, (input: JsonObject) => Promise<Result>>> = {
  async invite(input) {
    const page = await new Page().online();
    const refused = await refuses(() => {
      const call = page.agent.call(text(input["target"]), {
        audio: true,
        video: false,
        headers: headersOf(input["headers"]),
      });
      call.ended.catch(() => undefined);
      call.established.catch(() => undefined);
    });
    await settle();
    return { refused, frames: page.frames };
  },
  async register(input) {
    const page = new Page();
    let frames: string[] = [];
    const display = input["display"];
    const refused = await refuses(async () => {
      const named = new Page(display === undefined ? {} : { displayName: text(display) });
      await named.online();
      const expires = input["expires"];
      const headers = headersOf(input["headers"]);
      const registration = named.agent.register(
        expires === undefined ? { headers } : { headers, expires: Number(expires) },
      );
      registration.registered.catch(() => undefined);
      await settle();
      frames = named.frames;
    });
    assert.equal(page.browser.sockets.length, 0);
    return { refused, frames };
  },
  async message(input) {
    const page = await new Page().online();
    const body = list(input["body_gen"] ?? [])
      .map((part) => {
        const [what, times] = list(part);
        return text(what).repeat(Number(times));
      })
      .join("");
    const refused = await refuses(() => page.agent.sendMessage(text(input["target"]), body));
    // The module goes on as before.
    const sending = page.agent.sendMessage("bob", "small");
    sending.catch(() => undefined);
    const [last] = page.frames.slice(-1);
    assert.match(last ?? "", /^MESSAGE /);
    return { refused, frames: page.frames.slice(0, -1) };
  },
  async reject(input) {
    const page = await new Page().online();
    const call = await page.ringing();
    const before = page.frames.length;
    const refused = await refuses(() => {
      call.reject({ status: Number(input["code"]), reason: text(input["reason"]) });
    });
    await settle();
    return { refused, frames: page.frames.slice(before) };
  },
  async dtmf(input) {
    const page = await new Page().online();
    const call = await page.ringing();
    call.answer();
    await settle();
    const before = page.frames.length;
    const refused = await refuses(() => call.dtmf(text(input["tones"])));
    return { refused, frames: page.frames.slice(before) };
  },
  async answer(input) {
    const page = await new Page().online();
    const call = await page.ringing();
    let refused = false;
    for (let i = 0; i < Number(input["times"]); ++i) {
      refused = await refuses(() => {
        call.answer();
      });
      await settle();
    }
    return { refused, frames: page.frames };
  },
  configure(input) {
    // As the demo's settings take it, and as a page of sipML5 gives it.
    const given = text(input["iceServersText"]);
    const global = globalThis as { alert?: () => void };
    let executed = false;
    global.alert = () => {
      executed = true;
    };
    const checked = checkIceServers(given);
    const servers = iceServersOf(given);
    delete global.alert;
    assert.ok(!executed, "nothing is executed");
    return Promise.resolve({ refused: !checked.ok && servers.length === 0, frames: [] });
  },
};

function checkFacts(findings: Findings, frames: readonly string[], facts: Json): void {
  for (const [name, value] of entries(facts)) {
    if (name === "request_uri")
      findings.compare(
        name,
        frames.find((frame) => frame.startsWith("INVITE "))?.split(" ")[1],
        value,
      );
    else if (name === "responses_200")
      findings.compare(
        name,
        frames.filter((frame) => frame.startsWith("SIP/2.0 200 ")).length,
        value,
      );
    else findings.add(name, "has no check");
  }
}

async function check({ id, input, expected }: Hostile): Promise<void> {
  const given = object(input);
  const findings = new Findings();
  const play = plays[textOr(given["call"], "")];
  assert.ok(play);
  const { refused, frames } = await play(given);
  const verdict = refused ? "reject" : "accept";
  const others = expected["also_ok"];
  const alsoOk =
    isList(others) && others.some((other) => !refused && text(other) !== "reject" || other === verdict);
  if (verdict !== expected["outcome"] && !alsoOk) findings.add("outcome", verdict);
  // What answers a call may have left before the call that is refused.
  if (refused && given["call"] !== "answer") findings.compare("frames", frames, []);
  if (!refused || given["call"] === "answer")
    checkFacts(findings, frames, expected["facts"] ?? {});
  judge(id, findings);
}

for (const entry of hostile()) {
  if (entry.layer !== "api") continue;
  const played = textOr(object(entry.input)["call"], "") in plays;
  test(`api: ${entry.id}`, async () => {
    if (played) await check(entry);
    else assert.ok(rows.has(entry.id), "is either played or listed");
  });
}
