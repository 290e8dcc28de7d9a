/** What a call is made or answered with. */

import type {
  Bandwidth,
  CallOptions as CallCommandOptions,
  CandidateKind,
  Direction,
  MediaDirections,
  NameValue,
} from "../js-glue/protocol.js";
import { optionsOf, wrongArgument } from "./arguments.js";
import type { CaptureFallback, DeviceChoice, VideoSize } from "./capture.js";

/** true: sendrecv; false: not at all. */
export type MediaChoice = boolean | Direction;

/** What of a call's options is about capturing. */
export interface CaptureOptions {
  /** Used instead of devices for the kinds of track that it has; never stopped by us. */
  readonly stream?: MediaStream;
  /** The picture that the camera is asked for; default: the agent's. */
  readonly videoSize?: VideoSize;
  /** Which microphone and camera; default: the browser's choice. */
  readonly devices?: DeviceChoice;
  /**
   * What happens if something is to be sent that cannot be captured, for want of a device or of
   * permission. "none", the default: the call, or its change, fails. "receive": it goes on without
   * sending that medium; "mediaPermission" of the agent tells why.
   */
  readonly fallback?: CaptureFallback;
}

interface CommonOptions extends CaptureOptions {
  /** Added to the requests of the call, or to the answer. */
  readonly headers?: readonly NameValue[];
  /** Added to the first INVITE, or to the answer to it, alone. */
  readonly firstHeaders?: readonly NameValue[];
  /** Contact parameters, RFC 3840. */
  readonly caps?: readonly NameValue[];
  /**
   * What the other side is told that we take, and what we send at most, in kilobits per second;
   * default: the agent's. Chromium refuses a description whose sound has a codec of fixed rate first
   * and less than that: G.711 needs 64.
   */
  readonly bandwidth?: Bandwidth;
  /** Written on the wire instead of what the browser does, per medium. */
  readonly wireDirections?: Partial<MediaDirections>;
  /** Encodings that the peer is neither told of nor sent, with their rtx and red: "telephone-event", "opus/48000/2". */
  readonly removedCodecs?: readonly string[];
  /** Encodings that stand first, in this order. */
  readonly codecOrder?: readonly string[];
  /** ICE candidates that the peer is not told of. */
  readonly removedCandidates?: readonly CandidateKind[];
  /**
   * Gives the call up: it is hung up if it was not established yet, and `established` rejects with
   * a SipError of code "aborted". Afterwards the signal means nothing.
   */
  readonly signal?: AbortSignal;
}

/** What a call is made with. */
export interface CallOptions extends CommonOptions {
  /** Default true. */
  readonly audio?: MediaChoice;
  /** Default false. */
  readonly video?: MediaChoice;
  /** Another From than the agent's address. */
  readonly from?: string;
}

/** What an incoming call is answered with. */
export interface AnswerOptions extends CommonOptions {
  /** Default: what the offer allows. */
  readonly audio?: MediaChoice;
  /** Default: what the offer allows. */
  readonly video?: MediaChoice;
}

/** @internal */
export function directionOf(choice: MediaChoice): Direction | null {
  if (choice === true) return "sendrecv";
  return choice === false ? null : choice;
}

/** @internal What is chosen for each medium, or else this. */
export function chosen(
  choice: { readonly audio?: MediaChoice; readonly video?: MediaChoice },
  otherwise: MediaDirections,
): MediaDirections {
  const { audio, video } = choice;
  return {
    audio: audio === undefined ? otherwise.audio : directionOf(audio),
    video: video === undefined ? otherwise.video : directionOf(video),
  };
}

/** @internal Those that are given. */
export function captureOptions(options: CaptureOptions): CaptureOptions {
  const { stream, videoSize, devices, fallback } = optionsOf(options);
  if (fallback !== undefined && fallback !== "none" && fallback !== "receive") {
    throw wrongArgument("fallback", '"none" or "receive"');
  }
  return {
    ...(stream === undefined ? {} : { stream }),
    ...(videoSize === undefined ? {} : { videoSize }),
    ...(devices === undefined ? {} : { devices }),
    ...(fallback === undefined ? {} : { fallback }),
  };
}

/** @internal The options that commands have in common, as the core names them. */
export function callOptions(
  options: CommonOptions,
  defaultBandwidth: Bandwidth | undefined,
): CallCommandOptions {
  const { headers, firstHeaders, caps, wireDirections } = optionsOf(options);
  const { removedCodecs, codecOrder, removedCandidates } = options;
  const bandwidth = options.bandwidth ?? defaultBandwidth;
  return {
    ...(headers === undefined ? {} : { headers }),
    ...(firstHeaders === undefined ? {} : { first_headers: firstHeaders }),
    ...(caps === undefined ? {} : { caps }),
    ...(bandwidth === undefined ? {} : { bandwidth }),
    ...(wireDirections === undefined ? {} : { wire_directions: wireDirections }),
    ...(removedCodecs === undefined ? {} : { removed_codecs: removedCodecs }),
    ...(codecOrder === undefined ? {} : { codec_order: codecOrder }),
    ...(removedCandidates === undefined ? {} : { removed_candidates: removedCandidates }),
  };
}
