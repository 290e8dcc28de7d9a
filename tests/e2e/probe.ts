/** Runs in every page before its scripts: keeps each RTCPeerConnection and CSP violation. */

export interface Flow {
  /** RTP packets of this kind, summed over all connections of the page. */
  sent: number;
  received: number;
  /** Video frames decoded; for audio: samples handed to the player. */
  decoded: number;
  /** Integral of the decoded level; grows only while something can be heard. */
  energy: number;
}

export interface MediaSample {
  audio: Flow;
  video: Flow;
}

export interface Probe {
  readonly peers: RTCPeerConnection[];
  readonly violations: string[];
  /** DTMF that the browser played into a stream (RFC 4733), in order. */
  readonly tones: string[];
  /** What getUserMedia was asked for, in order. */
  readonly captures: MediaStreamConstraints[];
  /** Captured tracks that nobody stopped, and connections that nobody closed. */
  open(): { readonly tracks: number; readonly peers: number };
  sample(): Promise<MediaSample>;
  /** ICE checks that this page sent or received so far (RFC 8445 section 7). */
  checks(): Promise<number>;
  /** Epoch milliseconds at which media of these kinds was first decoded after the call of this. */
  mediaTime(kinds: readonly ("audio" | "video")[], timeout: number): Promise<number>;
}

declare global {
  interface Window {
    probe: Probe;
  }
}

/** Serialised into the page, so it uses nothing from outside itself. */
export function installProbe(): void {
  const peers: RTCPeerConnection[] = [];
  const violations: string[] = [];
  const tones: string[] = [];
  const captures: MediaStreamConstraints[] = [];
  const tracks: MediaStreamTrack[] = [];
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (devices !== undefined) {
    const capture = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (constraints = {}) => {
      captures.push(constraints);
      const stream = await capture(constraints);
      tracks.push(...stream.getTracks());
      return stream;
    };
  }
  const heard = new WeakSet<RTCDTMFSender>();
  const insert = RTCDTMFSender.prototype.insertDTMF;
  RTCDTMFSender.prototype.insertDTMF = function (this: RTCDTMFSender, ...args) {
    if (!heard.has(this)) {
      heard.add(this);
      this.addEventListener("tonechange", ({ tone }) => {
        if (tone !== "") tones.push(tone);
      });
    }
    insert.apply(this, args);
  };
  const Native = window.RTCPeerConnection;
  class Recorded extends Native {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      peers.push(this);
    }
  }
  window.RTCPeerConnection = Recorded;
  document.addEventListener("securitypolicyviolation", (event) => {
    violations.push(`${event.violatedDirective} blocked ${event.blockedURI}`);
  });

  const sample = async (): Promise<MediaSample> => {
    const empty = (): Flow => ({ sent: 0, received: 0, decoded: 0, energy: 0 });
    const total: MediaSample = { audio: empty(), video: empty() };
    for (const peer of peers) {
      if (peer.connectionState === "closed") continue;
      const report = await peer.getStats();
      report.forEach((entry: Record<string, unknown>) => {
        const kind = entry["kind"];
        if (kind !== "audio" && kind !== "video") return;
        const number = (name: string): number => Number(entry[name] ?? 0);
        const flow = total[kind];
        if (entry["type"] === "outbound-rtp") flow.sent += number("packetsSent");
        if (entry["type"] === "inbound-rtp") {
          flow.received += number("packetsReceived");
          flow.decoded +=
            kind === "video"
              ? number("framesDecoded")
              : number("totalSamplesReceived") - number("concealedSamples");
          flow.energy += number("totalAudioEnergy");
        }
      });
    }
    return total;
  };

  window.probe = {
    peers,
    violations,
    tones,
    captures,
    open: () => ({
      tracks: tracks.filter(({ readyState }) => readyState === "live").length,
      peers: peers.filter(({ signalingState }) => signalingState !== "closed").length,
    }),
    sample,
    checks: async () => {
      let count = 0;
      for (const peer of peers) {
        const report = await peer.getStats();
        report.forEach((entry: Record<string, unknown>) => {
          if (entry["type"] !== "candidate-pair") return;
          count += Number(entry["requestsSent"] ?? 0) + Number(entry["requestsReceived"] ?? 0);
        });
      }
      return count;
    },
    mediaTime: async (kinds, timeout) => {
      const deadline = performance.now() + timeout;
      // The call may have made its connection before this begins to look.
      const connected = (): RTCPeerConnection[] =>
        peers.filter((peer) => peer.connectionState === "connected");
      const old = connected();
      for (;;) {
        if (connected().some((peer) => !old.includes(peer))) {
          const now = await sample();
          if (kinds.every((kind) => now[kind].decoded > 0 && now[kind].received > 0)) {
            return performance.timeOrigin + performance.now();
          }
        }
        if (performance.now() > deadline) throw new Error(`no media within ${timeout} ms`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}
