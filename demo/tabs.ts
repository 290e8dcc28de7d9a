/** A row of tabs, with the keys of the ARIA tabs pattern. */
import { byId } from "./dom.js";

export class Tabs {
  private readonly tabs: readonly HTMLElement[];

  constructor(list: HTMLElement, private readonly onShow: (panel: string) => void = () => undefined) {
    this.tabs = [...list.querySelectorAll<HTMLElement>('[role="tab"]')];
    for (const [index, tab] of this.tabs.entries()) {
      tab.addEventListener("click", () => this.select(tab));
      tab.addEventListener("keydown", (event) => {
        const last = this.tabs.length - 1;
        const moves: Readonly<Record<string, number>> = {
          ArrowRight: index === last ? 0 : index + 1,
          ArrowLeft: index === 0 ? last : index - 1,
          Home: 0,
          End: last,
        };
        const next = this.tabs[moves[event.key] ?? -1];
        if (next === undefined) return;
        event.preventDefault();
        this.select(next);
        next.focus();
      });
    }
  }

  /** The id of the panel that is shown. */
  get shown(): string {
    const tab = this.tabs.find((one) => one.getAttribute("aria-selected") === "true");
    return tab?.getAttribute("aria-controls") ?? "";
  }

  /** Shows the panel with this id. */
  show(panel: string): void {
    const tab = this.tabs.find((one) => one.getAttribute("aria-controls") === panel);
    if (tab !== undefined) this.select(tab);
  }

  private select(chosen: HTMLElement): void {
    for (const tab of this.tabs) {
      const selected = tab === chosen;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
      byId(tab.getAttribute("aria-controls") ?? "", HTMLElement).hidden = !selected;
    }
    this.onShow(this.shown);
  }
}
