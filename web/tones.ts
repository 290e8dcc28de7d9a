/** DTMF: in the media stream (RFC 4733) or by INFO, one tone after the other, as they were asked for. */

import { onAbort, refuseAborted } from "./abort.js";
import type { Abortable } from "./abort.js";
import { optionsOf } from "./arguments.js";
import { SipError } from "./errors.js";
import { Deferred } from "./events.js";

/** How tones are sent. */
export interface DtmfOptions extends Abortable {
  /**
   * "rfc4733": in the media stream, if that was negotiated (`telephone-event`). "info": by INFO
   * with `application/dtmf-relay`, as sipML5 did. "auto", the default: in the stream where it was
   * negotiated, otherwise by INFO.
   */
  readonly method?: "auto" | "rfc4733" | "info";
  /** Milliseconds of a tone, 40 to 6000; default 120. */
  readonly duration?: number;
}

/** One tone of a call. */
export interface ToneEvent {
  /**
   * local: it begins to be sent. remote: the peer sent it by INFO; browsers do not tell of tones in
   * the media stream, they play them.
   */
  readonly side: "local" | "remote";
  /** `0`-`9`, `A`-`D`, `*` or `#`. */
  readonly tone: string;
  /** Milliseconds. */
  readonly duration: number;
  /** How it goes over the wire. */
  readonly method: "rfc4733" | "info";
}

/** What is used of an RTCDTMFSender. */
export interface ToneSender {
  readonly canInsertDTMF: boolean;
  readonly toneBuffer: string;
  insertDTMF(tones: string, duration?: number, interToneGap?: number): void;
  addEventListener(type: "tonechange", listener: (event: { readonly tone: string }) => void): void;
  removeEventListener(type: "tonechange", listener: (event: { readonly tone: string }) => void): void;
}

/** Milliseconds, as the original wrote it into the body; and what servers can tell apart. */
const default_duration = 120;
const gap = 70;
/**
 * Milliseconds that a tone may be late. A stream that is put on hold, or ends, stops playing tones
 * and does not tell (W3C webrtc, 7.3: the playout task ends without an event).
 */
const patience = 5000;

/** What tones need of their call. */
export interface TonePorts {
  /** Of the media stream; undefined where the peer takes none, or nothing is sent. */
  readonly sender: () => ToneSender | undefined;
  /** Resolves when the descriptions that have come are with the browser. */
  readonly settled: () => Promise<void>;
  /** Sends an INFO; resolves at a 2xx. */
  readonly inform: (content: string, contentType: string, signal: AbortSignal) => Promise<unknown>;
  readonly tell: (event: ToneEvent) => void;
  /** Calls once after so many milliseconds; the result cancels. */
  readonly after: (milliseconds: number, callback: () => void) => () => void;
}

interface Sending {
  readonly done: Deferred<void>;
  readonly stop: AbortController;
}

/** The tones of one call that are being sent, and those that wait for them. */
export class Tones {
  private readonly ports: TonePorts;
  private readonly sendings = new Set<Sending>();
  private last: Promise<void> = Promise.resolve();

  constructor(ports: TonePorts) {
    this.ports = ports;
  }

  /** Resolves when the last one has begun, or was accepted. @throws SipError */
  async send(tones: string, options: DtmfOptions = {}): Promise<void> {
    const { method, duration, signal } = checked(tones, options);
    const sending: Sending = { done: new Deferred<void>(), stop: new AbortController() };
    const forget = signal && onAbort(signal, (error) => this.end(sending, error));
    this.sendings.add(sending);
    this.last = this.last.then(async () => {
      if (sending.done.settled) return;
      try {
        await this.run(tones, method, duration, sending.stop.signal);
        this.end(sending);
      } catch (error) {
        this.end(sending, error);
      }
    });
    try {
      await sending.done.promise;
    } finally {
      forget?.();
    }
  }

  /** Leaves out what was not sent; who waits for it gets this. */
  cancel(error: SipError = new SipError("aborted", "The tones were cancelled.")): void {
    for (const sending of [...this.sendings]) this.end(sending, error);
  }

  private end(sending: Sending, error?: unknown): void {
    if (!this.sendings.delete(sending)) return;
    if (error === undefined) return sending.done.resolve();
    sending.done.reject(error instanceof Error ? error : new Error(String(error)));
    sending.stop.abort();
  }

  private async run(
    tones: string,
    method: "auto" | "rfc4733" | "info",
    duration: number,
    signal: AbortSignal,
  ): Promise<void> {
    let sender = method === "info" ? undefined : this.ports.sender();
    if (!sender && method !== "info") {
      // The answer may have come a moment ago.
      await this.ports.settled();
      if (signal.aborted) return;
      sender = this.ports.sender();
    }
    if (sender) {
      const begun = (tone: string): void =>
        this.ports.tell({ side: "local", tone, duration, method: "rfc4733" });
      return playTones({ sender, tones, duration, signal, begun, after: this.ports.after });
    }
    if (method === "rfc4733") {
      const text = "The other side takes no tones in its media stream.";
      throw new SipError("not_supported", text, { argument: "method" });
    }
    for (const tone of tones) {
      if (signal.aborted) return;
      const content = `Signal=${tone}\r\nDuration=${duration}`;
      const accepted = this.ports.inform(content, "application/dtmf-relay", signal);
      this.ports.tell({ side: "local", tone, duration, method: "info" });
      await accepted;
    }
  }
}

function checked(
  tones: string,
  options: DtmfOptions,
): { method: "auto" | "rfc4733" | "info"; duration: number; signal: AbortSignal | undefined } {
  const wrong = (argument: string, text: string): SipError =>
    new SipError("invalid_argument", text, { argument });
  if (typeof tones !== "string" || !/^[0-9A-Da-d*#]+$/.test(tones)) {
    throw wrong("tone", `"${tones}" is not a DTMF tone.`);
  }
  const { method = "auto", duration = default_duration, signal } = optionsOf(options);
  if (method !== "auto" && method !== "rfc4733" && method !== "info") {
    throw wrong("method", `"${String(method)}" is not auto, rfc4733 or info.`);
  }
  if (typeof duration !== "number" || !(duration >= 40 && duration <= 6000)) {
    throw wrong("duration", `${String(duration)} is not a duration from 40 to 6000 ms.`);
  }
  refuseAborted(signal);
  return { method, duration, signal };
}

interface Playing {
  readonly sender: ToneSender;
  readonly tones: string;
  readonly duration: number;
  readonly signal: AbortSignal;
  readonly begun: (tone: string) => void;
  readonly after: TonePorts["after"];
}

/**
 * Plays the tones and resolves when the last one has begun; rejects with SipError if the stream
 * stops playing them. A queue of its own, because `insertDTMF` replaces what has not been played yet.
 */
function playTones({ sender, tones, duration, signal, begun, after }: Playing): Promise<void> {
  const result = new Deferred<void>();
  let left = tones.length;
  let cancelWait: () => void = () => undefined;
  const end = (error?: SipError): void => {
    cancelWait();
    sender.removeEventListener("tonechange", listener);
    signal.removeEventListener("abort", stop);
    if (error) result.reject(error);
    else result.resolve();
  };
  const wait = (): void => {
    cancelWait();
    cancelWait = after(duration + gap + patience, () => {
      silence();
      end(new SipError("failed", "The media stream has stopped playing the tones."));
    });
  };
  const listener = ({ tone }: { readonly tone: string }): void => {
    // "" tells that the buffer is empty, also when somebody else emptied it.
    if (tone === "") return end();
    left -= 1;
    begun(tone);
    if (left <= 0) end();
    else wait();
  };
  const silence = (): void => {
    try {
      sender.insertDTMF("");
    } catch {
      // The stream has ended, and its tones with it.
    }
  };
  const stop = (): void => {
    silence();
    end();
  };
  sender.addEventListener("tonechange", listener);
  signal.addEventListener("abort", stop);
  wait();
  try {
    sender.insertDTMF(tones, duration, gap);
  } catch (error) {
    end(new SipError("failed", "The media stream does not play the tones.", { cause: error }));
  }
  return result.promise;
}
