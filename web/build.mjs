/**
 * Bundles dist/ from js-glue/ and web/ with build/wasm/sipml.wasm, and prints the sizes.
 * `node web/build.mjs [--wasm FILE] [--out FOLDER]`
 */

import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync, gzipSync } from "node:zlib";

import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const { values } = parseArgs({
  options: {
    wasm: { type: "string", default: join(root, "build/wasm/sipml.wasm") },
    out: { type: "string", default: join(root, "dist") },
  },
});

/** Where a bundle gets its module from: js-glue/default-wasm.ts or a file in its place. */
const variants = { url: "default-wasm.ts", node: "default-wasm-node.ts", inline: "default-wasm-inline.ts" };

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

/** Puts a variant in the place of js-glue/default-wasm.ts. */
const useWasm = (variant) => ({
  name: "default-wasm",
  setup({ onResolve }) {
    onResolve({ filter: /\/default-wasm\.js$/ }, () => ({
      path: join(root, "js-glue", variants[variant]),
    }));
  },
});

async function bundle({ name, entry, wasm, classic = false }, base64) {
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
    ...(wasm === "inline" ? { define: { SIPML_WASM_BASE64: JSON.stringify(base64) } } : {}),
    logLevel: "warning",
  });
}

function reportSizes(names) {
  const column = (text) => String(text).padStart(10);
  console.log(`${"file".padEnd(16)}${column("raw")}${column("gzip")}${column("brotli")}`);
  for (const name of names) {
    const bytes = readFileSync(join(values.out, name));
    const gzip = gzipSync(bytes, { level: 9 }).length;
    const brotli = brotliCompressSync(bytes).length;
    console.log(`${name.padEnd(16)}${column(bytes.length)}${column(gzip)}${column(brotli)}`);
  }
}

if (!existsSync(values.wasm)) {
  console.error(`${relative(root, values.wasm)} is missing; build the wasm preset first`);
  process.exit(1);
}
mkdirSync(values.out, { recursive: true });
copyFileSync(values.wasm, join(values.out, "sipml.wasm"));
const base64 = readFileSync(values.wasm).toString("base64");
for (const artifact of artifacts) await bundle(artifact, base64);
reportSizes(["sipml.wasm", ...artifacts.map(({ name }) => name)]);
