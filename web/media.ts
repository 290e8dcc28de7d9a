/** Executes the core's media requests, one RTCPeerConnection per call. */

import { CallMedia } from "./call-media.js";
import type {
  CallMediaOptions,
  MediaSettings,
  PeerMediaRequest,
  TrackEnd,
} from "./call-media.js";
import { SharedTracks } from "./local-tracks.js";
import type { MediaFailure, MediaKind } from "./capture.js";
import type { Environment } from "./environment.js";
import type { SipError } from "./errors.js";
import type { MediaLoss, MediaState } from "./media-watch.js";

export interface MediaHandlers {
  /** Answers a request with the local description; "" after an applied answer. */
  ready(call: number, token: number, sdp: string): void;
  failed(call: number, token: number, failure: MediaFailure): void;
  permission(
    call: number,
    state: "requested" | "accepted" | "refused",
    failure?: MediaFailure,
  ): void;
  tracksAdded(
    call: number,
    side: "local" | "remote",
    stream: MediaStream,
    kinds: readonly MediaKind[],
  ): void;
  trackEnded(call: number, end: TrackEnd): void;
  keyFrameRequested(call: number): void;
  /** `error` comes with the last "failed". */
  stateChanged(call: number, state: MediaState, error?: SipError): void;
  /** Restarts ICE by an offer of ours; rejects with SipError. */
  restart(call: number): Promise<void>;
  /** The media of the call have no connection and will have none. */
  lost(call: number, error: MediaLoss, message: string): void;
  candidateFound(call: number, mid: string, candidate: string, ufrag: string): void;
  candidateDropped(call: number, text: string): void;
  serverFailed(call: number, text: string): void;
}

export class Media {
  private readonly environment: Environment;
  private readonly settings: () => MediaSettings;
  private readonly handlers: MediaHandlers;
  private readonly calls = new Map<number, CallMedia>();
  private readonly tracks = new SharedTracks();

  constructor(environment: Environment, settings: () => MediaSettings, handlers: MediaHandlers) {
    this.environment = environment;
    this.settings = settings;
    this.handlers = handlers;
  }

  /** Requests of an unknown call make it known. */
  handle(request: PeerMediaRequest, sdp: string): void {
    if (request.type === "close") return this.close(request.call);
    this.of(request.call).handle(request, sdp);
  }

  /** The media of a call, made if need be. */
  of(call: number, options: CallMediaOptions = {}): CallMedia {
    const known = this.calls.get(call);
    if (known) {
      known.setOptions(options);
      return known;
    }
    const media = new CallMedia(this.environment, this.settings(), this.tracks, options, {
      ready: (token, sdp) => this.handlers.ready(call, token, sdp),
      failed: (token, failure) => this.handlers.failed(call, token, failure),
      permission: (state, failure) => this.handlers.permission(call, state, failure),
      tracksAdded: (side, stream, kinds) =>
        this.handlers.tracksAdded(call, side, stream, kinds),
      trackEnded: (end) => this.handlers.trackEnded(call, end),
      keyFrameRequested: () => this.handlers.keyFrameRequested(call),
      stateChanged: (state, error) => this.handlers.stateChanged(call, state, error),
      restart: () => this.handlers.restart(call),
      lost: (error, message) => this.handlers.lost(call, error, message),
      candidateFound: (mid, candidate, ufrag) =>
        this.handlers.candidateFound(call, mid, candidate, ufrag),
      candidateDropped: (text) => this.handlers.candidateDropped(call, text),
      serverFailed: (text) => this.handlers.serverFailed(call, text),
    });
    this.calls.set(call, media);
    return media;
  }

  /** What one call has captured is used by another too, and closed when both are over. */
  share(from: number, to: number): void {
    this.of(to).inherit(this.of(from));
  }

  close(call: number): void {
    this.calls.get(call)?.close();
    this.calls.delete(call);
  }

  closeAll(): void {
    for (const call of [...this.calls.keys()]) this.close(call);
  }
}
