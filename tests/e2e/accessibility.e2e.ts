/** The pages for everybody: axe in each state, the keyboard alone, 390 pixels, Chinese. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { expectAccessible, expectFits } from "./axe.js";
import { Tab } from "./browser.js";
import { DemoPage } from "./demo-page.js";
import { startScene, type Scene } from "./demo-scene.js";
import { expectMedia } from "./media.js";

let scene: Scene;
let alice: DemoPage;
let bob: DemoPage;
let carol: DemoPage;

before(async () => {
  scene = await startScene(["alice", "bob", "carol"]);
  alice = scene.page("alice");
  bob = scene.page("bob");
  carol = scene.page("carol");
});
after(() => scene?.stop());

const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } } as const;

/** In light and dark, at both widths, in both languages. */
async function check(page: Page, state: string): Promise<void> {
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page, `${state} (${size}, ${colorScheme})`);
    }
    await expectFits(page, `${state} (${size})`);
  }
  await page.setViewportSize(sizes.desktop);
  await page.emulateMedia({ colorScheme: "light" });
}

test("axe: call.htm before the login, and with an error", async () => {
  const tab = await Tab.open(scene.browser, `${scene.server.pageUrl}call.htm`, "dave");
  await check(tab.page, "logged out");
  await tab.page.fill("#txtRealm", "");
  await tab.page.click("#btnRegister");
  await tab.wait("the complaint", async () =>
    (await tab.page.textContent("#txtRegStatus"))?.includes("mandatory") ? true : undefined,
  );
  await check(tab.page, "login refused");
  await tab.close();
});

test("the query parameters of the original are taken and say what they mean here", async () => {
  const query = "?wt=w4a&fps=30&mvs=720p&mbwu=512&mbwd=512&za=true&ndb=true";
  const tab = await Tab.open(scene.browser, `${scene.server.pageUrl}call.htm${query}`, "dave");
  await tab.page.waitForSelector("#btnRegister:enabled");
  assert.ok(
    tab.console.some((line) => line.includes("without meaning for this page: wt, fps, mvs, mbwu")),
    tab.console.join("\n"),
  );
  await tab.expectClean();
  await tab.close();
});

test("axe: call.htm in every state of a call", async () => {
  const { page } = alice.tab;
  await check(page, "idle");
  await alice.click("btnCall");
  await check(page, "the menu of Call");
  await alice.press("Escape");
  await bob.call("alice", "btnCallVideo");
  await alice.expectText("txtCallStatus", /^Incoming/);
  await alice.tab.page.bringToFront();
  await check(page, "incoming");
  await bob.tab.page.bringToFront();
  await check(bob.tab.page, "calling");
  await alice.click("btnCall");
  await alice.expectText("txtQuality", /kbit/);
  await check(page, "in a video call");
  await alice.click("btnKeyPad");
  await check(page, "key pad");
  await alice.click("btnCloseKeyPad");
  await alice.click("btnHoldResume");
  await alice.expectText("txtCallStatus", /on hold/);
  await check(page, "held");
  await carol.call("alice", "btnCallAudio");
  await alice.expectText("ulLines", /is calling/);
  await check(page, "a second call rings");
  await alice.click('#ulLines li[data-phase="incoming"] .go');
  await alice.expectText("txtPeer", /carol/i);
  await alice.expectText("txtCallStatus", /^In call/);
  await check(page, "two calls");
  await alice.click("btnTransfer");
  await check(page, "transfer");
  await alice.click("btnTransferCancel");
  await alice.click("btnHangUp");
  await alice.expectText("txtPeer", /bob/i);
  await alice.click("btnHangUp");
  await alice.expectText("txtCallStatus", /^Call ended/);
  await check(page, "ended");
});

test("axe: the panels of call.htm", async () => {
  const { page } = alice.tab;
  await alice.click("btnDevices");
  await check(page, "devices");
  await alice.click("btnCloseDevices");
  await alice.fill("txtMessagePeer", "nobody");
  await alice.click("btnOpenConversation");
  await alice.fill("txtMessage", "Hello?");
  await alice.press("Enter");
  await alice.expectText("#divMessageLog .ours", /Not delivered/);
  await check(page, "messages");
  await alice.click("tabContacts");
  await alice.fill("txtContact", "bob");
  await alice.click("btnAddContact");
  await alice.expectText("#ulContacts", /bob/);
  await check(page, "contacts");
  await alice.click("tabHistory");
  await check(page, "history");
  await alice.click("tabLadder");
  await alice.click("#olLadder li:last-child summary");
  await check(page, "SIP traffic");
});

test("axe: expert.htm, and with errors", async () => {
  const tab = await Tab.open(scene.browser, `${scene.server.pageUrl}expert.htm`, "expert");
  await check(tab.page, "expert");
  const numbered = await tab.page.evaluate(() => {
    const notes = document.querySelector(".footnotes");
    return notes !== null && getComputedStyle(notes).listStyleType === "decimal";
  });
  assert.ok(numbered, "the footnotes have the numbers that the fields refer to");
  await tab.page.fill("#txtBandwidth", "{ audio: 64 video: 1 }");
  await tab.page.fill("#txtIceServers", "[{ urls: 'http://x' }]");
  await tab.page.click("#btnSave");
  assert.match(
    (await tab.page.textContent("#errBandwidth")) ?? "",
    /line 1, column 13: expected "," or "}"/,
  );
  assert.match((await tab.page.textContent("#errIceServers")) ?? "", /\[http:\/\/x\] is not an ICE/);
  await check(tab.page, "expert with errors");
  // The same in Chinese, at once, and remembered by the other page.
  await tab.page.selectOption("#selLanguage", "zh-Hans");
  assert.match((await tab.page.textContent("#errBandwidth")) ?? "", /\u7b2c 1 \u884c\u7b2c 13 \u5217/);
  assert.equal(await tab.page.getAttribute("html", "lang"), "zh-Hans");
  await check(tab.page, "expert in Chinese");
  await tab.page.goto(`${scene.server.pageUrl}call.htm`);
  assert.equal((await tab.page.textContent("#btnRegister"))?.trim(), "\u767b\u5f55");
  await tab.expectClean();
  await tab.close();
});

test("Chinese by the language of the browser: log in, call, and switch in the call", async () => {
  const context = await scene.browser.newContext({ locale: "zh-CN" });
  const page = await context.newPage();
  await page.goto(`${scene.server.pageUrl}call.htm?user=erin&login=1`);
  const says = (id: string, wanted: string): Promise<unknown> =>
    page.waitForFunction(
      ([element, words]) => document.getElementById(element)?.textContent?.includes(words),
      [id, wanted] as const,
      { timeout: 8000 },
    );
  await says("txtRegStatus", "\u5df2\u4ee5 Erin \u7684\u8eab\u4efd\u8fde\u63a5");
  await check(page, "idle in Chinese");
  await bob.call("erin", "btnCallAudio");
  await says("txtCallStatus", "[Bob] \u6765\u7535");
  await page.bringToFront();
  await page.click("#btnCall");
  await says("txtCallStatus", "\u901a\u8bdd\u4e2d");
  await check(page, "in a call in Chinese");
  await page.selectOption("#selLanguage", "en");
  await says("txtCallStatus", "In call");
  await page.selectOption("#selLanguage", "zh-Hans");
  await says("txtCallStatus", "\u901a\u8bdd\u4e2d");
  await page.click("#btnHangUp");
  await says("txtCallStatus", "\u901a\u8bdd\u7ed3\u675f");
  await context.close();
});

test("no text of the network is markup", async () => {
  const context = await scene.browser.newContext();
  const page = await context.newPage();
  await page.goto(`${scene.server.pageUrl}call.htm?user=frank`);
  await page.fill("#txtDisplayName", "<img src=x onerror=alert(1)>");
  await page.click("#btnRegister");
  await page.waitForFunction(() => document.getElementById("txtRegStatus")?.dataset["state"] === "online");
  await page.fill("#txtPhoneNumber", "alice");
  await page.click("#btnCall");
  await page.click("#btnCallAudio");
  await alice.expectText("txtPeer", /^<img src=x onerror=alert\(1\)>$/);
  assert.equal(await alice.tab.page.locator("main img").count(), 0);
  await alice.click("btnHangUp");
  await context.close();
});

test("the keyboard alone: log in, call with the menu, mute, hold, key tones, transfer, hang up", async () => {
  const tab = await Tab.open(scene.browser, `${scene.server.pageUrl}call.htm?user=grace`, "grace", alice.tab);
  const grace = DemoPage.of(tab);
  await grace.tabTo("txtPassword");
  await grace.press("Enter");
  await grace.online();
  await grace.tabTo("txtPhoneNumber");
  await tab.page.keyboard.press("Control+a");
  await tab.page.keyboard.type("bob");
  await grace.press("Enter");
  assert.equal(await grace.focused(), "btnCallAudio");
  await grace.press("ArrowDown");
  assert.equal(await grace.focused(), "btnCallVideo");
  await grace.press("ArrowUp");
  await grace.press("Enter");
  await bob.expectText("txtCallStatus", /^Incoming call from \[grace\]/i);
  assert.equal(await grace.focused(), "btnHangUp");
  await bob.click("btnCall");
  await grace.expectText("txtCallStatus", /^In call/);
  await grace.tabTo("btnMute", 200);
  await grace.press("Space");
  await grace.expectText("txtCallStatus", /microphone muted/);
  await grace.press("Space");
  await grace.tabTo("btnHoldResume");
  await grace.press("Enter");
  await bob.expectText("txtCallStatus", /^Placed on hold/);
  await grace.tabTo("btnHoldResume", 200);
  await grace.press("Enter");
  await expectMedia([tab, bob.tab], ["audio"]);
  await grace.press("7");
  await grace.expectText("txtCallStatus", /^(Key 7 sent|In call)/);
  await grace.tabTo("btnKeyPad", 200);
  await grace.press("Enter");
  await grace.press("9");
  await grace.expectText("txtKeys", /^9$/);
  await grace.press("Escape");
  assert.equal(await grace.focused(), "btnKeyPad");
  await grace.tabTo("btnTransfer", 200);
  await grace.press("Enter");
  assert.equal(await grace.focused(), "txtTransferTarget");
  await grace.press("Escape");
  assert.equal(await grace.focused(), "btnTransfer");
  await grace.tabTo("btnHangUp", 200);
  await grace.press("Enter");
  await grace.expectText("txtCallStatus", /^Call ended/);
  assert.equal(await grace.focused(), "btnCall");
  await grace.tabTo("tabMessages", 200);
  await grace.press("ArrowRight");
  assert.equal(await grace.focused(), "tabContacts");
  await grace.press("End");
  assert.equal(await grace.focused(), "tabLadder");
  await tab.expectClean();
  await tab.page.close();
});
