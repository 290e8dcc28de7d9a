/** The sipml-functions.wasm that belongs to this build: the file beside the script, read from disk. */

import type { DefaultWasm } from "./default-wasm.js";
import { compileFile, compileFileNow } from "./load-node.js";

export const defaultFunctions: DefaultWasm = {
  compile: () => compileFile(new URL("./sipml-functions.wasm", import.meta.url)),
  compileNow: () => compileFileNow(new URL("./sipml-functions.wasm", import.meta.url)),
};
