/** Hostile input: frames out of the blue, URIs, header values and descriptions; scripts are played elsewhere. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { compareHeader } from "./compare-header.js";
import { hostile, isScript, spell } from "./data.js";
import type { Hostile } from "./data.js";
import { Findings, compareParams, judge, rows } from "./findings.js";
import { entries, isList, object, text } from "./json.js";
import type { Json, JsonObject } from "./json.js";
import { core, functions } from "./package.js";
import { Phone, headerOf } from "./phone.js";
import type { Reaction } from "./phone.js";
import { inviteWith } from "./sessions.js";

const decoder = new TextDecoder();

const alsoOk = (expected: JsonObject, outcome: string): boolean =>
  isList(expected["also_ok"]) && expected["also_ok"].includes(outcome);

/** The verdict of a parser: accept or reject. */
function checkVerdict(findings: Findings, accepted: boolean, expected: JsonObject): void {
  const verdict = accepted ? "accept" : "reject";
  if (expected["outcome"] !== verdict && !alsoOk(expected, verdict))
    findings.add("outcome", verdict);
}

function checkUri(findings: Findings, input: Json, expected: JsonObject): void {
  const written = decoder.decode(spell(input));
  const parsed = functions.parseUri(written);
  checkVerdict(findings, parsed.ok, expected);
  if (!parsed.ok) return;
  const uri = parsed.value;
  for (const [name, value] of entries(expected["facts"] ?? {})) {
    if (name === "equals" || name === "not_equals")
      findings.compare(name, functions.compareUris(written, text(value)), name === "equals");
    else if (name === "number")
      findings.compare(name, uri.type === "tel" ? uri.number : undefined, value);
    else if (name === "phone_context" && uri.type === "tel")
      compareParams(findings, name, uri.params, { "phone-context": value });
    else findings.add(name, "has no check");
  }
}

/** The largest delta-seconds. */
const clamped = { seconds: 4294967295, comment: null, params: [] };

function checkHeader(findings: Findings, input: Json, expected: JsonObject): void {
  const { header, value } = object(input);
  const parsed = functions.parseHeader(text(header), text(value));
  if (parsed.ok && alsoOk(expected, "clamp")) {
    findings.compare("clamp", parsed.value.values[0], { ...clamped });
    return;
  }
  checkVerdict(findings, parsed.ok, expected);
  if (!parsed.ok) return;
  const { header_params: params, uri_params: uriParams, ...facts } = object(expected["facts"] ?? {});
  compareHeader(findings, "", parsed.value, facts);
  const address = parsed.value.type === "contact" ? parsed.value.values[0] : undefined;
  if (params !== undefined)
    compareParams(findings, "header_params", address?.params ?? [], object(params));
  if (uriParams !== undefined && address?.uri.type !== "other")
    compareParams(findings, "uri_params", address?.uri.params ?? [], object(uriParams));
}

function checkSdp(findings: Findings, input: Json, expected: JsonObject): void {
  const written = decoder.decode(spell(input));
  const parsed = functions.parseSdp(written);
  const phone = new Phone(core);
  const [response] = phone.receive(inviteWith(written)).finals;
  phone.close();
  const refused = response !== undefined && response.status >= 400;
  const wantsAccept = expected["outcome"] === "accept";
  checkVerdict(findings, parsed.ok && (!refused || wantsAccept), expected);
  if (!parsed.ok) return;
  const { media } = parsed.value;
  for (const [name, value] of entries(expected["facts"] ?? {})) {
    if (name === "media") findings.compare(name, media.length, value);
    else if (name === "mid") findings.compare(name, media[0]?.mid, value);
    else if (name === "candidates") findings.compare(name, media[0]?.candidates.length, value);
    else if (name === "respond") findings.compare(name, response?.status ?? 180, value);
    else if (name === "media_rejected")
      findings.compare(
        name,
        media.map((one) => one.rejected),
        value,
      );
    else findings.add(name, "has no check");
  }
}

function checkFrame(findings: Findings, input: Json, expected: JsonObject): void {
  const bytes = spell(input);
  const phone = new Phone(core);
  const reaction = phone.receive(bytes);
  const [response] = reaction.finals;
  const status = response?.status ?? 0;
  const respond = `respond ${status}`;
  const accepted = status === 200 || (status === 0 && reaction.rings);
  const answered = reaction.sent.length > 0 || reaction.raw.length > 0;
  let ok = (accepted && alsoOk(expected, "accept")) || alsoOk(expected, respond);
  if (expected["outcome"] === "accept") ok ||= accepted;
  if (expected["outcome"] === "ignore" || alsoOk(expected, "ignore")) ok ||= !answered;
  if (expected["outcome"] === "respond")
    ok ||= isList(expected["codes"]) && expected["codes"].includes(status);
  if (!ok) findings.add("outcome", reaction.rings ? "rings" : respond);
  const parsed = functions.parseMessage(bytes);
  for (const [name, value] of entries(expected["facts"] ?? {})) {
    switch (name) {
      case "status":
        findings.compare(name, status, value);
        break;
      case "body":
        findings.compare(name, parsed.value?.bodyText, value);
        break;
      case "content_length":
        findings.compare(name, parsed.value?.body.length, value);
        break;
      case "ring":
        findings.compare(name, reaction.rings, value);
        break;
      case "remote_tag":
        findings.compare(name, parsed.value?.from?.tag, value);
        break;
      case "responses_sent":
        findings.compare(name, reaction.finals.length, value);
        break;
      case "response_call_id":
        findings.compare(name, response?.callId, value);
        break;
      case "flow":
        findings.compare(name, phone.receive("\r\n\r\n").raw, ["\r\n"]);
        break;
      case "header":
        for (const [header, wanted] of entries(value))
          findings.compare(name, parsed.ok ? headerOf(parsed.value, header) : null, wanted);
        break;
      default:
        findings.add(name, "has no check");
    }
  }
  phone.close();
}

/** The scripts that a Markdown file could not spell. */
const scripts: Readonly<Record<string, () => void>> = {
  H266: () => {
    const phone = new Phone(core, { keep_alive: 30000 });
    const states = (reaction: Reaction): readonly string[] =>
      reaction.events.flatMap((event) => (event.type === "connection" ? [event.state] : []));
    assert.deepEqual(phone.advance(30000).raw, ["\r\n\r\n"], "a ping");
    phone.receive("\r\n");
    assert.deepEqual(phone.advance(30000).raw, ["\r\n\r\n"], "another one");
    assert.deepEqual(states(phone.advance(9999)), []);
    assert.deepEqual(states(phone.advance(1)), ["reconnecting"], "the flow has failed");
    phone.close();
  },
  H182: () => {
    const phone = new Phone(core);
    const flood = (first: number, last: number): void => {
      for (let i = first; i < last; ++i) {
        const sent = phone.countSent(
          "MESSAGE sip:a1b2@df7jal23ls0d.invalid;transport=ws SIP/2.0\r\n" +
            `Via: SIP/2.0/WSS proxy.example.com;branch=z9hG4bK-flood${i}\r\nMax-Forwards: 70\r\n` +
            `From: <sip:bob@example.com>;tag=b\r\nTo: <sip:alice@example.com>\r\nCall-ID: c${i}\r\n` +
            "CSeq: 1 MESSAGE\r\nContent-Type: application/im-iscomposing+xml\r\n\r\n<isComposing/>",
        );
        assert.equal(sent, 1, "each is answered");
      }
    };
    flood(0, 5000);
    const size = core.memorySize;
    flood(5000, 10000);
    assert.equal(core.memorySize, size, "no more memory for twice as many");
    phone.close();
  },
};

/** Ids that headings of the scenarios begin with: those cases are played there. */
const played = new Map<string, string>();
for (const file of readdirSync("tests/scenarios"))
  for (const [, id = ""] of readFileSync(`tests/scenarios/${file}`, "utf8").matchAll(
    /^#+ ((?:H|M)\d+) /gm,
  )) {
    assert.ok(!played.has(id), `${id} is played in ${file} and ${played.get(id) ?? ""}`);
    played.set(id, file);
  }

function check({ id, layer, input, expected }: Hostile): void {
  const findings = new Findings();
  if (layer === "uri") checkUri(findings, input, expected);
  else if (layer === "header") checkHeader(findings, input, expected);
  else if (layer === "sdp") checkSdp(findings, input, expected);
  else checkFrame(findings, input, expected);
  judge(id, findings);
}

const cases = hostile();

for (const entry of cases) {
  if (entry.layer === "api") continue;
  if (!isScript(entry)) {
    test(`${entry.layer}: ${entry.id}`, () => check(entry));
    continue;
  }
  test(`script: ${entry.id}`, () => {
    const script = scripts[entry.id];
    const isPlayed = script !== undefined || played.has(entry.id);
    assert.notEqual(isPlayed, rows.has(entry.id), "is either played or listed");
    script?.();
  });
}

test("each heading of a scenario that begins with a case names a script", () => {
  for (const [id, file] of played)
    assert.ok(
      cases.some((entry) => entry.id === id && isScript(entry)),
      `${file}: ${id}`,
    );
});

test("each row of docs/conformance.md names a case that exists", async () => {
  const { torture, vectors } = await import("./data.js");
  const ids = new Set<string>([
    ...cases.map((one) => one.id),
    ...vectors().map((one) => one.id),
    ...torture().map((one) => one.file),
  ]);
  for (const row of rows) assert.ok(ids.has(row.split("#")[0] ?? ""), row);
});
