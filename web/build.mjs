/**
 * Bundles dist/ from js-glue/ and web/ with the modules of build/wasm, and prints the sizes.
 * `node web/build.mjs [--wasm FOLDER] [--out FOLDER]`
 */

import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync, gzipSync } from "node:zlib";

import { build } from "esbuild";
import { encodeInline } from "./encode-inline.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const { values } = parseArgs({
  options: {
    wasm: { type: "string", default: join(root, "build/wasm") },
    out: { type: "string", default: join(root, "dist") },
  },
});

/** The agent, which a script may have inside, and the functions of core.js. */
const modules = ["sipml.wasm", "sipml-functions.wasm"];

/** Where a bundle gets its modules from: js-glue/default-*.ts, or files with this behind the name. */
const variants = { url: "", node: "-node", inline: "-inline" };

/** One row an artifact of package.json's exports. */
const artifacts = [
  { name: "index.js", entry: "web/index.ts", wasm: "url" },
  { name: "index-node.js", entry: "web/index.ts", wasm: "node" },
  { name: "inline.js", entry: "web/index.ts", wasm: "inline" },
  { name: "compat.js", entry: "web/compat/sipml.ts", wasm: "url" },
  { name: "compat-node.js", entry: "web/compat/sipml.ts", wasm: "node" },
  { name: "core.js", entry: "js-glue/index.ts", wasm: "url" },
  { name: "core-node.js", entry: "js-glue/index.ts", wasm: "node" },
  { name: "SIPml-api.js", entry: "web/compat/classic.ts", wasm: "inline", classic: true },
];

const banner = "/* sipml-wasm, BSD-3-Clause licence */";

/** Puts a variant in the place of js-glue/default-wasm.ts and default-functions.ts. */
const useWasm = (variant) => ({
  name: "default-wasm",
  setup({ onResolve }) {
    onResolve({ filter: /\/default-(wasm|functions)\.js$/ }, ({ path }) => ({
      path: join(root, "js-glue", `${basename(path, ".js")}${variants[variant]}.ts`),
    }));
  },
});

async function bundle({ name, entry, wasm, classic = false }, text) {
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: join(values.out, name),
    bundle: true,
    minify: true,
    sourcemap: "linked",
    target: "es2022",
    platform: wasm === "node" ? "node" : "browser",
    format: classic ? "iife" : "esm",
    charset: "ascii",
    banner: { js: banner },
    legalComments: "none",
    plugins: [useWasm(wasm)],
    ...(wasm === "inline" ? { define: { SIPML_WASM_TEXT: JSON.stringify(text) } } : {}),
    logLevel: "warning",
  });
}

function reportSizes(names) {
  const column = (text) => String(text).padStart(10);
  console.log(`${"file".padEnd(22)}${column("raw")}${column("gzip")}${column("brotli")}`);
  for (const name of names) {
    const bytes = readFileSync(join(values.out, name));
    const gzip = gzipSync(bytes, { level: 9 }).length;
    const brotli = brotliCompressSync(bytes).length;
    console.log(`${name.padEnd(22)}${column(bytes.length)}${column(gzip)}${column(brotli)}`);
  }
}

mkdirSync(values.out, { recursive: true });
for (const name of modules) {
  const file = join(values.wasm, name);
  if (!existsSync(file)) {
    console.error(`${relative(root, file)} is missing; build the wasm preset first`);
    process.exit(1);
  }
  copyFileSync(file, join(values.out, name));
}
const text = encodeInline(readFileSync(join(values.wasm, modules[0])));
for (const artifact of artifacts) await bundle(artifact, text);
reportSizes([...modules, ...artifacts.map(({ name }) => name)]);
