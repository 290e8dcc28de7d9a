/** When a description has enough ICE candidates to leave (RFC 8445, without trickling). */

import type { Environment } from "./environment.js";

/**
 * No further candidate for this long, once every server has yielded, is enough, in milliseconds.
 * Browsers open all UDP ports at once; what follows later are TCP candidates without a port.
 */
const settled_period = 50;

interface ExpectedServer {
  readonly address: string;
  readonly relays: boolean;
}

/** How long a description may wait, in milliseconds. */
export interface GatheringLimits {
  /** In all: a TURN server that is still allocating may take as long. */
  readonly longest: number;
  /** Since the last candidate, while servers are silent that are not needed. */
  readonly quiet: number;
}

/** Watches one peer connection from before its first local description. */
export class Gathering {
  private readonly environment: Environment;
  private readonly connection: RTCPeerConnection;
  private readonly now: () => number;
  private readonly expected: readonly ExpectedServer[];
  private readonly relayOnly: boolean;
  private waiting: Set<ExpectedServer>;
  private candidates = 0;
  private relays = 0;
  private startedAt = 0;
  private lastAt = 0;
  private restarting = false;
  private changed: () => void = () => undefined;

  constructor(
    environment: Environment,
    connection: RTCPeerConnection,
    { iceServers = [], iceTransportPolicy }: RTCConfiguration,
  ) {
    this.environment = environment;
    this.connection = connection;
    const clock = environment.createClock();
    this.now = () => clock.now();
    this.relayOnly = iceTransportPolicy === "relay";
    this.expected = expectedServers(iceServers, this.relayOnly);
    this.waiting = new Set(this.expected);
    connection.addEventListener("icecandidate", (event) => this.candidate(event));
    connection.addEventListener("icecandidateerror", (event) => this.error(event));
    connection.addEventListener("icegatheringstatechange", () => this.stateChanged());
  }

  /**
   * A local description is being set: the limits count from here. `restart`: with new ICE
   * credentials, so that all is found anew, which the state of the connection says a little later.
   */
  begin(restart = false): void {
    this.startedAt = this.lastAt = this.now();
    if (!restart) return;
    this.restarting = true;
    this.candidates = this.relays = 0;
    this.waiting = new Set(this.expected);
  }

  /**
   * Resolves when gathering is complete; or when what can be had quickly is there, and nothing came
   * for a while: a short one if every server has yielded what it can, `quiet` if some are silent.
   * Waits for the first relay candidate if there is a TURN server that may give one. `longest`
   * after `begin` ends it in any case.
   */
  settled({ longest, quiet }: GatheringLimits): Promise<void> {
    return new Promise((resolve) => {
      let cancelQuiet: () => void = () => undefined;
      const finish = (): void => {
        cancelQuiet();
        cancelLimit();
        this.changed = () => undefined;
        resolve();
      };
      const until = (at: number): number => Math.max(0, at - this.now());
      const cancelLimit = this.environment.after(until(this.startedAt + longest), finish);
      this.changed = () => {
        cancelQuiet();
        if (this.isComplete) return finish();
        if (!this.isEnough) return;
        const period = this.waiting.size === 0 ? settled_period : quiet;
        cancelQuiet = this.environment.after(until(this.lastAt + period), finish);
      };
      this.changed();
    });
  }

  /** The browser looks for no more. */
  get isComplete(): boolean {
    return this.connection.iceGatheringState === "complete" && !this.restarting;
  }

  /** Whether what is still missing may be left out. */
  private get isEnough(): boolean {
    const relayIsComing = [...this.waiting].some(({ relays }) => relays);
    if (this.relayOnly || relayIsComing) return this.relays > 0;
    return this.candidates > 0;
  }

  private stateChanged(): void {
    if (this.connection.iceGatheringState === "gathering") this.restarting = false;
    this.changed();
  }

  private candidate(event: RTCPeerConnectionIceEvent): void {
    const candidate = event.candidate;
    if (candidate && candidate.candidate !== "") {
      this.candidates += 1;
      this.lastAt = this.now();
      // The event had the address of the server before the candidate did.
      const url = urlOf(candidate) ?? urlOf(event);
      if (candidate.type === "relay") {
        this.relays += 1;
        this.yielded(true, url);
      }
      if (candidate.type === "srflx") this.yielded(false, url);
    }
    this.changed();
  }

  private error(event: RTCPeerConnectionIceErrorEvent): void {
    for (const server of this.waiting) {
      if (server.address === serverAddress(event.url)) this.waiting.delete(server);
    }
    this.changed();
  }

  private yielded(relays: boolean, url: string | undefined): void {
    for (const server of this.waiting) {
      if (server.relays !== relays) continue;
      if (url === undefined || server.address === serverAddress(url)) this.waiting.delete(server);
    }
  }
}

function urlOf(holder: object): string | undefined {
  const url: unknown = "url" in holder ? holder.url : undefined;
  return typeof url === "string" && url !== "" ? url : undefined;
}

function expectedServers(servers: readonly RTCIceServer[], relayOnly: boolean): ExpectedServer[] {
  const expected: ExpectedServer[] = [];
  for (const server of servers) {
    for (const url of typeof server.urls === "string" ? [server.urls] : server.urls) {
      const relays = /^turns?:/i.test(url);
      // With relays alone, what a STUN server says is not told to anybody.
      if (relays || !relayOnly) expected.push({ address: serverAddress(url), relays });
    }
  }
  return expected;
}

/** `stun:host:port` without transport, with the default port: how browsers report it back. */
function serverAddress(url: string): string {
  const address = (url.split("?")[0] ?? "").toLowerCase();
  if (/:\d+$/.test(address)) return address;
  return `${address}:${/^(stuns|turns):/.test(address) ? 5349 : 3478}`;
}
