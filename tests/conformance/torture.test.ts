/** RFC 4475 and 5118: the torture messages, as data and through a user agent. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { compareFacts } from "./compare-torture.js";
import { torture } from "./data.js";
import { Findings, judge } from "./findings.js";
import { isList, list, object, text } from "./json.js";
import type { Json, JsonObject } from "./json.js";
import { core, functions } from "./package.js";
import { Phone, headerOf } from "./phone.js";

/** Statuses that say that a request itself is wrong. */
const blaming = [400, 414, 416, 420, 493, 505, 513];

const holds = (json: Json | undefined, value: Json): boolean =>
  isList(json) && json.includes(value);

function checkOutcome(findings: Findings, bytes: Uint8Array, entry: JsonObject): void {
  const wanted = object(object(entry["expected"])["browser_ua_over_websocket"]);
  const outcome = text(wanted["outcome"]);
  const parsed = functions.parseMessage(bytes);
  const usable = parsed.ok && parsed.value.fault === null;
  const phone = new Phone(core);
  const reaction = phone.receive(bytes);
  phone.close();
  if (outcome === "no-crash") return;
  const [response, second] = reaction.finals;
  const status = response?.status ?? 0;
  const said = response ? String(status) : "no response";
  if (second) findings.add("outcome", "several final responses");
  const isInvite = parsed.ok && parsed.value.kind === "request" && parsed.value.method === "INVITE";
  const may = (other: string): boolean => holds(wanted["alt_outcomes"], other);
  let accepted = usable && (isInvite ? !blaming.includes(status) : status === 200);
  if (wanted["status"] !== undefined) accepted = usable && wanted["status"] === status;
  if (outcome === "ignore") {
    if (reaction.acted) findings.add("outcome", `was acted upon: ${said}`);
  } else if (outcome === "accept" && entry["kind"] === "response") {
    if (!usable) findings.add("outcome", "was refused");
    if (reaction.acted) findings.add("outcome", "was acted upon");
  } else if (outcome === "accept") {
    if (!accepted && !holds(wanted["alt_codes"], status)) findings.add("outcome", said);
  } else {
    assert.equal(outcome, "respond");
    const liberal = may("accept") || wanted["liberal_ok"] === true;
    const ok =
      holds(wanted["codes"], status) ||
      holds(wanted["alt"], status) ||
      (status === 0 && may("ignore")) ||
      (accepted && status !== 0 && liberal);
    if (!ok) findings.add("outcome", said);
    if (!response || wanted["headers"] === undefined) return;
    for (const header of list(wanted["headers"])) {
      const [name = "", value = ""] = text(header).split(": ");
      const sent = headerOf(response, name);
      if (sent === undefined || (value !== "" && sent !== value))
        findings.add("headers", `the response lacks ${text(header)}`);
    }
  }
}

const cases = torture();

test("there are 64 torture messages", () => assert.equal(cases.length, 64));

for (const { file, bytes, entry } of cases)
  test(`F41: torture: ${file}`, () => {
    const findings = new Findings();
    checkOutcome(findings, bytes, entry);
    const parsed = functions.parseMessage(bytes);
    if (parsed.ok) compareFacts(findings, parsed.value, bytes, entry["facts"]);
    judge(file, findings);
  });
