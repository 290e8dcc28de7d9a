/** demo/quality.ts: figures of a call and what they mean for a person. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, readStats, type Reading } from "../../demo/quality.js";

const reading = (facts: Partial<Reading> = {}): Reading => ({
  at: 0,
  packetsReceived: 0,
  packetsLost: 0,
  bytesReceived: 0,
  jitter: 0,
  roundTrip: null,
  ...facts,
});

test("sums over the media, the worst jitter, the round trip of the pair in use", () => {
  const stats = new Map<string, Record<string, unknown>>([
    ["a", { type: "inbound-rtp", packetsReceived: 10, packetsLost: 1, bytesReceived: 100, jitter: 0.01 }],
    ["b", { type: "inbound-rtp", packetsReceived: 20, bytesReceived: 200, jitter: 0.05 }],
    ["c", { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.2 }],
    ["d", { type: "candidate-pair", nominated: false, currentRoundTripTime: 9 }],
    ["e", { type: "outbound-rtp", packetsReceived: 999 }],
  ]);
  assert.deepEqual(
    readStats(stats, 5),
    reading({
      at: 5,
      packetsReceived: 30,
      packetsLost: 1,
      bytesReceived: 300,
      jitter: 0.05,
      roundTrip: 0.2,
    }),
  );
});

test("rates are of the time between two readings", () => {
  const quality = judge(
    reading({ packetsReceived: 100, packetsLost: 50, bytesReceived: 1000 }),
    reading({ at: 2000, packetsReceived: 199, packetsLost: 51, bytesReceived: 17000, roundTrip: 0.04 }),
  );
  assert.deepEqual(quality, { level: "good", kbps: 64, loss: 1, delay: 40, jitter: 0 });
});

const levels = [
  [{ packetsReceived: 97, packetsLost: 3 }, "fair"],
  [{ packetsReceived: 90, packetsLost: 10 }, "poor"],
  [{ roundTrip: 0.4 }, "fair"],
  [{ roundTrip: 0.7 }, "poor"],
  [{ jitter: 0.05 }, "fair"],
  [{ jitter: 0.2 }, "poor"],
] as const;

for (const [facts, level] of levels) {
  test(`${JSON.stringify(facts)} is ${level}`, () => {
    assert.equal(judge(reading(), reading({ at: 2000, ...facts })).level, level);
  });
}

test("counters that jump back, and no time between, give no nonsense", () => {
  const quality = judge(reading({ packetsReceived: 9, packetsLost: 9, bytesReceived: 9 }), reading());
  assert.deepEqual([quality.level, quality.kbps, quality.loss], ["good", 0, 0]);
});
