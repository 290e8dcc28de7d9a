/** Carries the media of two pages over UDP, one pair of ports for each ICE generation, and can be cut. */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import type { AddressInfo } from "node:net";

interface Lane {
  readonly socket: Socket;
  /** Who sends to this port. */
  peer: RemoteInfo | undefined;
}

interface Generation {
  readonly left: Lane;
  readonly right: Lane;
  cut: boolean;
}

export class UdpRelay {
  /** Packets that a cut has swallowed. */
  dropped = 0;

  private constructor(private readonly generations: readonly Generation[]) {}

  static async start(generations: number): Promise<UdpRelay> {
    const made: Generation[] = [];
    for (let at = 0; at < generations; at++) {
      made.push({ left: await openLane(), right: await openLane(), cut: false });
    }
    const relay = new UdpRelay(made);
    for (const generation of made) {
      const { left, right } = generation;
      // What arrives at the port of the one leaves from it towards the other.
      for (const [from, to] of [
        [left, right],
        [right, left],
      ] as const) {
        from.socket.on("message", (message, peer) => {
          from.peer = peer;
          if (generation.cut) relay.dropped += 1;
          if (generation.cut || !to.peer) return;
          to.socket.send(message, to.peer.port, to.peer.address);
        });
      }
    }
    return relay;
  }

  /** The ports that stand for one page, by generation: what the other page sends to. */
  ports(side: "left" | "right"): number[] {
    return this.generations.map((generation) => (generation[side].socket.address() as AddressInfo).port);
  }

  /** Drops everything of this generation, or of all. */
  cut(generation?: number): void {
    this.generations.forEach((one, at) => {
      if (generation === undefined || generation === at) one.cut = true;
    });
  }

  /** Passes everything again. */
  mend(): void {
    for (const generation of this.generations) generation.cut = false;
  }

  async stop(): Promise<void> {
    const sockets = this.generations.flatMap(({ left, right }) => [left.socket, right.socket]);
    await Promise.all(
      sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))),
    );
  }
}

async function openLane(): Promise<Lane> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(0, "0.0.0.0", () => resolve());
  });
  return { socket, peer: undefined };
}
