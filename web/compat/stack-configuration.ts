/** `SIPml.Stack.Configuration`, and how its values reach the modern API. */

import type { VideoSize } from "../capture.js";
import type { UserAgentOptions } from "../user-agent.js";
import { engine } from "./engine.js";
import type { EventsListener, StackEvent, StackEventType } from "./events.js";
import { parseLiteral } from "./literal.js";
import type { BandwidthConfiguration, HeaderEntry } from "./session-configuration.js";

/** An ICE server in any of the forms that browsers had. */
export interface IceServerConfiguration {
  /** `stun:host`, `turn:host?transport=tcp`, or several. */
  readonly urls?: string | readonly string[];
  /** The same, as it was called long ago. */
  readonly url?: string;
  /** Of a TURN server. */
  readonly username?: string;
  /** Of a TURN server: the password. */
  readonly credential?: string;
}

/** `SIPml.Stack.Configuration` */
export interface StackConfiguration {
  /** The domain. */
  readonly realm: string;
  /** Digest user name. */
  readonly impi: string;
  /** Address of record. */
  readonly impu: string;
  /**
   * Digest password; never logged.
   * @example stack.setConfiguration({ password: "secret" });
   */
  readonly password?: string | null | undefined;
  /** Of From, To and Contact. */
  readonly display_name?: string | null | undefined;
  /** Default: `wss://<realm>/`. @example stack.setConfiguration({ websocket_proxy_url: "wss://sip.example.org/ws" }); */
  readonly websocket_proxy_url?: string | null | undefined;
  /** A private Route for webrtc2sip. @example stack.setConfiguration({ outbound_proxy_url: "udp://example.org:5060" }); */
  readonly outbound_proxy_url?: string | null | undefined;
  /**
   * An array, or a text that holds an array literal; default: none.
   * @example stack.setConfiguration({ ice_servers: [{ urls: "stun:stun.example.org" }] });
   */
  readonly ice_servers?: readonly IceServerConfiguration[] | string | null | undefined;
  /** Kilobits per second. @example stack.setConfiguration({ bandwidth: { audio: 64, video: 512 } }); */
  readonly bandwidth?: BandwidthConfiguration | null | undefined;
  /** @example stack.setConfiguration({ video_size: { maxWidth: 640, maxHeight: 480 } }); */
  readonly video_size?: VideoSize | null | undefined;
  /** `rtcweb-breaker=yes` for webrtc2sip. @example stack.setConfiguration({ enable_rtcweb_breaker: true }); */
  readonly enable_rtcweb_breaker?: boolean | undefined;
  /** `click2call=yes` for webrtc2sip. */
  readonly enable_click2call?: boolean | undefined;
  /** Default true. @example stack.setConfiguration({ enable_early_ims: false }); */
  readonly enable_early_ims?: boolean | undefined;
  /** Microphone and camera stay open between calls. @example stack.setConfiguration({ enable_media_stream_cache: true }); */
  readonly enable_media_stream_cache?: boolean | undefined;
  /** @example stack.setConfiguration({ events_listener: { events: "*", listener: (e) => console.log(e.type) } }); */
  readonly events_listener?: EventsListener<StackEventType, StackEvent> | undefined;
  /** Added to every request; an entry without value removes. @example stack.setConfiguration({ sip_headers: [{ name: "Organization", value: "Example" }] }); */
  readonly sip_headers?: readonly HeaderEntry[] | null | undefined;

  // Not in the original:

  /** Servers that are tried in turn. @example stack.setConfiguration({ websocket_proxy_urls: ["wss://a.example", "wss://b.example"] }); */
  readonly websocket_proxy_urls?: readonly string[] | undefined;
  /** Options of the modern API that have no key of their own here. @example stack.setConfiguration({ options: { keepAlive: 30000 } }); */
  readonly options?: StackOptions | undefined;
}

/** What the modern API knows and the original did not. */
export type StackOptions = Partial<
  Pick<
    UserAgentOptions,
    | "acceptUnsolicitedNotify"
    | "bundlePolicy"
    | "hooks"
    | "iceCandidatePoolSize"
    | "iceGatheringTimeout"
    | "iceTransportPolicy"
    | "iceQuietPeriod"
    | "instanceId"
    | "keepAlive"
    | "mediaTimeout"
    | "qualityInterval"
    | "realm"
    | "reconnectTime"
    | "redirects"
    | "reliableProvisional"
    | "routes"
    | "rtcpMuxPolicy"
    | "sessionExpires"
    | "sessionName"
    | "trickle"
    | "unregisterOnPageHide"
    | "userAgent"
  >
>;

const stringKeys = [
  "realm",
  "impi",
  "impu",
  "password",
  "display_name",
  "websocket_proxy_url",
  "outbound_proxy_url",
] as const;

/** @throws Error with the original's text */
export function checkTypes(configuration: Partial<StackConfiguration>): void {
  const wrong = (key: string, value: unknown, wanted: string): Error =>
    new Error(
      `ERR_INVALID_PARAMETER_TYPE: '${typeof value}' not a valid type for ${key}. ` +
        `${wanted} is expected`,
    );
  for (const key of stringKeys) {
    const value: unknown = configuration[key];
    if (value && typeof value !== "string") throw wrong(key, value, "String");
  }
  for (const key of ["sip_headers", "websocket_proxy_urls"] as const) {
    const list: unknown = configuration[key];
    if (list && !Array.isArray(list)) throw wrong(key, list, "Array");
  }
}

/** What RTCPeerConnection takes, from any form that pages have used. Bad entries are left out. */
export function iceServersOf(given: StackConfiguration["ice_servers"]): RTCIceServer[] {
  let list: unknown = given ?? [];
  if (typeof list === "string") {
    if (list.trim() === "") return [];
    try {
      list = parseLiteral(list) ?? [];
    } catch (error) {
      engine.log("error", `ice_servers cannot be read: ${String(error)}`);
      return [];
    }
  }
  if (!Array.isArray(list)) {
    engine.log("error", "ice_servers is not an array");
    return [];
  }
  return (list as unknown[]).flatMap((entry) => iceServerOf(entry) ?? []);
}

function iceServerOf(entry: unknown): RTCIceServer | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const { urls, url, username, credential } = entry as { readonly [key: string]: unknown };
  const named = urls ?? url;
  const addresses = (Array.isArray(named) ? (named as unknown[]) : [named]).filter(
    (address): address is string =>
      typeof address === "string" && /^(stun|turn)s?:./i.test(address),
  );
  if (addresses.length === 0) {
    engine.log("warn", "ice_servers: an entry without an address is left out");
    return undefined;
  }
  // Long ago the user stood in the URL: turn:user@host.
  const oldUser = /^turns?:([^@]+)@/i.exec(addresses[0] ?? "")?.[1];
  const user = typeof username === "string" ? username : oldUser;
  return {
    urls: addresses.map((address) => address.replace(/^(turns?:)[^@]+@/i, "$1")),
    ...(user === undefined ? {} : { username: user }),
    ...(typeof credential === "string" ? { credential } : {}),
  };
}

/** An object as it is, or the text of an object literal, as `expert.htm` stores them. */
export function objectOf<T extends object>(key: string, given: T | string | null | undefined): T | undefined {
  if (typeof given !== "string") return given ?? undefined;
  if (given.trim() === "") return undefined;
  try {
    const value = parseLiteral(given);
    if (typeof value === "object" && value !== null) return value as T;
    engine.log("error", `${key} is not an object`);
  } catch (error) {
    engine.log("error", `${key} cannot be read: ${String(error)}`);
  }
  return undefined;
}
