/** EventTarget and the event objects of the SIPml API: one listener per type, "*" for the rest. */

import type { RemoteParty } from "../address.js";
import type { Session } from "./session.js";

export type StackEventType =
  | "starting"
  | "started"
  | "failed_to_start"
  | "stopping"
  | "stopped"
  | "failed_to_stop"
  | "i_new_call"
  | "i_new_message"
  | "m_permission_requested"
  | "m_permission_accepted"
  | "m_permission_refused";

type StreamEventType =
  `m_stream_${"audio" | "video"}_${"local" | "remote"}_${"added" | "removed"}`;
type HoldEventType = `m_local_${"hold" | "resume"}_${"ok" | "nok"}`;

export type SessionEventType =
  | "connecting"
  | "connected"
  | "terminating"
  | "terminated"
  | "sent_request"
  | "i_ao_request"
  | "i_info"
  | "i_notify"
  | "transport_error"
  | "global_error"
  | "m_early_media"
  | "m_remote_hold"
  | "m_remote_resume"
  | "m_bfcp_info"
  | HoldEventType
  | StreamEventType
  | `o_ect_${"trying" | "accepted" | "completed" | "failed" | "notify"}`
  | `i_ect_${"requested" | "completed" | "failed" | "notify" | "new_call"}`;

interface AddressView {
  readonly s_display_name: string | null;
  readonly o_uri: UriView;
}

export interface UriView {
  readonly s_user_name: string;
  readonly s_display_name: string | null;
  readonly s_uri: string;
  toString(): string;
}

/** What pages read of the SIP message behind an event, under the names that they know. */
export interface MessageView {
  readonly line?: {
    readonly response: { readonly i_status_code: number; readonly s_reason_phrase: string };
  };
  readonly o_hdr_From?: AddressView;
  readonly o_hdr_To?: AddressView;
}

/** What is behind an event; the original's private event object. */
export interface InnerEvent {
  readonly s_phrase: string;
  /** The status code, or -1. */
  readonly i_code: number;
  readonly o_message: MessageView | null;
  readonly content?: Uint8Array;
  readonly contentType?: string;
}

export function uriView(party: RemoteParty): UriView {
  return {
    s_user_name: party.user,
    s_display_name: party.displayName || null,
    s_uri: party.uri,
    toString: () => party.uri,
  };
}

/** An event that no message caused. */
export function innerEvent(phrase: string): InnerEvent {
  return { s_phrase: phrase, i_code: -1, o_message: null };
}

/** An event that a response caused. */
export function responseEvent(status: number, reason: string): InnerEvent {
  return {
    s_phrase: reason,
    i_code: status,
    o_message: { line: { response: { i_status_code: status, s_reason_phrase: reason } } },
  };
}

/** An event that a request caused. */
export function requestEvent(
  phrase: string,
  parties: { readonly from: RemoteParty; readonly to: RemoteParty },
  body?: { readonly content: Uint8Array; readonly contentType: string },
): InnerEvent {
  const view = (party: RemoteParty): AddressView => ({
    s_display_name: party.displayName || null,
    o_uri: uriView(party),
  });
  return {
    s_phrase: phrase,
    i_code: -1,
    o_message: { o_hdr_From: view(parties.from), o_hdr_To: view(parties.to) },
    ...(body ?? {}),
  };
}

/** `SIPml.Event` */
export class SIPmlEvent<Type extends string = string> {
  readonly type: Type;
  /** A phrase in English. */
  readonly description: string;
  readonly o_event: InnerEvent | undefined;

  constructor(type: Type, event?: InnerEvent) {
    this.type = type;
    this.description = event ? event.s_phrase : type;
    this.o_event = event;
  }

  /** The status code if a response caused the event, otherwise -1. */
  getSipResponseCode(): number {
    return this.o_event?.o_message?.line ? this.o_event.i_code : -1;
  }

  /** The octets of the message's body; null when the event has no message. */
  getContent(): number[] | null {
    if (!this.o_event?.o_message) return null;
    return Array.from(this.o_event.content ?? []);
  }

  /** The body as text: UTF-8, or one character per octet where it is not. */
  getContentString(): string | null {
    const content = this.o_event?.content;
    if (!content || content.length === 0) return null;
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(content);
    } catch {
      return Array.from(content, (octet) => String.fromCharCode(octet)).join("");
    }
  }

  /** The media type without its parameters; null when there is none. */
  getContentType(): string | null {
    const type = this.o_event?.contentType;
    return type === undefined ? null : (type.split(";")[0] ?? "").trim();
  }
}

/** `SIPml.Stack.Event` */
export class StackEvent extends SIPmlEvent<StackEventType> {
  /** Only with `i_new_call`. */
  newSession?: Session;
  /** With `failed_to_start` and `stopped`: what went wrong. Not in the original. */
  code?: string;
  /** A sentence for a person, with `code`. Not in the original. */
  message?: string;
}

/** `SIPml.Session.Event` */
export class SessionEvent extends SIPmlEvent<SessionEventType> {
  readonly session: Session;
  /** With `terminated` of a call: a sentence for a person. Not in the original. */
  message?: string;

  constructor(session: Session, type: SessionEventType, event?: InnerEvent) {
    super(type, event);
    this.session = session;
  }

  /** Null: transfers come with a later version. */
  getTransferDestinationFriendlyName(): string | null {
    return null;
  }
}

export interface EventsListener<Type extends string, E> {
  readonly events: Type | "*" | readonly (Type | "*")[];
  readonly listener: (event: E) => void;
}

/** `SIPml.EventTarget` */
export class SIPmlEventTarget<Type extends string = string, E = SIPmlEvent> {
  private readonly listeners = new Map<string, (event: E) => void>();

  /** Sets the listener of a type, or of several; "*" hears what has no listener of its own. */
  addEventListener(
    type: Type | "*" | readonly (Type | "*")[],
    listener: (this: this, event: E) => void,
  ): void {
    const given: unknown = type;
    if (typeof listener !== "function") {
      throw new Error("ERR_INVALID_PARAMETER_VALUE: 'listener' must not be null");
    }
    if (!given) throw new Error("ERR_INVALID_PARAMETER_VALUE: 'type' must not be null");
    if (typeof given !== "string" && !Array.isArray(given)) {
      throw new Error("ERR_INVALID_PARAMETER_TYPE: 'type' must be a string or array");
    }
    for (const name of typeof given === "string" ? [given] : (given as unknown[])) {
      if (typeof name === "string" && name !== "") this.listeners.set(name, listener);
    }
  }

  removeEventListener(type: Type | "*"): void {
    this.listeners.delete(type);
  }

  /** Private, as in the original. */
  dispatchEvent(event: { readonly s_type: Type; readonly o_value: E }): void {
    const listener = this.listeners.get(event.s_type) ?? this.listeners.get("*");
    if (!listener) return;
    try {
      listener.call(this, event.o_value);
    } catch (error) {
      console.error("SIPml: a listener threw", error);
    }
  }
}

/** Delivers later, in order, never inside the call that caused an event. */
export class EventQueue {
  private readonly pending: (() => void)[] = [];
  private scheduled = false;

  post(deliver: () => void): void {
    this.pending.push(deliver);
    if (this.scheduled) return;
    this.scheduled = true;
    void Promise.resolve().then(() => {
      for (let next = this.pending.shift(); next; next = this.pending.shift()) next();
      this.scheduled = false;
    });
  }
}
