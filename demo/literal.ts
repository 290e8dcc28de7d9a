/**
 * Reads the data part of JavaScript literals without evaluating anything: JSON (RFC 8259) plus
 * single quotes, unquoted keys, trailing commas, comments and outer parentheses, because sipML5's
 * expert page stored whatever its users typed and evaluated it.
 */
import { text as words, type TextKey, type TextValues } from "./texts.js";

export type LiteralValue =
  | null
  | boolean
  | number
  | string
  | readonly LiteralValue[]
  | { readonly [key: string]: LiteralValue };

export interface LiteralError {
  /** What was wrong, in the reader's language. */
  readonly message: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}

export type LiteralResult =
  | { readonly ok: true; readonly value: LiteralValue }
  | { readonly ok: false; readonly error: LiteralError };

const MAX_DEPTH = 32;
const MAX_LENGTH = 65536;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["0", "\0"],
]);

const WORDS: ReadonlyMap<string, LiteralValue> = new Map<string, LiteralValue>([
  ["null", null],
  ["undefined", null],
  ["true", true],
  ["false", false],
]);

class Fault extends Error {
  constructor(
    key: TextKey,
    values: TextValues,
    readonly offset: number,
  ) {
    super(words(key, values));
  }
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  read(): LiteralValue {
    const value = this.value(0);
    this.skipBlank();
    if (this.peek() === ";") this.at += 1;
    this.skipBlank();
    if (this.at < this.text.length) {
      throw this.fault("literalExtra");
    }
    return value;
  }

  private value(depth: number): LiteralValue {
    this.skipBlank();
    if (depth > MAX_DEPTH) throw this.fault("literalDeep", { max: MAX_DEPTH });
    const next = this.peek();
    if (next === "(") return this.parenthesised(depth);
    if (next === "{") return this.object(depth);
    if (next === "[") return this.array(depth);
    if (next === '"' || next === "'" || next === "`") return this.string(next);
    if (/[-+.0-9]/.test(next)) return this.number();
    if (/[A-Za-z_$]/.test(next)) return this.word();
    throw this.fault("literalValue");
  }

  private parenthesised(depth: number): LiteralValue {
    const open = this.at;
    this.at += 1;
    const value = this.value(depth + 1);
    this.skipBlank();
    if (this.peek() !== ")") {
      throw this.fault("literalClose", { close: ")", ...this.opener(open) });
    }
    this.at += 1;
    return value;
  }

  private object(depth: number): LiteralValue {
    const open = this.at;
    const entries: [string, LiteralValue][] = [];
    this.at += 1;
    for (;;) {
      this.skipBlank();
      if (this.peek() === "}") break;
      const key = this.key(open);
      this.skipBlank();
      if (this.peek() !== ":") {
        throw this.fault("literalColon", { key });
      }
      this.at += 1;
      entries.push([key, this.value(depth + 1)]);
      if (!this.separator("}", open)) break;
    }
    this.at += 1;
    // fromEntries defines own properties, so a key "__proto__" is a key like any other.
    return Object.fromEntries(entries);
  }

  private array(depth: number): LiteralValue {
    const open = this.at;
    const items: LiteralValue[] = [];
    this.at += 1;
    for (;;) {
      this.skipBlank();
      if (this.peek() === "]") break;
      items.push(this.value(depth + 1));
      if (!this.separator("]", open)) break;
    }
    this.at += 1;
    return items;
  }

  /** true: a comma was read and another member may follow. */
  private separator(close: string, open: number): boolean {
    this.skipBlank();
    const next = this.peek();
    if (next === ",") {
      this.at += 1;
      return true;
    }
    if (next === close) return false;
    throw this.fault("literalComma", { close, ...this.opener(open) });
  }

  private key(open: number): string {
    const next = this.peek();
    if (next === '"' || next === "'") return this.string(next);
    const name = /^(?:[A-Za-z_$][\w$]*|\d+)/.exec(this.text.slice(this.at, this.at + 256));
    if (name === null) {
      throw this.fault("literalKey", this.opener(open));
    }
    this.at += name[0].length;
    return name[0];
  }

  private string(quote: string): string {
    const open = this.at;
    let value = "";
    this.at += 1;
    for (;;) {
      const next = this.peek();
      if (next === quote) break;
      if (next === "" || (quote !== "`" && (next === "\n" || next === "\r"))) {
        throw new Fault("literalUnclosed", { quote }, open);
      }
      if (quote === "`" && this.text.startsWith("${", this.at)) {
        throw this.fault("literalExpression");
      }
      this.at += 1;
      value += next === "\\" ? this.escape() : next;
    }
    this.at += 1;
    return value;
  }

  private escape(): string {
    const kind = this.peek();
    this.at += 1;
    if (kind === "u" || kind === "x") {
      const length = kind === "u" ? 4 : 2;
      const digits = this.text.slice(this.at, this.at + length);
      if (!new RegExp(`^[0-9A-Fa-f]{${length}}$`).test(digits)) {
        throw this.fault("literalHex", { count: length, kind });
      }
      this.at += length;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    return ESCAPES.get(kind) ?? kind;
  }

  private number(): number {
    const rest = this.text.slice(this.at, this.at + 64);
    const match = /^[-+]?(?:0[xX][0-9A-Fa-f]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/.exec(rest);
    if (match === null || /[\w$]/.test(rest.charAt(match[0].length))) {
      throw this.fault("literalNumber");
    }
    this.at += match[0].length;
    const negative = match[0].startsWith("-");
    const size = Number(match[0].replace(/^[-+]/, ""));
    return negative ? -size : size;
  }

  private word(): LiteralValue {
    const name = /^[\w$]*/.exec(this.text.slice(this.at, this.at + 64))?.[0] ?? "";
    const value = WORDS.get(name);
    if (value === undefined) {
      throw this.fault("literalWord", { word: name });
    }
    this.at += name.length;
    return value;
  }

  private skipBlank(): void {
    const blank = /(?:\s|\/\/[^\n\r]*|\/\*[^]*?\*\/)*/y;
    blank.lastIndex = this.at;
    this.at += blank.exec(this.text)?.[0].length ?? 0;
  }

  private peek(): string {
    return this.text.charAt(this.at);
  }

  private found(): string {
    const next = this.peek();
    return next === "" ? words("literalEnd") : `"${next}"`;
  }

  private opener(offset: number): TextValues {
    return { open: this.text.charAt(offset), ...locate(this.text, offset) };
  }

  private fault(key: TextKey, values: TextValues = {}): Fault {
    return new Fault(key, { found: this.found(), ...values }, this.at);
  }
}

function locate(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** Never throws; the text is data from storage or a person. */
export function parseLiteral(text: string): LiteralResult {
  if (text.length > MAX_LENGTH) {
    const message = words("literalLong", { max: MAX_LENGTH });
    return { ok: false, error: { message, line: 1, column: 1 } };
  }
  try {
    return { ok: true, value: new Reader(text).read() };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ok: false, error: { message: error.message, ...locate(text, error.offset) } };
  }
}
