/** URIs and addresses as parsed, against what the data expects of them. */

import type { ParsedNameAddr, ParsedUri, SipUri } from "../../js-glue/message-data.js";
import { compareParams } from "./findings.js";
import type { Findings } from "./findings.js";
import { entries, isList, isObject, list, object, text } from "./json.js";
import type { Json, JsonObject } from "./json.js";

/** Words of an expectation that say how it is meant, and are no fields. */
const remarks = new Set(["valid", "lenient", "orLenient", "mustNotThrow", "displayAlt"]);

export const sipUri = (uri: ParsedUri | null | undefined): SipUri | undefined =>
  uri?.type === "sip" ? uri : undefined;

/** All values of each header of a URI. */
export function headersOf(uri: ParsedUri): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (const { name, value } of sipUri(uri)?.headers ?? []) (headers[name] ??= []).push(value);
  return headers;
}

/** Compares the fields that `expected` names. */
export function compareUri(
  findings: Findings,
  prefix: string,
  uri: ParsedUri,
  expected: JsonObject,
): void {
  const sip = sipUri(uri);
  for (const [name, value] of entries(expected)) {
    const field = prefix + name;
    switch (name) {
      case "scheme":
        findings.compare(field, uri.scheme, value);
        break;
      case "user":
      case "password":
      case "port":
      case "hostType":
        findings.compare(field, sip?.[name], value);
        break;
      case "host":
      case "aor":
        findings.compare(field, sip?.[name].toLowerCase(), text(value).toLowerCase());
        break;
      case "params":
        compareParams(findings, field, uri.type === "other" ? [] : uri.params, object(value));
        break;
      case "paramNames":
        for (const param of list(value))
          if (!sip?.params.some((one) => one.name === param))
            findings.add(field, `lacks ${text(param)}`);
        break;
      case "headers":
        findings.compare(field, headersOf(uri), value);
        break;
      case "number":
        findings.compare(field, uri.type === "tel" ? uri.number : undefined, value);
        break;
      default:
        if (!remarks.has(name)) findings.add(field, "has no check");
    }
  }
}

export function compareNameAddr(
  findings: Findings,
  prefix: string,
  address: ParsedNameAddr,
  expected: JsonObject,
): void {
  for (const [name, value] of entries(expected)) {
    const field = prefix + name;
    switch (name) {
      case "display": {
        const others = isList(expected["displayAlt"]) ? expected["displayAlt"] : [];
        if (!others.includes(address.displayName as Json))
          findings.compare(field, address.displayName, value);
        break;
      }
      case "displayEmpty":
        findings.compare(field, address.displayName === null, value);
        break;
      case "uri":
        if (isObject(value)) compareUri(findings, `${field}.`, address.uri, value);
        else findings.compare(field, address.uri.text, value);
        break;
      case "params":
        compareParams(findings, field, address.params, object(value));
        break;
      case "tag":
        findings.compare(field, address.tag, value);
        break;
      default:
        if (!remarks.has(name)) findings.add(field, "has no check");
    }
  }
}
