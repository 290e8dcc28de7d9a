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

  /** Tells of the kinds that came since it was called last. */
  tell(added: (stream: MediaStream, kinds: readonly MediaKind[]) => void): void {
    const fresh = kinds.filter((kind) => this.fresh.delete(kind));
    if (fresh.length > 0 && this.remote) added(this.remote, fresh);
  }
}
