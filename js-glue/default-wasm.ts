/** The sipml.wasm that belongs to this build: the file beside the script. */

import { compile } from "./load.js";

export interface DefaultWasm {
  compile(): Promise<WebAssembly.Module>;
  /** Where the module is inside the script or on disk. May throw where the engine refuses. */
  compileNow?(): WebAssembly.Module;
}

export const defaultWasm: DefaultWasm = {
  // Bundlers know this expression: they copy the file and rewrite its address.
  compile: () => compile(new URL("./sipml.wasm", import.meta.url)),
};
