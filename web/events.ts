/** A typed event emitter whose listeners cannot harm what emits. */

/** Reports what a listener threw; replaced in tests. */
export type Report = (error: unknown) => void;

export const reportToConsole: Report = (error) => {
  console.error("sipml: a listener threw", error);
};

/** `Events` maps a name to the tuple of what its listeners get. */
export class Emitter<Events extends { [Name in keyof Events]: readonly unknown[] }> {
  private readonly listeners: {
    [Name in keyof Events]?: Set<(...values: Events[Name]) => void>;
  } = {};

  /** @internal Gets what listeners throw; default: the console does. */
  reporter: Report = reportToConsole;

  /**
   * Returns the function that removes the listener again. A listener that throws, or whose promise
   * rejects, is reported on the console and by the agent's "diagnostic"; the others are called.
   */
  on<Name extends keyof Events>(
    name: Name,
    listener: (...values: Events[Name]) => void,
  ): () => void {
    (this.listeners[name] ??= new Set()).add(listener);
    return () => this.off(name, listener);
  }

  /** Removes a listener. */
  off<Name extends keyof Events>(name: Name, listener: (...values: Events[Name]) => void): void {
    this.listeners[name]?.delete(listener);
  }

  /** Whether an event of this name would be heard. */
  protected hears(name: keyof Events): boolean {
    return (this.listeners[name]?.size ?? 0) > 0;
  }

  /** Calls the listeners that are there now, in the order in which they came. */
  protected emit<Name extends keyof Events>(name: Name, ...values: Events[Name]): void {
    for (const listener of [...(this.listeners[name] ?? [])]) {
      try {
        const result: unknown = listener(...values);
        if (result instanceof Promise) result.catch((error: unknown) => this.reporter(error));
      } catch (error) {
        this.reporter(error);
      }
    }
  }
}

/** A promise with its two ends; a rejection that nobody awaits stays silent. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  settled = false;
  private resolvePromise!: (value: T) => void;
  private rejectPromise!: (error: Error) => void;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolvePromise = resolve;
      this.rejectPromise = reject;
    });
    this.promise.catch(() => undefined);
  }

  resolve(value: T): void {
    this.settled = true;
    this.resolvePromise(value);
  }

  reject(error: Error): void {
    this.settled = true;
    this.rejectPromise(error);
  }
}

/** A rejected promise that stays silent if nobody awaits it. */
export function rejected<T>(error: unknown): Promise<T> {
  const promise = Promise.reject<T>(error);
  promise.catch(() => undefined);
  return promise;
}
