/** What a test needs to know of a SIP server, whichever it is. */

export type Algorithm = "MD5" | "SHA-256";

export interface SipServer {
  /** For test names: "embedded server", "Kamailio wss SHA-256". */
  readonly name: string;
  /** WebSocket URL. */
  readonly url: string;
  /** Domain of the addresses, and digest realm. */
  readonly domain: string;
  /** The password with which `user` registers. */
  password(user: string): string;
  stop(): Promise<void>;
}
