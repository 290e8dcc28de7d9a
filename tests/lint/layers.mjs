/** Modules include and import only what layers.json allows; its edges form no cycle. */

import { readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

import { matches } from "./files.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const layers = JSON.parse(readFileSync(join(here, "layers.json"), "utf8"));

/** Every module's set of modules that it names, directly or through others, and what is wrong. */
function closure(edges) {
  const reach = new Map();
  const problems = [];
  const visit = (module, path) => {
    if (path.includes(module)) {
      problems.push(`layers.json: cycle ${[...path, module].join(" -> ")}`);
      return new Set();
    }
    if (!edges[module]) {
      problems.push(`layers.json: ${path.at(-1)} names ${module}, which is not a module`);
      return new Set();
    }
    if (!reach.has(module)) {
      const below = edges[module].flatMap((next) => [next, ...visit(next, [...path, module])]);
      reach.set(module, new Set(below));
    }
    return reach.get(module);
  };
  for (const module of Object.keys(edges)) visit(module, []);
  return { reach, problems };
}

function checkIncludes(files) {
  const { reach } = closure(layers.src);
  const problems = [];
  const paths = new Set(files.map((file) => file.path));
  for (const file of files.filter(({ path }) => /^src\/.*\.(h|hpp|cpp)$/.test(path))) {
    const module = file.path.split("/")[1];
    if (!layers.src[module]) {
      problems.push(`${file.path}: ${module} is not a module of layers.json`);
      continue;
    }
    const wrong = ([, open, name]) => {
      if (open === "<") {
        const only = { "nlohmann/": "bridge", "doctest/": "" };
        const prefix = Object.keys(only).find((start) => name.startsWith(start));
        return prefix !== undefined && only[prefix] !== module && `must not include <${name}>`;
      }
      if (!name.includes("/")) {
        return !paths.has(posix.join(posix.dirname(file.path), name)) && `no such file "${name}"`;
      }
      if (!paths.has(`src/${name}`)) return `no such file "${name}" in src/`;
      const target = name.split("/")[0];
      const allowed = target === module || reach.get(module).has(target);
      return !allowed && `${module} must not include ${target}`;
    };
    const include = /^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]/gm;
    problems.push(...matches(file, file.text, include, wrong));
  }
  return problems;
}

/** Whether a file may import a package or a module of Node: what runs in browsers may not. */
function mayImport(path, name) {
  if (name.startsWith("node:")) return /^js-glue\/load-node\.ts$|^demo\/serve|\.mjs$/.test(path);
  if (name === "ws") return /^demo\/serve/.test(path);
  return path.endsWith(".mjs");
}

/** `text` with the inside of its documentation comments blanked, whose examples import the package. */
const withoutDocComments = (text) =>
  text.replace(/^[ \t]*\/\*\*[^]*?\*\//gm, (part) => part.replace(/[^\n]/g, " "));

function checkImports(files) {
  const { reach } = closure(layers.script);
  const problems = [];
  for (const file of files.filter(({ path }) => /^(js-glue|web|demo)\/.*\.(ts|mjs)$/.test(path))) {
    const folder = file.path.split("/")[0];
    const wrong = ([, name]) => {
      if (!name.startsWith(".")) return !mayImport(file.path, name) && `must not import "${name}"`;
      const target = posix.join(posix.dirname(file.path), name).split("/")[0];
      const allowed = target === folder || reach.get(folder).has(target);
      return !allowed && !file.path.endsWith(".mjs") && `${folder} must not import ${target}`;
    };
    const specifier = /(?<![.\w])(?:from|import)\s*\(?\s*["']([^"'\n]+)["']/g;
    problems.push(...matches(file, withoutDocComments(file.text), specifier, wrong));
  }
  return problems;
}

export const checks = [
  {
    name: "src includes follow layers.json",
    run: checkIncludes,
    samples: [
      [
        { path: "src/base/a.hpp", text: '#include "uri/uri.hpp"\n' },
        { path: "src/uri/uri.hpp", text: "" },
      ],
      [{ path: "src/uri/a.hpp", text: '#include "uri/absent.hpp"\n' }],
      [{ path: "src/uri/a.hpp", text: "#include <nlohmann/json.hpp>\n" }],
      [{ path: "src/elsewhere/a.hpp", text: "" }],
    ],
  },
  {
    name: "layers.json has no cycle",
    run: (files) =>
      files
        .filter(({ path }) => path === "tests/lint/layers.json")
        .flatMap(({ text }) => Object.values(JSON.parse(text)))
        .flatMap((edges) => closure(edges).problems),
    samples: [
      [{ path: "tests/lint/layers.json", text: '{"src": {"a": ["b"], "b": ["a"]}}' }],
      [{ path: "tests/lint/layers.json", text: '{"src": {"a": ["b"]}}' }],
    ],
  },
  {
    name: "demo -> web -> js-glue, nothing back",
    run: checkImports,
    samples: [
      [{ path: "js-glue/a.ts", text: 'import { a } from "../web/a.js";\n' }],
      [{ path: "web/a.ts", text: 'const a = await import("../demo/a.js");\n' }],
      [{ path: "web/a.ts", text: 'export { WebSocket } from "ws";\n' }],
    ],
  },
];
