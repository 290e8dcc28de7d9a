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
  HoldEventType,
  InnerEvent,
  SessionEventType,
  StackEventType,
  StreamEventType,
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

/**
 * The API of sipML5 2.1.4.
 * @example
 * SIPml.init(() => {
 *   stack.start();
 * });
 */
export const SIPml = {
  /** What stacks and sessions are. */
  EventTarget: SIPmlEventTarget,
  /** What their events are. */
  Event: SIPmlEvent,
  /** One identity and its connection; `SIPml.Stack.Event` is what it tells. */
  Stack: StackClass,
  /** The base of all sessions, with their kinds and `SIPml.Session.Event`. */
  Session: SessionClass,

  /** "info" (default), "warn", "error" or "fatal". "info" also shows every SIP message. */
  setDebugLevel(level: string): void {
    engine.setLevel(level);
  },

  /**
   * Throws: needs the browser plug-in of the original.
   * @example try { SIPml.startNativeDebug(); } catch (error) { console.log(error.message); }
   */
  startNativeDebug(): void {
    needsPlugin("");
  },

  /**
   * Throws: needs the browser plug-in of the original.
   * @example try { SIPml.stopNativeDebug(); } catch (error) { console.log(error.message); }
   */
  stopNativeDebug(): void {
    needsPlugin("");
  },

  /**
   * `native`, or `unknown` where the browser has no WebRTC.
   * @example console.log(SIPml.getWebRtcType());
   */
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

  /**
   * Throws: needs the browser plug-in of the original.
   * @example try { SIPml.getRunningApps(); } catch (error) { console.log(error.message); }
   */
  getRunningApps(): string {
    return needsPlugin("");
  },

  /**
   * Throws: needs the browser plug-in of the original.
   * @example try { SIPml.setFps(15); } catch (error) { console.log(error.message); }
   */
  setFps(_fps: number): number {
    return needsPlugin("Setting maximum video size ");
  },

  /**
   * Throws: needs the browser plug-in of the original; `video_size` of a configuration does the
   * same.
   * @example try { SIPml.setMaxVideoSize("vga"); } catch (error) { console.log(error.message); }
   */
  setMaxVideoSize(_size: string): number {
    return needsPlugin("Setting FPS ");
  },

  /**
   * Throws: needs the browser plug-in of the original; `bandwidth` of a configuration does the
   * same.
   * @example try { SIPml.setMaxBandwidthUp(512); } catch (error) { console.log(error.message); }
   */
  setMaxBandwidthUp(_kbps: number): number {
    return needsPlugin("Setting maximum bandwidth ");
  },

  /**
   * Throws: needs the browser plug-in of the original.
   * @example try { SIPml.setMaxBandwidthDown(512); } catch (error) { console.log(error.message); }
   */
  setMaxBandwidthDown(_kbps: number): number {
    return needsPlugin("Setting maximum bandwidth ");
  },

  /**
   * Throws: needs the browser plug-in of the original.
   * @example try { SIPml.setZeroArtifacts(true); } catch (error) { console.log(error.message); }
   */
  setZeroArtifacts(_zeroArtifacts: boolean): number {
    return needsPlugin("Setting maximum bandwidth ");
  },

  /**
   * `0.0.0.0`: there is no plug-in.
   * @example console.log(SIPml.getWebRtc4AllVersion());
   */
  getWebRtc4AllVersion(): string {
    initialized();
    return "0.0.0.0";
  },

  /**
   * `unknown`, as the original said for all but Internet Explorer.
   * @example console.log(SIPml.getNavigatorVersion());
   */
  getNavigatorVersion(): string {
    initialized();
    return "unknown";
  },

  /**
   * `chrome`, `firefox`, `safari`, `opera`, `ie`, `netscape` or `unknown`.
   * @example console.log(SIPml.getNavigatorFriendlyName());
   */
  getNavigatorFriendlyName(): string {
    initialized();
    return friendlyNavigatorName(engine.parts.environment.userAgent);
  },

  /**
   * `mac`, `powerpc`, `windows`, `sunos`, `linux` or `unknown`.
   * @example console.log(SIPml.getSystemFriendlyName());
   */
  getSystemFriendlyName(): string {
    initialized();
    return friendlySystemName(engine.parts.environment.userAgent);
  },

  /**
   * False.
   * @example console.log(SIPml.isNavigatorOutdated());
   */
  isNavigatorOutdated(): boolean {
    initialized();
    return false;
  },

  /**
   * False: there is no plug-in.
   * @example console.log(SIPml.isWebRtc4AllPluginOutdated());
   */
  isWebRtc4AllPluginOutdated(): boolean {
    initialized();
    return false;
  },

  /**
   * False: there is no plug-in.
   * @example console.log(SIPml.isWebRtc4AllSupported());
   */
  isWebRtc4AllSupported(): boolean {
    initialized();
    return false;
  },

  /** Whether the browser lets a person choose a window or screen. */
  isScreenShareSupported(): boolean {
    initialized();
    return engine.parts.environment.getDisplayMedia !== undefined;
  },

  /**
   * Whether the browser has RTCPeerConnection.
   * @example if (!SIPml.isWebRtcSupported()) status.textContent = "No calls here";
   */
  isWebRtcSupported(): boolean {
    initialized();
    return engine.parts.environment.createPeerConnection !== undefined;
  },

  /**
   * Whether the browser has WebSocket; needs no `init`.
   * @example if (!SIPml.isWebSocketSupported()) status.textContent = "No connection";
   */
  isWebSocketSupported(): boolean {
    return engine.parts.environment.createSocket !== undefined;
  },

  /** Whether the browser has getUserMedia. */
  haveMediaStream(): boolean {
    initialized();
    return engine.parts.environment.getUserMedia !== undefined;
  },

  /**
   * Whether `init` succeeded and calls can be made.
   * @example if (SIPml.isReady()) session.call("bob");
   */
  isReady(): boolean {
    return engine.initialized && engine.unsupported() === undefined;
  },

  /**
   * Whether `init` succeeded.
   * @example if (!SIPml.isInitialized()) SIPml.init();
   */
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
