/**
 * SIP over WebSocket (RFC 7118) written by hand, so that the servers can be checked without our own
 * stack: one connection, digest (RFC 7616, MD5 and SHA-256, qop none and auth), messages as text.
 */
import { createHash, randomBytes } from "node:crypto";
import { WebSocket } from "ws";
import type { Algorithm } from "../servers.js";

export interface RawMessage {
  readonly startLine: string;
  /** Status code of a response, 0 of a request. */
  readonly status: number;
  /** Method of a request, or of a response's CSeq. */
  readonly method: string;
  readonly body: string;
  /** Field values with this lower-case name, in order; one entry per comma-free header line. */
  all(name: string): string[];
  /** The first of them; throws if there is none. */
  first(name: string): string;
}

/** A request outside of a dialog, and what came of it. */
export interface Sent {
  readonly final: RawMessage;
  /** What a dialog goes on with: From with its tag, Call-ID, the last CSeq. */
  readonly from: string;
  readonly callId: string;
  readonly cseq: number;
  readonly via: string;
  /** Digest algorithm of the challenge; "" if there was none. */
  readonly algorithm: string;
}

/** Reads one SIP message; good enough for what Kamailio writes. */
export function readMessage(text: string): RawMessage {
  const split = text.indexOf("\r\n\r\n");
  const head = split < 0 ? text : text.slice(0, split);
  const lines = head.replace(/\r\n[ \t]+/g, " ").split("\r\n");
  const startLine = lines[0] ?? "";
  const fields = lines.slice(1).map((line) => {
    const colon = line.indexOf(":");
    return { name: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1).trim() };
  });
  const all = (name: string): string[] => fields.filter((f) => f.name === name).map((f) => f.value);
  const first = (name: string): string => {
    const value = all(name)[0];
    if (value === undefined) throw new Error(`no ${name} in:\n${text}`);
    return value;
  };
  const isResponse = startLine.startsWith("SIP/2.0 ");
  return {
    startLine,
    status: isResponse ? Number(startLine.split(" ")[1]) : 0,
    method: isResponse ? (first("cseq").split(/\s+/)[1] ?? "") : (startLine.split(" ")[0] ?? ""),
    body: split < 0 ? "" : text.slice(split + 4),
    all,
    first,
  };
}

function token(): string {
  return randomBytes(8).toString("hex");
}

function hash(algorithm: Algorithm, text: string): string {
  return createHash(algorithm === "MD5" ? "md5" : "sha256")
    .update(text)
    .digest("hex");
}

function parameter(challenge: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|[\\s,])${name}=(?:"([^"]*)"|([^\\s,]+))`, "i").exec(challenge);
  return match?.[1] ?? match?.[2];
}

/** The Authorization value that answers `challenge`, RFC 7616 section 3.4. */
export function answerChallenge(
  challenge: string,
  credentials: { readonly user: string; readonly password: string },
  method: string,
  uri: string,
): string {
  const named = parameter(challenge, "algorithm") ?? "MD5";
  if (named !== "MD5" && named !== "SHA-256") throw new Error(`unexpected algorithm ${named}`);
  const realm = parameter(challenge, "realm") ?? "";
  const nonce = parameter(challenge, "nonce") ?? "";
  const cnonce = token();
  const ha1 = hash(named, `${credentials.user}:${realm}:${credentials.password}`);
  const ha2 = hash(named, `${method}:${uri}`);
  const counted = parameter(challenge, "qop") !== undefined;
  const middle = counted ? `${nonce}:00000001:${cnonce}:auth` : nonce;
  return (
    `Digest username="${credentials.user}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
    `response="${hash(named, `${ha1}:${middle}:${ha2}`)}", algorithm=${named}` +
    (counted ? `, cnonce="${cnonce}", qop=auth, nc=00000001` : "")
  );
}

function challengeOf(final: RawMessage): string {
  return final.first(final.status === 407 ? "proxy-authenticate" : "www-authenticate");
}

/** One user on one WebSocket; every message that arrives can be awaited once. */
export class RawClient {
  readonly contact: string;
  private readonly host = `${token()}.invalid`;
  private readonly socket: WebSocket;
  private readonly inbox: RawMessage[] = [];
  private readonly servers: { method: string; answer: (request: RawMessage) => void }[] = [];
  private readonly waiting: { match: (m: RawMessage) => boolean; give: (m: RawMessage) => void }[] =
    [];

  private constructor(
    socket: WebSocket,
    readonly user: string,
    readonly domain: string,
    private readonly password: string,
  ) {
    this.socket = socket;
    this.contact = `<sip:${user}@${this.host};transport=ws>`;
    socket.on("message", (data) => {
      const text = Buffer.isBuffer(data) ? data.toString("utf8") : "";
      if (text.trim() !== "") this.take(readMessage(text));
    });
  }

  static open(url: string, user: string, domain: string, password: string): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, "sip", { rejectUnauthorized: false });
      socket.once("open", () => resolve(new RawClient(socket, user, domain, password)));
      socket.once("error", reject);
    });
  }

  get aor(): string {
    return `sip:${this.user}@${this.domain}`;
  }

  close(): void {
    this.socket.terminate();
  }

  /** Drops what came and was not taken. */
  forget(): void {
    this.inbox.length = 0;
  }

  /** Has every request of this method answered by `answer` as it comes; the result ends it. */
  serve(method: string, answer: (request: RawMessage) => void): () => void {
    const server = { method, answer };
    this.servers.push(server);
    return () => this.servers.splice(this.servers.indexOf(server), 1);
  }

  private take(message: RawMessage): void {
    const server = this.servers.find((s) => message.status === 0 && s.method === message.method);
    if (server) return server.answer(message);
    const at = this.waiting.findIndex((w) => w.match(message));
    if (at < 0) this.inbox.push(message);
    else this.waiting.splice(at, 1)[0]?.give(message);
  }

  /** The next message, also an earlier one not yet taken, that matches; throws after `patience` ms. */
  next(
    what: string,
    match: (m: RawMessage) => boolean,
    patience = 5000,
  ): Promise<RawMessage> {
    const at = this.inbox.findIndex(match);
    const here = at < 0 ? undefined : this.inbox.splice(at, 1)[0];
    if (here !== undefined) return Promise.resolve(here);
    return new Promise((resolve, reject) => {
      const waiter = {
        match,
        give: (m: RawMessage): void => {
          clearTimeout(timer);
          resolve(m);
        },
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        const seen = this.inbox.map((m) => m.startLine).join(" | ");
        reject(new Error(`${this.user}: no ${what} within ${patience} ms; untaken: ${seen}`));
      }, patience);
      this.waiting.push(waiter);
    });
  }

  nextRequest(method: string, patience?: number): Promise<RawMessage> {
    return this.next(method, (m) => m.status === 0 && m.method === method, patience);
  }

  nextResponse(method: string, from = 200): Promise<RawMessage> {
    return this.next(`response to ${method}`, (m) => m.status >= from && m.method === method);
  }

  via(branch = `z9hG4bK${token()}`): string {
    return `SIP/2.0/WS ${this.host};branch=${branch};rport`;
  }

  send(startLine: string, fields: readonly string[], body = ""): void {
    const length = Buffer.byteLength(body, "utf8");
    this.socket.send([startLine, ...fields, `Content-Length: ${length}`, "", body].join("\r\n"));
  }

  /**
   * Sends a request outside a dialog; a challenge is answered once when `authenticate` is true.
   * Returns the final response and the fields that a dialog goes on with.
   */
  async request(
    method: string,
    uri: string,
    options: { to?: string; fields?: readonly string[]; body?: string; password?: string } = {},
  ): Promise<Sent> {
    const callId = token();
    const from = `<${this.aor}>;tag=${token()}`;
    const to = `<${options.to ?? uri}>`;
    let authorization: string[] = [];
    let algorithm = "";
    for (let cseq = 1; ; cseq++) {
      const via = this.via();
      this.send(
        `${method} ${uri} SIP/2.0`,
        [
          `Via: ${via}`,
          "Max-Forwards: 70",
          `From: ${from}`,
          `To: ${to}`,
          `Call-ID: ${callId}`,
          `CSeq: ${cseq} ${method}`,
          `Contact: ${this.contact}`,
          ...authorization,
          ...(options.fields ?? []),
        ],
        options.body,
      );
      const final = await this.nextResponse(method);
      if (method === "INVITE" && final.status >= 300) {
        this.send(`ACK ${uri} SIP/2.0`, [
          `Via: ${via}`,
          "Max-Forwards: 70",
          `From: ${from}`,
          `To: ${final.first("to")}`,
          `Call-ID: ${callId}`,
          `CSeq: ${cseq} ACK`,
        ]);
      }
      const proxy = final.status === 407;
      if ((final.status !== 401 && !proxy) || cseq > 1) {
        return { final, from, callId, cseq, via, algorithm };
      }
      algorithm = parameter(challengeOf(final), "algorithm") ?? "none";
      authorization = [this.authorization(final, method, uri, options.password)];
    }
  }

  /** The header that answers the challenge of `final`, a 401 or 407. */
  authorization(
    final: RawMessage,
    method: string,
    uri: string,
    password: string = this.password,
  ): string {
    const credentials = { user: this.user, password };
    const value = answerChallenge(challengeOf(final), credentials, method, uri);
    return `${final.status === 407 ? "Proxy-Authorization" : "Authorization"}: ${value}`;
  }

  /** Answers `request` with its own Via, From, To, Call-ID and CSeq; RFC 3261 section 8.2.6. */
  respond(
    request: RawMessage,
    status: string,
    tag: string,
    fields: readonly string[] = [],
    body = "",
  ): void {
    const to = request.first("to");
    this.send(
      `SIP/2.0 ${status}`,
      [
        ...request.all("via").map((v) => `Via: ${v}`),
        ...request.all("record-route").map((r) => `Record-Route: ${r}`),
        `From: ${request.first("from")}`,
        `To: ${to.includes(";tag=") ? to : `${to};tag=${tag}`}`,
        `Call-ID: ${request.first("call-id")}`,
        `CSeq: ${request.first("cseq")}`,
        ...fields,
      ],
      body,
    );
  }
}

/** The URI between the angle brackets of a name-addr. */
export function uriOf(nameAddr: string): string {
  return /<([^>]*)>/.exec(nameAddr)?.[1] ?? nameAddr.split(";")[0] ?? "";
}

/** Follows RFC 3261 section 12.2.1.1 for one side of a dialog. */
export class Dialog {
  private cseq: number;
  constructor(
    private readonly client: RawClient,
    readonly remoteTarget: string,
    private readonly routes: readonly string[],
    private readonly from: string,
    private readonly to: string,
    private readonly callId: string,
    cseq: number,
  ) {
    this.cseq = cseq;
  }

  /** Of the side that sent the request to which `final`, a 2xx, is the response. */
  static ofCaller(
    client: RawClient,
    { final, from, callId, cseq }: Pick<Sent, "final" | "from" | "callId" | "cseq">,
  ): Dialog {
    const target = uriOf(final.first("contact"));
    const routes = [...routeSet(final)].reverse();
    return new Dialog(client, target, routes, from, final.first("to"), callId, cseq);
  }

  /** Of the side that received `request` and answered it with `tag`. */
  static ofCallee(client: RawClient, request: RawMessage, tag: string): Dialog {
    const target = uriOf(request.first("contact"));
    const from = `${request.first("to")};tag=${tag}`;
    const [to, callId] = [request.first("from"), request.first("call-id")];
    return new Dialog(client, target, routeSet(request), from, to, callId, 100);
  }

  /** Sends a request and waits for its final response; a challenge is answered once. */
  async exchange(
    method: string,
    fields: readonly string[] = [],
    body = "",
  ): Promise<RawMessage> {
    this.send(method, fields, body);
    const final = await this.client.nextResponse(method);
    if (final.status !== 401 && final.status !== 407) return final;
    const authorization = this.client.authorization(final, method, this.remoteTarget);
    this.send(method, [...fields, authorization], body);
    return this.client.nextResponse(method);
  }

  send(method: string, fields: readonly string[] = [], body = ""): void {
    if (method !== "ACK") this.cseq++;
    this.client.send(
      `${method} ${this.remoteTarget} SIP/2.0`,
      [
        `Via: ${this.client.via()}`,
        "Max-Forwards: 70",
        ...this.routes.map((r) => `Route: ${r}`),
        `From: ${this.from}`,
        `To: ${this.to}`,
        `Call-ID: ${this.callId}`,
        `CSeq: ${this.cseq} ${method}`,
        `Contact: ${this.client.contact}`,
        ...fields,
      ],
      body,
    );
  }
}

/** The values of Record-Route. */
export function routeSet(message: RawMessage): string[] {
  return message.all("record-route").flatMap((line) => line.split(/,\s*/));
}
