/** The video area: the other side's picture, the own preview, and full screen. */
import { byId, setIcon, setLabel } from "./dom.js";
import { text } from "./texts.js";

export class VideoStage {
  private readonly stage = byId("tdVideo", HTMLElement);
  private readonly area = byId("divCallArea", HTMLElement);
  private readonly remoteView = byId("video_remote", HTMLVideoElement);
  private readonly localView = byId("video_local", HTMLVideoElement);
  private readonly button = byId("btnFullScreen", HTMLButtonElement);
  private readonly watched = new WeakSet<MediaStreamTrack | MediaStream>();
  private local: MediaStream | null = null;
  private remote: MediaStream | null = null;

  constructor() {
    this.button.addEventListener("click", () => void this.toggleFullScreen());
    document.addEventListener("fullscreenchange", () => {
      if (document.fullscreenElement === null) this.area.classList.remove("full");
      this.update();
    });
    this.update();
  }

  /** null: that side has no stream. */
  show(local: MediaStream | null, remote: MediaStream | null): void {
    this.local = local;
    this.remote = remote;
    this.watch(local);
    this.watch(remote);
    this.update();
  }

  /** The own camera is switched off while the call goes on. */
  setDark(dark: boolean): void {
    this.localView.classList.toggle("dark", dark);
  }

  /** The preview shows a screen, which is no mirror. */
  setSharing(sharing: boolean): void {
    this.localView.classList.toggle("screen", sharing);
  }

  /** Writes its texts in the language of now. */
  refresh(): void {
    this.update();
  }

  leaveFullScreen(): void {
    if (document.fullscreenElement !== null) {
      document.exitFullscreen().catch(() => undefined);
    }
    this.area.classList.remove("full");
    this.update();
  }

  private watch(stream: MediaStream | null): void {
    if (stream === null) return;
    if (!this.watched.has(stream)) {
      this.watched.add(stream);
      stream.addEventListener("addtrack", () => this.watch(stream));
      stream.addEventListener("removetrack", () => this.update());
    }
    for (const track of stream.getVideoTracks()) {
      if (this.watched.has(track)) continue;
      this.watched.add(track);
      for (const change of ["mute", "unmute", "ended"]) {
        track.addEventListener(change, () => this.update());
      }
    }
    this.update();
  }

  private update(): void {
    const remote = hasPicture(this.remote);
    const local = hasPicture(this.local);
    attach(this.remoteView, this.remote);
    attach(this.localView, this.local);
    this.stage.dataset["video"] = remote ? "remote" : local ? "local" : "none";
    this.localView.hidden = !local;
    this.remoteView.hidden = !remote;
    this.button.disabled = !remote && !local;
    const full = this.isFull;
    this.button.classList.toggle("on", full);
    setLabel(this.button, text(full ? "leaveFullScreen" : "fullScreen"));
    setIcon(this.button, full ? "i-shrink" : "i-expand");
  }

  private get isFull(): boolean {
    return this.area.classList.contains("full");
  }

  private async toggleFullScreen(): Promise<void> {
    if (this.isFull) {
      this.leaveFullScreen();
      return;
    }
    this.area.classList.add("full");
    this.update();
    try {
      // The whole page, not the area alone: the key pad stands outside it.
      await document.documentElement.requestFullscreen();
    } catch {
      // Phones without the Fullscreen API and frames that do not allow it: the area fills the page.
    }
  }
}

/** A muted track has had no picture yet, or the other side holds the call. */
function hasPicture(stream: MediaStream | null): boolean {
  return (stream?.getVideoTracks() ?? []).some(
    (track) => track.readyState === "live" && !track.muted,
  );
}

function attach(view: HTMLVideoElement, stream: MediaStream | null): void {
  if (view.srcObject === stream) return;
  view.srcObject = stream;
  if (stream === null) return;
  view.play().catch((error: unknown) => {
    console.debug(`${view.id} does not play:`, error);
  });
}
