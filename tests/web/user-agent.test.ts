/** The modern API: connection, registrations, calls, errors, and what never happens. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { CommandError, CoreCrashed } from "../../js-glue/memory.js";
import type { Event } from "../../js-glue/protocol.js";
import type { Call } from "../../web/call.js";
import { SipError } from "../../web/errors.js";
import type { CallEnd } from "../../web/errors.js";
import { alice, bench, bob, connected, established, incoming, isSip } from "./bench.js";
import type { Bench } from "./bench.js";
import { FakeStream, FakeToneSender, FakeTrack, domError, settle, tell } from "./fakes.js";

const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);
before(() => process.on("unhandledRejection", note));
after(async () => {
  await settle();
  process.off("unhandledRejection", note);
  assert.deepEqual(unhandled, [], "promises that nobody awaits stay silent");
});

describe("configuration", () => {
  test("options reach the core under its names", () => {
    const { core } = bench({
      server: "ws://localhost:8080/sip",
      password: "pw",
      authorizationUser: "auth",
      displayName: "Alice",
      domain: "example.com:5070",
      userAgent: "phone/1",
      headers: [{ name: "X-A", value: "1" }],
      outboundProxy: "udp://p:5060",
      rtcwebBreaker: true,
      click2call: true,
      earlyIms: false,
      sessionName: "talk",
      trace: true,
      reconnectTime: 5000,
    });
    assert.deepEqual(core.config, {
      uri: "sip:alice@example.org",
      transport: "ws",
      event_messages: true,
      ask_upgrades: true,
      entropy: "07".repeat(32),
      password: "pw",
      authorization_user: "auth",
      display_name: "Alice",
      domain: "example.com:5070",
      user_agent: "phone/1",
      headers: [{ name: "X-A", value: "1" }],
      outbound_proxy: "udp://p:5060",
      rtcweb_breaker: true,
      click2call: true,
      early_ims: false,
      session_name: "talk",
      trace: true,
      reconnect_time: 5000,
    });
  });

  test("what is not given is not sent; null takes the outbound proxy away", () => {
    const { core } = bench({ outboundProxy: null });
    assert.deepEqual(core.config, {
      uri: "sip:alice@example.org",
      transport: "wss",
      event_messages: true,
      ask_upgrades: true,
      entropy: "07".repeat(32),
      outbound_proxy: "",
    });
  });

  test("a wrong server address throws at once", () => {
    assert.throws(() => bench({ server: "sip.example.org" }), isSip("invalid_argument", { argument: "server" }));
  });

  test("configure passes on what changed, and the next connection uses the new server", async () => {
    const { core, agent, browser } = bench();
    agent.configure({ server: "ws://other.example.org", displayName: "A", iceServers: [] });
    assert.deepEqual(core.of("configure"), [
      { type: "configure", config: { display_name: "A", transport: "ws" } },
    ]);
    void agent.start();
    await settle();
    assert.equal(browser.socket.url, "ws://other.example.org/");
  });

  test("a refusal of the core becomes a SipError with the argument", async () => {
    const { core, agent } = await connected();
    core.onCommand = () => {
      throw new CommandError({ code: "invalid_argument", argument: "to", message: "no host" });
    };
    assert.throws(() => agent.call("sip:"), isSip("invalid_argument", { argument: "to", message: "no host" }));
    assert.throws(() => agent.register(), isSip("invalid_argument"));
    assert.deepEqual(agent.calls, []);
  });
});

describe("connection", () => {
  test("start resolves when connected, and again at once", async () => {
    const { agent } = await connected();
    assert.equal(agent.connectionState, "connected");
    await agent.start();
  });

  test("states are told in order", async () => {
    const { agent, browser } = bench();
    const states: string[] = [];
    agent.on("connection", ({ state, error }) => states.push(error ? `${state} ${error.code}` : state));
    const started = agent.start();
    assert.deepEqual(states, [], "nothing inside the call");
    await settle();
    browser.socket.open();
    await started;
    browser.socket.fail(1006);
    await agent.stop();
    assert.deepEqual(states, ["connecting", "connected", "reconnecting connection_lost", "stopped"]);
  });

  test("a failure rejects with the reason, and another start tries again", async () => {
    const { agent, browser } = bench({ server: "ws://127.0.0.1:1" });
    const first = agent.start();
    await settle();
    for (const socket of [...browser.sockets]) socket.fail();
    browser.socket.fail();
    await assert.rejects(first, isSip("server_unreachable"));
    assert.equal(agent.connectionState, "failed");
    assert.equal(agent.connectionError?.code, "server_unreachable");
    const second = agent.start();
    await settle();
    browser.socket.open();
    await second;
    assert.equal(agent.connectionError, undefined);
  });

  test("SIP goes out and comes in by the socket", async () => {
    const { core, agent, browser } = await connected();
    core.onCommand = () => [{ transmit: "REGISTER" }];
    agent.register();
    assert.deepEqual(browser.socket.sent, ["REGISTER"]);
    tell(browser, { transmit: "ACK" });
    assert.deepEqual(browser.socket.sent, ["REGISTER", "ACK"]);
  });

  test("stop closes the socket and resolves", async () => {
    const { core, agent, browser } = await connected();
    const stopped: string[] = [];
    agent.on("stopped", () => stopped.push("stopped"));
    await agent.stop({ timeout: 500 });
    assert.deepEqual(core.of("stop"), [{ type: "stop", timeout: 500 }]);
    assert.ok(browser.socket.closed);
    assert.deepEqual(stopped, ["stopped"]);
    assert.equal(agent.connectionState, "stopped");
    await agent.stop();
  });

  test("what the core had no time to end is ended by stop", async () => {
    const { agent, browser } = await connected();
    const call = agent.call("bob");
    const registration = agent.register();
    await agent.stop();
    assert.equal(call.state, "ended");
    assert.equal(registration.state, "ended");
    assert.deepEqual(agent.calls, []);
    assert.ok(browser.connections.every((connection) => connection.closed));
  });

  test("stop right after start takes it back", async () => {
    const { agent, core } = bench();
    const started = agent.start();
    const stopped = agent.stop();
    await stopped;
    await assert.rejects(started, isSip("stopped"));
    assert.equal(core.of("stop").length, 1);
    assert.equal(agent.connectionState, "stopped");
  });

  test("log and diagnostic events", async () => {
    const { agent, browser } = await connected();
    const seen: unknown[] = [];
    agent.on("log", (log) => seen.push(log));
    agent.on("diagnostic", (diagnostic) => seen.push(diagnostic));
    tell(
      browser,
      { log: "sent", body: "INVITE caf\u00e9" },
      { event: { type: "diagnostic", code: "malformed", text: "no Via", offset: 12 } },
    );
    assert.deepEqual(seen, [
      { direction: "sent", text: "INVITE caf\u00e9" },
      { code: "malformed", text: "no Via", offset: 12 },
    ]);
  });
});

describe("registration", () => {
  const state = (value: string, more: object = {}): { event: Event } => ({
    event: { type: "registration", registration: 1, state: value, ...more } as Event,
  });

  test("options, states, sent requests and the promise", async () => {
    const { core, agent, browser } = await connected();
    const registration = agent.register({ expires: 60, caps: [{ name: "+audio", value: "" }], from: "sip:x@y" });
    assert.deepEqual(core.of("register"), [
      { type: "register", expires: 60, caps: [{ name: "+audio", value: "" }], from: "sip:x@y" },
    ]);
    const seen: unknown[] = [];
    registration.on("state", (event) => seen.push(event));
    registration.on("sent", (event) => seen.push(event));
    tell(
      browser,
      state("registering"),
      { event: { type: "registration_sent", registration: 1, unregister: false } },
      state("registered", { expires: 55 }),
    );
    await registration.registered;
    assert.deepEqual(seen, [
      { state: "registering" },
      { unregister: false },
      { state: "registered", expires: 55 },
    ]);
    assert.equal(registration.state, "registered");
    const gone = registration.unregister();
    assert.deepEqual(core.of("unregister"), [{ type: "unregister", registration: 1 }]);
    tell(browser, state("unregistering"), state("ended", { cause: "unregistered", status: 200 }));
    await gone;
    await registration.unregister();
  });

  test("a refusal rejects with status, reason and a sentence", async () => {
    const { agent, browser } = await connected();
    const registration = agent.register();
    tell(browser, state("ended", { cause: "rejected", status: 403, reason: "Forbidden" }));
    await assert.rejects(registration.registered, isSip("rejected", { status: 403, reason: "Forbidden" }));
    await assert.rejects(registration.registered, /did not accept your user name or password/);
  });

  test("register again after the end, with a new promise", async () => {
    const { core, agent, browser } = await connected();
    const registration = agent.register();
    tell(browser, state("ended", { cause: "timeout" }));
    await assert.rejects(registration.registered, isSip("timeout"));
    registration.register({ expires: 90 });
    assert.deepEqual(core.of("register")[1], { type: "register", registration: 1, expires: 90 });
    tell(browser, state("registered"));
    await registration.registered;
  });
});

test("a registration outlives a stop: it can be used after the next start", async () => {
  const { agent, browser } = await connected();
  const registration = agent.register();
  await agent.stop();
  assert.equal(registration.state, "ended");
  const started = agent.start();
  await settle();
  browser.socket.open();
  await started;
  registration.register();
  tell(browser, { event: { type: "registration", registration: 1, state: "registered" } });
  await registration.registered;
});

describe("outgoing call", () => {
  test("options reach the core, and the states follow", async () => {
    const { core, agent, browser } = await connected({ bandwidth: { audio: 64 } });
    const call = agent.call("bob", {
      video: "recvonly",
      headers: [{ name: "X", value: "1" }],
      wireDirections: { audio: "sendonly" },
      removedCodecs: ["CN"],
      codecOrder: ["PCMA"],
      removedCandidates: ["tcp"],
    });
    assert.deepEqual(core.of("call"), [
      {
        type: "call",
        to: "bob",
        audio: "sendrecv",
        video: "recvonly",
        headers: [{ name: "X", value: "1" }],
        bandwidth: { audio: 64 },
        wire_directions: { audio: "sendonly" },
        removed_codecs: ["CN"],
        codec_order: ["PCMA"],
        removed_candidates: ["tcp"],
      },
    ]);
    const states: string[] = [call.state];
    call.on("state", (state) => states.push(state));
    const progress: unknown[] = [];
    call.on("progress", (event) => progress.push(event));
    tell(
      browser,
      { event: { type: "call_sent", call: 1 } },
      { event: { type: "call_progress", call: 1, status: 100, reason: "Trying", early_media: false } },
      { event: { type: "call_progress", call: 1, status: 180, reason: "Ringing", early_media: false } },
      established(1),
    );
    await call.established;
    tell(
      browser,
      { event: { type: "call_terminating", call: 1 } },
      { event: { type: "call_ended", call: 1, cause: "bye", by: "local" } },
    );
    assert.deepEqual(states, ["connecting", "calling", "ringing", "established", "terminating", "ended"]);
    assert.deepEqual(progress[1], { status: 180, reason: "Ringing", earlyMedia: false });
    const { report, ...end } = await call.ended;
    assert.deepEqual(end, { cause: "bye", by: "local", message: "You ended the call." });
    assert.equal(report?.audio, null);
    assert.deepEqual(agent.calls, []);
  });

  test("who is called", async () => {
    const { agent } = await connected();
    const rows = [
      ["bob", "sip:bob@example.org", "bob", ""],
      ["bob@other.org", "sip:bob@other.org", "bob", ""],
      ["sip:bob@other.org;user=phone", "sip:bob@other.org;user=phone", "bob", ""],
      ["tel:+33600", "tel:+33600", "+33600", ""],
      ['"Bob \\"B\\" B" <sip:b%20b@x.org>', "sip:b%20b@x.org", "b b", 'Bob "B" B'],
    ] as const;
    for (const [target, uri, user, displayName] of rows) {
      assert.deepEqual(agent.call(target).remote, { uri, user, displayName });
    }
  });

  test("media requests are executed and answered, streams and permission are told", async () => {
    const { core, agent, browser } = await connected();
    const seen: string[] = [];
    agent.on("mediaPermission", ({ call, state }) => seen.push(`${call.id} ${state}`));
    const call = agent.call("bob");
    call.on("localStream", (stream) => seen.push(`local ${stream.getTracks().length}`));
    call.on("remoteStream", (stream) => seen.push(`remote ${stream.getTracks().length}`));
    call.on("trackAdded", ({ side, kind }) => seen.push(`${side} ${kind}`));
    assert.equal(call.localStream, null);
    tell(browser, {
      media: { type: "create_offer", call: 1, token: 4, audio: "sendrecv", video: null, hold: false },
    });
    await settle();
    assert.deepEqual(core.commands.at(-1), {
      command: { type: "media_ready", call: 1, token: 4 },
      body: "offer 1 audio:sendrecv",
    });
    tell(browser, {
      media: { type: "apply_answer", call: 1, token: 5, provisional: false },
      body: "answer audio:sendrecv",
    });
    await settle();
    assert.deepEqual(core.of("media_ready").at(-1), { type: "media_ready", call: 1, token: 5 });
    assert.deepEqual(seen, [
      "1 requested",
      "1 accepted",
      "local 1",
      "local audio",
      "remote 1",
      "remote audio",
    ]);
    assert.ok(call.localStream && call.remoteStream && call.peerConnection);
    tell(browser, { media: { type: "close", call: 1 } });
    assert.ok(browser.connection.closed);
  });

  test("a refused microphone: error, event, and a sentence at the end", async () => {
    const { core, agent, browser } = await connected({}, {
      getUserMedia: () => Promise.reject(domError("NotAllowedError", "Permission denied")),
    });
    const refused: (SipError | undefined)[] = [];
    agent.on("mediaPermission", ({ state, error }) => {
      if (state === "refused") refused.push(error);
    });
    const call = agent.call("bob");
    tell(browser, {
      media: { type: "create_offer", call: 1, token: 1, audio: "sendrecv", video: null, hold: false },
    });
    await settle();
    assert.equal(refused[0]?.code, "permission_denied");
    const [failed] = core.of("media_failed");
    assert.equal(failed?.error, "permission_denied");
    tell(browser, {
      event: { type: "call_ended", call: 1, cause: "media_error", by: "local", media_error: "permission_denied" },
    });
    const end = await call.ended;
    assert.equal(end.mediaError, "permission_denied");
    assert.match(end.message, /microphone was not allowed/);
    await assert.rejects(call.established, isSip("permission_denied"));
  });

  test("a late answer that the core refuses is a diagnostic", async () => {
    const { core, agent, browser } = await connected();
    const seen: string[] = [];
    agent.on("diagnostic", ({ code }) => seen.push(code));
    agent.call("bob");
    core.onCommand = (command) => {
      if (command.type === "media_ready") {
        throw new CommandError({ code: "unknown_id", argument: "call", message: "gone" });
      }
      return [];
    };
    tell(browser, {
      media: { type: "create_offer", call: 1, token: 1, audio: "recvonly", video: null, hold: false },
    });
    await settle();
    assert.deepEqual(seen, ["media_unknown_id"]);
  });

  for (const [end, message] of [
    [{ cause: "rejected", by: "remote", status: 486, reason: "Busy Here" }, /busy/],
    [{ cause: "rejected", by: "remote", status: 404, reason: "Not Found" }, /no such user/],
    [{ cause: "rejected", by: "remote", status: 480, reason: "Gone" }, /not available/],
    [{ cause: "rejected", by: "remote", status: 488, reason: "No" }, /cannot handle this kind of media/],
    [{ cause: "rejected", by: "remote", status: 606, reason: "No" }, /cannot handle this kind of media/],
    [{ cause: "rejected", by: "remote", status: 603, reason: "Decline" }, /declined/],
    [{ cause: "rejected", by: "remote", status: 499, reason: "Odd" }, /refused \(499 Odd\)/],
    [{ cause: "cancelled", by: "local" }, /You cancelled/],
    [{ cause: "cancelled", by: "remote" }, /caller hung up/],
    [{ cause: "bye", by: "remote" }, /other side ended/],
    [{ cause: "timeout", by: "network" }, /Nobody answered/],
    [{ cause: "transport_error", by: "network" }, /connection.*lost/],
    [{ cause: "media_error", by: "local", media_error: "no_device" }, /no microphone/],
    [{ cause: "protocol_error", by: "remote" }, /broke the protocol/],
  ] as const) {
    test(`end: ${Object.values(end).join(" ")}`, async () => {
      const { agent, browser } = await connected();
      const call = agent.call("bob");
      tell(browser, { event: { type: "call_ended", call: 1, ...end } });
      const told = await call.ended;
      assert.match(told.message, message);
      assert.equal(told.status, "status" in end ? end.status : undefined);
      await assert.rejects(call.established, SipError);
    });
  }
});

describe("incoming call", () => {
  async function ringing(more: object = {}): Promise<Bench & { call: Call }> {
    const all = await connected();
    let call: Call | undefined;
    all.agent.on("call", (given) => (call = given));
    tell(all.browser, incoming(9, more));
    assert.ok(call);
    return { ...all, call };
  }

  test("tells who calls and what is offered", async () => {
    const { call, agent } = await ringing({ video: "sendonly" });
    assert.deepEqual(call.remote, { uri: bob.uri, user: "bob", displayName: "Bob" });
    assert.deepEqual(call.local, { uri: alice.uri, user: "alice", displayName: "" });
    assert.deepEqual(call.offered, { audio: "sendrecv", video: "sendonly" });
    assert.equal(call.direction, "incoming");
    assert.equal(call.state, "incoming");
    assert.deepEqual(agent.calls, [call]);
  });

  test("answer: only what was chosen is said", async () => {
    const { call, core, browser } = await ringing();
    call.answer({ audio: true, video: false, bandwidth: { video: 100 } });
    assert.deepEqual(core.of("accept"), [
      { type: "accept", call: 9, audio: "sendrecv", video: null, bandwidth: { video: 100 } },
    ]);
    assert.equal(call.state, "answering");
    tell(browser, established(9));
    await call.established;
    assert.equal(call.state, "established");
  });

  test("answer with the page's own stream asks for nothing", async () => {
    const { call, core, browser } = await ringing();
    const stream = new FakeStream([new FakeTrack("audio")]) as unknown as MediaStream;
    call.answer({ stream });
    assert.deepEqual(core.of("accept"), [{ type: "accept", call: 9 }]);
    tell(browser, {
      media: { type: "create_answer", call: 9, token: 2, audio: "sendrecv", video: null, hold: false },
      body: "offer audio:sendrecv",
    });
    await settle();
    assert.deepEqual(browser.captures, []);
    assert.equal(core.commands.at(-1)?.body, "answer 1 audio:sendrecv");
  });

  test("reject with a status of one's own", async () => {
    const { call, core } = await ringing();
    call.reject({ status: 486, reason: "Busy" });
    assert.deepEqual(core.of("reject"), [{ type: "reject", call: 9, status: 486, reason: "Busy" }]);
  });

  test("an event handler may answer inside the event", async () => {
    const { agent, core, browser } = await connected();
    agent.on("call", (call) => call.answer());
    tell(browser, incoming(3));
    assert.equal(core.of("accept").length, 1);
  });
});

describe("in a call", () => {
  async function talking(): Promise<Bench & { call: Call }> {
    const all = await connected();
    const call = all.agent.call("bob");
    tell(all.browser, established(1));
    return { ...all, call };
  }
  /** A call that sends sound, whose stream takes tones. */
  async function withTones(): Promise<Bench & { call: Call; tones: FakeToneSender }> {
    const all = await talking();
    tell(all.browser, {
      media: { type: "create_offer", call: 1, token: 1, audio: "sendrecv", video: null, hold: false },
    });
    await settle();
    const sender = all.browser.connection.transceiver("audio")?.sender;
    assert.ok(sender);
    const tones = (sender.dtmf = new FakeToneSender());
    return { ...all, tones };
  }
  const modified = (change: string, ok: boolean, more: object = {}): { event: Event } => ({
    event: { type: "call_modified", call: 1, change, ok, ...more } as Event,
  });

  test("hold and resume resolve with the result and set localHold", async () => {
    const { call, core, browser } = await talking();
    const holding = call.hold();
    assert.equal(call.localHold, false);
    tell(browser, modified("hold", true, { status: 200, reason: "OK" }));
    await holding;
    assert.equal(call.localHold, true);
    const resuming = call.resume();
    tell(browser, modified("resume", false, { status: 491, reason: "Request Pending" }));
    await assert.rejects(resuming, isSip("not_accepted", { status: 491 }));
    assert.equal(call.localHold, true);
    assert.deepEqual(core.commands.slice(-2).map(({ command }) => command.type), ["hold", "resume"]);
  });

  test("the end of the call ends what was waited for", async () => {
    const { call, browser } = await talking();
    const holding = call.hold();
    const info = call.info("x", "text/plain");
    tell(browser, { event: { type: "call_ended", call: 1, cause: "bye", by: "remote" } });
    await assert.rejects(holding, isSip("call_ended"));
    await assert.rejects(info, isSip("call_ended"));
  });

  test("remote hold", async () => {
    const { call, browser } = await talking();
    const seen: boolean[] = [];
    call.on("remoteHold", (held) => seen.push(held));
    tell(
      browser,
      { event: { type: "call_remote_hold", call: 1, held: true } },
      { event: { type: "call_remote_hold", call: 1, held: false } },
    );
    assert.deepEqual(seen, [true, false]);
    assert.equal(call.remoteHold, false);
  });

  test("F35: DTMF goes by INFO, one tone after the other", async () => {
    const { call, core, browser } = await talking();
    const result = { event: { type: "call_info_result", call: 1, status: 200, reason: "OK" } } as const;
    const sending = call.dtmf("5#");
    await settle();
    assert.equal(core.of("info").length, 1, "the second waits for the first");
    assert.deepEqual(core.commands.at(-1), {
      command: { type: "info", call: 1, content_type: "application/dtmf-relay" },
      body: "Signal=5\r\nDuration=120",
    });
    tell(browser, result);
    await settle();
    assert.equal(core.commands.at(-1)?.body, "Signal=#\r\nDuration=120");
    tell(browser, result);
    await sending;
    await assert.rejects(call.dtmf("x"), isSip("invalid_argument", { argument: "tone" }));
    await assert.rejects(call.dtmf(""), isSip("invalid_argument"));
  });

  test("F35: tones go in the stream where the peer takes them, one call after the other", async () => {
    const { call, core, browser, tones } = await withTones();
    const ends: string[] = [];
    const first = call.dtmf("1#").then(() => ends.push("first"));
    const second = call.dtmf("9", { duration: 200 }).then(() => ends.push("second"));
    await settle();
    assert.deepEqual(tones.inserted, [{ tones: "1#", duration: 120, gap: 70 }]);
    tones.play();
    await settle();
    assert.deepEqual(ends, []);
    tones.play();
    await first;
    await settle();
    assert.deepEqual(tones.inserted.at(-1), { tones: "9", duration: 200, gap: 70 });
    tones.play();
    await second;
    assert.deepEqual(ends, ["first", "second"]);
    assert.equal(core.of("info").length, 0);

    const controller = new AbortController();
    const aborted = call.dtmf("123", { signal: controller.signal });
    await settle();
    tones.play();
    controller.abort();
    await assert.rejects(aborted, isSip("aborted"));
    assert.equal(tones.toneBuffer, "", "what was not played is not");

    tones.canInsertDTMF = false;
    void call.dtmf("1");
    await settle();
    assert.equal(core.of("info").length, 1, "else by INFO");
    await assert.rejects(call.dtmf("1", { duration: 39 }), isSip("invalid_argument", { argument: "duration" }));
    const other = { method: "smoke" } as unknown as { method: "info" };
    await assert.rejects(call.dtmf("1", other), isSip("invalid_argument", { argument: "method" }));
    tell(browser, { event: { type: "call_info_result", call: 1, status: 200, reason: "OK" } });
    await assert.rejects(call.dtmf("1", { method: "rfc4733" }), isSip("not_supported"));
  });

  test("F35: tones right after the answer wait until the browser has it", async () => {
    const { call, core, browser, tones } = await withTones();
    const { connection } = browser;
    tones.canInsertDTMF = false;
    const apply = connection.setRemoteDescription.bind(connection);
    let applied = (): void => undefined;
    connection.setRemoteDescription = async (description) => {
      await new Promise<void>((resolve) => (applied = resolve));
      await apply(description);
      tones.canInsertDTMF = true;
    };
    tell(browser, { media: { type: "apply_answer", call: 1, token: 2, provisional: false }, body: "answer 1 audio:sendrecv" });
    const sending = call.dtmf("7");
    await settle();
    applied();
    await settle();
    assert.deepEqual(tones.inserted, [{ tones: "7", duration: 120, gap: 70 }]);
    assert.equal(core.of("info").length, 0);
    tones.play();
    await sending;
  });

  test("F35: tones are told as they begin; what was not sent can be taken back", async () => {
    const { call, core, browser, tones } = await withTones();
    const told: string[] = [];
    call.on("tone", ({ side, tone, duration, method }) => {
      told.push(`${side} ${tone} ${duration} ${method}`);
    });
    const first = call.dtmf("12");
    const second = call.dtmf("3", { method: "info" });
    const third = call.dtmf("4");
    await settle();
    assert.deepEqual(told, [], "nothing is played yet");
    tones.play();
    assert.deepEqual(told, ["local 1 120 rfc4733"]);
    call.cancelDtmf();
    for (const sending of [first, second, third]) await assert.rejects(sending, isSip("aborted"));
    assert.equal(tones.toneBuffer, "");
    assert.equal(core.of("info").length, 0);
    call.cancelDtmf();

    const after = call.dtmf("5", { method: "info", duration: 200 });
    await settle();
    assert.deepEqual(told.at(-1), "local 5 200 info");
    tell(browser, { event: { type: "call_info_result", call: 1, status: 200, reason: "OK" } });
    await after;
  });

  test("W3C webrtc 7.3: a stream that stops playing tones does not hold up the next ones", async () => {
    const { call, core, browser, tones } = await withTones();
    const { pending } = browser.time;
    const first = assert.rejects(call.dtmf("123"), isSip("failed"));
    const second = call.dtmf("9");
    await settle();
    tones.play();
    await browser.time.advance(5000);
    tones.canInsertDTMF = false; // the peer holds the call, of which the sender tells nothing
    await browser.time.advance(1000);
    await first;
    assert.equal(tones.toneBuffer, "", "what was not played is not played later");
    await settle();
    assert.equal(core.commands.at(-1)?.body, "Signal=9\r\nDuration=120");
    tell(browser, { event: { type: "call_info_result", call: 1, status: 200, reason: "OK" } });
    await second;

    tones.canInsertDTMF = true;
    tones.insertDTMF = () => {
      throw domError("InvalidStateError");
    };
    await assert.rejects(call.dtmf("1"), isSip("failed"));
    assert.equal(browser.time.pending, pending, "nothing is left ticking");
  });

  test("tones that wait when the call ends are told so", async () => {
    const { call, browser } = await withTones();
    const sendings = [call.dtmf("1"), call.dtmf("2")];
    await settle();
    tell(browser, { event: { type: "call_ended", call: 1, cause: "bye", by: "remote" } });
    for (const sending of sendings) await assert.rejects(sending, isSip("call_ended"));
  });

  test("statistics: read by the page, told while the call lasts, summed up at its end", async () => {
    const { call, browser } = await talking();
    await assert.rejects(call.stats(), isSip("wrong_state"), "there are no media yet");
    tell(browser, {
      media: { type: "create_offer", call: 1, token: 1, audio: "sendrecv", video: null, hold: false },
    });
    await settle();
    const { connection } = browser;
    const received = (timestamp: number, packetsReceived: number): void => {
      const entry = { type: "inbound-rtp", kind: "audio", timestamp, packetsReceived, bytesReceived: packetsReceived * 160 };
      connection.stats = new Map([["in", entry]]);
    };
    const told: (number | undefined)[] = [];
    call.on("quality", ({ audio }) => void told.push(audio?.received?.packets));
    received(10000, 25);
    await browser.time.advance(500);
    assert.deepEqual(told, [25], "a short call has a reading too");
    received(12000, 125);
    await browser.time.advance(2000);
    received(13000, 175);
    const quality = await call.stats();
    assert.deepEqual(
      [quality.interval, quality.audio?.received?.packets, quality.audio?.received?.bitrate],
      [1000, 50, 64],
    );
    tell(browser, { event: { type: "call_terminating", call: 1 } });
    await settle();
    assert.deepEqual(told, [25, 100, 50], "once more when it is being hung up");
    let end: CallEnd | undefined;
    call.on("ended", (value) => (end = value));
    tell(browser, { event: { type: "call_ended", call: 1, cause: "bye", by: "local" } });
    assert.deepEqual(
      [end?.report?.duration, end?.report?.audio?.received?.packets, end?.report?.video],
      [2500, 175, null],
    );
    assert.equal(browser.time.pending, 0, "nothing is read any more");
    await assert.rejects(call.stats(), isSip("wrong_state"));
  });

  test("statistics: a reading that never ends is given up with the call", async () => {
    const { call, browser } = await talking();
    tell(browser, {
      media: { type: "create_offer", call: 1, token: 1, audio: "sendrecv", video: null, hold: false },
    });
    await settle();
    browser.connection.getStats = () => new Promise(() => undefined);
    const reading = assert.rejects(call.stats(), isSip("wrong_state"));
    await settle();
    tell(browser, { event: { type: "call_ended", call: 1, cause: "bye", by: "remote" } });
    await reading;
  });

  test("statistics: none without an answer, none by themselves with an interval of 0", async () => {
    const { call, browser, agent } = await talking();
    const unanswered = agent.call("carol");
    tell(browser, { event: { type: "call_ended", call: unanswered.id, cause: "rejected", by: "remote", status: 486 } });
    assert.equal((await unanswered.ended).report, undefined);
    tell(browser, { event: { type: "call_ended", call: call.id, cause: "bye", by: "remote" } });
    assert.equal((await call.ended).report?.audio, null);

    agent.configure({ qualityInterval: 0 });
    const quiet = agent.call("dave");
    tell(browser, { event: { type: "call_established", call: quiet.id, status: 200, reason: "OK" } });
    const pending = browser.time.pending;
    await browser.time.advance(10000);
    assert.equal(browser.time.pending, pending);

    agent.configure({ qualityInterval: 1000 });
    const read = agent.call("erin");
    tell(browser, { event: { type: "call_established", call: read.id, status: 200, reason: "OK" } });
    assert.equal(browser.time.pending, pending + 1);
    agent.configure({ qualityInterval: 0 });
    await browser.time.advance(500);
    assert.equal(browser.time.pending, pending, "nothing is read any more");
  });

  test("INFO out and in; a refusal rejects", async () => {
    const { call, browser } = await talking();
    const seen: { contentType: string; content: Uint8Array }[] = [];
    call.on("info", (info) => seen.push(info));
    const sending = call.info(new Uint8Array([1, 2]), "application/x");
    tell(
      browser,
      { event: { type: "call_info", call: 1, content_type: "text/plain" }, body: "caf\u00e9" },
      { event: { type: "call_info_result", call: 1, status: 415, reason: "Unsupported" } },
    );
    await assert.rejects(sending, isSip("rejected", { status: 415 }));
    assert.equal(new TextDecoder().decode(seen[0]?.content), "caf\u00e9");
    assert.equal(seen[0]?.contentType, "text/plain");
  });

  test("hang up once; after the end it does nothing", async () => {
    const { call, core, browser } = await talking();
    call.hangup({ headers: [{ name: "Reason", value: "bye" }] });
    tell(browser, { event: { type: "call_terminating", call: 1 } });
    call.hangup();
    tell(browser, { event: { type: "call_ended", call: 1, cause: "bye", by: "local" } });
    call.hangup();
    assert.deepEqual(core.of("hangup"), [
      { type: "hangup", call: 1, headers: [{ name: "Reason", value: "bye" }] },
    ]);
  });
});

describe("what must never happen", () => {
  test("a listener that throws is reported and harms nothing", async (context) => {
    const { agent, browser } = await connected();
    const report = context.mock.method(console, "error", () => undefined);
    const seen: string[] = [];
    agent.on("call", () => {
      throw new Error("mistake");
    });
    agent.on("call", (call) => seen.push(`call ${call.id}`));
    tell(browser, incoming(1), incoming(2));
    assert.deepEqual(seen, ["call 1", "call 2"]);
    assert.equal(report.mock.callCount(), 2);
  });

  test("off and the function that on returns remove a listener", async () => {
    const { agent, browser } = await connected();
    const seen: string[] = [];
    const listener = (): void => void seen.push("first");
    const remove = agent.on("call", () => seen.push("second"));
    agent.on("call", listener);
    agent.off("call", listener);
    remove();
    tell(browser, incoming(1));
    assert.deepEqual(seen, []);
  });

  test("a core that traps ends everything with a fatal event, and says so ever after", async () => {
    const { agent, core, browser } = await connected();
    const call = agent.call("bob");
    const registration = agent.register();
    const fatal: string[] = [];
    agent.on("fatal", (error) => fatal.push(error.code));
    core.trap = new CoreCrashed("unreachable");
    browser.socket.message("[]");
    assert.deepEqual(fatal, ["crashed"]);
    assert.equal(call.state, "ended");
    assert.equal(registration.state, "ended");
    assert.equal(agent.connectionState, "failed");
    assert.ok(browser.socket.closed);
    assert.throws(() => agent.call("bob"), isSip("crashed"));
    await assert.rejects(agent.start(), isSip("crashed"));
    await agent.stop();
  });

  test("events of unknown calls and registrations are ignored", async () => {
    const { agent, browser } = await connected();
    tell(
      browser,
      established(77),
      { event: { type: "call_ended", call: 77, cause: "bye", by: "remote" } },
      { event: { type: "registration", registration: 77, state: "registered" } },
      { event: { type: "call_info_result", call: 77, status: 200, reason: "OK" } },
    );
    assert.equal(agent.connectionState, "connected");
  });
});
