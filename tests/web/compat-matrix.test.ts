/** Every API call in every state, also inside every event: its return code, and nothing that throws. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import type { Event } from "../../js-glue/protocol.js";
import { SIPml } from "../../web/compat/sipml.js";
import type {
  CallSession,
  MessageSession,
  PublishSession,
  RegistrationSession,
  Session,
  SubscribeSession,
} from "../../web/compat/sipml.js";
import { Page, alice, bob, ended, established, event, incoming, makeOffer } from "./compat-page.js";
import { settle } from "./fakes.js";
import type { Scripted } from "./fakes.js";

beforeEach(() => {
  for (const method of ["info", "warn", "error"] as const) mock.method(console, method, () => undefined);
});
afterEach(() => mock.restoreAll());

const of = (given: object): Scripted => event(given as Event);
type Calls<Kind> = Readonly<Record<string, (session: Kind) => number | void>>;
/** Per state, the codes in the order of the calls; a call that returns nothing gives undefined. */
type Codes = Readonly<Record<string, readonly (number | undefined)[]>>;

/** Makes a session in the state, once for each call. */
function matrix<Kind extends Session>(
  name: string,
  reach: (state: string) => Promise<{ page: Page; session: Kind }>,
  calls: Calls<Kind>,
  codes: Codes,
): void {
  describe(name, () => {
    for (const [state, expected] of Object.entries(codes)) {
      Object.entries(calls).forEach(([call, run], place) => {
        test(`${call} while ${state}: ${expected[place] ?? "nothing"}`, async () => {
          const { page, session } = await reach(state);
          SIPml.setDebugLevel("warn");
          const warn = mock.method(console, "warn", () => undefined);
          const before = page.core?.commands.length ?? 0;
          assert.equal(run(session) ?? undefined, expected[place]);
          await settle();
          const done = (page.core?.commands.length ?? 0) > before;
          if (expected[place] === -1 || expected[place] === -2) assert.ok(!done, "nothing was done");
          const quiet = done || /Configuration|Listener|^get|mute|^reject with/.test(call) || expected[place] === undefined;
          if (!quiet) assert.ok(warn.mock.callCount() > 0 || page.seen.length > 0, "the log says why");
        });
      });
    }
  });
}

/** What every session has; none of it fails in any state. */
const common: Calls<Session> = {
  setConfiguration: (s) => s.setConfiguration({ expires: 60 }),
  "setConfiguration(null)": (s) => s.setConfiguration(null),
  getters: (s) => {
    assert.equal(typeof s.getId(), "number");
    assert.equal(typeof s.getRemoteUri(), "string");
    assert.equal(typeof s.getRemoteFriendlyName(), "string");
    assert.equal(s.o_session.get_id(), s.getId());
    void s.o_session.o_uri_from.toString();
  },
  addEventListener: (s) => s.addEventListener("*", () => undefined),
  removeEventListener: (s) => s.removeEventListener("*"),
};
const nothing = [undefined, undefined, undefined, undefined, undefined];

async function stackIn(state: string): Promise<Page> {
  if (state === "stack idle") return new Page();
  const page = await Page.started();
  if (state === "stack stopped") {
    page.stack.stop();
    await settle();
  }
  return page;
}

matrix<CallSession>(
  "calls",
  async (state) => {
    const page = await stackIn(state);
    const { stack } = page;
    if (state.startsWith("incoming")) {
      await page.say(incoming);
      const { newSession } = page.last as { newSession?: CallSession };
      const session = newSession ?? assert.fail("no call");
      if (state === "incoming, answered") session.accept();
      if (state === "incoming, cancelled") await page.say(ended({ cause: "cancelled", by: "remote" }));
      return { page, session };
    }
    const session = page.listen(stack.newSession("call-audio"));
    if (state.startsWith("stack") || state === "new") return { page, session };
    session.call("bob");
    if (state === "connecting") return { page, session };
    await page.say(makeOffer, of({ type: "call_sent", call: 1 }));
    if (state === "ringing") await page.say(of({ type: "call_progress", call: 1, status: 180, reason: "Ringing", early_media: false }));
    if (/established|asked|held|terminating|ended/.test(state)) await page.say(established);
    if (state === "asked for a transfer") {
      await page.say(of({ type: "transfer_requested", call: 1, target: bob, replaces: false }));
    }
    if (state === "held") await page.say(of({ type: "call_modified", call: 1, change: "hold", ok: true }));
    if (state === "terminating" || state === "ended") await page.say(of({ type: "call_terminating", call: 1 }));
    if (state === "ended") await page.say(ended({ cause: "bye", by: "local" }));
    return { page, session };
  },
  {
    ...(common as Calls<CallSession>),
    call: (s) => s.call("carol"),
    accept: (s) => s.accept(),
    reject: (s) => s.reject(),
    "reject with status": (s) => s.reject({ status: 486 }),
    hangup: (s) => s.hangup(),
    hold: (s) => s.hold(),
    resume: (s) => s.resume(),
    info: (s) => s.info("x", "text/plain"),
    message: (s) => s.message("x"),
    dtmf: (s) => s.dtmf("1"),
    transfer: (s) => s.transfer("carol"),
    acceptTransfer: (s) => s.acceptTransfer(),
    rejectTransfer: (s) => s.rejectTransfer(),
    mute: (s) => s.mute("audio", true),
  },
  {
    //                      call acc rej rej hang hold resu info mess dtmf tran accT rejT mute
    "stack idle": [...nothing, -2, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1],
    "stack stopped": [...nothing, -2, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1],
    new: [...nothing, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1],
    connecting: [...nothing, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    calling: [...nothing, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ringing: [...nothing, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    established: [...nothing, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    held: [...nothing, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    "asked for a transfer": [...nothing, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    terminating: [...nothing, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ended: [...nothing, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0],
    "incoming, ringing": [...nothing, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    "incoming, answered": [...nothing, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    "incoming, cancelled": [...nothing, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0],
  },
);

matrix<RegistrationSession>(
  "registrations",
  async (state) => {
    const page = await stackIn(state);
    const session = page.listen(page.stack.newSession("register"));
    const tell = (registration: string, more: object = {}): Promise<void> =>
      page.say(of({ type: "registration", registration: 1, state: registration, ...more }));
    if (state.startsWith("stack") || state === "new") return { page, session };
    session.register();
    if (state !== "registering") await tell("registered");
    if (state === "unregistering" || state === "ended") await tell("unregistering");
    if (state === "ended") await tell("ended", { cause: "unregistered" });
    return { page, session };
  },
  {
    ...(common as Calls<RegistrationSession>),
    register: (s) => s.register(),
    unregister: (s) => s.unregister(),
    accept: (s) => s.accept(),
    reject: (s) => s.reject(),
  },
  {
    "stack idle": [...nothing, -2, -2, -1, -1],
    "stack stopped": [...nothing, -2, -2, -1, -1],
    new: [...nothing, 0, -1, -1, -1],
    registering: [...nothing, 0, 0, -1, -1],
    registered: [...nothing, 0, 0, -1, -1],
    unregistering: [...nothing, 0, 0, -1, -1],
    ended: [...nothing, 0, -1, -1, -1],
  },
);

matrix<MessageSession>(
  "messages",
  async (state) => {
    const page = await stackIn(state);
    if (state.startsWith("incoming")) {
      await page.say(of({ type: "request_incoming", request: 1, method: "MESSAGE", from: bob, to: alice, content_type: "" }));
      const { newSession } = page.last as { newSession?: MessageSession };
      const session = newSession ?? assert.fail("no message");
      if (state === "incoming, answered") session.accept();
      return { page, session };
    }
    const session = page.listen(page.stack.newSession("message"));
    if (state === "sent" || state === "ended") session.send("bob", "x", "text/plain");
    if (state === "ended") await page.say(of({ type: "request_result", request: 1, status: 200, reason: "OK" }));
    return { page, session };
  },
  {
    ...(common as Calls<MessageSession>),
    send: (s) => s.send("bob", "x", "text/plain"),
    "send nothing": (s) => s.send("bob", "", "text/plain"),
    accept: (s) => s.accept(),
    reject: (s) => s.reject(),
  },
  {
    "stack idle": [...nothing, -2, -1, -1, -1],
    "stack stopped": [...nothing, -2, -1, -1, -1],
    new: [...nothing, 0, -1, -1, -1],
    sent: [...nothing, 0, -1, -1, -1],
    ended: [...nothing, 0, -1, -1, -1],
    "incoming, waiting": [...nothing, 0, -1, 0, 0],
    "incoming, answered": [...nothing, 0, -1, 0, 0],
  },
);

matrix<PublishSession>(
  "publications",
  async (state) => {
    const page = await stackIn(state);
    const session = page.listen(page.stack.newSession("publish"));
    const tell = (publication: string, more: object = {}): Promise<void> =>
      page.say(of({ type: "publication", publication: 1, state: publication, ...more }));
    if (state.startsWith("stack") || state === "new") return { page, session };
    session.publish("x", "text/plain");
    if (state !== "publishing") await tell("published");
    if (state === "unpublishing" || state === "ended") await tell("unpublishing");
    if (state === "ended") await tell("ended", { cause: "unpublished" });
    return { page, session };
  },
  {
    ...(common as Calls<PublishSession>),
    publish: (s) => s.publish("x", "text/plain"),
    "publish nothing": (s) => s.publish("", "text/plain"),
    unpublish: (s) => s.unpublish(),
    accept: (s) => s.accept(),
    reject: (s) => s.reject(),
  },
  {
    "stack idle": [...nothing, -2, -1, -2, -1, -1],
    "stack stopped": [...nothing, -2, -1, -2, -1, -1],
    new: [...nothing, 0, -1, -1, -1, -1],
    publishing: [...nothing, 0, -1, 0, -1, -1],
    published: [...nothing, 0, -1, 0, -1, -1],
    unpublishing: [...nothing, 0, -1, 0, -1, -1],
    ended: [...nothing, 0, -1, -1, -1, -1],
  },
);

matrix<SubscribeSession>(
  "subscriptions",
  async (state) => {
    const page = await stackIn(state);
    const session = page.listen(page.stack.newSession("subscribe"));
    const tell = (subscription: string, more: object = {}): Promise<void> =>
      page.say(of({ type: "subscription", subscription: 1, state: subscription, ...more }));
    if (state.startsWith("stack") || state === "new") return { page, session };
    session.subscribe("bob");
    if (state !== "subscribing") await tell("accepted");
    if (state === "active") await tell("active");
    if (state === "unsubscribing" || state === "ended") await tell("unsubscribing");
    if (state === "ended") await tell("ended", { cause: "unsubscribed" });
    return { page, session };
  },
  {
    ...(common as Calls<SubscribeSession>),
    subscribe: (s) => s.subscribe("bob"),
    unsubscribe: (s) => s.unsubscribe(),
    accept: (s) => s.accept(),
    reject: (s) => s.reject(),
  },
  {
    "stack idle": [...nothing, -2, -2, -1, -1],
    "stack stopped": [...nothing, -2, -2, -1, -1],
    new: [...nothing, 0, -1, -1, -1],
    subscribing: [...nothing, 0, 0, -1, -1],
    accepted: [...nothing, 0, 0, -1, -1],
    active: [...nothing, 0, 0, -1, -1],
    unsubscribing: [...nothing, 0, 0, -1, -1],
    ended: [...nothing, 0, -1, -1, -1],
  },
);

describe("a stack", () => {
  const states: Readonly<Record<string, () => Promise<Page>>> = {
    idle: async () => new Page(),
    starting: async () => {
      const page = new Page();
      page.stack.start();
      await settle();
      return page;
    },
    started: () => Page.started(),
    stopping: async () => {
      const page = await Page.started();
      page.stack.stop();
      return page;
    },
    stopped: () => stackIn("stack stopped"),
  };
  for (const [state, reach] of Object.entries(states)) {
    test(`every call while ${state}`, async () => {
      const { stack } = await reach();
      assert.equal(stack.setConfiguration({ display_name: "A" }), 0);
      for (const type of ["register", "message", "publish", "subscribe", "call-audio", "call-screenshare"]) {
        assert.ok(stack.newSession(type) instanceof SIPml.Session);
      }
      assert.equal(typeof stack.o_stack.e_state, "number");
      stack.addEventListener("started", () => undefined);
      stack.removeEventListener("started");
      assert.equal(stack.start(), 0);
      assert.equal(stack.stop(), 0);
      assert.equal(stack.stop(100), 0);
      assert.equal(stack.start(), 0);
      await settle();
    });
  }
});

test("sipML5 trap 7: any API call inside any event is safe, and a listener that throws harms nothing", async () => {
  const page = await Page.started();
  const report = mock.method(console, "error", () => undefined);
  const session = page.stack.newSession("call-audio");
  const heard: string[] = [];
  session.addEventListener("*", function (e) {
    heard.push(e.type);
    for (const run of [
      () => session.hold(),
      () => session.resume(),
      () => session.dtmf("1"),
      () => session.transfer("carol"),
      () => session.acceptTransfer(),
      () => session.setConfiguration({ video_local: null }),
      () => page.stack.setConfiguration({ display_name: "B" }),
      () => page.stack.newSession("message").send("bob", "x", "text/plain"),
      () => page.stack.newSession("register").register(),
    ]) {
      run();
    }
    throw new Error("mistake");
  });
  session.call("bob");
  await page.say(makeOffer, established, ended({ cause: "bye", by: "remote" }));
  await settle();
  assert.deepEqual(heard, ["connecting", "m_early_media", "connected", "terminated"]);
  assert.equal(report.mock.callCount(), 4);
  assert.equal(page.stack.newSession("call-audio").call("bob"), 0);
});

test("two stacks do not see each other", async () => {
  const page = await Page.started();
  const other = new SIPml.Stack({ realm: "b.example", impi: "bea", impu: "sip:bea@b.example", websocket_proxy_url: "wss://b.example" });
  const a = page.stack.newSession("register");
  const b = other.newSession("register");
  assert.equal(a.register(), 0);
  assert.equal(b.register(), -2, "this one is not started");
  other.start();
  await settle();
  page.browser.socket.open();
  await settle();
  assert.equal(b.register(), 0);
  page.stack.stop();
  await settle();
  assert.equal(other.newSession("call-audio").call("x"), 0);
  assert.equal(page.stack.newSession("call-audio").call("x"), -2);
});
