/** Ring tone, ring-back tone and key tones, played by the page's audio elements. */
import { byId } from "./dom.js";

const KEY_FILES: ReadonlyMap<string, string> = new Map([
  ["*", "star"],
  ["#", "hash"],
]);

/** "waiting": the ring tone, soft, as somebody is talking. */
export type LoopTone = "ring" | "waiting" | "ringBack" | "none";

const SOFT = 0.2;

export class Tones {
  private readonly ring = byId("ringtone", HTMLAudioElement);
  private readonly ringBack = byId("ringbacktone", HTMLAudioElement);
  private readonly key = byId("dtmfTone", HTMLAudioElement);
  private unlocked = false;
  private volume = 1;
  private playing: LoopTone = "none";

  /** The elements that follow the choice of the speaker. */
  get elements(): readonly HTMLAudioElement[] {
    return [this.ring, this.ringBack, this.key];
  }

  /**
   * Call it inside a click: browsers of phones play an element without a click only if a click has
   * started it once.
   */
  unlock(): void {
    if (this.unlocked) return;
    this.unlocked = true;
    for (const element of [this.ring, this.ringBack]) {
      if (!element.paused) continue;
      element.muted = true;
      const done = (): void => {
        // A ring that began meanwhile has switched the sound on and goes on.
        if (element.muted) stop(element);
        element.muted = false;
      };
      element.play().then(done, done);
    }
  }

  /** 0 to 1. */
  setVolume(volume: number): void {
    this.volume = volume;
    this.ringBack.volume = volume;
    this.key.volume = volume;
    this.ring.volume = this.playing === "waiting" ? volume * SOFT : volume;
  }

  /** Plays this tone over and over; nothing happens if it is playing. */
  loop(tone: LoopTone): void {
    if (tone === this.playing) return;
    const before = this.playing;
    this.playing = tone;
    this.setVolume(this.volume);
    const rings = (which: LoopTone): boolean => which === "ring" || which === "waiting";
    if (rings(before) && !rings(tone)) stop(this.ring);
    if (before === "ringBack") stop(this.ringBack);
    if (rings(tone) && !rings(before)) start(this.ring);
    if (tone === "ringBack") start(this.ringBack);
  }

  /** `tone`: one of 0-9, * and #. */
  playKey(tone: string): void {
    this.key.src = `sounds/dtmf-${KEY_FILES.get(tone) ?? tone}.wav`;
    start(this.key);
  }
}

function start(element: HTMLAudioElement): void {
  element.muted = false;
  element.currentTime = 0;
  element.play().catch((error: unknown) => {
    // Refused before the first click, or stopped before it began: the page shows the call anyway.
    console.debug(`${element.id} is silent:`, error);
  });
}

function stop(element: HTMLAudioElement): void {
  element.pause();
  element.currentTime = 0;
}
