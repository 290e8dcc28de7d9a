/** Shows how well the shown call gets through, as its statistics tell. */
import type { Call } from "../web/index.js";
import { byId } from "./dom.js";
import { LEVEL_TEXTS, summarise, type Quality } from "./quality.js";
import { text } from "./texts.js";

type State = "connecting" | "lost" | "measured";

export class QualityMeter {
  private readonly line = byId("txtQuality", HTMLElement);
  private readonly label = byId("txtQualityLevel", HTMLElement);
  private readonly detail = byId("txtQualityDetail", HTMLElement);
  private call: Call | null = null;
  private state: State = "connecting";
  private quality: Quality | null = null;
  private readonly forget: (() => void)[] = [];

  /** null: there is no call to watch. */
  watch(call: Call | null): void {
    if (call === this.call) return;
    this.call = call;
    this.quality = null;
    this.state = "connecting";
    for (const forget of this.forget.splice(0)) forget();
    if (call) {
      this.forget.push(
        call.on("quality", (quality) => {
          this.quality = summarise(quality);
          this.follow(call);
        }),
        call.on("mediaState", () => this.follow(call)),
      );
      this.follow(call);
    }
    this.refresh();
  }

  /** Writes what is known in the language of now. */
  refresh(): void {
    const { call, quality } = this;
    this.line.hidden = call?.state !== "established" || (this.state === "measured" && !quality);
    this.line.dataset["level"] = this.state === "measured" ? (quality?.level ?? "") : this.state;
    if (this.state !== "measured" || quality === null) {
      this.write(text(this.state === "lost" ? "qualityLost" : "qualityConnecting"), "");
      return;
    }
    const { kbps, loss, jitter } = quality;
    const delay = quality.delay ?? "-";
    const mos = quality.mos ?? "-";
    this.write(
      text(LEVEL_TEXTS[quality.level]),
      text("qualityDetail", { kbps, loss, delay, jitter, mos }),
    );
  }

  private write(level: string, detail: string): void {
    // The level is a live region: the figures are not, as they change all the time.
    if (this.label.textContent !== level) this.label.textContent = level;
    this.detail.textContent = detail;
  }

  private follow(call: Call): void {
    const { mediaState } = call;
    const lost = mediaState === "interrupted" || mediaState === "failed";
    this.state = lost ? "lost" : mediaState === "connected" ? "measured" : "connecting";
    this.refresh();
  }
}
