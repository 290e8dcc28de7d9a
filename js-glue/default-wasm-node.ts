/** The sipml.wasm that belongs to this build: the file beside the script, read from disk. */

import type { DefaultWasm } from "./default-wasm.js";
import { compileFile, compileFileNow } from "./load-node.js";

export const defaultWasm: DefaultWasm = {
  compile: () => compileFile(new URL("./sipml.wasm", import.meta.url)),
  compileNow: () => compileFileNow(new URL("./sipml.wasm", import.meta.url)),
};
