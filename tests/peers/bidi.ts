/** A client of WebDriver BiDi (https://w3c.github.io/webdriver-bidi/): commands and events over one WebSocket. */
import { WebSocket } from "ws";

type Fields = Readonly<Record<string, unknown>>;

interface Reply {
  readonly id?: number;
  readonly type: "success" | "error" | "event";
  readonly result?: Fields;
  readonly error?: string;
  readonly message?: string;
  readonly method?: string;
  readonly params?: Fields;
}

interface Waiting {
  readonly method: string;
  resolve(result: Fields): void;
  reject(error: Error): void;
}

export class Bidi {
  private next = 1;
  private readonly waiting = new Map<number, Waiting>();
  private readonly listeners = new Set<(method: string, params: Fields) => void>();

  private constructor(private readonly socket: WebSocket) {
    socket.on("message", (data) => this.receive(JSON.parse(String(data)) as Reply));
    socket.on("close", () => this.fail("the browser closed the connection"));
    socket.on("error", (error) => this.fail(error.message));
  }

  /** Opens a session; `url` is what the browser printed. */
  static async connect(url: string, capabilities: Fields): Promise<Bidi> {
    const socket = new WebSocket(`${url}/session`, { perMessageDeflate: false });
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    const bidi = new Bidi(socket);
    await bidi.send("session.new", { capabilities: { alwaysMatch: capabilities } });
    return bidi;
  }

  on(listener: (method: string, params: Fields) => void): void {
    this.listeners.add(listener);
  }

  send(method: string, params: Fields = {}): Promise<Fields> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { method, resolve, reject });
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }

  close(): void {
    this.socket.close();
  }

  private receive(reply: Reply): void {
    if (reply.type === "event") {
      for (const listener of this.listeners) listener(reply.method ?? "", reply.params ?? {});
      return;
    }
    const waiting = this.waiting.get(reply.id ?? 0);
    if (waiting === undefined) return;
    this.waiting.delete(reply.id ?? 0);
    if (reply.type === "success") waiting.resolve(reply.result ?? {});
    else waiting.reject(new Error(`${waiting.method}: ${reply.error}: ${reply.message}`));
  }

  private fail(why: string): void {
    for (const { method, reject } of this.waiting.values()) reject(new Error(`${method}: ${why}`));
    this.waiting.clear();
  }
}
