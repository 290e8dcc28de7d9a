/** Expectations of tests/data: JSON of any shape, read with checks. */

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

export const isObject = (json: Json | undefined): json is JsonObject =>
  typeof json === "object" && json !== null && !Array.isArray(json);

export const isList = (json: Json | undefined): json is readonly Json[] => Array.isArray(json);

export function object(json: Json | undefined): JsonObject {
  if (isObject(json)) return json;
  throw new TypeError(`no object: ${JSON.stringify(json)}`);
}

export function list(json: Json | undefined): readonly Json[] {
  if (isList(json)) return json;
  throw new TypeError(`no list: ${JSON.stringify(json)}`);
}

export function text(json: Json | undefined): string {
  if (typeof json === "string") return json;
  throw new TypeError(`no text: ${JSON.stringify(json)}`);
}

export const textOr = (json: Json | undefined, fallback: string): string =>
  typeof json === "string" ? json : fallback;

export const entries = (json: Json | undefined): [string, Json][] =>
  Object.entries(object(json)).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
