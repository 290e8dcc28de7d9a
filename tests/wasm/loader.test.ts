/** Getting a module, and the core's marshalling of inputs and outputs. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, describe, test } from "node:test";
import { Core } from "../../js-glue/core.js";
import { compileInline, compileInlineLater, decodeInline } from "../../js-glue/load-inline.js";
import { compileFile } from "../../js-glue/load-node.js";
import { LoadError, compile } from "../../js-glue/load.js";
import { CommandError, CoreCrashed, IncompatibleModule } from "../../js-glue/memory.js";
import type { Command } from "../../js-glue/protocol.js";
import { encodeInline } from "../../web/encode-inline.mjs";
import { assemble, lastError } from "./assemble.js";
import type { ModuleOptions } from "./assemble.js";

const bytes = assemble();
const module = (options?: ModuleOptions): WebAssembly.Module =>
  new WebAssembly.Module(assemble(options));
const isLoadError = (text: RegExp) => (error: unknown) =>
  error instanceof LoadError && text.test(error.message);

describe("loading a module", () => {
  let server: Server;
  let address = "";
  let folder = "";

  before(async () => {
    server = createServer((request, response) => {
      const path = request.url ?? "";
      if (path === "/missing.wasm") return void response.writeHead(404).end();
      const type = path === "/typed.wasm" ? "application/wasm" : "application/octet-stream";
      response.writeHead(200, { "content-type": type });
      response.end(path === "/broken.wasm" ? "not a module" : bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    folder = mkdtempSync(join(tmpdir(), "sipml-loader-"));
  });

  after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  test("by URL, streaming where the MIME type is right", async () => {
    const streaming = WebAssembly.compileStreaming;
    let streamed = 0;
    WebAssembly.compileStreaming = (source) => {
      streamed += 1;
      return streaming(source);
    };
    try {
      new Core(await compile(`${address}/typed.wasm`));
      assert.equal(streamed, 1);
      new Core(await compile(new URL(`${address}/untyped.wasm`)));
      assert.equal(streamed, 1, "another MIME type is read whole");
    } finally {
      WebAssembly.compileStreaming = streaming;
    }
  });

  test("from a Response, bytes, a compiled module, or a promise of one", async () => {
    new Core(await compile(await fetch(`${address}/typed.wasm`)));
    new Core(await compile(fetch(`${address}/untyped.wasm`)));
    new Core(await compile(bytes));
    new Core(await compile(bytes.buffer));
    const compiled = module();
    assert.equal(await compile(compiled), compiled);
  });

  test("errors name the address and the cause", async () => {
    await assert.rejects(compile(`${address}/missing.wasm`), isLoadError(/missing\.wasm.*404/));
    await assert.rejects(compile(`${address}/broken.wasm`), isLoadError(/broken\.wasm.*compile/));
    await assert.rejects(compile("http://127.0.0.1:1/x.wasm"), isLoadError(/x\.wasm.*fetched/));
    await assert.rejects(compile(new Uint8Array([1, 2, 3])), isLoadError(/did not compile/));
  });

  test("from disk in Node", async () => {
    const file = join(folder, "core.wasm");
    writeFileSync(file, bytes);
    new Core(await compileFile(file));
    new Core(await compileFile(pathToFileURL(file)));
    await assert.rejects(compileFile(join(folder, "no.wasm")), isLoadError(/no\.wasm.*read/));
  });

  test("from text, at once and later", async () => {
    const text = encodeInline(bytes);
    assert.match(text, /^[0-9a-f]{512}[ -~]*$/);
    assert.doesNotMatch(text, /["\\`$<]/);
    assert.deepEqual(decodeInline(text), new Uint8Array(bytes));
    new Core(compileInline(text));
    new Core(await compileInlineLater(text));
    for (const octets of [[], [0], [255, 0, 255], Array.from({ length: 256 }, (_none, at) => at)])
      assert.deepEqual([...decodeInline(encodeInline(Uint8Array.from(octets)))], octets);
  });
});

describe("refusing a module", () => {
  const refuses = (options: ModuleOptions, text: RegExp): void =>
    assert.throws(
      () => new Core(module(options)),
      (error) => error instanceof IncompatibleModule && text.test(error.message),
    );

  test("of another ABI version", () => refuses({ version: 99 }, /ABI version 99, not 1/));
  test("without an export", () => refuses({ without: "sipml_agent_poll" }, /sipml_agent_poll/));
  test("that imports something", () => refuses({ withImport: true }, /imports env\.now/));
});

describe("core", () => {
  const command: Command = { type: "info", call: 5, content_type: "text/plain; x=\u00e9\u4e2d" };

  test("marshals head and body both ways", () => {
    const core = new Core(module());
    const agent = core.createAgent({ uri: "sip:a@b" });
    assert.equal(agent, 7);
    const body = new Uint8Array([0, 255, 13, 10, 128]);
    assert.equal(core.command(agent, command, body, 0), 0);
    const output = core.poll(agent);
    assert.ok(output?.kind === "event");
    assert.deepEqual(output.event, command, "a head is JSON with any Unicode");
    assert.deepEqual(output.body, body, "a body may hold any octet");
    assert.equal(core.poll(agent), undefined);
    assert.equal(core.deadline(agent), Infinity);
  });

  test("what was polled stays valid afterwards", () => {
    const core = new Core(module());
    core.command(7, command, "first body", 0);
    const output = core.poll(7);
    core.command(7, command, "another one", 0);
    assert.equal(new TextDecoder().decode(output?.body), "first body");
  });

  test("input that makes the memory grow arrives whole", () => {
    const core = new Core(module());
    const before = core.memorySize;
    const body = new Uint8Array(100_000).map((_, index) => index % 251);
    core.command(7, command, body, 0);
    assert.ok(core.memorySize > before);
    assert.deepEqual(core.poll(7)?.body, body);
  });

  test("a refusal throws what sipml_last_error says", () => {
    const core = new Core(module());
    assert.throws(
      () => core.createAgent({} as Parameters<Core["createAgent"]>[0]),
      (error) =>
        error instanceof CommandError &&
        error.code === lastError.code &&
        error.argument === lastError.argument &&
        error.message === lastError.message,
    );
    assert.equal(core.crashed, false);
  });

  test("a trap makes every later call throw CoreCrashed", () => {
    const core = new Core(module());
    assert.throws(() => core.command(7, command, "abc", 0), CoreCrashed);
    assert.equal(core.crashed, true);
    for (const call of [
      () => core.poll(7),
      () => core.deadline(7),
      () => core.connected(7, 0),
      () => core.receive(7, new Uint8Array(3), 0),
      () => core.command(7, command, "", 0),
      () => core.createAgent({ uri: "sip:a@b" }),
    ]) {
      assert.throws(call, (error) => error instanceof CoreCrashed && /unreachable/.test(error.message));
    }
  });

  test("a trap of one core does not touch another of the same module", () => {
    const compiled = module();
    const [one, other] = [new Core(compiled), new Core(compiled)];
    assert.throws(() => one.command(7, command, "abc", 0), CoreCrashed);
    other.command(7, command, "fine", 0);
    assert.ok(other.poll(7));
  });

  test("a function's result among the outputs is a crash, too", () => {
    const core = new Core(module({ kind: 5 }));
    core.command(7, { type: "start" }, "", 0);
    assert.throws(() => core.poll(7), CoreCrashed);
    assert.ok(core.crashed);
  });

  test("an output of unknown kind is a crash, not a guess", () => {
    const core = new Core(module({ kind: 9 }));
    core.command(7, command, "", 0);
    assert.throws(() => core.poll(7), (error) => error instanceof CoreCrashed && /kind 9/.test(error.message));
  });
});
