/** Header values as parsed, against what the data expects of them. */

import type { HeaderData, Param, ParsedVia } from "../../js-glue/message-data.js";
import { compareNameAddr, compareUri } from "./compare-uri.js";
import { compareParams } from "./findings.js";
import type { Findings } from "./findings.js";
import { entries, list, object, text } from "./json.js";
import type { Json, JsonObject } from "./json.js";

type Value = HeaderData["values"][number];

const remarks = new Set(["valid", "lenient", "orLenient", "mustNotThrow", "orClamped"]);

/** What the data calls the leading word of a value. */
const leading = new Set(["event", "state", "type", "protocol"]);

const paramsOf = (value: Value): readonly Param[] => ("params" in value ? value.params : []);

/** The field, leading word or parameter of that name; numbers where one is expected. */
function fieldOf(value: Value, name: string, expected: Json): Json | undefined {
  // Folds are blanks by now; any run of blanks means one (RFC 3261 7.3.1).
  if (name === "text" && "text" in value) return value.text.replace(/[ \t]+/g, " ");
  if (leading.has(name) && "value" in value) return value.value;
  const fields = object({ ...value } as unknown as JsonObject);
  if (fields[name] !== undefined) return fields[name];
  const param = paramsOf(value).find((one) => one.name === name.replaceAll("_", "-"))?.value;
  if (typeof expected === "number" && typeof param === "string") return Number(param);
  // Parameter values that are words of a grammar compare without case.
  return name === "refresher" ? param?.toLowerCase() : param;
}

export function compareVia(
  findings: Findings,
  prefix: string,
  via: ParsedVia,
  expected: JsonObject,
): void {
  for (const [name, value] of entries(expected)) {
    const field = prefix + name;
    if (name === "params") compareParams(findings, field, via.params, object(value));
    else if (name === "host") findings.compare(field, via.host, text(value).toLowerCase());
    else if (!remarks.has(name)) findings.compare(field, fieldOf(via, name, value), value);
  }
}

function compareValue(
  findings: Findings,
  prefix: string,
  value: Value,
  expected: JsonObject,
): void {
  if ("displayName" in value && !("replaces" in value)) {
    compareNameAddr(findings, prefix, value, expected);
    return;
  }
  for (const [name, wanted] of entries(expected)) {
    const field = prefix + name;
    if (remarks.has(name)) continue;
    if (name === "params") compareParams(findings, field, paramsOf(value), object(wanted));
    else if (name === "uri" && "uri" in value)
      compareUri(findings, `${field}.`, value.uri, object(wanted));
    else if (name === "replaces" && "replaces" in value)
      for (const [key, one] of entries(wanted))
        findings.compare(field, value.replaces ? fieldOf(value.replaces, key, one) : null, one);
    else findings.compare(field, fieldOf(value, name, wanted) ?? null, wanted);
  }
}

/** Compares the fields that `expected` names: of the first value where it names no items. */
export function compareHeader(
  findings: Findings,
  prefix: string,
  data: HeaderData,
  expected: JsonObject,
): void {
  const { count, items, values, ...fields } = expected;
  if (count !== undefined) findings.compare(`${prefix}count`, data.values.length, count);
  if (values !== undefined)
    findings.compare(
      `${prefix}values`,
      data.values.map((value) => ("value" in value ? value.value : null)),
      values,
    );
  list(items ?? []).forEach((item, index) => {
    const value = data.values[index];
    if (value) compareValue(findings, `${prefix}items.`, value, object(item));
    else findings.add(`${prefix}items`, `has no item ${index}`);
  });
  const [first] = data.values;
  if (Object.keys(fields).every((name) => remarks.has(name))) return;
  if (data.type === "via" && data.values[0])
    compareVia(findings, prefix, data.values[0], object(fields));
  else if (first) compareValue(findings, prefix, first, object(fields));
  else findings.add(`${prefix}count`, "is 0");
}
