/** Public entry "sipml-wasm/compat": the `SIPml` object of sipML5 2.1.4. */

import { CallSession } from "./call-session.js";
import { engine, friendlyNavigatorName, friendlySystemName } from "./engine.js";
import type { InitFailure } from "./engine.js";
import { SIPmlEvent, SIPmlEventTarget, SessionEvent, StackEvent } from "./events.js";
import { MessageSession } from "./message-session.js";
import { PublishSession } from "./publish-session.js";
import { RegistrationSession } from "./registration-session.js";
import { Session } from "./session.js";
import { Stack } from "./stack.js";
import { SubscribeSession } from "./subscribe-session.js";

export { CallSession } from "./call-session.js";
export type { CallType, MediaType } from "./call-session.js";
export type { DebugLevel, InitFailure } from "./engine.js";
export { SIPmlEvent, SIPmlEventTarget, SessionEvent, StackEvent } from "./events.js";
export type {
  DetailEventType,
  EventsListener,
  InnerEvent,
  SessionEventType,
  StackEventType,
} from "./events.js";
export { MessageSession } from "./message-session.js";
export type { HeaderView, LineView, MessageView } from "./message-view.js";
export { PublishSession } from "./publish-session.js";
export { RegistrationSession } from "./registration-session.js";
export type {
  BandwidthConfiguration,
  HeaderEntry,
  RejectConfiguration,
  SessionConfiguration,
} from "./session-configuration.js";
export { Session } from "./session.js";
export type { InnerSession } from "./session.js";
export { Stack } from "./stack.js";
export type {
  IceServerConfiguration,
  StackConfiguration,
  StackOptions,
} from "./stack-configuration.js";
export type { InnerStack } from "./stack-view.js";
export { SubscribeSession } from "./subscribe-session.js";
export { tsip_event_code_e, tsip_header_type_e, tsip_transport_state_e } from "./tables.js";
export type { HeaderType } from "./tables.js";
export { UriView } from "./uri-view.js";
export type { ParamView } from "./uri-view.js";
export type { MediaElement } from "./views.js";

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

  /** Whether the browser lets a person choose a window or screen. */
  isScreenShareSupported(): boolean {
    initialized();
    return engine.parts.environment.getDisplayMedia !== undefined;
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
