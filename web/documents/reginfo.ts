/** The registrations of an address, RFC 3680 with the GRUUs of RFC 5628. */

import type { NameValue } from "../../js-glue/protocol.js";
import { present } from "./xml.js";
import type { Reader } from "./xml.js";

export const reginfo = "urn:ietf:params:xml:ns:reginfo";
const gruuinfo = "urn:ietf:params:xml:ns:gruuinfo";

/** One binding, RFC 3680 section 5.3. */
export interface RegInfoContact {
  /** Names it in this and later documents. */
  readonly id: string;
  /** The Contact URI. */
  readonly uri: string;
  /** Whether it is registered. */
  readonly state: "active" | "terminated";
  /** What brought it to that state. */
  readonly event?:
    | "registered"
    | "created"
    | "refreshed"
    | "shortened"
    | "expired"
    | "deactivated"
    | "probation"
    | "unregistered"
    | "rejected";
  /** The display name of the Contact. */
  readonly displayName?: string;
  /** Seconds for which it has been registered. */
  readonly durationRegistered?: number;
  /** Seconds for which it stays. */
  readonly expires?: number;
  /** Seconds after which to try again, after "probation". */
  readonly retryAfter?: number;
  /** 0 to 1, higher is preferred. */
  readonly q?: number;
  /** The Call-ID of the REGISTER. */
  readonly callId?: string;
  /** The CSeq number of the REGISTER. */
  readonly cseq?: number;
  /** Contact parameters that the registrar did not know, such as "+sip.instance". */
  readonly params: readonly NameValue[];
  /** RFC 5628 section 5. */
  readonly publicGruu?: string;
  /** RFC 5628 section 5; lasts as long as the registration. */
  readonly temporaryGruu?: string;
}

/** One address of record, RFC 3680 section 5.2. */
export interface RegInfoRegistration {
  /** Names it in this and later documents. */
  readonly id: string;
  /** The address of record. */
  readonly aor: string;
  /** "init": nothing is registered and nothing has ended. */
  readonly state: "init" | "active" | "terminated";
  /** Its bindings. */
  readonly contacts: readonly RegInfoContact[];
}

/** An application/reginfo+xml document. */
export interface RegInfo {
  readonly kind: "reginfo";
  /** Counts the documents of a subscription; `updateDocument` looks at it. */
  readonly version: number;
  /** "partial": only what changed since the version before. */
  readonly state: "full" | "partial";
  /** Each with its own id. */
  readonly registrations: readonly RegInfoRegistration[];
}

function contactOf(contact: Reader): RegInfoContact {
  const q = contact.attribute("q");
  const weight = q !== undefined && /^[01](\.\d*)?$/.test(q) ? Number(q) : 2;
  if (q !== undefined && weight > 1) contact.report("q is not between 0 and 1");
  const seconds = (name: string): number | undefined => contact.count(name, contact.attribute(name));
  const states = ["active", "terminated"] as const;
  return present({
    id: contact.required("id"),
    uri: contact.textOf("uri") ?? "",
    state: contact.word("state", contact.required("state"), states) ?? ("terminated" as const),
    event: contact.word("event", contact.attribute("event"), [
      "registered",
      "created",
      "refreshed",
      "shortened",
      "expired",
      "deactivated",
      "probation",
      "unregistered",
      "rejected",
    ]),
    displayName: contact.textOf("display-name"),
    durationRegistered: seconds("duration-registered"),
    expires: seconds("expires"),
    retryAfter: seconds("retry-after"),
    q: weight > 1 ? undefined : weight,
    callId: contact.attribute("callid"),
    cseq: seconds("cseq"),
    params: contact
      .all("unknown-param")
      .map((param) => ({ name: param.required("name"), value: param.text })),
    publicGruu: contact.one("pub-gruu", gruuinfo)?.attribute("uri"),
    temporaryGruu: contact.one("temp-gruu", gruuinfo)?.attribute("uri"),
  });
}

function registrationOf(registration: Reader): RegInfoRegistration {
  const states = ["init", "active", "terminated"] as const;
  const contacts = registration.all("contact").map(contactOf);
  return {
    id: registration.required("id"),
    aor: registration.required("aor"),
    state: registration.word("state", registration.required("state"), states) ?? "init",
    contacts: registration.unique(contacts, ({ id }) => id),
  };
}

/** The data of a `reginfo` element. */
export function readRegInfo(root: Reader): RegInfo {
  return {
    kind: "reginfo",
    version: root.count("version", root.required("version")) ?? 0,
    state: root.word("state", root.required("state"), ["full", "partial"]) ?? "full",
    registrations: root.unique(root.all("registration").map(registrationOf), ({ id }) => id),
  };
}
