/** The vectors of other stacks' bugs through the public functions and a user agent. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { HeaderData } from "../../js-glue/message-data.js";
import { compareHeader } from "./compare-header.js";
import { compareMessage } from "./compare-message.js";
import { compareRewritten, compareSdp } from "./compare-sdp.js";
import { compareNameAddr, compareUri } from "./compare-uri.js";
import { vectors } from "./data.js";
import { Findings, judge } from "./findings.js";
import { entries, isList, isObject, list, object, text, textOr } from "./json.js";
import type { Json, JsonObject } from "./json.js";
import { core, functions } from "./package.js";
import { Phone, headerOf, reply } from "./phone.js";
import { answerTo, inviteWith, offerOf } from "./sessions.js";

/** The value when a parser's verdict is what the case wants; `orLenient` leaves it open. */
function wanted<T>(
  findings: Findings,
  parsed: { readonly ok: boolean; readonly value: T | null; readonly diagnostics: Json | object },
  expect: JsonObject,
): T | undefined {
  const valid = expect["valid"] !== false;
  if (parsed.ok !== valid && !(parsed.ok && expect["orLenient"] === true))
    findings.add("valid", parsed.ok ? "was accepted" : JSON.stringify(parsed.diagnostics));
  return parsed.ok && valid && parsed.value !== null ? parsed.value : undefined;
}

function checkUri(findings: Findings, input: Json, expect: JsonObject): void {
  if (typeof input === "string") {
    const uri = wanted(findings, functions.parseUri(input), expect);
    if (!uri) return;
    compareUri(findings, "", uri, expect);
    assert.ok(functions.compareUris(uri.text, input), "what was written reads the same");
    return;
  }
  const { a, b, target, domain } = object(input);
  if (a !== undefined) {
    findings.compare("equivalent", functions.compareUris(text(a), text(b)), expect["equivalent"]);
    findings.compare("symmetric", functions.compareUris(text(b), text(a)), expect["equivalent"]);
    return;
  }
  const uri = wanted(findings, functions.resolveTarget(text(target), text(domain)), expect);
  if (uri) findings.compare("uri", uri.text, expect["uri"]);
}

function checkNameAddr(findings: Findings, input: Json, expect: JsonObject): void {
  if (typeof input === "string") {
    const address = wanted(findings, functions.parseNameAddr(input), expect);
    if (address) compareNameAddr(findings, "", address, expect);
    return;
  }
  const { display, uri } = object(input);
  let written: string;
  try {
    written = functions.formatNameAddr({ displayName: text(display), uri: text(uri) });
  } catch {
    if (expect["noCrlfInOutput"] !== true) findings.add("written", "was refused");
    return;
  }
  if (expect["noCrlfInOutput"] === true) assert.ok(!/[\r\n]/.test(written));
  if (expect["text"] !== undefined) findings.compare("text", written, expect["text"]);
  const again = functions.parseNameAddr(written);
  if (expect["reparse"] === undefined) return;
  if (again.ok) compareNameAddr(findings, "reparse.", again.value, object(expect["reparse"]));
  else findings.add("reparse", JSON.stringify(again.diagnostics));
}

function checkHeader(findings: Findings, input: Json, expect: JsonObject): void {
  const { name, value } = object(input);
  const parsed = functions.parseHeader(text(name), text(value));
  if (expect["orClamped"] === true) {
    if (parsed.ok && parsed.value.type === "seconds")
      findings.compare("orClamped", parsed.value.values[0]?.seconds, 4294967295);
    return;
  }
  const data = wanted<HeaderData>(findings, parsed, expect);
  if (data) compareHeader(findings, "", data, expect);
}

function checkDigest(findings: Findings, input: Json, expect: JsonObject): void {
  const given = object(input);
  if (given["challenges"] !== undefined) {
    checkChallenges(findings, given, expect);
    return;
  }
  const result = functions.digestResponse({
    ...(given as Parameters<typeof functions.digestResponse>[0] & JsonObject),
    revealHa1: true,
  });
  for (const [name, value] of entries(expect))
    findings.compare(name, object({ ...result })[name], value);
}

/** A REGISTER that is challenged; what the user agent sends instead. */
function checkChallenges(findings: Findings, input: JsonObject, expect: JsonObject): void {
  const { username, password } = object(input["credentials"]);
  const phone = new Phone(core, {
    uri: `sip:${text(username)}@example.org`,
    password: text(password),
  });
  let [request] = phone.command({ type: "register" }).requests;
  const challenge = (values: readonly Json[]): void => {
    if (!request) return;
    const lines = values.map((value) => `WWW-Authenticate: ${text(value)}\r\n`).join("");
    const head = `SIP/2.0 401 Unauthorized\r\n${reply(request, "srv")}\r\n`;
    [request] = phone.receive(`${head}${lines}Content-Length: 0\r\n\r\n`).requests;
  };
  if (input["previousNonce"] !== undefined)
    challenge([`Digest realm="example.org", nonce="${text(input["previousNonce"])}", qop="auth"`]);
  challenge(list(input["challenges"]));
  phone.close();
  const sent = (request?.headers ?? []).flatMap(({ data }) =>
    data?.type === "credentials"
      ? data.values.map(({ params }) => new Map(params.map((one) => [one.name, one.value])))
      : [],
  );
  for (const [name, value] of entries(expect)) {
    switch (name) {
      case "selected":
        findings.compare(name, sent.length, value === null ? 0 : 1);
        if (isObject(value))
          for (const [param, wantedValue] of entries(value))
            findings.compare(name, sent[0]?.get(param), wantedValue);
        break;
      case "answered":
        findings.compare(
          name,
          sent.map((one) => one.get("realm")),
          value,
        );
        break;
      case "qopOneOf":
        if (!list(value).includes(sent[0]?.get("qop") ?? null)) findings.add(name, "is another");
        break;
      case "outcome":
        findings.compare(
          name,
          request ? "retry-once-with-new-nonce" : "fail-without-retry",
          value,
        );
        break;
      default:
        findings.add(name, "has no check");
    }
  }
}

function checkMessage(findings: Findings, input: Json, expect: JsonObject): void {
  const bytes = text(input);
  const parsed = functions.parseMessage(bytes);
  const outcome = text(expect["outcome"]);
  const usable = parsed.ok && parsed.value.fault === null;
  const mayPass = usable && (outcome === "either" || expect["orLenient"] === true);
  if (outcome === "accept" && !usable)
    findings.add("outcome", JSON.stringify(parsed.value?.fault ?? parsed.diagnostics));
  if (outcome === "reject" && usable && !mayPass) findings.add("outcome", "was accepted");
  if (outcome === "accept" && usable) compareMessage(findings, parsed.value, expect);

  const phone = new Phone(core);
  const reaction = phone.receive(bytes);
  phone.close();
  const [response, second] = reaction.finals;
  if (second) findings.add("uasStatus", "several final responses");
  if (outcome === "keepalive") findings.compare("outcome", reaction.raw, ["\r\n"]);
  if (expect["uasStatus"] !== undefined && !mayPass) {
    if (!list(expect["uasStatus"]).includes(response?.status ?? 0))
      findings.add("uasStatus", String(response?.status));
  }
  if (expect["unsupported"] !== undefined)
    findings.compare(
      "unsupported",
      response ? headerOf(response, "Unsupported")?.split(/ *, */) : undefined,
      expect["unsupported"],
    );
  if (expect["mustNotBeAnswered"] === true && reaction.acted)
    findings.add("mustNotBeAnswered", String(response?.status));
  if (parsed.ok && parsed.value.kind === "response") assert.ok(!reaction.acted, "nobody asked");
}

function checkSdp(findings: Findings, input: Json, expect: JsonObject): void {
  if (typeof input === "string") {
    const sdp = wanted(findings, functions.parseSdp(input), expect);
    if (!sdp) return;
    compareSdp(findings, input, sdp, expect);
    if (expect["webrtcUsable"] === undefined) return;
    const phone = new Phone(core);
    const [response] = phone.receive(inviteWith(input)).finals;
    phone.close();
    findings.compare("webrtcUsable", response === undefined, expect["webrtcUsable"]);
    findings.compare("suggestedStatus", response?.status, expect["suggestedStatus"]);
    return;
  }
  const { offerDirection, op, sdp: offered, codec, codecs } = object(input);
  if (offerDirection === undefined) {
    // What the peer is offered of what the browser wrote.
    const options = {
      "strip-tcp-candidates": { removed_candidates: ["tcp" as const] },
      "strip-codec": { removed_codecs: [textOr(codec, "")] },
      "codec-order": { codec_order: codecs === undefined ? [] : list(codecs).map(text) },
    }[text(op)];
    assert.ok(options);
    const phone = new Phone(core);
    phone.command({ type: "call", to: "bob", audio: "sendrecv", video: null, ...options });
    const reaction = phone.command({ type: "media_ready", call: 1, token: 1 }, text(offered));
    phone.close();
    const written = reaction.requests[0]?.bodyText ?? "";
    const sdp = functions.parseSdp(written).value;
    assert.ok(sdp);
    compareRewritten(findings, written, sdp, expect);
    return;
  }
  // Which answers reach the browser as they are.
  const allowed = ["inactive", "recvonly", "sendonly", "sendrecv"].filter((direction) => {
    const phone = new Phone(core);
    phone.command({ type: "call", to: "bob", audio: "sendrecv", video: null });
    const offer = offerOf(text(offerDirection));
    const [invite] = phone.command({ type: "media_ready", call: 1, token: 1 }, offer).requests;
    assert.ok(invite);
    const answer = answerTo(direction);
    const reaction = phone.receive(
      `SIP/2.0 200 OK\r\n${reply(invite, "b")}\r\nContact: <sip:b@b.invalid>\r\n` +
        `Content-Type: application/sdp\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`,
    );
    phone.close();
    return reaction.media.some((one) => one.body.includes(`a=${direction}\r\n`));
  });
  findings.compare("allowedAnswerDirections", allowed, expect["allowedAnswerDirections"]);
}

const checks: Readonly<
  Record<string, (findings: Findings, input: Json, expect: JsonObject) => void>
> = {
  uri: checkUri,
  nameaddr: checkNameAddr,
  header: checkHeader,
  digest: checkDigest,
  "sip-parse": checkMessage,
  sdp: checkSdp,
};

const cases = vectors();

test("there are vectors of every kind", () => {
  for (const kind of Object.keys(checks))
    assert.ok(cases.filter((one) => one.kind === kind).length > 10, kind);
  assert.ok(isList(cases.map((one) => one.id)));
});

for (const { id, kind, input, expect } of cases)
  test(`${kind}: ${id}`, () => {
    const findings = new Findings();
    const check = checks[kind];
    assert.ok(check, `vectors of kind ${kind} are not checked`);
    check(findings, input, expect);
    judge(id, findings);
  });
