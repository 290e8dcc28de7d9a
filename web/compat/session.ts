/** `SIPml.Session` and its kinds: registrations and calls. */

import type { NameValue } from "../../js-glue/protocol.js";
import { partyOfTarget, usableHeaders } from "../address.js";
import type { RemoteParty } from "../address.js";
import type { Call, CallOptions } from "../call.js";
import type { MediaKind, VideoSize } from "../capture.js";
import { SipError } from "../errors.js";
import type { CallEnd } from "../errors.js";
import type { Registration as ModernRegistration, RegistrationStateEvent } from "../registration.js";
import { engine } from "./engine.js";
import {
  SIPmlEventTarget,
  SessionEvent,
  innerEvent,
  requestEvent,
  responseEvent,
  uriView,
} from "./events.js";
import type { EventsListener, InnerEvent, SessionEventType, UriView } from "./events.js";
import type { Stack } from "./stack.js";
import { Views } from "./views.js";
import type { MediaElement, Side, ViewName } from "./views.js";

/** An entry of `sip_headers` or `sip_caps`; without a usable value it is left out or a flag. */
export interface HeaderEntry {
  readonly name: string;
  readonly value?: string | null;
  /** Accepted and, as in the original, without effect. */
  readonly session?: boolean;
}

/** `SIPml.Session.Configuration` */
export interface SessionConfiguration {
  /** Seconds, default 1800. */
  readonly expires?: number | undefined;
  readonly audio_remote?: MediaElement | null | undefined;
  readonly audio_local?: MediaElement | null | undefined;
  readonly video_remote?: MediaElement | null | undefined;
  readonly video_local?: MediaElement | null | undefined;
  /** Kilobits per second. */
  readonly bandwidth?: BandwidthConfiguration | undefined;
  readonly video_size?: VideoSize | undefined;
  readonly from?: string | undefined;
  readonly sip_caps?: readonly HeaderEntry[] | undefined;
  readonly sip_headers?: readonly HeaderEntry[] | undefined;
  readonly events_listener?: EventsListener<SessionEventType, SessionEvent> | undefined;
  readonly screencast_window_id?: number | undefined;
}

export interface BandwidthConfiguration {
  readonly audio?: number | undefined;
  readonly video?: number | undefined;
}

export type CallType = "call-audio" | "call-audiovideo" | "call-video";

const default_expires = 1800;
const viewNames: readonly ViewName[] = [
  "audio_remote",
  "video_local",
  "video_remote",
  "audio_local",
];

/** What the original returned for a session that does not exist, and for a stack that is down. */
const no_dialog = -1;
const not_started = -2;

/** The wrapped session of the original, as far as pages look into it. Read only. */
export interface InnerSession {
  readonly i_id: number;
  readonly b_local: boolean;
  readonly o_uri_from: UriView;
  readonly o_uri_to: UriView;
  readonly o_stream_local: MediaStream | null;
  readonly o_stream_remote: MediaStream | null;
  get_stream_local(): MediaStream | null;
  get_stream_remote(): MediaStream | null;
}

/** `SIPml.Session` */
export class Session extends SIPmlEventTarget<SessionEventType, SessionEvent> {
  protected readonly stack: Stack;
  protected configuration: SessionConfiguration = {};
  private readonly id = engine.nextSessionId();

  constructor(stack: Stack, configuration?: SessionConfiguration | null) {
    super();
    this.stack = stack;
    this.merge(configuration);
  }

  getId(): number {
    return this.id;
  }

  /** Merges: what is absent stays as it is. */
  setConfiguration(configuration?: SessionConfiguration | null): void {
    this.merge(configuration);
  }

  /** With angle brackets, `<sip:alice@example.org>`. */
  getRemoteUri(): string {
    const party = this.remoteParty();
    return party ? `<${party.uri}>` : "";
  }

  /** The display name, or the user part. */
  getRemoteFriendlyName(): string {
    const party = this.remoteParty();
    return party ? party.displayName || party.user : "";
  }

  accept(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    return no_dialog;
  }

  reject(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    return no_dialog;
  }

  get o_session(): InnerSession {
    const { from, to } = this.parties();
    const streams = this.streams();
    return {
      i_id: this.id,
      b_local: this.isLocal(),
      o_uri_from: uriView(from),
      o_uri_to: uriView(to),
      o_stream_local: streams.local,
      o_stream_remote: streams.remote,
      get_stream_local: () => this.streams().local,
      get_stream_remote: () => this.streams().remote,
    };
  }

  protected remoteParty(): RemoteParty | undefined {
    return undefined;
  }

  protected isLocal(): boolean {
    return true;
  }

  protected streams(): { local: MediaStream | null; remote: MediaStream | null } {
    return { local: null, remote: null };
  }

  protected parties(): { from: RemoteParty; to: RemoteParty } {
    const own = this.stack.ownParty(this.configuration.from);
    const remote = this.remoteParty() ?? own;
    return this.isLocal() ? { from: own, to: remote } : { from: remote, to: own };
  }

  /** Delivers an event later, after everything that was posted before. */
  protected post(type: SessionEventType, inner: InnerEvent, message?: string): void {
    this.stack.queue.post(() => {
      if (type === "terminated") this.stack.forget(this);
      const event = new SessionEvent(this, type, inner);
      if (message !== undefined) event.message = message;
      this.dispatchEvent({ s_type: type, o_value: event });
    });
  }

  protected headerOptions(): { headers?: NameValue[]; caps?: NameValue[] } {
    const { sip_headers: headers, sip_caps: caps } = this.configuration;
    return {
      ...(Array.isArray(headers) ? { headers: usableHeaders(headers) } : {}),
      ...(Array.isArray(caps) ? { caps: usableCaps(caps) } : {}),
    };
  }

  private merge(configuration: SessionConfiguration | null | undefined): void {
    if (!configuration) return;
    const given = Object.entries(configuration).filter(([, value]) => value !== undefined);
    this.configuration = { ...this.configuration, ...Object.fromEntries(given) };
    const listener = configuration.events_listener;
    if (listener) this.addEventListener(listener.events, listener.listener);
  }
}

/** `SIPml.Session.Registration` */
export class RegistrationSession extends Session {
  private registration: ModernRegistration | undefined;
  /** register() was called and neither `connected` nor `terminated` has followed. */
  private awaited = false;

  register(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    const agent = this.stack.agent;
    if (!agent) return not_started;
    const { from, expires } = this.configuration;
    const options = {
      expires: Number(expires) > 0 ? Number(expires) : default_expires,
      ...(from ? { from } : {}),
      ...this.headerOptions(),
    };
    try {
      if (this.registration && this.registration.state !== "ended") {
        this.registration.register(options);
      } else {
        this.registration = this.observe(agent.register(options));
      }
    } catch (error) {
      return this.stack.returnCode(error);
    }
    this.stack.remember(this);
    this.awaited = true;
    this.post("connecting", innerEvent("Connecting..."));
    return 0;
  }

  unregister(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    if (!this.stack.agent) return not_started;
    if (!this.registration || this.registration.state === "ended") return no_dialog;
    void this.registration.unregister().catch(() => undefined); // told by `terminated`
    return 0;
  }

  private observe(registration: ModernRegistration): ModernRegistration {
    registration.on("sent", ({ unregister }) => {
      const method = unregister ? "unREGISTER" : "REGISTER";
      this.post("sent_request", innerEvent(`${method} request successfully sent`));
    });
    registration.on("state", (event) => this.follow(event));
    return registration;
  }

  private follow(event: RegistrationStateEvent): void {
    switch (event.state) {
      case "registering":
        return; // `connecting` was posted by register(); refreshes are silent
      case "registered":
        if (this.awaited) this.post("connected", innerEvent("Connected"));
        this.awaited = false;
        return;
      case "unregistering":
        if (!this.awaited) this.post("terminating", innerEvent("Disconnecting..."));
        return;
      case "ended":
        return this.finish(event);
    }
  }

  private finish(event: RegistrationStateEvent): void {
    const { cause, status, reason } = event;
    const early = this.awaited;
    this.awaited = false;
    if (cause === "timeout" || cause === "transport_error") {
      this.post("transport_error", innerEvent("Transport error"));
      this.post("terminated", innerEvent("Transport error"));
    } else if (status !== undefined && status > 0) {
      this.post("terminated", responseEvent(status, reason ?? ""));
    } else if (early || cause !== "unregistered") {
      this.post("terminated", innerEvent("Disconnected"));
    } else {
      this.post("terminated", responseEvent(200, "OK"));
    }
  }
}

/** `SIPml.Session.Call` */
export class CallSession extends Session {
  /** The media that call() asks for; undefined for an incoming call. */
  readonly mediaType: { readonly audio: boolean; readonly video: boolean } | undefined;
  private readonly views: Views;
  private modern: Call | undefined;
  private target: RemoteParty | undefined;
  private connectingPosted = false;
  private accepted = false;
  private answered = false;
  /** Remote tracks that the page has not been told of. */
  private readonly news = new Set<MediaKind>();

  constructor(stack: Stack, type: CallType | Call, configuration?: SessionConfiguration | null) {
    super(stack);
    this.views = new Views(engine.parts.environment);
    if (typeof type === "string") {
      this.mediaType = { audio: type !== "call-video", video: type !== "call-audio" };
    } else {
      this.mediaType = undefined;
      this.modern = this.observe(type);
    }
    this.setConfiguration(configuration);
  }

  get videoLocal(): MediaElement | null {
    return this.views.get("video_local");
  }

  get videoRemote(): MediaElement | null {
    return this.views.get("video_remote");
  }

  get audioLocal(): MediaElement | null {
    return this.views.get("audio_local");
  }

  get audioRemote(): MediaElement | null {
    return this.views.get("audio_remote");
  }

  /** Streams that are there already are shown in new views at once. */
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

  call(to: string, configuration?: SessionConfiguration | null): number {
    if (typeof to !== "string" || to === "") {
      throw new Error("ERR_INVALID_PARAMETER_VALUE: 'to' must not be null");
    }
    if (!engine.initialized || engine.unsupported()) {
      throw new Error("ERR_NOT_READY: Media engine not ready yet");
    }
    this.setConfiguration(configuration);
    const agent = this.stack.agent;
    if (!agent) return not_started;
    const media = this.mediaType ?? { audio: true, video: false };
    if (this.modern && this.modern.state !== "ended") {
      void this.modern.modify(media).catch(() => undefined);
      return 0;
    }
    const { from } = this.configuration;
    this.target = partyOfTarget(to, this.stack.realm);
    this.connectingPosted = this.accepted = this.answered = false;
    try {
      const options = { ...media, ...this.callOptions(), ...(from ? { from } : {}) };
      this.modern = this.observe(agent.call(to, options));
    } catch (error) {
      return this.stack.returnCode(error);
    }
    this.stack.remember(this);
    return 0;
  }

  override accept(configuration?: SessionConfiguration | null): number {
    const call = this.modern;
    const waiting = call?.state === "incoming";
    // The conf comes first, since it may bring the views that streams are announced for.
    this.setConfiguration(configuration);
    if (!call) return no_dialog;
    if (!waiting) return 0;
    try {
      call.answer(this.callOptions());
    } catch (error) {
      return this.stack.returnCode(error);
    }
    this.accepted = true;
    this.announceRemote();
    return 0;
  }

  override reject(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    const call = this.modern;
    if (!call) return no_dialog;
    if (call.state !== "incoming" && call.state !== "answering") return 0;
    return this.attempt(() => call.reject(this.requestHeaders()));
  }

  /** BYE, CANCEL or 603, by state. */
  hangup(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    const call = this.modern;
    if (!call) return no_dialog;
    return this.attempt(() => call.hangup(this.requestHeaders()));
  }

  hold(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    return this.whenEstablished((call) => call.hold());
  }

  resume(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    return this.whenEstablished((call) => call.resume());
  }

  /** Sends a SIP INFO. */
  info(
    content: string | Uint8Array | object,
    contentType: string,
    configuration?: SessionConfiguration | null,
  ): number {
    this.setConfiguration(configuration);
    const call = this.modern;
    if (!call || call.state === "ended") return no_dialog;
    const body =
      typeof content === "string" || content instanceof Uint8Array ? content : String(content);
    void call.info(body, contentType).catch((error: unknown) => this.stack.warn(error));
    return 0;
  }

  /** Acts only when connected. */
  dtmf(digit: string, configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    return this.whenEstablished((call) => call.dtmf(String(digit)));
  }

  /** Silences or darkens what is sent; nothing is signalled. */
  mute(media: MediaKind, mute: boolean): number {
    if ((media !== "audio" && media !== "video") || typeof mute !== "boolean") {
      throw new Error("ERR_INVALID_ARGUMENT");
    }
    if (!this.modern) return no_dialog;
    this.modern.mute(media, mute);
    return 0;
  }

  transfer(_to: string, _configuration?: SessionConfiguration | null): number {
    throw new Error("ERR_NOT_SUPPORTED: call transfer comes with a later version");
  }

  acceptTransfer(_configuration?: SessionConfiguration | null): number {
    throw new Error("ERR_NOT_SUPPORTED: call transfer comes with a later version");
  }

  rejectTransfer(_configuration?: SessionConfiguration | null): number {
    throw new Error("ERR_NOT_SUPPORTED: call transfer comes with a later version");
  }

  startBfcpShare(_configuration?: SessionConfiguration | null): number {
    throw new Error("ERR_NOT_SUPPORTED: BFCP sharing requires webrtc4all plugin");
  }

  stopBfcpShare(_configuration?: SessionConfiguration | null): number {
    throw new Error("ERR_NOT_SUPPORTED: BFCP sharing requires webrtc4all plugin");
  }

  /** @internal The stack tells of the permission after its own event. */
  permissionAsked(): void {
    if (this.modern?.direction === "outgoing") this.postConnecting();
  }

  /** @internal */
  isCall(id: number): boolean {
    return this.modern?.id === id;
  }

  /** @internal For `i_new_call`. */
  incomingEvent(): InnerEvent {
    return requestEvent("Incoming Call", this.parties());
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
    call.on("state", (state) => {
      if (state === "calling" || state === "terminating") this.postConnecting();
      const refusing = call.direction === "incoming" && !this.accepted;
      if (state === "terminating" && !refusing) {
        this.post("terminating", innerEvent("Call terminating..."));
      }
    });
    call.on("progress", ({ status, reason, earlyMedia }) => {
      this.postConnecting();
      const response = responseEvent(status, reason);
      if (earlyMedia) this.post("m_early_media", response);
      this.post("i_ao_request", response);
      if (earlyMedia) this.announceRemote();
    });
    call.on("answered", ({ status, reason }) => {
      this.answered = true;
      this.postConnecting();
      if (call.direction === "outgoing") {
        this.post("m_early_media", responseEvent(status, reason));
        this.post("connected", innerEvent("In Call"));
      } else {
        this.post("connected", innerEvent("In call"));
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
    call.on("modified", ({ change, ok, status, reason }) => {
      if (change === "modify") return;
      if (change === "resume" && ok) {
        for (const kind of ["video", "audio"] as const) {
          if (hasTrack(call.localStream, kind)) this.announce("local", kind);
        }
      }
      const inner =
        status === undefined
          ? innerEvent(ok ? "OK" : "Request failed")
          : responseEvent(status, reason ?? "");
      this.post(`m_local_${change}_${ok ? "ok" : "nok"}`, inner);
    });
    call.on("remoteHold", (held) => {
      this.post(held ? "m_remote_hold" : "m_remote_resume", innerEvent("Hold/Resume state changed"));
    });
    call.on("info", (body) => {
      this.post("i_info", requestEvent("Incoming Request", this.parties(), body));
    });
    call.on("ended", (end) => this.finish(call, end));
    return call;
  }

  private postConnecting(): void {
    if (this.connectingPosted || this.modern?.direction === "incoming") return;
    this.connectingPosted = true;
    this.post("connecting", innerEvent("Call in progress..."));
  }

  private announceRemote(): void {
    for (const kind of ["video", "audio"] as const) {
      if (this.news.delete(kind)) this.announce("remote", kind);
    }
  }

  /** Only where the page gave an element for it. */
  private announce(side: Side, kind: MediaKind): void {
    if (this.views.get(`${kind}_${side}`)) {
      this.post(`m_stream_${kind}_${side}_added`, innerEvent("Media Added"));
    }
  }

  /** A view that came after its stream: told inside setConfiguration, as in the original. */
  private announceAtOnce(name: ViewName): void {
    const [kind, side] = name.split("_") as [MediaKind, Side];
    if (!this.views.get(name) || !hasTrack(this.streams()[side], kind)) return;
    if (side === "remote") this.news.delete(kind);
    const type: SessionEventType = `m_stream_${kind}_${side}_added`;
    this.dispatchEvent({ s_type: type, o_value: new SessionEvent(this, type) });
  }

  private finish(call: Call, end: CallEnd): void {
    this.postConnecting();
    const { inner, failed } = outcome(call, end);
    if (failed) this.post("i_ao_request", inner);
    if (end.cause === "transport_error") this.post("transport_error", innerEvent("Transport error"));
    this.stack.queue.post(() => this.views.clear());
    this.post("terminated", inner, end.message);
  }

  private whenEstablished(act: (call: Call) => Promise<void>): number {
    const call = this.modern;
    if (!call) return no_dialog;
    if (call.state !== "established") return 0;
    void act(call).catch((error: unknown) => this.stack.warn(error));
    return 0;
  }

  private attempt(act: () => void): number {
    try {
      act();
      return 0;
    } catch (error) {
      return this.stack.returnCode(error);
    }
  }

  private requestHeaders(): { headers?: NameValue[] } {
    const { headers } = this.headerOptions();
    return headers ? { headers } : {};
  }

  private callOptions(): Pick<CallOptions, "headers" | "caps" | "bandwidth" | "videoSize"> {
    const bandwidth = usableBandwidth(this.configuration.bandwidth);
    const { video_size: videoSize } = this.configuration;
    return {
      ...this.headerOptions(),
      ...(bandwidth ? { bandwidth } : {}),
      ...(videoSize ? { videoSize } : {}),
    };
  }
}

/** `SIPml.Session.Message`, `.Publish` and `.Subscribe`: present for `instanceof` only. */
export class MessageSession extends Session {}
export class PublishSession extends Session {}
export class SubscribeSession extends Session {}

/** How `terminated` tells of an end; `failed`: a final response refused our INVITE. */
function outcome(call: Call, end: CallEnd): { inner: InnerEvent; failed: boolean } {
  const { cause, by, status, reason } = end;
  const plain = (phrase: string): { inner: InnerEvent; failed: boolean } => ({
    inner: innerEvent(phrase),
    failed: false,
  });
  const response = status ? responseEvent(status, reason ?? "") : undefined;
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

/** A cap without a value is a flag. */
function usableCaps(caps: readonly HeaderEntry[]): NameValue[] {
  return caps
    .filter((cap) => cap && typeof cap.name === "string" && cap.name !== "")
    .map(({ name, value }) => ({ name, value: typeof value === "string" ? value : "" }));
}

/** Numbers above zero; undefined when there are none. */
export function usableBandwidth(
  bandwidth: BandwidthConfiguration | null | undefined,
): { audio?: number; video?: number } | undefined {
  if (!bandwidth) return undefined;
  const audio = Number(bandwidth.audio);
  const video = Number(bandwidth.video);
  if (!(audio > 0) && !(video > 0)) return undefined;
  return { ...(audio > 0 ? { audio } : {}), ...(video > 0 ? { video } : {}) };
}

/** The return code for what the modern API threw. */
export function returnCodeOf(error: unknown): number {
  if (!(error instanceof SipError)) return -3;
  switch (error.code) {
    case "not_connected":
      return not_started;
    case "wrong_state":
      return 0;
    case "invalid_argument":
    case "unknown_id":
    case "limit_exceeded":
      return no_dialog;
    default:
      return -3;
  }
}
