/** What people do with the media of a call that goes on: each medium, devices, screens, tones, figures. */

import type { Bandwidth, Command, MediaDirections } from "../js-glue/protocol.js";
import { kindOf, optionsOf, stringOf, wrongArgument } from "./arguments.js";
import type { CallContext } from "./call.js";
import { CallChanges } from "./call-changes.js";
import type { CallEvents, CallState } from "./call-events.js";
import type { CallMedia } from "./call-media.js";
import type { MediaChoice } from "./call-options.js";
import { CallStatistics } from "./call-statistics.js";
import { sends, working } from "./capture.js";
import type { MediaKind, VideoSize } from "./capture.js";
import { SipError } from "./errors.js";
import { Deferred, Emitter, rejected } from "./events.js";
import type { MediaState } from "./media-watch.js";
import type { SipResponse } from "./requests.js";
import { ScreenShare } from "./screen-share.js";
import type { ShareOptions } from "./screen-share.js";
import { bandwidthOf } from "./senders.js";
import type { CallQuality } from "./statistics.js";
import { Tones } from "./tones.js";
import type { DtmfOptions } from "./tones.js";

export abstract class CallControls extends Emitter<CallEvents> {
  /** Names the call in traces and hooks; never used again. */
  readonly id: number;
  /** @internal */
  protected readonly context: CallContext;
  /** @internal */
  protected readonly media: CallMedia;
  /** @internal */
  protected readonly tones: Tones;
  /** @internal */
  protected readonly statistics: CallStatistics;
  /** @internal */
  protected readonly screen: ScreenShare;
  /** @internal */
  protected readonly changes = new CallChanges();
  /** @internal Who waits for the results of INFO requests, in their order. */
  protected readonly infos: Deferred<SipResponse>[] = [];

  /** @internal */
  constructor(context: CallContext, id: number) {
    super();
    this.context = context;
    this.id = id;
    this.media = context.media(id);
    this.tones = new Tones({
      sender: () => this.media.toneSender,
      settled: () => this.media.settled(),
      inform: (content, contentType, signal) => this.info(content, contentType, { signal }),
      after: context.environment.after,
      tell: (event) => this.emit("tone", event),
    });
    this.statistics = new CallStatistics({
      environment: context.environment,
      connection: () => this.media.peerConnection,
      interval: context.qualityInterval,
      tell: (quality) => this.emit("quality", quality),
    });
    this.screen = new ScreenShare({
      environment: context.environment,
      established: () => this.state === "established",
      held: () => this.onHold,
      settled: () => this.changes.settled(),
      directions: () => (this.onHold ? this.directions : this.media.directions),
      cover: (overlay) => this.media.cover(overlay),
      modify: (directions) => this.offer(directions),
      changed: (sharing) => this.emit("sharing", sharing),
    });
  }

  /** @internal */
  abstract get state(): CallState;
  /** @internal */
  abstract get localHold(): boolean;
  /** @internal */
  abstract info(
    content: string,
    contentType: string,
    options: { readonly signal?: AbortSignal },
  ): Promise<SipResponse>;
  /** @internal */
  abstract modify(media: {
    readonly audio?: MediaChoice;
    readonly video?: MediaChoice;
  }): Promise<void>;
  /** @internal */
  abstract get remoteHold(): boolean;
  /** What we want to do with each medium, on hold too. */
  protected abstract directions: MediaDirections;
  protected abstract execute(command: Command): number;

  /** What is sent; null while there is nothing. */
  get localStream(): MediaStream | null {
    return this.media.localStream;
  }

  /** What is received; null while there is nothing. */
  get remoteStream(): MediaStream | null {
    return this.media.remoteStream;
  }

  /** How the media are connected. */
  get mediaState(): MediaState {
    return this.media.state;
  }

  /** The browser's object for the media, for statistics; null while there is none. */
  get peerConnection(): RTCPeerConnection | null {
    return this.media.peerConnection;
  }

  /**
   * Silences or darkens what is sent; the other side is not told. The sound of a shared screen goes
   * on.
   */
  mute(kind: MediaKind, muted: boolean): void {
    this.media.mute(kindOf(kind), muted);
  }

  /** Whether `mute` has silenced or darkened what is sent. */
  isMuted(kind: MediaKind): boolean {
    return this.media.isMuted(kindOf(kind));
  }

  /**
   * Sends from another microphone or camera from now on; the other side is not told. Without a
   * track of this kind it is remembered for the next one. Rejects with SipError, as for a device
   * that is in use, and goes on as before.
   * @param device a `deviceId` of MediaDevices.enumerateDevices; "": the browser's choice
   */
  async useDevice(kind: MediaKind, device: string): Promise<void> {
    kindOf(kind);
    stringOf(device, "device");
    await working(this.media.useDevice(kind, device));
  }

  /**
   * Sends a track of the page's own from now on, which we never stop; null: nothing, and the device
   * is closed until `useDevice`. The other side is told by a re-INVITE only where nothing of this
   * kind was sent before. Rejects with SipError, and the call goes on as it was.
   * @example
   * const canvas = document.createElement("canvas");
   * canvas.getContext("2d")?.fillRect(10, 10, 100, 100);
   * const [picture] = canvas.captureStream(25).getVideoTracks();
   * if (picture) await call.replaceTrack("video", picture);
   */
  async replaceTrack(kind: MediaKind, track: MediaStreamTrack | null): Promise<void> {
    kindOf(kind);
    if (track !== null && track?.kind !== kind) {
      throw wrongArgument("track", `a MediaStreamTrack of kind "${kind}" or null`);
    }
    if (this.state === "ended") throw new SipError("wrong_state", "The call is over.");
    await working(this.media.replaceTrack(kind, track));
    await this.changes.settled();
    const before = this.media.directions;
    if (!track || this.state !== "established" || this.onHold || sends(before[kind])) return;
    const direction = before[kind] === "recvonly" ? "sendrecv" : "sendonly";
    try {
      await this.offer({ ...before, [kind]: direction });
    } catch (error) {
      await working(this.media.replaceTrack(kind, null));
      throw error;
    }
  }

  /**
   * Limits what is sent from now on, in kilobits per second; a medium without a number is not
   * limited. The other side is not told. @throws SipError
   * @example await call.setBandwidth({ video: 300 });
   */
  async setBandwidth(bandwidth: Bandwidth): Promise<void> {
    await working(this.media.setBandwidth(bandwidthOf(optionsOf(bandwidth, "bandwidth"))));
  }

  /**
   * Makes the picture of the camera that large from now on; the other side is not told. Rejects
   * with a SipError of code "not_supported" if the camera cannot, and goes on as before.
   * @example await call.setVideoSize({ maxWidth: 640, maxHeight: 360 });
   */
  async setVideoSize(size: VideoSize): Promise<void> {
    await working(this.media.setVideoSize(optionsOf(size, "size")));
  }

  /**
   * Shows a window or screen, which the person chooses, instead of the camera; without a re-INVITE
   * where a picture is sent already. It ends with `stopSharing` or the browser's own button, and
   * the camera is back, or no picture is sent again. Rejects with SipError: "permission_denied" if
   * nothing was chosen, "not_accepted" if the other side takes no picture.
   * @example
   * video.srcObject = await call.shareScreen({ audio: true });
   * await call.stopSharing();
   */
  shareScreen(options: ShareOptions = {}): Promise<MediaStream> {
    return this.screen.start(options);
  }

  /** Ends `shareScreen`; rejects if a re-INVITE for it fails, nothing is shown then either. */
  stopSharing(): Promise<void> {
    return this.screen.stop();
  }

  /** Whether a screen is shared. */
  get sharing(): boolean {
    return this.screen.active;
  }

  /**
   * Asks the other side for a whole picture, as after a loss (RFC 5168, INFO with
   * `application/media_control+xml`); resolves at a 2xx, rejects with SipError otherwise.
   */
  requestKeyFrame(): Promise<SipResponse> {
    try {
      this.execute({ type: "request_key_frame", call: this.id });
      const done = new Deferred<SipResponse>();
      this.infos.push(done);
      return done.promise;
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * Plays what is received in an element of the page, on the speaker of `agent.useSpeaker`, until
   * the call ends; the result ends it before.
   * @example call.play(video);
   */
  play(element: HTMLMediaElement): () => void {
    if (typeof element !== "object" || element === null || !("srcObject" in element)) {
      throw wrongArgument("element", "an audio or video element");
    }
    return this.context.playback.play(this, element);
  }

  /**
   * Sends tones `0`-`9`, `A`-`D`, `*`, `#`, after those that are being sent; resolves when all were
   * played, or accepted by the peer. Aborting leaves out those that were not sent.
   * @throws SipError "not_supported" when "rfc4733" is wanted and was not negotiated; "failed" when
   * the stream stops playing them, as one that is put on hold does
   * @example await call.dtmf("42#");
   */
  dtmf(tones: string, options: DtmfOptions = {}): Promise<void> {
    return this.tones.send(tones, options);
  }

  /**
   * Leaves out the tones that were not sent yet; their `dtmf` rejects with a SipError of code
   * "aborted".
   */
  cancelDtmf(): void {
    this.tones.cancel();
  }

  /**
   * How well the call gets through, since the last "quality" or since media began; "quality" tells
   * it every `qualityInterval`. Rejects with a SipError of code "wrong_state" without media.
   * @example
   * const { audio, mos } = await call.stats();
   * console.log(audio?.received?.loss, "% lost, estimated opinion", mos);
   */
  stats(): Promise<CallQuality> {
    return this.statistics.read();
  }

  /** What flows then tells nothing of what is to flow. */
  private get onHold(): boolean {
    return this.localHold || this.remoteHold;
  }

  /** Two changes at once are refused, and the user cannot know of this one. */
  private async offer({ audio, video }: MediaDirections): Promise<void> {
    await this.changes.settled();
    await this.modify({ audio: audio ?? false, video: video ?? false });
  }
}
