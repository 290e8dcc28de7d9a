/** The parts of the page that want to know who is logged in. */
import type { UserAgent } from "../web/index.js";

/** Who is logged in, as the parts of the page keep things for him. */
export interface Account {
  /** The public identity, `sip:alice@example.org`. */
  readonly uri: string;
  /** What completes a bare name. */
  readonly domain: string;
  /** The WebSocket URL. */
  readonly server: string;
  /** false: what is kept of this user is forgotten with the tab. */
  readonly lasting: boolean;
}

export interface AgentFollower {
  /** A new agent, before it is started; null: it is gone. */
  setAgent(agent: UserAgent | null, account: Account | null): void;
  setRegistered(registered: boolean): void;
}
