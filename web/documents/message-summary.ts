/** Messages that wait in a mailbox, RFC 3842. */

import type { NameValue } from "../../js-glue/protocol.js";
import { present } from "./xml.js";
import type { Outcome } from "./xml.js";

/** How many messages there are, RFC 3842 section 3.5. */
export interface MessageCount {
  /** Not heard or read yet. */
  readonly new: number;
  /** Heard or read. */
  readonly old: number;
  /** How many of each are urgent, where that is told. */
  readonly urgentNew?: number;
  /** Heard or read, and urgent. */
  readonly urgentOld?: number;
}

/** An application/simple-message-summary document. */
export interface MessageSummary {
  readonly kind: "message-summary";
  /** Whether new messages wait. */
  readonly waiting: boolean;
  /** The URI of the mailbox. */
  readonly account?: string;
  /** Voice messages. */
  readonly voice?: MessageCount;
  /** Video messages. */
  readonly video?: MessageCount;
  /** Faxes. */
  readonly fax?: MessageCount;
  /** Pager messages. */
  readonly pager?: MessageCount;
  /** Multimedia messages. */
  readonly multimedia?: MessageCount;
  /** Text messages. */
  readonly text?: MessageCount;
  /** Messages without a class (RFC 3458). */
  readonly none?: MessageCount;
  /** The header fields of single messages, one list each, where the server tells them. */
  readonly messages: readonly (readonly NameValue[])[];
}

const classes = ["voice", "video", "fax", "pager", "multimedia", "text"] as const;

/** The fields of each block between empty lines; continued lines joined. */
function blocksOf(text: string, problems: string[]): NameValue[][] {
  const lines = text.replace(/\r\n?/g, "\n").replace(/\n[ \t]+(?=\S)/g, " ").split("\n");
  const blocks: NameValue[][] = [[]];
  for (const line of lines) {
    const block = blocks.at(-1) as NameValue[];
    const colon = line.indexOf(":");
    if (line.trim() === "") {
      if (block.length > 0) blocks.push([]);
    } else if (colon < 1) {
      problems.push("a line without a colon");
    } else {
      block.push({ name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() });
    }
  }
  return blocks.filter((block) => block.length > 0);
}

/** `new/old (urgent new/urgent old)` */
function countOf(value: string): MessageCount | undefined {
  const number = "(\\d{1,10})";
  const pair = `${number}\\s*/\\s*${number}`;
  const match = new RegExp(`^${pair}\\s*(?:\\(\\s*${pair}\\s*\\))?$`).exec(value);
  if (match === null) return undefined;
  const [fresh, old, urgentNew, urgentOld] = match
    .slice(1)
    .map((digits: string | undefined) => (digits === undefined ? undefined : Number(digits)));
  return present({ new: fresh ?? 0, old: old ?? 0, urgentNew, urgentOld });
}

/** The data of a message summary. */
export function readMessageSummary(text: string, problems: string[]): Outcome<MessageSummary> {
  const [summary = [], ...messages] = blocksOf(text, problems);
  const first = (wanted: string): string | undefined =>
    summary.find(({ name }) => name.toLowerCase() === wanted)?.value;
  const waiting = first("messages-waiting")?.toLowerCase();
  if (waiting !== "yes" && waiting !== "no") {
    const found = waiting === undefined ? "is missing" : "is neither yes nor no";
    return { reason: `Messages-Waiting ${found}` };
  }
  const count = (name: string): MessageCount | undefined => {
    const value = first(name);
    const result = value === undefined ? undefined : countOf(value);
    if (value !== undefined && result === undefined) problems.push(`${name}: no counts`);
    return result;
  };
  const counts = Object.fromEntries(classes.map((name) => [name, count(`${name}-message`)]));
  return {
    value: {
      kind: "message-summary",
      waiting: waiting === "yes",
      ...present({ account: first("message-account"), ...counts, none: count("none") }),
      messages,
    },
  };
}
