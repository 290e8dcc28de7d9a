/** demo/literal.ts: what sipML5's users typed into the expert page is read, nothing is evaluated. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLiteral, type LiteralValue } from "../../demo/literal.js";

const accepted: readonly (readonly [string, LiteralValue])[] = [
  ['{"audio": 64, "video": 512}', { audio: 64, video: 512 }],
  ["{ audio:64, video:512 }", { audio: 64, video: 512 }],
  ["({ audio:64, video:512 })", { audio: 64, video: 512 }],
  ["( ( [] ) ) ;", []],
  ["[{ url: 'stun:stun.example.org:3478'}]", [{ url: "stun:stun.example.org:3478" }]],
  ["[{urls:['turn:a','turn:b'],username:'u',credential:'it\\'s'},]", [
    { urls: ["turn:a", "turn:b"], username: "u", credential: "it's" },
  ]],
  ["null", null],
  ["undefined", null],
  ["[true, false, -1.5e2, +.5, 0x1F]", [true, false, -150, 0.5, 31]],
  ['"a\\u0041\\x42\\n\\/"', "aAB\n/"],
  ["[1, // one\n 2 /* two */]", [1, 2]],
  ["{ 1: 'a', 'b c': 2 }", { 1: "a", "b c": 2 }],
  ["`plain`", "plain"],
];

for (const [source, value] of accepted) {
  test(`reads ${source}`, () => {
    assert.deepEqual(parseLiteral(source), { ok: true, value });
  });
}

const refused: readonly (readonly [string, number, number, RegExp])[] = [
  ["", 1, 1, /expected a value, found the end/],
  ["{ audio 64 }", 1, 9, /expected ":" after the key "audio", found "6"/],
  ["{ audio: 64 video: 512 }", 1, 13, /expected "," or "}"/],
  ["[1, 2", 1, 6, /expected "," or "\]" for the "\[" at line 1, column 1, found the end/],
  ["[\n  1,\n  x\n]", 3, 3, /"x" is not a value; a text needs quotes/],
  ["'open", 1, 1, /not closed/],
  ["[] []", 1, 4, /expected the end of the text, found "\["/],
  ["alert(1)", 1, 1, /"alert" is not a value/],
  ["{ a: function () {} }", 1, 6, /"function" is not a value/],
  ["`${alert(1)}`", 1, 2, /not evaluated/],
  ["1px", 1, 1, /expected a number/],
  ["{ toString }", 1, 12, /expected ":"/],
  ["'\\u12'", 1, 4, /4 hexadecimal digits/],
  ["(1", 1, 3, /expected "\)" for the "\(" at line 1, column 1/],
];

for (const [source, line, column, message] of refused) {
  test(`refuses ${JSON.stringify(source)} at ${line}:${column}`, () => {
    const result = parseLiteral(source);
    assert.ok(!result.ok);
    assert.match(result.error.message, message);
    assert.deepEqual([result.error.line, result.error.column], [line, column]);
  });
}

test("a key __proto__ is a key like any other", () => {
  const result = parseLiteral("{ __proto__: { polluted: true } }");
  assert.ok(result.ok);
  assert.deepEqual(Object.keys(result.value as object), ["__proto__"]);
  assert.equal(Reflect.get(result.value as object, "polluted"), undefined);
});

test("depth and length are bounded", () => {
  assert.ok(!parseLiteral("[".repeat(5000)).ok);
  assert.ok(!parseLiteral(" ".repeat(70000)).ok);
  assert.ok(parseLiteral(`${" ".repeat(60000)}1`).ok);
});

test("every prefix of a literal gives a value or an error, never an exception", () => {
  const source = "({ urls: ['stun:a', \"turn:b\\n\"], n: -0x1f, b: true, /* c */ })";
  for (let length = 0; length <= source.length; length += 1) {
    assert.equal(parseLiteral(source.slice(0, length)).ok, length === source.length);
  }
});
