/** A registered user agent in the built sipml.wasm, with the server's part played by a test. */

import assert from "node:assert/strict";

import type { Core } from "../../js-glue/core.js";
import type { AgentConfig, Command, Event, MediaRequest } from "../../js-glue/protocol.js";
import type { ParsedMessage, ParsedRequest, ParsedResponse } from "../../js-glue/message-data.js";
import { functions } from "./package.js";

const utf8 = new TextEncoder();

/** What came of one input. */
export class Reaction {
  readonly sent: ParsedMessage[] = [];
  /** Messages that are no SIP: CRLFs. */
  readonly raw: string[] = [];
  readonly events: (Event & { readonly body: string })[] = [];
  readonly media: (MediaRequest & { readonly body: string })[] = [];

  get finals(): readonly ParsedResponse[] {
    return this.sent.filter(
      (message): message is ParsedResponse => message.kind === "response" && message.status >= 200,
    );
  }

  get requests(): readonly ParsedRequest[] {
    return this.sent.filter((message): message is ParsedRequest => message.kind === "request");
  }

  get rings(): boolean {
    return this.events.some((event) => event.type === "call_incoming");
  }

  /** Anything sent, or any event other than a diagnostic. */
  get acted(): boolean {
    const told = this.events.some((event) => event.type !== "diagnostic");
    return this.sent.length > 0 || this.raw.length > 0 || told || this.media.length > 0;
  }
}

export const headerOf = (message: ParsedMessage, name: string): string | undefined =>
  message.headers.find((one) => one.canonicalName.toLowerCase() === name.toLowerCase())?.value;

export class Phone {
  private readonly core: Core;
  private readonly agent: number;
  now = 0;

  constructor(core: Core, config: Partial<AgentConfig> = {}) {
    this.core = core;
    this.agent = core.createAgent({
      uri: "sip:alice@example.com",
      password: "secret",
      entropy: "42".repeat(32),
      ...config,
    });
    this.command({ type: "start" });
    core.connected(this.agent, this.now);
    this.drain();
  }

  receive(message: string | Uint8Array): Reaction {
    this.core.receive(
      this.agent,
      typeof message === "string" ? utf8.encode(message) : message,
      this.now,
    );
    return this.drain();
  }

  /** Takes a message and only counts what is sent because of it. */
  countSent(message: string): number {
    this.core.receive(this.agent, utf8.encode(message), this.now);
    let count = 0;
    for (let out = this.core.poll(this.agent); out; out = this.core.poll(this.agent))
      if (out.kind === "transmit") count += 1;
      else if (out.kind === "event") this.answer(out.event);
    return count;
  }

  /** As an application that takes every message, and knows no use of INFO outside calls. */
  private answer(event: Event): void {
    if (event.type !== "request_incoming") return;
    const status = event.method === "MESSAGE" ? 200 : 481;
    this.core.command(this.agent, { type: "respond", request: event.request, status }, "", this.now);
  }

  /** Lets time pass, and fires every timer that is due by then. */
  advance(milliseconds: number): Reaction {
    const end = this.now + milliseconds;
    for (let due = this.core.deadline(this.agent); due <= end; due = this.core.deadline(this.agent)) {
      this.now = Math.max(this.now, due);
      this.core.timerFired(this.agent, this.now);
    }
    this.now = end;
    return this.drain();
  }

  command(command: Command, body = ""): Reaction {
    this.core.command(this.agent, command, body, this.now);
    return this.drain();
  }

  close(): void {
    this.core.destroyAgent(this.agent);
  }

  private drain(): Reaction {
    const reaction = new Reaction();
    const decoder = new TextDecoder();
    for (let out = this.core.poll(this.agent); out; out = this.core.poll(this.agent)) {
      if (out.kind === "event") {
        reaction.events.push({ ...out.event, body: decoder.decode(out.body) });
        this.answer(out.event);
      } else if (out.kind === "media") {
        reaction.media.push({ ...out.request, body: decoder.decode(out.body) });
      } else if (out.kind === "transmit") {
        const text = decoder.decode(out.body);
        if (text.trim() === "") {
          reaction.raw.push(text);
          continue;
        }
        const parsed = functions.parseMessage(out.body);
        assert.ok(parsed.ok, text);
        // A response that refuses repeats what it got, however bad that is (RFC 3261 8.2.6.2).
        const repeats = parsed.value.kind === "response" && parsed.value.status >= 400;
        assert.ok(repeats || parsed.diagnostics.length === 0, `what is sent is right: ${text}`);
        reaction.sent.push(parsed.value);
      }
    }
    this.core.deadline(this.agent);
    return reaction;
  }
}

/** The lines that a response copies of a request. */
export const reply = (request: ParsedRequest, tag: string): string =>
  ["Via", "From", "To", "Call-ID", "CSeq"]
    .map((name) => `${name}: ${headerOf(request, name) ?? ""}${name === "To" ? `;tag=${tag}` : ""}`)
    .join("\r\n");
