/** The modules import nothing and export what the C headers and js-glue/abi.ts say. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  ABI_VERSION,
  AGENT_EXPORTS,
  ERROR_CODES,
  FUNCTIONS,
  FUNCTION_EXPORTS,
  OUTPUT_KINDS,
  OUTPUT_WORDS,
} from "../../js-glue/abi.js";
import { Core } from "../../js-glue/core.js";
import { CommandError } from "../../js-glue/memory.js";
import { root } from "../e2e/paths.js";
import { readHeader } from "./headers.js";

const agent = readHeader("abi.h");
const functions = readHeader("functions_abi.h");
const server = readHeader("server_abi.h");
const names = (declarations: readonly { name: string }[]): string[] =>
  declarations.map((declaration) => declaration.name);

const common = ["sipml_abi_version", "sipml_input_buffer", "sipml_last_error"];
const commonFunctions = agent.functions.filter(({ name }) => common.includes(name));
const modules = [
  { file: "build/wasm/sipml.wasm", declared: agent.functions },
  {
    file: "build/wasm/sipml-functions.wasm",
    declared: [...commonFunctions, ...functions.functions],
  },
  { file: "build/wasm/sipml-server.wasm", declared: [...commonFunctions, ...server.functions] },
];

const compile = (file: string): WebAssembly.Module =>
  new WebAssembly.Module(readFileSync(join(root, file)));

for (const { file, declared } of modules) {
  describe(file, () => {
    const module = compile(file);

    test("imports nothing", () => {
      assert.deepEqual(WebAssembly.Module.imports(module), []);
    });

    test("exports its memory and the functions of its header, and nothing else", () => {
      const expected = [
        "memory:memory",
        "_initialize:function",
        ...names(declared).map((name) => `${name}:function`),
      ];
      const actual = WebAssembly.Module.exports(module).map(({ name, kind }) => `${name}:${kind}`);
      assert.deepEqual(actual.sort(), expected.sort());
    });

    test("its functions take as many parameters as the header says", () => {
      const { exports } = new WebAssembly.Instance(module, {});
      for (const { name, parameters } of declared) {
        const exported = exports[name];
        assert.ok(typeof exported === "function", name);
        assert.equal(exported.length, parameters, name);
      }
    });

    test("tells the ABI version of the header", () => {
      const { exports } = new WebAssembly.Instance(module, {});
      (exports["_initialize"] as () => void)();
      const version = (exports["sipml_abi_version"] as () => number)();
      assert.equal(version, agent.numbers.get("abi_version"));
    });

    test("starts with one MiB of memory", () => {
      const { exports } = new WebAssembly.Instance(module, {});
      assert.equal((exports["memory"] as WebAssembly.Memory).buffer.byteLength, 1024 * 1024);
    });
  });
}

describe("js-glue/abi.ts", () => {
  test("names the functions of abi.h and functions_abi.h", () => {
    assert.deepEqual([...AGENT_EXPORTS].sort(), names(agent.functions).sort());
    const all = [...common, ...names(functions.functions)];
    assert.deepEqual([...FUNCTION_EXPORTS].sort(), all.sort());
  });

  test("has the ABI version, error codes, output kinds and functions of the headers", () => {
    const constants = {
      abi_version: ABI_VERSION,
      ok: 0,
      ...ERROR_CODES,
      ...OUTPUT_KINDS,
      ...FUNCTIONS,
    };
    assert.deepEqual(
      new Map(Object.entries(constants).sort()),
      new Map([...agent.numbers, ...functions.numbers].sort()),
    );
  });

  test("has the fields of struct sipml_output in order, each one word", () => {
    const byOffset = Object.entries(OUTPUT_WORDS).sort(([, a], [, b]) => a - b);
    assert.deepEqual(byOffset.map(([field]) => field), agent.fields);
    assert.deepEqual(byOffset.map(([, offset]) => offset), agent.fields.map((_, index) => index));
  });
});

test("an input of a hundred megabytes costs no more than itself", () => {
  const core = new Core(compile("build/wasm/sipml.wasm"));
  const entropy = "00".repeat(32);
  const agent = core.createAgent({ uri: "sip:alice@example.org", entropy });
  core.command(agent, { type: "start" }, "", 0);
  core.connected(agent, 0);
  while (core.poll(agent));
  const huge = new Uint8Array(100_000_000).fill(0x41);
  core.receive(agent, huge, 0);
  const told = core.poll(agent);
  assert.ok(told?.kind === "event" && told.event.type === "diagnostic");
  const command = { type: "request", method: "MESSAGE", to: "bob", content_type: "text/plain" } as const;
  assert.throws(
    () => core.command(agent, command, huge, 0),
    (error) => error instanceof CommandError && error.code === "limit_exceeded",
  );
  assert.ok(core.command(agent, command, "small", 0) > 0, "the module goes on");
  assert.ok(core.memorySize < 32 * 1024 * 1024);
});

test("the package ships the modules that were built", () => {
  for (const name of ["sipml.wasm", "sipml-functions.wasm"]) {
    const shipped = readFileSync(join(root, "dist", name));
    assert.ok(shipped.equals(readFileSync(join(root, "build/wasm", name))), name);
  }
});
