/** The SIPml API: the order of its events and their descriptions, as sipML5 2.1.4 had them. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { CoreCrashed } from "../../js-glue/memory.js";
import type { Event, Party } from "../../js-glue/protocol.js";
import { engine } from "../../web/compat/engine.js";
import { SIPml } from "../../web/compat/sipml.js";
import type { CallSession, RegistrationSession, StackConfiguration } from "../../web/compat/sipml.js";
import { UserAgent } from "../../web/user-agent.js";
import { assemble } from "../wasm/assemble.js";
import { FakeBrowser, FakeCore, FakeElement, domError, settle, tell } from "./fakes.js";
import type { FakeBrowserOptions, Scripted } from "./fakes.js";

const account: StackConfiguration = {
  realm: "example.org",
  impi: "alice",
  impu: "sip:alice@example.org",
  password: "pw",
  websocket_proxy_url: "wss://sip.example.org/ws",
};

let browser: FakeBrowser;
let core: FakeCore;

/** A page with one stack; every event is noted as `type`, description and code. */
function page(
  options: FakeBrowserOptions = {},
  configuration: Partial<StackConfiguration> = {},
): { stack: InstanceType<typeof SIPml.Stack>; seen: Noted[] } {
  browser = new FakeBrowser(options);
  const module = new WebAssembly.Module(assemble());
  engine.reset({
    environment: browser.environment,
    wasm: { compile: () => Promise.resolve(module), compileNow: () => module },
    createAgent: (_module, given) => {
      core = new FakeCore();
      return new UserAgent(core, given);
    },
  });
  SIPml.setDebugLevel("fatal");
  SIPml.init();
  const seen: Noted[] = [];
  const stack = new SIPml.Stack({
    ...account,
    events_listener: {
      events: "*",
      listener: (e) => {
        seen.push([`stack:${e.type}`, e.description, e.getSipResponseCode()]);
        if (e.newSession) listen(e.newSession as CallSession, seen);
      },
    },
    ...configuration,
  });
  return { stack, seen };
}

type Noted = [type: string, description: string, code: number];

const types = (seen: readonly Noted[]): string[] => seen.map(([type]) => type);

function listen(session: CallSession | RegistrationSession, seen: Noted[]): void {
  session.addEventListener("*", (e) => {
    seen.push([e.type, e.description, e.getSipResponseCode()]);
  });
}

async function started(
  options: FakeBrowserOptions = {},
  configuration: Partial<StackConfiguration> = {},
): Promise<{ stack: InstanceType<typeof SIPml.Stack>; seen: Noted[] }> {
  const all = page(options, configuration);
  assert.equal(all.stack.start(), 0);
  await settle();
  browser.socket.open();
  await settle();
  all.seen.length = 0;
  return all;
}

const views = (): Record<"audio_remote" | "video_local" | "video_remote" | "audio_local", FakeElement> => ({
  audio_remote: new FakeElement(),
  video_local: new FakeElement(),
  video_remote: new FakeElement(),
  audio_local: new FakeElement(),
});

const say = async (...scripted: Scripted[]): Promise<void> => {
  tell(browser, ...scripted);
  await settle();
};
const event = (given: Event, body?: string): Scripted => ({ event: given, ...(body ? { body } : {}) });
const registration = (state: string, more: object = {}): Scripted =>
  event({ type: "registration", registration: 1, state, ...more } as Event);
const sent = (unregister = false): Scripted =>
  event({ type: "registration_sent", registration: 1, unregister });
const progress = (status: number, reason: string, early = false): Scripted =>
  event({ type: "call_progress", call: 1, status, reason, early_media: early });
const established: Scripted = event({ type: "call_established", call: 1, status: 200, reason: "OK" });
const terminating: Scripted = event({ type: "call_terminating", call: 1 });
const ended = (more: object): Scripted => event({ type: "call_ended", call: 1, ...more } as Event);
const makeOffer: Scripted = {
  media: { type: "create_offer", call: 1, token: 1, audio: "sendrecv", video: "sendrecv", hold: false },
};
const applyAnswer = (token: number, provisional: boolean): Scripted => ({
  media: { type: "apply_answer", call: 1, token, provisional },
  body: "answer audio:sendrecv video:sendrecv",
});
const bob: Party = { uri: "sip:bob@example.org", user: "bob", display_name: "Bob" };
const incoming: Scripted = event({
  type: "call_incoming",
  call: 1,
  from: bob,
  to: { uri: "sip:alice@example.org", user: "alice", display_name: "" },
  has_offer: true,
  audio: "sendrecv",
  video: null,
});

beforeEach(() => {
  for (const method of ["info", "warn", "error"] as const) mock.method(console, method, () => undefined);
});
afterEach(() => mock.restoreAll());

describe("stack events", () => {
  test("starting, started, stopping, stopped once", async () => {
    const { stack, seen } = page();
    assert.equal(stack.start(), 0);
    assert.deepEqual(seen, [], "never inside the call");
    assert.equal(stack.start(), 0, "again is harmless");
    await settle();
    browser.socket.open();
    await settle();
    assert.equal(stack.stop(), 0);
    assert.equal(seen.length, 2);
    await settle();
    assert.deepEqual(seen, [
      ["stack:starting", "Stack starting", -1],
      ["stack:started", "Stack started", -1],
      ["stack:stopping", "Stack stopping", -1],
      ["stack:stopped", "Stack stopped", -1],
    ]);
    assert.deepEqual(core.of("stop"), [{ type: "stop", timeout: 3000 }]);
  });

  test("failed_to_start tells why, and start works afterwards", async () => {
    const { stack, seen } = page({}, { websocket_proxy_url: "ws://127.0.0.1:1" });
    const details: unknown[] = [];
    stack.addEventListener("failed_to_start", (e) => {
      seen.push([e.type, e.description, e.getSipResponseCode()]);
      details.push(e.code, e.message);
    });
    stack.start();
    await settle();
    for (const socket of [...browser.sockets]) socket.fail();
    browser.socket.fail();
    await settle();
    assert.deepEqual(seen.at(-1), ["failed_to_start", "Failed to connet to the server", -1]);
    assert.equal(details[0], "server_unreachable");
    assert.match(String(details[1]), /127\.0\.0\.1:1/);
    assert.equal(stack.start(), 0);
    await settle();
    browser.socket.open();
    await settle();
    assert.deepEqual(seen.at(-1), ["stack:started", "Stack started", -1]);
  });

  test("a core that traps stops the stack; the next start has a new one", async () => {
    const { stack, seen } = await started();
    const first = core;
    core.trap = new CoreCrashed("unreachable");
    browser.socket.message("[]");
    await settle();
    assert.deepEqual(seen, [["stack:stopped", "Stack stopped", -1]]);
    assert.equal(stack.start(), 0);
    await settle();
    browser.socket.open();
    await settle();
    assert.notEqual(core, first);
    assert.equal(seen.at(-1)?.[0], "stack:started");
  });

  test("a socket lost for good ends with stopped", async () => {
    const { stack, seen } = await started();
    core.onTimer = () => [{ event: { type: "connection", state: "failed" } }];
    core.wakeUp = browser.time.now + 5000;
    browser.socket.fail();
    await browser.time.advance(4999);
    assert.deepEqual(seen, [], "it tries to reconnect first");
    await browser.time.advance(1);
    assert.deepEqual(seen, [["stack:stopped", "Stack stopped", -1]]);
    assert.equal(stack.newSession("register").register(), -2);
  });

  test("an address that is no WebSocket URL returns -2", () => {
    const { stack } = page({}, { websocket_proxy_url: "http://x" });
    assert.equal(stack.start(), -2);
  });

  test("without an address the realm is asked: wss, but ws for localhost", async () => {
    const rows = [
      ["example.org", "wss://example.org/"],
      ["10.0.0.1:5160", "wss://10.0.0.1:5160/"],
      ["localhost:8080", "ws://localhost:8080/"],
      ["127.0.0.1", "ws://127.0.0.1/"],
    ] as const;
    for (const [realm, url] of rows) {
      const { stack } = page({}, { realm, websocket_proxy_url: null });
      stack.start();
      await settle();
      assert.equal(browser.socket.url, url);
    }
  });
});

describe("register", () => {
  test("one challenge: connecting, sent_request twice, connected", async () => {
    const { stack, seen } = await started();
    const session = stack.newSession("register", { expires: 200 });
    listen(session, seen);
    assert.equal(session.register(), 0);
    assert.deepEqual(seen, [], "never inside the call");
    await say(registration("registering"), sent(), sent(), registration("registered"));
    assert.deepEqual(seen, [
      ["connecting", "Connecting...", -1],
      ["sent_request", "REGISTER request successfully sent", -1],
      ["sent_request", "REGISTER request successfully sent", -1],
      ["connected", "Connected", -1],
    ]);
    assert.equal(core.of("register")[0]?.expires, 200);
    seen.length = 0;
    await say(registration("registering"), sent(), registration("registered"));
    assert.deepEqual(types(seen), ["sent_request"], "a refresh is silent");
    seen.length = 0;
    assert.equal(session.unregister(), 0);
    await say(
      registration("unregistering"),
      sent(true),
      registration("ended", { cause: "unregistered", status: 200, reason: "OK" }),
    );
    assert.deepEqual(seen, [
      ["terminating", "Disconnecting...", -1],
      ["sent_request", "unREGISTER request successfully sent", -1],
      ["terminated", "OK", 200],
    ]);
    assert.equal(stack.ao_sessions[session.getId()], undefined);
  });

  test("refused: terminated with code and phrase; then it can register again", async () => {
    const { stack, seen } = await started();
    const session = stack.newSession("register");
    listen(session, seen);
    session.register();
    await say(sent(), registration("ended", { cause: "rejected", status: 403, reason: "Forbidden" }));
    assert.deepEqual(seen, [
      ["connecting", "Connecting...", -1],
      ["sent_request", "REGISTER request successfully sent", -1],
      ["terminated", "Forbidden", 403],
    ]);
    assert.equal(core.of("register")[0]?.expires, 1800, "the default");
    assert.equal(session.register(), 0);
    assert.equal(core.of("register").length, 2);
  });

  test("no answer: transport_error, terminated", async () => {
    const { stack, seen } = await started();
    const session = stack.newSession("register");
    listen(session, seen);
    session.register();
    await say(sent(), registration("ended", { cause: "timeout" }));
    assert.deepEqual(seen.slice(2), [
      ["transport_error", "Transport error", -1],
      ["terminated", "Transport error", -1],
    ]);
  });

  test("taken back while still in progress", async () => {
    const { stack, seen } = await started();
    const session = stack.newSession("register");
    listen(session, seen);
    session.register();
    session.unregister();
    await say(registration("ended", { cause: "unregistered" }));
    assert.deepEqual(seen, [
      ["connecting", "Connecting...", -1],
      ["terminated", "Disconnected", -1],
    ]);
  });

  test("return codes: -2 before start, -1 without a registration", async () => {
    const { stack } = page();
    const session = stack.newSession("register");
    assert.equal(session.register(), -2);
    const other = await started();
    assert.equal(other.stack.newSession("register").unregister(), -1);
  });
});

describe("outgoing call", () => {
  test("100, 180, 183 with SDP, 200", async () => {
    const { stack, seen } = await started();
    const elements = views();
    const session = stack.newSession("call-audiovideo", elements);
    listen(session, seen);
    assert.equal(session.call("bob"), 0);
    assert.deepEqual(seen, [], "never inside the call");
    assert.deepEqual(core.of("call"), [
      { type: "call", to: "bob", audio: "sendrecv", video: "sendrecv" },
    ]);
    await say(makeOffer);
    await say(event({ type: "call_sent", call: 1 }), progress(100, "Trying"), progress(180, "Ringing"));
    await say(applyAnswer(2, true));
    await say(progress(183, "Session Progress", true));
    await say(applyAnswer(3, false));
    await say(established);
    assert.deepEqual(seen, [
      ["stack:m_permission_requested", "Media Requested", -1],
      ["connecting", "Call in progress...", -1],
      ["stack:m_permission_accepted", "Media Accepted", -1],
      ["m_stream_video_local_added", "Media Added", -1],
      ["m_stream_audio_local_added", "Media Added", -1],
      ["i_ao_request", "Trying", 100],
      ["i_ao_request", "Ringing", 180],
      ["m_early_media", "Session Progress", 183],
      ["i_ao_request", "Session Progress", 183],
      ["m_stream_video_remote_added", "Media Added", -1],
      ["m_stream_audio_remote_added", "Media Added", -1],
      ["m_early_media", "OK", 200],
      ["connected", "In Call", -1],
    ]);
    for (const element of Object.values(elements)) {
      assert.ok(element.srcObject, "shown");
      assert.ok(element.plays > 0, "played");
    }
  });

  test("without early media the remote streams are told after connected", async () => {
    const { stack, seen } = await started();
    const session = stack.newSession("call-audiovideo", views());
    listen(session, seen);
    session.call("bob");
    await say(makeOffer);
    await say(applyAnswer(2, false));
    seen.length = 0;
    await say(established);
    assert.deepEqual(seen, [
      ["m_early_media", "OK", 200],
      ["connected", "In Call", -1],
      ["m_stream_video_remote_added", "Media Added", -1],
      ["m_stream_audio_remote_added", "Media Added", -1],
    ]);
  });

  test("no view, no event", async () => {
    const { stack, seen } = await started();
    const session = stack.newSession("call-audiovideo", { audio_remote: new FakeElement(), video_local: null });
    listen(session, seen);
    session.call("bob");
    await say(makeOffer);
    await say(applyAnswer(2, false), established);
    assert.deepEqual(
      types(seen).filter((type) => type.startsWith("m_stream")),
      ["m_stream_audio_remote_added"],
    );
  });

  test("busy", async () => {
    const { stack, seen } = await started();
    const session = stack.newSession("call-audio");
    listen(session, seen);
    session.call("bob");
    await say(makeOffer);
    seen.length = 0;
    await say(progress(100, "Trying"), ended({ cause: "rejected", by: "remote", status: 486, reason: "Busy Here" }));
    assert.deepEqual(seen, [
      ["i_ao_request", "Trying", 100],
      ["i_ao_request", "Busy Here", 486],
      ["terminated", "Busy Here", 486],
    ]);
    assert.equal(stack.ao_sessions[session.getId()], undefined);
  });

  test("cancelled by us", async () => {
    const { stack, seen } = await started();
    const session = stack.newSession("call-audio");
    listen(session, seen);
    session.call("bob");
    await say(progress(180, "Ringing"));
    seen.length = 0;
    assert.equal(session.hangup(), 0);
    await say(
      terminating,
      ended({ cause: "cancelled", by: "local", status: 487, reason: "Request Terminated" }),
    );
    assert.deepEqual(seen, [
      ["terminating", "Call terminating...", -1],
      ["terminated", "Request Terminated", 487],
    ]);
  });

  test("hung up before anything was sent", async () => {
    const { stack, seen } = await started();
    const session = stack.newSession("call-audio");
    listen(session, seen);
    session.call("bob");
    session.hangup();
    await say(terminating, ended({ cause: "cancelled", by: "local" }));
    assert.deepEqual(seen, [
      ["connecting", "Call in progress...", -1],
      ["terminating", "Call terminating...", -1],
      ["terminated", "Call terminated", -1],
    ]);
  });

  test("permission refused: the call ends, and says why", async () => {
    const { stack, seen } = await started({
      getUserMedia: () => Promise.reject(domError("NotAllowedError")),
    });
    const session = stack.newSession("call-audiovideo");
    const messages: (string | undefined)[] = [];
    listen(session, seen);
    session.addEventListener("terminated", (e) => {
      seen.push([e.type, e.description, e.getSipResponseCode()]);
      messages.push(e.message);
    });
    session.call("bob");
    await say(makeOffer);
    assert.equal(core.of("media_failed")[0]?.error, "permission_denied");
    await say(ended({ cause: "media_error", by: "local", media_error: "permission_denied" }));
    assert.deepEqual(seen, [
      ["stack:m_permission_requested", "Media Requested", -1],
      ["connecting", "Call in progress...", -1],
      ["stack:m_permission_refused", "Media Refused", -1],
      ["terminated", "Media stream permission denied", -1],
    ]);
    assert.match(messages[0] ?? "", /not allowed/);
  });

  test("connection lost", async () => {
    const { stack, seen } = await started();
    const session = stack.newSession("call-audio");
    listen(session, seen);
    session.call("bob");
    await say(established);
    seen.length = 0;
    await say(ended({ cause: "transport_error", by: "network" }));
    assert.deepEqual(seen, [
      ["transport_error", "Transport error", -1],
      ["terminated", "Transport error", -1],
    ]);
  });

  test("media of the session types, and the configuration, reach the core", async () => {
    const { stack } = await started();
    const rows = [
      ["call-audio", "sendrecv", null],
      ["call-video", null, "sendrecv"],
      ["call-audiovideo", "sendrecv", "sendrecv"],
    ] as const;
    for (const [type, audio, video] of rows) {
      stack.newSession(type).call("bob", {
        from: "sip:other@example.org",
        bandwidth: { audio: 64, video: 0 },
        sip_headers: [
          { name: "X-A", value: "1" },
          { name: "X-B", value: null },
          { name: "X-Ticket", value: "17", session: true },
        ],
        sip_caps: [{ name: "+g.oma.sip-im" }, { name: "language", value: '"en,fr"' }],
      });
      assert.deepEqual(core.of("call").at(-1), {
        type: "call",
        to: "bob",
        audio,
        video,
        from: "sip:other@example.org",
        bandwidth: { audio: 64 },
        headers: [{ name: "X-A", value: "1" }],
        first_headers: [{ name: "X-Ticket", value: "17" }],
        caps: [
          { name: "+g.oma.sip-im", value: "" },
          { name: "language", value: '"en,fr"' },
        ],
      });
    }
  });
});

describe("incoming call", () => {
  async function ringing(elements: object = {}): Promise<{ seen: Noted[]; session: CallSession }> {
    const { stack, seen } = await started();
    let session: CallSession | undefined;
    stack.addEventListener("i_new_call", function (e) {
      seen.push([e.type, e.description, e.getSipResponseCode()]);
      assert.equal(this, stack);
      assert.ok(e.newSession instanceof SIPml.Session.Call);
      assert.equal(e.o_event?.o_message?.o_hdr_From?.s_display_name, "Bob");
      assert.equal(e.o_event?.o_message?.o_hdr_From?.o_uri?.s_user_name, "bob");
      session = e.newSession;
      listen(session, seen);
      session.setConfiguration(elements);
    });
    await say(incoming);
    assert.ok(session);
    return { seen, session };
  }
  const createAnswer: Scripted = {
    media: { type: "create_answer", call: 1, token: 2, audio: "sendrecv", video: null, hold: false },
    body: "offer audio:sendrecv",
  };

  test("i_new_call, then accept: connected, streams", async () => {
    const { seen, session } = await ringing(views());
    assert.equal(session.getRemoteUri(), "<sip:bob@example.org>");
    assert.equal(session.getRemoteFriendlyName(), "Bob");
    assert.deepEqual(browser.captures, [], "the microphone is asked for at accept");
    assert.equal(session.accept(), 0);
    assert.equal(session.accept(), 0, "again does nothing");
    assert.deepEqual(core.of("accept"), [{ type: "accept", call: 1 }]);
    await say(createAnswer);
    await say(established);
    assert.deepEqual(seen, [
      ["i_new_call", "Incoming Call", -1],
      ["m_stream_audio_remote_added", "Media Added", -1],
      ["stack:m_permission_requested", "Media Requested", -1],
      ["stack:m_permission_accepted", "Media Accepted", -1],
      ["m_stream_audio_local_added", "Media Added", -1],
      ["connected", "In call", -1],
    ]);
  });

  test("streams that are there when accept brings the views are told inside it", async () => {
    const { seen, session } = await ringing();
    await say({
      media: { type: "prepare_answer", call: 1, token: 1, audio: "sendrecv", video: null },
      body: "offer audio:sendrecv",
    });
    seen.length = 0;
    const audio = new FakeElement();
    session.accept({ audio_remote: audio });
    assert.deepEqual(seen, [["m_stream_audio_remote_added", "m_stream_audio_remote_added", -1]]);
    assert.ok(audio.srcObject);
    await settle();
    assert.equal(seen.length, 1, "and not again");
  });

  test("reject", async () => {
    const { seen, session } = await ringing();
    seen.length = 0;
    assert.equal(session.reject(), 0);
    await say(terminating, ended({ cause: "rejected", by: "local", status: 603, reason: "Decline" }));
    assert.deepEqual(seen, [["terminated", "Call Rejected", -1]]);
  });

  test("hangup while ringing is a rejection", async () => {
    const { seen, session } = await ringing();
    seen.length = 0;
    assert.equal(session.hangup(), 0);
    await say(ended({ cause: "cancelled", by: "local" }));
    assert.deepEqual(seen, [["terminated", "Call Rejected", -1]]);
  });

  test("cancelled by the caller", async () => {
    const { seen } = await ringing();
    seen.length = 0;
    await say(ended({ cause: "cancelled", by: "remote" }));
    assert.deepEqual(seen, [["terminated", "Request Cancelled", -1]]);
  });
});

describe("in a call", () => {
  async function talking(elements: object = {}): Promise<{ seen: Noted[]; session: CallSession }> {
    const { stack, seen } = await started();
    const session = stack.newSession("call-audio", elements);
    listen(session, seen);
    session.call("bob");
    await say(makeOffer);
    await say(established);
    seen.length = 0;
    return { seen, session };
  }
  const modified = (change: string, ok: boolean, status: number, reason: string): Scripted =>
    event({ type: "call_modified", call: 1, change, ok, status, reason } as Event);

  test("hold and resume", async () => {
    const { seen, session } = await talking({ audio_local: new FakeElement() });
    assert.equal(session.hold(), 0);
    await say(progress(100, "Trying"), modified("hold", true, 200, "OK"));
    assert.equal(session.resume(), 0);
    await say(modified("resume", true, 200, "OK"));
    assert.deepEqual(seen, [
      ["i_ao_request", "Trying", 100],
      ["m_stream_audio_local_removed", "Media Removed", -1],
      ["m_local_hold_ok", "OK", 200],
      ["m_stream_audio_local_added", "Media Added", -1],
      ["m_local_resume_ok", "OK", 200],
    ]);
  });

  test("hold refused", async () => {
    const { seen, session } = await talking();
    session.hold();
    await say(modified("hold", false, 488, "Not Acceptable Here"));
    assert.deepEqual(seen, [["m_local_hold_nok", "Not Acceptable Here", 488]]);
  });

  test("held by the other side", async () => {
    const { seen } = await talking();
    await say(
      event({ type: "call_remote_hold", call: 1, held: true }),
      event({ type: "call_remote_hold", call: 1, held: false }),
    );
    assert.deepEqual(seen, [
      ["m_remote_hold", "Hold/Resume state changed", -1],
      ["m_remote_resume", "Hold/Resume state changed", -1],
    ]);
  });

  test("DTMF and INFO out", async () => {
    const { session } = await talking();
    assert.equal(session.dtmf("#"), 0);
    await settle();
    assert.deepEqual(core.commands.at(-1), {
      command: { type: "info", call: 1, content_type: "application/dtmf-relay" },
      body: "Signal=#\r\nDuration=120",
    });
    assert.equal(session.info("portrait", "doubango/orientation"), 0);
    assert.equal(core.commands.at(-1)?.body, "portrait");
  });

  test("INFO in: content as bytes, text and type", async () => {
    const { session } = await talking();
    const seen: unknown[] = [];
    session.addEventListener("i_info", (e) => {
      seen.push(e.getContent(), e.getContentString(), e.getContentType(), e.getSipResponseCode());
    });
    await say(event({ type: "call_info", call: 1, content_type: "text/plain;charset=utf-8" }, "\u00e9"));
    assert.deepEqual(seen, [[0xc3, 0xa9], "\u00e9", "text/plain", -1]);
  });

  test("mute", async () => {
    const { session } = await talking();
    const track = browser.streams[0]?.getAudioTracks()[0];
    assert.equal(session.mute("audio", true), 0);
    assert.equal(track?.enabled, false);
    const wrong = session as unknown as { mute(media: string, mute: unknown): number };
    assert.throws(() => wrong.mute("sound", true), { message: "ERR_INVALID_ARGUMENT" });
    assert.throws(() => wrong.mute("audio", 1), { message: "ERR_INVALID_ARGUMENT" });
  });

  test("hang-up from this side", async () => {
    const { seen, session } = await talking();
    session.hangup();
    await say(terminating, ended({ cause: "bye", by: "local" }));
    assert.deepEqual(seen, [
      ["terminating", "Call terminating...", -1],
      ["terminated", "Call terminated", -1],
    ]);
  });

  test("hang-up from the other side", async () => {
    const { seen } = await talking();
    await say(ended({ cause: "bye", by: "remote" }));
    assert.deepEqual(seen, [["terminated", "Call terminated", -1]]);
  });

  test("views are emptied at the end", async () => {
    const elements = views();
    await talking(elements);
    assert.ok(elements.video_local.srcObject);
    await say(ended({ cause: "bye", by: "remote" }));
    assert.ok(Object.values(elements).every((element) => element.srcObject === null));
  });

  test("a view may come late, change, and go", async () => {
    const { seen, session } = await talking();
    const [first, second] = [new FakeElement(), new FakeElement()];
    session.setConfiguration({ video_local: first });
    assert.deepEqual(seen, [["m_stream_video_local_added", "m_stream_video_local_added", -1]]);
    assert.ok(first.srcObject);
    session.setConfiguration({ video_local: second, audio_remote: undefined });
    assert.equal(first.srcObject, null);
    assert.ok(second.srcObject);
    session.setConfiguration({});
    assert.ok(second.srcObject, "undefined keeps");
    session.setConfiguration({ video_local: null });
    assert.equal(second.srcObject, null);
    assert.equal(session.videoLocal, null);
  });

  test("what pages read of the wrapped session", async () => {
    const { session } = await talking();
    const inner = session.o_session;
    assert.equal(inner.i_id, session.getId());
    assert.equal(inner.b_local, true);
    assert.equal(inner.o_uri_to.s_user_name, "bob");
    assert.equal(inner.o_uri_from.s_user_name, "alice");
    assert.equal(inner.o_stream_local?.getAudioTracks().length, 1);
    assert.equal(inner.get_stream_remote(), null);
  });

  test("hold, resume, dtmf and accept in the wrong state return 0 and do nothing", async () => {
    const { stack } = await started();
    const session = stack.newSession("call-audio");
    assert.equal(session.hold(), -1, "there is no dialog yet");
    session.call("bob");
    const before = core.commands.length;
    for (const result of [session.hold(), session.resume(), session.dtmf("1"), session.accept(), session.reject()]) {
      assert.equal(result, 0);
    }
    assert.equal(core.commands.length, before);
  });
});
