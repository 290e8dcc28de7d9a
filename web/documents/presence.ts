/** Presence: RFC 3863 (PIDF), RFC 4479 (persons and devices), RFC 4480 (RPID); read and written. */

import { SipError } from "../errors.js";
import { present } from "./xml.js";
import type { Reader } from "./xml.js";

export const pidf = "urn:ietf:params:xml:ns:pidf";
const rpid = "urn:ietf:params:xml:ns:pidf:rpid";
const dataModel = "urn:ietf:params:xml:ns:pidf:data-model";

/** A sentence for a person to read, RFC 3863 section 4.1.6. */
export interface PresenceNote {
  /** The sentence. */
  readonly text: string;
  /** `xml:lang`, such as "en". */
  readonly language?: string;
}

/** What RFC 4480 tells of a service, a person or a device. */
export interface PresenceDetails {
  /** What the person does: "busy", "on-the-phone" ... of RFC 4480 section 3.2, or own words. */
  readonly activities: readonly string[];
  /** "happy", "stressed" ... of RFC 4480 section 3.4, or own words. */
  readonly mood: readonly string[];
  /** What the surroundings are like for each kind of communication: "noisy", "toobright" ... */
  readonly placeIs?: { readonly audio?: string; readonly video?: string; readonly text?: string };
  /** "office", "residence" ... of RFC 4589, or own words. */
  readonly placeType?: string;
  /** What others can overhear: "audio", "text", "video". */
  readonly privacy: readonly string[];
  /** "family", "assistant" ... for who stands in, or own words. */
  readonly relationship?: string;
  /** "electronic", "in-person" ..., or own words. */
  readonly serviceClass?: string;
  /** "work", "home" ..., or own words. */
  readonly sphere?: string;
  /** The URI of an image. */
  readonly statusIcon?: string;
  /** Minutes between the person's local time and UTC. */
  readonly timeOffset?: number;
  /** Whether the device is being used. */
  readonly userInput?: "active" | "idle";
  /** When it was used last. */
  readonly lastInput?: Date;
  /** A name for elements that belong together. */
  readonly class?: string;
  /** Also those within activities and mood. */
  readonly notes: readonly PresenceNote[];
  /** When this was true. */
  readonly timestamp?: Date;
}

/** A way to reach the person: a service, RFC 3863 section 4.1.2. */
export interface PresenceTuple extends PresenceDetails {
  /** Names the tuple within the document and in later ones. */
  readonly id: string;
  /** Whether messages and calls are accepted there. */
  readonly basic?: "open" | "closed";
  /** `priority`: 0 to 1, higher is preferred. */
  readonly contact?: { readonly uri: string; readonly priority?: number };
  /** Of the device that offers it, RFC 4479 section 3.3. */
  readonly deviceId?: string;
}

/** RFC 4479 section 3.1. */
export interface PresencePerson extends PresenceDetails {
  /** Names the person element within the document. */
  readonly id: string;
}

/** RFC 4479 section 3.3. */
export interface PresenceDevice extends PresenceDetails {
  /** Names the device element within the document. */
  readonly id: string;
  /** A URN that names the device everywhere. */
  readonly deviceId?: string;
}

/** An application/pidf+xml document. */
export interface PresenceDocument {
  readonly kind: "presence";
  /** Whose presence it is: a `pres:` or `sip:` URI. */
  readonly entity: string;
  /** "open" if a tuple is, else "closed" if one is. */
  readonly basic?: "open" | "closed";
  /** The first of all notes: of the document, its persons, tuples and devices. */
  readonly note?: string;
  /** The activities of all persons, tuples and devices, each once. */
  readonly activities: readonly string[];
  /** The services, in the order of the document. */
  readonly tuples: readonly PresenceTuple[];
  /** What is told of the person; one where the presence server made up its mind. */
  readonly persons: readonly PresencePerson[];
  /** What is told of the devices. */
  readonly devices: readonly PresenceDevice[];
  /** Those of the document as a whole. */
  readonly notes: readonly PresenceNote[];
}

function notesIn(reader: Reader, namespace?: string): PresenceNote[] {
  return reader
    .all("note", namespace)
    .map((note) => present({ text: note.text, language: note.attribute("xml:lang") }))
    .filter(({ text }) => text !== "");
}

/** What a list of RPID names: the elements' names, and the text of `other`. */
function wordsOf(list: Reader | undefined): string[] {
  const named = (list?.allIn() ?? []).filter(({ name }) => name !== "note");
  return named.map((item) => (item.name === "other" ? item.text : item.name)).filter(Boolean);
}

/** The children that tell something of RFC 4480, in drafts of it also those of `status`. */
function detailsOf(element: Reader, status?: Reader): Omit<PresenceDetails, "notes" | "timestamp"> {
  const find = (name: string): Reader | undefined =>
    element.one(name, rpid) ?? status?.one(name, rpid);
  const all = (name: string): string[] => {
    const lists = [...element.all(name, rpid), ...(status?.all(name, rpid) ?? [])];
    return [...new Set(lists.flatMap(wordsOf))];
  };
  const first = (name: string): string | undefined => wordsOf(find(name))[0];
  const place = find("place-is");
  const input = find("user-input");
  const offset = find("time-offset")?.text;
  if (offset !== undefined && !/^[+-]?\d{1,4}$/.test(offset)) {
    element.report("time-offset is no number");
  }
  return present({
    activities: all("activities"),
    mood: all("mood"),
    placeIs:
      place &&
      present({
        audio: wordsOf(place.one("audio"))[0],
        video: wordsOf(place.one("video"))[0],
        text: wordsOf(place.one("text"))[0],
      }),
    placeType: first("place-type"),
    privacy: all("privacy"),
    relationship: first("relationship"),
    serviceClass: first("service-class"),
    sphere: first("sphere") ?? (find("sphere")?.text || undefined),
    statusIcon: find("status-icon")?.text,
    timeOffset: offset !== undefined && /^[+-]?\d{1,4}$/.test(offset) ? Number(offset) : undefined,
    userInput: input?.word("user-input", input.text, ["active", "idle"]),
    lastInput: input?.time("last-input", input.attribute("last-input")),
    class: find("class")?.text,
  });
}

/** Also of the lists, whose notes say why. */
function notesAbout(element: Reader, namespace: string): PresenceNote[] {
  const lists = [...element.all("activities", rpid), ...element.all("mood", rpid)];
  return [...notesIn(element, namespace), ...lists.flatMap((list) => notesIn(list))];
}

function tupleOf(tuple: Reader): PresenceTuple {
  const status = tuple.one("status");
  const contact = tuple.one("contact");
  const priority = contact?.attribute("priority");
  const weight = priority !== undefined && /^[01](\.\d*)?$/.test(priority) ? Number(priority) : 2;
  if (priority !== undefined && weight > 1) tuple.report("priority is not between 0 and 1");
  return present({
    id: tuple.required("id"),
    basic: status?.word("basic", status.textOf("basic"), ["open", "closed"]),
    contact:
      contact && present({ uri: contact.text, priority: weight > 1 ? undefined : weight }),
    deviceId: tuple.textOf("deviceID", dataModel),
    ...detailsOf(tuple, status),
    notes: notesAbout(tuple, pidf),
    timestamp: tuple.time("timestamp", tuple.textOf("timestamp")),
  });
}

function modelElement(element: Reader): PresenceDevice {
  return present({
    id: element.required("id"),
    deviceId: element.textOf("deviceID"),
    ...detailsOf(element),
    notes: notesAbout(element, dataModel),
    timestamp: element.time("timestamp", element.textOf("timestamp")),
  });
}

/** The data of a `presence` element. */
export function readPresence(root: Reader): PresenceDocument {
  const id = (item: { readonly id: string }): string => item.id;
  const tuples = root.unique(root.all("tuple").map(tupleOf), id);
  const persons = root.unique(root.all("person", dataModel).map(modelElement), id);
  const devices = root.unique(root.all("device", dataModel).map(modelElement), id);
  const notes = notesIn(root);
  const parts: readonly PresenceDetails[] = [...persons, ...tuples, ...devices];
  const states = tuples.map(({ basic }) => basic);
  return present({
    kind: "presence" as const,
    entity: root.required("entity"),
    basic: states.includes("open") ? ("open" as const) : states.find((state) => state),
    note: [...notes, ...parts.flatMap((part) => part.notes)][0]?.text,
    activities: [...new Set(parts.flatMap((part) => part.activities))],
    tuples,
    persons,
    devices,
    notes,
  });
}

/** RFC 4480 section 3.2; other words are written as `other`. */
const knownActivities: ReadonlySet<string> = new Set(
  (
    "appointment away breakfast busy dinner holiday in-transit looking-for-work lunch meal meeting " +
    "on-the-phone performance permanent-absence playing presentation shopping sleeping spectator " +
    "steering travel tv unknown vacation working worship"
  ).split(" "),
);

/** What to publish about ourselves. */
export interface PresenceOptions {
  /** Our address: a `sip:` or `pres:` URI. */
  readonly entity: string;
  /** Whether we accept messages and calls. */
  readonly basic: "open" | "closed";
  /** A sentence for those who watch. */
  readonly note?: string;
  /** What we do: words of RFC 4480 section 3.2 such as "on-the-phone", or own ones. */
  readonly activities?: readonly string[];
  /** Where to reach us; default: `entity`. */
  readonly contact?: string;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&apos;"],
]);

/** A text as it stands in XML; what XML has no character for becomes U+FFFD. */
function escape(text: string): string {
  return text
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd")
    .replace(/\r\n?/g, "\n")
    .replace(/[&<>"']/g, (character) => escapes.get(character) ?? "");
}

function wrong(argument: string, expected: string): SipError {
  return new SipError("invalid_argument", `${argument}: expected ${expected}`, { argument });
}

/**
 * An application/pidf+xml text to give to `publish`, with one tuple, and with a person where there
 * is a note or an activity (RFC 3863 section 4, RFC 4479, RFC 4480).
 * @throws SipError if an option is of another type
 * @example
 * ```js
 * import { parseDocument, presenceDocument } from "sipml-wasm";
 *
 * const text = presenceDocument({
 *   entity: "sip:alice@example.org",
 *   basic: "open",
 *   note: "In a meeting",
 *   activities: ["meeting"],
 * });
 * const { document } = parseDocument("application/pidf+xml", text);
 * document.basic; // => "open"
 * document.note; // => "In a meeting"
 * document.activities; // => ["meeting"]
 * ```
 */
export function presenceDocument(options: PresenceOptions): string {
  const { entity, basic, note, activities = [], contact = entity } = options;
  if (typeof entity !== "string" || !/^[a-z][\w+.-]*:./i.test(entity)) {
    throw wrong("entity", "a URI such as sip:alice@example.org");
  }
  if (basic !== "open" && basic !== "closed") throw wrong("basic", '"open" or "closed"');
  if (note !== undefined && typeof note !== "string") throw wrong("note", "a string");
  if (typeof contact !== "string" || contact === "") throw wrong("contact", "a URI");
  const isWord = (word: unknown): boolean => typeof word === "string" && word.trim() !== "";
  if (!Array.isArray(activities) || !activities.every(isWord)) {
    throw wrong("activities", "a list of words");
  }
  const activity = (word: string): string =>
    knownActivities.has(word) ? `<r:${word}/>` : `<r:other>${escape(word)}</r:other>`;
  const person = [
    ...(activities.length > 0 ? [`<r:activities>${activities.map(activity).join("")}</r:activities>`] : []),
    ...(note === undefined ? [] : [`<d:note>${escape(note)}</d:note>`]),
  ];
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<presence xmlns="${pidf}" xmlns:d="${dataModel}" xmlns:r="${rpid}" entity="${escape(entity)}">`,
    '<tuple id="t1">',
    `<status><basic>${basic}</basic></status>`,
    `<contact>${escape(contact)}</contact>`,
    ...(note === undefined ? [] : [`<note>${escape(note)}</note>`]),
    "</tuple>",
    ...(person.length > 0 ? ['<d:person id="p1">', ...person, "</d:person>"] : []),
    "</presence>",
  ];
  return `${lines.join("\n")}\n`;
}
