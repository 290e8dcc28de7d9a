/** How long it takes from call() until both sides decode media; printed, not judged. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { launch } from "./browser.js";
import { startEmbedded } from "./embedded.js";
import type { Kind } from "./media.js";
import { startPageServer } from "./page-server.js";
import { Phone } from "./phone.js";

const calls = 10;
/** Generous for a loaded machine: a call that needs longer is broken. */
const limit = 10000;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

test(`time from call() to media on both sides, ${calls} calls`, async (context) => {
  const browser = await launch();
  const pages = await startPageServer();
  const server = await startEmbedded();
  try {
    const alice = await Phone.registered(browser, pages, server, "alice");
    const bob = await Phone.registered(browser, pages, server, "bob");
    for (const kinds of [["audio"], ["audio", "video"]] as const satisfies readonly Kind[][]) {
      const media = { audio: true, video: kinds.length === 2 };
      await alice.autoAnswer(media);
      const times: number[] = [];
      for (let at = 0; at < calls; at++) {
        const decoded = [alice, bob].map((phone) =>
          phone.tab.page.evaluate(([what, timeout]) => window.probe.mediaTime(what, timeout), [
            kinds,
            limit,
          ] as const),
        );
        await bob.call("alice", media);
        const ready = Math.max(...(await Promise.all(decoded)));
        times.push(ready - (await bob.tab.page.evaluate(() => window.phone.calledAt)));
        await bob.hangup();
        await Promise.all([alice.end(), bob.end()]);
      }
      const all = times.map((time) => time.toFixed(0)).join(" ");
      context.diagnostic(`${kinds.join("+")}: median ${median(times).toFixed(0)} ms of ${all}`);
      assert.ok(times.every((time) => time > 0 && time < limit));
    }
    await alice.close();
    await bob.close();
  } finally {
    await browser.close();
    await server.stop();
    await pages.stop();
  }
});
