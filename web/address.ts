/** How a destination looks to a person: no more than a label; the core does the parsing. */

import type { NameValue } from "../js-glue/protocol.js";

/** Who is at the other end. */
export interface RemoteParty {
  readonly uri: string;
  /** The part before the `@`, or the number. */
  readonly user: string;
  readonly displayName: string;
}

/** What the other end of a call to `target` is called until it says so itself. */
export function partyOfTarget(target: string, domain: string): RemoteParty {
  const text = target.trim();
  const named = /^(?:"((?:[^"\\]|\\.)*)"|([^<"]*))\s*<([^>]*)>/.exec(text);
  const displayName = (named?.[1]?.replace(/\\(.)/g, "$1") ?? named?.[2] ?? "").trim();
  const bare = named?.[3] ?? text;
  let uri = /^(sips?|tel):/i.test(bare) ? bare : `sip:${bare}`;
  if (/^sips?:[^@]*$/i.test(uri) && uri !== bare) uri = `${uri}@${domain}`;
  const user = /^[a-z]+:([^@;?]*)(?:@|$|[;?])/i.exec(uri)?.[1] ?? "";
  return { uri, user: decode(user.split(":")[0] ?? ""), displayName };
}

/** The user and host of a SIP address of record; undefined if it has not both. */
export function partsOfAddress(address: string): { user: string; host: string } | undefined {
  const match = /^\s*(?:"[^"]*"\s*|[^<"]*)<?\s*(?:sips?:)?([^@<>\s:;]+)(?::[^@\s]*)?@(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:\d+)?\s*(?:[;?][^<>]*)?>?\s*$/i.exec(address);
  const [, user, host, port = ""] = match ?? [];
  return user && host ? { user: decode(user), host: host + port } : undefined;
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
