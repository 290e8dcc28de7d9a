/** What examples find in the page: an agent, a call, a stack, a session, an event, some elements. */
import {
  UserAgent,
  estimateMos,
  presenceDocument,
  type Call,
  type Registration,
} from "../../../web/index.js";
import {
  SIPml,
  UriView,
  tsip_event_code_e,
  tsip_header_type_e,
  tsip_transport_state_e,
  type CallSession,
  type Session,
  type SessionEvent,
  type Stack,
  type StackEvent,
} from "../../../web/compat/sipml.js";

export interface Wanted {
  readonly names: readonly string[];
  readonly session: string;
  readonly event: "StackEvent" | "SessionEvent";
}

export interface Account {
  readonly url: string;
  readonly domain: string;
  readonly password: string;
}

const opened: { stop(): unknown }[] = [];

async function userAgent(account: Account, user: string): Promise<UserAgent> {
  const agent = await UserAgent.create({
    server: account.url,
    uri: `sip:${user}@${account.domain}`,
    password: account.password,
  });
  opened.push(agent);
  await agent.start();
  await agent.register().registered;
  return agent;
}

/** Somebody who answers every call, takes every message and calls whom they are told to call. */
async function answering(account: Account, user: string): Promise<void> {
  const agent = await userAgent(account, user);
  agent.on("message", (message) => message.accept());
  agent.on("call", (call) => {
    call.on("transferRequested", (request) => request.accept());
    call.answer({ audio: true, video: call.offered.video !== null });
  });
}

/** Resolves with the first event of a type. */
function heard<E>(
  target: { addEventListener(type: never, listener: (event: E) => void): void },
  type: string,
): Promise<E> {
  return new Promise((resolve) => target.addEventListener(type as never, resolve));
}

async function startedStack(account: Account, user: string): Promise<Stack> {
  await new Promise<void>((resolve, reject) =>
    SIPml.init(() => resolve(), (failure) => reject(new Error(failure.description))),
  );
  const stack = new SIPml.Stack({
    realm: account.domain,
    impi: user,
    impu: `sip:${user}@${account.domain}`,
    password: account.password,
    websocket_proxy_url: account.url,
  });
  opened.push(stack);
  const started = heard(stack, "started");
  stack.start();
  await started;
  return stack;
}

const kinds: Readonly<Record<string, string>> = {
  RegistrationSession: "register",
  MessageSession: "message",
  PublishSession: "publish",
  SubscribeSession: "subscribe",
};

function element<Name extends "audio" | "video" | "p">(name: Name): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  document.body.append(made);
  return made;
}

/** A call of the stack, established, or one that has not begun for an example that begins it. */
async function session(stack: Stack, wanted: string, code: string): Promise<[Session, SessionEvent]> {
  const kind = kinds[wanted];
  if (kind !== undefined) {
    const made = stack.newSession(kind as "register");
    const event = heard<SessionEvent>(made, "sent_request");
    if (kind === "register" && !/\bregister\(/.test(code)) {
      const connected = heard<SessionEvent>(made, "connected");
      made.register();
      return [made, await connected];
    }
    return [made, await Promise.race([event, fallbackEvent(stack)])];
  }
  const call = stack.newSession("call-audio") as CallSession;
  if (/session\.call\(/.test(code)) return [call, await fallbackEvent(stack)];
  const connected = heard<SessionEvent>(call, "connected");
  call.call("bob");
  return [call, await connected];
}

/** An event of a registration, for examples that look at any event. */
async function fallbackEvent(stack: Stack): Promise<SessionEvent> {
  const registration = stack.newSession("register");
  const connected = heard<SessionEvent>(registration, "connected");
  registration.register();
  return connected;
}

/** Somebody calls the stack. */
async function incoming(account: Account, stack: Stack, user: string): Promise<StackEvent> {
  await fallbackEvent(stack);
  const event = heard<StackEvent>(stack, "i_new_call");
  const caller = await userAgent(account, "dave");
  caller.call(`sip:${user}@${account.domain}`, { audio: true });
  return event;
}

let count = 0;

/** The values of the names that an example uses. */
export async function namesFor(
  wanted: Wanted,
  account: Account,
  code: string,
): Promise<Record<string, unknown>> {
  const uses = (name: string): boolean => wanted.names.includes(name);
  const result: Record<string, unknown> = {
    password: account.password,
    token: "secret",
    UserAgent,
    estimateMos,
    presenceDocument,
    pidf: presenceDocument({ entity: `sip:alice@${account.domain}`, basic: "open" }),
    SIPml,
    tsip_uri: UriView,
    tsip_event_code_e,
    tsip_header_type_e,
    tsip_transport_state_e,
    uri: UriView.prototype.Parse(`sip:alice@${account.domain};transport=ws`),
    sessions: new Map(),
    chosenDevices: () => navigator.mediaDevices.getUserMedia({ audio: true }),
    hangUpButton: document.createElement("button"),
    show: (text: string | null) => console.log(text),
  };
  for (const name of ["label", "status", "log"]) if (uses(name)) result[name] = element("p");
  for (const name of ["audio", "video"] as const) if (uses(name)) result[name] = element(name);
  const declared = (name: string): boolean =>
    new RegExp(`\\b(?:const|let|var)\\s+(?:\\{[^}]*)?${name}\\b`).test(code);
  const needs = (name: string): boolean => uses(name) && !declared(name);
  if (needs("agent") || needs("call") || needs("registration") || /bob/.test(code)) {
    await answering(account, "bob");
  }
  if (/carol/.test(code)) await answering(account, "carol");
  let agent: UserAgent | undefined;
  if (needs("agent") || needs("call") || needs("registration")) {
    agent = await userAgent(account, "alice");
    result["agent"] = agent;
  }
  if (agent && needs("call")) {
    const video = /shareScreen|replaceTrack|setVideoSize/.test(code);
    const call: Call = agent.call("sip:bob@" + account.domain, { audio: true, video });
    await call.established;
    result["call"] = call;
  }
  if (agent && needs("registration")) {
    const registration: Registration = agent.register();
    await registration.registered;
    result["registration"] = registration;
  }
  if (needs("stack") || needs("session") || needs("e")) {
    if (!/bob/.test(code)) await answering(account, "bob");
    // A user of its own each time: calls of the one before do not ring here.
    const user = `erin${(count += 1)}`;
    const stack = await startedStack(account, user);
    result["stack"] = stack;
    if (needs("session") || (needs("e") && wanted.event === "SessionEvent")) {
      [result["session"], result["e"]] = await session(stack, wanted.session, code);
    }
    if (needs("e") && wanted.event === "StackEvent") {
      result["e"] = await incoming(account, stack, user);
    }
  }
  return result;
}

/** Ends what an example was given. */
export async function clean(): Promise<void> {
  await Promise.all(opened.splice(0).map((one) => one.stop()));
  document.body.replaceChildren();
}
