/** How a destination looks to a person: no more than a label; the core does the parsing. */

import type { NameValue, Party } from "../js-glue/protocol.js";

/** Who is at the other end. */
export interface RemoteParty {
  /** The URI, without what stands around it. */
  readonly uri: string;
  /** The part before the `@`, or the number. */
  readonly user: string;
  /** Unquoted; "" if absent. */
  readonly displayName: string;
}

/** @internal A party as the core names one. */
export function toParty(party: Party): RemoteParty {
  return { uri: party.uri, user: party.user, displayName: party.display_name };
}

/** `"name" <uri>`, `name <uri>` or a bare URI, taken apart. */
function split(address: string): { displayName: string; uri: string } {
  const text = address.trim();
  const open = text.indexOf("<");
  const close = text.indexOf(">", open);
  if (open < 0 || close < 0) return { displayName: "", uri: text };
  const name = text.slice(0, open).trim();
  const quoted = name.length > 1 && name.startsWith('"') && name.endsWith('"');
  const displayName = quoted ? name.slice(1, -1).replace(/\\(.)/g, "$1") : name;
  return { displayName, uri: text.slice(open + 1, close) };
}

/** What the other end of a call to `target` is called until it says so itself. */
export function partyOfTarget(target: string, domain: string): RemoteParty {
  const { displayName, uri: given } = split(target);
  const complete = /^(sips?|tel):/i.test(given);
  const host = complete || given.includes("@") ? "" : `@${domain}`;
  const uri = complete ? given : `sip:${given}${host}`;
  const rest = uri.slice(uri.indexOf(":") + 1);
  const at = rest.indexOf("@");
  const number = /^tel:/i.test(uri) ? (rest.split(";")[0] ?? "") : "";
  const user = at < 0 ? number : (rest.slice(0, at).split(/[:;]/)[0] ?? "");
  return { uri, user: decode(user), displayName };
}

/** The user and host of a SIP address of record; undefined if it has not both. */
export function partsOfAddress(address: string): { user: string; host: string } | undefined {
  const uri = split(address).uri.replace(/^sips?:/i, "");
  const at = uri.indexOf("@");
  const user = uri.slice(0, Math.max(at, 0)).split(":")[0] ?? "";
  const host = uri.slice(at + 1).split(/[;?]/)[0] ?? "";
  if (!/^[^\s:;]+$/.test(user)) return undefined;
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:\d+)?$/i.test(host)) return undefined;
  return { user: decode(user), host };
}

/** `name=value` lists without the entries that have no usable name or value. */
export function usableHeaders(
  headers: readonly { readonly name?: unknown; readonly value?: unknown }[],
): NameValue[] {
  const usable: NameValue[] = [];
  for (const { name, value } of headers) {
    if (typeof name === "string" && name !== "" && typeof value === "string" && value !== "") {
      usable.push({ name, value });
    }
  }
  return usable;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
