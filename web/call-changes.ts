/** The changes of a call that we asked for: each is a promise until the peer has answered. */

import type { Event, NameValue } from "../js-glue/protocol.js";
import type { Abortable } from "./abort.js";
import type { CallEvents } from "./call-events.js";
import { SipError, describeStatus } from "./errors.js";
import { Deferred } from "./events.js";
import { caused } from "./message.js";

/** How a call is changed. */
export interface ChangeOptions extends Abortable {
  /** Added to the re-INVITE. */
  readonly headers?: readonly NameValue[];
}

export type ModifiedEvent = Extract<Event, { type: "call_modified" }>;
export type Change = ModifiedEvent["change"];

export class CallChanges {
  private readonly waiting: { readonly change: Change; readonly done: Deferred<void> }[] = [];

  /** Resolves when the other side agreed; rejects with SipError. */
  begin(change: Change): Promise<void> {
    const done = new Deferred<void>();
    this.waiting.push({ change, done });
    return done.promise;
  }

  /** Resolves when nothing is waited for. */
  async settled(): Promise<void> {
    while (this.waiting.length > 0) {
      await Promise.allSettled(this.waiting.map(({ done }) => done.promise));
    }
  }

  /** Ends the oldest of its kind; gives what the call tells of it. */
  end(event: ModifiedEvent, body: Uint8Array): CallEvents["modified"][0] {
    const { change, ok, status, reason } = event;
    const { message } = caused(event, body);
    const index = this.waiting.findIndex((waiting) => waiting.change === change);
    const [waiting] = index < 0 ? [] : this.waiting.splice(index, 1);
    if (ok) {
      waiting?.done.resolve();
    } else {
      const text =
        status === undefined
          ? `The ${change.replace("_", " ")} failed.`
          : describeStatus(status, reason);
      const details = { status, reason, sipMessage: message };
      waiting?.done.reject(new SipError("not_accepted", text, details));
    }
    return {
      change,
      ok,
      ...(status === undefined ? {} : { status }),
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
    };
  }

  /** The call is over. */
  endAll(error: SipError): void {
    for (const { done } of this.waiting.splice(0)) done.reject(error);
  }
}
