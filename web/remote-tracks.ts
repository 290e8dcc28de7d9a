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

  clear(): void {
    for (const track of this.remote?.getTracks() ?? []) this.remote?.removeTrack(track);
  }

  /**
   * Tells of the kinds that came since it was called last. Of these only tracks of `receivers`
   * stay: Firefox makes new ones when an offer takes the place of another, and a page that plays
   * the stream shows the first of a kind.
   */
  tell(
    receivers: readonly RTCRtpReceiver[],
    added: (stream: MediaStream, kinds: readonly MediaKind[]) => void,
  ): void {
    const fresh = kinds.filter((kind) => this.fresh.delete(kind));
    if (fresh.length === 0 || !this.remote) return;
    for (const track of this.remote.getTracks()) {
      const stale = !receivers.some((receiver) => receiver.track === track);
      if (stale && fresh.some((kind) => kind === track.kind)) this.remote.removeTrack(track);
    }
    added(this.remote, fresh);
  }
}
