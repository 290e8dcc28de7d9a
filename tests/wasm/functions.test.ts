/** The functions of sipml-wasm/core through the shipped module: inputs, limits, names, traps. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  CommandError,
  Core,
  CoreCrashed,
  INPUT_LIMIT,
  IncompatibleModule,
  LoadError,
  SipFunctions,
  findAttribute,
  findHeaders,
  findParam,
  loadCore,
  loadFunctions,
  parseSdp,
  parseUri,
  sdpRule,
  setAttribute,
  toText,
  writeSdp,
} from "../../js-glue/index.js";
import type { Parsed, ParsedMessage, RequestInput } from "../../js-glue/index.js";
import { compileFileNow } from "../../js-glue/load-node.js";
import { root } from "../e2e/paths.js";
import { assemble } from "./assemble.js";

const module = new WebAssembly.Module(readFileSync(join(root, "dist/sipml-functions.wasm")));
const sip = new SipFunctions(module);
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The value of what must have one. */
function valueOf<T>(parsed: Parsed<T>): T {
  return parsed.ok ? parsed.value : assert.fail(JSON.stringify(parsed.error));
}

/** A request with these headers beside those that every request has. */
function request(headers: string, body = ""): string {
  const needed =
    "Via: SIP/2.0/WSS a.invalid;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n" +
    "From: <sip:alice@example.org>;tag=1\r\nTo: <sip:bob@example.org>\r\nCall-ID: c\r\n" +
    "CSeq: 1 MESSAGE\r\n";
  return `MESSAGE sip:bob@example.org SIP/2.0\r\n${needed}${headers}\r\n${body}`;
}

const message = (headers: string, body = ""): ParsedMessage =>
  valueOf(sip.parseMessage(request(headers, body)));

describe("texts and octets", () => {
  const samples = ["", "sip:a@b", "sip:\u00e4@b", "\u{1F600}", "a\0b", "sip:@", "x".repeat(5000)];

  test("mean the same", () => {
    for (const sample of samples) {
      const octets = encode(sample);
      assert.deepEqual(sip.parseUri(sample), sip.parseUri(octets));
      assert.deepEqual(sip.parseNameAddr(sample), sip.parseNameAddr(octets));
      assert.deepEqual(sip.parseHeader("From", sample), sip.parseHeader("From", octets));
      assert.deepEqual(sip.parseSdp(sample), sip.parseSdp(octets));
      const whole = request(`Subject: ${sample}\r\n`, sample);
      assert.deepEqual(sip.parseMessage(whole), sip.parseMessage(encode(whole)));
    }
  });

  test("offsets count octets", () => {
    const parsed = sip.parseNameAddr('"\u00e4\u00e4" <sip:a@>');
    assert.ok(!parsed.ok);
    assert.equal(parsed.error.offset, 15 - 1);
  });

  test("half a surrogate pair reads as U+FFFD", () => {
    assert.equal(valueOf(sip.parseNameAddr('"a\ud800b" <sip:a@b>')).displayName, "a\ufffdb");
    const text = toText(
      sip.serialize({ method: "A", uri: "sip:a@b", headers: [["Subject", "\udc00"]] }),
    );
    assert.ok(text.includes("Subject: \ufffd\r\n"), text);
    assert.equal(
      sip.formatNameAddr({ displayName: "\ud800", uri: "sip:a@b" }),
      '"\ufffd" <sip:a@b>',
    );
  });

  test("octets that are no UTF-8 read as U+FFFD, and their places are told", () => {
    const octets = encode(request("Subject: a?b\r\nX: 1\r\n", "\u00e4"));
    octets[octets.indexOf("?".charCodeAt(0))] = 0xff;
    const parsed = valueOf(sip.parseMessage(octets));
    const [subject] = findHeaders(parsed, "subject");
    assert.equal(subject?.value, "a\ufffdb");
    assert.equal(octets[subject.valueOffset + 1], 0xff);
    assert.equal(subject.valueLength, 3);
    const body = new Uint8Array([0xc3, 0x28]);
    const binary = new Uint8Array([...encode(request("")), ...body]);
    const value = valueOf(sip.parseMessage(binary));
    assert.deepEqual(value.body, body);
    assert.equal(value.bodyText, null);
  });

  test("a byte order mark and a view into a larger buffer are as they are", () => {
    assert.equal(valueOf(sip.parseHeader("Subject", "\ufeffa")).type, "text");
    const larger = encode("xxsip:a@byy");
    assert.equal(valueOf(sip.parseUri(larger.subarray(2, 9))).text, "sip:a@b");
    const buffer = Buffer.from("sip:a@b");
    assert.equal(valueOf(sip.parseUri(buffer)).text, "sip:a@b");
  });

  test("the body is a copy", () => {
    const first = message("", "first");
    const second = message("", "other");
    assert.equal(toText(first.body), "first");
    second.body.fill(0);
    assert.equal(toText(message("", "third").body), "third");
  });
});

describe("names that the network chose", () => {
  test("are data, whatever they are", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      const uri = valueOf(sip.parseUri(`sip:a@b;${name}=1;x?${name}=2`));
      assert.ok(uri.type === "sip");
      assert.equal(findParam(uri.params, name), "1");
      assert.equal(findParam(uri.headers, name), "2");
      assert.equal(findParam(uri.params, "X"), null);
      assert.equal(findParam([], name), undefined);
      const parsed = message(`${name}: 3\r\nContact: <sip:a@b>;${name}=4\r\n`);
      assert.equal(findHeaders(parsed, name)[0]?.value, "3");
      assert.equal(findParam(parsed.contacts[0]?.params ?? [], name), "4");
      assert.equal(findHeaders(message(""), name).length, 0);
    }
    assert.equal(Object.getOwnPropertyNames(Object.prototype).includes("1"), false);
    assert.equal(({} as Record<string, unknown>)["x"], undefined);
  });
});

describe("parseMessage", () => {
  test("repeats what is asked for most", () => {
    const parsed = message(
      "v: SIP/2.0/TCP b;branch=z9hG4bK2\r\nRoute: <sip:p;lr>, <sip:q;lr>\r\n" +
        "Record-Route: <sip:r;lr>\r\nm: <sip:a@b>;q=0.5;expires=60\r\nExpires: 70\r\n" +
        "c: text/plain;charset=utf-8\r\nl: 2\r\nIn-Reply-To: x\r\nMin-Expires: 1\r\n",
      "abc",
    );
    assert.deepEqual(parsed.via.map(({ transport }) => transport), ["WSS", "TCP"]);
    assert.equal(parsed.from?.tag, "1");
    assert.equal(parsed.to?.uri.text, "sip:bob@example.org");
    assert.equal(parsed.callId, "c");
    assert.deepEqual(parsed.cseq, { number: 1, method: "MESSAGE" });
    assert.deepEqual(parsed.routes.map(({ uri }) => uri.text), ["sip:p;lr", "sip:q;lr"]);
    assert.equal(parsed.recordRoutes.length, 1);
    assert.equal(parsed.contacts[0]?.q, 0.5);
    assert.equal(parsed.contacts[0]?.expires, 60);
    assert.equal(parsed.contactStar, false);
    assert.equal(parsed.maxForwards, 70);
    assert.equal(parsed.expires, 70);
    assert.equal(parsed.contentType?.mime, "text/plain");
    assert.equal(parsed.contentLength, 2);
    assert.equal(parsed.bodyText, "ab");
    assert.equal(parsed.parts, null);
    assert.equal(message("Contact: *\r\n").contactStar, true);
  });

  test("gives nulls for what is not there", () => {
    const parsed = valueOf(sip.parseMessage("SIP/2.0 200 OK\r\nX: 1\r\n\r\n"));
    assert.ok(parsed.kind === "response");
    for (const field of ["from", "to", "callId", "cseq", "expires", "contentType"] as const) {
      assert.equal(parsed[field], null);
    }
    assert.deepEqual([parsed.via, parsed.contacts, parsed.routes], [[], [], []]);
    assert.equal(parsed.bodyText, "");
    assert.notEqual(parsed.fault, null);
  });

  test("can be cloned and printed", () => {
    const parsed = sip.parseMessage(request("Contact: <sip:a@b>\r\n", "x"));
    assert.deepEqual(structuredClone(parsed), parsed);
    assert.equal(typeof JSON.stringify(parsed), "string");
  });

  test("RFC 2046 5.1: builds the tree of parts", () => {
    const body =
      "--b\r\n\r\none\r\n--b\r\nContent-Type: multipart/alternative;boundary=c\r\n\r\n" +
      "--c\r\nContent-Transfer-Encoding: base64\r\n\r\n/w==\r\n--c\r\n\r\ntwo\r\n--c--\r\n" +
      "--b\r\n\r\nthree\r\n--b--\r\n";
    const type = "multipart/mixed;boundary=b";
    const { parts } = valueOf(sip.parseMultipart(type, body));
    const beginnings = parts.map(({ bodyText }) => bodyText?.slice(0, 5));
    assert.deepEqual(beginnings, ["one", "--c\r\n", "three"]);
    const inner = parts[1]?.parts;
    assert.deepEqual(inner?.map((part) => part.bodyText), [null, "two"]);
    assert.deepEqual(inner?.[0]?.body, new Uint8Array([0xff]));
    assert.equal(parts[0]?.parts, null);
    assert.deepEqual(message(`Content-Type: ${type}\r\n`, body).parts, parts);
    assert.equal(message(`Content-Type: ${type}\r\n`, body).bodyText, body);
  });

  test("what serialize writes is read back the same", () => {
    const text = request("Subject: \r\nX-odd:  a\r\nl: 3\r\n", "abc");
    const parsed = valueOf(sip.parseMessage(text));
    assert.equal(toText(sip.serialize(parsed)), text.replace("X-odd:  a", "X-odd: a"));
    const response = "SIP/2.0 486 Not now\r\nVia: x\r\nContent-Length: 0\r\n\r\n";
    assert.equal(toText(sip.serialize(valueOf(sip.parseMessage(response)))), response);
  });
});

describe("arguments", () => {
  const bad = (value: unknown): never => value as never;

  test("of a wrong type are a TypeError that names them", () => {
    const calls: [() => unknown, RegExp][] = [
      [() => sip.parseUri(bad(undefined)), /^uri is neither/],
      [() => sip.parseNameAddr(bad(7)), /^address is neither/],
      [() => sip.parseHeader(bad(null), "x"), /^name is neither/],
      [() => sip.parseHeader("", "x"), /^name is empty/],
      [() => sip.parseHeader(bad({})), /^line is neither/],
      [() => sip.parseHeader("From", bad([])), /^value is neither/],
      [() => sip.parseMessage(bad(new ArrayBuffer(1))), /^message is neither/],
      [() => sip.messageStatus(bad(1)), /^message is neither/],
      [() => sip.parseSdp(bad(null)), /^sdp is neither/],
      [() => sip.parseMultipart(bad(1), ""), /^contentType is not a string/],
      [() => sip.compareUris("sip:a", bad(1)), /^b is neither/],
      [() => sip.resolveTarget("a", bad(1)), /^domain is not a string/],
      [() => sip.serialize(bad(null)), /^message is not an object/],
      [() => sip.serialize(bad({ method: "A", uri: "x" })), /^headers is not an array/],
      [() => sip.serialize(bad({ status: 200, headers: [], body: 7 })), /^body is neither/],
      [() => sip.formatNameAddr(bad("x")), /^address is not an object/],
      [() => sip.formatNameAddr(bad({ uri: 7 })), /^uri is not an object/],
      [() => sip.formatNameAddr(bad({ uri: "sip:a@b", params: {} })), /^params is not an array/],
      [() => sip.digestResponse(bad(undefined)), /^input is not an object/],
    ];
    for (const [call, text] of calls) assert.throws(call, { name: "TypeError", message: text });
  });

  test("beyond the limit are a RangeError, at it they are read", () => {
    for (const text of ["x".repeat(INPUT_LIMIT + 1), new Uint8Array(INPUT_LIMIT + 1)]) {
      assert.throws(() => sip.parseUri(text), { name: "RangeError", message: /^uri is longer/ });
    }
    const wide = "\u20ac".repeat(INPUT_LIMIT / 2);
    assert.throws(() => sip.parseSdp(wide), { name: "RangeError", message: /longer than/ });
    const subject: [string, string] = ["Subject", "x".repeat(INPUT_LIMIT)];
    assert.throws(() => sip.serialize({ status: 200, headers: [subject] }), { name: "RangeError" });
    const long = "x".repeat(INPUT_LIMIT);
    for (const parsed of [sip.parseUri(long), sip.parseMessage(long), sip.parseSdp(long)]) {
      assert.equal(parsed.ok, false);
    }
    assert.equal(sip.crashed, false);
  });

  test("that a message cannot hold are a CommandError that names them", () => {
    const refused = (input: Partial<RequestInput>, argument: string): void => {
      const all = { method: "INFO", uri: "sip:a@b", headers: [], ...input };
      assert.throws(
        () => sip.serialize(all),
        (error) => error instanceof CommandError && error.argument === argument,
      );
    };
    refused({ headers: [["A", "1"], ["B", "x\r\nC: 2"]] }, "headers[1].value");
    refused({ headers: [{ name: "A\r\n", value: "1" }] }, "headers[0].name");
    refused({ headers: [bad(7)] }, "headers[0]");
    refused({ method: "A\0" }, "method");
    refused({ uri: "sip:a\n@b" }, "uri");
  });

  test("a secret stays out of the error", () => {
    const input = { username: "u", password: "secret", realm: "r", nonce: "n\r", method: "A" };
    assert.throws(
      () => sip.digestResponse({ ...input, uri: "u" }),
      (error) => error instanceof CommandError && !JSON.stringify(error).includes("secret"),
    );
  });
});

describe("large and hostile texts", () => {
  const megabyte = 1024 * 1024;
  const cases: Record<string, string> = {
    letters: "a".repeat(megabyte),
    quotes: '"'.repeat(megabyte),
    brackets: "<".repeat(megabyte),
    commas: ",".repeat(megabyte),
    semicolons: ";".repeat(megabyte),
    percents: "%".repeat(megabyte),
    controls: "\x01".repeat(megabyte),
    "line ends": "\r\n".repeat(megabyte / 2),
    "SDP lines": `v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\n${"a=x:\x01\r\n".repeat(megabyte / 7)}`,
    "many media": `v=0\r\no=- 1 1 IN IP4 h\r\n${"m=audio 9 RTP/AVP 0\r\n".repeat(megabyte / 21)}`,
    headers: `OPTIONS sip:a@b SIP/2.0\r\n${"a: b\r\n".repeat(megabyte / 6)}\r\n`,
    delimiters: "--b\r\n\r\n".repeat(megabyte / 7),
  };

  for (const [name, text] of Object.entries(cases)) {
    test(`one megabyte of ${name}`, () => {
      const start = performance.now();
      sip.parseUri(text);
      sip.parseNameAddr(text);
      sip.parseHeader("Contact", text);
      sip.parseHeader(text);
      sip.parseMessage(text);
      sip.parseMessage(request(`Contact: ${text.slice(0, 16000)}\r\n`, text.slice(0, 200000)));
      sip.messageStatus(text);
      sip.parseSdp(text);
      sip.parseMultipart("multipart/mixed;boundary=b", text);
      sip.compareUris(text, text);
      sip.resolveTarget(text, "example.org");
      const took = performance.now() - start;
      assert.equal(sip.crashed, false);
      assert.ok(took < 5000, `${took} ms`);
    });
  }

  test("what a session says of every medium cannot fill the memory", () => {
    const session = `v=0\r\no=- 1 1 IN IP4 h\r\na=ice-pwd:${"x".repeat(megabyte)}\r\n`;
    const parsed = sip.parseSdp(session + "m=audio 9 RTP/AVP 0\r\n".repeat(100));
    assert.ok(!parsed.ok);
    assert.match(parsed.error.reason, /more than a result can hold/);
    assert.ok(sip.memorySize <= 64 * megabyte);
    assert.equal(valueOf(sip.parseUri("sip:a@b")).text, "sip:a@b");
  });
});

describe("what was written is read back", () => {
  /** Any text that one line can hold, from a generator that gives the same in every run. */
  function* texts(count: number): Generator<string> {
    let state = 1;
    const random = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >>> 8) % below;
    };
    const character = (): string => {
      const kinds = [0x80, 0x80, '"\\<>;,=:@% \t'.length, 0x800, 0x10000, 0x110000];
      const kind = random(kinds.length);
      const value = random(kinds[kind] ?? 1);
      const point = kind === 2 ? '"\\<>;,=:@% \t'.charCodeAt(value) : value;
      const unusable = [0, 10, 13].includes(point) || (point >= 0xd800 && point <= 0xdfff);
      return unusable ? "x" : String.fromCodePoint(point);
    };
    for (let i = 0; i < count; i += 1) {
      yield Array.from({ length: random(12) }, character).join("");
    }
  }

  test("display names and parameters of addresses", () => {
    for (const text of texts(3000)) {
      const params = [
        { name: "a", value: text },
        { name: "b", value: null },
      ];
      const written = sip.formatNameAddr({ displayName: text, uri: "sip:a@b;lr", params });
      const parsed = valueOf(sip.parseNameAddr(written));
      assert.equal(parsed.displayName ?? "", text, written);
      assert.deepEqual(parsed.params, params, written);
      assert.equal(sip.formatNameAddr(parsed), written);
    }
  });

  test("header values and bodies of messages", () => {
    for (const text of texts(1000)) {
      const octets = sip.serialize({
        method: "MESSAGE",
        uri: "sip:a@b",
        headers: [["X-Text", text], ["Via", "SIP/2.0/WSS a;branch=z9hG4bK1"], ["l", "0"]],
        body: text,
      });
      const parsed = valueOf(sip.parseMessage(octets));
      // Blanks around a value are no part of it (RFC 3261 section 7.3.1).
      assert.equal(parsed.headers[0]?.value, text.replace(/^[ \t]+|[ \t]+$/g, ""));
      assert.equal(parsed.bodyText, text);
      const again = valueOf(sip.parseMessage(sip.serialize(parsed)));
      assert.deepEqual(again.body, parsed.body);
    }
  });

  test("a target that was dialled", () => {
    for (const text of texts(1000)) {
      const dialled = sip.resolveTarget(text, "example.org");
      if (!dialled.ok) continue;
      const again = valueOf(sip.parseUri(dialled.value.text));
      assert.deepEqual(again, dialled.value);
      assert.equal(sip.compareUris(again.text, dialled.value.text), true);
    }
  });
});

describe("instances", () => {
  test("a module of another kind is refused", () => {
    const wrong = new WebAssembly.Module(assemble());
    assert.throws(() => new SipFunctions(wrong), IncompatibleModule);
    assert.throws(() => new SipFunctions(wrong), /sipml_call_function/);
    const agents = new WebAssembly.Module(readFileSync(join(root, "dist/sipml.wasm")));
    assert.throws(() => new SipFunctions(agents), IncompatibleModule);
    assert.throws(() => new Core(module), /does not export sipml_agent_create/);
  });

  test("a module of another kind is refused when it is loaded, and the one before stays", async () => {
    await loadFunctions({ wasm: module });
    await assert.rejects(loadFunctions({ wasm: assemble() }), IncompatibleModule);
    assert.equal(valueOf(parseUri("sip:a@b")).text, "sip:a@b");
  });

  test("an agent's module does not bring the functions", async () => {
    await loadCore({ wasm: readFileSync(join(root, "dist/sipml.wasm")) });
    assert.equal(valueOf(parseUri("sip:a@b")).text, "sip:a@b");
  });

  test("an instance that trapped is replaced", async () => {
    // Its function traps at once.
    const trapping = new WebAssembly.Module(assemble({ functions: true }));
    const broken = new SipFunctions(trapping);
    assert.throws(() => broken.parseUri("sip:a@b"), CoreCrashed);
    assert.ok(broken.crashed);
    assert.throws(() => broken.parseUri("sip:a@b"), CoreCrashed);
    await loadFunctions({ wasm: trapping });
    for (let i = 0; i < 3; i += 1) assert.throws(() => parseUri("sip:a@b"), CoreCrashed);
    await loadFunctions({ wasm: module });
    assert.equal(valueOf(parseUri("sip:a@b")).text, "sip:a@b");
  });

  test("memory does not grow with the number of calls", () => {
    const own = new SipFunctions(module);
    const text = request("Contact: <sip:a@b>\r\n", "x".repeat(1000));
    for (let i = 0; i < 100; i += 1) own.parseMessage(text);
    const early = own.memorySize;
    for (let i = 0; i < 5000; i += 1) own.parseMessage(text);
    assert.equal(own.memorySize, early);
  });

  test("a file that is missing or no module is named", () => {
    assert.throws(() => compileFileNow("/nowhere/sipml-functions.wasm"), LoadError);
    assert.throws(() => compileFileNow("/nowhere/sipml-functions.wasm"), /nowhere.*could not be read/);
    const readme = new URL("README.md", `file://${root}/`);
    assert.throws(() => compileFileNow(readme), /README\.md did not compile/);
  });
});

describe("rules on descriptions", () => {
  const text =
    "v=0\r\no=- 1 1 IN IP4 h\r\ns= \r\nt=0 0\r\na=x\r\nz=?\r\nm=audio 9  RTP/AVP  0\r\n" +
    "a=ptime:20\r\na=y: 2 \r\na=ptime:30\r\nm=image 0 udptl t38\r\n";

  test("what parseSdp read, writeSdp writes byte exact", () => {
    assert.equal(writeSdp(valueOf(parseSdp(text))), text);
  });

  test("a rule changes its lines; the others stay byte exact", () => {
    const rule = sdpRule<{ readonly type: string }>((description, { type }) => {
      const [audio, image] = description.media;
      assert.ok(audio && image);
      assert.deepEqual([audio.type, audio.line, image.type], ["audio", "audio 9  RTP/AVP  0", "image"]);
      setAttribute(audio, "ptime", "40");
      setAttribute(image, "note", type);
      setAttribute(image, "flag", "");
      setAttribute(description, "x", undefined);
      audio.line = audio.line.replace(" 9 ", " 10 ");
    });
    assert.equal(
      rule(text, { type: "offer" }),
      text
        .replace("a=x\r\n", "")
        .replace(" 9 ", " 10 ")
        .replace("ptime:20", "ptime:40")
        .replace("a=ptime:30\r\n", "") + "a=note:offer\r\na=flag\r\n",
    );
  });

  test("a rule may return another description; one that changes nothing says nothing", () => {
    const first = sdpRule(({ lines }) => ({ lines, media: [] }));
    assert.equal(first(text, undefined), text.slice(0, text.indexOf("m=")));
    const nothing = sdpRule(() => undefined);
    assert.equal(nothing(text.replaceAll("\r\n", "\n"), undefined), undefined);
  });

  test("what cannot be read or written is refused by name", () => {
    const none = sdpRule(() => undefined);
    assert.throws(() => none("v=0\r\ns=-\r\n", undefined), { name: "TypeError", message: /cannot be read/ });
    const add = (type: string, value: string) =>
      sdpRule(({ media }) => void media[1]?.lines.push({ type, value }));
    assert.throws(() => add("a", "x\r\na=y")(text, undefined), /^TypeError: media\[1\]\.lines\[0\]\.value holds/);
    assert.throws(() => add("ab", "x")(text, undefined), /^TypeError: media\[1\]\.lines\[0\]\.type is not/);
    assert.throws(
      () => sdpRule(({ media }) => void (media[0] && (media[0].line = "a\n")))(text, undefined),
      /^TypeError: media\[0\]\.value holds/,
    );
  });
});

test("findAttribute reads a= lines of a session or a medium", () => {
  const sdp = valueOf(
    sip.parseSdp("v=0\r\no=- 1 1 IN IP4 h\r\na=x\r\na=x:1\r\nm=audio 9 RTP/AVP 0\r\na=y:2:3\r\n"),
  );
  assert.equal(findAttribute(sdp, "x"), "");
  assert.equal(findAttribute(sdp, "y"), undefined);
  const [audio] = sdp.media;
  assert.ok(audio);
  assert.equal(findAttribute(audio, "y"), "2:3");
});
