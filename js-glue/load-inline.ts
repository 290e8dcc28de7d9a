/** Gets a compiled module from text inside the script, as web/encode-inline.mjs wrote it. */

const table_size = 512;
/** The characters of the text, in order; the last two shift the one that follows. */
const characters = Array.from({ length: 95 }, (_none, at) => String.fromCharCode(32 + at))
  .filter((character) => !'"\\`$<'.includes(character))
  .join("");

/** The octets that the text stands for. */
export function decodeInline(text: string): Uint8Array<ArrayBuffer> {
  const order = new Uint8Array(table_size / 2);
  for (let at = 0; at < order.length; at++) {
    order[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16);
  }
  const places = new Uint8Array(128);
  for (let at = 0; at < characters.length; at++) places[characters.charCodeAt(at)] = at;
  const plain = characters.length - 2;
  const bytes = new Uint8Array(text.length - table_size);
  let size = 0;
  let shift = 0;
  for (let at = table_size; at < text.length; at++) {
    const place = places[text.charCodeAt(at)] ?? 0;
    if (place >= plain) {
      shift = (place - plain + 1) * plain;
      continue;
    }
    bytes[size++] = order[shift + place] ?? 0;
    shift = 0;
  }
  return bytes.slice(0, size);
}

/**
 * Compiles before it returns.
 * @throws RangeError or WebAssembly.CompileError where an engine refuses that for its size.
 */
export function compileInline(text: string): WebAssembly.Module {
  return new WebAssembly.Module(decodeInline(text));
}

/** The same without blocking. */
export function compileInlineLater(text: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(decodeInline(text));
}
