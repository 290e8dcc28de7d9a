/**
 * What a peer may get wrong in a description and what a browser may fail at: each ends with its own
 * event and SIP answer, leaves nothing open, and the next call works. RFC 3261 sections 13.2.2.4,
 * 14 and 21.4.26, RFC 3326.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { CallScene } from "./call-scene.js";
import { expectWays, type Ways } from "./flow.js";
import { sdpType, type Hand } from "./hand.js";
import { Dialog, type RawMessage } from "./kamailio/raw-client.js";
import { expectMedia } from "./media.js";
import type { Failure } from "./page/modern.js";
import type { Phone } from "./phone.js";
import { expectNothingOpen } from "./wire.js";

let scene: CallScene;
let alice: Phone;
let bob: Hand;

before(async () => {
  scene = await CallScene.start();
  alice = await scene.phone("alice");
  bob = await scene.hand("bob");
});
after(() => scene?.stop());

const sound: Ways = { audio: "<->", video: "none" };

/** Alice calls, and the call is answered as it should be. */
async function connect(video = false): Promise<Dialog> {
  await alice.call("bob", { audio: true, video });
  const invite = await bob.client.nextRequest("INVITE");
  const dialog = await bob.accept(invite, video ? ["audio", "video"] : ["audio"]);
  await alice.state("established");
  return dialog;
}

async function hangUp(): Promise<void> {
  await alice.hangup();
  await bob.bye();
  await alice.end();
  await bob.forget();
}

function restartIce(): Promise<Failure | null> {
  return alice.tab.page.evaluate(() =>
    window.phone.current.restartIce().then(
      () => null,
      ({ code, message }: { code: string; message: string }) => ({ code, status: null, message }),
    ),
  );
}

/** What Bob said last of his media, as it reached Alice's browser. */
function described(): Promise<string> {
  return alice.tab.page.evaluate(
    () => window.probe.peers.at(-1)?.currentRemoteDescription?.sdp ?? "",
  );
}

/** The call goes on as it was, with sound both ways. */
async function goesOn(): Promise<void> {
  assert.equal((await alice.snapshot()).call, "established");
  await expectWays(alice.tab, bob.tab, sound);
}

// Nothing is left open, and the next call works.
afterEach(async () => {
  await alice.hangup().catch(() => undefined);
  await bob.forget();
  await expectNothingOpen(alice);
  await connect();
  await expectMedia([alice.tab, bob.tab], ["audio"]);
  await hangUp();
  await expectNothingOpen(alice);
});

const none = (line: RegExp) => (sdp: string): string => sdp.replace(line, "");
const video =
  "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:v\r\na=rtpmap:96 VP8/90000\r\n" +
  "a=sendrecv\r\na=rtcp-mux\r\n";

/** Passes through our rules, and only the browser refuses it. */
const unreadable = (sdp: string): string => `${sdp}a=ssrc:nobody cname:x\r\n`;
/** Has none of the codecs that there are. */
const uncommon = (sdp: string): string =>
  sdp
    .replace(/^a=(rtpmap|fmtp|rtcp-fb):.*\r\n/gm, "")
    .replace(/^(m=audio \S+ \S+) .*\r\n/m, "$1 96\r\n")
    .concat("a=rtpmap:96 unheard-of/8000\r\n");

/** Offers that nobody can take, and what the Warning says of each. */
const offers: readonly (readonly [name: string, bend: (sdp: string) => string, warning: RegExp])[] = [
  ["does not parse", (sdp) => `this is not SDP\r\n${sdp}`, /^399 \S+ "remote offer, line 1/],
  ["has no o= line", none(/^o=.*\r\n/m), /there is no o= line/],
  ["has no fingerprint", none(/^a=fingerprint:.*\r\n/gm), /^302 .*fingerprint/],
  [
    "has nothing but a medium that browsers do not know",
    (sdp) => sdp.replace(/^m=audio \S+ \S+ .*$/m, "m=message 9 TCP/MSRP *"),
    /^304 .*browsers know audio and video only/,
  ],
];

describe("an INVITE whose description", () => {
  for (const [name, bend, warning] of offers) {
    test(name, async () => {
      const before = (await alice.snapshot()).diagnostics.length;
      const { final } = await bob.call("alice", bend(await bob.offer(["audio"])));
      assert.equal(final.status, 488, final.startLine);
      assert.match(final.first("warning"), warning);
      const told = (await alice.snapshot()).diagnostics.slice(before);
      assert.match(told.join(), /bad_remote_description/);
    });
  }

  const accepted: readonly (readonly [name: string, bend: (sdp: string) => string])[] = [
    ["has no codec in common", uncommon],
    ["the browser does not take", unreadable],
  ];
  for (const [name, bend] of accepted) {
    test(name, async () => {
      await alice.autoAnswer({ audio: true });
      const { final } = await bob.call("alice", bend(await bob.offer(["audio"])));
      await alice.autoAnswer(null);
      assert.equal(final.status, 488, final.startLine);
      const end = await alice.end();
      assert.deepEqual([end.cause, end.mediaError], ["media_error", "bad_description"]);
      assert.match(final.first("warning"), /^305 /);
    });
  }
});

/** Answers that nobody can take. */
const answers: readonly (readonly [name: string, bend: (sdp: string) => string])[] = [
  ["does not parse", (sdp) => `this is not SDP\r\n${sdp}`],
  ["has no o= line", none(/^o=.*\r\n/m)],
  ["has no fingerprint", none(/^a=fingerprint:.*\r\n/gm)],
  ["has too many m-lines", (sdp) => sdp + video],
  ["is of another kind", (sdp) => sdp.replace(/^m=audio/m, "m=video")],
  ["has no codec in common", uncommon],
  ["has no ICE password that could be one", (sdp) => sdp.replace(/^a=ice-pwd:.*$/gm, "a=ice-pwd:short")],
  ["the browser does not take", unreadable],
];

describe("a 200 whose description", () => {
  for (const [name, bend] of answers) {
    test(`${name}: the first INVITE, and a re-INVITE of ours`, async () => {
      const before = (await alice.snapshot()).diagnostics.length;
      await alice.call("bob", { audio: true });
      await bob.accept(await bob.client.nextRequest("INVITE"), ["audio"], bend);
      const bye = await bob.bye();
      assert.match(bye.first("reason"), /^SIP;\s*cause=488/);
      const end = await alice.end();
      assert.deepEqual([end.cause, end.mediaError], ["media_error", "bad_description"]);
      const told = (await alice.snapshot()).diagnostics.slice(before).join();
      assert.equal(told.includes("bad_remote_description"), bend !== unreadable, told);
      await bob.forget();
      await expectNothingOpen(alice);

      await connect();
      await expectMedia([alice.tab, bob.tab], ["audio"]);
      // An answer that accepts nothing is no error to a hold (RFC 3264 section 8.4).
      const holds = bend !== uncommon;
      const changing = holds ? alice.hold() : restartIce();
      const reinvite = await bob.client.nextRequest("INVITE");
      assert.match(reinvite.body, holds ? /^a=sendonly/m : /^a=sendrecv/m);
      // The far side's media do not change, so that it is seen whether ours do.
      const answer = await described();
      bob.respond(reinvite, "200 OK", bend(answer));
      await bob.client.nextRequest("ACK");
      assert.equal((await changing)?.code, "not_accepted");
      await goesOn();
      assert.equal(await alice.tab.page.evaluate(() => window.phone.current.localHold), false);
      await hangUp();
    });
  }
});

test("a re-INVITE of the peer with an offer that nobody can take: 488, and the call goes on", async () => {
  const dialog = await connect();
  for (const [name, bend, warning] of offers) {
    const offer = await bob.offer(["audio"]);
    const final = await dialog.exchange("INVITE", [sdpType], bend(offer));
    await bob.takeBack();
    assert.equal(final.status, 488, name);
    assert.match(final.first("warning"), warning);
    await goesOn();
  }
  for (const bend of [
    (sdp: string): string => sdp.replace(/^a=ice-pwd:.*$/gm, "a=ice-pwd:short"),
    unreadable,
  ]) {
    const refused = bend(await bob.offer(["audio"]));
    assert.equal((await dialog.exchange("INVITE", [sdpType], refused)).status, 488);
    await bob.takeBack();
    await goesOn();
  }
  await hangUp();
});

/** RFC 3264 section 8: the m-lines that there were have to be there again, in their order. */
const reoffers: readonly (readonly [name: string, bend: (sdp: string) => string])[] = [
  ["leaves out the m-line of the picture", (sdp) => sdp.slice(0, sdp.indexOf("m=video"))],
  [
    "has them in another order",
    (sdp) => {
      const [head = "", sound = "", picture = ""] = sdp.split(/^(?=m=)/m);
      return head + picture + sound;
    },
  ],
  ["has a line of another kind", (sdp) => sdp.replace(/^m=video/m, "m=audio")],
];

for (const [name, bend] of reoffers) {
  test(`a re-INVITE of the peer that ${name}: 488, and the call goes on with sound and picture`, async () => {
    const dialog = await connect(true);
    await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
    const offer = (await described())
      .replace(/^(o=\S+ \S+) \d+/m, "$1 99")
      .replace(/^a=setup:\w+/gm, "a=setup:actpass");
    const final = await dialog.exchange("INVITE", [sdpType], bend(offer));
    assert.equal(final.status, 488, final.startLine);
    await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
    await hangUp();
  });
}

test("early media that nobody can take cost themselves: the call is answered and heard", async () => {
  for (const [name, bend] of answers) {
    if (name === "the browser does not take") continue; // it is the same answer again in the 200
    await alice.call("bob", { audio: true });
    const invite = await bob.client.nextRequest("INVITE");
    const answer = await bob.answer(invite.body, ["audio"]);
    bob.respond(invite, "183 Session Progress", bend(answer));
    await alice.logged("progress 183");
    bob.respond(invite, "200 OK", answer);
    await bob.client.nextRequest("ACK");
    await alice.state("established");
    await expectWays(alice.tab, bob.tab, sound);
    await hangUp();
  }
});

describe("an ACK whose answer to the offer of our 200", () => {
  for (const [name, bend] of answers) {
    test(name, async () => {
      await alice.autoAnswer({ audio: true });
      const sent = await bob.call("alice", "");
      await alice.autoAnswer(null);
      assert.equal(sent.final.status, 200, sent.final.startLine);
      const answer = bend(await bob.answer(sent.final.body, ["audio"]));
      Dialog.ofCaller(bob.client, sent).send("ACK", [sdpType], answer);
      const bye = await bob.bye();
      assert.match(bye.first("reason"), /^SIP;\s*cause=488/);
      const end = await alice.end();
      assert.deepEqual([end.cause, end.mediaError], ["media_error", "bad_description"]);
    });
  }
});

describe("the camera", () => {
  /** From here on getUserMedia with a picture fails, or waits until let go. */
  const spoil = (how: "fails" | "waits"): Promise<void> =>
    alice.tab.page.evaluate((way) => {
      const { mediaDevices } = navigator;
      const real = mediaDevices.getUserMedia;
      const gate = window as unknown as { letGo: () => void };
      mediaDevices.getUserMedia = async (constraints) => {
        if (way === "fails") throw new DOMException("in use", "NotReadableError");
        await new Promise<void>((resolve) => (gate.letGo = resolve));
        return real.call(mediaDevices, constraints);
      };
      (window as unknown as { repair: () => void }).repair = () => {
        mediaDevices.getUserMedia = real;
      };
    }, how);
  const repair = (): Promise<void> =>
    alice.tab.page.evaluate(() => (window as unknown as { repair: () => void }).repair());
  const letGo = (): Promise<true> =>
    alice.tab.wait("the question for a device", () =>
      alice.tab.page.evaluate(() => {
        const gate = window as unknown as { letGo?: () => void };
        if (!gate.letGo) return undefined;
        gate.letGo();
        delete gate.letGo;
        return true as const;
      }),
    );
  const asking = (): Promise<true> =>
    alice.tab.wait("the question for a device", () =>
      alice.tab.page.evaluate(() => ("letGo" in window ? (true as const) : undefined)),
    );
  const consent = (): Promise<void> =>
    alice.tab.page.evaluate(() => {
      window.phone.current.on("mediaOffer", (offer) => offer.accept());
    });

  test("fails when a picture is accepted: 488, and the call goes on", async () => {
    const dialog = await connect();
    await consent();
    await spoil("fails");
    const final = await dialog.exchange("INVITE", [sdpType], await bob.offer(["audio", "video"]));
    await repair();
    assert.equal(final.status, 488, final.startLine);
    await bob.takeBack();
    await goesOn();
    await hangUp();
  });

  test("is asked for in a call that is hung up meanwhile", async () => {
    const dialog = await connect();
    await consent();
    await spoil("waits");
    dialog.send("INVITE", [sdpType], await bob.offer(["audio", "video"]));
    await asking();
    const refused = bob.client.nextResponse("INVITE");
    await hangUp();
    await letGo();
    await repair();
    assert.ok((await refused).status >= 400);
  });

  test("and microphone are asked for, and the caller hangs up meanwhile", async () => {
    await spoil("waits");
    await alice.call("bob", { audio: true });
    await asking();
    await alice.hangup();
    await alice.end();
    await letGo();
    await repair();
  });

  test("and microphone are asked for, and the callee hangs up, or the caller cancels", async () => {
    await spoil("waits");
    await alice.autoAnswer({ audio: true });
    const calling = bob.call("alice", await bob.offer(["audio"]));
    await asking();
    await alice.hangup();
    assert.ok((await calling).final.status >= 400);
    await alice.end();
    await letGo();
    await bob.forget();
    await repair();
    await alice.autoAnswer(null);
  });
});

describe("hung up", () => {
  test("while candidates are found", async () => {
    const configure = (urls: readonly string[]): Promise<void> =>
      alice.tab.page.evaluate((servers) => {
        const iceServers = servers.length === 0 ? [] : [{ urls: [...servers] }];
        window.phone.agent.configure({ iceServers, iceQuietPeriod: 2000 });
      }, urls);
    // Nobody is at this address (RFC 5737 would leave the machine).
    await configure(["stun:127.0.0.1:9"]);
    await alice.call("bob", { audio: true });
    await alice.tab.wait("candidates", () =>
      alice.tab.page.evaluate(() => {
        const peer = window.probe.peers.at(-1);
        return peer?.localDescription && peer.iceGatheringState === "gathering" ? true : undefined;
      }),
    );
    await alice.hangup();
    await alice.end();
    await expectNothingOpen(alice);
    await configure([]);
  });

  for (const by of ["here", "there"] as const) {
    test(`while the answer is applied: ${by}`, async () => {
      await alice.tab.page.evaluate(() => {
        const page = window as unknown as { applied: () => void };
        const { prototype } = RTCPeerConnection;
        const real = prototype.setRemoteDescription;
        const late = async function (
          this: RTCPeerConnection,
          description: RTCSessionDescriptionInit,
        ): Promise<void> {
          prototype.setRemoteDescription = real;
          await new Promise<void>((resolve) => (page.applied = resolve));
          const apply: (given: RTCSessionDescriptionInit) => Promise<void> = real.bind(this);
          return apply(description);
        };
        Object.assign(prototype, { setRemoteDescription: late });
      });
      await alice.call("bob", { audio: true });
      const invite: RawMessage = await bob.client.nextRequest("INVITE");
      const dialog = await bob.accept(invite, ["audio"]);
      if (by === "here") {
        await alice.hangup();
        await bob.bye();
      } else {
        assert.equal((await dialog.exchange("BYE")).status, 200);
      }
      await alice.end();
      await alice.tab.page.evaluate(() => (window as unknown as { applied: () => void }).applied());
    });
  }
});
