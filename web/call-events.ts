/** What a call tells: its states and events. */

import type { Direction } from "../js-glue/protocol.js";
import type { RemoteParty } from "./address.js";
import type { TrackEnd } from "./call-media.js";
import type { MediaKind } from "./capture.js";
import type { CallEnd, SipError } from "./errors.js";
import type { MediaOffer } from "./media-offer.js";
import type { MediaState } from "./media-watch.js";
import type { Caused, SipMessage } from "./message.js";
import type { IncomingMessage } from "./requests.js";
import type { CallQuality } from "./statistics.js";
import type { ToneEvent } from "./tones.js";
import type { TransferEvent, TransferProgress, TransferRequest } from "./transfer.js";

/** How far a call is; it never goes back. */
export type CallState =
  /** Outgoing: permission, devices and addresses are being got; nothing was sent. */
  | "connecting"
  /** The INVITE left. */
  | "calling"
  /** The other side rings, or something else was heard of it. */
  | "ringing"
  /** Incoming, and not answered. */
  | "incoming"
  | "answering"
  | "established"
  | "terminating"
  | "ended";

/** An INFO of the peer (RFC 2976); it was answered with 200. */
export interface IncomingInfo {
  /** Of the content; "" without one. */
  readonly contentType: string;
  /** The octets. */
  readonly content: Uint8Array;
  /** The content as text; null where it is not UTF-8. */
  readonly text: string | null;
  /** The INFO itself. */
  readonly message: SipMessage;
}

/** What a call tells. */
export interface CallEvents {
  /** The call got further. */
  state: [CallState];
  /** A provisional response, 100 included. */
  progress: [
    { readonly status: number; readonly reason: string; readonly earlyMedia: boolean } & Caused,
  ];
  /** A 3xx is followed (RFC 3261 8.1.3.4): the target is called now. */
  redirected: [
    { readonly target: RemoteParty; readonly status: number; readonly reason: string } & Caused,
  ];
  /** The status of the answer, just before state "established". */
  answered: [{ readonly status: number; readonly reason: string } & Caused];
  /** There is a stream, or it has new tracks. */
  localStream: [MediaStream];
  /** There is a stream of the other side, or it has new tracks. */
  remoteStream: [MediaStream];
  /** A stream got a track. */
  trackAdded: [
    {
      readonly side: "local" | "remote";
      readonly kind: MediaKind;
      readonly stream: MediaStream;
    },
  ];
  /** A track ended that nobody here stopped: a device was unplugged, or a medium taken away. */
  trackEnded: [TrackEnd];
  /** A screen begins to be shared, or is shared no longer. */
  sharing: [boolean];
  /** The peer asked for a key frame of our picture (RFC 5168); the encoder makes one. */
  keyFrameRequested: [];
  /** The end of a hold, resume, modify or ICE restart of ours. */
  modified: [
    {
      readonly change: "hold" | "resume" | "modify" | "restart_ice";
      readonly ok: boolean;
      readonly status?: number;
      readonly reason?: string;
    } & Caused,
  ];
  /** The other side holds us, or does so no longer. */
  remoteHold: [boolean, Caused];
  /** The peer changed what flows: what we do with each medium now; null: there is none. */
  media: [
    { readonly audio: Direction | null; readonly video: Direction | null } & Caused,
  ];
  /** The peer offers to add a medium. Without a listener the call goes on without it. */
  mediaOffer: [MediaOffer];
  /**
   * An offer to add a medium needs no answer any more: the other side took it back, a minute went
   * by, a change of this side had to go on, or the connection to the server was lost.
   */
  mediaOfferOver: [MediaOffer];
  /**
   * The connection of the media changed: "interrupted" or "failed" and then "connected" is a loss
   * that was mended. With `error` the call ends for it.
   */
  mediaState: [{ readonly state: MediaState; readonly error?: SipError }];
  /** An INFO came. */
  info: [IncomingInfo];
  /** A tone begins to be sent, or the peer sent one by INFO. */
  tone: [ToneEvent];
  /** How well the call gets through, every `qualityInterval` of the agent. */
  quality: [CallQuality];
  /** A MESSAGE came inside the call; the agent's listeners are told too. */
  message: [IncomingMessage];
  /** How our transfer goes on. */
  transfer: [TransferEvent];
  /** The peer wants us to call somebody else. Without a listener it is refused with 603. */
  transferRequested: [TransferRequest];
  /** How the call goes on that a `TransferRequest` made. */
  transferProgress: [TransferProgress];
  /** The caller cancelled; "ended" follows. */
  cancelled: [Caused];
  /** The call is over; the last event. */
  ended: [CallEnd];
}
