/** `SIPml.Stack`: one identity and its connection. */

import { partsOfAddress, partyOfTarget } from "../address.js";
import type { RemoteParty } from "../address.js";
import type { VideoSize } from "../capture.js";
import { SipError, toSipError } from "../errors.js";
import { parseServer } from "../transport.js";
import type { UserAgent, UserAgentOptions } from "../user-agent.js";
import { engine, friendlyNavigatorName } from "./engine.js";
import { EventQueue, SIPmlEventTarget, StackEvent, innerEvent } from "./events.js";
import type { EventsListener, InnerEvent, StackEventType } from "./events.js";
import { parseLiteral } from "./literal.js";
import { CallSession, RegistrationSession, returnCodeOf, usableBandwidth } from "./session.js";
import type {
  BandwidthConfiguration,
  HeaderEntry,
  Session,
  SessionConfiguration,
} from "./session.js";

/** An ICE server in any of the forms that browsers had. */
export interface IceServerConfiguration {
  readonly urls?: string | readonly string[];
  readonly url?: string;
  readonly username?: string;
  readonly credential?: string;
}

/** `SIPml.Stack.Configuration` */
export interface StackConfiguration {
  /** The domain, `example.org` or `example.org:5160`. */
  readonly realm: string;
  /** Digest user name. */
  readonly impi: string;
  /** Address of record, `sip:alice@example.org`. */
  readonly impu: string;
  readonly password?: string | null | undefined;
  readonly display_name?: string | null | undefined;
  /** Default: `wss://<realm>/`. */
  readonly websocket_proxy_url?: string | null | undefined;
  readonly outbound_proxy_url?: string | null | undefined;
  /** An array, or a text that holds an array literal; default: none. */
  readonly ice_servers?: readonly IceServerConfiguration[] | string | null | undefined;
  /** Kilobits per second. */
  readonly bandwidth?: BandwidthConfiguration | null | undefined;
  readonly video_size?: VideoSize | null | undefined;
  readonly enable_rtcweb_breaker?: boolean | undefined;
  readonly enable_click2call?: boolean | undefined;
  /** Default true. */
  readonly enable_early_ims?: boolean | undefined;
  readonly enable_media_stream_cache?: boolean | undefined;
  readonly events_listener?: EventsListener<StackEventType, StackEvent> | undefined;
  /** Added to every request; an entry without value removes. */
  readonly sip_headers?: readonly HeaderEntry[] | null | undefined;
}

const stringKeys = [
  "realm",
  "impi",
  "impu",
  "password",
  "display_name",
  "websocket_proxy_url",
  "outbound_proxy_url",
] as const;

/** Milliseconds. */
const default_stop_timeout = 3000;

/** `SIPml.Stack` */
export class Stack extends SIPmlEventTarget<StackEventType, StackEvent> {
  /** The sessions by id, until they are terminated. */
  readonly ao_sessions: Record<number, Session | undefined> = {};
  /** @internal */
  readonly queue = new EventQueue();
  /** Not a `private` property: what shows objects, as consoles do, must not show the password. */
  #configuration: StackConfiguration;
  private readonly headers = new Map<string, { readonly name: string; readonly value: string }>();
  private phase: "idle" | "starting" | "started" | "stopping" = "idle";
  private running: UserAgent | undefined;
  private readonly callSessions = new Map<number, CallSession>();

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
    this.setConfiguration(configuration);
  }

  /** Merges: what is absent stays as it is. `realm`, `impi` and `impu` are only checked. */
  setConfiguration(configuration: Partial<StackConfiguration>): number {
    checkTypes(configuration);
    const listener = configuration.events_listener;
    if (listener) this.addEventListener(listener.events, listener.listener);
    const { realm, impi, impu } = this.#configuration;
    const given = Object.entries(configuration).filter(([, value]) => value !== undefined);
    this.#configuration = { ...this.#configuration, ...Object.fromEntries(given), realm, impi, impu };
    for (const header of configuration.sip_headers ?? []) this.setHeader(header);
    if (this.running) {
      const { server: _server, ...options } = this.agentOptions();
      try {
        this.running.configure(options);
      } catch (error) {
        return returnCodeOf(error);
      }
    }
    return 0;
  }

  /** 0: connecting, or started already; -2: no connection can be made. */
  start(): number {
    if (this.phase === "starting" || this.phase === "started") return 0;
    const { environment } = engine.parts;
    if (!environment.createSocket) {
      engine.log("error", "This host has no WebSocket.");
      return -2;
    }
    try {
      parseServer(this.serverUrl());
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

  /** Ends calls, un-registers, disconnects; in at most `timeout` ms, default 3000. Returns 0. */
  stop(timeout?: number): number {
    const agent = this.running;
    if (!agent || this.phase === "stopping") {
      if (this.phase === "starting") this.phase = "idle"; // the core is still being compiled
      return 0;
    }
    this.phase = "stopping";
    this.post("stopping", innerEvent("Stack stopping"));
    const limit = Number(timeout) > 0 ? Number(timeout) : default_stop_timeout;
    agent.stop({ timeout: limit }).catch((error: unknown) => this.warn(error));
    return 0;
  }

  /**
   * `register`, `call-audio`, `call-audiovideo` or `call-video`. The types `message`, `publish`,
   * `subscribe` and `call-screenshare` are not there yet: they throw `ERR_NOT_SUPPORTED: ...`.
   */
  newSession(type: "register", configuration?: SessionConfiguration | null): RegistrationSession;
  newSession(
    type: "call-audio" | "call-audiovideo" | "call-video",
    configuration?: SessionConfiguration | null,
  ): CallSession;
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

  /** @internal Logs what a command was refused for and gives the code for it. */
  returnCode(error: unknown): number {
    this.warn(error);
    return returnCodeOf(error);
  }

  /** @internal */
  warn(error: unknown): void {
    engine.log("warn", `SIPml: ${toSipError(error).message}`);
  }

  private makeSession(type: string, configuration?: SessionConfiguration | null): Session {
    switch (type) {
      case "register":
        return new RegistrationSession(this, configuration);
      case "call-audio":
      case "call-audiovideo":
      case "call-video":
        return new CallSession(this, type, configuration);
      case "message":
      case "publish":
      case "subscribe":
      case "call-screenshare":
        throw new Error(`ERR_NOT_SUPPORTED: sessions of type '${type}' come with a later version`);
      default:
        throw new Error(`ERR_INVALID_PARAMETER_VALUE: '${type}' not valid as session type`);
    }
  }

  private launch(module: WebAssembly.Module): void {
    if (this.phase !== "starting") return; // stopped while the core was being compiled
    let agent: UserAgent;
    try {
      agent = engine.parts.createAgent(module, this.agentOptions());
    } catch (error) {
      return this.failToStart(toSipError(error));
    }
    this.running = agent;
    this.observe(agent);
    engine.levelListeners.add(this.followLevel);
    agent.start().catch(() => undefined); // told by "connection"
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
      this.callSessions.set(call.id, session);
      call.on("ended", () => this.callSessions.delete(call.id));
      this.remember(session);
      this.post("i_new_call", session.incomingEvent(), { newSession: session });
    });
    agent.on("mediaPermission", ({ call, state, error }) => {
      if (error) engine.log("warn", error.message);
      const phrases = {
        requested: "Media Requested",
        accepted: "Media Accepted",
        refused: "Media Refused",
      } as const;
      this.post(`m_permission_${state}`, innerEvent(phrases[state]));
      if (state === "requested") this.sessionOf(call.id)?.permissionAsked();
    });
  }

  private sessionOf(call: number): CallSession | undefined {
    const known = this.callSessions.get(call);
    if (known) return known;
    for (const session of Object.values(this.ao_sessions)) {
      if (session instanceof CallSession && session.isCall(call)) return session;
    }
    return undefined;
  }

  private failToStart(error: SipError): void {
    engine.log("error", error.message);
    this.release();
    this.post("failed_to_start", innerEvent("Failed to connet to the server"), {
      code: error.code,
      message: error.message,
    });
  }

  private end(error?: SipError): void {
    this.release();
    this.post(
      "stopped",
      innerEvent("Stack stopped"),
      error ? { code: error.code, message: error.message } : {},
    );
  }

  private release(): void {
    this.phase = "idle";
    this.running = undefined;
    engine.levelListeners.delete(this.followLevel);
  }

  private post(
    type: StackEventType,
    inner: InnerEvent,
    more: Partial<Pick<StackEvent, "newSession" | "code" | "message">> = {},
  ): void {
    this.queue.post(() => {
      const event = Object.assign(new StackEvent(type, inner), more);
      this.dispatchEvent({ s_type: type, o_value: event });
    });
  }

  private serverUrl(): string {
    const { websocket_proxy_url: given, realm } = this.#configuration;
    if (given) return given;
    const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(realm);
    return `${local ? "ws" : "wss"}://${realm}/`;
  }

  private setHeader({ name, value }: HeaderEntry): void {
    if (typeof name !== "string" || name === "") return;
    if (!value) this.headers.delete(name.toLowerCase());
    else if (typeof value === "string") this.headers.set(name.toLowerCase(), { name, value });
  }

  private agentOptions(): UserAgentOptions {
    const conf = this.#configuration;
    const server = this.serverUrl();
    if (!conf.websocket_proxy_url) {
      engine.log("info", `No websocket_proxy_url given, using ${server}`);
    }
    const { environment } = engine.parts;
    const bandwidth = usableBandwidth(conf.bandwidth);
    return {
      environment,
      server,
      uri: conf.impu,
      domain: conf.realm,
      authorizationUser: conf.impi,
      headers: [...this.headers.values()],
      sessionName: `Doubango Telecom - ${friendlyNavigatorName(environment.userAgent)}`,
      outboundProxy: conf.outbound_proxy_url || null,
      rtcwebBreaker: Boolean(conf.enable_rtcweb_breaker),
      click2call: Boolean(conf.enable_click2call),
      earlyIms: conf.enable_early_ims === undefined || Boolean(conf.enable_early_ims),
      iceServers: iceServersOf(conf.ice_servers),
      trace: engine.level === "info",
      ...(conf.password ? { password: conf.password } : {}),
      ...(conf.display_name ? { displayName: conf.display_name } : {}),
      ...(bandwidth ? { bandwidth } : {}),
      ...(conf.video_size ? { videoSize: conf.video_size } : {}),
    };
  }
}

function checkTypes(configuration: Partial<StackConfiguration>): void {
  const wrong = (key: string, value: unknown, wanted: string): Error =>
    new Error(
      `ERR_INVALID_PARAMETER_TYPE: '${typeof value}' not a valid type for ${key}. ` +
        `${wanted} is expected`,
    );
  for (const key of stringKeys) {
    const value: unknown = configuration[key];
    if (value && typeof value !== "string") throw wrong(key, value, "String");
  }
  const headers: unknown = configuration.sip_headers;
  if (headers && !Array.isArray(headers)) throw wrong("sip_headers", headers, "Array");
}

/** What RTCPeerConnection takes, from any form that pages have used. Bad entries are left out. */
export function iceServersOf(given: StackConfiguration["ice_servers"]): RTCIceServer[] {
  let list: unknown = given ?? [];
  if (typeof list === "string") {
    if (list.trim() === "") return [];
    try {
      list = parseLiteral(list) ?? [];
    } catch (error) {
      engine.log("error", `ice_servers cannot be read: ${String(error)}`);
      return [];
    }
  }
  if (!Array.isArray(list)) {
    engine.log("error", "ice_servers is not an array");
    return [];
  }
  return (list as unknown[]).flatMap((entry) => iceServerOf(entry) ?? []);
}

function iceServerOf(entry: unknown): RTCIceServer | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const { urls, url, username, credential } = entry as { readonly [key: string]: unknown };
  const named = urls ?? url;
  const addresses = (Array.isArray(named) ? (named as unknown[]) : [named]).filter(
    (address): address is string => typeof address === "string" && address !== "",
  );
  if (addresses.length === 0) return undefined;
  // Long ago the user stood in the URL: turn:user@host.
  const oldUser = /^turns?:([^@]+)@/i.exec(addresses[0] ?? "")?.[1];
  const user = typeof username === "string" ? username : oldUser;
  return {
    urls: addresses.map((address) => address.replace(/^(turns?:)[^@]+@/i, "$1")),
    ...(user === undefined ? {} : { username: user }),
    ...(typeof credential === "string" ? { credential } : {}),
  };
}
