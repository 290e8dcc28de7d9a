/**
 * What RTCPeerConnection.getStats tells of a call (W3C webrtc-stats), as figures for people: loss,
 * jitter, round trip, rates, and an estimated opinion of the sound (ITU-T G.107, G.113).
 */

import { kinds } from "./capture.js";
import type { MediaKind } from "./capture.js";

/** How well one medium gets through in one direction, over the interval of its `CallQuality`. */
export interface StreamQuality {
  /** Encoding, rate and channels as in SDP, `opus/48000/2`; null while it is not known. */
  readonly codec: string | null;
  /** Kilobits per second, without the headers of RTP and IP. */
  readonly bitrate: number;
  /** How many packets came or left. */
  readonly packets: number;
  /** Their octets, without headers. */
  readonly bytes: number;
  /** How many packets did not arrive. */
  readonly lost: number;
  /** Percent of packets that did not arrive; sent: of the latest report of the peer. */
  readonly loss: number;
  /** Milliseconds (RFC 3550 section 6.4.1); null while it is not known. */
  readonly jitter: number | null;
  /** Of a picture: what is encoded or decoded now. */
  readonly frame: {
    /** Pixels. */
    readonly width: number;
    /** Pixels. */
    readonly height: number;
    /** Frames per second. */
    readonly rate: number;
    /** Key frames since the stream began. */
    readonly keyFrames: number;
  } | null;
}

/** Both directions of one medium; null: nothing flows that way. */
export interface MediumQuality {
  /** What we hear or see. */
  readonly received: StreamQuality | null;
  /** What the other side hears or sees, as it reports (RTCP). */
  readonly sent: StreamQuality | null;
}

/** host: the device itself. srflx, prflx: through a NAT. relay: through a TURN server. */
export type CandidateType = "host" | "srflx" | "prflx" | "relay";

/** The way that media takes (RFC 8445). */
export interface CandidateChoice {
  /** Ours. */
  readonly local: CandidateType;
  /** The peer's. */
  readonly remote: CandidateType;
  /** Below the media. */
  readonly protocol: "udp" | "tcp";
}

/** How well a call gets through. */
export interface CallQuality {
  /** Milliseconds that the figures cover: since the reading before, or since media began. */
  readonly interval: number;
  /** Milliseconds there and back; null while it is not known. */
  readonly roundTrip: number | null;
  /**
   * What people would say of the sound that we hear, 1 (bad) to 4.41 (as good as a good telephone
   * call), as `estimateMos` has it; null while no sound comes.
   */
  readonly mos: number | null;
  /** null: nothing flows. */
  readonly audio: MediumQuality | null;
  /** null: nothing flows. */
  readonly video: MediumQuality | null;
  /** null while there is no way. */
  readonly candidates: CandidateChoice | null;
}

/** What one direction of a medium carried during a call. */
export interface StreamReport {
  /** Each codec that was used, the first one first. */
  readonly codecs: readonly string[];
  /** How many packets came or left. */
  readonly packets: number;
  /** Their octets, without headers. */
  readonly bytes: number;
  /** How many packets did not arrive. */
  readonly lost: number;
  /** Percent of all packets that did not arrive. */
  readonly loss: number;
  /** Milliseconds; null if it was never known. */
  readonly jitter: { readonly mean: number; readonly max: number } | null;
}

/** Both directions of one medium; null: nothing flowed that way. */
export interface MediumReport {
  /** What we heard or saw. */
  readonly received: StreamReport | null;
  /** What the other side heard or saw, as it reported. */
  readonly sent: StreamReport | null;
}

/** How well a call got through, up to the last reading before its end. */
export interface CallReport {
  /** Milliseconds from the answer to the end. */
  readonly duration: number;
  /** Milliseconds there and back; null if it was never known. */
  readonly roundTrip: { readonly mean: number; readonly max: number } | null;
  /** As `CallQuality.mos`: 1 to 4.41; null if no sound came. */
  readonly mos: { readonly mean: number; readonly min: number } | null;
  /** null: nothing flowed. */
  readonly audio: MediumReport | null;
  /** null: nothing flowed. */
  readonly video: MediumReport | null;
  /** The way that was used last; null if there never was one. */
  readonly candidates: CandidateChoice | null;
}

type Side = "received" | "sent";
const sides: readonly Side[] = ["received", "sent"];

/** Sums since a stream began. */
interface StreamReading {
  readonly side: Side;
  readonly kind: MediaKind;
  readonly codec: string | null;
  readonly packets: number;
  readonly bytes: number;
  readonly lost: number;
  /** Arrived too late to be played. */
  readonly discarded: number;
  /** The fraction of the latest report, 0 to 1; null: none came, or it is received. */
  readonly fractionLost: number | null;
  /** Milliseconds. */
  readonly jitter: number | null;
  /** Milliseconds that all samples stayed in the jitter buffer, and how many those were. */
  readonly buffered: number;
  readonly emitted: number;
  readonly frame: StreamQuality["frame"];
}

/** One reading of a connection. */
export interface Reading {
  /** Milliseconds, of the clock of the browser's statistics; null: there is no stream. */
  readonly at: number | null;
  readonly streams: ReadonlyMap<string, StreamReading>;
  /** Milliseconds. */
  readonly roundTrip: number | null;
  readonly candidates: CandidateChoice | null;
}

type Entry = Readonly<Record<string, unknown>>;

/** An RTCStatsReport, or a Map like one. */
export type StatsEntries = Iterable<readonly [string, Entry]>;

function numberOf(entry: Entry | undefined, key: string): number | null {
  const value = entry?.[key];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function textOf(entry: Entry | undefined, key: string): string {
  const value = entry?.[key];
  return typeof value === "string" ? value : "";
}

const seconds = 1000;

/** Reads what any browser tells; what one does not tell is null. */
export function readStatistics(stats: StatsEntries): Reading {
  const entries = new Map<string, Entry>();
  for (const [id, entry] of stats) entries.set(id, entry);
  const get = (id: string): Entry | undefined => entries.get(id);
  const streams = new Map<string, StreamReading>();
  let at: number | null = null;
  const trips: number[] = [];
  for (const [id, entry] of entries) {
    const type = textOf(entry, "type");
    if (type === "inbound-rtp" || type === "outbound-rtp") {
      streams.set(id, readStream(entry, type === "inbound-rtp" ? "received" : "sent", get));
      at = Math.max(at ?? 0, numberOf(entry, "timestamp") ?? 0);
    } else if (type === "remote-inbound-rtp") {
      const trip = numberOf(entry, "roundTripTime");
      if (trip !== null) trips.push(trip * seconds);
    }
  }
  const pair = usedPair(entries);
  const trip = numberOf(pair, "currentRoundTripTime");
  if (trip !== null) trips.push(trip * seconds);
  // A relay of media answers checks itself, reports of the peer are about the whole way.
  const roundTrip = trips.length > 0 ? Math.max(...trips) : null;
  return { at, streams, roundTrip, candidates: pair ? choiceOf(pair, get) : null };
}

function readStream(
  entry: Entry,
  side: Side,
  get: (id: string) => Entry | undefined,
): StreamReading {
  const received = side === "received";
  const kind = textOf(entry, "kind") === "video" ? "video" : "audio";
  // What is sent and did not arrive is known from the reports of the peer.
  const reporter = received ? entry : get(textOf(entry, "remoteId"));
  const jitter = numberOf(reporter, "jitter");
  const width = numberOf(entry, "frameWidth");
  const height = numberOf(entry, "frameHeight");
  return {
    side,
    kind,
    codec: codecOf(get(textOf(entry, "codecId"))),
    packets: numberOf(entry, received ? "packetsReceived" : "packetsSent") ?? 0,
    bytes: numberOf(entry, received ? "bytesReceived" : "bytesSent") ?? 0,
    lost: numberOf(reporter, "packetsLost") ?? 0,
    discarded: numberOf(entry, "packetsDiscarded") ?? 0,
    fractionLost: received ? null : numberOf(reporter, "fractionLost"),
    jitter: jitter === null ? null : jitter * seconds,
    buffered: (numberOf(entry, "jitterBufferDelay") ?? 0) * seconds,
    emitted: numberOf(entry, "jitterBufferEmittedCount") ?? 0,
    frame:
      width === null || height === null
        ? null
        : {
            width,
            height,
            rate: Math.round(numberOf(entry, "framesPerSecond") ?? 0),
            keyFrames: numberOf(entry, received ? "keyFramesDecoded" : "keyFramesEncoded") ?? 0,
          },
  };
}

/** `audio/opus` with its rate and channels as SDP writes it (RFC 8866 section 6.6). */
function codecOf(entry: Entry | undefined): string | null {
  const name = textOf(entry, "mimeType").split("/")[1];
  if (!name) return null;
  const rate = numberOf(entry, "clockRate");
  const channels = numberOf(entry, "channels") ?? 1;
  return [name, ...(rate === null ? [] : [rate]), ...(channels > 1 ? [channels] : [])].join("/");
}

function usedPair(entries: ReadonlyMap<string, Entry>): Entry | undefined {
  for (const entry of entries.values()) {
    if (textOf(entry, "type") !== "transport") continue;
    const pair = entries.get(textOf(entry, "selectedCandidatePairId"));
    if (pair) return pair;
  }
  const pairs = [...entries.values()].filter((entry) => textOf(entry, "type") === "candidate-pair");
  return (
    pairs.find((pair) => pair["selected"] === true) ??
    pairs.find((pair) => pair["nominated"] === true && textOf(pair, "state") === "succeeded")
  );
}

function choiceOf(
  pair: Entry,
  get: (id: string) => Entry | undefined,
): CandidateChoice | null {
  const local = get(textOf(pair, "localCandidateId"));
  const remote = get(textOf(pair, "remoteCandidateId"));
  if (!local || !remote) return null;
  return {
    local: candidateType(textOf(local, "candidateType")),
    remote: candidateType(textOf(remote, "candidateType")),
    protocol: textOf(local, "protocol") === "tcp" ? "tcp" : "udp",
  };
}

function candidateType(name: string): CandidateType {
  if (name === "srflx" || name === "prflx" || name === "relay") return name;
  return "host";
}

function round(value: number, places: number): number {
  const factor = 10 ** places;
  return Math.round(value * factor) / factor;
}

/** G.107 table 2: the rating when nothing but what is set there impairs. */
const undisturbed_rating = 93.2;
/** G.113 appendix I: how well G.711 with concealment bears loss. */
const loss_robustness = 25.1;
/** Above this, milliseconds, delay also hinders talking. */
const noticed_delay = 177.3;

/**
 * An estimate of what people would say of a conversation (mean opinion score): 1, bad, to 4.41.
 *
 * The E-model of ITU-T G.107 with all but delay and loss at its default values:
 * R = 93.2 - Id - Ie,eff; Id = 0.024 d + 0.11 (d - 177.3), the second term only above 177.3 ms
 * (Cole and Rosenbluth, 2001, fitted that to G.107 7.4);
 * Ie,eff = 95 P / (P + 25.1), as G.711 with concealment bears random loss (G.113 appendix I);
 * MOS = 1 + 0.035 R + 7e-6 R (R - 60) (100 - R) (G.107 annex B).
 *
 * Its limits: it is on the scale of narrow-band telephony, so that opus, which sounds better than
 * the best telephone, gets no more than 4.41; each codec counts as G.711; loss in bursts is worse
 * than it says; it knows nothing of microphones, noise, echo, or what happens behind a gateway.
 * @param delay one way from mouth to ear, in milliseconds
 * @param loss percent of packets that could not be played
 * @example estimateMos(100, 0); // => 4.36
 */
export function estimateMos(delay: number, loss: number): number {
  const delayImpairment =
    0.024 * delay + (delay > noticed_delay ? 0.11 * (delay - noticed_delay) : 0);
  const lossImpairment = (95 * loss) / (loss + loss_robustness);
  const rating = Math.min(100, Math.max(0, undisturbed_rating - delayImpairment - lossImpairment));
  const score = 1 + 0.035 * rating + 7e-6 * rating * (rating - 60) * (100 - rating);
  return round(Math.max(1, score), 2);
}

/** A packet of 20 ms, and what an encoder looks ahead. */
const encoder_delay = 25;

interface Delta {
  readonly stream: StreamReading;
  readonly packets: number;
  readonly bytes: number;
  readonly lost: number;
  readonly discarded: number;
  /** Milliseconds in the jitter buffer; null: nothing left it. */
  readonly buffer: number | null;
}

/** A sum that jumps back is a new stream, not packets that were found again. */
function grown(before: number | undefined, now: number): number {
  return Math.max(0, now - (before ?? 0));
}

function deltaOf(stream: StreamReading, before: StreamReading | undefined): Delta {
  const emitted = grown(before?.emitted, stream.emitted);
  return {
    stream,
    packets: grown(before?.packets, stream.packets),
    bytes: grown(before?.bytes, stream.bytes),
    lost: grown(before?.lost, stream.lost),
    discarded: grown(before?.discarded, stream.discarded),
    buffer: emitted > 0 ? grown(before?.buffered, stream.buffered) / emitted : null,
  };
}

/** The streams of one kind and side, as one: a stream that took another's place counts with it. */
function together(deltas: readonly Delta[], interval: number): StreamQuality | null {
  const sum = (of: (delta: Delta) => number): number =>
    deltas.reduce((total, delta) => total + of(delta), 0);
  const main = [...deltas].sort((a, b) => b.packets - a.packets)[0];
  if (!main || (main.packets === 0 && sum(({ lost }) => lost) === 0)) return null;
  const packets = sum((delta) => delta.packets);
  const bytes = sum((delta) => delta.bytes);
  const lost = sum((delta) => delta.lost);
  const { side, codec, fractionLost, jitter, frame } = main.stream;
  const all = side === "received" ? packets + lost : packets;
  const loss = fractionLost ?? (all === 0 ? 0 : Math.min(1, lost / all));
  return {
    codec,
    bitrate: interval > 0 ? round((bytes * 8) / interval, 1) : 0,
    packets,
    bytes,
    lost,
    loss: round(100 * loss, 1),
    jitter: jitter === null ? null : round(jitter, 1),
    frame,
  };
}

/** Of the sound that we hear. */
function opinion(deltas: readonly Delta[], roundTrip: number | null): number | null {
  const main = [...deltas].sort((a, b) => b.packets - a.packets)[0];
  if (!main || main.packets === 0) return null;
  const buffer = main.buffer ?? 2 * (main.stream.jitter ?? 0);
  const delay = (roundTrip ?? 0) / 2 + buffer + encoder_delay;
  const unplayed = main.lost + main.discarded;
  return estimateMos(delay, Math.min(100, (100 * unplayed) / (main.packets + main.lost)));
}

/**
 * What happened between two readings, or since media began.
 * @param since when media began, on the clock of the readings; used without a reading before
 */
export function judge(before: Reading | undefined, now: Reading, since?: number): CallQuality {
  const start = before?.at ?? since ?? now.at;
  const interval = now.at === null || start === null ? 0 : Math.max(0, now.at - start);
  const deltas = [...now.streams].map(([id, stream]) => deltaOf(stream, before?.streams.get(id)));
  const of = (kind: MediaKind, side: Side): Delta[] =>
    deltas.filter(({ stream }) => stream.kind === kind && stream.side === side);
  const medium = (kind: MediaKind): MediumQuality | null => {
    const [received, sent] = sides.map((side) => together(of(kind, side), interval));
    return received || sent ? { received: received ?? null, sent: sent ?? null } : null;
  };
  return {
    interval: Math.round(interval),
    roundTrip: now.roundTrip === null ? null : Math.round(now.roundTrip),
    mos: opinion(of("audio", "received"), now.roundTrip),
    audio: medium("audio"),
    video: medium("video"),
    candidates: now.candidates,
  };
}

/** A mean whose values weigh as much as the time that they stand for. */
class Mean {
  private sum = 0;
  private weight = 0;
  private least = Infinity;
  private most = -Infinity;

  add(value: number | null, weight: number): void {
    if (value === null) return;
    this.sum += value * Math.max(1, weight);
    this.weight += Math.max(1, weight);
    this.least = Math.min(this.least, value);
    this.most = Math.max(this.most, value);
  }

  facts(places: number): { mean: number; min: number; max: number } | null {
    if (this.weight === 0) return null;
    return { mean: round(this.sum / this.weight, places), min: this.least, max: this.most };
  }
}

class StreamSum {
  private readonly codecs = new Set<string>();
  private readonly jitter = new Mean();
  private packets = 0;
  private bytes = 0;
  private lost = 0;

  constructor(private readonly side: Side) {}

  add(quality: StreamQuality, interval: number): void {
    if (quality.codec !== null) this.codecs.add(quality.codec);
    this.jitter.add(quality.jitter, interval);
    this.packets += quality.packets;
    this.bytes += quality.bytes;
    this.lost += quality.lost;
  }

  report(): StreamReport {
    const { packets, bytes, lost } = this;
    const all = this.side === "received" ? packets + lost : packets;
    const jitter = this.jitter.facts(1);
    return {
      codecs: [...this.codecs],
      packets,
      bytes,
      lost,
      loss: all === 0 ? 0 : round(Math.min(100, (100 * lost) / all), 2),
      jitter: jitter && { mean: jitter.mean, max: jitter.max },
    };
  }
}

/** Sums up the qualities of a call, interval by interval. */
export class QualityJournal {
  private readonly streams = new Map<string, StreamSum>();
  private readonly roundTrip = new Mean();
  private readonly mos = new Mean();
  private candidates: CandidateChoice | null = null;

  add(quality: CallQuality): void {
    const { interval } = quality;
    this.roundTrip.add(quality.roundTrip, interval);
    this.mos.add(quality.mos, interval);
    this.candidates = quality.candidates ?? this.candidates;
    for (const kind of kinds) {
      for (const side of sides) {
        const stream = quality[kind]?.[side];
        if (!stream) continue;
        const name = `${kind} ${side}`;
        let sum = this.streams.get(name);
        if (!sum) this.streams.set(name, (sum = new StreamSum(side)));
        sum.add(stream, interval);
      }
    }
  }

  /** @param duration milliseconds from the answer to the end */
  report(duration: number): CallReport {
    const medium = (kind: MediaKind): MediumReport | null => {
      const [received, sent] = sides.map((side) => this.streams.get(`${kind} ${side}`)?.report());
      return received || sent ? { received: received ?? null, sent: sent ?? null } : null;
    };
    const trip = this.roundTrip.facts(0);
    const mos = this.mos.facts(2);
    return {
      duration: Math.round(duration),
      roundTrip: trip && { mean: trip.mean, max: trip.max },
      mos: mos && { mean: mos.mean, min: mos.min },
      audio: medium("audio"),
      video: medium("video"),
      candidates: this.candidates,
    };
  }
}
