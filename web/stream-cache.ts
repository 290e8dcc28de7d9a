/** Microphone and camera that stay open from call to call (`enable_media_stream_cache` of sipML5). */

import type { MediaKind } from "./capture.js";
import type { Environment } from "./environment.js";

type Constraint = MediaTrackConstraints | boolean | undefined;

interface Kept {
  /** What it was asked for. */
  readonly wanted: string;
  readonly track: MediaStreamTrack;
}

/** One open track of each kind; calls get copies, which they stop. */
export class StreamCache {
  private readonly kept = new Map<MediaKind, Kept>();
  /** What was asked for before `clear` is not kept after it. */
  private generation = 0;

  /** As `getUserMedia`, but what is open already is not asked for again. */
  async open(
    environment: Pick<Environment, "createStream">,
    getUserMedia: NonNullable<Environment["getUserMedia"]>,
    constraints: MediaStreamConstraints,
  ): Promise<MediaStream> {
    const { createStream } = environment;
    if (!createStream) return getUserMedia(constraints);
    const copy = createStream();
    const missing: { -readonly [kind in MediaKind]?: Exclude<Constraint, undefined> } = {};
    for (const kind of ["audio", "video"] as const) {
      const wanted = constraints[kind];
      if (!wanted) continue;
      const track = this.find(kind, wanted);
      if (track) copy.addTrack(track.clone());
      else missing[kind] = wanted;
    }
    if (Object.keys(missing).length === 0) return copy;
    const { generation } = this;
    let stream: MediaStream;
    try {
      stream = await getUserMedia({ audio: false, video: false, ...missing });
    } catch (error) {
      for (const track of copy.getTracks()) track.stop();
      throw error;
    }
    for (const track of stream.getTracks()) {
      const kind = track.kind === "video" ? "video" : "audio";
      // After `clear` who waited for it still gets it, but it belongs to that call alone.
      const isKept = generation === this.generation;
      if (isKept) this.keep(kind, { wanted: JSON.stringify(missing[kind]), track });
      copy.addTrack(isKept ? track.clone() : track);
    }
    return copy;
  }

  /** Closes microphone and camera; calls keep their copies. */
  clear(): void {
    this.generation += 1;
    for (const { track } of this.kept.values()) track.stop();
    this.kept.clear();
  }

  private find(kind: MediaKind, wanted: Constraint): MediaStreamTrack | undefined {
    const kept = this.kept.get(kind);
    const isAsked = kept?.wanted === JSON.stringify(wanted) && kept.track.readyState !== "ended";
    return isAsked ? kept.track : undefined;
  }

  /** Another device, or another size: the one before is not needed any more. */
  private keep(kind: MediaKind, kept: Kept): void {
    this.kept.get(kind)?.track.stop();
    this.kept.set(kind, kept);
  }
}

/** The environment whose getUserMedia goes through the cache as long as `enabled` says so. */
export function withCache(
  environment: Environment,
  cache: StreamCache,
  enabled: () => boolean,
): Environment {
  const { getUserMedia } = environment;
  if (!getUserMedia) return environment;
  return {
    ...environment,
    getUserMedia: (constraints) =>
      enabled() ? cache.open(environment, getUserMedia, constraints) : getUserMedia(constraints),
  };
}
