/** Sends a tone of its own from a page, and measures what the page hears, with WebAudio. */
import type { Media } from "../e2e/page/modern.js";
import type { Phone } from "../e2e/phone.js";
import type { AnyTab } from "../e2e/tab.js";
import type { Tone } from "./wave.js";

/** What a page may call with, or answer with, besides its own stream. */
export type Plain = Omit<Media, "stream" | "signal">;

declare global {
  interface Window {
    sound: {
      /** A stream with one sine of half of full scale. */
      tone(frequency: number): MediaStream;
      /** The strongest tone of the remote stream, over about 300 ms; null without audio. */
      hear(): Promise<Tone | null>;
    };
  }
}

/** Serialised into the page, so it uses nothing from outside itself. */
function install(): void {
  const context = new AudioContext({ sampleRate: 48000 });
  const analyser = context.createAnalyser();
  analyser.fftSize = 16384;
  analyser.smoothingTimeConstant = 0;
  let heard: MediaStreamTrack | null = null;
  let source: MediaStreamAudioSourceNode | null = null;
  const remote = (): MediaStreamTrack | null => {
    const stream = document.querySelector("video")?.srcObject;
    return stream instanceof MediaStream ? (stream.getAudioTracks()[0] ?? null) : null;
  };
  const rms = (samples: Float32Array): number =>
    Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
  window.sound = {
    tone(frequency) {
      const oscillator = new OscillatorNode(context, { frequency });
      const gain = new GainNode(context, { gain: 0.5 });
      const out = context.createMediaStreamDestination();
      oscillator.connect(gain).connect(out);
      oscillator.start();
      return out.stream;
    },
    async hear() {
      const track = remote();
      if (track === null) return null;
      if (track !== heard) {
        source?.disconnect();
        source = context.createMediaStreamSource(new MediaStream([track]));
        source.connect(analyser);
        heard = track;
      }
      await context.resume();
      // One window of the analyser, 341 ms, has to be filled anew.
      const samples = new Float32Array(analyser.fftSize);
      const spectrum = new Float32Array(analyser.frequencyBinCount);
      await new Promise((resolve) => setTimeout(resolve, 400));
      analyser.getFloatTimeDomainData(samples);
      analyser.getFloatFrequencyData(spectrum);
      const level = rms(samples);
      if (level < 1e-4) return { frequency: 0, rms: level, purity: 0 };
      const powers = spectrum.map((decibel) => 10 ** (decibel / 10));
      let best = 1;
      powers.forEach((power, bin) => {
        if (power > (powers[best] ?? 0)) best = bin;
      });
      // The middle of the peak's bins (the window of the analyser spreads a tone over six).
      const around = [-3, -2, -1, 0, 1, 2, 3].map((offset) => best + offset);
      const peak = around.reduce((sum, bin) => sum + (powers[bin] ?? 0), 0);
      const middle = around.reduce((sum, bin) => sum + bin * (powers[bin] ?? 0), 0) / peak;
      const total = powers.reduce((sum, power) => sum + power, 0);
      const width = context.sampleRate / analyser.fftSize;
      return { frequency: middle * width, rms: level, purity: peak / total };
    },
  };
}

/** Makes a page able to sound and to hear; once, after it was opened. */
export async function equip(phone: Phone<AnyTab>): Promise<void> {
  await phone.tab.page.evaluate(install);
}

/** Calls with a sine of `frequency` instead of the microphone. */
export async function callWithTone(
  phone: Phone<AnyTab>,
  target: string,
  frequency: number,
  media: Plain = {},
): Promise<void> {
  await phone.tab.page.evaluate(
    ([to, hertz, options]) =>
      window.phone.call(to, { ...options, stream: window.sound.tone(hertz) }),
    [target, frequency, media] as const,
  );
}

/** Answers with a sine of `frequency` instead of the microphone. */
export async function answerWithTone(
  phone: Phone<AnyTab>,
  frequency: number,
  media: Plain = {},
): Promise<void> {
  await phone.tab.page.evaluate(
    ([hertz, options]) => window.phone.answer({ ...options, stream: window.sound.tone(hertz) }),
    [frequency, media] as const,
  );
}

/** What the page hears now. */
export function hear(tab: AnyTab): Promise<Tone | null> {
  return tab.page.evaluate(() => window.sound.hear());
}
