/**
 * Plain RTP (RFC 3550) at a port that a SIPp scenario names in its SDP: sends back, sends a tone in
 * PCMU (RFC 3551), counts what comes, hears the level and the telephone-events (RFC 4733) of it.
 */
import { createSocket, type Socket } from "node:dgram";
import type { Sound } from "./wave.js";

export interface RtpPacket {
  /** performance.now() of its arrival. */
  readonly time: number;
  readonly payloadType: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

/** One key of RFC 4733, of all packets with its timestamp. */
export interface TelephoneEvent {
  readonly tone: string;
  /** Milliseconds, as the last packet says. */
  readonly duration: number;
  readonly packets: number;
  /** How many packets had the end bit. */
  readonly ends: number;
}

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** RFC 3551 section 4.5.14 (ITU-T G.711), a sample of -1 .. 1. */
export function decodeMuLaw(octet: number): number {
  const value = ~octet & 0xff;
  const magnitude = (((value & 0x0f) << 3) + 0x84) << ((value >> 4) & 7);
  const sample = magnitude - 0x84;
  return (value & 0x80 ? -sample : sample) / 32768;
}

export function encodeMuLaw(sample: number): number {
  const magnitude = Math.min(32635, Math.round(Math.abs(sample) * 32768)) + 0x84;
  const exponent = Math.max(0, 31 - Math.clz32(magnitude) - 7);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}

const tones = "0123456789*#ABCD";
const rate = 8000;
const frame = 160;

export class RtpEndpoint {
  /** Everything that came, oldest first. */
  readonly packets: RtpPacket[] = [];
  /** Whether every packet goes back to where it came from. */
  echo = false;
  private target: Place | undefined;
  private timer: NodeJS.Timeout | undefined;
  private sequence = 0;

  private constructor(
    private readonly socket: Socket,
    readonly address: string,
    readonly port: number,
  ) {
    socket.on("message", (message, from) => {
      this.target ??= { host: from.address, port: from.port };
      this.take(message);
      if (this.echo) socket.send(message, from.port, from.address);
    });
  }

  static open(address: string, port: number): Promise<RtpEndpoint> {
    const socket = createSocket("udp4");
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(port, address, () => resolve(new RtpEndpoint(socket, address, port)));
    });
  }

  private take(message: Buffer): void {
    if (message.length < 12 || message.readUInt8(0) >> 6 !== 2) return;
    const first = message.readUInt8(0);
    let start = 12 + 4 * (first & 0x0f);
    if (first & 0x10) start += 4 + 4 * message.readUInt16BE(start + 2);
    const end = message.length - (first & 0x20 ? message.readUInt8(message.length - 1) : 0);
    this.packets.push({
      time: performance.now(),
      payloadType: message.readUInt8(1) & 0x7f,
      timestamp: message.readUInt32BE(4),
      ssrc: message.readUInt32BE(8),
      payload: message.subarray(start, end),
    });
  }

  /** Forgets what came and where it came from; a tone ends. */
  reset(): void {
    this.stopTone();
    this.packets.length = 0;
    this.echo = false;
    this.target = undefined;
  }

  count(payloadType?: number): number {
    return this.packets.filter((p) => payloadType === undefined || p.payloadType === payloadType)
      .length;
  }

  /** The PCMU that came in the last `milliseconds`. */
  heard(milliseconds: number): Sound {
    const since = performance.now() - milliseconds;
    const octets = this.packets
      .filter((packet) => packet.time >= since && packet.payloadType === 0)
      .flatMap((packet) => [...packet.payload]);
    return { rate, samples: Float64Array.from(octets, decodeMuLaw) };
  }

  /** The keys that came with this payload type. */
  events(payloadType: number): TelephoneEvent[] {
    const byTime = new Map<number, RtpPacket[]>();
    for (const packet of this.packets) {
      if (packet.payloadType !== payloadType || packet.payload.length < 4) continue;
      const same = byTime.get(packet.timestamp);
      if (same === undefined) byTime.set(packet.timestamp, [packet]);
      else same.push(packet);
    }
    return [...byTime.values()].map((packets) => ({
      tone: tones[packets[0]?.payload.readUInt8(0) ?? 0] ?? "?",
      duration: Math.max(...packets.map(({ payload }) => payload.readUInt16BE(2))) / (rate / 1000),
      packets: packets.length,
      ends: packets.filter(({ payload }) => payload.readUInt8(1) & 0x80).length,
    }));
  }

  /** Sends a sine of half of full scale, to `target` or to where packets came from. */
  startTone(frequency: number, target?: Place): void {
    this.stopTone();
    if (target !== undefined) this.target = target;
    const ssrc = Math.floor(Math.random() * 0xffffffff);
    const began = performance.now();
    let sent = 0;
    this.timer = setInterval(() => {
      // What the timer is late by is made up for.
      while (sent * (frame / rate) * 1000 <= performance.now() - began) {
        const to = this.target;
        if (to !== undefined) this.socket.send(this.tonePacket(sent, frequency, ssrc), to.port, to.host);
        sent++;
      }
    }, 10);
  }

  private tonePacket(index: number, frequency: number, ssrc: number): Buffer {
    const packet = Buffer.alloc(12 + frame);
    packet.writeUInt8(0x80, 0);
    packet.writeUInt8(index === 0 ? 0x80 : 0, 1);
    packet.writeUInt16BE(this.sequence++ & 0xffff, 2);
    packet.writeUInt32BE((index * frame) >>> 0, 4);
    packet.writeUInt32BE(ssrc, 8);
    for (let i = 0; i < frame; i++) {
      const angle = (2 * Math.PI * frequency * (index * frame + i)) / rate;
      packet.writeUInt8(encodeMuLaw(0.5 * Math.sin(angle)), 12 + i);
    }
    return packet;
  }

  stopTone(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  async close(): Promise<void> {
    this.stopTone();
    await new Promise<void>((resolve) => this.socket.close(() => resolve()));
  }
}
