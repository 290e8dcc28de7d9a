/** One of the page's calls: what a person is told about it, as its events tell it. */
import type { Call, CallEnd, MediaChoice, MediaOffer, TransferRequest } from "../web/index.js";
import { formatDuration } from "./dom.js";
import { describeCallEnd, detailOf, reasonOf } from "./messages.js";
import { text } from "./texts.js";

export type Phase = "incoming" | "outgoing" | "active" | "ending";

/** A line for a person, made anew when the language changes. */
export interface Status {
  readonly line: () => string;
  readonly isError: boolean;
  /** It tells how something ended. */
  readonly ended: boolean;
}

/** What the panel does with the news of its calls. */
export interface LineOwner {
  /** Something to show has changed. */
  changed(line: CallLine): void;
  established(line: CallLine): void;
  ended(line: CallLine, end: CallEnd): void;
  transferRequested(line: CallLine, request: TransferRequest): void;
  /** The peer wants to add a medium. */
  mediaOffered(line: CallLine, offer: MediaOffer): void;
  /** It no longer wants an answer to that. */
  mediaOfferOver(line: CallLine): void;
  /** The call that this line's peer asked for goes on without it, or has failed. */
  transferDone(line: CallLine, ok: boolean): void;
}

const PASSING_TIME = 2500;

export function peerName(party: Call["remote"]): string {
  return party.displayName || party.user || party.uri;
}

export function status(
  line: () => string,
  how: { readonly isError?: boolean; readonly ended?: boolean } = {},
): Status {
  return { line, isError: how.isError === true, ended: how.ended === true };
}

export class CallLine {
  readonly name: string;
  /** When it began, in milliseconds since 1970. */
  readonly startedAt = Date.now();
  /** By performance.now(). */
  establishedAt: number | null = null;
  phase: Phase;
  heldByPeer = false;
  /** A hold or a resume of ours is on its way. */
  modifying = false;
  /** The other side rings, and nothing is heard of it but our own tone. */
  ringing = false;
  wantsVideo = false;
  /** What this call does with sound. */
  audio: MediaChoice = true;
  /** The call that waits while this one asks its peer whether it may be transferred. */
  askingFor: CallLine | null = null;
  /** What was captured for this call alone: a shared screen. */
  ownStream: MediaStream | null = null;
  private earlyMedia = false;
  private interrupted = false;
  private shown: Status;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly call: Call,
    phase: Phase,
    private readonly owner: LineOwner,
  ) {
    this.name = peerName(call.remote);
    this.phase = phase;
    this.shown = status(() => text("callInProgress"));
    this.follow();
  }

  get status(): Status {
    return this.shown;
  }

  /** Milliseconds that people have talked; 0 if they never did. */
  get talkTime(): number {
    return this.establishedAt === null ? 0 : performance.now() - this.establishedAt;
  }

  get isHeld(): boolean {
    return this.call.localHold;
  }

  /** Pictures are sent or received, or would be if nobody held the call. */
  get hasVideo(): boolean {
    const transceivers = this.call.peerConnection?.getTransceivers() ?? [];
    return transceivers.some(
      ({ currentDirection, receiver }) =>
        receiver.track.kind === "video" &&
        (currentDirection === "sendrecv" ||
          currentDirection === "sendonly" ||
          currentDirection === "recvonly"),
    );
  }

  /** "00:12", or null before the answer. */
  get duration(): string | null {
    return this.establishedAt === null ? null : formatDuration(this.talkTime / 1000);
  }

  say(line: () => string, how: { readonly isError?: boolean; readonly passing?: boolean } = {}): void {
    clearTimeout(this.timer);
    this.shown = status(line, how);
    if (how.passing === true) {
      this.timer = setTimeout(() => {
        if (this.phase === "active") this.sayActive();
      }, PASSING_TIME);
    }
    this.owner.changed(this);
  }

  sayActive(): void {
    this.say(() => {
      if (this.interrupted) return text("mediaInterrupted");
      if (this.heldByPeer) return text("remoteHold");
      if (this.isHeld) return text("onHold");
      if (this.call.sharing) return text("sharing");
      return text(this.call.isMuted("audio") ? "muted" : "inCall");
    });
  }

  enter(phase: Phase): void {
    this.phase = phase;
    this.owner.changed(this);
  }

  /**
   * Resolves to false if the other side did not agree; then the line tells why. `quiet`: what is
   * shown stays when all goes well.
   */
  async setHold(held: boolean, quiet = false): Promise<boolean> {
    if (this.phase !== "active" || this.call.localHold === held) return true;
    this.modifying = true;
    if (!quiet) this.say(() => text(held ? "holding" : "resuming"));
    try {
      await (held ? this.call.hold() : this.call.resume());
      this.modifying = false;
      if (this.phase === "active" && !quiet) {
        this.say(() => text(held ? "onHold" : "offHold"), { passing: true });
      }
      this.owner.changed(this);
      return true;
    } catch (error) {
      this.modifying = false;
      // A call that ended meanwhile is told by its end.
      if (this.phase !== "active") return true;
      const reason = reasonOf(error);
      this.say(() => text(held ? "holdFailed" : "resumeFailed", { reason }), {
        passing: true,
        isError: true,
      });
      return false;
    }
  }

  /** Offers to add video, or to go on without; the line tells how it goes. */
  async setVideo(wanted: boolean): Promise<void> {
    this.modifying = true;
    if (wanted) this.say(() => text("videoAdding"));
    try {
      if (!wanted && this.call.sharing) await this.call.stopSharing();
      await this.call.modify({ audio: this.audio, video: wanted });
      this.modifying = false;
      if (this.phase !== "active") return;
      this.wantsVideo ||= wanted;
      const added = wanted && this.hasVideo;
      this.say(() => text(added ? "videoAdded" : "videoEnded"), { passing: true });
    } catch (error) {
      this.modifying = false;
      if (this.phase !== "active") return;
      const reason = reasonOf(error);
      this.say(() => text("videoChangeFailed", { reason }), { passing: true, isError: true });
    }
  }

  /** Shows the screen to the peer, or no longer. */
  async setSharing(wanted: boolean): Promise<void> {
    this.modifying = true;
    this.owner.changed(this);
    try {
      await (wanted ? this.call.shareScreen({ audio: true }) : this.call.stopSharing());
    } catch (error) {
      if (this.phase === "active") {
        const detail = reasonOf(error);
        this.say(() => text("screenRefused", { detail }), { passing: true, isError: true });
      }
    }
    this.modifying = false;
    this.owner.changed(this);
  }

  /** Transfers the peer to somebody else; the line tells how it goes. */
  async transfer(target: string | Call): Promise<void> {
    this.say(() => text("transferTrying"));
    try {
      await this.call.transfer(target);
    } catch (error) {
      if (this.phase !== "active") return;
      const detail = reasonOf(error);
      this.say(() => text("transferFailed", { detail }), { isError: true });
      // The peer stays with us, so it should hear us again.
      void this.setHold(false, true);
    }
  }

  /** What is shown when it is over. */
  describeEnd(end: CallEnd): { readonly text: string; readonly isError: boolean } {
    return describeCallEnd(end, this.name, this.duration);
  }

  /** Closes what belongs to this call alone. */
  close(): void {
    clearTimeout(this.timer);
    for (const track of this.ownStream?.getTracks() ?? []) track.stop();
    this.ownStream = null;
  }

  private follow(): void {
    const { call, name, owner } = this;
    // The end is told by the "ended" event; a promise that nobody waits for is not an error.
    call.established.catch(() => undefined);
    call.on("state", (state) => {
      if (state === "calling") this.say(() => text("calling", { peer: name }));
      if (state === "established") this.onEstablished();
      if (state === "terminating") {
        this.phase = "ending";
        this.say(() => text("hangingUp"));
      }
    });
    call.on("progress", ({ status: code, earlyMedia }) => {
      if (earlyMedia) {
        this.earlyMedia = true;
        this.ringing = false;
        this.say(() => text("earlyMedia"));
      } else if ((code === 180 || code === 183) && !this.earlyMedia) {
        this.ringing = true;
        this.say(() => text("remoteRinging"));
      }
    });
    for (const name of ["localStream", "remoteStream", "trackAdded"] as const) {
      call.on(name, () => owner.changed(this));
    }
    call.on("remoteHold", (held) => {
      this.heldByPeer = held;
      this.say(() => text(held ? "remoteHold" : "remoteResume"), { passing: true });
    });
    call.on("sharing", (sharing) => {
      if (sharing) this.sayActive();
      else this.say(() => text("sharingEnded"), { passing: true });
    });
    call.on("mediaOffer", (offer) => owner.mediaOffered(this, offer));
    call.on("mediaOfferOver", () => owner.mediaOfferOver(this));
    call.on("mediaState", ({ state }) => {
      if (this.phase !== "active") return;
      const lost = state === "interrupted" || state === "failed";
      if (lost === this.interrupted) return;
      this.interrupted = lost;
      if (lost) this.sayActive();
      else this.say(() => text("mediaBack"), { passing: true });
    });
    call.on("trackEnded", ({ side, kind, replaced }) => {
      if (side !== "local") return;
      const isScreen = kind === "video" && this.ownStream !== null;
      const gone = isScreen ? "sharingEnded" : kind === "audio" ? "microphoneGone" : "cameraGone";
      this.say(() => text(gone), { passing: true, isError: !isScreen });
      // The other side is not to keep the last picture.
      if (kind === "video" && !replaced) {
        call.modify({ audio: this.audio, video: "recvonly" }).catch(() => undefined);
      }
    });
    for (const name of ["modified", "media"] as const) call.on(name, () => owner.changed(this));
    call.on("transfer", ({ state, status: code, reason }) => {
      const detail = detailOf(code, reason);
      if (state === "trying") this.say(() => text("transferTrying"));
      else if (state === "accepted") this.say(() => text("transferAccepted"));
      else if (state === "progress") this.say(() => text("transferProgress", { detail }));
      else if (state === "completed") this.say(() => text("transferCompleted"));
    });
    call.on("transferRequested", (request) => owner.transferRequested(this, request));
    call.on("transferProgress", ({ call: next, state, status: code, reason }) => {
      const peer = peerName(next.remote);
      const detail = detailOf(code, reason);
      this.say(() => text("transferTold", { peer, detail }), { isError: state === "failed" });
      if (state !== "progress") owner.transferDone(this, state === "completed");
    });
    call.on("ended", (end) => {
      this.close();
      owner.ended(this, end);
    });
  }

  private onEstablished(): void {
    this.establishedAt = performance.now();
    this.ringing = false;
    this.phase = "active";
    this.sayActive();
    this.owner.established(this);
  }
}
