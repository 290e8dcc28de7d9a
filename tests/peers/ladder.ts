/** The SIP messages of a capture as a ladder, to be held against an expected one. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** One message, as it passed on one leg. */
export interface Rung {
  /** Who sent it and who got it: the names given for their ports. */
  readonly from: string;
  readonly to: string;
  /** "INVITE", or "200 INVITE". */
  readonly what: string;
  /** Its first line. */
  readonly line: string;
  /** Of the header fields of this name, the first. */
  header(name: string): string | undefined;
}

/** tshark's output; it complains of a last packet that is still being written, and shows the others. */
async function tshark(args: readonly string[]): Promise<string> {
  try {
    return (await run("/usr/bin/tshark", args, { maxBuffer: 1 << 28 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    if (stdout !== undefined && /cut short/.test(stderr ?? "")) return stdout;
    throw error;
  }
}

/** What tshark decodes as SIP, inside WebSockets as well, in the order in which it passed. */
export async function readLadder(
  captured: string,
  /** Names of the ports; who uses another one is "browser". */
  parties: Readonly<Record<number, string>>,
): Promise<Rung[]> {
  const stdout = await tshark(["-r", captured, "-Y", "sip", "-T", "pdml"]);
  const rungs: Rung[] = [];
  for (const packet of stdout.split("<packet>").slice(1)) {
    const port = (side: "src" | "dst"): number =>
      Number(new RegExp(`<field name="(?:udp|tcp)\\.${side}port"[^>]* show="(\\d+)"`).exec(packet)?.[1]);
    const name = (side: "src" | "dst"): string => parties[port(side)] ?? "browser";
    // A TCP segment may end with one message and begin with the next.
    for (const message of packet.split('<proto name="sip"').slice(1)) {
      const value = (field: string): string | undefined => {
        const found = new RegExp(`<field name="${field}"[^>]*? show="([^"]*)"`).exec(message);
        return found?.[1] && unescape(found[1]);
      };
      const request = value("sip\\.Request-Line");
      const line = request ?? value("sip\\.Status-Line") ?? "";
      const method = value("sip\\.CSeq\\.method") ?? "";
      rungs.push({
        from: name("src"),
        to: name("dst"),
        what: request === undefined ? `${line.split(" ")[1]} ${method}` : method,
        line,
        header: (wanted) => value(`sip\\.${wanted}`),
      });
    }
  }
  return rungs;
}

function unescape(text: string): string {
  const known: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', amp: "&", "#x27": "'" };
  return text.replace(/&([#\w]+);/g, (whole, name: string) => known[name] ?? whole);
}

/** One line a message: `browser -> gateway: INVITE`. */
export function drawn(rungs: readonly Rung[]): string {
  return rungs.map(({ from, to, what }) => `${from} -> ${to}: ${what}`).join("\n");
}
