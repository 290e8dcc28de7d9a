/** Gets a compiled module from disk, in Node. */

import { readFile } from "node:fs/promises";

import { LoadError, compile } from "./load.js";

/** @throws LoadError that names the file. */
export async function compileFile(path: string | URL): Promise<WebAssembly.Module> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const name = typeof path === "string" ? path : path.href;
    const detail = cause instanceof Error ? `: ${cause.message}` : "";
    throw new LoadError(`${name} could not be read${detail}`, { cause });
  }
  return compile(bytes);
}
