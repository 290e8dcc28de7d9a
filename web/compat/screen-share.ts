/** The window or screen that a `call-screenshare` shows. */

import type { Environment } from "../environment.js";

export class ScreenShare {
  private readonly environment: Environment;
  private stream: MediaStream | undefined;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  /** Asks the person; `ended` is called when the browser's own button ends it later. */
  async choose(ended: () => void): Promise<MediaStream> {
    const choose = this.environment.getDisplayMedia;
    if (!choose) throw new Error("This browser cannot share a screen.");
    const stream = (this.stream = await choose({ video: true }));
    for (const track of stream.getTracks()) track.addEventListener("ended", ended);
    return stream;
  }

  stop(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
  }
}
