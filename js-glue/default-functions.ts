/** The sipml-functions.wasm that belongs to this build: the file beside the script. */

import type { DefaultWasm } from "./default-wasm.js";
import { compile } from "./load.js";

export const defaultFunctions: DefaultWasm = {
  // Bundlers know this expression: they copy the file and rewrite its address.
  compile: () => compile(new URL("./sipml-functions.wasm", import.meta.url)),
};
