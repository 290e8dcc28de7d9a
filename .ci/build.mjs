/** Builds what is shipped and shown: the WebAssembly modules, dist/ and the pages. */

import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { Failure, cores, isMain, main, must, nodeTool, root, step, whenChanged } from "./lib.mjs";
import { setup } from "./setup.mjs";
import { reportSizes } from "./sizes.mjs";

/** Configures (once) and builds a preset of CMakePresets.json. */
export async function buildPreset(preset) {
  const folder = join(root, "build", preset);
  const cache = join(folder, "CMakeCache.txt");
  const home = `CMAKE_HOME_DIRECTORY:INTERNAL=${root}\n`;
  const moved = existsSync(cache) && !readFileSync(cache, "utf8").includes(home);
  if (moved) rmSync(folder, { recursive: true });
  const configure = () => must("cmake", ["--preset", preset], { log: `configure-${preset}` });
  if (!existsSync(join(folder, "build.ninja"))) await configure();
  const args = ["--build", "--preset", preset, "--", `-j${cores}`];
  const output = await must("cmake", args, {
    log: `build-${preset}`,
    env: preset === "wasm" ? { NODE_PATH: "/usr/share/nodejs" } : {},
  });
  return output.includes("no work to do") ? "up to date" : "built";
}

const sources = ["js-glue", "web", "package.json", "tsconfig.json"];
const agent = "build/wasm/sipml.wasm";
const functions = "build/wasm/sipml-functions.wasm";
const server = "build/wasm/sipml-server.wasm";

async function buildPackage() {
  const modules = ["dist/sipml.wasm", "dist/sipml-functions.wasm"];
  const outputs = [...modules, "dist/index.js", "dist/core-node.js", "dist/SIPml-api.js"];
  const ran = await whenChanged("dist", [...sources, agent, functions], outputs, async () => {
    await must(process.execPath, ["web/build.mjs"], { log: "build-dist" });
    const missing = outputs.filter((file) => !existsSync(join(root, file)));
    if (missing.length > 0) throw new Failure(`web/build.mjs did not make ${missing.join(", ")}`);
  });
  return ran ? "built" : "up to date";
}

async function buildTypes() {
  const inputs = [...sources, "tsconfig.types.json"];
  const outputs = ["dist/types/web/index.d.ts", "dist/types/js-glue/index.d.ts"];
  const ran = await whenChanged("types", inputs, outputs, async () => {
    rmSync(join(root, "dist/types"), { recursive: true, force: true });
    const args = [nodeTool("tsc"), "-p", "tsconfig.types.json"];
    await must(process.execPath, args, { log: "build-types" });
  });
  return ran ? "built" : "up to date";
}

async function buildDemo() {
  const inputs = [...sources, agent, server, "demo"];
  const outputs = ["build/serve.mjs", "build/demo/call.htm"];
  const ran = await whenChanged("demo", inputs, outputs, async () => {
    await must(process.execPath, ["demo/build.mjs"], { log: "build-demo" });
    const { build: bundle } = await import("esbuild");
    await bundle({
      absWorkingDir: root,
      entryPoints: ["demo/serve.ts"],
      outfile: "build/serve.mjs",
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      packages: "external",
      logLevel: "warning",
    });
  });
  return ran ? "built" : "up to date";
}

/** The WebAssembly modules and dist/; with `types` also the declarations of the package. */
export async function buildShipped({ types = true } = {}) {
  await step("WebAssembly", () => buildPreset("wasm"));
  await step("dist", buildPackage);
  if (types) await step("dist/types", buildTypes);
}

/** The pages and the server of `npm start`. */
export async function buildPages() {
  await step("pages and server", buildDemo);
}

if (isMain(import.meta)) {
  await main(async () => {
    await setup("build");
    await buildShipped();
    await buildPages();
    reportSizes();
  });
}
