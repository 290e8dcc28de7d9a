/** The right panel of call.htm: the calls, one of them shown, their sounds, video and buttons. */
import { SipError } from "../web/index.js";
import type {
  Call,
  CallEnd,
  CallOptions,
  DeviceChoice,
  MediaOffer,
  TransferRequest,
  UserAgent,
} from "../web/index.js";
import { CallLine, peerName, status, type LineOwner, type Phase, type Status } from "./call-line.js";
import { byId, setIcon, setLabel } from "./dom.js";
import { outcomeOf, type HistoryEntry } from "./history.js";
import { KeyPad } from "./keypad.js";
import { LineList } from "./line-list.js";
import { MediaDialog } from "./media-dialog.js";
import { MenuButton } from "./menu.js";
import { messageOf, reasonOf } from "./messages.js";
import { closeNotification, notifyIncoming } from "./notifications.js";
import { QualityMeter } from "./quality-meter.js";
import { loadFlag, onChangeElsewhere, saveFlag } from "./storage.js";
import { onLanguage, text } from "./texts.js";
import type { Tones } from "./tones.js";
import { ConsentDialog, TransferDialog } from "./transfer-dialog.js";
import { VideoStage } from "./video-stage.js";

type Timer = ReturnType<typeof setTimeout>;

/** RFC 3840 parameters, as sipML5's page sends them with a call. */
const CALL_CAPS = [
  { name: "+g.oma.sip-im", value: "" },
  { name: "language", value: '"en,fr"' },
];

const BUSY_HERE = 486;
/** So many calls fit into the switcher; one more caller is told that we are busy. */
const MAX_LINES = 4;
const PASSING_STATUS_TIME = 2500;
const END_STATUS_TIME = 8000;
const PERMISSION_HINT_DELAY = 500;

export interface CallPanelOptions {
  readonly tones: Tones;
  /** Called with the number or name when a call is placed. */
  readonly onDialled: (target: string) => void;
  /** Called when the last call of the panel is over. */
  readonly onIdle: () => void;
  /** A call is over. */
  readonly onHistory: (entry: HistoryEntry) => void;
  /** Which devices the next call is to use. */
  readonly devices: () => DeviceChoice;
}

interface Placing {
  readonly video: boolean;
  /** Nothing is sent, so no microphone or camera is needed. */
  readonly receiveOnly?: boolean;
  readonly stream?: MediaStream;
  /** The call that waits while this one asks. */
  readonly askingFor?: CallLine;
}

export class CallPanel implements LineOwner {
  private readonly panel = byId("divCallCtrl", HTMLElement);
  private readonly statusText = byId("txtCallStatus", HTMLElement);
  private readonly peer = byId("txtPeer", HTMLElement);
  private readonly avatar = byId("txtAvatar", HTMLElement);
  private readonly timer = byId("txtCallTimer", HTMLElement);
  private readonly notice = byId("divNotice", HTMLElement);
  private readonly noticeText = byId("txtNotice", HTMLElement);
  private readonly playButton = byId("btnPlaySound", HTMLButtonElement);
  private readonly number = byId("txtPhoneNumber", HTMLInputElement);
  private readonly callButton = byId("btnCall", HTMLButtonElement);
  private readonly answerAudioButton = byId("btnAnswerAudio", HTMLButtonElement);
  private readonly answerReceiveButton = byId("btnAnswerReceive", HTMLButtonElement);
  private readonly hangUpButton = byId("btnHangUp", HTMLButtonElement);
  private readonly options = byId("divCallOptions", HTMLElement);
  private readonly muteButton = byId("btnMute", HTMLButtonElement);
  private readonly cameraButton = byId("btnMuteVideo", HTMLButtonElement);
  private readonly videoButton = byId("btnVideo", HTMLButtonElement);
  private readonly shareButton = byId("btnShare", HTMLButtonElement);
  private readonly holdButton = byId("btnHoldResume", HTMLButtonElement);
  private readonly transferButton = byId("btnTransfer", HTMLButtonElement);
  private readonly keyPadButton = byId("btnKeyPad", HTMLButtonElement);
  private readonly newCallButton = byId("btnNewCall", HTMLButtonElement);
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
  private readonly quality = new QualityMeter();
  private readonly list = new LineList({
    show: (line) => void this.switchTo(line),
    answer: (line) => void this.answer(line, true),
    reject: (line) => this.end(line),
  });
  private readonly transferDialog = new TransferDialog({
    now: (line, target) => void line.transfer(target),
    ask: (line, target) =>
      void this.place(target, { video: line.wantsVideo && !loadFlag("disableVideo"), askingFor: line }),
    // The REFER goes to the one who was there first: the other one was asked about it.
    connect: (line, other) =>
      void (line.askingFor === other
        ? other.transfer(line.call)
        : line.transfer(other.call)),
  });
  private readonly consent = new ConsentDialog();
  private readonly mediaDialog = new MediaDialog();

  private agent: UserAgent | null = null;
  private registered = false;
  private lines: readonly CallLine[] = [];
  private selected: CallLine | null = null;
  /** One call is being held for the sake of another. */
  private switching = false;
  /** Lines whose peer has sent us to somebody else. */
  private readonly leaving = new Set<CallLine>();
  private idleStatus: Status = status(() => "");
  private noticeLine: () => string = () => "";
  private statusTimer: Timer | undefined;
  private clock: Timer | undefined;
  private permissionTimer: Timer | undefined;
  private shownPhase: Phase | "idle" = "idle";

  constructor(private readonly settings: CallPanelOptions) {
    byId("frmCall", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.selected === null && !this.callButton.disabled) this.callButton.click();
    });
    byId("btnCallAudio", HTMLButtonElement).addEventListener("click", () => this.dial(false));
    byId("btnCallVideo", HTMLButtonElement).addEventListener("click", () => this.dial(true));
    const shareButton = byId("btnCallScreenShare", HTMLButtonElement);
    shareButton.addEventListener("click", () => void this.shareScreen());
    byId("btnCallReceive", HTMLButtonElement).addEventListener("click", () => {
      void this.place(this.number.value.trim(), { video: true, receiveOnly: true });
    });
    byId("btnDisableOptions", HTMLButtonElement).addEventListener("click", () => {
      saveFlag("disableCallOptions", true);
      this.render();
      this.tell(() => text("optionsDisabled"));
    });
    this.answerAudioButton.addEventListener("click", () => {
      if (this.selected !== null) void this.answer(this.selected, false);
    });
    this.answerReceiveButton.addEventListener("click", () => {
      if (this.selected !== null) void this.answer(this.selected, true, true);
    });
    this.hangUpButton.addEventListener("click", () => {
      if (this.selected !== null) this.end(this.selected);
    });
    this.muteButton.addEventListener("click", () => this.toggleMute("audio"));
    this.cameraButton.addEventListener("click", () => this.toggleMute("video"));
    this.videoButton.addEventListener("click", () => {
      const line = this.selected;
      if (line !== null && !line.modifying) void line.setVideo(!line.hasVideo);
    });
    this.shareButton.addEventListener("click", () => {
      const line = this.selected;
      if (line !== null && !line.modifying) void line.setSharing(!line.call.sharing);
    });
    this.holdButton.addEventListener("click", () => {
      const line = this.selected;
      if (line !== null && !line.modifying) void line.setHold(!line.isHeld);
    });
    this.transferButton.addEventListener("click", () => this.openTransfer());
    this.keyPadButton.addEventListener("click", () => this.keyPad.open(this.keyPadButton));
    this.newCallButton.addEventListener("click", () => void this.startAnother());
    this.playButton.addEventListener("click", () => this.playRemote());
    byId("btnCloseNotice", HTMLButtonElement).addEventListener("click", () => this.tell(null));
    document.addEventListener("keydown", (event) => this.onKey(event));
    onChangeElsewhere(["disableVideo", "disableCallOptions"], () => this.render());
    onLanguage(() => {
      this.stage.refresh();
      this.quality.refresh();
      this.noticeText.textContent = this.noticeLine();
      this.render();
    });
    this.showIdle();
    this.render();
  }

  get isBusy(): boolean {
    return this.lines.length > 0;
  }

  /** The elements whose sound goes to the speaker. */
  get sounds(): readonly HTMLMediaElement[] {
    return [this.audio, ...this.settings.tones.elements];
  }

  /** 0 to 1. */
  setVolume(volume: number): void {
    this.audio.volume = volume;
    this.settings.tones.setVolume(volume);
  }

  /** Another microphone or camera for the calls that go on. Rejects with SipError. */
  async useDevice(kind: "audio" | "video", device: string): Promise<void> {
    await Promise.all(this.lines.map(({ call }) => call.useDevice(kind, device)));
  }

  /** Takes calls from `agent` from now on; null: no agent, so no call can be going on. */
  setAgent(agent: UserAgent | null): void {
    this.agent = agent;
    if (agent === null) {
      this.registered = false;
      for (const line of this.lines) this.drop(line);
      if (this.statusTimer === undefined) this.showIdle();
    } else {
      agent.on("call", (call) => this.onIncoming(call));
      agent.on("mediaPermission", ({ call, state, error }) => {
        const line = this.lineOf(call);
        if (line === undefined) return;
        this.askPermission(state === "requested", line.wantsVideo);
        // A call that goes on tells nothing else of a picture that was accepted and cannot be had.
        if (error === undefined || line.phase !== "active") return;
        line.say(() => messageOf(error), { passing: true, isError: true });
      });
    }
    this.render();
  }

  setRegistered(registered: boolean): void {
    if (this.registered === registered) return;
    this.registered = registered;
    if (!this.idleStatus.isError) this.showIdle();
    this.render();
  }

  /** A line above the panel that stays until it is closed or replaced; null takes it away. */
  tell(line: (() => string) | null, playSound = false): void {
    this.noticeLine = line ?? (() => "");
    this.notice.hidden = line === null;
    this.noticeText.textContent = this.noticeLine();
    this.playButton.hidden = !playSound;
  }

  /** Calls somebody from another part of the page. */
  dialTo(target: string): void {
    this.number.value = target;
    this.panel.scrollIntoView({ block: "nearest" });
    void this.place(target, { video: false });
  }

  changed(line: CallLine): void {
    if (line === this.selected || this.lines.includes(line)) this.render();
  }

  established(line: CallLine): void {
    this.askPermission(false);
    // Nobody hears or speaks to a call that is not shown.
    if (line !== this.selected && !this.leaving.has(line)) void line.setHold(true, true);
    if (line.askingFor !== null) {
      const peer = line.askingFor.name;
      this.tell(() => text("transferAsking", { peer }));
    }
    this.render();
  }

  transferRequested(line: CallLine, request: TransferRequest): void {
    this.consent.ask(line, request, (accepted) => {
      try {
        if (!accepted) {
          request.reject();
          line.say(() => text("transferRefused"), { passing: true });
          return;
        }
        const call = request.accept({ caps: CALL_CAPS });
        this.leaving.add(line);
        this.begin(call, "outgoing");
      } catch (error) {
        const detail = reasonOf(error);
        line.say(() => text("transferFailed", { detail }), { isError: true });
      }
    });
  }

  mediaOffered(line: CallLine, offer: MediaOffer): void {
    // Who has switched video off, or is not looking at this call, is not to be surprised by it.
    if (loadFlag("disableVideo") || line !== this.selected) {
      offer.decline();
      return;
    }
    this.mediaDialog.ask(line, offer, (decision) => {
      try {
        if (decision === "none") offer.decline();
        else if (decision === "show") offer.accept({ devices: this.settings.devices() });
        else offer.accept({ video: "recvonly" });
        if (decision !== "none") line.wantsVideo = true;
      } catch (error) {
        line.say(() => messageOf(error), { isError: true });
      }
    });
  }

  mediaOfferOver(line: CallLine): void {
    this.mediaDialog.forget(line);
  }

  transferDone(line: CallLine, ok: boolean): void {
    // After a success the peer hangs up itself.
    if (this.leaving.delete(line) && !ok) this.select(line);
  }

  ended(line: CallLine, end: CallEnd): void {
    this.settings.onHistory({
      target: line.call.remote.uri,
      name: line.name,
      direction: line.call.direction,
      video: line.wantsVideo,
      at: line.startedAt,
      duration: Math.round(line.talkTime / 1000),
      outcome: outcomeOf(line.call.direction, end, line.establishedAt !== null),
    });
    const wasShown = line === this.selected;
    this.drop(line);
    const outcome = (): string => line.describeEnd(end).text;
    const { isError } = line.describeEnd(end);
    if (wasShown && this.selected === null) this.sayIdle(outcome, { isError, ended: true });
    else this.tell(outcome);
  }

  private lineOf(call: Call): CallLine | undefined {
    return this.lines.find((line) => line.call === call);
  }

  private onCallButton(): void {
    const line = this.selected;
    if (line?.phase === "incoming") void this.answer(line, true);
    else this.dial(!loadFlag("disableVideo"));
  }

  private dial(video: boolean): void {
    void this.place(this.number.value.trim(), { video });
  }

  /** Asks for a screen in the click, and calls with its picture and the microphone. */
  private async shareScreen(): Promise<void> {
    const { agent } = this;
    if (agent === null) {
      this.complain(() => text("logInFirst"));
      return;
    }
    let stream: MediaStream;
    try {
      stream = await agent.chooseScreen();
    } catch (error) {
      const unsupported = error instanceof SipError && error.code === "not_supported";
      const detail = messageOf(error);
      this.sayIdle(
        () => (unsupported ? text("screenUnsupported") : text("screenRefused", { detail })),
        { isError: true },
      );
      return;
    }
    const placed = await this.place(this.number.value.trim(), { video: true, stream });
    if (!placed) for (const track of stream.getTracks()) track.stop();
  }

  /** Resolves to false if there is no call to `target`; then the panel tells why. */
  private async place(target: string, how: Placing): Promise<boolean> {
    const { agent } = this;
    if (agent === null || !this.registered) {
      this.complain(() => text("logInFirst"));
      return false;
    }
    if (target === "") {
      this.complain(() => text("enterNumber"));
      this.number.focus();
      return false;
    }
    if (this.switching || this.lines.length >= MAX_LINES) return false;
    this.settings.tones.unlock();
    // A call is placed in the click itself where no other call has to be held before.
    if (this.mustPark() && !(await this.park())) return false;
    if (agent !== this.agent) return false;
    this.settings.onDialled(target);
    this.tell(null);
    const options: CallOptions = {
      audio: how.receiveOnly === true ? "recvonly" : true,
      video: how.receiveOnly === true ? "recvonly" : how.video,
      caps: CALL_CAPS,
      devices: this.settings.devices(),
      ...(how.stream === undefined ? {} : { stream: how.stream }),
    };
    try {
      const line = this.begin(agent.call(target, options), "outgoing");
      line.wantsVideo = how.video;
      line.audio = options.audio ?? true;
      line.ownStream = how.stream ?? null;
      line.askingFor = how.askingFor ?? null;
      return true;
    } catch (error) {
      this.complain(() => messageOf(error));
      return false;
    }
  }

  private onIncoming(call: Call): void {
    if (this.lines.length >= MAX_LINES) {
      const peer = peerName(call.remote);
      call.established.catch(() => undefined);
      call.reject({ status: BUSY_HERE });
      this.tell(() => text("busyNotice", { peer }));
      return;
    }
    const replaced = call.replaces === undefined ? undefined : this.lineOf(call.replaces);
    if (replaced !== undefined) {
      // RFC 3891: the same talk goes on with somebody else, and is answered by itself.
      const line = this.begin(call, "outgoing", replaced === this.selected);
      line.say(() => text("answering"));
      return;
    }
    const line = this.begin(call, "incoming", this.selected === null);
    const key = call.offered.video === null ? "incomingFrom" : "incomingVideoFrom";
    const words = (): string => text(key, { peer: line.name });
    line.say(words);
    if (line === this.selected) this.tell(null);
    else this.tell(() => text("secondIncoming", { peer: line.name }));
    notifyIncoming(words());
    this.panel.scrollIntoView({ block: "nearest" });
  }

  private async answer(line: CallLine, withVideo: boolean, receiveOnly = false): Promise<void> {
    if (line.phase !== "incoming" || this.switching) return;
    this.settings.tones.unlock();
    if (line !== this.selected) {
      if (this.mustPark() && !(await this.park())) return;
      if (line.phase !== "incoming") return;
      this.tell(null);
      this.select(line);
    }
    const { audio, video } = line.call.offered;
    line.wantsVideo = withVideo && video !== null && !loadFlag("disableVideo");
    line.phase = "outgoing";
    line.audio = receiveOnly ? "recvonly" : audio !== null || video === null;
    line.say(() => text("answering"));
    try {
      line.call.answer({
        audio: line.audio,
        video: line.wantsVideo && receiveOnly ? "recvonly" : line.wantsVideo,
        devices: this.settings.devices(),
      });
    } catch (error) {
      line.say(() => messageOf(error), { isError: true });
    }
  }

  /** Hangs up, cancels or rejects. */
  private end(line: CallLine): void {
    const rejecting = line.phase === "incoming";
    line.phase = "ending";
    line.say(() => text("hangingUp"));
    try {
      if (rejecting) line.call.reject();
      else line.call.hangup();
    } catch (error) {
      line.say(() => messageOf(error), { isError: true });
    }
  }

  private begin(call: Call, phase: Phase, show = true): CallLine {
    const line = new CallLine(call, phase, this);
    this.lines = [...this.lines, line];
    if (show) this.select(line);
    if (show) this.panel.scrollIntoView({ block: "nearest" });
    this.render();
    return line;
  }

  /** Forgets a line that is over, and shows the one that a person would go on with. */
  private drop(line: CallLine): void {
    line.close();
    this.leaving.delete(line);
    this.lines = this.lines.filter((other) => other !== line);
    for (const other of this.lines) if (other.askingFor === line) other.askingFor = null;
    this.transferDialog.close(line);
    this.consent.forget(line);
    this.mediaDialog.forget(line);
    if (line === this.selected) {
      this.keyPad.close();
      this.askPermission(false);
      const next = nextLine(this.lines);
      if (next === null) this.stage.leaveFullScreen();
      this.select(next);
    }
    this.render();
    if (this.lines.length === 0) this.settings.onIdle();
  }

  private select(line: CallLine | null): void {
    this.selected = line;
    this.quality.watch(line?.call ?? null);
    if (line === null) this.showIdle();
    this.render();
  }

  /** The shown call is one that would be heard together with another one. */
  private mustPark(): boolean {
    return this.selected?.phase === "active" && !this.selected.isHeld;
  }

  /** Holds the shown call; resolves to false if its peer did not agree. */
  private async park(): Promise<boolean> {
    const line = this.selected;
    if (line === null) return true;
    this.switching = true;
    this.render();
    const held = await line.setHold(true);
    this.switching = false;
    if (!held) {
      const reason = line.status.line();
      this.tell(() => text("switchFailed", { reason }));
    }
    this.render();
    return held;
  }

  private async switchTo(line: CallLine): Promise<void> {
    if (line === this.selected || this.switching || !this.lines.includes(line)) return;
    if (this.mustPark() && !(await this.park())) return;
    if (!this.lines.includes(line)) return;
    this.select(line);
    if (line.isHeld) await line.setHold(false);
  }

  /** Holds the call that is shown, and shows the form to dial. */
  private async startAnother(): Promise<void> {
    if (this.switching || this.lines.length >= MAX_LINES) return;
    if (this.mustPark() && !(await this.park())) return;
    this.select(null);
    this.number.value = "";
    this.number.focus();
  }

  private openTransfer(): void {
    const line = this.selected;
    if (line === null || line.phase !== "active") return;
    const others = this.lines.filter((other) => other !== line && other.phase === "active");
    others.sort((a, b) => Number(b === line.askingFor) - Number(a === line.askingFor));
    this.transferDialog.open(line, others);
  }

  private toggleMute(kind: "audio" | "video"): void {
    const line = this.selected;
    if (line === null) return;
    line.call.mute(kind, !line.call.isMuted(kind));
    line.sayActive();
  }

  private sendTone(tone: string): void {
    const line = this.selected;
    if (line === null || line.phase !== "active") return;
    this.settings.tones.playKey(tone);
    if (!this.keyPad.isOpen) line.say(() => text("keySent", { key: tone }), { passing: true });
    line.call.dtmf(tone).catch((error: unknown) => {
      if (line.phase !== "active") return;
      const reason = reasonOf(error);
      line.say(() => text("dtmfFailed", { key: tone, reason }), { passing: true, isError: true });
    });
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey && event.shiftKey && (event.code === "KeyA" || event.code === "KeyV")) {
      event.preventDefault();
      const disable = event.code === "KeyA";
      saveFlag("disableVideo", disable);
      const words = (): string => text(disable ? "videoDisabled" : "videoEnabled");
      if (this.selected === null) this.sayIdle(words, { passing: true });
      else this.selected.say(words, { passing: true });
    } else if (event.key === "Escape") {
      this.stage.leaveFullScreen();
    } else if (this.selected?.phase === "active" && this.keyPad.takeKey(event)) {
      event.preventDefault();
    }
  }

  private showStreams(): void {
    const call = this.selected?.call;
    const remote = call?.remoteStream ?? null;
    if (this.audio.srcObject !== remote) {
      this.audio.srcObject = remote;
      if (remote !== null) this.playRemote();
    }
    this.stage.show(call?.localStream ?? null, remote);
  }

  private playRemote(): void {
    this.audio.play().then(
      () => {
        if (!this.playButton.hidden) this.tell(null);
      },
      (error: unknown) => {
        const refused = error instanceof DOMException && error.name === "NotAllowedError";
        if (refused) this.tell(() => text("soundBlocked"), true);
      },
    );
  }

  private askPermission(asking: boolean, video = false): void {
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
      this.glassText.textContent = text(video ? "allowCamera" : "allowMicrophone");
    }, PERMISSION_HINT_DELAY);
  }

  /** A complaint goes where it is seen: below the shown call, or above it. */
  private complain(line: () => string): void {
    if (this.selected === null) this.sayIdle(line, { isError: true });
    else this.tell(line);
  }

  private showIdle(): void {
    this.sayIdle(() => {
      if (this.lines.length > 0) return text("newCallHint");
      const parts = [text(this.registered ? "idleReady" : "idleLoggedOut")];
      if (loadFlag("disableVideo")) parts.push(text("videoDisabled"));
      return parts.join(" - ");
    });
  }

  /** `passing`: after a moment the ordinary line comes back. */
  private sayIdle(
    line: () => string,
    how: { readonly isError?: boolean; readonly passing?: boolean; readonly ended?: boolean } = {},
  ): void {
    clearTimeout(this.statusTimer);
    this.statusTimer = undefined;
    this.idleStatus = status(line, how);
    this.render();
    if (how.passing !== true && (how.ended !== true || how.isError === true)) return;
    const time = how.ended === true ? END_STATUS_TIME : PASSING_STATUS_TIME;
    this.statusTimer = setTimeout(() => {
      this.statusTimer = undefined;
      this.showIdle();
    }, time);
  }

  /** Shows everything as it is now. */
  private render(): void {
    const line = this.selected;
    const phase = line?.phase ?? "idle";
    const focused = document.activeElement;
    const hadFocus = focused === document.body || this.panel.contains(focused);
    this.panel.dataset["phase"] = phase;
    this.panel.dataset["lines"] = String(this.lines.length);
    this.peer.textContent = line?.name ?? "";
    this.avatar.textContent = Array.from(line?.name ?? "")[0]?.toUpperCase() ?? "";
    this.renderStatus(line?.status ?? this.idleStatus);
    this.renderTone();
    this.renderTime();
    this.renderDial(line);
    this.renderTools(line);
    this.list.show(this.lines, line, this.switching);
    this.showStreams();
    const changed = this.shownPhase !== phase && phase !== "incoming" && phase !== "ending";
    const lost = focused !== document.body && document.activeElement === document.body;
    this.shownPhase = phase;
    if (!hadFocus || !(changed || lost)) return;
    if (document.querySelector("dialog[open]") !== null) return;
    // What had the focus may be gone now; the next likely button takes it.
    (phase === "idle" ? this.callButton : this.hangUpButton).focus({ preventScroll: true });
  }

  private renderStatus({ line, isError, ended }: Status): void {
    const words = line();
    // Written anew only if it is new: screen readers would say it again.
    if (this.statusText.textContent !== words) this.statusText.textContent = words;
    this.statusText.classList.toggle("error", isError);
    this.statusText.classList.toggle("ended", ended && !isError);
  }

  private renderTone(): void {
    const { tones } = this.settings;
    const ringing = this.lines.find((line) => line.phase === "incoming");
    if (ringing === undefined) {
      closeNotification();
      document.title = text("demoTitle");
      tones.loop(this.selected?.ringing === true ? "ringBack" : "none");
      return;
    }
    document.title = text("incomingFrom", { peer: ringing.name });
    const talking = this.lines.some((line) => line.phase === "active" || line.phase === "outgoing");
    tones.loop(talking ? "waiting" : "ring");
  }

  private renderDial(line: CallLine | null): void {
    const incoming = line?.phase === "incoming";
    const videoOffered = incoming && line.call.offered.video !== null;
    const plain = loadFlag("disableCallOptions");
    this.menu.setEnabled(line === null && !plain);
    this.callButton.classList.toggle("plain", incoming || plain);
    this.callButton.hidden = line !== null && !incoming;
    this.callButton.disabled = this.switching || (!incoming && (!this.registered || line !== null));
    setLabel(this.callButton, text(incoming ? "answer" : "call"));
    setIcon(this.callButton, videoOffered && !loadFlag("disableVideo") ? "i-camera" : "i-phone");
    this.answerAudioButton.hidden = !videoOffered || loadFlag("disableVideo");
    this.answerReceiveButton.hidden = !incoming;
    this.hangUpButton.disabled = line === null || line.phase === "ending";
    setLabel(this.hangUpButton, text(incoming ? "reject" : "hangUp"));
    this.number.disabled = line !== null;
  }

  private renderTools(line: CallLine | null): void {
    this.options.hidden = line?.phase !== "active";
    this.panel.classList.toggle("held", line !== null && (line.isHeld || line.heldByPeer));
    const held = line?.isHeld === true;
    showToggle(this.holdButton, held, text(held ? "resume" : "hold"), held ? "i-play" : "i-pause");
    this.holdButton.disabled = line?.modifying === true || this.switching;
    const muted = line?.call.isMuted("audio") === true;
    showToggle(this.muteButton, muted, text(muted ? "unmute" : "mute"), muted ? "i-mic-off" : "i-mic");
    const dark = line?.call.isMuted("video") === true;
    const camera = text(dark ? "cameraOn" : "cameraOff");
    showToggle(this.cameraButton, dark, camera, dark ? "i-camera" : "i-camera-off");
    const hasVideo = line?.hasVideo === true;
    this.cameraButton.disabled =
      !hasVideo || (line?.call.localStream?.getVideoTracks().length ?? 0) === 0;
    const busy = line === null || line.modifying || line.isHeld || line.heldByPeer;
    showToggle(this.videoButton, hasVideo, text(hasVideo ? "videoEnd" : "videoAdd"), "i-camera");
    this.videoButton.disabled = busy || (!hasVideo && loadFlag("disableVideo"));
    const sharing = line?.call.sharing === true;
    showToggle(this.shareButton, sharing, text(sharing ? "shareStop" : "shareStart"), "i-screen");
    this.shareButton.disabled = busy || !canShare();
    this.newCallButton.disabled = this.switching || this.lines.length >= MAX_LINES;
    this.stage.setDark(dark);
    this.stage.setSharing(sharing || (line !== null && line.ownStream !== null));
  }

  private renderTime(): void {
    const talking = this.lines.some((line) => line.establishedAt !== null);
    const duration = this.selected?.duration ?? null;
    this.timer.hidden = duration === null;
    this.timer.textContent = duration ?? "";
    if (talking && this.clock === undefined) {
      this.clock = setInterval(() => {
        this.renderTime();
        this.list.show(this.lines, this.selected, this.switching);
      }, 1000);
    } else if (!talking && this.clock !== undefined) {
      clearInterval(this.clock);
      this.clock = undefined;
    }
  }
}

/** A call that rings, else the one that talks, else one that waits; null: there is none. */
function nextLine(lines: readonly CallLine[]): CallLine | null {
  const order: readonly ((line: CallLine) => boolean)[] = [
    (line) => line.phase === "incoming",
    (line) => line.phase === "active" && !line.isHeld,
    () => true,
  ];
  for (const wanted of order) {
    const found = lines.find(wanted);
    if (found !== undefined) return found;
  }
  return null;
}

function canShare(): boolean {
  return "getDisplayMedia" in (navigator.mediaDevices ?? {});
}

function showToggle(button: HTMLButtonElement, on: boolean, label: string, icon: string): void {
  button.classList.toggle("on", on);
  setLabel(button, label);
  setIcon(button, icon);
}
