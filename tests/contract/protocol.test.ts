/**
 * The TypeScript half of the contract: the compiler checks each example of protocol.json against the
 * types of js-glue/protocol.ts with `satisfies`, and sees that none is missing and that the examples
 * use every key; the module obeys each command. tests/unit/bridge/contract_test.cpp is the other half.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { Core } from "../../js-glue/core.js";
import { CommandError } from "../../js-glue/memory.js";
import type { AgentConfig, Command } from "../../js-glue/protocol.js";
import { root } from "../e2e/paths.js";

interface Example {
  readonly type: string;
}

interface Contract {
  readonly config: object;
  readonly commands: readonly Example[];
  readonly events: readonly Example[];
  readonly media_requests: readonly Example[];
  readonly logs: readonly object[];
  readonly command_errors: readonly { readonly code: string }[];
}

const folder = join(root, "build/contract");
const text = readFileSync(join(root, "tests/contract/protocol.json"), "utf8");
const contract = JSON.parse(text) as Contract;

/** Compiles each source as a file of its own; what the compiler says about each, "" if nothing. */
function compile(sources: Readonly<Record<string, string>>): Map<string, string> {
  mkdirSync(folder, { recursive: true });
  const header = `import type * as P from "../../js-glue/protocol.js";\n`;
  for (const [name, source] of Object.entries(sources))
    writeFileSync(join(folder, `${name}.ts`), header + source);
  const config = {
    extends: "../../tsconfig.json",
    include: Object.keys(sources).map((name) => `${name}.ts`),
    exclude: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [compiler, "--pretty", "false", "-p", folder], {
    cwd: folder,
    encoding: "utf8",
  });
  const said = new Map(Object.keys(sources).map((name) => [name, ""]));
  for (const line of stdout.split("\n")) {
    const name = /^([\w-]+)\.ts\(/.exec(line)?.[1];
    if (name !== undefined) said.set(name, `${said.get(name) ?? ""}${line}\n`);
  }
  return said;
}

const json = (value: unknown): string => JSON.stringify(value);
const satisfies = (value: unknown, type: string): string => `(${json(value)}) satisfies ${type};`;

/** Every example of `examples` is a `type`, every member of the union has one, with all its keys. */
function witness(type: string, examples: readonly Example[]): string {
  const firsts = new Map<string, Example>();
  for (const example of examples)
    if (!firsts.has(example.type)) firsts.set(example.type, example);
  const complete = [...firsts].map(
    ([name, example]) =>
      `${json(name)}: ${json(example)} satisfies Required<Extract<P.${type}, { type: ${json(name)} }>>`,
  );
  return [
    ...examples.map((example) => satisfies(example, `P.${type}`)),
    `({ ${complete.join(",\n")} }) satisfies Record<P.${type}["type"], object>;`,
  ].join("\n");
}

/** Every value of a string union stands in `values`, and nothing else. */
const exactly = (type: string, values: readonly string[]): string =>
  `({ ${values.map((value) => `${json(value)}: 1`).join(", ")} }) satisfies Record<${type}, 1>;`;

const valuesOf = (examples: readonly object[], key: string): string[] => {
  const values = examples.map((example) => (example as Record<string, unknown>)[key]);
  return [...new Set(values.filter((value) => typeof value === "string"))];
};

const ended = contract.events.filter(({ type }) => type === "call_ended");

const good: Readonly<Record<string, string>> = {
  config: satisfies(contract.config, "Required<P.AgentConfig>"),
  commands: witness("Command", contract.commands),
  events: witness("Event", contract.events),
  media: witness("MediaRequest", contract.media_requests),
  logs: contract.logs.map((log) => satisfies(log, "P.Log")).join("\n"),
  errors: contract.command_errors.map((error) => satisfies(error, "P.CommandError")).join("\n"),
  codes: exactly(`P.CommandError["code"]`, valuesOf(contract.command_errors, "code")),
  causes: exactly("P.EndCause", valuesOf(ended, "cause")),
  mediaErrors: exactly("P.MediaError", valuesOf(ended, "media_error")),
};

/** What the compiler has to refuse, lest the checks above mean nothing. */
const bad: Readonly<Record<string, string>> = {
  "bad-value": `({ type: "connection", state: "lost" }) satisfies P.Event;`,
  "bad-key": `({ type: "start", now: 1 }) satisfies P.Command;`,
  "bad-missing": `({ type: "hangup" }) satisfies P.Command;`,
  "bad-incomplete": witness("Command", [
    ...contract.commands.filter(({ type }) => type !== "stop"),
    { type: "stop" },
  ]),
  "bad-forgotten": witness(
    "Event",
    contract.events.filter(({ type }) => type !== "stopped"),
  ),
  "bad-cause": exactly("P.EndCause", valuesOf(ended, "cause").slice(1)),
};

describe("contract with the core", () => {
  let said = new Map<string, string>();
  before(() => {
    said = compile({ ...good, ...bad });
  });

  for (const name of Object.keys(good))
    test(`the examples satisfy their types: ${name}`, () => {
      assert.equal(said.get(name), "");
    });

  for (const name of Object.keys(bad))
    test(`the compiler would notice: ${name}`, () => {
      // A value that is not of its type, or has a key too many; not a slip of the pen.
      assert.match(said.get(name) ?? "", /error TS(1360|2322|2353|2741):/);
    });

  test("sipml.wasm understands each command", () => {
    const core = new Core(new WebAssembly.Module(readFileSync(join(root, "build/wasm/sipml.wasm"))));
    for (const command of contract.commands) {
      const agent = core.createAgent(contract.config as AgentConfig);
      try {
        core.command(agent, command as Command, new Uint8Array(), 0);
      } catch (error) {
        assert.ok(error instanceof CommandError, String(error));
        // There is no such call, and no connection; but nothing is wrong with the command.
        assert.match(error.code, /^(unknown_id|not_connected)$/, command.type);
      }
      core.destroyAgent(agent);
    }
  });
});
