/**
 * What js-glue may use of its host beyond ECMAScript: present alike in browsers, workers and Node.
 * Compiled only by js-glue/tsconfig.json, which has no DOM: touching the browser is a type error.
 */

declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  interface ModuleImportDescriptor {
    readonly module: string;
    readonly name: string;
    readonly kind: string;
  }
  class Module {
    constructor(bytes: ArrayBuffer | ArrayBufferView);
    static imports(module: Module): ModuleImportDescriptor[];
  }
  class Instance {
    constructor(module: Module, imports?: object);
    readonly exports: Readonly<Record<string, unknown>>;
  }
  function compile(bytes: ArrayBuffer | ArrayBufferView): Promise<Module>;
  function compileStreaming(response: Response | Promise<Response>): Promise<Module>;
}

declare class TextEncoder {
  encode(text: string): Uint8Array;
  encodeInto(
    text: string,
    destination: Uint8Array,
  ): { readonly read: number; readonly written: number };
}

declare class TextDecoder {
  constructor(label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean });
  decode(bytes?: Uint8Array): string;
}

declare class URL {
  constructor(url: string, base?: string | URL);
  readonly href: string;
  readonly protocol: string;
}

interface Response {
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
  readonly bodyUsed: boolean;
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}

declare function fetch(url: string | URL, options?: { readonly credentials?: "same-origin" }): Promise<Response>;
declare function setTimeout(callback: () => void, milliseconds: number): unknown;
declare function clearTimeout(timer: unknown): void;
declare const performance: { now(): number };
declare const console: { error(...values: unknown[]): void };

interface ImportMeta {
  readonly url: string;
}

declare module "node:fs" {
  export function readFileSync(path: string | URL): Uint8Array;
}

declare module "node:fs/promises" {
  export function readFile(path: string | URL): Promise<Uint8Array>;
}
