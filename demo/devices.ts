/** The dialog for microphone, camera, speaker and volume; what is chosen is remembered. */
import type { DeviceChoice } from "../web/index.js";
import { byId } from "./dom.js";
import { load, save } from "./storage.js";
import { onLanguage, text, type TextKey } from "./texts.js";
import { FULL_VOLUME, parseVolume } from "./volume.js";

type Kind = "microphone" | "camera" | "speaker";

const SOURCES: Readonly<Record<Kind, MediaDeviceKind>> = {
  microphone: "audioinput",
  camera: "videoinput",
  speaker: "audiooutput",
};

/** Names of devices for a person; those without a name are counted. */
export function deviceNames(
  devices: readonly Pick<MediaDeviceInfo, "deviceId" | "label">[],
  kind: TextKey,
): readonly { readonly id: string; readonly name: string }[] {
  return devices
    .filter(({ deviceId }) => deviceId !== "" && deviceId !== "default")
    .map(({ deviceId, label }, index) => ({
      id: deviceId,
      name: label || text("unnamedDevice", { kind: text(kind), index: index + 1 }),
    }));
}

export interface DeviceActions {
  /** Another microphone or camera for the calls that go on. */
  readonly use: (kind: "audio" | "video", device: string) => Promise<void>;
  /** The elements whose sound goes to the speaker. */
  readonly sounds: () => readonly HTMLMediaElement[];
  /** 0 to 1. */
  readonly setVolume: (volume: number) => void;
  readonly describe: (error: unknown) => string;
}

export class DevicePanel {
  private readonly dialog = byId("dlgDevices", HTMLDialogElement);
  private readonly selects: Readonly<Record<Kind, HTMLSelectElement>> = {
    microphone: byId("selMicrophone", HTMLSelectElement),
    camera: byId("selCamera", HTMLSelectElement),
    speaker: byId("selSpeaker", HTMLSelectElement),
  };
  private readonly volume = byId("rngVolume", HTMLInputElement);
  private readonly volumeText = byId("outVolume", HTMLElement);
  private readonly info = byId("txtDevices", HTMLElement);
  private readonly hint = byId("txtDeviceHint", HTMLElement);
  private readonly speakerField = byId("divSpeaker", HTMLElement);
  private readonly canChooseSpeaker = "setSinkId" in HTMLMediaElement.prototype;

  constructor(private readonly actions: DeviceActions) {
    const open = byId("btnDevices", HTMLButtonElement);
    open.addEventListener("click", () => {
      this.info.textContent = "";
      this.dialog.showModal();
      void this.list();
    });
    byId("btnCloseDevices", HTMLButtonElement).addEventListener("click", () => this.dialog.close());
    for (const kind of ["microphone", "camera", "speaker"] as const) {
      this.selects[kind].addEventListener("change", () => void this.choose(kind));
    }
    this.volume.value = String(parseVolume(load("volume")));
    this.volume.addEventListener("input", () => {
      save("volume", this.volume.value);
      this.applyVolume();
    });
    this.applyVolume();
    this.speakerField.hidden = !this.canChooseSpeaker;
    if (this.canChooseSpeaker) this.applySpeaker(load("speaker")).catch(() => undefined);
    navigator.mediaDevices?.addEventListener("devicechange", () => {
      if (this.dialog.open) void this.list();
    });
    onLanguage(() => {
      if (this.dialog.open) void this.list();
    });
  }

  /** What new calls are to use. */
  get choice(): DeviceChoice {
    return { audio: load("microphone"), video: load("camera") };
  }

  private applyVolume(): void {
    const percent = parseVolume(this.volume.value);
    this.volumeText.textContent = `${percent} %`;
    this.actions.setVolume(percent / FULL_VOLUME);
  }

  private async list(): Promise<void> {
    let devices: readonly MediaDeviceInfo[] = [];
    try {
      devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    } catch (error) {
      console.debug("devices:", error);
    }
    for (const kind of ["microphone", "camera", "speaker"] as const) {
      const names = deviceNames(
        devices.filter((device) => device.kind === SOURCES[kind]),
        kind,
      );
      const select = this.selects[kind];
      const chosen = load(kind);
      const options = [new Option(text("defaultDevice"), "")];
      for (const { id, name } of names) options.push(new Option(name, id));
      select.replaceChildren(...options);
      select.value = names.some(({ id }) => id === chosen) ? chosen : "";
    }
    const unnamed = devices.length === 0 || devices.every(({ label }) => label === "");
    const lines = [
      ...(unnamed ? [text("devicesHidden")] : []),
      ...(this.canChooseSpeaker ? [] : [text("speakerFixed")]),
    ];
    this.hint.hidden = lines.length === 0;
    this.hint.textContent = lines.join(" ");
  }

  private async choose(kind: Kind): Promise<void> {
    const select = this.selects[kind];
    const device = select.value;
    try {
      if (kind === "speaker") await this.applySpeaker(device);
      else await this.actions.use(kind === "microphone" ? "audio" : "video", device);
      save(kind, device);
      const name = select.selectedOptions[0]?.textContent ?? "";
      this.info.textContent = text("deviceChanged", { kind: text(kind), name });
    } catch (error) {
      select.value = load(kind);
      const detail = this.actions.describe(error);
      this.info.textContent = text("deviceFailed", { kind: text(kind), detail });
    }
  }

  private async applySpeaker(device: string): Promise<void> {
    const sounds = this.actions.sounds();
    const results = await Promise.allSettled(sounds.map((sound) => sound.setSinkId(device)));
    const failed = results.find((result) => result.status === "rejected");
    // A speaker that is gone: the browser's choice goes on playing.
    if (failed !== undefined) throw failed.reason;
  }
}
