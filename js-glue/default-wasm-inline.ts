/** The sipml.wasm that belongs to this build: inside the script, put there by web/build.mjs. */

import type { DefaultWasm } from "./default-wasm.js";
import { compileInline, compileInlineLater } from "./load-inline.js";

declare const SIPML_WASM_BASE64: string;

export const defaultWasm: DefaultWasm = {
  compile: () => compileInlineLater(SIPML_WASM_BASE64),
  compileNow: () => compileInline(SIPML_WASM_BASE64),
};
