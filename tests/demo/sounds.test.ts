/** demo/sounds/make.mjs: the tones are what ITU-T Q.23 and E.180 say, and loop without a click. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "sipml-sounds-"));
after(() => rmSync(folder, { recursive: true }));
execFileSync(process.execPath, ["demo/sounds/make.mjs", folder]);

function read(name: string): { rate: number; samples: number[] } {
  const bytes = readFileSync(join(folder, `${name}.wav`));
  assert.equal(bytes.toString("latin1", 0, 4), "RIFF");
  assert.equal(bytes.readUInt32LE(4), bytes.length - 8);
  const samples: number[] = [];
  for (let at = 44; at < bytes.length; at += 2) samples.push(bytes.readInt16LE(at) / 32768);
  return { rate: bytes.readUInt32LE(24), samples };
}

/** Amplitude of one frequency in the samples (Goertzel's sum, written out). */
function level({ rate, samples }: { rate: number; samples: number[] }, frequency: number): number {
  let re = 0;
  let im = 0;
  samples.forEach((value, n) => {
    const angle = (2 * Math.PI * frequency * n) / rate;
    re += value * Math.cos(angle);
    im += value * Math.sin(angle);
  });
  return (2 * Math.hypot(re, im)) / samples.length;
}

const rows = [697, 770, 852, 941];
const columns = [1209, 1336, 1477];
const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "star", "0", "hash"];

for (const [index, key] of keys.entries()) {
  test(`ITU-T Q.23: key ${key} is its pair of frequencies`, () => {
    const sound = read(`dtmf-${key}`);
    const loudest = (set: readonly number[]): number | undefined =>
      [...set].sort((a, b) => level(sound, b) - level(sound, a))[0];
    assert.equal(loudest(rows), rows[Math.floor(index / 3)]);
    assert.equal(loudest(columns), columns[index % 3]);
    assert.ok(level(sound, rows[Math.floor(index / 3)] ?? 0) > 0.15);
  });
}

test("ITU-T E.180: ring-back is 425 Hz, one second of five", () => {
  const sound = read("ringbacktone");
  assert.equal(sound.samples.length, 5 * sound.rate);
  const on = { rate: sound.rate, samples: sound.samples.slice(0, sound.rate) };
  assert.ok(level(on, 425) > 0.25);
  assert.ok(sound.samples.slice(sound.rate).every((value) => value === 0));
});

for (const name of ["ringtone", "ringbacktone"]) {
  test(`${name} begins and ends in silence, and never clips`, () => {
    const { samples } = read(name);
    assert.ok(Math.abs(samples[0] ?? 1) < 0.001);
    assert.ok(samples.slice(-200).every((value) => Math.abs(value) < 0.001));
    assert.ok(samples.every((value) => Math.abs(value) < 0.99));
    assert.ok(samples.some((value) => Math.abs(value) > 0.2));
  });
}
