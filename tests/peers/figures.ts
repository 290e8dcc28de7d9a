/** Times that the tests with other stacks measure: printed, kept in build/logs/peers, never judged. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { root } from "../e2e/paths.js";

const folder = join(root, "build/logs/peers");

export interface Figure {
  /** "SIPp, audio" */
  readonly what: string;
  /** Milliseconds of each try. */
  readonly times: readonly number[];
  readonly median: number;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

/** Prints the times from call() to the first media, and adds them to figures.json. */
export function figure(context: TestContext, what: string, times: readonly number[]): void {
  const rounded = times.map((time) => Math.round(time));
  const added: Figure = { what, times: rounded, median: Math.round(median(times)) };
  const file = join(folder, "figures.json");
  mkdirSync(folder, { recursive: true });
  const old = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Figure[]) : [];
  const all = [...old.filter((entry) => entry.what !== what), added];
  // Other test programs may do the same at this moment: nobody reads half a file.
  const written = `${file}.${process.pid}`;
  writeFileSync(written, `${JSON.stringify(all, undefined, 2)}\n`);
  renameSync(written, file);
  context.diagnostic(`${what}: median ${added.median} ms of ${rounded.join(" ")}`);
}
