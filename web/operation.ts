/** One media request in work. */

/** The request was taken back: it goes no further and is not answered. */
export class Cancelled extends Error {}

/** Once cancelled it goes no further and is not answered. */
export class Operation {
  readonly token: number;
  cancelled = false;
  private wake: () => void = () => undefined;
  private readonly cancellation = new Promise<void>((resolve) => {
    this.wake = resolve;
  });

  constructor(token: number) {
    this.token = token;
  }

  cancel(): void {
    this.cancelled = true;
    this.wake();
  }

  /** Waits for the promise, but no longer than until the request is cancelled. */
  async unlessCancelled<T>(promise: Promise<T>): Promise<T> {
    const value = await Promise.race([promise, this.cancellation.then(() => undefined)]);
    if (this.cancelled) throw new Cancelled();
    return value as T;
  }
}
