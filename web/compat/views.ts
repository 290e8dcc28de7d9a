/** The page's audio and video elements of one call. */

import type { MediaKind } from "../capture.js";
import type { Environment } from "../environment.js";

export type Side = "local" | "remote";
export type ViewName = `${MediaKind}_${Side}`;

/** What is used of an HTMLMediaElement. */
export interface MediaElement {
  /** Is set to what it shows. */
  srcObject: MediaProvider | null;
  /** Is called when there is something new. */
  play?(): Promise<void> | void;
}

export class Views {
  private readonly environment: Environment;
  private readonly elements = new Map<ViewName, MediaElement>();
  private readonly shown = new Map<ViewName, MediaStream>();

  constructor(environment: Environment) {
    this.environment = environment;
  }

  get(name: ViewName): MediaElement | null {
    return this.elements.get(name) ?? null;
  }

  set(name: ViewName, element: MediaElement | null): void {
    if (element === this.get(name)) return;
    this.detach(name);
    if (element) this.elements.set(name, element);
    else this.elements.delete(name);
  }

  /** Shows a side's streams in its elements. */
  attach(side: Side, stream: MediaStream | null): void {
    if (!stream) return;
    const audio: ViewName = `audio_${side}`;
    const video: ViewName = `video_${side}`;
    this.show(audio, stream);
    // The preview must not echo, and sound must not come out of two elements.
    const silent = side === "local" || this.elements.has(audio);
    if (stream.getVideoTracks().length === 0) return;
    this.show(video, silent ? this.pictureOf(video, stream) : stream);
  }

  /** The call is over. */
  clear(): void {
    for (const name of [...this.shown.keys()]) this.detach(name);
  }

  private show(name: ViewName, stream: MediaStream): void {
    const element = this.elements.get(name);
    if (!element || element.srcObject === stream) return;
    element.srcObject = stream;
    this.shown.set(name, stream);
    try {
      // Refused until the person has touched the page; `autoplay` then starts it.
      element.play?.()?.catch(() => undefined);
    } catch {
      // An element that cannot play keeps its stream.
    }
  }

  private detach(name: ViewName): void {
    const element = this.elements.get(name);
    const stream = this.shown.get(name);
    this.shown.delete(name);
    if (element && stream && element.srcObject === stream) element.srcObject = null;
  }

  /** The stream's picture alone; the same object as long as the tracks are the same. */
  private pictureOf(name: ViewName, stream: MediaStream): MediaStream {
    const tracks = stream.getVideoTracks();
    const known = this.shown.get(name);
    const same =
      known &&
      known !== stream &&
      known.getTracks().length === tracks.length &&
      tracks.every((track) => known.getTracks().includes(track));
    if (same) return known;
    const picture = this.environment.createStream?.();
    if (!picture) return stream;
    for (const track of tracks) picture.addTrack(track);
    return picture;
  }
}
