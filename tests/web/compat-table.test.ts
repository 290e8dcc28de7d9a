/** One row for everything that sipML5 documents: it is there, and the migration guide says the same. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, before, beforeEach, describe, mock, test } from "node:test";
import type { Event } from "../../js-glue/protocol.js";
import { CommandError } from "../../js-glue/memory.js";
import { defineGlobals, globals } from "../../web/compat/shims.js";
import { SIPml } from "../../web/compat/sipml.js";
import type { CallSession, MessageSession, Session, StackConfiguration } from "../../web/compat/sipml.js";
import { Page, alice, bob, ended, established, event, incoming, makeOffer, request, response, views } from "./compat-page.js";
import { FakeElement, FakeStream, domError, settle } from "./fakes.js";
import type { Scripted } from "./fakes.js";
import { join } from "node:path";
import { root } from "../e2e/paths.js";
import { markdown, tables } from "./sipml5-table.js";
import type { Heading, Row } from "./sipml5-table.js";

beforeEach(() => {
  for (const method of ["info", "warn", "error"] as const) mock.method(console, method, () => undefined);
});
afterEach(() => mock.restoreAll());

const names = (heading: Heading): string[] => (tables[heading] as readonly Row[]).map(({ name }) => name);
const original = (heading: Heading): Row[] =>
  (tables[heading] as readonly Row[]).filter(({ state }) => state !== "new");

describe("the migration guide", () => {
  const file = join(root, "docs/migrating-from-sipml5.md");
  test("has each table as it is here (UPDATE_GUIDE=1 writes them)", () => {
    let text = readFileSync(file, "utf8");
    for (const heading of Object.keys(tables) as Heading[]) {
      const table = markdown(heading);
      const start = text.indexOf(`### ${heading}\n`);
      const end = text.indexOf("\n#", start + 1) + 1 || text.length;
      if (process.env["UPDATE_GUIDE"]) {
        text = start < 0 ? `${text}\n${table}` : `${text.slice(0, start)}${table}\n${text.slice(end)}`;
      } else {
        assert.equal(text.slice(start, end).trim(), table.trim(), heading);
      }
    }
    if (process.env["UPDATE_GUIDE"]) writeFileSync(file, `${text.trimEnd()}\n`);
  });

  test("no row stands twice, and each state is one of four", () => {
    for (const [heading, rows] of Object.entries(tables) as [string, readonly Row[]][]) {
      assert.equal(new Set(rows.map(({ name }) => name)).size, rows.length, heading);
      for (const { name, state, why } of rows) {
        assert.ok(["same", "changed", "dropped", "new"].includes(state), `${heading}: ${name}`);
        assert.ok(state === "same" || why !== "", `${heading}: ${name} says why`);
      }
    }
  });
});

/** The public methods of a class, own or of its instances. */
function methodsOf(kind: { readonly prototype: object }): string[] {
  const described = Object.getOwnPropertyDescriptors(kind.prototype);
  const inner = ["constructor", "abandon", "tellRequest", "permissionAsked", "incomingEvent"];
  const protectedOnes = /^(remoteParty|isLocal|streams|parties|post|detail|postEnd|headerOptions|laterHeaders|from|expires|refuse|notStarted|attempt|log|merge)$/;
  return Object.entries(described)
    .filter(([name, { value }]) => typeof value === "function" && !inner.includes(name) && !protectedOnes.test(name))
    .map(([name]) => name);
}

describe("functions, classes, methods", () => {
  for (const name of names("Functions")) {
    test(`SIPml.${name}`, () => assert.equal(typeof Reflect.get(SIPml, name), "function"));
  }

  test("no function of SIPml is missing from the table", () => {
    const classes = ["EventTarget", "Event", "Stack", "Session"];
    const others = Object.keys(SIPml).filter((name) => !classes.includes(name));
    assert.deepEqual(others.sort(), names("Functions").sort());
  });

  for (const name of names("Classes")) {
    test(name, () => {
      const found = name.split(".").reduce<unknown>((at, key) => Reflect.get(at as object, key), { SIPml });
      assert.equal(typeof found, "function");
    });
  }

  const kinds = [
    ["Methods of SIPml.EventTarget", SIPml.EventTarget],
    ["Methods of SIPml.Stack", SIPml.Stack],
    ["Methods of SIPml.Session", SIPml.Session],
    ["Methods of SIPml.Session.Registration", SIPml.Session.Registration],
    ["Methods of SIPml.Session.Call", SIPml.Session.Call],
    ["Methods of SIPml.Session.Message", SIPml.Session.Message],
    ["Methods of SIPml.Session.Publish", SIPml.Session.Publish],
    ["Methods of SIPml.Session.Subscribe", SIPml.Session.Subscribe],
  ] as const;
  for (const [heading, kind] of kinds) {
    for (const name of names(heading)) {
      test(`${heading}: ${name}`, () => assert.ok(methodsOf(kind).includes(name)));
    }
  }
});

describe("members of events", () => {
  test("each is there", async () => {
    const page = new Page({}, { websocket_proxy_url: "ws://127.0.0.1:1" });
    page.stack.start();
    await settle();
    for (const socket of [...page.browser.sockets]) socket.fail();
    page.browser.socket.fail();
    await settle();
    const failure = page.last;
    const other = await Page.started();
    await other.say(incoming);
    const call = other.last;
    const session = other.listen(other.stack.newSession("subscribe"));
    session.subscribe("bob");
    await other.say({
      event: { type: "notify", subscription: 1, event: "presence", state: "active", from: bob, content_type: "" },
    });
    const notified = other.last;
    for (const name of names("Members of events")) {
      assert.ok([failure, call, notified].some((e) => name in e), name);
    }
  });
});

describe("keys of a stack", () => {
  const probes: Record<string, [value: unknown, path: string, expected: unknown]> = {
    realm: ["other.org:5160", "domain", "other.org:5160"],
    impi: ["impi", "authorization_user", "impi"],
    impu: ["sip:carol@example.org", "uri", "sip:carol@example.org"],
    password: ["secret", "password", "secret"],
    display_name: ["\u738b", "display_name", "\u738b"],
    websocket_proxy_url: ["ws://a.example/", "transport", "ws"],
    outbound_proxy_url: ["udp://p:5060", "outbound_proxy", "udp://p:5060"],
    enable_rtcweb_breaker: [true, "rtcweb_breaker", true],
    enable_click2call: [true, "click2call", true],
    enable_early_ims: [false, "early_ims", false],
    sip_headers: [[{ name: "X", value: "1" }], "headers", [{ name: "X", value: "1" }]],
    options: [{ keepAlive: 5000 }, "keep_alive", 5000],
    websocket_proxy_urls: [["ws://a.example/", "ws://b.example/"], "transport", "ws"],
  };
  const elsewhere = ["ice_servers", "bandwidth", "video_size", "enable_media_stream_cache", "events_listener"];

  for (const name of names("Keys of a stack")) {
    test(name, async () => {
      const probe = probes[name];
      if (!probe) return assert.ok(elsewhere.includes(name), `${name} has no probe`);
      const [value, path, expected] = probe;
      const page = new Page({}, { [name]: value } as Partial<StackConfiguration>);
      page.stack.start();
      await settle();
      assert.deepEqual(Reflect.get(page.core.config ?? {}, path), expected);
    });
  }

  test("ice_servers, video_size, bandwidth, events_listener", async () => {
    const page = await Page.started({}, {
      ice_servers: "[{ url: 'stun:s.example.org' }]",
      video_size: "{ maxWidth: 320 }" as unknown as object,
      bandwidth: "{ audio: 64, video: 0 }" as unknown as object,
    });
    page.stack.newSession("call-audiovideo").call("bob");
    await page.say(makeOffer);
    assert.deepEqual(page.browser.connection.configuration.iceServers, [{ urls: ["stun:s.example.org"] }]);
    assert.deepEqual(page.browser.captures[0]?.video, { width: { max: 320, ideal: 320 } });
    assert.deepEqual(page.core.of("call")[0]?.bandwidth, { audio: 64 });
    assert.ok(page.types.includes("stack:m_permission_requested"));
  });
});

describe("keys of a session", () => {
  const stream = new FakeStream() as unknown as MediaStream;
  const probes: Record<string, [type: string, value: unknown, path: string, expected: unknown]> = {
    expires: ["register", 200, "expires", 200],
    from: ["call-audio", "sip:x@y.z", "from", "sip:x@y.z"],
    bandwidth: ["call-audio", { audio: 64 }, "bandwidth", { audio: 64 }],
    sip_caps: ["call-audio", [{ name: "+x" }], "caps", [{ name: "+x", value: "" }]],
    sip_headers: ["call-audio", [{ name: "X", value: "1" }], "headers", [{ name: "X", value: "1" }]],
    event: ["subscribe", "dialog", "event", "dialog"],
    accept: ["subscribe", ["a/b"], "accept", ["a/b"]],
    audio: ["call-audio", "recvonly", "audio", "recvonly"],
    video: ["call-audio", "recvonly", "video", "recvonly"],
    wire_directions: ["call-audio", { audio: "sendonly" }, "wire_directions", { audio: "sendonly" }],
    removed_codecs: ["call-audio", ["red"], "removed_codecs", ["red"]],
    upgrade: ["call-audio", "recvonly", "type", "call"],
    fallback: ["call-audio", "receive", "type", "call"],
    codec_order: ["call-audio", ["opus"], "codec_order", ["opus"]],
    dtmf_method: ["call-audio", "auto", "type", "call"],
    removed_candidates: ["call-audio", ["tcp"], "removed_candidates", ["tcp"]],
    screencast_window_id: ["call-audio", 7, "type", "call"],
    devices: ["call-audio", { audio: "mic" }, "type", "call"],
    stream: ["call-audio", stream, "type", "call"],
    video_size: ["call-video", { maxWidth: 320 }, "type", "call"],
  };
  for (const name of names("Keys of a session")) {
    test(name, async () => {
      const page = await Page.started();
      if (/^(audio|video)_(local|remote)$/.test(name)) {
        const element = new FakeElement();
        const session = page.stack.newSession("call-audio", { [name]: element });
        assert.equal(Reflect.get(session, name), element);
        return;
      }
      if (name === "events_listener") {
        const heard: string[] = [];
        const events_listener = { events: "*", listener: (e: { type: string }) => heard.push(e.type) } as const;
        page.stack.newSession("register", { events_listener }).register();
        await settle();
        assert.deepEqual(heard, ["connecting"]);
        return;
      }
      const [type, value, path, expected] = probes[name] ?? assert.fail(`${name} has no probe`);
      const session = page.stack.newSession(type, { [name]: value }) as Session & Record<string, (to: string) => number>;
      session[type.startsWith("call") ? "call" : type]?.("bob");
      assert.deepEqual(Reflect.get(page.core.commands.at(-1)?.command ?? {}, path), expected);
    });
  }
});

describe("session types and globals", () => {
  for (const name of names("Session types")) {
    test(`newSession("${name}")`, () => assert.ok(new Page().stack.newSession(name) instanceof SIPml.Session));
  }
  test("the classic script defines each global", () => {
    const target: Record<string, unknown> = {};
    defineGlobals(target);
    assert.deepEqual(Object.keys(Object.getOwnPropertyDescriptors(target)).sort(), names("Globals beside SIPml").sort());
    assert.deepEqual(Object.keys(globals).length + 1, names("Globals beside SIPml").length);
  });
  test("what the page has already stays", () => {
    const target = { tsip_uri: 1, __o_jsep_stream_audio: 2 };
    defineGlobals(target);
    assert.equal(target.tsip_uri, 1);
    assert.equal(target.__o_jsep_stream_audio, 2);
  });
});

describe("events", () => {
  const stackSeen = new Set<string>();
  const sessionSeen = new Set<string>();
  const details = ["i_request", "o_request", "cancelled_request", "message_error", "webrtc_error", "media_added", "media_removed"] as const;

  /** Notes what a page hears, the details too. */
  function note(page: Page, ...sessions: Session[]): void {
    for (const session of sessions) {
      page.listen(session).addEventListener(details, (e) => sessionSeen.add(e.type));
    }
  }
  function collect(page: Page): void {
    for (const type of page.types) {
      if (type.startsWith("stack:")) stackSeen.add(type.slice(6));
      else sessionSeen.add(type);
    }
    page.forget();
  }
  const of = (given: object): Scripted => event(given as Event);
  const modified = (change: string, ok: boolean): Scripted =>
    of({ type: "call_modified", call: 1, change, ok, status: ok ? 200 : 488, reason: "x" });

  async function life(): Promise<void> {
    const page = new Page();
    page.stack.start();
    await settle();
    page.browser.socket.open();
    await settle();
    const register = page.stack.newSession("register");
    note(page, register);
    register.register();
    await page.say(
      of({ type: "registration_sent", registration: 1, unregister: false }),
      of({ type: "registration", registration: 1, state: "registered" }),
      of({ type: "request_sent", usage: 1, method: "REGISTER", message: request("REGISTER") }),
      of({ type: "registration", registration: 1, state: "unregistering" }),
      of({ type: "registration", registration: 1, state: "ended", cause: "timeout" }),
    );
    const works = page.core.command.bind(page.core);
    page.core.command = (_agent, command) => {
      if (command.type === "register") throw new Error("broken");
      throw new CommandError({ code: "wrong_state", argument: "", message: "not now" });
    };
    register.register();
    page.stack.stop();
    await settle();
    page.core.command = works;
    page.stack.stop();
    await settle();
    collect(page);
    const failing = new Page({}, { websocket_proxy_url: "ws://127.0.0.1:1" });
    failing.stack.start();
    await settle();
    for (const socket of [...failing.browser.sockets]) socket.fail();
    failing.browser.socket.fail();
    await settle();
    collect(failing);
  }

  async function ours(): Promise<void> {
    const page = await Page.started();
    const session = page.stack.newSession("call-audiovideo", views());
    note(page, session);
    session.call("bob");
    await page.say(makeOffer);
    const answer = (token: number, provisional: boolean): Scripted => ({
      media: { type: "apply_answer", call: 1, token, provisional },
      body: "answer audio:sendrecv video:sendrecv",
    });
    await page.say(answer(2, true));
    await page.say(of({ type: "call_progress", call: 1, status: 183, reason: "Session Progress", early_media: true }), established);
    await page.say(modified("hold", true), modified("resume", true), modified("hold", false), modified("resume", false));
    await page.say(
      of({ type: "call_remote_hold", call: 1, held: true }),
      of({ type: "call_remote_hold", call: 1, held: false }),
      of({ type: "call_info", call: 1, content_type: "a/b" }),
      of({ type: "call_media", call: 1, audio: "sendrecv", video: null }),
      of({ type: "call_media", call: 1, audio: "sendrecv", video: "sendrecv" }),
    );
    for (const state of ["trying", "accepted", "progress", "completed", "failed"]) {
      await page.say(of({ type: "transfer", call: 1, state, status: 200, reason: "OK" }));
    }
    const target = { uri: "sip:c@d", user: "c", display_name: "" };
    await page.say(of({ type: "transfer_requested", call: 1, target, replaces: false }));
    session.acceptTransfer();
    for (const state of ["progress", "failed", "completed"]) {
      await page.say(of({ type: "transfer_progress", call: 1, new_call: 2, state, status: 200, reason: "OK" }));
    }
    await page.say(of({ type: "call_terminating", call: 1 }), ended({ cause: "media_error", by: "local", media_error: "failed" }));
    collect(page);
  }

  async function theirs(): Promise<void> {
    const page = await Page.started();
    await page.say(incoming);
    const { newSession } = page.last as { newSession?: CallSession };
    if (newSession) note(page, newSession);
    await page.say(
      of({ type: "request_received", usage: 1, method: "CANCEL", message: request("CANCEL") }),
      of({ type: "call_cancelled", call: 1 }),
      ended({ cause: "cancelled", by: "remote" }),
    );
    const message = page.stack.newSession("message");
    note(page, message);
    message.send("bob", "x", "text/plain");
    await page.say(of({ type: "request_result", request: 1, status: 408, reason: "", cause: "timeout" }));
    await page.say(of({ type: "request_incoming", request: 2, method: "MESSAGE", from: bob, to: alice, content_type: "" }));
    (page.last as { newSession?: MessageSession }).newSession?.accept();
    const subscribe = page.stack.newSession("subscribe");
    note(page, subscribe);
    subscribe.subscribe("bob");
    const id = 2;
    await page.say(
      of({ type: "subscription", subscription: id, state: "accepted", status: 200, reason: "OK", message: response(200, "OK") }),
      of({ type: "notify", subscription: id, event: "presence", state: "active", from: bob, content_type: "" }),
      of({ type: "notify", event: "message-summary", state: "active", from: bob, content_type: "" }),
    );
    collect(page);
    const refused = await Page.started({ getUserMedia: () => Promise.reject(domError("NotAllowedError")) });
    refused.stack.newSession("call-audio").call("bob");
    await refused.say(makeOffer);
    collect(refused);
  }

  before(async () => {
    for (const method of ["info", "warn", "error"] as const) mock.method(console, method, () => undefined);
    await life();
    await ours();
    await theirs();
  });

  for (const { name, state } of tables["Stack events"] as readonly Row[]) {
    test(`stack: ${name}`, () => assert.equal(stackSeen.has(name), state !== "dropped"));
  }
  for (const { name, state } of tables["Session events"] as readonly Row[]) {
    test(`session: ${name}`, () => assert.equal(sessionSeen.has(name), state !== "dropped"));
  }
  test("nothing else was heard", () => {
    const known = [...names("Stack events"), ...names("Session events")];
    assert.deepEqual([...stackSeen, ...sessionSeen].filter((type) => !known.includes(type)), []);
  });
});

test("the tables have what the original documents", () => {
  const counts = Object.fromEntries((Object.keys(tables) as Heading[]).map((heading) => [heading, original(heading).length]));
  assert.deepEqual(counts, {
    Functions: 25,
    Classes: 11,
    "Methods of SIPml.EventTarget": 3,
    "Methods of SIPml.Stack": 4,
    "Methods of SIPml.Session": 6,
    "Methods of SIPml.Session.Registration": 2,
    "Methods of SIPml.Session.Call": 14,
    "Methods of SIPml.Session.Message": 3,
    "Methods of SIPml.Session.Publish": 2,
    "Methods of SIPml.Session.Subscribe": 2,
    "Members of events": 10,
    "Keys of a stack": 16,
    "Keys of a session": 12,
    "Keys of reject": 0,
    "Session types": 8,
    "Stack events": 11,
    "Session events": 44,
    "Globals beside SIPml": 39,
  });
});
