/** How well a call gets through, in one word and a few figures. */
import type { CallQuality } from "../web/index.js";
import type { TextKey } from "./texts.js";

export type Level = "good" | "fair" | "poor";

export interface Quality {
  readonly level: Level;
  /** Kilobits per second that come. */
  readonly kbps: number;
  /** Percent of the packets that came too little; the worst of the media. */
  readonly loss: number;
  /** Milliseconds there and back; null while it is not known. */
  readonly delay: number | null;
  /** Milliseconds; the worst of the media. */
  readonly jitter: number;
  /** What people would say of the sound, 1 to 4.4; null while none comes. */
  readonly mos: number | null;
}

export const LEVEL_TEXTS: Readonly<Record<Level, TextKey>> = {
  good: "qualityGood",
  fair: "qualityFair",
  poor: "qualityPoor",
};

/** Above these a person notices something: percent, milliseconds there and back, milliseconds. */
const FAIR = { loss: 2, delay: 300, jitter: 40 };
const POOR = { loss: 8, delay: 600, jitter: 100 };

/** null while nothing comes. */
export function summarise(quality: CallQuality): Quality | null {
  const media = [quality.audio?.received, quality.video?.received].flatMap((one) => one ?? []);
  if (media.length === 0) return null;
  const most = (of: (one: (typeof media)[number]) => number): number => Math.max(...media.map(of));
  const figures = {
    loss: most(({ loss }) => loss),
    delay: quality.roundTrip ?? 0,
    jitter: most(({ jitter }) => jitter ?? 0),
  };
  const above = (limits: typeof FAIR): boolean =>
    figures.loss > limits.loss || figures.delay > limits.delay || figures.jitter > limits.jitter;
  return {
    level: above(POOR) ? "poor" : above(FAIR) ? "fair" : "good",
    kbps: Math.round(media.reduce((sum, { bitrate }) => sum + bitrate, 0)),
    loss: figures.loss,
    delay: quality.roundTrip,
    jitter: Math.round(figures.jitter),
    mos: quality.mos === null ? null : Math.round(quality.mos * 10) / 10,
  };
}
