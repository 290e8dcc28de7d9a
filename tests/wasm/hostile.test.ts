/**
 * The modules as they are shipped, with their 128 KiB of stack, on what is nested, quoted, escaped or
 * declared without end: no trap, time that grows with the input and no faster, no memory for what
 * is only declared.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Core } from "../../js-glue/core.js";
import { SipFunctions } from "../../js-glue/functions.js";
import { CommandError } from "../../js-glue/memory.js";
import { root } from "../e2e/paths.js";

const compiled = (name: string): WebAssembly.Module =>
  new WebAssembly.Module(readFileSync(join(root, "build/wasm", name)));
const module = compiled("sipml.wasm");
const functionsModule = compiled("sipml-functions.wasm");
const kibibyte = 1024;
const messageSize = 256 * kibibyte;

const head = [
  "OPTIONS sip:a@b SIP/2.0",
  "Via: SIP/2.0/WS a.invalid;branch=z9hG4bKx",
  "From: <sip:c@d>;tag=1",
  "To: <sip:a@b>",
  "Call-ID: x",
  "CSeq: 1 OPTIONS",
  "",
].join("\r\n");

/** What nests or pairs, opened again and again and never closed, or closed at once. */
const units = [
  "(", "()", "(\\(", "<", "<\"", "[", "{", "{\"a\":", "[0,", "\"", "\\", "\\\"", "\"a\\\"\",", ",", ";",
  ";a=b", "a,", "<sip:a@b>,", "=", "%41", "&a=b", ":", "@", "?", " ", "\t", "\r\n ", "\r\n", "--b\r\n",
  "\r\n--b", "--b\r\nContent-Type: multipart/mixed;boundary=b\r\n\r\n", "a=x\r\n", "m=audio 9 RTP/AVP 0\r\n",
  "\0", "\u00fc", "\u{1f600}",
];

const fill = (before: string, unit: string, size: number, after = ""): string =>
  before + unit.repeat(Math.ceil(size / unit.length)) + after;

/** Every function that takes a text apart. */
function takers(functions: SipFunctions): [string, (text: string) => unknown][] {
  return [
    ["parseUri", (text) => functions.parseUri(`sip:a@b${text}`)],
    ["parseNameAddr", (text) => functions.parseNameAddr(text)],
    ["compareUris", (text) => functions.compareUris(`sip:a@b;x=${text}`, `sip:a@b?x=${text}`)],
    ["resolveTarget", (text) => functions.resolveTarget(text, "example.org")],
    ...["Via", "Contact", "Retry-After", "Subject", "WWW-Authenticate", "Date", "Accept", "X"].map(
      (name): [string, (text: string) => unknown] => [
        `parseHeader ${name}`,
        (text) => functions.parseHeader(name, text),
      ],
    ),
    ["parseMessage", (text) => functions.parseMessage(`${head}X: ${text}\r\n\r\n`)],
    ["messageStatus", (text) => functions.messageStatus(`${head}${text}\r\n\r\n`)],
    ["parseSdp", (text) => functions.parseSdp(`v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=${text}\r\n`)],
    ["parseMultipart", (text) => functions.parseMultipart("multipart/mixed;boundary=b", text)],
  ];
}

/** A wrong argument is thrown; anything else that is thrown is not. */
function attempt(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof CommandError || error instanceof TypeError, String(error));
  }
}

function cpuSeconds(act: () => unknown, runs: number): number {
  let least = Infinity;
  for (let run = 0; run < runs; run += 1) {
    const before = process.cpuUsage();
    attempt(act);
    const used = process.cpuUsage(before);
    least = Math.min(least, (used.user + used.system) / 1e6);
  }
  return least;
}

function onlineCore(): { core: Core; agent: number } {
  const core = new Core(module);
  const agent = core.createAgent({ uri: "sip:alice@example.org", entropy: "5a".repeat(32) });
  core.command(agent, { type: "start" }, "", 0);
  core.connected(agent, 0);
  drain(core, agent);
  return { core, agent };
}

function drain(core: Core, agent: number): number {
  let count = 0;
  while (core.poll(agent)) count += 1;
  return count;
}

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("Linear time and no recursion, in the shipped module", () => {
  const functions = new SipFunctions(functionsModule);
  for (const [name, take] of takers(functions)) {
    test(`${name}, a megabyte of each`, () => {
      const little = 0.25;
      for (const unit of units) {
        const input = (size: number): string => fill("", unit, size);
        const text = input(1024 * kibibyte);
        if (cpuSeconds(() => take(text), 1) < little) continue;
        let before = cpuSeconds(() => take(input(128 * kibibyte)), 5);
        for (let size = 256 * kibibyte; size <= 1024 * kibibyte; size *= 2) {
          const now = cpuSeconds(() => take(input(size)), 3);
          const most = Math.max(3 * before, little);
          assert.ok(now <= most, `${JSON.stringify(unit)}: ${size} octets ${now} s, half ${before} s`);
          before = now;
        }
      }
      assert.equal(functions.crashed, false);
      assert.equal(functions.compareUris("sip:a@b", "sip:a@b"), true);
    });
  }
});

test("a user agent survives a full message of each, as header, as lines and as content", () => {
  const { core, agent } = onlineCore();
  for (const unit of units) {
    const size = messageSize - head.length - 64;
    for (const text of [
      fill(`${head}X: `, unit, size, "\r\n\r\n"),
      fill(head, unit, size, "\r\n\r\n"),
      fill(`${head}Contact: <sip:a@b>\r\n\r\n`, unit, size),
      fill("", unit, size),
    ]) {
      core.receive(agent, octets(text), 0);
      const outputs = drain(core, agent);
      assert.ok(outputs <= 80, `${outputs} outputs for ${JSON.stringify(unit)}`);
    }
  }
  assert.equal(core.crashed, false);
  core.receive(agent, octets(`${head}\r\n`), 0);
  assert.ok(drain(core, agent) > 0);
});

test("nested JSON is refused without a stack for it", () => {
  interface Exports {
    readonly memory: WebAssembly.Memory;
    readonly _initialize: () => void;
    readonly sipml_input_buffer: (size: number) => number;
    readonly sipml_agent_create: (length: number) => number;
  }
  const exports = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
  exports._initialize();
  const create = (text: string): number => {
    const bytes = octets(text);
    const address = exports.sipml_input_buffer(bytes.length);
    new Uint8Array(exports.memory.buffer, address, bytes.length).set(bytes);
    return exports.sipml_agent_create(bytes.length);
  };
  const config = `"uri":"sip:a@b","entropy":"${"5a".repeat(32)}"`;
  assert.equal(create(`{${config},"x":${"[".repeat(15)}${"]".repeat(15)}}`), 1);
  for (const depth of [16, 100, 1000, 10_000, 100_000]) {
    for (const [open, close] of [["[", "]"], ["{\"a\":", "}"]] as const) {
      const nested = `${open.repeat(depth)}${open === "[" ? "" : "0"}${close.repeat(depth)}`;
      assert.ok(create(`{${config},"headers":${nested}}`) < 0);
      assert.ok(create(open.repeat(depth)) < 0);
    }
  }
  assert.equal(create(`{${config}}`), 2);
});

test("RFC 3261 20.14: a declared length of 2 GiB takes no memory", () => {
  const { core, agent } = onlineCore();
  const functions = new SipFunctions(functionsModule);
  const text = (length: string): string => `${head}Content-Length: ${length}\r\n\r\nshort`;
  core.receive(agent, octets(text("5")), 0);
  drain(core, agent);
  functions.parseMessage(text("5"));
  const before = [core.memorySize, functions.memorySize];
  for (const length of ["2147483648", "2147483647", "4294967295", "4294967296", "9".repeat(400), "-1"]) {
    core.receive(agent, octets(text(length)), 0);
    assert.ok(drain(core, agent) > 0);
    assert.equal(functions.messageStatus(text(length)), 400);
    functions.parseMessage(text(length));
    functions.parseSdp(`v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\nm=audio 9/${length} RTP/AVP 0\r\n`);
  }
  assert.deepEqual([core.memorySize, functions.memorySize], before);
});
