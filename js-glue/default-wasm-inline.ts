/** The sipml.wasm that belongs to this build: inside the script, put there by web/build.mjs. */

import type { DefaultWasm } from "./default-wasm.js";
import { compileInline, compileInlineLater } from "./load-inline.js";

declare const SIPML_WASM_BASE64: string;

/** Named once: each mention of the replaced name would put the whole text there. */
const base64 = SIPML_WASM_BASE64;

export const defaultWasm: DefaultWasm = {
  compile: () => compileInlineLater(base64),
  compileNow: () => compileInline(base64),
};
