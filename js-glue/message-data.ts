/**
 * What the functions of `sipml-wasm/core` return and take: plain data, safe to clone, to print as
 * JSON and to keep. Nothing here is named by the network: parameters and headers are lists of
 * {name, value} in the order of the text, so "__proto__" is a name like any other.
 *
 * Text is Unicode; octets that are no UTF-8 read as U+FFFD. Offsets count octets (of the UTF-8 form
 * when a string was given) from the start of what was parsed.
 */

import type { Bytes } from "./memory.js";
import type { Direction, NameValue } from "./protocol.js";

/** Something wrong with a text, and where. */
export interface Diagnostic {
  /** A phrase for a person; never part of the text. */
  readonly reason: string;
  /** Octets from the start of the text. */
  readonly offset: number;
  /**
   * The header concerned, as its RFC writes it; of a description the line, "c" or "a=candidate".
   * null for a start line, a body, or a single value.
   */
  readonly header: string | null;
}

/**
 * What a parser returns. `ok` tells the two apart, and `value` is null when the text is unusable, so
 * that both `if (result.ok)` and `result.value?.host` work. Parsers never throw because of a text.
 */
export type Parsed<T> =
  | {
      readonly ok: true;
      readonly value: T;
      /** What was passed over or repaired. */
      readonly diagnostics: readonly Diagnostic[];
    }
  | {
      readonly ok: false;
      readonly value: null;
      /** Why there is no value; also the first of `diagnostics`. */
      readonly error: Diagnostic;
      readonly diagnostics: readonly Diagnostic[];
    };

/** A parameter: its name in lower case, its value as it means; null for one without "=". */
export interface Param {
  readonly name: string;
  readonly value: string | null;
}

/** sip and sips (RFC 3261 section 19.1). */
export interface SipUri {
  readonly type: "sip";
  readonly scheme: "sip" | "sips";
  /** Percent-decoded; null if there is no user part. */
  readonly user: string | null;
  /** Percent-decoded; null if there is none. */
  readonly password: string | null;
  /** Lower case; an IPv6 address with its brackets. */
  readonly host: string;
  readonly hostType: "domain" | "ipv4" | "ipv6";
  readonly port: number | null;
  /** Percent-decoded; of `transport` the value is in lower case, too. */
  readonly params: readonly Param[];
  /** What stands behind "?", percent-decoded, names in lower case. */
  readonly headers: readonly NameValue[];
  /** The URI with its scheme in lower case and all else as written: what to send. */
  readonly text: string;
  /** scheme:user@host, the address of record: no password, port, parameter or header. */
  readonly aor: string;
}

/** tel (RFC 3966). */
export interface TelUri {
  readonly type: "tel";
  readonly scheme: "tel";
  /** Without visual separators: "+12015550123", "7042". */
  readonly number: string;
  /** True when the number begins with "+". */
  readonly global: boolean;
  readonly params: readonly Param[];
  readonly text: string;
}

/** Any other scheme. */
export interface OtherUri {
  readonly type: "other";
  /** Lower case. */
  readonly scheme: string;
  /** What follows the first ":". */
  readonly opaque: string;
  readonly text: string;
}

export type ParsedUri = SipUri | TelUri | OtherUri;

/** name-addr or addr-spec, with the parameters behind it (RFC 3261 section 20.10). */
export interface ParsedNameAddr {
  /** Unquoted and unescaped; null if absent or empty. */
  readonly displayName: string | null;
  readonly uri: ParsedUri;
  /** Those of the header, not of the URI. */
  readonly params: readonly Param[];
  /** The tag parameter. */
  readonly tag: string | null;
}

/** A Contact value. */
export interface ParsedContact extends ParsedNameAddr {
  /** 0 to 1; null if absent or malformed. */
  readonly q: number | null;
  /** Seconds; null if absent or malformed. */
  readonly expires: number | null;
}

/** A Refer-To value. */
export interface ParsedReferTo extends ParsedNameAddr {
  /** What the Replaces header inside the URI says (RFC 3891 section 4). */
  readonly replaces: DialogName | null;
}

/** A Via value (RFC 3261 section 20.42). */
export interface ParsedVia {
  readonly protocol: string;
  readonly version: string;
  /** Upper case: "WSS". */
  readonly transport: string;
  /** Lower case; an IPv6 address with its brackets. */
  readonly host: string;
  readonly hostType: "domain" | "ipv4" | "ipv6";
  readonly port: number | null;
  readonly branch: string | null;
  /** As written, brackets or not. */
  readonly received: string | null;
  /** True when the parameter is there, with or without a value (RFC 3581). */
  readonly hasRport: boolean;
  readonly rport: number | null;
  readonly params: readonly Param[];
}

/** Content-Type. */
export interface MediaType {
  /** type/subtype in lower case. */
  readonly mime: string;
  readonly params: readonly Param[];
}

/** A dialog as Replaces, Join and Target-Dialog name one (RFC 3891, 3911, 4538). */
export interface DialogName {
  readonly callId: string;
  /** local-tag of Target-Dialog. */
  readonly fromTag: string | null;
  /** remote-tag of Target-Dialog. */
  readonly toTag: string | null;
  readonly earlyOnly: boolean;
  readonly params: readonly Param[];
}

/** What Digest and the other schemes say, in challenges and in credentials (RFC 7616, RFC 8760). */
export interface AuthValue {
  /** Lower case: "digest", "bearer". */
  readonly scheme: string;
  /** What follows the scheme of Bearer or Basic. */
  readonly token68: string | null;
  /** Names in lower case. */
  readonly params: readonly Param[];
  /** The fields below repeat `params`. */
  readonly realm: string | null;
  readonly nonce: string | null;
  readonly opaque: string | null;
  /** In the spelling of RFC 8760 where it is known; "MD5" when a Digest does not say. */
  readonly algorithm: string | null;
  /** Lower case, in order. */
  readonly qop: readonly string[];
  readonly stale: boolean;
  readonly userhash: boolean;
}

/** By the grammar of a header's value: what one value is. docs/core.md lists the headers of each. */
export interface HeaderValues {
  /** Subject, User-Agent, and every header that is not known. */
  readonly text: { readonly text: string };
  /** From, To, Route, P-Asserted-Identity, Diversion, History-Info. */
  readonly address: ParsedNameAddr;
  readonly contact: ParsedContact;
  readonly "refer-to": ParsedReferTo;
  /** Alert-Info, Call-Info, Error-Info, Geolocation. */
  readonly uri: { readonly uri: ParsedUri; readonly params: readonly Param[] };
  /**
   * Allow, Supported, Event, Reason, Content-Disposition, Subscription-State. In lower case where
   * case does not count, which is all but methods.
   */
  readonly token: { readonly value: string; readonly params: readonly Param[] };
  /** Content-Type, Accept. */
  readonly "media-type": MediaType;
  /** Max-Forwards, Content-Length, RSeq. */
  readonly number: { readonly number: number };
  /** Expires, Min-Expires, Retry-After, Session-Expires, Min-SE. `comment` is Retry-After's. */
  readonly seconds: {
    readonly seconds: number;
    readonly comment: string | null;
    readonly params: readonly Param[];
  };
  readonly cseq: { readonly number: number; readonly method: string };
  readonly rack: { readonly rseq: number; readonly number: number; readonly method: string };
  readonly via: ParsedVia;
  readonly warning: { readonly code: number; readonly agent: string; readonly text: string };
  /** Call-ID, In-Reply-To, Content-ID. */
  readonly "call-id": { readonly text: string };
  /** Replaces, Join, Target-Dialog. */
  readonly dialog: DialogName;
  /** P-Charging-Vector. */
  readonly parameters: { readonly params: readonly Param[] };
  /** One for each priv-value, in lower case. */
  readonly privacy: { readonly value: string };
  /** WWW-Authenticate, Proxy-Authenticate, Authorization, Proxy-Authorization. */
  readonly credentials: AuthValue;
  /** Authentication-Info. */
  readonly "auth-parameters": { readonly params: readonly Param[] };
  /** Seconds since 1970, UTC. */
  readonly date: { readonly seconds: number; readonly text: string };
  /** Milliseconds. */
  readonly timestamp: { readonly milliseconds: number; readonly delay: number | null };
  readonly identity: { readonly text: string; readonly params: readonly Param[] };
}

export type HeaderType = keyof HeaderValues;

/**
 * What the value of a header means: its grammar, and each element of the comma list; a header that
 * is no list has one. `Contact: *` is { type: "contact", star: true, values: [] }.
 */
export type HeaderData = {
  [Type in HeaderType]: {
    readonly type: Type;
    readonly values: readonly HeaderValues[Type][];
  } & (Type extends "contact" ? { readonly star: boolean } : unknown);
}[HeaderType];

/** One header of a message. */
export interface ParsedHeader {
  /** As written. */
  readonly name: string;
  /** As its RFC writes it ("Via" for "v"); a name that is not known stays as written. */
  readonly canonicalName: string;
  /** Unfolded and trimmed. */
  readonly value: string;
  /** Where the name begins. */
  readonly offset: number;
  /** Where the value begins; it has `valueLength` octets. */
  readonly valueOffset: number;
  readonly valueLength: number;
  /** null when the value is malformed, then a diagnostic says why; and for type "text". */
  readonly data: HeaderData | null;
}

/** One part of a multipart body (RFC 2046 section 5.1, RFC 5621). */
export interface ParsedPart {
  readonly headers: readonly NameValue[];
  /** text/plain if the part names none. */
  readonly contentType: MediaType;
  /** Content-Disposition in lower case. */
  readonly disposition: string | null;
  /** False for handling=optional. */
  readonly required: boolean;
  /** Content-ID without its angle brackets. */
  readonly contentId: string | null;
  /** What the part holds: base64 and quoted-printable undone. */
  readonly body: Uint8Array;
  /** null when `body` is no UTF-8. */
  readonly bodyText: string | null;
  /** The octets as they came: where they begin in the body, and how many they are. */
  readonly offset: number;
  readonly length: number;
  /** The parts of a part that is a multipart itself; null for any other. */
  readonly parts: readonly ParsedPart[] | null;
}

/** What parseMultipart() returns. */
export interface ParsedMultipart {
  /** "multipart/mixed" ... */
  readonly contentType: MediaType;
  readonly parts: readonly ParsedPart[];
}

interface MessageData {
  /** "SIP/2.0". */
  readonly version: string;
  /** All that have a usable name, in order; malformed ones, too. */
  readonly headers: readonly ParsedHeader[];
  /** The values of every Via, the topmost first; the fields below likewise repeat `headers`. */
  readonly via: readonly ParsedVia[];
  readonly from: ParsedNameAddr | null;
  readonly to: ParsedNameAddr | null;
  readonly callId: string | null;
  readonly cseq: { readonly number: number; readonly method: string } | null;
  readonly contacts: readonly ParsedContact[];
  /** True for `Contact: *`. */
  readonly contactStar: boolean;
  readonly routes: readonly ParsedNameAddr[];
  readonly recordRoutes: readonly ParsedNameAddr[];
  readonly maxForwards: number | null;
  readonly expires: number | null;
  readonly contentType: MediaType | null;
  readonly contentLength: number | null;
  /** A copy; ends where Content-Length says. */
  readonly body: Uint8Array;
  /** Where the body begins. */
  readonly bodyOffset: number;
  /** null when the octets are no UTF-8. */
  readonly bodyText: string | null;
  /** Of a multipart body; null for any other, or one that cannot be taken apart. */
  readonly parts: readonly ParsedPart[] | null;
  /**
   * Set when the message must not be acted upon: the response that RFC 3261 prescribes for a
   * request. A response with a fault is dropped.
   */
  readonly fault: { readonly status: number; readonly reason: string } | null;
  /** True when a response to this request can be routed back: it has all that one copies. */
  readonly answerable: boolean;
}

export interface ParsedRequest extends MessageData {
  readonly kind: "request";
  readonly method: string;
  /** The Request-URI as written. */
  readonly uri: string;
  /** null when the Request-URI is malformed. */
  readonly requestUri: ParsedUri | null;
}

export interface ParsedResponse extends MessageData {
  readonly kind: "response";
  /** 100 to 699. */
  readonly status: number;
  readonly reason: string;
}

export type ParsedMessage = ParsedRequest | ParsedResponse;

/** One SDP line `type=value`, where it stands. */
export interface SdpLine {
  readonly type: string;
  readonly value: string;
}

export interface SdpConnection {
  readonly networkType: string;
  readonly addressType: string;
  readonly address: string;
}

/** An a=candidate line (RFC 8839 section 5.1). */
export interface SdpCandidate {
  readonly foundation: string;
  /** 1 is RTP, 2 is RTCP. */
  readonly component: number;
  readonly transport: "udp" | "tcp";
  readonly priority: number;
  readonly address: string;
  readonly port: number;
  readonly type: "host" | "srflx" | "prflx" | "relay";
  readonly relatedAddress: string | null;
  readonly relatedPort: number | null;
  readonly tcpType: "active" | "passive" | "so" | null;
  readonly extensions: readonly NameValue[];
}

/** One format of an m= line of RTP. */
export interface SdpCodec {
  /** The payload type as it stands in `formats`. */
  readonly format: string;
  /** Of a=rtpmap, or of RFC 3551 for a static payload type; null if unknown. */
  readonly name: string | null;
  readonly clockRate: number | null;
  readonly channels: number;
  /** The text of its a=fmtp. */
  readonly fmtp: string | null;
  /** The format that this one repeats (RFC 4588). */
  readonly apt: string | null;
}

/** One m= section. What it does not say itself, and may inherit from the session, is inherited. */
export interface SdpMedia {
  /** "audio", "video", "application" ... */
  readonly type: string;
  readonly port: number;
  readonly portCount: number;
  readonly proto: string;
  readonly formats: readonly string[];
  /** Port 0 without a=bundle-only. */
  readonly rejected: boolean;
  readonly connection: SdpConnection | null;
  readonly direction: Direction;
  readonly mid: string | null;
  /** "actpass", "active", "passive", "holdconn" (RFC 4145). */
  readonly setup: string | null;
  readonly iceUfrag: string | null;
  readonly icePwd: string | null;
  readonly iceOptions: readonly string[];
  /** Those that can be read; of unknown types and transports there is a diagnostic. */
  readonly candidates: readonly SdpCandidate[];
  readonly endOfCandidates: boolean;
  readonly fingerprints: readonly { readonly hash: string; readonly value: string }[];
  readonly rtcpMux: boolean;
  readonly bundleOnly: boolean;
  /** One for each of `formats`, in order; empty for what is no RTP. */
  readonly codecs: readonly SdpCodec[];
  /** The formats that carry DTMF (RFC 4733). */
  readonly telephoneEvents: readonly string[];
  readonly headerExtensions: readonly { readonly id: number; readonly uri: string }[];
  /** a=simulcast (RFC 8853): streams, each with its alternatives; a paused one begins with "~". */
  readonly simulcast: {
    readonly send: readonly (readonly string[])[];
    readonly receive: readonly (readonly string[])[];
  } | null;
  /** Every line of the section but m=, in order, as written. */
  readonly lines: readonly SdpLine[];
}

/** A session description (RFC 8866). */
export interface ParsedSdp {
  readonly origin: {
    readonly username: string;
    /** Text, for both may exceed what a number holds. */
    readonly sessionId: string;
    readonly version: string;
    readonly networkType: string;
    readonly addressType: string;
    readonly address: string;
  };
  /** null without an s= line. */
  readonly name: string | null;
  /** The session's own c= line. */
  readonly connection: SdpConnection | null;
  readonly groups: readonly { readonly semantics: string; readonly mids: readonly string[] }[];
  readonly iceLite: boolean;
  /** True when its writer receives nothing in any medium that is not rejected: we are on hold. */
  readonly remoteHold: boolean;
  /** Every line of the session section, v= included, in order, as written. */
  readonly lines: readonly SdpLine[];
  readonly media: readonly SdpMedia[];
}

/** A header to be written: [name, value], or any object with both (a ParsedHeader, too). */
export type HeaderInput = readonly [name: string, value: string] | NameValue;

/** What `serialize` takes; a ParsedMessage is one. */
export interface RequestInput {
  readonly method: string;
  readonly uri: string;
  /** In the order of the wire. Content-Length is computed, where it stands or behind the others. */
  readonly headers: readonly HeaderInput[];
  readonly body?: Bytes;
}

export interface ResponseInput {
  readonly status: number;
  /** Default: the registered phrase. */
  readonly reason?: string;
  readonly headers: readonly HeaderInput[];
  readonly body?: Bytes;
}

export type MessageInput = RequestInput | ResponseInput;

/** What `formatNameAddr` takes; a ParsedNameAddr is one. */
export interface NameAddrInput {
  readonly displayName?: string | null;
  /** A URI, or one that was parsed. */
  readonly uri: string | { readonly text: string };
  readonly params?: readonly Param[];
}

/** The credentials and the request that a digest proves (RFC 7616 section 3.4, RFC 8760). */
export interface DigestInput {
  readonly username: string;
  /** The password, or `ha1` instead. */
  readonly password?: string;
  /** H(username:realm:password) in hexadecimal; of a -sess algorithm, too. */
  readonly ha1?: string;
  readonly realm: string;
  readonly nonce: string;
  readonly method: string;
  readonly uri: string;
  /** MD5, SHA-256 or SHA-512-256, each with or without "-sess", in any case; default MD5. */
  readonly algorithm?: string | null;
  /** Default: none (RFC 2069). */
  readonly qop?: "auth" | "auth-int" | null;
  /** Needed with a qop and by -sess algorithms. */
  readonly cnonce?: string;
  /** Needed with a qop: a number, or eight hexadecimal digits. */
  readonly nc?: number | string;
  /** Counts for auth-int. */
  readonly body?: Bytes;
  /** true: `username` of the result is hashed (RFC 7616 section 3.4.4). Default false. */
  readonly userhash?: boolean;
  /** true: the result has `ha1`, which stands for the password. Default false. */
  readonly revealHa1?: boolean;
}

export interface DigestResult {
  /** Lower case hexadecimal. */
  readonly response: string;
  /** What to write as username: as given, or its hash with `userhash`. */
  readonly username: string;
  /** In the spelling of RFC 8760. */
  readonly algorithm: string;
  /** Only if asked for: the session's HA1 for -sess algorithms. */
  readonly ha1?: string;
}
