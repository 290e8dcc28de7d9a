/** What a case gets wrong, and the differences that docs/conformance.md argues for. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

import type { Json } from "./json.js";

/** The rows of docs/conformance.md: `case` for a whole case, `case#field` for one field of it. */
function readRows(): ReadonlySet<string> {
  const rows = new Set<string>();
  for (const line of readFileSync("docs/conformance.md", "utf8").split("\n")) {
    if (!line.startsWith("| `")) continue;
    const id = line.slice(3, line.indexOf("`", 3));
    assert.ok(!rows.has(id), `docs/conformance.md lists twice: ${id}`);
    rows.add(id);
  }
  return rows;
}

export const rows = readRows();

/** What one case got wrong, by the field of its expectation. */
export class Findings {
  private readonly found = new Map<string, string>();

  add(field: string, what: string): void {
    this.found.set(field, `${this.found.get(field) ?? ""}${what}; `);
  }

  compare(field: string, actual: unknown, expected: unknown): void {
    // The detour makes -0 a 0 and leaves out what is undefined.
    const plain: unknown = JSON.parse(JSON.stringify(actual ?? null));
    if (isDeepStrictEqual(plain, expected)) return;
    this.add(field, `is ${JSON.stringify(plain).slice(0, 500)}, not ${JSON.stringify(expected)}`);
  }

  get all(): ReadonlyMap<string, string> {
    return this.found;
  }
}

/** Fails for each finding that is not listed, and for each listed one that is not found. */
export function judge(id: string, findings: Findings): void {
  const problems: string[] = [];
  const whole = rows.has(id);
  if (whole && findings.all.size === 0) problems.push(`${id}: is listed, but passes`);
  for (const [field, what] of findings.all)
    if (!whole && !rows.has(`${id}#${field}`)) problems.push(`${id}#${field} ${what}`);
  for (const row of rows)
    if (row.startsWith(`${id}#`) && !findings.all.has(row.slice(id.length + 1)))
      problems.push(`${row}: is listed, but passes`);
  assert.equal(problems.join("\n"), "");
}

/** Compares the parameters that are expected; an empty expectation wants none. */
export function compareParams(
  findings: Findings,
  field: string,
  actual: readonly { readonly name: string; readonly value: string | null }[],
  expected: Readonly<Record<string, Json | undefined>>,
): void {
  const wanted = Object.entries(expected);
  if (wanted.length === 0) findings.compare(field, actual, []);
  for (const [name, value] of wanted) {
    const found = actual.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (!found) findings.add(field, `lacks ${name}`);
    else findings.compare(field, found.value, value);
  }
}
