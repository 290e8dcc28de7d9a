/** DTMF in the media stream (RFC 4733), one tone after the other, in the order in which they were asked for. */

/** What is used of an RTCDTMFSender. */
export interface ToneSender {
  readonly canInsertDTMF: boolean;
  readonly toneBuffer: string;
  insertDTMF(tones: string, duration?: number, interToneGap?: number): void;
  addEventListener(type: "tonechange", listener: (event: { readonly tone: string }) => void): void;
  removeEventListener(type: "tonechange", listener: (event: { readonly tone: string }) => void): void;
}

export interface ToneTimes {
  /** Milliseconds of one tone. */
  readonly duration: number;
  /** Milliseconds between two. */
  readonly gap: number;
}

/**
 * Plays the tones and resolves when the last one has begun. A queue of its own, because
 * `insertDTMF` replaces what has not been played yet.
 */
export function playTones(
  sender: ToneSender,
  tones: string,
  times: ToneTimes,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    let left = tones.length;
    const end = (): void => {
      sender.removeEventListener("tonechange", listener);
      signal?.removeEventListener("abort", stop);
      resolve();
    };
    const listener = (event: { readonly tone: string }): void => {
      // "" tells that the buffer is empty, also when somebody else emptied it.
      if (event.tone === "") return end();
      left -= 1;
      if (left <= 0) end();
    };
    const stop = (): void => {
      sender.insertDTMF("");
      end();
    };
    sender.addEventListener("tonechange", listener);
    signal?.addEventListener("abort", stop);
    sender.insertDTMF(tones, times.duration, times.gap);
  });
}
