/** Checks that a program of its own makes: clang-format and the TypeScript compiler. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { isCpp, root } from "./files.mjs";

/** The output lines of a program that found something, or none. */
function complaints(program, args, input) {
  const result = spawnSync(program, args, { cwd: root, encoding: "utf8", input });
  if (result.error) return [`${program}: ${result.error.message}`];
  if (result.status === 0) return [];
  return `${result.stdout}${result.stderr}`.trim().split("\n");
}

function checkFormat(files) {
  const paths = files.filter(isCpp).map(({ path }) => path);
  const lines = complaints("clang-format", ["--dry-run", "-Werror", ...paths]);
  const heads = lines.filter((line) => / error: /.test(line));
  return heads.length > 0 ? heads : lines;
}

const tsc = join(root, "node_modules", ".bin", "tsc");
const types = (project) => () =>
  complaints(process.execPath, [tsc, "--noEmit", "--pretty", "false", "-p", project]);

export const checks = [
  { name: "clang-format", run: checkFormat },
  { name: "types", run: types(".") },
  // Its library holds no DOM, so that touching the browser there is a type error.
  ...(existsSync(join(root, "js-glue", "tsconfig.json"))
    ? [{ name: "types of js-glue without a browser", run: types("js-glue") }]
    : []),
];
