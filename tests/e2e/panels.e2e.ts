/** The panels of call.htm: messages, presence, transfers between three pages, a cut connection. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DemoPage } from "./demo-page.js";
import { startScene, type Scene } from "./demo-scene.js";
import { expectMedia } from "./media.js";
import { startRelay } from "./relay.js";

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

async function hangUpAll(): Promise<void> {
  for (const page of [alice, bob, carol]) {
    await page.tab.wait("the end of all calls", async () => {
      const panel = page.tab.page.locator("#divCallCtrl");
      if ((await panel.getAttribute("data-lines")) === "0") return true;
      const button = page.tab.page.locator("#btnHangUp");
      if ((await button.isVisible()) && (await button.isEnabled())) await page.click("btnHangUp");
      else await page.tab.page.locator("#ulLines .line").first().click({ timeout: 5000 });
      return undefined;
    });
  }
}
async function talk(caller: DemoPage, callee: DemoPage): Promise<void> {
  await caller.call(callee.tab.name, "btnCallAudio");
  await callee.expectText("txtCallStatus", /^Incoming call/);
  await callee.click("btnCall");
  await caller.expectText("txtCallStatus", /^In call/);
}

test("messages both ways, with their delivery, unread ones counted, markup shown as text", async () => {
  await alice.fill("txtMessagePeer", "bob");
  await alice.click("btnOpenConversation");
  await alice.fill("txtMessage", "<b>Hello</b> \u4f60\u597d");
  await alice.press("Enter");
  await alice.expectText("#divMessageLog .ours", /^You: <b>Hello<\/b> \u4f60\u597dDelivered$/);
  await bob.click("tabHistory");
  await bob.click("tabMessages");
  await bob.expectText("#divMessageLog .theirs", /^Alice: <b>Hello<\/b> \u4f60\u597d/);
  assert.equal(await bob.tab.page.locator("#divMessageLog b").count(), 0);
  await bob.click("tabContacts");
  await alice.fill("txtMessage", "Are you there?");
  await alice.click("btnSendMessage");
  await bob.expectText("txtUnread", /^1$/);
  await bob.expectText("txtMessageNews", /^New message from \[Alice\]/);
  await bob.click("tabMessages");
  await bob.fill("txtMessage", "Yes");
  await bob.press("Enter");
  await alice.expectText("#divMessageLog .theirs", /^Bob: Yes/);
  assert.equal(await bob.tab.page.locator("#txtUnread").isHidden(), true);
});

test("a message to nobody tells why, and can be sent again", async () => {
  await alice.fill("txtMessagePeer", "nobody");
  await alice.click("btnOpenConversation");
  await alice.fill("txtMessage", "Hello?");
  await alice.press("Enter");
  await alice.expectText("#divMessageLog .ours", /Not delivered: (404|480) /);
  await alice.click("#divMessageLog .again");
  await alice.expectText("#divMessageLog .ours", /Not delivered: (404|480) /);
  assert.equal(await alice.tab.page.locator("#divMessageLog .ours").count(), 1);
});

test("presence is seen, changes are seen, and a contact that leaves is offline", async () => {
  await alice.click("tabContacts");
  await alice.fill("txtContact", "carol");
  await alice.click("btnAddContact");
  await alice.expectText('#ulContacts [data-contact="carol"]', /Available/);
  await carol.click("tabContacts");
  await carol.tab.page.selectOption("#selPresence", "busy");
  await carol.fill("txtPresenceNote", "in a <meeting>");
  await carol.click("btnPublish");
  await carol.expectText("txtPublished", /Your contacts see you as: Busy/);
  await alice.expectText('#ulContacts [data-contact="carol"]', /Busy - in a <meeting>/);
  await carol.tab.page.selectOption("#selPresence", "offline");
  await alice.expectText('#ulContacts [data-contact="carol"]', /Offline|Not known/);
  await carol.tab.page.selectOption("#selPresence", "available");
  await alice.expectText('#ulContacts [data-contact="carol"]', /Available/);
  await alice.fill("txtContact", "sip:carol@localhost");
  await alice.click("btnAddContact");
  await alice.expectText("errContact", /is a contact already/);
  // The list is there again after a reload.
  await alice.tab.page.reload();
  await alice.online();
  await alice.click("tabContacts");
  await alice.expectText('#ulContacts [data-contact="carol"]', /Available/);
  await alice.click('#ulContacts [data-contact="carol"] button:last-child');
  assert.equal(await alice.tab.page.locator("#ulContacts li").count(), 0);
});

test("a blind transfer: asked, accepted, and the two talk", async () => {
  await talk(bob, alice);
  await alice.click("btnTransfer");
  await alice.fill("txtTransferTarget", "carol");
  await alice.click("btnTransferNow");
  await bob.expectText("hdrConsent", /Do you accept call transfer to \[carol\]\?/);
  await bob.click("btnConsentAccept");
  await carol.expectText("txtCallStatus", /^Incoming call from \[bob\]/i);
  await carol.click("btnCall");
  await bob.expectText("txtPeer", /^carol$/i);
  await alice.expectText("txtCallStatus", /Call ended|transfer completed|hung up|Ready/i);
  await alice.tab.wait("no call", async () =>
    (await alice.tab.page.locator("#divCallCtrl").getAttribute("data-lines")) === "0"
      ? true
      : undefined,
  );
  await expectMedia([bob.tab, carol.tab], ["audio"]);
  await hangUpAll();
});

test("a transfer that is refused leaves the call as it was", async () => {
  await talk(bob, alice);
  await alice.click("btnTransfer");
  await alice.fill("txtTransferTarget", "carol");
  await alice.press("Enter");
  await bob.expectText("hdrConsent", /carol/);
  await bob.press("Escape");
  await alice.expectText("txtCallStatus", /Call transfer failed: 603/);
  await expectMedia([alice.tab, bob.tab], ["audio"]);
  await hangUpAll();
});

test("an attended transfer among three pages", async () => {
  await talk(bob, alice);
  await alice.click("btnTransfer");
  await alice.fill("txtTransferTarget", "carol");
  await alice.click("btnTransferAsk");
  await bob.expectText("txtCallStatus", /^Placed on hold by remote party/);
  await carol.expectText("txtCallStatus", /^Incoming call from \[alice\]/i);
  await carol.click("btnCall");
  await alice.expectText("txtNotice", /\[bob\] waits/i);
  await alice.click("btnTransfer");
  await alice.click("#ulTransferOthers button");
  await bob.expectText("hdrConsent", /carol/i);
  await bob.click("btnConsentAccept");
  await bob.expectText("txtPeer", /^carol$/i);
  await carol.expectText("txtPeer", /^bob$/i);
  await bob.expectText("txtCallStatus", /^In call/);
  await alice.tab.wait("no call", async () =>
    (await alice.tab.page.locator("#divCallCtrl").getAttribute("data-lines")) === "0"
      ? true
      : undefined,
  );
  await expectMedia([bob.tab, carol.tab], ["audio"]);
  await hangUpAll();
});

test("a connection that is cut is told, and comes back with everything", async () => {
  const relay = await startRelay(scene.server.url);
  const dave = await DemoPage.open(scene.browser, `${scene.server.pageUrl}call.htm`, "dave");
  try {
    await dave.tab.page.evaluate((url) => {
      localStorage.setItem("org.doubango.expert.websocket_server_url", url);
    }, relay.url);
    await dave.tab.page.reload();
    await dave.fill("txtPrivateIdentity", "dave");
    await dave.fill("txtPublicIdentity", "sip:dave@localhost");
    await dave.fill("txtPassword", "dave");
    await dave.fill("txtRealm", "localhost");
    await dave.click("btnRegister");
    await dave.online();
    await dave.click("tabLadder");
    await dave.expectText("txtConnection", /connected to/);
    relay.cut();
    await dave.expectText("txtRegStatus", /^Connection lost/);
    await dave.expectText("txtConnection", /lost, connecting to/);
    relay.restore();
    await dave.online();
    await dave.expectText("txtConnection", /: connected to/);
    await dave.call("alice", "btnCallAudio");
    await alice.expectText("txtCallStatus", /^Incoming call from \[dave\]/i);
    await alice.click("btnHangUp");
  } finally {
    await dave.tab.close();
    await relay.stop();
  }
});
