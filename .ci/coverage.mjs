/**
 * `npm run coverage`: which lines and branches of src/ the native tests execute.
 * Builds with clang's source-based coverage, runs the unit tests, the scenarios and the fuzzing
 * corpora, prints a table by module and ends with exit code 1 below the floor.
 *   --missing FILE,...   also prints the lines and branches of these files that nothing executed
 *   --files              a table by file instead of by module
 *   --least N            only the N files with most lines and branches not executed
 *   --no-run             reports what the last run left
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

import { buildPreset } from "./build.mjs";
import { Failure, filesBelow, findProgram, isMain, main, must, root, run, step } from "./lib.mjs";
import { setup } from "./setup.mjs";

/** Percent that must be reached. */
const floor = { lines: 95, branches: 85 };

/** Not compiled natively: what the WebAssembly module has in place of a system's functions. */
const notNative = ["src/bridge/wasm_stubs.cpp"];

const folder = "build/coverage";
const profiles = join(root, folder, "profiles");
const merged = join(root, folder, "all.profdata");

const tool = (name) => {
  const program = findProgram(`${name}-14`) ?? findProgram(name);
  if (!program) throw new Failure(`${name} is missing: install the Debian package llvm`);
  return program;
};

/** Every program that is run, with its arguments. */
function programs() {
  const built = filesBelow(folder).map((file) => relative(folder, file));
  const replays = built.filter((file) => /^replay_[a-z_]+$/.test(file));
  return [
    { name: "sipml_tests", args: [] },
    { name: "sipml_server_tests", args: [] },
    { name: "sipml_scenarios", args: ["tests/scenarios"] },
    ...replays.map((name) => ({ name, args: [`tests/fuzz/corpus/${name.replace("replay_", "")}`] })),
  ];
}

async function runAll() {
  rmSync(profiles, { recursive: true, force: true });
  mkdirSync(profiles, { recursive: true });
  for (const { name, args } of programs()) {
    await step(name, async () => {
      const env = { LLVM_PROFILE_FILE: join(profiles, `${name}.profraw`) };
      const limits = { log: `coverage-${name}`, timeout: 600000 };
      const { code, output } = await run(join(root, folder, name), args, { env, ...limits });
      // What a failed run did not execute is missed below; here it only has to be said.
      if (code !== 0) console.log(output.trimEnd().split("\n").slice(-20).join("\n"));
      return code === 0 ? "done" : `FAILED (exit code ${code})`;
    });
  }
  const raw = filesBelow(`${folder}/profiles`);
  await must(tool("llvm-profdata"), ["merge", "-sparse", "-o", merged, ...raw]);
}

/** The programs as llvm-cov wants them named. */
function objects() {
  const names = programs().map(({ name }) => join(folder, name));
  return names.flatMap((name, at) => (at === 0 ? [name] : ["-object", name]));
}

/** llvm-cov's report on src/: its `files`, with `summary`, `segments` and `branches`. */
async function exported() {
  const file = join(root, folder, "coverage.json");
  const args = ["export", "-format=text", `-instr-profile=${merged}`, ...objects()];
  const words = [tool("llvm-cov"), ...args].map((word) => `'${word}'`).join(" ");
  await must("sh", ["-c", `${words} >'${file}'`], { log: "coverage-export" });
  const [data] = JSON.parse(readFileSync(file, "utf8")).data;
  const files = data.files
    .map((entry) => ({ ...entry, name: relative(root, entry.filename) }))
    .filter(({ name }) => name.startsWith("src/"));
  const known = new Set([...files.map(({ name }) => name), ...notNative]);
  const unknown = filesBelow("src").filter((name) => name.endsWith(".cpp") && !known.has(name));
  if (unknown.length > 0) throw new Failure(`no coverage is known of ${unknown.join(", ")}`);
  return files;
}

/** The branches of a file, once each: [line, column, times taken, times not taken]. */
function branchesOf(file) {
  const found = new Map();
  for (const [line, column, endLine, endColumn, taken, notTaken] of file.branches) {
    const key = [line, column, endLine, endColumn].join(":");
    const before = found.get(key) ?? [line, column, 0, 0];
    found.set(key, [line, column, before[2] + taken, before[3] + notTaken]);
  }
  return [...found.values()];
}

function countsOf(file) {
  const branches = branchesOf(file);
  const outcomes = branches.flatMap(([, , taken, notTaken]) => [taken, notTaken]);
  const { count, covered } = file.summary.lines;
  return {
    lines: count,
    linesHit: covered,
    branches: outcomes.length,
    branchesHit: outcomes.filter((times) => times > 0).length,
  };
}

function sum(all) {
  const total = { lines: 0, linesHit: 0, branches: 0, branchesHit: 0 };
  for (const counts of all) for (const key of Object.keys(total)) total[key] += counts[key];
  return total;
}

const percent = (hit, count) => (count === 0 ? 100 : (100 * hit) / count);

function row(name, counts) {
  const part = (hit, count) =>
    `${percent(hit, count).toFixed(1).padStart(6)} % ${`${hit}/${count}`.padStart(12)}`;
  const lines = part(counts.linesHit, counts.lines);
  return `${name.padEnd(40)} ${lines} ${part(counts.branchesHit, counts.branches)}`;
}

function table(rows, total) {
  const head = `${"".padEnd(40)} ${"lines".padStart(21)} ${"branches".padStart(21)}`;
  return [head, ...rows.map(([name, counts]) => row(name, counts)), row("total", total)].join("\n");
}

/** The lines of a file that were not executed, and the branches that went one way only. */
async function missing(name) {
  const filter = [`-instr-profile=${merged}`, ...objects(), "-show-instantiations=false", name];
  const output = await must(tool("llvm-cov"), ["show", ...filter]);
  const lines = [];
  for (const line of output.split("\n")) {
    const match = /^ *(\d+)\| *([0-9.]+[kMG]?)\|(.*)$/.exec(line);
    if (match && match[2] === "0") lines.push(`${name}:${match[1]}: not executed: ${match[3].trim()}`);
  }
  return lines;
}

function missingBranches(file) {
  const text = readFileSync(join(root, file.name), "utf8").split("\n");
  return branchesOf(file)
    .filter(([, , taken, notTaken]) => (taken === 0) !== (notTaken === 0))
    .map(([line, column, taken]) => {
      const source = text[line - 1]?.trim() ?? "";
      return `${file.name}:${line}:${column}: never ${taken === 0 ? "true" : "false"}: ${source}`;
    });
}

function options(args) {
  const result = { missing: [], files: false, least: 0, run: true };
  for (let at = 0; at < args.length; at += 1) {
    if (args[at] === "--files") result.files = true;
    else if (args[at] === "--no-run") result.run = false;
    else if (args[at] === "--least") result.least = Number(args[(at += 1)]);
    else if (args[at] === "--missing") result.missing.push(...(args[(at += 1)] ?? "").split(","));
    else throw new Failure(`unknown argument ${args[at]}; see .ci/coverage.mjs`);
  }
  return result;
}

/** Runs everything (or takes the last run) and resolves with the report and the total. */
export async function coverage({ files: byFile, least, missing: wanted, run: wantsRun }) {
  if (wantsRun) {
    await step("build coverage", () => buildPreset("coverage"));
    await runAll();
  }
  const files = (await exported()).map((file) => ({ ...file, counts: countsOf(file) }));
  const total = sum(files.map(({ counts }) => counts));
  const unhit = ({ counts }) =>
    counts.lines - counts.linesHit + counts.branches - counts.branchesHit;
  let rows = files.map((file) => [file.name, file.counts]);
  if (least > 0) {
    const sorted = [...files].sort((a, b) => unhit(b) - unhit(a)).slice(0, least);
    rows = sorted.map((file) => [file.name, file.counts]);
  } else if (!byFile) {
    const modules = [...new Set(files.map(({ name }) => name.split("/")[1]))].sort();
    const inModule = (module) => files.filter(({ name }) => name.split("/")[1] === module);
    rows = modules.map((module) => [
      `src/${module}`,
      sum(inModule(module).map(({ counts }) => counts)),
    ]);
  }
  const report = [table(rows, total)];
  for (const name of wanted) {
    const file = files.find((one) => one.name === name);
    if (!file) throw new Failure(`${name} holds nothing that could be executed`);
    report.push(...(await missing(name)), ...missingBranches(file));
  }
  return { report: report.join("\n"), total };
}

if (isMain(import.meta)) {
  await main(async () => {
    const chosen = options(process.argv.slice(2));
    await setup("coverage");
    const { report, total } = await coverage(chosen);
    console.log(report);
    writeFileSync(join(root, folder, "coverage.txt"), `${report}\n`);
    const lines = percent(total.linesHit, total.lines);
    const branches = percent(total.branchesHit, total.branches);
    const enough = lines >= floor.lines && branches >= floor.branches;
    const wanted = `${floor.lines} % of lines and ${floor.branches} % of branches`;
    console.log(`${enough ? "passed" : "FAILED"}: the floor is ${wanted}`);
    if (!enough) process.exitCode = 1;
  });
}
