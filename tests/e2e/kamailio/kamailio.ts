/** Starts a real Kamailio with the recipe of docs/servers/kamailio, on loopback, and ends it again. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WebSocket } from "ws";
import { makeCertificate } from "../certificate.js";
import { startChild, waitFor, type Child } from "../child.js";
import { root, runFolder } from "../paths.js";
import { freePorts } from "../ports.js";
import type { Algorithm, SipServer } from "../servers.js";

/** The users of the end-to-end tests; the password of NAME is NAME-secret. */
export const users = ["alice", "bob", "carol"] as const;

const programs = ["/usr/sbin/kamailio", "/usr/local/sbin/kamailio"];
const recipe = join(root, "docs/servers/kamailio");

/** The empty tables of its release, which the package brings for db_text. */
const schemas = "/usr/share/kamailio/dbtext/kamailio";
const presenceTables = ["presentity", "active_watchers", "watchers", "xcap"];

export interface Ports {
  /** UDP and TCP. */
  readonly sip: number;
  readonly ws: number;
  readonly wss: number;
}

export interface KamailioOptions {
  readonly algorithm: Algorithm;
  /** Default "sipml.test". */
  readonly domain?: string;
  /** Default "127.0.0.1". */
  readonly address?: string;
  /** Default: `users`. */
  readonly users?: readonly string[];
  /** Default: free ones. */
  readonly ports?: Ports;
  /** Default false: a registration replaces those of the user's other contacts. */
  readonly manyContacts?: boolean;
  /** The SIP server that this Kamailio is only a gateway to; default: it is the server itself. */
  readonly server?: string;
}

export interface Kamailio {
  readonly domain: string;
  readonly algorithm: Algorithm;
  /** The run folder. */
  readonly folder: string;
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

/** The files of the recipe in docs/servers/kamailio, with a local.cfg and users of our own. */
function writeRunFolder(folder: string, options: Required<Omit<KamailioOptions, "server">> & Pick<KamailioOptions, "server">): void {
  const { algorithm, domain, address, ports } = options;
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
  const rows = options.users.map(
    (user, at) => `${at + 1}:${user}:${domain}:${password(user)}:-:-\n`,
  );
  writeFileSync(
    join(folder, "db", "subscriber"),
    "id(int,auto) username(string) domain(string) password(string) ha1(string) ha1b(string)\n" +
      rows.join(""),
  );
  const words: Record<string, string | number> = {
    SIP_DOMAIN: domain,
    SIP_ADDRESS: address,
    SIP_FOLDER: folder,
    SIP_PORT: ports.sip,
    WS_PORT: ports.ws,
    WSS_PORT: ports.wss,
    RTPENGINE_PORT: 2223,
  };
  const lines = Object.entries(words).map(([word, value]) => `#!substdef "|${word}|${value}|g"\n`);
  lines.push(`#!define AUTH_ALGORITHM "${algorithm}"\n`);
  if (options.server === undefined) lines.push("#!define WITH_PRESENCE\n");
  else lines.push("#!define WITH_GATEWAY\n", `#!substdef "|SIP_SERVER|${options.server}|g"\n`);
  if (!options.manyContacts) lines.push('#!define SAVE_FLAGS "0x04"\n');
  writeFileSync(join(folder, "local.cfg"), lines.join(""));
  for (const file of ["kamailio.cfg", "presence.cfg"]) {
    copyFileSync(join(recipe, file), join(folder, file));
  }
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
export async function startKamailio(given: Algorithm | KamailioOptions): Promise<Kamailio> {
  const wanted = typeof given === "string" ? { algorithm: given } : given;
  const { algorithm, domain = "sipml.test", address = "127.0.0.1" } = wanted;
  const program = programs.find((path) => existsSync(path));
  if (program === undefined) {
    throw new Error(
      "Kamailio is missing: apt-get install kamailio kamailio-websocket-modules " +
        "kamailio-tls-modules kamailio-presence-modules",
    );
  }
  let failure: unknown;
  for (let attempt = 0; attempt < 3; attempt++) {
    const [sip = 0, ws = 0, wss = 0] = await freePorts(3);
    const ports = wanted.ports ?? { sip, ws, wss };
    const folder = runFolder(`kamailio-${algorithm.toLowerCase()}`);
    writeRunFolder(folder, {
      users,
      manyContacts: false,
      ...wanted,
      domain,
      address,
      ports,
    });
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
    const wsUrl = `ws://${address}:${ports.ws}`;
    const wssUrl = `wss://${address}:${ports.wss}`;
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
      folder,
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
