/** `SIPml.Session`: what all kinds of sessions have in common. */

import type { NameValue } from "../../js-glue/protocol.js";
import type { RemoteParty } from "../address.js";
import { SipError } from "../errors.js";
import type { SipMessage } from "../message.js";
import { engine } from "./engine.js";
import {
  InnerEvent,
  SIPmlEventTarget,
  SessionEvent,
  innerEvent,
  requestEvent,
  responseEvent,
} from "./events.js";
import type { DetailEventType, SessionEventType } from "./events.js";
import { HeaderMap, usableCaps } from "./session-configuration.js";
import type { RejectConfiguration, SessionConfiguration } from "./session-configuration.js";
import type { Stack } from "./stack.js";
import { uriOfParty } from "./uri-view.js";
import type { UriView } from "./uri-view.js";

/** Seconds. */
export const default_expires = 1800;

/** What the original returned for a session that does not exist, and for a stack that is down. */
export const no_dialog = -1;
export const not_started = -2;
const internal_error = -3;

/** The wrapped session of the original, as far as pages look into it. Read only. */
export interface InnerSession {
  /** As `getId()`. */
  readonly i_id: number;
  /** Whether the session is ours. */
  readonly b_local: boolean;
  /** Who began the session. */
  readonly o_uri_from: UriView;
  /** With whom it was begun. */
  readonly o_uri_to: UriView;
  /** What is sent. */
  readonly o_stream_local: MediaStream | null;
  /** What is received. */
  readonly o_stream_remote: MediaStream | null;
  /** As `i_id`. */
  get_id(): number;
  /** As `o_stream_local`. */
  get_stream_local(): MediaStream | null;
  /** As `o_stream_remote`. */
  get_stream_remote(): MediaStream | null;
}

/** What an event has beside its type and what is behind it. */
export type EventExtras = Partial<
  Pick<SessionEvent, "message" | "newSession" | "notification" | "transferTarget">
>;

/** How a registration, publication, subscription or message ended. */
export interface UsageEnd {
  readonly cause?: string;
  readonly status?: number;
  readonly reason?: string;
  readonly message?: SipMessage;
}

/** `SIPml.Session` */
export class Session extends SIPmlEventTarget<SessionEventType, SessionEvent> {
  protected readonly stack: Stack;
  protected configuration: SessionConfiguration = {};
  protected readonly headers = new HeaderMap();
  private readonly id = engine.nextSessionId();

  /** @internal */
  constructor(stack: Stack, configuration?: SessionConfiguration | null) {
    super();
    this.stack = stack;
    this.merge(configuration);
  }

  /**
   * The number of the session; the first of the page is 1.
   * @example sessions.set(e.session.getId(), e.session);
   */
  getId(): number {
    return this.id;
  }

  /**
   * Merges: what is absent stays as it is; null does nothing.
   * @example e.newSession.setConfiguration({ audio_remote: audio });
   */
  setConfiguration(configuration?: SessionConfiguration | null): void {
    this.merge(configuration);
  }

  /**
   * The other end with angle brackets, `<sip:alice@example.org>`; "" while there is none.
   * @example label.textContent = session.getRemoteUri();
   */
  getRemoteUri(): string {
    const party = this.remoteParty();
    return party ? `<${party.uri}>` : "";
  }

  /**
   * The display name of the other end, or its user part.
   * @example label.textContent = `Incoming call from ${e.newSession.getRemoteFriendlyName()}`;
   */
  getRemoteFriendlyName(): string {
    const party = this.remoteParty();
    return party ? party.displayName || party.user : "";
  }

  /**
   * Of incoming calls and messages; nothing happens for other sessions, which return -1.
   * @example e.newSession.accept({ audio_remote: audio });
   */
  accept(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    return this.refuse(no_dialog, "accept", "there is nothing to accept");
  }

  /**
   * Of incoming calls and messages; nothing happens for other sessions, which return -1.
   * @example e.newSession.reject({ status: 486, reason: "Busy Here" });
   */
  reject(configuration?: RejectConfiguration | null): number {
    this.setConfiguration(configuration);
    return this.refuse(no_dialog, "reject", "there is nothing to reject");
  }

  /** The original's private session, under its property names. Read only. */
  get o_session(): InnerSession {
    const { from, to } = this.parties();
    const streams = (): { local: MediaStream | null; remote: MediaStream | null } => this.streams();
    return {
      i_id: this.id,
      b_local: this.isLocal(),
      o_uri_from: uriOfParty(from),
      o_uri_to: uriOfParty(to),
      get o_stream_local() {
        return streams().local;
      },
      get o_stream_remote() {
        return streams().remote;
      },
      get_id: () => this.id,
      get_stream_local: () => streams().local,
      get_stream_remote: () => streams().remote,
    };
  }

  /** @internal The id of what the modern API knows this session as. */
  get usage(): number | undefined {
    return undefined;
  }

  /** @internal The connection is gone for good, and the core with it. */
  abandon(): void {
    // Sessions that have something going on do more.
  }

  /** @internal A request of this session, told only to those who listen for just that. */
  tellRequest(type: "i_request" | "o_request", method: string, message: SipMessage): void {
    this.detail(type, requestEvent(method, this.parties(), message));
  }

  protected remoteParty(): RemoteParty | undefined {
    return undefined;
  }

  protected isLocal(): boolean {
    return true;
  }

  protected streams(): { local: MediaStream | null; remote: MediaStream | null } {
    return { local: null, remote: null };
  }

  protected parties(): { from: RemoteParty; to: RemoteParty } {
    const own = this.stack.ownParty(this.configuration.from);
    const remote = this.remoteParty() ?? own;
    return this.isLocal() ? { from: own, to: remote } : { from: remote, to: own };
  }

  /** Delivers an event later, after everything that was posted before. */
  protected post(type: SessionEventType, inner: InnerEvent, extras: EventExtras = {}): void {
    this.stack.queue.post(() => {
      if (type === "terminated") this.stack.forget(this);
      const event = Object.assign(new SessionEvent(this, type, inner), extras);
      this.dispatchEvent({ s_type: type, o_value: event });
    });
  }

  /** An event that only a listener of its very type hears. */
  protected detail(type: DetailEventType, inner: InnerEvent, extras: EventExtras = {}): void {
    this.post(type, inner, extras);
  }

  /** The last events of a registration, publication, subscription or message. */
  protected postEnd(end: UsageEnd, phrase: string, text?: string): void {
    const { cause, status, reason = "", message } = end;
    const extras = text === undefined ? {} : { message: text };
    if (cause === "timeout" || cause === "transport_error") {
      this.post("transport_error", innerEvent("Transport error"), extras);
      this.post("terminated", innerEvent("Transport error"), extras);
    } else if (cause === "rejected" && status !== undefined) {
      this.post("terminated", responseEvent(status, reason, message), extras);
    } else {
      this.post("terminated", innerEvent(phrase), extras);
    }
  }

  /** What `sip_headers` and `sip_caps` say, for the command that begins something. */
  protected headerOptions(): {
    headers?: NameValue[];
    firstHeaders?: NameValue[];
    caps?: NameValue[];
  } {
    const { headers, first } = this.headers.begin();
    const caps = usableCaps(this.configuration.sip_caps);
    return {
      ...(headers.length > 0 ? { headers } : {}),
      ...(first.length > 0 ? { firstHeaders: first } : {}),
      ...(caps === undefined ? {} : { caps }),
    };
  }

  /** The headers that came after the beginning, for a later command. */
  protected laterHeaders(): { headers?: NameValue[] } {
    const headers = this.headers.since();
    return headers.length > 0 ? { headers } : {};
  }

  protected from(): { from?: string } {
    const { from } = this.configuration;
    return from ? { from } : {};
  }

  protected expires(): number {
    const { expires } = this.configuration;
    return Number(expires) > 0 ? Number(expires) : default_expires;
  }

  /** Nothing was done: the code for it, and why in the log. */
  protected refuse(code: number, method: string, why: string): number {
    engine.log("warn", `SIPml: ${method}() did nothing: ${why}.`);
    return code;
  }

  protected notStarted(method: string): number {
    return this.refuse(not_started, method, "the stack is not started");
  }

  /** Runs a command: 0, or the code for what the modern API threw. */
  protected attempt(method: string, run: () => void): number {
    try {
      run();
      return 0;
    } catch (error) {
      const code = returnCodeOf(error);
      const why = error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
      if (code === internal_error) this.post("global_error", innerEvent("Global error"));
      return this.refuse(code, method, why);
    }
  }

  /** A promise of the modern API whose failure the events tell of, or nothing but the log. */
  protected log(promise: Promise<unknown>): void {
    promise.catch((error: unknown) => this.stack.warn(error));
  }

  private merge(configuration: SessionConfiguration | null | undefined): void {
    if (!configuration) return;
    const given = Object.entries(configuration).filter(([, value]) => value !== undefined);
    this.configuration = { ...this.configuration, ...Object.fromEntries(given) };
    this.headers.set(configuration.sip_headers);
    const listener = configuration.events_listener;
    if (listener) this.addEventListener(listener.events, listener.listener);
  }
}

/** The return code for what the modern API threw. */
export function returnCodeOf(error: unknown): number {
  if (!(error instanceof SipError)) return internal_error;
  switch (error.code) {
    case "not_connected":
      return not_started;
    case "wrong_state":
      return 0;
    case "invalid_argument":
    case "unknown_id":
    case "limit_exceeded":
      return no_dialog;
    default:
      return internal_error;
  }
}
