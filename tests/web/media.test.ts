/** The media of a call: offers, answers, hold, permission, devices, gathering (RFC 8829, RFC 3264). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PeerMediaRequest } from "../../web/call-media.js";
import type { CallMediaOptions } from "../../web/call-media.js";
import { constraintsFor } from "../../web/capture.js";
import { rtcConfiguration } from "../../web/ice.js";
import type { IceOptions } from "../../web/ice.js";
import { SipError } from "../../web/errors.js";
import { Media } from "../../web/media.js";
import { FakeBrowser, FakeStream, FakeTrack, domError, settle } from "./fakes.js";
import type { FakeBrowserOptions } from "./fakes.js";

interface Bench {
  readonly browser: FakeBrowser;
  readonly media: Media;
  readonly seen: string[];
  readonly sdp: string[];
  /** What is told of the connection, and restarts that are asked for. */
  readonly states: string[];
  ask(request: PeerMediaRequest, body?: string): Promise<void>;
}

const call = 1;

function bench(
  options: FakeBrowserOptions = {},
  settings: IceOptions & { iceGatheringTimeout?: number; mediaTimeout?: number } = {},
  restart: () => Promise<void> = () => Promise.resolve(),
): Bench {
  const browser = new FakeBrowser(options);
  const seen: string[] = [];
  const sdp: string[] = [];
  const states: string[] = [];
  const media = new Media(
    browser.environment,
    () => {
      const { iceGatheringTimeout = 2000, mediaTimeout = 15000, ...ice } = settings;
      const configuration = (): RTCConfiguration => rtcConfiguration(ice);
      const periods = { iceGatheringTimeout, iceQuietPeriod: 500, mediaTimeout };
      return { configuration, ...periods, videoSize: undefined };
    },
    {
      ready: (_call, token, description) => {
        seen.push(`ready ${token}`);
        sdp.push(description);
      },
      failed: (_call, token, failure) => seen.push(`failed ${token} ${failure.code}: ${failure.message}`),
      permission: (_call, state) => seen.push(`permission ${state}`),
      tracksAdded: (_call, side, _stream, kinds) => seen.push(`${side} ${kinds.join(",")}`),
      trackEnded: (_call, { side, kind, reason, replaced }) =>
        seen.push(`${side} ${kind} ${reason}${replaced ? ", replaced" : ""}`),
      keyFrameRequested: () => seen.push("key frame"),
      stateChanged: (_call, state, error) =>
        states.push(error === undefined ? state : `${state} ${error.code}: ${error.message}`),
      restart: () => {
        states.push("restart");
        return restart();
      },
      lost: (_call, error) => states.push(`lost ${error}`),
      candidateFound: () => undefined,
      candidateDropped: () => undefined,
      serverFailed: (_call, text) => states.push(`server ${text}`),
    },
  );
  const ask = async (request: PeerMediaRequest, body = ""): Promise<void> => {
    media.handle(request, body);
    await settle();
  };
  return { browser, media, seen, sdp, states, ask };
}

const offer = (
  token: number,
  directions: Partial<Extract<PeerMediaRequest, { type: "create_offer" }>> = {},
): PeerMediaRequest => ({
  type: "create_offer",
  call,
  token,
  audio: "sendrecv",
  video: null,
  hold: false,
  ...directions,
});
const answer = (
  type: "prepare_answer" | "create_answer",
  token: number,
  directions: Partial<Omit<Extract<PeerMediaRequest, { type: "create_answer" }>, "type">> = {},
): PeerMediaRequest => ({
  type,
  call,
  token,
  audio: "sendrecv",
  video: null,
  hold: false,
  ...directions,
});
const apply = (token: number, provisional = false): PeerMediaRequest => ({
  type: "apply_answer",
  call,
  token,
  provisional,
});

describe("RFC 8829 4.1.8: an offer", () => {
  test("asks once for all media, then answers with the local description", async () => {
    const { browser, seen, sdp, ask } = bench();
    await ask(offer(7, { video: "sendrecv" }));
    assert.deepEqual(seen, ["permission requested", "permission accepted", "local video,audio", "ready 7"]);
    assert.deepEqual(browser.captures, [{ audio: true, video: true }]);
    assert.equal(sdp[0], "offer 1 audio:sendrecv video:sendrecv");
    const { connection } = browser;
    assert.equal(connection.transceiver("audio")?.sender.track?.kind, "audio");
    assert.equal(connection.transceiver("video")?.sender.track?.kind, "video");
  });

  test("names one stream for all its media", async () => {
    const { browser, media, ask } = bench();
    await ask(offer(7, { video: "sendrecv" }));
    const streams = browser.connection.getTransceivers().map((t) => t.sender.streams[0]);
    assert.equal(streams[0], streams[1]);
    assert.equal(streams[0] as unknown, media.of(call).localStream);
  });

  test("receiving only asks nobody and offers recvonly", async () => {
    const { browser, seen, sdp, ask } = bench();
    await ask(offer(1, { audio: "recvonly", video: "recvonly" }));
    assert.deepEqual(seen, ["ready 1"]);
    assert.deepEqual(browser.captures, []);
    assert.equal(sdp[0], "offer 1 audio:recvonly video:recvonly");
  });

  test("sending one medium and receiving another asks for the one", async () => {
    const { browser, sdp, ask } = bench();
    await ask(offer(1, { audio: "sendonly", video: "recvonly" }));
    assert.deepEqual(browser.captures, [{ audio: true, video: false }]);
    assert.equal(sdp[0], "offer 1 audio:sendonly video:recvonly");
  });

  for (const [permission, early] of [
    ["granted", true],
    ["prompt", false],
    ["denied", false],
  ] as const) {
    test(`gathers ${early ? "while" : "only after"} the person is asked if permission is ${permission}`, async () => {
      let allow: (stream: FakeStream) => void = () => undefined;
      const { browser, seen, ask } = bench({
        permission,
        getUserMedia: () => new Promise((resolve) => (allow = resolve)),
      });
      await ask(offer(1));
      assert.equal(browser.connection.localDescription !== null, early);
      allow(new FakeStream([new FakeTrack("audio")]));
      await settle();
      assert.equal(seen.at(-1), "ready 1");
      assert.equal(browser.connection.transceiver("audio")?.sender.track?.kind, "audio");
    });
  }

  test("a stream of the page's own is used, asks nobody, and is never stopped", async () => {
    const { browser, media, seen, ask } = bench();
    const own = new FakeTrack("audio");
    const options: CallMediaOptions = { stream: new FakeStream([own]) as unknown as MediaStream };
    media.of(call, options);
    await ask(offer(1, { video: "sendrecv" }));
    assert.deepEqual(browser.captures, [{ audio: false, video: true }], "the camera was missing");
    assert.equal(browser.connection.transceiver("audio")?.sender.track, own);
    media.close(call);
    assert.equal(own.readyState, "live");
    assert.equal(browser.streams[0]?.getTracks()[0]?.readyState, "ended");
    assert.ok(seen.includes("local audio") && seen.includes("local video"));
  });

  test("mute holds for tracks that are there and that come", async () => {
    const { browser, media, ask } = bench();
    media.of(call).mute("audio", true);
    await ask(offer(1));
    const track = browser.streams[0]?.getTracks()[0];
    assert.equal(track?.enabled, false);
    media.of(call).mute("audio", false);
    assert.equal(track?.enabled, true);
    assert.equal(media.of(call).isMuted("audio"), false);
  });
});

describe("candidate gathering", () => {
  const servers = [{ urls: "stun:stun.example.org" }, { urls: ["turn:turn.example.org:3478?transport=udp"] }];
  const slow: FakeBrowserOptions = {
    permission: "granted",
    onPeerConnection: (connection) => (connection.autoGather = false),
  };

  test("complete: leaves at once", async () => {
    const { browser, seen, ask } = bench(slow, { iceServers: servers });
    await ask(offer(1, { audio: "recvonly" }));
    assert.deepEqual(seen, []);
    browser.connection.gathering("complete");
    await settle();
    assert.deepEqual(seen, ["ready 1"]);
    assert.deepEqual(browser.connection.configuration.iceServers, servers);
  });

  test("never complete: leaves after the limit", async () => {
    const { browser, seen, ask } = bench(slow, { iceServers: servers, iceGatheringTimeout: 700 });
    await ask(offer(1, { audio: "recvonly" }));
    await browser.time.advance(699);
    assert.deepEqual(seen, []);
    await browser.time.advance(1);
    assert.deepEqual(seen, ["ready 1"]);
  });

  test("every server has yielded and a short while passed: leaves", async () => {
    const { browser, seen, ask } = bench(slow, { iceServers: servers });
    await ask(offer(1, { audio: "recvonly" }));
    const { connection } = browser;
    connection.candidate("host");
    connection.candidate("srflx", "stun:stun.example.org:3478");
    await browser.time.advance(500);
    assert.deepEqual(seen, [], "the relay is still missing");
    connection.candidate("relay", "turn:turn.example.org:3478?transport=udp");
    await browser.time.advance(30);
    connection.candidate("relay", "turn:turn.example.org:3478?transport=udp");
    await browser.time.advance(49);
    assert.deepEqual(seen, [], "it is not quiet yet");
    await browser.time.advance(1);
    assert.deepEqual(seen, ["ready 1"]);
  });

  test("a server that fails is not waited for", async () => {
    const { browser, seen, ask } = bench(slow, { iceServers: servers });
    await ask(offer(1, { audio: "recvonly" }));
    browser.connection.candidate("host");
    browser.connection.candidate("srflx");
    browser.connection.candidateError("turn:turn.example.org:3478?transport=udp");
    await browser.time.advance(50);
    assert.deepEqual(seen, ["ready 1"]);
  });

  test("RFC 8489 9.2.4: a server that refuses is told of once, by its URL and what it said", async () => {
    const { browser, states, ask } = bench(slow, { iceServers: servers });
    await ask(offer(1, { audio: "recvonly" }));
    const url = "turn:turn.example.org:3478?transport=udp";
    browser.connection.candidateError(url, 401, "Unauthorized");
    browser.connection.candidateError(url, 401, "Unauthorized");
    browser.connection.candidateError("stun:stun.example.org:3478", 701, "");
    assert.deepEqual(states, [
      `server ${url}: 401 Unauthorized`,
      "server stun:stun.example.org:3478: 701",
    ]);
  });

  test("without servers a host candidate and a short while are enough", async () => {
    const { browser, seen, ask } = bench(slow);
    await ask(offer(1, { audio: "recvonly" }));
    browser.connection.candidate("host");
    await browser.time.advance(50);
    assert.deepEqual(seen, ["ready 1"]);
    assert.equal(browser.time.pending, 0, "the limit is not left ticking");
  });
});

describe("RFC 3264 6: answers", () => {
  test("the microphone is asked for at create_answer, not while it rings", async () => {
    const { browser, seen, sdp, ask } = bench();
    await ask(answer("prepare_answer", 1), "offer 1 audio:sendrecv");
    assert.deepEqual(seen, ["remote audio"]);
    assert.deepEqual(browser.captures, []);
    assert.equal(browser.connection.localDescription, null, "no permission yet: no gathering");
    await ask(answer("create_answer", 2), "offer 1 audio:sendrecv");
    assert.deepEqual(seen.slice(1), ["permission requested", "permission accepted", "local audio", "ready 2"]);
    assert.equal(sdp[0], "answer 1 audio:sendrecv");
    assert.deepEqual(browser.connection.log, ["remote offer", "createAnswer", "local answer"]);
  });

  test("with permission the answer is ready before the person accepts", async () => {
    const { browser, seen, ask } = bench({ permission: "granted" });
    await ask(answer("prepare_answer", 1), "offer 1 audio:sendrecv");
    assert.deepEqual(browser.captures, []);
    assert.equal(browser.connection.localDescription?.type, "answer");
    assert.equal(browser.connection.transceiver("audio")?.sender.track, null);
    await ask(answer("create_answer", 2), "offer 1 audio:sendrecv");
    assert.equal(seen.at(-1), "ready 2");
    assert.deepEqual(browser.connection.log, ["remote offer", "createAnswer", "local answer"]);
    assert.equal(browser.connection.transceiver("audio")?.sender.track?.kind, "audio");
  });

  test("accepted otherwise than prepared: the offer is answered anew", async () => {
    const { browser, sdp, ask } = bench({ permission: "granted" });
    const both = "offer 1 audio:sendrecv video:sendrecv";
    await ask(answer("prepare_answer", 1, { video: "sendrecv" }), both);
    await ask(answer("create_answer", 2, { video: null }), both);
    assert.equal(sdp[0], "answer 2 audio:sendrecv video:stopped", "the line stays, rejected");
    assert.deepEqual(browser.captures, [{ audio: true, video: false }]);
  });

  test("another offer in the place of the prepared one: its tracks are in a new stream", async () => {
    const { browser, media, seen, ask } = bench({
      onPeerConnection: (connection) => (connection.forgetsOffer = true),
    });
    const both = "audio:sendrecv video:sendrecv";
    await ask(answer("prepare_answer", 1, { video: "sendrecv" }), `offer 1 ${both}`);
    const before = media.of(call).remoteStream;
    await ask(answer("create_answer", 2, { video: "sendrecv" }), `offer 1b ${both}`);
    assert.deepEqual(
      seen.filter((one) => one.startsWith("remote")),
      ["remote video,audio", "remote video,audio"],
    );
    const after = media.of(call).remoteStream;
    assert.notEqual(after, before);
    const receivers = browser.connection.getReceivers().map(({ track }) => track);
    assert.deepEqual(after?.getTracks() as unknown, receivers);
  });

  test("an unwanted or second line of a kind is rejected in its place", async () => {
    const { sdp, ask } = bench();
    await ask(answer("create_answer", 1), "offer 1 video:sendrecv audio:sendrecv audio:sendrecv");
    assert.equal(sdp[0], "answer 1 video:stopped audio:sendrecv audio:stopped");
  });

  test("ICE that gave up while it rang is begun anew", async () => {
    const { browser, seen, sdp, ask } = bench({ permission: "granted" });
    await ask(answer("prepare_answer", 1), "offer 1 audio:sendrecv");
    const first = browser.connection;
    first.iceConnectionState = "failed";
    await ask(answer("create_answer", 2), "offer 1 audio:sendrecv");
    assert.notEqual(browser.connection, first);
    assert.ok(first.closed);
    assert.equal(seen.at(-1), "ready 2");
    assert.equal(sdp[0], "answer 1 audio:sendrecv");
  });

  test("an offer without description: ours at accept, their answer later", async () => {
    const { seen, ask } = bench();
    await ask(offer(1));
    await ask(apply(2), "answer 1 audio:sendrecv");
    assert.deepEqual(seen.slice(-2), ["remote audio", "ready 2"]);
  });

  test("an offer that the browser refuses", async () => {
    const { seen, ask } = bench({
      onPeerConnection: (connection) => (connection.refuseRemote = new Error("bad line 3")),
    });
    await ask(answer("prepare_answer", 1), "offer");
    assert.deepEqual(seen, ["failed 1 bad_description: bad line 3"]);
  });
});

describe("RFC 3264 8: applying answers, holding, taking back", () => {
  async function established(options: FakeBrowserOptions = {}): Promise<Bench> {
    const all = bench(options);
    await all.ask(offer(1));
    await all.ask(apply(2), "answer 1 audio:sendrecv");
    all.seen.length = 0;
    return all;
  }

  test("an answer brings the remote tracks, told before it is confirmed", async () => {
    const { media, seen, ask } = bench();
    await ask(offer(1, { video: "sendrecv" }));
    await ask(apply(2), "answer 1 audio:sendrecv video:sendrecv");
    assert.deepEqual(seen.slice(-2), ["remote video,audio", "ready 2"]);
    assert.equal(media.of(call).remoteStream?.getTracks().length, 2);
  });

  test("a provisional answer and then the same as final", async () => {
    const { browser, seen, ask } = bench();
    await ask(offer(1));
    await ask(apply(2, true), "answer 1 audio:sendrecv");
    assert.equal(browser.connection.signalingState, "have-remote-pranswer");
    await ask(apply(3), "answer 1 audio:sendrecv");
    assert.equal(browser.connection.signalingState, "stable");
    assert.deepEqual(seen.slice(-3), ["remote audio", "ready 2", "ready 3"]);
  });

  test("a browser without provisional answers takes it as final and skips the repetition", async () => {
    const { browser, seen, ask } = bench({
      onPeerConnection: (connection) => (connection.supportsPranswer = false),
    });
    await ask(offer(1));
    await ask(apply(2, true), "answer 1 audio:sendrecv");
    await ask(apply(3), "answer 1 audio:sendrecv");
    assert.deepEqual(seen.slice(-2), ["ready 2", "ready 3"]);
    assert.equal(browser.connection.log.filter((entry) => entry === "remote answer").length, 1);
  });

  test("another final answer after that is applied in a new round", async () => {
    const { browser, seen, ask } = bench({
      onPeerConnection: (connection) => (connection.supportsPranswer = false),
    });
    await ask(offer(1));
    await ask(apply(2, true), "answer 1 audio:sendrecv");
    await ask(apply(3), "answer 9 audio:sendrecv");
    assert.equal(seen.at(-1), "ready 3");
    assert.equal(browser.connection.remoteDescription?.sdp, "answer 9 audio:sendrecv");
  });

  test("RFC 3261 13.2.2.4: an answer of another branch that the browser refuses begins all anew", async () => {
    const { browser, media, seen, states, ask } = bench({
      onPeerConnection: (connection) => (connection.supportsPranswer = false),
    });
    await ask(offer(1, { video: "sendrecv" }));
    await ask(apply(2, true), "answer 1 audio:sendrecv video:sendrecv");
    const early = browser.connection;
    const tracks = early.getTransceivers().map(({ sender }) => sender.track);
    early.becomes("connected", "connected");
    early.refuseRemote = new Error("other credentials");
    states.length = 0;
    await ask(apply(3), "answer 9 audio:sendrecv video:inactive");
    assert.equal(seen.at(-1), "ready 3");
    assert.equal(early.signalingState, "closed");
    assert.notEqual(browser.connection, early);
    await browser.time.advance(0);
    assert.deepEqual(states, ["connecting", "restart"]);

    // The line that the branch took without a picture stays (RFC 3264 section 8).
    await ask(offer(4, { video: null, ice_restart: true }));
    await ask(apply(5), "answer 1 audio:sendrecv video:inactive");
    const { connection } = browser;
    assert.equal(connection.localDescription?.sdp, "offer 1 audio:sendrecv video:inactive");
    assert.deepEqual(
      connection.getTransceivers().map(({ sender }) => sender.track),
      [tracks[0], null],
    );
    assert.equal(media.of(call).remoteStream?.getTracks()[0] as unknown, connection.transceiver("audio")?.receiver.track);
    assert.equal(browser.captures.length, 1, "nobody is asked again");
    connection.becomes("connected", "connected");
    await browser.time.advance(60000);
    assert.equal(states.at(-1), "connected");
    assert.equal(browser.time.pending, 0);
  });

  test("an offer after one that rejected every line finds a new connection", async () => {
    const { browser, seen, states, ask } = await established();
    const first = browser.connection;
    first.becomes("connected", "connected");
    for (const transceiver of first.getTransceivers()) transceiver.stop();
    states.length = 0;
    await ask(answer("create_answer", 3), "offer 2 audio:sendrecv");
    assert.equal(seen.at(-1), "ready 3");
    assert.equal(first.signalingState, "closed");
    assert.notEqual(browser.connection, first);
    assert.equal(browser.connection.transceiver("audio")?.sender.track?.readyState, "live");
    browser.connection.becomes("connected", "connected");
    assert.equal(states.at(-1), "connected");
    assert.equal(browser.captures.length, 1, "nobody is asked again");
  });

  test("an answer that the browser refuses", async () => {
    const { browser, seen, ask } = bench();
    await ask(offer(1));
    browser.connection.refuseRemote = new Error("too many lines");
    await ask(apply(2), "answer");
    assert.equal(seen.at(-1), "failed 2 bad_description: too many lines");
  });

  test("hold sends nothing and keeps the device, resume sends the same track", async () => {
    const { browser, seen, sdp, ask } = await established();
    const track = browser.connection.transceiver("audio")?.sender.track;
    await ask(offer(3, { audio: "sendonly", hold: true }));
    await ask(apply(4), "answer 2 audio:recvonly");
    assert.equal(browser.connection.transceiver("audio")?.sender.track, null);
    assert.equal(track?.readyState, "live");
    assert.equal(sdp.at(-2), "offer 2 audio:sendonly");
    await ask(offer(5));
    await ask(apply(6), "answer 3 audio:sendrecv");
    assert.equal(browser.connection.transceiver("audio")?.sender.track, track);
    assert.deepEqual(seen, ["ready 3", "ready 4", "ready 5", "ready 6"], "nobody is asked again");
    assert.equal(browser.captures.length, 1);
  });

  test("a medium that is no longer wanted stays as an inactive line", async () => {
    const { sdp, ask } = bench();
    await ask(offer(1, { video: "sendrecv" }));
    await ask(apply(2), "answer 1 audio:sendrecv video:sendrecv");
    await ask(offer(3, { video: null }));
    assert.equal(sdp.at(-1), "offer 2 audio:sendrecv video:inactive");
  });

  test("a picture that is no longer wanted, or refused, or taken back closes the camera", async () => {
    const { browser, media, ask } = await established();
    const camera = (): MediaStreamTrack | undefined => media.of(call).localStream?.getVideoTracks()[0];
    await ask(offer(3, { video: "sendrecv" }));
    await ask(apply(4), "answer 2 audio:sendrecv video:sendrecv");
    const first = camera();
    assert.equal(first?.readyState, "live");
    await ask(offer(5, { video: "sendonly", hold: true }));
    await ask(apply(6), "answer 3 audio:recvonly video:recvonly");
    assert.equal(camera(), first, "a held picture comes back");
    await ask(offer(7, { video: null }));
    await ask(apply(8), "answer 4 audio:sendrecv video:inactive");
    assert.equal(first?.readyState, "ended");
    assert.equal(camera(), undefined);
    await ask(offer(9, { video: "sendrecv" }));
    const second = camera();
    assert.equal(second?.readyState, "live");
    await ask({ type: "rollback", call });
    assert.equal(second?.readyState, "ended");
    const audio = browser.connection.transceiver("audio")?.sender.track;
    assert.equal(audio?.readyState, "live");
  });

  test("a picture that the peer ends closes the camera", async () => {
    const { media, ask } = bench();
    await ask(offer(1, { video: "sendrecv" }));
    await ask(apply(2), "answer 1 audio:sendrecv video:sendrecv");
    const [camera] = media.of(call).localStream?.getVideoTracks() ?? [];
    await ask(
      answer("create_answer", 3, { video: "sendrecv" }),
      "offer audio:sendrecv video:inactive",
    );
    assert.equal(camera?.readyState, "ended");
  });

  test("a picture that the answer does not take is not in the stream that is heard", async () => {
    const { media, seen, ask } = bench();
    const sdp = "offer audio:sendrecv video:sendrecv";
    await ask(answer("prepare_answer", 1, { video: "sendrecv" }), sdp);
    const shown = media.of(call).remoteStream;
    assert.equal(shown?.getTracks().length, 2);
    await ask(answer("create_answer", 2, { audio: "recvonly", video: "inactive" }), sdp);
    const heard = media.of(call).remoteStream;
    assert.notEqual(heard, shown);
    assert.deepEqual(heard?.getTracks().map(({ kind }) => kind), ["audio"]);
    assert.ok(seen.includes("remote "), "the page is told of the stream");
  });

  test("a peer that holds us leaves the microphone open", async () => {
    const { browser, ask } = await established();
    const track = browser.connection.transceiver("audio")?.sender.track;
    await ask(answer("create_answer", 3, { audio: "recvonly" }), "offer audio:sendonly");
    assert.equal(track?.readyState, "live");
  });

  test("a peer that rejects every line to hold us leaves the microphone open", async () => {
    const { browser, media, ask } = await established();
    const track = browser.connection.transceiver("audio")?.sender.track;
    await ask(answer("create_answer", 3, { audio: null }), "offer audio:inactive");
    assert.equal(track?.readyState, "live");
    assert.equal(media.of(call).localStream?.getTracks()[0], track);
  });

  test("a refused re-offer is taken back: directions, tracks, and the new line", async () => {
    const { browser, sdp, ask } = await established();
    await ask(offer(3, { audio: "sendonly", video: "recvonly", hold: true }));
    assert.equal(browser.connection.transceiver("audio")?.sender.track, null);
    await ask({ type: "rollback", call });
    const { connection } = browser;
    assert.equal(connection.signalingState, "stable");
    assert.equal(connection.transceiver("audio")?.direction, "sendrecv");
    assert.equal(connection.transceiver("audio")?.sender.track?.kind, "audio");
    await ask(offer(4));
    assert.match(sdp.at(-1) ?? "", /^offer \d audio:sendrecv/);
  });

  test("a remote offer in the call is answered on the same connection", async () => {
    const { browser, seen, sdp, ask } = await established();
    await ask(answer("create_answer", 3, { audio: "recvonly" }), "offer 5 audio:sendonly");
    assert.equal(sdp.at(-1), "answer 2 audio:recvonly");
    assert.equal(browser.connection.transceiver("audio")?.sender.track, null);
    await ask(answer("create_answer", 4), "offer 6 audio:sendrecv");
    assert.equal(browser.connection.transceiver("audio")?.sender.track?.kind, "audio");
    assert.deepEqual(seen, ["ready 3", "ready 4"]);
    assert.equal(browser.connections.length, 1);
  });

  test("an answer that fails for want of a device leaves the call as it was", async () => {
    const { browser, seen, ask } = await established();
    browser.getUserMedia = () => Promise.reject(domError("NotFoundError"));
    await ask(
      answer("create_answer", 3, { video: "sendrecv" }),
      "offer 5 audio:sendrecv video:sendrecv",
    );
    assert.match(seen.at(-1) ?? "", /^failed 3 no_device/);
    assert.equal(browser.connection.signalingState, "stable");
    assert.equal(browser.connection.transceiver("audio")?.sender.track?.kind, "audio");
    await ask(answer("create_answer", 4), "offer 6 audio:sendrecv");
    assert.equal(seen.at(-1), "ready 4");
  });

  test("taking back an offer that still waits for permission frees the way at once", async () => {
    let allow: (stream: FakeStream) => void = () => undefined;
    const { browser, seen, ask } = await established();
    browser.getUserMedia = () => new Promise((resolve) => (allow = resolve));
    await ask(offer(3, { video: "sendrecv" }));
    await ask({ type: "rollback", call });
    await ask(answer("create_answer", 4), "offer 7 audio:sendrecv");
    assert.equal(seen.at(-1), "ready 4");
    const late = new FakeStream([new FakeTrack("video")]);
    allow(late);
    await settle();
    assert.equal(late.getTracks()[0]?.readyState, "ended", "the camera that came late is closed");
    assert.ok(!seen.includes("ready 3"));
  });
});

describe("what cannot be captured, with fallback \"receive\"", () => {
  const receive: CallMediaOptions = { fallback: "receive" };
  const none: FakeBrowserOptions = {
    getUserMedia: () => Promise.reject(domError("NotFoundError")),
  };
  const audioAlone: FakeBrowserOptions = {
    getUserMedia: (constraints) =>
      constraints.video
        ? Promise.reject(domError("NotFoundError"))
        : Promise.resolve(new FakeStream([new FakeTrack("audio")])),
  };

  test("an offer receives", async () => {
    const { media, seen, sdp, ask } = bench(none);
    media.of(call, receive);
    await ask(offer(1, { video: "sendrecv" }));
    assert.equal(sdp[0], "offer 1 audio:recvonly video:recvonly");
    assert.equal(seen.at(-1), "ready 1");
    assert.ok(seen.includes("permission refused"));
  });

  test("what is there is sent", async () => {
    const { browser, media, sdp, ask } = bench(audioAlone);
    media.of(call, receive);
    await ask(offer(1, { video: "sendrecv" }));
    assert.equal(sdp[0], "offer 1 audio:sendrecv video:recvonly");
    assert.equal(browser.connection.transceiver("audio")?.sender.track?.kind, "audio");
    assert.equal(browser.connection.transceiver("video")?.sender.track, null);
  });

  test("nobody is asked again by hold and resume, but after another device was chosen", async () => {
    const { browser, media, sdp, ask } = bench(none);
    media.of(call, receive);
    await ask(offer(1));
    await ask(apply(2), "answer 1 audio:sendonly");
    const asked = browser.captures.length;
    await ask(offer(3, { audio: "sendonly", hold: true }));
    await ask(apply(4), "answer 2 audio:inactive");
    await ask(offer(5));
    assert.equal(sdp.at(-1), "offer 3 audio:recvonly");
    assert.equal(browser.captures.length, asked);
    await ask(apply(6), "answer 3 audio:sendonly");
    await media.of(call).useDevice("audio", "headset");
    browser.getUserMedia = () => Promise.resolve(new FakeStream([new FakeTrack("audio")]));
    await ask(offer(7));
    assert.equal(sdp.at(-1), "offer 4 audio:sendrecv");
  });

  test("sending alone becomes nothing at all", async () => {
    const { media, sdp, ask } = bench(none);
    media.of(call, receive);
    await ask(offer(1, { audio: "sendonly" }));
    assert.equal(sdp[0], "offer 1 audio:inactive");
  });

  test("an answer that was prepared otherwise is made anew", async () => {
    const { browser, media, sdp, ask } = bench({ ...none, permission: "granted" });
    media.of(call, receive);
    await ask(answer("prepare_answer", 1), "offer 1 audio:sendrecv");
    await ask(answer("create_answer", 2), "offer 1 audio:sendrecv");
    assert.equal(sdp[0], "answer 2 audio:recvonly");
    assert.deepEqual(browser.connection.log, [
      "remote offer",
      "createAnswer",
      "local answer",
      "remote offer",
      "createAnswer",
      "local answer",
    ]);
  });
});

describe("RFC 8839 4.4.1.1: ICE restart", () => {
  test("an offer asks for new credentials and waits for new candidates", async () => {
    const { browser, seen, ask } = bench();
    await ask(offer(1, { audio: "recvonly" }));
    await ask(apply(2), "answer 1 audio:sendonly");
    const { connection } = browser;
    connection.autoGather = false;
    connection.gatherLater = true;
    await ask(offer(3, { audio: "recvonly", ice_restart: true }));
    assert.deepEqual(connection.offerOptions.at(-1), { iceRestart: true });
    assert.equal(connection.iceGatheringState, "complete", "as in browsers for a moment");
    assert.equal(seen.at(-1), "ready 2");
    connection.gathering("gathering");
    await settle();
    assert.equal(seen.at(-1), "ready 2");
    connection.gathering("complete");
    await settle();
    assert.equal(seen.at(-1), "ready 3");
  });

  test("an answer waits in the same way", async () => {
    const { browser, seen, ask } = bench();
    await ask(answer("create_answer", 1, { audio: "recvonly" }), "offer 1 audio:sendonly");
    const { connection } = browser;
    connection.autoGather = false;
    connection.gatherLater = true;
    const again = { audio: "recvonly", ice_restart: true } as const;
    await ask(answer("create_answer", 2, again), "offer 2 audio:sendonly");
    assert.equal(seen.at(-1), "ready 1");
    connection.gathering("gathering");
    connection.gathering("complete");
    await settle();
    assert.equal(seen.at(-1), "ready 2");
  });

  test("other offers have the credentials that there are", async () => {
    const { browser, ask } = bench();
    await ask(offer(1));
    assert.deepEqual(browser.connection.offerOptions, [{ iceRestart: false }]);
  });
});

describe("the connection of the media", () => {
  const refused = (code: "wrong_state" | "not_accepted"): (() => Promise<void>) => () =>
    Promise.reject(new SipError(code, "no"));

  /** A call whose offer was ours, or theirs. */
  async function agreed(
    by: "offerer" | "answerer",
    settings: { mediaTimeout?: number } = {},
    restart?: () => Promise<void>,
  ): Promise<Bench> {
    const all = bench({}, settings, restart);
    if (by === "offerer") {
      await all.ask(offer(1));
      await all.ask(apply(2), "answer 1 audio:sendrecv");
    } else {
      await all.ask(answer("create_answer", 1), "offer 1 audio:sendrecv");
    }
    return all;
  }

  test("a provisional answer may connect, and nothing is given up before the final one", async () => {
    const { browser, states, ask } = bench();
    await ask(offer(1));
    await ask(apply(2, true), "answer 1 audio:sendrecv");
    browser.connection.becomes("connecting", "checking");
    await browser.time.advance(60000);
    browser.connection.becomes("failed", "failed");
    await browser.time.advance(60000);
    assert.deepEqual(states, ["connecting", "failed"]);
  });

  for (const by of ["offerer", "answerer"] as const) {
    test(`${by}: connects`, async () => {
      const { browser, states } = await agreed(by);
      browser.connection.becomes("connecting", "checking");
      browser.connection.becomes("connected", "connected");
      await browser.time.advance(60000);
      assert.deepEqual(states, ["connecting", "connected"]);
      assert.equal(browser.time.pending, 0, "nothing is left ticking");
    });

    test(`${by}: never connects and is given up`, async () => {
      const { browser, states } = await agreed(by);
      await browser.time.advance(14999);
      assert.deepEqual(states, ["connecting"], "also while the browser does not even begin");
      await browser.time.advance(1);
      assert.deepEqual(states, [
        "connecting",
        "failed ice_failed: No connection for the media could be made within 15 s.",
        "lost ice_failed",
      ]);
      browser.connection.becomes("connected", "connected");
      assert.equal(states.length, 3, "what comes later means nothing");
    });

    test(`${by}: DTLS that hangs is told apart`, async () => {
      const { browser, states } = await agreed(by);
      browser.connection.becomes("connecting", "connected");
      await browser.time.advance(15000);
      assert.equal(states.at(-1), "lost dtls_failed");
    });

    test(`${by}: DTLS that fails is given up at once`, async () => {
      const { browser, states } = await agreed(by);
      browser.connection.becomes("failed", "connected");
      assert.deepEqual(states.slice(1), [
        "failed dtls_failed: The media could not be encrypted: the other side's certificate is " +
          "not the one it announced.",
        "lost dtls_failed",
      ]);
    });
  }

  for (const [by, first, state, ice] of [
    ["offerer", 1000, "disconnected", "disconnected"],
    ["answerer", 4000, "disconnected", "disconnected"],
    ["offerer", 0, "failed", "disconnected"],
    ["answerer", 3000, "failed", "failed"],
  ] as const) {
    test(`${by}: ${state} restarts ICE after ${first} ms, and again until it is back`, async () => {
      const { browser, states } = await agreed(by);
      const { connection } = browser;
      connection.becomes("connected", "connected");
      states.length = 0;
      connection.becomes(state, ice);
      const told = state === "failed" ? "failed" : "interrupted";
      if (first > 0) await browser.time.advance(first - 1);
      assert.deepEqual(states, [told]);
      await browser.time.advance(1);
      assert.deepEqual(states, [told, "restart"]);
      await browser.time.advance(5000);
      assert.deepEqual(states, [told, "restart", "restart"]);
      connection.becomes("connected", "connected");
      await browser.time.advance(60000);
      assert.deepEqual(states, [told, "restart", "restart", "connected"]);
      assert.equal(browser.time.pending, 0);
    });
  }

  test("early media that a browser took as the answer is given up like any other", async () => {
    const { browser, states, ask } = bench({
      onPeerConnection: (connection) => (connection.supportsPranswer = false),
    });
    await ask(offer(1));
    await ask(apply(2, true), "answer 1 audio:sendrecv");
    browser.connection.becomes("connected", "connected");
    await ask(apply(3), "answer 1 audio:sendrecv");
    browser.connection.becomes("disconnected", "disconnected");
    await browser.time.advance(15000);
    assert.deepEqual(states.slice(0, 3), ["connected", "interrupted", "restart"]);
    assert.equal(states.at(-1), "lost ice_failed");
  });

  /** Early media of one branch were connected, and another one has answered. */
  async function elsewhere(): Promise<Bench & { connection: Bench["browser"]["connection"] }> {
    const all = bench();
    const { browser, ask } = all;
    await ask(offer(1));
    await ask(apply(2, true), "answer 1 audio:sendrecv");
    const { connection } = browser;
    connection.becomes("connected", "connected");
    await ask(apply(3), "answer 2 audio:sendrecv");
    connection.becomes("connecting", "connected");
    return { ...all, connection };
  }

  test("early media of one branch, the call of another: ICE is restarted after 500 ms", async () => {
    const { browser, connection, states, ask } = await elsewhere();
    await browser.time.advance(499);
    assert.deepEqual(states, ["connected", "interrupted"]);
    await browser.time.advance(1);
    assert.deepEqual(states, ["connected", "interrupted", "restart"]);
    connection.becomes("connected", "connected");
    await browser.time.advance(60000);
    assert.equal(browser.connection, connection);
    states.length = 0;
    connection.becomes("disconnected", "disconnected");
    await browser.time.advance(999);
    assert.deepEqual(states, ["interrupted"], "a loss of what is connected has its own delay");
  });

  test("the other side gets a whole picture as soon as the way is back", async () => {
    const { browser, ask } = bench();
    await ask(offer(1, { video: "sendrecv" }));
    await ask(apply(2), "answer 1 audio:sendrecv video:sendrecv");
    const [, video] = browser.connection.getTransceivers();
    const keyFrames = (): number =>
      video?.sender.parameters.filter(({ keyFrame }) => keyFrame).length ?? -1;
    browser.connection.becomes("connected", "connected");
    await settle();
    assert.equal(keyFrames(), 0, "it begins with one by itself");
    browser.connection.becomes("disconnected", "disconnected");
    browser.connection.becomes("connected", "connected");
    await settle();
    assert.equal(keyFrames(), 1);
  });

  test("a first branch that goes on answering: 1500 ms later another connection is offered", async () => {
    const { browser, connection, states, ask } = await elsewhere();
    await browser.time.advance(500);
    await ask(offer(4, { ice_restart: true, trickle: true }));
    await ask(apply(5), "answer 2 audio:sendrecv");
    await browser.time.advance(1499);
    assert.deepEqual(states, ["connected", "interrupted", "restart"]);
    await browser.time.advance(1);
    await settle();
    assert.ok(connection.closed);
    assert.notEqual(browser.connection, connection);
    assert.deepEqual(states.slice(3), ["connecting", "restart"]);
    await ask(offer(6));
    await ask(apply(7), "answer 3 audio:sendrecv");
    browser.connection.becomes("connected", "connected");
    await browser.time.advance(60000);
    assert.deepEqual(states.slice(3), ["connecting", "restart", "connected"]);
    assert.equal(browser.time.pending, 0);
  });

  test("a loss that mends itself restarts nothing", async () => {
    const { browser, states } = await agreed("offerer");
    browser.connection.becomes("connected", "connected");
    browser.connection.becomes("disconnected", "disconnected");
    await browser.time.advance(999);
    browser.connection.becomes("connected", "connected");
    await browser.time.advance(60000);
    assert.deepEqual(states, ["connecting", "connected", "interrupted", "connected"]);
  });

  test("a peer that refuses is not asked again; the limit holds", async () => {
    const { browser, states } = await agreed("offerer", { mediaTimeout: 9000 }, refused("not_accepted"));
    browser.connection.becomes("connected", "connected");
    browser.connection.becomes("disconnected", "disconnected");
    await browser.time.advance(9000);
    assert.deepEqual(states.slice(2), [
      "interrupted",
      "restart",
      "failed ice_failed: The connection of the media was lost and did not come back within 9 s.",
      "lost ice_failed",
    ]);
  });

  test("another change that is in the way is waited for", async () => {
    const { browser, states } = await agreed("offerer", {}, refused("wrong_state"));
    browser.connection.becomes("connected", "connected");
    browser.connection.becomes("disconnected", "disconnected");
    await browser.time.advance(3000);
    assert.deepEqual(states.slice(2), ["interrupted", "restart", "restart", "restart"]);
  });

  test("0: nothing is ever given up", async () => {
    const { browser, states } = await agreed("offerer", { mediaTimeout: 0 });
    await browser.time.advance(3600000);
    assert.deepEqual(states, ["connecting"]);
  });

  test("a call whose every line is rejected has nothing to connect", async () => {
    const { browser, states, ask } = bench();
    await ask(answer("create_answer", 1, { audio: null }), "offer 1 audio:sendrecv");
    await browser.time.advance(60000);
    assert.deepEqual(states, []);
  });

  test("the end is told, and nothing is left ticking", async () => {
    const { browser, media, states } = await agreed("offerer");
    browser.connection.becomes("connected", "connected");
    browser.connection.becomes("disconnected", "disconnected");
    media.close(call);
    assert.deepEqual(states, ["connecting", "connected", "interrupted", "closed"]);
    assert.equal(browser.time.pending, 0);
  });
});

describe("the end", () => {
  test("close stops what was captured and closes the connection", async () => {
    const { browser, ask } = bench();
    await ask(offer(1));
    await ask({ type: "close", call });
    assert.ok(browser.connection.closed);
    assert.equal(browser.streams[0]?.getTracks()[0]?.readyState, "ended");
  });

  test("close while the person is asked: the late device is closed, nothing is answered", async () => {
    let allow: (stream: FakeStream) => void = () => undefined;
    const { browser, seen, ask } = bench({
      getUserMedia: () => new Promise((resolve) => (allow = resolve)),
    });
    await ask(offer(1));
    await ask({ type: "close", call });
    const late = new FakeStream([new FakeTrack("audio")]);
    allow(late);
    await settle();
    assert.equal(late.getTracks()[0]?.readyState, "ended");
    assert.deepEqual(seen, ["permission requested"]);
    assert.ok(browser.connections.every((connection) => connection.closed));
  });

  test("close while addresses are gathered answers nothing", async () => {
    const { browser, seen, ask } = bench({
      permission: "granted",
      onPeerConnection: (connection) => (connection.autoGather = false),
    });
    await ask(offer(1));
    await ask({ type: "close", call });
    await browser.time.advance(5000);
    assert.ok(!seen.some((entry) => entry.startsWith("ready") || entry.startsWith("failed")));
  });
});

describe("devices", () => {
  test("a chosen device is asked for", () => {
    assert.deepEqual(constraintsFor(["audio", "video"], { maxWidth: 640 }, { audio: "mic", video: "" }), {
      audio: { deviceId: { exact: "mic" } },
      video: { width: { max: 640, ideal: 640 } },
    });
  });

  test("another microphone in a call: the old one is closed, the new one is sent and muted", async () => {
    const given: FakeTrack[] = [];
    const { browser, media, ask } = bench({
      getUserMedia: () => {
        const track = new FakeTrack("audio", `track-${given.length}`);
        given.push(track);
        return Promise.resolve(new FakeStream([track]));
      },
    });
    await ask(offer(1));
    media.of(call).mute("audio", true);
    await media.of(call).useDevice("audio", "headset");
    assert.deepEqual(browser.captures.at(-1), {
      audio: { deviceId: { exact: "headset" } },
      video: false,
    });
    assert.equal(given[0]?.readyState, "ended");
    assert.equal(given[1]?.enabled, false);
    assert.equal(browser.connections[0]?.getTransceivers()[0]?.sender.track, given[1]);
    assert.deepEqual(media.of(call).localStream?.getTracks().length, 1);
  });

  test("a device that cannot be opened leaves the call as it was", async () => {
    const { browser, media, ask } = bench();
    await ask(offer(1));
    const before = browser.connections[0]?.getTransceivers()[0]?.sender.track;
    browser.getUserMedia = () => Promise.reject(domError("NotReadableError"));
    await assert.rejects(media.of(call).useDevice("audio", "broken"), { code: "device_in_use" });
    assert.equal(browser.connections[0]?.getTransceivers()[0]?.sender.track, before);
    assert.equal(before?.readyState, "live");
  });

  test("without a track the choice waits for the next one", async () => {
    const { browser, media, ask } = bench();
    await media.of(call).useDevice("video", "back");
    assert.equal(browser.captures.length, 0);
    await ask(offer(1, { video: "sendrecv" }));
    assert.deepEqual(browser.captures[0]?.video, { deviceId: { exact: "back" } });
  });

  test("a device that is gone is replaced by another one", async () => {
    const { browser, media, seen, ask } = bench();
    await media.of(call).useDevice("audio", "gone");
    const { getUserMedia } = browser;
    browser.getUserMedia = (constraints) =>
      typeof constraints.audio === "object"
        ? Promise.reject(domError("OverconstrainedError"))
        : getUserMedia.call(browser, constraints);
    await ask(offer(1));
    assert.deepEqual(
      browser.captures.map(({ audio }) => audio),
      [{ deviceId: { exact: "gone" } }, true],
    );
    assert.ok(seen.includes("ready 1"), seen.join());
  });
});

describe("getUserMedia errors", () => {
  const rows = [
    ["NotAllowedError", "permission_denied", /microphone.*not allowed/],
    ["SecurityError", "permission_denied", /not allowed/],
    ["NotFoundError", "no_device", /There is no microphone\./],
    ["OverconstrainedError", "no_device", /size/],
    ["NotReadableError", "device_in_use", /used by another program/],
    ["AbortError", "aborted", /could not be opened/],
    ["TypeError", "failed", /could not be opened/],
  ] as const;
  for (const [name, code, text] of rows) {
    test(`${name} is ${code}`, async () => {
      const { seen, ask } = bench({
        getUserMedia: () => Promise.reject(domError(name)),
        devices: [],
      });
      await ask(offer(1));
      assert.equal(seen[1], "permission refused");
      assert.match(seen[2] ?? "", new RegExp(`^failed 1 ${code}: `));
      assert.match(seen[2] ?? "", text);
    });
  }

  test("the missing device is named", async () => {
    const { seen, ask } = bench({
      getUserMedia: () => Promise.reject(domError("NotFoundError")),
      devices: ["audioinput", "audiooutput"],
    });
    await ask(offer(1, { video: "sendrecv" }));
    assert.equal(seen.at(-1), "failed 1 no_device: There is no camera.");
  });

  test("a page that is not secure, and a browser without devices, are told apart", async () => {
    const insecure = bench({ withoutDevices: true, secure: false });
    await insecure.ask(offer(1));
    assert.match(insecure.seen.at(-1) ?? "", /^failed 1 insecure_context: .*https/);
    const old = bench({ withoutDevices: true });
    await old.ask(offer(1));
    assert.match(old.seen.at(-1) ?? "", /^failed 1 not_supported: /);
  });

  test("a browser without WebRTC", async () => {
    const { seen, ask } = bench({ withoutWebRtc: true });
    await ask(offer(1));
    assert.match(seen.at(-1) ?? "", /^failed 1 not_supported: .*RTCPeerConnection/);
  });

  test("a call that failed for its device can be followed by one that works", async () => {
    let fail = true;
    const { seen, ask, browser } = bench({
      getUserMedia: () =>
        fail
          ? Promise.reject(domError("NotAllowedError"))
          : Promise.resolve(new FakeStream([new FakeTrack("audio")])),
    });
    await ask(offer(1));
    await ask({ type: "close", call });
    fail = false;
    await ask({ ...offer(2), call: 2 });
    assert.equal(seen.at(-1), "ready 2");
    assert.equal(browser.connections.length, 2);
  });
});

describe("constraints", () => {
  test("sizes become ranges, and a maximum is what is aimed at", () => {
    assert.deepEqual(constraintsFor(["audio", "video"], { minWidth: 320, maxWidth: 640, maxHeight: 480 }), {
      audio: true,
      video: { width: { min: 320, max: 640, ideal: 640 }, height: { max: 480, ideal: 480 } },
    });
    assert.deepEqual(constraintsFor(["video"], {}), { audio: false, video: true });
    assert.deepEqual(constraintsFor(["audio"], { minWidth: 320 }), { audio: true, video: false });
  });
});
