/** One binding of our address with the registrar, RFC 3261 section 10. */

import type { Command, Event, NameValue } from "../js-glue/protocol.js";
import { refuseAborted, unlessAborted } from "./abort.js";
import type { Abortable } from "./abort.js";
import { optionsOf } from "./arguments.js";
import { SipError, describeRegistrationEnd, toSipError } from "./errors.js";
import { Deferred, Emitter, rejected } from "./events.js";
import { caused } from "./message.js";
import type { Caused } from "./message.js";

/** How to register. */
export interface RegisterOptions {
  /** Seconds asked for; the server may grant fewer. */
  readonly expires?: number;
  /** Added to the REGISTER requests. */
  readonly headers?: readonly NameValue[];
  /** Added to the first request, and what repeats it with credentials, alone. */
  readonly firstHeaders?: readonly NameValue[];
  /** Contact parameters, RFC 3840. */
  readonly caps?: readonly NameValue[];
  /** Another address of record than the agent's. */
  readonly from?: string;
}

type StateEvent = Extract<Event, { type: "registration" }>;

/** ended: not registered, and nothing more will come. */
export type RegistrationState = "registering" | "registered" | "unregistering" | "ended";

/** A registration got further. */
export interface RegistrationStateEvent extends Caused {
  /** As `RegistrationState` says. */
  readonly state: RegistrationState;
  /** Why it ended. */
  readonly cause?: "unregistered" | "rejected" | "timeout" | "transport_error";
  /** Of the response that brought it. */
  readonly status?: number;
  /** The reason phrase that came with the status. */
  readonly reason?: string;
  /** Seconds that the server granted. */
  readonly expires?: number;
}

/** What a registration tells. */
export interface RegistrationEvents {
  /** The registration got further. */
  state: [RegistrationStateEvent];
  /** A REGISTER left: the first, one with credentials, a refresh, or the last one. */
  sent: [{ readonly unregister: boolean }];
}

/** One binding of our address; it is refreshed until `unregister`. */
export class Registration extends Emitter<RegistrationEvents> {
  /** Names the registration in "requestSent"; never used again. */
  readonly id: number;
  private readonly execute: (command: Command) => number;
  private current: RegistrationState = "registering";
  private success = new Deferred<void>();
  private end = new Deferred<void>();

  private options: RegisterOptions;

  /** @internal */
  constructor(
    id: number,
    execute: (command: Command) => number,
    options: RegisterOptions = {},
  ) {
    super();
    this.options = options;
    this.id = id;
    this.execute = execute;
  }

  /** How far the registration is. */
  get state(): RegistrationState {
    return this.current;
  }

  /** Resolves once registered; rejects with SipError if that fails. */
  get registered(): Promise<void> {
    return this.success.promise;
  }

  /** Registers anew, also after the end. @throws SipError */
  register(options: RegisterOptions = {}): void {
    this.options = options;
    try {
      this.execute(registerCommand(options, this.id));
    } catch (error) {
      throw toSipError(error);
    }
    if (this.success.settled && this.current !== "registered") this.success = new Deferred<void>();
    if (this.current === "ended") {
      this.end = new Deferred<void>();
      this.current = "registering";
    }
  }

  /** Removes the binding. Resolves when it is gone; rejects if the server did not confirm. */
  unregister(options: Abortable & { readonly headers?: readonly NameValue[] } = {}): Promise<void> {
    let signal: AbortSignal | undefined;
    try {
      const { headers } = optionsOf(options);
      ({ signal } = options);
      refuseAborted(signal);
      if (this.current === "ended") return Promise.resolve();
      this.execute({
        type: "unregister",
        registration: this.id,
        ...(headers === undefined ? {} : { headers }),
      });
    } catch (error) {
      return rejected(toSipError(error));
    }
    return unlessAborted(this.end.promise, signal);
  }

  /** @internal */
  handleSent(event: Extract<Event, { type: "registration_sent" }>): void {
    this.emit("sent", { unregister: event.unregister });
  }

  /** @internal */
  handleState(event: StateEvent, body?: Uint8Array): void {
    const { state, cause, status, reason, expires } = event;
    const { message: sipMessage } = caused(event, body);
    this.current = state;
    const said: RegistrationStateEvent = {
      state,
      ...(cause === undefined ? {} : { cause }),
      ...(status === undefined ? {} : { status }),
      ...(reason === undefined ? {} : { reason }),
      ...(expires === undefined ? {} : { expires }),
      ...(sipMessage === undefined ? {} : { message: sipMessage }),
    };
    if (state === "registered") this.success.resolve();
    if (state === "ended") {
      const message = describeRegistrationEnd(cause, status, reason);
      const error = new SipError(endCode(cause), message, { status, reason, sipMessage });
      this.success.reject(error);
      if (cause === undefined || cause === "unregistered") this.end.resolve();
      else this.end.reject(error);
    }
    this.emit("state", said);
  }

  /** @internal With the options of the last time. @throws SipError */
  registerAgain(): void {
    this.register(this.options);
  }

  /** @internal The agent can do no more for it. */
  abandon(): void {
    if (this.current === "ended") return;
    this.handleState({
      type: "registration",
      registration: this.id,
      state: "ended",
      cause: "transport_error",
    });
  }
}

function endCode(cause: StateEvent["cause"]): "stopped" | "rejected" | "timeout" | "transport_error" {
  return cause === undefined || cause === "unregistered" ? "stopped" : cause;
}

/** @internal */
export function registerCommand(options: RegisterOptions, registration?: number): Command {
  const { expires, headers, firstHeaders, caps, from } = optionsOf(options);
  return {
    type: "register",
    ...(registration === undefined ? {} : { registration }),
    ...(expires === undefined ? {} : { expires }),
    ...(headers === undefined ? {} : { headers }),
    ...(firstHeaders === undefined ? {} : { first_headers: firstHeaders }),
    ...(caps === undefined ? {} : { caps }),
    ...(from === undefined ? {} : { from }),
  };
}
