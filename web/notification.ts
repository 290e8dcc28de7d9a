/** What a NOTIFY brought, RFC 6665. */

import type { Event } from "../js-glue/protocol.js";
import { toParty } from "./address.js";
import type { RemoteParty } from "./address.js";
import { parseDocument } from "./documents/parse.js";
import type { EventDocument } from "./documents/parse.js";
import type { Environment } from "./environment.js";
import { SipMessage, textOf } from "./message.js";

/** What a NOTIFY brought. */
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
  /** Who notifies. */
  readonly from: RemoteParty;
  /** Of the content; "" without one. */
  readonly contentType: string;
  /** The octets. */
  readonly content: Uint8Array;
  /** The content as text; null where it is not UTF-8. */
  readonly text: string | null;
  /** The NOTIFY itself. */
  readonly message: SipMessage;
  /**
   * The content as data, where it is of a type that `parseDocument` reads; undefined for another
   * one, for none, and where it cannot be read: then `documentProblem` says why.
   */
  readonly document: EventDocument | undefined;
  /** Why there is no `document` although there is a content. */
  readonly documentProblem?: string;
}

/** @internal */
export function toNotification(
  event: Extract<Event, { type: "notify" }>,
  content: Uint8Array,
  environment: Pick<Environment, "parseXml">,
): Notification {
  const { state, reason, expires, retry_after: retryAfter } = event;
  const read = parseDocument(event.content_type, content, environment);
  const problem = content.length > 0 ? read.reason : undefined;
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
    document: read.document,
    ...(problem === undefined ? {} : { documentProblem: problem }),
  };
}
