/** Documents that tell only what changed: RFC 4235 section 4.3, RFC 4575 section 4.6, RFC 3680. */

import type { ConferenceEndpoint, ConferenceInfo, ConferenceUser } from "./conference.js";
import type { DialogInfo } from "./dialog-info.js";
import type { RegInfo, RegInfoRegistration } from "./reginfo.js";

/** The documents with a version, which may tell only what changed. */
export type VersionedDocument = DialogInfo | ConferenceInfo | RegInfo;

/** What is known after a document came. */
export interface DocumentUpdate<T extends VersionedDocument> {
  /** All that is known; `state` "full" says that nothing is missing. */
  readonly document: T;
  /** false: the document was older than what is known, and changed nothing. */
  readonly used: boolean;
  /** true: a document is missing; refresh the subscription to get all of them. */
  readonly refresh: boolean;
}

/** `known` with the items of `changes` in the place of those with the same key, or behind. */
function replaced<T>(
  known: readonly T[],
  changes: readonly T[],
  key: (item: T) => string,
  join: (before: T, change: T) => T = (_, change) => change,
): readonly T[] {
  const all = new Map(known.map((item) => [key(item), item]));
  for (const change of changes) {
    const before = all.get(key(change));
    all.set(key(change), before === undefined ? change : join(before, change));
  }
  return [...all.values()];
}

const entityOf = ({ entity }: { readonly entity: string }): string => entity;
const idOf = ({ id }: { readonly id: string }): string => id;
const lasts = ({ state }: { readonly state: string }): boolean => state !== "terminated";
const exists = ({ state }: { readonly state: string }): boolean => state !== "deleted";

function joinDialogs(known: DialogInfo, next: DialogInfo): DialogInfo {
  return { ...next, dialogs: replaced(known.dialogs.filter(lasts), next.dialogs, idOf) };
}

function joinRegistration(before: RegInfoRegistration, change: RegInfoRegistration): RegInfoRegistration {
  return { ...change, contacts: replaced(before.contacts, change.contacts, idOf) };
}

function joinRegistrations(known: RegInfo, next: RegInfo): RegInfo {
  const lasting = known.registrations
    .filter(lasts)
    .map((one) => ({ ...one, contacts: one.contacts.filter(lasts) }));
  const registrations = replaced(lasting, next.registrations, idOf, joinRegistration);
  return { ...next, registrations };
}

function joinEndpoint(before: ConferenceEndpoint, change: ConferenceEndpoint): ConferenceEndpoint {
  if (change.state !== "partial") return change;
  const media = replaced(before.media, change.media, idOf);
  return { ...before, ...change, state: before.state, media };
}

function joinUser(before: ConferenceUser, change: ConferenceUser): ConferenceUser {
  if (change.state !== "partial") return change;
  const endpoints = replaced(before.endpoints, change.endpoints, entityOf, joinEndpoint);
  return { ...before, ...change, state: before.state, endpoints: endpoints.filter(exists) };
}

function joinConference(known: ConferenceInfo, next: ConferenceInfo): ConferenceInfo {
  const { description, usersState } = next;
  const users =
    usersState === undefined
      ? known.users
      : usersState === "partial"
        ? replaced(known.users, next.users, entityOf, joinUser)
        : next.users;
  const joined: ConferenceInfo = {
    ...known,
    ...next,
    users: users.filter(exists),
    ...(known.usersState === undefined ? {} : { usersState: known.usersState }),
  };
  if (description?.state !== "partial") return joined;
  const state = known.description?.state ?? "partial";
  return { ...joined, description: { ...known.description, ...description, state } };
}

function join(known: VersionedDocument, next: VersionedDocument): VersionedDocument {
  if (known.kind === "dialog-info" && next.kind === "dialog-info") return joinDialogs(known, next);
  if (known.kind === "reginfo" && next.kind === "reginfo") return joinRegistrations(known, next);
  if (known.kind === "conference-info" && next.kind === "conference-info") {
    return joinConference(known, next);
  }
  return next;
}

/**
 * Adds a document to what the documents before it told in the same subscription. A full one takes
 * the place of all that was known; a partial one changes what it names; one whose version is not
 * above the known one is passed over, unless it is full and of the same version, as servers send that
 * do not count. What ended stays in the result that tells of its end, and is gone from the next.
 *
 * @param known what is known; undefined before the first document
 * @example
 * ```js
 * import { parseDocument, updateDocument } from "sipml-wasm";
 *
 * function dialogs(version, state, inside) {
 *   const open = `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" entity="sip:bob@example.org"`;
 *   const text = `${open} version="${version}" state="${state}">${inside}</dialog-info>`;
 *   const { document, reason } = parseDocument("application/dialog-info+xml", text);
 *   if (document?.kind !== "dialog-info") throw new Error(reason);
 *   return document;
 * }
 *
 * const first = dialogs(0, "full", '<dialog id="a"><state>early</state></dialog>');
 * const next = dialogs(1, "partial", '<dialog id="a"><state>confirmed</state></dialog>');
 * const known = updateDocument(undefined, first).document;
 * const { document, refresh } = updateDocument(known, next);
 * document.dialogs[0].state; // => "confirmed"
 * refresh; // => false
 * ```
 */
export function updateDocument<T extends VersionedDocument>(
  known: T | undefined,
  received: T,
): DocumentUpdate<T> {
  const partial = received.state === "partial";
  if (known === undefined) return { document: received, used: true, refresh: partial };
  const ahead = received.version - known.version;
  if (ahead < 0 || (ahead === 0 && partial)) {
    return { document: known, used: false, refresh: false };
  }
  if (!partial) return { document: received, used: true, refresh: false };
  const complete = ahead === 1 && known.state === "full";
  const state = complete ? ("full" as const) : ("partial" as const);
  const document = { ...join(known, received), state } as T;
  return { document, used: true, refresh: ahead > 1 };
}
