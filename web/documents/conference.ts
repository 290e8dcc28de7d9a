/** Who is in a conference, RFC 4575. */

import { present } from "./xml.js";
import type { Reader } from "./xml.js";

export const conferenceInfo = "urn:ietf:params:xml:ns:conference-info";

/** "partial": only what changed; "deleted": it is gone. RFC 4575 section 4.4. */
export type ElementState = "full" | "partial" | "deleted";

/** A URI with what it is for, RFC 4575 section 5.3.1. */
export interface ConferenceUri {
  /** The URI. */
  readonly uri: string;
  /** A text to show for it. */
  readonly displayText?: string;
  /** "participation", "streaming", "web-page" ... */
  readonly purpose?: string;
}

/** A medium that the conference offers, RFC 4575 section 5.3.4. */
export interface ConferenceMediaType {
  /** Names it within the conference. */
  readonly label: string;
  /** "audio", "video", "text" or "message". */
  readonly type?: string;
  /** A text to show for it. */
  readonly displayText?: string;
  /** What a user can do with it. */
  readonly status?: "sendrecv" | "sendonly" | "recvonly" | "inactive";
}

/** RFC 4575 section 5.3. */
export interface ConferenceDescription {
  /** Of this element, in a document that tells what changed. */
  readonly state: ElementState;
  /** The name of the conference. */
  readonly displayText?: string;
  /** Its subject. */
  readonly subject?: string;
  /** More words about it. */
  readonly freeText?: string;
  /** Words to find it by. */
  readonly keywords?: readonly string[];
  /** Where to call to take part. */
  readonly confUris?: readonly ConferenceUri[];
  /** Where to find what belongs to it. */
  readonly serviceUris?: readonly ConferenceUri[];
  /** How many may take part. */
  readonly maximumUserCount?: number;
  /** The media that it offers. */
  readonly availableMedia?: readonly ConferenceMediaType[];
}

/** RFC 4575 section 5.4. */
export interface ConferenceHost {
  /** Who that is. */
  readonly displayText?: string;
  /** A page about the host. */
  readonly webPage?: string;
  /** Where to reach the host. */
  readonly uris: readonly ConferenceUri[];
}

/** RFC 4575 section 5.5. */
export interface ConferenceStatus {
  /** How many take part, also where `users` does not tell them all. */
  readonly userCount?: number;
  /** Whether it goes on now. */
  readonly active?: boolean;
  /** Whether nobody else may join. */
  readonly locked?: boolean;
}

/** Why and how something happened, RFC 4575 section 5.7. */
export interface ConferenceAction {
  /** The time of it. */
  readonly when?: Date;
  /** Why, in words. */
  readonly reason?: string;
  /** The URI of who did it. */
  readonly by?: string;
}

/** One stream of an endpoint, RFC 4575 section 5.8. */
export interface ConferenceMedia {
  /** Names it within the endpoint. */
  readonly id: string;
  /** "audio", "video", "text" or "message". */
  readonly type?: string;
  /** A text to show for it. */
  readonly displayText?: string;
  /** The SDP label (RFC 4574). */
  readonly label?: string;
  /** The RTP SSRC. */
  readonly srcId?: string;
  /** What flows, as seen by the endpoint. */
  readonly status?: "sendrecv" | "sendonly" | "recvonly" | "inactive";
}

/** One device with which a user takes part, RFC 4575 section 5.7. */
export interface ConferenceEndpoint {
  /** Names it; often its Contact URI. */
  readonly entity: string;
  /** Of this element, in a document that tells what changed. */
  readonly state: ElementState;
  /** A text to show for it. */
  readonly displayText?: string;
  /** Who asked for it to join. */
  readonly referred?: ConferenceAction;
  /** How its part in the conference stands. */
  readonly status?:
    | "pending"
    | "dialing-out"
    | "dialing-in"
    | "alerting"
    | "on-hold"
    | "connected"
    | "muted-via-focus"
    | "disconnecting"
    | "disconnected";
  /** How it came. */
  readonly joiningMethod?: "dialed-in" | "dialed-out" | "focus-owner";
  /** When and by whom it came. */
  readonly joining?: ConferenceAction;
  /** How it left. */
  readonly disconnectionMethod?: "departed" | "booted" | "failed" | "busy";
  /** When and why it left. */
  readonly disconnection?: ConferenceAction;
  /** Its streams. */
  readonly media: readonly ConferenceMedia[];
  /** The dialog with the conference, where that is told. */
  readonly callInfo?: {
    readonly callId: string;
    readonly fromTag: string;
    readonly toTag: string;
    readonly displayText?: string;
    readonly subject?: string;
  };
}

/** RFC 4575 section 5.6. */
export interface ConferenceUser {
  /** The URI of the user. */
  readonly entity: string;
  /** Of this element, in a document that tells what changed. */
  readonly state: ElementState;
  /** The name to show. */
  readonly displayText?: string;
  /** Other addresses of the user. */
  readonly associatedAors?: readonly ConferenceUri[];
  /** "participant", "moderator" ... */
  readonly roles?: readonly string[];
  /** RFC 5646 tags, in order of preference. */
  readonly languages?: readonly string[];
  /** The URI of another conference that this user stands for. */
  readonly cascadedFocus?: string;
  /** The devices with which the user takes part. */
  readonly endpoints: readonly ConferenceEndpoint[];
}

/** An application/conference-info+xml document. */
export interface ConferenceInfo {
  readonly kind: "conference-info";
  /** The URI of the conference. */
  readonly entity: string;
  /** Counts the documents of a subscription; `updateDocument` looks at it. */
  readonly version: number;
  /** "deleted": the conference is over. */
  readonly state: ElementState;
  /** What the conference is about, and what it offers. */
  readonly description?: ConferenceDescription;
  /** Who holds it. */
  readonly host?: ConferenceHost;
  /** How it stands. */
  readonly status?: ConferenceStatus;
  /** Whether `users` are all of them; absent when the document tells nothing about users. */
  readonly usersState?: ElementState;
  /** Who takes part. */
  readonly users: readonly ConferenceUser[];
  /** Other conferences among some of the users. */
  readonly sidebars?: readonly ConferenceUri[];
}

const directions = ["sendrecv", "sendonly", "recvonly", "inactive"] as const;

function stateOf(element: Reader): ElementState {
  const words = ["full", "partial", "deleted"] as const;
  return element.word("state", element.attribute("state"), words) ?? "full";
}

/** The `entry` elements of a list of URIs. */
function urisIn(list: Reader | undefined): readonly ConferenceUri[] | undefined {
  return list?.all("entry").map((entry) =>
    present({
      uri: entry.textOf("uri") ?? "",
      displayText: entry.textOf("display-text"),
      purpose: entry.textOf("purpose"),
    }),
  );
}

function flag(element: Reader, name: string): boolean | undefined {
  const words = ["true", "false", "1", "0"] as const;
  const word = element.word(name, element.textOf(name), words);
  return word === undefined ? undefined : word === "true" || word === "1";
}

function descriptionOf(element: Reader): ConferenceDescription {
  const media = element.one("available-media");
  return present({
    state: stateOf(element),
    displayText: element.textOf("display-text"),
    subject: element.textOf("subject"),
    freeText: element.textOf("free-text"),
    keywords: element.textOf("keywords")?.split(/\s+/).filter(Boolean),
    confUris: urisIn(element.one("conf-uris")),
    serviceUris: urisIn(element.one("service-uris")),
    maximumUserCount: element.count("maximum-user-count", element.textOf("maximum-user-count")),
    availableMedia: media?.all("entry").map((entry) =>
      present({
        label: entry.required("label"),
        type: entry.textOf("type"),
        displayText: entry.textOf("display-text"),
        status: entry.word("status", entry.textOf("status"), directions),
      }),
    ),
  });
}

function actionOf(element: Reader | undefined): ConferenceAction | undefined {
  return (
    element &&
    present({
      when: element.time("when", element.textOf("when")),
      reason: element.textOf("reason"),
      by: element.textOf("by"),
    })
  );
}

function mediaOf(element: Reader): ConferenceMedia {
  return present({
    id: element.required("id"),
    type: element.textOf("type"),
    displayText: element.textOf("display-text"),
    label: element.textOf("label"),
    srcId: element.textOf("src-id"),
    status: element.word("status", element.textOf("status"), directions),
  });
}

function endpointOf(element: Reader): ConferenceEndpoint {
  const sip = element.one("call-info")?.one("sip");
  return present({
    entity: element.required("entity"),
    state: stateOf(element),
    displayText: element.textOf("display-text"),
    referred: actionOf(element.one("referred")),
    status: element.word("status", element.textOf("status"), [
      "pending",
      "dialing-out",
      "dialing-in",
      "alerting",
      "on-hold",
      "connected",
      "muted-via-focus",
      "disconnecting",
      "disconnected",
    ]),
    joiningMethod: element.word("joining-method", element.textOf("joining-method"), [
      "dialed-in",
      "dialed-out",
      "focus-owner",
    ]),
    joining: actionOf(element.one("joining-info")),
    disconnectionMethod: element.word(
      "disconnection-method",
      element.textOf("disconnection-method"),
      ["departed", "booted", "failed", "busy"],
    ),
    disconnection: actionOf(element.one("disconnection-info")),
    media: element.unique(element.all("media").map(mediaOf), ({ id }) => id),
    callInfo:
      sip &&
      present({
        callId: sip.textOf("call-id") ?? "",
        fromTag: sip.textOf("from-tag") ?? "",
        toTag: sip.textOf("to-tag") ?? "",
        displayText: sip.textOf("display-text"),
        subject: sip.textOf("subject"),
      }),
  });
}

function userOf(element: Reader): ConferenceUser {
  const endpoints = element.all("endpoint").map(endpointOf);
  return present({
    entity: element.required("entity"),
    state: stateOf(element),
    displayText: element.textOf("display-text"),
    associatedAors: urisIn(element.one("associated-aors")),
    roles: element.one("roles")?.all("entry").map((entry) => entry.text),
    languages: element.textOf("languages")?.split(/\s+/).filter(Boolean),
    cascadedFocus: element.textOf("cascaded-focus"),
    endpoints: element.unique(endpoints, ({ entity }) => entity),
  });
}

/** The data of a `conference-info` element. */
export function readConferenceInfo(root: Reader): ConferenceInfo {
  const description = root.one("conference-description");
  const host = root.one("host-info");
  const status = root.one("conference-state");
  const users = root.one("users");
  const byReference = root.one("sidebars-by-ref");
  return present({
    kind: "conference-info" as const,
    entity: root.required("entity"),
    version: root.count("version", root.attribute("version")) ?? 0,
    state: stateOf(root),
    description: description && descriptionOf(description),
    host:
      host &&
      present({
        displayText: host.textOf("display-text"),
        webPage: host.textOf("web-page"),
        uris: urisIn(host.one("uris")) ?? [],
      }),
    status:
      status &&
      present({
        userCount: status.count("user-count", status.textOf("user-count")),
        active: flag(status, "active"),
        locked: flag(status, "locked"),
      }),
    usersState: users && stateOf(users),
    users: root.unique((users?.all("user") ?? []).map(userOf), ({ entity }) => entity),
    sidebars: urisIn(byReference),
  });
}
