/**
 * The SIP traffic of the page as rows of a ladder, made from the texts of "log" events. Secrets
 * were taken out of those before they came here. The lines are looked at for showing only.
 */

export interface LadderInput {
  readonly direction: "sent" | "received";
  /** The whole message. */
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface LadderRow extends LadderInput {
  readonly id: number;
  /** "INVITE" or "200 OK (INVITE)". */
  readonly title: string;
  /** Whom it is about: the request URI, or what To says. */
  readonly about: string;
}

/** So many messages are kept. */
export const MAX_ROWS = 400;

function field(text: string, pattern: RegExp): string {
  return pattern.exec(text)?.[1]?.trim() ?? "";
}

export function describe(text: string): { readonly title: string; readonly about: string } {
  const first = /^[^\r\n]*/.exec(text)?.[0] ?? "";
  const response = /^SIP\/2\.0\s+(\d{3})\s*(.*)$/i.exec(first);
  const head = text.split(/\r?\n\r?\n/, 1)[0] ?? "";
  if (response !== null) {
    const method = field(head, /^CSeq\s*:\s*\d+\s+([^\r\n]*)/im);
    const status = `${response[1] ?? ""} ${response[2] ?? ""}`.trim();
    const to = field(head, /^(?:To|t)\s*:\s*([^\r\n]*)/im);
    return {
      title: method === "" ? status : `${status} (${method})`,
      about: field(to, /<([^>]*)>/) || to,
    };
  }
  const request = /^(\S+)\s+(\S+)\s+SIP\/2\.0$/i.exec(first);
  if (request !== null) return { title: request[1] ?? "", about: request[2] ?? "" };
  return { title: first.slice(0, 80), about: "" };
}

export class Ladder {
  private readonly kept: LadderRow[] = [];
  private next = 1;
  private lost = 0;

  get rows(): readonly LadderRow[] {
    return this.kept;
  }

  /** How many messages were too many. */
  get dropped(): number {
    return this.lost;
  }

  add(input: LadderInput): LadderRow {
    const row: LadderRow = { ...input, ...describe(input.text), id: this.next };
    this.next += 1;
    this.kept.push(row);
    if (this.kept.length > MAX_ROWS) {
      this.kept.shift();
      this.lost += 1;
    }
    return row;
  }

  clear(): void {
    this.kept.length = 0;
    this.lost = 0;
  }

  /** The text of a file: every message with its time and direction. */
  toText(page: string): string {
    const head = [`SIP traffic of ${page}`, `${this.kept.length} messages`];
    if (this.lost > 0) head.push(`${this.lost} earlier messages were not kept`);
    const messages = this.kept.map(({ at, direction, title, text }) => {
      const arrow = direction === "sent" ? "page -> server" : "page <- server";
      return `---- ${new Date(at).toISOString()}  ${arrow}  ${title}\n${text.replace(/\r\n/g, "\n")}`;
    });
    return `${head.join("\n")}\n\n${messages.join("\n")}`;
  }
}

/** "12:03:04.567" of the reader's clock. */
export function clockTime(at: number): string {
  const time = new Date(at);
  const two = (value: number): string => String(value).padStart(2, "0");
  const seconds = `${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, "0")}`;
  return `${two(time.getHours())}:${two(time.getMinutes())}:${seconds}`;
}
