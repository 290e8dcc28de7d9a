/** A SIP user agent in the browser: the core, its WebSocket, its media, and what the page sees. */

import { Core } from "../js-glue/core.js";
import type { AgentCore } from "../js-glue/core.js";
import { defaultWasm } from "../js-glue/default-wasm.js";
import { Driver } from "../js-glue/driver.js";
import type { RecordedInput } from "../js-glue/driver.js";
import { compile } from "../js-glue/load.js";
import type { WasmSource } from "../js-glue/load.js";
import { CommandError } from "../js-glue/memory.js";
import type { AgentConfig, Bandwidth, Event, Log, NameValue } from "../js-glue/protocol.js";
import { partsOfAddress, partyOfTarget } from "./address.js";
import { Call, callOptions, directionOf } from "./call.js";
import type { CallContext, CallOptions } from "./call.js";
import type { VideoSize } from "./capture.js";
import { browserEnvironment } from "./environment.js";
import type { Environment } from "./environment.js";
import { SipError, toSipError } from "./errors.js";
import { Deferred, Emitter, rejected } from "./events.js";
import { Media } from "./media.js";
import { Registration, registerCommand } from "./registration.js";
import type { RegisterOptions } from "./registration.js";
import { Transport, parseServer } from "./transport.js";

export interface UserAgentOptions {
  /** `wss://host[:port][/path]` or `ws://...`. */
  readonly server: string;
  /** Our address of record, `sip:alice@example.org`. */
  readonly uri: string;
  readonly password?: string;
  /** Digest user name; default: the user of `uri`. */
  readonly authorizationUser?: string;
  /** The only digest realm whose challenges are answered; default: any. */
  readonly realm?: string;
  readonly displayName?: string;
  /** Where REGISTER goes and what completes a bare destination; default: the host of `uri`. */
  readonly domain?: string;
  /** The User-Agent header. */
  readonly userAgent?: string;
  /** Added to every request. */
  readonly headers?: readonly NameValue[];
  /** `scheme://host:port` of a private Route that webrtc2sip understands; null: none. */
  readonly outboundProxy?: string | null;
  readonly rtcwebBreaker?: boolean;
  readonly click2call?: boolean;
  readonly earlyIms?: boolean;
  /** The SDP session name; default: the browser's. */
  readonly sessionName?: string;
  /** Default: none, which gathers host addresses only. */
  readonly iceServers?: readonly RTCIceServer[];
  /** How long a description may wait for ICE candidates, in milliseconds; default 2000. */
  readonly iceGatheringTimeout?: number;
  readonly bandwidth?: Bandwidth;
  readonly videoSize?: VideoSize;
  /** true: "log" events show every SIP message, secrets removed. */
  readonly trace?: boolean;
  /** How long to try to reconnect after a lost connection, in milliseconds; default 32000. */
  readonly reconnectTime?: number;
  /** Where sipml.wasm is; default: beside or inside this script. */
  readonly wasm?: WasmSource;
  /** Gets every input of the core, to replay it; the password is left out. */
  readonly record?: (input: RecordedInput) => void;
  /** Other browser objects than this page's: for tests and other hosts. */
  readonly environment?: Environment;
}

export type ConnectionState =
  | "idle"
  | "connecting"
  | "connected"
  | "reconnecting"
  | "failed"
  | "stopped";

export interface UserAgentEvents {
  connection: [{ readonly state: ConnectionState; readonly error?: SipError }];
  /** An incoming call. */
  call: [Call];
  registrationSent: [Registration, { readonly unregister: boolean }];
  /** A SIP message, with `trace`. */
  log: [{ readonly direction: "sent" | "received"; readonly text: string }];
  /** The peer, the server or the page did something wrong that cost no more than is said. */
  diagnostic: [{ readonly code: string; readonly text: string; readonly offset?: number }];
  stopped: [];
  /** The core stopped working; only a new UserAgent helps. */
  fatal: [SipError];
  mediaPermission: [
    {
      readonly call: Call;
      readonly state: "requested" | "accepted" | "refused";
      readonly error?: SipError;
    },
  ];
}

const default_gathering_timeout = 2000;
const entropy_bytes = 32;

export class UserAgent extends Emitter<UserAgentEvents> {
  /** Not a `private` property: what shows objects, as consoles do, must not show the password. */
  #options: UserAgentOptions;
  private readonly driver: Driver;
  private readonly transport: Transport;
  private readonly media: Media;
  private readonly callContext: CallContext;
  private readonly callMap = new Map<number, Call>();
  private readonly registrations = new Map<number, Registration>();
  private state: ConnectionState = "idle";
  private lastError: SipError | undefined;
  private starting: Deferred<void> | undefined;
  private stopping: Deferred<void> | undefined;
  private dead = false;

  /** Loads the core and makes an agent; nothing is sent. @throws SipError, LoadError */
  static async create(options: UserAgentOptions): Promise<UserAgent> {
    parseServer(options.server);
    const { wasm } = options;
    const module = wasm === undefined ? await defaultWasm.compile() : await compile(wasm);
    return UserAgent.createSync(module, options);
  }

  /** The same with a compiled module. @throws SipError if an option is wrong */
  static createSync(module: WebAssembly.Module, options: UserAgentOptions): UserAgent {
    return new UserAgent(new Core(module), options);
  }

  /** @internal Tests give their own core. */
  constructor(core: AgentCore, options: UserAgentOptions) {
    super();
    this.#options = options;
    const environment = options.environment ?? browserEnvironment();
    const server = parseServer(options.server);
    this.transport = new Transport(environment, {
      opened: () => {
        this.lastError = undefined;
        this.driver.connected();
      },
      closed: (error) => {
        this.lastError = error;
        this.driver.disconnected();
      },
      message: (bytes) => this.driver.receive(bytes),
    });
    this.media = new Media(environment, () => this.mediaSettings(), {
      ready: (call, token, sdp) => this.answerMedia({ type: "media_ready", call, token }, sdp),
      failed: (call, token, failure) => {
        const known = this.callMap.get(call);
        if (known) known.mediaMessage = failure.message;
        const { code, message } = failure;
        this.answerMedia({ type: "media_failed", call, token, error: code, message }, "");
      },
      permission: (id, state, failure) => {
        const call = this.callMap.get(id);
        if (!call) return;
        const error = failure && new SipError(failure.code, failure.message, { cause: failure });
        this.emit("mediaPermission", { call, state, ...(error ? { error } : {}) });
      },
      tracksAdded: (call, side, stream, kinds) =>
        this.callMap.get(call)?.handleTracks(side, stream, kinds),
    });
    this.callContext = {
      execute: (command, body) => this.driver.command(command, body),
      media: (call) => this.media.of(call),
      bandwidth: () => this.#options.bandwidth,
    };
    const config: AgentConfig = {
      ...agentConfig(options),
      uri: options.uri,
      transport: server.protocol === "ws:" ? "ws" : "wss",
      entropy: hex(environment.randomBytes(entropy_bytes)),
    };
    try {
      this.driver = new Driver(
        core,
        config,
        environment.createClock(),
        {
          transmit: (message) => this.transport.send(message),
          event: (event, body) => this.handle(event, body),
          media: (request, body) => this.media.handle(request, body),
          log: (log, body) => this.handleLog(log, body),
          fatal: (error) => this.handleFatal(toSipError(error)),
          report: (error) => this.report(error),
        },
        options.record ? { record: options.record } : {},
      );
    } catch (error) {
      throw toSipError(error);
    }
  }

  get connectionState(): ConnectionState {
    return this.state;
  }

  /** Why the connection failed last, until one opens. */
  get connectionError(): SipError | undefined {
    return this.lastError;
  }

  /** The calls that have not ended. */
  get calls(): readonly Call[] {
    return [...this.callMap.values()];
  }

  /** Connects. Resolves when connected; rejects with SipError if that fails, then try again. */
  start(): Promise<void> {
    if (this.state === "connected") return Promise.resolve();
    if (this.starting) return this.starting.promise;
    const starting = (this.starting = new Deferred<void>());
    if (this.state === "connecting") return starting.promise;
    try {
      this.driver.command({ type: "start" });
    } catch (error) {
      this.starting = undefined;
      return rejected(toSipError(error));
    }
    return starting.promise;
  }

  /** Ends calls and registrations, then disconnects; in at most `timeout` ms, default 3000. */
  stop(options: { readonly timeout?: number } = {}): Promise<void> {
    if (this.stopping) return this.stopping.promise;
    const unused = this.state === "idle" || this.state === "stopped";
    if (this.dead || (unused && !this.starting)) return Promise.resolve();
    const stopping = (this.stopping = new Deferred<void>());
    const { timeout } = options;
    try {
      this.driver.command({ type: "stop", ...(timeout === undefined ? {} : { timeout }) });
    } catch (error) {
      this.stopping = undefined;
      return rejected(toSipError(error));
    }
    return stopping.promise;
  }

  /** Changes options; a new server is used at the next connection. @throws SipError */
  configure(
    options: Partial<Omit<UserAgentOptions, "wasm" | "environment" | "record">>,
  ): void {
    const config: Partial<AgentConfig> = {
      ...agentConfig(options),
      ...(options.uri === undefined ? {} : { uri: options.uri }),
      ...(options.server === undefined
        ? {}
        : { transport: parseServer(options.server).protocol === "ws:" ? "ws" : "wss" }),
    };
    if (Object.keys(config).length > 0) this.execute({ type: "configure", config });
    this.#options = { ...this.#options, ...options };
  }

  /** Registers our address. @throws SipError */
  register(options: RegisterOptions = {}): Registration {
    const id = this.execute(registerCommand(options));
    const registration: Registration = new Registration(id, (command) => {
      this.registrations.set(id, registration);
      return this.driver.command(command);
    });
    this.registrations.set(id, registration);
    return registration;
  }

  /** Calls somebody: a SIP URI, or a name or number in our domain. @throws SipError */
  call(target: string, options: CallOptions = {}): Call {
    const { from, stream, videoSize } = options;
    const offered = {
      audio: directionOf(options.audio ?? true),
      video: directionOf(options.video ?? false),
    };
    const id = this.execute({
      type: "call",
      to: target,
      ...offered,
      ...(from === undefined ? {} : { from }),
      ...callOptions(options, this.#options.bandwidth),
    });
    this.media.of(id, {
      ...(stream === undefined ? {} : { stream }),
      ...(videoSize === undefined ? {} : { videoSize }),
    });
    const call = new Call(this.callContext, {
      id,
      direction: "outgoing",
      remote: partyOfTarget(target, this.domain()),
      local: partyOfTarget(from ?? this.#options.uri, this.domain()),
      offered,
    });
    this.callMap.set(id, call);
    return call;
  }

  private execute(command: Parameters<Driver["command"]>[0]): number {
    try {
      return this.driver.command(command);
    } catch (error) {
      throw toSipError(error);
    }
  }

  /** A late answer is refused by the core and means nothing. */
  private answerMedia(command: Parameters<Driver["command"]>[0], sdp: string): void {
    try {
      this.driver.command(command, sdp);
    } catch (error) {
      if (!(error instanceof CommandError)) return; // a dead core has reported itself
      this.emit("diagnostic", { code: `media_${error.code}`, text: error.message });
    }
  }

  private domain(): string {
    return this.#options.domain ?? partsOfAddress(this.#options.uri)?.host ?? "";
  }

  private mediaSettings(): {
    iceServers: readonly RTCIceServer[];
    iceGatheringTimeout: number;
    videoSize: VideoSize | undefined;
  } {
    return {
      iceServers: this.#options.iceServers ?? [],
      iceGatheringTimeout: this.#options.iceGatheringTimeout ?? default_gathering_timeout,
      videoSize: this.#options.videoSize,
    };
  }

  private handle(event: Event, body: Uint8Array): void {
    switch (event.type) {
      case "connect":
        return this.transport.open(this.#options.server, this.state !== "reconnecting");
      case "disconnect":
        return this.transport.close();
      case "connection":
        return this.enter(event.state);
      case "stopped":
        return this.handleStopped();
      case "registration_sent": {
        const registration = this.registrations.get(event.registration);
        if (!registration) return;
        registration.handleSent(event);
        this.emit("registrationSent", registration, { unregister: event.unregister });
        return;
      }
      case "registration":
        return this.registrations.get(event.registration)?.handleState(event);
      case "call_incoming":
        return this.handleIncoming(event);
      case "call_sent":
        return this.callMap.get(event.call)?.handleSent();
      case "call_progress":
        return this.callMap.get(event.call)?.handleProgress(event);
      case "call_established":
        return this.callMap.get(event.call)?.handleEstablished(event);
      case "call_terminating":
        return this.callMap.get(event.call)?.handleTerminating();
      case "call_ended": {
        const call = this.callMap.get(event.call);
        this.callMap.delete(event.call);
        this.media.close(event.call);
        return call?.handleEnded(event);
      }
      case "call_modified":
        return this.callMap.get(event.call)?.handleModified(event);
      case "call_remote_hold":
        return this.callMap.get(event.call)?.handleRemoteHold(event.held);
      case "call_info":
        return this.callMap.get(event.call)?.handleInfo(event.content_type, body);
      case "call_info_result":
        return this.callMap.get(event.call)?.handleInfoResult(event.status, event.reason);
      case "diagnostic": {
        const { code, text, offset } = event;
        this.emit("diagnostic", { code, text, ...(offset === undefined ? {} : { offset }) });
        return;
      }
      case "call_redirected":
      case "call_media":
      case "call_cancelled":
      case "request_incoming":
      case "request_result":
      case "publication":
      case "subscription":
      case "notify":
      case "transfer":
      case "transfer_requested":
      case "transfer_progress":
      case "request_sent":
      case "request_received":
        return;
      default:
        return unknown(event);
    }
  }

  private handleIncoming(event: Extract<Event, { type: "call_incoming" }>): void {
    const party = (from: typeof event.from): { uri: string; user: string; displayName: string } => ({
      uri: from.uri,
      user: from.user,
      displayName: from.display_name,
    });
    const call = new Call(this.callContext, {
      id: event.call,
      direction: "incoming",
      remote: party(event.from),
      local: party(event.to),
      offered: { audio: event.audio, video: event.video },
    });
    this.callMap.set(event.call, call);
    this.emit("call", call);
  }

  private enter(state: ConnectionState): void {
    this.state = state;
    const error = state === "failed" || state === "reconnecting" ? this.lastError : undefined;
    const starting = this.starting;
    if (state === "connected") {
      this.starting = undefined;
      starting?.resolve();
    } else if (state === "failed") {
      this.starting = undefined;
      starting?.reject(
        error ?? new SipError("server_unreachable", "The server could not be reached."),
      );
    }
    this.emit("connection", { state, ...(error ? { error } : {}) });
  }

  private handleStopped(): void {
    this.state = "stopped";
    this.lastError = undefined;
    this.endAll("bye");
    this.starting?.reject(new SipError("stopped", "The user agent was stopped."));
    this.starting = undefined;
    this.stopping?.resolve();
    this.stopping = undefined;
    this.emit("connection", { state: "stopped" });
    this.emit("stopped");
  }

  private handleLog(log: Log, body: Uint8Array): void {
    this.emit("log", { direction: log.direction, text: new TextDecoder().decode(body) });
  }

  /** Ends what the core can no longer end: it died, or had no more time while stopping. */
  private endAll(cause: "bye" | "transport_error"): void {
    this.media.closeAll();
    for (const [id, call] of [...this.callMap]) {
      this.callMap.delete(id);
      call.handleEnded({ cause, by: "local" });
    }
    for (const registration of this.registrations.values()) registration.abandon();
    this.registrations.clear();
  }

  private handleFatal(error: SipError): void {
    this.dead = true;
    this.lastError = error;
    this.transport.close();
    this.endAll("transport_error");
    this.stopping?.resolve();
    this.stopping = undefined;
    this.enter("failed");
    this.emit("fatal", error);
  }
}

function unknown(event: never): void {
  throw new TypeError(`unknown event ${JSON.stringify(event)}`);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The options that the core knows, under its names. */
function agentConfig(options: Partial<UserAgentOptions>): Partial<AgentConfig> {
  const { outboundProxy } = options;
  const named = {
    domain: options.domain,
    display_name: options.displayName,
    authorization_user: options.authorizationUser,
    password: options.password,
    realm: options.realm,
    user_agent: options.userAgent,
    headers: options.headers,
    outbound_proxy: outboundProxy === null ? "" : outboundProxy,
    rtcweb_breaker: options.rtcwebBreaker,
    click2call: options.click2call,
    early_ims: options.earlyIms,
    session_name: options.sessionName,
    reconnect_time: options.reconnectTime,
    trace: options.trace,
  };
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<AgentConfig>;
}
