/**
 * CR, LF and NUL in every string that a page can give, to the modern API and to SIPml, on the real
 * sipml.wasm: refused with an error that names the argument, and nothing has left. And: no object
 * that a page holds shows the password.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, describe, mock, test } from "node:test";
import { inspect } from "node:util";
import { engine } from "../../web/compat/engine.js";
import { SIPml } from "../../web/compat/sipml.js";
import { SipError } from "../../web/errors.js";
import { UserAgent } from "../../web/user-agent.js";
import type { UserAgentOptions } from "../../web/user-agent.js";
import { FakeBrowser, settle } from "./fakes.js";

const module = new WebAssembly.Module(
  readFileSync(new URL("../../wasm/sipml.wasm", import.meta.url)),
);
const fragments = ["\r", "\n", "\0", "\r\nX-Injected: yes", "\r\n\r\nv=0"];
const password = "correct horse battery";

function spoiled(good: string): string[] {
  const middle = Math.floor(good.length / 2);
  return fragments.flatMap((bad) => [
    bad + good,
    good.slice(0, middle) + bad + good.slice(middle),
    good + bad,
  ]);
}

function options(browser: FakeBrowser, more: Partial<UserAgentOptions> = {}): UserAgentOptions {
  return {
    server: "wss://sip.example.org",
    uri: "sip:alice@example.org",
    password,
    environment: browser.environment,
    ...more,
  };
}

async function online(): Promise<{ browser: FakeBrowser; agent: UserAgent }> {
  const browser = new FakeBrowser();
  const agent = UserAgent.createSync(module, options(browser));
  const started = agent.start();
  await settle();
  browser.socket.open();
  await started;
  return { browser, agent };
}

const invite = (number: number): string =>
  [
    "INVITE sip:alice@a.invalid SIP/2.0",
    `Via: SIP/2.0/WSS p.invalid;branch=z9hG4bK${number}`,
    `From: <sip:bob@example.org>;tag=${number}`,
    "To: <sip:alice@example.org>",
    `Call-ID: ${number}`,
    "CSeq: 1 INVITE",
    "Contact: <sip:bob@p.invalid>",
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");

/** Awaits what an API call threw or rejected with. */
async function failure(act: () => unknown): Promise<SipError> {
  try {
    await act();
  } catch (error) {
    assert.ok(error instanceof SipError, String(error));
    return error;
  }
  return assert.fail("it was taken");
}

function assertRefused(error: SipError, argument: string): void {
  assert.equal(error.code, "invalid_argument", error.message);
  assert.equal(error.argument, argument);
  assert.ok(!/[\r\n\0]/.test(error.message), error.message);
  assert.ok(!error.message.includes(password));
}

describe("RFC 3261 7.3.1: the modern API refuses CR, LF and NUL by name", () => {
  const strings: readonly (readonly [keyof UserAgentOptions, string])[] = [
    ["uri", "sip:alice@example.org"],
    ["password", password],
    ["authorizationUser", "alice"],
    ["displayName", "Alice"],
    ["domain", "example.org"],
    ["userAgent", "test"],
    ["outboundProxy", "udp://192.168.0.10:5060"],
    ["sessionName", "tea"],
  ];

  test("in the options, when an agent is made and when it is configured", async () => {
    const { browser, agent } = await online();
    const sent = browser.socket.sent.length;
    for (const [option, good] of strings) {
      for (const bad of spoiled(good)) {
        const made = new FakeBrowser();
        const create = (): UserAgent =>
          UserAgent.createSync(module, options(made, { [option]: bad }));
        assertRefused(await failure(create), option);
        assert.equal(made.sockets.length, 0);
        const configured = await failure(() => agent.configure({ [option]: bad }));
        assertRefused(configured, option);
      }
    }
    for (const bad of spoiled("x")) {
      const name = { headers: [{ name: bad, value: "x" }] };
      const value = { headers: [{ name: "X", value: "x" }, { name: "Y", value: bad }] };
      assertRefused(await failure(() => agent.configure(name)), "headers[0].name");
      assertRefused(await failure(() => agent.configure(value)), "headers[1].value");
    }
    assert.equal(browser.socket.sent.length, sent);
    agent.register(); // and what was refused has left no trace
    await settle();
    assert.ok(!String(browser.socket.sent.at(-1)).includes("X-Injected"));
  });

  test("in what a server is connected to", async () => {
    for (const bad of ["wss://a\0b", "wss://a\r\nb:x", "wss://sip.example.org:\0"]) {
      const browser = new FakeBrowser();
      const create = (): UserAgent =>
        UserAgent.createSync(module, options(browser, { server: bad }));
      // A URL drops line breaks and may then be one; nothing of them is left.
      try {
        create();
      } catch (error) {
        assert.ok(error instanceof SipError);
        assert.equal(error.argument, "server");
      }
      assert.equal(browser.sockets.length, 0);
    }
  });

  test("in registrations and calls, before anything is sent", async () => {
    const { browser, agent } = await online();
    browser.socket.message(invite(1));
    await settle();
    const [incoming] = agent.calls;
    assert.ok(incoming);
    const sent = browser.socket.sent.length;
    const asked = browser.captures.length;
    for (const bad of spoiled("x")) {
      const lists = (key: string): [object, string][] => [
        [{ [key]: [{ name: bad, value: "x" }] }, `${key}[0].name`],
        [{ [key]: [{ name: "X", value: bad }] }, `${key}[0].value`],
      ];
      const both = [...lists("headers"), ...lists("caps")];
      for (const [more, argument] of both) {
        assertRefused(await failure(() => agent.register(more)), argument);
        assertRefused(await failure(() => agent.call("bob", more)), argument);
        assertRefused(await failure(() => incoming.answer(more)), argument);
      }
      for (const [more, argument] of lists("headers")) {
        assertRefused(await failure(() => incoming.reject(more)), argument);
        assertRefused(await failure(() => incoming.hangup(more)), argument);
      }
      assertRefused(await failure(() => incoming.reject({ reason: bad })), "reason");
      assertRefused(await failure(() => incoming.info("x", `a/b${bad}`)), "contentType");
      const other = "sip:alice@example.com";
      assertRefused(await failure(() => agent.register({ from: other + bad })), "from");
      assertRefused(await failure(() => agent.call("bob", { from: other + bad })), "from");
      assertRefused(await failure(() => agent.call(`bo${bad}b`)), "to");
      const tone = await failure(() => incoming.dtmf(`1${bad}`));
      assert.equal(tone.argument, "tone");
    }
    await settle();
    assert.equal(browser.socket.sent.length, sent);
    assert.equal(browser.captures.length, asked);
    assert.deepEqual(agent.calls, [incoming]);
    assert.equal(incoming.state, "incoming");
  });

  test("half a surrogate pair is no break: it becomes U+FFFD", async () => {
    const { browser, agent } = await online();
    agent.configure({ displayName: "a\ud800b", userAgent: "\udc00 \u{1f600}" });
    agent.register();
    await settle();
    const sent = String(browser.socket.sent.at(-1));
    assert.match(sent, /^From: "a\ufffdb" </m);
    assert.match(sent, /^User-Agent: \ufffd \u{1f600}\r$/mu);
  });
});

describe("RFC 3261 7.3.1: SIPml sends nothing with CR, LF or NUL in it", () => {
  afterEach(() => mock.restoreAll());

  const account = {
    realm: "example.org",
    impi: "alice",
    impu: "sip:alice@example.org",
    password,
    websocket_proxy_url: "wss://sip.example.org",
  };

  function page(): { browser: FakeBrowser; warnings: string[] } {
    const browser = new FakeBrowser();
    const warnings: string[] = [];
    for (const method of ["info", "warn", "error"] as const) {
      mock.method(console, method, (...parts: unknown[]) => warnings.push(parts.join(" ")));
    }
    engine.reset({
      environment: browser.environment,
      wasm: { compile: () => Promise.resolve(module), compileNow: () => module },
      createAgent: (compiled, given) => UserAgent.createSync(compiled, given),
    });
    SIPml.init();
    SIPml.setDebugLevel("info");
    return { browser, warnings };
  }

  test("in the configuration of a stack: it fails to start, or throws, and says why", async () => {
    const strings = {
      realm: "domain",
      impi: "authorizationUser",
      impu: "uri",
      password: "password",
      display_name: "displayName",
      outbound_proxy_url: "outboundProxy",
    };
    for (const [key, argument] of Object.entries(strings)) {
      for (const bad of spoiled(key === "impu" ? "sip:alice@example.org" : "udp://a")) {
        const { browser } = page();
        const seen: { type: string; message?: string | undefined }[] = [];
        try {
          const stack = new SIPml.Stack({
            ...account,
            ...{ [key]: bad },
            events_listener: {
              events: "*",
              listener: (e) => seen.push({ type: e.type, message: e.message }),
            },
          });
          stack.start();
          await settle();
        } catch (error) {
          assert.ok(error instanceof Error);
          assert.match(error.message, new RegExp(`^ERR_INVALID_PARAMETER_.*${key}|SIP Uri`, "s"));
          assert.equal(browser.sockets.length, 0);
          continue;
        }
        assert.equal(browser.sockets.length, 0, `${key} ${JSON.stringify(bad)}`);
        const last = seen.at(-1);
        assert.equal(last?.type, "failed_to_start", key);
        assert.ok((last.message ?? "").includes(argument), String(last.message));
        assert.ok(!JSON.stringify(seen).includes(password));
      }
    }
  });

  test("in sessions: the return code is not 0 or nothing happens, and a warning names it", async () => {
    const { browser, warnings } = page();
    let ringing: InstanceType<typeof SIPml.Session.Call> | undefined;
    const stack = new SIPml.Stack({
      ...account,
      events_listener: {
        events: "i_new_call",
        listener: (e) => {
          if (e.newSession instanceof SIPml.Session.Call) ringing = e.newSession;
        },
      },
    });
    stack.start();
    await settle();
    browser.socket.open();
    await settle();
    browser.socket.message(invite(2));
    await settle();
    const session = ringing ?? assert.fail("no call");
    const sent = browser.socket.sent.length;
    for (const bad of spoiled("x")) {
      const expectWarning = (argument: string): void => {
        const said = warnings.splice(0).join("\n");
        assert.ok(said.includes(argument), `${argument}: ${said}`);
        assert.equal(browser.socket.sent.length, sent);
      };
      const headers = { sip_headers: [{ name: "X", value: bad }] };
      const caps = { sip_caps: [{ name: "+x", value: bad }] };
      warnings.length = 0;
      for (const more of [headers, caps]) {
        assert.notEqual(stack.newSession("register", more).register(), 0);
        expectWarning("value");
        assert.notEqual(stack.newSession("call-audio", more).call("bob"), 0);
        expectWarning("value");
      }
      assert.notEqual(stack.newSession("call-audio").call(`bo${bad}b`), 0);
      expectWarning("to");
      assert.notEqual(session.reject(headers), 0);
      expectWarning("value");
      assert.equal(session.info("x", `a/b${bad}`, { sip_headers: [{ name: "X", value: "" }] }), 0);
      await settle();
      expectWarning("contentType");
    }
    assert.ok(!warnings.join("\n").includes(password));
  });

  test("no object of a page shows the password", async () => {
    const { browser, warnings } = page();
    const stack = new SIPml.Stack({ ...account, enable_rtcweb_breaker: true });
    stack.start();
    await settle();
    browser.socket.open();
    await settle();
    const call = stack.newSession("call-audio");
    call.call("bob");
    const registration = stack.newSession("register");
    registration.register();
    await settle();
    for (const value of [stack, call, registration]) {
      const shown = inspect(value, { depth: 20, showHidden: true, getters: true });
      assert.ok(!shown.includes(password));
    }
    assert.ok(!warnings.join("\n").includes(password));
  });
});

test("RFC 3261 22: what a page can print of an agent, a call or an error has no password", async () => {
  const { browser, agent } = await online();
  agent.configure({ password: `${password} staple` });
  const call = agent.call("bob");
  const registration = agent.register();
  await settle();
  const request = String(browser.socket.sent.at(-1));
  assert.match(request, /^REGISTER /);
  const error = await failure(() => agent.configure({ password: `${password}\r\n` }));
  for (const value of [agent, call, registration, error]) {
    const shown = inspect(value, { depth: 20, showHidden: true, getters: true });
    assert.ok(!shown.includes(password), "inspect shows it");
    assert.ok(!String(value).includes(password));
  }
  assert.ok(!JSON.stringify(error).includes(password));
  assert.ok(!(error.stack ?? "").includes(password));
  // Walks every own property, private ones of TypeScript included.
  const seen = new Set<unknown>();
  const walk = (value: unknown): void => {
    if (typeof value === "string") assert.ok(!value.includes(password));
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) {
      const property = Reflect.getOwnPropertyDescriptor(value, key);
      if (property && "value" in property) walk(property.value);
    }
    if (value instanceof Map) for (const [key, item] of value) (walk(key), walk(item));
    if (value instanceof Set) for (const item of value) walk(item);
  };
  walk(agent);
  walk(call);
});
