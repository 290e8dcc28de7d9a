/** demo/ladder.ts: rows of a ladder from SIP messages, however they look. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Ladder, MAX_ROWS, clockTime, describe } from "../../demo/ladder.js";

const response = "SIP/2.0 200 OK\r\nt: \"A\" <sip:alice@example.org>;tag=1\r\nCSeq: 4 INVITE\r\n\r\nCSeq: 1 BYE";

test("a request: its method and whom it is for", () => {
  assert.deepEqual(describe("INVITE sip:bob@example.org SIP/2.0\r\n\r\n"), {
    title: "INVITE",
    about: "sip:bob@example.org",
  });
});

test("a response: its status, its method from the head, and To in short form", () => {
  assert.deepEqual(describe(response), {
    title: "200 OK (INVITE)",
    about: "sip:alice@example.org",
  });
});

test("anything else is shown by its first line", () => {
  assert.deepEqual(describe(""), { title: "", about: "" });
  assert.equal(describe(`<b>${"x".repeat(500)}`).title.length, 80);
  assert.equal(describe("SIP/2.0 200").title, "200");
});

test("the first messages go when there are too many, and the file says so", () => {
  const ladder = new Ladder();
  for (let at = 0; at < MAX_ROWS + 3; at += 1) {
    ladder.add({ direction: at % 2 === 0 ? "sent" : "received", text: response, at });
  }
  assert.equal(ladder.rows.length, MAX_ROWS);
  assert.equal(ladder.dropped, 3);
  assert.match(ladder.toText("http://localhost/call.htm"), /3 earlier messages were not kept/);
  ladder.clear();
  assert.deepEqual([ladder.rows.length, ladder.dropped], [0, 0]);
});

test("the file: each message with time and direction, lines ended as in text files", () => {
  const ladder = new Ladder();
  ladder.add({ direction: "sent", text: "BYE sip:b SIP/2.0\r\nX: 1\r\n\r\n", at: 0 });
  ladder.add({ direction: "received", text: response, at: 1500 });
  const text = ladder.toText("page");
  assert.match(text, /---- 1970-01-01T00:00:00.000Z {2}page -> server {2}BYE\nBYE sip:b SIP\/2.0\nX: 1\n/);
  assert.match(text, /page <- server {2}200 OK \(INVITE\)/);
  assert.ok(!text.includes("\r"));
});

test("the time of a row has milliseconds", () => {
  assert.match(clockTime(1500), /^\d\d:\d\d:01\.500$/);
});
