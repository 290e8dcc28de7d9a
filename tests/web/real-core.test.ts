/** The modern API on the real sipml.wasm, with a browser in virtual time. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { SipError } from "../../web/errors.js";
import { UserAgent } from "../../web/user-agent.js";
import { FakeBrowser, settle } from "./fakes.js";

const module = new WebAssembly.Module(
  readFileSync(new URL("../../wasm/sipml.wasm", import.meta.url)),
);

function header(message: string, name: string): string {
  return new RegExp(`^${name}: (.*)\r$`, "m").exec(message)?.[1] ?? "";
}

/** The answer to a request of ours. */
function respond(request: string, status: string, more: readonly string[] = []): string {
  const copied = ["Via", "From", "Call-ID", "CSeq"].map((name) => `${name}: ${header(request, name)}`);
  const lines = [`SIP/2.0 ${status}`, ...copied, `To: ${header(request, "To")};tag=srv`, ...more];
  return `${lines.join("\r\n")}\r\nContent-Length: 0\r\n\r\n`;
}

async function online(): Promise<{ browser: FakeBrowser; agent: UserAgent; sent: () => string }> {
  const browser = new FakeBrowser();
  const agent = UserAgent.createSync(module, {
    server: "wss://sip.example.org",
    uri: "sip:alice@example.org",
    password: "correct horse",
    environment: browser.environment,
    trace: true,
  });
  const started = agent.start();
  await settle();
  browser.socket.open();
  await started;
  return { browser, agent, sent: () => String(browser.socket.sent.at(-1)) };
}

test("registers with a challenge, unregisters, stops; no secret reaches the log", async () => {
  const { browser, agent, sent } = await online();
  const log: string[] = [];
  agent.on("log", ({ text }) => log.push(text));
  const registration = agent.register({ expires: 300 });
  await settle();
  assert.match(sent(), /^REGISTER sip:example\.org SIP\/2\.0\r\n/);
  browser.socket.message(
    respond(sent(), "401 Unauthorized", [
      'WWW-Authenticate: Digest realm="example.org", nonce="n1", qop="auth", algorithm=SHA-256',
    ]),
  );
  const response = /response="([0-9a-f]{64})"/.exec(sent())?.[1] ?? "";
  assert.notEqual(response, "");
  browser.socket.message(
    respond(sent(), "200 OK", [`Contact: ${header(sent(), "Contact")}`]),
  );
  await registration.registered;
  const gone = registration.unregister();
  await settle();
  assert.match(sent(), /^REGISTER .*expires=0|Expires: 0\r/m);
  browser.socket.message(respond(sent(), "200 OK"));
  await gone;
  await agent.stop();
  assert.equal(log.length, 6);
  assert.ok(!log.some((text) => text.includes(response) || text.includes("correct horse")));
});

test("a wrong password ends with a clear error, and the agent goes on", async () => {
  const { browser, agent, sent } = await online();
  const registration = agent.register();
  await settle();
  const challenge = 'WWW-Authenticate: Digest realm="example.org", nonce="n1", algorithm=MD5';
  browser.socket.message(respond(sent(), "401 Unauthorized", [challenge]));
  browser.socket.message(respond(sent(), "403 Forbidden"));
  await assert.rejects(
    registration.registered,
    (error) => error instanceof SipError && error.code === "rejected" && error.status === 403,
  );
  assert.equal(agent.connectionState, "connected");
});

test("garbage from the server neither throws nor ends anything", async () => {
  const { browser, agent } = await online();
  const seen: string[] = [];
  agent.on("diagnostic", ({ code }) => seen.push(code));
  agent.on("fatal", (error) => seen.push(`fatal ${error.message}`));
  for (const junk of ["", "\r\n\r\n", "hello", "INVITE sip:x SIP/2.0\r\n\r\n", "\0\u{1f600}", "SIP/2.0 200 OK\r\n\r\n"]) {
    browser.socket.message(junk);
    browser.socket.message(new TextEncoder().encode(junk).buffer);
  }
  browser.socket.message(new Uint8Array(100_000).fill(255).buffer);
  assert.ok(seen.length > 0);
  assert.ok(seen.every((code) => !code.startsWith("fatal")), seen.join());
  assert.equal(agent.connectionState, "connected");
});

test("a bad argument throws a SipError that names it", async () => {
  const { agent } = await online();
  assert.throws(
    () => agent.call("sip:bob@"),
    (error) => error instanceof SipError && error.code === "invalid_argument" && error.argument === "to",
  );
});

test("hooks on the real core: a changed message is right, the description is the one on the wire", async () => {
  const browser = new FakeBrowser();
  const seen: string[] = [];
  const log: string[] = [];
  const agent = UserAgent.createSync(module, {
    server: "wss://sip.example.org",
    uri: "sip:alice@example.org",
    environment: browser.environment,
    trace: true,
    hooks: {
      messageOut: (text) => text.replace("hello", "hello, world"),
      messageIn: (text) => (text.startsWith("SIP/2.0 200") ? text.replace("200 OK", "202 Later") : undefined),
    },
  });
  agent.on("log", ({ direction, hook }) => log.push(`${direction} ${hook ?? ""}`));
  agent.on("diagnostic", ({ code }) => seen.push(code));
  const started = agent.start();
  await settle();
  browser.socket.open();
  await started;
  const sending = agent.sendMessage("bob", "hello");
  await settle();
  const sent = String(browser.socket.sent.at(-1));
  assert.match(sent, /Content-Length: 12\r\n\r\nhello, world$/);
  browser.socket.message(respond(sent, "200 OK"));
  const response = await sending;
  assert.equal(response.status, 202);
  assert.equal(response.message.header("cseq"), header(sent, "CSeq"));
  assert.deepEqual(log, ["sent ", "sent after", "received before", "received "]);
  assert.deepEqual(seen, []);
});

test("F43: a page that goes away takes its registration back; one that returns makes it again", async () => {
  const { browser, agent, sent } = await online();
  const registration = agent.register({ expires: 300 });
  await settle();
  browser.socket.message(respond(sent(), "200 OK", [`Contact: ${header(sent(), "Contact")}`]));
  await registration.registered;
  browser.page?.gone();
  await Promise.resolve();
  assert.match(sent(), /^REGISTER [^]*\r\nExpires: 0\r\n/);
  browser.page?.back();
  await settle();
  while (browser.sockets.length < 2) await browser.time.advance(100);
  browser.socket.open();
  await settle();
  assert.match(sent(), /^REGISTER /);
  browser.socket.message(respond(sent(), "200 OK", [`Contact: ${header(sent(), "Contact")}`]));
  await settle();
  assert.equal(registration.state, "registered");
});
