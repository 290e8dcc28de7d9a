/**
 * Writes down every call into a WebAssembly module and what came of it, so that a native program can
 * be asked the same (replay.cpp): octet by octet, whatever the functions above make of it.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

type Export = (...args: number[]) => number | undefined;

/** These return the address of a struct sipml_output. */
const returningOutput = new Set([
  "sipml_agent_poll",
  "sipml_last_error",
  "sipml_call_function",
]);
const silent = new Set(["sipml_abi_version", "sipml_input_buffer", "_initialize"]);

const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");

/**
 * Instances that are made from now on are written down; `path` gets one JSON object a line when the
 * process ends. Agents may be of one instance only, which counts their ids.
 */
export function recordInto(path: string): void {
  const lines: string[] = [];
  const Real = WebAssembly.Instance;
  let agents: WebAssembly.Exports | undefined;

  function recorded(exports: WebAssembly.Exports): WebAssembly.Exports {
    const memory = exports["memory"] as WebAssembly.Memory;
    const octets = (address: number, size: number): string =>
      hex(new Uint8Array(memory.buffer, address >>> 0, size >>> 0));
    let pending: readonly [number, number] | undefined;
    const output = (pointer: number): object | null => {
      if (pointer === 0) return null;
      const view = new DataView(memory.buffer);
      const word = (index: number): number => view.getUint32((pointer >>> 0) + 4 * index, true);
      return {
        kind: word(0),
        flow: word(1),
        head: octets(word(2), word(3)),
        body: octets(word(4), word(5)),
      };
    };
    const wrapped: Record<string, WebAssembly.ExportValue> = { ...exports };
    for (const [name, value] of Object.entries(exports)) {
      if (typeof value !== "function") continue;
      const call = value as Export;
      wrapped[name] = (...args: number[]): number | undefined => {
        if (name === "sipml_input_buffer") {
          const address = call(...args);
          pending = [address ?? 0, args[0] ?? 0];
          return address;
        }
        if (name === "sipml_agent_create") {
          agents ??= exports;
          if (agents !== exports) throw new Error("agents of a second instance");
        }
        const input = pending ? octets(...pending) : "";
        pending = undefined;
        const result = call(...args);
        if (!silent.has(name))
          lines.push(
            JSON.stringify({
              call: name,
              args,
              input,
              ...(returningOutput.has(name)
                ? { output: output(result ?? 0) }
                : { result: Number.isFinite(result ?? 0) ? (result ?? 0) : null }),
            }),
          );
        return result;
      };
    }
    return wrapped;
  }

  WebAssembly.Instance = class extends Real {
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(module, imports);
      Object.defineProperty(this, "exports", { value: recorded(this.exports) });
    }
  };
  process.on("exit", () => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  });
}
