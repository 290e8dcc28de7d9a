/** demo: conversations, contacts, presence, volume and device names, as pure data. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DOMParser } from "@xmldom/xmldom";
import { MAX_CONTACTS, formatContacts, parseContacts } from "../../demo/contacts.js";
import {
  Conversations,
  MAX_CONVERSATIONS,
  MAX_MESSAGES,
  keyOf,
  stateOfStatus,
} from "../../demo/conversations.js";
import { deviceNames } from "../../demo/devices.js";
import { ownPresence, parseOwnPresence, seenOf } from "../../demo/presence.js";
import { parseVolume } from "../../demo/volume.js";
import { parseDocument, presenceDocument } from "../../web/index.js";

test("one person under all the ways to write the address", () => {
  for (const target of ["bob", "sip:bob@Example.org", '"B" <sips:BOB@example.org;x=1>', "bob@example.org?h=1"]) {
    assert.equal(keyOf(target, "EXAMPLE.org"), "bob@example.org");
  }
});

const message = { at: 0, text: "hi", contentType: "text/plain" } as const;

test("conversations: the latest first, unread counted, states marked, bounds kept", () => {
  const all = new Conversations();
  all.open("a", "a", "A");
  all.open("b", "b", "B");
  const id = all.add("a", { ...message, state: "sending" });
  assert.deepEqual(all.list().map(({ key }) => key), ["a", "b"]);
  all.mark("a", id, "failed", "404 Not Found");
  assert.deepEqual(all.get("a")?.messages[0], { ...message, id, state: "failed", detail: "404 Not Found" });
  all.mark("a", id, "delivered");
  assert.equal(all.get("a")?.messages[0]?.detail, undefined);
  all.add("b", { ...message, state: "received" });
  assert.equal(all.unread, 1);
  all.rename("b", "Bee");
  assert.equal(all.list()[0]?.name, "Bee");
  all.read("b");
  assert.equal(all.unread, 0);
  all.remove("a", id);
  assert.equal(all.get("a")?.messages.length, 0);
  assert.equal(all.add("nobody", { ...message, state: "received" }), 0);
  for (let count = 0; count < MAX_MESSAGES + 5; count += 1) all.add("b", { ...message, state: "delivered" });
  assert.equal(all.get("b")?.messages.length, MAX_MESSAGES);
  for (let count = 0; count < MAX_CONVERSATIONS + 5; count += 1) all.open(`${count}`, "x", "X");
  assert.equal(all.list().length, MAX_CONVERSATIONS);
});

test("RFC 3428 7: 202 is not delivered yet", () => {
  assert.equal(stateOfStatus(200), "delivered");
  assert.equal(stateOfStatus(202), "accepted");
});

test("contacts: read back, each once, bounded, and never an exception", () => {
  const contacts = [{ target: "bob", name: "Bob" }];
  assert.deepEqual(parseContacts(formatContacts(contacts), "x"), contacts);
  const again = [...contacts, { target: "sip:bob@x", name: "B" }, { target: " ", name: "" }, 5, null];
  assert.deepEqual(parseContacts(JSON.stringify(again), "x"), contacts);
  const many = Array.from({ length: 99 }, (_, index) => ({ target: `u${index}`, name: "" }));
  assert.equal(parseContacts(JSON.stringify(many), "x").length, MAX_CONTACTS);
  for (const source of ["", "{", "{}", "alert(1)"]) assert.deepEqual(parseContacts(source, "x"), []);
});

const environment = {
  parseXml: (text: string): Document =>
    new DOMParser().parseFromString(text, "application/xml") as unknown as Document,
};

for (const state of ["available", "away", "busy", "offline"] as const) {
  test(`presence: what is told as ${state} is seen as ${state}`, () => {
    const told = presenceDocument(ownPresence("sip:alice@example.org", state, "a <note> & more"));
    const { document } = parseDocument("application/pidf+xml", told, environment);
    assert.ok(document?.kind === "presence");
    assert.deepEqual(seenOf(document), { state, note: "a <note> & more" });
  });
}

test("own presence from storage: what is no state is available", () => {
  assert.deepEqual(parseOwnPresence('{"state":"busy","note":"x"}'), { state: "busy", note: "x" });
  for (const source of ["", "null", "[]", '{"state":"toString"}', "{"]) {
    assert.deepEqual(parseOwnPresence(source), { state: "available", note: "" });
  }
});

test("the volume from storage", () => {
  assert.deepEqual(["", "0", "30", "-5", "400", "loud"].map(parseVolume), [100, 0, 30, 0, 100, 100]);
});

test("devices without a name are counted, the browser's own entry is left out", () => {
  const devices = [
    { deviceId: "default", label: "Default" },
    { deviceId: "a", label: "" },
    { deviceId: "b", label: "Headset" },
    { deviceId: "", label: "" },
  ];
  assert.deepEqual(deviceNames(devices, "microphone"), [
    { id: "a", name: "Microphone 1" },
    { id: "b", name: "Headset" },
  ]);
});
