/** Requests that end with one response: MESSAGE (RFC 3428), OPTIONS (RFC 3261 11), INFO (RFC 2976). */

import type { Command, Event, NameValue, RequestMethod } from "../js-glue/protocol.js";
import { refuseAborted, unlessAborted } from "./abort.js";
import type { Abortable } from "./abort.js";
import { contentOf, optionsOf } from "./arguments.js";
import type { RemoteParty } from "./address.js";
import type { Call } from "./call.js";
import { SipError, toSipError } from "./errors.js";
import { Deferred, rejected } from "./events.js";
import { SipMessage, textOf } from "./message.js";

/** @internal Gives the core a command. */
export type Execute = (command: Command, body?: string | Uint8Array) => number;

/** How a request is sent. */
export interface RequestOptions extends Abortable {
  /** Of the content; default `text/plain;charset=utf-8`. */
  readonly contentType?: string;
  /** Added to the request. */
  readonly headers?: readonly NameValue[];
  /** Added to the first request, and what repeats it with credentials, alone. */
  readonly firstHeaders?: readonly NameValue[];
  /** Feature tags of Accept-Contact (RFC 3841). */
  readonly caps?: readonly NameValue[];
  /** Another From than the agent's address; only outside calls. */
  readonly from?: string;
}

/** A 2xx. Every other outcome rejects with a SipError. */
export interface SipResponse {
  /** 200 to 299. */
  readonly status: number;
  /** The reason phrase. */
  readonly reason: string;
  /** The response itself. */
  readonly message: SipMessage;
}

/** What an answer to a request of the peer says. */
export interface AnswerRequestOptions {
  /** 200 to 699; default 200 to accept, 603 to reject. */
  readonly status?: number;
  /** Default: the phrase that RFC 3261 has for the status. */
  readonly reason?: string;
  /** Added to the response. */
  readonly headers?: readonly NameValue[];
  /** Of the response; default: none. */
  readonly content?: string | Uint8Array;
  /** Of that content. */
  readonly contentType?: string;
}

/** Default of `RequestOptions.contentType`. */
export const default_content_type = "text/plain;charset=utf-8";

type Outgoing = { readonly method: RequestMethod; readonly to?: string; readonly call?: number };

/** @internal The requests that wait for their response. */
export class Requests {
  private readonly execute: Execute;
  private readonly waiting = new Map<number, Deferred<SipResponse>>();

  constructor(execute: Execute) {
    this.execute = execute;
  }

  /** `content` undefined: a request without one. */
  send(
    request: Outgoing,
    content: string | Uint8Array | undefined,
    options: RequestOptions,
  ): Promise<SipResponse> {
    try {
      const { headers, firstHeaders, caps, from, signal } = optionsOf(options);
      const contentType =
        options.contentType ?? (content === undefined ? undefined : default_content_type);
      refuseAborted(signal);
      const id = this.execute(
        {
          type: "request",
          ...request,
          ...(from === undefined ? {} : { from }),
          ...(contentType === undefined ? {} : { content_type: contentType }),
          ...(headers === undefined ? {} : { headers }),
          ...(firstHeaders === undefined ? {} : { first_headers: firstHeaders }),
          ...(caps === undefined ? {} : { caps }),
        },
        content === undefined ? "" : contentOf(content),
      );
      const done = new Deferred<SipResponse>();
      this.waiting.set(id, done);
      return unlessAborted(done.promise, signal, () => this.forget(id));
    } catch (error) {
      return rejected(toSipError(error));
    }
  }

  handleResult(event: Extract<Event, { type: "request_result" }>, body: Uint8Array): void {
    const done = this.waiting.get(event.request);
    this.waiting.delete(event.request);
    if (done) settle(done, event, new SipMessage(event.message, body));
  }

  endAll(error: SipError): void {
    for (const done of this.waiting.values()) done.reject(error);
    this.waiting.clear();
  }

  private forget(request: number): void {
    if (!this.waiting.delete(request)) return;
    try {
      this.execute({ type: "forget_request", request });
    } catch {
      // A request that the core no longer knows is forgotten.
    }
  }
}

/** @internal Ends a promise with a final response, or with what came instead of one. */
export function settle(
  done: Deferred<SipResponse>,
  result: {
    readonly status: number;
    readonly reason: string;
    readonly cause?: "timeout" | "transport_error";
  },
  message: SipMessage,
): void {
  const { status, reason, cause } = result;
  if (cause === undefined && status >= 200 && status < 300) {
    return done.resolve({ status, reason, message });
  }
  const text =
    cause === "timeout"
      ? "The other side did not answer in time."
      : cause === "transport_error"
        ? "The connection to the server was lost."
        : `The other side refused the request (${status}${reason ? ` ${reason}` : ""}).`;
  const sipMessage = message.status === undefined ? undefined : message;
  done.reject(new SipError(cause ?? "rejected", text, { status, reason, sipMessage }));
}

/** A request of the peer that the page answers: INFO outside calls, and each MESSAGE. */
export class IncomingRequest {
  /** "MESSAGE" or "INFO". */
  readonly method: string;
  /** Who sent it. */
  readonly from: RemoteParty;
  /** Whom it was sent to. */
  readonly to: RemoteParty;
  /** The call in which it came. */
  declare readonly call?: Call;
  /** The request itself. */
  readonly message: SipMessage;
  /** The media type of the content; "" without one. */
  readonly contentType: string;
  /** The octets. */
  readonly content: Uint8Array;
  private readonly id: number;
  private readonly execute: Execute;
  private done = false;

  /** @internal */
  constructor(
    execute: Execute,
    event: Extract<Event, { type: "request_incoming" }>,
    parties: { readonly from: RemoteParty; readonly to: RemoteParty },
    body: Uint8Array,
    call: Call | undefined,
  ) {
    this.execute = execute;
    this.id = event.request;
    this.method = event.method;
    this.from = parties.from;
    this.to = parties.to;
    if (call) this.call = call;
    this.contentType = event.content_type;
    this.content = body;
    this.message = new SipMessage(event.message, body);
  }

  /** The content as text; null where it is not UTF-8. */
  get text(): string | null {
    return textOf(this.content);
  }

  /** Whether `accept` or `reject` was called. */
  get answered(): boolean {
    return this.done;
  }

  /** Answers with 200, or another 2xx. @throws SipError `wrong_state` if it was answered */
  accept(options: AnswerRequestOptions = {}): void {
    this.answer(options, 200);
  }

  /** Answers with 603 (Decline) unless told otherwise. @throws SipError as `accept` */
  reject(options: AnswerRequestOptions = {}): void {
    this.answer(options, 603);
  }

  private answer(options: AnswerRequestOptions, usual: number): void {
    if (this.done) throw new SipError("wrong_state", `The ${this.method} was answered already.`);
    const { status = usual, reason, headers, content = "" } = optionsOf(options);
    contentOf(content);
    const contentType = options.contentType ?? (content === "" ? undefined : default_content_type);
    try {
      this.execute(
        {
          type: "respond",
          request: this.id,
          status,
          ...(reason === undefined ? {} : { reason }),
          ...(headers === undefined ? {} : { headers }),
          ...(contentType === undefined ? {} : { content_type: contentType }),
        },
        content,
      );
    } catch (error) {
      throw toSipError(error);
    }
    this.done = true;
  }
}

/** A MESSAGE (RFC 3428). One that nobody answers is accepted by the core after 10 seconds. */
export class IncomingMessage extends IncomingRequest {}
