/** Shows how well the shown call gets through, measured every few seconds. */
import type { Call } from "../web/index.js";
import { byId } from "./dom.js";
import { LEVEL_TEXTS, judge, readStats, type Quality, type Reading } from "./quality.js";
import { text } from "./texts.js";

const INTERVAL = 2000;

type State = "connecting" | "lost" | "measured";

export class QualityMeter {
  private readonly line = byId("txtQuality", HTMLElement);
  private readonly label = byId("txtQualityLevel", HTMLElement);
  private readonly detail = byId("txtQualityDetail", HTMLElement);
  private call: Call | null = null;
  private before: Reading | null = null;
  private state: State = "connecting";
  private quality: Quality | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  /** null: there is no call to watch. */
  watch(call: Call | null): void {
    if (call === this.call) return;
    this.call = call;
    this.before = null;
    this.quality = null;
    this.state = "connecting";
    clearInterval(this.timer);
    this.timer = call === null ? undefined : setInterval(() => void this.measure(), INTERVAL);
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
    this.write(
      text(LEVEL_TEXTS[quality.level]),
      text("qualityDetail", { kbps, loss, delay, jitter }),
    );
  }

  private write(level: string, detail: string): void {
    // The level is a live region: the figures are not, as they change all the time.
    if (this.label.textContent !== level) this.label.textContent = level;
    this.detail.textContent = detail;
  }

  private async measure(): Promise<void> {
    const { call } = this;
    const connection = call?.peerConnection ?? null;
    if (connection === null || call?.state !== "established") return;
    const { connectionState } = connection;
    if (connectionState !== "connected") {
      const lost = connectionState === "disconnected" || connectionState === "failed";
      this.state = lost ? "lost" : "connecting";
      this.before = null;
      this.refresh();
      return;
    }
    const now = readStats(
      (await connection.getStats()) as unknown as Iterable<[string, Record<string, unknown>]>,
      performance.now(),
    );
    if (call !== this.call) return;
    this.state = "measured";
    if (this.before !== null) this.quality = judge(this.before, now);
    this.before = now;
    this.refresh();
  }
}
