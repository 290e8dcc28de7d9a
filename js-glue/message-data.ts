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
  /** Lower case. */
  readonly name: string;
  /** Unquoted and decoded; null for one without "=". */
  readonly value: string | null;
}

/** sip and sips (RFC 3261 section 19.1). */
export interface SipUri {
  readonly type: "sip";
  /** Lower case. */
  readonly scheme: "sip" | "sips";
  /** Percent-decoded; null if there is no user part. */
  readonly user: string | null;
  /** Percent-decoded; null if there is none. */
  readonly password: string | null;
  /** Lower case; an IPv6 address with its brackets. */
  readonly host: string;
  /** What `host` is. */
  readonly hostType: "domain" | "ipv4" | "ipv6";
  /** Null if there is none. */
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
  /** Behind the number, RFC 3966 section 3. */
  readonly params: readonly Param[];
  /** As written, its scheme in lower case. */
  readonly text: string;
}

/** Any other scheme. */
export interface OtherUri {
  readonly type: "other";
  /** Lower case. */
  readonly scheme: string;
  /** What follows the first ":". */
  readonly opaque: string;
  /** As written, its scheme in lower case. */
  readonly text: string;
}

/** A URI; `type` tells the three apart. */
export type ParsedUri = SipUri | TelUri | OtherUri;

/** name-addr or addr-spec, with the parameters behind it (RFC 3261 section 20.10). */
export interface ParsedNameAddr {
  /** Unquoted and unescaped; null if absent or empty. */
  readonly displayName: string | null;
  /** The address itself. */
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
  /** "SIP". */
  readonly protocol: string;
  /** "2.0". */
  readonly version: string;
  /** Upper case: "WSS". */
  readonly transport: string;
  /** Lower case; an IPv6 address with its brackets. */
  readonly host: string;
  /** What `host` is. */
  readonly hostType: "domain" | "ipv4" | "ipv6";
  /** Null if there is none. */
  readonly port: number | null;
  /** The branch parameter, as written; null if absent. */
  readonly branch: string | null;
  /** As written, brackets or not. */
  readonly received: string | null;
  /** True when the parameter is there, with or without a value (RFC 3581). */
  readonly hasRport: boolean;
  /** The value of the parameter; null if absent, empty or malformed. */
  readonly rport: number | null;
  /** All parameters, those of the fields above among them. */
  readonly params: readonly Param[];
}

/** Content-Type. */
export interface MediaType {
  /** type/subtype in lower case. */
  readonly mime: string;
  /** "charset", "boundary" ... */
  readonly params: readonly Param[];
}

/** A dialog as Replaces, Join and Target-Dialog name one (RFC 3891, 3911, 4538). */
export interface DialogName {
  /** The Call-ID. */
  readonly callId: string;
  /** local-tag of Target-Dialog. */
  readonly fromTag: string | null;
  /** remote-tag of Target-Dialog. */
  readonly toTag: string | null;
  /** True with the early-only flag (RFC 3891 section 6.1). */
  readonly earlyOnly: boolean;
  /** All parameters, the tags among them. */
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
  /** Null if absent. */
  readonly nonce: string | null;
  /** Null if absent. */
  readonly opaque: string | null;
  /** In the spelling of RFC 8760 where it is known; "MD5" when a Digest does not say. */
  readonly algorithm: string | null;
  /** Lower case, in order. */
  readonly qop: readonly string[];
  /** True for stale=true. */
  readonly stale: boolean;
  /** True for userhash=true. */
  readonly userhash: boolean;
}

/** By the grammar of a header's value: what one value is. docs/core.md lists the headers of each. */
export interface HeaderValues {
  /** Subject, User-Agent, and every header that is not known. */
  readonly text: { readonly text: string };
  /** From, To, Route, P-Asserted-Identity, Diversion, History-Info. */
  readonly address: ParsedNameAddr;
  /** Contact. */
  readonly contact: ParsedContact;
  /** Refer-To. */
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
  /** CSeq. */
  readonly cseq: { readonly number: number; readonly method: string };
  /** RAck (RFC 3262). */
  readonly rack: { readonly rseq: number; readonly number: number; readonly method: string };
  /** Via. */
  readonly via: ParsedVia;
  /** Warning. */
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
  /** Identity (RFC 8224). */
  readonly identity: { readonly text: string; readonly params: readonly Param[] };
}

/** The grammars of header values. */
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
  /** How many octets the value has. */
  readonly valueLength: number;
  /** null when the value is malformed, then a diagnostic says why; and for type "text". */
  readonly data: HeaderData | null;
}

/** One part of a multipart body (RFC 2046 section 5.1, RFC 5621). */
export interface ParsedPart {
  /** The headers of the part, in order. */
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
  /** How many octets it has as it came. */
  readonly length: number;
  /** The parts of a part that is a multipart itself; null for any other. */
  readonly parts: readonly ParsedPart[] | null;
}

/** What parseMultipart() returns. */
export interface ParsedMultipart {
  /** "multipart/mixed" ... */
  readonly contentType: MediaType;
  /** In the order of the body. */
  readonly parts: readonly ParsedPart[];
}

interface MessageData {
  /** "SIP/2.0". */
  readonly version: string;
  /** All that have a usable name, in order; malformed ones, too. */
  readonly headers: readonly ParsedHeader[];
  /** The values of every Via, the topmost first; the fields below likewise repeat `headers`. */
  readonly via: readonly ParsedVia[];
  /** From; null if it is malformed or missing. */
  readonly from: ParsedNameAddr | null;
  /** To; null if it is malformed or missing. */
  readonly to: ParsedNameAddr | null;
  /** Call-ID; null if it is missing. */
  readonly callId: string | null;
  /** CSeq; null if it is malformed or missing. */
  readonly cseq: { readonly number: number; readonly method: string } | null;
  /** The values of every Contact. */
  readonly contacts: readonly ParsedContact[];
  /** True for `Contact: *`. */
  readonly contactStar: boolean;
  /** The values of every Route, the topmost first. */
  readonly routes: readonly ParsedNameAddr[];
  /** The values of every Record-Route, the topmost first. */
  readonly recordRoutes: readonly ParsedNameAddr[];
  /** Max-Forwards; null if it is malformed or missing. */
  readonly maxForwards: number | null;
  /** Expires in seconds; null if it is malformed or missing. */
  readonly expires: number | null;
  /** Content-Type; null if it is malformed or missing. */
  readonly contentType: MediaType | null;
  /** Content-Length; null if it is malformed or missing. */
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

/** A request, RFC 3261 section 7.1. */
export interface ParsedRequest extends MessageData {
  readonly kind: "request";
  /** As written; methods are case-sensitive. */
  readonly method: string;
  /** The Request-URI as written. */
  readonly uri: string;
  /** null when the Request-URI is malformed. */
  readonly requestUri: ParsedUri | null;
}

/** A response, RFC 3261 section 7.2. */
export interface ParsedResponse extends MessageData {
  readonly kind: "response";
  /** 100 to 699. */
  readonly status: number;
  /** The reason phrase as written. */
  readonly reason: string;
}

/** A SIP message; `kind` tells the two apart. */
export type ParsedMessage = ParsedRequest | ParsedResponse;

/** One SDP line `type=value`, where it stands. */
export interface SdpLine {
  /** The letter before the equals sign. */
  readonly type: string;
  /** What stands behind it. */
  readonly value: string;
}

/** A c= line, RFC 8866 section 5.7. */
export interface SdpConnection {
  /** "IN". */
  readonly networkType: string;
  /** "IP4" or "IP6". */
  readonly addressType: string;
  /** An address or a name, as written. */
  readonly address: string;
}

/** An a=candidate line (RFC 8839 section 5.1). */
export interface SdpCandidate {
  /** Equal for candidates of one kind, RFC 8445 section 5.1.1.3. */
  readonly foundation: string;
  /** 1 is RTP, 2 is RTCP. */
  readonly component: number;
  /** Below RTP. */
  readonly transport: "udp" | "tcp";
  /** Higher is tried first. */
  readonly priority: number;
  /** An address, or a name that ends in `.local`. */
  readonly address: string;
  /** Its port. */
  readonly port: number;
  /** How the address was found, RFC 8445 section 5.1.1. */
  readonly type: "host" | "srflx" | "prflx" | "relay";
  /** raddr; null if absent. */
  readonly relatedAddress: string | null;
  /** rport; null if absent. */
  readonly relatedPort: number | null;
  /** RFC 6544 section 4.5; null for UDP. */
  readonly tcpType: "active" | "passive" | "so" | null;
  /** What follows: "generation", "network-cost" ... */
  readonly extensions: readonly NameValue[];
}

/** One format of an m= line of RTP. */
export interface SdpCodec {
  /** The payload type as it stands in `formats`. */
  readonly format: string;
  /** Of a=rtpmap, or of RFC 3551 for a static payload type; null if unknown. */
  readonly name: string | null;
  /** In hertz; null if unknown. */
  readonly clockRate: number | null;
  /** 1 where it is not said. */
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
  /** 0 rejects the medium. */
  readonly port: number;
  /** 1 where it is not said. */
  readonly portCount: number;
  /** "UDP/TLS/RTP/SAVPF" ... */
  readonly proto: string;
  /** Payload types, or what the protocol calls formats. */
  readonly formats: readonly string[];
  /** Port 0 without a=bundle-only. */
  readonly rejected: boolean;
  /** Null where neither says it. */
  readonly connection: SdpConnection | null;
  /** "sendrecv" where neither says it. */
  readonly direction: Direction;
  /** a=mid (RFC 5888); null if absent. */
  readonly mid: string | null;
  /** "actpass", "active", "passive", "holdconn" (RFC 4145). */
  readonly setup: string | null;
  /** a=ice-ufrag (RFC 8839); null if absent. */
  readonly iceUfrag: string | null;
  /** a=ice-pwd (RFC 8839); null if absent. */
  readonly icePwd: string | null;
  /** "trickle", "ice2" ... */
  readonly iceOptions: readonly string[];
  /** Those that can be read; of unknown types and transports there is a diagnostic. */
  readonly candidates: readonly SdpCandidate[];
  /** True with a=end-of-candidates (RFC 8840). */
  readonly endOfCandidates: boolean;
  /** a=fingerprint (RFC 8122). */
  readonly fingerprints: readonly { readonly hash: string; readonly value: string }[];
  /** True with a=rtcp-mux (RFC 5761). */
  readonly rtcpMux: boolean;
  /** True with a=bundle-only (RFC 9143). */
  readonly bundleOnly: boolean;
  /** One for each of `formats`, in order; empty for what is no RTP. */
  readonly codecs: readonly SdpCodec[];
  /** The formats that carry DTMF (RFC 4733). */
  readonly telephoneEvents: readonly string[];
  /** a=extmap (RFC 8285). */
  readonly headerExtensions: readonly { readonly id: number; readonly uri: string }[];
  /** a=simulcast (RFC 8853): streams, each with its alternatives; a paused one begins with "~". */
  readonly simulcast: {
    readonly send: readonly (readonly string[])[];
    readonly receive: readonly (readonly string[])[];
  } | null;
  /** What stands behind m=, as written. */
  readonly line: string;
  /** Every line of the section but m=, in order, as written. */
  readonly lines: readonly SdpLine[];
}

/** A session description (RFC 8866). */
export interface ParsedSdp {
  /** The o= line; null if malformed. */
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
  /** a=group (RFC 5888). */
  readonly groups: readonly { readonly semantics: string; readonly mids: readonly string[] }[];
  /** True with a=ice-lite (RFC 8839). */
  readonly iceLite: boolean;
  /** True when its writer receives nothing in any medium, or rejects all of them: we are on hold. */
  readonly remoteHold: boolean;
  /** Every line of the session section, v= included, in order, as written. */
  readonly lines: readonly SdpLine[];
  /** The m= sections, in order. */
  readonly media: readonly SdpMedia[];
}

/** A header to be written: [name, value], or any object with both (a ParsedHeader, too). */
export type HeaderInput = readonly [name: string, value: string] | NameValue;

/** What `serialize` takes; a ParsedMessage is one. */
export interface RequestInput {
  /** A token, such as MESSAGE. */
  readonly method: string;
  /** The Request-URI. */
  readonly uri: string;
  /** In the order of the wire. Content-Length is computed, where it stands or behind the others. */
  readonly headers: readonly HeaderInput[];
  /** The content; Content-Length is written for it. */
  readonly body?: Bytes;
}

/** A response to be written. */
export interface ResponseInput {
  /** 100 to 699. */
  readonly status: number;
  /** Default: the registered phrase. */
  readonly reason?: string;
  /** In the order in which they are to stand. */
  readonly headers: readonly HeaderInput[];
  /** The content; Content-Length is written for it. */
  readonly body?: Bytes;
}

/** What `serialize` writes; also what `parseMessage` gave. */
export type MessageInput = RequestInput | ResponseInput;

/** What `formatNameAddr` takes; a ParsedNameAddr is one. */
export interface NameAddrInput {
  /** Quoted where that is needed. */
  readonly displayName?: string | null;
  /** A URI, or one that was parsed. */
  readonly uri: string | { readonly text: string };
  /** Written behind the address, in order. */
  readonly params?: readonly Param[];
}

/** The credentials and the request that a digest proves (RFC 7616 section 3.4, RFC 8760). */
export interface DigestInput {
  /** The user name of the account. */
  readonly username: string;
  /** The password, or `ha1` instead. */
  readonly password?: string;
  /** H(username:realm:password) in hexadecimal; of a -sess algorithm, too. */
  readonly ha1?: string;
  /** Of the challenge. */
  readonly realm: string;
  /** Of the challenge. */
  readonly nonce: string;
  /** Of the request. */
  readonly method: string;
  /** The digest-uri: the Request-URI. */
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

/** What `digestResponse` returns. */
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
