/** `SIPml.Session.Configuration`, and how its values reach the modern API. */

import type { CandidateKind, MediaDirections, NameValue } from "../../js-glue/protocol.js";
import { usableHeaders } from "../address.js";
import type { MediaChoice } from "../call-options.js";
import type { CaptureFallback, DeviceChoice, VideoSize } from "../capture.js";
import { SipError } from "../errors.js";
import { engine } from "./engine.js";
import type { EventsListener, SessionEvent, SessionEventType } from "./events.js";
import type { MediaElement } from "./views.js";

/** An entry of `sip_headers` or `sip_caps`. */
export interface HeaderEntry {
  /** The header's or the parameter's name. */
  readonly name: string;
  /** Of a header: null or "" removes it. Of a cap: none makes it a flag. */
  readonly value?: string | null;
  /** Of a session's header: true sends it with the session's first request, or answer, only. */
  readonly session?: boolean;
}

/** Kilobits per second. */
export interface BandwidthConfiguration {
  /** For sound. */
  readonly audio?: number | undefined;
  /** For the picture. */
  readonly video?: number | undefined;
}

/** `SIPml.Session.Configuration`: for `newSession`, and merged by every method that takes one. */
export interface SessionConfiguration {
  /** Seconds, default 1800. @example { expires: 200 } */
  readonly expires?: number | undefined;
  /** Plays what is received. @example { audio_remote: audio } */
  readonly audio_remote?: MediaElement | null | undefined;
  /**
   * Plays what is sent.
   * @example { audio_local: audio }
   */
  readonly audio_local?: MediaElement | null | undefined;
  /** @example { video_remote: video } */
  readonly video_remote?: MediaElement | null | undefined;
  /**
   * The preview.
   * @example { video_local: video }
   */
  readonly video_local?: MediaElement | null | undefined;
  /** @example { bandwidth: { audio: 64, video: 512 } } */
  readonly bandwidth?: BandwidthConfiguration | undefined;
  /** @example { video_size: { minWidth: 640, minHeight: 480 } } */
  readonly video_size?: VideoSize | undefined;
  /** Another From than the stack's. @example { from: "sip:sales@example.org" } */
  readonly from?: string | undefined;
  /** Feature tags of RFC 3840. @example { sip_caps: [{ name: "+g.oma.sip-im" }] } */
  readonly sip_caps?: readonly HeaderEntry[] | undefined;
  /** Added to every request of the session, or to its first. @example { sip_headers: [{ name: "X-Ticket", value: "17", session: true }] } */
  readonly sip_headers?: readonly HeaderEntry[] | undefined;
  /** @example { events_listener: { events: "*", listener: (e) => console.log(e.type) } } */
  readonly events_listener?: EventsListener<SessionEventType, SessionEvent> | undefined;
  /** Of the original's plug-in; without effect. */
  readonly screencast_window_id?: number | undefined;

  // Not in the original:

  /** Of publish and subscribe: the event package, default "presence". @example { event: "dialog" } */
  readonly event?: string | undefined;
  /** Of subscribe: media types. @example { accept: ["application/pidf+xml"] } */
  readonly accept?: readonly string[] | undefined;
  /** Of calls: used instead of devices, never stopped. @example { stream: new MediaStream() } */
  readonly stream?: MediaStream | undefined;
  /** Of calls: which devices. @example { devices: { audio: "the deviceId of a microphone" } } */
  readonly devices?: DeviceChoice | undefined;
  /** Of calls: what is done with a medium. @example { audio: "recvonly" } */
  readonly audio?: MediaChoice | undefined;
  /**
   * The same for the picture.
   * @example { video: "sendonly" }
   */
  readonly video?: MediaChoice | undefined;
  /**
   * Of calls: what is done with a medium that the other side adds later; default false.
   * @example { upgrade: "recvonly" }
   */
  readonly upgrade?: MediaChoice | undefined;
  /**
   * Of calls: "receive" goes on without sending what cannot be captured; default "none".
   * @example { fallback: "receive" }
   */
  readonly fallback?: CaptureFallback | undefined;
  /** Of calls: written instead of what is done. @example { wire_directions: { audio: "sendonly" } } */
  readonly wire_directions?: Partial<MediaDirections> | undefined;
  /** Of calls. @example { removed_codecs: ["telephone-event"] } */
  readonly removed_codecs?: readonly string[] | undefined;
  /** Of calls: how `dtmf` sends; default "info", as the original. @example { dtmf_method: "auto" } */
  readonly dtmf_method?: "auto" | "rfc4733" | "info" | undefined;
  /** Of calls: these first. @example { codec_order: ["opus", "PCMA"] } */
  readonly codec_order?: readonly string[] | undefined;
  /** Of calls: ICE candidates that the peer is not told of. @example { removed_candidates: ["tcp"] } */
  readonly removed_candidates?: readonly CandidateKind[] | undefined;
}

/** What `reject` and `rejectTransfer` take besides; of this call only. Not in the original. */
export interface RejectConfiguration extends SessionConfiguration {
  /** 300 to 699, default 603. @example { status: 486, reason: "Busy Here" } */
  readonly status?: number | undefined;
  /**
   * The reason phrase; default: that of the status.
   * @example { status: 480, reason: "Away" }
   */
  readonly reason?: string | undefined;
}

/** The keys of a configuration without those of one rejection, and these. */
export function splitRejection(configuration: RejectConfiguration | null | undefined): {
  configuration: SessionConfiguration;
  answer: { status?: number; reason?: string };
} {
  const { status, reason, ...rest } = configuration ?? {};
  const given: unknown = status;
  const good = typeof given === "number" && Number.isInteger(given) && given >= 300 && given < 700;
  if (given !== undefined && !good) {
    throw new Error(
      `ERR_INVALID_PARAMETER_VALUE: 'status' must be a whole number from 300 to 699, not ` +
        String(given),
    );
  }
  return {
    configuration: rest,
    answer: {
      ...(status === undefined ? {} : { status }),
      ...(reason === undefined ? {} : { reason: String(reason) }),
    },
  };
}

interface HeaderState {
  readonly name: string;
  value: string;
  readonly session: boolean;
  /** The value with which the session began. */
  begun: string | undefined;
}

/** Headers under their names: a later value replaces, none removes. */
export class HeaderMap {
  private readonly entries = new Map<string, HeaderState>();

  set(list: readonly HeaderEntry[] | null | undefined): void {
    for (const entry of Array.isArray(list) ? (list as readonly unknown[]) : []) {
      if (typeof entry !== "object" || entry === null) continue;
      const { name, value, session } = entry as Partial<HeaderEntry>;
      if (typeof name !== "string" || name === "") continue;
      const key = name.toLowerCase();
      if (!value) this.entries.delete(key);
      else if (typeof value === "string") {
        const begun = this.entries.get(key)?.begun;
        this.entries.set(key, { name, value, session: Boolean(session), begun });
      }
    }
  }

  /** Takes a header out: one that the user agent writes itself. */
  take(name: string): string | undefined {
    const key = name.toLowerCase();
    const entry = this.entries.get(key);
    this.entries.delete(key);
    return entry?.value;
  }

  list(): NameValue[] {
    return usableHeaders([...this.entries.values()]);
  }

  /**
   * What the session begins with: what the user agent then adds to all its requests by itself, and
   * what it adds to the first one alone.
   */
  begin(): { headers: NameValue[]; first: NameValue[] } {
    const entries = [...this.entries.values()];
    const headers = usableHeaders(entries.filter(({ session }) => !session));
    const first = usableHeaders(
      entries.filter(({ session, begun, value }) => session && begun !== value),
    );
    for (const entry of entries) entry.begun = entry.value;
    return { headers, first };
  }

  /** What was given since. */
  since(): NameValue[] {
    return usableHeaders([...this.entries.values()].filter(({ begun, value }) => begun !== value));
  }

  /** Objects whose `s_value` may be assigned, as pages of the original do. */
  views(changed: () => void): { s_name: string; s_value: string }[] {
    const { entries } = this;
    return [...entries.values()].map((entry) => ({
      s_name: entry.name,
      get s_value() {
        return entry.value;
      },
      set s_value(value: string) {
        entry.value = String(value);
        changed();
      },
    }));
  }
}

/** A cap without a value is a flag. */
export function usableCaps(caps: readonly HeaderEntry[] | undefined): NameValue[] | undefined {
  if (!Array.isArray(caps)) return undefined;
  return (caps as readonly (HeaderEntry | null)[])
    .filter((cap) => cap !== null && typeof cap.name === "string" && cap.name !== "")
    .map((cap) => ({
      name: cap?.name ?? "",
      value: typeof cap?.value === "string" ? cap.value : "",
    }));
}

/** Numbers above zero; undefined when there are none. */
export function usableBandwidth(
  bandwidth: BandwidthConfiguration | null | undefined,
): { audio?: number; video?: number } | undefined {
  if (!bandwidth) return undefined;
  const audio = Number(bandwidth.audio);
  const video = Number(bandwidth.video);
  if (!(audio > 0) && !(video > 0)) return undefined;
  return { ...(audio > 0 ? { audio } : {}), ...(video > 0 ? { video } : {}) };
}

/**
 * What is sent: a text, or octets given as Uint8Array, ArrayBuffer, or an Array of numbers, which
 * is also what `getContent()` gives. Undefined if there is nothing.
 */
export function contentOf(content: unknown): string | Uint8Array | undefined {
  if (content === null || content === undefined) return undefined;
  let octets: Uint8Array | undefined;
  if (content instanceof ArrayBuffer) octets = new Uint8Array(content);
  else if (ArrayBuffer.isView(content)) {
    octets = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  } else if (Array.isArray(content)) {
    const numbers = content as readonly unknown[];
    const wrong = numbers.findIndex(
      (value) => !Number.isInteger(value) || Number(value) < 0 || Number(value) > 255,
    );
    if (wrong >= 0) {
      throw new Error(
        `ERR_INVALID_PARAMETER_VALUE: 'content' must hold octets (0 to 255), not ` +
          `${String(numbers[wrong])} at ${wrong}`,
      );
    }
    octets = Uint8Array.from(numbers as readonly number[]);
  }
  if (octets) return octets.length > 0 ? octets : undefined;
  return String(content) || undefined;
}

interface Lists {
  readonly headers?: readonly NameValue[];
  readonly firstHeaders?: readonly NameValue[];
  readonly caps?: readonly NameValue[];
}

/**
 * Runs a command; a header or cap whose name the core refuses, because it writes such a header
 * itself, is left out with a warning instead of failing the command.
 */
export function withUsable<T, Given extends Lists>(given: Given, run: (options: Given) => T): T {
  let options = given;
  for (;;) {
    try {
      return run(options);
    } catch (error) {
      const less = withoutUnusable(options, error);
      if (!less) throw error;
      options = less;
    }
  }
}

/** The options without the entry for which they were refused; undefined if that was not why. */
export function withoutUnusable<Given extends Lists>(
  options: Given,
  error: unknown,
): Given | undefined {
  if (!(error instanceof SipError)) return undefined;
  const found = /^(headers|first_headers|caps)\[(\d+)\]\.name$/.exec(error.argument ?? "");
  if (error.code !== "invalid_argument" || !found) return undefined;
  const [, given, place] = found;
  const list = given === "caps" ? "caps" : given === "headers" ? "headers" : "firstHeaders";
  const entries = options[list] ?? [];
  const bad = entries[Number(place)];
  if (!bad) return undefined;
  engine.log("warn", `SIPml: ${list === "caps" ? "cap" : "header"} left out: ${error.message}`);
  return { ...options, [list]: entries.filter((entry) => entry !== bad) };
}
