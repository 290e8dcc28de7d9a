/** The modern API: transfers in both roles, calls that replace others, redirections, aborted calls. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CommandError } from "../../js-glue/memory.js";
import type { Event, Party } from "../../js-glue/protocol.js";
import type { Call } from "../../web/call.js";
import type { TransferRequest } from "../../web/transfer.js";
import { alice, bob, connected, established, incoming, isSip } from "./bench.js";
import type { Bench } from "./bench.js";
import { settle, tell } from "./fakes.js";

const carol: Party = { uri: "sip:carol@example.org", user: "carol", display_name: "" };

async function talking(): Promise<Bench & { call: Call }> {
  const all = await connected();
  const call = all.agent.call("bob");
  tell(all.browser, established(1));
  return { ...all, call };
}

describe("our transfer", () => {
  const step = (state: string, more: object = {}): { event: Event } => ({
    event: { type: "transfer", call: 1, state, ...more } as Event,
  });

  test("completed: told in steps, then hung up", async () => {
    const { call, core, browser } = await talking();
    const seen: string[] = [];
    call.on("transfer", ({ state, status }) => seen.push(`${state} ${status ?? ""}`));
    const done = call.transfer("sip:carol@example.org", { headers: [{ name: "X", value: "1" }] });
    assert.deepEqual(core.of("transfer"), [
      {
        type: "transfer",
        call: 1,
        to: "sip:carol@example.org",
        headers: [{ name: "X", value: "1" }],
      },
    ]);
    tell(browser, step("trying"), step("accepted", { status: 202 }), step("progress", { status: 180 }));
    assert.deepEqual(core.of("hangup"), []);
    tell(browser, step("completed", { status: 200, reason: "OK" }));
    await done;
    assert.deepEqual(seen, ["trying ", "accepted 202", "progress 180", "completed 200"]);
    assert.deepEqual(core.of("hangup"), [{ type: "hangup", call: 1 }]);
  });

  test("attended, and not hung up if told so", async () => {
    const { agent, call, core, browser } = await talking();
    const other = agent.call("carol");
    const done = call.transfer(other, { hangup: false });
    assert.deepEqual(core.of("transfer"), [{ type: "transfer", call: 1, replaces: 2 }]);
    tell(browser, step("completed"));
    await done;
    assert.deepEqual(core.of("hangup"), []);
  });

  test("failed: rejects with the status, and the call goes on", async () => {
    const { call, core, browser } = await talking();
    const done = call.transfer("carol");
    tell(browser, step("failed", { status: 486, reason: "Busy Here" }));
    await assert.rejects(done, isSip("rejected", { status: 486, reason: "Busy Here" }));
    assert.equal(call.state, "established");
    assert.deepEqual(core.of("hangup"), []);
  });

  test("the end of the call and an abort end the waiting", async () => {
    const { call, core, browser } = await talking();
    const controller = new AbortController();
    const aborted = call.transfer("carol", { signal: controller.signal });
    controller.abort();
    await assert.rejects(aborted, isSip("aborted"));
    tell(browser, step("completed"));
    assert.deepEqual(core.of("hangup"), [], "who aborted decides about the call");
    const over = call.transfer("carol");
    tell(browser, { event: { type: "call_ended", call: 1, cause: "bye", by: "remote" } });
    await assert.rejects(over, isSip("call_ended"));
  });
});

describe("the peer's transfer", () => {
  const asked = (more: object = {}): { event: Event } => ({
    event: {
      type: "transfer_requested",
      call: 1,
      target: carol,
      replaces: false,
      referred_by: bob,
      message: { method: "REFER", headers: [{ name: "Refer-To", value: "<sip:carol@example.org>" }] },
      ...more,
    } as Event,
  });

  test("accept makes a call; its progress is told; the microphone is used on", async () => {
    const { agent, call, core, browser } = await talking();
    tell(browser, {
      media: { type: "create_offer", call: 1, token: 1, audio: "sendrecv", video: null, hold: false },
    });
    await settle();
    assert.equal(browser.captures.length, 1);
    const requests: TransferRequest[] = [];
    const seen: string[] = [];
    call.on("transferRequested", (request) => requests.push(request));
    call.on("transferProgress", ({ call: made, state, status }) =>
      seen.push(`${made.id} ${state} ${status}`),
    );
    tell(browser, asked());
    const [request] = requests;
    assert.ok(request);
    assert.equal(request.target.user, "carol");
    assert.equal(request.referredBy, bob.uri);
    assert.equal(request.replaces, false);
    assert.equal(request.message.header("r"), "<sip:carol@example.org>");
    const made = request.accept({ headers: [{ name: "X", value: "1" }] });
    assert.deepEqual(core.of("accept_transfer"), [
      {
        type: "accept_transfer",
        call: 1,
        audio: "sendrecv",
        video: null,
        headers: [{ name: "X", value: "1" }],
      },
    ]);
    assert.equal(made.direction, "outgoing");
    assert.equal(made.remote.user, "carol");
    assert.deepEqual(agent.calls, [call, made]);
    assert.throws(() => request.reject(), isSip("wrong_state"));
    tell(browser, {
      media: { type: "create_offer", call: 2, token: 2, audio: "sendrecv", video: null, hold: false },
    });
    await settle();
    assert.equal(browser.captures.length, 1, "nobody is asked again");
    const [track] = browser.streams[0]?.getTracks() ?? [];
    tell(
      browser,
      { event: { type: "transfer_progress", call: 1, new_call: 2, state: "completed", status: 200, reason: "OK" } },
      { event: { type: "call_ended", call: 1, cause: "bye", by: "remote" } },
    );
    assert.deepEqual(seen, ["2 completed 200"]);
    assert.equal(track?.readyState, "live", "the new call still uses it");
    tell(browser, { event: { type: "call_ended", call: 2, cause: "bye", by: "remote" } });
    assert.equal(track?.readyState, "ended");
  });

  test("without a listener it is refused; so it is by reject, with what was chosen", async () => {
    const { call, core, browser } = await talking();
    tell(browser, asked());
    call.on("transferRequested", (request) => request.reject({ status: 488, reason: "No" }));
    tell(browser, asked());
    assert.deepEqual(core.of("reject_transfer"), [
      { type: "reject_transfer", call: 1 },
      { type: "reject_transfer", call: 1, status: 488, reason: "No" },
    ]);
  });

  test("a command that the core refuses leaves the request open", async () => {
    const { call, core, browser } = await talking();
    const requests: TransferRequest[] = [];
    call.on("transferRequested", (request) => requests.push(request));
    tell(browser, asked());
    core.onCommand = () => {
      throw new CommandError({ code: "limit_exceeded", argument: "", message: "too many calls" });
    };
    assert.throws(() => requests[0]?.accept(), isSip("limit_exceeded"));
    assert.equal(requests[0]?.answered, false);
  });
});

describe("a call that replaces another", () => {
  test("is answered by itself, and uses the microphone of the old one", async () => {
    const { agent, call, core, browser } = await talking();
    tell(browser, {
      media: { type: "create_offer", call: 1, token: 1, audio: "sendrecv", video: null, hold: false },
    });
    await settle();
    const seen: Call[] = [];
    agent.on("call", (given) => {
      seen.push(given);
      given.answer({ audio: true }); // as a page that answers every call does
    });
    call.mute("audio", true);
    tell(browser, incoming(9, { replaces: 1 }), {
      media: { type: "create_answer", call: 9, token: 3, audio: "sendrecv", video: null, hold: false },
      body: "offer audio:sendrecv",
    });
    await settle();
    assert.equal(seen[0]?.replaces, call);
    assert.equal(seen[0]?.state, "answering");
    assert.deepEqual(core.of("accept"), []);
    assert.equal(browser.captures.length, 1);
    assert.equal(core.commands.at(-1)?.body, "answer 1 audio:sendrecv");
    assert.equal(seen[0]?.isMuted("audio"), true);
    tell(browser, { event: { type: "call_ended", call: 1, cause: "replaced", by: "remote" } });
    assert.equal(seen[0]?.localStream?.getTracks()[0]?.readyState, "live");
  });
});

describe("what a call takes over from another", () => {
  test("its camera is closed where the new one has no picture, and its limits hold", async () => {
    const { agent, browser } = await connected();
    agent.call("bob", { video: true, bandwidth: { audio: 24 } });
    tell(browser, established(1), {
      media: { type: "create_offer", call: 1, token: 1, audio: "sendrecv", video: "sendrecv", hold: false },
    });
    await settle();
    const seen: Call[] = [];
    agent.on("call", (given) => void seen.push(given));
    tell(browser, incoming(9, { replaces: 1 }), {
      media: { type: "create_answer", call: 9, token: 3, audio: "sendrecv", video: null, hold: false },
      body: "offer audio:sendrecv",
    });
    await settle();
    const encoder = browser.connection.transceiver("audio")?.sender.getParameters().encodings[0];
    assert.equal(encoder?.maxBitrate, 24000);
    const [microphone, camera] = browser.streams[0]?.getTracks() ?? [];
    assert.equal(camera?.readyState, "live", "the old call shows it still");
    tell(browser, { event: { type: "call_ended", call: 1, cause: "replaced", by: "remote" } });
    assert.deepEqual([microphone?.readyState, camera?.readyState], ["live", "ended"]);
    assert.equal(seen[0]?.localStream?.getVideoTracks().length, 0);
  });
});

describe("what else the peer may do", () => {
  test("redirections, changes of media, a cancellation, provisional answers of ours", async () => {
    const { agent, core, browser } = await connected();
    const call = agent.call("bob");
    const seen: (string | (string | null)[] | undefined)[] = [];
    call.on("redirected", ({ target, status }) => seen.push(`${target.user} ${status}`));
    call.on("media", ({ audio, video }) => seen.push([audio, video]));
    tell(
      browser,
      { event: { type: "call_redirected", call: 1, target: carol, status: 302, reason: "Moved" } },
      established(1),
      { event: { type: "call_media", call: 1, audio: "recvonly", video: null } },
    );
    assert.deepEqual(seen, ["carol 302", ["recvonly", null]]);
    agent.on("call", (given) => {
      given.on("cancelled", ({ message }) => seen.push(message?.header("Reason") ?? "none"));
      given.progress();
      given.progress({ status: 183, reason: "Wait", headers: [{ name: "X", value: "1" }] });
    });
    tell(browser, incoming(9, { message: { method: "INVITE", headers: [] } }), {
      event: {
        type: "call_cancelled",
        call: 9,
        message: { method: "CANCEL", headers: [{ name: "Reason", value: "SIP;cause=200" }] },
      },
    });
    assert.equal(seen.at(-1), "SIP;cause=200");
    assert.deepEqual(core.of("progress"), [
      { type: "progress", call: 9 },
      { type: "progress", call: 9, status: 183, reason: "Wait", headers: [{ name: "X", value: "1" }] },
    ]);
  });

  test("events carry the message that caused them", async () => {
    const { agent, browser } = await connected();
    agent.on("call", ({ message }) => {
      assert.equal(message?.header("Alert-Info"), "<urn:x>");
      assert.equal(message?.text, "v=0");
    });
    const head = { method: "INVITE", headers: [{ name: "Alert-Info", value: "<urn:x>" }] };
    tell(browser, { ...incoming(9, { message: head }), body: "v=0" });
    const call = agent.call("bob");
    const seen: unknown[] = [];
    call.on("progress", ({ message }) => seen.push(message?.status));
    call.on("answered", ({ message }) => seen.push(message?.status));
    call.on("remoteHold", (held, { message }) => seen.push([held, message?.method]));
    const headers = [{ name: "X-Why", value: "because" }];
    tell(
      browser,
      {
        event: {
          type: "call_progress",
          call: 1,
          status: 180,
          reason: "Ringing",
          early_media: false,
          message: { status: 180, reason: "Ringing", headers },
        },
      },
      { event: { type: "call_remote_hold", call: 1, held: true, message: { method: "INVITE", headers } } },
      {
        event: {
          type: "call_ended",
          call: 1,
          cause: "rejected",
          by: "remote",
          status: 486,
          message: { status: 486, headers },
        },
      },
    );
    assert.deepEqual(seen, [180, [true, "INVITE"]]);
    assert.equal((await call.ended).sipMessage?.header("x-why"), "because");
    await assert.rejects(call.established, ({ sipMessage }: { sipMessage?: Call["message"] }) => {
      return sipMessage?.header("x-why") === "because";
    });
  });
});

describe("AbortSignal", () => {
  test("gives an outgoing call up, until it is established", async () => {
    const { agent, core, browser } = await connected();
    const first = new AbortController();
    const call = agent.call("bob", { signal: first.signal });
    first.abort();
    await assert.rejects(call.established, isSip("aborted"));
    assert.deepEqual(core.of("hangup"), [{ type: "hangup", call: 1 }]);
    const second = new AbortController();
    const lasting = agent.call("bob", { signal: second.signal });
    tell(browser, established(2));
    second.abort();
    await lasting.established;
    assert.equal(core.of("hangup").length, 1);
    assert.throws(() => agent.call("bob", { signal: first.signal }), isSip("aborted"));
    assert.equal(core.of("call").length, 2);
  });

  test("ends the waiting for start, stop, hold, info, dtmf and unregister", async () => {
    const { agent, call, core } = await talking();
    const registration = agent.register();
    const controller = new AbortController();
    const waiting = [
      call.hold({ signal: controller.signal }),
      call.info("x", "text/plain", { signal: controller.signal }),
      call.dtmf("123", { signal: controller.signal }),
      registration.unregister({ signal: controller.signal }),
      agent.options("bob", { signal: controller.signal }),
    ];
    await settle();
    controller.abort();
    for (const promise of waiting) await assert.rejects(promise, isSip("aborted"));
    assert.equal(core.of("info").length, 2, "the other tones are not sent");
    await assert.rejects(agent.stop({ signal: controller.signal }), isSip("aborted"));
    assert.equal(core.of("stop").length, 0);
  });
});

test("the answer of an incoming call is given up by its signal", async () => {
  const { agent, core, browser } = await connected();
  const controller = new AbortController();
  const calls: Call[] = [];
  agent.on("call", (call) => {
    calls.push(call);
    call.answer({ signal: controller.signal });
  });
  tell(browser, incoming(9));
  controller.abort();
  await assert.rejects(calls[0]?.established ?? Promise.resolve(), isSip("aborted"));
  assert.deepEqual(core.of("hangup"), [{ type: "hangup", call: 9 }]);
  assert.equal(calls[0]?.local.uri, alice.uri);
});
