/** The errors of the modern API, and sentences for a person about how a call ended. */

import { CommandError, CoreCrashed } from "../js-glue/memory.js";
import type { EndCause, MediaError } from "../js-glue/protocol.js";
import type { SipMessage } from "./message.js";
import type { CallReport } from "./statistics.js";

/** What went wrong. */
export type SipErrorCode =
  /** Of the core, js-glue/protocol.ts. */
  | "invalid_json"
  | "invalid_argument"
  | "unknown_id"
  | "wrong_state"
  | "limit_exceeded"
  | "not_connected"
  /** Of the connection. */
  | "server_unreachable"
  | "subprotocol_refused"
  | "certificate_refused"
  | "handshake_refused"
  | "insecure_transport"
  | "connection_lost"
  | "stopped"
  /** Of a registration, publication, subscription, request, or call. */
  | EndCause
  | "terminated"
  | "call_ended"
  | "not_accepted"
  /** Of the browser's media. */
  | MediaError
  /** An AbortSignal was used ("aborted" of MediaError: the browser could not open a device). */
  | "aborted"
  /** The core trapped. */
  | "crashed";

/** What a `SipError` is made with. */
export interface SipErrorDetails {
  /** The SIP status that brought it. */
  readonly status?: number | undefined;
  /** The reason phrase that came with the status. */
  readonly reason?: string | undefined;
  /** The option or argument that was wrong. */
  readonly argument?: string | undefined;
  /** The response that brought it. */
  readonly sipMessage?: SipMessage | undefined;
  /** The error behind it. */
  readonly cause?: unknown;
}

/** What fails, fails with this: `code` for programs, `message` for a person. */
export class SipError extends Error {
  override readonly name = "SipError";
  /** What went wrong. */
  readonly code: SipErrorCode;
  /** The SIP status that brought it, RFC 3261 section 21. */
  declare readonly status?: number;
  /** The reason phrase that came with the status. */
  declare readonly reason?: string;
  /** The option or argument that was wrong. */
  declare readonly argument?: string;
  /** The SIP message that brought it; `message` is a sentence for a person. */
  declare readonly sipMessage?: SipMessage;

  /** Made by this package; tests may make some. */
  constructor(code: SipErrorCode, message: string, details: SipErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    if (details.status !== undefined) this.status = details.status;
    if (details.reason !== undefined) this.reason = details.reason;
    if (details.argument !== undefined) this.argument = details.argument;
    if (details.sipMessage !== undefined) this.sipMessage = details.sipMessage;
  }
}

/** Options that have another name here than the core's, apart from its underscores. */
const other_names = new Map([["unsolicited_notify", "acceptUnsolicitedNotify"]]);

/** The argument under the name that it has in the API: `wire_directions` is `wireDirections`. */
function named({ argument, message }: CommandError): { argument: string; message: string } {
  const given = argument.replace(/^config\./, "");
  const [key = ""] = given.split(/[.[]/);
  const name = other_names.get(key) ?? key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (name === key) return { argument: given, message };
  return { argument: name + given.slice(key.length), message: message.replaceAll(key, name) };
}

/** What the core threw, as the API throws it. */
export function toSipError(error: unknown): SipError {
  if (error instanceof SipError) return error;
  if (error instanceof CommandError) {
    const { argument, message } = named(error);
    return new SipError(error.code, message, { argument, cause: error });
  }
  if (error instanceof CoreCrashed) return new SipError("crashed", error.message, { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  // What JSON cannot hold, such as a cycle or a BigInt, was no argument for any command.
  if (error instanceof TypeError) return new SipError("invalid_argument", message, { cause: error });
  return new SipError("failed", message, { cause: error });
}

/** How a call ended. */
export interface CallEnd {
  /** What ended it. */
  readonly cause: EndCause;
  /** Who ended it; network: nobody did. */
  readonly by: "local" | "remote" | "network";
  /** Of the response that ended it, ours or theirs. */
  readonly status?: number;
  /** The reason phrase that came with the status. */
  readonly reason?: string;
  /** With cause "media_error": what the browser could not do. */
  readonly mediaError?: MediaError;
  /** A sentence for a person. */
  readonly message: string;
  /** The SIP message that ended it. */
  readonly sipMessage?: SipMessage;
  /**
   * How well an answered call got through, up to the last reading: that when we began to hang up,
   * else the last one of every `qualityInterval`.
   */
  readonly report?: CallReport;
}

/** RFC 3261 section 21 and RFC 3326, in words for the one who called. */
const refusals = new Map<number, string>([
  [401, "The server did not accept your user name or password."],
  [403, "The server does not allow this call."],
  [404, "There is no such user."],
  [407, "The server did not accept your user name or password."],
  [408, "Nobody answered in time."],
  [410, "This user is no longer here."],
  [480, "This user is not available right now."],
  [481, "The other side no longer knows this call."],
  [482, "The call ran in a circle between servers."],
  [483, "The call passed through too many servers."],
  [484, "The address is incomplete."],
  [485, "The address is ambiguous."],
  [486, "The other side is busy."],
  [487, "The call was cancelled."],
  [488, "The other side cannot handle this kind of media."],
  [491, "Both sides changed the call at the same time."],
  [500, "The server had an internal error."],
  [503, "The service is not available right now."],
  [504, "Another server did not answer in time."],
  [600, "The other side is busy everywhere."],
  [603, "The other side declined the call."],
  [604, "This user does not exist anywhere."],
  [606, "The other side cannot handle this kind of media."],
]);

const mediaProblems: { readonly [error in MediaError]: string } = {
  permission_denied: "The use of the microphone or camera was not allowed.",
  no_device: "There is no microphone or camera that could be used.",
  device_in_use: "The microphone or camera is used by another program.",
  insecure_context: "The browser gives microphone and camera only to secure pages (https or localhost).",
  not_supported: "This browser cannot make WebRTC calls.",
  bad_description: "The other side's description of its media could not be used.",
  ice_failed: "No connection for the media of the call could be made.",
  dtls_failed: "The media of the call could not be encrypted.",
  aborted: "The microphone or camera could not be opened.",
  failed: "The media of the call could not be set up.",
};

/** A sentence about a media error. */
export function describeMediaError(error: MediaError): string {
  return mediaProblems[error];
}

/** A sentence about a final response that refused a call. */
export function describeStatus(status: number, reason: string | undefined): string {
  const known = refusals.get(status);
  const given = reason ? `${status} ${reason}` : String(status);
  return known ?? `The call was refused (${given}).`;
}

/** A sentence about how a call ended. */
export function describeEnd(end: Omit<CallEnd, "message">): string {
  switch (end.cause) {
    case "bye":
      if (end.by === "local") return "You ended the call.";
      return end.by === "remote" ? "The other side ended the call." : "The call was ended.";
    case "cancelled":
      if (end.by === "local") return "You cancelled the call.";
      // RFC 3326 2: a proxy says so to the phones that still ring.
      return end.status === 200
        ? "The call was answered elsewhere."
        : "The caller hung up before an answer.";
    case "rejected":
      if (end.by === "local") return "You declined the call.";
      return end.status === undefined
        ? "The call was refused."
        : describeStatus(end.status, end.reason);
    case "timeout":
      return "Nobody answered in time.";
    case "transport_error":
      return "The connection to the server was lost.";
    case "media_error":
      return describeMediaError(end.mediaError ?? "failed");
    case "protocol_error":
      return "The other side broke the protocol.";
    case "replaced":
      return "Another call took its place.";
  }
}

/** A sentence about the end of a registration that was not asked for. */
export function describeRegistrationEnd(
  cause: "unregistered" | "rejected" | "timeout" | "transport_error" | undefined,
  status: number | undefined,
  reason: string | undefined,
): string {
  switch (cause) {
    case "rejected": {
      if (status === 401 || status === 407 || status === 403) {
        return "The server did not accept your user name or password.";
      }
      if (status === 404) return "The server does not know this user.";
      const given = status === undefined ? "" : ` (${status}${reason ? ` ${reason}` : ""})`;
      return `The server refused the registration${given}.`;
    }
    case "timeout":
      return "The server did not answer in time.";
    case "transport_error":
      return "The connection to the server was lost.";
    case "unregistered":
    case undefined:
      return "You are no longer registered.";
  }
}

/** A sentence about the end of a publication or subscription. */
export function describeUsageEnd(
  usage: "publication" | "subscription",
  cause: string | undefined,
  status: number | undefined,
  reason: string | undefined,
): string {
  switch (cause) {
    case "rejected": {
      const given = status === undefined ? "" : ` (${status}${reason ? ` ${reason}` : ""})`;
      return `The server refused the ${usage}${given}.`;
    }
    case "timeout":
      return "The server did not answer in time.";
    case "transport_error":
      return "The connection to the server was lost.";
    case "terminated":
      return `The other side ended the ${usage}${reason ? ` (${reason})` : ""}.`;
    default:
      return `The ${usage} was ended.`;
  }
}
