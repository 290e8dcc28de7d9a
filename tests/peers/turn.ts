/** The recipe of docs/servers/coturn started for one test program; servers that are none. */
import { createSocket } from "node:dgram";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor, type Child } from "../e2e/child.js";
import { root } from "../e2e/paths.js";
import { address, type Lab } from "./lab.js";

const port = 3478;

export interface Turn {
  /** What a page is configured with. */
  readonly server: RTCIceServer & { readonly urls: string };
  /** The same, reached by TCP. */
  readonly byTcp: RTCIceServer;
  /** Its log. */
  output(): string;
}

/** The recipe with the values of the tests in the places of its examples. */
function configuration(realm: string, user: string, password: string): string {
  const values: Readonly<Record<string, string>> = {
    // Chromium takes no TCP connection from an address that is on the loopback interface, but 127.0.0.1.
    "listening-ip": `${address}\nlistening-ip=127.0.0.1`,
    "relay-ip": address,
    realm,
    user: `${user}:${password}`,
  };
  const recipe = readFileSync(join(root, "docs/servers/coturn/turnserver.conf"), "utf8");
  return recipe.replace(/^([a-z-]+)=.*$/gm, (line, name: string) => {
    const value = values[name];
    return value === undefined ? line : `${name}=${value}`;
  });
}

/** Starts coturn in the network of the lab, and resolves when it answers. */
export async function startTurn(lab: Lab): Promise<Turn> {
  const [username, credential] = ["turn-user", "turn-secret"];
  const file = join(lab.folder, "turnserver.conf");
  writeFileSync(file, configuration(lab.domain, username, credential));
  const files = [`--pidfile=${join(lab.folder, "turn.pid")}`, `--db=${join(lab.folder, "turn.db")}`];
  const child = lab.start("coturn", "/usr/bin/turnserver", ["-c", file, ...files]);
  await waitFor(
    () => answers(child),
    () => `coturn does not answer:\n${child.output()}`,
  );
  const urls = `turn:${address}:${port}`;
  const tcp = `turn:127.0.0.1:${port}?transport=tcp`;
  return {
    server: { urls, username, credential },
    byTcp: { urls: tcp, username, credential },
    output: () => child.output(),
  };
}

/** Whether it answers a STUN Binding request (RFC 8489 section 5). */
function answers(child: Child): Promise<true | undefined> {
  if (!child.running()) throw new Error(`coturn exited:\n${child.output()}`);
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const end = (answer: true | undefined): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => end(undefined), 200);
    socket.on("error", () => end(undefined));
    socket.on("message", () => end(true));
    const request = Buffer.alloc(20, 1);
    request.writeUInt16BE(0x0001, 0);
    request.writeUInt16BE(0, 2);
    request.writeUInt32BE(0x2112a442, 4);
    socket.send(request, port, address);
  });
}

export interface DeadServer {
  readonly port: number;
  stop(): void;
}

/** A UDP port that takes everything and never answers. */
export function startDeadServer(): Promise<DeadServer> {
  const socket = createSocket("udp4");
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(0, address, () =>
      resolve({ port: socket.address().port, stop: () => socket.close() }),
    );
  });
}
