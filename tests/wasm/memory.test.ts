/** Ten thousand calls through one instance: its memory stops growing, and nothing is left to do. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Core, type AgentId, type Output } from "../../js-glue/core.js";
import type { Command, Event } from "../../js-glue/protocol.js";
import { root } from "../e2e/paths.js";

const description = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111",
  "c=IN IP4 0.0.0.0",
  "a=rtpmap:111 opus/48000/2",
  "a=setup:actpass",
  "a=mid:0",
  "a=sendrecv",
  "a=rtcp-mux",
  "a=ice-ufrag:abcd",
  "a=ice-pwd:0123456789abcdefghijkl",
  `a=fingerprint:sha-256 ${Array(32).fill("AB").join(":")}`,
  "",
].join("\r\n");
const answer = description.replace("actpass", "active");

/** A core with one agent in virtual time, a browser that answers at once and a server to script. */
class Bench {
  private readonly agent: AgentId;
  private now = 0;
  readonly events: Event[] = [];
  readonly sent: string[] = [];

  constructor(readonly core: Core) {
    this.agent = core.createAgent({
      uri: "sip:alice@example.org",
      password: "secret",
      entropy: "5a".repeat(32),
    });
    this.command({ type: "start" });
    core.connected(this.agent, this.now);
    this.drain();
  }

  command(command: Command, body = ""): number {
    const result = this.core.command(this.agent, command, body, this.now);
    this.drain();
    return result;
  }

  receive(message: string): void {
    this.core.receive(this.agent, new TextEncoder().encode(message), this.now);
    this.drain();
  }

  /** Fires what is due within `milliseconds`. */
  pass(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (let at = this.deadline(); at <= end; at = this.deadline()) {
      this.now = Math.max(at, this.now);
      this.core.timerFired(this.agent, this.now);
      this.drain();
    }
    this.now = end;
  }

  deadline(): number {
    return this.core.deadline(this.agent);
  }

  destroy(): void {
    this.core.destroyAgent(this.agent);
  }

  /** The events and messages since the last call. */
  take(): { events: Event[]; sent: string[] } {
    return { events: this.events.splice(0), sent: this.sent.splice(0) };
  }

  private drain(): void {
    const outputs: Output[] = [];
    const poll = (): Output | undefined => this.core.poll(this.agent);
    for (let output = poll(); output; output = poll()) outputs.push(output);
    for (const output of outputs) this.deliver(output);
  }

  private deliver(output: Output): void {
    if (output.kind === "event") this.events.push(output.event);
    if (output.kind === "transmit") this.sent.push(new TextDecoder().decode(output.body));
    if (output.kind !== "media") return;
    const { request } = output;
    if (request.type === "create_offer" || request.type === "create_answer") {
      const local = request.type === "create_offer" ? description : answer;
      this.command({ type: "media_ready", call: request.call, token: request.token }, local);
    } else if (request.type === "apply_answer") {
      this.command({ type: "media_ready", call: request.call, token: request.token });
    }
  }
}

function header(message: string, name: string): string {
  const found = new RegExp(`^${name}: (.*)\r$`, "m").exec(message)?.[1];
  return found ?? assert.fail(`no ${name} in\n${message}`);
}

/** A response of the server to a request of ours. */
function respond(request: string, status: string, body = ""): string {
  const lines = [`SIP/2.0 ${status}`];
  for (const name of ["Via", "From", "Call-ID", "CSeq"]) {
    lines.push(`${name}: ${header(request, name)}`);
  }
  const to = header(request, "To");
  lines.push(`To: ${to.includes(";tag=") ? to : `${to};tag=far`}`);
  if (body !== "") {
    lines.push("Contact: <sip:bob@far.invalid;transport=ws>", "Content-Type: application/sdp");
  }
  lines.push(`Content-Length: ${Buffer.byteLength(body)}`, "", body);
  return lines.join("\r\n");
}

/** A request of the peer in the dialog of our INVITE. */
function request(method: string, invite: string, cseq: number, branch: string): string {
  return [
    `${method} ${/<(.*)>/.exec(header(invite, "Contact"))?.[1]} SIP/2.0`,
    `Via: SIP/2.0/WS far.invalid;branch=z9hG4bK${branch}`,
    "Max-Forwards: 70",
    `From: ${header(invite, "To")};tag=far`,
    `To: ${header(invite, "From")}`,
    `Call-ID: ${header(invite, "Call-ID")}`,
    `CSeq: ${cseq} ${method}`,
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
}

/** One call, answered and hung up by the peer, or refused. */
function call(bench: Bench, number: number): void {
  bench.take();
  bench.command({ type: "call", to: "sip:bob@example.org", audio: "sendrecv", video: null });
  const invite = bench.take().sent.find((message) => message.startsWith("INVITE "));
  assert.ok(invite !== undefined, `call ${number} sent no INVITE`);
  if (number % 2 === 0) {
    bench.receive(respond(invite, "486 Busy Here"));
  } else {
    bench.receive(respond(invite, "180 Ringing"));
    bench.receive(respond(invite, "200 OK", answer));
    bench.receive(request("BYE", invite, 1, `bye${number}`));
  }
  const { events, sent } = bench.take();
  const seen = (): string => JSON.stringify({ events, sent }, undefined, 2);
  assert.ok(sent.some((message) => message.startsWith("ACK ")), seen());
  const last = events.at(-1);
  assert.ok(last?.type === "call_ended", seen());
  assert.equal(last.cause, number % 2 === 0 ? "rejected" : "bye");
  bench.pass(1000);
}

test("F42: 10,000 calls leave the memory as large as the first 500 made it", () => {
  const core = new Core(new WebAssembly.Module(readFileSync(join(root, "dist/sipml.wasm"))));
  const bench = new Bench(core);
  for (let number = 0; number < 500; number += 1) call(bench, number);
  const early = core.memorySize;
  for (let number = 500; number < 10000; number += 1) call(bench, number);
  assert.equal(core.memorySize, early);
  assert.ok(early <= 2 * 1024 * 1024, `${early} octets`);
  bench.pass(64000);
  assert.equal(bench.deadline(), Infinity);
  bench.destroy();
});

test("agents that come and go leave no memory behind", () => {
  const core = new Core(new WebAssembly.Module(readFileSync(join(root, "dist/sipml.wasm"))));
  const once = (): void => {
    const bench = new Bench(core);
    call(bench, 1);
    bench.destroy();
  };
  for (let i = 0; i < 50; i += 1) once();
  const early = core.memorySize;
  for (let i = 0; i < 2000; i += 1) once();
  assert.equal(core.memorySize, early);
});
