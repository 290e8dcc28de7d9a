/** The calls of the one who is logged in, newest first. */
import type { UserAgent } from "../web/index.js";
import { byId, formatDuration, make, makeIcon, makeIconButton } from "./dom.js";
import type { Account, AgentFollower } from "./followers.js";
import {
  addEntry,
  formatHistory,
  parseHistory,
  type CallOutcome,
  type HistoryEntry,
} from "./history.js";
import { loadOf, saveOf } from "./storage.js";
import { language, onLanguage, text, type TextKey } from "./texts.js";

const OUTCOMES: Readonly<Record<CallOutcome, TextKey>> = {
  answered: "historyAnswered",
  missed: "historyMissed",
  rejected: "historyRejected",
  cancelled: "historyCancelled",
  failed: "historyFailed",
};

export class HistoryPanel implements AgentFollower {
  private readonly list = byId("ulHistory", HTMLUListElement);
  private readonly empty = byId("txtNoHistory", HTMLElement);
  private readonly clear = byId("btnClearHistory", HTMLButtonElement);
  private readonly info = byId("txtHistory", HTMLElement);
  private account: Account | null = null;
  private entries: readonly HistoryEntry[] = [];

  constructor(private readonly call: (target: string) => void) {
    this.clear.addEventListener("click", () => {
      this.entries = [];
      this.store();
      this.info.textContent = text("historyCleared");
      this.info.focus();
    });
    onLanguage(() => this.show());
    this.show();
  }

  setAgent(_agent: UserAgent | null, account: Account | null): void {
    // What was done stays in view after logging out.
    if (account === null) return;
    this.account = account;
    this.entries = this.load();
    this.show();
  }

  setRegistered(): void {
    this.show();
  }

  add(entry: HistoryEntry): void {
    // Another tab of the same user may have written meanwhile.
    this.entries = addEntry(this.load(), entry);
    this.store();
  }

  private load(): readonly HistoryEntry[] {
    const { account } = this;
    if (account === null) return this.entries;
    return parseHistory(loadOf("history", account.uri, account.lasting));
  }

  private store(): void {
    const { account } = this;
    if (account !== null) {
      saveOf("history", account.uri, account.lasting, formatHistory(this.entries));
    }
    this.info.textContent = "";
    this.show();
  }

  private show(): void {
    this.empty.hidden = this.entries.length > 0;
    this.clear.disabled = this.entries.length === 0;
    this.list.replaceChildren(...this.entries.map((entry) => this.row(entry)));
  }

  private row(entry: HistoryEntry): HTMLElement {
    const item = make("li", "entry");
    item.dataset["outcome"] = entry.outcome;
    const direction = make("span", "direction");
    const incoming = entry.direction === "incoming";
    direction.append(
      makeIcon(incoming ? "i-incoming" : "i-outgoing"),
      make("span", "hidden-text", text(incoming ? "historyIncoming" : "historyOutgoing")),
    );
    const when = make("time", "soft");
    when.dateTime = new Date(entry.at).toISOString();
    when.textContent = new Intl.DateTimeFormat(language(), {
      dateStyle: "medium",
      timeStyle: "short",
    }).format(entry.at);
    const outcome = text(OUTCOMES[entry.outcome], { time: formatDuration(entry.duration) });
    const again = text("historyCall", { peer: entry.name });
    item.append(
      direction,
      make("span", "entry-name", entry.name),
      make("span", "outcome", outcome),
      when,
      makeIconButton("i-phone", again, () => this.call(entry.target)),
    );
    return item;
  }
}
