/**
 * `npm test`: sets up, builds, runs every level of tests and ends with one line of counts.
 * `npm test -- --only unit,lint` runs the named steps; build/logs keeps the output of each.
 */

import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { buildPages, buildPreset, buildShipped } from "./build.mjs";
import { corpusOf, fuzz, targets } from "./fuzz.mjs";
import { Failure, elapsed, filesBelow, findProgram, logs, main, root, run } from "./lib.mjs";
import { setup } from "./setup.mjs";

const minute = 60000;

/** What sanitizers need to know; any report ends the program. */
const sanitizers = {
  ASAN_OPTIONS: "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1",
  UBSAN_OPTIONS: "print_stacktrace=1",
  ASAN_SYMBOLIZER_PATH: findProgram("llvm-symbolizer") ?? findProgram("llvm-symbolizer-14") ?? "",
};

/** Counts that a program printed as "12 passed, 0 failed" in its last such line. */
function plainCounts(output) {
  const lines = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)];
  const last = lines.at(-1);
  return last && { passed: Number(last[1]), failed: Number(last[2]), skipped: 0 };
}

const withoutCounts = (output) => output.replace(/^\d+ passed, \d+ failed$/gm, "");

function doctestCounts(output) {
  const summary = /test cases: *\d+ *\| *(\d+) passed *\| *(\d+) failed *\| *(\d+) skipped/;
  const line = summary.exec(output);
  return line && { passed: Number(line[1]), failed: Number(line[2]), skipped: Number(line[3]) };
}

function nodeCounts(output) {
  const count = (name) => Number(new RegExp(`^\u2139 ${name} (\\d+)$`, "m").exec(output)?.[1] ?? 0);
  if (!/^\u2139 pass \d+$/m.test(output)) return undefined;
  return {
    passed: count("pass"),
    failed: count("fail") + count("cancelled"),
    skipped: count("skipped") + count("todo"),
  };
}

/** Runs a program that tests; what it counted, or one failure if it did not end as it should. */
async function runCounted(name, count, program, args, options = {}) {
  const limits = { log: name, timeout: 10 * minute };
  const { code, output } = await run(program, args, { ...limits, ...options });
  const counts = count(output) ?? { passed: 0, failed: 0, skipped: 0 };
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  if (counts.passed + counts.failed === 0) counts.failed = 1;
  return { ...counts, output };
}

/** Bundles TypeScript tests into build/tests, as Node 20 does not read TypeScript. */
async function bundle(files) {
  const { build: bundleFiles } = await import("esbuild");
  await bundleFiles({
    absWorkingDir: root,
    entryPoints: files,
    outdir: "build/tests",
    outbase: "tests",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: "linked",
    logLevel: "silent",
  });
  return files.map((file) => file.replace(/^tests/, "build/tests").replace(/\.ts$/, ".mjs"));
}

async function runNodeTests(name, files, options = {}) {
  if (files.length === 0) throw new Failure(`no test files for ${name}`);
  const scripts = await bundle(files);
  const { concurrency = 2, timeout = 10 * minute, within = [] } = options;
  const flags = ["--enable-source-maps", "--test", "--test-reporter=spec"];
  flags.push(`--test-concurrency=${concurrency}`);
  const [program, ...args] = [...within, process.execPath, ...flags, ...scripts];
  return runCounted(name, nodeCounts, program, args, { timeout });
}

const testFiles = (suffix, wanted) =>
  filesBelow("tests").filter((file) => file.endsWith(suffix) && wanted(file));
const inFolder = (name) => (file) => file.startsWith(`tests/${name}/`);

/** What several programs counted, as one. */
function together(results) {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  return {
    passed: sum("passed"),
    failed: sum("failed"),
    skipped: sum("skipped"),
    output: results.map((result) => result.output).join("\n"),
  };
}

async function runUnitTests(kind) {
  const results = [];
  for (const name of ["sipml_tests", "sipml_server_tests"]) {
    const program = join(root, "build", `native-${kind}`, name);
    const log = name === "sipml_tests" ? `unit-${kind}` : `unit-${kind}-server`;
    results.push(await runCounted(log, doctestCounts, program, [], { env: sanitizers }));
  }
  return together(results);
}

/** Calls with other stacks: each file in a network of its own, so two run side by side. */
async function runPeers() {
  const queue = testFiles(".peer.ts", inFolder("peers"));
  const results = [];
  const work = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const name = `peers-${file.replace(/^.*\/|\.peer\.ts$/g, "")}`;
      const within = ["sh", join(root, "tests/peers/namespace.sh")];
      results.push(await runNodeTests(name, [file], { within }));
    }
  };
  rmSync(join(logs, "peers"), { recursive: true, force: true });
  await Promise.all([work(), work()]);
  return together(results);
}

/** Gives every input of the corpora to its target once, without libFuzzer. */
async function replayCorpora() {
  const results = [];
  for (const target of targets) {
    const program = join(root, "build/native-gcc", `replay_${target}`);
    results.push(await runCounted(`fuzz-replay-${target}`, plainCounts, program, [corpusOf(target)]));
  }
  return together(results);
}

/** A short search with each target; .ci/fuzz.mjs makes long ones. */
async function fuzzBriefly() {
  const seconds = 6;
  const result = { passed: 0, failed: 0, skipped: 0, output: "" };
  const queue = [...targets];
  const work = async () => {
    for (let target = queue.shift(); target !== undefined; target = queue.shift()) {
      const { ok, line, output } = await fuzz(target, seconds);
      result[ok ? "passed" : "failed"] += 1;
      result.output += `${line}\n${output}`;
    }
  };
  await Promise.all([work(), work()]);
  return result;
}

/** Runs the scenarios natively; what went in and came out is kept for the next step. */
async function runScenarios() {
  const folder = join(root, "build/scenarios");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "native"), { recursive: true });
  const files = testFiles(".md", inFolder("scenarios"));
  const args = ["--transcripts", "build/scenarios/native", ...files];
  const program = join(root, "build/native-asan/sipml_scenarios");
  return runCounted("scenarios", plainCounts, program, args, { env: sanitizers });
}

/** Replays what the step before wrote, in sipml.wasm; each transcript must be the same. */
async function runScenariosInWasm() {
  const [script] = await bundle(["tests/scenarios/run-wasm.ts"]);
  const args = ["--enable-source-maps", script, "--transcripts", "build/scenarios/wasm"];
  return runCounted("scenarios-wasm", plainCounts, process.execPath, args);
}

/** Makes the calls that tests/conformance wrote down in the step "node" in the native core. */
async function runConformance() {
  const folder = "build/conformance";
  const files = existsSync(join(root, folder)) ? readdirSync(join(root, folder)).sort() : [];
  if (files.length === 0) throw new Failure(`${folder} is empty: the step "node" fills it`);
  const program = join(root, "build/native-asan/sipml_conformance");
  const total = { passed: 0, failed: 0, skipped: 0, output: "" };
  for (const file of files) {
    const args = [`${folder}/${file}`];
    const name = `conformance-${file.replace(/\..*/, "")}`;
    const counts = await runCounted(name, plainCounts, program, args, { env: sanitizers });
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.output += counts.output;
  }
  return total;
}

/** A builder runs once, before the first selected step that needs it. */
const builders = {
  package: () => buildShipped(),
  pages: () => buildPages(),
  "native-gcc": () => buildPreset("native-gcc"),
  "native-asan": () => buildPreset("native-asan"),
  fuzz: () => buildPreset("fuzz"),
};

const steps = [
  {
    name: "lint",
    run: () => runCounted("lint", plainCounts, process.execPath, ["tests/lint/run.mjs"]),
  },
  {
    name: "unit-gcc",
    needs: ["native-gcc"],
    run: () => runUnitTests("gcc"),
  },
  {
    name: "unit-asan",
    needs: ["native-asan"],
    run: () => runUnitTests("asan"),
  },
  { name: "fuzz-replay", needs: ["native-gcc"], run: replayCorpora },
  { name: "fuzz", needs: ["fuzz"], show: true, run: fuzzBriefly },
  { name: "scenarios", needs: ["native-asan"], run: runScenarios },
  { name: "scenarios-wasm", needs: ["package"], run: runScenariosInWasm },
  {
    name: "node",
    needs: ["package", "pages"],
    run: () => {
      rmSync(join(root, "build/conformance"), { recursive: true, force: true });
      return runNodeTests("node", testFiles(".test.ts", (file) => !inFolder("package")(file)));
    },
  },
  { name: "conformance", needs: ["native-asan"], run: runConformance },
  {
    name: "package",
    needs: ["package"],
    run: () => runNodeTests("package", testFiles(".test.ts", inFolder("package"))),
  },
  {
    name: "sizes",
    needs: ["package"],
    show: true,
    run: () => runCounted("sizes", plainCounts, process.execPath, [".ci/sizes.mjs", "--check"]),
  },
  {
    name: "e2e",
    needs: ["package", "pages"],
    run: () =>
      runNodeTests("e2e", testFiles(".e2e.ts", inFolder("e2e")), {
        concurrency: 1,
        timeout: 20 * minute,
      }),
  },
  {
    name: "peers",
    needs: ["package", "pages"],
    run: runPeers,
  },
];

/** The steps that `--only` names, a group by its first word: "unit" is unit-gcc and unit-asan. */
function selected(args) {
  const at = args.indexOf("--only");
  if (args.length === 0) return steps;
  if (at < 0) throw new Failure(`unknown argument ${args[0]}; use --only STEP,...`);
  const words = (args[at + 1] ?? "").split(",").filter((word) => word !== "");
  const matches = (step, word) => step.name === word || step.name.startsWith(`${word}-`);
  const unknown = words.filter((word) => !steps.some((step) => matches(step, word)));
  if (unknown.length > 0 || words.length === 0) {
    const names = steps.map((step) => step.name).join(", ");
    throw new Failure(`no such step: ${unknown.join(", ") || "(none)"}; there are ${names}`);
  }
  return steps.filter((step) => words.some((word) => matches(step, word)));
}

await main(async () => {
  const chosen = selected(process.argv.slice(2));
  const started = performance.now();
  await setup("test");
  rmSync(join(root, "build/tests"), { recursive: true, force: true });

  const built = new Map();
  const buildOnce = async (name) => {
    if (!built.has(name)) {
      const start = performance.now();
      let problem;
      try {
        const note = await builders[name]();
        if (note) console.log(`${`build ${name}`.padEnd(24)} ${note}, ${elapsed(start)}`);
      } catch (error) {
        problem = error instanceof Failure ? error.message : String(error.stack);
        console.log(`${`build ${name}`.padEnd(24)} FAILED, ${elapsed(start)}\n${problem}`);
      }
      built.set(name, problem);
    }
    return built.get(name) === undefined;
  };

  const total = { passed: 0, failed: 0 };
  for (const step of chosen) {
    let ready = true;
    for (const name of step.needs ?? []) ready = (await buildOnce(name)) && ready;
    const start = performance.now();
    let result = { passed: 0, failed: 1, skipped: 0, output: "not run: its build failed" };
    if (ready) {
      try {
        result = await step.run();
      } catch (error) {
        result.output = error instanceof Failure ? error.message : String(error.stack);
      }
    }
    total.passed += result.passed;
    total.failed += result.failed;
    const counts = [`${result.passed} passed`];
    if (result.failed > 0) counts.push(`${result.failed} FAILED`);
    if (result.skipped > 0) counts.push(`${result.skipped} skipped`);
    console.log(`${step.name.padEnd(24)} ${counts.join(", ")}, ${elapsed(start)}`);
    if (result.failed > 0 || step.show) console.log(withoutCounts(result.output).trimEnd());
  }
  console.log(`All took ${elapsed(started)}; the output of each step is in ${logs}`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  if (total.failed > 0) process.exitCode = 1;
});
