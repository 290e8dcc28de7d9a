/**
 * The localStorage entries of sipML5's pages: same keys, same stored formats, so that whoever used
 * those pages finds everything filled in; and those that it did not have, under names of our own.
 * Works, forgetfully, where storage is blocked.
 */

const KEYS = {
  displayName: "org.doubango.identity.display_name",
  privateIdentity: "org.doubango.identity.impi",
  publicIdentity: "org.doubango.identity.impu",
  password: "org.doubango.identity.password",
  realm: "org.doubango.identity.realm",
  phoneNumber: "org.doubango.call.phone_number",
  disableVideo: "org.doubango.expert.disable_video",
  rtcwebBreaker: "org.doubango.expert.enable_rtcweb_breaker",
  websocketUrl: "org.doubango.expert.websocket_server_url",
  outboundProxyUrl: "org.doubango.expert.sip_outboundproxy_url",
  iceServers: "org.doubango.expert.ice_servers",
  bandwidth: "org.doubango.expert.bandwidth",
  videoSize: "org.doubango.expert.video_size",
  disableEarlyIms: "org.doubango.expert.disable_early_ims",
  disableDebug: "org.doubango.expert.disable_debug",
  mediaCaching: "org.doubango.expert.enable_media_caching",
  disableCallOptions: "org.doubango.expert.disable_callbtn_options",
  language: "sipml-wasm.language",
  relayOnly: "sipml-wasm.relay-only",
  volume: "sipml-wasm.volume",
  microphone: "sipml-wasm.microphone",
  camera: "sipml-wasm.camera",
  speaker: "sipml-wasm.speaker",
} as const;

export type StoredKey = keyof typeof KEYS;

function find(): Storage | null {
  try {
    const storage = globalThis.localStorage;
    storage.getItem(KEYS.realm);
    return storage;
  } catch {
    // Reading the property itself throws where cookies are blocked.
    return null;
  }
}

const storage = find();

/** false: nothing is remembered in this browser. */
export const canStore = storage !== null;

/** "" when absent. */
export function load(key: StoredKey): string {
  return storage?.getItem(KEYS[key]) ?? "";
}

/** false: the browser refused, because storage is blocked or full. */
export function save(key: StoredKey, value: string): boolean {
  if (storage === null) return false;
  try {
    storage.setItem(KEYS[key], value);
    return true;
  } catch {
    return false;
  }
}

/** Flags are stored as the words "true" and "false". */
export function loadFlag(key: StoredKey): boolean {
  return load(key) === "true";
}

export function saveFlag(key: StoredKey, value: boolean): boolean {
  return save(key, value ? "true" : "false");
}

/** What is kept of one account, each as a text that its reader checks. */
export type Shelf = "history" | "contacts" | "presence";

function shelfKey(shelf: Shelf, account: string): string {
  return `sipml-wasm.${shelf}:${account}`;
}

/**
 * `lasting` false: the tab forgets it when it is closed, as the second users of the embedded server
 * want it. "" when absent.
 */
export function loadOf(shelf: Shelf, account: string, lasting: boolean): string {
  try {
    const place = lasting ? storage : globalThis.sessionStorage;
    return place?.getItem(shelfKey(shelf, account)) ?? "";
  } catch {
    return "";
  }
}

export function saveOf(shelf: Shelf, account: string, lasting: boolean, value: string): boolean {
  try {
    const place = lasting ? storage : globalThis.sessionStorage;
    place?.setItem(shelfKey(shelf, account), value);
    return place !== null;
  } catch {
    return false;
  }
}

/** Calls `listener` when another tab changed one of `keys`. */
export function onChangeElsewhere(keys: readonly StoredKey[], listener: () => void): void {
  const names: readonly string[] = keys.map((key) => KEYS[key]);
  globalThis.addEventListener("storage", (event) => {
    if (event.key === null || names.includes(event.key)) listener();
  });
}
