/** The messages of this page, by whom they are exchanged with. Kept while the page is open. */

export type MessageState = "received" | "sending" | "delivered" | "accepted" | "failed";

export interface ChatMessage {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** null: not text; then `content` is to be saved. */
  readonly text: string | null;
  readonly content?: Uint8Array;
  readonly contentType: string;
  readonly state: MessageState;
  /** Why it failed. */
  readonly detail?: string;
}

export interface Conversation {
  readonly key: string;
  /** What to send to. */
  readonly target: string;
  readonly name: string;
  readonly messages: readonly ChatMessage[];
  readonly unread: number;
}

export const MAX_CONVERSATIONS = 50;
export const MAX_MESSAGES = 300;
/** Bytes. RFC 3428 section 8 wants larger ones sent in another way. */
export const MAX_MESSAGE_BYTES = 1300;

/** The same person under "bob", "sip:bob@example.org" and "<sip:Bob@example.org;x=y>". */
export function keyOf(target: string, domain: string): string {
  const uri = /<([^>]*)>/.exec(target)?.[1] ?? target;
  const plain = uri.trim().replace(/^sips?:/i, "").replace(/[;?].*$/s, "").toLowerCase();
  return plain.includes("@") ? plain : `${plain}@${domain.toLowerCase()}`;
}

interface Kept {
  readonly key: string;
  target: string;
  name: string;
  messages: ChatMessage[];
  unread: number;
}

export class Conversations {
  private readonly kept = new Map<string, Kept>();
  private next = 1;

  /** The latest first. */
  list(): readonly Conversation[] {
    return [...this.kept.values()].reverse();
  }

  get(key: string): Conversation | undefined {
    return this.kept.get(key);
  }

  get unread(): number {
    return [...this.kept.values()].reduce((sum, { unread }) => sum + unread, 0);
  }

  /** Makes the conversation if need be. The oldest goes when there are too many. */
  open(key: string, target: string, name: string): Conversation {
    const found = this.kept.get(key);
    if (found !== undefined) return found;
    const made: Kept = { key, target, name, messages: [], unread: 0 };
    this.kept.set(key, made);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_CONVERSATIONS && oldest !== undefined) this.kept.delete(oldest);
    return made;
  }

  /** The peer has told its name. */
  rename(key: string, name: string): void {
    const conversation = this.kept.get(key);
    if (conversation !== undefined && name !== "") conversation.name = name;
  }

  /** Returns the id of the message, or 0 if there is no such conversation. */
  add(key: string, message: Omit<ChatMessage, "id">): number {
    const conversation = this.kept.get(key);
    if (conversation === undefined) return 0;
    const id = this.next;
    this.next += 1;
    conversation.messages.push({ ...message, id });
    if (conversation.messages.length > MAX_MESSAGES) conversation.messages.shift();
    if (message.state === "received") conversation.unread += 1;
    // The one with news is the latest.
    this.kept.delete(key);
    this.kept.set(key, conversation);
    return id;
  }

  /** Tells what became of a message of ours. */
  mark(key: string, id: number, state: MessageState, detail?: string): void {
    const conversation = this.kept.get(key);
    const at = conversation?.messages.findIndex((message) => message.id === id) ?? -1;
    const message = conversation?.messages[at];
    if (conversation === undefined || message === undefined) return;
    const { detail: _old, ...rest } = message;
    conversation.messages[at] = { ...rest, state, ...(detail === undefined ? {} : { detail }) };
  }

  remove(key: string, id: number): void {
    const conversation = this.kept.get(key);
    if (conversation === undefined) return;
    conversation.messages = conversation.messages.filter((message) => message.id !== id);
  }

  read(key: string): void {
    const conversation = this.kept.get(key);
    if (conversation !== undefined) conversation.unread = 0;
  }
}

/** 202 says that somebody took it to pass it on, RFC 3428 section 7. */
export function stateOfStatus(status: number): MessageState {
  return status === 202 ? "accepted" : "delivered";
}
