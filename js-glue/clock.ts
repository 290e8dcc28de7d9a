/** The steady clock and single timer that a driver needs. */

export interface Clock {
  /** Milliseconds of a steady clock. */
  now(): number;
  /** Calls `wake` once at that time or after; replaces what was set before. Infinity: never. */
  wakeAt(time: number, wake: () => void): void;
}

/** The host's clock: performance.now() and one setTimeout. */
export function createClock(): Clock {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    now: () => performance.now(),
    wakeAt(time, wake) {
      clearTimeout(timer);
      timer = undefined;
      if (time === Infinity) return;
      timer = setTimeout(wake, Math.max(0, Math.ceil(time - performance.now())));
    },
  };
}
