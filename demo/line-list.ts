/** The switcher: every call of the page, when there is more than the one that is shown. */
import type { CallLine } from "./call-line.js";
import { byId, make, makeIcon } from "./dom.js";
import { text, type TextKey } from "./texts.js";

export interface LineListActions {
  readonly show: (line: CallLine) => void;
  readonly answer: (line: CallLine) => void;
  readonly reject: (line: CallLine) => void;
}

interface Row {
  readonly item: HTMLLIElement;
  readonly show: HTMLButtonElement;
  readonly state: HTMLElement;
  readonly answer: HTMLButtonElement;
  readonly reject: HTMLButtonElement;
}

function stateKey(line: CallLine): TextKey {
  if (line.phase === "active") return line.isHeld ? "lineHeld" : "lineActive";
  if (line.phase === "incoming") return "lineIncoming";
  return line.phase === "outgoing" ? "lineOutgoing" : "lineEnding";
}

function write(element: Element, value: string): void {
  if (element.textContent !== value) element.textContent = value;
}

export class LineList {
  private readonly list = byId("ulLines", HTMLUListElement);
  private readonly rows = new Map<CallLine, Row>();

  constructor(private readonly actions: LineListActions) {}

  show(lines: readonly CallLine[], selected: CallLine | null, busy: boolean): void {
    const alone = lines.length === 1 && lines[0] === selected;
    this.list.hidden = lines.length === 0 || alone;
    for (const [line, row] of this.rows) {
      if (lines.includes(line)) continue;
      row.item.remove();
      this.rows.delete(line);
    }
    for (const line of lines) {
      const row = this.rows.get(line) ?? this.add(line);
      const { name } = line;
      row.item.dataset["phase"] = line.phase;
      row.item.classList.toggle("held", line.isHeld);
      if (line === selected) row.show.setAttribute("aria-current", "true");
      else row.show.removeAttribute("aria-current");
      row.show.disabled = busy;
      row.show.title = text("showCall", { peer: name });
      const state = text(stateKey(line));
      write(row.state, line.duration === null ? state : `${state} ${line.duration}`);
      const waiting = line.phase === "incoming" && line !== selected;
      row.answer.hidden = !waiting;
      row.reject.hidden = !waiting;
      row.answer.disabled = busy;
      write(row.answer, text("answer"));
      write(row.reject, text("reject"));
      row.answer.setAttribute("aria-label", text("answerThis", { peer: name }));
      row.reject.setAttribute("aria-label", text("rejectThis", { peer: name }));
    }
  }

  /** The focus was on a row that went away. */
  focusFirst(): void {
    this.list.querySelector("button")?.focus();
  }

  private add(line: CallLine): Row {
    const item = make("li");
    const show = make("button", "line");
    const name = make("span", "line-name", line.name);
    const state = make("span", "line-state");
    const answer = make("button", "button go small-button");
    const reject = make("button", "button stop small-button");
    show.type = answer.type = reject.type = "button";
    show.append(makeIcon("i-phone"), name, state);
    show.addEventListener("click", () => this.actions.show(line));
    answer.addEventListener("click", () => this.actions.answer(line));
    reject.addEventListener("click", () => this.actions.reject(line));
    item.append(show, answer, reject);
    this.list.append(item);
    const row = { item, show, state, answer, reject };
    this.rows.set(line, row);
    return row;
  }
}
