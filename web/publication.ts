/** What we publish about us: one document under one entity tag, RFC 3903. */

import type { Command, Event, NameValue } from "../js-glue/protocol.js";
import { refuseAborted, unlessAborted } from "./abort.js";
import type { Abortable } from "./abort.js";
import { contentOf, optionsOf } from "./arguments.js";
import { SipError, describeUsageEnd, toSipError } from "./errors.js";
import { Deferred, Emitter, rejected } from "./events.js";
import { caused } from "./message.js";
import type { Caused, SipMessage } from "./message.js";
import type { Execute } from "./requests.js";

/** What is published, and how. */
export interface PublishOptions {
  /** The event package: "presence". */
  readonly event: string;
  /** Of the content; default: what the event package has, `application/pidf+xml` for presence. */
  readonly contentType?: string;
  /** Seconds asked for; the server may grant fewer. */
  readonly expires?: number;
  /** Whose state it is; default: our address of record. */
  readonly to?: string;
  /** Another From than the agent's address. */
  readonly from?: string;
  /** Added to each PUBLISH. */
  readonly headers?: readonly NameValue[];
  /** Added to the first request, and what repeats it with credentials, alone. */
  readonly firstHeaders?: readonly NameValue[];
  /** Feature tags of Accept-Contact (RFC 3841). */
  readonly caps?: readonly NameValue[];
}

/** What each event package publishes: RFC 3856, RFC 4235, RFC 3842. */
const package_types = new Map([
  ["presence", "application/pidf+xml"],
  ["dialog", "application/dialog-info+xml"],
  ["message-summary", "application/simple-message-summary"],
]);

/** @internal The media type of what these options publish, if it is known. */
export function publishedType({ event, contentType }: PublishOptions): string | undefined {
  return contentType ?? package_types.get(event);
}

type StateEvent = Extract<Event, { type: "publication" }>;

/** published: also after each refresh. ended: nothing is published, and nothing more will come. */
export type PublicationState = "publishing" | "published" | "unpublishing" | "ended";

/** A publication got further. */
export interface PublicationStateEvent extends Caused {
  /** As `PublicationState` says. */
  readonly state: PublicationState;
  /** Why it ended. */
  readonly cause?: "unpublished" | "rejected" | "timeout" | "transport_error";
  /** Of the response that brought it. */
  readonly status?: number;
  /** The reason phrase that came with the status. */
  readonly reason?: string;
  /** Seconds that the server granted. */
  readonly expires?: number;
}

/** A final response to a request of a publication or subscription. */
export interface UsageResponse {
  /** 200 to 699. */
  readonly status: number;
  /** The reason phrase. */
  readonly reason: string;
  /** The response itself. */
  readonly message: SipMessage;
}

/** What a publication tells. */
export interface PublicationEvents {
  /** The publication got further. */
  state: [PublicationStateEvent];
  /** A final response that changed something: the 200 of each refresh too. */
  response: [UsageResponse];
}

/**
 * One publication; it is refreshed until `unpublish`.
 * @example
 * const status = presenceDocument({ entity: "sip:alice@example.org", basic: "open", note: "Here" });
 * const publication = agent.publish(status, { event: "presence" });
 * await publication.published;
 */
export class Publication extends Emitter<PublicationEvents> {
  /** Names the publication in "requestSent"; never used again. */
  readonly id: number;
  private readonly execute: Execute;
  private contentType: string | undefined;
  private current: PublicationState = "publishing";
  private readonly success = new Deferred<void>();
  private readonly end = new Deferred<void>();

  /** @internal */
  constructor(id: number, execute: Execute, contentType?: string) {
    super();
    this.id = id;
    this.execute = execute;
    this.contentType = contentType;
  }

  /** How far the publication is. */
  get state(): PublicationState {
    return this.current;
  }

  /** Resolves at the first 2xx; rejects with SipError if none comes. */
  get published(): Promise<void> {
    return this.success.promise;
  }

  /**
   * Publishes another document in the place of this one, of the same type unless told otherwise.
   * @throws SipError
   */
  update(
    content: string | Uint8Array,
    contentType?: string,
    options: { readonly headers?: readonly NameValue[]; readonly expires?: number } = {},
  ): void {
    const { headers, expires } = optionsOf(options);
    this.contentType = contentType ?? this.contentType;
    const type = this.contentType;
    try {
      this.execute(
        {
          type: "publish",
          publication: this.id,
          ...(type === undefined ? {} : { content_type: type }),
          ...(expires === undefined ? {} : { expires }),
          ...(headers === undefined ? {} : { headers }),
        },
        contentOf(content),
      );
    } catch (error) {
      throw toSipError(error);
    }
  }

  /** Removes the document. Resolves when it is gone; rejects if the server did not confirm. */
  unpublish(options: Abortable & { readonly headers?: readonly NameValue[] } = {}): Promise<void> {
    let signal: AbortSignal | undefined;
    try {
      const { headers } = optionsOf(options);
      ({ signal } = options);
      refuseAborted(signal);
      if (this.current === "ended") return Promise.resolve();
      this.execute({
        type: "unpublish",
        publication: this.id,
        ...(headers === undefined ? {} : { headers }),
      });
    } catch (error) {
      return rejected(toSipError(error));
    }
    return unlessAborted(this.end.promise, signal);
  }

  /** @internal */
  handleState(event: StateEvent, body?: Uint8Array): void {
    const { state, cause, status, reason, expires } = event;
    this.current = state;
    const { message } = caused(event, body);
    if (state === "published") this.success.resolve();
    if (state === "ended") {
      const sipMessage = message;
      const text = describeUsageEnd("publication", cause, status, reason);
      const error = new SipError(endCode(cause), text, { status, reason, sipMessage });
      this.success.reject(error);
      if (cause === undefined || cause === "unpublished") this.end.resolve();
      else this.end.reject(error);
    }
    if (message?.status !== undefined) {
      this.emit("response", { status: message.status, reason: message.reason ?? "", message });
    }
    this.emit("state", {
      state,
      ...(cause === undefined ? {} : { cause }),
      ...(status === undefined ? {} : { status }),
      ...(reason === undefined ? {} : { reason }),
      ...(expires === undefined ? {} : { expires }),
      ...(message === undefined ? {} : { message }),
    });
  }

  /** @internal The agent can do no more for it. */
  abandon(): void {
    if (this.current === "ended") return;
    const { id: publication } = this;
    this.handleState({ type: "publication", publication, state: "ended", cause: "transport_error" });
  }
}

function endCode(cause: StateEvent["cause"]): "stopped" | "rejected" | "timeout" | "transport_error" {
  return cause === undefined || cause === "unpublished" ? "stopped" : cause;
}

/** @internal */
export function publishCommand(options: PublishOptions): Command {
  const { event, expires, to, from, headers, firstHeaders, caps } = optionsOf(options);
  const contentType = publishedType(options);
  return {
    type: "publish",
    event,
    ...(contentType === undefined ? {} : { content_type: contentType }),
    ...(expires === undefined ? {} : { expires }),
    ...(to === undefined ? {} : { to }),
    ...(from === undefined ? {} : { from }),
    ...(headers === undefined ? {} : { headers }),
    ...(firstHeaders === undefined ? {} : { first_headers: firstHeaders }),
    ...(caps === undefined ? {} : { caps }),
  };
}
