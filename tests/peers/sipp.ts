/**
 * SIPp driven by scenarios written as steps: a Scenario becomes SIPp's XML, run() plays it, and what
 * SIPp sent and received is read from its message log.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor, type Child } from "../e2e/child.js";
import { readMessage, type RawMessage } from "../e2e/kamailio/raw-client.js";
import { address, type Lab } from "./lab.js";
import type { Place } from "./rtp.js";

const domain = "lab.test";

/** One m-section of an SDP that SIPp sends. */
export interface Section {
  readonly kind: "audio" | "video";
  /** Where the media goes; SIPp's own port with "[media_port]". Default 6000; 0 rejects. */
  readonly port?: number | string;
  /** Default: no attribute, which is sendrecv. */
  readonly direction?: "sendrecv" | "sendonly" | "recvonly" | "inactive";
  /** Default: PCMU and telephone-event 101; VP8. */
  readonly formats?: readonly (readonly [payloadType: number, encoding: string])[];
  readonly host?: string;
}

export const telephoneEvents = 101;
const audioFormats = [
  [0, "PCMU/8000"],
  [telephoneEvents, "telephone-event/8000"],
] as const;
const videoFormats = [[96, "VP8/90000"]] as const;

/** An SDP of RTP/AVP sections. */
export function sdp(sections: readonly Section[], version = 1): string {
  const lines = ["v=0", `o=sipp 1 ${version} IN IP4 ${address}`, "s=-", "t=0 0"];
  for (const { kind, port = 6000, direction, formats, host = address } of sections) {
    const offered = formats ?? (kind === "audio" ? audioFormats : videoFormats);
    const numbers = offered.map(([payloadType]) => payloadType).join(" ");
    lines.push(`m=${kind} ${port} RTP/AVP ${numbers}`, `c=IN IP4 ${host}`);
    for (const [payloadType, encoding] of offered) {
      lines.push(`a=rtpmap:${payloadType} ${encoding}`);
    }
    if (direction !== undefined) lines.push(`a=${direction}`);
  }
  return `${lines.join("\r\n")}\r\n`;
}

const escapes: Record<string, string> = { "<": "&lt;", ">": "&gt;", '"': "&quot;", "&": "&amp;" };
const attribute = (text: string): string => text.replace(/[<>"&]/g, (c) => escapes[c] ?? c);

const tag = "sipp[pid]x[call_number]";
const via = "Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]";

/** What SIPp does in one call, in order; each function adds a step. */
export class Scenario {
  private readonly steps: string[] = [];
  /** From, To and the Request-URI of requests that SIPp sends inside the dialog. */
  private dialog: { readonly from: string; readonly to: string } | undefined;
  private cseq = 0;
  /** Whether requests have our tag already. */
  private answered = false;

  /** Called by somebody: receives the INVITE. */
  static callee(user = "sipp"): Scenario {
    const scenario = new Scenario(user);
    scenario.dialog = { from: `<sip:${user}@${domain}>;tag=${tag}`, to: "[$peer]" };
    const keep = (header: string, regexp: string, name: string, occurrence = 1): string =>
      `<ereg regexp="${attribute(regexp)}" search_in="hdr" header="${header}:" ` +
      `occurrence="${occurrence}" check_it="true" assign_to="${name}"/>`;
    return scenario.add(
      `<recv request="INVITE" rrs="true"><action>` +
        keep("From", "<.*", "peer") +
        keep("Via", "SIP.*", "via1") +
        keep("Via", "SIP.*", "via2", 2) +
        `</action></recv>\n<Reference variables="peer,via1,via2"/>`,
    );
  }

  /** Calls `target`, shows its password when asked, and goes on to the final answer `status`. */
  static caller(target: string, body = "", status = 200, user = "sipp"): Scenario {
    const scenario = new Scenario(user);
    const from = `<sip:${user}@${domain}>;tag=${tag}`;
    const uri = `sip:${target}@${domain}`;
    const invite = (cseq: number, more: readonly string[]): void =>
      scenario.message(
        [
          `INVITE ${uri} SIP/2.0`,
          via,
          "Max-Forwards: 70",
          `From: ${from}`,
          `To: <${uri}>`,
          "Call-ID: [call_id]",
          `CSeq: ${cseq} INVITE`,
          `Contact: <sip:${user}@[local_ip]:[local_port]>`,
          ...more,
        ],
        body,
        true,
      );
    invite(1, []);
    scenario.optional(100).add(`<recv response="407" auth="true"/>`);
    scenario.refusedAck(uri, from, 1);
    invite(2, [`[authentication username=${user} password=${user}-secret]`]);
    scenario.cseq = 2;
    for (const provisional of [100, 180, 183]) scenario.optional(provisional);
    if (status >= 300) {
      scenario.add(`<recv response="${status}"/>`);
      scenario.refusedAck(uri, from, 2);
      return scenario;
    }
    scenario.dialog = { from, to: `<${uri}>[peer_tag_param]` };
    scenario.answered = true;
    return scenario.add(`<recv response="${status}" rrs="true"/>`);
  }

  /** Registers the user at the port of SIPp. */
  static registration(user: string): Scenario {
    const scenario = new Scenario(user);
    const register = (cseq: number, more: readonly string[]): void =>
      scenario.message(
        [
          `REGISTER sip:${domain} SIP/2.0`,
          via,
          "Max-Forwards: 70",
          `From: <sip:${user}@${domain}>;tag=${tag}`,
          `To: <sip:${user}@${domain}>`,
          "Call-ID: [call_id]",
          `CSeq: ${cseq} REGISTER`,
          `Contact: <sip:${user}@[local_ip]:[local_port]>`,
          "Expires: 3600",
          ...more,
        ],
        "",
        true,
      );
    register(1, []);
    scenario.add(`<recv response="401" auth="true"/>`);
    register(2, [`[authentication username=${user} password=${user}-secret]`]);
    return scenario.add(`<recv response="200"/>`);
  }

  private constructor(private readonly user: string) {}

  private add(step: string): this {
    this.steps.push(step);
    return this;
  }

  private optional(status: number): this {
    return this.add(`<recv response="${status}" optional="true"/>`);
  }

  private message(lines: readonly string[], body: string, again: boolean): void {
    const type = body === "" ? [] : [`Content-Type: ${typeOf(body)}`];
    const text = [...lines, ...type, "Content-Length: [len]", "", body].join("\n");
    // SIPp writes its own line ends.
    const unix = text.replace(/\r\n/g, "\n");
    this.add(`<send${again ? ' retrans="500"' : ""}><![CDATA[\n${unix}]]></send>`);
  }

  /** The ACK to a final response that is no success, RFC 3261 section 17.1.1.3. */
  private refusedAck(uri: string, from: string, cseq: number): this {
    const lines = [
      `ACK ${uri} SIP/2.0`,
      "[last_Via:]",
      "Max-Forwards: 70",
      `From: ${from}`,
      "[last_To:]",
      "Call-ID: [call_id]",
      `CSeq: ${cseq} ACK`,
    ];
    this.message(lines, "", false);
    return this;
  }

  private inDialog(method: string, cseq: number, more: readonly string[], body: string): this {
    if (this.dialog === undefined) throw new Error("there is no dialog");
    const lines = [
      `${method} [next_url] SIP/2.0`,
      via,
      "[routes]",
      "Max-Forwards: 70",
      `From: ${this.dialog.from}`,
      `To: ${this.dialog.to}`,
      "Call-ID: [call_id]",
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:${this.user}@[local_ip]:[local_port]>`,
      ...more,
    ];
    this.message(lines, body, method !== "ACK");
    return this;
  }

  /** Answers the last request. */
  reply(status: string, body = "", more: readonly string[] = []): this {
    const toTag = this.answered ? "" : `;tag=${tag}`;
    if (/^[2-6]/.test(status)) this.answered = true;
    const lines = [
      `SIP/2.0 ${status}`,
      "[last_Via:]",
      "[last_Record-Route:]",
      "[last_From:]",
      `[last_To:]${toTag}`,
      "[last_Call-ID:]",
      "[last_CSeq:]",
      `Contact: <sip:${this.user}@[local_ip]:[local_port]>`,
      ...more,
    ];
    this.message(lines, body, /^[2-6]/.test(status) && this.invited);
    return this;
  }
  /** Whether the last request was an INVITE, whose final response is sent until there is an ACK. */
  private invited = true;

  /** The caller gives up: 200 to its CANCEL, 487 to its INVITE. */
  cancelled(): this {
    const answer = (status: string, method: string, vias: readonly string[]): void =>
      this.message(
        [
          `SIP/2.0 ${status}`,
          ...vias,
          "[last_From:]",
          `[last_To:];tag=${tag}`,
          "[last_Call-ID:]",
          `CSeq: [last_cseq_number] ${method}`,
        ],
        "",
        method === "INVITE",
      );
    this.add(`<recv request="CANCEL"/>`);
    answer("200 OK", "CANCEL", ["[last_Via:]"]);
    answer("487 Request Terminated", "INVITE", ["Via: [$via1]", "Via: [$via2]"]);
    return this.expect("ACK");
  }

  /** Waits for a request inside the dialog. */
  expect(method: string): this {
    this.invited = method === "INVITE";
    return this.add(`<recv request="${method}"/>`);
  }

  /** Waits for a request and answers it with 200. */
  take(method: string, body = ""): this {
    return this.expect(method).reply("200 OK", body);
  }

  /** Sends a request inside the dialog; its final response must be `status`. */
  request(method: string, options: { body?: string; headers?: string[]; status?: number } = {}): this {
    const { body = "", headers = [], status = 200 } = options;
    this.cseq++;
    this.inDialog(method, this.cseq, headers, body).optional(100);
    this.add(`<recv response="${status}"/>`);
    if (method !== "INVITE" || status < 300) return this;
    return this.refusedAck("[next_url]", this.dialog?.from ?? "", this.cseq);
  }

  /** Acknowledges the success of the last INVITE. */
  ack(body = ""): this {
    return this.inDialog("ACK", this.cseq, [], body);
  }

  /** Has SIPp send a file of raw PCMU until the call ends. */
  playTone(file: string): this {
    return this.add(
      `<nop><action><exec rtp_stream="${attribute(file)},-1,0,PCMU/8000"/></action></nop>`,
    );
  }

  pause(milliseconds: number): this {
    return this.add(`<pause milliseconds="${milliseconds}"/>`);
  }

  xml(name: string): string {
    return `<?xml version="1.0"?>\n<scenario name="${name}">\n${this.steps.join("\n")}\n</scenario>\n`;
  }
}

function typeOf(body: string): string {
  if (body.startsWith("SIP/2.0 ")) return "message/sipfrag;version=2.0";
  return body.startsWith("Signal=") ? "application/dtmf-relay" : "application/sdp";
}

export interface SippOptions {
  /** Where SIPp sends and receives SIP; default 5070, at which the user sipp is registered. */
  readonly port?: number;
  /** Where SIPp sends and receives RTP if the SDP says so: audio here, video two above. */
  readonly mediaPort?: number;
  /** Whether SIPp sends back the RTP that it receives. */
  readonly echo?: boolean;
}

/** A running SIPp. */
export class Sipp {
  private constructor(
    private readonly name: string,
    private readonly child: Child,
    private readonly log: string,
  ) {}

  private static runs = 0;

  /** Starts SIPp; resolves when it listens. */
  static async run(
    lab: Lab,
    name: string,
    scenario: Scenario,
    options: SippOptions = {},
  ): Promise<Sipp> {
    const { port = 5070, mediaPort = 6400, echo = false } = options;
    Sipp.runs++;
    const base = `sipp-${Sipp.runs}-${name.replace(/[^a-z0-9]+/gi, "-")}`;
    const file = join(lab.logs, `${base}.xml`);
    const log = join(lab.logs, `${base}.messages`);
    writeFileSync(file, scenario.xml(name));
    const args = [lab.sip, "-sf", file, "-m", "1", "-nostdin", "-nd"];
    args.push("-i", address, "-p", String(port), "-mi", address, "-mp", String(mediaPort));
    args.push("-trace_msg", "-message_file", log, "-trace_err", "-error_file", `${log}.errors`);
    if (echo) args.push("-rtp_echo");
    const sipp = new Sipp(name, lab.start(base, "/usr/bin/sipp", args), log);
    await waitFor(
      () => (listens(port) || !sipp.child.running() ? true : undefined),
      () => `SIPp does not listen:\n${sipp.child.output()}`,
      5000,
      20,
    );
    return sipp;
  }

  /** Waits until SIPp has played its scenario to the end; throws if it met something else. */
  async done(timeout = 8000): Promise<void> {
    await waitFor(
      () => (this.child.running() ? undefined : true),
      () => `SIPp ("${this.name}") has not come to its end:\n${this.report()}`,
      timeout,
    );
    const successful = /Successful call +\| +\d+ +\| +1 /.test(this.child.output());
    if (!successful) throw new Error(`SIPp ("${this.name}") failed:\n${this.report()}`);
  }

  /** Ends SIPp if it still runs. */
  async stop(): Promise<void> {
    await this.child.stop();
  }

  private report(): string {
    const errors = `${this.log}.errors`;
    const problem = existsSync(errors) ? readFileSync(errors, "utf8") : "";
    const lines = this.messages().map(({ from, message }) => `${from}: ${message.startLine}`);
    return `${lines.join("\n")}\n${problem.slice(0, 4000)}`;
  }

  /** What SIPp sent ("sipp") and received ("peer"), oldest first. */
  messages(): { readonly from: "sipp" | "peer"; readonly message: RawMessage }[] {
    if (!existsSync(this.log)) return [];
    const text = readFileSync(this.log, "utf8");
    const parts = text.split(/^-{20,} .*\nUDP message (sent|received) [^\n]*\n\n/m);
    const found = [];
    for (let at = 1; at + 1 < parts.length; at += 2) {
      const from = parts[at] === "sent" ? ("sipp" as const) : ("peer" as const);
      const octets = (parts[at + 1] ?? "").replace(/\r?\n/g, "\r\n");
      found.push({ from, message: readMessage(octets) });
    }
    return found;
  }

  /** The messages that SIPp received whose start line has `words`. */
  received(words: string): RawMessage[] {
    return this.messages()
      .filter(({ from, message }) => from === "peer" && message.startLine.includes(words))
      .map(({ message }) => message);
  }

  /** Waits until SIPp has received `count` messages whose start line has `words`; the last. */
  async receives(words: string, count = 1, timeout = 8000): Promise<RawMessage> {
    return waitFor(
      () => this.received(words)[count - 1],
      () => `SIPp ("${this.name}") has not received ${words}:\n${this.report()}`,
      timeout,
    );
  }
}

/** Whether somebody of this network has the UDP port. */
function listens(port: number): boolean {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return readFileSync("/proc/self/net/udp", "utf8")
    .split("\n")
    .some((line) => line.trim().split(/\s+/)[1]?.endsWith(wanted));
}

/** Registers a user of the lab at that port, by digest. */
export async function register(lab: Lab, user: string, port: number): Promise<void> {
  const scenario = Scenario.registration(user);
  const sipp = await Sipp.run(lab, `register ${user}`, scenario, { port });
  await sipp.done();
  await lab.registered(user);
}

/** The m-lines of an SDP with the direction of each (that of the session where there is none). */
export function sections(
  description: string,
): { readonly kind: string; readonly port: number; readonly direction: string; readonly host: string }[] {
  const [session = "", ...media] = description.split(/\r?\n(?=m=)/);
  const direction = (text: string): string | undefined =>
    /^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m.exec(text)?.[1];
  const host = (text: string): string | undefined => /^c=IN IP4 (\S+)/m.exec(text)?.[1];
  return media.map((text) => {
    const [, kind = "", port = "0"] = /^m=(\S+) (\d+)/.exec(text) ?? [];
    return {
      kind,
      port: Number(port),
      direction: direction(text) ?? direction(session) ?? "sendrecv",
      host: host(text) ?? host(session) ?? "",
    };
  });
}

/** Where an SDP wants the media of its first section. */
export function placeOf(description: string): Place {
  const [first] = sections(description);
  if (first === undefined) throw new Error(`no media in:\n${description}`);
  return { host: first.host, port: first.port };
}
