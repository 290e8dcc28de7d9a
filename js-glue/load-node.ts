/** Gets a compiled module from disk, in Node. */

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

import { LoadError, because, compile } from "./load.js";

/** @throws LoadError that names the file. */
export async function compileFile(path: string | URL): Promise<WebAssembly.Module> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  return compile(bytes);
}

/**
 * The same before it returns.
 * @throws LoadError that names the file.
 */
export function compileFileNow(path: string | URL): WebAssembly.Module {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  try {
    return new WebAssembly.Module(new Uint8Array(bytes));
  } catch (cause) {
    throw new LoadError(`${nameOf(path)} did not compile${because(cause)}`, { cause });
  }
}

function unreadable(path: string | URL, cause: unknown): LoadError {
  return new LoadError(`${nameOf(path)} could not be read${because(cause)}`, { cause });
}

function nameOf(path: string | URL): string {
  return typeof path === "string" ? path : path.href;
}
