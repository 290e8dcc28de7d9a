/** Prints the sizes of what is shipped; `--check` compares them with tests/package/budgets.json. */

import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { filesBelow, isMain, root } from "./lib.mjs";

const kilobytes = (bytes) => (bytes / 1024).toFixed(1);

function measure(file) {
  const bytes = readFileSync(join(root, file));
  const brotli = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, brotli).length,
  };
}

/** The shipped scripts and modules, and the development server's module. */
function shipped() {
  const inDist = filesBelow("dist").filter((file) => /^dist\/[^/]+\.(js|wasm)$/.test(file));
  const server = join("build", "wasm", "sipml-server.wasm");
  return existsSync(join(root, server)) ? [...inDist, server] : inDist;
}

/** The sizes in octets, {raw, gzip, brotli}, of each shipped file by its name. */
export function shippedSizes() {
  return new Map(shipped().map((file) => [basename(file), measure(file)]));
}

/** Prints the table and returns {passed, failed}, counting one check for each budget if `check`. */
export function reportSizes({ check = false } = {}) {
  const sizes = shippedSizes();
  const row = (name, columns) => name.padEnd(24) + columns.map((text) => text.padStart(9)).join("");
  console.log(row("KiB", ["raw", "gzip", "brotli"]));
  for (const [name, { raw, gzip, brotli }] of sizes) {
    console.log(row(name, [raw, gzip, brotli].map(kilobytes)));
  }
  const result = { passed: 0, failed: 0 };
  if (!check) return result;
  const budgets = JSON.parse(readFileSync(join(root, "tests/package/budgets.json"), "utf8"));
  for (const [name, limits] of Object.entries(budgets)) {
    const size = sizes.get(name);
    for (const [form, limit] of Object.entries(limits)) {
      if (size && size[form] <= limit * 1024) {
        result.passed += 1;
        continue;
      }
      result.failed += 1;
      const actual = size ? `${kilobytes(size[form])} KiB` : "not built";
      console.log(`FAILED ${name}: ${form} ${actual}, budget ${limit} KiB`);
    }
  }
  return result;
}

if (isMain(import.meta)) {
  const { passed, failed } = reportSizes({ check: process.argv.includes("--check") });
  if (process.argv.includes("--check")) console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}
