/** Microphones, cameras and speakers: what there is, and whether one is gone. */

import type { MediaKind } from "./capture.js";
import type { DeviceInfo, Environment } from "./environment.js";
import { SipError } from "./errors.js";

/** A microphone, camera or speaker. */
export interface Device {
  /** What `useDevice`, `useSpeaker` and `devices` of a call take; "" while nothing was allowed. */
  readonly id: string;
  /** Its name; "" while the page was allowed neither microphone nor camera. */
  readonly label: string;
}

/** The devices that there are; browsers hide what a page was not allowed to use. */
export interface Devices {
  /** What can be heard with. */
  readonly microphones: readonly Device[];
  /** What can be seen with. */
  readonly cameras: readonly Device[];
  /** What can be played on; none where the browser lets pages choose none. */
  readonly speakers: readonly Device[];
}

/** @throws SipError "not_supported" where the browser has none, "failed" where it does not tell */
export async function listDevices(
  environment: Pick<Environment, "listDevices" | "isSecureContext">,
): Promise<Devices> {
  const list = environment.listDevices;
  if (!list) {
    const code = environment.isSecureContext ? "not_supported" : "insecure_context";
    throw new SipError(code, "This browser does not tell of its devices.");
  }
  let found: readonly DeviceInfo[];
  try {
    found = await list();
  } catch (error) {
    throw new SipError("failed", "The browser did not tell of its devices.", { cause: error });
  }
  const of = (kind: MediaDeviceKind): Device[] =>
    found
      .filter((device) => device.kind === kind)
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
  return {
    microphones: of("audioinput"),
    cameras: of("videoinput"),
    speakers: of("audiooutput"),
  };
}

/**
 * Whether a captured track ended because its device is gone; false also where that is not known. A
 * browser that no longer allows its use hides the names of devices.
 */
export async function isUnplugged(
  environment: Pick<Environment, "listDevices">,
  kind: MediaKind,
  track: MediaStreamTrack,
): Promise<boolean> {
  const { deviceId, groupId } = track.getSettings();
  let found: readonly DeviceInfo[];
  try {
    found = (await environment.listDevices?.()) ?? [];
  } catch {
    return false;
  }
  const alike = found.filter((device) => device.kind === `${kind}input`);
  if (!environment.listDevices || alike.some((device) => device.deviceId === "")) return false;
  // "default" stays when its device goes, and is another one then.
  return !alike.some(
    (device) =>
      device.deviceId === deviceId && (groupId === undefined || device.groupId === groupId),
  );
}
