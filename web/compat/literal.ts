/** Reads the JavaScript literals that pages of sipML5 store and that it used to evaluate. */

/** The text is not a literal; `message` says where. */
export class LiteralError extends Error {
  override readonly name = "LiteralError";
}

const max_depth = 16;

/**
 * The value of an array, object, string, number, boolean or null literal: JSON, and also single
 * quotes, unquoted keys, trailing commas and parentheses around the whole. Nothing is executed.
 * @throws LiteralError
 */
export function parseLiteral(text: string): unknown {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  private position = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  value(depth: number): unknown {
    if (depth > max_depth) throw this.error("it is nested too deeply");
    const next = this.peek();
    if (next === "(") {
      this.take("(");
      const value = this.value(depth + 1);
      this.take(")");
      return value;
    }
    if (next === "[") return this.array(depth);
    if (next === "{") return this.object(depth);
    if (next === "'" || next === '"') return this.string();
    const word = this.match(/[-+]?[A-Za-z0-9_$.]+/y);
    switch (word) {
      case "true":
        return true;
      case "false":
        return false;
      case "null":
        return null;
      case "undefined":
        return undefined;
    }
    if (word !== undefined && /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word)) {
      return Number(word);
    }
    throw this.error(word === undefined ? "a value is missing" : `"${word}" is not a value`);
  }

  end(): void {
    if (this.peek() === ";") this.take(";");
    if (this.peek() !== "") throw this.error("there is more behind the value");
  }

  private array(depth: number): unknown[] {
    const values: unknown[] = [];
    this.take("[");
    while (this.peek() !== "]") {
      values.push(this.value(depth + 1));
      if (this.peek() !== "]") this.take(",");
    }
    this.take("]");
    return values;
  }

  private object(depth: number): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    this.take("{");
    while (this.peek() !== "}") {
      const next = this.peek();
      const key =
        next === "'" || next === '"' ? this.string() : this.match(/[A-Za-z_$][\w$]*|\d+/y);
      if (key === undefined) throw this.error("a key is missing");
      this.take(":");
      entries.push([key, this.value(depth + 1)]);
      if (this.peek() !== "}") this.take(",");
    }
    this.take("}");
    return Object.fromEntries(entries);
  }

  private string(): string {
    const quoted = this.match(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"/y);
    if (quoted === undefined) throw this.error("a string does not end");
    return quoted.slice(1, -1).replace(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/g, (_, escape) => {
      const code = String(escape);
      if (code.length > 1) return String.fromCharCode(parseInt(code.slice(1), 16));
      const special: { readonly [letter: string]: string } = {
        n: "\n",
        r: "\r",
        t: "\t",
        b: "\b",
        f: "\f",
        v: "\v",
        "0": "\0",
      };
      return special[code] ?? code;
    });
  }

  /** The next character that is not white space; "" at the end. */
  private peek(): string {
    this.position += /^\s*/.exec(this.text.slice(this.position))?.[0].length ?? 0;
    return this.text[this.position] ?? "";
  }

  private take(character: string): void {
    if (this.peek() !== character) throw this.error(`"${character}" is missing`);
    this.position += 1;
  }

  private match(pattern: RegExp): string | undefined {
    this.peek();
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.position += found.length;
    return found;
  }

  private error(what: string): LiteralError {
    return new LiteralError(`${what} at position ${this.position}`);
  }
}
