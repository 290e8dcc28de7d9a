/** `npm start`: serves the pages and runs the development SIP server behind one port of localhost. */

import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { dirname, join } from "node:path";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";

import { compileFile } from "../js-glue/load-node.js";
import { USAGE, UsageError, parseArguments } from "./server/arguments.js";
import type { Arguments } from "./server/arguments.js";
import { serveFile } from "./server/files.js";
import type { FileSite } from "./server/files.js";
import { listen } from "./server/listen.js";
import { SipServer } from "./server/sip-server.js";

const WEBSOCKET_PATH = "/sip";
/** Milliseconds that clients have to take leave. */
const FAREWELL = 300;

/** This file is bundled to build/serve.mjs. */
const build = dirname(fileURLToPath(import.meta.url));
const root = dirname(build);

function packageVersion(): string {
  const text = readFileSync(join(root, "package.json"), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

function siteOf(version: string): FileSite {
  const info = { embedded: true, realm: "localhost", websocket: WEBSOCKET_PATH, version };
  return {
    folders: { "/": join(build, "demo"), "/dist/": join(root, "dist") },
    redirects: { "/": "/call.htm", "/favicon.ico": "/icon.svg" },
    generated: {
      "/server-info.json": { type: "application/json", content: JSON.stringify(info) },
    },
  };
}

/** The host name of `host:port`, with the names of the loopback interface taken for one. */
function hostName(authority: string): string | undefined {
  try {
    const { hostname } = new URL(`http://${authority}`);
    return ["127.0.0.1", "[::1]"].includes(hostname) ? "localhost" : hostname;
  } catch {
    return undefined;
  }
}

/** True without an Origin, as programs connect, and for pages of this host, whichever their port. */
function isAllowedOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  const match = /^https?:\/\/(.+)$/.exec(origin);
  const page = match?.[1] === undefined ? undefined : hostName(match[1]);
  return page !== undefined && host !== undefined && page === hostName(host);
}

function refuse(socket: Duplex, status: string, reason: string): void {
  const body = `${reason}\n`;
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function upgrade(sip: SipServer, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.on("error", () => undefined);
  const path = (request.url ?? "").split("?", 1)[0];
  const { origin, host } = request.headers;
  const protocols = (request.headers["sec-websocket-protocol"] ?? "").split(",");
  if (path !== WEBSOCKET_PATH) {
    refuse(socket, "404 Not Found", `the WebSocket is at ${WEBSOCKET_PATH}`);
  } else if (!isAllowedOrigin(origin, host)) {
    refuse(socket, "403 Forbidden", "pages of other hosts may not connect");
  } else if (!protocols.some((protocol) => protocol.trim() === "sip")) {
    refuse(socket, "400 Bad Request", "the WebSocket subprotocol must be sip (RFC 7118)");
  } else {
    sip.accept(request, socket, head);
  }
}

async function serve(args: Arguments): Promise<void> {
  const page = join(build, "demo", "call.htm");
  const wasm = join(build, "wasm", "sipml-server.wasm");
  for (const file of [page, wasm]) {
    if (!existsSync(file)) throw new UsageError(`${file} is missing: run npm run build first`);
  }
  const version = packageVersion();
  const site = siteOf(version);
  const sip = new SipServer({
    module: await compileFile(wasm),
    accounts: args.accounts,
    challengeInDialogs: args.challengeInDialogs,
    report: (text) => console.error(text),
  });
  const listening = await listen(
    {
      request: (request, response) => {
        serveFile(site, request, response).catch((error: unknown) => {
          console.error(error);
          response.destroy();
        });
      },
      upgrade: (request, socket, head) => upgrade(sip, request, socket, head),
    },
    args.host,
    args.port,
  );

  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(0);
    stopping = true;
    sip.close();
    setTimeout(() => {
      listening.close();
      process.exit(0);
    }, sip.connectionCount > 0 ? FAREWELL : 0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);

  const everywhere = args.host === "0.0.0.0" || args.host === "::";
  const name = args.host === undefined || everywhere ? "localhost" : args.host;
  const authority = `${name.includes(":") ? `[${name}]` : name}:${listening.port}`;
  const users = Object.keys(args.accounts);
  console.log(`sipml-wasm ${version}: pages and SIP server for development

  Open http://${authority}/ in two tabs

  WebSocket  ws://${authority}${WEBSOCKET_PATH}, subprotocol sip
  Users      any name; the first password of each is kept until this program ends
${users.length > 0 ? `  Accounts   ${users.join(", ")}\n` : ""}
Ctrl-C ends it.`);
  if (args.host !== undefined && name !== "localhost") {
    console.log("Browsers give camera and microphone to pages of localhost and https only.");
  }
}

try {
  const args = parseArguments(process.argv.slice(2));
  if (args.help) console.log(USAGE);
  else await serve(args);
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  } else {
    const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    console.error(taken ? `${error.message}: choose another with --port` : error);
    process.exitCode = 1;
  }
}
