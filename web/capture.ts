/** Microphone and camera: what to ask the browser for, and what its refusals mean. */

import type { Direction, MediaError } from "../js-glue/protocol.js";
import type { Environment } from "./environment.js";
import { SipError, describeMediaError } from "./errors.js";

/** What a track carries. */
export type MediaKind = "audio" | "video";

/** Video first, as the original tells of its streams. */
export const kinds: readonly MediaKind[] = ["video", "audio"];

/** Pixels. */
export interface VideoSize {
  /** Pixels; not less than this. */
  readonly minWidth?: number | undefined;
  /** Pixels; not less than this. */
  readonly minHeight?: number | undefined;
  /** Pixels; not more than this. */
  readonly maxWidth?: number | undefined;
  /** Pixels; not more than this. */
  readonly maxHeight?: number | undefined;
}

/** `deviceId`s of MediaDevices.enumerateDevices; none: the browser's choice. */
export interface DeviceChoice {
  /** The microphone. */
  readonly audio?: string | undefined;
  /** The camera. */
  readonly video?: string | undefined;
}

/** What happens to a call that is to send what cannot be captured. */
export type CaptureFallback = "none" | "receive";

/** Media work that failed, as the core is told. */
export class MediaFailure extends Error {
  override readonly name = "MediaFailure";
  readonly code: MediaError;
  constructor(code: MediaError, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** What was thrown, as the core is told. */
export function toFailure(error: unknown): MediaFailure {
  if (error instanceof MediaFailure) return error;
  return new MediaFailure("failed", messageOf(error), error);
}

/** Work of the browser; what it throws, as the API throws it. @throws SipError */
export async function working<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof SipError) throw error;
    const { code, message } = toFailure(error);
    throw new SipError(code, message, { cause: error });
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** RFC 3264 section 5.1: whether a direction sends. */
export function sends(direction: Direction | null): boolean {
  return direction === "sendrecv" || direction === "sendonly";
}

/** A maximum is also the size aimed at. */
export function sizeConstraints(size: VideoSize): Pick<MediaTrackConstraints, "width" | "height"> {
  const range = (min: number | undefined, max: number | undefined): ConstrainULongRange => ({
    ...(min ? { min } : {}),
    ...(max ? { max, ideal: max } : {}),
  });
  const width = range(size.minWidth, size.maxWidth);
  const height = range(size.minHeight, size.maxHeight);
  return {
    ...(Object.keys(width).length > 0 ? { width } : {}),
    ...(Object.keys(height).length > 0 ? { height } : {}),
  };
}

/** The getUserMedia argument for these kinds. */
export function constraintsFor(
  kinds: readonly MediaKind[],
  size: VideoSize = {},
  devices: DeviceChoice = {},
): MediaStreamConstraints {
  const device = (kind: MediaKind): MediaTrackConstraints => {
    const id = devices[kind];
    return id ? { deviceId: { exact: id } } : {};
  };
  const audio = device("audio");
  const video = { ...device("video"), ...sizeConstraints(size) };
  return {
    audio: kinds.includes("audio") && (Object.keys(audio).length > 0 ? audio : true),
    video: kinds.includes("video") && (Object.keys(video).length > 0 ? video : true),
  };
}

/**
 * Asks once for all kinds. A device that is gone is replaced by another one, as a call with another
 * microphone is better than none. @throws MediaFailure
 */
export async function capture(
  environment: Environment,
  kinds: readonly MediaKind[],
  size?: VideoSize,
  devices?: DeviceChoice,
): Promise<MediaStream> {
  if (!environment.getUserMedia) {
    const code = environment.isSecureContext ? "not_supported" : "insecure_context";
    throw new MediaFailure(code, describeMediaError(code));
  }
  try {
    return await environment.getUserMedia(constraintsFor(kinds, size, devices));
  } catch (error) {
    const chosen = kinds.some((kind) => devices?.[kind]);
    const name = error instanceof Error ? error.name : "";
    if (chosen && name === "OverconstrainedError") return capture(environment, kinds, size);
    throw await explain(environment, kinds, error);
  }
}

/** Whether the browser will give these kinds without asking anybody. */
export async function isGranted(
  environment: Environment,
  kinds: readonly MediaKind[],
): Promise<boolean> {
  const query = environment.queryPermission;
  if (kinds.length === 0) return true;
  if (!query) return false;
  try {
    const states = await Promise.all(
      kinds.map((kind) => query(kind === "audio" ? "microphone" : "camera")),
    );
    return states.every((state) => state === "granted");
  } catch {
    return false; // some browsers do not tell
  }
}

const deviceNames: { readonly [kind in MediaKind]: string } = {
  audio: "microphone",
  video: "camera",
};

async function explain(
  environment: Environment,
  kinds: readonly MediaKind[],
  error: unknown,
): Promise<MediaFailure> {
  const wanted = kinds.map((kind) => deviceNames[kind]).join(" and ");
  const name = error instanceof Error ? error.name : "";
  const said = error instanceof Error && error.message ? ` (${error.message})` : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return new MediaFailure(
        "permission_denied",
        `The use of the ${wanted} was not allowed${said}.`,
        error,
      );
    case "NotFoundError": {
      const missing = await missingDevices(environment, kinds);
      return new MediaFailure("no_device", `There is no ${missing}.`, error);
    }
    case "OverconstrainedError":
      return new MediaFailure("no_device", `No camera has the size that was asked for.`, error);
    case "NotReadableError":
      return new MediaFailure(
        "device_in_use",
        `The ${wanted} is used by another program or does not work${said}.`,
        error,
      );
    case "AbortError":
      return new MediaFailure("aborted", `The ${wanted} could not be opened${said}.`, error);
    default:
      return new MediaFailure("failed", `The ${wanted} could not be opened${said}.`, error);
  }
}

async function missingDevices(
  environment: Environment,
  kinds: readonly MediaKind[],
): Promise<string> {
  let present: readonly string[] = [];
  try {
    present = ((await environment.listDevices?.()) ?? []).map(({ kind }) => kind);
  } catch {
    present = [];
  }
  const missing = kinds.filter((kind) => !present.includes(`${kind}input`));
  return (missing.length > 0 ? missing : kinds).map((kind) => deviceNames[kind]).join(" and no ");
}
