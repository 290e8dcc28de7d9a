/** The right panel of call.htm: one call at a time, its sounds, its video and its buttons. */
import type { Call, CallEnd, UserAgent } from "../web/index.js";
import { byId, formatDuration, setIcon, setLabel } from "./dom.js";
import { KeyPad } from "./keypad.js";
import { MenuButton } from "./menu.js";
import { describeCallEnd, messageOf } from "./messages.js";
import { closeNotification, notifyIncoming } from "./notifications.js";
import { loadFlag, onChangeElsewhere, saveFlag } from "./storage.js";
import { text } from "./texts.js";
import type { Tones } from "./tones.js";
import { VideoStage } from "./video-stage.js";

type Timer = ReturnType<typeof setTimeout>;
type Phase = "idle" | "incoming" | "outgoing" | "active" | "ending";

/** RFC 3840 parameters, as sipML5's page sends them with a call. */
const CALL_CAPS = [
  { name: "+g.oma.sip-im", value: "" },
  { name: "language", value: '"en,fr"' },
];

const BUSY_HERE = 486;
const PASSING_STATUS_TIME = 2500;
const END_STATUS_TIME = 8000;
const PERMISSION_HINT_DELAY = 500;

export interface CallPanelOptions {
  readonly tones: Tones;
  /** Called with the number or name when a call is placed. */
  readonly onDialled: (target: string) => void;
  /** Called when the last call of the panel is over. */
  readonly onIdle: () => void;
}

export class CallPanel {
  private readonly panel = byId("divCallCtrl", HTMLElement);
  private readonly status = byId("txtCallStatus", HTMLElement);
  private readonly peer = byId("txtPeer", HTMLElement);
  private readonly avatar = byId("txtAvatar", HTMLElement);
  private readonly timer = byId("txtCallTimer", HTMLElement);
  private readonly notice = byId("divNotice", HTMLElement);
  private readonly noticeText = byId("txtNotice", HTMLElement);
  private readonly playButton = byId("btnPlaySound", HTMLButtonElement);
  private readonly number = byId("txtPhoneNumber", HTMLInputElement);
  private readonly callButton = byId("btnCall", HTMLButtonElement);
  private readonly answerAudioButton = byId("btnAnswerAudio", HTMLButtonElement);
  private readonly hangUpButton = byId("btnHangUp", HTMLButtonElement);
  private readonly options = byId("divCallOptions", HTMLElement);
  private readonly muteButton = byId("btnMute", HTMLButtonElement);
  private readonly cameraButton = byId("btnMuteVideo", HTMLButtonElement);
  private readonly holdButton = byId("btnHoldResume", HTMLButtonElement);
  private readonly keyPadButton = byId("btnKeyPad", HTMLButtonElement);
  private readonly glass = byId("divGlassPanel", HTMLElement);
  private readonly glassText = byId("txtGlass", HTMLElement);
  private readonly audio = byId("audio_remote", HTMLAudioElement);
  private readonly menu = new MenuButton(
    this.callButton,
    byId("ulCallOptions", HTMLElement),
    () => this.onCallButton(),
  );
  private readonly keyPad = new KeyPad((tone) => this.sendTone(tone));
  private readonly stage = new VideoStage();
  private readonly title = document.title;

  private agent: UserAgent | null = null;
  private registered = false;
  private call: Call | null = null;
  private phase: Phase = "idle";
  private modifying = false;
  private heldByPeer = false;
  private earlyMedia = false;
  private wantsVideo = false;
  private establishedAt: number | null = null;
  private statusTimer: Timer | undefined;
  private clock: Timer | undefined;
  private permissionTimer: Timer | undefined;

  constructor(private readonly settings: CallPanelOptions) {
    byId("frmCall", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.phase === "idle" && !this.callButton.disabled) this.callButton.click();
    });
    byId("btnCallAudio", HTMLButtonElement).addEventListener("click", () => this.place(false));
    byId("btnCallVideo", HTMLButtonElement).addEventListener("click", () => this.place(true));
    byId("btnDisableOptions", HTMLButtonElement).addEventListener("click", () => {
      saveFlag("disableCallOptions", true);
      this.showControls();
      this.tell(text("optionsDisabled"));
    });
    this.answerAudioButton.addEventListener("click", () => this.answer(false));
    this.hangUpButton.addEventListener("click", () => this.hangUp());
    this.muteButton.addEventListener("click", () => this.toggleMute("audio"));
    this.cameraButton.addEventListener("click", () => this.toggleMute("video"));
    this.holdButton.addEventListener("click", () => void this.toggleHold());
    this.keyPadButton.addEventListener("click", () => this.keyPad.open(this.keyPadButton));
    this.playButton.addEventListener("click", () => this.playRemote());
    byId("btnCloseNotice", HTMLButtonElement).addEventListener("click", () => this.tell(""));
    document.addEventListener("keydown", (event) => this.onKey(event));
    onChangeElsewhere(["disableVideo", "disableCallOptions"], () => {
      this.showControls();
      if (this.phase === "idle") this.showIdle();
    });
    this.showControls();
    this.showIdle();
  }

  get isBusy(): boolean {
    return this.call !== null;
  }

  /** Takes calls from `agent` from now on; null: no agent, so no call can be going on. */
  setAgent(agent: UserAgent | null): void {
    this.agent = agent;
    if (agent === null) {
      this.registered = false;
      if (this.call !== null) this.finish(this.call);
    } else {
      agent.on("call", (call) => this.onIncoming(call));
      agent.on("mediaPermission", ({ call, state }) => {
        if (call === this.call) this.askPermission(state === "requested");
      });
    }
    this.showControls();
    if (this.phase === "idle" && this.statusTimer === undefined) this.showIdle();
  }

  setRegistered(registered: boolean): void {
    if (this.registered === registered) return;
    this.registered = registered;
    this.showControls();
    if (this.phase === "idle" && !this.status.classList.contains("error")) this.showIdle();
  }

  /** A line above the panel that stays until it is closed or replaced; "" takes it away. */
  tell(line: string, playSound = false): void {
    this.notice.hidden = line === "";
    this.noticeText.textContent = line;
    this.playButton.hidden = !playSound;
  }

  private onCallButton(): void {
    if (this.phase === "incoming") this.answer(true);
    else this.place(!loadFlag("disableVideo"));
  }

  private place(video: boolean): void {
    if (this.call !== null) return;
    const target = this.number.value.trim();
    if (this.agent === null || !this.registered) {
      this.say(text("logInFirst"), { isError: true });
      return;
    }
    if (target === "") {
      this.say(text("enterNumber"), { isError: true });
      this.number.focus();
      return;
    }
    this.wantsVideo = video;
    this.settings.onDialled(target);
    this.settings.tones.unlock();
    this.tell("");
    try {
      const call = this.agent.call(target, { audio: true, video, caps: CALL_CAPS });
      this.begin(call, "outgoing");
      this.say(text("callInProgress"));
    } catch (error) {
      this.say(messageOf(error), { isError: true });
    }
  }

  private onIncoming(call: Call): void {
    if (this.call !== null) {
      call.established.catch(() => undefined);
      call.reject({ status: BUSY_HERE });
      this.tell(text("busyNotice", { peer: peerName(call) }));
      return;
    }
    this.tell("");
    this.begin(call, "incoming");
    const key = call.offered.video === null ? "incomingFrom" : "incomingVideoFrom";
    const line = text(key, { peer: peerName(call) });
    this.say(line);
    this.settings.tones.startRing();
    notifyIncoming(line);
    document.title = line;
  }

  private answer(withVideo: boolean): void {
    const call = this.call;
    if (call === null || this.phase !== "incoming") return;
    const { audio, video } = call.offered;
    this.wantsVideo = withVideo && video !== null && !loadFlag("disableVideo");
    this.stopRinging();
    this.settings.tones.unlock();
    this.enter("outgoing");
    this.say(text("answering"));
    try {
      call.answer({ audio: audio !== null || video === null, video: this.wantsVideo });
    } catch (error) {
      this.say(messageOf(error), { isError: true });
    }
  }

  private hangUp(): void {
    const call = this.call;
    if (call === null) return;
    const rejecting = this.phase === "incoming";
    this.stopRinging();
    this.enter("ending");
    this.say(text("hangingUp"));
    try {
      if (rejecting) call.reject();
      else call.hangup();
    } catch (error) {
      this.say(messageOf(error), { isError: true });
    }
  }

  private begin(call: Call, phase: Phase): void {
    this.call = call;
    this.heldByPeer = false;
    this.earlyMedia = false;
    this.modifying = false;
    this.establishedAt = null;
    const name = peerName(call);
    this.peer.textContent = name;
    this.avatar.textContent = Array.from(name)[0]?.toUpperCase() ?? "";
    this.enter(phase);
    this.panel.scrollIntoView({ block: "nearest" });

    // The end is told by the "ended" event; a promise that nobody waits for is not an error.
    call.established.catch(() => undefined);
    call.on("state", (state) => {
      if (call !== this.call) return;
      if (state === "calling") this.say(text("calling", { peer: name }));
      if (state === "established") this.onEstablished();
      if (state === "terminating") {
        this.enter("ending");
        this.say(text("hangingUp"));
      }
    });
    call.on("progress", ({ status, earlyMedia }) => {
      if (call === this.call) this.onProgress(status, earlyMedia);
    });
    call.on("localStream", (stream) => {
      if (call === this.call) this.showStreams(stream, call.remoteStream);
    });
    call.on("remoteStream", (stream) => {
      if (call === this.call) this.showStreams(call.localStream, stream);
    });
    call.on("trackAdded", () => {
      if (call === this.call) this.showStreams(call.localStream, call.remoteStream);
    });
    call.on("remoteHold", (held) => {
      if (call !== this.call) return;
      this.heldByPeer = held;
      this.say(text(held ? "remoteHold" : "remoteResume"), { passing: true });
      this.showControls();
    });
    call.on("ended", (end) => this.onEnded(call, end));
    this.showStreams(call.localStream, call.remoteStream);
  }

  private onProgress(status: number, earlyMedia: boolean): void {
    if (earlyMedia) {
      this.earlyMedia = true;
      this.settings.tones.stopAll();
      this.say(text("earlyMedia"));
    } else if ((status === 180 || status === 183) && !this.earlyMedia) {
      this.settings.tones.startRingBack();
      this.say(text("remoteRinging"));
    }
  }

  private onEstablished(): void {
    this.stopRinging();
    this.askPermission(false);
    this.establishedAt = performance.now();
    this.timer.hidden = false;
    this.showTime();
    clearInterval(this.clock);
    this.clock = setInterval(() => this.showTime(), 1000);
    this.enter("active");
    this.say(this.activeText());
  }

  private onEnded(call: Call, end: CallEnd): void {
    if (call !== this.call) return;
    const since = this.establishedAt;
    const duration = since === null ? null : formatDuration((performance.now() - since) / 1000);
    const outcome = describeCallEnd(end, peerName(call), duration);
    this.finish(call);
    this.say(outcome.text, { isError: outcome.isError, ended: true });
  }

  private finish(call: Call): void {
    if (call !== this.call) return;
    this.call = null;
    clearInterval(this.clock);
    this.timer.hidden = true;
    this.establishedAt = null;
    this.stopRinging();
    this.askPermission(false);
    this.keyPad.close();
    this.showStreams(null, null);
    this.stage.leaveFullScreen();
    this.enter("idle");
    this.showIdle();
    this.settings.onIdle();
  }

  private stopRinging(): void {
    this.settings.tones.stopAll();
    closeNotification();
    document.title = this.title;
  }

  private showStreams(local: MediaStream | null, remote: MediaStream | null): void {
    if (this.audio.srcObject !== remote) {
      this.audio.srcObject = remote;
      if (remote !== null) this.playRemote();
    }
    this.stage.show(local, remote);
    this.showControls();
  }

  private playRemote(): void {
    this.audio.play().then(
      () => {
        if (!this.playButton.hidden) this.tell("");
      },
      (error: unknown) => {
        const refused = error instanceof DOMException && error.name === "NotAllowedError";
        if (refused) this.tell(text("soundBlocked"), true);
      },
    );
  }

  private askPermission(asking: boolean): void {
    clearTimeout(this.permissionTimer);
    const hide = (): void => {
      if (this.glass.dataset["mode"] !== "permission") return;
      delete this.glass.dataset["mode"];
      this.glass.hidden = true;
      this.glassText.textContent = "";
    };
    if (!asking) {
      hide();
      return;
    }
    // A permission that was given before is granted at once: no flash of grey then.
    this.permissionTimer = setTimeout(() => {
      if (this.keyPad.isOpen) return;
      this.glass.dataset["mode"] = "permission";
      this.glass.hidden = false;
      this.glassText.textContent = text(this.wantsVideo ? "allowCamera" : "allowMicrophone");
    }, PERMISSION_HINT_DELAY);
  }

  private toggleMute(kind: "audio" | "video"): void {
    const call = this.call;
    if (call === null) return;
    call.mute(kind, !call.isMuted(kind));
    this.showControls();
    this.say(this.activeText());
  }

  private async toggleHold(): Promise<void> {
    const call = this.call;
    if (call === null || this.modifying) return;
    const resuming = call.localHold;
    this.modifying = true;
    this.showControls();
    this.say(text(resuming ? "resuming" : "holding"));
    let line = text(resuming ? "offHold" : "onHold");
    let isError = false;
    try {
      await (resuming ? call.resume() : call.hold());
    } catch (error) {
      line = text(resuming ? "resumeFailed" : "holdFailed", { reason: messageOf(error) });
      isError = true;
    }
    if (call !== this.call) return;
    this.modifying = false;
    this.showControls();
    if (this.phase === "active") this.say(line, { passing: true, isError });
  }

  private sendTone(tone: string): void {
    const call = this.call;
    if (call === null || this.phase !== "active") return;
    this.settings.tones.playKey(tone);
    call.dtmf(tone).catch((error: unknown) => {
      if (call !== this.call) return;
      this.say(text("dtmfFailed", { key: tone, reason: messageOf(error) }), {
        passing: true,
        isError: true,
      });
    });
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey && event.shiftKey && (event.code === "KeyA" || event.code === "KeyV")) {
      event.preventDefault();
      const disable = event.code === "KeyA";
      saveFlag("disableVideo", disable);
      this.showControls();
      this.say(text(disable ? "videoDisabled" : "videoEnabled"), { passing: true });
    } else if (event.key === "Escape") {
      this.stage.leaveFullScreen();
    } else if (this.phase === "active" && this.keyPad.takeKey(event)) {
      event.preventDefault();
    }
  }

  private enter(phase: Phase): void {
    const changed = this.phase !== phase;
    const hadFocus =
      document.activeElement === document.body || this.panel.contains(document.activeElement);
    this.phase = phase;
    this.panel.dataset["phase"] = phase;
    this.showControls();
    if (!changed || !hadFocus || phase === "incoming" || phase === "ending") return;
    // What had the focus may be gone now; the next likely button takes it.
    (phase === "idle" ? this.callButton : this.hangUpButton).focus({ preventScroll: true });
  }

  private showControls(): void {
    const { call, phase } = this;
    const incoming = phase === "incoming";
    const active = phase === "active";
    const videoOffered = incoming && call !== null && call.offered.video !== null;

    this.menu.setEnabled(phase === "idle" && !loadFlag("disableCallOptions"));
    this.callButton.classList.toggle("plain", incoming || loadFlag("disableCallOptions"));
    this.callButton.hidden = phase !== "idle" && !incoming;
    this.callButton.disabled = !incoming && (!this.registered || phase !== "idle");
    setLabel(this.callButton, text(incoming ? "answer" : "call"));
    setIcon(this.callButton, videoOffered && !loadFlag("disableVideo") ? "i-camera" : "i-phone");
    this.answerAudioButton.hidden = !videoOffered || loadFlag("disableVideo");
    this.hangUpButton.disabled = phase === "idle" || phase === "ending";
    setLabel(this.hangUpButton, text(incoming ? "reject" : "hangUp"));
    this.number.disabled = phase !== "idle";

    this.options.hidden = !active;
    const held = call !== null && call.localHold;
    this.panel.classList.toggle("held", held || this.heldByPeer);
    showToggle(this.holdButton, held, text(held ? "resume" : "hold"), held ? "i-play" : "i-pause");
    this.holdButton.disabled = this.modifying;
    const muted = call !== null && call.isMuted("audio");
    showToggle(this.muteButton, muted, text(muted ? "unmute" : "mute"), muted ? "i-mic-off" : "i-mic");
    const dark = call !== null && call.isMuted("video");
    showToggle(
      this.cameraButton,
      dark,
      text(dark ? "cameraOn" : "cameraOff"),
      dark ? "i-camera" : "i-camera-off",
    );
    this.cameraButton.disabled = (call?.localStream?.getVideoTracks().length ?? 0) === 0;
    this.stage.setDark(dark);
  }

  private activeText(): string {
    if (this.heldByPeer) return text("remoteHold");
    if (this.call?.localHold === true) return text("onHold");
    return text(this.call?.isMuted("audio") === true ? "muted" : "inCall");
  }

  private showIdle(): void {
    const parts = [text(this.registered ? "idleReady" : "idleLoggedOut")];
    if (loadFlag("disableVideo")) parts.push(text("videoDisabled"));
    this.say(parts.join(" - "));
  }

  /** `passing`: after a moment the status of the phase comes back. */
  private say(
    line: string,
    how: { readonly isError?: boolean; readonly passing?: boolean; readonly ended?: boolean } = {},
  ): void {
    clearTimeout(this.statusTimer);
    this.statusTimer = undefined;
    const isError = how.isError === true;
    this.status.textContent = line;
    this.status.classList.toggle("error", isError);
    this.status.classList.toggle("ended", how.ended === true && !isError);
    if (how.passing !== true && (how.ended !== true || isError)) return;
    this.statusTimer = setTimeout(
      () => {
        this.statusTimer = undefined;
        if (this.phase === "idle") this.showIdle();
        else if (this.phase === "active") this.say(this.activeText());
      },
      how.ended === true ? END_STATUS_TIME : PASSING_STATUS_TIME,
    );
  }

  private showTime(): void {
    if (this.establishedAt === null) return;
    this.timer.textContent = formatDuration((performance.now() - this.establishedAt) / 1000);
  }
}

function peerName(call: Call): string {
  return call.remote.displayName || call.remote.user || call.remote.uri;
}

function showToggle(button: HTMLButtonElement, on: boolean, label: string, icon: string): void {
  button.classList.toggle("on", on);
  setLabel(button, label);
  setIcon(button, icon);
}
