/** A session description that can be changed line by line, and rules on it for the hooks of an agent. */

import { parseSdp } from "./shared-functions.js";

/** One line of a description that can be changed. */
export interface EditableLine {
  /** The letter before the equals sign. */
  type: string;
  /** What stands behind it. */
  value: string;
}

/** One m= section that can be changed. */
export interface EditableMedia {
  /** "audio", "video" ... as the m= line had it when it was read; `line` is what is written. */
  readonly type: string;
  /** What stands behind m=, as written. */
  line: string;
  /** Every other line of the section, in order. */
  lines: EditableLine[];
}

/** A description as its lines: what is not changed is written as it came. */
export interface EditableSdp {
  /** Every line of the session section, v= included, in order. */
  lines: EditableLine[];
  /** The m= sections, in order. An offer and its answer must have the same (RFC 3264 6). */
  media: EditableMedia[];
}

/** What `writeSdp` takes: an EditableSdp, or what `parseSdp` made. */
export interface SdpLines {
  /** The lines of the session section. */
  readonly lines: readonly Readonly<EditableLine>[];
  /** The m= sections. */
  readonly media: readonly {
    readonly line: string;
    readonly lines: readonly Readonly<EditableLine>[];
  }[];
}

/**
 * The text of a description, the inverse of `parseSdp`: every line as it is, with CRLF behind.
 * @throws TypeError that names the line: a type that is no small letter, CR, LF or NUL in a value.
 */
export function writeSdp(description: SdpLines): string {
  let text = "";
  const write = (type: string, value: string, where: string): void => {
    if (!/^[a-z]$/.test(type)) throw new TypeError(`${where}.type is not one small letter`);
    if (/[\r\n\0]/.test(value)) throw new TypeError(`${where}.value holds CR, LF or NUL`);
    text += `${type}=${value}\r\n`;
  };
  const writeAll = (lines: SdpLines["lines"], where: string): void =>
    lines.forEach(({ type, value }, index) => write(type, value, `${where}lines[${index}]`));
  writeAll(description.lines, "");
  description.media.forEach(({ line, lines }, index) => {
    write("m", line, `media[${index}]`);
    writeAll(lines, `media[${index}].`);
  });
  return text;
}

/**
 * Makes `a=name:value` the only line of that name in a section, in the place of the first or else at
 * the end; `""` writes `a=name`, `undefined` takes it away.
 */
export function setAttribute(
  section: { lines: EditableLine[] },
  name: string,
  value: string | undefined,
): void {
  const isNamed = (line: EditableLine): boolean =>
    line.type === "a" && (line.value === name || line.value.startsWith(`${name}:`));
  const place = section.lines.findIndex(isNamed);
  const others = section.lines.filter((line) => !isNamed(line));
  if (value !== undefined) {
    const line = { type: "a", value: value === "" ? name : `${name}:${value}` };
    others.splice(place < 0 ? others.length : place, 0, line);
  }
  section.lines = others;
}

/**
 * A function on the lines of a description as the hook `localDescription` or `remoteDescription` of
 * an agent: what it changes, or returns, takes the place of the description; all other lines stay
 * byte exact. In a browser `loadFunctions()` must have been awaited before the first call.
 * @throws TypeError, out of the hook, for a description that cannot be read or written; the agent
 * then reports it and uses the description as it was.
 */
export function sdpRule<Context = unknown>(
  rule: (description: EditableSdp, context: Context) => EditableSdp | void,
): (sdp: string, context: Context) => string | void {
  return (sdp, context) => {
    const parsed = parseSdp(sdp);
    if (!parsed.ok) throw new TypeError(`the description cannot be read: ${parsed.error.reason}`);
    const copy = (lines: readonly Readonly<EditableLine>[]): EditableLine[] =>
      lines.map(({ type, value }) => ({ type, value }));
    const description: EditableSdp = {
      lines: copy(parsed.value.lines),
      media: parsed.value.media.map(({ type, line, lines }) => ({ type, line, lines: copy(lines) })),
    };
    const text = writeSdp(rule(description, context) ?? description);
    return text === writeSdp(parsed.value) ? undefined : text;
  };
}
