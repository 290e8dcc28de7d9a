/** A window or screen that is shown instead of the camera, or beside the microphone alone. */

import type { MediaDirections } from "../js-glue/protocol.js";
import { refuseAborted } from "./abort.js";
import type { Abortable } from "./abort.js";
import { optionsOf, wrongArgument } from "./arguments.js";
import { MediaFailure, sends, working } from "./capture.js";
import type { AudioMix, Environment } from "./environment.js";
import { SipError } from "./errors.js";
import type { Overlay } from "./local-tracks.js";

/** What is shared, and what is heard with it. */
export interface ShareOptions extends Abortable {
  /**
   * true: the sound of the screen too, where the browser and the person give it; default false.
   * It is mixed with the microphone.
   */
  readonly audio?: boolean;
  /** false: the microphone is not sent meanwhile; default true. */
  readonly microphone?: boolean;
  /** Of the picture, for getDisplayMedia. */
  readonly constraints?: MediaTrackConstraints;
  /** Shown instead of asking the person; never stopped by us. It needs a video track. */
  readonly stream?: MediaStream;
}

/** What was chosen to be shown. */
export class Screen {
  readonly stream: MediaStream;
  private readonly ours: boolean;

  private constructor(stream: MediaStream, ours: boolean) {
    this.stream = stream;
    this.ours = ours;
  }

  /** The page's own stream. */
  static of(stream: MediaStream): Screen {
    return new Screen(stream, false);
  }

  /** Lets the person choose a window or screen. @throws MediaFailure */
  static async choose(
    environment: Pick<Environment, "getDisplayMedia" | "isSecureContext">,
    options: { readonly audio?: boolean; readonly constraints?: MediaTrackConstraints } = {},
  ): Promise<Screen> {
    const choose = environment.getDisplayMedia;
    if (!choose) {
      const code = environment.isSecureContext ? "not_supported" : "insecure_context";
      throw new MediaFailure(code, "This browser cannot share a screen.");
    }
    const { audio = false, constraints } = options;
    let stream: MediaStream;
    try {
      stream = await choose({ video: constraints ?? true, audio });
    } catch (error) {
      const name = error instanceof Error ? error.name : "";
      const refused = name === "NotAllowedError" || name === "AbortError";
      const code = refused ? "permission_denied" : "failed";
      throw new MediaFailure(code, "No window or screen was chosen.", error);
    }
    return new Screen(stream, true);
  }

  get video(): MediaStreamTrack | undefined {
    return this.stream.getVideoTracks()[0];
  }

  get audio(): MediaStreamTrack | undefined {
    return this.stream.getAudioTracks()[0];
  }

  /** Calls when the picture ends by itself: the browser's own button, a window that was closed. */
  onEnded(ended: () => void): void {
    this.video?.addEventListener("ended", ended);
  }

  stop(): void {
    if (!this.ours) return;
    for (const track of this.stream.getTracks()) track.stop();
  }
}

/** What sharing needs of its call. */
export interface SharePorts {
  readonly environment: Pick<Environment, "getDisplayMedia" | "isSecureContext" | "mixAudio">;
  readonly established: () => boolean;
  /** One side holds the other. */
  readonly held: () => boolean;
  /** Resolves when no change of ours is under way. */
  readonly settled: () => Promise<void>;
  /** What is done with each medium now; on hold: afterwards. */
  readonly directions: () => MediaDirections;
  /** Sends this above microphone and camera from now on. */
  readonly cover: (overlay: Overlay | undefined) => Promise<void>;
  /** Re-offers; rejects if the peer does not agree. */
  readonly modify: (directions: MediaDirections) => Promise<void>;
  readonly changed: (sharing: boolean) => void;
}

interface Running {
  readonly screen: Screen;
  readonly close: () => void;
  /** What the call did before a picture was offered for this; absent: no re-offer was needed. */
  before?: MediaDirections;
  /** The page was told of it. */
  shown: boolean;
}

/** The sharing of one call. */
export class ScreenShare {
  private readonly ports: SharePorts;
  private running: Running | undefined;
  private starting = false;
  private ended = false;

  constructor(ports: SharePorts) {
    this.ports = ports;
  }

  get active(): boolean {
    return this.running !== undefined;
  }

  /** @throws SipError, and the call goes on as it was */
  async start(options: ShareOptions = {}): Promise<MediaStream> {
    const { stream, audio, microphone = true, constraints, signal } = optionsOf(options);
    refuseAborted(signal);
    if (stream !== undefined && !stream?.getVideoTracks?.().length) {
      throw wrongArgument("stream", "a MediaStream with a video track");
    }
    this.expectReady();
    this.starting = true;
    const wanted = {
      ...(audio === undefined ? {} : { audio }),
      ...(constraints === undefined ? {} : { constraints }),
    };
    try {
      const screen = stream
        ? Screen.of(stream)
        : await working(Screen.choose(this.ports.environment, wanted));
      try {
        refuseAborted(signal);
        await working(this.show(screen, microphone));
      } catch (error) {
        screen.stop();
        throw error;
      }
      return screen.stream;
    } finally {
      this.starting = false;
    }
  }

  /** Rejects if a re-offer was needed and failed; nothing of the screen is sent then either. */
  async stop(): Promise<void> {
    const running = this.running;
    if (!running) return;
    if (!running.shown) return this.abandon(running);
    await this.hide(running);
    this.ports.changed(false);
    if (running.before && !this.ended) await this.ports.modify(running.before);
  }

  /** The call is over. */
  end(): void {
    this.ended = true;
    const running = this.running;
    this.running = undefined;
    running?.close();
    running?.screen.stop();
  }

  private expectReady(): void {
    if (this.running || this.starting) {
      throw new SipError("wrong_state", "The call shares a screen already.");
    }
    if (this.ended || !this.ports.established()) {
      throw new SipError("wrong_state", "A screen can be shared in an established call only.");
    }
  }

  private async show(screen: Screen, microphone: boolean): Promise<void> {
    const { ports } = this;
    const { video } = screen;
    if (!video) throw new MediaFailure("failed", "The browser gave no picture of the screen.");
    await ports.settled();
    if (this.ended) throw new SipError("call_ended", "The call ended before a screen was chosen.");
    const before = ports.directions();
    if (!sends(before.video) && ports.held()) {
      throw new SipError("wrong_state", "No picture can be added while the call is on hold.");
    }
    const { audio, close } = this.sound(screen, microphone);
    const running: Running = { screen, close, shown: false };
    this.running = running;
    screen.onEnded(() => {
      if (this.running === running) this.stop().catch(() => undefined);
    });
    try {
      await ports.cover({ video, ...(audio ? { audio } : {}) });
      if (!sends(before.video)) await this.offerPicture(running, before);
      this.expectRunning(running);
    } catch (error) {
      // The first error tells more than what follows from it.
      await this.hide(running).catch(() => undefined);
      if (running.before && !this.ended) await ports.modify(running.before).catch(() => undefined);
      throw error;
    }
    running.shown = true;
    ports.changed(true);
  }

  private async offerPicture(running: Running, before: MediaDirections): Promise<void> {
    const { ports } = this;
    this.expectRunning(running);
    const receives = before.video === "recvonly";
    await ports.modify({ ...before, video: receives ? "sendrecv" : "sendonly" });
    if (!sends(ports.directions().video)) {
      throw new SipError("not_accepted", "The other side takes no picture.");
    }
    running.before = before;
  }

  /** The person may have ended it with the browser's own button, and the page with `stop`. */
  private expectRunning(running: Running): void {
    if (this.running === running) return;
    const code = this.ended ? "call_ended" : "aborted";
    throw new SipError(code, "The sharing ended before the screen was shown.");
  }

  /** It ends while it is being offered: `show` takes the offer back when it is answered. */
  private async abandon({ screen }: Running): Promise<void> {
    this.running = undefined;
    screen.stop();
    // Until then nothing else is to take the place of the picture.
    if (screen.video) await this.ports.cover({ video: screen.video });
  }

  /** Nothing of the screen is seen from here on, whatever else is being worked on. */
  private async hide(running: Running): Promise<void> {
    if (this.running === running) this.running = undefined;
    running.screen.stop();
    try {
      await this.ports.cover(undefined);
    } finally {
      running.close();
    }
  }

  /** The sound that goes with it: the microphone, that of the screen, both, or none. */
  private sound(
    screen: Screen,
    microphone: boolean,
  ): { audio?: Overlay["audio"]; close: () => void } {
    const ofScreen = screen.audio;
    if (!ofScreen) return microphone ? { close: () => undefined } : silence;
    if (!microphone) return { audio: () => ofScreen, close: () => undefined };
    const { mixAudio } = this.ports.environment;
    let mix: AudioMix | undefined;
    let mixed: MediaStreamTrack | undefined;
    return {
      // Asked for each microphone that takes the place of another.
      audio: (own) => {
        if (mix && mixed === own) return mix.track;
        mix?.close();
        mix = undefined;
        mixed = own;
        // Without WebAudio a person is heard rather than a screen.
        if (!own || !mixAudio) return own ?? ofScreen;
        mix = mixAudio([own, ofScreen]);
        return mix.track;
      },
      close: () => mix?.close(),
    };
  }
}

const silence = { audio: (): null => null, close: (): void => undefined };
