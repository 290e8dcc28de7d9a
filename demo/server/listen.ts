/** Listens with one handler on every address of localhost, all at the same port. */

import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

export interface Handlers {
  readonly request: (request: IncomingMessage, response: ServerResponse) => void;
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export interface Listening {
  readonly port: number;
  close(): void;
}

const LOCALHOST = ["127.0.0.1", "::1"];
const DEFAULT_PORT = 8080;
const ATTEMPTS = 50;

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

async function listenAt(handlers: Handlers, host: string, port: number): Promise<Server> {
  const server = createServer(handlers.request);
  server.on("upgrade", handlers.upgrade);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  server.on("error", () => undefined);
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function closeAll(servers: readonly Server[]): void {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
}

/** @throws The error of listen(), EADDRINUSE when one of the addresses is taken. */
async function listenAtAll(
  handlers: Handlers,
  hosts: readonly string[],
  wanted: number,
): Promise<Listening> {
  const servers: Server[] = [];
  let port = wanted;
  for (const host of hosts) {
    try {
      const server = await listenAt(handlers, host, port);
      servers.push(server);
      port = portOf(server);
    } catch (error) {
      // A machine without IPv6 has no ::1.
      const absent = ["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(errorCode(error));
      if (absent && servers.length > 0) continue;
      closeAll(servers);
      throw error;
    }
  }
  return { port, close: () => closeAll(servers) };
}

/**
 * Listens on `host`, or on localhost. Without `port`: 8080 or the next that is free.
 * @throws The error of listen().
 */
export async function listen(
  handlers: Handlers,
  host: string | undefined,
  port: number | undefined,
): Promise<Listening> {
  const hosts = host === undefined || host === "localhost" ? LOCALHOST : [host];
  const isFixed = port !== undefined && port !== 0;
  for (let attempt = 0; ; ++attempt) {
    try {
      return await listenAtAll(handlers, hosts, port ?? DEFAULT_PORT + attempt);
    } catch (error) {
      if (errorCode(error) !== "EADDRINUSE" || isFixed || attempt === ATTEMPTS) throw error;
    }
  }
}
