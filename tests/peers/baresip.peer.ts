/** Chromium with baresip, a softphone with RTP/AVP, through Kamailio and rtpengine; both hear tones. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { after, afterEach, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "../e2e/browser.js";
import { waitFor } from "../e2e/child.js";
import { expectMedia, sample } from "../e2e/media.js";
import { startPageServer, type PageServer } from "../e2e/page-server.js";
import { Phone } from "../e2e/phone.js";
import { Baresip } from "./baresip.js";
import { figure } from "./figures.js";
import { address, startLab, type Lab } from "./lab.js";
import { answerWithTone, callWithTone, equip, hear, type Plain } from "./sound.js";
import { purestTone, strongestTone, type Sound, type Tone } from "./wave.js";

/** Hertz: what baresip sends, and what the page sends. */
const theirs = 440;
const ours = 620;

const opus: Plain = { audio: true, codecOrder: ["opus/48000/2"] };
const pcmu: Plain = { audio: true, codecOrder: ["PCMU/8000"] };

let lab: Lab;
let browser: Browser;
let pages: PageServer;
let alice: Phone;
let bob: Phone;
let baresip: Baresip;
/** One that knows PCMU alone. */
let old: Baresip;

before(async () => {
  lab = await startLab({ name: "baresip" });
  const peer = { host: address, proxy: lab.sip, domain: lab.domain, tone: theirs };
  baresip = await Baresip.start({
    ...peer,
    ports: { sip: 5080, control: 4444, keys: 5555 },
    user: "baresip",
    password: lab.password("baresip"),
    codecs: ["opus/48000/2", "pcmu"],
    monitor: { user: "carol", password: lab.password("carol") },
  });
  old = await Baresip.start({
    ...peer,
    ports: { sip: 5090, control: 4445, keys: 5556 },
    user: "dave",
    password: lab.password("dave"),
    codecs: ["pcmu"],
  });
  browser = await launch();
  pages = await startPageServer();
  alice = await Phone.registered(browser, pages, lab.ws, "alice");
  bob = await Phone.registered(browser, pages, lab.ws, "bob");
  await Promise.all([equip(alice), equip(bob)]);
});
// What a failed test left open would fail the next ones.
afterEach(async () => {
  for (const phone of [alice, bob]) {
    const { call } = await phone.snapshot();
    if (call !== null && call !== "ended") await phone.hangup();
  }
});
after(async () => {
  try {
    await alice?.close();
    await bob?.close();
  } finally {
    await baresip?.stop();
    await old?.stop();
    await browser?.close();
    await pages?.stop();
    await lab?.stop();
  }
});

const show = (tone: Tone | null): string => JSON.stringify(tone);

/** A tone of this frequency as loud as a sine of half of full scale (RMS 0.35), within 3 dB. */
function expectTone(tone: Tone | null, frequency: number): void {
  assert.ok(tone !== null && Math.abs(tone.frequency - frequency) < 3, show(tone));
  assert.ok(tone.rms > 0.25 && tone.rms < 0.5 && tone.purity > 0.9, show(tone));
}

/** The page hears this tone, as soon as the buffers on the way are through. */
async function hears(phone: Phone, frequency: number): Promise<void> {
  let tone: Tone | null = null;
  await waitFor(
    async () => {
      tone = await hear(phone.tab);
      const close = tone !== null && Math.abs(tone.frequency - frequency) < 3;
      return close && tone !== null && tone.purity > 0.9 ? true : undefined;
    },
    () => `${phone.user} hears ${show(tone)} instead of ${frequency} Hz`,
    6000,
  );
  expectTone(tone, frequency);
}

async function hearsNothing(phone: Phone): Promise<void> {
  let tone: Tone | null = null;
  await waitFor(
    async () => {
      tone = await hear(phone.tab);
      return tone === null || tone.rms < 1e-3 ? true : undefined;
    },
    () => `${phone.user} still hears ${show(tone)}`,
    6000,
  );
}

/** baresip hears the tone that the page sends. */
function expectHeard(sound: Sound, frequency = ours): void {
  // Half of what would fit into the time: buffers run full and empty.
  assert.ok(sound.samples.length > 0.7 * sound.rate, `${sound.samples.length} samples`);
  // Between the seams of its buffers there is nothing but the tone.
  expectTone(purestTone(sound, 0.5), frequency);
}

/** baresip decodes nothing, or nothing but silence. */
function expectSilent(sound: Sound): void {
  const tone = strongestTone(sound);
  assert.ok(tone.rms < 1e-3, show(tone));
}

/** alice calls with a tone, baresip answers. */
async function callBaresip(media: Plain): Promise<void> {
  const from = baresip.events.length;
  await callWithTone(alice, "baresip", ours, media);
  await baresip.event("CALL_INCOMING", from);
  await alice.state("ringing");
  await baresip.answer();
  await alice.state("established");
  await baresip.event("CALL_ESTABLISHED", from);
}

/** baresip calls, alice answers with a tone. */
async function baresipCalls(media: Plain): Promise<void> {
  const from = baresip.events.length;
  await baresip.dial(`sip:alice@${lab.domain}`);
  await alice.state("incoming");
  await baresip.event("CALL_RINGING", from);
  await answerWithTone(alice, ours, media);
  await alice.state("established");
  await baresip.event("CALL_ESTABLISHED", from);
}

/** When the page decodes the first sound of a call that is not made yet. */
const firstMedia = (): Promise<number> =>
  alice.tab.page.evaluate(() => window.probe.mediaTime(["audio"], 8000));

async function aliceHangsUp(from = baresip.events.length): Promise<void> {
  await alice.hangup();
  assert.deepEqual([(await alice.end()).cause, (await alice.end()).by], ["bye", "local"]);
  await baresip.event("CALL_CLOSED", from);
}

async function baresipHangsUp(): Promise<void> {
  await baresip.hangup();
  const end = await alice.end();
  assert.deepEqual([end.cause, end.by], ["bye", "remote"]);
}

const seen = async (entry: string): Promise<boolean> =>
  (await alice.snapshot()).log.includes(entry);

test("opus: the page calls; tones both ways; it holds, resumes and hangs up", async () => {
  await callBaresip(opus);
  await hears(alice, theirs);
  const heard = await baresip.listen();
  assert.equal(heard.rate, 48000);
  expectHeard(heard);

  assert.equal(await alice.hold(), null);
  await hearsNothing(alice);
  expectSilent(await baresip.listen());
  assert.equal(await alice.resume(), null);
  await hears(alice, theirs);
  expectHeard(await baresip.loop());
  await aliceHangsUp();
});

test("PCMU: the page calls; keys of both kinds and both ways; baresip hangs up", async () => {
  await callBaresip(pcmu);
  await hears(alice, theirs);
  const heard = await baresip.listen();
  assert.equal(heard.rate, 8000);
  expectHeard(heard);

  let from = baresip.events.length;
  let logged = baresip.log().length;
  assert.equal(await alice.dtmf("12#"), null);
  await waitFor(
    () => (baresip.keysHeard(from) === "12#" ? true : undefined),
    () => `baresip heard the keys "${baresip.keysHeard(from)}"`,
  );
  assert.doesNotMatch(baresip.log().slice(logged), /^INFO /m, "RFC 4733 takes no INFO");

  from = baresip.events.length;
  logged = baresip.log().length;
  assert.equal(await alice.dtmf("7", "info"), null);
  await baresip.event("CALL_DTMF_START", from);
  assert.equal(baresip.keysHeard(from), "7");
  await baresip.logged(/^INFO [^]*application\/dtmf-relay[^]*Signal=7/m, logged);

  // The browser plays a telephone-event as the two frequencies of the key (ITU-T Q.23).
  const [tone] = await Promise.all([highest(alice, [1209, 1336, 1477]), baresip.dtmf("5", 1200)]);
  assert.equal(tone, 1336);
  await baresipHangsUp();
});

/** Which of these frequencies is heard first. */
function highest(phone: Phone, frequencies: readonly number[]): Promise<number> {
  return waitFor(
    async () => {
      const tone = await hear(phone.tab);
      return frequencies.find((frequency) => Math.abs((tone?.frequency ?? 0) - frequency) < 10);
    },
    () => `${phone.user} heard no key`,
  );
}

test("opus: baresip calls, holds and resumes; the page is muted; baresip hangs up", async () => {
  await baresipCalls(opus);
  await hears(alice, theirs);
  expectHeard(await baresip.listen());
  await alice.tab.page.evaluate(() => window.phone.mute("audio", true));
  await delay(300);
  expectSilent(await baresip.listen());
  await hears(alice, theirs);
  await alice.tab.page.evaluate(() => window.phone.mute("audio", false));
  await delay(300);
  expectHeard(await baresip.listen());

  await baresip.hold();
  await hearsNothing(alice);
  assert.ok(await seen("remoteHold true"));
  await baresip.resume();
  await hears(alice, theirs);
  assert.ok(await seen("remoteHold false"));
  expectHeard(await baresip.loop());
  await baresipHangsUp();
});

test("PCMU: baresip calls and hears the microphone; it is muted; the page hangs up", async () => {
  await old.dial(`sip:alice@${lab.domain}`);
  await alice.state("incoming");
  await alice.answer({ audio: true });
  await alice.state("established");
  await hears(alice, theirs);
  // The fake microphone beeps once a second.
  const sound = await old.listen(1500);
  assert.equal(sound.rate, 8000);
  const beeps = strongestTone(sound);
  assert.ok(beeps.rms > 0.02, show(beeps));
  await old.mute();
  await hearsNothing(alice);
  await old.mute();
  await hears(alice, theirs);
  await alice.hangup();
  await old.event("CALL_CLOSED");
});

test("a page that only receives hears the tone, and baresip nothing", async () => {
  await callBaresip({ ...opus, audio: "recvonly" });
  await hears(alice, theirs);
  expectSilent(await baresip.listen());
  await aliceHangsUp();
});

test("a page that only sends is heard, and hears nothing", async () => {
  await callBaresip({ ...opus, audio: "sendonly" });
  await bob.call("carol", { ...opus, audio: "recvonly" });
  await bob.state("established");
  await hears(bob, ours);
  await bob.hangup();
  await hearsNothing(alice);
  assert.equal((await sample(alice.tab)).audio.received, 0);
  await aliceHangsUp();
});

test("baresip calls with opus first, the page has PCMU first: PCMU both ways", async () => {
  await baresipCalls(pcmu);
  await hears(alice, theirs);
  const heard = await baresip.listen();
  assert.equal(heard.rate, 8000);
  expectHeard(heard);
  const codecs = await alice.tab.page.evaluate(async () => {
    const { audio } = await window.phone.current.stats();
    return [audio?.sent?.codec, audio?.received?.codec];
  });
  assert.deepEqual(codecs, ["PCMU/8000", "PCMU/8000"]);
  await aliceHangsUp();
});

test("a page answers baresip and only receives", async () => {
  await baresipCalls({ ...opus, audio: "recvonly" });
  await hears(alice, theirs);
  expectSilent(await baresip.listen());
  await baresipHangsUp();
});

test("a call with video to baresip, which has none: audio both ways, also after hold", async () => {
  await callBaresip({ ...opus, video: true });
  await hears(alice, theirs);
  expectHeard(await baresip.loop());
  assert.equal((await sample(alice.tab)).video.sent, 0);
  assert.equal(await alice.hold(), null);
  await hearsNothing(alice);
  assert.equal(await alice.resume(), null);
  await hears(alice, theirs);
  expectHeard(await baresip.loop());
  await baresipHangsUp();
});

test("baresip rejects, cancels and is rejected; the page cancels", async () => {
  await alice.call("baresip", { audio: true });
  await alice.state("ringing");
  await baresip.hangup();
  const refused = await alice.end();
  assert.deepEqual([refused.cause, refused.by, refused.status], ["rejected", "remote", 486]);

  let from = baresip.events.length;
  await alice.call("baresip", { audio: true });
  await baresip.event("CALL_INCOMING", from);
  await alice.state("ringing");
  await alice.hangup();
  assert.equal((await alice.end()).cause, "cancelled");
  await baresip.event("CALL_CLOSED", from);

  from = baresip.events.length;
  await baresip.dial(`sip:alice@${lab.domain}`);
  await alice.state("incoming");
  await alice.reject(603);
  assert.match((await baresip.event("CALL_CLOSED", from)).param ?? "", /^603 /);

  await baresip.dial(`sip:alice@${lab.domain}`);
  await alice.state("incoming");
  await baresip.hangup();
  assert.deepEqual([(await alice.end()).cause, (await alice.end()).by], ["cancelled", "remote"]);
});

for (const [name, media] of [
  ["opus", opus],
  ["PCMU", pcmu],
] as const) {
  test(`time from call() to media, ${name}`, async (context) => {
    await baresip.command("answermode", "auto");
    const times: number[] = [];
    for (let at = 0; at < 5; at++) {
      const from = baresip.events.length;
      const heard = firstMedia();
      await alice.call("baresip", media);
      times.push((await heard) - (await alice.tab.page.evaluate(() => window.phone.calledAt)));
      await aliceHangsUp(from);
    }
    await baresip.command("answermode", "manual");
    figure(context, `baresip, ${name}`, times);
  });
}

test("time from the dialling of baresip to media", async (context) => {
  const times: number[] = [];
  await alice.autoAnswer({ audio: true });
  for (let at = 0; at < 5; at++) {
    const heard = firstMedia();
    await alice.snapshot(); // the page counts its connections first
    const dialled = performance.timeOrigin + performance.now();
    await baresip.dial(`sip:alice@${lab.domain}`);
    times.push((await heard) - dialled);
    await alice.state("established");
    await baresipHangsUp();
  }
  figure(context, "baresip calls, opus", times);
});

test("call waiting, busy, and transfers to baresip and by baresip", async () => {
  // A second call to baresip: it holds the first when it takes the second.
  await callBaresip(opus);
  await hears(alice, theirs);
  let from = baresip.events.length;
  await callWithTone(bob, "baresip", 880, opus);
  await baresip.event("CALL_INCOMING", from);
  await baresip.answer();
  await bob.state("established");
  await alice.logged("remoteHold true");
  await hears(bob, theirs);
  await hearsNothing(alice);
  await bob.hangup();
  await bob.end();
  await baresip.resume();
  await hears(alice, theirs);

  // baresip asks alice, with whom it talks, to call bob instead (RFC 3515).
  await bob.autoAnswer({ audio: true });
  from = baresip.events.length;
  await baresip.transfer(`sip:bob@${lab.domain}`);
  await baresip.event("CALL_CLOSED", from);
  await alice.end();
  await alice.follow();
  await Promise.all([alice.state("established"), bob.state("established")]);
  await expectMedia([alice.tab, bob.tab], ["audio"]);

  // bob transfers alice back to baresip.
  from = baresip.events.length;
  const transferred = bob.transfer("baresip");
  await baresip.event("CALL_INCOMING", from);
  await baresip.answer();
  assert.equal(await transferred, null);
  assert.equal((await bob.end()).cause, "bye");
  await alice.end();
  await alice.follow();
  await alice.state("established");
  await hears(alice, theirs);
  // The call that REFER asks for takes the microphone.
  const beeps = strongestTone(await baresip.listen(1500));
  assert.ok(beeps.rms > 0.02, show(beeps));

  // A call to alice, who is busy.
  from = baresip.events.length;
  await baresip.dial(`sip:alice@${lab.domain}`);
  assert.match((await baresip.event("CALL_CLOSED", from)).param ?? "", /^486 /);
  await aliceHangsUp();
});
