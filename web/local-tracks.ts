/** What a call sends: its tracks, where they come from, and who stops them. */

import type { MediaDirections } from "../js-glue/protocol.js";
import { MediaFailure, capture, kinds, sends, toFailure } from "./capture.js";
import type { DeviceChoice, MediaKind, VideoSize } from "./capture.js";
import type { Environment } from "./environment.js";
import { Cancelled } from "./operation.js";
import type { Operation } from "./operation.js";

/** Captured tracks that several calls may use: the last that lets go of one stops it. */
export class SharedTracks {
  private readonly users = new Map<MediaStreamTrack, number>();

  hold(track: MediaStreamTrack): void {
    this.users.set(track, (this.users.get(track) ?? 0) + 1);
  }

  release(track: MediaStreamTrack): void {
    const left = (this.users.get(track) ?? 1) - 1;
    if (left > 0) {
      this.users.set(track, left);
    } else {
      this.users.delete(track);
      track.stop();
    }
  }
}

export interface LocalTracksHandlers {
  permission(state: "requested" | "accepted" | "refused", failure?: MediaFailure): void;
  /** Tracks of these kinds are new in the stream. */
  added(stream: MediaStream, kinds: readonly MediaKind[]): void;
}

export class LocalTracks {
  private readonly environment: Environment;
  private readonly shared: SharedTracks;
  private readonly handlers: LocalTracksHandlers;
  private local: MediaStream | undefined;
  private readonly tracks = new Map<MediaKind, MediaStreamTrack>();
  private readonly captured = new Set<MediaStreamTrack>();
  /** Of another call, used when something is to be sent. */
  private readonly inherited = new Map<MediaKind, MediaStreamTrack>();
  private readonly muted = new Set<MediaKind>();
  private closed = false;

  constructor(environment: Environment, shared: SharedTracks, handlers: LocalTracksHandlers) {
    this.environment = environment;
    this.shared = shared;
    this.handlers = handlers;
  }

  /** null until there is a track in it. */
  get stream(): MediaStream | null {
    return this.local && this.local.getTracks().length > 0 ? this.local : null;
  }

  /** The stream that descriptions name, with or without a track in it. */
  get side(): MediaStream {
    return (this.local ??= createStream(this.environment));
  }

  /** Silences or darkens what is sent; nothing is signalled. */
  mute(kind: MediaKind, muted: boolean): void {
    if (muted) this.muted.add(kind);
    else this.muted.delete(kind);
    const track = this.tracks.get(kind);
    if (track) track.enabled = !muted;
  }

  isMuted(kind: MediaKind): boolean {
    return this.muted.has(kind);
  }

  /** The track to send, unless it ended. */
  live(kind: MediaKind): MediaStreamTrack | undefined {
    const track = this.tracks.get(kind);
    return track && track.readyState !== "ended" ? track : undefined;
  }

  /** Uses what the other has, when something is to be sent. */
  inherit(other: LocalTracks): void {
    for (const kind of kinds) {
      const track = other.live(kind);
      if (track) this.inherited.set(kind, track);
      if (other.isMuted(kind)) this.muted.add(kind);
    }
    for (const track of other.captured) this.keep(track);
  }

  /** The kinds that are to be sent and have no track; the given stream is looked at first. */
  missing(directions: MediaDirections, own: MediaStream | undefined): MediaKind[] {
    const found: MediaKind[] = [];
    const missing = kinds.filter((kind) => {
      if (!sends(directions[kind]) || this.live(kind)) return false;
      const given = own?.getTracks().find((track) => track.kind === kind);
      const track = given && given.readyState !== "ended" ? given : this.inherited.get(kind);
      if (!track || track.readyState === "ended") return true;
      this.adopt(track);
      found.push(kind);
      return false;
    });
    this.tell(found);
    return missing;
  }

  /** Asks the browser. @throws MediaFailure */
  async capture(
    op: Operation,
    wanted: readonly MediaKind[],
    size: VideoSize | undefined,
    devices: DeviceChoice | undefined,
  ): Promise<void> {
    this.handlers.permission("requested");
    const asking = capture(this.environment, wanted, size, devices);
    let stream: MediaStream;
    try {
      stream = await op.unlessCancelled(asking);
    } catch (error) {
      if (error instanceof Cancelled) {
        // Nobody waits for the answer any more, but a device may still be opened.
        asking.then(stopAll, () => undefined);
        throw error;
      }
      const failure = toFailure(error);
      this.handlers.permission("refused", failure);
      throw failure;
    }
    this.handlers.permission("accepted");
    for (const track of stream.getTracks()) {
      this.keep(track);
      this.adopt(track);
    }
    this.tell(wanted);
  }

  /**
   * Takes a track of another device in the place of the one there is; without one nothing happens.
   * @throws MediaFailure, and the old track stays
   */
  async change(
    kind: MediaKind,
    size: VideoSize | undefined,
    devices: DeviceChoice,
  ): Promise<void> {
    const before = this.tracks.get(kind);
    if (!before) return;
    const stream = await capture(this.environment, [kind], size, devices);
    const [track] = stream.getTracks();
    if (this.closed || !track) return stopAll(stream);
    this.keep(track);
    this.adopt(track);
    if (this.captured.delete(before)) this.shared.release(before);
    this.tell([kind]);
  }

  close(): void {
    this.closed = true;
    for (const track of this.captured) this.shared.release(track);
    this.captured.clear();
    this.inherited.clear();
  }

  private keep(track: MediaStreamTrack): void {
    if (this.captured.has(track)) return;
    this.shared.hold(track);
    if (this.closed) this.shared.release(track);
    else this.captured.add(track);
  }

  private adopt(track: MediaStreamTrack): void {
    const kind = track.kind === "video" ? "video" : "audio";
    const before = this.tracks.get(kind);
    if (before) this.side.removeTrack(before);
    this.tracks.set(kind, track);
    track.enabled = !this.muted.has(kind);
    this.side.addTrack(track);
  }

  private tell(added: readonly MediaKind[]): void {
    const sorted = kinds.filter((kind) => added.includes(kind) && this.tracks.has(kind));
    if (sorted.length > 0) this.handlers.added(this.side, sorted);
  }
}

function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** @throws MediaFailure where the host has none */
export function createStream(environment: Environment): MediaStream {
  const create = environment.createStream;
  if (!create) throw new MediaFailure("not_supported", "This browser has no MediaStream.");
  return create();
}
