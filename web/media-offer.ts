/** The peer offers to add a medium to a call, and the person is asked (RFC 3264 section 8.1). */

import type { Direction, NameValue } from "../js-glue/protocol.js";
import { optionsOf } from "./arguments.js";
import type { CaptureOptions, MediaChoice } from "./call-options.js";
import type { MediaKind } from "./capture.js";
import { SipError } from "./errors.js";
import type { SipMessage } from "./message.js";

/** What an offer is accepted with. */
export interface AcceptMediaOptions extends CaptureOptions {
  /** Default: as it is in the call, or if it is new what the offer allows. */
  readonly audio?: MediaChoice;
  /** Default: as it is in the call, or if it is new what the offer allows. */
  readonly video?: MediaChoice;
}

/** How an offer is refused. */
export interface RejectMediaOptions {
  /** 300 to 699; default 488. */
  readonly status?: number;
  /** Default: the phrase that RFC 3261 has for the status. */
  readonly reason?: string;
  /** Added to the response. */
  readonly headers?: readonly NameValue[];
}

/** @internal */
export interface MediaOfferAnswers {
  accept(options: AcceptMediaOptions): void;
  decline(): void;
  reject(options: RejectMediaOptions): void;
}

/**
 * The peer offers to add a medium. Until it is answered the call goes on as it was.
 * @example
 * call.on("mediaOffer", (offer) => {
 *   if (confirm("Show your camera, too?")) offer.accept();
 *   else offer.accept({ video: "recvonly" });
 * });
 */
export class MediaOffer {
  /** What the offer would allow us to do with it; null: it has none. */
  readonly audio: Direction | null;
  /** What the offer would allow us to do with it; null: it has none. */
  readonly video: Direction | null;
  /** What is new in it. */
  readonly added: readonly MediaKind[];
  /** The request that brought it; absent when the core tells no messages. */
  declare readonly message?: SipMessage;
  private readonly answers: MediaOfferAnswers;
  private done = false;
  private ended = false;

  /** @internal */
  constructor(
    answers: MediaOfferAnswers,
    facts: {
      readonly audio: Direction | null;
      readonly video: Direction | null;
      readonly added: readonly MediaKind[];
      readonly message?: SipMessage;
    },
  ) {
    this.answers = answers;
    this.audio = facts.audio;
    this.video = facts.video;
    this.added = facts.added;
    if (facts.message) this.message = facts.message;
  }

  /** Whether it was accepted, declined or rejected. */
  get answered(): boolean {
    return this.done;
  }

  /** Whether it is over without an answer, see `mediaOfferOver` of the call. */
  get over(): boolean {
    return this.ended;
  }

  /** @internal */
  end(): void {
    this.ended = true;
  }

  /** Takes it; the browser may ask for the camera now. @throws SipError `wrong_state` if answered */
  accept(options: AcceptMediaOptions = {}): void {
    this.once(() => this.answers.accept(optionsOf(options)));
  }

  /** Answers without the new medium; the rest of the offer is taken. @throws SipError as `accept` */
  decline(): void {
    this.once(() => this.answers.decline());
  }

  /** Refuses the whole offer, with 488 unless told otherwise. @throws SipError as `accept` */
  reject(options: RejectMediaOptions = {}): void {
    this.once(() => this.answers.reject(optionsOf(options)));
  }

  private once(answer: () => void): void {
    if (this.done) throw new SipError("wrong_state", "The offer was answered already.");
    if (this.ended) throw new SipError("wrong_state", "The offer is over.");
    answer();
    this.done = true;
  }
}
