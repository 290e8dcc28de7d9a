/** The content of a notification as data, by its content type. */

import { browserEnvironment } from "../environment.js";
import type { Environment } from "../environment.js";
import { conferenceInfo, readConferenceInfo } from "./conference.js";
import type { ConferenceInfo } from "./conference.js";
import { dialogInfo, readDialogInfo } from "./dialog-info.js";
import type { DialogInfo } from "./dialog-info.js";
import { readMessageSummary } from "./message-summary.js";
import type { MessageSummary } from "./message-summary.js";
import { pidf, readPresence } from "./presence.js";
import type { PresenceDocument } from "./presence.js";
import { readRegInfo, reginfo } from "./reginfo.js";
import type { RegInfo } from "./reginfo.js";
import { Reader, decode, parseXml } from "./xml.js";

/** What the content of a notification tells; `kind` says which. */
export type EventDocument =
  | PresenceDocument
  | DialogInfo
  | MessageSummary
  | ConferenceInfo
  | RegInfo;

/** A document, or why there is none. */
export interface DocumentResult {
  /** What was read; undefined when it could not be. */
  readonly document: EventDocument | undefined;
  /** Why there is no document: a phrase that never repeats the content. */
  readonly reason?: string;
  /** What was wrong in a document and passed over. */
  readonly problems: readonly string[];
}

interface Format {
  readonly root: string;
  readonly namespace: string;
  readonly read: (root: Reader) => EventDocument;
}

const presence: Format = { root: "presence", namespace: pidf, read: readPresence };

/** The XML formats by content type. */
const formats: ReadonlyMap<string, Format> = new Map([
  ["application/pidf+xml", presence],
  // The name before RFC 3863, which some servers still use.
  ["application/cpim-pidf+xml", presence],
  [
    "application/dialog-info+xml",
    { root: "dialog-info", namespace: dialogInfo, read: readDialogInfo },
  ],
  [
    "application/conference-info+xml",
    { root: "conference-info", namespace: conferenceInfo, read: readConferenceInfo },
  ],
  ["application/reginfo+xml", { root: "reginfo", namespace: reginfo, read: readRegInfo }],
]);

const messageSummary = "application/simple-message-summary";

/** The content types that `parseDocument` reads, to be named in Accept. */
export const documentTypes: readonly string[] = [...formats.keys(), messageSummary];

function read(
  contentType: string,
  content: string | Uint8Array,
  environment: Pick<Environment, "parseXml">,
): DocumentResult {
  const [name = "", ...params] = contentType.split(";").map((part) => part.trim());
  const type = name.toLowerCase();
  const format = formats.get(type);
  const none = (reason: string): DocumentResult => ({ document: undefined, reason, problems: [] });
  if (format === undefined && type !== messageSummary) {
    return none(`${type.slice(0, 80) || "an absent content type"} is not read here`);
  }
  if (content.length === 0) return none("it is empty");
  const charset = params.map((param) => /^charset\s*=\s*"?([\w.:-]+)"?$/i.exec(param)?.[1]);
  const text = decode(content, charset.find((value) => value !== undefined));
  if (text.reason !== undefined) return none(text.reason);
  const problems: string[] = [];
  if (format === undefined) {
    const summary = readMessageSummary(text.value, problems);
    return summary.reason === undefined
      ? { document: summary.value, problems }
      : none(summary.reason);
  }
  const parsed = parseXml(text.value, environment);
  if (parsed.reason !== undefined) return none(parsed.reason);
  const root = parsed.value;
  if (root.name !== format.root || root.namespace !== format.namespace) {
    return none(`its root element is not ${format.root} of the namespace ${format.namespace}`);
  }
  return { document: format.read(new Reader(root, problems)), problems };
}

/**
 * Reads the content of a notification: presence (RFC 3863, 4479, 4480), dialog-info (RFC 4235),
 * message-summary (RFC 3842), conference-info (RFC 4575) and reginfo (RFC 3680). Octets are decoded
 * as their byte order mark, their content type or their XML declaration says. Never throws: a content
 * that cannot be read, or that is dangerous to read, gives no document and a reason.
 *
 * @example
 * ```js
 * import { parseDocument } from "sipml-wasm";
 *
 * const type = "application/simple-message-summary";
 * const { document } = parseDocument(type, "Messages-Waiting: yes\r\nVoice-Message: 2/5 (1/0)\r\n");
 * document.waiting; // => true
 * document.voice; // => { new: 2, old: 5, urgentNew: 1, urgentOld: 0 }
 * parseDocument(type, "").reason; // => "it is empty"
 * ```
 */
export function parseDocument(
  contentType: string,
  content: string | Uint8Array,
  environment: Pick<Environment, "parseXml"> = browserEnvironment(),
): DocumentResult {
  try {
    return read(contentType, content, environment);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { document: undefined, reason: `it cannot be read: ${said}`, problems: [] };
  }
}
