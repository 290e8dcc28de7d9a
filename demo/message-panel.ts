/** Instant messages (RFC 3428): a conversation per peer, and what became of each message. */
import type { IncomingMessage, UserAgent } from "../web/index.js";
import { peerName } from "./call-line.js";
import {
  Conversations,
  MAX_MESSAGE_BYTES,
  keyOf,
  stateOfStatus,
  type ChatMessage,
} from "./conversations.js";
import { byId, make, saveFile } from "./dom.js";
import type { Account, AgentFollower } from "./followers.js";
import { reasonOf } from "./messages.js";
import { language, onLanguage, text, type TextKey } from "./texts.js";

const STATES: Readonly<Record<ChatMessage["state"], TextKey | null>> = {
  received: null,
  sending: "messageSending",
  delivered: "messageDelivered",
  accepted: "messageAccepted",
  failed: "messageFailed",
};

export interface MessagePanelActions {
  /** true: the panel is in view. */
  readonly isShown: () => boolean;
  /** Brings the panel into view. */
  readonly show: () => void;
  /** There are so many messages that nobody has looked at. */
  readonly onUnread: (count: number) => void;
}

export class MessagePanel implements AgentFollower {
  private readonly list = byId("ulConversations", HTMLUListElement);
  private readonly empty = byId("txtNoConversations", HTMLElement);
  private readonly peer = byId("txtMessagePeer", HTMLInputElement);
  private readonly openButton = byId("btnOpenConversation", HTMLButtonElement);
  private readonly title = byId("hdrConversation", HTMLElement);
  private readonly log = byId("divMessageLog", HTMLElement);
  private readonly form = byId("frmMessage", HTMLFormElement);
  private readonly input = byId("txtMessage", HTMLTextAreaElement);
  private readonly sendButton = byId("btnSendMessage", HTMLButtonElement);
  private readonly problem = byId("errMessage", HTMLElement);
  private readonly news = byId("txtMessageNews", HTMLElement);
  private readonly conversations = new Conversations();
  private agent: UserAgent | null = null;
  private registered = false;
  private domain = "";
  private selected: string | null = null;

  constructor(private readonly actions: MessagePanelActions) {
    byId("frmConversation", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.writeTo(this.peer.value.trim());
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener("input", () => this.complain(""));
    onLanguage(() => this.render());
    this.render();
  }

  setAgent(agent: UserAgent | null, account: Account | null): void {
    this.agent = agent;
    if (account !== null) this.domain = account.domain;
    agent?.on("message", (message) => this.receive(message));
    this.render();
  }

  setRegistered(registered: boolean): void {
    this.registered = registered;
    this.render();
  }

  /** Shows the conversation with somebody, made if need be. */
  writeTo(target: string, name = target): void {
    if (target === "") {
      this.peer.focus();
      return;
    }
    const key = keyOf(target, this.domain);
    this.conversations.open(key, target, name);
    this.peer.value = "";
    this.actions.show();
    this.select(key);
    this.input.focus();
  }

  /** A message, in a call or outside. */
  receive(message: IncomingMessage): void {
    if (message.answered) return;
    const key = keyOf(message.from.uri, this.domain);
    const name = peerName(message.from);
    this.conversations.open(key, message.from.uri, name);
    this.conversations.rename(key, name);
    this.conversations.add(key, {
      at: Date.now(),
      text: message.text,
      content: message.content,
      contentType: message.contentType,
      state: "received",
    });
    message.accept();
    this.news.textContent = text("messageFrom", { peer: name });
    this.selected ??= key;
    this.render();
  }

  /** The panel came into view: what it shows is read. */
  shown(): void {
    this.render();
  }

  private select(key: string): void {
    this.selected = key;
    this.complain("");
    this.render();
    this.log.scrollTop = this.log.scrollHeight;
  }

  private submit(): void {
    const words = this.input.value;
    const { selected } = this;
    if (words.trim() === "" || selected === null || this.sendButton.disabled) return;
    if (new TextEncoder().encode(words).length > MAX_MESSAGE_BYTES) {
      this.complain(text("messageTooLong", { max: MAX_MESSAGE_BYTES }));
      return;
    }
    this.input.value = "";
    this.send(selected, words);
  }

  private send(key: string, words: string): void {
    const { agent } = this;
    const target = this.conversations.get(key)?.target;
    if (agent === null || target === undefined) return;
    const contentType = "text/plain;charset=utf-8";
    const at = Date.now();
    const id = this.conversations.add(key, { at, text: words, contentType, state: "sending" });
    agent.sendMessage(target, words, { contentType }).then(
      ({ status }) => {
        this.conversations.mark(key, id, stateOfStatus(status));
        this.render();
      },
      (error: unknown) => {
        this.conversations.mark(key, id, "failed", reasonOf(error));
        this.render();
      },
    );
    this.render();
    this.log.scrollTop = this.log.scrollHeight;
  }

  private complain(line: string): void {
    this.problem.textContent = line;
    if (line === "") this.input.removeAttribute("aria-invalid");
    else this.input.setAttribute("aria-invalid", "true");
  }

  private render(): void {
    const { selected } = this;
    if (selected !== null && this.actions.isShown()) this.conversations.read(selected);
    const conversations = this.conversations.list();
    this.empty.hidden = conversations.length > 0;
    this.openButton.disabled = !this.registered;
    this.list.replaceChildren(
      ...conversations.map(({ key, name, unread }) => {
        const item = make("li");
        const button = make("button", "conversation");
        button.type = "button";
        button.append(make("span", "entry-name", name));
        if (unread > 0) {
          const badge = make("span", "badge", String(unread));
          badge.setAttribute("aria-label", text("unread", { count: unread }));
          badge.setAttribute("role", "img");
          button.append(badge);
        }
        if (key === selected) button.setAttribute("aria-current", "true");
        button.addEventListener("click", () => {
          this.select(key);
          this.input.focus();
        });
        item.append(button);
        return item;
      }),
    );
    const shown = selected === null ? undefined : this.conversations.get(selected);
    this.title.textContent =
      shown === undefined
        ? text("chooseConversation")
        : text("conversationWith", { peer: shown.name });
    this.form.hidden = shown === undefined;
    this.sendButton.disabled = !this.registered;
    this.renderLog(shown?.messages ?? [], shown?.name ?? "");
    this.actions.onUnread(this.conversations.unread);
  }

  /** Rows that are there stay, so that a screen reader tells only what is new. */
  private renderLog(messages: readonly ChatMessage[], name: string): void {
    const key = this.selected ?? "";
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    const atEnd = scrollHeight - scrollTop - clientHeight < 40;
    const tag = `${key} ${language()}`;
    if (this.log.dataset["shown"] !== tag) this.log.replaceChildren();
    this.log.dataset["shown"] = tag;
    const wanted = new Set(messages.map(({ id }) => String(id)));
    for (const row of [...this.log.children]) {
      if (row instanceof HTMLElement && !wanted.has(row.dataset["id"] ?? "")) row.remove();
    }
    for (const message of messages) {
      const row =
        this.log.querySelector<HTMLElement>(`[data-id="${message.id}"]`) ??
        this.addRow(message, name);
      if (row.dataset["state"] === message.state) continue;
      row.dataset["state"] = message.state;
      this.renderState(row, message);
    }
    if (atEnd) this.log.scrollTop = this.log.scrollHeight;
  }

  private addRow(message: ChatMessage, name: string): HTMLElement {
    const row = make("div", message.state === "received" ? "theirs" : "ours");
    row.dataset["id"] = String(message.id);
    const time = new Intl.DateTimeFormat(language(), { timeStyle: "short" }).format(message.at);
    const who = message.state === "received" ? name : text("you");
    row.append(make("span", "hidden-text", `${who}: `));
    if (message.text === null) row.append(fileOf(message));
    else row.append(make("p", "bubble", message.text));
    row.append(make("span", "message-state soft", time));
    this.log.append(row);
    return row;
  }

  private renderState(row: HTMLElement, message: ChatMessage): void {
    const state = STATES[message.state];
    if (state === null) return;
    const line = row.querySelector(".message-state");
    if (line !== null) line.textContent = text(state, { detail: message.detail ?? "" });
    row.querySelector(".again")?.remove();
    if (message.state !== "failed") return;
    const again = make("button", "button quiet small-button again", text("sendAgain"));
    again.type = "button";
    again.addEventListener("click", () => {
      const key = this.selected;
      if (key === null || message.text === null || !this.registered) return;
      this.conversations.remove(key, message.id);
      this.send(key, message.text);
      this.input.focus();
    });
    row.append(again);
  }
}

/** What is not text is never shown, only saved. */
function fileOf(message: ChatMessage): HTMLElement {
  const content = message.content ?? new Uint8Array();
  const box = make("p", "bubble");
  const type = message.contentType;
  box.append(make("span", "", text("messageBinary", { type, size: content.length })));
  const button = make("button", "button quiet small-button", text("messageSave"));
  button.type = "button";
  button.addEventListener("click", () => {
    saveFile(`message-${message.id}.bin`, new Uint8Array(content), "application/octet-stream");
  });
  box.append(button);
  return box;
}
