/** When a description has enough ICE candidates to leave (RFC 8445, without trickling). */

import type { Environment } from "./environment.js";

/**
 * No further candidate for this long, once every server has yielded, is enough, in milliseconds.
 * Browsers open all UDP ports at once; what follows later are TCP candidates without a port.
 */
const quiet_period = 50;

interface ExpectedServer {
  readonly address: string;
  readonly relays: boolean;
}

/** Watches one peer connection from before its first local description. */
export class Gathering {
  private readonly environment: Environment;
  private readonly connection: RTCPeerConnection;
  private readonly now: () => number;
  private readonly servers: readonly ExpectedServer[];
  private waiting: Set<ExpectedServer>;
  private candidates = 0;
  /** Gathering begins anew, which the state of the connection says a little later. */
  private restarting = false;
  private startedAt = 0;
  private changed: () => void = () => undefined;

  constructor(
    environment: Environment,
    connection: RTCPeerConnection,
    servers: readonly RTCIceServer[],
  ) {
    this.environment = environment;
    this.connection = connection;
    const clock = environment.createClock();
    this.now = () => clock.now();
    this.servers = expectedServers(servers);
    this.waiting = new Set(this.servers);
    connection.addEventListener("icecandidate", (event) => this.candidate(event));
    connection.addEventListener("icecandidateerror", (event) => this.error(event));
    connection.addEventListener("icegatheringstatechange", () => {
      if (connection.iceGatheringState === "gathering") this.restarting = false;
      this.changed();
    });
  }

  /** A local description is being set: the limit counts from here. `restart`: of ICE. */
  begin(restart = false): void {
    this.startedAt = this.now();
    if (!restart) return;
    this.restarting = true;
    this.candidates = 0;
    this.waiting = new Set(this.servers);
  }

  /**
   * Resolves when gathering is complete; or when every server has yielded what it can and nothing
   * came for a short while; or `limit` milliseconds after `begin`; whichever is first.
   */
  settled(limit: number): Promise<void> {
    return new Promise((resolve) => {
      let cancelQuiet: () => void = () => undefined;
      const finish = (): void => {
        cancelQuiet();
        cancelLimit();
        this.changed = () => undefined;
        resolve();
      };
      const remaining = Math.max(0, this.startedAt + limit - this.now());
      const cancelLimit = this.environment.after(remaining, finish);
      this.changed = () => {
        cancelQuiet();
        if (!this.restarting && this.connection.iceGatheringState === "complete") return finish();
        if (this.candidates > 0 && this.waiting.size === 0) {
          cancelQuiet = this.environment.after(quiet_period, finish);
        }
      };
      this.changed();
    });
  }

  private candidate(event: RTCPeerConnectionIceEvent): void {
    const candidate = event.candidate;
    if (candidate && candidate.candidate !== "") {
      this.candidates += 1;
      // The event had the address of the server before the candidate did.
      const url = urlOf(candidate) ?? urlOf(event);
      if (candidate.type === "relay") this.yielded(true, url);
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

function expectedServers(servers: readonly RTCIceServer[]): ExpectedServer[] {
  const expected: ExpectedServer[] = [];
  for (const server of servers) {
    for (const url of typeof server.urls === "string" ? [server.urls] : server.urls) {
      expected.push({ address: serverAddress(url), relays: /^turns?:/i.test(url) });
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
