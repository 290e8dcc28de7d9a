/** The cases of tests/data; more.json holds cases of our own in the same forms. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { isObject, list, object, text } from "./json.js";
import type { Json, JsonObject } from "./json.js";

const read = (path: string): Json => JSON.parse(readFileSync(path, "utf8")) as Json;

const more = object(read("tests/data/more.json"));

export interface Vector {
  readonly id: string;
  readonly kind: string;
  readonly input: Json;
  readonly expect: JsonObject;
}

/** One case of hostile.json. */
export interface Hostile {
  readonly id: string;
  readonly layer: string;
  readonly input: Json;
  readonly expected: JsonObject;
  /** True when a dialog or a transaction has to be there first. */
  readonly given: boolean;
}

export interface Torture {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly entry: JsonObject;
}

export function vectors(): readonly Vector[] {
  return [...list(read("tests/data/vectors.json")), ...list(more["vectors"])].map((json) => {
    const entry = object(json);
    return {
      id: text(entry["id"]),
      kind: text(entry["kind"]),
      input: entry["input"] ?? null,
      expect: object(entry["expect"]),
    };
  });
}

export function hostile(): readonly Hostile[] {
  const file = object(read("tests/data/hostile.json"));
  const cases = list(file["cases"]);
  assert.equal(cases.length, file["count"]);
  return [...cases, ...list(more["hostile"])].map((json) => {
    const entry = object(json);
    return {
      id: text(entry["id"]),
      layer: text(entry["layer"]),
      input: entry["input"] ?? null,
      expected: object(entry["expected"]),
      given: entry["given"] !== undefined,
    };
  });
}

export function torture(): readonly Torture[] {
  return list(read("tests/data/torture/index.json")).map((json) => {
    const entry = object(json);
    const file = text(entry["file"]);
    const bytes = new Uint8Array(readFileSync(`tests/data/torture/${file}`));
    assert.equal(bytes.length, entry["bytes"], file);
    return { file, bytes, entry };
  });
}

/** Ids of cases that are scripts: those of the scenarios' headings and of the interface. */
export const isScript = (entry: Hostile): boolean => entry.layer === "steps" || entry.given;

/** A text as it stands, raw octets, or pieces that are repeated with their number. */
export function spell(input: Json): Uint8Array {
  const utf8 = new TextEncoder();
  if (typeof input === "string") return utf8.encode(input);
  const { base64, gen, gen_nested_multipart: nested } = object(input);
  if (typeof base64 === "string") return new Uint8Array(Buffer.from(base64, "base64"));
  if (isObject(nested)) return nestedMultipart(nested);
  const pieces = list(gen).flatMap((piece) => {
    const [one, count] = list(piece);
    const repeated = text(one ?? null);
    return Array.from({ length: Number(count) }, (_, i) => repeated.replaceAll("{i}", String(i)));
  });
  return utf8.encode(pieces.join(""));
}

/** A request whose body nests multiparts around one inner part. */
function nestedMultipart(nested: JsonObject): Uint8Array {
  const depth = Number(nested["depth"]);
  const method = text(nested["method"]);
  let body = `Content-Type: ${text(nested["inner"])}\r\n\r\nhello`;
  for (let i = depth - 1; i > 0; --i)
    body =
      `Content-Type: multipart/mixed;boundary=b${i}\r\n\r\n--b${i}\r\n${body}\r\n--b${i}--\r\n`;
  body = `--b0\r\n${body}\r\n--b0--\r\n`;
  return new TextEncoder().encode(
    `${method} sip:a1b2@df7jal23ls0d.invalid;transport=ws SIP/2.0\r\n` +
      "Via: SIP/2.0/WSS proxy.example.com;branch=z9hG4bK-nested\r\nMax-Forwards: 70\r\n" +
      "From: <sip:bob@example.com>;tag=b0b\r\nTo: <sip:alice@example.com>\r\nCall-ID: nested\r\n" +
      `CSeq: 1 ${method}\r\nContact: <sip:bob@proxy.example.com;transport=ws>\r\n` +
      `Content-Type: multipart/mixed;boundary=b0\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}
