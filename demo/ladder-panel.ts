/** The SIP traffic as a ladder between this page and its server, to look at and to save. */
import type { ConnectionState, UserAgent } from "../web/index.js";
import { byId, make, saveFile } from "./dom.js";
import type { Account, AgentFollower } from "./followers.js";
import { Ladder, MAX_ROWS, clockTime, type LadderRow } from "./ladder.js";
import { loadFlag } from "./storage.js";
import { onLanguage, text, type TextKey } from "./texts.js";

const STATES: Readonly<Record<ConnectionState, TextKey>> = {
  idle: "connectionIdle",
  connecting: "connectionConnecting",
  connected: "connectionConnected",
  reconnecting: "connectionReconnecting",
  failed: "connectionFailed",
  stopped: "connectionStopped",
};

/** Distance in pixels to the end at which the list still follows what comes. */
const NEAR_END = 40;

export class LadderPanel implements AgentFollower {
  private readonly list = byId("olLadder", HTMLOListElement);
  private readonly empty = byId("txtLadderEmpty", HTMLElement);
  private readonly dropped = byId("txtLadderDropped", HTMLElement);
  private readonly connection = byId("txtConnection", HTMLElement);
  private readonly saveButton = byId("btnSaveLadder", HTMLButtonElement);
  private readonly clearButton = byId("btnClearLadder", HTMLButtonElement);
  private readonly ladder = new Ladder();
  private state: ConnectionState = "idle";
  private server = "";

  constructor() {
    this.saveButton.addEventListener("click", () => this.save());
    this.clearButton.addEventListener("click", () => {
      this.ladder.clear();
      this.list.replaceChildren();
      this.show();
    });
    onLanguage(() => {
      this.list.replaceChildren(...this.ladder.rows.map(makeRow));
      this.show();
    });
    this.show();
  }

  setAgent(agent: UserAgent | null, account: Account | null): void {
    if (account !== null) this.server = account.server;
    this.state = agent?.connectionState ?? "idle";
    agent?.on("connection", ({ state }) => {
      this.state = state;
      this.show();
    });
    agent?.on("log", ({ direction, text: message }) => {
      const row = this.ladder.add({ direction, text: message, at: Date.now() });
      const { scrollHeight, scrollTop, clientHeight } = this.list;
      const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END;
      this.list.append(makeRow(row));
      while (this.list.childElementCount > MAX_ROWS) this.list.firstElementChild?.remove();
      if (atEnd) this.list.scrollTop = this.list.scrollHeight;
      this.show();
    });
    this.show();
  }

  setRegistered(): void {
    this.show();
  }

  /** The panel came into view: the newest message is shown. */
  shown(): void {
    this.list.scrollTop = this.list.scrollHeight;
  }

  private show(): void {
    const count = this.ladder.rows.length;
    this.list.hidden = count === 0;
    this.empty.hidden = count > 0;
    this.empty.textContent = text(loadFlag("disableDebug") ? "ladderOff" : "ladderEmpty");
    this.saveButton.disabled = count === 0;
    this.clearButton.disabled = count === 0;
    this.dropped.hidden = this.ladder.dropped === 0;
    this.dropped.textContent = text("ladderDropped", { count: this.ladder.dropped });
    const state = text(STATES[this.state], { server: this.server });
    this.connection.dataset["state"] = this.state;
    const line = text("connectionLine", { state });
    if (this.connection.textContent !== line) this.connection.textContent = line;
  }

  private save(): void {
    const stamp = new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-");
    const content = this.ladder.toText(location.href.replace(/[?#].*$/, ""));
    saveFile(`sip-traffic-${stamp}.txt`, content, "text/plain;charset=utf-8");
  }
}

function makeRow(row: LadderRow): HTMLElement {
  const item = make("li");
  item.dataset["direction"] = row.direction;
  const details = make("details");
  const summary = make("summary");
  const arrow = make("span", "arrow");
  const direction = text(row.direction === "sent" ? "ladderSent" : "ladderReceived");
  arrow.append(make("span", "hidden-text", direction));
  summary.append(
    make("time", "soft", clockTime(row.at)),
    arrow,
    make("span", "ladder-title", row.title),
    make("span", "ladder-about soft", row.about),
  );
  const message = make("pre", "", row.text);
  message.tabIndex = 0;
  message.setAttribute("role", "region");
  message.setAttribute("aria-label", row.title);
  details.append(summary, message);
  item.append(details);
  return item;
}
