/** What a call receives. */

import { kinds } from "./capture.js";
import type { MediaKind } from "./capture.js";
import type { Environment } from "./environment.js";
import { createStream } from "./local-tracks.js";

export class RemoteTracks {
  private readonly environment: Environment;
  private remote: MediaStream | undefined;
  private readonly fresh = new Set<MediaKind>();

  constructor(environment: Environment) {
    this.environment = environment;
  }

  /** null until there is a track in it. */
  get stream(): MediaStream | null {
    return this.remote && this.remote.getTracks().length > 0 ? this.remote : null;
  }

  /** A track takes the place of an ended one of its kind. */
  add(track: MediaStreamTrack): void {
    const stream = (this.remote ??= createStream(this.environment));
    if (stream.getTracks().includes(track)) return;
    for (const other of stream.getTracks()) {
      if (other.kind === track.kind && other.readyState === "ended") stream.removeTrack(other);
    }
    stream.addTrack(track);
    this.fresh.add(track.kind === "video" ? "video" : "audio");
  }

  /**
   * Goes on in another stream without the tracks that nothing will come for, and returns it; undefined
   * if there are none. An element plays no sound before the first picture of a stream that has a
   * video track, and not either when the track is taken out of that stream.
   */
  leaveOut(silent: (track: MediaStreamTrack) => boolean): MediaStream | undefined {
    const tracks = this.remote?.getTracks() ?? [];
    const left = tracks.filter((track) => !silent(track));
    if (left.length === 0 || left.length === tracks.length) return undefined;
    this.remote = createStream(this.environment);
    for (const track of left) this.remote.addTrack(track);
    return this.remote;
  }

  clear(): void {
    this.remote = undefined;
  }

  /**
   * Tells of the kinds that came since it was called last. Where tracks of these kinds are not of
   * `receivers` any more, the rest goes on in another stream: Firefox makes new tracks when an offer
   * takes the place of another, and its elements do not show what takes the place of a track that
   * never had a picture.
   */
  tell(
    receivers: readonly RTCRtpReceiver[],
    added: (stream: MediaStream, kinds: readonly MediaKind[]) => void,
  ): void {
    const fresh = kinds.filter((kind) => this.fresh.delete(kind));
    if (fresh.length === 0 || !this.remote) return;
    const stale = (track: MediaStreamTrack): boolean =>
      fresh.some((kind) => kind === track.kind) &&
      !receivers.some((receiver) => receiver.track === track);
    const tracks = this.remote.getTracks();
    if (tracks.some(stale)) {
      this.remote = createStream(this.environment);
      for (const track of tracks) if (!stale(track)) this.remote.addTrack(track);
    }
    added(this.remote, fresh);
  }
}
