/** The XML of notifications, checked before a parser sees it (RFC 7303, XML 1.0, Namespaces in XML). */

import type { Environment } from "../environment.js";

/** What a document may have; real ones are far below. */
export const documentLimits = {
  /** Octets of a content, or characters of a text. */
  size: 1_048_576,
  /** Elements within elements. */
  depth: 64,
  elements: 20_000,
  /** Attributes of one element. */
  attributes: 64,
} as const;

/** A value, or why there is none. */
export type Outcome<T> =
  | { readonly value: T; readonly reason?: undefined }
  | { readonly value?: undefined; readonly reason: string };

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  readonly namespace: string;
  /** Those without a namespace, and `xml:lang`. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The characters directly in this element, CDATA sections among them. */
  readonly text: string;
}

/** In RFC 7303 section 3.2 a byte order mark comes before the charset parameter. */
function encodingOf(octets: Uint8Array, charset: string | undefined): string {
  const [first, second, third] = octets;
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return "utf-16be";
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return "utf-16le";
  if (charset !== undefined) return charset.toLowerCase();
  const start = String.fromCharCode(...octets.subarray(0, 256));
  const declared = /^\s*<\?xml\s[^?>]*\bencoding\s*=\s*["']([\w.:-]+)["']/.exec(start)?.[1];
  // Octets that could be read so far are not UTF-16, whatever is declared.
  return declared === undefined || /^utf-?16/i.test(declared) ? "utf-8" : declared.toLowerCase();
}

/** The decoder's label of each encoding that is read; ASCII is a part of UTF-8. */
const encodings: ReadonlyMap<string, string> = new Map([
  ["utf-8", "utf-8"],
  ["utf8", "utf-8"],
  ["us-ascii", "utf-8"],
  ["ascii", "utf-8"],
  ["utf-16", "utf-16le"],
  ["utf-16le", "utf-16le"],
  ["utf-16be", "utf-16be"],
  ["iso-8859-1", "iso-8859-1"],
]);

const tooLong = `it is longer than ${documentLimits.size} octets`;

/** The characters of a content. */
export function decode(content: string | Uint8Array, charset?: string): Outcome<string> {
  if (content.length > documentLimits.size) return { reason: tooLong };
  if (typeof content === "string") return { value: content.replace(/^\ufeff/, "") };
  const name = encodingOf(content, charset);
  const label = encodings.get(name);
  if (label === undefined) return { reason: `its encoding ${name.slice(0, 40)} is not supported` };
  try {
    return { value: new TextDecoder(label, { fatal: true }).decode(content) };
  } catch {
    return { reason: `its octets are not ${name}` };
  }
}

/** XML 1.0 section 2.2: half a surrogate pair and most control characters are no characters. */
const notXml = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/u;

function isReference(body: string): boolean {
  const [, decimal, hexadecimal] = /^#(?:(\d{1,7})|x([\da-fA-F]{1,6}));/.exec(body) ?? [];
  if (decimal === undefined && hexadecimal === undefined) {
    return /^(?:lt|gt|amp|quot|apos);/.test(body);
  }
  const code = decimal === undefined ? parseInt(hexadecimal ?? "", 16) : parseInt(decimal, 10);
  return code > 0 && code <= 0x10ffff && !notXml.test(String.fromCodePoint(code));
}

/** Tells whether all references between two places are; the places must not go back. */
function referenceCheck(text: string): (from: number, to: number) => boolean {
  const find = (from: number): number => {
    const found = text.indexOf("&", from);
    return found < 0 ? Infinity : found;
  };
  let next = find(0);
  return (from, to) => {
    if (next < from) next = find(from);
    for (; next < to; next = find(next + 1)) {
      if (!isReference(text.slice(next + 1, next + 12))) return false;
    }
    return true;
  };
}

const notDefined = "an entity that XML does not define";

interface StartTag {
  readonly name: string;
  readonly empty: boolean;
  readonly attributes: number;
  /** Behind the `>`. */
  readonly end: number;
}

/** The start tag at `open`, or undefined when it has no end. */
function startTag(text: string, open: number): StartTag | undefined {
  let attributes = 0;
  for (let at = open + 1; at < text.length; at += 1) {
    const character = text[at];
    if (character === "<") return undefined;
    if (character === '"' || character === "'") {
      at = text.indexOf(character, at + 1);
      if (at < 0) return undefined;
      attributes += 1;
    } else if (character === ">") {
      const empty = text[at - 1] === "/";
      const inside = text.slice(open + 1, empty ? at - 1 : at);
      return { name: /^[^\s/]*/.exec(inside)?.[0] ?? "", empty, attributes, end: at + 1 };
    }
  }
  return undefined;
}

/**
 * What keeps a text from being given to a parser: a document type declaration, with which all of
 * XML's dangers come, more than the limits, or elements that do not nest. It looks at each character
 * once, so that no text costs more than its length.
 */
export function findFault(text: string): string | undefined {
  if (notXml.test(text)) return "a character that XML does not allow";
  const areReferences = referenceCheck(text);
  const open: string[] = [];
  let elements = 0;
  let at = 0;
  for (;;) {
    const next = text.indexOf("<", at);
    const data = next < 0 ? text.length : next;
    if (!areReferences(at, data)) return notDefined;
    if (next < 0) break;
    const skipTo = (end: string, from: number): number => {
      const found = text.indexOf(end, from);
      return found < 0 ? -1 : found + end.length;
    };
    if (text.startsWith("<!--", next)) {
      at = skipTo("-->", next + 4);
    } else if (text.startsWith("<![CDATA[", next)) {
      at = skipTo("]]>", next + 9);
    } else if (text.startsWith("<!", next)) {
      return "a document type declaration, which is not allowed";
    } else if (text.startsWith("<?", next)) {
      at = skipTo("?>", next + 2);
    } else if (text.startsWith("</", next)) {
      at = skipTo(">", next + 2);
      if (at >= 0 && text.slice(next + 2, at - 1).trimEnd() !== open.pop()) {
        return "an end tag without its start tag";
      }
    } else {
      const tag = startTag(text, next);
      if (tag === undefined) return "a start tag without an end";
      if (tag.attributes > documentLimits.attributes) {
        return `more than ${documentLimits.attributes} attributes in an element`;
      }
      if (!areReferences(next, tag.end)) return notDefined;
      if (open.length === 0 && elements > 0) return "more than one root element";
      elements += 1;
      if (elements > documentLimits.elements) return `more than ${documentLimits.elements} elements`;
      if (!tag.empty) open.push(tag.name);
      if (open.length > documentLimits.depth) {
        return `more than ${documentLimits.depth} elements within each other`;
      }
      at = tag.end;
    }
    if (at < 0) return "markup without an end";
  }
  if (elements === 0) return "no element";
  return open.length > 0 ? "an element without its end tag" : undefined;
}

const elementNode = 1;
const textNode = 3;
const cdataNode = 4;

/** No deeper than `documentLimits.depth`, which was looked at before. */
function copyOf(element: Element): XmlElement {
  const attributes = new Map<string, string>();
  for (const { localName, namespaceURI, nodeName, value } of Array.from(element.attributes)) {
    if (!namespaceURI) attributes.set(localName, value);
    else if (nodeName === "xml:lang") attributes.set(nodeName, value);
  }
  const children: XmlElement[] = [];
  let text = "";
  for (let node = element.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType === elementNode) children.push(copyOf(node as Element));
    else if (node.nodeType === textNode || node.nodeType === cdataNode) text += node.nodeValue ?? "";
  }
  const { localName, namespaceURI } = element;
  return { name: localName, namespace: namespaceURI ?? "", attributes, children, text };
}

/** The root element of a text, read by the host's parser. */
export function parseXml(
  text: string,
  environment: Pick<Environment, "parseXml">,
): Outcome<XmlElement> {
  const fault = findFault(text);
  if (fault !== undefined) return { reason: `its XML holds ${fault}` };
  if (environment.parseXml === undefined) return { reason: "there is no XML parser here" };
  // What it says of its encoding is no longer true of a text.
  const bare = text.replace(/^\s*(?:<\?xml\s[^?]*\?>)?/, "");
  try {
    const parsed = environment.parseXml(bare);
    // Some browsers return an error as a document of its own, others put it into what they read.
    if (parsed.getElementsByTagNameNS("*", "parsererror").length > 0) {
      return { reason: "its XML is not well-formed" };
    }
    return { value: copyOf(parsed.documentElement) };
  } catch (error) {
    const said = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { reason: `its XML is not well-formed: ${said.slice(0, 120)}` };
  }
}

/** A value in which what is undefined is absent. */
export type Present<T> = {
  [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key];
} & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};

export function present<T extends object>(value: T): Present<T> {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries) as Present<T>;
}

/** Reads an element by the names of its namespace; what it must pass over, it reports. */
export class Reader {
  constructor(
    private readonly element: XmlElement,
    private readonly problems: string[],
  ) {}

  get name(): string {
    return this.element.name;
  }

  /** Without the blanks around it. */
  get text(): string {
    return this.element.text.trim();
  }

  /** Reports what is wrong in this element. */
  report(what: string): void {
    if (this.problems.length < 100) this.problems.push(`${this.element.name}: ${what}`);
  }

  attribute(name: string): string | undefined {
    return this.element.attributes.get(name)?.trim();
  }

  /** The child elements of a name, of this element's namespace or another one. */
  all(name: string, namespace = this.element.namespace): readonly Reader[] {
    return this.allIn(namespace).filter((child) => child.name === name);
  }

  /** The child elements of a namespace, or of any. */
  allIn(namespace?: string): readonly Reader[] {
    return this.element.children
      .filter((child) => namespace === undefined || child.namespace === namespace)
      .map((child) => new Reader(child, this.problems));
  }

  /** The first such child; that there are more is reported. */
  one(name: string, namespace?: string): Reader | undefined {
    const [first, second] = this.all(name, namespace);
    if (second !== undefined) this.report(`more than one ${name}; the first counts`);
    return first;
  }

  /** The text of a child element. */
  textOf(name: string, namespace?: string): string | undefined {
    return this.one(name, namespace)?.text;
  }

  /** An attribute that must be there, or "". */
  required(name: string): string {
    const value = this.attribute(name);
    if (value === undefined) this.report(`the attribute ${name} is missing`);
    return value ?? "";
  }

  /** One of some words, in any case; another one is reported and left out. */
  word<Word extends string>(
    what: string,
    value: string | undefined,
    words: readonly Word[],
  ): Word | undefined {
    if (value === undefined) return undefined;
    const found = words.find((word) => word === value.toLowerCase());
    if (found === undefined) this.report(`${what} is none of ${words.join(", ")}`);
    return found;
  }

  /** A whole number that is not negative; another text is reported and left out. */
  count(what: string, value: string | undefined): number | undefined {
    if (value === undefined) return undefined;
    if (/^\+?\d{1,15}$/.test(value)) return Number(value);
    this.report(`${what} is no number`);
    return undefined;
  }

  /** An xs:dateTime (RFC 3339), one without a zone taken as UTC; another text is reported. */
  time(what: string, value: string | undefined): Date | undefined {
    if (value === undefined) return undefined;
    const form = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?$/i;
    const [, local, zone] = form.exec(value) ?? [];
    const time = new Date(local === undefined ? NaN : `${local}${zone ?? "Z"}`.toUpperCase());
    if (!Number.isNaN(time.getTime())) return time;
    this.report(`${what} is no time`);
    return undefined;
  }

  /** The first item of each key; others of the same key are reported and left out. */
  unique<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
    const byKey = new Map<string, T>();
    for (const item of items) {
      if (byKey.has(key(item))) this.report(`two with the id "${key(item).slice(0, 80)}"`);
      else byKey.set(key(item), item);
    }
    return [...byKey.values()];
  }
}
