/**
 * What helps a newcomer when the page comes from the embedded development server: ready-made users
 * for several tabs, and the page's query parameters.
 */

export interface ServerInfo {
  readonly realm: string;
  /** A path on this page's own host and port. */
  readonly websocket: string;
}

export interface Query {
  /** The user that this tab is to be; its identity is never stored. */
  readonly user: string | null;
  /** Whom to call: fills the number. */
  readonly peer: string | null;
  readonly logIn: boolean;
  /** Parameters of the original that only its browser plug-in understood. */
  readonly ignored: readonly string[];
}

const PLUGIN_PARAMETERS = ["wt", "fps", "mvs", "mbwu", "mbwd", "za", "ndb"];
const USERS = ["alice", "bob", "carol", "dave", "erin", "frank"];
const USER = /^[A-Za-z0-9][\w.+-]{0,63}$/;
const FETCH_TIMEOUT = 2000;
const TAB_ANSWER_TIME = 120;

export function readQuery(search: string): Query {
  const parameters = new URLSearchParams(search);
  const user = parameters.get("user");
  const peer = parameters.get("peer");
  return {
    user: user !== null && USER.test(user) ? user : null,
    peer: peer !== null && USER.test(peer) ? peer : null,
    logIn: parameters.get("login") === "1",
    ignored: PLUGIN_PARAMETERS.filter((name) => parameters.has(name)),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** null: the page does not come from the embedded server. Never throws. */
export async function fetchServerInfo(): Promise<ServerInfo | null> {
  try {
    const response = await fetch("./server-info.json", {
      cache: "no-store",
      signal: AbortSignal.timeout(FETCH_TIMEOUT),
    });
    if (!response.ok) return null;
    const info: unknown = await response.json();
    if (!isRecord(info) || info["embedded"] !== true) return null;
    const { realm, websocket } = info;
    if (typeof realm !== "string" || realm === "" || typeof websocket !== "string") return null;
    return { realm, websocket };
  } catch {
    return null;
  }
}

/** The address of the embedded server: ws on http pages, wss on https pages. */
export function embeddedUrl(info: ServerInfo, page: Location | URL): string {
  const url = new URL(info.websocket, page.href);
  url.protocol = page.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/** The first of the ready-made users that is not `taken`. */
export function freeUser(taken: readonly string[]): string {
  return USERS.find((name) => !taken.includes(name)) ?? `user${USERS.length + taken.length}`;
}

export function friendlyName(user: string): string {
  return user.charAt(0).toUpperCase() + user.slice(1);
}

/**
 * The users of the other open tabs. Each tab answers with the name that `current` returns, so that
 * two tabs of one browser do not become the same user by accident.
 */
export class TabUsers {
  private readonly channel =
    "BroadcastChannel" in globalThis ? new BroadcastChannel("sipml-demo-users") : null;
  private readonly seen = new Set<string>();

  constructor(current: () => string) {
    this.channel?.addEventListener("message", (event: MessageEvent<unknown>) => {
      const message = event.data;
      if (!isRecord(message)) return;
      const user = current();
      if (message["type"] === "who" && user !== "") {
        this.channel?.postMessage({ type: "here", user });
      } else if (message["type"] === "here" && typeof message["user"] === "string") {
        this.seen.add(message["user"]);
      }
    });
  }

  /** Resolves after a moment, in which the other tabs answer. */
  async others(): Promise<readonly string[]> {
    if (this.channel === null) return [];
    this.seen.clear();
    this.channel.postMessage({ type: "who" });
    await new Promise((resolve) => setTimeout(resolve, TAB_ANSWER_TIME));
    return [...this.seen];
  }
}
