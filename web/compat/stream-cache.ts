/** `enable_media_stream_cache`: microphone and camera stay open from call to call. */

import type { Environment } from "../environment.js";

/** What was captured for which constraints; calls get copies of the tracks. */
export class StreamCache {
  private readonly streams = new Map<string, Promise<MediaStream>>();

  /** The same environment, whose getUserMedia asks each thing only once. */
  wrap(environment: Environment): Environment {
    const { getUserMedia, createStream } = environment;
    if (!getUserMedia || !createStream) return environment;
    return {
      ...environment,
      getUserMedia: async (constraints) => {
        const key = JSON.stringify(constraints);
        let master = await this.streams.get(key)?.catch(() => undefined);
        if (!master || master.getTracks().some(({ readyState }) => readyState === "ended")) {
          const asked = getUserMedia(constraints);
          this.streams.set(key, asked);
          asked.catch(() => this.streams.delete(key));
          master = await asked;
        }
        const copy = createStream();
        for (const track of master.getTracks()) copy.addTrack(track.clone());
        return copy;
      },
    };
  }

  /** Closes microphone and camera. */
  clear(): void {
    const streams = [...this.streams.values()];
    this.streams.clear();
    for (const stream of streams) {
      stream.then(
        (given) => given.getTracks().forEach((track) => track.stop()),
        () => undefined,
      );
    }
  }
}
