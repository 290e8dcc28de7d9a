/** Links in documents lead somewhere; package.json and its lock file agree with what is there. */

import { existsSync } from "node:fs";
import { join, posix } from "node:path";

import { matches, root } from "./files.mjs";

/** GitHub's anchor of a heading. */
function anchor(heading) {
  const plain = heading.replace(/`|\*|\[([^\]]*)\]\([^)]*\)/g, "$1");
  return plain.trim().toLowerCase().replace(/[^\w\- ]/g, "").replace(/ /g, "-");
}

const withoutCode = (text) =>
  text.replace(/^```[^]*?^```/gm, (block) => block.replace(/[^\n]/g, " "));

function anchorsOf(text) {
  const headings = withoutCode(text).matchAll(/^#{1,6} (.+)$/gm);
  return new Set([...headings].map(([, heading]) => anchor(heading)));
}

function checkLinks(files) {
  const documents = new Map(
    files.filter(({ path }) => path.endsWith(".md")).map((file) => [file.path, file]),
  );
  const problems = [];
  for (const file of documents.values()) {
    const wrong = ([, target]) => {
      if (/^[a-z]+:/.test(target)) return false;
      const [name, fragment] = target.split("#");
      const path = name === "" ? file.path : posix.join(posix.dirname(file.path), decodeURI(name));
      const full = join(root, path);
      if (!documents.has(path) && !existsSync(full)) return `${target} does not exist`;
      if (fragment === undefined) return false;
      const document = documents.get(path);
      return document && !anchorsOf(document.text).has(fragment) && `no heading for ${target}`;
    };
    const text = withoutCode(file.text).replace(/`[^`\n]*`/g, (code) => " ".repeat(code.length));
    problems.push(...matches(file, text, /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g, wrong));
  }
  return problems;
}

/** Blocks that look like examples are compiled and run; one that is not run says why. */
function checkBlocks(files) {
  const documents = files.filter(({ path }) => path === "README.md" || /^docs\/[^/]+\.md$/.test(path));
  const wrong = (file) => ([, info]) => {
    if (info === "" || /^ no-run="[^"]+"$/.test(info)) return false;
    if (info === " signature" && file.path === "docs/api.md") return false;
    return `write nothing behind js, ts or html, or no-run="why", instead of "${info.trim()}"`;
  };
  return documents.flatMap((file) =>
    matches(file, file.text, /^```(?:js|ts|html|javascript|typescript)\b(.*)$/gm, wrong(file)),
  );
}

const parse = (files, path) => {
  const file = files.find((candidate) => candidate.path === path);
  return file ? JSON.parse(file.text) : undefined;
};

function checkPackage(files) {
  const problems = [];
  const say = (text) => problems.push(text);
  const manifest = parse(files, "package.json") ?? {};
  const lock = parse(files, "package-lock.json") ?? { packages: {} };
  if (Object.keys(manifest.dependencies ?? {}).length > 0) {
    say("package.json: run-time dependencies");
  }
  for (const name of manifest.files ?? []) {
    const present = name === "dist" || files.some(({ path }) => path === name);
    if (!present) say(`package.json: "files" names ${name}, which does not exist`);
  }
  const top = lock.packages[""] ?? {};
  for (const key of ["name", "version", "license"]) {
    if (top[key] !== manifest[key]) say(`package-lock.json: ${key} is not package.json's`);
  }
  for (const [name, version] of Object.entries(manifest.devDependencies ?? {})) {
    if (!/^\d+\.\d+\.\d+$/.test(version)) say(`package.json: ${name} is no exact version`);
    const locked = lock.packages[`node_modules/${name}`]?.version;
    if (locked !== version) say(`package-lock.json: ${name} is ${locked}, not ${version}`);
  }
  for (const [path, entry] of Object.entries(lock.packages)) {
    const host = entry.resolved && new URL(entry.resolved).host;
    if (host && host !== "registry.npmjs.org") say(`package-lock.json: ${path} is from ${host}`);
    if (path !== "" && !entry.integrity) say(`package-lock.json: ${path} has no integrity`);
  }
  return problems;
}

export const checks = [
  {
    name: "links in documents",
    run: checkLinks,
    samples: [
      [{ path: "a.md", text: "[there](missing/file.md)\n" }],
      [{ path: "a.md", text: "# Here\n[there](#there)\n" }],
    ],
  },
  {
    name: "blocks of examples",
    run: checkBlocks,
    samples: [
      [{ path: "README.md", text: "```js no-run\n```\n" }],
      [{ path: "docs/a.md", text: "```ts signature\n```\n" }],
    ],
  },
  {
    name: "package.json and its lock file",
    run: checkPackage,
    samples: [
      [{ path: "package.json", text: '{"files": ["missing.md"]}' }],
      [{ path: "package.json", text: '{"version": "1.0.0"}' }],
      [
        {
          path: "package-lock.json",
          text: '{"packages": {"": {}, "a": {"resolved": "http://a/", "integrity": "sha512-"}}}',
        },
      ],
    ],
  },
];
