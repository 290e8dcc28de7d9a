/** Which of a call's handlers an event of the core is for. */

import type { Event } from "../js-glue/protocol.js";
import type { Call } from "./call.js";

/** What is told of a call that is known and goes on. */
export type CallEvent = Exclude<
  Extract<Event, { readonly call: number; readonly type: `call_${string}` | `transfer${string}` }>,
  { readonly type: "call_incoming" | "call_ended" }
>;

export function tellCall(call: Call, event: CallEvent, body: Uint8Array): void {
  switch (event.type) {
    case "call_sent":
      return call.handleSent();
    case "call_progress":
      return call.handleProgress(event, body);
    case "call_redirected":
      return call.handleRedirected(event, body);
    case "call_established":
      return call.handleEstablished(event, body);
    case "call_terminating":
      return call.handleTerminating();
    case "call_modified":
      return call.handleModified(event, body);
    case "call_remote_hold":
      return call.handleRemoteHold(event, body);
    case "call_media":
      return call.handleMedia(event, body);
    case "call_offer":
      return call.handleOffer(event, body);
    case "call_offer_over":
      return call.handleOfferOver();
    case "call_tone":
      return call.handleTone(event);
    case "call_cancelled":
      return call.handleCancelled(event, body);
    case "call_info":
      return call.handleInfo(event, body);
    case "call_info_result":
      return call.handleInfoResult(event, body);
    case "transfer":
      return call.handleTransfer(event, body);
    case "transfer_requested":
      return call.handleTransferRequested(event, body);
    case "transfer_progress":
      return call.handleTransferProgress(event);
    default:
      return unknown(event);
  }
}

function unknown(event: never): void {
  throw new TypeError(`unknown event ${JSON.stringify(event)}`);
}
