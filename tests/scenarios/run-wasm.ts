/**
 * Replays the inputs of the native transcripts (build/scenarios/native) through js-glue and the built
 * sipml.wasm, and writes what comes out in the same form, for a comparison octet by octet.
 * `run-wasm --transcripts DIR FOLDER`; ends with "N passed, N failed".
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { CommandError } from "../../js-glue/memory.js";
import { Core } from "../../js-glue/core.js";
import type { AgentConfig, Command } from "../../js-glue/protocol.js";

interface Line {
  readonly input?: "create" | "connected" | "disconnected" | "timer" | "command" | "receive";
  /** Where there are several. */
  readonly agent?: string;
  readonly now?: number;
  readonly head?: string;
  readonly body?: string;
}

const utf8 = new TextDecoder();
const toBytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const OUTPUT_KINDS = { transmit: 1, event: 2, media: 3, log: 4 } as const;

/** The transcript that the module makes of the same inputs. */
function replay(module: WebAssembly.Module, native: string): string {
  const core = new Core(module);
  let agent = 0;
  const agents = new Map<string, number>();
  const lines: string[] = [];
  const drain = (): void => {
    for (let out = core.poll(agent); out; out = core.poll(agent)) {
      const head =
        out.kind === "transmit"
          ? ""
          : JSON.stringify(
              out.kind === "event" ? out.event : out.kind === "media" ? out.request : out.log,
            );
      lines.push(
        JSON.stringify({ body: utf8.decode(out.body), head, output: OUTPUT_KINDS[out.kind] }),
      );
    }
    const deadline = core.deadline(agent);
    lines.push(JSON.stringify({ deadline: Number.isFinite(deadline) ? deadline : null }));
  };
  for (const text of native.split("\n")) {
    if (text === "") continue;
    const line = JSON.parse(text) as Line;
    if (line.input === undefined) continue;
    lines.push(text);
    const now = line.now ?? 0;
    const head = line.head ?? "{}";
    agent = agents.get(line.agent ?? "") ?? 0;
    switch (line.input) {
      case "create":
        agents.set(line.agent ?? "", core.createAgent(JSON.parse(head) as AgentConfig));
        continue;
      case "connected":
        core.connected(agent, now);
        break;
      case "disconnected":
        core.disconnected(agent, now);
        break;
      case "timer":
        core.timerFired(agent, now);
        break;
      case "receive":
        core.receive(agent, toBytes(line.body ?? ""), now);
        break;
      case "command":
        try {
          core.command(agent, JSON.parse(head) as Command, toBytes(line.body ?? ""), now);
        } catch (error) {
          if (!(error instanceof CommandError)) throw error;
        }
        break;
    }
    drain();
  }
  return lines.map((line) => `${line}\n`).join("");
}

const target = process.argv[process.argv.indexOf("--transcripts") + 1] ?? "build/scenarios/wasm";
const source = join(target, "../native");
mkdirSync(target, { recursive: true });
const module = new WebAssembly.Module(readFileSync("build/wasm/sipml.wasm"));
let passed = 0;
let failed = 0;
for (const name of readdirSync(source).sort()) {
  const native = readFileSync(join(source, name), "utf8");
  try {
    const transcript = replay(module, native);
    writeFileSync(join(target, name), transcript);
    if (transcript !== native) throw new Error("another transcript than the native one");
    passed += 1;
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}: ${String(error)}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
