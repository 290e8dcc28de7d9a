// Builds the pages into build/demo/: bundles the two entries, copies what they need beside them and
// synthesises the sounds. Usage: node demo/build.mjs (after sipml.wasm was built).
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { makeSounds } from "./sounds/make.mjs";

const source = dirname(fileURLToPath(import.meta.url));
const root = dirname(source);
const output = join(root, "build", "demo");
const wasm = join(root, "build", "wasm", "sipml.wasm");

if (!existsSync(wasm)) {
  console.error(`demo/build.mjs: ${wasm} is missing: run npm run build first`);
  process.exit(1);
}

rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });

await build({
  entryPoints: [join(source, "call.ts"), join(source, "expert.ts")],
  outdir: output,
  bundle: true,
  format: "esm",
  target: "es2022",
  sourcemap: "linked",
  legalComments: "none",
  logLevel: "warning",
});

for (const name of ["call.htm", "expert.htm", "style.css", "icon.svg"]) {
  copyFileSync(join(source, name), join(output, name));
}
copyFileSync(wasm, join(output, "sipml.wasm"));
makeSounds(join(output, "sounds"));
