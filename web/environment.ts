/** Everything that the API uses of the browser, in one place: tests and other hosts give their own. */

import { createClock } from "../js-glue/clock.js";
import type { Clock } from "../js-glue/clock.js";

/** What is used of a MediaDeviceInfo. */
export type DeviceInfo = Pick<MediaDeviceInfo, "deviceId" | "groupId" | "kind" | "label">;

/** Several sounds as one. */
export interface AudioMix {
  /** All of them. */
  readonly track: MediaStreamTrack;
  /** Ends it; what was mixed goes on. */
  readonly close: () => void;
}

/** An absent function means that the host has no such thing. */
export interface Environment {
  /** Makes a clock with one timer. */
  readonly createClock: () => Clock;
  /** Calls once after so many milliseconds; the result cancels. */
  readonly after: (milliseconds: number, callback: () => void) => () => void;
  /** So many octets that nobody can guess. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** Opens a WebSocket. */
  readonly createSocket?: ((url: string, subprotocol?: string) => WebSocket) | undefined;
  /** Resolves when an HTTP server answers, whatever it says; rejects when none does. */
  readonly probeHttp?: ((url: string) => Promise<unknown>) | undefined;
  /** Makes an RTCPeerConnection. */
  readonly createPeerConnection?:
    | ((configuration: RTCConfiguration) => RTCPeerConnection)
    | undefined;
  /** Makes a MediaStream without tracks. */
  readonly createStream?: (() => MediaStream) | undefined;
  /** Opens microphone and camera. */
  readonly getUserMedia?:
    | ((constraints: MediaStreamConstraints) => Promise<MediaStream>)
    | undefined;
  /** Lets the person choose a window or screen to show. */
  readonly getDisplayMedia?:
    | ((options: DisplayMediaStreamOptions) => Promise<MediaStream>)
    | undefined;
  /** Microphones, cameras and speakers. */
  readonly listDevices?: (() => Promise<readonly DeviceInfo[]>) | undefined;
  /** Tells when devices come or go (`devicechange`); the result takes the listener away. */
  readonly watchDevices?: ((changed: () => void) => () => void) | undefined;
  /** Plays an element on another speaker (`setSinkId`); "": the browser's choice. */
  readonly setSpeaker?:
    | ((element: HTMLMediaElement, deviceId: string) => Promise<void>)
    | undefined;
  /** Mixes sounds (WebAudio). */
  readonly mixAudio?: ((tracks: readonly MediaStreamTrack[]) => AudioMix) | undefined;
  /** The state of a permission, or a rejection where the browser does not tell. */
  readonly queryPermission?:
    | ((name: "microphone" | "camera") => Promise<PermissionState>)
    | undefined;
  /** The document that an XML text holds; how a text that is no XML is told differs by host. */
  readonly parseXml?: ((text: string) => Document) | undefined;
  /**
   * Tells when the page goes away (`pagehide`), and when it comes back as it was, out of the
   * back/forward cache (`pageshow`); the result takes both listeners away.
   */
  readonly watchPage?: ((gone: () => void, back: () => void) => () => void) | undefined;
  /** What outlives a reload of this tab, and nothing else: sessionStorage. */
  readonly storage?: Pick<Storage, "getItem" | "setItem"> | undefined;
  /** false: the browser withholds microphone and camera from this page. */
  readonly isSecureContext: boolean;
  /** What the browser calls itself; it decides about nothing but texts. */
  readonly userAgent: string;
}

/** The environment of this browser, or of Node with what it has. */
export function browserEnvironment(): Environment {
  // A host need not have any of these, whatever lib.dom says.
  const host: Partial<typeof globalThis> = globalThis;
  const { WebSocket, RTCPeerConnection, MediaStream, DOMParser, fetch, navigator } = host;
  const { AudioContext, HTMLMediaElement } = host;
  const devices: MediaDevices | undefined = navigator?.mediaDevices;
  const permissions: Permissions | undefined = navigator?.permissions;
  return {
    createClock,
    after(milliseconds, callback) {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    createSocket:
      WebSocket &&
      ((url, subprotocol) =>
        subprotocol === undefined ? new WebSocket(url) : new WebSocket(url, subprotocol)),
    probeHttp:
      fetch &&
      ((url) => fetch(url, { mode: "no-cors", cache: "no-store", credentials: "omit" })),
    createPeerConnection:
      RTCPeerConnection && ((configuration) => new RTCPeerConnection(configuration)),
    createStream: MediaStream && (() => new MediaStream()),
    getUserMedia: devices && ((constraints) => devices.getUserMedia(constraints)),
    getDisplayMedia:
      devices && "getDisplayMedia" in devices
        ? (options) => devices.getDisplayMedia(options)
        : undefined,
    listDevices: devices && (() => devices.enumerateDevices()),
    watchDevices:
      devices &&
      ((changed) => {
        devices.addEventListener("devicechange", changed);
        return () => devices.removeEventListener("devicechange", changed);
      }),
    setSpeaker:
      HTMLMediaElement && "setSinkId" in HTMLMediaElement.prototype
        ? (element, deviceId) => element.setSinkId(deviceId)
        : undefined,
    mixAudio: AudioContext && MediaStream && mixAudio,
    queryPermission:
      permissions &&
      (async (name) => (await permissions.query({ name: name as PermissionName })).state),
    parseXml:
      DOMParser && ((text) => new DOMParser().parseFromString(text, "application/xml")),
    watchPage: host.addEventListener && watchPage,
    storage: storageOf(host),
    isSecureContext: host.isSecureContext ?? true,
    userAgent: navigator?.userAgent ?? "",
  };
}

function mixAudio(tracks: readonly MediaStreamTrack[]): AudioMix {
  const context = new AudioContext();
  const output = context.createMediaStreamDestination();
  for (const track of tracks) {
    context.createMediaStreamSource(new MediaStream([track])).connect(output);
  }
  // Without a gesture of the person it starts suspended; choosing a screen was one.
  context.resume().catch(() => undefined);
  const [track] = output.stream.getAudioTracks();
  if (!track) throw new Error("The browser made no track of what it mixes.");
  const close = (): void => {
    track.stop();
    context.close().catch(() => undefined);
  };
  return { track, close };
}

function watchPage(gone: () => void, back: () => void): () => void {
  const shown = (event: PageTransitionEvent): void => {
    if (event.persisted) back();
  };
  addEventListener("pagehide", gone);
  addEventListener("pageshow", shown);
  return () => {
    removeEventListener("pagehide", gone);
    removeEventListener("pageshow", shown);
  };
}

/** Pages may be forbidden to keep anything; asking then throws. */
function storageOf(host: Partial<typeof globalThis>): Storage | undefined {
  try {
    return host.sessionStorage;
  } catch {
    return undefined;
  }
}
