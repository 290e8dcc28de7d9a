/** Reads the contents of tests/web/documents-table.ts with the browser's own XML parser. */
import { parseDocument } from "../../../web/index.js";
import { contentOf, documentCases } from "../../web/documents-table.js";

export interface Reading {
  readonly document: unknown;
  readonly reason: string | undefined;
  readonly problems: readonly string[];
}

declare global {
  interface Window {
    /** The result of the case at this place in the table, as JSON has it. */
    readCase(at: number): Reading;
  }
}

window.readCase = (at) => {
  const one = documentCases[at];
  if (one === undefined) throw new Error(`there is no case ${at}`);
  const { document, reason, problems } = parseDocument(one.type, contentOf(one));
  return { document: document && JSON.parse(JSON.stringify(document)), reason, problems };
};
