/**
 * The flows of sipML5's users: a page of sipML5, Kamailio as the WebSocket gateway, and behind it a
 * SIP server that knows only UDP, played by SIPp. What passed on both legs is compared with the
 * ladder that is expected; docs/flows.md names the same flows.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "../e2e/browser.js";
import { waitFor, type Child } from "../e2e/child.js";
import { expectMedia } from "../e2e/media.js";
import { OldPhone } from "../e2e/old-phone.js";
import { startPageServer, type PageServer } from "../e2e/page-server.js";
import { root } from "../e2e/paths.js";
import { address, ports, startLab, type Lab } from "./lab.js";
import { drawn, readLadder, type Rung } from "./ladder.js";

const serverPort = 5070;
const parties = { [ports.ws]: "gateway", [ports.sip]: "gateway", [serverPort]: "server" };

let lab: Lab;
let browser: Browser;
let pages: PageServer;
let alice: OldPhone;
let playing: Child | undefined;
let drawnBefore = 0;

/** The server behind the gateway plays its part of one flow; resolves when it listens. */
async function server(scenario: string, ...more: string[]): Promise<Child> {
  await playing?.stop();
  const file = join(root, "tests/peers/server", `${scenario}.xml`);
  const at = ["-i", address, "-p", String(serverPort), "-mi", address, "-mp", "6000", "-rtp_echo"];
  const args = [lab.sip, "-sf", file, ...at, "-m", "1", "-nostdin", "-trace_err", ...more];
  playing = lab.start(`server-${scenario}`, "/usr/bin/sipp", args);
  const port = `:${serverPort.toString(16).toUpperCase()} `;
  const listens = async (): Promise<true | undefined> =>
    readFileSync("/proc/net/udp", "latin1").includes(port) ? true : undefined;
  await waitFor(listens, () => `${scenario} does not listen:\n${playing?.output()}`, 5000, 10);
  return playing;
}

async function played(child: Child): Promise<void> {
  await waitFor(
    async () => (child.running() ? undefined : true),
    () => `SIPp has not ended:\n${child.output()}`,
  );
  assert.match(child.output(), /Successful call +\| +\d+ +\| +1 /, child.output());
}

/** What passed since the last time, once it is as long as `expected`: the capture is written late. */
async function passed(expected: string): Promise<Rung[]> {
  const wanted = expected.trim().split("\n").length;
  let rungs: Rung[] = [];
  for (let attempt = 0; attempt < 40 && rungs.length < wanted; attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    rungs = (await readLadder(lab.captured, parties)).slice(drawnBefore);
  }
  drawnBefore += rungs.length;
  assert.equal(drawn(rungs), expected.trim().replace(/^ +/gm, ""));
  return rungs;
}

before(async () => {
  lab = await startLab({
    name: "flows",
    capture: true,
    server: `sip:${address}:${serverPort}`,
  });
  browser = await launch();
  pages = await startPageServer();
  alice = await OldPhone.open(browser, pages, {
    realm: lab.domain,
    impi: "alice",
    impu: `sip:alice@${lab.domain}`,
    password: lab.password("alice"),
    websocket_proxy_url: lab.ws.url,
    ice_servers: "[]",
  });
});
after(async () => {
  try {
    await alice?.tab.close();
  } finally {
    await browser?.close();
    await pages?.stop();
    await lab?.stop();
  }
});

let contact = "";

test("register", async () => {
  const registrar = await server("grant");
  await alice.does("start");
  await alice.until("register:connected");
  await played(registrar);
  const rungs = await passed(`
    browser -> gateway: REGISTER
    gateway -> server: REGISTER
    server -> gateway: 401 REGISTER
    gateway -> browser: 401 REGISTER
    browser -> gateway: REGISTER
    gateway -> server: REGISTER
    server -> gateway: 200 REGISTER
    gateway -> browser: 200 REGISTER`);
  contact = /<([^>]+)>/.exec(rungs[5]?.header("Contact") ?? "")?.[1] ?? "";
  assert.match(contact, /^sip:alice@.*;alias=10\.77\.0\.1~\d+~5;/);
  assert.doesNotMatch(rungs.map(({ line }) => line).join("\n"), /alice-secret/);
});

const outgoing = `
    browser -> gateway: INVITE
    gateway -> browser: 100 INVITE
    gateway -> browser: 180 INVITE
    gateway -> server: INVITE
    server -> gateway: 100 INVITE
    server -> gateway: 180 INVITE
    gateway -> browser: 180 INVITE
    server -> gateway: 200 INVITE
    gateway -> browser: 200 INVITE
    browser -> gateway: ACK
    gateway -> server: ACK`;

const incoming = `
    server -> gateway: INVITE
    gateway -> server: 100 INVITE
    gateway -> server: 180 INVITE
    gateway -> browser: INVITE
    browser -> gateway: 180 INVITE
    gateway -> server: 180 INVITE
    browser -> gateway: 200 INVITE
    gateway -> server: 200 INVITE
    server -> gateway: ACK
    gateway -> browser: ACK`;

const byeOfBrowser = `
    browser -> gateway: BYE
    gateway -> server: BYE
    server -> gateway: 200 BYE
    gateway -> browser: 200 BYE`;

const byeOfServer = `
    server -> gateway: BYE
    gateway -> browser: BYE
    browser -> gateway: 200 BYE
    gateway -> server: 200 BYE`;

test("an outgoing call, which the page hangs up", async () => {
  await alice.forget();
  const callee = await server("answer");
  await alice.does("call", "call-audio", "carol");
  await alice.until("call:connected");
  await expectMedia([alice.tab], ["audio"]);
  await alice.does("hangup");
  await alice.until("call:terminated");
  await played(callee);
  await passed(outgoing + byeOfBrowser);
});

test("an outgoing call, which the other side hangs up", async () => {
  await alice.forget();
  const callee = await server("answer-bye");
  await alice.does("call", "call-audio", "carol");
  await alice.until("call:connected");
  await expectMedia([alice.tab], ["audio"]);
  await alice.until("call:terminated");
  await played(callee);
  await passed(outgoing + byeOfServer);
});

test("an incoming call, which the page hangs up", async () => {
  await alice.forget();
  const caller = await server("call", "-key", "contact", contact);
  await alice.until("stack:i_new_call");
  await alice.does("accept");
  await alice.until("call:connected");
  await expectMedia([alice.tab], ["audio"]);
  await alice.does("hangup");
  await alice.until("call:terminated");
  await played(caller);
  await passed(incoming + byeOfBrowser);
});

test("an incoming call, which the other side hangs up", async () => {
  await alice.forget();
  const caller = await server("call-bye", "-key", "contact", contact);
  await alice.until("stack:i_new_call");
  await alice.does("accept");
  await alice.until("call:connected");
  await expectMedia([alice.tab], ["audio"]);
  await alice.until("call:terminated");
  await played(caller);
  await passed(incoming + byeOfServer);
});

test("un-register", async () => {
  await alice.forget();
  const registrar = await server("release");
  await alice.does("stop");
  await alice.until("stack:stopped");
  await played(registrar);
  await passed(`
    browser -> gateway: REGISTER
    gateway -> server: REGISTER
    server -> gateway: 200 REGISTER
    gateway -> browser: 200 REGISTER`);
});
