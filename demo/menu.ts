/** A button that opens a menu, with the keys of the ARIA menu button pattern. */

export class MenuButton {
  /** false: a click on the button is `onPlainClick`, not the menu. */
  private enabled = true;

  constructor(
    private readonly button: HTMLButtonElement,
    private readonly menu: HTMLElement,
    private readonly onPlainClick: () => void,
  ) {
    button.addEventListener("click", () => {
      if (!this.enabled) {
        this.onPlainClick();
      } else if (this.isOpen) {
        this.close();
      } else {
        this.open();
      }
    });
    button.addEventListener("keydown", (event) => {
      if (!this.enabled || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
      event.preventDefault();
      this.open();
    });
    menu.addEventListener("keydown", (event) => this.onKey(event));
    menu.addEventListener("click", () => this.close());
    document.addEventListener("pointerdown", (event) => {
      const target = event.target;
      if (target instanceof Node && !menu.contains(target) && !button.contains(target)) {
        this.hide();
      }
    });
  }

  get isOpen(): boolean {
    return !this.menu.hidden;
  }

  open(): void {
    if (this.button.disabled) return;
    this.menu.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.items()[0]?.focus();
  }

  /** Closes and gives the focus back to the button. */
  close(): void {
    if (!this.isOpen) return;
    this.hide();
    this.button.focus();
  }

  /** Tells the button apart from a plain one for assistive software. */
  setEnabled(enabled: boolean): void {
    this.enabled = enabled;
    if (enabled) {
      this.button.setAttribute("aria-haspopup", "menu");
      this.button.setAttribute("aria-expanded", String(this.isOpen));
    } else {
      this.hide();
      this.button.removeAttribute("aria-haspopup");
      this.button.removeAttribute("aria-expanded");
    }
  }

  private hide(): void {
    if (!this.isOpen) return;
    this.menu.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  private items(): HTMLElement[] {
    return [...this.menu.querySelectorAll<HTMLElement>('[role="menuitem"]:not([hidden])')];
  }

  private onKey(event: KeyboardEvent): void {
    const items = this.items();
    const current = items.findIndex((item) => item === document.activeElement);
    const last = items.length - 1;
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: current === last ? 0 : current + 1,
      ArrowUp: current <= 0 ? last : current - 1,
      Home: 0,
      End: last,
    };
    const next = moves[event.key];
    if (next !== undefined) {
      event.preventDefault();
      items[next]?.focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Tab") {
      this.hide();
    }
  }
}
