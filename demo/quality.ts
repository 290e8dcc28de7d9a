/** How well a call gets through, from two readings of RTCPeerConnection.getStats. */
import type { TextKey } from "./texts.js";

/** Sums over all media of one call, as one reading gives them. */
export interface Reading {
  /** Milliseconds, of any clock. */
  readonly at: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly bytesReceived: number;
  /** Seconds; the worst of the media. */
  readonly jitter: number;
  /** Seconds there and back; null while it is not known. */
  readonly roundTrip: number | null;
}

export type Level = "good" | "fair" | "poor";

export interface Quality {
  readonly level: Level;
  readonly kbps: number;
  /** Percent of the packets since the reading before. */
  readonly loss: number;
  /** Milliseconds there and back; null while it is not known. */
  readonly delay: number | null;
  /** Milliseconds. */
  readonly jitter: number;
}

export const LEVEL_TEXTS: Readonly<Record<Level, TextKey>> = {
  good: "qualityGood",
  fair: "qualityFair",
  poor: "qualityPoor",
};

type Stats = Iterable<readonly [string, Readonly<Record<string, unknown>>]>;

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

/** `stats`: an RTCStatsReport, or a Map like one. */
export function readStats(stats: Stats, at: number): Reading {
  let packetsReceived = 0;
  let packetsLost = 0;
  let bytesReceived = 0;
  let jitter = 0;
  let roundTrip: number | null = null;
  for (const [, entry] of stats) {
    if (entry["type"] === "inbound-rtp") {
      packetsReceived += number(entry["packetsReceived"]);
      packetsLost += number(entry["packetsLost"]);
      bytesReceived += number(entry["bytesReceived"]);
      jitter = Math.max(jitter, number(entry["jitter"]));
    } else if (entry["type"] === "candidate-pair" && entry["nominated"] === true) {
      const value = entry["currentRoundTripTime"];
      if (typeof value === "number") roundTrip = Math.max(roundTrip ?? 0, value);
    }
  }
  return { at, packetsReceived, packetsLost, bytesReceived, jitter, roundTrip };
}

/** Above these a person notices something: percent, milliseconds there and back, milliseconds. */
const FAIR = { loss: 2, delay: 300, jitter: 40 };
const POOR = { loss: 8, delay: 600, jitter: 100 };

export function judge(before: Reading, now: Reading): Quality {
  const received = Math.max(0, now.packetsReceived - before.packetsReceived);
  // A jump back is a new stream, not packets that were found again.
  const lost = Math.max(0, now.packetsLost - before.packetsLost);
  const seconds = Math.max(0.001, (now.at - before.at) / 1000);
  const bytes = Math.max(0, now.bytesReceived - before.bytesReceived);
  const figures = {
    loss: received + lost === 0 ? 0 : (100 * lost) / (received + lost),
    delay: now.roundTrip === null ? 0 : now.roundTrip * 1000,
    jitter: now.jitter * 1000,
  };
  const above = (limits: typeof FAIR): boolean =>
    figures.loss > limits.loss || figures.delay > limits.delay || figures.jitter > limits.jitter;
  return {
    level: above(POOR) ? "poor" : above(FAIR) ? "fair" : "good",
    kbps: Math.round((bytes * 8) / 1000 / seconds),
    loss: Math.round(figures.loss * 10) / 10,
    delay: now.roundTrip === null ? null : Math.round(figures.delay),
    jitter: Math.round(figures.jitter),
  };
}
