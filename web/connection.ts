/** The connection to one of several servers: which one is tried when. */

import type { Environment } from "./environment.js";
import type { SipError } from "./errors.js";
import { Transport } from "./transport.js";

export interface ConnectionHandlers {
  /** This server's WebSocket is open. */
  opened(server: string): void;
  /** Lost, or none of the servers could be reached. Not called after `close()`. */
  closed(error: SipError): void;
  /** One SIP message. */
  message(bytes: Uint8Array): void;
}

/**
 * `open` goes round the servers once, in their order, from the one that is due: the first; after a
 * lost connection the one behind it. When to try again is the core's to say.
 */
export class Connection {
  private readonly transport: Transport;
  private readonly servers: () => readonly string[];
  private due = 0;
  private left = 0;
  private explain = false;
  private isOpen = false;
  private tried: string | undefined;

  constructor(
    environment: Environment,
    servers: () => readonly string[],
    handlers: ConnectionHandlers,
  ) {
    this.servers = servers;
    this.transport = new Transport(environment, {
      opened: () => {
        this.isOpen = true;
        handlers.opened(this.tried ?? "");
      },
      closed: (error) => {
        const wasOpen = this.isOpen;
        this.isOpen = false;
        this.due += 1;
        if (!wasOpen && this.left > 0) this.tryNext();
        else handlers.closed(error);
      },
      message: (bytes) => handlers.message(bytes),
    });
  }

  /** The server that is used, or was tried last. */
  get server(): string | undefined {
    return this.tried;
  }

  /** Ends in `opened` or `closed`, never before it returns. `explain`: find out why it failed. */
  open(explain: boolean): void {
    this.isOpen = false;
    this.explain = explain;
    this.left = this.servers().length;
    this.tryNext();
  }

  send(message: Uint8Array): void {
    this.transport.send(message);
  }

  /** Closes without a word to the handlers; the next `open` begins with the first server. */
  close(): void {
    this.isOpen = false;
    this.due = 0;
    this.transport.close();
  }

  /** The same without beginning anew: it is as good as lost. */
  drop(): void {
    this.isOpen = false;
    this.transport.close();
  }

  /** Other servers are used from the next `open` on. */
  reorder(): void {
    this.due = 0;
  }

  private tryNext(): void {
    const servers = this.servers();
    const server = servers[this.due % servers.length] ?? "";
    this.left -= 1;
    this.tried = server;
    this.transport.open(server, this.explain && this.left === 0);
  }
}
