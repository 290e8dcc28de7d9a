/** The functions of `sipml-wasm/core` on one shared instance, which is made when one is first used. */

import { defaultFunctions } from "./default-functions.js";
import { SipFunctions } from "./functions.js";
import { LoadError } from "./load.js";
import type { Bytes } from "./memory.js";
import type {
  DigestInput,
  DigestResult,
  HeaderData,
  MessageInput,
  NameAddrInput,
  Parsed,
  ParsedMessage,
  ParsedMultipart,
  ParsedNameAddr,
  ParsedSdp,
  ParsedUri,
} from "./message-data.js";

let loaded: WebAssembly.Module | undefined;
let current: SipFunctions | undefined;

/**
 * Makes the functions use this module from now on.
 * @throws IncompatibleModule if it is not sipml-functions.wasm; then nothing has changed.
 */
export function useModule(module: WebAssembly.Module): void {
  current = new SipFunctions(module);
  loaded = module;
}

function functions(): SipFunctions {
  // One that trapped is left behind: the text that broke it must not cost the next one.
  if (current && !current.crashed) return current;
  loaded ??= defaultFunctions.compileNow?.();
  if (!loaded) {
    throw new LoadError("sipml-functions.wasm is not loaded yet: await loadFunctions() first");
  }
  current = new SipFunctions(loaded);
  return current;
}

/** A URI: sip and sips by RFC 3261 section 19.1, tel by RFC 3966, any other scheme as opaque text. */
export function parseUri(uri: Bytes): Parsed<ParsedUri> {
  return functions().parseUri(uri);
}

/** One address with its parameters, as From, Contact and Route hold them (RFC 3261 section 20.10). */
export function parseNameAddr(address: Bytes): Parsed<ParsedNameAddr> {
  return functions().parseNameAddr(address);
}

/**
 * A header: `parseHeader("Via", "SIP/2.0/WSS a.example")`, or the whole line. The name may be the
 * compact form; a header that is not known gives { type: "text" }.
 */
export function parseHeader(name: string, value: Bytes): Parsed<HeaderData>;
export function parseHeader(line: Bytes): Parsed<HeaderData>;
export function parseHeader(nameOrLine: Bytes, value?: Bytes): Parsed<HeaderData> {
  return functions().parseHeader(nameOrLine, value);
}

/**
 * One message as a WebSocket carries it: the end of the octets ends it. `ok` is false only for what
 * is no SIP message; one that must not be acted upon comes with its `fault`.
 */
export function parseMessage(message: Bytes): Parsed<ParsedMessage> {
  return functions().parseMessage(message);
}

/** A session description (RFC 8866). */
export function parseSdp(sdp: Bytes): Parsed<ParsedSdp> {
  return functions().parseSdp(sdp);
}

/** A body of several parts (RFC 2046 section 5.1); `contentType` is the header's value. */
export function parseMultipart(contentType: string, body: Bytes): Parsed<ParsedMultipart> {
  return functions().parseMultipart(contentType, body);
}

/**
 * The quick look at a message, which makes no data: 0 when a user agent may act upon it, 1 when it
 * is no SIP message, else the status that a request must be answered with.
 */
export function messageStatus(message: Bytes): number {
  return functions().messageStatus(message);
}

/**
 * The octets of a message; Content-Length is computed. A ParsedMessage is written as it came, folds
 * undone.
 * @throws CommandError that names the argument: a method or name that is no token, CR, LF or NUL in
 * a value, a status out of range.
 */
export function serialize(message: MessageInput): Uint8Array {
  return functions().serialize(message);
}

/**
 * `"display name" <uri>;params`, quoted where it has to be.
 * @throws CommandError that names the argument: CR, LF or NUL, a URI that is none.
 */
export function formatNameAddr(address: NameAddrInput): string {
  return functions().formatNameAddr(address);
}

/**
 * The response directive of Digest (RFC 7616 section 3.4.1, RFC 8760).
 * @throws CommandError that names the argument and never shows a value.
 */
export function digestResponse(input: DigestInput): DigestResult {
  return functions().digestResponse(input);
}

/**
 * Whether two URIs name the same (RFC 3261 section 19.1.4, RFC 3966 section 4); false when one of
 * them is unusable.
 */
export function compareUris(a: Bytes, b: Bytes): boolean {
  return functions().compareUris(a, b);
}

/**
 * What a person dialled as a URI: "bob" and "+1 201" become users of `domain`, "bob@example.org"
 * gets its scheme, a URI stays.
 */
export function resolveTarget(target: string, domain: string): Parsed<ParsedUri> {
  return functions().resolveTarget(target, domain);
}
