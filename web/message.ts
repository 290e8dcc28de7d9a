/** The SIP message behind an event or a result, RFC 3261 section 7. */

import type { MessageHead, NameValue } from "../js-glue/protocol.js";

/** Compact forms: RFC 3261 7.3.3, 3515, 3841, 3892, 4028, 4474, 6665. */
const long_names = new Map([
  ["a", "accept-contact"],
  ["b", "referred-by"],
  ["c", "content-type"],
  ["d", "request-disposition"],
  ["e", "content-encoding"],
  ["f", "from"],
  ["i", "call-id"],
  ["j", "reject-contact"],
  ["k", "supported"],
  ["l", "content-length"],
  ["m", "contact"],
  ["n", "identity-info"],
  ["o", "event"],
  ["r", "refer-to"],
  ["s", "subject"],
  ["t", "to"],
  ["u", "allow-events"],
  ["v", "via"],
  ["x", "session-expires"],
  ["y", "identity"],
]);

const strict = new TextDecoder("utf-8", { fatal: true });

/** The content as text, or null where it is not UTF-8. */
export function textOf(content: Uint8Array): string | null {
  try {
    return strict.decode(content);
  } catch {
    return null;
  }
}

/**
 * A request (`method` and `uri`) or a response (`status` and `reason`). Credentials are left out.
 * @example
 * agent.on("call", (call) => console.log(call.message?.header("Alert-Info")));
 */
export class SipMessage {
  /** Of a request: "INVITE". */
  declare readonly method?: string;
  /** Of a request: its Request-URI. */
  declare readonly uri?: string;
  /** Of a response: its status code, RFC 3261 section 21. */
  declare readonly status?: number;
  /** Of a response: its reason phrase. */
  declare readonly reason?: string;
  /** Names in their long form, in the order of the message. */
  readonly headers: readonly NameValue[];
  /** The octets of the body. */
  readonly content: Uint8Array;

  /** @internal */
  constructor(head: MessageHead | undefined, content: Uint8Array = new Uint8Array()) {
    if (head?.method !== undefined) this.method = head.method;
    if (head?.uri !== undefined) this.uri = head.uri;
    if (head?.status !== undefined) this.status = head.status;
    if (head?.reason !== undefined) this.reason = head.reason;
    this.headers = head?.headers ?? [];
    this.content = content;
  }

  /** The first value of a header; names match without case and in their compact form. */
  header(name: string): string | undefined {
    return this.headersOf(name)[0];
  }

  /** Every value of a header, in the order of the message. */
  headersOf(name: string): readonly string[] {
    const wanted = longName(name);
    return this.headers.filter((one) => longName(one.name) === wanted).map(({ value }) => value);
  }

  /** The Content-Type; "" without one. */
  get contentType(): string {
    return this.header("Content-Type") ?? "";
  }

  /** The body as text; null where it is not UTF-8. */
  get text(): string | null {
    return textOf(this.content);
  }
}

function longName(name: string): string {
  const lower = String(name).toLowerCase();
  return long_names.get(lower) ?? lower;
}

/** What an event carries of the message that caused it. */
export interface Caused {
  /** Absent where no message caused it, as when nobody answered in time. */
  readonly message?: SipMessage;
}

/** @internal */
export function caused(
  event: { readonly message?: MessageHead },
  content?: Uint8Array,
): { message?: SipMessage } {
  return event.message === undefined ? {} : { message: new SipMessage(event.message, content) };
}
