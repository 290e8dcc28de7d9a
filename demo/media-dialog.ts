/** Asks what a person wants to do with a picture that the other side offers in the middle of a call. */
import type { MediaOffer } from "../web/index.js";
import type { CallLine } from "./call-line.js";
import { byId } from "./dom.js";
import { text } from "./texts.js";

/** show: the own camera too. watch: see the other side alone. none: the call stays as it is. */
export type MediaDecision = "show" | "watch" | "none";

export class MediaDialog {
  private readonly dialog = byId("dlgMedia", HTMLDialogElement);
  private readonly title = byId("hdrMedia", HTMLElement);
  private answer: ((decision: MediaDecision) => void) | null = null;
  private line: CallLine | null = null;

  constructor() {
    const buttons = { show: "btnMediaShow", watch: "btnMediaWatch", none: "btnMediaNone" } as const;
    for (const decision of ["show", "watch", "none"] as const) {
      byId(buttons[decision], HTMLButtonElement).addEventListener("click", () => {
        this.decide(decision);
      });
    }
    this.dialog.addEventListener("close", () => {
      // The event comes late: the next question may be shown already.
      if (!this.dialog.open) this.decide("none");
    });
  }

  /** Escape is a refusal; so is what becomes of an offer when another one comes. */
  ask(line: CallLine, offer: MediaOffer, answer: (decision: MediaDecision) => void): void {
    this.decide("none");
    this.line = line;
    this.answer = answer;
    this.title.textContent = text("mediaOffer", { peer: line.name });
    // What the other side does not want to see needs no camera.
    const wanted = offer.video === "sendrecv" || offer.video === "sendonly";
    byId("btnMediaShow", HTMLButtonElement).hidden = !wanted;
    byId("btnMediaWatch", HTMLButtonElement).hidden = offer.video === "sendonly";
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** The call is over, or the offer was withdrawn: nobody waits for the answer any more. */
  forget(line: CallLine): void {
    if (line !== this.line) return;
    this.answer = null;
    this.line = null;
    if (this.dialog.open) this.dialog.close();
  }

  private decide(decision: MediaDecision): void {
    const { answer } = this;
    this.answer = null;
    this.line = null;
    if (this.dialog.open) this.dialog.close();
    answer?.(decision);
  }
}
