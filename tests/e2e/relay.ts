/** A WebSocket relay in front of a SIP server: adds frames to what it sends, and can be cut. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";

export interface Relay {
  readonly url: string;
  /** Every text frame that the server sent through, oldest first. */
  readonly fromServer: readonly string[];
  /** Every text frame that a client sent through, oldest first. */
  readonly fromClient: readonly string[];
  /** Sends a frame to every client as if the server had: text for a string, binary for bytes. */
  inject(frame: string | Uint8Array): void;
  /** When a connection was dropped or refused, oldest first, in milliseconds. */
  readonly refusals: readonly number[];
  /** Drops every connection and refuses new ones, until `restore()`. */
  cut(): void;
  /** `elsewhere`: the URL of another server to go on with. */
  restore(elsewhere?: string): void;
  stop(): Promise<void>;
}

/** `listenPort` 0: any free port. */
export async function startRelay(upstream: string, listenPort = 0): Promise<Relay> {
  const http = createServer();
  let accepts = true;
  let address = upstream;
  const refusals: number[] = [];
  const server = new WebSocketServer({
    server: http,
    handleProtocols: () => "sip",
    verifyClient: (_info, decide) => {
      if (!accepts) refusals.push(performance.now());
      decide(accepts, 503);
    },
  });
  const clients = new Set<WebSocket>();
  const fromServer: string[] = [];
  const fromClient: string[] = [];
  server.on("connection", (client) => {
    const behind = new WebSocket(address, "sip", { rejectUnauthorized: false });
    const early: { data: WebSocket.RawData; binary: boolean }[] = [];
    clients.add(client);
    client.on("message", (data, binary) => {
      if (!binary && Buffer.isBuffer(data)) fromClient.push(data.toString("utf8"));
      if (behind.readyState === WebSocket.OPEN) behind.send(data, { binary });
      else early.push({ data, binary });
    });
    behind.on("open", () => {
      for (const frame of early.splice(0)) behind.send(frame.data, { binary: frame.binary });
    });
    behind.on("message", (data, binary) => {
      if (!binary && Buffer.isBuffer(data)) fromServer.push(data.toString("utf8"));
      client.send(data, { binary });
    });
    const end = (): void => {
      clients.delete(client);
      client.terminate();
      behind.terminate();
    };
    for (const socket of [client, behind]) {
      socket.on("close", end);
      socket.on("error", end);
    }
  });
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(listenPort, "127.0.0.1", resolve);
  });
  const { port } = http.address() as AddressInfo;
  return {
    url: `ws://localhost:${port}/sip`,
    fromServer,
    fromClient,
    inject: (frame) => {
      for (const client of clients) client.send(frame, { binary: typeof frame !== "string" });
    },
    refusals,
    cut: () => {
      accepts = false;
      for (const client of clients) {
        refusals.push(performance.now());
        client.terminate();
      }
    },
    restore: (elsewhere) => {
      address = elsewhere ?? address;
      accepts = true;
    },
    stop: async () => {
      for (const client of clients) client.terminate();
      server.close();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}
