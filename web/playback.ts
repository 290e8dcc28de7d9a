/** What plays calls: elements of the page, and the speaker that they play on. */

import type { CallControls } from "./call-controls.js";
import type { Environment } from "./environment.js";
import { SipError } from "./errors.js";

/** The elements that play calls of one agent. */
export class Playback {
  private readonly environment: Pick<Environment, "setSpeaker" | "listDevices">;
  private readonly playing = new Map<HTMLMediaElement, () => void>();
  private speaker = "";
  /** Where elements play that we have put somewhere; they outlive the calls that they play. */
  private readonly placed = new WeakMap<HTMLMediaElement, string>();

  constructor(environment: Pick<Environment, "setSpeaker" | "listDevices">) {
    this.environment = environment;
  }

  /** Plays what the call receives, now and later; the result ends it. */
  play(call: CallControls, element: HTMLMediaElement): () => void {
    this.playing.get(element)?.();
    if (call.state === "ended") return () => undefined;
    const show = (stream: MediaStream | null): void => {
      if (stream && element.srcObject !== stream) element.srcObject = stream;
      if (!stream) return;
      // Refused until the person has touched the page; `autoplay` then starts it.
      element.play()?.catch(() => undefined);
    };
    const forget = [call.on("remoteStream", show), call.on("ended", () => stop())];
    const stop = (): void => {
      if (this.playing.get(element) !== stop) return;
      this.playing.delete(element);
      for (const end of forget) end();
      element.srcObject = null;
    };
    this.playing.set(element, stop);
    if (this.speaker !== (this.placed.get(element) ?? "")) {
      // A speaker that is gone by now: the browser's choice plays.
      this.place(element, this.speaker).catch(() => undefined);
    }
    show(call.remoteStream);
    return stop;
  }

  /** @throws SipError, and everything plays where it played */
  async use(speaker: string): Promise<void> {
    if (!this.environment.setSpeaker) {
      throw new SipError("not_supported", "This browser lets pages choose no speaker.");
    }
    const before = this.speaker;
    const elements = [...this.playing.keys()];
    try {
      if (elements.length === 0 && speaker !== "") await this.expectSpeaker(speaker);
      await Promise.all(elements.map((element) => this.place(element, speaker)));
      this.speaker = speaker;
    } catch (error) {
      await Promise.allSettled(elements.map((element) => this.place(element, before)));
      if (error instanceof SipError) throw error;
      const name = error instanceof Error ? error.name : "";
      if (name === "NotAllowedError" || name === "SecurityError") {
        const text = "The use of this speaker was not allowed.";
        throw new SipError("permission_denied", text, { cause: error });
      }
      throw new SipError("no_device", "There is no such speaker.", { cause: error });
    }
  }

  /** Devices came or went: where the speaker is gone, the browser's choice plays. */
  async follow(): Promise<void> {
    const { speaker } = this;
    if (speaker === "" || (await this.hasSpeaker(speaker)) || speaker !== this.speaker) return;
    this.speaker = "";
    for (const element of this.playing.keys()) this.place(element, "").catch(() => undefined);
  }

  private async place(element: HTMLMediaElement, speaker: string): Promise<void> {
    await this.environment.setSpeaker?.(element, speaker);
    this.placed.set(element, speaker);
  }

  private async expectSpeaker(speaker: string): Promise<void> {
    if (!(await this.hasSpeaker(speaker))) {
      throw new SipError("no_device", "There is no such speaker.");
    }
  }

  private async hasSpeaker(speaker: string): Promise<boolean> {
    try {
      const found = (await this.environment.listDevices?.()) ?? [];
      return found.some(({ kind, deviceId }) => kind === "audiooutput" && deviceId === speaker);
    } catch {
      return true; // not known to be gone
    }
  }
}
