/**
 * `npm run bench`: sets up and builds what the benchmark needs, measures, prints the tables and
 * writes docs/benchmarks.md. `--rounds N` for another number of rounds than 9. `--set-up` measures how
 * long calls take to begin in Chromium instead, and prints the tables of docs/media.md.
 */

import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { buildPreset, buildShipped } from "./build.mjs";
import { Failure, cores, elapsed, main, must, root, step } from "./lib.mjs";
import { setup } from "./setup.mjs";

const peers = join(root, "build/bench-peers");
const manifests = ["package.json", "package-lock.json"];

/** The stacks to compare with, kept out of the package's own node_modules. */
async function installPeers() {
  const same = (name) => {
    const [wanted, present] = [join(root, "tests/bench", name), join(peers, name)];
    return existsSync(present) && readFileSync(present).equals(readFileSync(wanted));
  };
  if (manifests.every(same) && existsSync(join(peers, "node_modules/.package-lock.json"))) {
    return "up to date";
  }
  mkdirSync(peers, { recursive: true });
  for (const name of manifests) cpSync(join(root, "tests/bench", name), join(peers, name));
  const beside = join(dirname(process.execPath), "npm");
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=5"];
  await must(existsSync(beside) ? beside : "npm", args, { log: "npm-ci-bench", cwd: peers });
  return "installed";
}

async function buildBenchModule() {
  const args = ["--build", "--preset", "wasm", "--target", "sipml-bench", "--", `-j${cores}`];
  const env = { NODE_PATH: "/usr/share/nodejs" };
  const output = await must("cmake", args, { log: "build-bench-wasm", env });
  return output.includes("no work to do") ? "up to date" : "built";
}

/** Runs with what `npm run build` made. */
async function measureSetUp() {
  const { build } = await import("esbuild");
  const outfile = join(root, "build/bench-set-up.mjs");
  await build({
    absWorkingDir: root,
    entryPoints: ["tests/bench/set-up/set-up.ts"],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    logLevel: "warning",
  });
  const limits = { log: "bench-set-up", timeout: 15 * 60 * 1000 };
  console.log(await must(process.execPath, [outfile], limits));
}

await main(async () => {
  if (process.argv.includes("--set-up")) return measureSetUp();
  const at = process.argv.indexOf("--rounds");
  const rounds = at < 0 ? 9 : Number(process.argv[at + 1]);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Failure("--rounds needs a whole number");
  await setup("bench");
  await step("peers", installPeers);
  await buildShipped({ types: false });
  await step("WebAssembly for bench", buildBenchModule);
  await step("native for bench", () => buildPreset("bench"));
  const start = performance.now();
  const { bench } = await import("../tests/bench/run.mjs");
  await bench({ root, peersFolder: peers, rounds });
  console.log(`\nMeasured in ${elapsed(start)}; written to docs/benchmarks.md`);
});
