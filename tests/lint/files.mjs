/** The files that the checks read, and what several checks need to do with a text. */

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const skipped = new Set([".git", "node_modules", "build", "dist"]);

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : walk(path);
    return entry.isFile() ? [relative(root, path)] : [];
  });
}

const textual = /\.(c|cpp|h|hpp|ts|mjs|js|json|css|html?|md|svg|txt|cfg)$|(^|\/)\.[\w-]+$/;

/** Every text file of the repository, as {path, text}. */
export function readFiles() {
  return walk(root)
    .filter((path) => textual.test(path) || path === ".ci/run" || path === "LICENSE")
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

export const isCpp = ({ path }) => /^(src|tests)\/.*\.(h|hpp|cpp)$/.test(path);
export const isScript = ({ path }) => /\.(ts|mjs|js)$/.test(path);

/** `text` with the inside of its C-style comments and string literals blanked, lines kept. */
export function withoutCommentsAndStrings(text) {
  const pattern = /\/\/[^\n]*|\/\*[^]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;
  return text.replace(pattern, (part) => {
    const blank = part.replace(/[^\n]/g, " ");
    return part[0] === "/" ? blank : part[0] + blank.slice(2) + part[0];
  });
}

/** "path:line: problem" for every match of `pattern` (global) that `problem` finds wrong. */
export function matches({ path }, text, pattern, problem) {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const found = problem(match);
    const line = text.slice(0, match.index).split("\n").length;
    return found ? [`${path}:${line}: ${found}`] : [];
  });
}
