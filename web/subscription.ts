/** What we want to be told about somebody, RFC 6665. */

import type { Command, Event, NameValue } from "../js-glue/protocol.js";
import { refuseAborted, unlessAborted } from "./abort.js";
import type { Abortable } from "./abort.js";
import { optionsOf } from "./arguments.js";
import { SipError, describeUsageEnd, toSipError } from "./errors.js";
import { Deferred, Emitter, rejected } from "./events.js";
import { caused } from "./message.js";
import type { Caused } from "./message.js";
import type { Notification } from "./notification.js";
import type { UsageResponse } from "./publication.js";
import type { Execute } from "./requests.js";

/** What to subscribe to, and how. */
export interface SubscribeOptions {
  /** The event package: "presence", "dialog", "message-summary", "conference", "reg". */
  readonly event: string;
  /** Media types that NOTIFY may bring; default: those of the event package. */
  readonly accept?: readonly string[];
  /** Seconds asked for; the server may grant fewer. */
  readonly expires?: number;
  /** Another From than the agent's address. */
  readonly from?: string;
  /** Added to each SUBSCRIBE. */
  readonly headers?: readonly NameValue[];
  /** Added to the first request, and what repeats it with credentials, alone. */
  readonly firstHeaders?: readonly NameValue[];
  /** Feature tags of Accept-Contact (RFC 3841). */
  readonly caps?: readonly NameValue[];
}

type StateEvent = Extract<Event, { type: "subscription" }>;

/**
 * accepted: a 2xx came, also after each refresh. pending, active: what the notifier says. ended:
 * nothing more will come.
 */
export type SubscriptionState =
  | "subscribing"
  | "accepted"
  | "pending"
  | "active"
  | "unsubscribing"
  | "ended";

/** A subscription got further. */
export interface SubscriptionStateEvent extends Caused {
  /** As `SubscriptionState` says. */
  readonly state: SubscriptionState;
  /** Why it ended; terminated: the notifier ended it, `reason` is what it says. */
  readonly cause?: "unsubscribed" | "rejected" | "timeout" | "transport_error" | "terminated";
  /** Of the response that brought it. */
  readonly status?: number;
  /** The phrase that came with the status, or the notifier's reason. */
  readonly reason?: string;
  /** Seconds that the server granted. */
  readonly expires?: number;
  /** Seconds after which the notifier wants to be asked again. */
  readonly retryAfter?: number;
}

/** What a subscription tells. */
export interface SubscriptionEvents {
  /** The subscription got further. */
  state: [SubscriptionStateEvent];
  /** The notifier told something. */
  notify: [Notification];
  /** A final response to a SUBSCRIBE that changed something. */
  response: [UsageResponse];
}

/**
 * One subscription; it is refreshed until `unsubscribe`.
 * @example
 * const subscription = agent.subscribe("sip:bob@example.org", { event: "presence" });
 * subscription.on("notify", ({ document }) => {
 *   if (document?.kind === "presence") console.log(document.basic, document.note);
 * });
 * await subscription.active;
 */
export class Subscription extends Emitter<SubscriptionEvents> {
  /** Names the subscription in "requestSent"; never used again. */
  readonly id: number;
  private readonly execute: Execute;
  private current: SubscriptionState = "subscribing";
  private readonly success = new Deferred<void>();
  private readonly end = new Deferred<void>();

  /** @internal */
  constructor(id: number, execute: Execute) {
    super();
    this.id = id;
    this.execute = execute;
  }

  /** How far the subscription is. */
  get state(): SubscriptionState {
    return this.current;
  }

  /** Resolves when the notifier has said "active"; rejects with SipError if it never does. */
  get active(): Promise<void> {
    return this.success.promise;
  }

  /** Sends a SUBSCRIBE now. @throws SipError */
  refresh(
    options: { readonly expires?: number; readonly headers?: readonly NameValue[] } = {},
  ): void {
    const { expires, headers } = optionsOf(options);
    try {
      this.execute({
        type: "subscribe",
        subscription: this.id,
        ...(expires === undefined ? {} : { expires }),
        ...(headers === undefined ? {} : { headers }),
      });
    } catch (error) {
      throw toSipError(error);
    }
  }

  /** Ends the subscription. Resolves when it is over; rejects if the notifier did not confirm. */
  unsubscribe(
    options: Abortable & { readonly headers?: readonly NameValue[] } = {},
  ): Promise<void> {
    let signal: AbortSignal | undefined;
    try {
      const { headers } = optionsOf(options);
      ({ signal } = options);
      refuseAborted(signal);
      if (this.current === "ended") return Promise.resolve();
      this.execute({
        type: "unsubscribe",
        subscription: this.id,
        ...(headers === undefined ? {} : { headers }),
      });
    } catch (error) {
      return rejected(toSipError(error));
    }
    return unlessAborted(this.end.promise, signal);
  }

  /** @internal */
  handleState(event: StateEvent, body?: Uint8Array): void {
    const { state, cause, status, reason, expires, retry_after: retryAfter } = event;
    this.current = state;
    const { message } = caused(event, body);
    if (state === "active") this.success.resolve();
    if (state === "ended") {
      const sipMessage = message;
      const text = describeUsageEnd("subscription", cause, status, reason);
      const error = new SipError(endCode(cause), text, { status, reason, sipMessage });
      this.success.reject(error);
      const asked = cause === undefined || cause === "unsubscribed" || cause === "terminated";
      if (asked) this.end.resolve();
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
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(message === undefined ? {} : { message }),
    });
  }

  /** @internal */
  handleNotify(notification: Notification): void {
    this.emit("notify", notification);
  }

  /** @internal The agent can do no more for it. */
  abandon(): void {
    if (this.current === "ended") return;
    const { id: subscription } = this;
    this.handleState({ type: "subscription", subscription, state: "ended", cause: "transport_error" });
  }
}

function endCode(
  cause: StateEvent["cause"],
): "stopped" | "rejected" | "timeout" | "transport_error" | "terminated" {
  return cause === undefined || cause === "unsubscribed" ? "stopped" : cause;
}

/** @internal */
export function subscribeCommand(to: string, options: SubscribeOptions): Command {
  const { event, accept, expires, from, headers, firstHeaders, caps } = optionsOf(options);
  return {
    type: "subscribe",
    to,
    event,
    ...(accept === undefined ? {} : { accept }),
    ...(expires === undefined ? {} : { expires }),
    ...(from === undefined ? {} : { from }),
    ...(headers === undefined ? {} : { headers }),
    ...(firstHeaders === undefined ? {} : { first_headers: firstHeaders }),
    ...(caps === undefined ? {} : { caps }),
  };
}
