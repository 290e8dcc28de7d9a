/** The media of one call: a unified-plan RTCPeerConnection (RFC 8829) and what is captured for it. */

import type { ToneSender } from "./tones.js";
import type { Bandwidth, Direction, MediaDirections, MediaRequest } from "../js-glue/protocol.js";
import {
  MediaFailure,
  isGranted,
  kinds,
  messageOf,
  sends,
  sizeConstraints,
  toFailure,
} from "./capture.js";
import type { CaptureFallback, DeviceChoice, MediaKind, VideoSize } from "./capture.js";
import { isUnplugged } from "./devices.js";
import type { Environment } from "./environment.js";
import type { SipError } from "./errors.js";
import { Gathering } from "./gathering.js";
import { LocalTracks } from "./local-tracks.js";
import type { Overlay, SharedTracks } from "./local-tracks.js";
import { MediaWatch } from "./media-watch.js";
import type { MediaLoss, MediaState } from "./media-watch.js";
import { Cancelled, Operation } from "./operation.js";
import { RemoteTracks } from "./remote-tracks.js";
import { limitBitrate, produceKeyFrame } from "./senders.js";
import { Trickle } from "./trickle.js";

/** What holds for all calls of a user agent; may change between calls. */
export interface MediaSettings {
  /** A function, so that what shows objects does not show the passwords of TURN servers. */
  readonly configuration: () => RTCConfiguration;
  /** Milliseconds. */
  readonly iceGatheringTimeout: number;
  /** Milliseconds. */
  readonly iceQuietPeriod: number;
  readonly videoSize: VideoSize | undefined;
  /** Milliseconds without a connection after which a call is given up; 0: never. */
  readonly mediaTimeout: number;
}

/** What holds for one call. */
export interface CallMediaOptions {
  /** Used instead of devices for the kinds that it has; never stopped by us. */
  readonly stream?: MediaStream | undefined;
  readonly videoSize?: VideoSize | undefined;
  readonly devices?: DeviceChoice | undefined;
  /** "receive": what cannot be captured is received only, and the call goes on. */
  readonly fallback?: CaptureFallback | undefined;
  /** What is sent at most. */
  readonly bandwidth?: Bandwidth | undefined;
}

/** A track that ended by itself. */
export interface TrackEnd {
  /** Whose it was. */
  readonly side: "local" | "remote";
  /** What it carried. */
  readonly kind: MediaKind;
  /**
   * unplugged: its device is gone. stopped: the person or the page ended it in the browser, or the
   * other side took it away.
   */
  readonly reason: "unplugged" | "stopped";
  /** Whether another device takes its place; otherwise the call goes on without. */
  readonly replaced: boolean;
}

/** What the browser's peer connection is asked for. */
export type PeerMediaRequest = Exclude<
  MediaRequest,
  { readonly type: "review_offer" | "review_answer" }
>;

export interface CallMediaHandlers {
  /** Answers a request; `sdp` is "" after `apply_answer`. */
  ready(token: number, sdp: string): void;
  failed(token: number, failure: MediaFailure): void;
  permission(state: "requested" | "accepted" | "refused", failure?: MediaFailure): void;
  /** Tracks of these kinds are new in the stream. */
  tracksAdded(side: "local" | "remote", stream: MediaStream, kinds: readonly MediaKind[]): void;
  trackEnded(end: TrackEnd): void;
  /** The peer asked for a key frame, and the encoder makes one. */
  keyFrameRequested(): void;
  /** `error` comes with the last "failed". */
  stateChanged(state: MediaState, error?: SipError): void;
  /** Restarts ICE by an offer of ours; rejects with SipError. */
  restart(): Promise<void>;
  /** The media have no connection and will have none. */
  lost(error: MediaLoss, message: string): void;
  /** The browser found a candidate after its description was given; "": it looks for no more. */
  candidateFound(mid: string, candidate: string, ufrag: string): void;
  /** A candidate of the peer that the browser did not take. */
  candidateDropped(text: string): void;
  /** A STUN or TURN server of ours refused, or gave no answer: its URL and what it said. */
  serverFailed(text: string): void;
}

/** Offers have audio first: peers without BUNDLE expect it there. */
const offerOrder: readonly MediaKind[] = ["audio", "video"];

/** What an offer of ours may have to be taken back to. */
interface Snapshot {
  readonly directions: ReadonlyMap<RTCRtpTransceiver, RTCRtpTransceiverDirection>;
  readonly held: boolean;
  readonly wanted: ReadonlySet<MediaKind>;
}

export class CallMedia {
  private readonly environment: Environment;
  private readonly settings: MediaSettings;
  private readonly handlers: CallMediaHandlers;
  private options: CallMediaOptions;

  private connection: RTCPeerConnection | undefined;
  /** The offer of the peer has no a=rtcp-mux (RFC 8858). */
  private needsSeparateRtcp = false;
  private gathering: Gathering | undefined;
  private trickle: Trickle | undefined;
  private readonly local: LocalTracks;
  private readonly remote: RemoteTracks;
  private readonly watch: MediaWatch;
  /** What was to be captured and could not be. */
  private readonly withheld = new Set<MediaKind>();
  /** Whose encoders we have limited. */
  private readonly limited = new Set<MediaKind>();

  private readonly operations = new Set<Operation>();
  private work: Promise<void> = Promise.resolve();
  private closed = false;

  private held = false;
  private hasAnswered = false;
  /** What would be sent if nobody held the call. */
  private wanted: ReadonlySet<MediaKind> = new Set();
  private offer: string | undefined;
  private answer: string | undefined;
  private prepared: MediaDirections | undefined;
  private snapshot: Snapshot | undefined;
  /** The lines that the peer knows of an earlier connection: each offer has them (RFC 3264 section 8). */
  private owed: readonly MediaKind[] = [];

  constructor(
    environment: Environment,
    settings: MediaSettings,
    tracks: SharedTracks,
    options: CallMediaOptions,
    handlers: CallMediaHandlers,
  ) {
    this.environment = environment;
    this.settings = settings;
    this.options = options;
    this.handlers = handlers;
    this.local = new LocalTracks(environment, tracks, {
      permission: (state, failure) => handlers.permission(state, failure),
      added: (stream, added) => handlers.tracksAdded("local", stream, added),
      ended: (kind, track, captured) => this.follow(kind, track, captured),
    });
    this.remote = new RemoteTracks(environment);
    this.watch = new MediaWatch(environment, settings.mediaTimeout, {
      changed: (state, error) => handlers.stateChanged(state, error),
      // A decoder waits for seconds until it asks for the picture that it lost.
      recovered: () => void this.queue(() => this.produceKeyFrame()).catch(() => undefined),
      restart: () => handlers.restart(),
      replace: () => void this.queue(() => this.beginAnew()).catch(() => undefined),
      lost: (error, message) => handlers.lost(error, message),
    });
  }

  /** How the media are connected. */
  get state(): MediaState {
    return this.watch.state;
  }

  get peerConnection(): RTCPeerConnection | null {
    return this.connection ?? null;
  }

  /** null until there is a track in it. */
  get localStream(): MediaStream | null {
    return this.local.stream;
  }

  get remoteStream(): MediaStream | null {
    return this.remote.stream;
  }

  setOptions(options: CallMediaOptions): void {
    this.options = { ...this.options, ...options };
    if (options.stream || options.devices) this.withheld.clear();
  }

  /** Silences or darkens what is sent; nothing is signalled. */
  mute(kind: MediaKind, muted: boolean): void {
    this.local.mute(kind, muted);
  }

  isMuted(kind: MediaKind): boolean {
    return this.local.isMuted(kind);
  }

  /** For DTMF in the stream; undefined where the peer takes none, or nothing is sent. */
  get toneSender(): ToneSender | undefined {
    const senders = this.connection?.getTransceivers().map(({ sender }) => sender) ?? [];
    const found = senders.find(({ dtmf, track }) => track?.kind === "audio" && dtmf?.canInsertDTMF);
    return found?.dtmf ?? undefined;
  }

  /** Resolves when what is being worked on is done. */
  settled(): Promise<void> {
    return this.work;
  }

  /** Uses what the other has captured, so that nobody is asked again, and captures as it does. */
  inherit(other: CallMedia): void {
    this.options = { ...other.options, ...this.options };
    this.local.inherit(other.local);
  }

  /** What is done with each medium, as it was offered and answered last. */
  get directions(): MediaDirections {
    const of = (kind: MediaKind): Direction | null => {
      const transceiver = this.transceiver(kind);
      const direction = transceiver?.currentDirection ?? transceiver?.direction;
      if (!direction || direction === "stopped" || direction === "inactive") return null;
      return direction;
    };
    return { audio: of("audio"), video: of("video") };
  }

  /** Sends this above microphone and camera; nothing is signalled. undefined: those again. */
  cover(overlay: Overlay | undefined): Promise<void> {
    return this.queue(() => this.local.cover(overlay));
  }

  /** Sends the page's own track; null: nothing. Nothing is signalled. */
  replaceTrack(kind: MediaKind, track: MediaStreamTrack | null): Promise<void> {
    return this.queue(() => this.local.replace(kind, track));
  }

  /** Limits what is sent from now on; nothing is signalled. */
  setBandwidth(bandwidth: Bandwidth): Promise<void> {
    return this.queue(() => this.setOptions({ bandwidth }));
  }

  /** Makes the picture of the camera that large; rejects with MediaFailure if it cannot. */
  setVideoSize(videoSize: VideoSize): Promise<void> {
    return this.queue(async () => {
      try {
        await this.local.device("video")?.applyConstraints(sizeConstraints(videoSize));
      } catch (error) {
        throw new MediaFailure("not_supported", "The camera has no picture of this size.", error);
      }
      this.setOptions({ videoSize });
    });
  }

  /**
   * Sends from another device from now on, once what is being worked on is done; nothing is
   * signalled. Without a track of this kind it is remembered for the next one. Rejects with
   * MediaFailure and goes on as before.
   */
  useDevice(kind: MediaKind, device: string): Promise<void> {
    return this.queue(() => this.changeDevice(kind, device));
  }

  /** Does what the core asks, one request after the other. */
  handle(request: PeerMediaRequest, body: string): void {
    switch (request.type) {
      case "create_offer":
        return this.start(request.token, (op) => this.createOffer(op, request));
      case "prepare_answer":
        this.needsSeparateRtcp = request.rtcp_mux === false;
        return this.start(request.token, (op) => this.prepareAnswer(op, request, body));
      case "create_answer":
        this.needsSeparateRtcp = request.rtcp_mux === false;
        return this.start(request.token, (op) => this.createAnswer(op, request, body));
      case "apply_answer":
        return this.start(request.token, () => this.applyAnswer(body, request.provisional));
      case "add_candidate":
        this.work = this.work.then(() => (this.closed ? undefined : this.trickle?.add(request)));
        return;
      case "rollback":
        this.cancelAll();
        this.work = this.work.then(() => this.rollback());
        return;
      case "send_key_frame":
        this.queue(() => this.produceKeyFrame()).then(
          (made) => made && !this.closed && this.handlers.keyFrameRequested(),
          () => undefined, // not answered
        );
        return;
      case "close":
        return this.close();
    }
  }

  /** The call is over: what we opened is closed, also what the browser gives later. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.cancelAll();
    this.local.close();
    this.connection?.close();
    this.watch.close();
  }

  /** Queues a request. `undefined` from the work means that it is not answered. */
  private start(token: number, work: (op: Operation) => Promise<string | undefined>): void {
    const op = new Operation(token);
    this.operations.add(op);
    this.work = this.work.then(async () => {
      try {
        if (this.closed || op.cancelled) return;
        const sdp = await work(op);
        if (sdp !== undefined && !this.closed && !op.cancelled) this.handlers.ready(token, sdp);
      } catch (error) {
        if (this.closed || op.cancelled || error instanceof Cancelled) return;
        this.handlers.failed(token, toFailure(error));
      } finally {
        this.operations.delete(op);
      }
    });
  }

  private cancelAll(): void {
    for (const op of this.operations) op.cancel();
  }

  private async createOffer(
    op: Operation,
    request: Extract<PeerMediaRequest, { readonly type: "create_offer" }>,
  ): Promise<string> {
    const connection = this.connect();
    const restart = request.ice_restart ?? false;
    this.snapshot = this.takeSnapshot();
    this.allowAdded(request);
    this.held = request.hold;
    if (!request.hold) this.wanted = new Set(kinds.filter((kind) => sends(request[kind])));
    try {
      const describe = (directions: MediaDirections): Promise<void> => {
        for (const kind of offerOrder) this.direct(kind, directions[kind]);
        return this.describe(() => connection.createOffer({ iceRestart: restart }), restart);
      };
      await this.captureAndDescribe(op, request, describe);
    } catch (error) {
      if (!op.cancelled) await this.rollback();
      throw error;
    }
    return this.gathered(op, request.trickle);
  }

  private async prepareAnswer(
    _op: Operation,
    request: MediaDirections,
    offer: string,
  ): Promise<undefined> {
    await this.applyOffer(offer);
    // Before permission is given browsers hide addresses, so gathering now would yield less.
    if (!(await isGranted(this.environment, this.toCapture(request)))) return;
    if (this.closed) return;
    await this.describeAnswer(request);
    this.prepared = { audio: request.audio, video: request.video };
  }

  private async createAnswer(
    op: Operation,
    request: Extract<PeerMediaRequest, { readonly type: "create_answer" }>,
    offer: string,
  ): Promise<string> {
    // A peer that could not answer checks while this side rang may have let ICE give up.
    if (this.prepared && this.connection?.iceConnectionState === "failed") this.disconnect();
    const prepared =
      this.prepared !== undefined &&
      this.offer === offer &&
      sameDirections(this.prepared, request);
    this.prepared = undefined;
    this.snapshot = this.takeSnapshot();
    this.allowAdded(request);
    this.held = request.hold;
    try {
      if (!prepared) await this.applyOffer(offer);
      await this.captureAndDescribe(op, request, async (directions) => {
        if (prepared && sameDirections(directions, request)) return;
        // A prepared answer was final for the browser: the offer is put to it again.
        if (prepared) await this.applyOffer(offer);
        await this.describeAnswer(directions, request.ice_restart ?? false);
      });
    } catch (error) {
      if (!op.cancelled) await this.rollback();
      throw error;
    }
    this.snapshot = undefined;
    this.closeUnwanted();
    this.leaveOutSilent();
    const sdp = await this.gathered(op, request.trickle);
    this.watch.negotiated(false, this.isEmpty());
    return sdp;
  }

  private async applyAnswer(answer: string, provisional: boolean): Promise<string> {
    const connection = this.connect();
    // Firefox takes a provisional answer as the final one.
    const isEarly = connection.signalingState === "stable";
    if (isEarly && provisional) return "";
    const elsewhere = connection.signalingState !== "have-local-offer" && this.answer !== answer;
    if (!isEarly) {
      await this.putAnswer(connection, answer, provisional);
    } else if (elsewhere && !(await this.putAnotherAnswer(connection, answer))) {
      return "";
    }
    if (!provisional) {
      this.snapshot = undefined;
      this.closeUnwanted();
      await this.applyTracks();
      this.watch.negotiated(true, this.isEmpty(), elsewhere);
    }
    this.tellRemote();
    return "";
  }

  /** What the page gave up sending while it was in the call is captured when it is added anew. */
  private allowAdded(directions: MediaDirections): void {
    const isFirst = this.answer === undefined && !this.hasAnswered;
    if (isFirst) return;
    for (const kind of kinds) {
      if (sends(directions[kind]) && !this.wanted.has(kind)) this.local.allow(kind);
    }
  }

  private async putAnswer(
    connection: RTCPeerConnection,
    answer: string,
    provisional: boolean,
  ): Promise<void> {
    const put = (type: "answer" | "pranswer"): Promise<void> =>
      connection.setRemoteDescription({ type, sdp: answer });
    try {
      if (provisional) await put("pranswer").catch(() => put("answer"));
      else await put("answer");
    } catch (error) {
      throw new MediaFailure("bad_description", messageOf(error), error);
    }
    this.answer = answer;
    await this.trickle?.applied();
  }

  /**
   * Another answer takes the place of one that is final for the browser, by a new round. One of
   * another branch (RFC 3261 section 13.2.2.4) cannot: its ICE credentials are others, and so is
   * the certificate. Then false: all begins anew, with an offer of ours to that branch.
   */
  private async putAnotherAnswer(connection: RTCPeerConnection, answer: string): Promise<boolean> {
    try {
      await this.describe(() => connection.createOffer());
      await this.putAnswer(connection, answer, false);
      return true;
    } catch {
      if (this.closed) throw new Cancelled();
    }
    this.beginAnew();
    return false;
  }

  /** All is offered to the peer once more, by another connection of the browser. */
  private beginAnew(): void {
    if (this.closed) return;
    this.owed = this.connection?.getTransceivers().map(kindOf) ?? [];
    this.snapshot = undefined;
    this.disconnect();
    this.watch.beginsAnew();
    this.connect();
  }

  /**
   * No camera stays on for a picture that the call no longer has, or that the peer refused. A peer
   * that takes nothing at all only holds us, and is sent to again later; one that rejects every
   * line does the same (RFC 3264 section 8.4 for peers that are older than it).
   */
  private closeUnwanted(): void {
    const agreed = (kind: MediaKind): Direction | null =>
      (this.transceiver(kind)?.currentDirection as Direction | null | undefined) ?? null;
    const sent = kinds.filter((kind) => sends(agreed(kind)));
    const isHold = sent.length === 0;
    if (this.isEmpty()) return;
    if (isHold) this.wanted = new Set(kinds.filter((kind) => agreed(kind) && this.wanted.has(kind)));
    else if (!this.held) this.wanted = new Set(sent);
    this.closeDevices();
    if (isHold || this.held) return;
    for (const kind of kinds) if (!this.wanted.has(kind)) this.local.disinherit(kind);
  }

  /** The first offer may have shown the page a medium that the answer does not take. */
  private leaveOutSilent(): void {
    if (this.hasAnswered) return;
    this.hasAnswered = true;
    const transceivers = this.connection?.getTransceivers() ?? [];
    const stream = this.remote.leaveOut((track) => {
      const direction = transceivers.find(({ receiver }) => receiver.track === track)?.currentDirection;
      return direction !== "sendrecv" && direction !== "recvonly";
    });
    if (stream) this.handlers.tracksAdded("remote", stream, []);
  }

  private closeDevices(): void {
    for (const kind of kinds) if (!this.wanted.has(kind)) this.local.release(kind);
  }

  private async rollback(): Promise<void> {
    const connection = this.connection;
    const snapshot = this.snapshot;
    this.snapshot = undefined;
    if (!connection || this.closed) return;
    try {
      const undone = connection.signalingState === "have-local-offer";
      if (undone) {
        await connection.setLocalDescription({ type: "rollback" });
      } else if (connection.signalingState === "have-remote-offer") {
        await connection.setRemoteDescription({ type: "rollback" });
      }
      this.offer = undefined;
      if (!snapshot) return;
      for (const transceiver of connection.getTransceivers()) {
        const direction = snapshot.directions.get(transceiver);
        if (isStopped(transceiver)) continue;
        if (direction !== undefined) transceiver.direction = direction;
        else if (transceiver.mid === null) transceiver.stop(); // or the next offer would have it
      }
      if (undone && connection.remoteDescription) {
        // Chromium goes on without playing what an offer that was taken back would not have received,
        // until it is told of another offer.
        await connection.setLocalDescription(await connection.createOffer());
        await connection.setLocalDescription({ type: "rollback" });
      }
      this.held = snapshot.held;
      if (connection.localDescription) this.trickle?.described(false);
      this.wanted = snapshot.wanted;
      await this.applyTracks();
      this.closeDevices();
    } catch {
      // The next description that the core asks for tells whether the connection is still usable.
    }
  }

  /**
   * Asks for what is not there yet, and describes meanwhile if that costs no candidate. What cannot
   * be captured fails the request, or with the fallback "receive" is not sent.
   */
  private async captureAndDescribe(
    op: Operation,
    directions: MediaDirections,
    describe: (directions: MediaDirections) => Promise<void>,
  ): Promise<void> {
    const wanted = this.held ? [] : this.toCapture(directions);
    if (this.options.fallback === "receive") {
      await this.captureWhatThereIs(op, wanted);
      if (!this.closed && !op.cancelled) await describe(this.possible(directions));
    } else {
      const granted = isGranted(this.environment, wanted);
      const capturing = this.capture(op, wanted);
      capturing.catch(() => undefined); // awaited below
      if (!(await granted)) await capturing;
      const [described, captured] = await Promise.allSettled([describe(directions), capturing]);
      if (captured.status === "rejected") throw captured.reason;
      if (described.status === "rejected") throw described.reason;
    }
    if (this.closed || op.cancelled) throw new Cancelled();
    await this.applyTracks();
  }

  /** Does it when what is being worked on is done, and sends what is to be sent then. */
  private queue<T>(act: () => Promise<T> | T): Promise<T> {
    const done = this.work.then(async () => {
      const result = await act();
      if (!this.closed) await this.applyTracks();
      return result;
    });
    this.work = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  private async capture(op: Operation, wanted: readonly MediaKind[]): Promise<void> {
    if (wanted.length === 0) return;
    await this.local.capture(op, wanted, this.videoSize, this.options.devices);
  }

  /** All at once, or what can be had of it. */
  private async captureWhatThereIs(op: Operation, wanted: readonly MediaKind[]): Promise<void> {
    try {
      await this.capture(op, wanted);
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      const [only] = wanted;
      if (only && wanted.length === 1) this.withheld.add(only);
      else for (const kind of wanted) await this.captureWhatThereIs(op, [kind]);
    }
  }

  /** What can be done of it without what could not be captured. */
  private possible(directions: MediaDirections): MediaDirections {
    const without = (kind: MediaKind): Direction | null => {
      const direction = directions[kind];
      if (!this.withheld.has(kind) || !sends(direction) || this.local.live(kind)) return direction;
      return direction === "sendrecv" ? "recvonly" : "inactive";
    };
    return { audio: without("audio"), video: without("video") };
  }

  private async changeDevice(kind: MediaKind, device: string): Promise<void> {
    const devices = { ...this.options.devices, [kind]: device };
    this.withheld.delete(kind);
    const isSent = this.wanted.has(kind) || this.local.device(kind) !== undefined;
    if (!isSent) this.local.allow(kind);
    else if (!this.closed) await this.local.change(kind, this.videoSize, devices);
    this.options = { ...this.options, devices };
  }

  /** A track of ours ended by itself: another device takes its place, or nothing is sent. */
  private follow(kind: MediaKind, track: MediaStreamTrack, captured: boolean): void {
    const work = async (): Promise<void> => {
      if (!this.local.uses(kind, track)) return; // something else has taken its place
      const unplugged = captured && (await isUnplugged(this.environment, kind, track));
      let replaced = false;
      if (unplugged && !this.closed) {
        const devices = { ...this.options.devices, [kind]: undefined };
        replaced = await this.local.change(kind, this.videoSize, devices).then(
          () => true,
          () => false,
        );
      }
      if (this.closed) return;
      if (!replaced) this.local.drop(kind);
      const reason = unplugged ? "unplugged" : "stopped";
      this.handlers.trackEnded({ side: "local", kind, reason, replaced });
    };
    this.queue(work).catch(() => undefined); // a sender that is gone sends nothing
  }

  /** Resolves with false where no picture is sent. */
  private async produceKeyFrame(): Promise<boolean> {
    const sender = this.transceiver("video")?.sender;
    if (!sender?.track || this.closed) return false;
    await produceKeyFrame(sender);
    return true;
  }

  private get videoSize(): VideoSize | undefined {
    return this.options.videoSize ?? this.settings.videoSize;
  }

  private toCapture(directions: MediaDirections): MediaKind[] {
    const missing = this.local.missing(directions, this.options.stream);
    return missing.filter((kind) => !this.withheld.has(kind));
  }

  private async applyTracks(): Promise<void> {
    for (const kind of kinds) {
      const transceiver = this.transceiver(kind);
      if (!transceiver) continue;
      const sending = !this.held && sends(transceiver.direction as Direction);
      const track = sending ? (this.local.live(kind) ?? null) : null;
      if (transceiver.sender.track !== track) await transceiver.sender.replaceTrack(track);
      const limit = this.options.bandwidth?.[kind];
      // A limit that the page itself has set is none of ours.
      if (limit === undefined && !this.limited.delete(kind)) continue;
      if (limit !== undefined) this.limited.add(kind);
      // An encoder that cannot be limited yet is asked again after the next description.
      await limitBitrate(transceiver.sender, limit).catch(() => undefined);
    }
  }

  /** Sets what our offer says of a kind. A line once offered stays, as inactive. */
  private direct(kind: MediaKind, direction: Direction | null): void {
    const connection = this.connect();
    const transceiver = this.transceiver(kind);
    if (transceiver) {
      transceiver.direction = direction ?? "inactive";
      this.labelStream(transceiver);
    } else if (direction !== null || (!connection.remoteDescription && this.owed.includes(kind))) {
      const init = { direction: direction ?? "inactive", streams: [this.local.side] };
      connection.addTransceiver(kind, init);
    }
  }

  private async applyOffer(offer: string): Promise<void> {
    // A browser whose lines were all rejected has closed their transport, and Firefox takes no offer
    // for them any more: who comes back finds a new connection.
    if (this.connection?.remoteDescription && this.isEmpty()) this.disconnect();
    const connection = this.connect();
    if (connection.signalingState === "have-remote-offer" && this.offer === offer) return;
    try {
      await connection.setRemoteDescription({ type: "offer", sdp: offer });
    } catch (error) {
      throw new MediaFailure("bad_description", messageOf(error), error);
    }
    this.offer = offer;
    await this.trickle?.applied();
    this.tellRemote();
  }

  /**
   * Answers the applied offer. A medium that is not wanted, and any line beyond the first of a
   * kind, is rejected: the line stays in its place with port 0 (RFC 3264 section 6).
   */
  private async describeAnswer(directions: MediaDirections, restart = false): Promise<void> {
    const connection = this.connect();
    const answered = new Set<string>();
    for (const transceiver of connection.getTransceivers()) {
      if (isStopped(transceiver) || transceiver.mid === null) continue;
      const kind = kindOf(transceiver);
      const direction = answered.has(kind) ? null : directions[kind];
      answered.add(kind);
      if (direction === null) {
        transceiver.stop();
      } else {
        transceiver.direction = direction;
        this.labelStream(transceiver);
      }
    }
    await this.describe(() => connection.createAnswer(), restart);
  }

  private async describe(
    create: () => Promise<RTCSessionDescriptionInit>,
    restart = false,
  ): Promise<void> {
    const connection = this.connect();
    const description = await create();
    this.gathering?.begin(restart);
    this.trickle?.begin();
    await connection.setLocalDescription(description);
  }

  /** The description as it is to leave: at once if the candidates may follow. */
  private async gathered(op: Operation, mayTrickle = false): Promise<string> {
    const { connection, gathering } = this;
    if (connection && gathering && !mayTrickle) {
      const { iceGatheringTimeout: longest, iceQuietPeriod: quiet } = this.settings;
      await op.unlessCancelled(gathering.settled({ longest, quiet }));
    }
    const sdp = connection?.localDescription?.sdp;
    if (!sdp) throw new MediaFailure("failed", "The browser made no description of its media.");
    this.trickle?.described(gathering?.isComplete ?? false);
    return sdp;
  }

  /** Every offer names the same stream, with or without a track in it. */
  private labelStream(transceiver: RTCRtpTransceiver): void {
    if (!sends(transceiver.direction as Direction)) return;
    transceiver.sender.setStreams?.(this.local.side);
  }

  /** Once for each server and error: the browser tries from each of its addresses. */
  private tellServerErrors(connection: RTCPeerConnection): void {
    const told = new Set<string>();
    connection.addEventListener("icecandidateerror", ({ url, errorCode, errorText }) => {
      const text = [`${url}:`, errorCode, errorText].filter((part) => part).join(" ");
      if (this.closed || told.has(text)) return;
      told.add(text);
      this.handlers.serverFailed(text);
    });
  }

  private connect(): RTCPeerConnection {
    if (this.connection) return this.connection;
    const create = this.environment.createPeerConnection;
    if (!create) throw new MediaFailure("not_supported", "This browser has no RTCPeerConnection.");
    if (this.closed) throw new Cancelled();
    const configuration = this.settings.configuration();
    // A policy that TypeScript's library has forgotten; browsers have not.
    if (this.needsSeparateRtcp) Object.assign(configuration, { rtcpMuxPolicy: "negotiate" });
    const connection = create(configuration);
    this.gathering = new Gathering(this.environment, connection, configuration);
    this.trickle = new Trickle(connection, {
      found: (mid, candidate, ufrag) => {
        if (!this.closed) this.handlers.candidateFound(mid, candidate, ufrag);
      },
      dropped: (text) => {
        if (!this.closed) this.handlers.candidateDropped(text);
      },
    });
    this.tellServerErrors(connection);
    const followed = new WeakSet<MediaStreamTrack>();
    connection.addEventListener("track", ({ track }) => {
      this.remote.add(track);
      if (followed.has(track)) return;
      followed.add(track);
      const kind = track.kind === "video" ? "video" : "audio";
      track.addEventListener("ended", () => {
        const end = { side: "remote", kind, reason: "stopped", replaced: false } as const;
        if (!this.closed && this.connection === connection) this.handlers.trackEnded(end);
      });
    });
    this.connection = connection;
    this.watch.watch(connection);
    return connection;
  }

  private disconnect(): void {
    this.remote.clear();
    this.connection?.close();
    this.connection = undefined;
    this.gathering = undefined;
    this.trickle = undefined;
    this.offer = undefined;
    this.prepared = undefined;
  }

  private tellRemote(): void {
    if (this.closed) return;
    this.remote.tell(this.connection?.getReceivers() ?? [], (stream, added) =>
      this.handlers.tracksAdded("remote", stream, added),
    );
  }

  private transceiver(kind: MediaKind): RTCRtpTransceiver | undefined {
    return this.connection
      ?.getTransceivers()
      .find((transceiver) => kindOf(transceiver) === kind && !isStopped(transceiver));
  }

  /** Every line is rejected, so that nothing is to be connected. */
  private isEmpty(): boolean {
    const transceivers = this.connection?.getTransceivers() ?? [];
    return transceivers.every((transceiver) => isStopped(transceiver) || transceiver.mid === null);
  }

  private takeSnapshot(): Snapshot {
    const directions = new Map<RTCRtpTransceiver, RTCRtpTransceiverDirection>();
    for (const transceiver of this.connection?.getTransceivers() ?? []) {
      directions.set(transceiver, transceiver.direction);
    }
    return { directions, held: this.held, wanted: this.wanted };
  }
}

function kindOf(transceiver: RTCRtpTransceiver): MediaKind {
  return transceiver.receiver.track.kind === "video" ? "video" : "audio";
}

function sameDirections(a: MediaDirections, b: MediaDirections): boolean {
  return a.audio === b.audio && a.video === b.video;
}

function isStopped(transceiver: RTCRtpTransceiver): boolean {
  return transceiver.direction === "stopped" || transceiver.currentDirection === "stopped";
}
