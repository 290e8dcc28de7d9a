/** SIP as functions, without an agent: texts to data, data to texts, digests, comparisons. */

import { FUNCTIONS, FUNCTION_EXPORTS } from "./abi.js";
import type { FunctionExports, FunctionName } from "./abi.js";
import { Instance } from "./memory.js";
import type { Bytes, RawOutput } from "./memory.js";
import type {
  DigestInput,
  DigestResult,
  HeaderData,
  HeaderInput,
  MediaType,
  MessageInput,
  NameAddrInput,
  Param,
  Parsed,
  ParsedContact,
  ParsedHeader,
  ParsedMessage,
  ParsedMultipart,
  ParsedNameAddr,
  ParsedPart,
  ParsedSdp,
  ParsedUri,
  ParsedVia,
} from "./message-data.js";
import type { NameValue } from "./protocol.js";

/** Octets of one text; beyond them a RangeError is thrown. Messages have smaller limits inside. */
export const INPUT_LIMIT = 4 * 1024 * 1024;

const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A part as the module writes it: its content lies in the octets beside. */
interface RawPart {
  readonly headers: readonly NameValue[];
  readonly contentType: MediaType;
  readonly disposition: string | null;
  readonly required: boolean;
  readonly contentId: string | null;
  readonly offset: number;
  readonly length: number;
  readonly start: number;
  readonly size: number;
  readonly first: number;
  readonly count: number;
  readonly depth: number;
  readonly multipart: boolean;
}

/** What a ParsedMessage repeats of its headers. */
type Repeated = Pick<
  ParsedMessage,
  | "via"
  | "from"
  | "to"
  | "callId"
  | "cseq"
  | "contacts"
  | "contactStar"
  | "routes"
  | "recordRoutes"
  | "maxForwards"
  | "expires"
  | "contentType"
  | "contentLength"
>;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

interface RawStart {
  readonly version: string;
  readonly headers: readonly ParsedHeader[];
  readonly bodyOffset: number;
  readonly bodyLength: number;
  readonly parts: readonly RawPart[] | null;
  readonly fault: { readonly status: number; readonly reason: string } | null;
  readonly answerable: boolean;
}

type RawMessage = RawStart &
  (
    | {
        readonly kind: "request";
        readonly method: string;
        readonly uri: string;
        readonly requestUri: ParsedUri | null;
      }
    | { readonly kind: "response"; readonly status: number; readonly reason: string }
  );

/**
 * The functions of one module instance. Most programs use those that index.ts exports, which share
 * one and replace it when it breaks. Every method throws CoreCrashed once the module has trapped.
 */
export class SipFunctions {
  private readonly instance: Instance<FunctionExports>;

  /** @throws IncompatibleModule if the module is not a sipml-functions.wasm of this package's version. */
  constructor(module: WebAssembly.Module) {
    this.instance = new Instance<FunctionExports>(module, FUNCTION_EXPORTS);
  }

  /** Whether the module has trapped. */
  get crashed(): boolean {
    return this.instance.crashed;
  }

  /** Octets of memory in use by the module. */
  get memorySize(): number {
    return this.instance.memorySize;
  }

  /** As the exported function `parseUri`. */
  parseUri(uri: Bytes): Parsed<ParsedUri> {
    return this.parsed("parse_uri", "", bytes(uri, "uri"));
  }

  /** As the exported function `parseNameAddr`. */
  parseNameAddr(address: Bytes): Parsed<ParsedNameAddr> {
    return this.parsed("parse_name_addr", "", bytes(address, "address"));
  }

  /** As the exported function `parseHeader`. */
  parseHeader(nameOrLine: Bytes, value?: Bytes): Parsed<HeaderData> {
    const first = bytes(nameOrLine, value === undefined ? "line" : "name");
    if (value === undefined) return this.parsed("parse_header", "", first);
    if (first.length === 0) throw new TypeError("name is empty");
    return this.parsed("parse_header", first, bytes(value, "value"));
  }

  /** As the exported function `parseMessage`. */
  parseMessage(message: Bytes): Parsed<ParsedMessage> {
    const output = this.call("parse_message", "", bytes(message, "message"));
    const raw = this.instance.parse(output.head) as Parsed<RawMessage>;
    return raw.ok ? { ...raw, value: completed(raw.value, output.body) } : raw;
  }

  /** As the exported function `parseSdp`. */
  parseSdp(sdp: Bytes): Parsed<ParsedSdp> {
    return this.parsed("parse_sdp", "", bytes(sdp, "sdp"));
  }

  /** As the exported function `parseMultipart`. */
  parseMultipart(contentType: string, body: Bytes): Parsed<ParsedMultipart> {
    const head = text(contentType, "contentType");
    const output = this.call("parse_multipart", head, bytes(body, "body"));
    const raw = this.instance.parse(output.head) as Parsed<{
      readonly contentType: MediaType;
      readonly parts: readonly RawPart[];
    }>;
    if (!raw.ok) return raw;
    return { ...raw, value: { ...raw.value, parts: tree(raw.value.parts, output.body) } };
  }

  /** As the exported function `messageStatus`. */
  messageStatus(message: Bytes): number {
    return this.call("message_status", "", bytes(message, "message")).flow;
  }

  /** As the exported function `compareUris`. */
  compareUris(a: Bytes, b: Bytes): boolean {
    return this.result("compare_uris", bytes(a, "a"), bytes(b, "b")) as boolean;
  }

  /** As the exported function `resolveTarget`. */
  resolveTarget(target: string, domain: string): Parsed<ParsedUri> {
    return this.parsed("resolve_target", text(target, "target"), text(domain, "domain"));
  }

  /** As the exported function `serialize`. */
  serialize(message: MessageInput): Uint8Array {
    object(message, "message");
    const headers = array(message.headers, "headers").map(pair);
    const head =
      "method" in message
        ? { method: message.method, uri: message.uri, headers }
        : { status: message.status, reason: message.reason, headers };
    const body = message.body === undefined ? "" : bytes(message.body, "body");
    return this.call("serialize", JSON.stringify(head), body).body;
  }

  /** As the exported function `formatNameAddr`. */
  formatNameAddr(address: NameAddrInput): string {
    object(address, "address");
    const { displayName, uri, params = [] } = address;
    const head = {
      displayName,
      uri: typeof uri === "string" ? uri : object(uri, "uri").text,
      params: array(params, "params").map(pair),
    };
    return this.result("format_name_addr", JSON.stringify(head), "") as string;
  }

  /** As the exported function `digestResponse`. */
  digestResponse(input: DigestInput): DigestResult {
    object(input, "input");
    const { body = "", ...head } = input;
    const content = bytes(body, "body");
    return this.result("digest_response", JSON.stringify(head), content) as DigestResult;
  }

  private call(name: FunctionName, head: Bytes, body: Bytes): RawOutput {
    const [headLength = 0, bodyLength = 0] = this.instance.writeTexts([head, body]);
    // A character may be three octets.
    if (Math.max(headLength, bodyLength) > INPUT_LIMIT) {
      throw new RangeError(`a text is longer than ${INPUT_LIMIT} octets`);
    }
    const pointer = this.instance.run((e) =>
      e.sipml_call_function(FUNCTIONS[name], headLength, bodyLength),
    );
    const output = this.instance.read(pointer);
    if (!output) throw this.instance.lastError(0);
    return output;
  }

  private result(name: FunctionName, head: Bytes, body: Bytes): unknown {
    return this.instance.parse(this.call(name, head, body).head);
  }

  private parsed<T>(name: FunctionName, head: Bytes, body: Bytes): Parsed<T> {
    return this.result(name, head, body) as Parsed<T>;
  }
}

function bytes(value: Bytes, argument: string): Bytes {
  const given: unknown = value;
  if (typeof given !== "string" && !(given instanceof Uint8Array)) {
    throw new TypeError(`${argument} is neither a string nor a Uint8Array`);
  }
  if (given.length > INPUT_LIMIT) {
    throw new RangeError(`${argument} is longer than ${INPUT_LIMIT} octets`);
  }
  return value;
}

function text(value: string, argument: string): string {
  const given: unknown = value;
  if (typeof given !== "string") throw new TypeError(`${argument} is not a string`);
  bytes(given, argument);
  return value;
}

function object<T extends object>(value: T, argument: string): T {
  const given: unknown = value;
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`${argument} is not an object`);
  }
  return value;
}

function array<T>(value: readonly T[], argument: string): readonly T[] {
  const given: unknown = value;
  if (!Array.isArray(given)) throw new TypeError(`${argument} is not an array`);
  return value;
}

/** [name, value]; what is neither form becomes null, which the module refuses with its place. */
function pair(item: HeaderInput | Param): readonly unknown[] | null {
  const given: unknown = item;
  if (Array.isArray(given)) return given;
  if (typeof given !== "object" || given === null) return null;
  const { name, value } = given as Partial<Param>;
  return [name, value];
}

function textOf(octets: Uint8Array): string | null {
  if (octets.length === 0) return "";
  try {
    return strictDecoder.decode(octets);
  } catch {
    return null;
  }
}

/** Every part stands behind what holds it, the parts of one part side by side. */
function tree(raw: readonly RawPart[], octets: Uint8Array): ParsedPart[] {
  const parts = raw.map(({ start, size, first, count, depth, multipart, ...part }) => {
    const body = octets.subarray(start, start + size);
    const inner: ParsedPart[] | null = multipart ? [] : null;
    return { ...part, body, bodyText: textOf(body), parts: inner };
  });
  raw.forEach(({ first, count }, index) => {
    parts[index]?.parts?.push(...parts.slice(first, first + count));
  });
  return parts.filter((_, index) => raw[index]?.depth === 1);
}

/** What is asked for most: the first of headers that stand once, the values of all others. */
function gather(headers: readonly ParsedHeader[]): Repeated {
  const via: ParsedVia[] = [];
  const contacts: ParsedContact[] = [];
  const routes: ParsedNameAddr[] = [];
  const recordRoutes: ParsedNameAddr[] = [];
  const found: Mutable<Repeated> = {
    via,
    from: null,
    to: null,
    callId: null,
    cseq: null,
    contacts,
    contactStar: false,
    routes,
    recordRoutes,
    maxForwards: null,
    expires: null,
    contentType: null,
    contentLength: null,
  };
  for (const { canonicalName, data } of headers) {
    switch (data?.type) {
      case "via":
        via.push(...data.values);
        break;
      case "contact":
        contacts.push(...data.values);
        found.contactStar ||= data.star;
        break;
      case "address":
        if (canonicalName === "From") found.from ??= data.values[0] ?? null;
        else if (canonicalName === "To") found.to ??= data.values[0] ?? null;
        else if (canonicalName === "Route") routes.push(...data.values);
        else if (canonicalName === "Record-Route") recordRoutes.push(...data.values);
        break;
      case "call-id":
        if (canonicalName === "Call-ID") found.callId ??= data.values[0]?.text ?? null;
        break;
      case "cseq":
        found.cseq ??= data.values[0] ?? null;
        break;
      case "number":
        if (canonicalName === "Max-Forwards") found.maxForwards ??= data.values[0]?.number ?? null;
        else if (canonicalName === "Content-Length")
          found.contentLength ??= data.values[0]?.number ?? null;
        break;
      case "seconds":
        if (canonicalName === "Expires") found.expires ??= data.values[0]?.seconds ?? null;
        break;
      case "media-type":
        if (canonicalName === "Content-Type") found.contentType ??= data.values[0] ?? null;
        break;
    }
  }
  return found;
}

/** Literals rather than copies of what was read: they cost a tenth. */
function completed(raw: RawMessage, octets: Uint8Array): ParsedMessage {
  const { version, headers, bodyOffset, bodyLength, fault, answerable } = raw;
  const body = octets.length === bodyLength ? octets : octets.subarray(0, bodyLength);
  const bodyText = textOf(body);
  const parts = raw.parts && tree(raw.parts, octets);
  const found = gather(headers);
  const { via, from, to, callId, cseq, contacts, contactStar, routes, recordRoutes } = found;
  const { maxForwards, expires, contentType, contentLength } = found;
  const data = {
    version,
    headers,
    via,
    from,
    to,
    callId,
    cseq,
    contacts,
    contactStar,
    routes,
    recordRoutes,
    maxForwards,
    expires,
    contentType,
    contentLength,
    body,
    bodyOffset,
    bodyText,
    parts,
    fault,
    answerable,
  };
  if (raw.kind === "response") {
    return { kind: raw.kind, status: raw.status, reason: raw.reason, ...data };
  }
  const { kind, method, uri, requestUri } = raw;
  return { kind, method, uri, requestUri, ...data };
}

/** What octets say as UTF-8; U+FFFD for those that say nothing. For messages from `serialize`. */
export function toText(octets: Uint8Array): string {
  return decoder.decode(octets);
}

/**
 * The value of the first parameter of that name, whatever its case: null for one without "=",
 * undefined if there is none.
 */
export function findParam(params: readonly Param[], name: string): string | null | undefined {
  const wanted = name.toLowerCase();
  return params.find((param) => param.name === wanted)?.value;
}

/** The headers of that name, in order; the name in full, whatever its case. */
export function findHeaders(
  message: { readonly headers: readonly ParsedHeader[] },
  name: string,
): ParsedHeader[] {
  const wanted = name.toLowerCase();
  return message.headers.filter((header) => header.canonicalName.toLowerCase() === wanted);
}

/**
 * The value of the first `a=` line of that name in a session or media section: "" for one without
 * ":", undefined if there is none.
 */
export function findAttribute(
  section: { readonly lines: readonly { readonly type: string; readonly value: string }[] },
  name: string,
): string | undefined {
  const prefix = `${name}:`;
  for (const { type, value } of section.lines) {
    if (type !== "a") continue;
    if (value === name) return "";
    if (value.startsWith(prefix)) return value.slice(prefix.length);
  }
  return undefined;
}
