/** The floating key pad: a modal dialog over the glass panel, also played by the real keyboard. */
import { byId } from "./dom.js";

const TONE = /^[0-9*#]$/;
const SHOWN_KEYS = 24;

export class KeyPad {
  private readonly panel = byId("divKeyPad", HTMLElement);
  private readonly glass = byId("divGlassPanel", HTMLElement);
  private readonly typed = byId("txtKeys", HTMLElement);
  private readonly page = byId("divPage", HTMLElement);
  private readonly closeButton = byId("btnCloseKeyPad", HTMLButtonElement);
  private opener: HTMLElement | null = null;

  constructor(private readonly press: (tone: string) => void) {
    this.closeButton.addEventListener("click", () => this.close());
    this.glass.addEventListener("click", () => this.close());
    for (const key of this.panel.querySelectorAll<HTMLButtonElement>("[data-tone]")) {
      key.addEventListener("click", () => this.key(key));
    }
    this.panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      this.close();
    });
  }

  get isOpen(): boolean {
    return !this.panel.hidden;
  }

  open(opener: HTMLElement): void {
    this.opener = opener;
    this.typed.textContent = "";
    this.panel.hidden = false;
    this.glass.hidden = false;
    this.page.inert = true;
    this.panel.querySelector<HTMLElement>("[data-tone]")?.focus();
  }

  close(): void {
    if (!this.isOpen) return;
    this.panel.hidden = true;
    this.glass.hidden = true;
    this.page.inert = false;
    this.opener?.focus();
    this.opener = null;
  }

  /** true: the key of the real keyboard was a tone and was taken. */
  takeKey(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.altKey || event.metaKey || !TONE.test(event.key)) return false;
    const target = event.target;
    if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return false;
    if (event.repeat) return true;
    for (const key of this.panel.querySelectorAll<HTMLButtonElement>("[data-tone]")) {
      if (key.dataset["tone"] !== event.key) continue;
      if (this.isOpen) key.focus();
      this.key(key);
    }
    return true;
  }

  private key(button: HTMLButtonElement): void {
    const tone = button.dataset["tone"] ?? "";
    this.typed.textContent = `${this.typed.textContent ?? ""}${tone}`.slice(-SHOWN_KEYS);
    button.classList.remove("pressed");
    // Reading a layout value between the two lets the animation start again.
    void button.offsetWidth;
    button.classList.add("pressed");
    this.press(tone);
  }
}
