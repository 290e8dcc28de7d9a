/** call.htm: video that is added to a call, a shared screen, calls that only receive. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { DemoPage } from "./demo-page.js";
import { startScene, type Scene } from "./demo-scene.js";
import { expectMedia, sample } from "./media.js";

let scene: Scene;
let alice: DemoPage;
let bob: DemoPage;

before(async () => {
  scene = await startScene(["alice", "bob"]);
  alice = scene.page("alice");
  bob = scene.page("bob");
});
after(() => scene?.stop());
afterEach(async () => {
  for (const page of [alice, bob]) {
    await page.tab.wait("the end of the call", async () => {
      if ((await page.tab.page.locator("#divCallCtrl").getAttribute("data-lines")) === "0") return true;
      const button = page.tab.page.locator("#btnHangUp");
      if (await button.isEnabled()) await page.click("btnHangUp").catch(() => undefined);
      return undefined;
    });
  }
});

async function talk(entry: "btnCallAudio" | "btnCallVideo" = "btnCallAudio"): Promise<void> {
  await alice.call("bob", entry);
  await bob.expectText("txtCallStatus", /^Incoming (video )?call from \[alice\]/i);
  await bob.click("btnCall");
  await alice.expectText("txtCallStatus", /^In call/);
  await bob.expectText("txtCallStatus", /^In call/);
}

const shown = (page: DemoPage): Promise<string | null> =>
  page.tab.page.locator("#tdVideo").getAttribute("data-video");

async function expectShown(page: DemoPage, wanted: string): Promise<void> {
  await page.tab.wait(`the video area shows ${wanted}`, async () =>
    (await shown(page)) === wanted ? true : undefined,
  );
}

test("video is added with the other side's consent, ended, and added again by the other side", async () => {
  await talk();
  assert.equal(await shown(alice), "none");
  await alice.click("btnVideo");
  await bob.expectText("#dlgMedia[open] h2", /^\[alice\] wants to use video/i);
  await bob.click("btnMediaShow");
  await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
  await expectShown(alice, "remote");
  await expectShown(bob, "remote");
  await alice.expectText("btnVideo", /^End video$/);
  await alice.click("btnVideo");
  await alice.expectText("txtCallStatus", /^Video ended/);
  await expectShown(bob, "none");
  await expectShown(alice, "none");
  await bob.click("btnVideo");
  await alice.expectText("#dlgMedia[open] h2", /^\[bob\] wants to use video/i);
  await alice.click("btnMediaShow");
  await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
});

test("who only wants to watch shows nothing", async () => {
  await talk();
  await alice.click("btnVideo");
  await bob.click("btnMediaWatch");
  await expectShown(bob, "remote");
  await alice.expectText("btnVideo", /^End video$/);
  assert.equal((await sample(bob.tab)).video.sent, 0);
});

test("video that is not wanted leaves the call as it was", async () => {
  await talk();
  await alice.click("btnVideo");
  await bob.expectText("#dlgMedia[open] h2", /wants to use video/i);
  await bob.press("Escape");
  await alice.expectText("btnVideo", /^Add video$/);
  await expectShown(alice, "none");
  assert.equal((await sample(bob.tab)).video.sent, 0);
});

test("the screen takes the place of the camera, and gives it back", async () => {
  await talk("btnCallVideo");
  await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
  await alice.click("btnShare");
  await alice.expectText("txtCallStatus", /^Your screen is shown/);
  await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
  await alice.expectText("btnShare", /^Stop sharing$/);
  await alice.click("btnShare");
  await alice.expectText("btnShare", /^Share screen$/);
  await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
});

test("the screen is shown in a call without video", async () => {
  await talk();
  await alice.click("btnShare");
  await bob.click("btnMediaWatch");
  await expectShown(bob, "remote");
  await alice.click("btnShare");
  await expectShown(bob, "none");
  await expectShown(alice, "none");
});

test("the screen that is called with is ended by the browser's button", async () => {
  await alice.call("bob", "btnCallScreenShare");
  await bob.expectText("txtCallStatus", /^Incoming video call/i);
  await bob.click("btnAnswerReceive");
  await expectShown(bob, "remote");
  await alice.tab.page.evaluate(() => {
    const track = window.probe.peers.at(-1)?.getSenders().find((one) => one.track?.kind === "video")?.track;
    track?.stop();
    track?.dispatchEvent(new Event("ended"));
  });
  await alice.expectText("txtCallStatus", /^Your screen is shown no longer/);
  await expectShown(bob, "none");
});

test("a call that only listens and watches sends nothing", async () => {
  await alice.call("bob", "btnCallReceive");
  await bob.expectText("txtCallStatus", /^Incoming video call/i);
  await bob.click("btnCall");
  await alice.expectText("txtCallStatus", /^In call/);
  await expectShown(alice, "remote");
  const { audio, video } = await sample(alice.tab);
  assert.deepEqual([audio.sent, video.sent], [0, 0]);
});

test("an answer that sends nothing", async () => {
  await alice.call("bob", "btnCallVideo");
  await bob.expectText("txtCallStatus", /^Incoming video call/i);
  await bob.click("btnAnswerReceive");
  await bob.expectText("txtCallStatus", /^In call/);
  await expectShown(bob, "remote");
  const { audio, video } = await sample(bob.tab);
  assert.deepEqual([audio.sent, video.sent], [0, 0]);
});
