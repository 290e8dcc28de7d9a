/** What a user agent is configured with, and how the core names it. */

import type { RecordedInput } from "../js-glue/driver.js";
import type { WasmSource } from "../js-glue/load.js";
import type { AgentConfig, Bandwidth, NameValue } from "../js-glue/protocol.js";
import { wrongArgument } from "./arguments.js";
import type { VideoSize } from "./capture.js";
import type { Environment } from "./environment.js";
import { checkIceOptions } from "./ice.js";
import type { IceOptions } from "./ice.js";

/**
 * Functions that see, and may change, what goes out and what comes in: a returned text takes the
 * place of what was given. One that throws, or returns anything but a string or undefined, is
 * reported and changes nothing. `messageOut` and `messageIn` see credentials. With `trace`, what
 * they changed is logged before and after. `sdpRule` of `sipml-wasm/core` makes a hook of a function
 * on the lines of a description.
 * @example
 * const hooks = {
 *   messageOut: (text) => text.replace("User-Agent: ", "User-Agent: kiosk-"),
 *   localDescription: (sdp) => sdp.replace("useinbandfec=1", "useinbandfec=1;maxaveragebitrate=20000"),
 * };
 */
export interface Hooks {
  /**
   * Each SIP message before it is sent; Content-Length is corrected afterwards, line feeds in its
   * head become CRLF. A message that is not UTF-8 is given with one character for each octet. "":
   * nothing is sent. A digest with qop "auth-int" covers the body, which must then stay as it is.
   */
  readonly messageOut?: (text: string) => string | void;
  /** Each message of the server before anything looks at it, in the same way. */
  readonly messageIn?: (text: string) => string | void;
  /** Our description as it goes to the peer, options of the call applied. */
  readonly localDescription?: (sdp: string, context: DescriptionContext) => string | void;
  /**
   * The peer's description as it goes to the browser. The same offer comes twice where the browser
   * prepares an answer while the user decides, first without candidates.
   */
  readonly remoteDescription?: (sdp: string, context: DescriptionContext) => string | void;
}

/** What a hook is told of a description. */
export interface DescriptionContext {
  /** The id of the call. */
  readonly call: number;
  /** RFC 3264. */
  readonly type: "offer" | "answer";
}

/** What a user agent is made with; `configure` changes most of it. */
export interface UserAgentOptions extends IceOptions {
  /**
   * `wss://host[:port][/path]` or `ws://...`. Of several, the next one is tried when one cannot be
   * reached or was lost.
   */
  readonly server: string | readonly string[];
  /** Our address of record, `sip:alice@example.org`. */
  readonly uri: string;
  /** For digest challenges (RFC 7616); never logged. */
  readonly password?: string;
  /** Digest user name; default: the user of `uri`. */
  readonly authorizationUser?: string;
  /** The only digest realm whose challenges are answered; default: any. */
  readonly realm?: string;
  /** Stands before our address in what others see. */
  readonly displayName?: string;
  /** Where REGISTER goes and what completes a bare destination; default: the host of `uri`. */
  readonly domain?: string;
  /** The User-Agent header. */
  readonly userAgent?: string;
  /** Added to every request. */
  readonly headers?: readonly NameValue[];
  /** Route set of requests outside dialogs (RFC 3261 8.1.1.1): `<sip:edge.example.org;lr>`. */
  readonly routes?: readonly string[];
  /**
   * `urn:uuid:...` that names this device at the registrar (RFC 5626 section 4.1); "auto": made
   * once and kept for this tab, as two tabs must not have the same. Default: none.
   */
  readonly instanceId?: string;
  /** Milliseconds between pings with CRLF CRLF (RFC 5626 section 3.5.1); 0, the default: none. */
  readonly keepAlive?: number;
  /** Seconds of Session-Expires that we ask for (RFC 4028); 0, the default: only the peer asks. */
  readonly sessionExpires?: number;
  /** Whether provisional responses are made reliable (RFC 3262); default "supported". */
  readonly reliableProvisional?: "none" | "supported" | "required";
  /**
   * How many redirections a call follows (RFC 3261 8.1.3.4); default 5. 0: a 3xx ends the call, and
   * the page reads the Contacts of `sipMessage`.
   */
  readonly redirects?: number;
  /** true: a NOTIFY without subscription becomes a "notify" event; default false: refused. */
  readonly acceptUnsolicitedNotify?: boolean;
  /** true: "requestSent" and "requestReceived" events. */
  readonly requestEvents?: boolean;
  /** Whether a page that goes away takes its registrations back; default true. */
  readonly unregisterOnPageHide?: boolean;
  /** See and may change messages and descriptions. */
  readonly hooks?: Hooks;
  /** `scheme://host:port` of a private Route that webrtc2sip understands; null: none. */
  readonly outboundProxy?: string | null;
  /** Asks webrtc2sip to make media between browsers and others understood. */
  readonly rtcwebBreaker?: boolean;
  /** Asks webrtc2sip for its click-to-call service. */
  readonly click2call?: boolean;
  /** false: the first REGISTER carries an empty Authorization (TS 24.229); default true. */
  readonly earlyIms?: boolean;
  /** The SDP session name; default: the browser's. */
  readonly sessionName?: string;
  /**
   * How long a description may wait for ICE candidates, in milliseconds; default 2000. It waits as
   * long for a TURN server alone.
   */
  readonly iceGatheringTimeout?: number;
  /**
   * How long a server that does not answer may hold a description up when there are candidates, in
   * milliseconds since the last of them; default 500.
   */
  readonly iceQuietPeriod?: number;
  /**
   * Which descriptions leave at once, their ICE candidates following in INFO requests (RFC 8838,
   * RFC 8840). "half", the default: answers, and offers inside a call, to a peer that takes them.
   * "full": first offers, too, which a peer that does not know this cannot answer well. "none": none,
   * and no peer is told that we take them.
   */
  readonly trickle?: "none" | "half" | "full";
  /**
   * How long the media of a call may take to connect, and to come back when they were lost, in
   * milliseconds; default 15000; then the call ends with `ice_failed` or `dtls_failed`. 0: for ever.
   */
  readonly mediaTimeout?: number;
  /**
   * Kilobits per second: what the other side is told that we take, and what we send at most; default:
   * what the browsers find out.
   */
  readonly bandwidth?: Bandwidth;
  /** The picture that cameras are asked for; default: the browser's. */
  readonly videoSize?: VideoSize;
  /**
   * true: microphone and camera stay open between calls, so that the next call need not wait for
   * them, until `releaseMedia` or `stop`; browsers show them as being in use. Default false.
   */
  readonly streamCache?: boolean;
  /** Milliseconds between two "quality" events of a call; default 2000, 0: none. */
  readonly qualityInterval?: number;
  /** true: "log" events show every SIP message, secrets removed. */
  readonly trace?: boolean;
  /** How long to try to reconnect after a lost connection, in milliseconds; default 32000. */
  readonly reconnectTime?: number;
  /** Where sipml.wasm is; default: beside or inside this script. */
  readonly wasm?: WasmSource;
  /** Gets every input of the core, to replay it; the password is left out. */
  readonly record?: (input: RecordedInput) => void;
  /** Other browser objects than this page's: for tests and other hosts. */
  readonly environment?: Environment;
}

/** Timers of browsers take a signed 32-bit number of milliseconds. */
const longest_period = 2 ** 31 - 1;
const periods = [
  "iceGatheringTimeout",
  "iceQuietPeriod",
  "mediaTimeout",
  "qualityInterval",
] as const;

/** @internal What the core does not look at. @throws SipError "invalid_argument" that names it */
export function checkOptions(options: Partial<UserAgentOptions>): void {
  checkIceOptions(options);
  for (const name of periods) {
    const given: unknown = options[name];
    if (given === undefined) continue;
    if (typeof given === "number" && given >= 0 && given <= longest_period) continue;
    throw wrongArgument(name, `a number of milliseconds from 0 to ${longest_period}`);
  }
}

/** @internal */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const instance_key = "sipml-wasm.instance";

/**
 * @internal "auto": `urn:uuid:...` (RFC 9562 version 4), the same for this tab as long as it lives.
 * Two tabs with one instance would take the binding from each other (RFC 5626 section 6).
 */
export function instanceIdOf(
  given: string | undefined,
  { storage, randomBytes }: Pick<Environment, "storage" | "randomBytes">,
): string | undefined {
  if (given !== "auto") return given;
  try {
    const kept = storage?.getItem(instance_key);
    if (kept && /^urn:uuid:[0-9a-f-]{36}$/.test(kept)) return kept;
  } catch {
    // A storage that cannot be read holds nothing.
  }
  const bytes = randomBytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const made = `urn:uuid:${hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")}`;
  try {
    storage?.setItem(instance_key, made);
  } catch {
    // What cannot be kept is made again after a reload.
  }
  return made;
}

/** @internal The options that the core knows, under its names. */
export function agentConfig(options: Partial<UserAgentOptions>): Partial<AgentConfig> {
  const { outboundProxy } = options;
  const named = {
    domain: options.domain,
    display_name: options.displayName,
    authorization_user: options.authorizationUser,
    password: options.password,
    realm: options.realm,
    user_agent: options.userAgent,
    headers: options.headers,
    routes: options.routes,
    keep_alive: options.keepAlive,
    session_expires: options.sessionExpires,
    reliable_provisional: options.reliableProvisional,
    redirects: options.redirects,
    unsolicited_notify: options.acceptUnsolicitedNotify,
    request_events: options.requestEvents,
    trickle: options.trickle,
    review_descriptions: "hooks" in options ? Boolean(options.hooks?.localDescription) : undefined,
    outbound_proxy: outboundProxy === null ? "" : outboundProxy,
    rtcweb_breaker: options.rtcwebBreaker,
    click2call: options.click2call,
    early_ims: options.earlyIms,
    session_name: options.sessionName,
    reconnect_time: options.reconnectTime,
    require_rtcp_mux:
      options.rtcpMuxPolicy === undefined ? undefined : options.rtcpMuxPolicy === "require",
    trace: options.trace,
  };
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<AgentConfig>;
}
