/** Public entry "sipml-wasm/core": the SIP core without a browser. */

import { Core } from "./core.js";
import { defaultFunctions } from "./default-functions.js";
import { defaultWasm } from "./default-wasm.js";
import { compile } from "./load.js";
import type { WasmSource } from "./load.js";
import { useModule } from "./shared-functions.js";

export {
  ABI_VERSION,
  AGENT_EXPORTS,
  ERROR_CODES,
  FUNCTIONS,
  FUNCTION_EXPORTS,
  OUTPUT_KINDS,
  OUTPUT_WORDS,
} from "./abi.js";
export type {
  AgentExports,
  CommonExports,
  ErrorCode,
  FunctionExports,
  FunctionName,
  OutputKind,
} from "./abi.js";
export { createClock } from "./clock.js";
export type { Clock } from "./clock.js";
export { Core } from "./core.js";
export type { AgentCore, AgentId, MendedMessage, Output } from "./core.js";
export { Driver } from "./driver.js";
export type { DriverHandlers, DriverOptions, RecordedInput } from "./driver.js";
export {
  INPUT_LIMIT,
  SipFunctions,
  findAttribute,
  findHeaders,
  findParam,
  toText,
} from "./functions.js";
export { LoadError, compile } from "./load.js";
export type { WasmSource } from "./load.js";
export { CommandError, CoreCrashed, IncompatibleModule, Instance } from "./memory.js";
export type { Bytes, RawOutput } from "./memory.js";
export type {
  AuthValue,
  Diagnostic,
  DialogName,
  DigestInput,
  DigestResult,
  HeaderData,
  HeaderInput,
  HeaderType,
  HeaderValues,
  MediaType,
  MessageInput,
  NameAddrInput,
  OtherUri,
  Param,
  Parsed,
  ParsedContact,
  ParsedHeader,
  ParsedMessage,
  ParsedMultipart,
  ParsedNameAddr,
  ParsedPart,
  ParsedReferTo,
  ParsedRequest,
  ParsedResponse,
  ParsedSdp,
  ParsedUri,
  ParsedVia,
  RequestInput,
  ResponseInput,
  SdpCandidate,
  SdpCodec,
  SdpConnection,
  SdpLine,
  SdpMedia,
  SipUri,
  TelUri,
} from "./message-data.js";
export type {
  AgentConfig,
  Bandwidth,
  CallOptions,
  CandidateKind,
  Caused,
  Command,
  CommandError as CommandErrorFields,
  Direction,
  EndCause,
  Event,
  Log,
  MediaDirections,
  MediaError,
  MediaRequest,
  MessageHead,
  NameValue,
  Party,
  RequestMethod,
} from "./protocol.js";

export { setAttribute, sdpRule, writeSdp } from "./sdp-rule.js";
export type { EditableLine, EditableMedia, EditableSdp, SdpLines } from "./sdp-rule.js";
export {
  compareUris,
  digestResponse,
  formatNameAddr,
  messageStatus,
  parseHeader,
  parseMessage,
  parseMultipart,
  parseNameAddr,
  parseSdp,
  parseUri,
  resolveTarget,
  serialize,
} from "./shared-functions.js";

/**
 * Loads sipml.wasm: from the given source, or the file beside this script.
 * @throws LoadError if it cannot be had, IncompatibleModule if it is another module.
 */
export async function loadCore(options: { readonly wasm?: WasmSource } = {}): Promise<Core> {
  const { wasm } = options;
  return new Core(await (wasm === undefined ? defaultWasm.compile() : compile(wasm)));
}

/**
 * Loads sipml-functions.wasm: what a browser awaits before it uses a function. In Node they work at
 * once, from the file beside this script.
 * @throws LoadError if it cannot be had, IncompatibleModule if it is another module.
 */
export async function loadFunctions(options: { readonly wasm?: WasmSource } = {}): Promise<void> {
  const { wasm } = options;
  useModule(await (wasm === undefined ? defaultFunctions.compile() : compile(wasm)));
}
