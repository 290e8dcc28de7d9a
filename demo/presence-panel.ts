/** The contacts: what one tells them about oneself (RFC 3903), and what one sees of them (RFC 3856). */
import {
  parseDocument,
  presenceDocument,
  type Notification,
  type Publication,
  type Subscription,
  type UserAgent,
} from "../web/index.js";
import {
  MAX_CONTACTS,
  formatContacts,
  parseContacts,
  type Contact,
} from "./contacts.js";
import { keyOf } from "./conversations.js";
import { byId, make, makeIconButton } from "./dom.js";
import type { Account, AgentFollower } from "./followers.js";
import { detailOf, reasonOf } from "./messages.js";
import { ownPresence, parseOwnPresence, seenOf, type OwnState, type Seen } from "./presence.js";
import { loadOf, saveOf } from "./storage.js";
import { onLanguage, text, type TextKey } from "./texts.js";

const OWN_TEXTS: Readonly<Record<OwnState, TextKey>> = {
  available: "presenceAvailable",
  away: "presenceAway",
  busy: "presenceBusy",
  offline: "presenceOffline",
};

const SEEN_TEXTS: Readonly<Record<Seen["state"], TextKey>> = {
  available: "stateAvailable",
  away: "stateAway",
  busy: "stateBusy",
  offline: "stateOffline",
  unknown: "stateUnknown",
};

const PIDF = "application/pidf+xml";
const PRESENCE_EXPIRES = 600;

/** What is known of a contact: a document, or why there is none. */
type Knowledge =
  | { readonly kind: "seen"; readonly seen: Seen }
  | { readonly kind: "asking" | "pending" | "loggedOut" }
  | { readonly kind: "refused"; readonly detail: string };

interface Watched {
  readonly contact: Contact;
  knowledge: Knowledge;
  subscription: Subscription | null;
}

function isOwnState(value: string): value is OwnState {
  return Object.hasOwn(OWN_TEXTS, value);
}

export interface PresencePanelActions {
  readonly call: (target: string) => void;
  readonly write: (target: string, name: string) => void;
}

export class PresencePanel implements AgentFollower {
  private readonly form = byId("frmPresence", HTMLFormElement);
  private readonly state = byId("selPresence", HTMLSelectElement);
  private readonly note = byId("txtPresenceNote", HTMLInputElement);
  private readonly publishButton = byId("btnPublish", HTMLButtonElement);
  private readonly published = byId("txtPublished", HTMLElement);
  private readonly input = byId("txtContact", HTMLInputElement);
  private readonly addButton = byId("btnAddContact", HTMLButtonElement);
  private readonly problem = byId("errContact", HTMLElement);
  private readonly list = byId("ulContacts", HTMLUListElement);
  private readonly empty = byId("txtNoContacts", HTMLElement);
  private readonly news = byId("txtPresenceNews", HTMLElement);
  private agent: UserAgent | null = null;
  private account: Account | null = null;
  private registered = false;
  private publication: Publication | null = null;
  private ownLine: () => string = () => "";
  private watched: readonly Watched[] = [];

  constructor(private readonly actions: PresencePanelActions) {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.publish();
    });
    this.state.addEventListener("change", () => this.publish());
    byId("frmContact", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.add();
    });
    this.input.addEventListener("input", () => this.complain(""));
    onLanguage(() => this.render());
    this.render();
  }

  setAgent(agent: UserAgent | null, account: Account | null): void {
    this.agent = agent;
    this.publication = null;
    for (const watched of this.watched) {
      watched.subscription = null;
      watched.knowledge = { kind: "loggedOut" };
    }
    if (account !== null) {
      this.account = account;
      const { uri, lasting, domain } = account;
      const own = parseOwnPresence(loadOf("presence", uri, lasting));
      this.state.value = own.state;
      this.note.value = own.note;
      this.watched = parseContacts(loadOf("contacts", uri, lasting), domain).map((contact) => ({
        contact,
        knowledge: { kind: "loggedOut" },
        subscription: null,
      }));
    }
    if (agent === null) this.ownLine = () => "";
    this.render();
  }

  setRegistered(registered: boolean): void {
    if (registered === this.registered) return;
    this.registered = registered;
    if (registered) {
      this.publish();
      for (const watched of this.watched) this.watch(watched);
    }
    this.render();
  }

  private publish(): void {
    const { agent, account } = this;
    const state = this.state.value;
    if (agent === null || account === null || !this.registered || !isOwnState(state)) return;
    const note = this.note.value.trim();
    saveOf("presence", account.uri, account.lasting, JSON.stringify({ state, note }));
    if (state === "offline") {
      void this.unpublish();
      return;
    }
    this.tellOwn(() => text("presencePublishing"));
    try {
      const content = presenceDocument(ownPresence(account.uri, state, note));
      if (this.publication === null) {
        const options = { event: "presence", contentType: PIDF, expires: PRESENCE_EXPIRES };
        this.followPublication(agent.publish(content, options));
      } else {
        this.publication.update(content, PIDF);
      }
    } catch (error) {
      const detail = reasonOf(error);
      this.tellOwn(() => text("presenceNotPublished", { detail }));
    }
  }

  private followPublication(publication: Publication): void {
    this.publication = publication;
    // The "state" event tells the same; a promise that nobody waits for is not an error.
    publication.published.catch(() => undefined);
    publication.on("state", (event) => {
      if (publication !== this.publication) return;
      if (event.state === "published") {
        const own = this.state.value;
        const key = isOwnState(own) ? OWN_TEXTS[own] : "presenceAvailable";
        this.tellOwn(() => text("presencePublished", { state: text(key) }));
      } else if (event.state === "ended") {
        this.publication = null;
        if (event.cause === undefined || event.cause === "unpublished") return;
        const detail = detailOf(event.status, event.reason) || event.cause;
        this.tellOwn(() => text("presenceNotPublished", { detail }));
      }
    });
  }

  private async unpublish(): Promise<void> {
    const { publication } = this;
    this.publication = null;
    try {
      await publication?.unpublish();
    } catch (error) {
      console.debug("presence:", error);
    }
    if (this.publication === null) this.tellOwn(() => text("presenceUnpublished"));
  }

  private tellOwn(line: () => string): void {
    this.ownLine = line;
    this.published.textContent = line();
  }

  private add(): void {
    const { account } = this;
    const target = this.input.value.trim();
    if (target === "" || account === null) {
      this.input.focus();
      return;
    }
    const { domain } = account;
    const key = keyOf(target, domain);
    if (this.watched.some(({ contact }) => keyOf(contact.target, domain) === key)) {
      this.complain(text("contactExists", { peer: target }));
      return;
    }
    if (this.watched.length >= MAX_CONTACTS) {
      this.complain(text("contactsFull", { max: MAX_CONTACTS }));
      return;
    }
    const watched: Watched = {
      contact: { target, name: target },
      knowledge: { kind: "loggedOut" },
      subscription: null,
    };
    this.watched = [...this.watched, watched];
    this.input.value = "";
    this.complain("");
    this.store();
    this.watch(watched);
    this.render();
  }

  private remove(watched: Watched): void {
    this.watched = this.watched.filter((other) => other !== watched);
    watched.subscription?.unsubscribe().catch(() => undefined);
    watched.subscription = null;
    this.store();
    this.render();
    this.input.focus();
  }

  private watch(watched: Watched): void {
    const { agent } = this;
    if (agent === null || !this.registered || watched.subscription !== null) return;
    const refuse = (detail: string): void => {
      watched.knowledge = { kind: "refused", detail };
    };
    let subscription: Subscription;
    try {
      subscription = agent.subscribe(watched.contact.target, {
        event: "presence",
        accept: [PIDF],
        expires: PRESENCE_EXPIRES,
      });
    } catch (error) {
      refuse(reasonOf(error));
      return;
    }
    watched.subscription = subscription;
    watched.knowledge = { kind: "asking" };
    subscription.active.catch(() => undefined);
    subscription.on("state", (event) => {
      if (subscription !== watched.subscription) return;
      if (event.state === "pending") watched.knowledge = { kind: "pending" };
      if (event.state === "ended") {
        watched.subscription = null;
        refuse(detailOf(event.status, event.reason) || (event.cause ?? ""));
      }
      this.render();
    });
    subscription.on("notify", (notification) => {
      if (subscription === watched.subscription) this.learn(watched, notification);
    });
  }

  private learn(watched: Watched, notification: Notification): void {
    const { contentType, content } = notification;
    const result = content.length === 0 ? null : parseDocument(contentType, content);
    const document = result?.document;
    if (notification.state === "pending") {
      watched.knowledge = { kind: "pending" };
    } else if (document?.kind === "presence") {
      watched.knowledge = { kind: "seen", seen: seenOf(document) };
    } else {
      watched.knowledge = { kind: "seen", seen: { state: "unknown", note: "" } };
    }
    this.news.textContent = text("contactChanged", {
      peer: watched.contact.name,
      state: describe(watched.knowledge),
    });
    this.render();
  }

  private store(): void {
    const { account } = this;
    if (account === null) return;
    const contacts = this.watched.map(({ contact }) => contact);
    saveOf("contacts", account.uri, account.lasting, formatContacts(contacts));
  }

  private complain(line: string): void {
    this.problem.textContent = line;
    if (line === "") this.input.removeAttribute("aria-invalid");
    else this.input.setAttribute("aria-invalid", "true");
  }

  private render(): void {
    this.state.disabled = !this.registered;
    this.note.disabled = !this.registered;
    this.publishButton.disabled = !this.registered;
    this.addButton.disabled = this.account === null;
    this.published.textContent = this.ownLine();
    this.empty.hidden = this.watched.length > 0;
    this.list.replaceChildren(...this.watched.map((watched) => this.row(watched)));
  }

  private row(watched: Watched): HTMLElement {
    const { contact, knowledge } = watched;
    const { name, target } = contact;
    const item = make("li", "entry");
    item.dataset["contact"] = target;
    item.dataset["state"] = knowledge.kind === "seen" ? knowledge.seen.state : knowledge.kind;
    const words = make("span", "entry-text");
    words.append(make("span", "entry-name", name), make("span", "soft", describe(knowledge)));
    const dot = make("span", "dot");
    dot.setAttribute("aria-hidden", "true");
    const call = text("contactCall", { peer: name });
    const write = text("contactWrite", { peer: name });
    const remove = text("contactRemove", { peer: name });
    item.append(
      dot,
      words,
      makeIconButton("i-phone", call, () => this.actions.call(target)),
      makeIconButton("i-message", write, () => this.actions.write(target, name)),
      makeIconButton("i-close", remove, () => this.remove(watched)),
    );
    return item;
  }
}

function describe(knowledge: Knowledge): string {
  switch (knowledge.kind) {
    case "seen": {
      const state = text(SEEN_TEXTS[knowledge.seen.state]);
      return knowledge.seen.note === "" ? state : `${state} - ${knowledge.seen.note}`;
    }
    case "asking":
      return text("stateAsking");
    case "pending":
      return text("statePending");
    case "loggedOut":
      return text("stateLoggedOut");
    case "refused":
      return text("stateRefused", { detail: knowledge.detail });
  }
}
