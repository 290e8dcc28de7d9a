/**
 * A gateway that does to SIP over WebSocket what webrtc2sip is known to do, scripted, with a registrar
 * and the far side of its calls behind it. It is strict where webrtc2sip is fragile: a binary frame
 * blocks a connection for good, what is no SIP message ends it, and each slip is noted.
 */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { readMessage } from "../kamailio/raw-client.js";
import type { RawMessage } from "../kamailio/raw-client.js";
import type { Certificate } from "../certificate.js";

export interface Gateway {
  /** `wss://localhost:PORT/` */
  readonly url: string;
  readonly domain: string;
  password(user: string): string;
  /** What no client of webrtc2sip may do, in words; empty when all is well. */
  readonly slips: readonly string[];
  /** Every message of the clients, oldest first, as it came. */
  readonly received: readonly string[];
  /** Every message to the clients, oldest first. */
  readonly sent: readonly string[];
  /** The private Routes that were taken off requests, by method. */
  readonly routes: readonly { readonly method: string; readonly route: string }[];
  stop(): Promise<void>;
}

const domain = "gateway.test";
/** What the gateway says it is, in the Via and Contact that it writes. */
const own = "192.0.2.1:10060";
/** Browsers that webrtc2sip knows by the SDP's s= line. */
const known_browsers = ["chrome", "firefox", "bowser", "doubango"];
const largest_frame = 64 * 1024;

interface Client {
  readonly id: number;
  readonly socket: WebSocket;
  /** A binary frame stays at the head of the gateway's buffer. */
  blocked: boolean;
}

function hash(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

/** The lines of a message's head, and its body. */
function split(text: string): { lines: string[]; body: string } {
  const end = text.indexOf("\r\n\r\n");
  return { lines: text.slice(0, end).split("\r\n"), body: text.slice(end + 4) };
}

function join(lines: readonly string[], body: string): string {
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(":")).trim().toLowerCase();
}

/** Changes the first header of that name; `change` may drop it by giving undefined. */
function changeFirst(
  lines: readonly string[],
  name: string,
  change: (value: string) => string | undefined,
): string[] {
  let done = false;
  return lines.flatMap((line, index) => {
    if (done || index === 0 || nameOf(line) !== name) return [line];
    done = true;
    const value = change(line.slice(line.indexOf(":") + 1).trim());
    return value === undefined ? [] : [`${line.slice(0, line.indexOf(":"))}: ${value}`];
  });
}

function parameterOf(text: string, name: string): string | undefined {
  return new RegExp(`;${name}=([^;>\\s]*)`, "i").exec(text)?.[1];
}

function userOf(text: string): string {
  return /sips?:([^@;>]*)@/.exec(text)?.[1] ?? "";
}

export async function startGateway(certificate: Certificate): Promise<Gateway> {
  const http = createServer({
    key: readFileSync(certificate.key),
    cert: readFileSync(certificate.certificate),
  });
  const password = (user: string): string => `${user}-secret`;
  const slips: string[] = [];
  const received: string[] = [];
  const sent: string[] = [];
  const routes: { method: string; route: string }[] = [];
  const clients = new Map<number, Client>();
  /** Where each registered user is, and the Contact that it gave. */
  const bindings = new Map<string, { readonly client: Client; readonly target: string }>();
  const nonces = new Set<string>();
  let lastId = 0;

  const server = new WebSocketServer({
    server: http,
    handleProtocols: (protocols) => (protocols.has("sip") ? "sip" : false),
  });

  /** All that webrtc2sip sends is binary. */
  function send(client: Client, text: string): void {
    sent.push(text);
    if (client.socket.readyState === WebSocket.OPEN) client.socket.send(Buffer.from(text, "utf8"));
  }

  function respond(
    client: Client,
    request: RawMessage,
    status: string,
    more: readonly string[] = [],
  ): void {
    const tagged = /;tag=/.test(request.first("to")) || status.startsWith("100");
    const lines = [
      `SIP/2.0 ${status}`,
      ...request.all("via").map((value) => `Via: ${value}`),
      `From: ${request.first("from")}`,
      `To: ${request.first("to")}${tagged ? "" : `;tag=gw${hash(request.first("call-id")).slice(0, 8)}`}`,
      `Call-ID: ${request.first("call-id")}`,
      `CSeq: ${request.first("cseq")}`,
      ...more,
      "Content-Length: 0",
    ];
    send(client, join(lines, ""));
  }

  function register(client: Client, request: RawMessage): void {
    const user = userOf(request.first("to"));
    const authorization = request.all("authorization")[0] ?? "";
    const value = (name: string): string =>
      new RegExp(`[\\s,]${name}="?([^",]*)`).exec(authorization)?.[1] ?? "";
    const nonce = value("nonce");
    const ha1 = hash(`${user}:${domain}:${password(user)}`);
    const ha2 = hash(`REGISTER:${value("uri")}`);
    const expected = hash(`${ha1}:${nonce}:${value("nc")}:${value("cnonce")}:auth:${ha2}`);
    if (!nonces.has(nonce) || value("response") !== expected) {
      const fresh = randomBytes(8).toString("hex");
      nonces.add(fresh);
      const challenge = `Digest realm="${domain}", nonce="${fresh}", algorithm=MD5, qop="auth"`;
      respond(client, request, "401 Unauthorized", [`WWW-Authenticate: ${challenge}`]);
      return;
    }
    const contact = request.first("contact");
    const expires = parameterOf(contact, "expires") ?? request.all("expires")[0] ?? "600";
    const target = /<([^>]*)>/.exec(contact)?.[1] ?? "";
    if (expires === "0") bindings.delete(user);
    else bindings.set(user, { client, target });
    respond(client, request, "200 OK", expires === "0" ? [] : [`Contact: ${contact}`]);
  }

  /** The Contact as the other side of the gateway sees it. */
  function exposed(contact: string, client: Client): string {
    return contact.replace(/<([^>]*)>/, (_all, uri: string) => {
      const user = userOf(uri);
      const kept = uri
        .split(";")
        .slice(1)
        .filter((parameter) => !parameter.startsWith("transport="));
      const source = `ws-src-ip=127.0.0.1;ws-src-port=${client.id};ws-src-proto=wss`;
      return `<sip:${user}@${[own, ...kept, "transport=udp", source].join(";")}>`;
    });
  }

  function forwardRequest(from: Client, text: string): void {
    const request = readMessage(text);
    const uri = request.startLine.split(" ")[1] ?? "";
    let { lines } = split(text);
    const { body } = split(text);
    lines = changeFirst(lines, "route", (route) => {
      if (!route.includes("sipml5-outbound")) return route;
      routes.push({ method: request.method, route });
      return undefined;
    });
    if (lines.some((line) => nameOf(line) === "route" && line.includes("sipml5-outbound")))
      slips.push(`${request.method} has two private Routes`);
    const source = parameterOf(uri, "ws-src-port");
    const binding = source === undefined ? bindings.get(userOf(uri)) : undefined;
    const to = source === undefined ? binding?.client : clients.get(Number(source));
    if (!to) {
      if (request.method !== "ACK") respond(from, request, "404 Not Found");
      return;
    }
    if (request.method === "INVITE") {
      // The gateway answers for itself before the other leg is even asked.
      respond(from, request, "100 Trying (sent from the Transaction Layer)");
      if (!/;tag=/.test(request.first("to"))) respond(from, request, "180 Ringing");
    }
    const hacked = request.first("via");
    const transport = /^SIP\/2\.0\/(WSS?) /.exec(hacked)?.[1];
    if (transport === undefined) slips.push(`a Via is not exactly WS or WSS: ${hacked}`);
    lines = changeFirst(lines, "via", (via) => via.replace(/^SIP\/2\.0\/WSS? \S+?(?=;)/, `SIP/2.0/UDP ${own}`) + `;ws-hacked=${transport ?? ""};ws-src-port=${from.id};ws-src-host=${/^SIP\/2\.0\/\S+ ([^;]+)/.exec(via)?.[1] ?? ""}`);
    lines = changeFirst(lines, "contact", (contact) => exposed(contact, from));
    lines[0] = `${request.method} ${binding?.target ?? uri} SIP/2.0`;
    send(to, join(lines, body));
  }

  function forwardResponse(text: string): void {
    let { lines } = split(text);
    const { body } = split(text);
    const response = readMessage(text);
    const via = response.first("via");
    const to = clients.get(Number(parameterOf(via, "ws-src-port")));
    const source = [...clients.values()].find(
      (client) => client !== to && client.socket.readyState === WebSocket.OPEN,
    );
    if (!to || response.status === 100) return;
    lines = changeFirst(lines, "via", (value) => {
      const host = parameterOf(value, "ws-src-host") ?? "";
      const hacked = parameterOf(value, "ws-hacked") ?? "";
      const rest = value
        .slice(value.indexOf(";"))
        .replace(/;ws-[a-z]+(-[a-z]+)?=[^;]*/g, "");
      return `SIP/2.0/${hacked} ${host}${rest}`;
    });
    if (source) lines = changeFirst(lines, "contact", (contact) => exposed(contact, source));
    send(to, join(lines, body));
  }

  function check(client: Client, text: string): boolean {
    if (!/^(SIP\/2\.0 \d{3} |[A-Z]+ \S+ SIP\/2\.0\r\n)/.test(text) || !text.includes("\r\n\r\n")) {
      slips.push(`no SIP message: ${JSON.stringify(text.slice(0, 40))}`);
      client.socket.close();
      return false;
    }
    if (Buffer.byteLength(text) >= largest_frame) slips.push("a frame of 64 KiB or more");
    const message = readMessage(text);
    if (message.status > 0) return true;
    const contact = message.all("contact")[0] ?? "";
    const proof = /;(impi|ha1)=/.test(text);
    if (proof && (message.method !== "INVITE" || !/;ha1=/.test(contact.slice(contact.indexOf(">")))))
      slips.push(`impi or ha1 in a ${message.method} where they do not belong`);
    if (message.body.startsWith("v=0")) {
      const name = /^s=(.*)$/m.exec(message.body)?.[1] ?? "";
      if (!known_browsers.some((browser) => name.includes(browser)))
        slips.push(`s=${name} names no browser that the gateway knows`);
    }
    return true;
  }

  server.on("connection", (socket) => {
    const client: Client = { id: ++lastId, socket, blocked: false };
    clients.set(client.id, client);
    socket.on("message", (data, binary) => {
      if (binary) {
        slips.push("a binary frame");
        client.blocked = true;
      }
      if (client.blocked || !Buffer.isBuffer(data)) return;
      const text = data.toString("utf8");
      received.push(text);
      if (!check(client, text)) return;
      const message = readMessage(text);
      if (message.status > 0) forwardResponse(text);
      else if (message.method === "REGISTER") register(client, message);
      else forwardRequest(client, text);
    });
    socket.on("close", () => clients.delete(client.id));
    socket.on("error", () => clients.delete(client.id));
  });
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(0, "127.0.0.1", resolve);
  });
  const { port } = http.address() as AddressInfo;
  return {
    url: `wss://localhost:${port}/`,
    domain,
    password,
    slips,
    received,
    sent,
    routes,
    stop: async () => {
      for (const client of clients.values()) client.socket.terminate();
      server.close();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

/** MD5(user:realm:password), the proof that the breaker wants. */
export function proofOf(gateway: Gateway, user: string): string {
  return hash(`${user}:${gateway.domain}:${gateway.password(user)}`);
}
