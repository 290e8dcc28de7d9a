/** What pages written for sipML5 touch beyond its API, and their habits: each a test. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { Core } from "../../js-glue/core.js";
import { engine } from "../../web/compat/engine.js";
import { defineGlobals, forgetWarnings, globals } from "../../web/compat/shims.js";
import { SIPml } from "../../web/compat/sipml.js";
import type { CallSession, StackConfiguration, UriView } from "../../web/compat/sipml.js";
import { Page, account, ended, established, event, incoming, makeOffer, response } from "./compat-page.js";
import { FakeElement, settle } from "./fakes.js";

beforeEach(() => {
  for (const method of ["info", "warn", "error"] as const) mock.method(console, method, () => undefined);
});
afterEach(() => mock.restoreAll());

async function ringing(): Promise<{ page: Page; session: CallSession }> {
  const page = await Page.started();
  await page.say(incoming);
  const { newSession } = page.last as { newSession?: CallSession };
  return { page, session: newSession ?? assert.fail("no call") };
}

describe("what they touch", () => {
  test("e.o_event.o_message: caller, callee, Call-ID, CSeq", async () => {
    const { page } = await ringing();
    const message = page.last.o_event?.o_message;
    assert.equal(message?.o_hdr_From?.s_display_name, "Bob");
    assert.equal(message?.o_hdr_From?.o_uri?.s_user_name, "bob");
    assert.equal(message?.o_hdr_From?.o_uri?.s_host, "example.org");
    assert.equal(message?.o_hdr_From?.s_tag, "f1");
    assert.equal(message?.o_hdr_To?.o_uri?.s_user_name, "alice");
    assert.equal(message?.o_hdr_Call_ID?.s_value, "c0ffee");
    assert.equal(message?.o_hdr_CSeq?.i_seq, 7);
    assert.equal(message?.o_hdr_CSeq?.s_method, "INVITE");
    assert.equal(message?.line.request.s_method, "INVITE");
    assert.equal(message?.is_request(), true);
  });

  test("e.newSession.o_session and e.o_event.o_session: both ends, direction, id", async () => {
    const { page, session } = await ringing();
    for (const inner of [session.o_session, page.last.o_event?.o_session]) {
      assert.equal(inner?.o_uri_from.s_user_name, "bob");
      assert.equal(inner?.o_uri_from.s_display_name, "Bob");
      assert.equal(inner?.o_uri_to.s_user_name, "alice");
      assert.equal(inner?.b_local, false);
      assert.equal(inner?.i_id, session.getId());
    }
    assert.equal(String(session.o_session.o_uri_from), '"Bob"<sip:bob@example.org>');
  });

  test("o_stream_local, get_stream_local(), o_stream_remote", async () => {
    const page = await Page.started();
    const session = await page.talking();
    const track = session.o_session.get_stream_local()?.getAudioTracks()[0];
    assert.ok(track);
    track.enabled = false;
    assert.equal(page.browser.streams[0]?.getAudioTracks()[0]?.enabled, false);
    assert.equal(session.o_session.o_stream_local?.getAudioTracks().length, 1);
    assert.equal(session.o_session.o_stream_remote, null);
  });

  test("line.response of a failure", async () => {
    const page = await Page.started();
    page.listen(page.stack.newSession("call-audio")).call("bob");
    await page.say(ended({ cause: "rejected", by: "remote", status: 486, reason: "Busy Here", message: response(486, "Busy Here") }));
    const line = page.last.o_event?.o_message?.line.response;
    assert.equal(line?.i_status_code, 486);
    assert.equal(line?.s_reason_phrase, "Busy Here");
    assert.equal(page.last.getHeader("server"), "test");
  });

  test("ao_headers and get_header(tsip_header_type_e.X)", async () => {
    const { page } = await ringing();
    const message = page.last.o_event?.o_message;
    const found = message?.ao_headers.filter(({ s_name }) => s_name === "X-Private");
    assert.deepEqual(found?.map(({ s_value }) => s_value), ["yes"]);
    const { tsip_header_type_e: types } = globals;
    assert.equal(message?.get_header(types["Alert_Info"] as never)?.s_value, "<https://example.org/ring>");
    assert.equal(message?.get_header(types["Subject"] as never), null);
    assert.equal(message?.get_header(types["From"] as never)?.get_name(), "From");
  });

  test("stack.ao_sessions[id] instanceof SIPml.Session.Call", async () => {
    const { page, session } = await ringing();
    assert.ok(page.stack.ao_sessions[session.getId()] instanceof SIPml.Session.Call);
  });

  test("stack.o_stack.e_state compared with tsip_transport_state_e", async () => {
    const page = new Page();
    const states = globals.tsip_transport_state_e;
    assert.equal(page.stack.o_stack.e_state, states.NONE);
    page.stack.start();
    assert.equal(page.stack.o_stack.e_state, states.STARTING);
    await settle();
    page.browser.socket.open();
    await settle();
    assert.equal(page.stack.o_stack.e_state, states.STARTED);
    assert.equal(page.stack.o_stack.identity.o_uri_impu.s_user_name, "alice");
    page.stack.stop();
    await settle();
    assert.equal(page.stack.o_stack.e_state, states.STOPPED);
  });

  test("o_stack.network.ao_ice_servers and o_stack.ao_headers[i].s_value may be assigned", async () => {
    const page = await Page.started({}, {
      ice_servers: [{ urls: "stun:a.example" }],
      sip_headers: [{ name: "X-A", value: "1" }],
    });
    page.stack.o_stack.network.ao_ice_servers = [];
    const [header] = page.stack.o_stack.ao_headers;
    assert.equal(header?.s_name, "X-A");
    if (header) header.s_value = "2";
    assert.deepEqual(page.core.of("configure").at(-1)?.config.headers, [{ name: "X-A", value: "2" }]);
    page.stack.newSession("call-audio").call("bob");
    await page.say(makeOffer);
    assert.deepEqual(page.browser.connection.configuration.iceServers, []);
  });

  test("tsip_event_code_e and e.o_event.i_code", async () => {
    const page = new Page();
    page.stack.start();
    await settle();
    page.browser.socket.open();
    await settle();
    assert.deepEqual(
      page.events.map((e) => e.o_event?.i_code),
      [globals.tsip_event_code_e.STACK_STARTING, globals.tsip_event_code_e.STACK_STARTED],
    );
    const session = await page.talking();
    await page.say(event({ type: "call_progress", call: 1, status: 183, reason: "x", early_media: false }));
    assert.equal(page.last.o_event?.get_code(), 183);
    session.hangup();
    await page.say(ended({ cause: "bye", by: "local" }));
    assert.equal(page.last.o_event?.i_code, globals.tsip_event_code_e.DIALOG_TERMINATED);
  });

  test("newSession.audio_remote = element", async () => {
    const page = await Page.started();
    const session = await page.talking();
    const element = new FakeElement();
    session.audio_local = element;
    assert.ok(element.srcObject);
    assert.equal(session.audioLocal, element);
    for (const name of ["audio_remote", "video_local", "video_remote"] as const) {
      session[name] = element;
      assert.equal(session[name], element);
      session[name] = null;
    }
  });

  test("tmedia_session_jsep01 and __o_jsep_stream_audio: touching them warns once and harms nothing", () => {
    const warn = mock.method(console, "warn", () => undefined);
    engine.setLevel("warn");
    forgetWarnings();
    const target: Record<string, unknown> = {};
    defineGlobals(target);
    const stub = target["tmedia_session_jsep01"] as Record<string, Record<string, unknown>>;
    stub["onSetRemoteDescriptionSuccess"] = {};
    const { prototype } = stub;
    if (prototype) prototype["__get_lo"] = () => 0;
    target["__o_jsep_stream_audio"] = {};
    assert.ok(target["__o_jsep_stream_audio"]);
    assert.equal(warn.mock.callCount(), 1);
    assert.match(String(warn.mock.calls[0]?.arguments[0]), /no effect/);
  });
});

describe("tsk_string_* and tsk_utils_*", () => {
  const g = globals;
  const rows: [name: string, given: () => unknown, expected: unknown][] = [
    ["is_null_or_empty", () => [null, undefined, "", "x"].map(g.tsk_string_is_null_or_empty), [true, true, true, false]],
    ["is_string", () => ["", new String("x"), 1, null].map(g.tsk_string_is_string), [true, true, false, false]],
    ["index_of", () => [g.tsk_string_index_of("abc", 3, "b"), g.tsk_string_index_of("abc", 1, "b"), g.tsk_string_index_of(null, 1, "b")], [1, -1, -1]],
    ["contains", () => [g.tsk_string_contains("abc", 3, "c"), g.tsk_string_contains("abc", 3, "d")], [true, false]],
    ["unquote", () => [g.tsk_string_unquote("<a>", "<", ">"), g.tsk_string_unquote("<", "<", "<"), g.tsk_string_unquote(null, "a", "b")], ["a", "<", null]],
    ["unquote_2", () => g.tsk_string_unquote_2('"a b"'), "a b"],
    ["strdup", () => [g.tsk_strdup("a"), g.tsk_strdup(null)], ["a", null]],
    ["format", () => g.tsk_string_format("{0}-{1}-{0}", "$&", "{0}"), "$&-{0}-$&"],
    ["equals", () => [g.tsk_string_equals("a", "a"), g.tsk_string_equals("a", "A")], [true, false]],
    ["iequals", () => [g.tsk_string_iequals("a", "A"), g.tsk_string_iequals("a", null), g.tsk_string_iequals(null, null)], [true, false, true]],
    ["to_int", () => g.tsk_string_to_int("42px"), 42],
    ["to_object", () => g.tsk_string_to_object("{ audio:64, 'video':512 }"), { audio: 64, video: 512 }],
    ["to_object of code", () => g.tsk_string_to_object("alert(1)"), undefined],
    ["to_object of nothing", () => g.tsk_string_to_object(""), undefined],
    ["parse_url", () => g.tsk_string_parse_url("udp://192.168.0.10:8545/ws"), ["udp", "192.168.0.10", 8545, "ws"]],
    ["parse_url without a path", () => g.tsk_string_parse_url("udp://a.example:5060"), ["udp", "a.example", 5060]],
    ["parse_url of something else", () => [g.tsk_string_parse_url("x"), g.tsk_string_parse_url(null)], [null, null]],
  ];
  for (const [name, given, expected] of rows) {
    test(`tsk_string_${name}`, () => assert.deepEqual(given(), expected));
  }

  test("a format that a value repeats is not filled twice", () => {
    assert.equal(g.tsk_string_format("{0}{1}", "{1}", "b"), "{1}b");
  });

  test("random texts have the length and the letters", () => {
    void new Page();
    assert.match(g.tsk_string_random(20), /^[0-9A-Za-z]{20}$/);
    assert.match(g.tsk_string_random_uuid(), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.equal(g.tsk_string_random_from_dict(3, "a"), "aaa");
    assert.equal(g.tsk_string_random_from_dict(-1, "a"), "");
  });

  test("tsk_utils_*", () => {
    void new Page();
    assert.deepEqual(
      [
        g.tsk_utils_have_websocket(),
        g.tsk_utils_have_webrtc(),
        g.tsk_utils_have_webrtc4native(),
        g.tsk_utils_have_stream(),
        g.tsk_utils_have_webrtc4all(),
        g.tsk_utils_have_webrtc4npapi(),
        g.tsk_utils_have_webrtc4ie(),
        g.tsk_utils_have_webrtc4ericsson(),
      ],
      [true, true, true, true, false, false, false, false],
    );
    assert.equal(g.tsk_utils_webrtc4all_get_version(), "0.0.0.0");
    assert.equal(g.tsk_utils_get_navigator_friendly_name(), "chrome");
    assert.equal(g.tsk_utils_get_system_friendly_name(), "linux");
    const error = mock.method(console, "error", () => undefined);
    const info = mock.method(console, "info", () => undefined);
    g.tsk_utils_log_set_level(2);
    g.tsk_utils_log_info("x");
    g.tsk_utils_log_warn("x");
    g.tsk_utils_log_error("x");
    g.tsk_utils_log_fatal("x");
    assert.equal(info.mock.callCount(), 0);
    assert.equal(error.mock.callCount(), 2);
    g.tsk_utils_log_set_level(4);
    g.tsk_utils_log_info("location=x");
    assert.equal(info.mock.callCount(), 1);
  });
});

test("tsip_uri.prototype.Parse is the core's", () => {
  const core = new Core(
    new WebAssembly.Module(readFileSync(new URL("../../wasm/sipml.wasm", import.meta.url))),
  );
  void new Page();
  engine.reset({ ...engine.parts, createParser: () => (text) => core.parseAddress(text) });
  const Parse = (text: unknown): UriView | null =>
    (globals.tsip_uri.prototype as { Parse(text: unknown): UriView | null }).Parse(text);
  const uri = Parse('"Alice A" <sips:al%20ice:pw@[::1]:5061;transport=WS>');
  assert.deepEqual(
    [uri?.s_scheme, uri?.s_user_name, uri?.s_password, uri?.s_host, uri?.i_port, uri?.s_display_name],
    ["sips", "al ice", "pw", "[::1]", 5061, "Alice A"],
  );
  assert.deepEqual(uri?.ao_params, [{ s_name: "transport", s_value: "ws" }]);
  assert.equal(Parse("sip:+33600000000@doubango.org")?.s_user_name, "+33600000000");
  assert.equal(Parse("tel:+1-201-555")?.s_user_name, "+1201555");
  assert.equal(Parse("sip:example.org")?.s_user_name, null);
  assert.equal(Parse("sip:a@b;lr")?.tostring(false, false), "sip:a@b");
  for (const none of ["", "alice", "sip:", "a b@c", null, 7]) assert.equal(Parse(none), null);
});

describe("habits", () => {
  test("start() on the next line after init, and a stack without init", () => {
    const page = new Page();
    assert.equal(page.stack.start(), 0);
    assert.equal(page.core.config?.uri, "sip:alice@example.org", "the core runs already");
  });

  test("realm with a port, an address as realm, nulls and unknown keys", async () => {
    const given = {
      realm: "10.0.0.1:5160",
      impu: "sip:alice@10.0.0.1:5160",
      outbound_proxy_url: null,
      ice_servers: null,
      enable_rtcweb_breaker: true,
      digest: "x",
      proxy_url: "y",
    } as Partial<StackConfiguration>;
    const page = await Page.started({}, given);
    assert.equal(page.core.config?.domain, "10.0.0.1:5160");
    assert.equal(page.core.config?.rtcweb_breaker, true);
  });

  test("sessions made before started, and a call without a registration", async () => {
    const page = new Page();
    const session = page.listen(page.stack.newSession("call-audio"));
    page.stack.start();
    await settle();
    page.browser.socket.open();
    await settle();
    assert.equal(session.call("bob"), 0);
    await page.say(makeOffer, established);
    assert.ok(page.types.includes("connected"));
  });

  test("one listener for stack and sessions, told apart by e.session", async () => {
    const heard: string[] = [];
    let registration: unknown;
    const listener = (e: { type: string; session?: unknown }): void => {
      heard.push(`${e.session === undefined ? "stack" : e.session === registration ? "register" : "call"} ${e.type}`);
    };
    const page = new Page({}, { events_listener: { events: "*", listener } });
    page.stack.start();
    await settle();
    page.browser.socket.open();
    await settle();
    const events_listener = { events: "*", listener } as const;
    registration = page.stack.newSession("register", { events_listener });
    (registration as { register(): number }).register();
    page.stack.newSession("call-audio", { events_listener }).call("bob");
    await page.say(event({ type: "call_established", call: 2, status: 200, reason: "OK" }));
    assert.deepEqual(heard, [
      "stack starting",
      "stack started",
      "register connecting",
      "call connecting",
      "call m_early_media",
      "call connected",
    ]);
  });

  test("setConfiguration and a '*' listener at i_new_call, accept with a full configuration, absent elements", async () => {
    const page = await Page.started();
    const configuration = {
      audio_remote: new FakeElement(),
      video_local: null,
      video_remote: null,
      screencast_window_id: 0,
      bandwidth: { audio: undefined, video: undefined },
      video_size: { minWidth: undefined, minHeight: undefined, maxWidth: undefined, maxHeight: undefined },
      events_listener: { events: "*", listener: () => undefined },
      sip_caps: [{ name: "+g.oma.sip-im" }, { name: "language", value: '"en,fr"' }],
    } as const;
    page.stack.addEventListener("i_new_call", (e) => e.newSession?.setConfiguration(configuration));
    await page.say(incoming);
    const [session] = Object.values(page.stack.ao_sessions);
    assert.equal(session?.accept(configuration), 0);
    assert.deepEqual(page.core.of("accept"), [
      { type: "accept", call: 1, caps: [{ name: "+g.oma.sip-im", value: "" }, { name: "language", value: '"en,fr"' }] },
    ]);
  });

  test("sounds tied to i_ao_request 180 and m_early_media", async () => {
    const page = await Page.started();
    const sounds: string[] = [];
    const session = page.stack.newSession("call-audio");
    session.addEventListener("i_ao_request", (e) => {
      if (e.getSipResponseCode() === 180 || e.getSipResponseCode() === 183) sounds.push("ring-back");
    });
    session.addEventListener("m_early_media", () => sounds.push("stop"));
    session.call("bob");
    await page.say(event({ type: "call_progress", call: 1, status: 180, reason: "Ringing", early_media: false }), established);
    assert.deepEqual(sounds, ["ring-back", "stop"]);
  });

  test("while the engine compiles, work is queued and return codes are as documented", async () => {
    const page = new Page();
    const { parts } = engine;
    const { wasm } = parts;
    engine.reset({
      ...parts,
      wasm: {
        compile: wasm.compile,
        compileNow: () => {
          throw new RangeError("too large");
        },
      },
    });
    SIPml.init();
    const stack = new SIPml.Stack(account);
    assert.equal(globals.tsip_uri.prototype.Parse("sip:alice@example.org")?.s_host, "example.org");
    assert.equal(stack.start(), 0);
    assert.equal(stack.newSession("register").register(), -2);
    await settle();
    page.browser.socket.open();
    await settle();
    assert.equal(stack.newSession("register").register(), 0);
  });
});
