/** Call transfer, RFC 5589: what is asked of us, and how ours goes on. */

import type { Event, NameValue } from "../js-glue/protocol.js";
import type { Abortable } from "./abort.js";
import { optionsOf } from "./arguments.js";
import type { RemoteParty } from "./address.js";
import type { CallOptions } from "./call-options.js";
import type { Call } from "./call.js";
import { SipError } from "./errors.js";
import type { Caused, SipMessage } from "./message.js";

/** How a call is transferred. */
export interface TransferOptions extends Abortable {
  /** Added to the REFER. */
  readonly headers?: readonly NameValue[];
  /** Whether our call ends once the transfer is completed; default true. */
  readonly hangup?: boolean;
}

/** completed and failed are the last; failed leaves the call as it was. */
export type TransferState = "trying" | "accepted" | "progress" | "completed" | "failed";

/** How our transfer goes on; completed and failed are the last. */
export interface TransferEvent extends Caused {
  /** How far it is. */
  readonly state: TransferState;
  /** Of the response that brought it: to our REFER, or what the peer heard. */
  readonly status?: number;
  /** The reason phrase that came with the status. */
  readonly reason?: string;
}

/** How the call goes on that we make because the peer asked for it; the peer is told the same. */
export interface TransferProgress {
  /** The new call. */
  readonly call: Call;
  /** completed and failed are the last. */
  readonly state: "progress" | "completed" | "failed";
  /** Of the response to the new call. */
  readonly status: number;
  /** The reason phrase that came with the status. */
  readonly reason: string;
}

/** @internal */
export interface TransferAnswers {
  accept(options: Omit<CallOptions, "from">): Call;
  reject(options: RejectTransferOptions): void;
}

/** How a transfer is refused. */
export interface RejectTransferOptions {
  /** 300 to 699; default 603. */
  readonly status?: number;
  /** Default: the phrase that RFC 3261 has for the status. */
  readonly reason?: string;
  /** Added to the response. */
  readonly headers?: readonly NameValue[];
}

/**
 * The peer wants us to call somebody else (REFER, RFC 3515).
 * @example
 * call.on("transferRequested", (request) => {
 *   if (confirm(`Call ${request.target.user}?`)) request.accept();
 *   else request.reject();
 * });
 */
export class TransferRequest {
  /** Whom we are to call. */
  readonly target: RemoteParty;
  /** The new call will take the place of a call that the target has (RFC 3891). */
  readonly replaces: boolean;
  /** The address of who asks, as it says itself (RFC 3892). */
  declare readonly referredBy?: string;
  /** The REFER itself. */
  readonly message: SipMessage;
  private readonly answers: TransferAnswers;
  private done = false;

  /** @internal */
  constructor(
    answers: TransferAnswers,
    facts: {
      readonly target: RemoteParty;
      readonly replaces: boolean;
      readonly referredBy: string | undefined;
      readonly message: SipMessage;
    },
  ) {
    this.answers = answers;
    this.target = facts.target;
    this.replaces = facts.replaces;
    if (facts.referredBy !== undefined) this.referredBy = facts.referredBy;
    this.message = facts.message;
  }

  /** Whether `accept` or `reject` was called. */
  get answered(): boolean {
    return this.done;
  }

  /**
   * Calls the target; the peer is told how it goes. Media default to those of the present call, whose
   * microphone and camera are used on. @throws SipError `wrong_state` if it was answered
   */
  accept(options: Omit<CallOptions, "from"> = {}): Call {
    this.refuseTwice();
    const call = this.answers.accept(optionsOf(options));
    this.done = true;
    return call;
  }

  /** Refuses, with 603 unless told otherwise. @throws SipError as `accept` */
  reject(options: RejectTransferOptions = {}): void {
    this.refuseTwice();
    this.answers.reject(optionsOf(options));
    this.done = true;
  }

  private refuseTwice(): void {
    if (this.done) throw new SipError("wrong_state", "The transfer was answered already.");
  }
}
