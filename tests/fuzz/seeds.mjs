/**
 * Writes what fuzzing begins with: the dictionary tests/fuzz/sip.dict from the tables of the
 * source, and the files `seed-*` of tests/fuzz/corpus from tests/data, tests/contract and the lists
 * below. `node tests/fuzz/seeds.mjs`; other files of the corpus stay.
 */

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const read = (path) => readFileSync(join(root, path), "utf8");
const readJson = (path) => JSON.parse(read(path));

/** Rows of header_name.cpp: the name, the compact form or "", and the grammar of the value. */
function headerRows() {
  const row = /\{HeaderName::\w+, "([\w-]+)", (?:'(\w)'|0), ValueKind::(\w+),/g;
  return [...read("src/message/header_name.cpp").matchAll(row)].map(([, name, compact, kind]) => ({
    name,
    compact: compact ?? "",
    kind,
  }));
}

const methods =
  "INVITE ACK BYE CANCEL OPTIONS REGISTER INFO UPDATE PRACK REFER NOTIFY SUBSCRIBE MESSAGE PUBLISH";

/** Words of the grammar that no table of the source holds. */
const words = [
  "SIP/2.0 ",
  "SIP/2.0/WSS ",
  "\r\n",
  "\r\n ",
  "\r\n\r\n",
  "\r\n--",
  "sip:",
  "sips:",
  "tel:",
  "<sip:",
  "@example.org",
  "[2001:db8::1]",
  "127.0.0.1",
  ";tag=",
  ";branch=z9hG4bK",
  ";lr",
  ";transport=ws",
  ";expires=",
  ";q=0.5",
  ";received=",
  ";rport",
  ";maddr=",
  ";ttl=",
  ";user=phone",
  ";phone-context=",
  ";isub=",
  ";ext=",
  ";boundary=",
  ";handling=optional",
  "%00",
  "%2F",
  "\\\"",
  "Digest ",
  "realm=\"",
  "nonce=\"",
  "opaque=\"",
  "algorithm=SHA-256-sess",
  "algorithm=SHA-512-256",
  "algorithm=MD5",
  "qop=\"auth,auth-int\"",
  "stale=TRUE",
  "response=\"",
  "cnonce=\"",
  "nc=00000001",
  "application/sdp",
  "multipart/mixed",
  "multipart/alternative",
  "multipart/related",
  "message/sipfrag",
  "Content-Transfer-Encoding: base64",
  "Content-Disposition: session",
  "v=0\r\n",
  "o=- 1 1 IN IP4 127.0.0.1\r\n",
  "s=-\r\n",
  "t=0 0\r\n",
  "c=IN IP6 ::1\r\n",
  "b=AS:64\r\n",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
  "m=video 0 RTP/AVP 96\r\n",
  "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
  "a=mid:0\r\n",
  "a=group:BUNDLE 0 1\r\n",
  "a=sendonly\r\n",
  "a=inactive\r\n",
  "a=rtcp-mux\r\n",
  "a=rtcp:9 IN IP4 0.0.0.0\r\n",
  "a=setup:actpass\r\n",
  "a=ice-ufrag:",
  "a=ice-pwd:",
  "a=ice-options:trickle\r\n",
  "a=ice-lite\r\n",
  "a=fingerprint:sha-256 ",
  "a=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n",
  "a=rtpmap:111 opus/48000/2\r\n",
  "a=fmtp:111 ",
  "a=rtcp-fb:* nack pli\r\n",
  "a=ssrc:1 cname:a\r\n",
  "a=ssrc-group:FID 1 2\r\n",
  "a=msid:- a\r\n",
  "a=extmap:1 urn:a\r\n",
  "a=rid:a send\r\n",
  "a=simulcast:send a;b\r\n",
  "a=sctp-port:5000\r\n",
  "a=bundle-only\r\n",
  "---\r\n",
];

/** The text of sip.dict. */
export function dictionary() {
  const quoted = (text) =>
    `"${[...Buffer.from(text, "latin1")]
      .map((octet) => {
        const plain = octet >= 0x20 && octet < 0x7f && octet !== 0x22 && octet !== 0x5c;
        return plain ? String.fromCharCode(octet) : `\\x${octet.toString(16).padStart(2, "0")}`;
      })
      .join("")}"`;
  const names = headerRows().flatMap(({ name, compact }) =>
    compact === "" ? [`${name}: `] : [`${name}: `, `\r\n${compact}:`],
  );
  const entries = [...methods.split(" ").map((method) => `${method} `), ...names, ...words];
  const head = "# Written by tests/fuzz/seeds.mjs from the tables of the source.\n";
  return `${head}${entries.map(quoted).join("\n")}\n`;
}

const corpus = join(root, "tests/fuzz/corpus");

/** What is too large to begin with is left to the tests of limits. */
const largest = 6000;

/** Writes the seeds of one target: pairs of a name and its octets. */
function writeSeeds(target, seeds) {
  const folder = join(corpus, target);
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder))
    if (name.startsWith("seed-")) rmSync(join(folder, name));
  for (const [name, content] of seeds) {
    const octets = Buffer.from(content);
    const file = `seed-${name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
    if (octets.length <= largest) writeFileSync(join(folder, file), octets);
  }
}

const vectors = readJson("tests/data/vectors.json");
const hostile = readJson("tests/data/hostile.json").cases;
const ofKind = (kind) => vectors.filter((vector) => vector.kind === kind);
const ofLayer = (layer) => hostile.filter((one) => one.layer === layer);
const isText = ({ input }) => typeof input === "string";

function messageSeeds() {
  const torture = readdirSync(join(root, "tests/data/torture"), { recursive: true })
    .filter((name) => /^(rfc4475|rfc5118\/wire|derived)\/[^/]+$/.test(name) && name !== "rfc5118/wire")
    .map((name) => [name.split("/").at(-1), readFileSync(join(root, "tests/data/torture", name))]);
  return [
    ...torture,
    ...ofKind("sip-parse").filter(isText).map(({ id, input }) => [id, input]),
    ...ofLayer("frame").filter(isText).map(({ id, input }) => [id, input]),
  ];
}

function uriSeeds() {
  const all = [...ofKind("uri"), ...ofLayer("uri")].filter(isText);
  return [
    ...all.map(({ id, input }) => [id, input]),
    ["tel", "tel:+1-201-555-0123;ext=12;isub=4%20;a=b\ntel:+12015550123;EXT=12;A=b;isub=4%20"],
    ["pair", "sip:a@B.example;x=y?h=1&i=2\nSIP:%61@b.EXAMPLE?i=2&h=1"],
    ["dialled", "+49 (30) 123-45;ext=6"],
  ];
}

const challenge = (text) => text.replace(/^[\w-]+: /, "");

function digestSeeds() {
  const fromVectors = ofKind("digest").map(({ id, input }) => {
    const part = (name) => (input[name] === undefined ? [] : [`${name}="${input[name]}"`]);
    const names = ["realm", "nonce", "opaque", "algorithm", "qop"];
    return [id, `Digest ${names.flatMap(part).join(", ")}`];
  });
  const fromSteps = ofLayer("steps").flatMap(({ id, input }) => {
    const lines = input.steps.flatMap((text) => text.split(" with: ").slice(1));
    const split = lines.flatMap((line) => line.split(" || ").map(challenge));
    return split.length === 0 ? [] : [[id, split.join("\n")]];
  });
  return [
    ...fromVectors,
    ...fromSteps,
    ["authorization", 'Digest username="a", realm="r", nonce="n", uri="sip:r", response="0", nc=00000001'],
    ["escaped", 'Digest realm="a\\"b", nonce="c\\\\d", algorithm=SHA-512-256-sess, qop=auth'],
    ["both", 'Digest realm="a", nonce="1", stale=true\nDigest realm="b", nonce="2", qop="auth-int"'],
  ];
}

/** A value or two for each grammar of header_name.hpp. */
const values = {
  text: ["some text, with a comma"],
  address: ['"A \\"B\\"" <sip:a@example.org;x?h=v>;tag=1;q=0.5', "sip:a@example.org;tag=2, <tel:+12>"],
  uri: ["<http://example.org/a>;purpose=icon, <cid:a@b>;x"],
  token: ['token;text="some text";id=1, other;q=0.1'],
  media_type: ['text/plain;charset="UTF-8", application/*;q=0.3'],
  number: ["70"],
  seconds: ["90 (a (nested) comment);refresher=uac;duration=3600"],
  cseq: ["4711 INVITE"],
  rack: ["776656 1 INVITE"],
  via: [
    "SIP/2.0/WSS a.invalid:443;branch=z9hG4bKa;received=192.0.2.1;rport=5060",
    "SIP / 2.0 / UDP [2001:db8::9:1];branch=z9hG4bKb, SIP/2.0/TCP b",
  ],
  warning: ['370 example.org:5060 "not \\"enough\\"", 399 a "b"'],
  call_id: ["f81d4fae-7dec@example.org"],
  dialog: ["a84b4c76e66710@example.org;to-tag=1;from-tag=2;early-only"],
  parameters: ['icid-value="a b";icid-generated-at=192.0.2.6;orig-ioi=home1.net'],
  privacy: ["header;user;id;critical"],
  credentials: [
    'Digest realm="r", nonce="n", algorithm=MD5, qop="auth,auth-int", stale=FALSE',
    "Bearer YWJj==",
  ],
  auth_parameters: ['nextnonce="47364c23432d2e131a5fb210812c", qop=auth, rspauth="0"'],
  date: ["Sat, 13 Nov 2010 23:29:00 GMT"],
  timestamp: ["54.5 .25"],
  identity: ['eyJ.eyJ.sig;info=<https://example.org/c.cer>;alg=ES256;ppt="shaken"'],
};

function headerSeeds() {
  const rows = headerRows();
  const missing = rows.filter(({ kind }) => values[kind] === undefined);
  if (missing.length > 0) throw new Error(`no value for the grammar ${missing[0].kind}`);
  const given = [...ofKind("header"), ...ofLayer("header")].map(({ id, input }) => [
    id,
    `${input.name ?? input.header}\n${input.value ?? ""}`,
  ]);
  return [
    ...given,
    ...rows.map(({ name, compact, kind }, at) => {
      const of = values[kind];
      return [name, `${at % 2 === 1 && compact !== "" ? compact : name}\n${of[at % of.length]}`];
    }),
  ];
}

/** Candidates behind their description (RFC 8840 9). */
const fragment =
  "a=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\na=group:BUNDLE 0 1\r\n" +
  "m=audio 9 RTP/AVP 0\r\na=mid:0\r\n" +
  "a=candidate:1 1 UDP 2130706432 192.0.2.1 5000 typ host\r\na=end-of-candidates\r\n" +
  "m=video 9 RTP/AVP 0\r\na=mid:1\r\na=end-of-candidates\r\n";

function sdpSeeds() {
  const all = [...ofKind("sdp"), ...ofLayer("sdp")].filter(isText);
  const browser = all.filter(({ input }) => input.includes("SAVPF"));
  return [
    ...all.map(({ id, input }) => [id, input]),
    ...browser.slice(0, 4).map(({ id, input }) => [`${id}-pair`, `${input}---\r\n${input}`]),
    ["fragment", fragment],
  ];
}

function nameAddrSeeds() {
  return ofKind("nameaddr").filter(isText).map(({ id, input }) => [id, input]);
}

const part = (headers, body) => `--b\r\n${headers}\r\n${body}\r\n`;

function multipartSeeds() {
  const sdp = part("Content-Type: application/sdp\r\n", "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n");
  const text = part("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n", "dGV4dA==");
  const quoted = part("Content-Transfer-Encoding: quoted-printable\r\nContent-Disposition: icon;handling=optional\r\n", "a=3D=\r\nb");
  const inner = "--c\r\n\r\nx\r\n--c--\r\n";
  const nested = part("Content-Type: multipart/alternative;boundary=c\r\n", inner);
  const of = (type, ...parts) => `${type};boundary="b"\n${parts.join("")}--b--\r\n`;
  return [
    ["mixed", of("multipart/mixed", text, sdp)],
    ["related", of('multipart/related;type="application/sdp";start="<a@b>"', part("Content-ID: <a@b>\r\nContent-Type: application/sdp\r\n", "v=0"), text)],
    ["alternative", of("multipart/alternative", text, sdp)],
    ["nested", of("multipart/mixed", nested, quoted, sdp)],
    ["preamble", `multipart/mixed;boundary=b\npreamble\r\n${sdp}--b-- \t\r\nepilogue`],
    ["no-end", `multipart/mixed;boundary=b\n${sdp}${text}`],
    ["no-boundary", `multipart/mixed\n${sdp}--b--`],
    ["single", "application/sdp\nv=0\r\n"],
    ["prefix", "multipart/mixed;boundary=b\n--b\r\n\r\n--bb\r\n--b--"],
    ["line-feeds", "multipart/mixed;boundary=b\n--b\n\nx\n--b\n\ny\n--b--\n"],
  ];
}

function commandSeeds() {
  const { config, commands } = readJson("tests/contract/protocol.json");
  return [
    ["config", JSON.stringify({ ...config, entropy: "1".repeat(64) })],
    ...commands.map((command, at) => [`${command.type}-${at}`, `${JSON.stringify(command)}\nbody`]),
  ];
}

/** The numbers of sipml_function, by name. */
function functionSeeds() {
  const names = [...read("src/bridge/functions_abi.h").matchAll(/^ +SIPML_(\w+) = (\d+),? +\/\* [hb]/gm)];
  const number = new Map(names.map(([, name, value]) => [name, Number(value)]));
  const seed = (name, head, body) => {
    if (!number.has(name)) throw new Error(`functions_abi.h has no function ${name}`);
    const start = String.fromCharCode(number.get(name));
    return Buffer.concat([Buffer.from(start), Buffer.from(`${head}\n`), Buffer.from(body)]);
  };
  const one = (kind) => ofKind(kind).filter(isText);
  const some = (kind, name) =>
    one(kind).slice(0, 12).map(({ id, input }) => [`${name}-${id}`, seed(name, "", input)]);
  const message = one("sip-parse")[0].input;
  const request = { method: "INVITE", uri: "sip:a@b", headers: [["Via", "SIP/2.0/WSS c;branch=z9hG4bKd"]] };
  const response = { status: 200, reason: "OK", headers: [["Call-ID", "x"]] };
  const digest = ofKind("digest").slice(0, 6);
  return [
    ...some("uri", "PARSE_URI"),
    ...some("nameaddr", "PARSE_NAME_ADDR"),
    ...ofKind("header").slice(0, 16).map(({ id, input }) => [id, seed("PARSE_HEADER", input.name, input.value)]),
    ...some("sip-parse", "PARSE_MESSAGE"),
    ...some("sdp", "PARSE_SDP"),
    ...multipartSeeds().map(([name, text]) => {
      const end = text.indexOf("\n");
      return [`multipart-${name}`, seed("PARSE_MULTIPART", text.slice(0, end), text.slice(end + 1))];
    }),
    ["status", seed("MESSAGE_STATUS", "", message)],
    ["compare", seed("COMPARE_URIS", "sip:a@b;x=1", "SIP:%61@B;X=1")],
    ["resolve", seed("RESOLVE_TARGET", "+1 (201) 555", "example.org")],
    ["serialize-request", seed("SERIALIZE", JSON.stringify(request), "body")],
    ["serialize-response", seed("SERIALIZE", JSON.stringify(response), "")],
    ["format", seed("FORMAT_NAME_ADDR", JSON.stringify({ displayName: 'a "b"', uri: "sip:a@b", params: [["tag", "1"]] }), "")],
    ...digest.map(({ id, input }) => [id, seed("DIGEST_RESPONSE", JSON.stringify(input), input.body ?? "")]),
  ];
}

/** Programs of the target `agent`: names of its Op, each with the octets that it takes. */
function agentSeeds() {
  const list = /enum class Op : std::uint8_t \{([^}]*)\}/.exec(read("tests/fuzz/agent.cpp"))[1];
  const ops = list.split(",").map((name) => name.trim());
  const program = (beginning, ...steps) =>
    Buffer.from([
      beginning,
      ...steps.flatMap(([name, ...octets]) => {
        const op = ops.indexOf(name);
        if (op < 0) throw new Error(`agent.cpp has no Op ${name}`);
        return [op, ...octets];
      }),
    ]);
  // Octets: which request, status, tag, header; bit 1: a body, which one.
  const plain = (request, status) => ["respond", request, status, 0, 0, 0];
  const answered = (request, status) => ["respond", request, status, 0, 1, 2, 1];
  const placed = [
    ["place_call", 0, 0, 0, 0],
    ["media_ready", 0, 0],
  ];
  const up = [...placed, plain(0, 1), answered(0, 3), ["media_ready", 0, 0]];
  const ringing = [["invite", 1, 1, 2, 0]];
  const accepted = [...ringing, ["accept", 1, 0], ["media_ready", 0, 0]];
  const registered = [
    ["register_", 0, 30, 0],
    ["respond", 0, 8, 0, 6, 0],
    ["respond", 0, 3, 0, 14, 0],
  ];
  return [
    ["call", program(0, ...up, ["hang_up", 1, 0], plain(0, 3))],
    ["call-cancelled", program(0, ...placed, plain(0, 1), ["hang_up", 1, 0], plain(0, 3), plain(1, 18))],
    ["call-challenged", program(0, ...placed, ["respond", 0, 11, 0, 7, 0], answered(0, 3), ["media_ready", 0, 0])],
    ["call-challenged-twice", program(0, ...placed, ["respond", 0, 8, 0, 6, 0], ["respond", 0, 8, 0, 8, 0], ["respond", 0, 8, 0, 6, 0])],
    ["call-refused", program(1, ...placed, plain(0, 17))],
    ["call-redirected", program(0, ...placed, ["respond", 0, 6, 0, 3, 0])],
    ["call-forked", program(0, ...placed, ["respond", 0, 2, 0, 1, 2, 1], ["respond", 0, 2, 1, 1, 2, 1], ["respond", 1, 3, 1, 1, 2, 1], ["respond", 2, 3, 2, 1, 2, 1])],
    ["call-early-media", program(0, ...placed, ["respond", 0, 2, 0, 1, 2, 1], ["media_ready", 0, 0], answered(0, 3))],
    ["hold", program(0, ...up, ["change", 1, 0, 0], ["media_ready", 0, 0], answered(0, 3), ["media_ready", 0, 0], ["change", 1, 1, 0], ["media_ready", 0, 0], answered(0, 3))],
    ["hold-glare", program(0, ...up, ["change", 1, 0, 0], ["media_ready", 0, 0], plain(0, 20), ["advance", 50], ["media_ready", 0, 0], answered(0, 3))],
    ["re-invite", program(0, ...up, ["request_in_dialog", 1, 1, 2, 2, 0, 0, 5], ["media_ready", 0, 0], ["request_in_dialog", 3, 0, 0, 1, 0, 5])],
    ["info", program(0, ...up, ["info", 1], plain(0, 3), ["request_in_dialog", 2, 23, 0, 1, 0, 6])],
    ["bye", program(0, ...up, ["request_in_dialog", 0, 0, 0, 0, 0, 7])],
    ["incoming", program(0, ...accepted, ["acknowledge", 0, 0, 0, 0, 0], ["hang_up", 1, 0], plain(0, 3))],
    ["incoming-cancelled", program(0, ...ringing, ["cancel", 0, 0, 0, 0])],
    ["incoming-rejected", program(0, ...ringing, ["reject", 1, 17, 0], ["acknowledge", 0, 0, 1, 0, 0])],
    ["incoming-repeated", program(0, ...accepted, ["repeat", 0], ["fire_next"], ["fire_next"])],
    ["incoming-no-ack", program(0, ...accepted, ["advance", 255], ["advance", 255])],
    ["incoming-no-offer", program(0, ["invite", 2, 1, 0], ["accept", 1, 0], ["media_ready", 0, 0], ["acknowledge", 0, 0, 0, 0, 2, 1], ["media_ready", 0, 0])],
    ["incoming-multipart", program(0, ["invite", 3, 1, 6, 0], ["accept", 1, 0], ["media_ready", 0, 0])],
    ["incoming-many", program(0, ...Array.from({ length: 70 }, (_, at) => ["invite", at, 1, 2, 0]))],
    ["registration", program(0, ...registered, ["fire_next"], ["respond", 0, 3, 0, 14, 0], ["unregister", 1], plain(0, 3))],
    ["registration-too-brief", program(0, ["register_", 0, 1, 0], ["respond", 0, 14, 0, 12, 0], ["respond", 0, 14, 0, 12, 0])],
    ["registration-refused", program(0, ["register_", 0, 30, 0], plain(0, 9))],
    ["registration-retried", program(0, ["register_", 0, 30, 0], ["respond", 0, 22, 0, 11, 0], ["advance", 100])],
    ["lost", program(0, ...up, ["disconnect"], ["fire_next"], ["connect"], ["hang_up", 1, 0])],
    ["lost-for-good", program(0, ...registered, ["disconnect"], ["sleep_long", 20, 20], ["fire_next"])],
    ["stop", program(1, ...up, ...registered, ["stop", 50], plain(0, 3), plain(1, 3))],
    ["configured", program(0, ["configure", 19, 0], ...up, ...registered)],
    ["breaker", program(0, ["configure", 2, 0], ...placed)],
    ["media-fails", program(0, ["place_call", 0, 0, 0, 0], ["media_failed", 0, 1])],
    ["media-late", program(0, ...placed, ["hang_up", 1, 0], ["media_ready", 0, 0])],
    ["timeout", program(0, ...placed, ["sleep_long", 8, 8])],
    ["outside", program(0, ["outside_dialog", 5, 1, 0, 0], ["outside_dialog", 11, 2, 0, 0], ["outside_dialog", 9, 3, 0, 0], ["outside_dialog", 0, 4, 0, 0])],
    ["stray", program(0, ["stray_response", 1, 0], ["stray_response", 0, 0])],
    ["raw", program(0, ["raw", 2, ...Buffer.from("garbage!")])],
    ["mutated", program(0, ...ringing, ["mutate", 0, 1, 0, 40, 2, 3, 65, 66, 67, 0, 20, 1, 0])],
    ["transfer", program(0, ...up, ["transfer", 1, 0, 0, 0], plain(0, 4), ["notify", 0, 0, 2, 0, 5], ["notify", 1, 1, 3, 0, 6])],
    ["transfer-refused", program(0, ...up, ["transfer", 1, 0, 0, 0], plain(0, 11), ["transfer", 1, 0, 0, 0], ["advance", 255], ["advance", 255])],
    ["transfer-attended", program(0, ...up, ...placed, answered(0, 3), ["media_ready", 0, 0], ["transfer", 1, 0, 1, 2])],
    ["transferred", program(0, ...up, ["refer", 1, 0, 0, 0, 0, 5], ["accept_transfer", 1, 0, 1, 0], ["media_ready", 0, 0], answered(0, 3), ["media_ready", 0, 0])],
    ["transferred-late", program(0, ...up, ["refer", 0, 0, 0, 0, 0, 5], ["advance", 255], ["reject_transfer", 1, 17, 0])],
    ["replaced", program(0, ...up, ["replace", 0, 5, 1, 2, 0], ["media_ready", 0, 0], plain(0, 3))],
    ["replaced-early", program(0, ...placed, plain(0, 1), ["replace", 0, 0, 1, 2, 0], ["media_ready", 0, 0], plain(0, 3))],
    ["reliable", program(0, ...placed, ["respond", 0, 2, 0, 16, 2, 1], plain(0, 3), ["media_ready", 0, 0], ["request_in_dialog", 6, 1, 2, 0, 1, 0, 5], ["media_ready", 0, 0], ["respond", 2, 1, 0, 29, 0], plain(0, 3), answered(3, 3))],
    ["reliable-ringing", program(0, ["invite", 1, 30, 2, 0], ["progress", 1, 83, 0], ["request_in_dialog", 7, 31, 0, 0, 0, 2], ["fire_next"], ["accept", 1, 0], ["media_ready", 0, 0])],
    ["update", program(0, ...up, ["request_in_dialog", 6, 1, 2, 2, 0, 0, 5], ["media_ready", 0, 0], ["request_in_dialog", 6, 1, 0, 0, 0, 6])],
    ["session-timer", program(0, ["configure", 0, 2], ...placed, ["respond", 0, 13, 0, 33, 0], ["respond", 0, 3, 0, 18, 2, 1], ["media_ready", 0, 0], ["sleep_long", 9, 5], plain(0, 3), ["sleep_long", 9, 10])],
    ["reviewed", program(0, ["configure", 0, 1], ...placed, ["media_ready", 0, 0], answered(0, 3), ["media_ready", 0, 0], ["change", 1, 0, 0], ["media_ready", 0, 0], ["media_ready", 0, 0])],
    ["requests", program(0, ["send_request", 0, 0, 0, 0], plain(0, 3), ["outside_dialog", 11, 1, 0, 0], ["respond_to_request", 2, 3], ["send_request", 1, 1, 0, 0], ["forget_request", 3])],
    ["published", program(0, ["publish", 0], ["respond", 0, 3, 0, 28, 0], ["fire_next"], ["respond", 0, 3, 0, 28, 0], ["publish", 1], ["respond", 0, 3, 0, 28, 0], ["unpublish", 1], plain(0, 3))],
    ["subscribed", program(0, ["subscribe", 0, 0, 60], ["respond", 0, 3, 0, 14, 0], ["request_in_dialog", 9, 26, 0, 0, 0, 5], ["fire_next"], ["respond", 0, 3, 0, 14, 0], ["unsubscribe", 1], plain(0, 3), ["request_in_dialog", 9, 27, 0, 0, 0, 6])],
    ["trickled", program(0, ["place_call", 0, 0, 0, 0], ["local_candidate", 1, 0, 4], ["media_ready", 0, 0], ["respond", 0, 2, 0, 37, 2, 1], ["media_ready", 0, 0], ["local_candidate", 1, 1, 0], plain(1, 3), ["trickle", 0, 0, 0, 5], ["respond", 0, 3, 0, 37, 2, 1], ["media_ready", 0, 0], ["local_candidate", 1, 3, 0], plain(3, 3), ["trickle", 1, 0, 0, 6], ["trickle", 2, 0, 0, 7])],
    ["trickled-incoming", program(0, ["invite", 1, 37, 2, 0], ["local_candidate", 1, 0, 0], ["trickle", 0, 0, 0, 2], ["accept", 1, 0], ["media_ready", 0, 0], ["acknowledge", 0, 0, 0, 0, 0], ["local_candidate", 1, 1, 0], plain(0, 3), ["trickle", 1, 0, 0, 3])],
    ["not-started", program(3, ...ringing, ["start"], ["connect"], ...ringing)],
  ];
}

const targets = {
  message: messageSeeds,
  uri: uriSeeds,
  name_addr: nameAddrSeeds,
  header: headerSeeds,
  digest: digestSeeds,
  sdp: sdpSeeds,
  multipart: multipartSeeds,
  json_command: commandSeeds,
  functions: functionSeeds,
  agent: agentSeeds,
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(root, "tests/fuzz/sip.dict"), dictionary());
  for (const [target, seeds] of Object.entries(targets)) writeSeeds(target, seeds());
}
