/** EventTarget and the event objects of the SIPml API: one listener per type, "*" for the rest. */

import type { Notification } from "../notification.js";
import { MessageView } from "./message-view.js";
import type { MessageFacts, MessageParties } from "./message-view.js";
import type { CallSession } from "./call-session.js";
import type { MessageSession } from "./message-session.js";
import type { InnerSession, Session } from "./session.js";
import { tsip_event_code_e as codes } from "./tables.js";

/** What a stack tells its listeners. */
export type StackEventType =
  | "starting"
  | "started"
  | "failed_to_start"
  | "stopping"
  | "stopped"
  | "failed_to_stop"
  | "i_new_call"
  | "i_new_message"
  | "i_notify"
  | "m_permission_requested"
  | "m_permission_accepted"
  | "m_permission_refused";

/** A stream came, or went. */
export type StreamEventType =
  `m_stream_${"audio" | "video"}_${"local" | "remote"}_${"added" | "removed"}`;
/** How our hold or resume ended. */
export type HoldEventType = `m_local_${"hold" | "resume"}_${"ok" | "nok"}`;

/** What the original documents and never delivers: told only to a listener of the very type. */
export type DetailEventType =
  | "i_request"
  | "o_request"
  | "cancelled_request"
  | "message_error"
  | "webrtc_error"
  | "media_added"
  | "media_removed";

/** What a session tells its listeners. */
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
  | DetailEventType
  | `o_ect_${"trying" | "accepted" | "completed" | "failed" | "notify"}`
  | `i_ect_${"requested" | "completed" | "failed" | "notify" | "new_call"}`;

const detailTypes: ReadonlySet<string> = new Set<DetailEventType>([
  "i_request",
  "o_request",
  "cancelled_request",
  "message_error",
  "webrtc_error",
  "media_added",
  "media_removed",
]);

const eventCodes: { readonly [type in StackEventType | SessionEventType]?: number } = {
  transport_error: codes.DIALOG_TRANSPORT_ERROR,
  global_error: codes.DIALOG_GLOBAL_ERROR,
  message_error: codes.DIALOG_MESSAGE_ERROR,
  webrtc_error: codes.DIALOG_WEBRTC_ERROR,
  i_request: codes.DIALOG_REQUEST_INCOMING,
  i_info: codes.DIALOG_REQUEST_INCOMING,
  i_notify: codes.DIALOG_REQUEST_INCOMING,
  i_new_call: codes.DIALOG_REQUEST_INCOMING,
  i_new_message: codes.DIALOG_REQUEST_INCOMING,
  o_request: codes.DIALOG_REQUEST_OUTGOING,
  cancelled_request: codes.DIALOG_REQUEST_CANCELLED,
  sent_request: codes.DIALOG_REQUEST_SENT,
  media_added: codes.DIALOG_MEDIA_ADDED,
  media_removed: codes.DIALOG_MEDIA_REMOVED,
  m_permission_requested: codes.DIALOG_MEDIA_LOCAL_REQUESTED,
  m_permission_accepted: codes.DIALOG_MEDIA_LOCAL_ACCEPTED,
  m_permission_refused: codes.DIALOG_MEDIA_LOCAL_REFUSED,
  connecting: codes.DIALOG_CONNECTING,
  connected: codes.DIALOG_CONNECTED,
  terminating: codes.DIALOG_TERMINATING,
  terminated: codes.DIALOG_TERMINATED,
  starting: codes.STACK_STARTING,
  started: codes.STACK_STARTED,
  stopping: codes.STACK_STOPPING,
  stopped: codes.STACK_STOPPED,
  failed_to_start: codes.STACK_FAILED_TO_START,
  failed_to_stop: codes.STACK_FAILED_TO_STOP,
};

/** What is behind an event; the original's private event object. */
export class InnerEvent {
  /** As `description`. */
  readonly s_phrase: string;
  /** The SIP message that caused the event; null if none did. */
  readonly o_message: MessageView | null;
  /** Of `tsip_event_code_e`, or the status code of a response. */
  i_code: number;
  /** The session that the event is about. */
  o_session: InnerSession | null = null;

  /** @internal */
  constructor(phrase: string, message: MessageView | null = null) {
    this.s_phrase = phrase;
    this.o_message = message;
    this.i_code = message?.line.response.i_status_code ?? -1;
  }

  /** As `o_message`. */
  get_message(): MessageView | null {
    return this.o_message;
  }

  /** As `i_code`. */
  get_code(): number {
    return this.i_code;
  }

  /** As `s_phrase`. */
  get_phrase(): string {
    return this.s_phrase;
  }

  /** As `o_session`. */
  get_session(): InnerSession | null {
    return this.o_session;
  }
}

/** An event that no message caused. */
export function innerEvent(phrase: string): InnerEvent {
  return new InnerEvent(phrase);
}

const nothing = new Uint8Array();

/** An event that a response caused. */
export function responseEvent(status: number, reason: string, message?: MessageFacts): InnerEvent {
  const facts = message ?? { headers: [], contentType: "", content: nothing };
  return new InnerEvent(reason, new MessageView({ ...pick(facts), status, reason }));
}

/** An event that a request caused. */
export function requestEvent(
  phrase: string,
  parties?: MessageParties,
  message?: MessageFacts,
  body?: { readonly content: Uint8Array; readonly contentType: string },
): InnerEvent {
  const facts = message ?? { headers: [], contentType: "", content: nothing };
  const { content, contentType } = body ?? facts;
  return new InnerEvent(phrase, new MessageView({ ...pick(facts), content, contentType }, parties));
}

/** An event whose message's headers can be read while its code stays -1, as the original's. */
export function heardEvent(phrase: string, message?: MessageFacts): InnerEvent {
  return message ? requestEvent(phrase, undefined, message) : innerEvent(phrase);
}

/** The getters of a SipMessage are not copied by `...`. */
function pick({ method, uri, headers, contentType, content }: MessageFacts): MessageFacts {
  return {
    ...(method === undefined ? {} : { method }),
    ...(uri === undefined ? {} : { uri }),
    headers,
    contentType,
    content,
  };
}

/** `SIPml.Event` */
export class SIPmlEvent<Type extends string = string> {
  /** The event's name. */
  readonly type: Type;
  /** A phrase in English, or the reason phrase of a response. */
  readonly description: string;
  /** What is behind the event, under the original's property names. Read only. */
  readonly o_event: InnerEvent | undefined;

  /** Events are made by the stack; a page may make its own. */
  constructor(type: Type, event?: InnerEvent) {
    this.type = type;
    this.description = event ? event.s_phrase : type;
    this.o_event = event;
    if (event) event.i_code = eventCodes[type as StackEventType] ?? event.i_code;
  }

  /**
   * The status code if a response caused the event, otherwise -1.
   * @example if (e.getSipResponseCode() === 486) status.textContent = "Busy";
   */
  getSipResponseCode(): number {
    return this.o_event?.o_message?.line.response.i_status_code ?? -1;
  }

  /**
   * The octets of the message's body; null when the event has no message.
   * @example const octets = new Uint8Array(e.getContent());
   */
  getContent(): number[] | null {
    return this.o_event?.o_message?.get_content() ?? null;
  }

  /**
   * The body as text: UTF-8, or one character per octet where it is not; null when there is none.
   * @example log.textContent += e.getContentString();
   */
  getContentString(): string | null {
    return this.o_event?.o_message?.get_content_as_string() ?? null;
  }

  /**
   * The media type without its parameters; null when there is none.
   * @example if (e.getContentType() === "text/plain") show(e.getContentString());
   */
  getContentType(): string | null {
    return this.o_event?.o_message?.get_content_type() ?? null;
  }

  /**
   * The first value of a header of the event's message, whatever the case of its name; null when
   * there is none. Not in the original.
   * @example const ring = e.getHeader("Alert-Info");
   */
  getHeader(name: string): string | null {
    return this.getHeaders(name)[0] ?? null;
  }

  /**
   * Every value of a header, in the order of the message. Not in the original.
   * @example for (const route of e.getHeaders("Record-Route")) console.log(route);
   */
  getHeaders(name: string): readonly string[] {
    return this.o_event?.o_message?.values(String(name)) ?? [];
  }
}

/** `SIPml.Stack.Event` */
export class StackEvent extends SIPmlEvent<StackEventType> {
  /** With `i_new_call` and `i_new_message`: the session to answer. */
  newSession?: CallSession | MessageSession;
  /** With `failed_to_start` and `stopped`: what went wrong. Not in the original. */
  code?: string;
  /** A sentence for a person, with `code`. Not in the original. */
  message?: string;
  /** With `i_notify`: what the unsolicited NOTIFY says. Not in the original. */
  notification?: Notification;
}

/** `SIPml.Session.Event` */
export class SessionEvent extends SIPmlEvent<SessionEventType> {
  /** The session that the event is about. */
  readonly session: Session;
  /** With `i_ect_new_call`: the call to the transfer's target, which is `session` too. */
  newSession?: CallSession;
  /** With `terminated`: a sentence for a person. Not in the original. */
  message?: string;
  /** With `i_notify`: what the NOTIFY says, its document parsed. Not in the original. */
  notification?: Notification;
  /** With `i_ect_requested`: the address that we are to call. Not in the original. */
  transferTarget?: string;

  /** Events are made by the stack; a page may make its own. */
  constructor(session: Session, type: SessionEventType, event?: InnerEvent) {
    super(type, event);
    this.session = session;
    if (event) event.o_session = session.o_session;
  }

  /**
   * With `i_ect_requested`: the display name or the user of whom we shall call; otherwise null.
   * @example if (confirm(`Call ${e.getTransferDestinationFriendlyName()}?`)) e.session.acceptTransfer();
   */
  getTransferDestinationFriendlyName(): string | null {
    return this.transferTarget ?? null;
  }
}

/** The key `events_listener` of a configuration. */
export interface EventsListener<Type extends string, E> {
  /** One type, several, or `*` for what has no listener of its own. */
  readonly events: Type | "*" | readonly (Type | "*")[];
  /** Is given each event. */
  readonly listener: (event: E) => void;
}

/** `SIPml.EventTarget` */
export class SIPmlEventTarget<Type extends string = string, E = SIPmlEvent> {
  private readonly listeners = new Map<string, (event: E) => void>();

  /**
   * Sets the listener of a type, or of several; "*" hears what has no listener of its own.
   * @example session.addEventListener("connected", (e) => console.log(e.description));
   */
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

  /**
   * Removes the listener of a type.
   * @example session.removeEventListener("i_info");
   */
  removeEventListener(type: Type | "*"): void {
    this.listeners.delete(type);
  }

  /** Private, as in the original. */
  dispatchEvent(event: { readonly s_type: Type; readonly o_value: E }): void {
    const { s_type: type } = event;
    const rest = detailTypes.has(type) ? undefined : this.listeners.get("*");
    const listener = this.listeners.get(type) ?? rest;
    if (!listener) return;
    try {
      listener.call(this, event.o_value);
    } catch (error) {
      console.error("SIPml: a listener threw", error);
    }
  }

  /** @internal The listeners of another target, where this one has none. */
  inheritListeners(other: SIPmlEventTarget<Type, E>): void {
    for (const [type, listener] of other.listeners) {
      if (!this.listeners.has(type)) this.listeners.set(type, listener);
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
