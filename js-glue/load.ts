/** Gets a compiled module from where the caller says it is. */

/** Where a module comes from. A compiled one may serve any number of instances. */
export type WasmSource =
  | string
  | URL
  | Response
  | ArrayBuffer
  | Uint8Array
  | WebAssembly.Module
  | Promise<Response | ArrayBuffer | Uint8Array | WebAssembly.Module>;

/** A module could not be fetched or compiled. */
export class LoadError extends Error {
  override readonly name = "LoadError";
  /** Made by this package. */
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
  }
}

/** @throws LoadError that says what was loaded and what went wrong. */
/** Compiles a module from wherever it is. */
export async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  const given = await source;
  if (given instanceof WebAssembly.Module) return given;
  if (typeof given === "string" || given instanceof URL) return compileUrl(given);
  if (given instanceof ArrayBuffer || given instanceof Uint8Array) return compileBytes(given);
  return compileResponse(given, given.url);
}

async function compileUrl(url: string | URL): Promise<WebAssembly.Module> {
  const name = typeof url === "string" ? url : url.href;
  let response: Response;
  try {
    response = await fetch(url, { credentials: "same-origin" });
  } catch (cause) {
    throw new LoadError(`${name} could not be fetched${because(cause)}`, { cause });
  }
  return compileResponse(response, name);
}

async function compileResponse(response: Response, name: string): Promise<WebAssembly.Module> {
  if (!response.ok) throw new LoadError(`${name} could not be fetched: HTTP ${response.status}`);
  const type = response.headers.get("content-type") ?? "";
  const streams = /^application\/wasm\s*$/i.test(type);
  try {
    // Engines refuse to stream any other MIME type; many servers do not know this one.
    if (streams) return await WebAssembly.compileStreaming(response);
  } catch (cause) {
    if (response.bodyUsed) throw new LoadError(`${name} did not compile${because(cause)}`, { cause });
  }
  let bytes: ArrayBuffer;
  try {
    bytes = await response.arrayBuffer();
  } catch (cause) {
    throw new LoadError(`${name} could not be read${because(cause)}`, { cause });
  }
  return compileBytes(bytes, name);
}

async function compileBytes(
  bytes: ArrayBuffer | Uint8Array,
  name = "the given module",
): Promise<WebAssembly.Module> {
  try {
    // A copy, since the bytes may lie in shared memory, which engines do not compile.
    return await WebAssembly.compile(bytes instanceof Uint8Array ? new Uint8Array(bytes) : bytes);
  } catch (cause) {
    throw new LoadError(`${name} did not compile${because(cause)}`, { cause });
  }
}

/** ": " and what an error says, for the end of a sentence. */
export function because(cause: unknown): string {
  return cause instanceof Error ? `: ${cause.message}` : "";
}
