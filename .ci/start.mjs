/** `npm start`: sets up, builds, and runs the pages and the SIP server on one port of localhost. */

import { spawn } from "node:child_process";
import { join } from "node:path";

import { buildPages, buildShipped } from "./build.mjs";
import { main, root } from "./lib.mjs";
import { setup } from "./setup.mjs";

await main(async () => {
  await setup("start");
  await buildShipped({ types: false });
  await buildPages();
  const program = join(root, "build", "serve.mjs");
  const child = spawn(process.execPath, [program, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => child.kill(signal));
  }
  process.exitCode = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 0));
  });
});
