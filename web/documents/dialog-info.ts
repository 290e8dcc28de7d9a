/** The dialogs of a user, RFC 4235: who is in a call. */

import { present } from "./xml.js";
import type { Reader } from "./xml.js";

export const dialogInfo = "urn:ietf:params:xml:ns:dialog-info";

/** One side of a dialog, RFC 4235 section 4.1.6. */
export interface DialogParticipant {
  /** Who it is. */
  readonly identity?: { readonly uri: string; readonly displayName?: string };
  /** Where it is reached, with what RFC 3840 tells of it, such as "+sip.rendering". */
  readonly target?: {
    readonly uri: string;
    readonly params: readonly { readonly name: string; readonly value: string }[];
  };
  /** Its last offer or answer, with its content type. */
  readonly sessionDescription?: { readonly type: string; readonly text: string };
  /** The CSeq number of its last request. */
  readonly cseq?: number;
}

/** One dialog, RFC 4235 section 4.1. */
export interface DialogEntry {
  /** Names it in this and later documents; it is no Call-ID. */
  readonly id: string;
  /** The Call-ID of the dialog. */
  readonly callId?: string;
  /** The tag of the user watched. */
  readonly localTag?: string;
  /** The tag of the other side. */
  readonly remoteTag?: string;
  /** Whether the user watched sent the INVITE ("initiator") or received it ("recipient"). */
  readonly direction?: "initiator" | "recipient";
  /** RFC 4235 section 3.7.1. */
  readonly state: "trying" | "proceeding" | "early" | "confirmed" | "terminated";
  /** What brought it to that state. */
  readonly event?:
    | "cancelled"
    | "rejected"
    | "replaced"
    | "local-bye"
    | "remote-bye"
    | "error"
    | "timeout";
  /** The status of the response that brought it. */
  readonly code?: number;
  /** Seconds since the dialog began. */
  readonly duration?: number;
  /** The dialog that this one took the place of, RFC 3891. */
  readonly replaces?: {
    readonly callId: string;
    readonly localTag: string;
    readonly remoteTag: string;
  };
  /** Who asked for it, RFC 3892. */
  readonly referredBy?: { readonly uri: string; readonly displayName?: string };
  /** The proxies between, in order. */
  readonly routeSet: readonly string[];
  /** The side of the user watched. */
  readonly local?: DialogParticipant;
  /** The other side. */
  readonly remote?: DialogParticipant;
}

/** An application/dialog-info+xml document. */
export interface DialogInfo {
  readonly kind: "dialog-info";
  /** Whose dialogs these are. */
  readonly entity: string;
  /** Counts the documents of a subscription; `updateDocument` looks at it. */
  readonly version: number;
  /** "partial": only what changed since the version before. */
  readonly state: "full" | "partial";
  /** Each with its own id. */
  readonly dialogs: readonly DialogEntry[];
}

function named(element: Reader): { readonly uri: string; readonly displayName?: string } {
  return present({
    uri: element.text,
    displayName: element.attribute("display") ?? element.attribute("display-name"),
  });
}

function participantOf(element: Reader): DialogParticipant {
  const identity = element.one("identity");
  const target = element.one("target");
  const description = element.one("session-description");
  const params = (target?.all("param") ?? []).map((param) => ({
    name: param.required("pname"),
    value: param.required("pval"),
  }));
  return present({
    identity: identity && named(identity),
    target: target && { uri: target.attribute("uri") ?? target.text, params },
    sessionDescription: description && {
      type: description.attribute("type") ?? "application/sdp",
      text: description.text,
    },
    cseq: element.count("cseq", element.one("cseq")?.text),
  });
}

function entryOf(dialog: Reader): DialogEntry {
  const state = dialog.one("state");
  const replaces = dialog.one("replaces");
  const referredBy = dialog.one("referred-by");
  const [local, remote] = [dialog.one("local"), dialog.one("remote")];
  const states = ["trying", "proceeding", "early", "confirmed", "terminated"] as const;
  const known = dialog.word("state", state?.text ?? "", states);
  return present({
    id: dialog.required("id"),
    callId: dialog.attribute("call-id"),
    localTag: dialog.attribute("local-tag"),
    remoteTag: dialog.attribute("remote-tag"),
    direction: dialog.word("direction", dialog.attribute("direction"), ["initiator", "recipient"]),
    // A dialog of which nothing is known must not light a lamp.
    state: known ?? ("terminated" as const),
    event: dialog.word("event", state?.attribute("event"), [
      "cancelled",
      "rejected",
      "replaced",
      "local-bye",
      "remote-bye",
      "error",
      "timeout",
    ]),
    code: dialog.count("code", state?.attribute("code")),
    duration: dialog.count("duration", dialog.one("duration")?.text),
    replaces: replaces && {
      callId: replaces.required("call-id"),
      localTag: replaces.required("local-tag"),
      remoteTag: replaces.required("remote-tag"),
    },
    referredBy: referredBy && named(referredBy),
    routeSet: (dialog.one("route-set")?.all("hop") ?? []).map((hop) => hop.text),
    local: local && participantOf(local),
    remote: remote && participantOf(remote),
  });
}

/** The data of a `dialog-info` element. */
export function readDialogInfo(root: Reader): DialogInfo {
  return {
    kind: "dialog-info",
    entity: root.required("entity"),
    version: root.count("version", root.required("version")) ?? 0,
    state: root.word("state", root.required("state"), ["full", "partial"]) ?? "full",
    dialogs: root.unique(root.all("dialog").map(entryOf), ({ id }) => id),
  };
}
