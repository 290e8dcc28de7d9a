/** How each end of a call or of a login is told to the person in front of the page. */
import { SipError, type CallEnd } from "../web/index.js";
import { text, type TextKey } from "./texts.js";

/** How a registration ended, as its "state" event tells it. */
export interface RegistrationEnd {
  readonly cause?: string | undefined;
  readonly status?: number | undefined;
  readonly reason?: string | undefined;
}

export interface Outcome {
  readonly text: string;
  /** false: an ordinary end, true: something went wrong or was refused. */
  readonly isError: boolean;
}

const MEDIA_ERRORS: ReadonlyMap<string, TextKey> = new Map<string, TextKey>([
  ["permission_denied", "mediaPermissionDenied"],
  ["no_device", "mediaNoDevice"],
  ["device_in_use", "mediaInUse"],
  ["insecure_context", "mediaInsecure"],
  ["not_supported", "mediaNotSupported"],
  ["bad_description", "mediaBadDescription"],
  ["ice_failed", "mediaIceFailed"],
  ["dtls_failed", "mediaDtlsFailed"],
  ["aborted", "mediaAborted"],
  ["failed", "mediaFailed"],
]);

/** What a final response says about the one who was called; RFC 3261 section 21. */
const CALL_STATUS: ReadonlyMap<number, TextKey> = new Map<number, TextKey>([
  [401, "endAuthentication"],
  [403, "endForbidden"],
  [404, "endUnknown"],
  [407, "endAuthentication"],
  [408, "endNoAnswer"],
  [410, "endUnknown"],
  [415, "endMedia"],
  [416, "endAddress"],
  [480, "endUnavailable"],
  [484, "endAddress"],
  [486, "endBusy"],
  [487, "endNoAnswer"],
  [488, "endMedia"],
  [600, "endBusy"],
  [603, "endDeclined"],
  [604, "endUnknown"],
  [606, "endMedia"],
]);

const LOGIN_STATUS: ReadonlyMap<number, TextKey> = new Map<number, TextKey>([
  [401, "loginWrongPassword"],
  [403, "loginForbidden"],
  [404, "loginUnknownUser"],
  [407, "loginWrongPassword"],
  [408, "loginTimeout"],
]);

/** By the `code` of a SipError. */
const LOGIN_ERRORS: ReadonlyMap<string, TextKey> = new Map<string, TextKey>([
  ["server_unreachable", "loginUnreachable"],
  ["subprotocol_refused", "loginSubprotocol"],
  ["certificate_refused", "loginCertificate"],
  ["handshake_refused", "loginHandshake"],
  ["insecure_transport", "loginInsecureUrl"],
  ["connection_lost", "loginTransport"],
]);

/** "486 Busy Here": the words of the protocol, for whoever has to ask the server's operator. */
export function detailOf(status: number | undefined, reason: string | undefined): string {
  return [status ?? "", reason ?? ""].join(" ").trim();
}

/** `duration`: how long people talked, written out, or null if they never did. */
export function describeCallEnd(end: CallEnd, peer: string, duration: string | null): Outcome {
  const detail = detailOf(end.status, end.reason);
  const outcome = (key: TextKey, isError: boolean): Outcome => ({
    text: text(key, { peer, detail }),
    isError,
  });
  const talked = (key: TextKey, isError: boolean): Outcome => {
    const line = text(key, { peer, detail });
    return duration === null
      ? { text: line, isError }
      : { text: text("endAfter", { text: line, time: duration }), isError };
  };
  if (end.mediaError !== undefined) {
    const key = MEDIA_ERRORS.get(end.mediaError) ?? "mediaFailed";
    return { text: text(key, { detail: end.message }), isError: true };
  }
  switch (end.cause) {
    case "bye":
      if (end.by === "network") return talked("endNetwork", true);
      return talked(end.by === "local" ? "endLocal" : "endRemote", false);
    case "cancelled":
      return outcome(end.by === "local" ? "endCancelledLocal" : "endCancelledRemote", false);
    case "rejected": {
      if (end.by === "local") return outcome("endRejectedLocal", false);
      const status = end.status ?? 0;
      const fallback: TextKey = status >= 500 && status < 600 ? "endServer" : "endRejected";
      return outcome(CALL_STATUS.get(status) ?? fallback, true);
    }
    case "timeout":
      return talked("endTimeout", true);
    case "transport_error":
      return talked("endTransport", true);
    case "media_error":
      return { text: text("mediaFailed", { detail: end.message }), isError: true };
    case "protocol_error":
      return talked("endProtocol", true);
    case "replaced":
      return talked("endReplaced", false);
  }
}

export function describeRegistrationEnd(end: RegistrationEnd): string {
  const detail = detailOf(end.status, end.reason);
  if (end.cause === "timeout") return text("loginTimeout");
  if (end.cause === "transport_error") return text("loginTransport");
  const status = end.status ?? 0;
  const fallback: TextKey = status >= 500 && status < 600 ? "loginServer" : "loginRejected";
  return text(LOGIN_STATUS.get(status) ?? fallback, { detail });
}

/** What `UserAgent.create` and `start` reject with; `server` is the WebSocket URL. */
export function describeLoginError(error: unknown, server: string): string {
  if (error instanceof SipError) {
    const found = LOGIN_ERRORS.get(error.code);
    const secure = server.toLowerCase().startsWith("wss:");
    const key = found === "loginUnreachable" && secure ? "loginUnreachableSecure" : found;
    if (key !== undefined) return text(key, { server, page: pageOf(server) });
    return text("loginFailed", { detail: error.message });
  }
  return text("loginFailed", { detail: messageOf(error) });
}

/** What an API call of a page threw or rejected with. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Why something that a peer or a server was asked for did not come about. */
export function reasonOf(error: unknown): string {
  if (error instanceof SipError && error.status !== undefined) {
    return detailOf(error.status, error.reason);
  }
  return messageOf(error);
}

/** The https address at which a person can look at the certificate of `server`. */
function pageOf(server: string): string {
  return URL.canParse(server) ? `https://${new URL(server).host}/` : server;
}
