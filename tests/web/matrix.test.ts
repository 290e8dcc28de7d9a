/**
 * Every API call in every state and inside every event, with a core that takes the command and with
 * one that refuses it: what comes out is a SipError or nothing, and the agent goes on.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CommandError } from "../../js-glue/memory.js";
import type { Event } from "../../js-glue/protocol.js";
import type { Call, CallEvents } from "../../web/call.js";
import { SipError } from "../../web/errors.js";
import type { Publication } from "../../web/publication.js";
import type { Registration } from "../../web/registration.js";
import type { Subscription } from "../../web/subscription.js";
import type { TransferRequest } from "../../web/transfer.js";
import type { UserAgent } from "../../web/user-agent.js";
import { alice, bob, connected, established } from "./bench.js";
import type { Bench } from "./bench.js";
import { settle, tell } from "./fakes.js";

type Act<T> = readonly [name: string, act: (subject: T) => unknown];
type Put = { readonly event: Event; readonly body?: string };

const event = (more: object): Put => ({ event: more as Event });
const ended = (call: number): Put =>
  event({ type: "call_ended", call, cause: "bye", by: "remote" });
const incoming = (call: number): Put =>
  event({ type: "call_incoming", call, from: bob, to: alice, has_offer: true, audio: "sendrecv", video: null });

const agentActs: readonly Act<UserAgent>[] = [
  ["start", (agent) => agent.start()],
  ["configure", (agent) => agent.configure({ displayName: "A" })],
  ["register", (agent) => agent.register()],
  ["call", (agent) => agent.call("bob")],
  ["sendMessage", (agent) => agent.sendMessage("bob", "x")],
  ["options", (agent) => agent.options("bob")],
  ["info", (agent) => agent.info("bob", "x")],
  ["publish", (agent) => agent.publish("x", { event: "presence" })],
  ["subscribe", (agent) => agent.subscribe("bob", { event: "presence" })],
  ["devices", (agent) => agent.devices()],
  ["useSpeaker", (agent) => agent.useSpeaker("x")],
  ["chooseScreen", (agent) => agent.chooseScreen()],
  ["releaseMedia", (agent) => agent.releaseMedia()],
  ["stop", (agent) => agent.stop()],
];

const callActs: readonly Act<Call>[] = [
  ["progress", (call) => call.progress()],
  ["answer", (call) => call.answer()],
  ["reject", (call) => call.reject()],
  ["hold", (call) => call.hold()],
  ["resume", (call) => call.resume()],
  ["modify", (call) => call.modify({ video: true })],
  ["restartIce", (call) => call.restartIce()],
  ["mute", (call) => call.mute("audio", true)],
  ["isMuted", (call) => call.isMuted("audio")],
  ["dtmf", (call) => call.dtmf("1")],
  ["useDevice", (call) => call.useDevice("audio", "x")],
  ["replaceTrack", (call) => call.replaceTrack("audio", null)],
  ["setBandwidth", (call) => call.setBandwidth({ audio: 20 })],
  ["setVideoSize", (call) => call.setVideoSize({ maxWidth: 320 })],
  ["shareScreen", (call) => call.shareScreen()],
  ["stopSharing", (call) => call.stopSharing()],
  ["requestKeyFrame", (call) => call.requestKeyFrame()],
  ["stats", (call) => call.stats()],
  ["cancelDtmf", (call) => call.cancelDtmf()],
  ["info", (call) => call.info("x", "text/plain")],
  ["sendMessage", (call) => call.sendMessage("x")],
  ["options", (call) => call.options()],
  ["transfer", (call) => call.transfer("carol")],
  ["attended transfer", (call) => call.transfer(call)],
  ["getters", (call) => [call.state, call.localStream, call.remoteStream, call.peerConnection]],
  ["hangup", (call) => call.hangup()],
];

const registrationActs: readonly Act<Registration>[] = [
  ["register", (registration) => registration.register()],
  ["unregister", (registration) => registration.unregister()],
];

const publicationActs: readonly Act<Publication>[] = [
  ["update", (publication) => publication.update("y")],
  ["unpublish", (publication) => publication.unpublish()],
];

const subscriptionActs: readonly Act<Subscription>[] = [
  ["refresh", (subscription) => subscription.refresh()],
  ["unsubscribe", (subscription) => subscription.unsubscribe()],
];

/** What a call throws or rejects with; nothing but SipErrors may. */
function attempt(act: () => unknown, wrong: unknown[]): void {
  const judge = (error: unknown): void => {
    if (!(error instanceof SipError)) wrong.push(error);
  };
  try {
    const result = act();
    if (result instanceof Promise) result.catch(judge);
  } catch (error) {
    judge(error);
  }
}

const cores = ["takes", "wrong_state", "unknown_id", "not_connected", "limit_exceeded"] as const;

/** Lets the core answer commands in one way. */
function teach(core: Bench["core"], way: (typeof cores)[number]): void {
  if (way === "takes") return;
  core.onCommand = () => {
    throw new CommandError({ code: way, argument: "", message: "not now" });
  };
}

/** Makes a subject, brings it into a state, and tries each act on it, with each kind of core. */
function matrix<T>(
  name: string,
  make: (bench: Bench) => T,
  states: readonly (readonly [string, readonly Put[]])[],
  acts: readonly Act<T>[],
): void {
  describe(name, () => {
    for (const [state, puts] of states) {
      for (const way of cores) {
        test(`${state}, a core that ${way === "takes" ? way : `says ${way}`}`, async () => {
          for (const [, act] of acts) {
            const bench = await connected();
            const subject = make(bench);
            tell(bench.browser, ...puts);
            teach(bench.core, way);
            const wrong: unknown[] = [];
            attempt(() => act(subject), wrong);
            attempt(() => act(subject), wrong);
            await settle();
            assert.deepEqual(wrong, []);
            assert.notEqual(bench.agent.connectionState, "failed");
          }
        });
      }
    }
  });
}

const outgoing = ({ agent }: Bench): Call => agent.call("bob");
const received = ({ agent, browser }: Bench): Call => {
  const calls: Call[] = [];
  agent.on("call", (call) => calls.push(call));
  tell(browser, incoming(1));
  return calls[0] ?? assert.fail("no call");
};
const progress = (status: number): Put =>
  event({ type: "call_progress", call: 1, status, reason: "x", early_media: false });
const terminating = event({ type: "call_terminating", call: 1 });

matrix("outgoing call", outgoing, [
  ["connecting", []],
  ["calling", [event({ type: "call_sent", call: 1 })]],
  ["ringing", [event({ type: "call_sent", call: 1 }), progress(180)]],
  ["established", [established(1)]],
  ["held here", [established(1), event({ type: "call_modified", call: 1, change: "hold", ok: true })]],
  ["held there", [established(1), event({ type: "call_remote_hold", call: 1, held: true })]],
  ["terminating", [established(1), terminating]],
  ["ended", [established(1), ended(1)]],
], callActs);

matrix("incoming call", received, [
  ["incoming", []],
  ["established", [established(1)]],
  ["terminating", [terminating]],
  ["ended", [ended(1)]],
], callActs);

const usage = (type: string, states: readonly string[]): [string, Put[]][] =>
  states.map((state) => [state, [event({ type, [type]: 1, state })]]);

matrix("registration", ({ agent }) => agent.register(),
  usage("registration", ["registering", "registered", "unregistering", "ended"]), registrationActs);
matrix("publication", ({ agent }) => agent.publish("x", { event: "presence" }),
  usage("publication", ["publishing", "published", "unpublishing", "ended"]), publicationActs);
matrix("subscription", ({ agent }) => agent.subscribe("bob", { event: "presence" }),
  usage("subscription", ["subscribing", "accepted", "pending", "active", "unsubscribing", "ended"]),
  subscriptionActs);
matrix("agent", ({ agent }) => agent, [
  ["connected", []],
  ["connecting", [event({ type: "connection", state: "connecting" })]],
  ["reconnecting", [event({ type: "connection", state: "reconnecting" })]],
  ["stopped", [event({ type: "stopped" })]],
], agentActs);

/** Each event of a call, and what makes it. */
const callEvents: readonly (readonly [keyof CallEvents, Put])[] = [
  ["state", event({ type: "call_sent", call: 1 })],
  ["progress", progress(180)],
  ["redirected", event({ type: "call_redirected", call: 1, target: bob, status: 302, reason: "x" })],
  ["answered", established(1)],
  ["modified", event({ type: "call_modified", call: 1, change: "hold", ok: true })],
  ["remoteHold", event({ type: "call_remote_hold", call: 1, held: true })],
  ["media", event({ type: "call_media", call: 1, audio: "sendrecv", video: null })],
  ["info", event({ type: "call_info", call: 1, content_type: "text/plain" })],
  ["message", event({ type: "request_incoming", request: 9, call: 1, method: "MESSAGE", from: bob, to: alice, content_type: "text/plain" })],
  ["transfer", event({ type: "transfer", call: 1, state: "completed" })],
  ["transferRequested", event({ type: "transfer_requested", call: 1, target: bob, replaces: false })],
  ["transferProgress", event({ type: "transfer_progress", call: 1, new_call: 2, state: "progress", status: 180, reason: "x" })],
  ["cancelled", event({ type: "call_cancelled", call: 1 })],
  ["ended", ended(1)],
];

describe("inside each event of a call", () => {
  for (const [name, put] of callEvents) {
    test(name, async () => {
      for (const way of ["takes", "wrong_state"] as const) {
        for (const [what, act] of [...callActs, ["stop the agent", undefined] as const]) {
          const bench = await connected();
          const call = outgoing(bench);
          const wrong: unknown[] = [];
          let heard = 0;
          if (name === "transferProgress") {
            // The call that is told of was made because the peer asked for it.
            call.on("transferRequested", (request) => request.accept());
            tell(bench.browser, event({ type: "transfer_requested", call: 1, target: bob, replaces: false }));
            await settle();
          }
          call.on(name, (...values: readonly unknown[]) => {
            heard += 1;
            if (heard > 1) return;
            teach(bench.core, way);
            attempt(() => (act ? act(call) : bench.agent.stop()), wrong);
            const [first] = values as [Partial<TransferRequest> | undefined];
            if (name === "transferRequested") attempt(() => first?.reject?.(), wrong);
          });
          tell(bench.browser, put);
          await settle();
          assert.ok(heard > 0, `${name} was told`);
          assert.deepEqual(wrong, [], what);
        }
      }
    });
  }
});

test("inside events of the agent, a registration, a publication and a subscription", async () => {
  const wrong: unknown[] = [];
  for (const [, act] of agentActs) {
    const { agent, browser } = await connected();
    let heard = 0;
    const inside = (): void => {
      heard += 1;
      if (heard < 20) attempt(() => act(agent), wrong);
    };
    agent.on("connection", inside);
    agent.on("call", inside);
    agent.on("message", inside);
    agent.on("diagnostic", inside);
    agent.register().on("state", inside);
    agent.publish("x", { event: "presence" }).on("state", inside);
    agent.subscribe("bob", { event: "presence" }).on("state", inside);
    tell(
      browser,
      incoming(70),
      event({ type: "registration", registration: 1, state: "registered" }),
      event({ type: "publication", publication: 2, state: "published" }),
      event({ type: "subscription", subscription: 3, state: "active" }),
      event({ type: "diagnostic", code: "x", text: "y" }),
    );
    await settle();
    assert.ok(heard >= 4);
  }
  assert.deepEqual(wrong, []);
});
