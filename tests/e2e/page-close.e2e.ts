/** F43: a page that is closed or left takes its registration back at once, in Chromium. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./browser.js";
import { waitFor } from "./child.js";
import { startEmbedded, type Embedded } from "./embedded.js";
import { startPageServer, type PageServer } from "./page-server.js";
import { Phone } from "./phone.js";
import { startRelay, type Relay } from "./relay.js";

const removals = (relay: Relay): readonly string[] =>
  relay.fromClient.filter((text) => /^REGISTER [^]*\r\nExpires: 0\r\n/.test(text));

describe("F43: a registered page goes away", () => {
  let browser: Browser;
  let pages: PageServer;
  let server: Embedded;
  let relay: Relay;
  let bob: Phone;

  before(async () => {
    browser = await launch();
    pages = await startPageServer();
    server = await startEmbedded();
    relay = await startRelay(server.url);
    bob = await Phone.registered(browser, pages, server, "bob");
  });
  after(async () => {
    try {
      await bob?.close();
    } finally {
      await relay?.stop();
      await server?.stop();
      await browser?.close();
      await pages?.stop();
    }
  });

  const ways: readonly (readonly [string, (alice: Phone) => Promise<unknown>])[] = [
    ["is closed", ({ tab }) => tab.page.close({ runBeforeUnload: false })],
    ["goes to another address", ({ tab }) => tab.page.goto(pages.url("modern.html?elsewhere"))],
  ];
  for (const [what, leave] of ways) {
    test(`it ${what}: REGISTER with Expires 0, and a call finds nobody`, async () => {
      const alice = await Phone.registered(browser, pages, { ...server, url: relay.url }, "alice");
      const before = removals(relay).length;
      await leave(alice);
      await waitFor(
        () => (removals(relay).length > before ? true : undefined),
        () => `no REGISTER with Expires 0 after:\n${relay.fromClient.slice(-3).join("\n")}`,
        5000,
      );
      assert.equal(removals(relay).length, before + 1);
      await bob.call("alice", { audio: true });
      await bob.state("ended");
      assert.match(String((await bob.end()).status), /^4(04|80)$/);
      await alice.tab.page.context().close();
    });
  }
});
