/** `SIPml.Session.Call` */

import type { RemoteParty } from "../address.js";
import type { Call } from "../call.js";
import type { CallOptions, MediaChoice } from "../call-options.js";
import type { MediaKind } from "../capture.js";
import { partyOfTarget } from "../address.js";
import type { CallEnd } from "../errors.js";
import type { TransferEvent, TransferProgress, TransferRequest } from "../transfer.js";
import { Screen } from "../screen-share.js";
import { engine } from "./engine.js";
import {
  SessionEvent,
  heardEvent,
  innerEvent,
  requestEvent,
  responseEvent,
} from "./events.js";
import type { InnerEvent, SessionEventType } from "./events.js";
import {
  contentOf,
  splitRejection,
  usableBandwidth,
  withUsable,
} from "./session-configuration.js";
import type { RejectConfiguration, SessionConfiguration } from "./session-configuration.js";
import { Session, no_dialog } from "./session.js";
import type { Stack } from "./stack.js";
import { Views } from "./views.js";
import type { MediaElement, Side, ViewName } from "./views.js";

/** The session types that are calls. */
export type CallType = "call-audio" | "call-audiovideo" | "call-video" | "call-screenshare";

/** What a call asks for. */
export interface MediaType {
  /** Sound. */
  readonly audio: boolean;
  /** A picture: of the camera, or of the screen. */
  readonly video: boolean;
  /** The picture is of a window or screen. */
  readonly screen: boolean;
}

const viewNames: readonly ViewName[] = [
  "audio_remote",
  "video_local",
  "video_remote",
  "audio_local",
];
const kinds: readonly MediaKind[] = ["video", "audio"];

/** Options of the modern API that a configuration has. */
type MediaOptions = Omit<CallOptions, "audio" | "video" | "signal" | "from">;

/**
 * A call, ours or the other side's.
 * @example
 * const session = stack.newSession("call-audio", { audio_remote: audio });
 * session.addEventListener("terminated", (e) => (status.textContent = e.description));
 * session.call("bob");
 */
export class CallSession extends Session {
  /** The media that call() asks for; undefined for an incoming call. */
  readonly mediaType: MediaType | undefined;
  private readonly views: Views;
  private modern: Call | undefined;
  private target: RemoteParty | undefined;
  /** A window is being chosen. */
  private choosing: object | undefined;
  private connectingPosted = false;
  private accepted = false;
  private answered = false;
  /** Remote tracks that the page has not been told of. */
  private readonly news = new Set<MediaKind>();
  /** Streams that the page was told of and that are still there. */
  private readonly told = new Set<ViewName>();
  /** Media that flowed when the peer last changed it. */
  private flowing: Partial<Record<MediaKind, boolean>> = {};
  private transferRequest: TransferRequest | undefined;

  /** @internal */
  constructor(stack: Stack, type: CallType | Call, configuration?: SessionConfiguration | null) {
    super(stack);
    this.views = new Views(engine.parts.environment);
    if (typeof type === "string") {
      const screen = type === "call-screenshare";
      const audio = type === "call-audio" || type === "call-audiovideo";
      this.mediaType = { audio, video: type !== "call-audio", screen };
    } else {
      this.mediaType = undefined;
      this.modern = this.observe(type);
    }
    this.setConfiguration(configuration);
  }

  /** The element of `video_local`. */
  get videoLocal(): MediaElement | null {
    return this.views.get("video_local");
  }

  /** The element of `video_remote`. */
  get videoRemote(): MediaElement | null {
    return this.views.get("video_remote");
  }

  /** The element of `audio_local`. */
  get audioLocal(): MediaElement | null {
    return this.views.get("audio_local");
  }

  /** The element of `audio_remote`. */
  get audioRemote(): MediaElement | null {
    return this.views.get("audio_remote");
  }

  /**
   * The element that plays what is received; assigning is `setConfiguration({ audio_remote })`.
   * @example e.newSession.audio_remote = audio;
   */
  get audio_remote(): MediaElement | null {
    return this.views.get("audio_remote");
  }

  set audio_remote(element: MediaElement | null) {
    this.setConfiguration({ audio_remote: element });
  }

  /** The element that plays what is sent, which pages rarely want. */
  get audio_local(): MediaElement | null {
    return this.views.get("audio_local");
  }

  set audio_local(element: MediaElement | null) {
    this.setConfiguration({ audio_local: element });
  }

  /** The element that shows what is received. */
  get video_remote(): MediaElement | null {
    return this.views.get("video_remote");
  }

  set video_remote(element: MediaElement | null) {
    this.setConfiguration({ video_remote: element });
  }

  /** The element of the preview. */
  get video_local(): MediaElement | null {
    return this.views.get("video_local");
  }

  set video_local(element: MediaElement | null) {
    this.setConfiguration({ video_local: element });
  }

  /**
   * Merges. Streams that are there already are shown in new views at once.
   * @example session.setConfiguration({ video_remote: video, video_local: null });
   */
  override setConfiguration(configuration?: SessionConfiguration | null): void {
    super.setConfiguration(configuration);
    if (!configuration) return;
    const named = viewNames.filter((name) => configuration[name] !== undefined);
    for (const name of named) this.views.set(name, configuration[name] ?? null);
    if (named.length === 0) return;
    const streams = this.streams();
    this.views.attach("local", streams.local);
    this.views.attach("remote", streams.remote);
    for (const name of named) this.announceAtOnce(name);
  }

  /**
   * Calls somebody; in a call, offers the media of this session's type anew. 0; -1 for a
   * destination that is none, -2 while the stack is not started.
   * @example session.call("sip:bob@example.org");
   */
  call(to: string, configuration?: SessionConfiguration | null): number {
    if (typeof to !== "string" || to === "") {
      throw new Error("ERR_INVALID_PARAMETER_VALUE: 'to' must not be null");
    }
    if (!engine.initialized || engine.unsupported()) {
      throw new Error("ERR_NOT_READY: Media engine not ready yet");
    }
    this.setConfiguration(configuration);
    const agent = this.stack.agent;
    if (!agent) return this.notStarted("call");
    if (this.choosing) return this.refuse(0, "call", "the screen is being chosen");
    const media = this.media();
    if (this.modern && this.modern.state !== "ended") {
      this.log(this.modern.modify(media));
      return 0;
    }
    this.target = partyOfTarget(to, this.stack.realm);
    this.connectingPosted = this.accepted = this.answered = false;
    this.news.clear();
    this.told.clear();
    this.flowing = { audio: media.audio !== false, video: media.video !== false };
    const place = (stream?: MediaStream): number =>
      this.attempt("call", () =>
        withUsable({ ...this.options(), ...(stream ? { stream } : {}) }, (options) => {
          this.modern = this.observe(agent.call(to, { ...media, ...options, ...this.from() }));
        }),
      );
    if (!this.mediaType?.screen || this.configuration.stream) {
      const code = place();
      if (code === 0) this.stack.remember(this);
      return code;
    }
    return this.shareScreen(place);
  }

  /**
   * Answers an incoming call; the browser may ask for the microphone now.
   * @example e.newSession.accept({ audio_remote: audio, video_remote: video });
   */
  override accept(configuration?: SessionConfiguration | null): number {
    const call = this.modern;
    const waiting = call?.state === "incoming";
    // The conf comes first, since it may bring the views that streams are announced for.
    this.setConfiguration(configuration);
    if (!call) return this.noCall("accept");
    if (!waiting) return this.refuse(0, "accept", `the call is ${call.state}`);
    const { audio, video } = this.configuration;
    const media = {
      ...(audio === undefined ? {} : { audio }),
      ...(video === undefined ? {} : { video }),
    };
    const code = this.attempt("accept", () =>
      withUsable({ ...media, ...this.options() }, (options) => call.answer(options)),
    );
    if (code !== 0) return code;
    this.accepted = true;
    this.announceRemote();
    return 0;
  }

  /**
   * Refuses an incoming call, with 603 unless told otherwise.
   * @example e.newSession.reject({ status: 486, reason: "Busy Here" });
   */
  override reject(configuration?: RejectConfiguration | null): number {
    const { configuration: rest, answer } = splitRejection(configuration);
    this.setConfiguration(rest);
    const call = this.modern;
    if (!call) return this.noCall("reject");
    if (call.state !== "incoming" && call.state !== "answering") {
      return this.refuse(0, "reject", `the call is ${call.state}`);
    }
    return this.attempt("reject", () =>
      withUsable({ ...answer, ...this.laterHeaders() }, (options) => call.reject(options)),
    );
  }

  /**
   * BYE, CANCEL or 603, by state.
   * @example session.hangup();
   */
  hangup(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    if (this.choosing) {
      this.dropScreen("Call terminated");
      return 0;
    }
    const call = this.modern;
    if (!call) return this.noCall("hangup");
    return this.attempt("hangup", () =>
      withUsable(this.laterHeaders(), (options) => call.hangup(options)),
    );
  }

  /**
   * Puts the other side on hold: `m_local_hold_ok` or `m_local_hold_nok` follows.
   * @example session.hold();
   */
  hold(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    return this.whenEstablished("hold", (call) => call.hold());
  }

  /**
   * Takes the other side off hold: `m_local_resume_ok` or `m_local_resume_nok` follows.
   * @example session.resume();
   */
  resume(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    return this.whenEstablished("resume", (call) => call.resume());
  }

  /**
   * Sends a SIP INFO; the content is a text or octets.
   * @example session.info("landscape", "doubango/device-info");
   */
  info(
    content: string | Uint8Array | object,
    contentType: string,
    configuration?: SessionConfiguration | null,
  ): number {
    this.setConfiguration(configuration);
    const call = this.modern;
    if (!call || call.state === "ended") return this.noCall("info");
    this.log(call.info(contentOf(content) ?? "", contentType));
    return 0;
  }

  /**
   * Sends a MESSAGE inside the call; `i_ao_request` brings the answer. Not in the original.
   * @example session.message("I am sending you the address", "text/plain;charset=utf-8");
   */
  message(
    content: string | Uint8Array | object,
    contentType?: string,
    configuration?: SessionConfiguration | null,
  ): number {
    this.setConfiguration(configuration);
    const body = contentOf(content);
    if (body === undefined) return this.refuse(no_dialog, "message", "the content is empty");
    return this.whenEstablished("message", async (call) => {
      const options = { ...(contentType ? { contentType } : {}), ...this.laterHeaders() };
      const { status, reason, message } = await call.sendMessage(body, options);
      this.post("i_ao_request", responseEvent(status, reason, message));
    });
  }

  /**
   * Sends a tone `0`-`9`, `A`-`D`, `*` or `#`. Acts only when connected.
   * @example session.dtmf("5");
   */
  dtmf(digit: string, configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    const { dtmf_method: method = "info" } = this.configuration;
    return this.whenEstablished("dtmf", (call) => call.dtmf(String(digit), { method }));
  }

  /**
   * Silences or darkens what is sent; nothing is signalled.
   * @example session.mute("audio", true);
   */
  mute(media: MediaKind, mute: boolean): number {
    if ((media !== "audio" && media !== "video") || typeof mute !== "boolean") {
      throw new Error("ERR_INVALID_ARGUMENT");
    }
    if (!this.modern) return this.noCall("mute");
    this.modern.mute(media, mute);
    return 0;
  }

  /**
   * Asks the other side to call somebody else; given another session, that session's other side,
   * whose place it takes. Acts only when connected. `o_ect_trying` follows, then how it goes; our
   * call stays until one side hangs up.
   * @example session.transfer("carol");
   */
  transfer(to: string | CallSession, configuration?: SessionConfiguration | null): number {
    if (!to) throw new Error("ERR_INVALID_PARAMETER_VALUE: 'to' must not be null");
    this.setConfiguration(configuration);
    const target = to instanceof CallSession ? to.modern : to;
    if (!target) return this.refuse(no_dialog, "transfer", "the other session has no call");
    return this.whenEstablished("transfer", (call) =>
      call.transfer(target, { hangup: false, ...this.laterHeaders() }),
    );
  }

  /**
   * Calls whom `i_ect_requested` named: `i_ect_new_call` brings the new session, which has this
   * one's configuration and listeners.
   * @example if (e.type === "i_ect_requested") e.session.acceptTransfer();
   */
  acceptTransfer(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    const request = this.transferRequest;
    if (!this.modern) return this.noCall("acceptTransfer");
    if (!request || request.answered) {
      return this.refuse(0, "acceptTransfer", "no transfer was asked for");
    }
    const { audio, video } = this.configuration;
    const media = {
      ...(audio === undefined ? {} : { audio }),
      ...(video === undefined ? {} : { video }),
    };
    return this.attempt("acceptTransfer", () => {
      const call = withUsable({ ...media, ...this.options() }, (options) => request.accept(options));
      const session = new CallSession(this.stack, call, this.configuration);
      session.inheritListeners(this);
      session.target = request.target;
      this.stack.remember(session);
      const inner = requestEvent("Call Transfer New Call", session.parties(), request.message);
      session.post("i_ect_new_call", inner, { newSession: session });
      // The peer is told at once that its wish is followed (RFC 3515 2.4.4).
      for (const type of ["o_ect_notify", "i_ect_notify"] as const) {
        this.post(type, responseEvent(100, "Trying"));
      }
    });
  }

  /**
   * Refuses what `i_ect_requested` asked for, with 603 unless told otherwise.
   * @example e.session.rejectTransfer();
   */
  rejectTransfer(configuration?: RejectConfiguration | null): number {
    const { configuration: rest, answer } = splitRejection(configuration);
    this.setConfiguration(rest);
    const request = this.transferRequest;
    if (!this.modern) return this.noCall("rejectTransfer");
    if (!request || request.answered) {
      return this.refuse(0, "rejectTransfer", "no transfer was asked for");
    }
    return this.attempt("rejectTransfer", () =>
      withUsable({ ...answer, ...this.laterHeaders() }, (options) => request.reject(options)),
    );
  }

  /** Throws: only the original's browser plug-in could do it. */
  startBfcpShare(_configuration?: SessionConfiguration | null): number {
    throw new Error("ERR_NOT_SUPPORTED: BFCP sharing requires webrtc4all plugin");
  }

  /** Throws: only the original's browser plug-in could do it. */
  stopBfcpShare(_configuration?: SessionConfiguration | null): number {
    throw new Error("ERR_NOT_SUPPORTED: BFCP sharing requires webrtc4all plugin");
  }

  override get usage(): number | undefined {
    return this.modern?.id;
  }

  override abandon(): void {
    if (this.choosing) this.dropScreen("Transport error");
    const call = this.modern;
    if (!call || call.state === "ended") return;
    this.modern = undefined;
    this.finish(call, { cause: "transport_error", by: "network", message: "" });
  }

  /** @internal The stack tells of the permission after its own event. */
  permissionAsked(): void {
    if (this.modern?.direction === "outgoing") this.postConnecting();
  }

  /** @internal For `i_new_call`. */
  incomingEvent(): InnerEvent {
    return requestEvent("Incoming Call", this.parties(), this.modern?.message);
  }

  protected override remoteParty(): RemoteParty | undefined {
    return this.modern?.remote ?? this.target;
  }

  protected override isLocal(): boolean {
    return this.modern?.direction !== "incoming";
  }

  protected override streams(): { local: MediaStream | null; remote: MediaStream | null } {
    return {
      local: this.modern?.localStream ?? null,
      remote: this.modern?.remoteStream ?? null,
    };
  }

  private observe(call: Call): Call {
    const current = (): boolean => this.modern === call || this.modern === undefined;
    call.on("state", (state) => {
      if (!current()) return;
      if (state === "calling" || state === "terminating") this.postConnecting();
      const refusing = call.direction === "incoming" && !this.accepted;
      if (state === "terminating" && !refusing) {
        this.post("terminating", innerEvent("Call terminating..."));
      }
    });
    call.on("progress", ({ status, reason, earlyMedia, message }) => {
      this.postConnecting();
      if (earlyMedia) this.post("m_early_media", responseEvent(status, reason, message));
      this.post("i_ao_request", responseEvent(status, reason, message));
      if (earlyMedia) this.announceRemote();
    });
    call.on("redirected", ({ target, status, reason, message }) => {
      this.target = target;
      this.post("i_ao_request", responseEvent(status, reason, message));
    });
    call.on("answered", ({ status, reason, message }) => {
      this.answered = true;
      this.postConnecting();
      if (call.direction === "outgoing") {
        this.post("m_early_media", responseEvent(status, reason, message));
        this.post("connected", heardEvent("In Call", message));
      } else {
        this.post("connected", heardEvent("In call", message));
      }
      this.announceRemote();
    });
    call.on("localStream", (stream) => this.views.attach("local", stream));
    call.on("remoteStream", (stream) => this.views.attach("remote", stream));
    call.on("trackAdded", ({ side, kind }) => {
      if (side === "local") return this.announce(side, kind);
      this.news.add(kind);
      if (this.answered || (call.direction === "incoming" && this.accepted)) this.announceRemote();
    });
    call.on("modified", ({ change, ok, status, reason, message }) => {
      if (change !== "hold" && change !== "resume") return;
      if (ok) {
        for (const kind of kinds) {
          if (change === "hold") this.withdraw(`${kind}_local`);
          else if (hasTrack(call.localStream, kind)) this.announce("local", kind);
        }
      }
      const inner =
        status === undefined
          ? innerEvent(ok ? "OK" : "Request failed")
          : responseEvent(status, reason ?? "", message);
      this.post(`m_local_${change}_${ok ? "ok" : "nok"}`, inner);
    });
    call.on("remoteHold", (held, { message }) => {
      const inner = heardEvent("Hold/Resume state changed", message);
      this.post(held ? "m_remote_hold" : "m_remote_resume", inner);
    });
    call.on("media", (flow) => {
      for (const kind of kinds) this.followFlow(call, kind, flow[kind] !== null);
    });
    call.on("mediaOffer", (offer) => {
      const { upgrade = false, stream, devices, fallback } = this.configuration;
      if (upgrade === false) return offer.decline();
      this.attempt("upgrade", () =>
        offer.accept({
          ...Object.fromEntries(offer.added.map((kind) => [kind, upgrade])),
          ...(stream ? { stream } : {}),
          ...(devices ? { devices } : {}),
          ...(fallback ? { fallback } : {}),
        }),
      );
    });
    call.on("info", ({ message, content, contentType }) => {
      const body = { content, contentType };
      this.post("i_info", requestEvent("Incoming Request", this.parties(), message, body));
    });
    call.on("transfer", (event) => this.followTransfer(event));
    call.on("transferRequested", (request) => {
      this.transferRequest = request;
      const inner = requestEvent("Incoming Request", this.parties(), request.message);
      const { displayName, user, uri } = request.target;
      this.post("i_ect_requested", inner, { transferTarget: displayName || user || uri });
    });
    call.on("transferProgress", (progress) => this.followTransferee(call, progress));
    call.on("cancelled", ({ message }) => {
      this.detail("cancelled_request", requestEvent("Request Cancelled", this.parties(), message));
    });
    call.on("ended", (end) => {
      if (current()) this.finish(call, end);
    });
    return call;
  }

  /** Our transfer. The original told no end of it. */
  private followTransfer({ state, status, reason, message }: TransferEvent): void {
    const inner = (phrase: string): InnerEvent =>
      status === undefined ? innerEvent(phrase) : responseEvent(status, reason ?? phrase, message);
    switch (state) {
      case "trying":
        return this.post("o_ect_trying", innerEvent("Call Transfer Initiated"));
      case "accepted":
        return this.post("o_ect_accepted", inner("Accepted"));
      case "progress":
        return this.post("o_ect_notify", inner("Call Transfer Notify"));
      case "completed":
        this.post("o_ect_notify", inner("OK"));
        return this.post("o_ect_completed", inner("Call Transfer Completed"));
      case "failed":
        if (status !== undefined) this.post("o_ect_notify", inner("Call Transfer Failed"));
        return this.post("o_ect_failed", inner("Call Transfer Failed"));
    }
  }

  /** The call that was asked of us; the one who asked is told the same. */
  private followTransferee(call: Call, { state, status, reason }: TransferProgress): void {
    this.post("o_ect_notify", responseEvent(status, reason));
    this.post("i_ect_notify", responseEvent(status, reason));
    if (state === "progress") return;
    this.post(`i_ect_${state}`, responseEvent(status, reason));
    if (state === "failed" || call.state !== "established") return;
    this.stack.queue.post(() => this.attempt("hangup", () => call.hangup()));
  }

  private postConnecting(): void {
    if (this.connectingPosted || this.modern?.direction === "incoming") return;
    this.connectingPosted = true;
    this.post("connecting", innerEvent("Call in progress..."));
  }

  private announceRemote(): void {
    for (const kind of kinds) {
      if (this.news.delete(kind)) this.announce("remote", kind);
    }
  }

  /** Only where the page gave an element for it. */
  private announce(side: Side, kind: MediaKind): void {
    const name: ViewName = `${kind}_${side}`;
    if (!this.views.get(name)) return;
    this.told.add(name);
    this.post(`m_stream_${name}_added`, innerEvent("Media Added"));
  }

  /** The stream that was told of is no longer there. */
  private withdraw(name: ViewName): void {
    if (this.told.delete(name)) this.post(`m_stream_${name}_removed`, innerEvent("Media Removed"));
  }

  /** The peer added or took away a medium. */
  private followFlow(call: Call, kind: MediaKind, flows: boolean): void {
    const before = this.flowing[kind] ?? call.offered[kind] !== null;
    this.flowing = { ...this.flowing, [kind]: flows };
    if (before === flows) return;
    this.detail(flows ? "media_added" : "media_removed", innerEvent(kind));
    if (!flows) this.withdraw(`${kind}_remote`);
    else if (hasTrack(call.remoteStream, kind)) this.announce("remote", kind);
  }

  /** A view that came after its stream: told inside setConfiguration, as in the original. */
  private announceAtOnce(name: ViewName): void {
    const [kind, side] = name.split("_") as [MediaKind, Side];
    if (!this.views.get(name) || !hasTrack(this.streams()[side], kind)) return;
    if (side === "remote") this.news.delete(kind);
    this.told.add(name);
    const type: SessionEventType = `m_stream_${name}_added`;
    this.dispatchEvent({ s_type: type, o_value: new SessionEvent(this, type) });
  }

  private finish(call: Call, end: CallEnd): void {
    this.postConnecting();
    this.transferRequest = undefined;
    const { inner, failed } = outcome(call, end);
    if (failed) this.post("i_ao_request", outcome(call, end).inner);
    for (const kind of kinds) this.withdraw(`${kind}_local`);
    for (const kind of kinds) this.withdraw(`${kind}_remote`);
    const told = { message: end.message };
    if (end.cause === "transport_error") {
      this.post("transport_error", innerEvent("Transport error"), told);
    }
    if (end.cause === "media_error") this.detail("webrtc_error", innerEvent(end.message), told);
    if (end.cause === "protocol_error") this.detail("message_error", innerEvent(end.message), told);
    this.stack.queue.post(() => this.views.clear());
    this.post("terminated", inner, told);
  }

  /** Lets the person choose a window, and calls with it. */
  private shareScreen(place: (stream: MediaStream) => number): number {
    const choosing = (this.choosing = {});
    this.stack.remember(this);
    this.stack.tellPermission("requested");
    this.postConnecting();
    const current = (): boolean => this.choosing === choosing;
    Screen.choose(engine.parts.environment).then(
      (screen) => {
        if (!current()) return screen.stop();
        this.choosing = undefined;
        this.stack.tellPermission("accepted");
        screen.onEnded(() => this.screenEnded());
        if (place(screen.stream) !== 0) {
          screen.stop();
          this.post("terminated", innerEvent("Call terminated"));
          return;
        }
        this.modern?.on("ended", () => screen.stop());
      },
      (error: unknown) => {
        if (!current()) return;
        this.stack.tellPermission("refused", error);
        this.dropScreen("Media stream permission denied");
      },
    );
    return 0;
  }

  /** The call ends before it began. */
  private dropScreen(phrase: string): void {
    this.choosing = undefined;
    this.post("terminated", innerEvent(phrase));
  }

  /** The browser's own button ended the sharing: what is left of the call goes on. */
  private screenEnded(): void {
    this.withdraw("video_local");
    const { audio } = this.media();
    if (audio === false) this.hangup();
    else if (this.modern?.state === "established") {
      this.log(this.modern.modify({ audio, video: false }));
    }
  }

  private noCall(method: string): number {
    return this.refuse(no_dialog, method, "there is no call");
  }

  private whenEstablished(method: string, act: (call: Call) => Promise<unknown>): number {
    const call = this.modern;
    if (!call) return this.noCall(method);
    if (call.state !== "established") return this.refuse(0, method, `the call is ${call.state}`);
    this.log(act(call));
    return 0;
  }

  private media(): { audio: MediaChoice; video: MediaChoice } {
    const { audio = this.mediaType?.audio ?? true, video = this.mediaType?.video ?? false } =
      this.configuration;
    return { audio, video };
  }

  private options(): MediaOptions {
    const {
      stream,
      devices,
      fallback,
      video_size: videoSize,
      wire_directions: wireDirections,
      removed_codecs: removedCodecs,
      codec_order: codecOrder,
      removed_candidates: removedCandidates,
    } = this.configuration;
    const bandwidth = usableBandwidth(this.configuration.bandwidth);
    return {
      ...this.headerOptions(),
      ...(bandwidth ? { bandwidth } : {}),
      ...(videoSize ? { videoSize } : {}),
      ...(stream ? { stream } : {}),
      ...(devices ? { devices } : {}),
      ...(fallback ? { fallback } : {}),
      ...(wireDirections ? { wireDirections } : {}),
      ...(removedCodecs ? { removedCodecs } : {}),
      ...(codecOrder ? { codecOrder } : {}),
      ...(removedCandidates ? { removedCandidates } : {}),
    };
  }
}

/** How `terminated` tells of an end; `failed`: a final response refused our INVITE. */
function outcome(call: Call, end: CallEnd): { inner: InnerEvent; failed: boolean } {
  const { cause, by, status, reason, sipMessage } = end;
  const plain = (phrase: string): { inner: InnerEvent; failed: boolean } => ({
    inner: heardEvent(phrase, sipMessage),
    failed: false,
  });
  const response = status ? responseEvent(status, reason ?? "", sipMessage) : undefined;
  switch (cause) {
    case "bye":
      return plain("Call terminated");
    case "cancelled":
      if (call.direction === "incoming") {
        return plain(by === "local" ? "Call Rejected" : "Request Cancelled");
      }
      return response ? { inner: response, failed: false } : plain("Call terminated");
    case "rejected":
      if (by === "local") return plain("Call Rejected");
      return response ? { inner: response, failed: true } : plain("Call terminated");
    case "timeout":
      return response ? { inner: response, failed: true } : plain("Transport error");
    case "transport_error":
      return plain("Transport error");
    case "media_error":
      return plain(
        end.mediaError === "permission_denied" ? "Media stream permission denied" : end.message,
      );
    case "protocol_error":
    case "replaced":
      return plain("Call terminated");
  }
}

function hasTrack(stream: MediaStream | null, kind: MediaKind): boolean {
  if (!stream) return false;
  return (kind === "audio" ? stream.getAudioTracks() : stream.getVideoTracks()).length > 0;
}
