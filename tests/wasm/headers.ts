/** Reads what src/bridge/abi.h and server_abi.h declare, so that tests can hold others to it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../e2e/paths.js";

export interface Declaration {
  readonly name: string;
  readonly parameters: number;
}

export interface Header {
  readonly functions: readonly Declaration[];
  /** The fields of struct sipml_output. */
  readonly fields: readonly string[];
  /** Enumerators and #defined numbers, without SIPML_ and in lower case. */
  readonly numbers: ReadonlyMap<string, number>;
}

export function readHeader(name: string): Header {
  const text = readFileSync(join(root, "src/bridge", name), "utf8").replace(/\/\*[^]*?\*\//g, "");
  const functions = [...text.matchAll(/\b(sipml_[a-z_]+)\(([^)]*)\);/g)].map(
    ([, function_ = "", list = ""]) => ({
      name: function_,
      parameters: list.trim() === "void" ? 0 : list.split(",").length,
    }),
  );
  const struct = /struct sipml_output \{([^}]*)\}/.exec(text)?.[1] ?? "";
  const fields = [...struct.matchAll(/(\w+);/g)].map(([, field = ""]) => field);
  const enumerators = text.matchAll(/\bSIPML_([A-Z_]+)(?: =)? (-?\d+)u?\b/g);
  const numbers = [...enumerators].map(
    ([, key = "", value]) => [key.toLowerCase(), Number(value)] as const,
  );
  return { functions, fields, numbers: new Map(numbers) };
}
