/** What is no argument of a method of the modern API: its name, and what was expected, in an error. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { SipError } from "../../web/errors.js";
import { UserAgent } from "../../web/user-agent.js";
import { FakeBrowser, settle } from "./fakes.js";

const module = new WebAssembly.Module(
  readFileSync(new URL("../../wasm/sipml.wasm", import.meta.url)),
);

type Method = (...given: unknown[]) => unknown;
/** Each row: the method, good arguments, and the name of each of them; "" when anything will do. */
type Row = readonly [method: string, good: readonly unknown[], names: readonly string[]];

const account = { server: "wss://sip.example.org", uri: "sip:alice@example.org" };
const text = "hello";

const ofAgent: readonly Row[] = [
  ["start", [{}], ["options"]],
  ["stop", [{}], ["options"]],
  ["configure", [{}], ["options"]],
  ["register", [{}], ["options"]],
  ["call", ["bob", {}], ["to", "options"]],
  ["sendMessage", ["bob", text, {}], ["to", "content", "options"]],
  ["options", ["bob", {}], ["to", "options"]],
  ["info", ["bob", text, {}], ["to", "content", "options"]],
  ["publish", [text, { event: "presence" }], ["content", "options"]],
  ["subscribe", ["bob", { event: "presence" }], ["to", "options"]],
];
const ofCall: readonly Row[] = [
  ["progress", [{}], ["options"]],
  ["answer", [{}], ["options"]],
  ["reject", [{}], ["options"]],
  ["hangup", [{}], ["options"]],
  ["hold", [{}], ["options"]],
  ["resume", [{}], ["options"]],
  ["modify", [{}, {}], ["media", "options"]],
  ["mute", ["audio", true], ["kind", ""]],
  ["isMuted", ["audio"], ["kind"]],
  ["useDevice", ["audio", "id"], ["kind", "device"]],
  ["dtmf", ["1", {}], ["tone", "options"]],
  ["info", [text, "text/plain", {}], ["content", "contentType", "options"]],
  ["sendMessage", [text, {}], ["content", "options"]],
  ["options", [{}], ["options"]],
  ["transfer", ["carol", {}], ["to", "options"]],
];
const ofRegistration: readonly Row[] = [
  ["register", [{}], ["options"]],
  ["unregister", [{}], ["options"]],
];
const ofPublication: readonly Row[] = [
  ["update", [text, "text/plain", {}], ["content", "contentType", "options"]],
  ["unpublish", [{}], ["options"]],
];
const ofSubscription: readonly Row[] = [
  ["refresh", [{}], ["options"]],
  ["unsubscribe", [{}], ["options"]],
];
const ofRequest: readonly Row[] = [
  ["accept", [{}], ["options"]],
  ["reject", [{}], ["options"]],
];
/** What some options are not. */
const wrongHeaders = [5, "x", [5], [{ name: 5, value: "x" }]];
const wrongSignals = [null, 5, {}];
const withoutHeaders = ["start", "stop", "configure", "dtmf"];
const withSignal = [
  ["start", "stop", "call", "sendMessage", "options", "info", "hold", "resume", "modify", "answer"],
  ["dtmf", "transfer", "unregister", "unpublish", "unsubscribe"],
].flat();

const wrong = [null, 5, true, [], () => undefined];

async function refusal(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  return undefined;
}

async function table(target: object, rows: readonly Row[]): Promise<void> {
  for (const [method, good, names] of rows) {
    const expectRefused = async (at: number, value: unknown, argument: string): Promise<void> => {
      const given = [...good];
      given[at] = value;
      const run = (target as Readonly<Record<string, Method>>)[method] ?? assert.fail(method);
      const error = await refusal(() => run.apply(target, given));
      const what = `${method}(${argument} = ${JSON.stringify(value)}): ${String(error)}`;
      assert.ok(error instanceof SipError, what);
      assert.equal(error.code, "invalid_argument", what);
      assert.ok((error.argument ?? "").startsWith(argument), `${what}, of ${error.argument}`);
      const named = (error.argument ?? "").split(".").at(-1) ?? "";
      assert.ok(error.message.includes(named), what);
    };
    for (const [at, name] of names.entries()) {
      for (const value of name === "" ? [] : wrong) {
        const isNone = name === "contentType" && value === null;
        if (!isNone) await expectRefused(at, value, name);
      }
    }
    const at = names.indexOf("options");
    if (at < 0) continue;
    const options = good[at] as object;
    for (const headers of withoutHeaders.includes(method) ? [] : wrongHeaders) {
      await expectRefused(at, { ...options, headers }, "headers");
    }
    for (const signal of withSignal.includes(method) ? wrongSignals : []) {
      await expectRefused(at, { ...options, signal }, "signal");
    }
  }
}

async function online(): Promise<{ agent: UserAgent; browser: FakeBrowser }> {
  // A call whose description is never ready stays as it is.
  const browser = new FakeBrowser({ onPeerConnection: (made) => (made.autoGather = false) });
  const agent = UserAgent.createSync(module, { ...account, environment: browser.environment });
  const started = agent.start();
  await settle();
  browser.socket.open();
  await started;
  return { agent, browser };
}

describe("wrong arguments", () => {
  test("of a user agent that is made", async () => {
    for (const value of [null, 5, undefined, []]) {
      for (const make of [
        () => UserAgent.createSync(module, value as unknown as typeof account),
        () => UserAgent.create(value as unknown as typeof account),
      ]) {
        const error = await refusal(make);
        assert.ok(error instanceof SipError && error.argument === "options", String(error));
      }
    }
    for (const key of ["server", "uri"] as const) {
      for (const value of [null, 5, {}, []]) {
        const { environment } = new FakeBrowser();
        const given = { ...account, environment, [key]: value } as unknown as typeof account;
        const error = await refusal(() => UserAgent.createSync(module, given));
        assert.ok(error instanceof SipError && error.code === "invalid_argument", String(error));
        assert.equal(error.argument, key);
      }
    }
  });

  test("of a user agent", async () => {
    const { agent, browser } = await online();
    await table(agent, ofAgent);
    assert.deepEqual(browser.socket.sent, []);
    assert.equal(agent.connectionState, "connected");
  });

  test("of a call", async () => {
    const { agent } = await online();
    const call = agent.call("bob");
    call.established.catch(() => undefined);
    await table(call, ofCall);
    assert.notEqual(call.state, "ended");
  });

  test("of a registration, a publication, a subscription", async () => {
    const { agent, browser } = await online();
    const made = [
      [agent.register(), ofRegistration],
      [agent.publish(text, { event: "presence" }), ofPublication],
      [agent.subscribe("bob", { event: "presence" }), ofSubscription],
    ] as const;
    await settle();
    const sent = browser.socket.sent.length;
    for (const [target, rows] of made) await table(target, rows);
    assert.equal(browser.socket.sent.length, sent);
  });

  test("of a MESSAGE that is answered, and nothing was sent", async () => {
    const { agent, browser } = await online();
    const message = new Promise<object>((resolve) => agent.on("message", resolve));
    browser.socket.message(
      [
        "MESSAGE sip:alice@example.org SIP/2.0",
        "Via: SIP/2.0/WS x.invalid;branch=z9hG4bK1",
        "Max-Forwards: 70",
        "From: <sip:bob@example.org>;tag=1",
        "To: <sip:alice@example.org>",
        "Call-ID: 1",
        "CSeq: 1 MESSAGE",
        "Content-Type: text/plain",
        "Content-Length: 2",
        "",
        "hi",
      ].join("\r\n"),
    );
    const request = await message;
    await table(request, ofRequest);
    assert.deepEqual(browser.socket.sent, []);
  });
});
