/** Where the repository is and where a test run may write. */
import { existsSync, mkdirSync, mkdtempSync } from "node:fs";
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

/** A new empty folder `build/run/<name>-XXXXXX` for one server or browser. */
export function runFolder(name: string): string {
  const parent = join(root, "build", "run");
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, `${name}-`));
}
