/** What the encoders of a call are told: how much they may send, and when to begin anew. */

import type { Bandwidth } from "../js-glue/protocol.js";
import { wrongArgument } from "./arguments.js";

/**
 * Limits what an encoder makes, in kilobits per second; undefined: no limit. What is written into
 * descriptions (RFC 8866 section 5.8) binds the peer alone.
 */
export async function limitBitrate(
  sender: RTCRtpSender,
  kilobits: number | undefined,
): Promise<void> {
  // Some browsers know neither before an encoder has begun.
  const parameters = sender.getParameters?.();
  const encodings = parameters?.encodings ?? [];
  const limit = kilobits === undefined ? undefined : kilobits * 1000;
  if (encodings.every(({ maxBitrate }) => maxBitrate === limit)) return;
  for (const encoding of encodings) {
    if (limit === undefined) delete encoding.maxBitrate;
    else encoding.maxBitrate = limit;
  }
  await sender.setParameters(parameters);
}

/**
 * Makes the encoder begin anew, so that who lost something sees a whole picture (RFC 5168). Where
 * the browser does not know `encodingOptions`, an encoding is stopped and started.
 */
export async function produceKeyFrame(sender: RTCRtpSender): Promise<void> {
  const parameters = sender.getParameters();
  let understood = false;
  const options = {
    // A browser that knows it reads it.
    get encodingOptions() {
      understood = true;
      return parameters.encodings.map(() => ({ keyFrame: true }));
    },
  };
  await sender.setParameters(parameters, options);
  if (understood) return;
  for (const active of [false, true]) {
    const next = sender.getParameters();
    for (const encoding of next.encodings) encoding.active = active;
    await sender.setParameters(next);
  }
}

/** @throws SipError `invalid_argument` unless its values are numbers above zero */
export function bandwidthOf(given: Bandwidth): Bandwidth {
  for (const kind of ["audio", "video"] as const) {
    const value = given[kind];
    if (value !== undefined && !(typeof value === "number" && value > 0 && value < Infinity)) {
      throw wrongArgument(`bandwidth.${kind}`, "a number of kilobits per second above 0");
    }
  }
  return given;
}
