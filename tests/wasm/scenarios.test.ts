/**
 * Replays in sipml.wasm the transcripts that the native scenario runner wrote into build/scenarios:
 * the same inputs must give the same outputs, byte by byte, and the same deadlines.
 */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { AGENT_EXPORTS, OUTPUT_KINDS, type AgentExports } from "../../js-glue/abi.js";
import { Instance, toBytes } from "../../js-glue/memory.js";
import { root } from "../e2e/paths.js";

interface Line {
  readonly input?: "create" | "connected" | "disconnected" | "timer" | "command" | "receive";
  readonly now?: number;
  readonly head?: string;
  readonly body?: string;
  readonly output?: number;
  readonly deadline?: number | null;
}

/** A transcript's lines again, with the outputs and deadlines that the module gives. */
function replay(module: WebAssembly.Module, transcript: readonly Line[]): Line[] {
  const instance = new Instance<AgentExports>(module, AGENT_EXPORTS);
  const result: Line[] = [];
  let agent = 0;

  const feed = ({ input, now = 0, head = "", body = "" }: Line): void => {
    const parts = [toBytes(head), toBytes(body)] as const;
    instance.write(parts);
    instance.run((exports) => {
      switch (input) {
        case "create":
          agent = exports.sipml_agent_create(parts[0].length);
          return;
        case "connected":
          return exports.sipml_agent_connected(agent, now);
        case "disconnected":
          return exports.sipml_agent_disconnected(agent, now);
        case "timer":
          return exports.sipml_agent_timer_fired(agent, now);
        case "receive":
          return exports.sipml_agent_receive(agent, parts[1].length, now);
        case "command":
          return exports.sipml_agent_command(agent, parts[0].length, parts[1].length, now);
        default:
          assert.fail(`unknown input ${String(input)}`);
      }
    });
  };

  const drain = (): void => {
    for (;;) {
      const output = instance.read(instance.run((exports) => exports.sipml_agent_poll(agent)));
      if (output === undefined) break;
      const body = new TextDecoder().decode(output.body);
      result.push({ output: OUTPUT_KINDS[output.kind], head: output.head, body });
    }
    const deadline = instance.run((exports) => exports.sipml_agent_deadline(agent));
    result.push({ deadline: deadline === Infinity ? null : deadline });
  };

  for (const line of transcript.filter(({ input }) => input !== undefined)) {
    result.push(line);
    feed(line);
    if (line.input !== "create") drain();
  }
  return result;
}

const folder = join(root, "build/scenarios");
const module = new WebAssembly.Module(readFileSync(join(root, "dist/sipml.wasm")));
const names = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));

test("the native runner wrote a transcript of every scenario", () => {
  const scenarios = readdirSync(join(root, "tests/scenarios")).filter((name) => name.endsWith(".md"));
  assert.ok(scenarios.length > 0);
  const expected = scenarios.map((name) => name.replace(/\.md$/, ".jsonl"));
  assert.deepEqual(names.sort(), expected.sort());
});

for (const name of names) {
  test(name.replace(/\.jsonl$/, ""), () => {
    const text = readFileSync(join(folder, name), "utf8").trimEnd();
    const transcript = text.split("\n").map((line) => JSON.parse(line) as Line);
    assert.deepEqual(replay(module, transcript), transcript);
  });
}
