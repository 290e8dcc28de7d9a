/**
 * `npm run fuzz`: libFuzzer with AddressSanitizer and UndefinedBehaviorSanitizer on the targets of
 * tests/fuzz, one after the other, each from its corpus in tests/fuzz/corpus.
 *   --target T,...   only these; all without it
 *   --seconds N      time for each (60)
 *   --report FILE    appends the line of each result
 *   --merge          adds what was found to tests/fuzz/corpus, as few small files as reach it all
 * An input that breaks something is left in build/fuzz/found/TARGET; the command that runs it again
 * is printed.
 */

import { createHash } from "node:crypto";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
} from "node:fs";
import { basename, join, relative } from "node:path";

import { buildPreset } from "./build.mjs";
import { Failure, filesBelow, findProgram, isMain, main, root, run, step } from "./lib.mjs";
import { setup } from "./setup.mjs";

/** Octets of the longest input: what a target does with one has to stay quick. */
const longest = { agent: 800, uri: 1024, name_addr: 1024, json_command: 4096 };
const usualLongest = 6000;

/** Any report of a sanitizer ends the run; libFuzzer looks for leaks itself. */
const environment = {
  ASAN_OPTIONS: "strict_string_checks=1:detect_stack_use_after_return=1",
  UBSAN_OPTIONS: "print_stacktrace=1",
  ASAN_SYMBOLIZER_PATH: findProgram("llvm-symbolizer") ?? findProgram("llvm-symbolizer-14") ?? "",
};

/** The names of the targets: the programs of tests/fuzz but for the one that replays. */
export const targets = filesBelow("tests/fuzz")
  .filter((file) => /^tests\/fuzz\/[a-z_]+\.cpp$/.test(file))
  .map((file) => basename(file, ".cpp"))
  .filter((name) => name !== "replay");

export const corpusOf = (target) => `tests/fuzz/corpus/${target}`;

const program = (target) => join("build/fuzz", `fuzz_${target}`);

/** The last value of a statistic that libFuzzer has printed. */
function statistic(output, pattern) {
  const all = [...output.matchAll(pattern)];
  return Number(all.at(-1)?.[1] ?? 0);
}

/**
 * Fuzzes one target for so many seconds. Resolves with `ok`, one `line` of figures, and `output`,
 * which holds the reproduce command when something was found.
 */
export async function fuzz(target, seconds) {
  const fresh = join("build/fuzz/new", target);
  const found = join("build/fuzz/found", target);
  rmSync(join(root, fresh), { recursive: true, force: true });
  mkdirSync(join(root, fresh), { recursive: true });
  mkdirSync(join(root, found), { recursive: true });
  const args = [
    fresh,
    corpusOf(target),
    "-dict=tests/fuzz/sip.dict",
    `-artifact_prefix=${found}/`,
    `-max_total_time=${seconds}`,
    `-max_len=${longest[target] ?? usualLongest}`,
    "-timeout=5",
    "-rss_limit_mb=2048",
    "-print_final_stats=1",
  ];
  const options = { env: environment, log: `fuzz-${target}`, timeout: (seconds + 300) * 1000 };
  const { code, output } = await run(program(target), args, options);
  const executions = statistic(output, /^stat::number_of_executed_units: +(\d+)/gm);
  const rate = statistic(output, /^stat::average_exec_per_sec: +(\d+)/gm);
  const edges = statistic(output, / cov: (\d+) /g);
  const total = statistic(output, /\((\d+) inline 8-bit counters\)/g);
  const memory = statistic(output, /^stat::peak_rss_mb: +(\d+)/gm);
  const added = readdirSync(join(root, fresh)).length;
  const share = total > 0 ? ` (${((100 * edges) / total).toFixed(1)} % of ${total})` : "";
  const figures =
    `${executions} executions, ${rate}/s, ${edges} edges${share}, ${added} new inputs, ` +
    `${memory} MB, ${seconds} s`;
  const file = /Test unit written to (\S+)/.exec(output)?.[1];
  const ok = code === 0 && executions > 0;
  const again = file ? `\n${program(target)} ${relative(root, join(root, file))}` : "";
  return {
    ok,
    line: `${target.padEnd(14)} ${ok ? "passed" : "FAILED"}, ${figures}`,
    output: ok ? "" : `${output.trimEnd().split("\n").slice(-40).join("\n")}\nreproduce:${again}`,
  };
}

/** Takes over from the last run what reaches code that the corpus does not reach. */
async function merge(target) {
  const into = corpusOf(target);
  const from = join("build/fuzz/new", target);
  const merged = join("build/fuzz/merged", target);
  if (!existsSync(join(root, from))) return;
  rmSync(join(root, merged), { recursive: true, force: true });
  mkdirSync(join(root, merged), { recursive: true });
  const options = { env: environment, log: `fuzz-merge-${target}`, timeout: 600000 };
  await run(program(target), ["-merge=1", merged, into, from], options);
  // The merge names all by their hash; what the corpus has already, it has under another name.
  const digest = (file) => createHash("sha1").update(readFileSync(file)).digest("hex");
  const known = new Set(readdirSync(join(root, into)).map((name) => digest(join(root, into, name))));
  let added = 0;
  for (const name of readdirSync(join(root, merged))) {
    const file = join(root, merged, name);
    if (known.has(digest(file))) continue;
    copyFileSync(file, join(root, into, `found-${name.slice(0, 12)}`));
    added += 1;
  }
  console.log(`${target.padEnd(14)} ${added} inputs added to ${into}`);
}

function options(args) {
  const result = { targets, seconds: 60, report: undefined, merge: false };
  for (let at = 0; at < args.length; at += 1) {
    if (args[at] === "--target") result.targets = (args[(at += 1)] ?? "").split(",");
    else if (args[at] === "--seconds") result.seconds = Number(args[(at += 1)]);
    else if (args[at] === "--report") result.report = args[(at += 1)];
    else if (args[at] === "--merge") result.merge = true;
    else throw new Failure(`unknown argument ${args[at]}; see .ci/fuzz.mjs`);
  }
  const unknown = result.targets.filter((name) => !targets.includes(name));
  if (unknown.length > 0) {
    throw new Failure(`no such target: ${unknown.join(", ")}; there are ${targets.join(", ")}`);
  }
  if (!Number.isInteger(result.seconds) || result.seconds < 1) {
    throw new Failure("--seconds wants a whole number above 0");
  }
  return result;
}

if (isMain(import.meta)) {
  await main(async () => {
    const chosen = options(process.argv.slice(2));
    await setup("fuzz");
    await step("build fuzz", () => buildPreset("fuzz"));
    let failed = 0;
    for (const target of chosen.targets) {
      const { ok, line, output } = await fuzz(target, chosen.seconds);
      console.log(ok ? line : `${line}\n${output}`);
      if (chosen.report) appendFileSync(chosen.report, `${new Date().toISOString()} ${line}\n`);
      if (!ok) failed += 1;
      else if (chosen.merge) await merge(target);
    }
    console.log(`${chosen.targets.length - failed} passed, ${failed} failed`);
    if (failed > 0) process.exitCode = 1;
  });
}
