/** The internals that sipML5 leaked and that pages use: on the page they are globals. */

import { engine, friendlyNavigatorName, friendlySystemName } from "./engine.js";
import { parseLiteral } from "./literal.js";
import { tsip_event_code_e, tsip_header_type_e, tsip_transport_state_e } from "./tables.js";
import { UriView } from "./uri-view.js";

const present = (): boolean => engine.parts.environment.createPeerConnection !== undefined;
const never = (): boolean => false;

/** `length` characters of `dictionary`, from the browser's random numbers. */
function random(length: number, dictionary: string): string {
  const octets = engine.parts.environment.randomBytes(Math.max(0, Math.trunc(length) || 0) * 2);
  const pairs = octets.length / 2;
  return Array.from({ length: pairs }, (_, pair) => {
    const number = (octets[2 * pair] ?? 0) * 256 + (octets[2 * pair + 1] ?? 0);
    return dictionary[number % dictionary.length] ?? "";
  }).join("");
}

/** The scheme, host, port and, if there is one, the path; null if the text is no such URL. */
function parseUrl(url: unknown): (string | number)[] | null {
  const parts = /^([^:]*):\/\/(.*):([^:/]*)(?:\/(.*))?$/.exec(typeof url === "string" ? url : "");
  if (!parts) {
    engine.log("error", `${String(url)} not valid as url`);
    return null;
  }
  const [, scheme = "", host = "", port = "", path] = parts;
  const known = [scheme, host, Number.parseInt(port, 10)];
  return path === undefined ? known : [...known, path];
}

/** Text functions, under the names, arguments and results of `tsk_string.js`. */
const texts = {
  tsk_string_is_null_or_empty: (text: unknown): boolean => !text || String(text) === "",
  tsk_string_is_string: (value: unknown): boolean =>
    value instanceof String || typeof value === "string",
  tsk_string_index_of(text: string | null, length: number, part: string | null): number {
    const place = text && part ? text.indexOf(part) : -1;
    return place < length ? place : -1;
  },
  tsk_string_contains: (text: string | null, length: number, part: string | null): boolean =>
    texts.tsk_string_index_of(text, length, part) >= 0,
  tsk_string_unquote(text: string | null, left: string, right: string): string | null {
    const quoted = text && text.length >= 2 && text.at(0) === left && text.at(-1) === right;
    return quoted ? text.slice(1, -1) : text;
  },
  tsk_string_unquote_2: (text: string | null): string | null =>
    texts.tsk_string_unquote(text, '"', '"'),
  tsk_strdup: (text: unknown): unknown => (text ? String(text) : text),
  /** `{0}`, `{1}`, ... are replaced by the values, which are taken as they are. */
  tsk_string_format: (format: string, ...values: readonly unknown[]): string =>
    String(format).replace(/\{(\d+)\}/g, (hole, place: string) =>
      Number(place) < values.length ? String(values[Number(place)]) : hole,
    ),
  tsk_string_equals: (one: unknown, other: unknown): boolean => one === other,
  tsk_string_iequals: (one: string | null, other: string | null): boolean =>
    one && other ? one.toLowerCase() === other.toLowerCase() : (one ?? null) === (other ?? null),
  tsk_string_random_from_dict: random,
  tsk_string_random: (length: number): string =>
    random(length, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
  tsk_string_random_uuid: (): string =>
    [8, 4, 4, 4, 12].map((length) => random(length, "0123456789abcdef")).join("-"),
  tsk_string_to_int: (text: string, _default?: number): number => Number.parseInt(text, 10),
  /** The value of a literal, read and never evaluated; undefined if the text is none. */
  tsk_string_to_object(text: unknown): unknown {
    if (texts.tsk_string_is_null_or_empty(text)) return undefined;
    try {
      return parseLiteral(String(text));
    } catch (error) {
      engine.log("error", String(error));
      return undefined;
    }
  },
  tsk_string_parse_url: parseUrl,
};

const logLevels = ["fatal", "fatal", "error", "warn", "info"];

/** Questions about the browser, and the log, as `tsk_utils.js` had them. */
const utilities = {
  tsk_utils_init_webrtc: (): void => undefined,
  tsk_utils_have_websocket: (): boolean => engine.parts.environment.createSocket !== undefined,
  tsk_utils_have_webrtc: present,
  tsk_utils_have_webrtc4native: present,
  tsk_utils_have_webrtc4all: never,
  tsk_utils_have_webrtc4npapi: never,
  tsk_utils_have_webrtc4ie: never,
  tsk_utils_have_webrtc4ericsson: never,
  tsk_utils_webrtc4all_get_version: (): string => "0.0.0.0",
  tsk_utils_have_stream: (): boolean => engine.parts.environment.getUserMedia !== undefined,
  tsk_utils_get_navigator_friendly_name: (): string =>
    friendlyNavigatorName(engine.parts.environment.userAgent),
  tsk_utils_get_system_friendly_name: (): string =>
    friendlySystemName(engine.parts.environment.userAgent),
  /** 4 info, 3 warn, 2 error, 1 fatal. */
  tsk_utils_log_set_level: (level: number): void => engine.setLevel(logLevels[level] ?? "info"),
  tsk_utils_log_info: (text: unknown): void => engine.log("info", String(text)),
  tsk_utils_log_warn: (text: unknown): void => engine.log("warn", String(text)),
  tsk_utils_log_error: (text: unknown): void => engine.log("error", String(text)),
  tsk_utils_log_fatal: (text: unknown): void => engine.log("error", String(text)),
};

let warned = false;

/** Told once: what replaces media behaviour has nothing to act on. */
function warnOfMedia(what: string): void {
  if (warned) return;
  warned = true;
  engine.log(
    "warn",
    `SIPml: ${what} has no effect here; the migration guide shows what to use instead ` +
      "(the keys stream and options.hooks, and the events).",
  );
}

/** `tmedia_session_jsep01` and `.prototype`: may be touched, which warns once. */
function mediaStub(name: string): object {
  const kept: Record<PropertyKey, unknown> = {};
  return new Proxy(kept, {
    get(_target, key) {
      warnOfMedia(name);
      if (key === "prototype") return (kept[key] ??= mediaStub(`${name}.prototype`));
      return kept[key];
    },
    set(_target, key, value) {
      warnOfMedia(name);
      kept[key] = value;
      return true;
    },
  });
}

/** Every global that the classic script defines beside `SIPml`. */
export const globals = {
  ...texts,
  ...utilities,
  tsip_uri: UriView,
  tsip_event_code_e,
  tsip_transport_state_e,
  tsip_header_type_e,
  tmedia_session_jsep01: mediaStub("tmedia_session_jsep01"),
};

/** Defines the globals, without those that the page has already. */
export function defineGlobals(target: object): void {
  for (const [name, value] of Object.entries(globals)) {
    if (!(name in target)) Object.defineProperty(target, name, { value, writable: true, configurable: true });
  }
  let stream: unknown;
  if ("__o_jsep_stream_audio" in target) return;
  Object.defineProperty(target, "__o_jsep_stream_audio", {
    configurable: true,
    get() {
      warnOfMedia("__o_jsep_stream_audio");
      return stream;
    },
    set(value: unknown) {
      warnOfMedia("__o_jsep_stream_audio");
      stream = value;
    },
  });
}

/** @internal For tests. */
export function forgetWarnings(): void {
  warned = false;
}
