/** Feeds one agent: an input, then its outputs in order, then the timer. */

import type { Clock } from "./clock.js";
import type { AgentCore, AgentId, Output } from "./core.js";
import { CoreCrashed, toBytes } from "./memory.js";
import type { Bytes } from "./memory.js";
import type { AgentConfig, Command, Event, Log, MediaRequest } from "./protocol.js";

/** Where outputs go. A handler may call the driver at any time and may throw: `report` gets it. */
export interface DriverHandlers {
  /** One WebSocket message. */
  transmit(message: Uint8Array): void;
  /** Something happened; `body` is its content. */
  event(event: Event, body: Uint8Array): void;
  /** The browser is to do something with media; answered by `media_ready` or `media_failed`. */
  media(request: MediaRequest, body: Uint8Array): void;
  /** A SIP message, secrets removed. */
  log(log: Log, body: Uint8Array): void;
  /** The core is dead; nothing follows. */
  fatal(error: CoreCrashed): void;
  /** An exception of one of the handlers above. */
  report(error: unknown): void;
}

/** One input as it was fed, to replay it. The password is replaced by "***". */
export type RecordedInput = { readonly now: number } & (
  | { readonly input: "create"; readonly config: AgentConfig }
  | { readonly input: "connected" | "disconnected" | "timer_fired" }
  | { readonly input: "receive"; readonly message: Uint8Array }
  | { readonly input: "command"; readonly command: Command; readonly body: Uint8Array }
);

/** What a `Driver` does besides. */
export interface DriverOptions {
  /** Gets every input before it is fed. */
  readonly record?: (input: RecordedInput) => void;
}

/** setTimeout takes a signed 32-bit number of milliseconds. */
const longest_timer = 2 ** 31 - 1;

type Queued = Output | { readonly kind: "fatal"; readonly error: CoreCrashed };

/** One agent with its clock: feeds an input, hands out what it causes in order, sets the timer. */
export class Driver {
  private readonly core: AgentCore;
  private readonly agent: AgentId;
  private readonly clock: Clock;
  private readonly handlers: DriverHandlers;
  private readonly record: ((input: RecordedInput) => void) | undefined;
  private readonly queue: Queued[] = [];
  private dispatching = false;
  private flushPending = false;
  private alive = true;

  /** @throws CommandError if the configuration is refused. */
  constructor(
    core: AgentCore,
    config: AgentConfig,
    clock: Clock,
    handlers: DriverHandlers,
    options: DriverOptions = {},
  ) {
    this.core = core;
    this.clock = clock;
    this.handlers = handlers;
    this.record = options.record;
    this.note(() => ({ now: clock.now(), input: "create", config: withoutPassword(config) }));
    this.agent = core.createAgent(config);
  }

  /** The WebSocket is open. */
  connected(): void {
    this.feed((now) => {
      this.note(() => ({ now, input: "connected" }));
      this.core.connected(this.agent, now);
    });
  }

  /** The WebSocket is closed, or never opened. */
  disconnected(): void {
    this.feed((now) => {
      this.note(() => ({ now, input: "disconnected" }));
      this.core.disconnected(this.agent, now);
    });
  }

  /** One WebSocket message. */
  receive(message: Uint8Array): void {
    this.feed((now) => {
      this.note(() => ({ now, input: "receive", message }));
      this.core.receive(this.agent, message, now);
    });
  }

  /**
   * Returns the id of what the command made, or 0. What the command causes is delivered after the
   * caller's code has run, except messages with nothing before them, which leave at once.
   * @throws CommandError if the core refuses it; CoreCrashed if the core is or becomes dead.
   */
  command(command: Command, body: Bytes = ""): number {
    if (!this.alive) throw new CoreCrashed("the SIP core stopped working");
    const now = this.clock.now();
    this.note(() => ({
      now,
      input: "command",
      command: command.type === "configure"
        ? { type: "configure", config: withoutPassword(command.config) }
        : command,
      body: toBytes(body),
    }));
    try {
      return this.core.command(this.agent, command, body, now);
    } catch (error) {
      if (error instanceof CoreCrashed) this.die(error);
      throw error;
    } finally {
      this.drain(true);
      this.arm();
      this.flushLater();
    }
  }

  /** Forgets the agent: no timer, no output, no input after this. */
  close(): void {
    if (!this.alive) return;
    this.alive = false;
    this.queue.length = 0;
    this.clock.wakeAt(Infinity, () => undefined);
    try {
      this.core.destroyAgent(this.agent);
    } catch (error) {
      this.handlers.report(error);
    }
  }

  private feed(input: (now: number) => void): void {
    if (!this.alive) return;
    try {
      input(this.clock.now());
    } catch (error) {
      if (error instanceof CoreCrashed) this.die(error);
      else this.handlers.report(error);
    }
    this.drain(false);
    this.arm();
    this.flush();
  }

  /** Empties the core into the queue; `sendNow`: messages that head the queue leave at once. */
  private drain(sendNow: boolean): void {
    if (!this.alive) return;
    try {
      for (let out = this.core.poll(this.agent); out; out = this.core.poll(this.agent)) {
        const first = sendNow && !this.dispatching && this.queue.length === 0;
        if (first && out.kind === "transmit") this.deliver(out);
        else this.queue.push(out);
      }
    } catch (error) {
      this.fail(error);
    }
  }

  private arm(): void {
    if (!this.alive) return;
    try {
      const deadline = this.core.deadline(this.agent);
      const latest = this.clock.now() + longest_timer;
      this.clock.wakeAt(deadline === Infinity ? Infinity : Math.min(deadline, latest), () =>
        this.wake(),
      );
    } catch (error) {
      this.fail(error);
    }
  }

  /** The timer went off: perhaps early, or only because the wait was too long for one timer. */
  private wake(): void {
    if (!this.alive) return;
    const now = this.clock.now();
    let due: boolean;
    try {
      due = this.core.deadline(this.agent) <= now;
    } catch (error) {
      this.fail(error);
      this.flush();
      return;
    }
    if (!due) {
      this.arm();
      return;
    }
    this.feed((at) => {
      this.note(() => ({ now: at, input: "timer_fired" }));
      this.core.timerFired(this.agent, at);
    });
  }

  private flushLater(): void {
    if (this.queue.length === 0 || this.flushPending || this.dispatching) return;
    this.flushPending = true;
    void Promise.resolve().then(() => {
      this.flushPending = false;
      this.flush();
    });
  }

  private flush(): void {
    if (this.dispatching) return; // a handler called in: the loop below it continues in order
    this.dispatching = true;
    try {
      for (let out = this.queue.shift(); out; out = this.queue.shift()) this.deliver(out);
    } finally {
      this.dispatching = false;
    }
  }

  private deliver(out: Queued): void {
    try {
      switch (out.kind) {
        case "transmit":
          return this.handlers.transmit(out.body);
        case "event":
          return this.handlers.event(out.event, out.body);
        case "media":
          return this.handlers.media(out.request, out.body);
        case "log":
          return this.handlers.log(out.log, out.body);
        case "fatal":
          return this.handlers.fatal(out.error);
      }
    } catch (error) {
      this.handlers.report(error);
    }
  }

  private fail(error: unknown): void {
    this.die(error instanceof CoreCrashed ? error : new CoreCrashed(String(error)));
  }

  private die(error: CoreCrashed): void {
    if (!this.alive) return;
    this.alive = false;
    this.clock.wakeAt(Infinity, () => undefined);
    this.queue.push({ kind: "fatal", error });
  }

  private note(make: () => RecordedInput): void {
    if (!this.record) return;
    try {
      this.record(make());
    } catch (error) {
      this.handlers.report(error);
    }
  }
}

function withoutPassword<C extends Partial<AgentConfig>>(config: C): C {
  return config.password === undefined ? config : { ...config, password: "***" };
}
