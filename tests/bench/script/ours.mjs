/** The modules in Node: agents and functions as shipped, and sipml-bench.wasm of the same objects. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The exports of sipml-bench.wasm behind functions that take a JavaScript string. */
function benchModule(root) {
  const bytes = readFileSync(join(root, "build/wasm/tests/bench/sipml-bench.wasm"));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {});
  exports._initialize?.();
  const room = 256 * 1024;
  const address = exports.sipml_bench_input(room);
  let view = new Uint8Array(exports.memory.buffer, address, room);
  /** Growth of the memory leaves the old view without octets. */
  const give = (text) => {
    if (view.length === 0) view = new Uint8Array(exports.memory.buffer, address, room);
    return encoder.encodeInto(text, view).written;
  };
  const output = (length) =>
    decoder.decode(new Uint8Array(exports.memory.buffer, exports.sipml_bench_output(), length));
  return {
    parse: (text) => exports.sipml_bench_parse(give(text)),
    parseCopied: (text) => exports.sipml_bench_parse_copied(give(text)),
    copyDescription: (text) => output(exports.sipml_bench_copy_description(give(text))),
    rewriteOffer: (text) => output(exports.sipml_bench_rewrite_offer(give(text))),
  };
}

/** Two agents of one core in virtual time whose messages go straight to each other. */
class Phones {
  now = 1000;

  constructor(core, offer, answer) {
    this.core = core;
    this.caller = this.phone("alice", "11", offer);
    this.callee = this.phone("bob", "22", answer);
    this.caller.peer = this.callee;
    this.callee.peer = this.caller;
    for (const phone of [this.caller, this.callee]) {
      this.command(phone, { type: "start" });
      core.connected(phone.agent, this.now);
      this.drain(phone);
    }
  }

  phone(user, seed, description) {
    const config = {
      uri: `sip:${user}@example.org`,
      password: "secret",
      entropy: seed.repeat(32),
    };
    const agent = this.core.createAgent(config);
    return { agent, description, call: 0, established: 0, ended: 0, registered: 0 };
  }

  command(phone, command, body = "") {
    const id = this.core.command(phone.agent, command, body, this.now);
    this.drain(phone);
    return id;
  }

  drain(phone) {
    for (let out = this.core.poll(phone.agent); out; out = this.core.poll(phone.agent)) {
      if (out.kind === "transmit") this.deliver(phone, out.body);
      else if (out.kind === "event") this.take(phone, out.event);
      else if (out.kind === "media") this.answerMedia(phone, out.request);
    }
  }

  deliver(phone, octets) {
    const { peer } = phone;
    if (octets[0] === 0x52 && octets[2] === 0x47) {
      this.core.receive(phone.agent, encoder.encode(granted(decoder.decode(octets))), this.now);
      return;
    }
    this.core.receive(peer.agent, octets, this.now);
    this.drain(peer);
  }

  take(phone, event) {
    if (event.type === "call_incoming") phone.call = event.call;
    else if (event.type === "call_established") phone.established += 1;
    else if (event.type === "call_ended") phone.ended += 1;
    else if (event.type === "registration" && event.state === "registered") phone.registered += 1;
  }

  answerMedia(phone, { type, call, token }) {
    const described = type === "create_offer" || type === "create_answer";
    if (!described && type !== "apply_answer") return;
    const body = described ? phone.description : "";
    this.command(phone, { type: "media_ready", call, token }, body);
  }

  registerBoth() {
    for (const phone of [this.caller, this.callee]) this.command(phone, { type: "register" });
    return this.caller.registered > 0 && this.callee.registered > 0;
  }

  /** INVITE, 180, 200 and ACK; the caller's id of the call, 0 if it was not established. */
  establish() {
    const before = this.caller.established + this.callee.established;
    const command = { type: "call", to: "bob", audio: "sendrecv", video: null };
    const call = this.command(this.caller, command);
    this.command(this.callee, { type: "accept", call: this.callee.call });
    return this.caller.established + this.callee.established === before + 2 ? call : 0;
  }

  /** BYE and 200; false if the call did not end at both sides. */
  hangUp(call) {
    const before = this.caller.ended + this.callee.ended;
    this.command(this.caller, { type: "hangup", call });
    return this.caller.ended + this.callee.ended === before + 2;
  }

  /** Lets time pass until the transactions of ended calls are over. */
  settle() {
    const end = this.now + 64000;
    for (const phone of [this.caller, this.callee]) {
      let at = this.core.deadline(phone.agent);
      for (; at <= end; at = this.core.deadline(phone.agent)) {
        this.now = Math.max(this.now, at);
        this.core.timerFired(phone.agent, this.now);
        this.drain(phone);
      }
    }
  }
}

/** The registrar's 200 to a REGISTER. */
function granted(request) {
  const lines = request.split("\r\n");
  const copied = lines.filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line));
  const contact = lines.find((line) => line.startsWith("Contact:")).replace(/;expires=\d+/, "");
  return ["SIP/2.0 200 OK", ...copied, `${contact};expires=3600`, "", ""].join("\r\n");
}

/** Octets of the module's memory for each of `number` things that `make` makes. */
function growth(core, number, make) {
  make();
  const before = core.memorySize;
  for (let i = 0; i < number; i += 1) make();
  return (core.memorySize - before) / number;
}

export async function ours(root, offer, answer) {
  const { Core, SipFunctions } = await import(join(root, "dist/core-node.js"));
  const compiled = (name) => new WebAssembly.Module(readFileSync(join(root, "dist", name)));
  const functions = new SipFunctions(compiled("sipml-functions.wasm"));
  const bench = benchModule(root);
  const facts = (text) => {
    const { value } = functions.parseMessage(text);
    if (!value) return undefined;
    const uri = value.contacts[0]?.uri;
    return {
      cseq: value.cseq.number,
      fromTag: value.from.tag,
      branch: value.via[0].branch,
      contact: uri ? `${uri.user}@${uri.host}` : "",
      recordRoutes: value.recordRoutes.length,
    };
  };
  const onlyNumber = (parse) => (text) => ({ ...facts(text), cseq: parse(text) });
  const phones = new Phones(new Core(compiled("sipml.wasm")), offer, answer);
  if (!phones.registerBoth()) throw new Error("a registration failed");
  return {
    stacks: [
      { name: "sipml-wasm, into the module", parse: bench.parse, facts: onlyNumber(bench.parse) },
      {
        name: "sipml-wasm, all copied out in the module",
        parse: bench.parseCopied,
        facts: onlyNumber(bench.parseCopied),
      },
      {
        name: "sipml-wasm, parseMessage()",
        parse: (text) => functions.parseMessage(text).value?.cseq?.number ?? 0,
        facts,
        writer: (request) => {
          const { value } = functions.parseMessage(request.text);
          const { method, uri, body } = value;
          const headers = value.headers
            .filter(({ name }) => name !== "Content-Length")
            .map(({ name, value: text }) => ({ name, value: text }));
          return () => decoder.decode(functions.serialize({ method, uri, headers, body }));
        },
      },
    ],
    copyDescription: bench.copyDescription,
    rewriteOffer: bench.rewriteOffer,
    parseSdp: (text) => functions.parseSdp(text).value,
    /** One whole call; throws if it was not one. */
    call: () => {
      const call = phones.establish();
      if (call === 0 || !phones.hangUp(call)) throw new Error("a call failed");
      phones.settle();
      return call;
    },
    memory: () => {
      const pairs = new Core(compiled("sipml.wasm"));
      const agent = growth(pairs, 400, () => new Phones(pairs, offer, answer).registerBoth()) / 2;
      const busy = new Core(compiled("sipml.wasm"));
      const some = Array.from({ length: 8 }, () => new Phones(busy, offer, answer));
      let number = 0;
      const call = growth(busy, 8 * 60, () => {
        if (some[(number += 1) % some.length].establish() === 0) throw new Error("a call failed");
      });
      return { agent, call: call / 2 };
    },
  };
}
