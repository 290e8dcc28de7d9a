/** What a presence document (RFC 3863, RFC 4480) means for a person who looks at a list. */
import type { PresenceDocument, PresenceOptions } from "../web/index.js";

export type OwnState = "available" | "away" | "busy" | "offline";
export type SeenState = OwnState | "unknown";

/** RFC 4480 section 3.2: activities during which one is better not called. */
const BUSY = ["busy", "on-the-phone", "meeting", "appointment", "presentation", "working", "performance"];
const AWAY = [
  ..."away breakfast dinner holiday in-transit lunch meal permanent-absence shopping".split(" "),
  ..."sleeping steering travel vacation".split(" "),
];

export interface Seen {
  readonly state: SeenState;
  readonly note: string;
}

export function seenOf(document: PresenceDocument): Seen {
  const { basic, activities, note = "" } = document;
  const does = (words: readonly string[]): boolean =>
    activities.some((word) => words.includes(word));
  if (does(BUSY)) return { state: "busy", note };
  if (does(AWAY)) return { state: "away", note };
  if (basic === "open") return { state: "available", note };
  return { state: basic === "closed" ? "offline" : "unknown", note };
}

/** The document that tells others about `state`. */
export function ownPresence(entity: string, state: OwnState, note: string): PresenceOptions {
  const activities = state === "away" || state === "busy" ? [state] : [];
  return {
    entity,
    basic: state === "offline" ? "closed" : "open",
    activities,
    ...(note === "" ? {} : { note }),
  };
}

const OWN_STATES: readonly OwnState[] = ["available", "away", "busy", "offline"];

export interface StoredPresence {
  readonly state: OwnState;
  readonly note: string;
}

/** Never throws: what is not a state is "available". */
export function parseOwnPresence(source: string): StoredPresence {
  let value: unknown;
  try {
    value = source === "" ? null : JSON.parse(source);
  } catch {
    value = null;
  }
  const fields = (typeof value === "object" ? (value ?? {}) : {}) as Readonly<
    Record<string, unknown>
  >;
  const { note } = fields;
  return {
    state: OWN_STATES.find((state) => state === fields["state"]) ?? "available",
    note: typeof note === "string" ? note.slice(0, 200) : "",
  };
}
