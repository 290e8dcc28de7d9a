/** sipml-server.wasm through its C interface: what it refuses, and that it does not grow. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { ServerExports } from "../../demo/server/sip-server.js";
import { CommandError, Instance, toBytes } from "../../js-glue/memory.js";
import { root } from "../e2e/paths.js";

const module = new WebAssembly.Module(readFileSync(join(root, "build/wasm/sipml-server.wasm")));
const entropy = "0123456789abcdef".repeat(4);

class Server {
  readonly instance = new Instance<ServerExports>(module, []);

  create(config: string): number {
    const bytes = toBytes(config);
    this.instance.write([bytes]);
    return this.call((e) => e.sipml_server_create(bytes.length));
  }

  call(act: (exports: ServerExports) => number): number {
    return this.instance.check(this.instance.run(act));
  }

  receive(server: number, connection: number, message: string, now: number): void {
    const bytes = toBytes(message);
    this.instance.write([bytes]);
    this.call((e) => e.sipml_server_receive(server, connection, bytes.length, now));
  }

  poll(server: number): { flow: number; text: string } | undefined {
    const output = this.instance.read(this.instance.run((e) => e.sipml_server_poll(server)));
    if (!output) return undefined;
    assert.equal(output.kind, "transmit");
    return { flow: output.flow, text: new TextDecoder().decode(output.body) };
  }
}

function refusal(act: () => unknown): [string, string] {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof CommandError, String(error));
    assert.notEqual(error.message, "");
    return [error.code, error.argument];
  }
  return ["", ""];
}

const options = (branch: number): string =>
  "OPTIONS sip:localhost SIP/2.0\r\n" +
  `Via: SIP/2.0/WS x.invalid;branch=z9hG4bK${branch}\r\nMax-Forwards: 70\r\n` +
  "From: <sip:a@localhost>;tag=1\r\nTo: <sip:localhost>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n\r\n";

describe("sipml-server.wasm", () => {
  test("refuses configurations that it cannot use, and says which part", () => {
    const server = new Server();
    const refused = (config: unknown): [string, string] =>
      refusal(() => server.create(typeof config === "string" ? config : JSON.stringify(config)));
    for (const text of ["", "{", "[]", "1", '"x"', "\xff"]) {
      assert.deepEqual(refused(text), ["invalid_json", ""], text);
    }
    for (const wrong of [undefined, 1, "", "xyz", entropy.slice(1), `${entropy}0`]) {
      assert.deepEqual(refused({ entropy: wrong }), ["invalid_argument", "entropy"]);
    }
    for (const accounts of [null, 1, "x", ["x"], { a: 1 }, { "": "x" }]) {
      assert.deepEqual(refused({ entropy, accounts }), ["invalid_argument", "accounts"]);
    }
    for (const algorithms of [null, "MD5", [1], ["SHA-1"]]) {
      assert.deepEqual(refused({ entropy, algorithms }), ["invalid_argument", "algorithms"]);
    }
    for (const challengeInDialogs of [null, 1, "true"]) {
      const found = refused({ entropy, challengeInDialogs });
      assert.deepEqual(found, ["invalid_argument", "challengeInDialogs"]);
    }
    assert.equal(server.create(JSON.stringify({ entropy, algorithms: ["SHA-512-256"] })), 1);
    assert.equal(server.create(JSON.stringify({ entropy, accounts: { a: "b" } })), 2);
  });

  test("refuses inputs for what does not exist, and times that are none", () => {
    const server = new Server();
    const id = server.create(JSON.stringify({ entropy }));
    const call = (act: (e: ServerExports) => number): [string, string] =>
      refusal(() => server.call(act));
    assert.deepEqual(call((e) => e.sipml_server_connected(9, 1, 0, 0)), ["unknown_id", "server"]);
    assert.deepEqual(call((e) => e.sipml_server_timer_fired(9, 0)), ["unknown_id", "server"]);
    for (const now of [NaN, Infinity, -1, 1e300]) {
      const wrong = call((e) => e.sipml_server_connected(id, 1, 0, now));
      assert.deepEqual(wrong, ["invalid_argument", "now"], String(now));
    }
    server.call((e) => e.sipml_server_connected(id, 1, 0, 0));
    assert.equal(call((e) => e.sipml_server_connected(id, 1, 0, 0))[0], "limit_exceeded");
    assert.equal(call((e) => e.sipml_server_receive(id, 2, 0, 0))[0], "unknown_id");
    assert.equal(call((e) => e.sipml_server_receive(id, 1, 0x7fffffff, 0))[1], "length");
    assert.equal(call((e) => e.sipml_server_disconnected(id, 2, 0))[0], "unknown_id");
    server.instance.run((e) => e.sipml_server_destroy(id));
    assert.equal(call((e) => e.sipml_server_timer_fired(id, 0))[0], "unknown_id");
    assert.equal(server.instance.run((e) => e.sipml_server_deadline(id)), Infinity);
    assert.equal(server.poll(id), undefined);
  });

  test("keeps its servers apart", () => {
    const server = new Server();
    const one = server.create(JSON.stringify({ entropy }));
    const two = server.create(JSON.stringify({ entropy }));
    server.call((e) => e.sipml_server_connected(one, 7, 0, 0));
    server.receive(one, 7, "\r\n\r\n", 0);
    assert.equal(server.poll(two), undefined);
    assert.deepEqual(server.poll(one), { flow: 7, text: "\r\n" });
    assert.equal(server.poll(one), undefined);
  });

  test("does not grow with the number of connections and requests that came and went", () => {
    const server = new Server();
    const id = server.create(JSON.stringify({ entropy }));
    const round = (connection: number): void => {
      server.call((e) => e.sipml_server_connected(id, connection, connection % 2, connection));
      server.receive(id, connection, options(connection), connection);
      assert.match(server.poll(id)?.text ?? "", /^SIP\/2\.0 200 OK\r\n/);
      server.receive(id, connection, "x".repeat(connection % 5000), connection);
      assert.equal(server.poll(id), undefined);
      server.call((e) => e.sipml_server_disconnected(id, connection, connection));
    };
    for (let i = 1; i <= 6000; ++i) round(i);
    const before = server.instance.memorySize;
    for (let i = 6001; i <= 20000; ++i) round(i);
    assert.equal(server.instance.memorySize, before);
    assert.equal(server.instance.run((e) => e.sipml_server_deadline(id)), Infinity);
  });
});
