/** Calls the page's hooks, and keeps what they do wrong from doing harm. */

import type { MendedMessage } from "../js-glue/core.js";
import type { DescriptionContext, Hooks } from "./options.js";

/** What the hooks of one agent need. */
export interface HookCalls {
  readonly hooks: () => Hooks | undefined;
  /** Corrects Content-Length. */
  readonly mend: (message: Uint8Array) => MendedMessage;
  /** A hook threw, or returned what is no text. */
  readonly failed: (hook: keyof Hooks, error: unknown) => void;
  /** A message as it was before its hook, or is after it; without secrets. */
  readonly changed: (direction: "sent" | "received", hook: "before" | "after", text: string) => void;
  /** A description as it was before its hook, and is after it. */
  readonly described: (hook: DescriptionHook, call: number, before: string, after: string) => void;
}

/** A hook that sees descriptions. */
export type DescriptionHook = "localDescription" | "remoteDescription";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Octets as text and back: UTF-8, or else one character for each octet. */
function toText(octets: Uint8Array): { text: string; encode: (text: string) => Uint8Array } {
  try {
    return { text: strict.decode(octets), encode: (text) => encoder.encode(text) };
  } catch {
    return {
      text: Array.from(octets, (octet) => String.fromCharCode(octet)).join(""),
      encode: (text) => Uint8Array.from(text, (character) => character.charCodeAt(0)),
    };
  }
}

/** Pings between messages (RFC 5626 section 3.5.1) are no messages. */
function isPing(octets: Uint8Array): boolean {
  return octets.length <= 4 && octets.every((octet) => octet === 13 || octet === 10);
}

export class HookRunner {
  private readonly calls: HookCalls;

  constructor(calls: HookCalls) {
    this.calls = calls;
  }

  /** The message to send; undefined: none. */
  messageOut(message: Uint8Array): Uint8Array | undefined {
    const changed = this.message("messageOut", message);
    if (changed === undefined) return message;
    if (changed.length === 0) return undefined;
    const mended = this.mend("messageOut", changed);
    if (mended) this.calls.changed("sent", "after", mended.shown);
    return mended?.message ?? message;
  }

  /** The message to take for received; undefined: none. */
  messageIn(message: Uint8Array): Uint8Array | undefined {
    const changed = this.message("messageIn", message);
    if (changed === undefined) return message;
    const before = this.mend("messageIn", message);
    if (before) this.calls.changed("received", "before", before.shown);
    if (changed.length === 0) return undefined;
    return this.mend("messageIn", changed)?.message ?? message;
  }

  /** The description to use instead of the given one. */
  description(
    hook: DescriptionHook,
    sdp: string,
    context: DescriptionContext,
  ): string {
    const call = this.calls.hooks()?.[hook];
    const changed = (call && this.run(hook, () => call(sdp, context))) ?? sdp;
    if (changed !== sdp) this.calls.described(hook, context.call, sdp, changed);
    return changed;
  }

  private message(hook: "messageOut" | "messageIn", message: Uint8Array): Uint8Array | undefined {
    const call = this.calls.hooks()?.[hook];
    if (!call || isPing(message)) return undefined;
    const { text, encode } = toText(message);
    const changed = this.run(hook, () => call(text));
    return changed === undefined || changed === text ? undefined : encode(changed);
  }

  /** Only a core that has stopped working cannot do it. */
  private mend(hook: keyof Hooks, message: Uint8Array): MendedMessage | undefined {
    try {
      return this.calls.mend(message);
    } catch (error) {
      this.calls.failed(hook, error);
      return undefined;
    }
  }

  private run(hook: keyof Hooks, call: () => unknown): string | undefined {
    try {
      const result = call();
      if (result === undefined || typeof result === "string") return result;
      throw new TypeError(`the hook ${hook} returned what is neither a string nor undefined`);
    } catch (error) {
      this.calls.failed(hook, error);
      return undefined;
    }
  }
}
