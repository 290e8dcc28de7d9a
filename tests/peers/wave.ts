/** What a WAV file of 16-bit samples holds, and which tones are in it. */
import { existsSync, readFileSync } from "node:fs";

/** One channel of sound. */
export interface Sound {
  /** Samples per second. */
  readonly rate: number;
  /** -1 .. 1. */
  readonly samples: Float64Array;
}

export interface Tone {
  /** Hertz; 0 where there is nothing but silence. */
  readonly frequency: number;
  /** Of the whole sound, full scale 1. */
  readonly rms: number;
  /** How much of the power is in the tone, 0 .. 1. */
  readonly purity: number;
}

/**
 * The first channel from sample `from` on, to the end of the file, which may still grow: its header
 * says how much there is only when it is complete.
 */
export function readWave(file: string, from = 0): Sound {
  if (!existsSync(file)) return { rate: 48000, samples: new Float64Array(0) };
  const bytes = readFileSync(file);
  if (bytes.length < 44) return { rate: 48000, samples: new Float64Array(0) };
  if (bytes.toString("latin1", 0, 4) !== "RIFF") throw new Error(`${file} is no WAV file`);
  let at = 12;
  let channels = 1;
  let rate = 8000;
  while (bytes.toString("latin1", at, at + 4) !== "data") {
    if (at + 8 > bytes.length) throw new Error(`${file} has no data chunk`);
    if (bytes.toString("latin1", at, at + 4) === "fmt ") {
      channels = bytes.readUInt16LE(at + 10);
      rate = bytes.readUInt32LE(at + 12);
      const bits = bytes.readUInt16LE(at + 22);
      if (bits !== 16) throw new Error(`${file} has samples of ${bits} bits`);
    }
    at += 8 + bytes.readUInt32LE(at + 4);
  }
  const start = at + 8;
  const count = Math.floor((bytes.length - start) / (2 * channels));
  const samples = new Float64Array(Math.max(0, count - from));
  for (let i = 0; i < samples.length; i++) {
    samples[i] = bytes.readInt16LE(start + 2 * channels * (from + i)) / 32768;
  }
  return { rate, samples };
}

export function rms(samples: Float64Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}

/** The amplitude of one frequency in `samples` (Goertzel's algorithm, Hann window). */
export function amplitude(samples: Float64Array, rate: number, frequency: number): number {
  const step = (2 * Math.PI * frequency) / rate;
  const factor = 2 * Math.cos(step);
  let [last, before] = [0, 0];
  const count = samples.length;
  for (let i = 0; i < count; i++) {
    const window = 1 - Math.cos((2 * Math.PI * i) / count);
    const now = window * (samples[i] ?? 0) + factor * last - before;
    before = last;
    last = now;
  }
  const power = last * last + before * before - factor * last * before;
  return count === 0 ? 0 : (2 * Math.sqrt(Math.max(0, power))) / count;
}

/** The frequency from `low` to `high` that is loudest in `samples`. */
function loudest(
  samples: Float64Array,
  rate: number,
  low: number,
  high: number,
): { readonly frequency: number; readonly height: number } {
  // A quarter of what the length can tell apart misses no peak.
  const step = rate / samples.length / 4;
  let best = { frequency: 0, height: 0 };
  for (let frequency = low; frequency <= high; frequency += step) {
    const height = amplitude(samples, rate, frequency);
    if (height > best.height) best = { frequency, height };
  }
  return best;
}

/** The strongest tone from 100 to 3000 Hz. */
export function strongestTone({ rate, samples }: Sound): Tone {
  const level = rms(samples);
  if (level < 1e-4) return { frequency: 0, rms: level, purity: 0 };
  const last = (seconds: number): Float64Array =>
    samples.subarray(Math.max(0, samples.length - Math.round(rate * seconds)));
  const rough = loudest(last(0.1), rate, 100, 3000);
  const part = last(0.5);
  const best = loudest(part, rate, rough.frequency - 20, rough.frequency + 20);
  return { frequency: best.frequency, rms: level, purity: best.height ** 2 / 2 / rms(part) ** 2 };
}

/** The purest tone of any stretch of this many seconds. */
export function purestTone({ rate, samples }: Sound, seconds: number): Tone {
  const length = Math.round(rate * seconds);
  const last = Math.max(0, samples.length - length);
  let best: Tone = { frequency: 0, rms: 0, purity: -1 };
  for (let from = last; from >= 0; from -= Math.round(rate / 10)) {
    const tone = strongestTone({ rate, samples: samples.subarray(from, from + length) });
    if (tone.purity > best.purity) best = tone;
  }
  return best;
}
