/** demo/quality.ts: figures of a call and what they mean for a person. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { summarise } from "../../demo/quality.js";
import type { CallQuality, StreamQuality } from "../../web/index.js";

const stream = (facts: Partial<StreamQuality> = {}): StreamQuality => ({
  codec: "opus/48000/2",
  bitrate: 32,
  packets: 100,
  bytes: 8000,
  lost: 0,
  loss: 0,
  jitter: 0,
  frame: null,
  ...facts,
});
const quality = (facts: Partial<CallQuality> = {}): CallQuality => ({
  interval: 2000,
  roundTrip: null,
  mos: null,
  audio: { received: stream(), sent: null },
  video: null,
  candidates: null,
  ...facts,
});

test("sums over the media, the worst loss and jitter, the round trip, the opinion", () => {
  const both = quality({
    roundTrip: 40,
    mos: 4.36,
    audio: { received: stream({ loss: 1, jitter: 12.4 }), sent: stream({ loss: 99 }) },
    video: { received: stream({ bitrate: 500.4, jitter: 3 }), sent: null },
  });
  assert.deepEqual(summarise(both), { level: "good", kbps: 532, loss: 1, delay: 40, jitter: 12, mos: 4.4 });
});

const levels = [
  [{ audio: { received: stream({ loss: 3 }), sent: null } }, "fair"],
  [{ audio: { received: stream({ loss: 10 }), sent: null } }, "poor"],
  [{ roundTrip: 400 }, "fair"],
  [{ roundTrip: 700 }, "poor"],
  [{ video: { received: stream({ jitter: 50 }), sent: null } }, "fair"],
  [{ audio: { received: stream({ jitter: 200 }), sent: null } }, "poor"],
  [{}, "good"],
] as const;

for (const [facts, level] of levels) {
  test(`${JSON.stringify(facts)} is ${level}`, () => {
    assert.equal(summarise(quality(facts))?.level, level);
  });
}

test("where nothing comes there is nothing to say", () => {
  assert.equal(summarise(quality({ audio: { received: null, sent: stream() } })), null);
  assert.equal(summarise(quality({ audio: null })), null);
});
