/** A WebSocket relay in front of a SIP server that can add frames to what the server sends. */
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
  stop(): Promise<void>;
}

/** `listenPort` 0: any free port. */
export async function startRelay(upstream: string, listenPort = 0): Promise<Relay> {
  const http = createServer();
  const server = new WebSocketServer({ server: http, handleProtocols: () => "sip" });
  const clients = new Set<WebSocket>();
  const fromServer: string[] = [];
  const fromClient: string[] = [];
  server.on("connection", (client) => {
    const target = new WebSocket(upstream, "sip", { rejectUnauthorized: false });
    const early: { data: WebSocket.RawData; binary: boolean }[] = [];
    clients.add(client);
    client.on("message", (data, binary) => {
      if (!binary && Buffer.isBuffer(data)) fromClient.push(data.toString("utf8"));
      if (target.readyState === WebSocket.OPEN) target.send(data, { binary });
      else early.push({ data, binary });
    });
    target.on("open", () => {
      for (const frame of early.splice(0)) target.send(frame.data, { binary: frame.binary });
    });
    target.on("message", (data, binary) => {
      if (!binary && Buffer.isBuffer(data)) fromServer.push(data.toString("utf8"));
      client.send(data, { binary });
    });
    const end = (): void => {
      clients.delete(client);
      client.terminate();
      target.terminate();
    };
    for (const socket of [client, target]) {
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
    stop: async () => {
      for (const client of clients) client.terminate();
      server.close();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}
