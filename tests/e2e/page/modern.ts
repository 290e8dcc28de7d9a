/** A phone with no look: the modern API put on window.phone, for a test to drive and read. */
import {
  UserAgent,
  type Call,
  type CallEnd,
  type CallOptions,
  type Registration,
  type UserAgentOptions,
} from "../../../web/index.js";

/** What can be handed over from Node. */
export type PhoneOptions = Omit<UserAgentOptions, "hooks" | "wasm" | "record" | "environment">;

export interface Failure {
  readonly code: string;
  readonly status: number | null;
  readonly message: string;
}

/** What a call is made or answered with. */
export type Media = Omit<CallOptions, "from">;

export interface Snapshot {
  readonly registration: string | null;
  readonly call: string | null;
  /** States and progress of the latest call, in order. */
  readonly log: readonly string[];
  readonly end:
    | (Pick<CallEnd, "cause" | "by" | "message"> & {
        readonly status: number | null;
        readonly reason: string | null;
        readonly mediaError: string | null;
      })
    | null;
  readonly connection: readonly string[];
  /** Why the connection failed last, in words. */
  readonly connectionError: string | null;
  /** State events of the latest registration, in order. */
  readonly registrations: readonly string[];
  /** Diagnostics of the user agent, in order: the code and the text. */
  readonly diagnostics: readonly string[];
}

export interface Phone {
  /** Makes a user agent and connects; null, or why not. */
  start(options: PhoneOptions): Promise<Failure | null>;
  /** Connects the same user agent again. */
  restart(): Promise<Failure | null>;
  register(): Promise<Failure | null>;
  stop(): Promise<void>;
  call(target: string, media: Media): Promise<void>;
  /** Accepts every further incoming call at once; null: no more. */
  autoAnswer(media: Media | null): void;
  answer(media: Media): void;
  reject(status: number): void;
  hangup(): void;
  hold(): Promise<Failure | null>;
  resume(): Promise<Failure | null>;
  mute(kind: "audio" | "video", muted: boolean): void;
  dtmf(tones: string, method: "auto" | "info"): Promise<Failure | null>;
  /** Whether the peer reached `target`; the call is over then. */
  transfer(target: string): Promise<Failure | null>;
  /** The call that a transfer has made takes the place of the one that was transferred. */
  follow(): void;
  snapshot(): Snapshot;
  /** The latest call itself. */
  readonly current: Call;
  /** The user agent itself. */
  readonly agent: UserAgent;
  /** Epoch milliseconds of the moment before call(). */
  readonly calledAt: number;
}

declare global {
  interface Window {
    phone: Phone;
  }
}

function failure(error: unknown): Failure {
  const fields = error as { code?: unknown; status?: unknown; message?: unknown };
  return {
    code: String(fields.code ?? "none"),
    status: typeof fields.status === "number" ? fields.status : null,
    message: String(fields.message ?? error),
  };
}

async function outcome(promise: Promise<unknown>): Promise<Failure | null> {
  try {
    await promise;
    return null;
  } catch (error) {
    return failure(error);
  }
}

let agent: UserAgent | null = null;
let registration: Registration | null = null;
let call: Call | null = null;
let end: CallEnd | null = null;
let log: string[] = [];
let connection: string[] = [];
let registrations: string[] = [];
let diagnostics: string[] = [];
let calledAt = 0;
let answerWith: Media | null = null;
let transferred: Call | null = null;

function watch(next: Call): void {
  call = next;
  end = null;
  log = [];
  next.on("state", () => log.push(`state ${next.state}`));
  next.on("progress", (progress) => log.push(`progress ${progress.status}`));
  next.on("info", ({ contentType, content }) =>
    log.push(`info ${contentType} ${new TextDecoder().decode(content)}`),
  );
  next.on("remoteHold", (held) => log.push(`remoteHold ${JSON.stringify(held)}`));
  next.on("transferRequested", (request) => {
    log.push(`transfer to ${request.target.user ?? ""}`);
    transferred = request.accept({ audio: true, video: false });
    transferred.established.catch(() => undefined);
  });
  next.on("transferProgress", ({ state, status }) => log.push(`transfer ${state} ${status}`));
  // A rejected promise that nobody looks at would be a page error; `ended` tells the same.
  next.established.catch(() => undefined);
  void next.ended.then((value) => {
    if (call === next) end = value;
  });
  const view = document.querySelector("video");
  if (view !== null && next.remoteStream !== null) view.srcObject = next.remoteStream;
  next.on("remoteStream", () => {
    if (view !== null) view.srcObject = next.remoteStream;
  });
}

function current(): Call {
  if (call === null) throw new Error("there is no call");
  return call;
}

function userAgent(): UserAgent {
  if (agent === null) throw new Error("start() first");
  return agent;
}

window.phone = {
  async start(options) {
    try {
      agent = await UserAgent.create(options);
    } catch (error) {
      return failure(error);
    }
    connection = [];
    registration = null;
    diagnostics = [];
    agent.on("diagnostic", ({ code, text }) => diagnostics.push(`${code} ${text}`));
    agent.on("call", (incoming) => {
      if (call !== null && call.state !== "ended" && incoming.replaces === undefined) {
        void incoming.reject({ status: 486 });
        return;
      }
      watch(incoming);
      if (answerWith !== null && incoming.state === "incoming") incoming.answer(answerWith);
    });
    agent.on("connection", (change) => {
      connection.push(
        change.error === undefined ? change.state : `${change.state} ${failure(change.error).code}`,
      );
    });
    return outcome(agent.start());
  },
  restart: () => outcome(userAgent().start()),
  async register() {
    try {
      registration = userAgent().register({ expires: 600 });
    } catch (error) {
      return failure(error);
    }
    const states: string[] = (registrations = []);
    registration.on("state", ({ state, cause }) =>
      states.push(cause === undefined ? state : `${state} ${cause}`),
    );
    return outcome(registration.registered);
  },
  async stop() {
    await agent?.stop();
    agent = null;
  },
  async call(target, media) {
    calledAt = performance.timeOrigin + performance.now();
    watch(userAgent().call(target, media));
  },
  autoAnswer(media) {
    answerWith = media;
  },
  answer: (media) => void current().answer(media),
  reject: (status) => void current().reject({ status }),
  hangup: () => void current().hangup(),
  hold: () => outcome(current().hold()),
  resume: () => outcome(current().resume()),
  mute: (kind, muted) => current().mute(kind, muted),
  dtmf: (tones, method) => outcome(current().dtmf(tones, { method })),
  transfer: (target) => outcome(current().transfer(target)),
  follow() {
    if (transferred === null) throw new Error("there was no transfer");
    watch(transferred);
  },
  snapshot: () => ({
    registration: registration?.state ?? null,
    call: call?.state ?? null,
    log,
    end:
      end === null
        ? null
        : {
            cause: end.cause,
            by: end.by,
            message: end.message,
            status: end.status ?? null,
            reason: end.reason ?? null,
            mediaError: end.mediaError ?? null,
          },
    connection,
    connectionError: agent?.connectionError?.message ?? null,
    registrations,
    diagnostics,
  }),
  get current() {
    return current();
  },
  get agent() {
    return userAgent();
  },
  get calledAt() {
    return calledAt;
  },
};
