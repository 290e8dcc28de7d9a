/** AbortSignal for everything that promises. */

import { wrongArgument } from "./arguments.js";
import { SipError } from "./errors.js";
import { Deferred } from "./events.js";

/** What can be given up. */
export interface Abortable {
  /** Aborting rejects the promise with a SipError of code "aborted"; its cause is the signal's reason. */
  readonly signal?: AbortSignal;
}

function abortError(signal: AbortSignal): SipError {
  return new SipError("aborted", "The operation was aborted.", { cause: signal.reason });
}

/** @throws SipError `aborted` if the signal was used before anything began. */
export function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  if (typeof signal !== "object" || typeof signal?.addEventListener !== "function") {
    throw wrongArgument("signal", "an AbortSignal");
  }
  if (signal.aborted) throw abortError(signal);
}

/** Calls once with the error, as soon as the signal is used; the result takes it back. */
export function onAbort(signal: AbortSignal, act: (error: SipError) => void): () => void {
  const listener = (): void => act(abortError(signal));
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}

/** The promise, or a rejection as soon as the signal says so; `forget` is called then. */
export function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  forget: () => void = () => undefined,
): Promise<T> {
  if (!signal) return promise;
  const result = new Deferred<T>();
  const settled = onAbort(signal, (error) => {
    result.reject(error);
    forget();
  });
  promise.then(
    (value) => {
      settled();
      result.resolve(value);
    },
    (error: unknown) => {
      settled();
      result.reject(error instanceof Error ? error : new Error(String(error)));
    },
  );
  return result.promise;
}
