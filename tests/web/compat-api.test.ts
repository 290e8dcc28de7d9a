/** The SIPml API row by row: functions, classes, configuration, error texts, the start. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { engine, friendlyNavigatorName, friendlySystemName } from "../../web/compat/engine.js";
import { SIPml } from "../../web/compat/sipml.js";
import type { StackConfiguration } from "../../web/compat/sipml.js";
import { iceServersOf } from "../../web/compat/stack-configuration.js";
import { UserAgent } from "../../web/user-agent.js";
import { assemble } from "../wasm/assemble.js";
import { FakeBrowser, FakeCore, settle } from "./fakes.js";
import type { FakeBrowserOptions } from "./fakes.js";

const account: StackConfiguration = {
  realm: "example.org",
  impi: "alice",
  impu: "sip:alice@example.org",
  password: "pw",
  websocket_proxy_url: "wss://sip.example.org",
};

let browser: FakeBrowser;
let core: FakeCore;
const module = new WebAssembly.Module(assemble());

/** A fresh page. `compileNow` may refuse, as some engines do. */
function page(options: FakeBrowserOptions = {}, compileNow = (): WebAssembly.Module => module): void {
  browser = new FakeBrowser(options);
  engine.reset({
    environment: browser.environment,
    wasm: { compile: () => Promise.resolve(module), compileNow },
    createAgent: (_module, given) => {
      core = new FakeCore();
      return new UserAgent(core, given);
    },
  });
  SIPml.setDebugLevel("fatal");
}

type Loose = Record<string, (...values: unknown[]) => unknown>;
const loose = SIPml as unknown as Loose;
const call = (name: string, ...values: unknown[]): unknown => loose[name]?.(...values);
const wrong = (configuration: object | null | undefined): StackConfiguration =>
  configuration as StackConfiguration;

beforeEach(() => {
  for (const method of ["info", "warn", "error"] as const) mock.method(console, method, () => undefined);
  page();
});
afterEach(() => mock.restoreAll());

describe("init", () => {
  test("calls back before it returns, with an object", () => {
    const seen: unknown[] = [];
    assert.equal(SIPml.isInitialized(), false);
    SIPml.init((e) => seen.push(e));
    assert.deepEqual(seen, [{}]);
    assert.equal(SIPml.isInitialized(), true);
    assert.equal(SIPml.isReady(), true);
  });

  test("a second init calls back again", () => {
    let count = 0;
    SIPml.init(() => (count += 1));
    SIPml.init(() => (count += 1));
    assert.equal(count, 2);
  });

  for (const [options, description] of [
    [{ withoutWebRtc: true }, "WebRTC not supported"],
    [{ withoutDevices: true }, "getUserMedia not supported"],
  ] as const) {
    test(`${description}: description and message; a retry may succeed`, () => {
      page(options);
      const seen: { description: string; message: string }[] = [];
      SIPml.init(
        () => assert.fail("not supported"),
        (e) => seen.push(e),
      );
      assert.equal(seen[0]?.description, description);
      assert.ok(seen[0]?.message.startsWith(description));
      assert.equal(SIPml.isInitialized(), false);
      page();
      SIPml.init(() => (seen.length = 0));
      assert.deepEqual(seen, []);
    });
  }

  test("on a page that is not secure the message says so", () => {
    page({ withoutDevices: true, secure: false });
    let message = "";
    SIPml.init(undefined, (e) => (message = e.message));
    assert.match(message, /^getUserMedia not supported.*https/);
  });

  test("where the engine refuses to compile at once, everything waits until it is ready", async () => {
    page({}, () => {
      throw new RangeError("too large for the main thread");
    });
    const seen: string[] = [];
    SIPml.init(() => seen.push("ready"));
    const stack = new SIPml.Stack({
      ...account,
      events_listener: { events: "*", listener: (e) => seen.push(e.type) },
    });
    assert.equal(stack.start(), 0);
    assert.deepEqual(seen, []);
    await settle();
    browser.socket.open();
    await settle();
    assert.deepEqual(seen, ["ready", "starting", "started"]);
  });

  test("a core that cannot be had is an error that a retry may cure", async () => {
    let broken = true;
    engine.reset({
      ...engine.parts,
      wasm: { compile: () => (broken ? Promise.reject(new Error("HTTP 404")) : Promise.resolve(module)) },
    });
    const seen: string[] = [];
    const init = async (): Promise<void> => {
      SIPml.init(
        () => seen.push("ready"),
        (e) => seen.push(`${e.description}: ${e.message}`),
      );
      await settle();
    };
    await init();
    broken = false;
    await init();
    assert.deepEqual(seen, ["Internal error: HTTP 404", "ready"]);
  });
});

describe("queries", () => {
  const queries = [
    ["getWebRtc4AllVersion", "0.0.0.0"],
    ["getNavigatorVersion", "unknown"],
    ["getNavigatorFriendlyName", "chrome"],
    ["getSystemFriendlyName", "linux"],
    ["isNavigatorOutdated", false],
    ["isWebRtc4AllPluginOutdated", false],
    ["isWebRtc4AllSupported", false],
    ["isScreenShareSupported", true],
    ["isWebRtcSupported", true],
    ["haveMediaStream", true],
  ] as const;
  for (const [name, value] of queries) {
    test(`${name}() throws before init, is ${JSON.stringify(value)} after it`, () => {
      assert.throws(() => call(name), {
        message: "ERR_NOT_INITIALIZED: Engine not initialized yet. Please call 'SIPml.init()' first",
      });
      SIPml.init();
      assert.equal(call(name), value);
    });
  }

  test("isReady, isInitialized and isWebSocketSupported need no init", () => {
    assert.equal(SIPml.isReady(), false);
    assert.equal(SIPml.isInitialized(), false);
    assert.equal(SIPml.isWebSocketSupported(), true);
    assert.equal(SIPml.getWebRtcType(), "native");
  });

  test("setWebRtcType: native once, others never, an error after init", () => {
    assert.equal(SIPml.setWebRtcType("w4a"), false);
    assert.equal(SIPml.setWebRtcType("native"), true);
    assert.equal(SIPml.setWebRtcType("native"), false);
    SIPml.init();
    assert.throws(() => SIPml.setWebRtcType("native"), {
      message: "ERR_ALREADY_INITIALIZED: Engine already initialized.",
    });
  });

  for (const name of [
    "getRunningApps",
    "setFps",
    "setMaxVideoSize",
    "setMaxBandwidthUp",
    "setMaxBandwidthDown",
    "setZeroArtifacts",
    "startNativeDebug",
    "stopNativeDebug",
  ]) {
    test(`${name}() needs the plug-in`, () => {
      assert.throws(() => call(name, 1), /^Error: ERR_NOT_SUPPORTED: .*requires webrtc4all plugin$/);
    });
  }

  test("names of browsers and systems", () => {
    const rows = [
      ["Mozilla/5.0 (Windows NT 10.0) Chrome/99 Safari/537 Edg/99", "chrome", "windows"],
      ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko Firefox/128.0", "firefox", "linux"],
      ["Mozilla/5.0 (Macintosh; Intel Mac OS X) Version/17 Safari/605", "safari", "mac"],
      ["Mozilla/4.0 (compatible; MSIE 7.0; SunOS)", "ie", "sunos"],
      ["", "unknown", "unknown"],
    ] as const;
    for (const [agent, navigator, system] of rows) {
      assert.equal(friendlyNavigatorName(agent), navigator);
      assert.equal(friendlySystemName(agent), system);
    }
  });
});

describe("log level", () => {
  test("info shows the SIP trace, other levels do not ask for it; it may change later", async () => {
    const info = mock.method(console, "info", () => undefined);
    SIPml.setDebugLevel("info");
    SIPml.init();
    const stack = new SIPml.Stack(account);
    stack.start();
    await settle();
    assert.equal(core.config?.trace, true);
    browser.socket.open();
    browser.socket.message(JSON.stringify([{ log: "received", body: "NOTIFY" }]));
    assert.ok(info.mock.calls.some(({ arguments: [text] }) => /NOTIFY/.test(String(text))));
    SIPml.setDebugLevel("error");
    assert.deepEqual(core.of("configure").at(-1), { type: "configure", config: { trace: false } });
    SIPml.setDebugLevel("nonsense");
    assert.equal(engine.level, "info");
  });
});

describe("classes", () => {
  test("instanceof follows the tree", () => {
    const stack = new SIPml.Stack(account);
    const [registration, audio] = [stack.newSession("register"), stack.newSession("call-audio")];
    assert.ok(stack instanceof SIPml.Stack && stack instanceof SIPml.EventTarget);
    for (const session of [registration, audio]) {
      assert.ok(session instanceof SIPml.Session && session instanceof SIPml.EventTarget);
    }
    assert.ok(registration instanceof SIPml.Session.Registration);
    assert.ok(!(registration instanceof SIPml.Session.Call));
    assert.ok(audio instanceof SIPml.Session.Call);
    for (const kind of [SIPml.Session.Message, SIPml.Session.Publish, SIPml.Session.Subscribe]) {
      assert.ok(kind.prototype instanceof SIPml.Session);
    }
    const event = new SIPml.Stack.Event("started");
    assert.ok(event instanceof SIPml.Event);
    assert.equal(event.description, "started");
    assert.equal(event.getSipResponseCode(), -1);
    assert.deepEqual([event.getContent(), event.getContentString(), event.getContentType()], [null, null, null]);
    const heard = new SIPml.Session.Event(audio, "connected");
    assert.ok(heard instanceof SIPml.Event && heard.session === audio);
    assert.equal(heard.getTransferDestinationFriendlyName(), null);
  });

  test("session ids count up over all stacks", () => {
    const [one, other] = [new SIPml.Stack(account), new SIPml.Stack(account)];
    const [a, b] = [one.newSession("register"), other.newSession("call-audio")];
    assert.equal(b.getId(), a.getId() + 1);
    assert.equal(one.ao_sessions[a.getId()], a);
    assert.equal(one.ao_sessions[b.getId()], undefined, "stacks do not see each other's");
  });

  test("session types", () => {
    const stack = new SIPml.Stack(account);
    const rows = [
      ["register", SIPml.Session.Registration],
      ["call-audio", SIPml.Session.Call],
      ["call-audiovideo", SIPml.Session.Call],
      ["call-video", SIPml.Session.Call],
      ["call-screenshare", SIPml.Session.Call],
      ["message", SIPml.Session.Message],
      ["publish", SIPml.Session.Publish],
      ["subscribe", SIPml.Session.Subscribe],
    ] as const;
    for (const [type, kind] of rows) assert.ok(stack.newSession(type) instanceof kind, type);
    assert.throws(() => stack.newSession("fax"), {
      message: "ERR_INVALID_PARAMETER_VALUE: 'fax' not valid as session type",
    });
  });

  test("BFCP is refused plainly", () => {
    const session = new SIPml.Stack(account).newSession("call-audio");
    const bfcp = { message: "ERR_NOT_SUPPORTED: BFCP sharing requires webrtc4all plugin" };
    assert.throws(() => session.startBfcpShare(), bfcp);
    assert.throws(() => session.stopBfcpShare(), bfcp);
  });

  test("call() without a destination, and before the engine is ready", () => {
    page({ withoutDevices: true });
    const session = new SIPml.Stack(account).newSession("call-audio");
    assert.throws(() => session.call(""), {
      message: "ERR_INVALID_PARAMETER_VALUE: 'to' must not be null",
    });
    assert.throws(() => session.call("bob"), { message: "ERR_NOT_READY: Media engine not ready yet" });
    page();
    const other = new SIPml.Stack(account).newSession("call-audio");
    assert.equal(other.call("bob"), -2, "the stack is not started");
    assert.equal(other.getRemoteUri(), "");
    assert.equal(other.hangup(), -1);
    assert.equal(other.info("x", "text/plain"), -1);
  });
});

describe("event targets", () => {
  test("one listener per type, the exact type before '*', an array sets each", async () => {
    const stack = new SIPml.Stack(account);
    const seen: string[] = [];
    stack.addEventListener("*", (e) => seen.push(`* ${e.type}`));
    stack.addEventListener("starting", () => seen.push("replaced"));
    stack.addEventListener(["starting", "stopped"], function (e) {
      assert.equal(this, stack);
      seen.push(`own ${e.type}`);
    });
    stack.start();
    await settle();
    browser.socket.open();
    await settle();
    stack.removeEventListener("stopped");
    stack.stop();
    await settle();
    assert.deepEqual(seen, ["own starting", "* started", "* stopping", "* stopped"]);
  });

  test("error texts", () => {
    const stack = new SIPml.Stack(account);
    const add = (type: unknown, listener: unknown) => () =>
      (stack as unknown as { addEventListener(...values: unknown[]): void }).addEventListener(type, listener);
    const listener = (): void => undefined;
    assert.throws(add("started", null), { message: "ERR_INVALID_PARAMETER_VALUE: 'listener' must not be null" });
    assert.throws(add(null, listener), { message: "ERR_INVALID_PARAMETER_VALUE: 'type' must not be null" });
    assert.throws(add(7, listener), { message: "ERR_INVALID_PARAMETER_TYPE: 'type' must be a string or array" });
  });

  test("a listener that throws is reported and stops nothing", async () => {
    const report = mock.method(console, "error", () => undefined);
    const stack = new SIPml.Stack(account);
    const seen: string[] = [];
    stack.addEventListener("*", (e) => {
      seen.push(e.type);
      throw new Error("mistake");
    });
    stack.start();
    await settle();
    browser.socket.open();
    await settle();
    assert.deepEqual(seen, ["starting", "started"]);
    assert.equal(report.mock.callCount(), 2);
  });
});

describe("stack configuration", () => {
  const value = (text: string): { message: string } => ({ message: `ERR_INVALID_PARAMETER_VALUE: ${text}` });
  const type = (given: string, key: string, wanted = "String"): { message: string } => ({
    message: `ERR_INVALID_PARAMETER_TYPE: '${given}' not a valid type for ${key}. ${wanted} is expected`,
  });
  const rows: [name: string, configuration: object | null, error: { message: string }][] = [
    ["null", null, value("null configuration value")],
    ["no realm", { ...account, realm: undefined }, value("'undefined' is not valid as realm value")],
    ["empty realm", { ...account, realm: "" }, value("'' is not valid as realm value")],
    ["no impi", { ...account, impi: null }, value("'null' is not valid as impi value")],
    ["no impu", { ...account, impu: "" }, value("'' is not valid as impu value")],
    ["impu without user", { ...account, impu: "sip:example.org" }, value("'sip:example.org' is not valid as SIP Uri")],
    ["impu tel:", { ...account, impu: "tel:+336" }, value("'tel:+336' is not valid as SIP Uri")],
    ["password", { ...account, password: 1234 }, type("number", "password")],
    ["display_name", { ...account, display_name: {} }, type("object", "display_name")],
    ["websocket_proxy_url", { ...account, websocket_proxy_url: true }, type("boolean", "websocket_proxy_url")],
    ["outbound_proxy_url", { ...account, outbound_proxy_url: 1 }, type("number", "outbound_proxy_url")],
    ["sip_headers", { ...account, sip_headers: {} }, type("object", "sip_headers", "Array")],
  ];
  for (const [name, configuration, error] of rows) {
    test(`${name}: ${error.message}`, () => {
      assert.throws(() => new SIPml.Stack(wrong(configuration)), error);
    });
  }

  test("works without init, with a port in realm and impu, and ignores unknown keys", () => {
    const given = { ...account, realm: "10.0.0.1:5160", impu: "sip:alice@10.0.0.1:5160", digest: 1, proxy_url: "x" };
    assert.ok(new SIPml.Stack(given));
    assert.equal(SIPml.isInitialized(), true);
  });

  async function launched(configuration: Partial<StackConfiguration>): Promise<InstanceType<typeof SIPml.Stack>> {
    const stack = new SIPml.Stack({ ...account, ...configuration });
    stack.start();
    await settle();
    return stack;
  }

  test("keys reach the core", async () => {
    await launched({
      display_name: "Alice",
      outbound_proxy_url: "udp://p:5060",
      enable_rtcweb_breaker: true,
      enable_click2call: true,
      enable_early_ims: false,
      sip_headers: [
        { name: "User-Agent", value: "x/1" },
        { name: "user-agent", value: "x/2" },
        { name: "Organization", value: "D" },
        { name: "organization", value: null },
      ],
    });
    assert.deepEqual(core.config, {
      uri: "sip:alice@example.org",
      event_messages: true,
      ask_upgrades: true,
      domain: "example.org",
      authorization_user: "alice",
      password: "pw",
      display_name: "Alice",
      outbound_proxy: "udp://p:5060",
      rtcweb_breaker: true,
      click2call: true,
      early_ims: false,
      headers: [{ name: "user-agent", value: "x/2" }],
      session_name: "Doubango Telecom - chrome",
      trace: false,
      request_events: true,
      transport: "wss",
      entropy: "07".repeat(32),
    });
  });

  test("defaults: no display name, early IMS, no outbound proxy", async () => {
    await launched({ outbound_proxy_url: null, password: undefined });
    assert.equal(core.config?.early_ims, true);
    assert.equal(core.config?.outbound_proxy, "");
    assert.ok(!("display_name" in (core.config ?? {})));
    assert.ok(!("password" in (core.config ?? {})));
  });

  test("setConfiguration merges; identity keys are only checked", async () => {
    const stack = await launched({ display_name: "Alice" });
    assert.equal(stack.setConfiguration({ sip_headers: [{ name: "X", value: "1" }], realm: "other.org" }), 0);
    const config = core.of("configure").at(-1)?.config;
    assert.equal(config?.password, "pw");
    assert.equal(config?.display_name, "Alice");
    assert.equal(config?.domain, "example.org");
    assert.deepEqual(config?.headers, [{ name: "X", value: "1" }]);
    assert.throws(() => stack.setConfiguration(wrong({ realm: 7 })), /not a valid type for realm/);
  });

  test("ICE servers in every form that pages use", () => {
    const stun = { urls: ["stun:s.example.org"] };
    const turn = { urls: ["turn:t.example.org"], username: "u", credential: "c" };
    const rows = [
      [null, []],
      [undefined, []],
      [[], []],
      ["[]", []],
      ["", []],
      ["null", []],
      [[{ url: "stun:s.example.org" }], [stun]],
      [[{ urls: ["stun:s.example.org"] }], [stun]],
      ["[{ url: 'stun:s.example.org' }, { url:'turn:u@t.example.org', credential:'c'}]", [stun, turn]],
      ["([{urls: \"turn:t.example.org\", username: 'u', credential: 'c'},])", [turn]],
      ["alert(1)", []],
      [[{}, null, { urls: "" }, { urls: "s.example.org" }], []],
      [[{ urls: ["stun:s.example.org", "http://x.example.org"] }], [stun]],
    ] as const;
    for (const [given, expected] of rows) {
      assert.deepEqual(iceServersOf(given as StackConfiguration["ice_servers"]), expected, JSON.stringify(given));
    }
  });
});
