/** `SIPml.Stack`: one identity and its connection. */

import { partsOfAddress, partyOfTarget } from "../address.js";
import type { RemoteParty } from "../address.js";
import { SipError, toSipError } from "../errors.js";
import { parseServer } from "../transport.js";
import type { UserAgent, UserAgentOptions } from "../user-agent.js";
import { CallSession } from "./call-session.js";
import { engine, friendlyNavigatorName } from "./engine.js";
import { EventQueue, SIPmlEventTarget, StackEvent, innerEvent } from "./events.js";
import type { InnerEvent, StackEventType } from "./events.js";
import { MessageSession } from "./message-session.js";
import { PublishSession } from "./publish-session.js";
import { RegistrationSession } from "./registration-session.js";
import { HeaderMap, usableBandwidth, withUsable } from "./session-configuration.js";
import type { SessionConfiguration } from "./session-configuration.js";
import { returnCodeOf } from "./session.js";
import type { Session } from "./session.js";
import { checkTypes, iceServersOf, objectOf } from "./stack-configuration.js";
import type { StackConfiguration } from "./stack-configuration.js";
import { InnerStack } from "./stack-view.js";
import type { StackPhase } from "./stack-view.js";
import { SubscribeSession, notifyEvent } from "./subscribe-session.js";

/** Milliseconds. */
const default_stop_timeout = 3000;

const permissionPhrases = {
  requested: "Media Requested",
  accepted: "Media Accepted",
  refused: "Media Refused",
} as const;

/**
 * One identity and its connection. The constructor calls `SIPml.init()` itself.
 * @example
 * const stack = new SIPml.Stack({
 *   realm: "example.org",
 *   impi: "alice",
 *   impu: "sip:alice@example.org",
 *   password: "secret",
 *   websocket_proxy_url: "wss://sip.example.org",
 *   events_listener: { events: "started", listener: () => stack.newSession("register").register() },
 * });
 * stack.start();
 */
export class Stack extends SIPmlEventTarget<StackEventType, StackEvent> {
  /** The sessions by id, until they are terminated. */
  readonly ao_sessions: Record<number, Session | undefined> = {};
  /** The original's private stack, under the property names that pages use. */
  readonly o_stack: InnerStack;
  /** @internal */
  readonly queue = new EventQueue();
  /** Not a `private` property: what shows objects, as consoles do, must not show the password. */
  #configuration: StackConfiguration;
  private readonly headers = new HeaderMap();
  private phase: StackPhase = "idle";
  private running: UserAgent | undefined;

  /**
   * Calls `SIPml.init()`.
   * @throws Error with the original's `ERR_...` text for a value that is missing or wrong
   */
  constructor(configuration: StackConfiguration) {
    super();
    engine.init();
    const invalid = (text: string): Error => new Error(`ERR_INVALID_PARAMETER_VALUE: ${text}`);
    if (!configuration) throw invalid("null configuration value");
    for (const key of ["realm", "impi", "impu"] as const) {
      const value = configuration[key];
      if (!value) throw invalid(`'${String(value)}' is not valid as ${key} value`);
    }
    checkTypes(configuration);
    if (!partsOfAddress(configuration.impu)) {
      throw invalid(`'${configuration.impu}' is not valid as SIP Uri`);
    }
    this.#configuration = { ...configuration };
    this.o_stack = new InnerStack({
      phase: () => this.phase,
      own: () => this.ownParty(),
      impi: () => this.#configuration.impi,
      headers: () => this.headers.views(() => this.reconfigure()),
      iceServers: () => iceServersOf(this.#configuration.ice_servers),
      setIceServers: (value) => {
        this.setConfiguration({ ice_servers: value as StackConfiguration["ice_servers"] });
      },
    });
    this.setConfiguration(configuration);
  }

  /**
   * Merges: what is absent stays as it is. `realm`, `impi` and `impu` are only checked.
   * @example stack.setConfiguration({ display_name: "Alice" });
   */
  setConfiguration(configuration: Partial<StackConfiguration>): number {
    const given = configuration ?? {};
    checkTypes(given);
    const listener = given.events_listener;
    if (listener) this.addEventListener(listener.events, listener.listener);
    const { realm, impi, impu } = this.#configuration;
    const known = Object.entries(given).filter(([, value]) => value !== undefined);
    this.#configuration = { ...this.#configuration, ...Object.fromEntries(known), realm, impi, impu };
    this.headers.set(given.sip_headers);
    return this.reconfigure();
  }

  /**
   * Connects. 0: it does, or is connected already; -2: no connection can be made.
   * @example if (stack.start() !== 0) alert("Failed to start the SIP stack");
   */
  start(): number {
    if (this.phase === "starting" || this.phase === "started") return 0;
    const { environment } = engine.parts;
    if (!environment.createSocket) {
      engine.log("error", "This host has no WebSocket.");
      return -2;
    }
    try {
      for (const url of this.serverUrls()) parseServer(url);
    } catch (error) {
      engine.log("error", toSipError(error).message);
      return -2;
    }
    this.phase = "starting";
    this.post("starting", innerEvent("Stack starting"));
    engine.withModule(
      (module) => this.launch(module),
      (error) => this.failToStart(new SipError("crashed", error.message, { cause: error })),
    );
    return 0;
  }

  /**
   * Ends calls, un-registers, disconnects; in at most `timeout` ms, default 3000. Returns 0.
   * @example window.addEventListener("pagehide", () => stack.stop());
   */
  stop(timeout?: number): number {
    const agent = this.running;
    if (!agent || this.phase === "stopping") {
      if (this.phase === "starting") this.phase = "idle"; // the core is still being compiled
      return 0;
    }
    const before = this.phase;
    this.phase = "stopping";
    this.post("stopping", innerEvent("Stack stopping"));
    const limit = Number(timeout) > 0 ? Number(timeout) : default_stop_timeout;
    agent.stop({ timeout: limit }).catch((error: unknown) => {
      if (this.running !== agent || this.phase !== "stopping") return;
      this.phase = before;
      const { code, message } = toSipError(error);
      this.post("failed_to_stop", innerEvent("Failed to stop the stack"), { code, message });
    });
    return 0;
  }

  /**
   * Makes a session; nothing is sent.
   * @example stack.newSession("call-audiovideo", { video_remote: video }).call("bob");
   */
  newSession(type: "register", configuration?: SessionConfiguration | null): RegistrationSession;
  newSession(
    type: "call-audio" | "call-audiovideo" | "call-video" | "call-screenshare",
    configuration?: SessionConfiguration | null,
  ): CallSession;
  newSession(type: "message", configuration?: SessionConfiguration | null): MessageSession;
  newSession(type: "publish", configuration?: SessionConfiguration | null): PublishSession;
  newSession(type: "subscribe", configuration?: SessionConfiguration | null): SubscribeSession;
  newSession(type: string, configuration?: SessionConfiguration | null): Session;
  newSession(type: string, configuration?: SessionConfiguration | null): Session {
    const session = this.makeSession(type, configuration);
    this.remember(session);
    return session;
  }

  /** @internal The agent of a stack that was started; undefined otherwise. */
  get agent(): UserAgent | undefined {
    return this.phase === "started" || this.phase === "starting" ? this.running : undefined;
  }

  /** @internal */
  get realm(): string {
    return this.#configuration.realm;
  }

  /** @internal */
  ownParty(from?: string): RemoteParty {
    const party = partyOfTarget(from ?? this.#configuration.impu, this.realm);
    return { ...party, displayName: this.#configuration.display_name ?? party.displayName };
  }

  /** @internal */
  remember(session: Session): void {
    this.ao_sessions[session.getId()] = session;
  }

  /** @internal */
  forget(session: Session): void {
    delete this.ao_sessions[session.getId()];
  }

  /** @internal */
  warn(error: unknown): void {
    engine.log("warn", `SIPml: ${toSipError(error).message}`);
  }

  /** @internal */
  tellPermission(state: "requested" | "accepted" | "refused", error?: unknown): void {
    if (error !== undefined) this.warn(error);
    this.post(`m_permission_${state}`, innerEvent(permissionPhrases[state]));
  }

  private makeSession(type: string, configuration?: SessionConfiguration | null): Session {
    switch (type) {
      case "register":
        return new RegistrationSession(this, configuration);
      case "call-audio":
      case "call-audiovideo":
      case "call-video":
      case "call-screenshare":
        return new CallSession(this, type, configuration);
      case "message":
        return new MessageSession(this, configuration);
      case "publish":
        return new PublishSession(this, configuration);
      case "subscribe":
        return new SubscribeSession(this, configuration);
      default:
        throw new Error(`ERR_INVALID_PARAMETER_VALUE: '${type}' not valid as session type`);
    }
  }

  private launch(module: WebAssembly.Module): void {
    if (this.phase !== "starting") return; // stopped while the core was being compiled
    let agent: UserAgent;
    try {
      agent = withUsable(this.agentOptions(), (options) =>
        engine.parts.createAgent(module, options),
      );
    } catch (error) {
      return this.failToStart(toSipError(error));
    }
    this.running = agent;
    this.observe(agent);
    engine.levelListeners.add(this.followLevel);
    agent.start().catch(() => undefined); // told by "connection"
  }

  /** The running agent learns what has changed. */
  private reconfigure(): number {
    const agent = this.running;
    if (!agent) return 0;
    const { environment: _environment, server: _server, ...options } = this.agentOptions();
    try {
      withUsable(options, (usable) => agent.configure(usable));
      return 0;
    } catch (error) {
      this.warn(error);
      return returnCodeOf(error);
    }
  }

  private readonly followLevel = (): void => {
    try {
      this.running?.configure({ trace: engine.level === "info" });
    } catch (error) {
      this.warn(error);
    }
  };

  private observe(agent: UserAgent): void {
    const current = (): boolean => this.running === agent;
    agent.on("connection", ({ state, error }) => {
      if (!current()) return;
      if (error) engine.log(state === "failed" ? "error" : "warn", error.message);
      if (state === "connected" && this.phase === "starting") {
        this.phase = "started";
        this.post("started", innerEvent("Stack started"));
      } else if (state === "failed") {
        const reason =
          error ?? new SipError("server_unreachable", "The server could not be reached.");
        if (this.phase === "starting") this.failToStart(reason);
        else this.end(reason);
      }
    });
    agent.on("stopped", () => {
      if (current()) this.end();
    });
    agent.on("log", ({ direction, text }) => {
      engine.log("info", direction === "sent" ? `SEND: ${text}` : `recv=${text}`);
    });
    agent.on("diagnostic", ({ code, text }) => engine.log("warn", `${code}: ${text}`));
    agent.on("call", (call) => {
      const session = new CallSession(this, call);
      this.remember(session);
      this.post("i_new_call", session.incomingEvent(), { newSession: session });
    });
    agent.on("message", (message) => {
      const session = new MessageSession(this, null, message);
      this.remember(session);
      this.post("i_new_message", session.incomingEvent(), { newSession: session });
    });
    agent.on("notify", (notification) => {
      const inner = notifyEvent(notification, notification.from, this.ownParty());
      this.post("i_notify", inner, { notification });
    });
    for (const name of ["requestSent", "requestReceived"] as const) {
      agent.on(name, ({ usage, method, message }) => {
        const type = name === "requestSent" ? "o_request" : "i_request";
        for (const session of this.sessions()) {
          if (session.usage === usage) session.tellRequest(type, method, message);
        }
      });
    }
    agent.on("mediaPermission", ({ call, state, error }) => {
      this.tellPermission(state, error);
      if (state !== "requested") return;
      for (const session of this.sessions()) {
        if (session instanceof CallSession && session.usage === call.id) session.permissionAsked();
      }
    });
  }

  private sessions(): Session[] {
    return Object.values(this.ao_sessions).filter((session) => session !== undefined);
  }

  private failToStart(error: SipError): void {
    engine.log("error", error.message);
    this.release("idle");
    this.post("failed_to_start", innerEvent("Failed to connet to the server"), {
      code: error.code,
      message: error.message,
    });
  }

  private end(error?: SipError): void {
    for (const session of this.sessions()) session.abandon();
    this.release("stopped");
    this.post(
      "stopped",
      innerEvent("Stack stopped"),
      error ? { code: error.code, message: error.message } : {},
    );
  }

  private release(phase: StackPhase): void {
    this.phase = phase;
    // An agent whose connection failed is not stopped.
    this.running?.releaseMedia();
    this.running = undefined;
    engine.levelListeners.delete(this.followLevel);
  }

  private post(
    type: StackEventType,
    inner: InnerEvent,
    more: Partial<Pick<StackEvent, "newSession" | "code" | "message" | "notification">> = {},
  ): void {
    this.queue.post(() => {
      const event = Object.assign(new StackEvent(type, inner), more);
      if (more.newSession) inner.o_session = more.newSession.o_session;
      this.dispatchEvent({ s_type: type, o_value: event });
    });
  }

  private serverUrls(): readonly string[] {
    const { websocket_proxy_urls: several, websocket_proxy_url: one, realm } = this.#configuration;
    if (several && several.length > 0) return several;
    if (one) return [one];
    const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(realm);
    return [`${local ? "ws" : "wss"}://${realm}/`];
  }

  private agentOptions(): UserAgentOptions {
    const conf = this.#configuration;
    const servers = this.serverUrls();
    if (!conf.websocket_proxy_url && !conf.websocket_proxy_urls) {
      engine.log("info", `No websocket_proxy_url given, using ${servers[0]}`);
    }
    const { environment } = engine.parts;
    const bandwidth = usableBandwidth(objectOf("bandwidth", conf.bandwidth));
    const videoSize = objectOf("video_size", conf.video_size);
    return {
      environment,
      streamCache: Boolean(conf.enable_media_stream_cache),
      server: servers.length === 1 ? (servers[0] ?? "") : servers,
      uri: conf.impu,
      domain: conf.realm,
      authorizationUser: conf.impi,
      headers: this.headers.list(),
      sessionName: `Doubango Telecom - ${friendlyNavigatorName(environment.userAgent)}`,
      outboundProxy: conf.outbound_proxy_url || null,
      rtcwebBreaker: Boolean(conf.enable_rtcweb_breaker),
      click2call: Boolean(conf.enable_click2call),
      earlyIms: conf.enable_early_ims === undefined || Boolean(conf.enable_early_ims),
      iceServers: iceServersOf(conf.ice_servers),
      trace: engine.level === "info",
      requestEvents: true,
      ...(conf.password ? { password: conf.password } : {}),
      ...(conf.display_name ? { displayName: conf.display_name } : {}),
      ...(bandwidth ? { bandwidth } : {}),
      ...(videoSize ? { videoSize } : {}),
      ...conf.options,
    };
  }
}
