/**
 * The development SIP server behind WebSockets (RFC 7118): sipml-server.wasm with one clock and one
 * timer. A trap inside it costs the connections, not the process.
 */

import { randomBytes, randomInt } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { RawData, WebSocket } from "ws";

import type { CommonExports } from "../../js-glue/abi.js";
import { createClock } from "../../js-glue/clock.js";
import { CommandError, CoreCrashed, Instance, toBytes } from "../../js-glue/memory.js";

/** As src/bridge/server_abi.h declares them. */
export interface ServerExports extends CommonExports {
  sipml_server_create(length: number): number;
  sipml_server_destroy(server: number): void;
  sipml_server_connected(server: number, connection: number, secure: number, now: number): number;
  sipml_server_disconnected(server: number, connection: number, now: number): number;
  sipml_server_receive(server: number, connection: number, length: number, now: number): number;
  sipml_server_timer_fired(server: number, now: number): number;
  sipml_server_deadline(server: number): number;
  sipml_server_poll(server: number): number;
}

const SERVER_EXPORTS = [
  "sipml_abi_version",
  "sipml_input_buffer",
  "sipml_last_error",
  "sipml_server_create",
  "sipml_server_destroy",
  "sipml_server_connected",
  "sipml_server_disconnected",
  "sipml_server_receive",
  "sipml_server_timer_fired",
  "sipml_server_deadline",
  "sipml_server_poll",
] as const satisfies readonly (keyof ServerExports)[];

/** The longest SIP message, as base/limits.hpp has it. */
const MESSAGE_SIZE = 256 * 1024;
/** What may wait in a socket whose client does not read. */
const BUFFERED_SIZE = 4 * 1024 * 1024;
/** A client that has not answered a ping when the next one is due is gone; milliseconds. */
const PING_INTERVAL = 20000;

/** WebSocket close codes (RFC 6455 section 7.4.1 and the IANA registry). */
const GOING_AWAY = 1001;
const SERVICE_RESTART = 1012;
const TRY_AGAIN_LATER = 1013;

export interface SipServerOptions {
  readonly module: WebAssembly.Module;
  /** Passwords by user name. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Whether requests inside dialogs of users with an account are challenged, too. */
  readonly challengeInDialogs?: boolean;
  /** Told of what a person should know. */
  readonly report: (text: string) => void;
}

interface Client {
  readonly socket: WebSocket;
  answered: boolean;
}

const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A text frame, or a binary one when the message is not UTF-8. */
function frame(bytes: Uint8Array): string | Uint8Array {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return bytes;
  }
}

function joined(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

export class SipServer {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_SIZE,
    perMessageDeflate: false,
    handleProtocols: () => "sip",
  });
  private readonly clients = new Map<number, Client>();
  private readonly clock = createClock();
  private readonly pinger: NodeJS.Timeout;
  /**
   * Dialogs carry these numbers in their routes and outlive a server that is started anew, which
   * must not take an old number for one of its own.
   */
  private lastConnection = randomInt(2 ** 30);
  private instance: Instance<ServerExports>;
  private server: number;

  /** @throws IncompatibleModule if the module is not sipml-server.wasm. */
  constructor(private readonly options: SipServerOptions) {
    this.instance = new Instance<ServerExports>(options.module, SERVER_EXPORTS);
    this.server = this.create();
    this.pinger = setInterval(() => this.ping(), PING_INTERVAL);
    this.pinger.unref();
  }

  /** Number of open WebSockets. */
  get connectionCount(): number {
    return this.clients.size;
  }

  /** Completes the handshake of a request that may become a SIP WebSocket. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.sockets.handleUpgrade(request, socket, head, (client) => this.add(client));
  }

  close(): void {
    clearInterval(this.pinger);
    this.clock.wakeAt(Infinity, () => undefined);
    for (const { socket } of this.clients.values()) socket.close(GOING_AWAY, "server stopped");
    this.sockets.close();
  }

  private create(): number {
    const entropy = randomBytes(32).toString("hex");
    const { accounts, challengeInDialogs = false } = this.options;
    const config = toBytes(JSON.stringify({ entropy, accounts, challengeInDialogs }));
    this.instance.write([config]);
    return this.instance.check(this.instance.run((e) => e.sipml_server_create(config.length)));
  }

  private add(socket: WebSocket): void {
    const connection = ++this.lastConnection;
    const client: Client = { socket, answered: true };
    this.clients.set(connection, client);
    socket.on("error", () => undefined);
    socket.on("pong", () => {
      client.answered = true;
    });
    socket.on("message", (data) => {
      if (this.clients.has(connection)) this.receive(connection, joined(data));
    });
    socket.on("close", () => {
      if (!this.clients.delete(connection)) return;
      this.input((e, now) => e.sipml_server_disconnected(this.server, connection, now));
    });
    this.input((e, now) => e.sipml_server_connected(this.server, connection, 0, now), () => {
      this.clients.delete(connection);
      socket.close(TRY_AGAIN_LATER, "too many connections");
    });
  }

  private receive(connection: number, message: Uint8Array): void {
    this.input((e, now) => {
      this.instance.write([message]);
      return e.sipml_server_receive(this.server, connection, message.length, now);
    });
  }

  /** One input, then every output. `refused` is called instead when the server does not take it. */
  private input(
    feed: (exports: ServerExports, now: number) => number,
    refused?: () => void,
  ): void {
    try {
      this.instance.check(this.instance.run((e) => feed(e, this.clock.now())));
      this.drain();
    } catch (error) {
      if (error instanceof CommandError) {
        if (refused) refused();
        else this.options.report(`SIP server: ${error.message}`);
      } else if (error instanceof CoreCrashed) {
        this.restart(error);
      } else {
        throw error;
      }
    }
  }

  private drain(): void {
    for (;;) {
      const output = this.instance.read(this.instance.run((e) => e.sipml_server_poll(this.server)));
      if (!output) break;
      this.send(output.flow, output.body);
    }
    const deadline = this.instance.run((e) => e.sipml_server_deadline(this.server));
    this.clock.wakeAt(deadline, () =>
      this.input((e, now) => e.sipml_server_timer_fired(this.server, now)),
    );
  }

  private send(connection: number, message: Uint8Array): void {
    const socket = this.clients.get(connection)?.socket;
    if (!socket || socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount + message.length > BUFFERED_SIZE) {
      socket.terminate();
      return;
    }
    socket.send(frame(message));
  }

  private ping(): void {
    for (const client of this.clients.values()) {
      if (!client.answered) {
        client.socket.terminate();
        continue;
      }
      client.answered = false;
      client.socket.ping();
    }
  }

  /** After a trap: a new instance, to which every client has to connect and register again. */
  private restart(error: CoreCrashed): void {
    this.options.report(
      `${error.message}\nThe SIP server starts anew; ${this.clients.size} connections are closed.`,
    );
    const lost = [...this.clients.values()];
    this.clients.clear();
    for (const { socket } of lost) socket.close(SERVICE_RESTART, "server restarted");
    this.clock.wakeAt(Infinity, () => undefined);
    this.instance = new Instance<ServerExports>(this.options.module, SERVER_EXPORTS);
    this.server = this.create();
  }
}
