/** baresip 1.0, a softphone that sends a tone and writes down what it hears, driven over TCP. */
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startChild, waitFor, type Child } from "../e2e/child.js";
import { runFolder } from "../e2e/paths.js";
import { readWave, type Sound } from "./wave.js";

const program = "/usr/bin/baresip";
const modules = "/usr/lib/baresip/modules";

export interface BaresipOptions {
  /** Its own address, at which rtpengine reaches it. */
  readonly host: string;
  readonly ports: {
    /** UDP and TCP; it takes the next one, too, for TLS. */
    readonly sip: number;
    /** JSON commands and events. */
    readonly control: number;
    /** Single keys, as if typed: the keypad has no command of its own. */
    readonly keys: number;
  };
  /** Address and port of the proxy where it registers, by UDP. */
  readonly proxy: string;
  readonly user: string;
  readonly domain: string;
  readonly password: string;
  /** As baresip names them: "opus/48000/2", "pcmu". */
  readonly codecs: readonly string[];
  /** Hertz of the tone that it sends. */
  readonly tone: number;
  /** A second account: who calls it is answered at once and hears what baresip hears. */
  readonly monitor?: { readonly user: string; readonly password: string };
}

/** What it tells of itself; the fields are its own. */
export interface BaresipEvent {
  readonly type: string;
  readonly class?: string;
  readonly direction?: "incoming" | "outgoing";
  readonly peeruri?: string;
  readonly id?: string;
  readonly param?: string;
}

interface Reply {
  readonly ok: boolean;
  readonly data: string;
}

function configuration(options: BaresipOptions, folder: string): string {
  return `${[
    "poll_method epoll",
    `sip_listen ${options.host}:${options.ports.sip}`,
    "net_interface lo",
    "call_max_calls 4",
    // A source has to have two channels, or the call is dropped with "Operation not supported".
    `audio_source ausine,${options.tone}`,
    "audio_player aubridge,heard",
    "audio_alert aubridge,alert",
    "ausrc_srate 48000",
    "auplay_srate 48000",
    "ausrc_channels 2",
    "auplay_channels 2",
    "audio_buffer 20-160",
    "ringback_disabled yes",
    "rtp_ports 24000-24999",
    "jitter_buffer_delay 5-10",
    `module_path ${modules}`,
    ...["cons", "opus", "g711", "ausine", "aubridge", "sndfile"].map((name) => `module ${name}.so`),
    "module_tmp account.so",
    "module_app menu.so",
    "module_app ctrl_tcp.so",
    `ctrl_tcp_listen 127.0.0.1:${options.ports.control}`,
    `cons_listen 127.0.0.1:${options.ports.keys}`,
    `snd_path ${folder}`,
  ].join("\n")}\n`;
}

function accounts(options: BaresipOptions): string {
  const { domain, proxy, codecs, monitor } = options;
  const account = (user: string, password: string, ...more: string[]): string => {
    const parameters = [
      `auth_user=${user}`,
      `auth_pass=${password}`,
      `outbound="sip:${proxy}"`,
      "regint=300",
      `audio_codecs=${codecs.join(",")}`,
      ...more,
    ];
    return `<sip:${user}@${domain}>;${parameters.join(";")}\n`;
  };
  const first = account(options.user, options.password, "answermode=manual");
  if (monitor === undefined) return first;
  const bridged = ["audio_source=aubridge,heard", "audio_player=aubridge,unheard"];
  return first + account(monitor.user, monitor.password, "answermode=auto", ...bridged);
}

function open(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
  });
}

export class Baresip {
  /** Everything it has told since it was started, in order. */
  readonly events: BaresipEvent[] = [];
  private readonly waiting: ((reply: Reply) => void)[] = [];
  private pending = Buffer.alloc(0);

  private constructor(
    readonly options: BaresipOptions,
    private readonly folder: string,
    private readonly child: Child,
    private readonly control: Socket,
    private readonly keys: Socket,
  ) {
    control.on("data", (chunk: Buffer) => this.receive(chunk));
    keys.on("data", () => undefined);
  }

  /** Starts it and resolves when it is registered. */
  static async start(options: BaresipOptions): Promise<Baresip> {
    if (!existsSync(program)) {
      throw new Error("baresip is missing: apt-get install baresip-core");
    }
    const folder = runFolder(`baresip-${options.user}`);
    writeFileSync(join(folder, "config"), configuration(options, folder));
    writeFileSync(join(folder, "accounts"), accounts(options));
    writeFileSync(join(folder, "contacts"), "");
    // -s: every SIP message in its output.
    const child = startChild(program, ["-4", "-v", "-s", "-f", folder], folder);
    const socket = (port: number): Promise<Socket> =>
      waitFor(
        async () => {
          if (!child.running()) throw new Error(`baresip exited:\n${child.output()}`);
          return open(port);
        },
        () => `port ${port} of baresip is closed:\n${child.output()}`,
      );
    const control = await socket(options.ports.control);
    const keys = await socket(options.ports.keys);
    const baresip = new Baresip(options, folder, child, control, keys);
    // It registers before anybody can connect to hear of it.
    for (const user of [options.user, ...(options.monitor ? [options.monitor.user] : [])]) {
      await baresip.logged(new RegExp(`^${user}@\\S+ \\{0/UDP/v4\\} 200 OK`, "m"));
    }
    return baresip;
  }

  get address(): string {
    return `sip:${this.options.user}@${this.options.domain}`;
  }

  /** Its log with every SIP message that it sent and received. */
  log(): string {
    return this.child.output();
  }

  async logged(what: RegExp, from = 0): Promise<RegExpExecArray> {
    return waitFor(
      () => what.exec(this.log().slice(from)) ?? undefined,
      () => `baresip did not log ${what}:\n${this.log().slice(-4000)}`,
    );
  }

  /** Does one of its long commands ("/help" lists them) and returns what it says. */
  async command(command: string, params = ""): Promise<string> {
    const text = JSON.stringify({ command, params, token: "1" });
    const reply = await new Promise<Reply>((resolve) => {
      this.waiting.push(resolve);
      this.control.write(`${Buffer.byteLength(text)}:${text},`);
    });
    if (!reply.ok) throw new Error(`baresip refused ${command} ${params}: ${reply.data}`);
    return reply.data;
  }

  dial(target: string): Promise<string> {
    return this.command("dial", target);
  }
  answer(): Promise<string> {
    return this.command("accept");
  }
  /** Ends the call, or rejects one that rings with 486. */
  hangup(): Promise<string> {
    return this.command("hangup");
  }
  hold(): Promise<string> {
    return this.command("hold");
  }
  resume(): Promise<string> {
    return this.command("resume");
  }
  mute(): Promise<string> {
    return this.command("mute");
  }
  /** Sends REFER. */
  transfer(target: string): Promise<string> {
    return this.command("transfer", target);
  }

  /** Presses keys of its keypad, each for `duration` ms. */
  async dtmf(tones: string, duration = 100): Promise<void> {
    for (const tone of tones) {
      this.keys.write(tone);
      await delay(duration);
      this.keys.write("\x04");
      await delay(100);
    }
  }

  /** The first event of this type from place `from` of `events` on. */
  event(type: string, from = 0): Promise<BaresipEvent> {
    return waitFor(
      () => this.events.slice(from).find((event) => event.type === type),
      () =>
        `baresip told no ${type}: ${JSON.stringify(this.events.slice(from))}\n` +
        this.log().slice(-4000),
    );
  }

  /** The keys that it was told of from place `from` of `events` on. */
  keysHeard(from = 0): string {
    return this.events
      .slice(from)
      .filter((event) => event.type === "CALL_DTMF_START")
      .map((event) => event.param ?? "")
      .join("");
  }

  /**
   * What it hears in the next `milliseconds`, decoded; less, where nothing arrives. Version 1.0 stops
   * writing this down for good when a call is held, and where it does not send itself: `loop` and the
   * monitor show what it hears then.
   */
  listen(milliseconds = 1500): Promise<Sound> {
    return this.recorded("dec", milliseconds);
  }

  /**
   * What it hears, sent back in the place of its tone until this resolves: its encoder writes down
   * what it sends, whatever happened to the call.
   */
  async loop(milliseconds = 1500): Promise<Sound> {
    await this.command("ausrc", "aubridge,heard");
    // Its buffers still hold the tone.
    await delay(400);
    const sound = await this.recorded("enc", milliseconds);
    await this.command("ausrc", `ausine,${this.options.tone}`);
    await delay(400);
    return sound;
  }

  /** What the latest call adds to its file in the next `milliseconds`. */
  private async recorded(way: "enc" | "dec", milliseconds: number): Promise<Sound> {
    const names = readdirSync(this.folder).filter((file) => file.endsWith(`-${way}.wav`));
    const latest = names.sort().at(-1);
    if (latest === undefined) throw new Error(`baresip has written no -${way}.wav`);
    const file = join(this.folder, latest);
    const before = readWave(file).samples.length;
    await delay(milliseconds);
    return readWave(file, before);
  }

  async stop(): Promise<void> {
    this.control.destroy();
    this.keys.destroy();
    await this.child.stop();
  }

  /** Reads netstrings ("LENGTH:TEXT,"). */
  private receive(chunk: Buffer): void {
    this.pending = Buffer.concat([this.pending, chunk]);
    for (;;) {
      const colon = this.pending.indexOf(":");
      if (colon < 0) return;
      const end = colon + 1 + Number(this.pending.toString("latin1", 0, colon));
      if (this.pending.length <= end) return;
      const text = this.pending.toString("utf8", colon + 1, end);
      this.pending = this.pending.subarray(end + 1);
      const message = JSON.parse(text) as (BaresipEvent & { event?: true }) | Reply;
      if ("ok" in message) this.waiting.shift()?.(message);
      else this.events.push(message);
    }
  }
}
