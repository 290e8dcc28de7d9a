/** Whom one watches: the stored list, read back safely. */
import { keyOf } from "./conversations.js";

export interface Contact {
  /** What to dial, write to and watch. */
  readonly target: string;
  readonly name: string;
}

export const MAX_CONTACTS = 50;
const MAX_TEXT = 256;

/** Never throws: what is not a contact is left out, and each is taken once. */
export function parseContacts(source: string, domain: string): readonly Contact[] {
  let value: unknown;
  try {
    value = source === "" ? [] : JSON.parse(source);
  } catch {
    return [];
  }
  if (!Array.isArray(value)) return [];
  const known = new Set<string>();
  const contacts: Contact[] = [];
  for (const entry of value as readonly unknown[]) {
    if (typeof entry !== "object" || entry === null) continue;
    const { target, name } = entry as Readonly<Record<string, unknown>>;
    if (typeof target !== "string" || target.trim() === "" || typeof name !== "string") continue;
    if (target.length > MAX_TEXT || name.length > MAX_TEXT) continue;
    const key = keyOf(target, domain);
    if (known.has(key) || contacts.length === MAX_CONTACTS) continue;
    known.add(key);
    contacts.push({ target, name });
  }
  return contacts;
}

export function formatContacts(contacts: readonly Contact[]): string {
  return JSON.stringify(contacts.map(({ target, name }) => ({ target, name })));
}
