/** Proves by getStats() that media flows, stops and flows again. */
import { setTimeout as delay } from "node:timers/promises";
import type { Flow, MediaSample } from "./probe.js";
import type { AnyTab } from "./tab.js";

export type Kind = "audio" | "video";

export function sample(tab: AnyTab): Promise<MediaSample> {
  return tab.page.evaluate(() => window.probe.sample());
}

function grew(before: Flow, now: Flow): boolean {
  return now.sent > before.sent && now.received > before.received && now.decoded > before.decoded;
}

function show(samples: readonly (readonly [AnyTab, MediaSample, MediaSample])[]): string {
  return samples
    .map(([tab, before, now]) => `${tab.name}: ${JSON.stringify(before)} -> ${JSON.stringify(now)}`)
    .join("\n");
}

/**
 * Samples all tabs every `window` ms until `settled` holds for one window of each; throws after
 * `timeout` ms with the last two samples.
 */
async function until(
  tabs: readonly AnyTab[],
  what: string,
  window: number,
  timeout: number,
  settled: (before: MediaSample, now: MediaSample) => boolean,
): Promise<void> {
  const deadline = performance.now() + timeout;
  let before = await Promise.all(tabs.map(sample));
  for (;;) {
    await delay(window);
    const now = await Promise.all(tabs.map(sample));
    const pairs = tabs.flatMap((tab, at) => {
      const old = before[at];
      const fresh = now[at];
      return old === undefined || fresh === undefined ? [] : [[tab, old, fresh] as const];
    });
    if (pairs.every(([, old, fresh]) => settled(old, fresh))) return;
    if (performance.now() > deadline)
      throw new Error(`${what} after ${timeout} ms:\n${show(pairs)}`);
    before = now;
  }
}

/** Every tab sends, receives and decodes each kind, and nothing of the kinds not named. */
export async function expectMedia(
  tabs: readonly AnyTab[],
  kinds: readonly Kind[],
  timeout = 10000,
): Promise<void> {
  await until(tabs, `media ${kinds.join("+")} does not flow`, 250, timeout, (before, now) =>
    kinds.every((kind) => grew(before[kind], now[kind])),
  );
  for (const tab of tabs) {
    const now = await sample(tab);
    for (const kind of ["audio", "video"] as const) {
      if (!kinds.includes(kind) && now[kind].received + now[kind].sent > 0) {
        throw new Error(`${tab.name}: unexpected ${kind}: ${JSON.stringify(now)}`);
      }
    }
  }
  if (kinds.includes("audio")) {
    await until(
      tabs,
      "only silence is decoded",
      250,
      timeout,
      (before, now) => now.audio.energy > before.audio.energy,
    );
  }
}

/** No packet of these kinds is sent or arrives on any tab for 600 ms. */
export async function expectSilence(
  tabs: readonly AnyTab[],
  kinds: readonly Kind[],
  timeout = 8000,
): Promise<void> {
  await until(tabs, `media ${kinds.join("+")} does not stop`, 600, timeout, (before, now) =>
    kinds.every(
      (kind) =>
        now[kind].received === before[kind].received && now[kind].sent === before[kind].sent,
    ),
  );
}
