/** call.htm as a person uses it: two tabs of one browser, and the embedded server of npm start. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { DemoPage } from "./demo-page.js";
import { startScene, type Scene } from "./demo-scene.js";
import { expectMedia, expectSilence } from "./media.js";

let scene: Scene;
let alice: DemoPage;
let bob: DemoPage;

before(async () => {
  scene = await startScene(["alice", "bob"]);
  alice = scene.page("alice");
  bob = scene.page("bob");
});
beforeEach(async () => {
  await alice.online();
  await bob.online();
});
after(() => scene?.stop());

async function ring(entry: "btnCallAudio" | "btnCallVideo"): Promise<void> {
  await bob.call("alice", entry);
  await alice.expectText("txtCallStatus", /^Incoming (video )?call from \[bob\]/i);
  await bob.expectText("txtCallStatus", /^Remote ringing/);
  await alice.expectText("btnCall", /Answer/);
  await alice.expectText("btnHangUp", /Reject/);
}

test("a call with video: media, hold, resume, keypad, hang-up by the caller", async () => {
  const tabs = [alice.tab, bob.tab];
  await ring("btnCallVideo");
  await alice.click("btnCall");
  await alice.expectText("txtCallStatus", /^In call/);
  await bob.expectText("txtCallStatus", /^In call/);
  await expectMedia(tabs, ["audio", "video"]);
  for (const tab of tabs) {
    const shown = (): Promise<boolean> =>
      tab.page.evaluate(() => {
        const views = ["video_remote", "video_local"].map((id) => document.getElementById(id));
        return views.every((v) => v instanceof HTMLVideoElement && v.videoWidth > 0 && !v.hidden);
      });
    await tab.wait("both videos on the page", async () => ((await shown()) ? true : undefined));
  }

  await bob.click("btnHoldResume");
  await bob.expectText("txtCallStatus", /on hold/);
  await alice.expectText("txtCallStatus", /^Placed on hold by remote party/);
  await expectSilence(tabs, ["audio", "video"]);
  await bob.click("btnHoldResume");
  await alice.expectText("txtCallStatus", /^(Taken off hold by remote party|In call)/);
  await expectMedia(tabs, ["audio", "video"]);

  await bob.click("btnKeyPad");
  for (const tone of ["4", "2", "#"]) {
    await bob.tab.page.locator(`#divKeyPad [data-tone="${tone}"]`).click({ timeout: 5000 });
  }
  await bob.expectText("txtKeys", /^42#$/);
  await bob.tab.wait("the tone #", async () =>
    (await bob.tab.page.evaluate(() => window.probe.tones)).includes("#") ? true : undefined,
  );
  await bob.click("btnCloseKeyPad");

  await bob.click("btnHangUp");
  await bob.expectText("txtCallStatus", /^Call ended/);
  await alice.expectText("txtCallStatus", /hung up/);
});

test("a call with audio, hung up by the callee", async () => {
  await ring("btnCallAudio");
  await alice.click("btnCall");
  await expectMedia([alice.tab, bob.tab], ["audio"]);
  await alice.click("btnHangUp");
  await alice.expectText("txtCallStatus", /^Call ended/);
  await bob.expectText("txtCallStatus", /\[alice\] hung up/);
});

test("reject while it rings", async () => {
  await ring("btnCallAudio");
  await alice.click("btnHangUp");
  await bob.expectText("txtCallStatus", /\[alice\] (declined the call|is busy)/);
  await alice.expectText("txtCallStatus", /^Call rejected/);
});

test("cancel while it rings", async () => {
  await ring("btnCallAudio");
  await bob.click("btnHangUp");
  await bob.expectText("txtCallStatus", /^Call cancelled/);
  await alice.expectText("txtCallStatus", /stopped calling/);
});

test("an unknown user", async () => {
  await bob.call("nobody", "btnCallAudio");
  await bob.expectText("txtCallStatus", /^\[nobody\] is (unknown to the server|not available now)/);
});

test("a wrong password is told, the right one logs in without reloading", async () => {
  await bob.click("btnUnRegister");
  await bob.expectText("txtRegStatus", /^Disconnected/);
  const right = await bob.tab.page.locator("#txtPassword").inputValue();
  await bob.fill("txtPassword", "surely wrong");
  await bob.click("btnRegister");
  await bob.expectText("txtRegStatus", /^Wrong user name or password/);
  await bob.fill("txtPassword", right);
  await bob.click("btnRegister");
  await bob.online();
});

test("a page without a query: the fields of the original, filled in by hand", async () => {
  const dave = await scene.open("", "dave");
  await dave.fill("txtDisplayName", "Dave");
  await dave.fill("txtPrivateIdentity", "dave");
  await dave.fill("txtPublicIdentity", "sip:dave@localhost");
  await dave.fill("txtPassword", "dave's own");
  await dave.fill("txtRealm", "localhost");
  await dave.click("btnRegister");
  await dave.expectText("txtRegStatus", /^Connected as Dave/);
  await dave.click("btnUnRegister");
  await dave.expectText("txtRegStatus", /^Disconnected/);
  await dave.tab.expectClean();
  await dave.tab.close();
});

test("the page is served with a strict content security policy", async () => {
  const response = await fetch(`${scene.server.pageUrl}call.htm`);
  const policy = response.headers.get("content-security-policy") ?? "";
  const scripts = /script-src ([^;]*)/.exec(policy)?.[1]?.trim();
  assert.equal(scripts, "'self' 'wasm-unsafe-eval'");
});
