/** One call, incoming or outgoing: an id, what its events said last, and its media. */

import type {
  Bandwidth,
  CallOptions as CallCommandOptions,
  CandidateKind,
  Command,
  Direction,
  Event,
  MediaDirections,
  NameValue,
} from "../js-glue/protocol.js";
import type { RemoteParty } from "./address.js";
import type { CallMedia } from "./call-media.js";
import type { MediaKind, VideoSize } from "./capture.js";
import { SipError, describeEnd, describeStatus, toSipError } from "./errors.js";
import type { CallEnd } from "./errors.js";
import { Deferred, Emitter, rejected } from "./events.js";

export type CallState =
  /** Outgoing: permission, devices and addresses are being got; nothing was sent. */
  | "connecting"
  /** The INVITE left. */
  | "calling"
  /** The other side rings, or something else was heard of it. */
  | "ringing"
  /** Incoming, and not answered. */
  | "incoming"
  | "answering"
  | "established"
  | "terminating"
  | "ended";

/** true: sendrecv; false: not at all. */
export type MediaChoice = boolean | Direction;

interface CommonOptions {
  /** Used instead of devices for the kinds of track that it has; never stopped by us. */
  readonly stream?: MediaStream;
  readonly headers?: readonly NameValue[];
  /** Contact parameters, RFC 3840. */
  readonly caps?: readonly NameValue[];
  readonly bandwidth?: Bandwidth;
  readonly videoSize?: VideoSize;
  /** Written on the wire instead of what the browser does, per medium. */
  readonly wireDirections?: Partial<MediaDirections>;
  /** Encodings that the peer is not told of, with their rtx and red: "telephone-event", "opus/48000/2". */
  readonly removedCodecs?: readonly string[];
  /** Encodings that stand first, in this order. */
  readonly codecOrder?: readonly string[];
  /** ICE candidates that the peer is not told of. */
  readonly removedCandidates?: readonly CandidateKind[];
}

export interface CallOptions extends CommonOptions {
  /** Default true. */
  readonly audio?: MediaChoice;
  /** Default false. */
  readonly video?: MediaChoice;
  /** Another From than the agent's address. */
  readonly from?: string;
}

export interface AnswerOptions extends CommonOptions {
  /** Default: what the offer allows. */
  readonly audio?: MediaChoice;
  /** Default: what the offer allows. */
  readonly video?: MediaChoice;
}

export interface CallEvents {
  state: [CallState];
  /** A provisional response, 100 included. */
  progress: [{ readonly status: number; readonly reason: string; readonly earlyMedia: boolean }];
  /** The status of the answer, just before state "established". */
  answered: [{ readonly status: number; readonly reason: string }];
  /** There is a stream, or it has new tracks. */
  localStream: [MediaStream];
  remoteStream: [MediaStream];
  trackAdded: [
    {
      readonly side: "local" | "remote";
      readonly kind: MediaKind;
      readonly stream: MediaStream;
    },
  ];
  /** The end of a hold, resume or modify of ours. */
  modified: [
    {
      readonly change: "hold" | "resume" | "modify";
      readonly ok: boolean;
      readonly status?: number;
      readonly reason?: string;
    },
  ];
  remoteHold: [boolean];
  /** An INFO came. */
  info: [{ readonly contentType: string; readonly content: Uint8Array }];
  ended: [CallEnd];
}

/** What a call needs of its agent. */
export interface CallContext {
  readonly execute: (command: Command, body?: string | Uint8Array) => number;
  readonly media: (call: number) => CallMedia;
  /** The agent's default. */
  readonly bandwidth: () => Bandwidth | undefined;
}

export interface CallStart {
  readonly id: number;
  readonly direction: "incoming" | "outgoing";
  readonly remote: RemoteParty;
  readonly local: RemoteParty;
  readonly offered: MediaDirections;
}

type Change = "hold" | "resume" | "modify";

/** Milliseconds, as the original wrote it into the body. */
const dtmf_duration = 120;

export class Call extends Emitter<CallEvents> {
  readonly id: number;
  readonly direction: "incoming" | "outgoing";
  /** Who is at the other end. */
  readonly remote: RemoteParty;
  /** Who was called, for an incoming call. */
  readonly local: RemoteParty;
  /** What the other side wants to do with each medium, seen from here; outgoing: what we asked. */
  readonly offered: MediaDirections;
  private readonly context: CallContext;
  private readonly media: CallMedia;
  private current: CallState;
  private heldHere = false;
  private heldThere = false;
  private readonly establishing = new Deferred<void>();
  private readonly ending = new Deferred<CallEnd>();
  private readonly changes: { readonly change: Change; readonly done: Deferred<void> }[] = [];
  private readonly infos: Deferred<void>[] = [];

  /** @internal */
  constructor(context: CallContext, start: CallStart) {
    super();
    this.context = context;
    this.id = start.id;
    this.direction = start.direction;
    this.remote = start.remote;
    this.local = start.local;
    this.offered = start.offered;
    this.media = context.media(start.id);
    this.current = start.direction === "incoming" ? "incoming" : "connecting";
  }

  get state(): CallState {
    return this.current;
  }

  /** What is sent; null while there is nothing. */
  get localStream(): MediaStream | null {
    return this.media.localStream;
  }

  /** What is received; null while there is nothing. */
  get remoteStream(): MediaStream | null {
    return this.media.remoteStream;
  }

  /** We hold the other side. */
  get localHold(): boolean {
    return this.heldHere;
  }

  /** The other side holds us. */
  get remoteHold(): boolean {
    return this.heldThere;
  }

  get peerConnection(): RTCPeerConnection | null {
    return this.media.peerConnection;
  }

  /** Resolves at the answer; rejects with SipError if the call ends before. */
  get established(): Promise<void> {
    return this.establishing.promise;
  }

  /** Resolves when the call is over, however that came. */
  get ended(): Promise<CallEnd> {
    return this.ending.promise;
  }

  /** Accepts an incoming call; the browser may ask for the microphone now. @throws SipError */
  answer(options: AnswerOptions = {}): void {
    const { audio, video, stream, videoSize } = options;
    this.media.setOptions({
      ...(stream === undefined ? {} : { stream }),
      ...(videoSize === undefined ? {} : { videoSize }),
    });
    this.execute({
      type: "accept",
      call: this.id,
      ...(audio === undefined ? {} : { audio: directionOf(audio) }),
      ...(video === undefined ? {} : { video: directionOf(video) }),
      ...callOptions(options, this.context.bandwidth()),
    });
    this.enter("answering");
  }

  /** Refuses an incoming call, with 603 unless told otherwise. @throws SipError */
  reject(
    options: {
      readonly status?: number;
      readonly reason?: string;
      readonly headers?: readonly NameValue[];
    } = {},
  ): void {
    const { status, reason, headers } = options;
    this.execute({
      type: "reject",
      call: this.id,
      ...(status === undefined ? {} : { status }),
      ...(reason === undefined ? {} : { reason }),
      ...(headers === undefined ? {} : { headers }),
    });
  }

  /** Ends the call in any state; nothing happens if it has ended. @throws SipError */
  hangup(options: { readonly headers?: readonly NameValue[] } = {}): void {
    if (this.current === "ended" || this.current === "terminating") return;
    const { headers } = options;
    this.execute({
      type: "hangup",
      call: this.id,
      ...(headers === undefined ? {} : { headers }),
    });
  }

  /** Resolves when the other side agreed; rejects with SipError and leaves the call as it was. */
  hold(): Promise<void> {
    return this.change("hold", { type: "hold", call: this.id });
  }

  resume(): Promise<void> {
    return this.change("resume", { type: "resume", call: this.id });
  }

  /** Offers other media: adds, drops or turns a medium. */
  modify(media: { readonly audio?: MediaChoice; readonly video?: MediaChoice }): Promise<void> {
    return this.change("modify", {
      type: "modify",
      call: this.id,
      audio: directionOf(media.audio ?? true),
      video: directionOf(media.video ?? false),
    });
  }

  /** Silences or darkens what is sent; the other side is not told. */
  mute(kind: MediaKind, muted: boolean): void {
    this.media.mute(kind, muted);
  }

  isMuted(kind: MediaKind): boolean {
    return this.media.isMuted(kind);
  }

  /** Sends tones `0`-`9`, `A`-`D`, `*`, `#` by INFO; resolves when all were accepted. */
  async dtmf(tones: string): Promise<void> {
    if (!/^[0-9A-Da-d*#]+$/.test(tones)) {
      throw new SipError("invalid_argument", `"${tones}" is not a DTMF tone.`, {
        argument: "tone",
      });
    }
    for (const tone of tones) {
      await this.info(
        `Signal=${tone}\r\nDuration=${dtmf_duration}`,
        "application/dtmf-relay",
      );
    }
  }

  /** Sends an INFO; resolves at a 2xx, rejects with SipError otherwise. */
  info(content: string | Uint8Array, contentType: string): Promise<void> {
    const done = new Deferred<void>();
    try {
      this.execute({ type: "info", call: this.id, content_type: contentType }, content);
    } catch (error) {
      return rejected(error);
    }
    this.infos.push(done);
    return done.promise;
  }

  /** @internal */
  handleSent(): void {
    this.enter("calling");
  }

  /** @internal */
  handleProgress(event: Extract<Event, { type: "call_progress" }>): void {
    if (event.status > 100 && this.current !== "terminating") this.enter("ringing");
    this.emit("progress", {
      status: event.status,
      reason: event.reason,
      earlyMedia: event.early_media,
    });
  }

  /** @internal */
  handleEstablished(event: Extract<Event, { type: "call_established" }>): void {
    this.establishing.resolve();
    this.emit("answered", { status: event.status, reason: event.reason });
    if (this.current !== "terminating") this.enter("established");
  }

  /** @internal */
  handleTerminating(): void {
    this.enter("terminating");
  }

  /** @internal */
  handleEnded(event: Omit<Extract<Event, { type: "call_ended" }>, "type" | "call">): void {
    if (this.current === "ended") return;
    const { cause, by, status, reason, media_error: mediaError } = event;
    const facts = {
      cause,
      by,
      ...(status === undefined ? {} : { status }),
      ...(reason === undefined ? {} : { reason }),
      ...(mediaError === undefined ? {} : { mediaError }),
    };
    const failure = cause === "media_error" ? this.mediaMessage : undefined;
    const end: CallEnd = { ...facts, message: failure ?? describeEnd(facts) };
    const error = new SipError(mediaError ?? cause, end.message, { status, reason });
    this.establishing.reject(error);
    const over = new SipError("call_ended", end.message, { status, reason });
    for (const { done } of this.changes.splice(0)) done.reject(over);
    for (const done of this.infos.splice(0)) done.reject(over);
    this.enter("ended");
    this.ending.resolve(end);
    this.emit("ended", end);
  }

  /** @internal */
  handleModified(event: Extract<Event, { type: "call_modified" }>): void {
    const { change, ok, status, reason } = event;
    if (ok && change === "hold") this.heldHere = true;
    if (ok && change === "resume") this.heldHere = false;
    const index = this.changes.findIndex((waiting) => waiting.change === change);
    const [waiting] = index < 0 ? [] : this.changes.splice(index, 1);
    if (ok) {
      waiting?.done.resolve();
    } else {
      const message =
        status === undefined ? `The ${change} failed.` : describeStatus(status, reason);
      waiting?.done.reject(new SipError("not_accepted", message, { status, reason }));
    }
    this.emit("modified", {
      change,
      ok,
      ...(status === undefined ? {} : { status }),
      ...(reason === undefined ? {} : { reason }),
    });
  }

  /** @internal */
  handleRemoteHold(held: boolean): void {
    this.heldThere = held;
    this.emit("remoteHold", held);
  }

  /** @internal */
  handleInfo(contentType: string, content: Uint8Array): void {
    this.emit("info", { contentType, content });
  }

  /** @internal Results come in the order of the requests. */
  handleInfoResult(status: number, reason: string): void {
    const done = this.infos.shift();
    if (status >= 200 && status < 300) {
      done?.resolve();
    } else {
      const message = `The other side did not accept the INFO (${status} ${reason}).`;
      done?.reject(new SipError("not_accepted", message, { status, reason }));
    }
  }

  /** @internal What the browser said about a media error, for the end of the call. */
  mediaMessage: string | undefined;

  /** @internal */
  handleTracks(
    side: "local" | "remote",
    stream: MediaStream,
    kinds: readonly MediaKind[],
  ): void {
    this.emit(side === "local" ? "localStream" : "remoteStream", stream);
    for (const kind of kinds) this.emit("trackAdded", { side, kind, stream });
  }

  private execute(command: Command, body?: string | Uint8Array): number {
    try {
      return this.context.execute(command, body);
    } catch (error) {
      throw toSipError(error);
    }
  }

  private change(change: Change, command: Command): Promise<void> {
    const done = new Deferred<void>();
    try {
      this.execute(command);
    } catch (error) {
      return rejected(error);
    }
    this.changes.push({ change, done });
    return done.promise;
  }

  private enter(state: CallState): void {
    if (this.current === state || this.current === "ended") return;
    this.current = state;
    this.emit("state", state);
  }
}

/** @internal */
export function directionOf(choice: MediaChoice): Direction | null {
  if (choice === true) return "sendrecv";
  return choice === false ? null : choice;
}

/** @internal The options that commands have in common, as the core names them. */
export function callOptions(
  options: CommonOptions,
  defaultBandwidth: Bandwidth | undefined,
): CallCommandOptions {
  const { headers, caps, wireDirections, removedCodecs, codecOrder, removedCandidates } = options;
  const bandwidth = options.bandwidth ?? defaultBandwidth;
  return {
    ...(headers === undefined ? {} : { headers }),
    ...(caps === undefined ? {} : { caps }),
    ...(bandwidth === undefined ? {} : { bandwidth }),
    ...(wireDirections === undefined ? {} : { wire_directions: wireDirections }),
    ...(removedCodecs === undefined ? {} : { removed_codecs: removedCodecs }),
    ...(codecOrder === undefined ? {} : { codec_order: codecOrder }),
    ...(removedCandidates === undefined ? {} : { removed_candidates: removedCandidates }),
  };
}
