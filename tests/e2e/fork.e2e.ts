/** One user in two pages: both ring, one answers; RFC 3261 sections 13.2.2.4 and 16.7. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./browser.js";
import { startEmbedded } from "./embedded.js";
import { expectMedia, expectSilence } from "./media.js";
import { startPageServer, type PageServer } from "./page-server.js";
import { Phone } from "./phone.js";
import type { SipServer } from "./servers.js";

let browser: Browser;
let pages: PageServer;
let server: SipServer;

before(async () => {
  browser = await launch();
  pages = await startPageServer();
  server = await startEmbedded();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await pages?.stop();
});

test("both pages of the callee ring; the one that answers has the call", async () => {
  const left = await Phone.registered(browser, pages, server, "alice");
  const right = await Phone.registered(browser, pages, server, "alice");
  const bob = await Phone.registered(browser, pages, server, "bob");
  const media = { audio: true, video: true };
  for (const [answering, other] of [
    [left, right],
    [right, left],
  ] as const) {
    await bob.call("alice", media);
    await left.state("incoming");
    await right.state("incoming");
    await bob.state("ringing");
    await answering.answer(media);
    await Promise.all([answering.state("established"), bob.state("established")]);
    assert.equal((await other.end()).cause, "cancelled");
    await expectMedia([answering.tab, bob.tab], ["audio", "video"]);
    assert.equal(await bob.hold(), null);
    await expectSilence([answering.tab, bob.tab], ["audio", "video"]);
    assert.equal(await bob.resume(), null);
    await expectMedia([answering.tab, bob.tab], ["audio", "video"]);
    await answering.hangup();
    assert.equal((await bob.end()).by, "remote");
    await answering.end();
  }
  for (const phone of [left, right, bob]) await phone.close();
});
