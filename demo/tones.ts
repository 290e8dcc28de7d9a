/** Ring tone, ring-back tone and key tones, played by the page's audio elements. */
import { byId } from "./dom.js";

const KEY_FILES: ReadonlyMap<string, string> = new Map([
  ["*", "star"],
  ["#", "hash"],
]);

export class Tones {
  private readonly ring = byId("ringtone", HTMLAudioElement);
  private readonly ringBack = byId("ringbacktone", HTMLAudioElement);
  private readonly key = byId("dtmfTone", HTMLAudioElement);
  private unlocked = false;

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

  startRing(): void {
    start(this.ring);
  }

  startRingBack(): void {
    start(this.ringBack);
  }

  stopAll(): void {
    stop(this.ring);
    stop(this.ringBack);
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
