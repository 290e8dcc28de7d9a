/** Public entry "sipml-wasm/compat": the `SIPml` object of sipML5 2.1.4. */

import { engine, friendlyNavigatorName, friendlySystemName } from "./engine.js";
import type { InitFailure } from "./engine.js";
import { SIPmlEvent, SIPmlEventTarget, SessionEvent, StackEvent } from "./events.js";
import {
  CallSession,
  MessageSession,
  PublishSession,
  RegistrationSession,
  Session,
  SubscribeSession,
} from "./session.js";
import { Stack } from "./stack.js";

export type { DebugLevel, InitFailure } from "./engine.js";
export type { EventsListener, SessionEventType, StackEventType } from "./events.js";
export { SIPmlEvent, SIPmlEventTarget, SessionEvent, StackEvent } from "./events.js";
export {
  CallSession,
  MessageSession,
  PublishSession,
  RegistrationSession,
  Session,
  SubscribeSession,
} from "./session.js";
export type { HeaderEntry, SessionConfiguration } from "./session.js";
export { Stack } from "./stack.js";
export type { IceServerConfiguration, StackConfiguration } from "./stack.js";

function initialized(): void {
  if (!engine.initialized) {
    throw new Error(
      "ERR_NOT_INITIALIZED: Engine not initialized yet. Please call 'SIPml.init()' first",
    );
  }
}

/** What only the browser plug-in of the original could do. */
function needsPlugin(what: string): never {
  throw new Error(`ERR_NOT_SUPPORTED: ${what}requires webrtc4all plugin`);
}

const StackClass = Object.assign(Stack, { Event: StackEvent });
const SessionClass = Object.assign(Session, {
  Event: SessionEvent,
  Registration: RegistrationSession,
  Call: CallSession,
  Message: MessageSession,
  Publish: PublishSession,
  Subscribe: SubscribeSession,
});

let typeChosen = false;

export const SIPml = {
  EventTarget: SIPmlEventTarget,
  Event: SIPmlEvent,
  Stack: StackClass,
  Session: SessionClass,

  /** "info" (default), "warn", "error" or "fatal". "info" also shows every SIP message. */
  setDebugLevel(level: string): void {
    engine.setLevel(level);
  },

  startNativeDebug(): void {
    needsPlugin("");
  },

  stopNativeDebug(): void {
    needsPlugin("");
  },

  getWebRtcType(): "native" | "unknown" {
    return engine.parts.environment.createPeerConnection ? "native" : "unknown";
  },

  /** True for "native", once. */
  setWebRtcType(type: string): boolean {
    if (engine.initialized) {
      throw new Error("ERR_ALREADY_INITIALIZED: Engine already initialized.");
    }
    if (type !== "native" || typeChosen) return false;
    typeChosen = true;
    return true;
  },

  getRunningApps(): string {
    return needsPlugin("");
  },

  setFps(_fps: number): number {
    return needsPlugin("Setting maximum video size ");
  },

  setMaxVideoSize(_size: string): number {
    return needsPlugin("Setting FPS ");
  },

  setMaxBandwidthUp(_kbps: number): number {
    return needsPlugin("Setting maximum bandwidth ");
  },

  setMaxBandwidthDown(_kbps: number): number {
    return needsPlugin("Setting maximum bandwidth ");
  },

  setZeroArtifacts(_zeroArtifacts: boolean): number {
    return needsPlugin("Setting maximum bandwidth ");
  },

  getWebRtc4AllVersion(): string {
    initialized();
    return "0.0.0.0";
  },

  getNavigatorVersion(): string {
    initialized();
    return "unknown";
  },

  getNavigatorFriendlyName(): string {
    initialized();
    return friendlyNavigatorName(engine.parts.environment.userAgent);
  },

  getSystemFriendlyName(): string {
    initialized();
    return friendlySystemName(engine.parts.environment.userAgent);
  },

  isNavigatorOutdated(): boolean {
    initialized();
    return false;
  },

  isWebRtc4AllPluginOutdated(): boolean {
    initialized();
    return false;
  },

  isWebRtc4AllSupported(): boolean {
    initialized();
    return false;
  },

  /** False: sessions of type "call-screenshare" come with a later version. */
  isScreenShareSupported(): boolean {
    initialized();
    return false;
  },

  isWebRtcSupported(): boolean {
    initialized();
    return engine.parts.environment.createPeerConnection !== undefined;
  },

  isWebSocketSupported(): boolean {
    return engine.parts.environment.createSocket !== undefined;
  },

  /** Whether the browser has getUserMedia. */
  haveMediaStream(): boolean {
    initialized();
    return engine.parts.environment.getUserMedia !== undefined;
  },

  isReady(): boolean {
    return engine.initialized && engine.unsupported() === undefined;
  },

  isInitialized(): boolean {
    return engine.initialized;
  },

  /**
   * Calls one of the two back: before it returns in the single-file build, later where the core
   * is fetched. May be called again, also after a failure.
   */
  init(
    successCallback?: ((event: object) => void) | null,
    errorCallback?: ((event: InitFailure) => void) | null,
  ): void {
    engine.init(successCallback ?? undefined, errorCallback ?? undefined);
  },
};
