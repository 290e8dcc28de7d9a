/** demo/first-run.ts and demo/dom.ts: ready-made users, query parameters, addresses, durations. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDuration } from "../../demo/dom.js";
import * as firstRun from "../../demo/first-run.js";

test("query parameters, those of the original included", () => {
  assert.deepEqual(firstRun.readQuery("?user=bob&login=1&peer=alice&wt=w4a&fps=15&za=true"), {
    user: "bob",
    peer: "alice",
    logIn: true,
    ignored: ["wt", "fps", "za"],
  });
  assert.deepEqual(firstRun.readQuery(""), { user: null, peer: null, logIn: false, ignored: [] });
});

test("a user name that is no SIP user is ignored", () => {
  for (const user of ["a b", "a@b", "<x>", "", "x".repeat(65), "a;b"]) {
    assert.equal(firstRun.readQuery(`?user=${encodeURIComponent(user)}`).user, null);
  }
});

test("the embedded server is on the host of the page", () => {
  const info = { realm: "localhost", websocket: "/sip" };
  const url = (page: string): string => firstRun.embeddedUrl(info, new URL(page));
  assert.equal(url("http://localhost:8080/call.htm?user=x"), "ws://localhost:8080/sip");
  assert.equal(url("https://h.example/demo/call.htm"), "wss://h.example/sip");
});

test("users that are taken are not offered again", () => {
  assert.equal(firstRun.freeUser([]), "alice");
  assert.equal(firstRun.freeUser(["alice"]), "bob");
  const taken: string[] = [];
  for (let count = 0; count < 20; count += 1) {
    const user = firstRun.freeUser(taken);
    assert.ok(!taken.includes(user));
    taken.push(user);
  }
});

test("durations", () => {
  assert.equal(formatDuration(0), "00:00");
  assert.equal(formatDuration(61.9), "01:01");
  assert.equal(formatDuration(3600), "1:00:00");
});
