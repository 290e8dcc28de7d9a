/** Where the repository is and where a test run may write. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package.json above ${import.meta.url}`);
    folder = parent;
  }
  return folder;
}

/** The folder of package.json, wherever the bundled test lies below it. */
export const root = findRoot();

/**
 * A new empty folder `build/run/<name>-XXXXXX` for one server, removed when the test program ends
 * unless the environment has SIPML_E2E_KEEP.
 */
export function runFolder(name: string): string {
  const parent = join(root, "build", "run");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `${name}-`));
  if (process.env["SIPML_E2E_KEEP"] === undefined) {
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  }
  return folder;
}
