// Synthesises the sounds of the pages as mono 16-bit PCM WAV files: ring tone, ring-back tone
// (ITU-T E.180: 425 Hz, one second on, four off) and the DTMF pairs (ITU-T Q.23).
// Usage: node demo/sounds/make.mjs OUTPUT_DIRECTORY
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const TAU = 2 * Math.PI;

/** One RIFF/WAVE file from samples in -1..1. */
function encodeWav(samples, rate) {
  const data = Buffer.alloc(44 + samples.length * 2);
  data.write("RIFF", 0, "latin1");
  data.writeUInt32LE(36 + samples.length * 2, 4);
  data.write("WAVEfmt ", 8, "latin1");
  data.writeUInt32LE(16, 16);
  data.writeUInt16LE(1, 20);
  data.writeUInt16LE(1, 22);
  data.writeUInt32LE(rate, 24);
  data.writeUInt32LE(rate * 2, 28);
  data.writeUInt16LE(2, 32);
  data.writeUInt16LE(16, 34);
  data.write("data", 36, "latin1");
  data.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((value, index) => {
    const clipped = Math.max(-1, Math.min(1, value));
    data.writeInt16LE(Math.round(clipped * 32767), 44 + index * 2);
  });
  return data;
}

/** Adds sines that fade in and out over `edge` seconds, so that no start or end clicks. */
function addTone(samples, rate, { start, length, frequencies, level, edge }) {
  const first = Math.round(start * rate);
  const count = Math.round(length * rate);
  for (let n = 0; n < count; n += 1) {
    const time = n / rate;
    const fade = Math.min(1, time / edge, (length - time) / edge);
    const shape = 0.5 - 0.5 * Math.cos(Math.PI * Math.max(0, fade));
    let value = 0;
    for (const frequency of frequencies) value += Math.sin(TAU * frequency * time);
    samples[first + n] += (level * shape * value) / frequencies.length;
  }
}

/** Adds a struck bar: a fundamental and two inharmonic partials that die away faster. */
function addChime(samples, rate, { start, frequency, level }) {
  const partials = [
    { ratio: 1, gain: 1, decay: 0.32 },
    { ratio: 2.76, gain: 0.28, decay: 0.12 },
    { ratio: 5.4, gain: 0.1, decay: 0.05 },
  ];
  const first = Math.round(start * rate);
  for (let n = 0; first + n < samples.length; n += 1) {
    const time = n / rate;
    const attack = Math.min(1, time / 0.004);
    let value = 0;
    for (const { ratio, gain, decay } of partials) {
      if (frequency * ratio < rate / 2.2) {
        value += gain * Math.exp(-time / decay) * Math.sin(TAU * frequency * ratio * time);
      }
    }
    samples[first + n] += level * attack * value;
  }
}

function ringTone() {
  const rate = 16000;
  const samples = new Float64Array(rate * 4);
  const rise = [587.33, 739.99, 880, 1174.66];
  for (const phrase of [0, 0.9]) {
    rise.forEach((frequency, step) => {
      addChime(samples, rate, { start: phrase + step * 0.14, frequency, level: 0.42 });
    });
  }
  const tail = Math.round(rate * 0.5);
  for (let n = 0; n < tail; n += 1) samples[samples.length - 1 - n] *= n / tail;
  return encodeWav(samples, rate);
}

function ringBackTone() {
  const rate = 8000;
  const samples = new Float64Array(rate * 5);
  addTone(samples, rate, { start: 0, length: 1, frequencies: [425], level: 0.35, edge: 0.02 });
  return encodeWav(samples, rate);
}

function dtmf(row, column) {
  const rate = 8000;
  const samples = new Float64Array(rate * 0.18);
  addTone(samples, rate, {
    start: 0.005,
    length: 0.16,
    frequencies: [row, column],
    level: 0.5,
    edge: 0.006,
  });
  return encodeWav(samples, rate);
}

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const KEYS = [
  ["1", "2", "3"],
  ["4", "5", "6"],
  ["7", "8", "9"],
  ["star", "0", "hash"],
];

/** Writes every sound into `directory` and returns the file names. */
export function makeSounds(directory) {
  const files = new Map([
    ["ringtone.wav", ringTone()],
    ["ringbacktone.wav", ringBackTone()],
  ]);
  KEYS.forEach((keys, row) => {
    keys.forEach((key, column) => files.set(`dtmf-${key}.wav`, dtmf(ROWS[row], COLUMNS[column])));
  });
  mkdirSync(directory, { recursive: true });
  for (const [name, bytes] of files) writeFileSync(join(directory, name), bytes);
  return [...files.keys()];
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const directory = process.argv[2];
  if (directory === undefined) {
    console.error("make.mjs: the output directory is missing: node demo/sounds/make.mjs DIRECTORY");
    process.exitCode = 2;
  } else {
    console.log(`${makeSounds(directory).length} sounds in ${directory}`);
  }
}
