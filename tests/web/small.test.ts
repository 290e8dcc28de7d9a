/** The small modules: literals, addresses, promises. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { partsOfAddress, partyOfTarget, usableHeaders } from "../../web/address.js";
import { LiteralError, parseLiteral } from "../../web/compat/literal.js";
import { Deferred, Emitter } from "../../web/events.js";
import { settle } from "./fakes.js";

describe("literals", () => {
  const good: [string, unknown][] = [
    ["null", null],
    ["undefined", undefined],
    [" true ", true],
    ["-1.5e3", -1500],
    ["'it\\'s'", "it's"],
    ['"a\\u00e9\\x41\\n"', "a\u00e9A\n"],
    ["{ audio:64, 'video':512, \"x\": [1,], }", { audio: 64, video: 512, x: [1] }],
    ["({ minWidth: 640 });", { minWidth: 640 }],
    ["[]", []],
    ["{\"__proto__\": 1}", JSON.parse('{"__proto__": 1}')],
  ];
  for (const [text, value] of good) {
    test(text, () => assert.deepEqual(parseLiteral(text), value));
  }
  for (const text of [
    "",
    "alert(1)",
    "[1",
    "{a}",
    "{a:1 b:2}",
    "[1] [2]",
    "'open",
    "[,]",
    "new Date",
    "1+1",
    "`x`",
    "(".repeat(100),
    "[".repeat(5000),
  ]) {
    test(`refused: ${text.slice(0, 20)}`, () => assert.throws(() => parseLiteral(text), LiteralError));
  }

  test("an error says where", () => {
    assert.throws(() => parseLiteral("[1, oops]"), /"oops" is not a value at position 8/);
  });
});

describe("addresses", () => {
  test("user and host of an address of record", () => {
    const rows: [string, { user: string; host: string } | undefined][] = [
      ["sip:alice@example.org", { user: "alice", host: "example.org" }],
      ["sips:+33600@[2001:db8::1]:5061;transport=ws", { user: "+33600", host: "[2001:db8::1]:5061" }],
      ['"A B" <sip:a%20b@x.org>', { user: "a b", host: "x.org" }],
      ["alice@example.org", { user: "alice", host: "example.org" }],
      ["sip:example.org", undefined],
      ["tel:+33600", undefined],
      ["sip:@x.org", undefined],
      ["sip:a b@x.org", undefined],
      ["", undefined],
    ];
    for (const [text, parts] of rows) assert.deepEqual(partsOfAddress(text), parts, text);
  });

  test("a hostile address is refused quickly", () => {
    const begin = performance.now();
    for (const text of ["sip:" + "a".repeat(50_000), '"'.repeat(50_000), "<".repeat(50_000), " ".repeat(50_000)]) {
      partsOfAddress(text);
      partyOfTarget(text, "x.org");
    }
    assert.ok(performance.now() - begin < 2000);
  });

  test("headers without a name or value are left out", () => {
    assert.deepEqual(
      usableHeaders([{ name: "A", value: "1" }, { name: "", value: "1" }, { name: "B" }, { name: "C", value: 3 }]),
      [{ name: "A", value: "1" }],
    );
  });
});

describe("deferred and emitter", () => {
  test("a rejection that nobody awaits is silent, one that somebody awaits is not", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on("unhandledRejection", note);
    const deferred = new Deferred<void>();
    deferred.reject(new Error("x"));
    await settle();
    process.off("unhandledRejection", note);
    assert.deepEqual(unhandled, []);
    await assert.rejects(deferred.promise, /x/);
    assert.equal(deferred.settled, true);
  });

  test("listeners that come and go while an event is told", () => {
    class Bell extends Emitter<{ ring: [number] }> {
      ring(value: number): void {
        this.emit("ring", value);
      }
    }
    const bell = new Bell();
    const seen: string[] = [];
    const once = bell.on("ring", (value) => {
      seen.push(`once ${value}`);
      once();
      bell.on("ring", (later) => seen.push(`new ${later}`));
    });
    bell.ring(1);
    bell.ring(2);
    assert.deepEqual(seen, ["once 1", "new 2"]);
  });
});
