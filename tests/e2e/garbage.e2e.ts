/** Whatever the server sends during a call, the call stays, and so does the page. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./browser.js";
import { startEmbedded } from "./embedded.js";
import { junkFrames } from "./junk.js";
import { expectMedia } from "./media.js";
import { startPageServer, type PageServer } from "./page-server.js";
import { Phone } from "./phone.js";
import { startRelay, type Relay } from "./relay.js";
import type { SipServer } from "./servers.js";

let browser: Browser;
let pages: PageServer;
let server: SipServer;
let relay: Relay;

before(async () => {
  browser = await launch();
  pages = await startPageServer();
  server = await startEmbedded();
  relay = await startRelay(server.url);
});
after(async () => {
  await browser?.close();
  await relay?.stop();
  await server?.stop();
  await pages?.stop();
});

test("junk from the server neither ends a call nor disturbs the page", async () => {
  const alice = await Phone.registered(browser, pages, { ...server, url: relay.url }, "alice");
  const bob = await Phone.registered(browser, pages, server, "bob");
  const media = { audio: true, video: true };
  await bob.call("alice", media);
  await alice.state("incoming");
  await alice.answer(media);
  await Promise.all([alice.state("established"), bob.state("established")]);
  await expectMedia([alice.tab, bob.tab], ["audio", "video"]);

  const frames = junkFrames(relay.fromServer);
  assert.ok(frames.length > 200, `${frames.length} frames`);
  for (const frame of frames) relay.inject(frame);

  // The relay keeps order, so an answered hold proves that all junk was read before.
  assert.equal(await alice.hold(), null);
  assert.equal(await alice.resume(), null);
  assert.equal((await bob.snapshot()).call, "established");
  assert.equal((await alice.snapshot()).end, null);
  await expectMedia([alice.tab, bob.tab], ["audio", "video"]);

  await bob.hangup();
  assert.deepEqual([(await bob.end()).cause, (await bob.end()).by], ["bye", "local"]);
  await alice.close();
  await bob.close();
});
