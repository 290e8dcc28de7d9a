/** The agents of one sipml.wasm instance: each method is one input or one poll. */

import { AGENT_EXPORTS } from "./abi.js";
import type { AgentExports } from "./abi.js";
import { CommandError, Instance, toBytes } from "./memory.js";
import type { Bytes } from "./memory.js";
import type { ParsedNameAddr } from "./message-data.js";
import type { AgentConfig, Command, Event, Log, MediaRequest } from "./protocol.js";

/** What an agent wants done, in the order in which it was made. */
export type Output =
  | { readonly kind: "transmit"; readonly body: Uint8Array }
  | { readonly kind: "event"; readonly event: Event; readonly body: Uint8Array }
  | { readonly kind: "media"; readonly request: MediaRequest; readonly body: Uint8Array }
  | { readonly kind: "log"; readonly log: Log; readonly body: Uint8Array };

/** An id that `createAgent` returned. */
export type AgentId = number;

/** A message with the Content-Length that it has. */
export interface MendedMessage {
  /** The octets to send, or to take for received. */
  readonly message: Uint8Array;
  /** The same for a log: with its secrets removed. */
  readonly shown: string;
}

/** What `Driver` needs of a core. */
export interface AgentCore {
  /** @throws CommandError if the configuration is refused. */
  createAgent(config: AgentConfig): AgentId;
  /** Forgets an agent. */
  destroyAgent(agent: AgentId): void;
  /** The WebSocket is open; `now` in milliseconds, as everywhere here. */
  connected(agent: AgentId, now: number): void;
  /** The WebSocket is closed, or never opened. */
  disconnected(agent: AgentId, now: number): void;
  /** One WebSocket message. */
  receive(agent: AgentId, message: Uint8Array, now: number): void;
  /**
   * Returns the id of what the command made, or 0.
   * @throws CommandError if it is refused.
   */
  command(agent: AgentId, command: Command, body: Bytes, now: number): number;
  /** The deadline has passed. */
  timerFired(agent: AgentId, now: number): void;
  /** When `timerFired` is due; Infinity when nothing is pending. */
  deadline(agent: AgentId): number;
  /** The next output; undefined when drained. */
  poll(agent: AgentId): Output | undefined;
  /** Makes a SIP message right whose body or head the host has changed. */
  mend(message: Uint8Array): MendedMessage;
}

/** Every method throws CoreCrashed once the module has trapped. */
export class Core implements AgentCore {
  private readonly instance: Instance<AgentExports>;

  /** @throws IncompatibleModule if the module is not a sipml.wasm of this package's version. */
  constructor(module: WebAssembly.Module) {
    this.instance = new Instance<AgentExports>(module, AGENT_EXPORTS);
  }

  /** Whether the module has trapped. */
  get crashed(): boolean {
    return this.instance.crashed;
  }

  /** Octets of memory in use by the module, for tests of leaks. */
  get memorySize(): number {
    return this.instance.memorySize;
  }

  createAgent(config: AgentConfig): AgentId {
    const head = toBytes(JSON.stringify(config));
    this.instance.write([head]);
    return this.instance.check(this.instance.run((e) => e.sipml_agent_create(head.length)));
  }

  destroyAgent(agent: AgentId): void {
    this.instance.run((e) => e.sipml_agent_destroy(agent));
  }

  connected(agent: AgentId, now: number): void {
    this.instance.check(this.instance.run((e) => e.sipml_agent_connected(agent, now)));
  }

  disconnected(agent: AgentId, now: number): void {
    this.instance.check(this.instance.run((e) => e.sipml_agent_disconnected(agent, now)));
  }

  receive(agent: AgentId, message: Uint8Array, now: number): void {
    // What is too long is so in its first part, too, and is answered from that.
    const part = message.subarray(0, input_limit);
    this.instance.write([part]);
    this.instance.check(this.instance.run((e) => e.sipml_agent_receive(agent, part.length, now)));
  }

  command(agent: AgentId, command: Command, body: Bytes, now: number): number {
    const head = toBytes(JSON.stringify(command));
    const content = toBytes(body);
    refuseTooLarge(head.length + content.length);
    this.instance.write([head, content]);
    return this.instance.check(
      this.instance.run((e) => e.sipml_agent_command(agent, head.length, content.length, now)),
    );
  }

  timerFired(agent: AgentId, now: number): void {
    this.instance.check(this.instance.run((e) => e.sipml_agent_timer_fired(agent, now)));
  }

  deadline(agent: AgentId): number {
    return this.instance.run((e) => e.sipml_agent_deadline(agent));
  }

  /** A URI, or an address as From and To hold it; undefined if the text is none. */
  parseAddress(text: string): ParsedNameAddr | undefined {
    const head = toBytes(text);
    this.instance.write([head]);
    const raw = this.instance.read(this.instance.run((e) => e.sipml_parse_address(head.length)));
    return raw && (this.instance.parse(raw.head) as ParsedNameAddr);
  }

  poll(agent: AgentId): Output | undefined {
    const raw = this.instance.read(this.instance.run((e) => e.sipml_agent_poll(agent)));
    if (!raw) return undefined;
    const body = raw.body;
    switch (raw.kind) {
      case "transmit":
        return { kind: "transmit", body };
      case "event":
        return { kind: "event", event: this.instance.parse(raw.head) as Event, body };
      case "media":
        return { kind: "media", request: this.instance.parse(raw.head) as MediaRequest, body };
      case "log":
        return { kind: "log", log: this.instance.parse(raw.head) as Log, body };
      case "result":
        throw this.instance.die("the SIP core made a result where an output was due");
    }
  }

  mend(message: Uint8Array): MendedMessage {
    refuseTooLarge(message.length);
    this.instance.write([message]);
    const pointer = this.instance.run((e) => e.sipml_mend_message(message.length));
    const result = this.instance.read(pointer);
    if (!result) throw this.instance.die("the SIP core mended no message");
    return { message: result.body, shown: result.head };
  }
}

/**
 * Octets of one input: several times what the module takes of a message or a command, so that it
 * says itself what is too long, and little enough not to run it out of memory.
 */
const input_limit = 4 * 1024 * 1024;

function refuseTooLarge(size: number): void {
  if (size <= input_limit) return;
  throw new CommandError({
    code: "limit_exceeded",
    argument: "body",
    message: `${size} octets are too many: they are limited to ${input_limit}`,
  });
}
