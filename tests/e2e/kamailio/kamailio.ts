/** Starts a real Kamailio on loopback ports with kamailio.cfg and ends it again. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WebSocket } from "ws";
import { makeCertificate } from "../certificate.js";
import { startChild, waitFor, type Child } from "../child.js";
import { root, runFolder } from "../paths.js";
import { freePorts } from "../ports.js";
import type { Algorithm, SipServer } from "../servers.js";

/** Who may register at Kamailio; the password of NAME is NAME-secret. */
export const users = ["alice", "bob", "carol"] as const;

const domain = "sipml.test";
const programs = ["/usr/sbin/kamailio", "/usr/local/sbin/kamailio"];

/** The empty tables of its release, which the package brings for db_text. */
const schemas = "/usr/share/kamailio/dbtext/kamailio";
const presenceTables = ["presentity", "active_watchers", "watchers", "xcap"];

export interface Kamailio {
  readonly domain: string;
  readonly algorithm: Algorithm;
  readonly wsUrl: string;
  readonly wssUrl: string;
  password(user: string): string;
  /** Its log so far. */
  output(): string;
  /** The same process as a server for the tests that do not care which it is. */
  asServer(transport: "ws" | "wss"): SipServer;
  stop(): Promise<void>;
}

function password(user: string): string {
  return `${user}-secret`;
}

function writeRunFolder(folder: string, algorithm: Algorithm, ws: number, wss: number): void {
  const { key, certificate } = makeCertificate(folder);
  writeFileSync(
    join(folder, "tls.cfg"),
    `[server:default]\nmethod = TLSv1.2+\nverify_certificate = no\nrequire_certificate = no\n` +
      `private_key = "${key}"\ncertificate = "${certificate}"\n`,
  );
  mkdirSync(join(folder, "db"), { recursive: true });
  for (const table of ["version", ...presenceTables]) {
    copyFileSync(join(schemas, table), join(folder, "db", table));
  }
  // db_text refuses the whole table when a string column is empty.
  const rows = users.map((user, at) => `${at + 1}:${user}:${domain}:${password(user)}:-:-\n`);
  writeFileSync(
    join(folder, "db", "subscriber"),
    "id(int,auto) username(string) domain(string) password(string) ha1(string) ha1b(string)\n" +
      rows.join(""),
  );
  const values: Record<string, string> = {
    RUN: folder,
    WS_PORT: String(ws),
    WSS_PORT: String(wss),
    DOMAIN: domain,
    ALGORITHM: algorithm,
    CHILDREN: "2",
  };
  const template = readFileSync(join(root, "tests/e2e/kamailio/kamailio.cfg"), "utf8");
  const text = template
    .split("\n")
    .map((line) => (line.startsWith("# ") ? line : fill(line, values)))
    .join("\n");
  writeFileSync(join(folder, "kamailio.cfg"), text);
}

function fill(line: string, values: Record<string, string>): string {
  return line.replace(/@([A-Z_]+)@/g, (whole, name: string) => values[name] ?? whole);
}

/** Whether a WebSocket with the subprotocol "sip" opens. */
function opens(url: string): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, "sip", { rejectUnauthorized: false });
    socket.on("open", () => {
      socket.terminate();
      resolve(true);
    });
    socket.on("error", () => resolve(undefined));
  });
}

async function waitUntilReady(child: Child, url: string): Promise<void> {
  const probe = async (): Promise<true | undefined> => {
    if (!child.running()) throw new Error(`Kamailio exited:\n${child.output()}`);
    return opens(url);
  };
  await waitFor(probe, () => `${url} does not open:\n${child.output()}`, 15000, 100);
}

/** Starts Kamailio and resolves when ws and wss accept connections; throws with its log if not. */
export async function startKamailio(algorithm: Algorithm): Promise<Kamailio> {
  const program = programs.find((path) => existsSync(path));
  if (program === undefined) {
    throw new Error(
      "Kamailio is missing: apt-get install kamailio kamailio-websocket-modules " +
        "kamailio-tls-modules kamailio-presence-modules",
    );
  }
  let failure: unknown;
  for (let attempt = 0; attempt < 3; attempt++) {
    const [ws = 0, wss = 0] = await freePorts(2);
    const folder = runFolder(`kamailio-${algorithm.toLowerCase()}`);
    writeRunFolder(folder, algorithm, ws, wss);
    // -DD: the main process stays in the foreground; -E: log to stderr; -m, -M: megabytes.
    const args = [
      "-f",
      join(folder, "kamailio.cfg"),
      "-w",
      folder,
      "-Y",
      folder,
      "-DD",
      "-E",
      "-m",
      "32",
      "-M",
      "4",
    ];
    const child = startChild(program, args, folder);
    const wsUrl = `ws://127.0.0.1:${ws}`;
    const wssUrl = `wss://127.0.0.1:${wss}`;
    try {
      await waitUntilReady(child, wsUrl);
      await waitUntilReady(child, wssUrl);
    } catch (error) {
      // Most likely somebody took the port in between.
      failure = error;
      await child.stop();
      continue;
    }
    return {
      domain,
      algorithm,
      wsUrl,
      wssUrl,
      password,
      output: () => child.output(),
      asServer: (transport) => ({
        name: `Kamailio ${transport} ${algorithm}`,
        url: transport === "ws" ? wsUrl : wssUrl,
        domain,
        password,
        stop: () => child.stop(),
      }),
      stop: () => child.stop(),
    };
  }
  throw failure;
}
