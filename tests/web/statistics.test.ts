/** Statistics of calls: what Chromium and Firefox tell (recorded), as figures and an opinion. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { QualityJournal, estimateMos, judge, readStatistics } from "../../web/statistics.js";
import type { Reading, StatsEntries } from "../../web/statistics.js";

type Entry = Readonly<Record<string, unknown>>;

interface Recording {
  readonly browser: string;
  readonly readings: readonly (readonly Entry[])[];
}

/** Two readings, four seconds apart, of a call with sound and picture to itself on loopback. */
function recorded(name: "chromium" | "firefox"): readonly Reading[] {
  const file = new URL(`../../../tests/data/stats-${name}.json`, import.meta.url);
  const { readings } = JSON.parse(readFileSync(file, "utf8")) as Recording;
  return readings.map((entries) => readStatistics(entriesOf(entries)));
}

function entriesOf(entries: readonly Entry[]): StatsEntries {
  return entries.map((entry) => [String(entry["id"]), entry] as const);
}

describe("recorded statistics", () => {
  test("of Chromium: all figures of both directions", () => {
    const [before, now] = recorded("chromium");
    assert.ok(before && now);
    const quality = judge(before, now);
    assert.equal(quality.interval, 4001);
    assert.equal(quality.roundTrip, 1);
    assert.deepEqual(quality.candidates, { local: "host", remote: "host", protocol: "udp" });
    const { received, sent } = quality.audio ?? {};
    assert.deepEqual([received?.codec, received?.packets, received?.lost], ["opus/48000/2", 200, 0]);
    assert.deepEqual([sent?.codec, sent?.packets, sent?.loss], ["opus/48000/2", 200, 0]);
    assert.ok(received && received.bitrate > 20 && received.bitrate < 60, `${received?.bitrate}`);
    assert.equal(received.frame, null);
    const picture = quality.video;
    assert.equal(picture?.received?.codec, "VP8/90000");
    assert.deepEqual(picture.received.frame, { width: 640, height: 480, rate: 20, keyFrames: 1 });
    assert.deepEqual(picture.sent?.frame, { width: 640, height: 480, rate: 19, keyFrames: 1 });
    assert.equal(picture.sent.jitter, 1.4);
    assert.ok(quality.mos !== null && quality.mos > 4.3 && quality.mos <= 4.41, `${quality.mos}`);
  });

  test("of Firefox: the same", () => {
    const [before, now] = recorded("firefox");
    assert.ok(before && now);
    const quality = judge(before, now);
    assert.equal(quality.interval, 4004);
    assert.equal(quality.roundTrip, 1);
    assert.deepEqual(quality.candidates, { local: "host", remote: "prflx", protocol: "udp" });
    const { received, sent } = quality.audio ?? {};
    assert.deepEqual(
      [received?.codec, received?.packets, received?.bytes, received?.bitrate, received?.jitter],
      ["opus/48000/2", 198, 31878, 63.7, 5],
    );
    assert.equal(sent?.packets, 198);
    assert.deepEqual(quality.video?.received?.frame, { width: 480, height: 360, rate: 29, keyFrames: 2 });
    assert.deepEqual(quality.video.sent?.frame, { width: 320, height: 240, rate: 29, keyFrames: 0 });
    assert.ok(quality.mos !== null && quality.mos > 4.3, `${quality.mos}`);
  });

  for (const name of ["chromium", "firefox"] as const) {
    test(`of ${name}, summed up: two intervals are as much as the whole`, () => {
      const [first, second] = recorded(name);
      assert.ok(first && second);
      const journal = new QualityJournal();
      journal.add(judge(undefined, first, (first.at ?? 0) - 4000));
      journal.add(judge(first, second));
      const report = journal.report(8004);
      const whole = judge(undefined, second, (first.at ?? 0) - 4000);
      assert.equal(report.duration, 8004);
      for (const kind of ["audio", "video"] as const) {
        for (const side of ["received", "sent"] as const) {
          const sum = report[kind]?.[side];
          const all = whole[kind]?.[side];
          assert.ok(sum && all);
          assert.deepEqual([sum.packets, sum.bytes, sum.lost], [all.packets, all.bytes, all.lost]);
          assert.deepEqual(sum.codecs, [all.codec]);
        }
      }
      assert.ok(report.mos && report.mos.min <= report.mos.mean && report.mos.mean > 4.2);
      assert.equal(report.roundTrip?.mean, 1);
      assert.equal(report.candidates?.local, "host");
    });
  }
});

/** One stream of sound that is received. */
const inbound = (at: number, facts: Entry = {}): Entry => ({
  id: "in",
  type: "inbound-rtp",
  kind: "audio",
  timestamp: at,
  packetsReceived: 0,
  packetsLost: 0,
  bytesReceived: 0,
  ...facts,
});
const read = (...entries: readonly Entry[]): Reading => readStatistics(entriesOf(entries));

describe("what happened between two readings", () => {
  test("rates and loss are of the time between", () => {
    const before = read(inbound(0, { packetsReceived: 100, packetsLost: 50, bytesReceived: 1000 }));
    const now = read(
      inbound(2000, { packetsReceived: 199, packetsLost: 51, bytesReceived: 17000, jitter: 0.012 }),
      { id: "p", type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: 0.04 },
    );
    const { interval, audio, roundTrip } = judge(before, now);
    assert.deepEqual([interval, roundTrip], [2000, 40]);
    assert.deepEqual(audio?.received, {
      codec: null,
      bitrate: 64,
      packets: 99,
      bytes: 16000,
      lost: 1,
      loss: 1,
      jitter: 12,
      frame: null,
    });
    assert.equal(audio.sent, null);
  });

  test("the round trip is that of the longest way known: a relay of media answers checks itself", () => {
    const pair = { id: "p", type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: 0.01 };
    const report = { id: "r", type: "remote-inbound-rtp", roundTripTime: 0.3 };
    assert.equal(judge(undefined, read(inbound(1), pair, report)).roundTrip, 300);
    assert.equal(judge(undefined, read(inbound(1))).roundTrip, null);
  });

  test("what is sent is as the peer reports", () => {
    const out = { id: "o", type: "outbound-rtp", kind: "audio", timestamp: 2000, packetsSent: 100, bytesSent: 8000, remoteId: "r" };
    const report = { id: "r", type: "remote-inbound-rtp", packetsLost: 7, fractionLost: 0.25, jitter: 0.02 };
    const sent = judge(undefined, read(out, report), 0).audio?.sent;
    assert.deepEqual([sent?.bitrate, sent?.lost, sent?.loss, sent?.jitter], [32, 7, 25, 20]);
    const silent = judge(undefined, read(out), 0).audio?.sent;
    assert.deepEqual([silent?.lost, silent?.loss, silent?.jitter], [0, 0, null]);
  });

  test("counters that jump back, and no time between, give no nonsense", () => {
    const before = read(inbound(0, { packetsReceived: 9, packetsLost: 9, bytesReceived: 9 }));
    const quality = judge(before, read(inbound(0)));
    assert.deepEqual([quality.interval, quality.audio, quality.mos], [0, null, null]);
    const found = judge(before, read(inbound(9, { packetsReceived: 20, packetsLost: 4 })));
    assert.deepEqual([found.audio?.received?.lost, found.audio?.received?.loss], [0, 0]);
  });

  test("packets that came too late, and a full jitter buffer, spoil the opinion and not the loss", () => {
    const before = read(inbound(0));
    const good = judge(before, read(inbound(2000, { packetsReceived: 100, jitterBufferDelay: 4800, jitterBufferEmittedCount: 96000 })));
    const late = judge(before, read(inbound(2000, { packetsReceived: 100, packetsDiscarded: 10 })));
    const slow = judge(before, read(inbound(2000, { packetsReceived: 100, jitterBufferDelay: 48000, jitterBufferEmittedCount: 96000 })));
    assert.equal(good.mos, estimateMos(75, 0));
    assert.equal(late.mos, estimateMos(25, 10));
    assert.equal(slow.mos, estimateMos(525, 0));
    assert.equal(late.audio?.received?.loss, 0);
  });

  test("a stream in the place of another counts with it; values that are none are none", () => {
    const before = read(inbound(0, { packetsReceived: 100 }));
    const now = read(
      inbound(2000, { packetsReceived: 110 }),
      { ...inbound(2000, { packetsReceived: 40, jitter: "?", codecId: "none" }), id: "other" },
      { id: "x" },
    );
    const received = judge(before, now).audio?.received;
    assert.deepEqual([received?.packets, received?.jitter, received?.codec], [50, null, null]);
    assert.deepEqual(judge(undefined, readStatistics([])), {
      interval: 0,
      roundTrip: null,
      mos: null,
      audio: null,
      video: null,
      candidates: null,
    });
  });
});

describe("ITU-T G.107: the estimated opinion", () => {
  // By annex B: R 93.2 is 4.41, 90 4.34, 80 4.02, 70 3.60, 60 3.10, 50 2.58; the loss that makes it.
  const cases: readonly (readonly [delay: number, loss: number, mos: number])[] = [
    [0, 0, 4.41],
    [0, 0.8749, 4.34],
    [0, 4.0504, 4.02],
    [0, 8.1103, 3.6],
    [0, 13.484, 3.1],
    [0, 20.9328, 2.58],
    // 0.024 d alone, and with what is above 177.3 ms.
    [100, 0, 4.36],
    [177.3, 0, 4.31],
    [300, 0, 3.71],
    [500, 0, 2.35],
    [100, 1, 4.26],
    [5000, 0, 1],
  ];
  for (const [delay, loss, mos] of cases) {
    test(`${delay} ms and ${loss} % lost: ${mos}`, () => {
      assert.equal(estimateMos(delay, loss), mos);
    });
  }

  test("never gets better with more delay or more loss", () => {
    let before = Infinity;
    for (let step = 0; step <= 100; step++) {
      const mos = estimateMos(step * 10, step);
      assert.ok(mos <= before && mos >= 1 && mos <= 4.41);
      before = mos;
    }
  });
});
