/** What a call tells of its media and lets the page decide: offers, the connection, ICE restarts. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CommandError } from "../../js-glue/memory.js";
import type { Direction, MediaDirections } from "../../js-glue/protocol.js";
import type { Call } from "../../web/call.js";
import type { MediaOffer } from "../../web/media-offer.js";
import { bench, connected, established, incoming, isSip } from "./bench.js";
import type { Bench } from "./bench.js";
import { FakeStream, FakeTrack, domError, settle, tell } from "./fakes.js";
import type { Scripted } from "./fakes.js";

const offered = (directions: Partial<MediaDirections>): Scripted => ({
  event: { type: "call_offer", call: 1, audio: "sendrecv", video: null, ...directions },
});
const modified = (ok: boolean, status = 200): Scripted => ({
  event: { type: "call_modified", call: 1, change: "restart_ice", ok, status, reason: "" },
});
const media = (type: "create_offer" | "apply_answer", token: number): Scripted => ({
  media:
    type === "create_offer"
      ? { type, call: 1, token, hold: false, audio: "recvonly", video: null }
      : { type, call: 1, token, provisional: false },
  body: "answer 1 audio:sendonly",
});

async function calling(
  given: Parameters<typeof connected>[0] = {},
): Promise<Bench & { readonly call: Call }> {
  const all = await connected(given);
  const call = all.agent.call("bob");
  tell(all.browser, established(call.id));
  return { ...all, call };
}

describe("RFC 3264 8.1: the peer offers to add a medium", () => {
  test("the core asks, and without a listener the call goes on without it", async () => {
    const { browser, core } = await calling();
    assert.equal(core.config?.ask_upgrades, true);
    tell(browser, offered({ video: "sendrecv" }));
    assert.deepEqual(core.of("accept_offer"), [
      { type: "accept_offer", call: 1, audio: "sendrecv", video: null },
    ]);
  });

  const rows: readonly [string, (offer: MediaOffer) => void, MediaDirections][] = [
    ["accept()", (offer) => offer.accept(), { audio: "sendrecv", video: "sendrecv" }],
    [
      'accept({ video: "recvonly" })',
      (offer) => offer.accept({ video: "recvonly" }),
      { audio: "sendrecv", video: "recvonly" },
    ],
    [
      "accept({ audio: false })",
      (offer) => offer.accept({ audio: false }),
      { audio: null, video: "sendrecv" },
    ],
    ["decline()", (offer) => offer.decline(), { audio: "sendrecv", video: null }],
  ];
  for (const [name, act, wanted] of rows) {
    test(name, async () => {
      const { browser, core, call } = await calling();
      call.on("mediaOffer", (offer) => {
        assert.deepEqual([offer.audio, offer.video], ["sendrecv", "sendrecv"]);
        assert.deepEqual(offer.added, ["video"]);
        act(offer);
        assert.ok(offer.answered);
        assert.throws(() => offer.accept(), isSip("wrong_state"));
        assert.throws(() => offer.decline(), isSip("wrong_state"));
        assert.throws(() => offer.reject(), isSip("wrong_state"));
      });
      tell(browser, offered({ video: "sendrecv" }));
      assert.deepEqual(core.of("accept_offer"), [{ type: "accept_offer", call: 1, ...wanted }]);
    });
  }

  test("reject() refuses the whole offer", async () => {
    const { browser, core, call } = await calling();
    call.on("mediaOffer", (offer) => offer.reject({ status: 606, reason: "No" }));
    tell(browser, offered({ video: "sendrecv" }));
    assert.deepEqual(core.of("reject_offer"), [
      { type: "reject_offer", call: 1, status: 606, reason: "No" },
    ]);
  });

  test("one that the core no longer has open can be answered again", async () => {
    const { browser, core, call } = await calling();
    core.onCommand = () => {
      throw new CommandError({ code: "wrong_state", argument: "call", message: "no offer" });
    };
    const offers: MediaOffer[] = [];
    call.on("mediaOffer", (offer) => void offers.push(offer));
    tell(browser, offered({ video: "sendrecv" }));
    assert.throws(() => offers[0]?.accept(), isSip("wrong_state"));
    assert.equal(offers[0]?.answered, false);
  });

  test("one that is over cannot be answered, and that is told once", async () => {
    const { browser, core, call } = await calling();
    const offers: MediaOffer[] = [];
    const over: MediaOffer[] = [];
    call.on("mediaOffer", (offer) => void offers.push(offer));
    call.on("mediaOfferOver", (offer) => void over.push(offer));
    tell(browser, offered({ video: "sendrecv" }));
    assert.equal(offers[0]?.over, false);
    tell(browser, { event: { type: "call_offer_over", call: 1 } });
    tell(browser, { event: { type: "call_offer_over", call: 1 } });
    assert.deepEqual(over, offers);
    assert.equal(offers[0]?.over, true);
    assert.throws(() => offers[0]?.accept(), isSip("wrong_state"));
    assert.deepEqual(core.of("accept_offer"), []);
  });

  test("what was accepted is kept when something else is declined; what was taken out is not", async () => {
    const { browser, core, agent } = await connected();
    let call: Call | undefined;
    agent.on("call", (given) => (call = given));
    tell(browser, incoming(1));
    call?.answer({ audio: "recvonly" });
    tell(browser, established(1));
    tell(browser, offered({ video: "sendrecv" }));
    call?.on("mediaOffer", (offer) => offer.accept());
    tell(browser, offered({ video: "sendonly" }));
    tell(browser, {
      event: { type: "call_media", call: 1, audio: "recvonly", video: null },
    });
    tell(browser, offered({ video: "recvonly" }));
    assert.deepEqual(
      core.of("accept_offer").map(({ audio, video }) => [audio, video]),
      [
        ["recvonly", null],
        ["recvonly", "sendonly"],
        ["recvonly", "recvonly"],
      ],
    );
  });

  test("what was accepted and could not be captured is not taken by declining the next offer", async () => {
    const { browser, core, call } = await calling();
    tell(browser, { media: { type: "create_offer", call: 1, token: 1, hold: false, audio: "sendrecv", video: null } });
    await settle();
    tell(browser, { ...media("apply_answer", 2), body: "answer 1 audio:sendrecv" });
    await settle();
    const forget = call.on("mediaOffer", (offer) => offer.accept());
    tell(browser, offered({ video: "sendrecv" }));
    browser.getUserMedia = () => Promise.reject(domError("NotAllowedError"));
    tell(browser, {
      media: { type: "create_answer", call: 1, token: 3, hold: false, audio: "sendrecv", video: "sendrecv" },
      body: "offer 2 audio:sendrecv video:sendrecv",
    });
    await settle();
    assert.equal(core.of("media_failed")[0]?.error, "permission_denied");
    forget();
    const added: unknown[] = [];
    call.on("mediaOffer", (offer) => {
      added.push(offer.added);
      offer.decline();
    });
    tell(browser, offered({ video: "sendrecv" }));
    assert.deepEqual(added, [["video"]]);
    assert.deepEqual(
      core.of("accept_offer").map(({ audio, video }) => [audio, video]),
      [
        ["sendrecv", "sendrecv"],
        ["sendrecv", null],
      ],
    );
  });

  test("a picture that the peer refused, or made inactive, is asked for again", async () => {
    const { agent, browser, core } = await connected();
    agent.call("bob", { video: true });
    tell(browser, {
      media: { type: "create_offer", call: 1, token: 1, hold: false, audio: "sendrecv", video: "sendrecv" },
    });
    await settle();
    tell(browser, {
      media: { type: "apply_answer", call: 1, token: 2, provisional: false },
      body: "answer 1 audio:sendrecv video:inactive",
    });
    await settle();
    tell(browser, established(1));
    tell(browser, offered({ video: "sendrecv" }));
    const [declined] = core.of("accept_offer");
    assert.equal(declined?.video, null);
  });

  test("what the peer made inactive is not taken back by declining", async () => {
    const { agent, browser, core } = await connected();
    const call = agent.call("bob", { video: true });
    tell(browser, established(1));
    const flows = (audio: Direction, video: Direction): Scripted => ({
      event: { type: "call_media", call: 1, audio, video },
    });
    const seen: MediaOffer[] = [];
    call.on("mediaOffer", (offer) => {
      seen.push(offer);
      offer.decline();
    });
    // A hold takes nothing out.
    tell(browser, { event: { type: "call_remote_hold", call: 1, held: true } });
    tell(browser, flows("recvonly", "inactive"));
    tell(browser, { event: { type: "call_remote_hold", call: 1, held: false } });
    tell(browser, flows("inactive", "inactive"));
    tell(browser, flows("sendrecv", "sendrecv"));
    tell(browser, offered({ audio: "sendrecv", video: "sendrecv" }));
    tell(browser, flows("sendrecv", "inactive"));
    tell(browser, offered({ audio: "sendrecv", video: "sendrecv" }));
    assert.deepEqual(
      core.of("accept_offer").map(({ audio, video }) => [audio, video]),
      [
        ["sendrecv", "sendrecv"],
        ["sendrecv", "inactive"],
      ],
    );
    assert.deepEqual(seen.map(({ added }) => added), [[], ["video"]]);
  });

  test("devices and a stream of the page's own are used for it", async () => {
    const { browser, call } = await calling();
    const own = new FakeTrack("video");
    call.on("mediaOffer", (offer) =>
      offer.accept({ stream: new FakeStream([own]) as unknown as MediaStream }),
    );
    tell(browser, offered({ video: "sendrecv" }), {
      media: { type: "create_answer", call: 1, token: 3, hold: false, audio: "sendrecv", video: "sendrecv" },
      body: "offer 2 audio:sendrecv video:sendrecv",
    });
    await settle();
    assert.equal(browser.connection.transceiver("video")?.sender.track, own);
    assert.deepEqual(browser.captures, [{ audio: true, video: false }]);
  });

  test("a wrong option is named", async () => {
    const { agent, browser, call } = await calling();
    const wrong = { fallback: "no" } as unknown as { fallback: "receive" };
    assert.throws(() => agent.call("bob", wrong), isSip("invalid_argument", { argument: "fallback" }));
    let seen: unknown;
    call.on("mediaOffer", (offer) => {
      try {
        offer.accept(wrong);
      } catch (error) {
        seen = error;
      }
      offer.decline();
    });
    tell(browser, offered({ video: "sendrecv" }));
    isSip("invalid_argument", { argument: "fallback" })(seen);
  });
});

describe("the connection of the media", () => {
  test("ICE is restarted by command; the promise is the peer's answer", async () => {
    const { browser, core, call } = await calling();
    const restarting = call.restartIce({ headers: [{ name: "X-Why", value: "new network" }] });
    assert.deepEqual(core.of("restart_ice"), [
      { type: "restart_ice", call: 1, headers: [{ name: "X-Why", value: "new network" }] },
    ]);
    tell(browser, modified(true));
    await restarting;
    const refused = call.restartIce();
    tell(browser, modified(false, 488));
    await assert.rejects(refused, isSip("not_accepted", { status: 488 }));
  });

  test("a loss is told, restarted, and told again when it is mended", async () => {
    const { browser, core, call } = await calling();
    const seen: string[] = [];
    call.on("mediaState", ({ state }) => seen.push(state));
    tell(browser, media("create_offer", 1));
    await settle();
    tell(browser, media("apply_answer", 2));
    await settle();
    const { connection } = browser;
    connection.becomes("connected", "connected");
    assert.equal(call.mediaState, "connected");
    connection.becomes("disconnected", "disconnected");
    assert.equal(call.mediaState, "interrupted");
    await browser.time.advance(1000);
    assert.equal(core.of("restart_ice").length, 1);
    tell(browser, modified(true));
    connection.becomes("connected", "connected");
    assert.deepEqual(seen, ["connecting", "connected", "interrupted", "connected"]);
    tell(browser, { event: { type: "call_ended", call: 1, cause: "bye", by: "remote" } });
    assert.equal(seen.at(-1), "closed");
  });

  test("one that is given up ends the call, and the end says why", async () => {
    const { browser, core, call } = await calling({ mediaTimeout: 4000 });
    core.onCommand = (command) =>
      command.type === "media_lost"
        ? [
            {
              event: {
                type: "call_ended",
                call: 1,
                cause: "media_error",
                by: "local",
                media_error: command.error,
              },
            },
          ]
        : [];
    const states: unknown[] = [];
    call.on("mediaState", ({ state, error }) => states.push([state, error?.code]));
    tell(browser, media("create_offer", 1));
    await settle();
    tell(browser, media("apply_answer", 2));
    await settle();
    await browser.time.advance(4000);
    const end = await call.ended;
    assert.deepEqual([end.cause, end.mediaError], ["media_error", "ice_failed"]);
    assert.equal(end.message, "No connection for the media could be made within 4 s.");
    assert.deepEqual(states, [
      ["connecting", undefined],
      ["failed", "ice_failed"],
      ["closed", undefined],
    ]);
    assert.ok(browser.connections.every(({ closed }) => closed));
  });

  test("a call to a page without devices goes on receiving, if that is wanted", async () => {
    const { browser, core, agent } = await connected();
    browser.getUserMedia = () => Promise.reject(domError("NotFoundError"));
    const refused: unknown[] = [];
    agent.on("mediaPermission", ({ state, error }) => refused.push([state, error?.code]));
    agent.call("bob", { fallback: "receive" });
    tell(browser, {
      media: { type: "create_offer", call: 1, token: 1, hold: false, audio: "sendrecv", video: null },
    });
    await settle();
    assert.equal(core.commands.at(-1)?.body, "offer 1 audio:recvonly");
    assert.deepEqual(refused, [
      ["requested", undefined],
      ["refused", "no_device"],
    ]);
  });
});

describe("RFC 8829 4.1.1: what connections are made with", () => {
  test("everything is passed on, url as urls", async () => {
    const { browser, agent } = await connected({
      iceServers: [{ url: "stun:a.example" }, { urls: ["turn:b.example"], username: "u", credential: "p" }],
      iceTransportPolicy: "relay",
      iceCandidatePoolSize: 2,
      bundlePolicy: "max-bundle",
      rtcpMuxPolicy: "negotiate",
    });
    agent.call("bob");
    tell(browser, media("create_offer", 1));
    await settle();
    assert.deepEqual(browser.connection.configuration, {
      iceServers: [
        { urls: "stun:a.example" },
        { urls: ["turn:b.example"], username: "u", credential: "p" },
      ],
      iceTransportPolicy: "relay",
      iceCandidatePoolSize: 2,
      bundlePolicy: "max-bundle",
      rtcpMuxPolicy: "negotiate",
    });
  });

  const wrong: readonly [string, object, string][] = [
    ["no array", { iceServers: "stun:a" }, "iceServers"],
    ["an entry that is none", { iceServers: [null] }, "iceServers[0]"],
    ["no address", { iceServers: [{ urls: "stun:a" }, {}] }, "iceServers[1].urls"],
    ["another scheme", { iceServers: [{ url: "http://a" }] }, "iceServers[0].urls"],
    ["a policy that is none", { iceTransportPolicy: "none" }, "iceTransportPolicy"],
    ["a server without addresses", { iceServers: [{ urls: [] }] }, "iceServers[0].urls"],
    ["another bundling", { bundlePolicy: "all" }, "bundlePolicy"],
    ["another multiplexing", { rtcpMuxPolicy: "none" }, "rtcpMuxPolicy"],
    ["a time that is none", { mediaTimeout: Number.NaN }, "mediaTimeout"],
    ["a time that no timer takes", { mediaTimeout: Infinity }, "mediaTimeout"],
    ["a negative time", { qualityInterval: -1 }, "qualityInterval"],
    ["a time in words", { iceQuietPeriod: "500" }, "iceQuietPeriod"],
    ["a pool that is too large", { iceCandidatePoolSize: 1000 }, "iceCandidatePoolSize"],
  ];
  for (const [name, options, argument] of wrong) {
    test(`${name} is refused by name`, async () => {
      const { agent } = await connected();
      assert.throws(() => agent.configure(options), isSip("invalid_argument", { argument }));
      assert.throws(() => bench(options), isSip("invalid_argument", { argument }));
    });
  }
});
