/**
 * Chromium with SIPp, which speaks SIP over UDP and RTP/AVP, through Kamailio and rtpengine: calls
 * both ways, hold, keypad tones, transfers, one-way media, and answers that are wrong.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "../e2e/browser.js";
import { waitFor } from "../e2e/child.js";
import { expectMedia, sample, type Kind } from "../e2e/media.js";
import { startPageServer, type PageServer } from "../e2e/page-server.js";
import { Phone } from "../e2e/phone.js";
import { figure } from "./figures.js";
import { address, startLab, type Lab } from "./lab.js";
import { RtpEndpoint, encodeMuLaw } from "./rtp.js";
import { Scenario, Sipp, placeOf, register, sdp, sections, type SippOptions } from "./sipp.js";
import { callWithTone, equip, hear } from "./sound.js";
import { strongestTone } from "./wave.js";

/** The payload type of telephone-event/8000 in Chromium's offers; an answer keeps it. */
const eventsOfOffer = 126;
const audio = {
  kind: "audio",
  formats: [
    [0, "PCMU/8000"],
    [eventsOfOffer, "telephone-event/8000"],
  ],
} as const;
const video = { kind: "video", port: 6002 } as const;

let lab: Lab;
let browser: Browser;
let pages: PageServer;
let alice: Phone;
let bob: Phone;
/** The RTP of SIPp where a test measures it: what SIPp's SDP names, beside its own ports. */
let far: RtpEndpoint;
let tone: string;

before(async () => {
  lab = await startLab({ name: "sipp", capture: true });
  far = await RtpEndpoint.open(address, 6000);
  await register(lab, "sipp", 5070);
  await register(lab, "dave", 5080);
  tone = join(lab.folder, "tone.ul");
  const samples = Array.from({ length: 8000 }, (_, at) =>
    encodeMuLaw(0.5 * Math.sin((2 * Math.PI * 440 * at) / 8000)),
  );
  writeFileSync(tone, Buffer.from(samples));
  browser = await launch();
  pages = await startPageServer();
  alice = await Phone.registered(browser, pages, lab.ws, "alice");
  bob = await Phone.registered(browser, pages, lab.wss, "bob");
  await equip(alice);
  await equip(bob);
});
after(async () => {
  try {
    await alice?.close();
    await bob?.close();
  } finally {
    await browser?.close();
    await pages?.stop();
    await far?.close();
    await lab?.stop();
  }
});
beforeEach(() => far.reset());
/** A test that failed leaves nothing behind for the next one. */
afterEach(async () => {
  for (const phone of [alice, bob]) {
    const { call } = await phone.snapshot();
    if (call === null || call === "ended") continue;
    await phone.hangup();
    await phone.end();
  }
  await Promise.all(running.splice(0).map((peer) => peer.stop()));
});

const running: Sipp[] = [];
async function run(name: string, scenario: Scenario, options?: SippOptions): Promise<Sipp> {
  const peer = await Sipp.run(lab, name, scenario, options);
  running.push(peer);
  return peer;
}

/** The page hangs up and both sides are done. */
async function hangUp(peer: Sipp, phone = alice): Promise<void> {
  await phone.hangup();
  const end = await phone.end();
  assert.deepEqual([end.cause, end.by], ["bye", "local"]);
  await peer.done();
}

/** SIPp hangs up and the page knows. */
async function hungUp(peer: Sipp, phone = alice): Promise<void> {
  const end = await phone.end();
  assert.deepEqual([end.cause, end.by], ["bye", "remote"]);
  await peer.done();
}

/** The page hears a tone of this frequency. */
async function hears(phone: Phone, frequency: number): Promise<void> {
  let last: unknown;
  await waitFor(
    async () => {
      const heard = (last = await hear(phone.tab));
      const right = heard !== null && Math.abs(heard.frequency - frequency) < 5;
      return right && heard.rms > 0.1 && heard.purity > 0.8 ? true : undefined;
    },
    () => `${phone.user} does not hear ${frequency} Hz but ${JSON.stringify(last)}`,
  );
}

/** The tone of this frequency arrives at SIPp's RTP port. */
async function arrives(frequency: number): Promise<void> {
  await waitFor(
    () => {
      const heard = strongestTone(far.heard(500));
      return Math.abs(heard.frequency - frequency) < 5 && heard.rms > 0.1 ? true : undefined;
    },
    () => `no ${frequency} Hz at SIPp: ${JSON.stringify(strongestTone(far.heard(500)))}`,
  );
}

/** No packet arrives at SIPp's RTP port for 600 ms. */
async function silent(): Promise<void> {
  let before = -1;
  await waitFor(
    async () => {
      before = far.count();
      await delay(600);
      return far.count() === before ? true : undefined;
    },
    () => `RTP still arrives at SIPp`,
  );
}

/** The page receives nothing of a medium for 600 ms. */
async function deaf(phone: Phone, kind: Kind): Promise<void> {
  await waitFor(
    async () => {
      const { received } = (await sample(phone.tab))[kind];
      await delay(600);
      return (await sample(phone.tab))[kind].received === received ? true : undefined;
    },
    () => `${phone.user} still receives ${kind}`,
  );
}

const directions = (body: string): string[] => sections(body).map(({ direction }) => direction);

describe("SIPp is called", () => {
  test("it sends back what it hears; the page hangs up", async () => {
    const own = sdp([{ ...audio, port: "[media_port]" }]);
    const scenario = Scenario.callee().reply("180 Ringing").reply("200 OK", own);
    const peer = await run("echo", scenario.expect("ACK").take("BYE"), { echo: true });
    await callWithTone(alice, "sipp", 700);
    await alice.state("established");
    await hears(alice, 700);
    await hangUp(peer);
    const packets = await waitFor(
      async () => {
        const seen = await lab.packets("udp.dstport == 6400 && rtp", ["rtp.p_type"]);
        return seen.length > 10 ? seen : undefined;
      },
      () => "tshark saw no RTP to SIPp",
    );
    assert.ok(packets.every((packet) => packet["rtp.p_type"] === "0"));
  });

  test("audio and video come back; SIPp hangs up", async () => {
    const own = sdp([
      { ...audio, port: "[media_port]" },
      { ...video, port: "[media_port+2]" },
    ]);
    const scenario = Scenario.callee().reply("200 OK", own).expect("ACK");
    const peer = await run("echo video", scenario.take("INFO").request("BYE"), { echo: true });
    await alice.call("sipp", { audio: true, video: true });
    await alice.state("established");
    await expectMedia([alice.tab], ["audio", "video"]);
    assert.equal(await alice.dtmf("0", "info"), null);
    await hungUp(peer);
  });

  test("the page holds and resumes: silence and sound at SIPp", async () => {
    const answer = (version: number, direction?: "recvonly"): string =>
      sdp([{ ...audio, ...(direction === undefined ? {} : { direction }) }], version);
    const scenario = Scenario.callee().reply("200 OK", answer(1)).expect("ACK");
    scenario.expect("INVITE").reply("200 OK", answer(2, "recvonly")).expect("ACK");
    scenario.expect("INVITE").reply("200 OK", answer(3)).expect("ACK").take("BYE");
    const peer = await run("held", scenario);
    far.echo = true;
    await callWithTone(alice, "sipp", 700);
    await alice.state("established");
    await arrives(700);
    assert.equal(await alice.hold(), null);
    assert.deepEqual(directions((await peer.receives("INVITE", 2)).body), ["sendonly"]);
    await silent();
    assert.equal(await alice.resume(), null);
    assert.deepEqual(directions((await peer.receives("INVITE", 3)).body), ["sendrecv"]);
    await arrives(700);
    await hears(alice, 700);
    await hangUp(peer);
  });

  test("SIPp holds in each form and resumes", async () => {
    const scenario = Scenario.callee().reply("200 OK", sdp([audio])).expect("ACK");
    const forms = [
      { ...audio, direction: "sendonly" },
      { ...audio, direction: "inactive" },
      { ...audio, host: "0.0.0.0" },
      { ...audio, port: 0 },
    ] as const;
    let version = 1;
    for (const form of forms) {
      for (const section of [form, { ...audio, direction: "sendrecv" }] as const) {
        scenario.take("INFO").request("INVITE", { body: sdp([section], ++version) }).ack();
      }
    }
    const peer = await run("holds", scenario.take("BYE"));
    await callWithTone(alice, "sipp", 700);
    await alice.state("established");
    await arrives(700);
    far.startTone(440);
    await hears(alice, 440);
    const seen: string[] = [];
    for (const [at] of forms.entries()) {
      assert.equal(await alice.dtmf("1", "info"), null);
      await peer.receives("200 OK", 2 * at + 1);
      await alice.tab.wait("remote hold", async () =>
        (await alice.snapshot()).log.filter((line) => line === "remoteHold true").length === at + 1
          ? true
          : undefined,
      );
      await silent();
      if (at === 0) await hears(alice, 440);
      seen.push(...directions(peer.received("200 OK").at(-1)?.body ?? ""));
      assert.equal(await alice.dtmf("2", "info"), null);
      await peer.receives("200 OK", 2 * at + 2);
      far.packets.length = 0;
      await arrives(700);
      await hears(alice, 440);
    }
    assert.deepEqual(seen.slice(0, 2), ["recvonly", "inactive"]);
    await hangUp(peer);
  });

  test("keypad tones arrive as RFC 4733 events and as INFO", async () => {
    const scenario = Scenario.callee().reply("200 OK", sdp([audio])).expect("ACK");
    const peer = await run("tones", scenario.take("INFO").take("BYE"));
    await callWithTone(alice, "sipp", 700);
    await alice.state("established");
    await arrives(700);
    assert.equal(await alice.dtmf("15#"), null);
    await waitFor(
      () => (far.events(eventsOfOffer).length === 3 ? true : undefined),
      () => `events at SIPp: ${JSON.stringify(far.events(eventsOfOffer))}`,
    );
    await delay(100);
    const events = far.events(eventsOfOffer);
    assert.deepEqual(
      events.map(({ tone: key }) => key),
      ["1", "5", "#"],
    );
    for (const event of events) {
      assert.ok(event.duration >= 90 && event.duration <= 300, JSON.stringify(event));
      assert.ok(event.packets > 2 && event.ends > 0, JSON.stringify(event));
    }
    assert.equal(await alice.dtmf("9", "info"), null);
    const info = await peer.receives("INFO");
    assert.equal(info.first("content-type"), "application/dtmf-relay");
    assert.match(info.body, /^Signal=9\r\n/);
    await hangUp(peer);
  });

  test("keys right after the answer go with the media, too", async () => {
    const scenario = Scenario.callee().reply("200 OK", sdp([audio])).expect("ACK").take("BYE");
    const peer = await run("early key", scenario);
    await alice.call("sipp", { audio: true });
    await alice.state("established");
    assert.equal(await alice.dtmf("7"), null);
    await waitFor(
      () => (far.events(eventsOfOffer)[0]?.tone === "7" ? true : undefined),
      () => "no event at SIPp",
    );
    await hangUp(peer);
  });

  test("early media of a 183 is heard before the answer", async () => {
    const scenario = Scenario.callee().reply("183 Session Progress", sdp([audio])).pause(2500);
    const peer = await run("early", scenario.reply("200 OK", sdp([audio])).expect("ACK").take("BYE"));
    await callWithTone(alice, "sipp", 700);
    await alice.logged("progress 183");
    far.startTone(440, placeOf((await peer.receives("INVITE")).body));
    await hears(alice, 440);
    assert.notEqual((await alice.snapshot()).call, "established");
    await alice.state("established");
    await arrives(700);
    await hears(alice, 440);
    await hangUp(peer);
  });

  test("the caller cancels while it rings", async () => {
    const peer = await run("cancelled", Scenario.callee().reply("180 Ringing").cancelled());
    await alice.call("sipp", { audio: true });
    await alice.state("ringing");
    await alice.hangup();
    assert.deepEqual([(await alice.end()).cause, (await alice.end()).by], ["cancelled", "local"]);
    await peer.done();
  });

  test("SIPp is busy", async () => {
    const peer = await run("busy", Scenario.callee().reply("486 Busy Here").expect("ACK"));
    await alice.call("sipp", { audio: true });
    const end = await alice.end();
    assert.deepEqual([end.cause, end.by, end.status], ["rejected", "remote", 486]);
    await peer.done();
  });

  test("time from call() to first media", async (context) => {
    for (const kinds of [["audio"], ["audio", "video"]] as const satisfies readonly Kind[][]) {
      const times: number[] = [];
      const media = { audio: true, video: kinds.length === 2 };
      const own = sdp([
        { ...audio, port: "[media_port]" },
        ...(media.video ? [{ ...video, port: "[media_port+2]" }] : []),
      ]);
      for (let at = 0; at < 5; at++) {
        const scenario = Scenario.callee().reply("200 OK", own).expect("ACK").take("BYE");
        const peer = await run("timed", scenario, { echo: true });
        const decoded = alice.tab.page.evaluate(
          (what) => window.probe.mediaTime(what, 10000),
          kinds as readonly Kind[],
        );
        await alice.call("sipp", media);
        const ready = await decoded;
        times.push(ready - (await alice.tab.page.evaluate(() => window.phone.calledAt)));
        await hangUp(peer);
      }
      figure(context, `Chromium calls SIPp, ${kinds.join("+")}`, times);
    }
  });
});

describe("SIPp calls", () => {
  test("with digest; its tone is heard and it hears the page; SIPp hangs up", async () => {
    const offer = sdp([{ kind: "audio", port: "[media_port]" }]);
    const scenario = Scenario.caller("alice", offer).ack().playTone(tone).take("INFO");
    const peer = await run("tone", scenario.request("BYE"));
    await alice.state("incoming");
    await alice.answer({ audio: true });
    await alice.state("established");
    await hears(alice, 440);
    await expectMedia([alice.tab], ["audio"]);
    assert.equal(await alice.dtmf("0", "info"), null);
    await hungUp(peer);
  });

  test("the page hangs up", async () => {
    const peer = await run("called", Scenario.caller("alice", sdp([audio])).ack().take("BYE"));
    far.echo = true;
    await alice.state("incoming");
    await alice.answer({ audio: true });
    await alice.state("established");
    await expectMedia([alice.tab], ["audio"]);
    await hangUp(peer);
  });

  test("without an offer: it is in the 200, the answer in the ACK", async () => {
    const peer = await run("late", Scenario.caller("alice").ack(sdp([audio])).take("BYE"));
    await alice.state("incoming");
    await alice.answer({ audio: true });
    await alice.state("established");
    far.echo = true;
    await expectMedia([alice.tab], ["audio"]);
    assert.deepEqual(directions((await peer.receives("200 OK")).body), ["sendrecv"]);
    await hangUp(peer);
  });

  test("the page is busy", async () => {
    const peer = await run("refused", Scenario.caller("alice", sdp([audio]), 486));
    await alice.state("incoming");
    await alice.reject(486);
    await peer.done();
    assert.equal((await alice.end()).by, "local");
  });
});

describe("transfers", () => {
  test("a page transfers another page to SIPp", async () => {
    const own = sdp([{ ...audio, port: "[media_port]" }]);
    const scenario = Scenario.callee().reply("200 OK", own).expect("ACK").take("BYE");
    const peer = await run("target", scenario, { echo: true });
    await bob.call("alice", { audio: true });
    await alice.state("incoming");
    await alice.answer({ audio: true });
    await Promise.all([alice.state("established"), bob.state("established")]);
    assert.equal(await alice.transfer("sipp"), null);
    await alice.end();
    await bob.follow();
    await bob.state("established");
    await expectMedia([bob.tab], ["audio"]);
    await hangUp(peer, bob);
  });

  test("a page transfers SIPp, which says how it went", async () => {
    const scenario = Scenario.callee().reply("200 OK", sdp([audio])).expect("ACK");
    scenario.expect("REFER").reply("202 Accepted");
    for (const [state, line] of [
      ["active;expires=60", "SIP/2.0 100 Trying"],
      ["terminated;reason=noresource", "SIP/2.0 200 OK"],
    ] as const) {
      const headers = ["Event: refer", `Subscription-State: ${state}`];
      scenario.request("NOTIFY", { headers, body: `${line}\r\n` });
    }
    const peer = await run("transferred", scenario.take("BYE"));
    await alice.call("sipp", { audio: true });
    await alice.state("established");
    assert.equal(await alice.transfer("dave"), null);
    const refer = await peer.receives("REFER");
    assert.match(refer.first("refer-to"), /sip:dave@lab\.test/);
    await alice.end();
    await peer.done();
  });

  test("SIPp transfers a page to another SIPp", async () => {
    const own = sdp([{ ...audio, port: "[media_port]" }]);
    const answer = Scenario.callee("dave").reply("200 OK", own).expect("ACK").take("BYE");
    const dave = await run("dave", answer, { port: 5080, mediaPort: 6500, echo: true });
    const scenario = Scenario.callee().reply("200 OK", sdp([audio])).expect("ACK").take("INFO");
    const headers = ["Refer-To: <sip:dave@lab.test>", "Referred-By: <sip:sipp@lab.test>"];
    scenario.request("REFER", { headers, status: 202 }).take("NOTIFY").take("NOTIFY").take("BYE");
    const peer = await run("transfers", scenario);
    await alice.call("sipp", { audio: true });
    await alice.state("established");
    assert.equal(await alice.dtmf("1", "info"), null);
    const told = await peer.receives("NOTIFY", 2);
    assert.match(told.body, /^SIP\/2\.0 200 /);
    await peer.done();
    await alice.follow();
    await alice.state("established");
    await expectMedia([alice.tab], ["audio"]);
    await hangUp(dave);
  });
});

describe("one-way media", () => {
  const answered = (section: Parameters<typeof sdp>[0][number]): Scenario =>
    Scenario.callee().reply("200 OK", sdp([section])).expect("ACK").take("BYE");

  test("a page that only receives", async () => {
    const peer = await run("recvonly", answered({ ...audio, direction: "sendonly" }));
    await alice.call("sipp", { audio: "recvonly" });
    await alice.state("established");
    const { body } = await peer.receives("INVITE");
    assert.deepEqual(directions(body), ["recvonly"]);
    far.startTone(440, placeOf(body));
    await hears(alice, 440);
    assert.equal(far.count(0), 0);
    await hangUp(peer);
  });

  test("a page that only sends", async () => {
    const peer = await run("sendonly", answered({ ...audio, direction: "recvonly" }));
    await callWithTone(alice, "sipp", 700, { audio: "sendonly" });
    await alice.state("established");
    assert.deepEqual(directions((await peer.receives("INVITE")).body), ["sendonly"]);
    await arrives(700);
    await hangUp(peer);
  });

  test("a page that only receives and says sendonly on the wire", async () => {
    const peer = await run("wire", answered({ ...audio, direction: "recvonly" }));
    await alice.call("sipp", { audio: "recvonly", wireDirections: { audio: "sendonly" } });
    await alice.state("established");
    const { body } = await peer.receives("INVITE");
    assert.deepEqual(directions(body), ["sendonly"]);
    far.startTone(440, placeOf(body));
    await hears(alice, 440);
    assert.equal(far.count(0), 0);
    await hangUp(peer);
  });

  test("SIPp calls and only sends", async () => {
    const offer = sdp([{ ...audio, direction: "sendonly" }]);
    const peer = await run("offers sendonly", Scenario.caller("alice", offer).ack().take("BYE"));
    await alice.state("incoming");
    await alice.answer({ audio: true });
    await alice.state("established");
    const { body } = await peer.receives("200 OK");
    assert.deepEqual(directions(body), ["recvonly"]);
    far.startTone(440, placeOf(body));
    await hears(alice, 440);
    assert.equal(far.count(0), 0);
    await hangUp(peer);
  });
});

describe("pairing of m-lines", () => {
  for (const [name, answer] of [
    ["rejects the picture", sdp([audio, { ...video, port: 0 }])],
    ["answers the audio line alone", sdp([audio])],
  ] as const) {
    test(`a page calls with video, SIPp ${name}: sound both ways`, async () => {
      const scenario = Scenario.callee().reply("200 OK", answer).expect("ACK").take("BYE");
      const peer = await run(name, scenario);
      await callWithTone(alice, "sipp", 700, { video: true });
      await alice.state("established");
      assert.equal(sections((await peer.receives("INVITE")).body).length, 2);
      await arrives(700);
      far.startTone(440);
      await hears(alice, 440);
      await deaf(alice, "video");
      await hangUp(peer);
    });
  }
});

describe("answers and offers that are wrong", () => {
  const goodCall = async (): Promise<void> => {
    const scenario = Scenario.callee().reply("200 OK", sdp([audio])).expect("ACK").take("BYE");
    const peer = await run("the next call", scenario);
    await callWithTone(alice, "sipp", 700);
    await alice.state("established");
    await arrives(700);
    far.startTone(440);
    await hears(alice, 440);
    await hangUp(peer);
  };
  for (const [name, answer] of [
    ["more m-lines than the offer", sdp([audio, audio, { ...video, port: 6004 }])],
    ["an m-line of another kind", sdp([video])],
    ["no o=", sdp([audio]).replace(/^o=.*\r\n/m, "")],
    ["a body that is no SDP", sdp([audio]).replace(/^v=0\r\n/, "hello\r\n")],
    ["no codec that was offered", sdp([{ kind: "audio", formats: [[97, "unheard-of/8000"]] }])],
  ] as const) {
    test(`an answer with ${name} ends in BYE, and the next call works`, async () => {
      const scenario = Scenario.callee().reply("200 OK", answer).expect("ACK").take("BYE");
      const peer = await run(name, scenario);
      await alice.call("sipp", { audio: true });
      const end = await alice.end();
      assert.deepEqual([end.cause, end.mediaError], ["media_error", "bad_description"]);
      const bye = await peer.receives("BYE");
      assert.match(bye.first("reason"), /^SIP;cause=488;text="/);
      await peer.done();
      await goodCall();
    });
  }

  for (const [name, offer] of [
    ["no o=", sdp([audio]).replace(/^o=.*\r\n/m, "")],
    ["a body that is no SDP", sdp([audio]).replace(/^v=0\r\n/, "hello\r\n")],
  ] as const) {
    test(`an offer with ${name} is refused, and the next call works`, async () => {
      const peer = await run(name, Scenario.caller("alice", offer, 488));
      await peer.done();
      await goodCall();
    });
  }

  test("an offer with no codec that a browser has ends in 488 when it is answered", async () => {
    const unknown = { kind: "audio", formats: [[97, "unheard-of/8000"]] } as const;
    const peer = await run("no codec", Scenario.caller("alice", sdp([unknown]), 488));
    await alice.state("incoming");
    await alice.answer({ audio: true });
    await peer.done();
    assert.equal((await alice.end()).cause, "media_error");
    await goodCall();
  });

  test("a re-INVITE that is wrong is refused and leaves the call as it was", async () => {
    const scenario = Scenario.callee().reply("200 OK", sdp([audio])).expect("ACK").take("INFO");
    const wrong = sdp([audio], 2).replace(/^o=.*\r\n/m, "");
    scenario.request("INVITE", { body: wrong, status: 488 });
    const peer = await run("wrong re-INVITE", scenario.take("BYE"));
    await callWithTone(alice, "sipp", 700);
    await alice.state("established");
    await arrives(700);
    assert.equal(await alice.dtmf("1", "info"), null);
    await peer.receives("488 Not Acceptable Here");
    far.packets.length = 0;
    await arrives(700);
    far.startTone(440);
    await hears(alice, 440);
    await hangUp(peer);
  });
});
