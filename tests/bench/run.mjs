/** Measures every stack in turn, several rounds, and writes docs/benchmarks.md. */

import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";

import { must, run } from "../../.ci/lib.mjs";
import { shippedSizes } from "../../.ci/sizes.mjs";
import { rate, summary } from "./script/measure.mjs";
import { ours } from "./script/ours.mjs";
import { peers } from "./script/peers.mjs";

const debian = ["libsofia-sip-ua-dev", "libosip2-dev", "libre-dev"];
const thousands = (number) => Math.round(number).toLocaleString("en-US");
const short = (number) =>
  number >= 100000 ? `${Math.round(number / 1000)}k` : thousands(number);

/** What a stack did not find in the samples, or "" if it found everything. */
function missed(found, samples) {
  const wrong = samples.flatMap(({ name, facts }, i) =>
    Object.entries(facts)
      .filter(([key, value]) => found[i]?.[key] !== value)
      .map(([key]) => `${name}: ${key}`),
  );
  return wrong.join(", ");
}

function attempt(body) {
  try {
    return body();
  } catch {
    return undefined;
  }
}

/** Rates by job, stack and case, each a list with one number a round. */
class Results {
  jobs = new Map();

  add(job, stack, rates) {
    if (!this.jobs.has(job)) this.jobs.set(job, new Map());
    const stacks = this.jobs.get(job);
    if (!stacks.has(stack)) stacks.set(stack, rates.map(() => []));
    rates.forEach((number, i) => stacks.get(stack)[i].push(number));
  }

  stacks(job) {
    return [...this.jobs.get(job).keys()];
  }

  of(job, stack, i = 0) {
    return summary(this.jobs.get(job).get(stack)[i]);
  }

  ratio(jobA, stackA, jobB, stackB, i = 0) {
    return this.of(jobA, stackA, i).median / this.of(jobB, stackB, i).median;
  }
}

const row = (...cells) => `| ${cells.join(" | ")} |`;
const table = (head, rows) => [row(...head), row(...head.map(() => "---")), ...rows].join("\n");
const spread = ({ median, low, high }) => [thousands(median), `${short(low)} to ${short(high)}`];

/** What an INVITE is written from: the fields of the sample. */
function invite(text) {
  const [head, body] = text.split("\r\n\r\n");
  const line = (name) => head.split("\r\n").find((header) => header.startsWith(`${name}: `));
  return {
    text,
    body,
    uri: "sip:bob@example.com",
    via: line("Via").slice("Via: ".length),
    callId: line("Call-ID").slice("Call-ID: ".length),
    cseq: 3620,
    fromTag: "90aqr98670",
    extraHeaders: [line("Contact"), line("Content-Type"), line("Session-Expires")],
  };
}

async function environment(peerVersions) {
  const format = "${Package} ${Version}\n";
  const { output } = await run("dpkg-query", ["-W", "-f", format, ...debian]);
  const first = async (program) => (await must(program, ["--version"])).split("\n")[0].trim();
  return {
    processor: `${cpus()[0].model.trim()}, ${cpus().length} processors`,
    programs: [await first("g++"), await first("em++"), `Node ${process.version}`],
    debian: output.trim().split("\n"),
    npm: peerVersions,
  };
}

function parseTable(results, job, names, voided) {
  const rows = results.stacks(job).map((stack) => {
    const why = voided.get(`${job} ${stack}`);
    if (why) return row(stack, `void: it did not find ${why}`, "", ...names.map(() => ""));
    const each = names.map((_, i) => thousands(results.of(job, stack, i + 1).median));
    return row(stack, ...spread(results.of(job, stack)), ...each);
  });
  return table(["stack", "all in turn", "range", ...names], rows);
}

function plainTable(results, jobs) {
  const rows = jobs.flatMap(([job, title]) =>
    results.stacks(job).map((stack) => row(title, stack, ...spread(results.of(job, stack)))),
  );
  return table(["job", "stack", "times a second", "range"], rows);
}

/** `rounds` times each stack in turn: natively in a program of its own, then here. */
export async function bench({ root, peersFolder, rounds }) {
  const samples = JSON.parse(readFileSync(join(root, "tests/bench/samples.json"), "utf8"));
  const files = samples.map(({ file }) => join(root, "tests/data/messages", file));
  const texts = files.map((file) => readFileSync(file, "utf8"));
  const names = samples.map(({ name }) => name);
  const [request] = texts.map((text) => attempt(() => invite(text)));
  const offer = request.body;
  const answer = offer.replace("a=setup:actpass", "a=setup:active");
  const own = await ours(root, offer, answer);
  const others = await peers(peersFolder);
  const stacks = [...own.stacks, ...others.stacks];
  const writers = stacks
    .filter(({ writer }) => writer)
    .map(({ name, writer }) => ({ name, write: writer(request) }));

  const voided = new Map();
  const check = (job, name, found) => {
    const why = missed(found, samples);
    if (why !== "") voided.set(`${job} ${name}`, why);
  };
  for (const { name, facts } of stacks) {
    check("wasm", name, texts.map((text) => attempt(() => facts(text))));
  }
  for (const { name, write } of writers) {
    if (!write().includes(request.via) || !write().endsWith(offer)) {
      voided.set(`write ${name}`, "Via or body");
    }
  }

  const results = new Results();
  const program = join(root, "build/bench/tests/bench/sipml_bench");
  // The engine compiles and optimizes what it has seen running for a while.
  for (const { parse } of stacks) rate((i) => (parse(texts[i % texts.length]) ? 1 : 0), 2500);
  for (const { write } of writers) rate(() => write().length, 200);
  for (const work of [own.copyDescription, others.copyDescription, own.rewriteOffer]) {
    rate(() => work(offer).length, 200);
  }
  rate(own.call, 500);
  let native;
  for (let round = 0; round < rounds; round += 1) {
    native = JSON.parse(await must(program, files));
    for (const [job, byStack] of Object.entries(native.rates)) {
      for (const [stack, rates] of Object.entries(byStack)) results.add(job, stack, rates);
    }
    for (const { name, parse } of stacks) {
      const one = (text) => rate(() => (parse(text) ? 1 : 0));
      const all = rate((i) => (parse(texts[i % texts.length]) ? 1 : 0), 40, texts.length * 5);
      results.add("wasm", name, [all, ...texts.map(one)]);
    }
    for (const { name, write } of writers) results.add("wasm write", name, [rate(() => write().length)]);
    const descriptions = [
      ["wasm description", "sipml-wasm, in the module", own.copyDescription],
      ["wasm description", "sdp-transform", others.copyDescription],
      ["wasm rewrite", "sipml-wasm, in the module", own.rewriteOffer],
      ["wasm parseSdp", "sipml-wasm, parseSdp()", (text) => ({ length: own.parseSdp(text) ? 1 : 0 })],
    ];
    for (const [job, name, work] of descriptions) results.add(job, name, [rate(() => work(offer).length)]);
    results.add("wasm call", "sipml-wasm", [rate(own.call, 200)]);
  }
  for (const [name, found] of Object.entries(native.facts)) check("parse", name, found);
  for (const [name, found] of Object.entries(native.writtenFacts)) check("write", name, found);

  const wasm = own.stacks[0].name;
  const aims = [
    ["native, against sofia-sip", 2, results.ratio("parse", "sipml-wasm", "parse", "sofia-sip")],
    ["WebAssembly, against JsSIP", 25, results.ratio("wasm", wasm, "wasm", "JsSIP")],
    ["WebAssembly, against SIP.js", 500, results.ratio("wasm", wasm, "wasm", "SIP.js")],
    ["WebAssembly, against native", 0.5, results.ratio("wasm", wasm, "parse", "sipml-wasm")],
  ];
  const digits = (number) => (number < 10 ? number.toFixed(2) : Math.round(number));
  const memory = own.memory();
  const facts = await environment(others.versions);
  const kibibytes = (octets) => (octets / 1024).toFixed(1);
  const text = `# Benchmarks

\`npm run bench\` measures all of this in one run and writes this file; figures differ from machine
to machine, ratios less. ${rounds} rounds, in each of them every stack in turn, natively and in Node;
after a warm-up. The figures are the median of the rounds and their range. The messages are those of
[tests/data/messages](../tests/data/messages): an INVITE and its 200 with a browser's description,
a REGISTER with credentials and an OPTIONS. Before anything is measured each stack has to find the
number of CSeq, the tag of From, the branch of the top Via, the address of Contact and the number of
Record-Routes in each message; else its row is void.

- ${facts.processor}
- ${facts.programs.join("; ")}
- ${facts.debian.join("; ")}
- ${facts.npm.join("; ")}

## Aims

${table(
  ["ratio of messages a second, all four in turn", "aim", "measured"],
  aims.map(([name, aim, ratio]) => row(name, `at least ${aim}`, digits(ratio))),
)}

## Parsing, native: messages a second

${parseTable(results, "parse", names, voided)}

From octets to typed headers and back to free memory. \`sipml-wasm\` is what the agent does with every
message: Via, From, To, Contact, Route, Record-Route, Call-ID, CSeq, Content-Length and Content-Type
checked and taken apart, each field as a place in the message's octets, as libre has it too. The row
"all copied out" also makes values of their own of every address, Via, the Request-URI, Allow and
Supported. sofia-sip types every header that it knows, oSIP each that its message has a member for,
libre Via, From, To, CSeq and Content-Type, and here also Contact and Record-Route. All are compiled
with -O2, ours by this repository's \`bench\` preset, the others by Debian.

## Parsing, in Node: messages a second

${parseTable(results, "wasm", names, voided)}

From a JavaScript string, so for ours UTF-8 is written into the module's memory each time. "Into the
module" is what happens to a message that the agent receives; it is measured in a module linked of
the objects of sipml.wasm (tests/bench/wasm). \`parseMessage()\` is the package's function that returns
plain data; it is measured in sipml-functions.wasm as shipped. JsSIP and SIP.js: their parsers as their user
agents call them, which type Via, From, To, Contact, Record-Route, CSeq and a few more. \`sip\`: parse(),
which leaves URIs as text.

## Writing

${plainTable(results, [
  ["write", "native: the INVITE"],
  ["wasm write", "Node: the INVITE"],
])}

Native: from the typed values of every header to octets; libre has no such function. Node: ours from
names and values to octets and to a string, JsSIP and SIP.js a new request object and its string, with the
headers that they write; \`sip\`: the object that its parser made.

## Session descriptions

${plainTable(results, [
  ["description", "native: parse and write"],
  ["rewrite", "native: parse, rewrite for a browser, write"],
  ["wasm description", "Node: parse and write"],
  ["wasm rewrite", "Node: parse, rewrite for a browser, write"],
  ["wasm parseSdp", "Node: parse to plain data"],
])}

The INVITE's description, ${thousands(offer.length)} octets. Ours gives it back octet by octet; sofia-sip and
sdp-transform write their model of it.

## Calls

${plainTable(results, [
  ["call", "native: a whole call"],
  ["wasm call", "Node: a whole call"],
])}

Two agents whose messages go straight to each other, in virtual time: INVITE, 180, 200, ACK, BYE, 200 at
both sides, with the descriptions of the sample rewritten at each, and the timers of the transactions
run out. In Node with all events and commands as JSON through sipml.wasm as shipped.

## Memory: KiB

${table(
  ["", "native", "WebAssembly"],
  [
    row("a registered agent", kibibytes(native.memory.agent), kibibytes(memory.agent)),
    row("an established call, one side", kibibytes(native.memory.call), kibibytes(memory.call)),
  ],
)}

Native: what the heap gave out. WebAssembly: by how much the module's memory grew, free room included;
an empty module has 1 MiB.

## Shipped files: KiB

${table(
  ["file", "raw", "gzip", "brotli"],
  [...shippedSizes()].map(([name, { raw, gzip, brotli }]) =>
    row(name, ...[raw, gzip, brotli].map(kibibytes)),
  ),
)}
`;
  console.log(`\n${text}`);
  writeFileSync(join(root, "docs/benchmarks.md"), text);
}
