/**
 * Offer and answer inside a call of two pages, to the end (RFC 3264 section 8, RFC 8829): media that
 * come and go, hold of one and of both, tracks that change without a word on the wire.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { CallScene, establish } from "./call-scene.js";
import { directionsOf, expectWays, silence, type Ways } from "./flow.js";
import type { Failure } from "./page/modern.js";
import type { Phone } from "./phone.js";
import { expectNothingOpen, invites, observe, sent } from "./wire.js";

let scene: CallScene;
let alice: Phone;
let bob: Phone;

before(async () => {
  scene = await CallScene.start();
  alice = await scene.phone("alice");
  bob = await scene.phone("bob");
});
after(() => scene?.stop());
afterEach(async () => {
  await alice.hangup().catch(() => undefined);
  await Promise.all([alice.end(), bob.end()]);
  await Promise.all([alice, bob].map(expectNothingOpen));
});

const sound: Ways = { audio: "<->", video: "none" };
const both: Ways = { audio: "<->", video: "<->" };

/** Alice calls Bob; both consent to what is offered later, and note what happens. */
async function connect(media: { readonly audio: boolean; readonly video: boolean }): Promise<void> {
  await Promise.all([observe(alice), observe(bob)]);
  await establish(alice, bob, media);
  for (const { tab } of [alice, bob]) {
    await tab.page.evaluate(() => {
      const noted = window as unknown as { happened: string[] };
      const happened: string[] = (noted.happened = []);
      const { current } = window.phone;
      current.on("mediaOffer", (offer) => {
        happened.push(`offer of ${offer.added.join()}`);
        offer.accept();
      });
      current.on("trackEnded", ({ side, kind }) => happened.push(`end of ${side} ${kind}`));
    });
  }
}

function modify(phone: Phone, video: boolean): Promise<Failure | null> {
  return phone.tab.page.evaluate(
    (wanted) =>
      window.phone.current.modify({ audio: true, video: wanted }).then(
        () => null,
        (error: Failure) => ({ code: error.code, status: error.status, message: error.message }),
      ),
    video,
  );
}

function happened(phone: Phone): Promise<string[]> {
  return phone.tab.page.evaluate(() => (window as unknown as { happened: string[] }).happened);
}

/** The kinds of the devices that are open at the phone. */
function devices(phone: Phone): Promise<string> {
  return phone.tab.page.evaluate(() =>
    (window.phone.current.localStream?.getTracks() ?? [])
      .filter(({ readyState }) => readyState === "live")
      .map(({ kind }) => kind)
      .sort()
      .join(),
  );
}

const offerPattern = /^INVITE [^]*\r\n\r\nv=0/;

async function expectFlow(ways: Ways): Promise<void> {
  await expectWays(alice.tab, bob.tab, ways);
}

for (const [first, second] of [
  ["alice", "bob"],
  ["bob", "alice"],
  ["alice", "alice"],
] as const) {
  test(`video is added by ${first}, taken out and added by ${second}, taken out by ${first}`, async () => {
    await connect({ audio: true, video: false });
    await expectFlow(sound);
    const of = (name: string): Phone => (name === "alice" ? alice : bob);
    const other = (name: string): Phone => (name === "alice" ? bob : alice);

    assert.equal(await modify(of(first), true), null);
    await expectFlow(both);
    assert.deepEqual(await happened(other(first)), ["offer of video"]);

    assert.equal(await modify(of(second), false), null);
    await expectFlow(sound);
    for (const phone of [alice, bob]) assert.equal(await devices(phone), "audio", phone.user);

    assert.equal(await modify(of(second), true), null);
    await expectFlow(both);
    assert.ok((await happened(other(second))).includes("offer of video"));

    assert.equal(await modify(of(first), false), null);
    await expectFlow(sound);
    for (const phone of [alice, bob]) {
      assert.equal(await devices(phone), "audio", phone.user);
      assert.equal((await phone.snapshot()).call, "established");
    }
    // What was offered once keeps its place (RFC 3264 section 8).
    const last = (await sent(of(first), offerPattern)) ?? "";
    assert.match(directionsOf(last), /^audio:sendrecv video:/);
    assert.equal((await invites(alice)) + (await invites(bob)), 5);
  });
}

for (const [held, resumed] of [
  ["alice bob", "alice bob"],
  ["alice bob", "bob alice"],
  ["bob alice", "bob alice"],
] as const) {
  test(`with picture: held by ${held} and resumed by ${resumed}`, async () => {
    await connect({ audio: true, video: true });
    await expectFlow(both);
    const of = (names: string): Phone[] =>
      names.split(" ").map((name) => (name === "alice" ? alice : bob));
    for (const phone of of(held)) {
      assert.equal(await phone.hold(), null);
      await expectFlow(silence);
      assert.equal(await devices(phone), "audio,video", "what is held stays open");
    }
    const [one, other] = of(resumed);
    assert.ok(one && other);
    assert.equal(await one.resume(), null);
    await expectFlow(silence);
    assert.equal(await other.resume(), null);
    await expectFlow(both);
    assert.deepEqual([...(await happened(alice)), ...(await happened(bob))], []);
    assert.equal((await invites(alice)) + (await invites(bob)), 5);
  });
}

test("a picture is added while the other side holds, and comes with the resume", async () => {
  await connect({ audio: true, video: false });
  assert.equal(await bob.hold(), null);
  await expectFlow(silence);
  assert.equal(await modify(alice, true), null);
  await expectFlow(silence);
  assert.equal(await bob.resume(), null);
  await expectFlow(both);
});

test("muted, another track, another device: nothing on the wire", async () => {
  await connect({ audio: true, video: true });
  await expectFlow(both);
  await alice.tab.page.evaluate(async () => {
    const { current } = window.phone;
    current.mute("video", true);
    current.mute("video", false);
    const context = new AudioContext();
    const tone = context.createOscillator();
    const out = context.createMediaStreamDestination();
    tone.connect(out);
    tone.start();
    await current.replaceTrack("audio", out.stream.getAudioTracks()[0] ?? null);
    await current.replaceTrack("video", null);
  });
  await expectFlow({ audio: "<->", video: "<-" });
  await alice.tab.page.evaluate(async () => {
    const { current } = window.phone;
    await current.useDevice("audio", "");
    await current.useDevice("video", "");
  });
  await expectFlow(both);
  assert.equal((await invites(alice)) + (await invites(bob)), 1);
});

test("what is so already is not offered again", async () => {
  await connect({ audio: true, video: false });
  assert.equal(await alice.hold(), null);
  const twice = await alice.hold();
  assert.ok(twice === null || twice.code === "wrong_state", JSON.stringify(twice));
  assert.equal(await alice.resume(), null);
  const again = await alice.resume();
  assert.ok(again === null || again.code === "wrong_state", JSON.stringify(again));
  await expectFlow(sound);
  assert.equal(await invites(alice), 3);
});
