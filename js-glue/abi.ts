/** The exports of the modules, as src/bridge/abi.h and functions_abi.h declare them. */

/** `SIPML_ABI_VERSION` of abi.h. */
export const ABI_VERSION = 1;

/** `enum sipml_error` of abi.h. */
export const ERROR_CODES = {
  invalid_json: -1,
  invalid_argument: -2,
  unknown_id: -3,
  wrong_state: -4,
  limit_exceeded: -5,
  not_connected: -6,
} as const;

/** Why a command was refused. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** `enum sipml_output_kind` of abi.h. */
export const OUTPUT_KINDS = {
  transmit: 1,
  event: 2,
  media: 3,
  log: 4,
  result: 5,
} as const;

/** What an output is. */
export type OutputKind = keyof typeof OUTPUT_KINDS;

/** `enum sipml_function` of functions_abi.h. */
export const FUNCTIONS = {
  parse_uri: 1,
  parse_name_addr: 2,
  parse_header: 3,
  parse_message: 4,
  parse_sdp: 5,
  parse_multipart: 6,
  message_status: 7,
  compare_uris: 8,
  resolve_target: 9,
  serialize: 10,
  format_name_addr: 11,
  digest_response: 12,
} as const;

/** The functions of sipml-functions.wasm. */
export type FunctionName = keyof typeof FUNCTIONS;

/** `struct sipml_output` in wasm32: this many 32-bit words, in this order. */
export const OUTPUT_WORDS = {
  kind: 0,
  flow: 1,
  head: 2,
  head_length: 3,
  body: 4,
  body_length: 5,
} as const;

/** What every module of this family exports. */
export interface CommonExports {
  /** What both sides read and write; may grow at any call. */
  readonly memory: WebAssembly.Memory;
  /** The start of a reactor module; absent when it has no static constructors. */
  readonly _initialize?: () => void;
  /** `ABI_VERSION` of the module. */
  sipml_abi_version(): number;
  /** Where to write so many octets before an input; 0 when there is no room. */
  sipml_input_buffer(size: number): number;
  /** The output with the JSON of the last error, or 0. */
  sipml_last_error(): number;
}

/** Of sipml.wasm. Pointers and ids are unsigned 32-bit, times are milliseconds, results are ids or error codes. */
export interface AgentExports extends CommonExports {
  /** Makes an agent of the JSON configuration in the input buffer. */
  sipml_agent_create(length: number): number;
  /** Forgets an agent. */
  sipml_agent_destroy(agent: number): void;
  /** The WebSocket is open. */
  sipml_agent_connected(agent: number, now: number): number;
  /** The WebSocket is closed, or never opened. */
  sipml_agent_disconnected(agent: number, now: number): number;
  /** One WebSocket message, in the input buffer. */
  sipml_agent_receive(agent: number, length: number, now: number): number;
  /** One command: the JSON head and, behind it, the body in the input buffer. */
  sipml_agent_command(agent: number, headLength: number, bodyLength: number, now: number): number;
  /** The deadline has passed. */
  sipml_agent_timer_fired(agent: number, now: number): number;
  /** When `sipml_agent_timer_fired` is due; Infinity when nothing is pending. */
  sipml_agent_deadline(agent: number): number;
  /** The next output, or 0; valid until the next call. */
  sipml_agent_poll(agent: number): number;
  /** The address of an output with a ParsedNameAddr; 0 if the input is no address. */
  sipml_parse_address(length: number): number;
  /** The message in the input buffer with the Content-Length that it has. */
  sipml_mend_message(length: number): number;
}

/** Of sipml-functions.wasm. */
export interface FunctionExports extends CommonExports {
  /**
   * Calls one of `FUNCTIONS` with what is in the input buffer; the output with its result, or 0.
   */
  sipml_call_function(name: number, headLength: number, bodyLength: number): number;
}

/** The function exports that a module must have to be used for functions. */
export const FUNCTION_EXPORTS = [
  "sipml_abi_version",
  "sipml_input_buffer",
  "sipml_last_error",
  "sipml_call_function",
] as const satisfies readonly (keyof FunctionExports)[];

/** The function exports that a module must have to be used as an agent. */
export const AGENT_EXPORTS = [
  "sipml_abi_version",
  "sipml_input_buffer",
  "sipml_last_error",
  "sipml_agent_create",
  "sipml_agent_destroy",
  "sipml_agent_connected",
  "sipml_agent_disconnected",
  "sipml_agent_receive",
  "sipml_agent_command",
  "sipml_agent_timer_fired",
  "sipml_agent_deadline",
  "sipml_agent_poll",
  "sipml_parse_address",
  "sipml_mend_message",
] as const satisfies readonly (keyof AgentExports)[];
