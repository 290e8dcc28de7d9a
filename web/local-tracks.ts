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

/** What is sent instead of microphone and camera, as long as it is there: a shared screen. */
export interface Overlay {
  readonly video: MediaStreamTrack;
  /** Of the microphone what is sent; null: nothing. Absent: the microphone as it is. */
  readonly audio?: (microphone: MediaStreamTrack | undefined) => MediaStreamTrack | null;
}

export interface LocalTracksHandlers {
  permission(state: "requested" | "accepted" | "refused", failure?: MediaFailure): void;
  /** Tracks of these kinds are new in the stream. */
  added(stream: MediaStream, kinds: readonly MediaKind[]): void;
  /** A track ended that we did not stop; `captured`: we had opened its device. */
  ended(kind: MediaKind, track: MediaStreamTrack, captured: boolean): void;
}

export class LocalTracks {
  private readonly environment: Environment;
  private readonly shared: SharedTracks;
  private readonly handlers: LocalTracksHandlers;
  private local: MediaStream | undefined;
  /** Of microphone and camera, or what the page gave instead. */
  private readonly tracks = new Map<MediaKind, MediaStreamTrack>();
  /** What is in the stream. */
  private readonly shown = new Map<MediaKind, MediaStreamTrack>();
  private readonly captured = new Set<MediaStreamTrack>();
  private readonly watched = new Map<MediaStreamTrack, () => void>();
  /** Of another call, used when something is to be sent. */
  private readonly inherited = new Map<MediaKind, MediaStreamTrack>();
  private readonly muted = new Set<MediaKind>();
  /** Nothing is to be sent of these, and no device to be opened for them. */
  private readonly silent = new Set<MediaKind>();
  private overlay: Overlay | undefined;
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
    for (const track of [this.tracks.get(kind), kind === "video" && this.overlay?.video]) {
      if (track) track.enabled = !muted;
    }
  }

  isMuted(kind: MediaKind): boolean {
    return this.muted.has(kind);
  }

  /** The track to send, unless it ended. */
  live(kind: MediaKind): MediaStreamTrack | undefined {
    return usable(this.shown.get(kind));
  }

  /** Whether this is what microphone, camera or page give now. */
  uses(kind: MediaKind, track: MediaStreamTrack): boolean {
    return this.tracks.get(kind) === track;
  }

  /** The track of the microphone or camera, whatever is sent. */
  device(kind: MediaKind): MediaStreamTrack | undefined {
    return usable(this.tracks.get(kind));
  }

  /** Uses what the other has, when something is to be sent. */
  inherit(other: LocalTracks): void {
    for (const kind of kinds) {
      const track = other.device(kind);
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
      if (this.silent.has(kind) || this.isCovered(kind)) return false;
      const given = own?.getTracks().find((track) => track.kind === kind);
      const track = usable(given) ?? usable(this.inherited.get(kind));
      if (!track) return true;
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
   * Takes a track of another device in the place of the one there is; without one nothing happens,
   * unless it was taken away. @throws MediaFailure, and the old track stays
   */
  async change(
    kind: MediaKind,
    size: VideoSize | undefined,
    devices: DeviceChoice,
  ): Promise<void> {
    const before = this.tracks.get(kind);
    if (!before && !this.silent.has(kind)) return;
    const stream = await capture(this.environment, [kind], size, devices);
    const [track] = stream.getTracks();
    if (this.closed || !track) return stopAll(stream);
    this.keep(track);
    this.adopt(track);
    this.letGo(before);
    this.tell([kind]);
  }

  /** The page's own track in the place of what there is; null: nothing is sent. */
  replace(kind: MediaKind, track: MediaStreamTrack | null): void {
    const before = this.tracks.get(kind);
    if (track) this.adopt(track);
    else this.drop(kind);
    if (before !== track) this.letGo(before);
    this.tell(track ? [kind] : []);
  }

  /** Closes the device of this kind; it is opened again when something is to be sent. */
  release(kind: MediaKind): void {
    const track = this.tracks.get(kind);
    if (!track) return;
    this.tracks.delete(kind);
    this.letGo(track);
    this.show(kind);
  }

  /** What another call has captured of this kind is not needed here. */
  disinherit(kind: MediaKind): void {
    this.letGo(this.inherited.get(kind));
    this.inherited.delete(kind);
  }

  /** Nothing is sent of this kind, and no device opened for it, until the page gives one. */
  drop(kind: MediaKind): void {
    this.tracks.delete(kind);
    this.silent.add(kind);
    this.show(kind);
  }

  /** A device may be opened for it again: it is asked for anew. */
  allow(kind: MediaKind): void {
    this.silent.delete(kind);
  }

  /**
   * Sends this above microphone and camera; undefined: those again. Where there was no camera below
   * it none is opened instead, for nobody has asked for one.
   */
  cover(overlay: Overlay | undefined): void {
    if (this.overlay && overlay !== this.overlay) this.overlay.video.enabled = true;
    if (this.overlay && !overlay && !this.tracks.has("video")) this.silent.add("video");
    this.overlay = overlay;
    if (overlay) overlay.video.enabled = !this.muted.has("video");
    const before = new Map(this.shown);
    for (const kind of kinds) this.show(kind);
    this.tell(kinds.filter((kind) => before.get(kind) !== this.shown.get(kind)));
  }

  close(): void {
    this.closed = true;
    for (const forget of this.watched.values()) forget();
    this.watched.clear();
    for (const track of this.captured) this.shared.release(track);
    this.captured.clear();
    this.inherited.clear();
    this.overlay = undefined;
  }

  private keep(track: MediaStreamTrack): void {
    if (this.captured.has(track)) return;
    this.shared.hold(track);
    if (this.closed) this.shared.release(track);
    else this.captured.add(track);
  }

  private letGo(track: MediaStreamTrack | undefined): void {
    if (!track) return;
    this.watched.get(track)?.();
    this.watched.delete(track);
    if (this.captured.delete(track)) this.shared.release(track);
  }

  private adopt(track: MediaStreamTrack): void {
    const kind = track.kind === "video" ? "video" : "audio";
    this.tracks.set(kind, track);
    this.silent.delete(kind);
    track.enabled = !this.muted.has(kind);
    this.watch(kind, track);
    this.show(kind);
  }

  private watch(kind: MediaKind, track: MediaStreamTrack): void {
    if (this.watched.has(track) || this.closed) return;
    const ended = (): void => {
      if (this.tracks.get(kind) !== track) return;
      this.handlers.ended(kind, track, this.captured.has(track));
    };
    track.addEventListener("ended", ended);
    this.watched.set(track, () => track.removeEventListener("ended", ended));
  }

  /** Something else is sent, or was until a moment ago: nothing is missing below it. */
  private isCovered(kind: MediaKind): boolean {
    return this.overlay !== undefined && (kind === "video" || this.overlay.audio !== undefined);
  }

  /** Puts into the stream what is sent now. */
  private show(kind: MediaKind): void {
    const own = this.tracks.get(kind);
    const { overlay } = this;
    let sent: MediaStreamTrack | null | undefined = own;
    if (overlay && kind === "video") sent = overlay.video;
    else if (overlay?.audio) sent = overlay.audio(usable(own));
    const before = this.shown.get(kind);
    if (before === sent) return;
    if (before) this.side.removeTrack(before);
    if (sent) {
      this.shown.set(kind, sent);
      this.side.addTrack(sent);
    } else {
      this.shown.delete(kind);
    }
  }

  private tell(added: readonly MediaKind[]): void {
    const sorted = kinds.filter((kind) => added.includes(kind) && this.shown.has(kind));
    if (sorted.length > 0) this.handlers.added(this.side, sorted);
  }
}

function usable(track: MediaStreamTrack | undefined): MediaStreamTrack | undefined {
  return track && track.readyState !== "ended" ? track : undefined;
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
