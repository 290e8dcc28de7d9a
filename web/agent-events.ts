/** What a user agent tells: its states and events. */

import type { Call } from "./call.js";
import type { Devices } from "./devices.js";
import type { SipError } from "./errors.js";
import type { SipMessage } from "./message.js";
import type { Notification } from "./notification.js";
import type { Registration } from "./registration.js";
import type { IncomingMessage, IncomingRequest } from "./requests.js";

/** reconnecting: it was lost, and calls go on. failed: only `start` tries again. */
export type ConnectionState =
  | "idle"
  | "connecting"
  | "connected"
  | "reconnecting"
  | "failed"
  | "stopped";

/** What a user agent tells. */
export interface UserAgentEvents {
  /** The connection changed; `error` says why it failed. */
  connection: [{ readonly state: ConnectionState; readonly error?: SipError }];
  /** An incoming call. */
  call: [Call];
  /** A MESSAGE came (RFC 3428), inside a call or outside. Without a listener it is refused with 405. */
  message: [IncomingMessage];
  /** An INFO came outside calls. Without a listener it is refused with 481 (RFC 6086 4.2.2). */
  request: [IncomingRequest];
  /** A NOTIFY that belongs to no subscription, with `acceptUnsolicitedNotify`. */
  notify: [Notification];
  /** A REGISTER left. */
  registrationSent: [Registration, { readonly unregister: boolean }];
  /** With `requestEvents`: a request of a registration, call, ... left; `usage` is its id. */
  requestSent: [RequestEvent];
  /** With `requestEvents`: a request came for a call, subscription, ...; `usage` is its id. */
  requestReceived: [RequestEvent];
  /** A SIP message, with `trace`. */
  log: [LogEntry];
  /**
   * The peer, the server or the page did something wrong that cost no more than is said. Code
   * "ice_server_failed": a STUN or TURN server refused, as 401 for a wrong password, or gave no
   * answer, 701; the text has its URL. The call goes on without it, if it can.
   */
  diagnostic: [{ readonly code: string; readonly text: string; readonly offset?: number }];
  /** What `stop` began has ended. */
  stopped: [];
  /** The core stopped working; only a new UserAgent helps. */
  fatal: [SipError];
  /** Microphones, cameras or speakers came or went: what there is now. */
  devices: [Devices];
  /** The browser asks for microphone or camera, or the answer is there. */
  mediaPermission: [
    {
      readonly call: Call;
      readonly state: "requested" | "accepted" | "refused";
      readonly error?: SipError;
    },
  ];
}

/** One message of the trace, or a description that was changed between the browser and the wire. */
export interface LogEntry {
  /** Whether we sent it, or the description is ours. */
  readonly direction: "sent" | "received";
  /** The message or description; secrets are replaced by "***". */
  readonly text: string;
  /**
   * Only of a description: "before" the rules of the core or a hook changed it, and "after". One that
   * nothing changed is not logged, for the messages show it; one that was refused has no "after".
   */
  readonly description?: "before" | "after";
  /** Only of a description: the id of its call. */
  readonly call?: number;
  /**
   * Only of "after": what changed the description, in order. Rules of the core by their names in
   * src/negotiation/rewrite.cpp ("codec_order", "bundle" ...), or the name of the hook.
   */
  readonly rules?: readonly string[];
  /**
   * Only of a message that a hook changed. "before": as it came; what was made of it follows without
   * this. "after": as it is sent; what the core made stood before it without this.
   */
  readonly hook?: "before" | "after";
}

/** A request that left or came. */
export interface RequestEvent {
  /** The id of the call, registration, publication or subscription. */
  readonly usage: number;
  /** "REGISTER", "INVITE" ... */
  readonly method: string;
  /** The request itself; credentials are left out. */
  readonly message: SipMessage;
}
