/** The built sipml.wasm, written down as it is used; its agents and its functions. */

import { readFileSync } from "node:fs";
import { basename } from "node:path";

import { Core } from "../../js-glue/core.js";
import { SipFunctions } from "../../js-glue/functions.js";
import { recordInto } from "./recorder.js";

recordInto(`build/conformance/${basename(process.argv[1] ?? "", ".mjs")}.jsonl`);
const module = new WebAssembly.Module(readFileSync("dist/sipml.wasm"));

export const core = new Core(module);
export const functions = new SipFunctions(module);
