/** Call transfer, RFC 5589: what is asked of us, and how ours goes on. */

import type { Event, NameValue } from "../js-glue/protocol.js";
import type { Abortable } from "./abort.js";
import type { RemoteParty } from "./address.js";
import type { CallOptions } from "./call-options.js";
import type { Call } from "./call.js";
import { SipError } from "./errors.js";
import type { Caused, SipMessage } from "./message.js";

export interface TransferOptions extends Abortable {
  /** Added to the REFER. */
  readonly headers?: readonly NameValue[];
  /** Whether our call ends once the transfer is completed; default true. */
  readonly hangup?: boolean;
}

/** How our transfer goes on; completed and failed are the last. */
export interface TransferEvent extends Caused {
  readonly state: Extract<Event, { type: "transfer" }>["state"];
  readonly status?: number;
  readonly reason?: string;
}

/** How the call goes on that we make because the peer asked for it; the peer is told the same. */
export interface TransferProgress {
  /** The new call. */
  readonly call: Call;
  readonly state: "progress" | "completed" | "failed";
  readonly status: number;
  readonly reason: string;
}

/** @internal */
export interface TransferAnswers {
  accept(options: Omit<CallOptions, "from">): Call;
  reject(options: RejectTransferOptions): void;
}

export interface RejectTransferOptions {
  /** 300 to 699; default 603. */
  readonly status?: number;
  readonly reason?: string;
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
  readonly target: RemoteParty;
  /** The new call will take the place of a call that the target has (RFC 3891). */
  readonly replaces: boolean;
  /** The address of who asks, as it says itself (RFC 3892). */
  declare readonly referredBy?: string;
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
    const call = this.answers.accept(options);
    this.done = true;
    return call;
  }

  /** Refuses, with 603 unless told otherwise. @throws SipError as `accept` */
  reject(options: RejectTransferOptions = {}): void {
    this.refuseTwice();
    this.answers.reject(options);
    this.done = true;
  }

  private refuseTwice(): void {
    if (this.done) throw new SipError("wrong_state", "The transfer was answered already.");
  }
}
