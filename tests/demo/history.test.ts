/** demo/history.ts: what is kept of a call, and that stored text of anybody does no harm. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  MAX_ENTRIES,
  addEntry,
  formatHistory,
  outcomeOf,
  parseHistory,
  type HistoryEntry,
} from "../../demo/history.js";

const entry: HistoryEntry = {
  target: "sip:bob@example.org",
  name: "Bob",
  direction: "outgoing",
  video: true,
  at: 1700000000000,
  duration: 12,
  outcome: "answered",
};

test("what was stored is read back", () => {
  assert.deepEqual(parseHistory(formatHistory([entry])), [entry]);
});

test("the newest is first and the oldest goes", () => {
  let entries: readonly HistoryEntry[] = [];
  for (let at = 0; at < MAX_ENTRIES + 5; at += 1) entries = addEntry(entries, { ...entry, at });
  assert.equal(entries.length, MAX_ENTRIES);
  assert.equal(entries[0]?.at, MAX_ENTRIES + 4);
  assert.equal(entries.at(-1)?.at, 5);
});

const broken: readonly unknown[] = [
  null,
  7,
  {},
  { ...entry, target: "" },
  { ...entry, target: 5 },
  { ...entry, at: "now" },
  { ...entry, at: null },
  { ...entry, duration: -1 },
  { ...entry, direction: "sideways" },
  { ...entry, outcome: "__proto__" },
];

test("what is no entry is left out, the others stay", () => {
  assert.deepEqual(parseHistory(JSON.stringify([...broken, entry])), [entry]);
  for (const source of ["", "{}", "[", "alert(1)", "null", "[".repeat(10000)]) {
    assert.deepEqual(parseHistory(source), []);
  }
  const long = parseHistory(JSON.stringify([{ ...entry, name: "x".repeat(9999) }]))[0];
  assert.equal(long?.name.length, 512);
});

const outcomes = [
  ["incoming", { cause: "bye", by: "remote" }, true, "answered"],
  ["incoming", { cause: "cancelled", by: "remote" }, false, "missed"],
  ["outgoing", { cause: "cancelled", by: "local" }, false, "cancelled"],
  ["incoming", { cause: "rejected", by: "local" }, false, "rejected"],
  ["outgoing", { cause: "rejected", by: "remote", status: 603 }, false, "rejected"],
  ["outgoing", { cause: "rejected", by: "remote", status: 404 }, false, "failed"],
  ["outgoing", { cause: "timeout", by: "network" }, false, "failed"],
  ["incoming", { cause: "timeout", by: "network" }, false, "missed"],
] as const;

for (const [direction, end, talked, outcome] of outcomes) {
  test(`${direction}, ${end.cause} by ${end.by}: ${outcome}`, () => {
    assert.equal(outcomeOf(direction, end, talked), outcome);
  });
}
