/** What the browser's connections are made with: ICE servers and policies (RFC 8829 section 4.1.1). */

import { wrongArgument } from "./arguments.js";

/** A STUN or TURN server, as RTCPeerConnection takes it, or as browsers took it long ago. */
export interface IceServer {
  /** `stun:host[:port]`, `turn:host[:port][?transport=tcp]`, `turns:...`, or several. */
  readonly urls?: string | readonly string[];
  /** The same, as it was called long ago. */
  readonly url?: string;
  /** Of a TURN server. */
  readonly username?: string;
  /** Of a TURN server: the password. */
  readonly credential?: string;
}

/** How connections are made. */
export interface IceOptions {
  /** Default: none, which gathers host addresses only. */
  readonly iceServers?: readonly IceServer[];
  /** "relay": only by way of the TURN servers; default "all". */
  readonly iceTransportPolicy?: "all" | "relay";
  /** How many connections' candidates the browser gathers in advance; default 0. */
  readonly iceCandidatePoolSize?: number;
  /** RFC 8829 section 4.1.1; default: the browser's, "balanced". */
  readonly bundlePolicy?: "balanced" | "max-compat" | "max-bundle";
  /**
   * Default: as the offer of the peer needs it, and "require" for ours. "require" refuses offers
   * without a=rtcp-mux (RFC 8858 section 4), "negotiate" also makes ours for peers without it.
   */
  readonly rtcpMuxPolicy?: "require" | "negotiate";
}

type Policy = "iceTransportPolicy" | "bundlePolicy" | "rtcpMuxPolicy";
const policies: readonly (readonly [name: Policy, known: readonly string[]])[] = [
  ["iceTransportPolicy", ["all", "relay"]],
  ["bundlePolicy", ["balanced", "max-compat", "max-bundle"]],
  ["rtcpMuxPolicy", ["require", "negotiate"]],
];

/** @internal @throws SipError "invalid_argument" that names what is wrong */
export function checkIceOptions(options: IceOptions): void {
  const { iceServers, iceCandidatePoolSize } = options;
  if (iceServers !== undefined) iceServersOf(iceServers);
  for (const [name, known] of policies) {
    const given: string | undefined = options[name];
    if (given === undefined || known.includes(given)) continue;
    throw wrongArgument(name, known.map((value) => JSON.stringify(value)).join(" or "));
  }
  const size: unknown = iceCandidatePoolSize;
  const good = typeof size === "number" && Number.isInteger(size) && size >= 0 && size <= 255;
  if (size !== undefined && !good) {
    throw wrongArgument("iceCandidatePoolSize", "a whole number from 0 to 255");
  }
}

/** @internal As today's browsers take them. @throws SipError as `checkIceOptions` */
export function iceServersOf(given: readonly IceServer[]): RTCIceServer[] {
  const list: unknown = given;
  if (!Array.isArray(list)) throw wrongArgument("iceServers", "an array");
  return given.map((server, place) => {
    const where = `iceServers[${place}]`;
    const entry: unknown = server;
    if (typeof entry !== "object" || entry === null) throw wrongArgument(where, "an object");
    const named: unknown = server.urls ?? server.url;
    const urls: unknown[] = Array.isArray(named) ? named : [named];
    const isGood = (url: unknown): boolean =>
      typeof url === "string" && /^(stun|turn)s?:./i.test(url);
    if (urls.length === 0 || !urls.every(isGood)) {
      throw wrongArgument(`${where}.urls`, "stun:, stuns:, turn: or turns: with a host");
    }
    const { username, credential } = server;
    return {
      urls: named as string | string[],
      ...(username === undefined ? {} : { username }),
      ...(credential === undefined ? {} : { credential }),
    };
  });
}

/** @internal */
export function rtcConfiguration(options: IceOptions): RTCConfiguration {
  const { iceTransportPolicy, iceCandidatePoolSize, bundlePolicy, rtcpMuxPolicy } = options;
  return {
    iceServers: iceServersOf(options.iceServers ?? []),
    ...(iceTransportPolicy === undefined ? {} : { iceTransportPolicy }),
    ...(iceCandidatePoolSize === undefined ? {} : { iceCandidatePoolSize }),
    ...(bundlePolicy === undefined ? {} : { bundlePolicy }),
    // What only some browsers know; the others refuse the connection for it.
    ...(rtcpMuxPolicy === undefined ? {} : ({ rtcpMuxPolicy } as RTCConfiguration)),
  };
}
