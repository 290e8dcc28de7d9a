/** Asks whom a call is to be transferred to, and whether a transfer that the peer wants is welcome. */
import type { TransferRequest } from "../web/index.js";
import { peerName, type CallLine } from "./call-line.js";
import { byId, make } from "./dom.js";
import { text } from "./texts.js";

export interface TransferActions {
  /** Blind. */
  readonly now: (line: CallLine, target: string) => void;
  /** Calls the target first. */
  readonly ask: (line: CallLine, target: string) => void;
  /** Attended: the peers of both are connected with each other. */
  readonly connect: (line: CallLine, other: CallLine) => void;
}

export class TransferDialog {
  private readonly dialog = byId("dlgTransfer", HTMLDialogElement);
  private readonly title = byId("hdrTransfer", HTMLElement);
  private readonly target = byId("txtTransferTarget", HTMLInputElement);
  private readonly others = byId("divTransferOthers", HTMLElement);
  private readonly otherList = byId("ulTransferOthers", HTMLUListElement);
  private line: CallLine | null = null;

  constructor(private readonly actions: TransferActions) {
    byId("frmTransfer", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.withTarget((line, target) => this.actions.now(line, target));
    });
    byId("btnTransferAsk", HTMLButtonElement).addEventListener("click", () => {
      this.withTarget((line, target) => this.actions.ask(line, target));
    });
    byId("btnTransferCancel", HTMLButtonElement).addEventListener("click", () => this.close());
    this.dialog.addEventListener("close", () => (this.line = null));
  }

  /** `others`: the established calls that it may be connected with, the likeliest first. */
  open(line: CallLine, others: readonly CallLine[]): void {
    this.line = line;
    this.title.textContent = text("transferTitle", { peer: line.name });
    this.target.value = "";
    this.target.removeAttribute("aria-invalid");
    this.others.hidden = others.length === 0;
    this.otherList.replaceChildren(
      ...others.map((other) => {
        const item = make("li");
        const button = make("button", "button quiet", text("transferTo", { peer: other.name }));
        button.type = "button";
        button.addEventListener("click", () => {
          this.close();
          this.actions.connect(line, other);
        });
        item.append(button);
        return item;
      }),
    );
    if (!this.dialog.open) this.dialog.showModal();
    const first = this.otherList.querySelector("button") ?? this.target;
    first.focus();
  }

  /** The call is over, or the dialog has done its work. */
  close(line: CallLine | null = this.line): void {
    if (line === this.line && this.dialog.open) this.dialog.close();
  }

  private withTarget(act: (line: CallLine, target: string) => void): void {
    const { line } = this;
    const target = this.target.value.trim();
    if (target === "") {
      this.target.setAttribute("aria-invalid", "true");
      this.target.focus();
      return;
    }
    this.close();
    if (line !== null) act(line, target);
  }
}

export class ConsentDialog {
  private readonly dialog = byId("dlgConsent", HTMLDialogElement);
  private readonly title = byId("hdrConsent", HTMLElement);
  private readonly explanation = byId("txtConsent", HTMLElement);
  private answer: ((accepted: boolean) => void) | null = null;
  private line: CallLine | null = null;

  constructor() {
    const decide = (accepted: boolean): void => {
      const answer = this.answer;
      this.answer = null;
      if (this.dialog.open) this.dialog.close();
      answer?.(accepted);
    };
    byId("btnConsentAccept", HTMLButtonElement).addEventListener("click", () => decide(true));
    byId("btnConsentReject", HTMLButtonElement).addEventListener("click", () => decide(false));
    this.dialog.addEventListener("close", () => {
      // The event comes late: the next question may be shown already.
      if (!this.dialog.open) decide(false);
    });
  }

  /** Escape is a refusal. A second question takes the place of the first, which is refused. */
  ask(line: CallLine, request: TransferRequest, answer: (accepted: boolean) => void): void {
    this.answer?.(false);
    this.line = line;
    this.answer = answer;
    this.title.textContent = text("transferConsent", { peer: peerName(request.target) });
    this.explanation.textContent = text("transferConsentBy", { peer: line.name });
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** The call is over: nobody waits for the answer any more. */
  forget(line: CallLine): void {
    if (line !== this.line) return;
    this.answer = null;
    if (this.dialog.open) this.dialog.close();
  }
}
