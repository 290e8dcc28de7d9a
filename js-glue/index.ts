/** Public entry "sipml-wasm/core": the SIP core without a browser. */

import { Core } from "./core.js";
import { defaultWasm } from "./default-wasm.js";
import { compile } from "./load.js";
import type { WasmSource } from "./load.js";

export { ABI_VERSION, AGENT_EXPORTS, ERROR_CODES, OUTPUT_KINDS, OUTPUT_WORDS } from "./abi.js";
export type { AgentExports, CommonExports, ErrorCode, OutputKind } from "./abi.js";
export { createClock } from "./clock.js";
export type { Clock } from "./clock.js";
export { Core } from "./core.js";
export type { AgentCore, AgentId, Output } from "./core.js";
export { Driver } from "./driver.js";
export type { DriverHandlers, DriverOptions, RecordedInput } from "./driver.js";
export { LoadError, compile } from "./load.js";
export type { WasmSource } from "./load.js";
export { CommandError, CoreCrashed, IncompatibleModule, Instance } from "./memory.js";
export type { Bytes, RawOutput } from "./memory.js";
export type {
  AgentConfig,
  Bandwidth,
  CallOptions,
  Command,
  Direction,
  EndCause,
  Event,
  Log,
  MediaDirections,
  MediaError,
  MediaRequest,
  NameValue,
  Party,
} from "./protocol.js";

/**
 * Loads sipml.wasm: from the given source, or the file beside this script.
 * @throws LoadError if it cannot be had, IncompatibleModule if it is another module.
 */
export async function loadCore(options: { readonly wasm?: WasmSource } = {}): Promise<Core> {
  const { wasm } = options;
  return new Core(wasm === undefined ? await defaultWasm.compile() : await compile(wasm));
}
