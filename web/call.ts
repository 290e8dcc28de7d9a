/** One call, incoming or outgoing: an id, what its events said last, and its media. */

import type {
  Bandwidth,
  Command,
  Direction,
  Event,
  MediaDirections,
  NameValue,
} from "../js-glue/protocol.js";
import { onAbort, refuseAborted, unlessAborted } from "./abort.js";
import type { Abortable } from "./abort.js";
import { contentOf, optionsOf, wrongArgument } from "./arguments.js";
import { toParty } from "./address.js";
import type { RemoteParty } from "./address.js";
import { CallControls } from "./call-controls.js";
import type { CallState } from "./call-events.js";
import type { Change, ChangeOptions, ModifiedEvent } from "./call-changes.js";
import type { CallMedia, TrackEnd } from "./call-media.js";
import { callOptions, captureOptions, chosen, directionOf } from "./call-options.js";
import type { AnswerOptions, CallOptions, MediaChoice } from "./call-options.js";
import { kinds } from "./capture.js";
import type { MediaKind } from "./capture.js";
import type { Environment } from "./environment.js";
import { SipError, describeEnd, describeStatus, toSipError } from "./errors.js";
import type { CallEnd } from "./errors.js";
import { Deferred, rejected } from "./events.js";
import { MediaOffer } from "./media-offer.js";
import type { RejectMediaOptions } from "./media-offer.js";
import type { MediaState } from "./media-watch.js";
import { SipMessage, caused, textOf } from "./message.js";
import type { Playback } from "./playback.js";
import { settle } from "./requests.js";
import type {
  Execute,
  IncomingMessage,
  RequestOptions,
  Requests,
  SipResponse,
} from "./requests.js";
import { TransferRequest } from "./transfer.js";
import type { RejectTransferOptions, TransferOptions } from "./transfer.js";

export type { CallEvents, CallState } from "./call-events.js";
export type { AnswerOptions, CallOptions, MediaChoice } from "./call-options.js";

/** @internal What a call needs of its agent. */
export interface CallContext {
  readonly execute: Execute;
  readonly requests: Requests;
  readonly media: (call: number) => CallMedia;
  readonly environment: Environment;
  /** The agent's default. */
  readonly bandwidth: () => Bandwidth | undefined;
  /** Milliseconds. */
  readonly qualityInterval: () => number;
  readonly playback: Playback;
  /** Makes what a command of this call began known; it captures what this call has captured. */
  readonly begin: (start: CallStart, parent: Call, options: CallOptions) => Call;
}

/** @internal */
export interface CallStart {
  readonly id: number;
  readonly direction: "incoming" | "outgoing";
  readonly remote: RemoteParty;
  readonly local: RemoteParty;
  readonly offered: MediaDirections;
  readonly message?: SipMessage;
  readonly replaces?: Call | undefined;
}

/**
 * A call, outgoing or incoming. Its promises end once; its events tell the rest.
 * @example
 * const call = agent.call("sip:bob@example.org", { audio: true });
 * call.on("progress", ({ status }) => console.log(status));
 * await call.established;
 * await call.hold();
 * call.hangup();
 */
export class Call extends CallControls {
  /** Who called. */
  readonly direction: "incoming" | "outgoing";
  /** Who is at the other end. */
  readonly remote: RemoteParty;
  /** Who was called, for an incoming call. */
  readonly local: RemoteParty;
  /** What the other side wants to do with each medium, seen from here; outgoing: what we asked. */
  readonly offered: MediaDirections;
  /** The INVITE of an incoming call. */
  declare readonly message?: SipMessage;
  /** This incoming call takes the place of that one (RFC 3891); it is answered by itself. */
  declare readonly replaces?: Call;
  private current: CallState;
  private heldHere = false;
  /** What we do with each medium while nobody holds. */
  protected override directions: MediaDirections;
  private heldThere = false;
  private readonly establishing = new Deferred<void>();
  private readonly ending = new Deferred<CallEnd>();
  private openOffer: MediaOffer | undefined;
  private transferring: { readonly done: Deferred<void>; readonly hangup: boolean } | undefined;
  private forgetSignal: () => void = () => undefined;

  /** @internal */
  constructor(context: CallContext, start: CallStart) {
    super(context, start.id);
    this.direction = start.direction;
    this.remote = start.remote;
    this.local = start.local;
    this.offered = this.directions = start.offered;
    if (start.message) this.message = start.message;
    if (start.replaces) this.replaces = start.replaces;
    this.current = start.direction === "outgoing" ? "connecting" : "incoming";
    if (start.replaces) {
      this.current = "answering";
      // The core answers as the old call was.
      this.heldHere = start.replaces.localHold;
    }
  }

  /** How far the call is. */
  get state(): CallState {
    return this.current;
  }

  /** We hold the other side. */
  get localHold(): boolean {
    return this.heldHere;
  }

  /** The other side holds us. */
  get remoteHold(): boolean {
    return this.heldThere;
  }

  /** Resolves at the answer; rejects with SipError if the call ends before. */
  get established(): Promise<void> {
    return this.establishing.promise;
  }

  /** Resolves when the call is over, however that came. */
  get ended(): Promise<CallEnd> {
    return this.ending.promise;
  }

  /**
   * Tells the caller of an incoming call how far it is, with a provisional response 101 to 199;
   * default 180. @throws SipError
   */
  progress(
    options: {
      readonly status?: number;
      readonly reason?: string;
      readonly headers?: readonly NameValue[];
    } = {},
  ): void {
    const { status, reason, headers } = optionsOf(options);
    this.execute({
      type: "progress",
      call: this.id,
      ...(status === undefined ? {} : { status }),
      ...(reason === undefined ? {} : { reason }),
      ...(headers === undefined ? {} : { headers }),
    });
  }

  /**
   * Accepts an incoming call; the browser may ask for the microphone now. A call that `replaces`
   * another is accepted already. @throws SipError
   */
  answer(options: AnswerOptions = {}): void {
    const { audio, video, signal } = optionsOf(options);
    refuseAborted(signal);
    // It answers itself, with what the call had that it replaces.
    if (this.replaces) return;
    this.media.setOptions({
      ...captureOptions(options),
      bandwidth: options.bandwidth ?? this.context.bandwidth(),
    });
    this.execute({
      type: "accept",
      call: this.id,
      ...(audio === undefined ? {} : { audio: directionOf(audio) }),
      ...(video === undefined ? {} : { video: directionOf(video) }),
      ...callOptions(options, this.context.bandwidth()),
    });
    this.directions = chosen(options, this.offered);
    this.obey(signal);
    this.enter("answering");
  }

  /** Refuses an incoming call, with 603 unless told otherwise (300 to 699). @throws SipError */
  reject(
    options: {
      readonly status?: number;
      readonly reason?: string;
      readonly headers?: readonly NameValue[];
    } = {},
  ): void {
    const { status, reason, headers } = optionsOf(options);
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
    const { headers } = optionsOf(options);
    if (this.current === "ended" || this.current === "terminating") return;
    this.execute({
      type: "hangup",
      call: this.id,
      ...(headers === undefined ? {} : { headers }),
    });
  }

  /** Resolves when the other side agreed; rejects with SipError and leaves the call as it was. */
  hold(options: ChangeOptions = {}): Promise<void> {
    return this.change({ type: "hold", call: this.id }, options);
  }

  /** Takes `hold` back, in the same way. */
  resume(options: ChangeOptions = {}): Promise<void> {
    return this.change({ type: "resume", call: this.id }, options);
  }

  /** Offers other media: adds, drops or turns a medium. Resolves and rejects as `hold`. */
  modify(
    media: { readonly audio?: MediaChoice; readonly video?: MediaChoice },
    options: ChangeOptions = {},
  ): Promise<void> {
    try {
      optionsOf(media, "media");
    } catch (error) {
      return rejected(error);
    }
    const audio = directionOf(media.audio ?? true);
    const video = directionOf(media.video ?? false);
    const changing = this.change({ type: "modify", call: this.id, audio, video }, options);
    changing.then(
      () => {
        this.directions = { audio, video };
        this.noteAgreed();
      },
      () => undefined,
    );
    return changing;
  }

  /**
   * Looks for a way for the media anew, by an offer with new ICE credentials (RFC 8839 section
   * 4.4.1.1). A lost connection is restarted so by itself. Resolves and rejects as `hold`.
   */
  restartIce(options: ChangeOptions = {}): Promise<void> {
    return this.change({ type: "restart_ice", call: this.id }, options);
  }

  /** Sends an INFO; resolves at a 2xx, rejects with SipError otherwise. */
  info(
    content: string | Uint8Array,
    contentType: string,
    options: Abortable & { readonly headers?: readonly NameValue[] } = {},
  ): Promise<SipResponse> {
    try {
      const { headers, signal } = optionsOf(options);
      refuseAborted(signal);
      this.execute(
        {
          type: "info",
          call: this.id,
          content_type: contentType,
          ...(headers === undefined ? {} : { headers }),
        },
        contentOf(content),
      );
      const done = new Deferred<SipResponse>();
      this.infos.push(done);
      return unlessAborted(done.promise, signal);
    } catch (error) {
      return rejected(error);
    }
  }

  /** Sends a MESSAGE inside the call; resolves at a 2xx, rejects with SipError otherwise. */
  sendMessage(
    content: string | Uint8Array,
    options: Omit<RequestOptions, "from"> = {},
  ): Promise<SipResponse> {
    const request = { method: "MESSAGE", call: this.id } as const;
    return this.context.requests.send(request, content, options);
  }

  /** Asks the other side what it can do (OPTIONS inside the call). */
  options(options: Omit<RequestOptions, "from"> = {}): Promise<SipResponse> {
    const request = { method: "OPTIONS", call: this.id } as const;
    return this.context.requests.send(request, undefined, options);
  }

  /**
   * Asks the other side to call `to` instead (REFER): an address, or the other side of another
   * call of ours, whose place it takes (attended). Resolves when that call is made; ours is hung up
   * then. Rejects with the SipError of what failed, and our call goes on. Aborting stops waiting.
   * @example
   * await call.transfer("sip:carol@example.org");
   */
  transfer(to: string | Call, options: TransferOptions = {}): Promise<void> {
    try {
      const { headers, hangup = true, signal } = optionsOf(options);
      if (typeof to !== "string" && !(to instanceof Call)) {
        throw wrongArgument("to", "a string or a Call");
      }
      refuseAborted(signal);
      this.execute({
        type: "transfer",
        call: this.id,
        ...(to instanceof Call ? { replaces: to.id } : { to }),
        ...(headers === undefined ? {} : { headers }),
      });
      const transferring = { done: new Deferred<void>(), hangup };
      this.transferring = transferring;
      return unlessAborted(transferring.done.promise, signal, () => {
        if (this.transferring === transferring) this.transferring = undefined;
      });
    } catch (error) {
      return rejected(error);
    }
  }

  /** @internal */
  handleSent(): void {
    this.enter("calling");
  }

  /** @internal */
  handleProgress(event: Extract<Event, { type: "call_progress" }>, body: Uint8Array): void {
    if (event.status > 100 && this.current !== "terminating") this.enter("ringing");
    const { status, reason, early_media: earlyMedia } = event;
    this.emit("progress", { status, reason, earlyMedia, ...caused(event, body) });
  }

  /** @internal */
  handleRedirected(event: Extract<Event, { type: "call_redirected" }>, body: Uint8Array): void {
    const { target, status, reason } = event;
    this.emit("redirected", { target: toParty(target), status, reason, ...caused(event, body) });
  }

  /** @internal */
  handleEstablished(event: Extract<Event, { type: "call_established" }>, body: Uint8Array): void {
    this.forgetSignal();
    this.establishing.resolve();
    this.statistics.begin();
    this.noteAgreed();
    const { status, reason } = event;
    this.emit("answered", { status, reason, ...caused(event, body) });
    if (this.current !== "terminating") this.enter("established");
  }

  /** @internal */
  handleTerminating(): void {
    this.statistics.note();
    this.enter("terminating");
  }

  /** @internal */
  handleEnded(
    event: Omit<Extract<Event, { type: "call_ended" }>, "type" | "call">,
    body?: Uint8Array,
  ): void {
    if (this.current === "ended") return;
    this.forgetSignal();
    const { cause, by, status, reason, media_error: mediaError } = event;
    const { message: sipMessage } = caused(event, body);
    const facts = {
      cause,
      by,
      ...(status === undefined ? {} : { status }),
      ...(reason === undefined ? {} : { reason }),
      ...(mediaError === undefined ? {} : { mediaError }),
    };
    const failure = cause === "media_error" ? this.mediaMessage : undefined;
    const report = this.statistics.end();
    const end: CallEnd = {
      ...facts,
      message: failure ?? describeEnd(facts),
      ...(sipMessage === undefined ? {} : { sipMessage }),
      ...(report === undefined ? {} : { report }),
    };
    const details = { status, reason, sipMessage };
    this.establishing.reject(new SipError(mediaError ?? cause, end.message, details));
    const over = new SipError("call_ended", end.message, details);
    this.changes.endAll(over);
    for (const done of this.infos.splice(0)) done.reject(over);
    this.transferring?.done.reject(over);
    this.transferring = undefined;
    this.tones.cancel(over);
    this.screen.end();
    this.enter("ended");
    this.ending.resolve(end);
    this.emit("ended", end);
  }

  /** @internal */
  handleModified(event: ModifiedEvent, body: Uint8Array): void {
    const { change, ok } = event;
    if (ok && change === "hold") this.heldHere = true;
    if (ok && change === "resume") this.heldHere = false;
    this.emit("modified", this.changes.end(event, body));
  }

  /** @internal */
  handleRemoteHold(event: Extract<Event, { type: "call_remote_hold" }>, body: Uint8Array): void {
    this.heldThere = event.held;
    this.emit("remoteHold", event.held, caused(event, body));
  }

  /** @internal */
  handleMedia(event: Extract<Event, { type: "call_media" }>, body: Uint8Array): void {
    const { audio, video } = event;
    this.note({ audio, video });
    this.emit("media", { audio, video, ...caused(event, body) });
  }

  /** @internal */
  handleMediaState(state: MediaState, error?: SipError): void {
    this.emit("mediaState", { state, ...(error ? { error } : {}) });
  }

  /** @internal */
  handleOffer(event: Extract<Event, { type: "call_offer" }>, body: Uint8Array): void {
    const { audio, video } = event;
    // What was accepted and then could not be captured was never agreed on.
    this.noteAgreed();
    const { directions } = this;
    const added = kinds.filter((kind) => isActive(event[kind]) && !isActive(directions[kind]));
    const offer = new MediaOffer(
      {
        accept: (options) => {
          this.media.setOptions(captureOptions(options));
          this.answerOffer(
            chosen(options, {
              audio: isActive(directions.audio) ? directions.audio : audio,
              video: isActive(directions.video) ? directions.video : video,
            }),
          );
        },
        decline: () => this.answerOffer(directions),
        reject: (options) => this.rejectOffer(options),
      },
      { audio, video, added, ...caused(event, body) },
    );
    this.openOffer = offer;
    if (this.hears("mediaOffer")) this.emit("mediaOffer", offer);
    else offer.decline();
  }

  /** @internal */
  handleOfferOver(): void {
    const offer = this.openOffer;
    this.openOffer = undefined;
    if (!offer || offer.answered) return;
    offer.end();
    this.emit("mediaOfferOver", offer);
  }

  /** @internal */
  handleCancelled(event: Extract<Event, { type: "call_cancelled" }>, body: Uint8Array): void {
    this.emit("cancelled", caused(event, body));
  }

  /** @internal */
  handleInfo(event: Extract<Event, { type: "call_info" }>, content: Uint8Array): void {
    this.emit("info", {
      contentType: event.content_type,
      content,
      text: textOf(content),
      message: new SipMessage(event.message, content),
    });
  }

  /** @internal */
  handleTone({ tone, duration }: Extract<Event, { type: "call_tone" }>): void {
    this.emit("tone", { side: "remote", tone, duration, method: "info" });
  }

  /** @internal */
  handleTrackEnd(end: TrackEnd): void {
    this.emit("trackEnded", end);
  }

  /** @internal */
  handleKeyFrameRequested(): void {
    this.emit("keyFrameRequested");
  }

  /** @internal Results come in the order of the requests. */
  handleInfoResult(event: Extract<Event, { type: "call_info_result" }>, body: Uint8Array): void {
    const done = this.infos.shift();
    if (done) settle(done, event, new SipMessage(event.message, body));
  }

  /** @internal Whether anybody heard it. */
  handleMessage(message: IncomingMessage): boolean {
    this.emit("message", message);
    return this.hears("message");
  }

  /** @internal */
  handleTransfer(event: Extract<Event, { type: "transfer" }>, body: Uint8Array): void {
    const { state, status, reason } = event;
    const { message } = caused(event, body);
    this.emit("transfer", {
      state,
      ...(status === undefined ? {} : { status }),
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
    });
    if (state !== "completed" && state !== "failed") return;
    const waiting = this.transferring;
    this.transferring = undefined;
    if (state === "failed") {
      const text =
        status === undefined ? "The transfer failed." : describeStatus(status, reason);
      const details = { status, reason, sipMessage: message };
      waiting?.done.reject(new SipError("rejected", text, details));
      return;
    }
    waiting?.done.resolve();
    if (waiting?.hangup) this.hangupQuietly();
  }

  /** @internal */
  handleTransferRequested(
    event: Extract<Event, { type: "transfer_requested" }>,
    body: Uint8Array,
  ): void {
    const target = toParty(event.target);
    const request = new TransferRequest(
      {
        accept: (options) => this.acceptTransfer(target, options),
        reject: (options) => this.rejectTransfer(options),
      },
      {
        target,
        replaces: event.replaces,
        referredBy: event.referred_by?.uri,
        message: new SipMessage(event.message, body),
      },
    );
    if (this.hears("transferRequested")) this.emit("transferRequested", request);
    else request.reject();
  }

  /** @internal */
  handleTransferProgress(event: Extract<Event, { type: "transfer_progress" }>): void {
    const { state, status, reason } = event;
    const call = this.transferredTo;
    // Not the agent's to know any more: a call that failed has ended before its peer was told.
    if (call?.id !== event.new_call) return;
    this.emit("transferProgress", { call, state, status, reason });
  }

  /** The call that was made because the peer wanted it. */
  private transferredTo: Call | undefined;

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

  /** @internal Gives the call up as soon as the signal says so, until it is established. */
  obey(signal: AbortSignal | undefined): void {
    if (!signal) return;
    this.forgetSignal();
    this.forgetSignal = onAbort(signal, (error) => {
      this.establishing.reject(error);
      this.hangupQuietly();
    });
  }

  private acceptTransfer(target: RemoteParty, options: Omit<CallOptions, "from">): Call {
    const hasVideo = (this.localStream?.getVideoTracks().length ?? 0) > 0;
    const offered = {
      audio: directionOf(options.audio ?? true),
      video: directionOf(options.video ?? hasVideo),
    };
    refuseAborted(options.signal);
    const id = this.execute({
      type: "accept_transfer",
      call: this.id,
      ...offered,
      ...callOptions(options, this.context.bandwidth()),
    });
    const start = { id, direction: "outgoing", remote: target, local: this.local, offered } as const;
    this.transferredTo = this.context.begin(start, this, options);
    return this.transferredTo;
  }

  /** What the peer took out, or never took, is not taken back without a question. */
  private note(agreed: MediaDirections): void {
    const isHold = this.heldHere || this.heldThere || !kinds.some((kind) => isActive(agreed[kind]));
    const of = (kind: MediaKind): Direction | null => {
      const had = this.directions[kind];
      if (!isActive(had) || isActive(agreed[kind])) return had;
      return isHold && agreed[kind] !== null ? had : agreed[kind];
    };
    this.directions = { audio: of("audio"), video: of("video") };
  }

  /** The same of what the browser has agreed on, unless that is a hold. */
  private noteAgreed(): void {
    const { directions, peerConnection } = this.media;
    if (!peerConnection || this.heldHere || this.heldThere) return;
    if (kinds.some((kind) => isActive(directions[kind]))) this.note(directions);
  }

  private answerOffer(choice: MediaDirections): void {
    this.execute({ type: "accept_offer", call: this.id, ...choice });
    this.directions = choice;
  }

  private rejectOffer(options: RejectMediaOptions): void {
    const { status, reason, headers } = optionsOf(options);
    this.execute({
      type: "reject_offer",
      call: this.id,
      ...(status === undefined ? {} : { status }),
      ...(reason === undefined ? {} : { reason }),
      ...(headers === undefined ? {} : { headers }),
    });
  }

  private rejectTransfer(options: RejectTransferOptions): void {
    const { status, reason, headers } = optionsOf(options);
    this.execute({
      type: "reject_transfer",
      call: this.id,
      ...(status === undefined ? {} : { status }),
      ...(reason === undefined ? {} : { reason }),
      ...(headers === undefined ? {} : { headers }),
    });
  }

  /** A call that cannot be hung up has ended, or ends. */
  private hangupQuietly(): void {
    try {
      this.hangup();
    } catch (error) {
      if (!(error instanceof SipError)) throw error;
    }
  }

  protected execute(command: Command, body?: string | Uint8Array): number {
    try {
      return this.context.execute(command, body);
    } catch (error) {
      throw toSipError(error);
    }
  }

  private change(
    command: Extract<Command, { type: Change }>,
    options: ChangeOptions,
  ): Promise<void> {
    try {
      const { headers, signal } = optionsOf(options);
      refuseAborted(signal);
      this.execute({ ...command, ...(headers === undefined ? {} : { headers }) });
      return unlessAborted(this.changes.begin(command.type), signal);
    } catch (error) {
      return rejected(error);
    }
  }

  private enter(state: CallState): void {
    if (this.current === state || this.current === "ended") return;
    this.current = state;
    this.emit("state", state);
  }
}

function isActive(direction: Direction | null): boolean {
  return direction !== null && direction !== "inactive";
}
