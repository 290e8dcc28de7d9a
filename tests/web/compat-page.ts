/** A page with one SIPml stack on the fake core, and what its tests say again and again. */
import type { Event, MessageHead, Party } from "../../js-glue/protocol.js";
import { engine } from "../../web/compat/engine.js";
import { SIPml } from "../../web/compat/sipml.js";
import type {
  CallSession,
  Session,
  SessionEvent,
  StackConfiguration,
  StackEvent,
} from "../../web/compat/sipml.js";
import { UserAgent } from "../../web/user-agent.js";
import { assemble } from "../wasm/assemble.js";
import { FakeBrowser, FakeCore, FakeElement, settle, tell } from "./fakes.js";
import type { FakeBrowserOptions, Scripted } from "./fakes.js";

export const account: StackConfiguration = {
  realm: "example.org",
  impi: "alice",
  impu: "sip:alice@example.org",
  password: "pw",
  websocket_proxy_url: "wss://sip.example.org/ws",
};

export type Noted = [type: string, description: string, code: number];

/** What the page has; the core is replaced at each start. */
export class Page {
  readonly browser: FakeBrowser;
  core!: FakeCore;
  readonly stack: InstanceType<typeof SIPml.Stack>;
  /** Each event as type, description and code; those of the stack begin with "stack:". */
  readonly seen: Noted[] = [];
  readonly events: (StackEvent | SessionEvent)[] = [];

  constructor(options: FakeBrowserOptions = {}, configuration: Partial<StackConfiguration> = {}) {
    this.browser = new FakeBrowser(options);
    const module = new WebAssembly.Module(assemble());
    engine.reset({
      environment: this.browser.environment,
      wasm: { compile: () => Promise.resolve(module), compileNow: () => module },
      createAgent: (_module, given) => {
        this.core = new FakeCore();
        return new UserAgent(this.core, given);
      },
      createParser: () => parseAddress,
    });
    SIPml.setDebugLevel("fatal");
    SIPml.init();
    this.stack = new SIPml.Stack({
      ...account,
      events_listener: {
        events: "*",
        listener: (e) => {
          this.events.push(e);
          this.seen.push([`stack:${e.type}`, e.description, e.getSipResponseCode()]);
          if (e.newSession) this.listen(e.newSession);
        },
      },
      ...configuration,
    });
  }

  static async started(
    options: FakeBrowserOptions = {},
    configuration: Partial<StackConfiguration> = {},
  ): Promise<Page> {
    const page = new Page(options, configuration);
    page.stack.start();
    await settle();
    page.browser.socket.open();
    await settle();
    page.forget();
    return page;
  }

  forget(): void {
    this.seen.length = 0;
    this.events.length = 0;
  }

  listen<Kind extends Session>(session: Kind): Kind {
    session.addEventListener("*", (e) => {
      this.events.push(e);
      this.seen.push([e.type, e.description, e.getSipResponseCode()]);
    });
    return session;
  }

  async say(...scripted: Scripted[]): Promise<void> {
    tell(this.browser, ...scripted);
    await settle();
  }

  get types(): string[] {
    return this.seen.map(([type]) => type);
  }

  get last(): StackEvent | SessionEvent {
    const last = this.events.at(-1);
    if (!last) throw new Error("nothing was heard");
    return last;
  }

  /** The latest event of a type. */
  heard(type: string): StackEvent | SessionEvent {
    const found = this.events.filter((event) => event.type === type).at(-1);
    if (!found) throw new Error(`${type} was not heard`);
    return found;
  }

  /** A call of ours that was answered. */
  async talking(type = "call-audio", configuration: object = {}): Promise<CallSession> {
    const session = this.listen(this.stack.newSession(type, configuration)) as CallSession;
    session.call("bob");
    await this.say(makeOffer);
    await this.say(established);
    this.forget();
    return session;
  }
}

/** The real core has its own test; here a URI is what this pattern says. */
function parseAddress(text: string): ReturnType<NonNullable<typeof engine.parts.createParser>> extends (
  text: string,
) => infer Parsed
  ? Parsed
  : never {
  const parts = /^(?:"?([^"<]*?)"? *<)?(sips?):(?:([^@:;>]+)@)?([a-z0-9.-]+)(?::(\d+))?((?:;[^>]*)?)>?(?:;tag=(\w+))?$/i.exec(text);
  if (!parts) return undefined;
  const [, displayName, scheme = "", user, host = "", port, params = "", tag] = parts;
  return {
    displayName: displayName || null,
    uri: {
      type: "sip",
      scheme: scheme as "sip",
      user: user ?? null,
      password: null,
      host,
      hostType: "domain",
      port: port === undefined ? null : Number(port),
      params: params
        .split(";")
        .filter((param) => param !== "")
        .map((param) => ({ name: param.split("=")[0] ?? "", value: param.split("=")[1] ?? null })),
      headers: [],
      text: `${scheme}:${user ? `${user}@` : ""}${host}${port ? `:${port}` : ""}${params}`,
      aor: `${scheme}:${user ?? ""}@${host}`,
    },
    params: [],
    tag: tag ?? null,
  };
}

export const bob: Party = { uri: "sip:bob@example.org", user: "bob", display_name: "Bob" };
export const alice: Party = { uri: "sip:alice@example.org", user: "alice", display_name: "" };

export const event = (given: Event, body?: string): Scripted => ({
  event: given,
  ...(body ? { body } : {}),
});

/** A request as the core shows it. */
export const request = (method: string, more: readonly [string, string][] = []): MessageHead => ({
  method,
  uri: "sip:alice@df7jal23ls0d.invalid",
  headers: [
    ["Via", "SIP/2.0/WSS server"],
    ["From", '"Bob" <sip:bob@example.org>;tag=f1'],
    ["To", "<sip:alice@example.org>"],
    ["Call-ID", "c0ffee"],
    ["CSeq", `7 ${method}`],
    ...more,
  ].map(([name = "", value = ""]) => ({ name, value })),
});

/** A response as the core shows it. */
export const response = (status: number, reason: string): MessageHead => ({
  status,
  reason,
  headers: [
    { name: "CSeq", value: "7 X" },
    { name: "Server", value: "test" },
  ],
});

export const makeOffer: Scripted = {
  media: { type: "create_offer", call: 1, token: 1, audio: "sendrecv", video: "sendrecv", hold: false },
};
export const established: Scripted = event({
  type: "call_established",
  call: 1,
  status: 200,
  reason: "OK",
});
export const ended = (more: object, call = 1): Scripted =>
  event({ type: "call_ended", call, ...more } as Event);
export const incoming: Scripted = event({
  type: "call_incoming",
  call: 1,
  from: bob,
  to: alice,
  has_offer: true,
  audio: "sendrecv",
  video: null,
  message: request("INVITE", [
    ["Alert-Info", "<https://example.org/ring>"],
    ["X-Private", "yes"],
  ]),
});

export const views = (): Record<
  "audio_remote" | "video_local" | "video_remote" | "audio_local",
  FakeElement
> => ({
  audio_remote: new FakeElement(),
  video_local: new FakeElement(),
  video_remote: new FakeElement(),
  audio_local: new FakeElement(),
});
