/** Stand-ins for the browser and the core: virtual time, sockets, peer connections, devices. */
import type { Clock } from "../../js-glue/clock.js";
import type { AgentCore, MendedMessage, Output } from "../../js-glue/core.js";
import type { Bytes } from "../../js-glue/memory.js";
import type {
  AgentConfig,
  Command,
  Direction,
  Event as CoreEvent,
  MediaRequest,
} from "../../js-glue/protocol.js";
import type { DeviceInfo, Environment } from "../../web/environment.js";

/** Lets promises settle; virtual time stands still. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

interface Timer {
  readonly at: number;
  readonly wake: () => void;
}

/** Virtual time, shared by all clocks of one test. */
export class FakeTime {
  now = 1000;
  private readonly timers = new Set<Timer>();

  after(milliseconds: number, wake: () => void): () => void {
    const timer = { at: this.now + milliseconds, wake };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  clock(): Clock {
    let cancel: () => void = () => undefined;
    return {
      now: () => this.now,
      wakeAt: (time, wake) => {
        cancel();
        cancel = time === Infinity ? () => undefined : this.after(time - this.now, wake);
      },
    };
  }

  get pending(): number {
    return this.timers.size;
  }

  /** Fires what falls due, in order, settling promises in between. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    await settle();
    for (;;) {
      const due = [...this.timers].filter((timer) => timer.at <= end);
      const next = due.sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers.delete(next);
      this.now = Math.max(this.now, next.at);
      next.wake();
      await settle();
    }
    this.now = end;
  }
}

export class FakeSocket {
  binaryType = "blob";
  readyState = 0;
  protocol = "";
  readonly sent: (string | Uint8Array)[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(
    readonly url: string,
    readonly subprotocol: string | undefined,
  ) {}

  open(protocol = this.subprotocol ?? ""): void {
    this.protocol = protocol;
    this.readyState = 1;
    this.onopen?.();
  }

  message(data: unknown): void {
    this.onmessage?.({ data });
  }

  fail(code = 1006, reason = ""): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  send(data: string | Uint8Array): void {
    this.sent.push(data);
  }

  close(): void {
    this.closed = true;
    this.readyState = 3;
  }
}

export class FakeTrack {
  enabled = true;
  readyState: "live" | "ended" = "live";
  constructor(
    readonly kind: "audio" | "video",
    readonly id = `${kind}-track`,
  ) {}
  private listeners: (() => void)[] = [];
  readonly constraints: MediaTrackConstraints[] = [];
  stop(): void {
    this.readyState = "ended";
  }
  getSettings(): MediaTrackSettings {
    return { deviceId: `${this.kind}input-1`, groupId: "group" };
  }
  /** A picture of more than 1280 pixels is too large for it. */
  applyConstraints(constraints: MediaTrackConstraints): Promise<void> {
    const { width } = constraints;
    if (typeof width === "object" && Number(width.min) > 1280) {
      return Promise.reject(domError("OverconstrainedError"));
    }
    this.constraints.push(constraints);
    return Promise.resolve();
  }
  clone(): FakeTrack {
    return new FakeTrack(this.kind, `${this.id}-copy`);
  }
  addEventListener(_type: "ended", listener: () => void): void {
    this.listeners.push(listener);
  }
  removeEventListener(_type: "ended", listener: () => void): void {
    this.listeners = this.listeners.filter((other) => other !== listener);
  }
  get watched(): boolean {
    return this.listeners.length > 0;
  }
  /** The browser or the device ends it. */
  end(): void {
    this.readyState = "ended";
    for (const listener of this.listeners) listener();
  }
}

export class FakeStream {
  private tracks: FakeTrack[];
  constructor(tracks: readonly FakeTrack[] = []) {
    this.tracks = [...tracks];
  }
  getTracks(): FakeTrack[] {
    return [...this.tracks];
  }
  getAudioTracks(): FakeTrack[] {
    return this.tracks.filter((track) => track.kind === "audio");
  }
  getVideoTracks(): FakeTrack[] {
    return this.tracks.filter((track) => track.kind === "video");
  }
  addTrack(track: FakeTrack): void {
    if (!this.tracks.includes(track)) this.tracks.push(track);
  }
  removeTrack(track: FakeTrack): void {
    this.tracks = this.tracks.filter((other) => other !== track);
  }
}

/** Plays a tone when it is told to. */
export class FakeToneSender {
  canInsertDTMF = true;
  toneBuffer = "";
  readonly inserted: { readonly tones: string; readonly duration?: number; readonly gap?: number }[] = [];
  private readonly listeners = new Set<(event: { readonly tone: string }) => void>();
  insertDTMF(tones: string, duration?: number, gap?: number): void {
    this.toneBuffer = tones;
    this.inserted.push({
      tones,
      ...(duration === undefined ? {} : { duration }),
      ...(gap === undefined ? {} : { gap }),
    });
  }
  addEventListener(_type: "tonechange", listener: (event: { readonly tone: string }) => void): void {
    this.listeners.add(listener);
  }
  removeEventListener(_type: "tonechange", listener: (event: { readonly tone: string }) => void): void {
    this.listeners.delete(listener);
  }
  play(): void {
    const tone = this.toneBuffer.slice(0, 1);
    this.toneBuffer = this.toneBuffer.slice(1);
    for (const listener of [...this.listeners]) listener({ tone });
  }
}

export class FakeSender {
  track: FakeTrack | null = null;
  dtmf: FakeToneSender | null = null;
  streams: readonly FakeStream[] = [];
  /** What setParameters was given, and whether it was asked for a key frame. */
  readonly parameters: { maxBitrate?: number; active?: boolean; keyFrame?: boolean }[] = [];
  /** Whether this browser knows `encodingOptions`. */
  makesKeyFrames = true;
  private encoding: RTCRtpEncodingParameters = { active: true };
  getParameters(): RTCRtpSendParameters {
    return { encodings: [{ ...this.encoding }] } as unknown as RTCRtpSendParameters;
  }
  setParameters(given: RTCRtpSendParameters, options?: { encodingOptions?: unknown }): Promise<void> {
    this.encoding = given.encodings[0] ?? {};
    const { maxBitrate, active } = this.encoding;
    const keyFrame = options && this.makesKeyFrames && Array.isArray(options.encodingOptions);
    this.parameters.push({
      ...(maxBitrate === undefined ? {} : { maxBitrate }),
      ...(active === undefined ? {} : { active }),
      ...(keyFrame ? { keyFrame } : {}),
    });
    return Promise.resolve();
  }
  replaceTrack(track: FakeTrack | null): Promise<void> {
    this.track = track;
    return Promise.resolve();
  }
  setStreams(...streams: FakeStream[]): void {
    this.streams = streams;
  }
}

export class FakeTransceiver {
  mid: string | null = null;
  direction: Direction | "stopped";
  currentDirection: Direction | "stopped" | null = null;
  readonly sender = new FakeSender();
  readonly receiver: { readonly track: FakeTrack };
  constructor(
    readonly kind: "audio" | "video",
    direction: Direction,
  ) {
    this.direction = direction;
    this.receiver = { track: new FakeTrack(kind, `remote-${kind}`) };
  }
  stop(): void {
    this.direction = "stopped";
    this.currentDirection = "stopped";
  }
}

interface Description {
  readonly type: string;
  readonly sdp?: string;
}

export interface IceUrlEvent {
  readonly candidate?: { readonly candidate: string; readonly type: string; readonly url?: string };
  readonly url?: string;
}

/** Descriptions are texts such as `offer 1 audio:sendrecv video:inactive`. */
export class FakePeerConnection {
  signalingState = "stable";
  iceGatheringState = "new";
  iceConnectionState = "new";
  connectionState = "new";
  localDescription: Description | null = null;
  remoteDescription: Description | null = null;
  closed = false;
  /** Completes gathering as soon as it begins. */
  autoGather = true;
  /** A restart of ICE does not show in `iceGatheringState` at once, as in browsers. */
  gatherLater = false;
  readonly offerOptions: unknown[] = [];
  supportsPranswer = true;
  /** As Firefox: an offer in the place of another brings new transceivers. */
  forgetsOffer = false;
  refuseRemote: Error | undefined;
  onicecandidateerror: (() => void) | null = null;
  onicegatheringstatechange: (() => void) | null = null;
  readonly log: string[] = [];
  private transceivers: FakeTransceiver[] = [];
  private readonly listeners = new Map<string, ((event: object) => void)[]>();
  private round = 0;
  private rollbackTo: Description | null = null;
  /** What goes when the offer of the peer is taken back (W3C webrtc 4.4.1.5). */
  private readonly madeByOffer = new Set<FakeTransceiver>();

  constructor(readonly configuration: RTCConfiguration) {}

  addEventListener(type: string, listener: (event: object) => void): void {
    this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener]);
  }

  private fire(type: string, event: object = {}): void {
    for (const listener of this.listeners.get(type) ?? []) listener(event);
  }

  getTransceivers(): FakeTransceiver[] {
    return [...this.transceivers];
  }

  getReceivers(): { readonly track: FakeTrack }[] {
    return this.transceivers.filter((t) => t.direction !== "stopped").map((t) => t.receiver);
  }

  transceiver(kind: "audio" | "video"): FakeTransceiver | undefined {
    return this.transceivers.find((t) => t.kind === kind && t.direction !== "stopped");
  }

  addTransceiver(
    kind: "audio" | "video",
    init: { direction: Direction; streams?: FakeStream[] },
  ): FakeTransceiver {
    const transceiver = new FakeTransceiver(kind, init.direction);
    transceiver.sender.streams = init.streams ?? [];
    this.transceivers.push(transceiver);
    return transceiver;
  }

  /** What getStats gives. */
  stats: ReadonlyMap<string, Readonly<Record<string, unknown>>> = new Map();

  getStats(): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
    return this.closed ? Promise.reject(new Error("closed")) : Promise.resolve(this.stats);
  }

  createDataChannel(): object {
    return {};
  }

  private describe(type: string): Description {
    if (this.closed) throw new Error("closed");
    this.round += 1;
    const offered = this.transceivers.filter((t) => t.direction !== "stopped" || t.mid !== null);
    const lines = offered.map((t) => `${t.kind}:${t.direction}`);
    return { type, sdp: [type, this.round, ...lines].join(" ") };
  }

  createOffer(options?: RTCOfferOptions): Promise<Description> {
    this.log.push("createOffer");
    this.offerOptions.push(options);
    return Promise.resolve().then(() => this.describe("offer"));
  }

  createAnswer(): Promise<Description> {
    this.log.push("createAnswer");
    return Promise.resolve().then(() => this.describe("answer"));
  }

  async setLocalDescription(given?: Description): Promise<void> {
    await Promise.resolve();
    if (this.closed) throw new Error("closed");
    const description = given ?? this.describe("offer");
    this.log.push(`local ${description.type}`);
    if (description.type === "rollback") {
      this.signalingState = "stable";
      this.localDescription = this.rollbackTo;
      return;
    }
    if (description.type === "offer") {
      this.rollbackTo = this.localDescription;
      this.signalingState = "have-local-offer";
    } else {
      this.signalingState = "stable";
    }
    this.localDescription = description;
    this.transceivers.forEach((t, index) => (t.mid ??= String(index)));
    if (description.type === "answer") this.agree();
    if (this.gatherLater) return;
    if (this.iceGatheringState !== "complete") this.gathering("gathering");
    if (this.autoGather) this.gathering("complete");
  }

  async setRemoteDescription(description: Description): Promise<void> {
    await Promise.resolve();
    if (this.closed) throw new Error("closed");
    this.log.push(`remote ${description.type}`);
    if (this.refuseRemote) throw this.refuseRemote;
    if (description.type === "rollback") {
      this.signalingState = "stable";
      this.transceivers = this.transceivers.filter((made) => !this.madeByOffer.has(made));
      return;
    }
    this.madeByOffer.clear();
    if (description.type === "pranswer" && !this.supportsPranswer) throw new Error("no pranswer");
    if (this.forgetsOffer && this.signalingState === "have-remote-offer") this.transceivers = [];
    if (description.type === "offer") this.signalingState = "have-remote-offer";
    else if (this.signalingState === "stable") throw new Error("wrong state");
    else this.signalingState = description.type === "answer" ? "stable" : "have-remote-pranswer";
    this.remoteDescription = description;
    const lines = (description.sdp ?? "").split(" ").filter((word) => word.includes(":"));
    lines.forEach((line, index) => {
      const [kind, direction] = line.split(":") as ["audio" | "video", Direction];
      let transceiver = this.transceivers.find((t) => t.mid === String(index));
      if (transceiver?.direction === "stopped") transceiver = undefined;
      if (!transceiver) {
        transceiver = this.addTransceiver(kind, { direction: "recvonly" });
        transceiver.mid = String(index);
        this.madeByOffer.add(transceiver);
      }
      if (direction === "sendrecv" || direction === "sendonly") {
        this.fire("track", { track: transceiver.receiver.track });
      }
    });
    if (description.type === "answer") this.agree();
  }

  /** What both descriptions leave of each line. */
  private agree(): void {
    const theirs = (this.remoteDescription?.sdp ?? "").split(" ").filter((word) => word.includes(":"));
    for (const transceiver of this.transceivers) {
      if (transceiver.mid === null || transceiver.direction === "stopped") continue;
      const their = theirs[Number(transceiver.mid)]?.split(":")[1] ?? "inactive";
      const send = /send/.test(transceiver.direction) && /recv/.test(their);
      const receive = /recv/.test(transceiver.direction) && /send/.test(their);
      transceiver.currentDirection =
        send && receive ? "sendrecv" : send ? "sendonly" : receive ? "recvonly" : "inactive";
    }
  }

  /** The states that browsers tell of one transport. */
  becomes(state: string, ice: string): void {
    this.connectionState = state;
    this.iceConnectionState = ice;
    this.fire("iceconnectionstatechange");
    this.fire("connectionstatechange");
  }

  gathering(state: string): void {
    this.iceGatheringState = state;
    this.fire("icegatheringstatechange");
    this.onicegatheringstatechange?.();
  }

  candidate(type: string, url?: string): void {
    const candidate = {
      candidate: `${type} candidate`,
      type,
      sdpMid: "0",
      usernameFragment: "frag",
      ...(url ? { url } : {}),
    };
    this.fire("icecandidate", { candidate });
  }

  /** What addIceCandidate was given. */
  readonly added: RTCIceCandidateInit[] = [];

  addIceCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    if (!this.remoteDescription) return Promise.reject(new Error("no remote description"));
    if (candidate.candidate === "bad") return Promise.reject(new Error("cannot be read"));
    this.added.push(candidate);
    return Promise.resolve();
  }

  candidateError(url: string, errorCode = 701, errorText = "no answer"): void {
    this.fire("icecandidateerror", { url, errorCode, errorText });
    this.onicecandidateerror?.();
  }

  close(): void {
    this.closed = true;
    this.signalingState = "closed";
    this.connectionState = "closed";
  }
}

export class FakeElement {
  srcObject: MediaProvider | null = null;
  /** The speaker. */
  speaker = "";
  plays = 0;
  play(): Promise<void> {
    this.plays += 1;
    return Promise.resolve();
  }
}

/** A named DOMException. */
export function domError(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}

export interface FakeBrowserOptions {
  /** What getUserMedia does; default: gives tracks. */
  readonly getUserMedia?: (constraints: MediaStreamConstraints) => Promise<FakeStream>;
  readonly permission?: PermissionState;
  readonly secure?: boolean;
  readonly withoutWebRtc?: boolean;
  readonly withoutDevices?: boolean;
  readonly withoutScreen?: boolean;
  readonly withoutSpeakers?: boolean;
  readonly onPeerConnection?: (connection: FakePeerConnection) => void;
  readonly probeHttp?: (url: string) => Promise<unknown>;
  readonly devices?: readonly string[];
}

/** A browser in virtual time. */
export class FakeBrowser {
  readonly time = new FakeTime();
  readonly sockets: FakeSocket[] = [];
  readonly connections: FakePeerConnection[] = [];
  readonly captures: MediaStreamConstraints[] = [];
  readonly streams: FakeStream[] = [];
  readonly environment: Environment;
  /** What watches whether the page goes away and comes back. */
  page: { readonly gone: () => void; readonly back: () => void } | undefined;
  /** Of this tab. */
  readonly kept = new Map<string, string>();
  permission: PermissionState;
  getUserMedia: (constraints: MediaStreamConstraints) => Promise<FakeStream>;
  /** What listDevices tells. */
  devices: DeviceInfo[];
  /** Tells that devices came or went; undefined: nobody listens. */
  devicesChanged: (() => void) | undefined;
  readonly mixes: { of: readonly MediaStreamTrack[]; track: FakeTrack; closed: boolean }[] = [];
  readonly screenRequests: DisplayMediaStreamOptions[] = [];
  /** What the person chooses; default: a window, with sound if it is asked for. */
  getDisplayMedia = (options: DisplayMediaStreamOptions): Promise<FakeStream> => {
    const tracks = [new FakeTrack("video", "screen")];
    if (options.audio) tracks.push(new FakeTrack("audio", "screen-sound"));
    return Promise.resolve(new FakeStream(tracks));
  };

  constructor(options: FakeBrowserOptions = {}) {
    this.permission = options.permission ?? "prompt";
    this.getUserMedia =
      options.getUserMedia ??
      ((constraints) => {
        const tracks: FakeTrack[] = [];
        if (constraints.audio) tracks.push(new FakeTrack("audio"));
        if (constraints.video) tracks.push(new FakeTrack("video"));
        return Promise.resolve(new FakeStream(tracks));
      });
    const { devices = ["audioinput", "videoinput"], probeHttp } = options;
    this.devices = devices.map((kind) => ({
      deviceId: `${kind}-1`,
      groupId: "group",
      kind: kind as MediaDeviceKind,
      label: kind,
    }));
    this.environment = {
      createClock: () => this.time.clock(),
      after: (milliseconds, callback) => this.time.after(milliseconds, callback),
      randomBytes: (count) => new Uint8Array(count).fill(7),
      createSocket: (url, subprotocol) => {
        const socket = new FakeSocket(url, subprotocol);
        this.sockets.push(socket);
        return socket as unknown as WebSocket;
      },
      probeHttp: probeHttp ?? (() => Promise.reject(new TypeError("Failed to fetch"))),
      createPeerConnection: options.withoutWebRtc
        ? undefined
        : (configuration) => {
            const connection = new FakePeerConnection(configuration);
            options.onPeerConnection?.(connection);
            this.connections.push(connection);
            return connection as unknown as RTCPeerConnection;
          },
      createStream: () => new FakeStream() as unknown as MediaStream,
      getUserMedia: options.withoutDevices
        ? undefined
        : async (constraints) => {
            this.captures.push(constraints);
            const stream = await this.getUserMedia(constraints);
            this.streams.push(stream);
            return stream as unknown as MediaStream;
          },
      listDevices: () => Promise.resolve(this.devices),
      watchDevices: (changed) => {
        this.devicesChanged = changed;
        return () => (this.devicesChanged = undefined);
      },
      setSpeaker: options.withoutSpeakers
        ? undefined
        : (element, deviceId) => this.setSpeaker(element as unknown as FakeElement, deviceId),
      mixAudio: (tracks) => {
        const mix = { of: tracks, track: new FakeTrack("audio", "mix"), closed: false };
        this.mixes.push(mix);
        const close = (): void => void (mix.closed = true);
        return { track: mix.track as unknown as MediaStreamTrack, close };
      },
      getDisplayMedia: options.withoutScreen
        ? undefined
        : async (given) => {
            this.screenRequests.push(given);
            return (await this.getDisplayMedia(given)) as unknown as MediaStream;
          },
      queryPermission: () => Promise.resolve(this.permission),
      watchPage: (gone, back) => {
        this.page = { gone, back };
        return () => (this.page = undefined);
      },
      storage: {
        getItem: (key) => this.kept.get(key) ?? null,
        setItem: (key, value) => void this.kept.set(key, value),
      },
      isSecureContext: options.secure ?? true,
      userAgent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0 Safari/537.36",
    };
  }

  /** Devices came or went: these are there now. */
  changeDevices(devices: readonly DeviceInfo[]): void {
    this.devices = [...devices];
    this.devicesChanged?.();
  }

  private setSpeaker(element: FakeElement, deviceId: string): Promise<void> {
    if (deviceId !== "" && !this.devices.some((device) => device.deviceId === deviceId)) {
      return Promise.reject(domError("NotFoundError"));
    }
    element.speaker = deviceId;
    return Promise.resolve();
  }

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }

  get connection(): FakePeerConnection {
    const connection = this.connections.at(-1);
    if (!connection) throw new Error("no peer connection was made");
    return connection;
  }
}

/** What a test tells the fake core to put out. */
export type Scripted =
  | { readonly event: CoreEvent; readonly body?: string }
  | { readonly media: MediaRequest; readonly body?: string }
  | { readonly transmit: string }
  | { readonly log: "sent" | "received"; readonly body: string };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function outputOf(scripted: Scripted): Output {
  if ("event" in scripted) {
    return { kind: "event", event: scripted.event, body: encoder.encode(scripted.body ?? "") };
  }
  if ("media" in scripted) {
    return { kind: "media", request: scripted.media, body: encoder.encode(scripted.body ?? "") };
  }
  if ("log" in scripted) {
    const log = { direction: scripted.log };
    return { kind: "log", log, body: encoder.encode(scripted.body) };
  }
  return { kind: "transmit", body: encoder.encode(scripted.transmit) };
}

/** A core without SIP: it connects, counts ids, and puts out what messages from outside hold. */
export class FakeCore implements AgentCore {
  config: AgentConfig | undefined;
  readonly commands: { readonly command: Command; readonly body: string }[] = [];
  readonly inputs: string[] = [];
  wakeUp = Infinity;
  /** Extra outputs of a command; may throw. */
  onCommand: (command: Command, id: number) => readonly Scripted[] = () => [];
  onTimer: () => readonly Scripted[] = () => [];
  /** Throws at the next input. */
  trap: Error | undefined;
  private readonly outputs: Output[] = [];
  private state: "idle" | "connecting" | "connected" = "idle";
  private ids = 0;

  put(...scripted: readonly Scripted[]): void {
    this.outputs.push(...scripted.map(outputOf));
  }

  createAgent(config: AgentConfig): number {
    this.config = config;
    return 1;
  }

  destroyAgent(): void {
    this.inputs.push("destroy");
  }

  connected(): void {
    this.input("connected");
    this.state = "connected";
    this.put({ event: { type: "connection", state: "connected" } });
  }

  disconnected(): void {
    this.input("disconnected");
    const state = this.state === "connected" ? "reconnecting" : "failed";
    this.state = "idle";
    this.put({ event: { type: "connection", state } });
  }

  receive(_agent: number, message: Uint8Array): void {
    this.input("receive");
    this.put(...(JSON.parse(decoder.decode(message)) as Scripted[]));
  }

  command(_agent: number, command: Command, body: Bytes, _now: number): number {
    this.input(command.type);
    this.commands.push({ command, body: typeof body === "string" ? body : decoder.decode(body) });
    let id = 0;
    switch (command.type) {
      case "start":
        this.state = "connecting";
        this.put(
          { event: { type: "connection", state: "connecting" } },
          { event: { type: "connect" } },
        );
        break;
      case "stop":
        this.state = "idle";
        this.put({ event: { type: "disconnect" } }, { event: { type: "stopped" } });
        break;
      case "register":
        id = command.registration ?? ++this.ids;
        break;
      case "publish":
        id = command.publication ?? ++this.ids;
        break;
      case "subscribe":
        id = command.subscription ?? ++this.ids;
        break;
      case "call":
      case "request":
      case "accept_transfer":
        id = ++this.ids;
        break;
    }
    this.put(...this.onCommand(command, id));
    return id;
  }

  timerFired(): void {
    this.input("timer");
    this.wakeUp = Infinity;
    this.put(...this.onTimer());
  }

  deadline(): number {
    return this.wakeUp;
  }

  poll(): Output | undefined {
    return this.outputs.shift();
  }

  /** Marks what it mended; a password is a secret. */
  mend(message: Uint8Array): MendedMessage {
    this.input("mend");
    const text = `${decoder.decode(message)} mended`;
    return { message: encoder.encode(text), shown: text.replace("secret", "***") };
  }

  /** The commands of one type, in order. */
  of<Type extends Command["type"]>(type: Type): Extract<Command, { type: Type }>[] {
    return this.commands
      .map(({ command }) => command)
      .filter((command): command is Extract<Command, { type: Type }> => command.type === type);
  }

  private input(name: string): void {
    if (this.trap) throw this.trap;
    this.inputs.push(name);
  }
}

/** Hands the core's next outputs in, as a message from the server. */
export function tell(browser: FakeBrowser, ...scripted: readonly Scripted[]): void {
  browser.socket.message(JSON.stringify(scripted));
}
