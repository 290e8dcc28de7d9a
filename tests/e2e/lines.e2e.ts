/** call.htm with several calls: call waiting, the switcher, a new call, devices, history, ladder. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import type { DemoPage } from "./demo-page.js";
import { startScene, type Scene } from "./demo-scene.js";
import { expectMedia } from "./media.js";

let scene: Scene;
let alice: DemoPage;
let bob: DemoPage;
let carol: DemoPage;

before(async () => {
  scene = await startScene(["alice", "bob", "carol"], {
    flags: ["--use-fake-device-for-media-stream=device-count=2"],
  });
  alice = scene.page("alice");
  bob = scene.page("bob");
  carol = scene.page("carol");
});
after(() => scene?.stop());

const incoming = '#ulLines li[data-phase="incoming"]';

async function begin(): Promise<void> {
  for (const page of [alice, bob, carol]) await hangUpAll(page);
  await bob.call("alice", "btnCallAudio");
  await alice.expectText("txtCallStatus", /^Incoming call from \[bob\]/i);
  await alice.click("btnCall");
  await alice.expectText("txtCallStatus", /^In call/);
}
async function hangUpAll(page: DemoPage): Promise<void> {
  await page.tab.wait("the end of all calls", async () => {
    const button = page.tab.page.locator("#btnHangUp");
    if ((await page.tab.page.locator("#divCallCtrl").getAttribute("data-lines")) === "0") return true;
    if (await button.isEnabled()) await page.click("btnHangUp");
    return undefined;
  });
}

test("a second call rings, is taken, and the first waits; then back and forth", async () => {
  await begin();
  await carol.call("alice", "btnCallAudio");
  await alice.expectText("txtNotice", /^\[carol\] is calling too/i);
  await alice.expectText("txtPeer", /^bob$/i);
  await alice.click(`${incoming} .go`);
  await alice.expectText("txtPeer", /^carol$/i);
  await alice.expectText("txtCallStatus", /^In call/);
  await bob.expectText("txtCallStatus", /^Placed on hold by remote party/);
  await expectMedia([alice.tab, carol.tab], ["audio"]);

  await alice.click("#ulLines li:first-child .line");
  await alice.expectText("txtPeer", /^bob$/i);
  await carol.expectText("txtCallStatus", /^Placed on hold by remote party/);
  await bob.expectText("txtCallStatus", /^(Taken off hold|In call)/);
  await expectMedia([alice.tab, bob.tab], ["audio"]);

  // The end of the shown call brings the other one into view, still on hold.
  await bob.click("btnHangUp");
  await alice.expectText("txtPeer", /^carol$/i);
  await alice.expectText("txtNotice", /hung up/);
  await alice.expectText("btnHoldResume", /Resume/);
  await alice.click("btnHoldResume");
  await carol.expectText("txtCallStatus", /^(Taken off hold|In call)/);
  await hangUpAll(alice);
});

test("a second call is rejected, the first goes on", async () => {
  await begin();
  await carol.call("alice", "btnCallAudio");
  await alice.click(`${incoming} .stop`);
  await carol.expectText("txtCallStatus", /\[alice\] declined the call/i);
  await expectMedia([alice.tab, bob.tab], ["audio"]);
  await hangUpAll(alice);
});

test("a new call while in a call: the first is held first", async () => {
  await begin();
  await alice.click("btnNewCall");
  await alice.expectText("txtCallStatus", /^The other calls wait/);
  await bob.expectText("txtCallStatus", /^Placed on hold by remote party/);
  assert.equal(await alice.focused(), "txtPhoneNumber");
  await alice.call("carol", "btnCallAudio");
  await carol.expectText("txtCallStatus", /^Incoming call from \[alice\]/i);
  await carol.click("btnCall");
  await alice.expectText("txtPeer", /^carol$/i);
  await expectMedia([alice.tab, carol.tab], ["audio"]);
  await hangUpAll(alice);
});

test("mute, another microphone, the volume and key tones from the keyboard", async () => {
  await begin();
  await alice.click("btnMute");
  await alice.expectText("txtCallStatus", /microphone muted/);
  await alice.click("btnMute");

  await alice.click("btnDevices");
  const microphones = alice.tab.page.locator("#selMicrophone option");
  await alice.tab.wait("two microphones", async () =>
    (await microphones.count()) >= 3 ? true : undefined,
  );
  const chosen = await microphones.nth(2).getAttribute("value");
  await alice.tab.page.selectOption("#selMicrophone", chosen);
  await alice.expectText("txtDevices", /^Microphone: /);
  const used = await alice.tab.page.evaluate(() =>
    window.probe.peers
      .filter((peer) => peer.connectionState === "connected")
      .flatMap((peer) => peer.getSenders())
      .map((sender) => sender.track?.getSettings().deviceId),
  );
  assert.ok(used.includes(chosen ?? ""), `${chosen} is not among ${used.join()}`);
  await alice.fill("rngVolume", "30");
  const volume = await alice.tab.page.evaluate(() => {
    const audio = document.getElementById("audio_remote");
    return audio instanceof HTMLAudioElement ? audio.volume : -1;
  });
  assert.equal(volume, 0.3);
  assert.equal(await alice.tab.page.locator("#selSpeaker").isVisible(), true);
  await alice.press("Escape");
  assert.equal(await alice.focused(), "btnDevices");

  await alice.press("5");
  await alice.press("#");
  await alice.tab.wait("the tone #", async () =>
    (await alice.tab.page.evaluate(() => window.probe.tones)).includes("#") ? true : undefined,
  );
  await alice.expectText("txtCallStatus", /^(Key # sent|In call)/);
  await hangUpAll(alice);
});

test("the timer runs, the quality is told, and the history remembers", async () => {
  await begin();
  await alice.expectText("txtQuality", /Good connection.*kbit\/s/s);
  await alice.expectText("txtCallTimer", /^00:0[2-9]$/);
  await hangUpAll(alice);
  await alice.click("tabHistory");
  await alice.expectText("#ulHistory li:first-child", /Incoming\s*bob\s*00:0\d/i);
  await alice.click("#ulHistory li:first-child button");
  await bob.expectText("txtCallStatus", /^Incoming call from \[alice\]/i);
  await bob.click("btnHangUp");
  await alice.expectText("#ulHistory li:first-child", /Outgoing\s*bob\s*rejected/i);
  // It outlives the page, for this user of this tab.
  await alice.tab.page.reload();
  await alice.online();
  await alice.click("tabHistory");
  await alice.expectText("#ulHistory li:first-child", /Outgoing\s*bob\s*rejected/i);
  await alice.click("btnClearHistory");
  await alice.expectText("txtHistory", /deleted/);
  assert.equal(await alice.tab.page.locator("#ulHistory li").count(), 0);
});

test("the SIP traffic is a ladder, and is saved without secrets", async () => {
  await begin();
  await hangUpAll(alice);
  await alice.click("tabLadder");
  await alice.expectText("txtConnection", /connected to ws:\/\/localhost/);
  await alice.expectText("olLadder", /401 Unauthorized \(REGISTER\)[^]*INVITE[^]*BYE/);
  const saving = alice.tab.page.waitForEvent("download");
  await alice.click("btnSaveLadder");
  const download = await saving;
  assert.match(download.suggestedFilename(), /^sip-traffic-[\d-]+\.txt$/);
  const saved = await readFile(await download.path(), "utf8");
  assert.match(saved, /page -> server {2}REGISTER\nREGISTER sip:localhost SIP\/2\.0\n/);
  assert.match(saved, /\nAuthorization: /);
  assert.doesNotMatch(saved, /response="?[0-9a-f]{16}|username=/);
  await alice.click("#olLadder li:first-child summary");
  await alice.expectText("#olLadder li:first-child pre", /^REGISTER sip:localhost/);
  await alice.click("btnClearLadder");
  assert.equal(await alice.tab.page.locator("#olLadder li").count(), 0);
});

test("a shared screen is called with", async () => {
  await bob.fill("txtPhoneNumber", "alice");
  await bob.click("btnCall");
  await bob.click("btnCallScreenShare");
  await alice.expectText("txtCallStatus", /^Incoming video call from \[bob\]/i);
  await alice.click("btnCall");
  await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
  await hangUpAll(alice);
});
