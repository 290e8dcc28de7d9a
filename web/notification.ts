/** What a NOTIFY brought, RFC 6665. */

import type { Event } from "../js-glue/protocol.js";
import { toParty } from "./address.js";
import type { RemoteParty } from "./address.js";
import { SipMessage, textOf } from "./message.js";

export interface Notification {
  /** The event package. */
  readonly event: string;
  /** Of Subscription-State; another value than these, and none, count as "active". */
  readonly state: "active" | "pending" | "terminated";
  /** Why it is terminated: "deactivated", "rejected", "noresource" ... (RFC 6665 section 4.1.3). */
  readonly reason?: string;
  /** Seconds that the subscription still has. */
  readonly expires?: number;
  /** Seconds after which the notifier wants to be asked again. */
  readonly retryAfter?: number;
  readonly from: RemoteParty;
  readonly contentType: string;
  readonly content: Uint8Array;
  /** The content as text; null where it is not UTF-8. */
  readonly text: string | null;
  readonly message: SipMessage;
}

/** @internal */
export function toNotification(
  event: Extract<Event, { type: "notify" }>,
  content: Uint8Array,
): Notification {
  const { state, reason, expires, retry_after: retryAfter } = event;
  return {
    event: event.event,
    state: state === "pending" || state === "terminated" ? state : "active",
    ...(reason === undefined ? {} : { reason }),
    ...(expires === undefined ? {} : { expires }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    from: toParty(event.from),
    contentType: event.content_type,
    content,
    text: textOf(content),
    message: new SipMessage(event.message, content),
  };
}
