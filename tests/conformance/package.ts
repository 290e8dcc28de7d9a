/** The built modules, written down as they are used: agents of the one, functions of the other. */

import { readFileSync } from "node:fs";
import { basename } from "node:path";

import { Core } from "../../js-glue/core.js";
import { SipFunctions } from "../../js-glue/functions.js";
import { recordInto } from "./recorder.js";

recordInto(`build/conformance/${basename(process.argv[1] ?? "", ".mjs")}.jsonl`);
const compiled = (file: string): WebAssembly.Module => new WebAssembly.Module(readFileSync(file));

export const core = new Core(compiled("dist/sipml.wasm"));
export const functions = new SipFunctions(compiled("dist/sipml-functions.wasm"));
