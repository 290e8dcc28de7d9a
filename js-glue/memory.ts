/** One instance of a module: bytes in, outputs out, and the guard that refuses it after a trap. */

import { ABI_VERSION, OUTPUT_KINDS, OUTPUT_WORDS } from "./abi.js";
import type { CommonExports, OutputKind } from "./abi.js";
import type { CommandError as CommandErrorFields } from "./protocol.js";

/** One polled output, decoded and copied out of the module's memory. */
export interface RawOutput {
  /** What it is. */
  readonly kind: OutputKind;
  /** The server's connection that it is for; 0 for an agent. */
  readonly flow: number;
  /** The JSON head, or "" for `transmit`. */
  readonly head: string;
  /** The octets beside the head. */
  readonly body: Uint8Array;
}

/** The core trapped: a broken invariant or no memory. Nothing can be asked of it any more. */
export class CoreCrashed extends Error {
  override readonly name = "CoreCrashed";
  /** Made by this package. */
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
  }
}

/** The module is not one that this package can drive. */
export class IncompatibleModule extends Error {
  override readonly name = "IncompatibleModule";
}

/** A command that the core refused, with the reason that sipml_last_error() gives. */
export class CommandError extends Error implements CommandErrorFields {
  override readonly name = "CommandError";
  /** Why it was refused. */
  readonly code: CommandErrorFields["code"];
  readonly argument: string;
  /** Made by this package. */
  constructor(fields: CommandErrorFields) {
    super(fields.message);
    this.code = fields.code;
    this.argument = fields.argument;
  }
}

/** A UTF-8 text or raw octets. */
export type Bytes = string | Uint8Array;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const kindOf = new Map<number, OutputKind>(
  (Object.keys(OUTPUT_KINDS) as OutputKind[]).map((kind) => [OUTPUT_KINDS[kind], kind]),
);

/** The bytes of a text, or the bytes as they are. */
export function toBytes(value: Bytes): Uint8Array {
  return typeof value === "string" ? encoder.encode(value) : value;
}

/** One instance of a module. Once it has trapped, every call throws. */
export class Instance<E extends CommonExports> {
  private readonly exports: E;
  private crash: CoreCrashed | undefined;

  /**
   * Instantiates a compiled module.
   * @throws IncompatibleModule if an export is missing, an import is wanted or the ABI differs.
   */
  constructor(module: WebAssembly.Module, required: readonly string[]) {
    const imports = WebAssembly.Module.imports(module);
    const first = imports[0];
    if (first) {
      throw new IncompatibleModule(
        `the module imports ${first.module}.${first.name}; sipml modules import nothing`,
      );
    }
    const exports = new WebAssembly.Instance(module, {}).exports;
    for (const name of required) {
      if (typeof exports[name] !== "function") {
        throw new IncompatibleModule(`the module does not export ${name}`);
      }
    }
    if (exports["memory"] === undefined) {
      throw new IncompatibleModule("the module does not export its memory");
    }
    this.exports = exports as unknown as E;
    this.run(() => this.exports._initialize?.());
    const version = this.run((e) => e.sipml_abi_version());
    if (version !== ABI_VERSION) {
      throw new IncompatibleModule(`the module has ABI version ${version}, not ${ABI_VERSION}`);
    }
  }

  /** Whether the module has trapped. */
  get crashed(): boolean {
    return this.crash !== undefined;
  }

  /** Octets of memory that the module holds. */
  get memorySize(): number {
    return this.exports.memory.buffer.byteLength;
  }

  /**
   * Calls into the module.
   * @throws CoreCrashed when it traps, and from then on at every call.
   */
  run<T>(call: (exports: E) => T): T {
    if (this.crash) throw this.crash;
    try {
      return call(this.exports);
    } catch (cause) {
      throw this.die("the SIP core stopped working", cause);
    }
  }

  /** Copies the parts, one behind the other, to where the next input function reads them. */
  write(parts: readonly Uint8Array[]): void {
    let size = 0;
    for (const part of parts) size += part.length;
    const address = this.run((e) => e.sipml_input_buffer(size)) >>> 0;
    if (size === 0) return;
    if (address === 0) throw this.die(`the SIP core has no room for ${size} octets`);
    // The view is made after the call: growing the memory detaches what was made before.
    const view = new Uint8Array(this.exports.memory.buffer, address, size);
    let offset = 0;
    for (const part of parts) {
      view.set(part, offset);
      offset += part.length;
    }
  }

  /**
   * The same for texts, which are encoded where they belong, and octets: the number of octets that
   * each became. Half a surrogate pair becomes U+FFFD.
   */
  writeTexts(parts: readonly Bytes[]): number[] {
    let size = 0;
    for (const part of parts) size += part.length;
    const address = this.run((e) => e.sipml_input_buffer(size)) >>> 0;
    if (size === 0) return parts.map(() => 0);
    if (address === 0) throw this.die(`the SIP core has no room for ${size} octets`);
    const view = new Uint8Array(this.exports.memory.buffer, address, size);
    const lengths: number[] = [];
    let offset = 0;
    for (const part of parts) {
      const room = view.subarray(offset);
      let length = part.length;
      if (typeof part === "string") {
        const { read, written } = encoder.encodeInto(part, room);
        if (read < length) return this.writeEncoded(parts);
        length = written;
      } else if (length <= room.length) {
        room.set(part);
      } else {
        return this.writeEncoded(parts);
      }
      lengths.push(length);
      offset += length;
    }
    return lengths;
  }

  /** Texts that are not ASCII need more room than they have characters. */
  private writeEncoded(parts: readonly Bytes[]): number[] {
    const encoded = parts.map(toBytes);
    this.write(encoded);
    return encoded.map((part) => part.length);
  }

  /** Reads the struct at an address that a poll function returned; undefined for NULL. */
  read(pointer: number): RawOutput | undefined {
    if (pointer === 0) return undefined;
    const buffer = this.exports.memory.buffer;
    const words = new DataView(buffer);
    const word = (index: number): number => words.getUint32((pointer >>> 0) + 4 * index, true);
    const slice = (start: number, length: number): Uint8Array =>
      new Uint8Array(buffer, word(start), word(length));
    const kind = kindOf.get(word(OUTPUT_WORDS.kind));
    if (!kind) throw this.die(`the SIP core made an output of unknown kind ${word(0)}`);
    return {
      kind,
      flow: word(OUTPUT_WORDS.flow),
      head: decoder.decode(slice(OUTPUT_WORDS.head, OUTPUT_WORDS.head_length)),
      body: slice(OUTPUT_WORDS.body, OUTPUT_WORDS.body_length).slice(),
    };
  }

  /** Passes an input function's result on, or throws what sipml_last_error() says. */
  check(result: number): number {
    if (result >= 0) return result;
    throw this.lastError(result);
  }

  /** The error of the function that just returned `result`. */
  lastError(result: number): CommandError {
    const pointer = this.run((e) => e.sipml_last_error()) >>> 0;
    return new CommandError(this.readError(pointer, result));
  }

  /** The JSON of a head that the core wrote; a core that writes anything else is broken. */
  parse(head: string): unknown {
    try {
      return JSON.parse(head);
    } catch (cause) {
      throw this.die("the SIP core made an output that is not JSON", cause);
    }
  }

  /** Marks the instance dead and returns what to throw. */
  die(message: string, cause?: unknown): CoreCrashed {
    const detail = cause instanceof Error ? `: ${cause.message}` : "";
    this.crash ??= new CoreCrashed(message + detail, cause === undefined ? undefined : { cause });
    return this.crash;
  }

  private readError(pointer: number, result: number): CommandErrorFields {
    if (pointer === 0) throw this.die(`the SIP core failed with ${result} and gave no reason`);
    const words = new DataView(this.exports.memory.buffer);
    const head = words.getUint32(pointer + 4 * OUTPUT_WORDS.head, true);
    const length = words.getUint32(pointer + 4 * OUTPUT_WORDS.head_length, true);
    const text = decoder.decode(new Uint8Array(this.exports.memory.buffer, head, length));
    return this.parse(text) as CommandErrorFields;
  }
}
