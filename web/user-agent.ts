/** A SIP user agent in the browser: the core, its WebSocket, its media, and what the page sees. */

import { Core } from "../js-glue/core.js";
import type { AgentCore } from "../js-glue/core.js";
import { defaultWasm } from "../js-glue/default-wasm.js";
import { Driver } from "../js-glue/driver.js";
import { compile } from "../js-glue/load.js";
import { CommandError } from "../js-glue/memory.js";
import type { AgentConfig, Command, Event, Log, MediaRequest } from "../js-glue/protocol.js";
import { redactSdp } from "../js-glue/redact.js";
import { refuseAborted, unlessAborted } from "./abort.js";
import type { Abortable } from "./abort.js";
import { contentOf, optionsOf, stringOf } from "./arguments.js";
import { partsOfAddress, partyOfTarget, toParty } from "./address.js";
import type { ConnectionState, UserAgentEvents } from "./agent-events.js";
import { Call } from "./call.js";
import type { CallContext, CallOptions } from "./call.js";
import { tellCall } from "./call-dispatch.js";
import { callOptions, captureOptions, directionOf } from "./call-options.js";
import { messageOf, working } from "./capture.js";
import { Connection } from "./connection.js";
import { listDevices } from "./devices.js";
import type { Devices } from "./devices.js";
import { browserEnvironment } from "./environment.js";
import type { Environment } from "./environment.js";
import { SipError, toSipError } from "./errors.js";
import { Deferred, Emitter, rejected, reportToConsole } from "./events.js";
import { HookRunner } from "./hooks.js";
import { rtcConfiguration } from "./ice.js";
import { Media } from "./media.js";
import type { MediaSettings } from "./call-media.js";
import { SipMessage } from "./message.js";
import { toNotification } from "./notification.js";
import { agentConfig, checkOptions, hex, instanceIdOf } from "./options.js";
import type { UserAgentOptions } from "./options.js";
import { PagePresence } from "./page-presence.js";
import { Playback } from "./playback.js";
import { Publication, publishCommand, publishedType } from "./publication.js";
import type { PublishOptions } from "./publication.js";
import { Registration, registerCommand } from "./registration.js";
import type { RegisterOptions } from "./registration.js";
import { IncomingMessage, IncomingRequest, Requests } from "./requests.js";
import type { RequestOptions, SipResponse } from "./requests.js";
import { Screen } from "./screen-share.js";
import { StreamCache, withCache } from "./stream-cache.js";
import { Subscription, subscribeCommand } from "./subscription.js";
import type { SubscribeOptions } from "./subscription.js";
import { parseServer, parseServers } from "./transport.js";

export type { UserAgentOptions } from "./options.js";

const default_gathering_timeout = 2000;
const default_media_timeout = 15000;
const default_quiet_period = 500;
const default_quality_interval = 2000;
const entropy_bytes = 32;
const decoder = new TextDecoder();

/**
 * A SIP user agent: one address, its connection, and what it does there.
 * @example
 * const agent = await UserAgent.create({
 *   server: "wss://sip.example.org",
 *   uri: "sip:alice@example.org",
 *   password: "secret",
 * });
 * await agent.start();
 * await agent.register().registered;
 */
export class UserAgent extends Emitter<UserAgentEvents> {
  /** Not a `private` property: what shows objects, as consoles do, must not show the password. */
  #options: UserAgentOptions;
  private readonly driver: Driver;
  private readonly environment: Environment;
  private readonly connection: Connection;
  private readonly media: Media;
  private readonly callContext: CallContext;
  private readonly callMap = new Map<number, Call>();
  private readonly registrations = new Map<number, Registration>();
  private readonly publications = new Map<number, Publication>();
  private readonly subscriptions = new Map<number, Subscription>();
  private readonly requests: Requests;
  private readonly playback: Playback;
  private readonly cache = new StreamCache();
  private forgetDevices: (() => void) | undefined;
  /** Somebody wants to know of changes, also after a `stop`. */
  private followsDevices = false;
  private readonly hooks: HookRunner;
  private readonly presence: PagePresence;
  private state: ConnectionState = "idle";
  private lastError: SipError | undefined;
  private starting: Deferred<void> | undefined;
  private stopping: Deferred<void> | undefined;
  private dead = false;
  private reporting = false;
  private viaTransport: "ws" | "wss";

  /** Loads the core and makes an agent; nothing is sent. @throws SipError, LoadError */
  static async create(options: UserAgentOptions, given: Abortable = {}): Promise<UserAgent> {
    const { signal } = optionsOf(given, "given");
    parseServers(optionsOf(options).server);
    checkOptions(options);
    refuseAborted(signal);
    const { wasm } = options;
    const compiling = wasm === undefined ? defaultWasm.compile() : compile(wasm);
    return UserAgent.createSync(await unlessAborted(compiling, signal), options);
  }

  /** The same with a compiled module. @throws SipError if an option is wrong */
  static createSync(module: WebAssembly.Module, options: UserAgentOptions): UserAgent {
    return new UserAgent(new Core(module), options);
  }

  /** @internal Tests give their own core. */
  constructor(core: AgentCore, options: UserAgentOptions) {
    super();
    this.reporter = (error) => this.reportFailure("listener_failed", "a listener threw", error);
    this.#options = options;
    checkOptions(optionsOf(options));
    const environment = options.environment ?? browserEnvironment();
    this.environment = environment;
    this.viaTransport = transportOf(parseServers(options.server)[0]);
    this.connection = new Connection(environment, () => parseServers(this.#options.server), {
      opened: (server) => {
        this.lastError = undefined;
        this.followTransport(server);
        this.driver.connected();
      },
      closed: (error) => {
        this.lastError = error;
        this.driver.disconnected();
      },
      message: (bytes) => {
        const message = this.hooks.messageIn(bytes);
        if (message) this.driver.receive(message);
      },
    });
    this.hooks = new HookRunner({
      hooks: () => this.#options.hooks,
      mend: (message) => core.mend(message),
      failed: (hook, error) => this.reportFailure("hook_failed", `the hook ${hook} threw`, error),
      changed: (direction, hook, text) => {
        if (this.#options.trace) this.emit("log", { direction, text, hook });
      },
      described: (hook, call, before, after) => {
        if (!this.#options.trace) return;
        const direction = hook === "localDescription" ? "sent" : "received";
        const head = { direction, call } as const;
        this.emit("log", { ...head, description: "before", text: redactSdp(before) });
        this.emit("log", { ...head, description: "after", rules: [hook], text: redactSdp(after) });
      },
    });
    this.playback = new Playback(environment);
    const cached = withCache(environment, this.cache, () => this.#options.streamCache ?? false);
    this.media = new Media(cached, () => this.mediaSettings(), {
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
      trackEnded: (call, end) => this.callMap.get(call)?.handleTrackEnd(end),
      keyFrameRequested: (call) => this.callMap.get(call)?.handleKeyFrameRequested(),
      stateChanged: (call, state, error) => this.callMap.get(call)?.handleMediaState(state, error),
      restart: (id) => this.callMap.get(id)?.restartIce() ?? Promise.resolve(),
      lost: (call, error, message) => {
        const known = this.callMap.get(call);
        if (known) known.mediaMessage = message;
        this.answerMedia({ type: "media_lost", call, error, message }, "");
      },
      candidateFound: (call, mid, candidate, ufrag) =>
        this.answerMedia({ type: "local_candidate", call, mid, candidate, ufrag }, ""),
      candidateDropped: (_call, text) =>
        this.emit("diagnostic", { code: "candidate_dropped", text: `candidate of the peer: ${text}` }),
      serverFailed: (_call, text) => this.emit("diagnostic", { code: "ice_server_failed", text }),
    });
    const execute = (command: Command, body?: string | Uint8Array): number =>
      this.driver.command(command, body);
    this.requests = new Requests(execute);
    this.callContext = {
      execute,
      requests: this.requests,
      media: (call) => this.media.of(call),
      environment,
      bandwidth: () => this.#options.bandwidth,
      playback: this.playback,
      qualityInterval: () => this.#options.qualityInterval ?? default_quality_interval,
      begin: (start, parent, callOptions) => {
        this.media.share(parent.id, start.id);
        return this.beginCall(start, callOptions);
      },
    };
    const instanceId = instanceIdOf(options.instanceId, environment);
    this.presence = new PagePresence(environment, {
      registrations: () => this.registrations.values(),
      unregisters: () => this.#options.unregisterOnPageHide ?? true,
      reconnect: () => this.reconnect(),
    });
    const config: AgentConfig = {
      ...agentConfig(options),
      uri: options.uri,
      ...(instanceId === undefined ? {} : { instance_id: instanceId }),
      event_messages: true,
      ask_upgrades: true,
      transport: this.viaTransport,
      entropy: hex(environment.randomBytes(entropy_bytes)),
    };
    try {
      this.driver = new Driver(
        core,
        config,
        environment.createClock(),
        {
          transmit: (given) => {
            const message = this.hooks.messageOut(given);
            if (message) this.connection.send(message);
          },
          event: (event, body) => this.handle(event, body),
          media: (request, body) => this.handleMedia(request, decoder.decode(body)),
          log: (log, body) => this.handleLog(log, body),
          fatal: (error) => this.handleFatal(toSipError(error)),
          report: (error) => this.reportFailure("listener_failed", "a handler threw", error),
        },
        options.record ? { record: options.record } : {},
      );
    } catch (error) {
      throw toSipError(error);
    }
  }

  /** How the connection stands. */
  get connectionState(): ConnectionState {
    return this.state;
  }

  /** Why the connection failed last, until one opens. */
  get connectionError(): SipError | undefined {
    return this.lastError;
  }

  /** The server that is used, or was tried last. */
  get server(): string | undefined {
    return this.connection.server;
  }

  /** The calls that have not ended. */
  get calls(): readonly Call[] {
    return [...this.callMap.values()];
  }

  /**
   * Connects. Resolves when connected; rejects with SipError if that fails, then try again. Aborting
   * stops waiting; `stop` gives the connection up.
   */
  start(options: Abortable = {}): Promise<void> {
    let signal: AbortSignal | undefined;
    try {
      ({ signal } = optionsOf(options));
      refuseAborted(signal);
      if (this.state === "connected") return Promise.resolve();
      if (!this.starting) {
        if (this.state !== "connecting") this.driver.command({ type: "start" });
        this.starting = new Deferred<void>();
        this.presence.watch();
        if (this.followsDevices) this.watchDevices();
      }
    } catch (error) {
      return rejected(toSipError(error));
    }
    return unlessAborted(this.starting.promise, signal);
  }

  /** Ends calls and registrations, then disconnects; in at most `timeout` ms, default 3000. */
  stop(options: Abortable & { readonly timeout?: number } = {}): Promise<void> {
    let signal: AbortSignal | undefined;
    try {
      const { timeout } = optionsOf(options);
      ({ signal } = options);
      refuseAborted(signal);
      const unused = this.state === "idle" || this.state === "stopped";
      if (!this.stopping && (this.dead || (unused && !this.starting))) return Promise.resolve();
      if (!this.stopping) {
        this.driver.command({ type: "stop", ...(timeout === undefined ? {} : { timeout }) });
        this.stopping = new Deferred<void>();
      }
    } catch (error) {
      return rejected(toSipError(error));
    }
    return unlessAborted(this.stopping.promise, signal);
  }

  /** Changes options; a new server is used at the next connection. @throws SipError */
  configure(
    options: Partial<Omit<UserAgentOptions, "wasm" | "environment" | "record">>,
  ): void {
    const { uri, server } = optionsOf(options);
    checkOptions(options);
    const viaTransport = server === undefined ? undefined : transportOf(parseServers(server)[0]);
    const instanceId = instanceIdOf(options.instanceId, this.environment);
    const config: Partial<AgentConfig> = {
      ...agentConfig(options),
      ...(instanceId === undefined ? {} : { instance_id: instanceId }),
      ...(uri === undefined ? {} : { uri }),
      ...(viaTransport === undefined ? {} : { transport: viaTransport }),
    };
    if (Object.keys(config).length > 0) this.execute({ type: "configure", config });
    this.viaTransport = viaTransport ?? this.viaTransport;
    this.#options = { ...this.#options, ...options };
    if (options.streamCache === false) this.cache.clear();
    if (server !== undefined) this.connection.reorder();
  }

  /** Registers our address. @throws SipError */
  register(options: RegisterOptions = {}): Registration {
    const id = this.execute(registerCommand(options));
    const execute = (command: Command): number => {
      this.registrations.set(id, registration);
      return this.driver.command(command);
    };
    const registration: Registration = new Registration(id, execute, options);
    registration.reporter = this.reporter;
    this.registrations.set(id, registration);
    return registration;
  }

  /** Calls somebody: a SIP URI, or a name or number in our domain. @throws SipError */
  call(to: string, options: CallOptions = {}): Call {
    const { from, signal } = optionsOf(options);
    captureOptions(options);
    const offered = {
      audio: directionOf(options.audio ?? true),
      video: directionOf(options.video ?? false),
    };
    refuseAborted(signal);
    const id = this.execute({
      type: "call",
      to,
      ...offered,
      ...(from === undefined ? {} : { from }),
      ...callOptions(options, this.#options.bandwidth),
    });
    const remote = partyOfTarget(to, this.domain());
    const local = partyOfTarget(from ?? this.#options.uri, this.domain());
    return this.beginCall({ id, direction: "outgoing", remote, local, offered }, options);
  }

  /**
   * Sends a MESSAGE (RFC 3428) outside calls. Resolves at a 2xx; rejects with a SipError of code
   * "rejected" (with `status`), "timeout", "transport_error" or "aborted", or as commands throw.
   * @example
   * await agent.sendMessage("sip:bob@example.org", "Are you there?");
   */
  sendMessage(
    to: string,
    content: string | Uint8Array,
    options: RequestOptions = {},
  ): Promise<SipResponse> {
    return this.requests.send({ method: "MESSAGE", to }, content, options);
  }

  /** Asks what somebody can do (RFC 3261 section 11); resolves and rejects as `sendMessage`. */
  options(to: string, options: RequestOptions = {}): Promise<SipResponse> {
    return this.requests.send({ method: "OPTIONS", to }, undefined, options);
  }

  /** Sends an INFO outside calls; resolves and rejects as `sendMessage`. */
  info(
    to: string,
    content: string | Uint8Array,
    options: RequestOptions = {},
  ): Promise<SipResponse> {
    return this.requests.send({ method: "INFO", to }, content, options);
  }

  /**
   * Microphones, cameras and speakers; "devices" tells of changes. Browsers hide names until the
   * page was allowed to use a microphone or camera. Rejects with SipError.
   * @example
   * const { microphones } = await agent.devices();
   * for (const { id, label } of microphones) console.log(id, label);
   */
  devices(): Promise<Devices> {
    return listDevices(this.environment);
  }

  /**
   * Plays what `call.play` plays on this speaker, now and later; "": the browser's choice, which
   * also plays when the speaker is gone. Rejects with SipError: "not_supported" where pages can
   * choose none, "no_device", "permission_denied".
   */
  async useSpeaker(device: string): Promise<void> {
    stringOf(device, "device");
    await this.playback.use(device);
    this.watchDevices();
  }

  /**
   * Lets the person choose a window or screen for a call that is yet to be made: its `stream`, which
   * the page stops afterwards. In a call, `call.shareScreen` does it. Rejects with SipError:
   * "permission_denied" if nothing was chosen, "not_supported", "insecure_context".
   * @example
   * const stream = await agent.chooseScreen();
   * const call = agent.call("sip:bob@example.org", { video: true, stream });
   * call.on("ended", () => stream.getTracks().forEach((track) => track.stop()));
   */
  async chooseScreen(
    options: { readonly audio?: boolean; readonly constraints?: MediaTrackConstraints } = {},
  ): Promise<MediaStream> {
    return (await working(Screen.choose(this.environment, optionsOf(options)))).stream;
  }

  /** Closes microphone and camera that `streamCache` keeps open; calls keep theirs. */
  releaseMedia(): void {
    this.cache.clear();
  }

  /** As of `Emitter`. @internal */
  override on<Name extends keyof UserAgentEvents>(
    name: Name,
    listener: (...values: UserAgentEvents[Name]) => void,
  ): () => void {
    if (name === "devices") this.watchDevices();
    return super.on(name, listener);
  }

  /** Publishes a document about us, and keeps it published. @throws SipError */
  publish(content: string | Uint8Array, options: PublishOptions): Publication {
    const id = this.execute(publishCommand(options), contentOf(content));
    const publication = new Publication(id, this.callContext.execute, publishedType(options));
    publication.reporter = this.reporter;
    this.publications.set(id, publication);
    return publication;
  }

  /** Asks to be told about somebody, and keeps being told. @throws SipError */
  subscribe(to: string, options: SubscribeOptions): Subscription {
    const id = this.execute(subscribeCommand(to, options));
    const subscription = new Subscription(id, this.callContext.execute);
    subscription.reporter = this.reporter;
    this.subscriptions.set(id, subscription);
    return subscription;
  }

  private beginCall(start: ConstructorParameters<typeof Call>[1], options: CallOptions): Call {
    this.media.of(start.id, {
      ...captureOptions(options),
      bandwidth: options.bandwidth ?? this.#options.bandwidth,
    });
    const call = new Call(this.callContext, start);
    call.reporter = this.reporter;
    this.callMap.set(start.id, call);
    call.obey(options.signal);
    return call;
  }

  private watchDevices(): void {
    this.followsDevices = true;
    this.forgetDevices ??= this.environment.watchDevices?.(() => {
      void this.playback.follow();
      if (!this.hears("devices")) return;
      this.devices().then(
        (devices) => this.emit("devices", devices),
        () => undefined, // a browser that tells of a change and not of which
      );
    });
  }

  /** Takes back what is used of the browser beside calls. */
  private release(): void {
    this.cache.clear();
    this.forgetDevices?.();
    this.forgetDevices = undefined;
  }

  /** Via says what carries us (RFC 7118 section 5.2). */
  private followTransport(server: string): void {
    const transport = transportOf(server);
    if (transport === this.viaTransport) return;
    this.execute({ type: "configure", config: { transport } });
    this.viaTransport = transport;
  }

  /** What code of the page did wrong: it is told, and has cost nothing else. */
  private reportFailure(code: string, what: string, error: unknown): void {
    reportToConsole(error);
    if (this.reporting) return; // a listener of "diagnostic" itself
    this.reporting = true;
    this.emit("diagnostic", { code, text: `${what}: ${messageOf(error)}` });
    this.reporting = false;
  }

  private execute(command: Command, body?: string | Uint8Array): number {
    try {
      return this.driver.command(command, body);
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

  private mediaSettings(): MediaSettings {
    return {
      configuration: () => rtcConfiguration(this.#options),
      iceGatheringTimeout: this.#options.iceGatheringTimeout ?? default_gathering_timeout,
      iceQuietPeriod: this.#options.iceQuietPeriod ?? default_quiet_period,
      videoSize: this.#options.videoSize,
      mediaTimeout: this.#options.mediaTimeout ?? default_media_timeout,
    };
  }

  private handleMedia(request: MediaRequest, sdp: string): void {
    const { call } = request;
    switch (request.type) {
      case "review_offer":
      case "review_answer": {
        const type = request.type === "review_offer" ? "offer" : "answer";
        const reviewed = this.hooks.description("localDescription", sdp, { call, type });
        return this.answerMedia({ type: "media_ready", call, token: request.token }, reviewed);
      }
      case "prepare_answer":
      case "create_answer": {
        const offer = this.hooks.description("remoteDescription", sdp, { call, type: "offer" });
        return this.media.handle(request, offer);
      }
      case "apply_answer": {
        const answer = this.hooks.description("remoteDescription", sdp, { call, type: "answer" });
        return this.media.handle(request, answer);
      }
      default:
        return this.media.handle(request, sdp);
    }
  }

  private handle(event: Event, body: Uint8Array): void {
    switch (event.type) {
      case "connect":
        return this.connection.open(this.state !== "reconnecting");
      case "disconnect":
        return this.connection.close();
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
        return this.registrations.get(event.registration)?.handleState(event, body);
      case "call_incoming":
        return this.handleIncoming(event, body);
      case "call_ended": {
        const call = this.callMap.get(event.call);
        this.media.close(event.call);
        this.callMap.delete(event.call);
        return call?.handleEnded(event, body);
      }
      case "request_incoming":
        return this.handleRequest(event, body);
      case "request_result":
        return this.requests.handleResult(event, body);
      case "publication": {
        const publication = this.publications.get(event.publication);
        if (event.state === "ended") this.publications.delete(event.publication);
        return publication?.handleState(event, body);
      }
      case "subscription": {
        const subscription = this.subscriptions.get(event.subscription);
        if (event.state === "ended") this.subscriptions.delete(event.subscription);
        return subscription?.handleState(event, body);
      }
      case "notify": {
        const notification = toNotification(event, body, this.environment);
        if (event.subscription === undefined) this.emit("notify", notification);
        else this.subscriptions.get(event.subscription)?.handleNotify(notification);
        return;
      }
      case "request_sent":
      case "request_received": {
        const { usage, method } = event;
        const message = new SipMessage(event.message, body);
        const name = event.type === "request_sent" ? "requestSent" : "requestReceived";
        this.emit(name, { usage, method, message });
        return;
      }
      case "diagnostic": {
        const { code, text, offset } = event;
        this.emit("diagnostic", { code, text, ...(offset === undefined ? {} : { offset }) });
        return;
      }
      default: {
        const call = this.callMap.get(event.call);
        if (call) tellCall(call, event, body);
      }
    }
  }

  private handleIncoming(
    event: Extract<Event, { type: "call_incoming" }>,
    body: Uint8Array,
  ): void {
    const replaces = event.replaces === undefined ? undefined : this.callMap.get(event.replaces);
    if (replaces) this.media.share(replaces.id, event.call);
    const call = new Call(this.callContext, {
      id: event.call,
      direction: "incoming",
      remote: toParty(event.from),
      local: toParty(event.to),
      offered: { audio: event.audio, video: event.video },
      message: new SipMessage(event.message, body),
      replaces,
    });
    call.reporter = this.reporter;
    this.callMap.set(event.call, call);
    this.emit("call", call);
  }

  private handleRequest(
    event: Extract<Event, { type: "request_incoming" }>,
    body: Uint8Array,
  ): void {
    const call = event.call === undefined ? undefined : this.callMap.get(event.call);
    const parties = { from: toParty(event.from), to: toParty(event.to) };
    const { execute } = this.callContext;
    let heard: boolean;
    let request: IncomingRequest;
    let refusal = 405;
    if (event.method === "MESSAGE") {
      const message = new IncomingMessage(execute, event, parties, body, call);
      heard = this.hears("message");
      if (call?.handleMessage(message)) heard = true;
      this.emit("message", message);
      request = message;
    } else {
      request = new IncomingRequest(execute, event, parties, body, call);
      heard = this.hears("request");
      refusal = 481;
      this.emit("request", request);
    }
    if (!heard && !request.answered) request.reject({ status: refusal });
  }

  private enter(state: ConnectionState): void {
    this.state = state;
    const error = state === "failed" || state === "reconnecting" ? this.lastError : undefined;
    const starting = this.starting;
    if (state === "connected") {
      this.starting = undefined;
      starting?.resolve();
      this.presence.connected();
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
    this.presence.forget();
    this.release();
    this.stopping?.resolve();
    this.stopping = undefined;
    this.emit("connection", { state: "stopped" });
    this.emit("stopped");
  }

  private handleLog(log: Log, body: Uint8Array): void {
    this.emit("log", { ...log, text: decoder.decode(body) });
  }

  /** The page was put away and came back: whatever the socket says, it is no longer connected. */
  private reconnect(): void {
    if (this.state === "connected") {
      this.lastError = new SipError("connection_lost", "The page was put away for a while.");
      this.connection.drop();
      this.driver.disconnected();
    } else if (this.state === "failed") {
      this.start().catch(() => undefined); // told by "connection"
    }
  }

  /** Ends what the core can no longer end: it died, or had no more time while stopping. */
  private endAll(cause: "bye" | "transport_error"): void {
    this.requests.endAll(
      cause === "bye"
        ? new SipError("stopped", "The user agent was stopped.")
        : new SipError("transport_error", "The SIP core stopped working."),
    );
    this.media.closeAll();
    for (const [id, call] of [...this.callMap]) {
      this.callMap.delete(id);
      call.handleEnded({ cause, by: "local" });
    }
    for (const registration of this.registrations.values()) registration.abandon();
    this.registrations.clear();
    for (const publication of this.publications.values()) publication.abandon();
    this.publications.clear();
    for (const subscription of this.subscriptions.values()) subscription.abandon();
    this.subscriptions.clear();
  }

  private handleFatal(error: SipError): void {
    this.dead = true;
    this.presence.forget();
    this.lastError = error;
    this.connection.close();
    this.endAll("transport_error");
    this.release();
    this.stopping?.resolve();
    this.stopping = undefined;
    this.enter("failed");
    this.emit("fatal", error);
  }
}

function transportOf(server: string | undefined): "ws" | "wss" {
  return server !== undefined && parseServer(server).protocol === "ws:" ? "ws" : "wss";
}
