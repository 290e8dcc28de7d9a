/** The sipml.wasm that belongs to this build: inside the script, put there by web/build.mjs. */

import type { DefaultWasm } from "./default-wasm.js";
import { compileInline, compileInlineLater } from "./load-inline.js";

declare const SIPML_WASM_TEXT: string;

/** Named once: each mention of the replaced name would put the whole text there. */
const text = SIPML_WASM_TEXT;

export const defaultWasm: DefaultWasm = {
  compile: () => compileInlineLater(text),
  compileNow: () => compileInline(text),
};
