/** When descriptions leave, and candidates that come after them (RFC 8838, RFC 8840). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MediaSettings, PeerMediaRequest } from "../../web/call-media.js";
import { Gathering } from "../../web/gathering.js";
import { Media } from "../../web/media.js";
import { FakeBrowser, FakePeerConnection, settle } from "./fakes.js";

const call = 1;

function bench(settings: Partial<MediaSettings> = {}): {
  browser: FakeBrowser;
  seen: string[];
  ask(request: PeerMediaRequest, body?: string): Promise<void>;
} {
  const browser = new FakeBrowser({
    permission: "granted",
    onPeerConnection: (connection) => (connection.autoGather = false),
  });
  const seen: string[] = [];
  const all = {
    configuration: () => ({ iceServers: [] }),
    iceGatheringTimeout: 2000,
    iceQuietPeriod: 500,
    videoSize: undefined,
    mediaTimeout: 0,
  };
  const media = new Media(browser.environment, () => ({ ...all, ...settings }), {
    ready: (_call, token) => seen.push(`ready ${token}`),
    failed: (_call, token, failure) => seen.push(`failed ${token} ${failure.code}`),
    permission: () => undefined,
    tracksAdded: () => undefined,
    trackEnded: () => undefined,
    keyFrameRequested: () => undefined,
    stateChanged: () => undefined,
    restart: () => Promise.resolve(),
    lost: () => undefined,
    candidateFound: (_call, mid, candidate, ufrag) =>
      seen.push(candidate ? `found ${mid} ${candidate} ${ufrag}` : "no more"),
    candidateDropped: (_call, text) => seen.push(`dropped: ${text}`),
    serverFailed: () => undefined,
  });
  return {
    browser,
    seen,
    ask: async (request, body = "") => {
      media.handle(request, body);
      await settle();
    },
  };
}

const offer = (token: number, trickle = true): PeerMediaRequest => ({
  type: "create_offer",
  call,
  token,
  audio: "recvonly",
  video: null,
  hold: false,
  trickle,
});

const remote = (candidate: string, mid = "0"): PeerMediaRequest => ({
  type: "add_candidate",
  call,
  mid,
  candidate,
  ufrag: "peer",
});

describe("RFC 8838: candidates of the browser", () => {
  test("a description that may trickle leaves at once, candidates follow it", async () => {
    const { browser, seen, ask } = bench();
    await ask(offer(1));
    assert.deepEqual(seen, ["ready 1"]);
    browser.connection.candidate("host");
    browser.connection.gathering("complete");
    assert.deepEqual(seen, ["ready 1", "found 0 host candidate frag", "no more"]);
  });

  test("one that waits has what was found meanwhile, and says when that is all", async () => {
    const { browser, seen, ask } = bench();
    await ask(offer(1, false));
    browser.connection.candidate("host");
    await settle();
    assert.deepEqual(seen, []);
    browser.connection.gathering("complete");
    await settle();
    assert.deepEqual(seen, ["no more", "ready 1"]);
  });

  test("what comes after a description that had to leave is told", async () => {
    const { browser, seen, ask } = bench();
    await ask(offer(1, false));
    browser.connection.candidate("host");
    await browser.time.advance(50);
    browser.connection.candidate("relay");
    assert.deepEqual(seen, ["ready 1", "found 0 relay candidate frag"]);
  });

  test("nothing is told of a call that is over", async () => {
    const { browser, seen, ask } = bench();
    await ask(offer(1));
    await ask({ type: "close", call });
    browser.connection.candidate("host");
    assert.deepEqual(seen, ["ready 1"]);
  });
});

describe("RFC 8838: candidates of the peer", () => {
  test("wait for its description", async () => {
    const { browser, ask } = bench();
    await ask(offer(1));
    await ask(remote("candidate:1"));
    assert.deepEqual(browser.connection.added, []);
    await ask({ type: "apply_answer", call, token: 2, provisional: false }, "answer 1 audio:sendrecv");
    await ask(remote(""));
    assert.deepEqual(browser.connection.added, [
      { candidate: "candidate:1", sdpMid: "0", usernameFragment: "peer" },
      { candidate: "", sdpMid: "0", usernameFragment: "peer" },
    ]);
  });

  test("that cannot be used cost themselves", async () => {
    const { browser, seen, ask } = bench();
    await ask(offer(1));
    await ask({ type: "apply_answer", call, token: 2, provisional: false }, "answer 1 audio:sendrecv");
    await ask(remote("candidate:1", "9"));
    await ask(remote("bad"));
    await ask(remote("candidate:2"));
    assert.deepEqual(seen.slice(2), [
      'dropped: no media section has the mid "9"',
      "dropped: cannot be read",
    ]);
    assert.equal(browser.connection.added.length, 1);
  });
});

describe("how long a description waits", () => {
  const stun = { urls: "stun:dead.example.org" };
  const turn = { urls: "turn:turn.example.org" };

  /** Milliseconds until it may leave, with candidates at the times given. */
  async function wait(
    configuration: RTCConfiguration,
    candidates: readonly (readonly [at: number, type: string])[],
    restart = false,
  ): Promise<number> {
    const browser = new FakeBrowser();
    const connection = new FakePeerConnection(configuration);
    const gathering = new Gathering(
      browser.environment,
      connection as unknown as RTCPeerConnection,
      configuration,
    );
    if (restart) {
      connection.candidate("host");
      connection.gathering("complete");
    }
    gathering.begin(restart);
    let left = Infinity;
    const clock = browser.time.clock();
    const start = clock.now();
    void gathering.settled({ longest: 2000, quiet: 500 }).then(() => (left = clock.now() - start));
    for (let at = 0; at <= 3000 && left === Infinity; at += 10) {
      for (const [when, type] of candidates) if (when === at) connection.candidate(type);
      await browser.time.advance(10);
      await settle();
    }
    return left;
  }

  test("a STUN server that is dead costs the quiet period", async () => {
    assert.equal(await wait({ iceServers: [stun] }, [[0, "host"]]), 500);
    assert.equal(await wait({ iceServers: [stun] }, [[0, "host"], [300, "host"]]), 800);
  });

  test("servers that have answered are not waited for", async () => {
    assert.equal(await wait({ iceServers: [] }, [[0, "host"]]), 50);
    assert.equal(await wait({ iceServers: [stun] }, [[0, "host"], [100, "srflx"]]), 150);
  });

  test("a TURN server that is allocating is waited for, up to the limit", async () => {
    assert.equal(await wait({ iceServers: [turn] }, [[0, "host"], [1500, "relay"]]), 1550);
    assert.equal(await wait({ iceServers: [turn] }, [[0, "host"]]), 2000);
  });

  test("with one relay candidate other silent servers cost the quiet period", async () => {
    const configuration = { iceServers: [{ urls: ["turn:a.example", "turn:b.example"] }, stun] };
    // The fake names no server, so one relay candidate stands for both.
    assert.equal(await wait(configuration, [[0, "host"], [100, "relay"]]), 600);
  });

  test("with relays alone there has to be one", async () => {
    const configuration: RTCConfiguration = { iceServers: [stun, turn], iceTransportPolicy: "relay" };
    assert.equal(await wait(configuration, []), 2000);
    assert.equal(await wait(configuration, [[1000, "relay"]]), 1050);
    assert.equal(await wait({ iceServers: [stun], iceTransportPolicy: "relay" }, []), 2000);
  });

  test("nothing at all is waited for up to the limit", async () => {
    assert.equal(await wait({ iceServers: [stun] }, []), 2000);
  });

  test("new ICE credentials: what was found for the old ones does not count", async () => {
    assert.equal(await wait({ iceServers: [] }, [[200, "host"]], true), 250);
  });
});
