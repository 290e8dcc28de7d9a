/**
 * The expert settings: what each text field may hold, and what the call page makes of it. Stored
 * texts are data of other versions too, so everything is checked and nothing is evaluated.
 */
import { parseLiteral, type LiteralValue } from "./literal.js";
import { load, loadFlag, type StoredKey } from "./storage.js";
import { text, type TextKey } from "./texts.js";

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string };

export interface BandwidthLimits {
  readonly audio?: number;
  readonly video?: number;
}

export interface VideoSize {
  readonly minWidth?: number;
  readonly minHeight?: number;
  readonly maxWidth?: number;
  readonly maxHeight?: number;
}

/** `undefined` everywhere: the field is empty and the library's default holds. */
export interface ExpertSettings {
  readonly websocketUrl: string | undefined;
  readonly outboundProxyUrl: string | undefined;
  readonly iceServers: readonly RTCIceServer[] | undefined;
  readonly bandwidth: BandwidthLimits | undefined;
  readonly videoSize: VideoSize | undefined;
  readonly rtcwebBreaker: boolean;
  readonly disableEarlyIms: boolean;
  readonly disableDebug: boolean;
  readonly mediaCaching: boolean;
  readonly relayOnly: boolean;
}

type Fields = { readonly [key: string]: LiteralValue };

function good<T>(value: T): Checked<T> {
  return { ok: true, value };
}

function bad(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}

function isList(value: LiteralValue): value is readonly LiteralValue[] {
  return Array.isArray(value);
}

function isFields(value: LiteralValue | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** null: empty, or the word null, which old pages stored for "not set". */
function readLiteral(source: string): Checked<LiteralValue> {
  if (source.trim() === "") return good(null);
  const result = parseLiteral(source);
  if (result.ok) return good(result.value);
  const { message, line, column } = result.error;
  return bad(text("errorAt", { line, column, message }));
}

export function checkWebsocketUrl(source: string): Checked<string | undefined> {
  const value = source.trim();
  if (value === "") return good(undefined);
  if (!/^wss?:\/\//i.test(value) || !URL.canParse(value) || new URL(value).hostname === "") {
    return bad(text("errorWebsocketUrl"));
  }
  return good(value);
}

export function checkOutboundProxyUrl(source: string): Checked<string | undefined> {
  const value = source.trim();
  if (value === "" || value === "null") return good(undefined);
  const match = /^(?:udp|tcp|tls|dtls|sctp|wss?):\/\/(?:[\w.-]+|\[[\da-f:.]+\]):(\d{1,5})$/i.exec(value);
  const port = Number(match?.[1] ?? 0);
  if (port < 1 || port > 65535) return bad(text("errorProxyUrl"));
  return good(value);
}

const ICE_URL = /^(?:stuns?|turns?):\S+$/i;

function checkIceEntry(entry: LiteralValue, index: number): Checked<RTCIceServer> {
  // A bare address is accepted as the object that it stands for.
  const fields: LiteralValue = typeof entry === "string" ? { urls: entry } : entry;
  if (!isFields(fields)) return bad(text("errorIceEntry", { index }));
  const given = fields["urls"] ?? fields["url"] ?? null;
  const list = isList(given) ? given : [given];
  const urls: string[] = [];
  for (const url of list) {
    if (typeof url !== "string") return bad(text("errorIceEntry", { index }));
    if (!ICE_URL.test(url)) return bad(text("errorIceUrl", { index, value: url }));
    urls.push(url);
  }
  if (urls.length === 0) return bad(text("errorIceEntry", { index }));
  const server: RTCIceServer = { urls };
  for (const key of ["username", "credential"] as const) {
    const value = fields[key] ?? null;
    if (value === null) continue;
    if (typeof value !== "string") return bad(text("errorIceText", { index, key }));
    server[key] = value;
  }
  const needsUser = urls.some((url) => /^turns?:/i.test(url));
  if (needsUser && (server.username === undefined || server.credential === undefined)) {
    return bad(text("errorIceCredential", { index }));
  }
  return good(server);
}

export function checkIceServers(source: string): Checked<readonly RTCIceServer[] | undefined> {
  const literal = readLiteral(source);
  if (!literal.ok) return literal;
  if (literal.value === null) return good(undefined);
  if (!isList(literal.value)) return bad(text("errorNotList"));
  const servers: RTCIceServer[] = [];
  for (const [position, entry] of literal.value.entries()) {
    const server = checkIceEntry(entry, position + 1);
    if (!server.ok) return server;
    servers.push(server.value);
  }
  return good(servers);
}

function checkNumbers<K extends string>(
  source: string,
  keys: readonly K[],
  example: TextKey,
): Checked<Partial<Record<K, number>> | undefined> {
  const literal = readLiteral(source);
  if (!literal.ok) return literal;
  if (literal.value === null) return good(undefined);
  if (!isFields(literal.value)) return bad(text("errorNotObject", { example: text(example) }));
  for (const key of Object.keys(literal.value)) {
    if (!keys.some((known) => known === key)) {
      return bad(text("errorUnknownKey", { key, known: keys.join(", ") }));
    }
  }
  const numbers: Partial<Record<K, number>> = {};
  for (const key of keys) {
    const value = literal.value[key] ?? null;
    // The original takes 0 and "" as "no limit"; numbers in quotes worked there too.
    const size = typeof value === "string" ? Number(value) : (value ?? 0);
    if (typeof size !== "number" || !Number.isInteger(size) || size < 0) {
      return bad(text("errorNumber", { key }));
    }
    if (size > 0) numbers[key] = size;
  }
  return good(numbers);
}

export function checkBandwidth(source: string): Checked<BandwidthLimits | undefined> {
  return checkNumbers(source, ["audio", "video"], "bandwidthExample");
}

export function checkVideoSize(source: string): Checked<VideoSize | undefined> {
  const keys = ["minWidth", "minHeight", "maxWidth", "maxHeight"] as const;
  const size = checkNumbers(source, keys, "videoSizeExample");
  if (!size.ok || size.value === undefined) return size;
  const { minWidth = 0, minHeight = 0, maxWidth = Infinity, maxHeight = Infinity } = size.value;
  if (minWidth > maxWidth) return bad(text("errorMinMax", { min: "minWidth", max: "maxWidth" }));
  if (minHeight > maxHeight) {
    return bad(text("errorMinMax", { min: "minHeight", max: "maxHeight" }));
  }
  return size;
}

/** Reads everything for a login; the first field that cannot be used is named. */
export function loadExpertSettings(): Checked<ExpertSettings> {
  const named = <T>(field: TextKey, checked: Checked<T>): Checked<T> =>
    checked.ok
      ? checked
      : bad(text("expertInvalid", { field: text(field), problem: checked.problem }));
  const field = <T>(key: StoredKey & TextKey, check: (source: string) => Checked<T>): Checked<T> =>
    named(key, check(load(key)));

  const websocketUrl = field("websocketUrl", checkWebsocketUrl);
  if (!websocketUrl.ok) return websocketUrl;
  const outboundProxyUrl = field("outboundProxyUrl", checkOutboundProxyUrl);
  if (!outboundProxyUrl.ok) return outboundProxyUrl;
  const iceServers = field("iceServers", checkIceServers);
  if (!iceServers.ok) return iceServers;
  const bandwidth = field("bandwidth", checkBandwidth);
  if (!bandwidth.ok) return bandwidth;
  const videoSize = field("videoSize", checkVideoSize);
  if (!videoSize.ok) return videoSize;
  return good({
    websocketUrl: websocketUrl.value,
    outboundProxyUrl: outboundProxyUrl.value,
    iceServers: iceServers.value,
    bandwidth: bandwidth.value,
    videoSize: videoSize.value,
    rtcwebBreaker: loadFlag("rtcwebBreaker"),
    disableEarlyIms: loadFlag("disableEarlyIms"),
    disableDebug: loadFlag("disableDebug"),
    mediaCaching: loadFlag("mediaCaching"),
    relayOnly: loadFlag("relayOnly"),
  });
}
