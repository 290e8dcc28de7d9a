/**
 * The recipe of docs/servers/kamailio as it stands, started for one test program: Kamailio as
 * registrar and proxy, rtpengine between WebRTC and RTP, a capture of all that passes. Runs in the
 * network of namespace.sh, so the ports are fixed.
 */
import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { join } from "node:path";
import { promisify } from "node:util";
import { startChild, waitFor, type Child } from "../e2e/child.js";
import { startKamailio, type Kamailio } from "../e2e/kamailio/kamailio.js";
import { root, runFolder } from "../e2e/paths.js";
import type { SipServer } from "../e2e/servers.js";

const runProgram = promisify(execFile);

/** Who may register; the password of NAME is NAME-secret. */
export const users = ["alice", "bob", "carol", "dave", "sipp", "baresip"] as const;

/** The one address of the network that is not 127.0.0.1. */
export const address = "10.77.0.1";

/** Also the default ports of docs/servers/kamailio/local.cfg. */
export const ports = { sip: 5060, ws: 8088, wss: 8443, rtpengine: 2223 } as const;

export interface LabOptions {
  /** Folder of the logs below build/logs/peers. */
  readonly name: string;
  /** Default false: whether tshark captures. */
  readonly capture?: boolean;
  /** The SIP server that Kamailio is only a gateway to; default: it is the registrar itself. */
  readonly server?: string;
}

export interface Lab {
  readonly domain: string;
  /** Over WebSocket and over TLS; what `Phone` of ../e2e takes. */
  readonly ws: SipServer;
  readonly wss: SipServer;
  /** Where peers without WebSocket find the registrar: ADDRESS:PORT, UDP and TCP. */
  readonly sip: string;
  password(user: string): string;
  /** A folder of this run, gone at its end. */
  readonly folder: string;
  /** build/logs/peers/NAME, kept; the logs of every program that start() started. */
  readonly logs: string;
  /** Starts a program whose output is kept in the logs as NAME.log; it ends with the lab. */
  start(name: string, command: string, args: readonly string[], cwd?: string): Child;
  /** The contacts with which a user is registered, as Kamailio has them. */
  contacts(user: string): Promise<string[]>;
  /** Waits until a user is registered. */
  registered(user: string, timeout?: number): Promise<void>;
  /** Where tshark writes what it captures. */
  readonly captured: string;
  /**
   * What tshark saw so far, one line a packet that `filter` takes: the `fields`, by name.
   * The last packets may be missing for a second. Needs `capture`.
   */
  packets<F extends string>(filter: string, fields: readonly F[]): Promise<Record<F, string>[]>;
  /** Ends all that was started and writes the logs. */
  stop(): Promise<void>;
}

function missing(program: string, debianPackage: string): Error {
  return new Error(`${program} is missing: apt-get install ${debianPackage}`);
}

/** Whether rtpengine answers a ping of its control protocol. */
function pings(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const end = (answer: true | undefined): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => end(undefined), 200);
    socket.on("error", () => end(undefined));
    socket.on("message", (text) => end(text.includes("pong") ? true : undefined));
    socket.send("1 d7:command4:pinge", port, "127.0.0.1");
  });
}

export async function startLab(options: LabOptions): Promise<Lab> {
  if (process.env["SIPML_NETWORK"] !== "own") {
    throw new Error("start this program with tests/peers/namespace.sh");
  }
  const logs = join(root, "build/logs/peers", options.name);
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  const folder = runFolder(`lab-${options.name}`);

  const children: { readonly name: string; readonly child: Child }[] = [];
  let kamailio: Kamailio | undefined;
  const start: Lab["start"] = (name, command, args, cwd = folder) => {
    const child = startChild(command, args, cwd);
    children.push({ name, child });
    return child;
  };
  const writeLogs = (): void => {
    if (kamailio !== undefined) writeFileSync(join(logs, "kamailio.log"), kamailio.output());
    const written = new Set<string>();
    for (const { name, child } of children) {
      const file = join(logs, `${name}.log`);
      if (written.has(name)) appendFileSync(file, child.output());
      else writeFileSync(file, child.output());
      written.add(name);
    }
  };
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(({ child }) => child.stop()));
    await kamailio?.stop();
    process.off("exit", writeLogs);
    writeLogs();
  };
  process.once("exit", writeLogs);

  const ready = async (child: Child, what: string, probe: () => Promise<true | undefined>) => {
    const step = async (): Promise<true | undefined> => {
      if (!child.running()) throw new Error(`${what} exited:\n${child.output()}`);
      return probe();
    };
    await waitFor(step, () => `${what} is not ready:\n${child.output()}`, 15000);
  };

  const captured = join(logs, "capture.pcapng");
  try {
    if (options.capture === true) {
      if (!existsSync("/usr/bin/tshark")) throw missing("tshark", "tshark");
      const what = "tcp or udp";
      const args = ["-i", "lo", "-f", what, "-w", captured, "-q"];
      const tshark = start("tshark", "/usr/bin/tshark", args);
      await ready(tshark, "tshark", async () => (existsSync(captured) ? true : undefined));
    }
    const engine = start("rtpengine", "/usr/bin/rtpengine", [
      `--config-file=${join(root, "docs/servers/kamailio/rtpengine.conf")}`,
      `--interface=${address}`,
      `--listen-ng=127.0.0.1:${ports.rtpengine}`,
      "--foreground",
      "--log-stderr",
      "--num-threads=2",
    ]);
    await ready(engine, "rtpengine", () => pings(ports.rtpengine));
    kamailio = await startKamailio({
      algorithm: "MD5",
      domain: "lab.test",
      address,
      users,
      ports,
      manyContacts: true,
      ...(options.server === undefined ? {} : { server: options.server }),
    });
  } catch (error) {
    await stop();
    throw error;
  }

  const { domain, password } = kamailio;
  const control = `unix:${join(kamailio.folder, "kamailio_ctl")}`;
  const contacts = async (user: string): Promise<string[]> => {
    try {
      const args = ["-s", control, "ul.lookup", "location", `${user}@${domain}`];
      const { stdout } = await runProgram("/usr/sbin/kamcmd", args);
      return [...stdout.matchAll(/Address: (\S+)/g)].map((match) => match[1] ?? "");
    } catch {
      // Kamailio answers "404 AOR not found", and kamcmd fails.
      return [];
    }
  };
  return {
    domain,
    ws: kamailio.asServer("ws"),
    wss: kamailio.asServer("wss"),
    sip: `${address}:${ports.sip}`,
    password,
    folder,
    logs,
    captured,
    start,
    contacts,
    registered: async (user, timeout = 10000) => {
      const probe = async (): Promise<true | undefined> =>
        (await contacts(user)).length > 0 ? true : undefined;
      await waitFor(probe, () => `${user} is not registered`, timeout, 100);
    },
    packets: async <F extends string>(filter: string, fields: readonly F[]) => {
      const args = ["-r", captured, "-Y", filter, "-T", "fields", "-E", "separator=/t"];
      for (const field of fields) args.push("-e", field);
      const { stdout } = await runProgram("/usr/bin/tshark", args, { maxBuffer: 1 << 26 });
      const lines = stdout.split("\n").filter((line) => line !== "");
      return lines.map((line) => {
        const values = line.split("\t");
        const entries = fields.map((field, at) => [field, values[at] ?? ""] as const);
        return Object.fromEntries(entries) as Record<F, string>;
      });
    },
    stop,
  };
}
