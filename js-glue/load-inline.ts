/** Gets a compiled module from base64 text inside the script. */

/** The octets of standard base64 with padding (RFC 4648 section 4). */
export function decodeBase64(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/**
 * Compiles before it returns.
 * @throws RangeError or WebAssembly.CompileError where an engine refuses that for its size.
 */
export function compileInline(base64: string): WebAssembly.Module {
  return new WebAssembly.Module(decodeBase64(base64));
}

/** The same without blocking. */
export function compileInlineLater(base64: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(decodeBase64(base64));
}
