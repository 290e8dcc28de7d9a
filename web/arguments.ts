/** What the page gives, checked before anything is done with it. */

import { SipError } from "./errors.js";

/** The error for an argument that is not what it has to be. */
export function wrongArgument(argument: string, expected: string): SipError {
  return new SipError("invalid_argument", `${argument} must be ${expected}.`, { argument });
}

/** @throws SipError `invalid_argument` unless it is an object. */
export function optionsOf<Options extends object>(given: Options, argument = "options"): Options {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw wrongArgument(argument, "an object");
  }
  return given;
}

/** @throws SipError `invalid_argument` unless it is text. */
export function stringOf(given: string, argument: string): string {
  if (typeof given !== "string") throw wrongArgument(argument, "a string");
  return given;
}

/** @throws SipError `invalid_argument` unless it is text or octets. */
export function contentOf(given: string | Uint8Array): string | Uint8Array {
  if (typeof given === "string" || given instanceof Uint8Array) return given;
  throw wrongArgument("content", "a string or a Uint8Array");
}

/** @throws SipError `invalid_argument` unless it is "audio" or "video". */
export function kindOf<Kind extends "audio" | "video">(given: Kind): Kind {
  if (given === "audio" || given === "video") return given;
  throw wrongArgument("kind", '"audio" or "video"');
}
