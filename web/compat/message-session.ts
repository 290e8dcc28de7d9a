/** `SIPml.Session.Message` */

import { partyOfTarget } from "../address.js";
import type { RemoteParty } from "../address.js";
import { SipError } from "../errors.js";
import type { IncomingMessage, RequestOptions, SipResponse } from "../requests.js";
import type { UserAgent } from "../user-agent.js";
import { engine } from "./engine.js";
import { innerEvent, requestEvent, responseEvent } from "./events.js";
import type { InnerEvent } from "./events.js";
import { contentOf, splitRejection, withoutUnusable } from "./session-configuration.js";
import type { RejectConfiguration, SessionConfiguration } from "./session-configuration.js";
import { Session, no_dialog } from "./session.js";
import type { Stack } from "./stack.js";

/**
 * One MESSAGE, ours or the other side's.
 * @example
 * const session = stack.newSession("message");
 * session.addEventListener("i_ao_request", (e) => console.log(e.getSipResponseCode()));
 * session.send("bob", "Good morning", "text/plain;charset=utf-8");
 */
export class MessageSession extends Session {
  private readonly incoming: IncomingMessage | undefined;
  private target: RemoteParty | undefined;
  private pending = 0;

  /** @internal */
  constructor(
    stack: Stack,
    configuration?: SessionConfiguration | null,
    incoming?: IncomingMessage,
  ) {
    super(stack, configuration);
    this.incoming = incoming;
  }

  /**
   * Sends a text, as UTF-8, or octets. `i_ao_request` brings the answer, then `terminated`. 0; -1
   * for empty content or a destination that is none, -2 while the stack is not started.
   * @example session.send("bob", new Uint8Array([1, 2, 3]), "application/octet-stream");
   */
  send(
    to: string,
    content: string | Uint8Array | object,
    contentType?: string,
    configuration?: SessionConfiguration | null,
  ): number {
    if (typeof to !== "string" || to === "") {
      throw new Error("ERR_INVALID_PARAMETER_VALUE: 'to' must not be null");
    }
    const body = contentOf(content);
    this.setConfiguration(configuration);
    if (body === undefined) return this.refuse(no_dialog, "send", "the content is empty");
    const agent = this.stack.agent;
    if (!agent) return this.notStarted("send");
    const target = partyOfTarget(to, this.stack.realm);
    if (engine.parseAddress(target.uri) === null) {
      return this.refuse(no_dialog, "send", `'${to}' is no destination`);
    }
    this.target = target;
    this.stack.remember(this);
    const options = {
      ...(contentType ? { contentType } : {}),
      ...this.from(),
      ...this.headerOptions(),
    };
    this.pending += 1;
    deliver(agent, to, body, options).then(
      ({ status, reason, message }) => {
        this.post("i_ao_request", responseEvent(status, reason, message));
        this.end(innerEvent("Disconnected"));
      },
      (error: unknown) => this.fail(error),
    );
    return 0;
  }

  /**
   * Answers an incoming message with 200.
   * @example e.newSession.accept();
   */
  override accept(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    return this.answer("accept", (message) => message.accept(this.laterHeaders()));
  }

  /**
   * Refuses an incoming message, with 603 unless told otherwise.
   * @example e.newSession.reject({ status: 486 });
   */
  override reject(configuration?: RejectConfiguration | null): number {
    const { configuration: rest, answer } = splitRejection(configuration);
    this.setConfiguration(rest);
    return this.answer("reject", (message) => message.reject({ ...answer, ...this.laterHeaders() }));
  }

  override abandon(): void {
    if (this.pending > 0) this.fail(new SipError("transport_error", "The connection was lost."));
  }

  /** @internal For `i_new_message`. */
  incomingEvent(): InnerEvent {
    const { incoming } = this;
    return requestEvent("Incoming Request", this.parties(), incoming?.message, incoming);
  }

  protected override remoteParty(): RemoteParty | undefined {
    return this.incoming?.from ?? this.target;
  }

  protected override isLocal(): boolean {
    return !this.incoming;
  }

  private answer(method: string, run: (message: IncomingMessage) => void): number {
    const { incoming } = this;
    if (!incoming) return this.refuse(no_dialog, method, "the message is ours");
    if (incoming.answered) return this.refuse(0, method, "the message was answered already");
    const code = this.attempt(method, () => run(incoming));
    if (code === 0) this.post("terminated", innerEvent("Disconnected"));
    return code;
  }

  private fail(error: unknown): void {
    if (this.pending === 0) return;
    const failure = error instanceof SipError ? error : undefined;
    const { code, status, reason = "", sipMessage } = failure ?? {};
    const text = error instanceof Error ? error.message : String(error);
    if (code === "rejected" && status !== undefined) {
      this.post("i_ao_request", responseEvent(status, reason, sipMessage));
      return this.end(responseEvent(status, reason, sipMessage), text);
    }
    this.detail("message_error", innerEvent(text), { message: text });
    if (code === "timeout" || code === "transport_error" || code === "stopped") {
      this.post("transport_error", innerEvent("Transport error"), { message: text });
      return this.end(innerEvent("Transport error"), text);
    }
    this.stack.warn(error);
    this.end(innerEvent("Disconnected"), text);
  }

  /** A session may send again before the answer to the first is there; each has its end. */
  private end(inner: InnerEvent, message?: string): void {
    this.pending -= 1;
    this.post("terminated", inner, message === undefined ? {} : { message });
  }
}

/** Without the headers that the core refuses. */
async function deliver(
  agent: UserAgent,
  to: string,
  body: string | Uint8Array,
  options: RequestOptions,
): Promise<SipResponse> {
  try {
    return await agent.sendMessage(to, body, options);
  } catch (error) {
    const less = withoutUnusable(options, error);
    if (!less) throw error;
    return deliver(agent, to, body, less);
  }
}
