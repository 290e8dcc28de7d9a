/**
 * Writes octets as printable ASCII for a script. Base64 would hide from gzip and brotli what repeats
 * in a module, since the same octets give other characters at each third place; here an octet is
 * always written alike, the frequent ones as one character, so that what is transferred is hardly
 * larger than the module itself. js-glue/load-inline.ts reads it.
 */

/** What needs no escape in any kind of string, nor in HTML, in order; the last two are shifts. */
export const characters = Array.from({ length: 95 }, (_none, at) => String.fromCharCode(32 + at))
  .filter((character) => !'"\\`$<'.includes(character))
  .join("");

/** The 256 octets in hexadecimal, by frequency, then each octet of `bytes`. */
export function encodeInline(bytes) {
  const counts = new Uint32Array(256);
  for (const octet of bytes) counts[octet] += 1;
  const order = Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a] || a - b);
  const plain = characters.length - 2;
  const written = new Array(256);
  for (const [place, octet] of order.entries()) {
    const shift = Math.floor(place / plain);
    const character = characters[place % plain];
    written[octet] = shift === 0 ? character : characters[plain + shift - 1] + character;
  }
  const table = Buffer.from(order).toString("hex");
  let text = "";
  for (const octet of bytes) text += written[octet];
  return table + text;
}
