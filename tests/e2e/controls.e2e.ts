/** What people do in a call in Chromium: statistics, screens, devices, own tracks, limits, key frames. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { CallEnd, CallQuality, MediaOffer, ShareOptions } from "../../web/index.js";
import { CallScene, establish } from "./call-scene.js";
import { expectWays } from "./flow.js";
import { serverChoices } from "./matrix.js";
import { expectMedia, sample } from "./media.js";
import type { Phone } from "./phone.js";
import { expectNothingOpen } from "./wire.js";

let scene: CallScene;
let alice: Phone;
let bob: Phone;

before(async () => {
  const choice = serverChoices[0];
  assert.ok(choice);
  scene = await CallScene.start(choice.start);
  alice = await scene.phone("alice");
  bob = await scene.phone("bob");
});
after(() => scene?.stop());
afterEach(async () => {
  await alice.hangup().catch(() => undefined);
  await Promise.all([alice.end(), bob.end()]);
});

const connect = (media: { audio: boolean; video: boolean }): Promise<void> =>
  establish(alice, bob, media);

/** Counts what Alice sends and says, from here on. */
async function countInvites(): Promise<() => Promise<number>> {
  await alice.tab.page.evaluate(() => {
    const counted = window as unknown as { invites?: number };
    const counting = counted.invites !== undefined;
    counted.invites = 0;
    if (counting) return;
    window.phone.agent.configure({ trace: true });
    window.phone.agent.on("log", ({ direction, text }) => {
      if (direction === "sent" && text.startsWith("INVITE ")) counted.invites = (counted.invites ?? 0) + 1;
    });
  });
  return () => alice.tab.page.evaluate(() => (window as unknown as { invites: number }).invites);
}

function stats(phone: Phone): Promise<CallQuality> {
  return phone.tab.page.evaluate(() => window.phone.current.stats());
}

/** Waits until the statistics of the phone are as wanted. */
function quality(
  phone: Phone,
  what: string,
  wanted: (quality: CallQuality) => boolean,
): Promise<CallQuality> {
  let last = "";
  return phone.tab.wait(
    what,
    async () => {
      const now = await stats(phone);
      const shown = JSON.stringify(now);
      if (shown !== last) phone.tab.console.push((last = shown));
      return wanted(now) ? now : undefined;
    },
    15000,
  );
}

/** The size of the picture that Alice's encoder is given. */
function source(): Promise<string> {
  return alice.tab.page.evaluate(async () => {
    const sizes: string[] = [];
    const report = await window.phone.current.peerConnection?.getStats();
    report?.forEach((entry: Record<string, unknown>) => {
      if (entry["type"] !== "media-source" || entry["kind"] !== "video") return;
      sizes.push(`${String(entry["width"])}x${String(entry["height"])}`);
    });
    return sizes.join();
  });
}

/** How large a picture arrives is up to how busy the machine is, its shape is not. */
function hasShape(
  frame: { readonly width: number; readonly height: number } | null | undefined,
  size: string,
): boolean {
  const [width = 0, height = 1] = size.split("x").map(Number);
  return frame ? Math.abs(frame.width / frame.height - width / height) < 0.02 : false;
}

/** Alice sends a picture of this size, and it arrives at Bob. */
async function sees(what: string, size: string): Promise<void> {
  let last = "";
  await alice.tab
    .wait(`${what} in the encoder`, async () => ((last = await source()) === size ? true : undefined), 15000)
    .catch(() => assert.fail(`${what}: the encoder has ${last}`));
  await quality(bob, what, ({ video }) => hasShape(video?.received?.frame, size));
}

const camera = "640x480";
const screen = "1280x720";

async function share(options: ShareOptions = {}): Promise<string | null> {
  return alice.tab.page.evaluate(
    (given) =>
      window.phone.current.shareScreen(given).then(
        () => null,
        (error: Error) => error.message,
      ),
    options,
  );
}

describe("statistics", () => {
  test("of a call with sound and picture, while it lasts and at its end", async () => {
    await connect({ audio: true, video: true });
    await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
    await alice.tab.page.evaluate(() => {
      const kept = window as unknown as { told: CallQuality[] };
      kept.told = [];
      window.phone.current.on("quality", (told) => void kept.told.push(told));
    });
    const told = await alice.tab.wait("quality", async () => {
      const all = await alice.tab.page.evaluate(
        () => (window as unknown as { told: CallQuality[] }).told,
      );
      return all.find(({ interval, video }) => interval > 1500 && video?.received?.frame);
    });
    assert.equal(told.audio?.received?.codec, "opus/48000/2");
    assert.equal(told.audio.sent?.codec, "opus/48000/2");
    assert.ok(told.audio.received.bitrate > 5, JSON.stringify(told));
    assert.equal(told.audio.received.loss, 0);
    assert.ok(told.mos !== null && told.mos > 4, JSON.stringify(told));
    assert.ok(told.roundTrip !== null && told.roundTrip < 200, JSON.stringify(told));
    assert.deepEqual(told.candidates, { local: "host", remote: told.candidates?.remote, protocol: "udp" });
    assert.match(told.video?.received?.codec ?? "", /^(VP8|VP9|H264|AV1)\/90000$/);

    await alice.hangup();
    for (const phone of [alice, bob]) {
      await phone.end();
      const { report } = await phone.tab.page.evaluate<CallEnd>(() => window.phone.current.ended);
      assert.ok(report, phone.user);
      assert.ok(report.duration > 1500, JSON.stringify(report));
      assert.ok((report.audio?.received?.packets ?? 0) > 50, JSON.stringify(report));
      assert.ok((report.video?.sent?.packets ?? 0) > 20, JSON.stringify(report));
      assert.deepEqual(report.audio?.sent?.codecs, ["opus/48000/2"]);
      assert.ok(report.mos && report.mos.min > 3.5 && report.mos.min <= report.mos.mean);
      assert.ok(report.audio.received?.jitter, JSON.stringify(report));
    }
  });
});

describe("muted", () => {
  /** How bright the picture of the other side is in the middle, 0 to 255. */
  const brightness = (phone: Phone): Promise<number> =>
    phone.tab.page.evaluate(() => {
      const view = document.querySelector("video");
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [8, 8];
      const pen = canvas.getContext("2d");
      if (!view || !pen) return -1;
      pen.drawImage(view, 0, 0, 8, 8);
      const { data } = pen.getImageData(0, 0, 8, 8);
      return data.reduce((sum, value, at) => (at % 4 === 3 ? sum : sum + value), 0) / (8 * 8 * 3);
    });
  const becomes = (what: string, wanted: (value: number) => boolean): Promise<number> => {
    let last = -1;
    return bob.tab
      .wait(what, async () => ((wanted((last = await brightness(bob))) ? last : undefined)))
      .catch((error: Error) => assert.fail(`${error.message} brightness ${last}`));
  };
  const mute = (kind: "audio" | "video", muted: boolean): Promise<void> =>
    alice.tab.page.evaluate(
      ([which, on]) => window.phone.mute(which, on),
      [kind, muted] as const,
    );
  const energy = async (): Promise<number> => (await sample(bob.tab)).audio.energy;

  test("each medium by itself: silence with the picture, and black with the sound; nothing on the wire", async () => {
    await connect({ audio: true, video: true });
    await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
    const invites = await countInvites();
    await becomes("a picture", (value) => value > 30);

    await mute("video", true);
    await becomes("black", (value) => value >= 0 && value < 10);
    const heard = await energy();
    await bob.tab.wait("sound", async () => ((await energy()) > heard ? true : undefined));
    await mute("audio", true);
    await mute("video", false);
    await becomes("a picture again", (value) => value > 30);
    await bob.tab.wait("silence", async () => {
      const before = await energy();
      await new Promise((resolve) => setTimeout(resolve, 1500)); // the microphone beeps each second
      return (await energy()) - before < 1e-6 ? true : undefined;
    });
    await mute("audio", false);
    const quiet = await energy();
    await bob.tab.wait("sound again", async () => ((await energy()) > quiet + 1e-6 ? true : undefined));
    assert.equal(await invites(), 0);
  });
});

describe("a shared screen", () => {
  test("replaces the camera without a re-INVITE; ended by the page, or by the browser's button", async () => {
    await connect({ audio: true, video: true });
    await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
    const invites = await countInvites();
    await sees("picture of the camera", camera);
    for (const ending of ["stopSharing", "button"] as const) {
      assert.equal(await share(), null);
      await sees("screen at the other side", screen);
      assert.equal(await alice.tab.page.evaluate(() => window.phone.current.sharing), true);
      await alice.tab.page.evaluate(async (how) => {
        const { current } = window.phone;
        if (how === "stopSharing") return current.stopSharing();
        // The browser's button ends the track and says so; stop() alone says nothing.
        const [screen] = current.localStream?.getVideoTracks() ?? [];
        screen?.stop();
        screen?.dispatchEvent(new Event("ended"));
      }, ending);
      await sees("camera again", camera);
      assert.equal(await alice.tab.page.evaluate(() => window.phone.current.sharing), false);
    }
    assert.equal(await invites(), 0);
    await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
  });

  test("is offered in a call without picture, and taken away again", async () => {
    await connect({ audio: true, video: false });
    await expectMedia([alice.tab, bob.tab], ["audio"]);
    await bob.tab.page.evaluate(() => {
      window.phone.current.on("mediaOffer", (offer) => offer.accept());
    });
    const invites = await countInvites();
    assert.equal(await share(), null);
    await quality(bob, "the screen", ({ video }) => (video?.received?.frame?.width ?? 0) > 0);
    assert.equal(await invites(), 1);
    assert.equal((await stats(alice)).video?.received ?? null, null, "Bob shows nothing of his own");
    await alice.tab.page.evaluate(() => window.phone.current.stopSharing());
    assert.equal(await invites(), 2);
    await alice.tab.wait("no picture", async () => {
      const { interval, video } = await stats(alice);
      return interval > 400 && !video?.sent ? true : undefined;
    });
    await expectMedia([alice.tab, bob.tab], ["audio"]).catch((error: Error) => {
      // Packets of the picture were sent before.
      if (!error.message.includes("unexpected video")) throw error;
    });
    assert.equal(await alice.tab.page.evaluate(() => window.phone.current.localStream?.getVideoTracks().length), 0);
  });

  test("that ends while it is offered, or the call is held, is taken back; no camera is opened", async () => {
    await connect({ audio: true, video: false });
    await bob.tab.page.evaluate(() => {
      const kept = window as unknown as { offers: MediaOffer[] };
      kept.offers = [];
      window.phone.current.on("mediaOffer", (offer) => void kept.offers.push(offer));
    });
    await alice.tab.page.evaluate(() => {
      const counted = window as unknown as { cameras: number };
      counted.cameras = 0;
      const { mediaDevices } = navigator;
      mediaDevices.getUserMedia = () => {
        counted.cameras += 1;
        return Promise.reject(new DOMException("", "NotAllowedError"));
      };
    });
    const endByButton = (): Promise<void> =>
      alice.tab.page.evaluate(() => {
        const [screen] = window.phone.current.localStream?.getVideoTracks() ?? [];
        screen?.stop();
        screen?.dispatchEvent(new Event("ended"));
      });
    const offerCame = (count: number): Promise<true> =>
      bob.tab.wait(`offer ${count}`, async () => {
        const offers = await bob.tab.page.evaluate(
          () => (window as unknown as { offers: MediaOffer[] }).offers.length,
        );
        return offers === count ? true : undefined;
      });
    const accept = (): Promise<void> =>
      bob.tab.page.evaluate(() => {
        (window as unknown as { offers: MediaOffer[] }).offers.at(-1)?.accept({ video: "recvonly" });
      });
    const pictureIsGone = (): Promise<true> =>
      bob.tab.wait("no picture", () =>
        bob.tab.page.evaluate(() => {
          const lines = window.phone.current.peerConnection?.getTransceivers() ?? [];
          const seen = lines.some(
            ({ receiver, currentDirection }) =>
              receiver.track.kind === "video" && currentDirection === "recvonly",
          );
          return seen ? undefined : (true as const);
        }),
      );

    const first = share();
    await offerCame(1);
    await endByButton();
    await accept();
    assert.match((await first) ?? "", /ended before the screen was shown/);
    await pictureIsGone();

    const second = share();
    await offerCame(2);
    await accept();
    assert.equal(await second, null);
    const holding = alice.hold();
    await endByButton();
    assert.equal(await holding, null);
    await pictureIsGone();
    assert.equal(await alice.resume(), null);
    await pictureIsGone();
    const left = await alice.tab.page.evaluate(() => ({
      cameras: (window as unknown as { cameras: number }).cameras,
      pictures: window.phone.current.localStream?.getVideoTracks().length,
      sharing: window.phone.current.sharing,
    }));
    await alice.tab.page.evaluate(() => Reflect.deleteProperty(navigator.mediaDevices, "getUserMedia"));
    assert.deepEqual(left, { cameras: 0, pictures: 0, sharing: false });
  });

  test("that the other side does not want leaves the call as it was", async () => {
    await connect({ audio: true, video: false });
    await bob.tab.page.evaluate(() => {
      window.phone.current.on("mediaOffer", (offer) => offer.decline());
    });
    assert.match((await share()) ?? "", /takes no picture/);
    assert.equal(await alice.tab.page.evaluate(() => window.phone.current.sharing), false);
    await expectMedia([alice.tab, bob.tab], ["audio"]);
  });

  test("without the microphone, which is heard again afterwards", async () => {
    await connect({ audio: true, video: true });
    await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
    const invites = await countInvites();
    assert.equal(await share({ microphone: false }), null);
    await expectWays(alice.tab, bob.tab, { audio: "<-", video: "<->" });
    await alice.tab.page.evaluate(() => window.phone.current.stopSharing());
    await expectWays(alice.tab, bob.tab, { audio: "<->", video: "<->" });
    assert.equal(await invites(), 0);
  });

  test("with its sound mixed into the microphone", async () => {
    await connect({ audio: true, video: true });
    await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
    const kinds = await alice.tab.page.evaluate(async () => {
      const { current } = window.phone;
      const [microphone] = current.localStream?.getAudioTracks() ?? [];
      // A tone of 1 kHz stands for the sound of a screen.
      const context = new AudioContext();
      const tone = context.createOscillator();
      const output = context.createMediaStreamDestination();
      tone.frequency.value = 1000;
      tone.connect(output);
      tone.start();
      const canvas = document.createElement("canvas");
      canvas.getContext("2d");
      const stream = new MediaStream([
        ...canvas.captureStream(5).getVideoTracks(),
        ...output.stream.getAudioTracks(),
      ]);
      await current.shareScreen({ stream });
      const [mixed] = current.localStream?.getAudioTracks() ?? [];
      current.mute("audio", true);
      return { other: mixed !== microphone, muted: microphone?.enabled === false };
    });
    assert.deepEqual(kinds, { other: true, muted: true });
    // The microphone is muted, so what is heard is the screen.
    const level = await bob.tab.wait("the tone", async () =>
      bob.tab.page.evaluate(async () => {
        const stream = window.phone.current.remoteStream;
        if (!stream) return undefined;
        const context = new AudioContext();
        await context.resume();
        const analyser = context.createAnalyser();
        analyser.fftSize = 2048;
        context.createMediaStreamSource(stream).connect(analyser);
        await new Promise((resolve) => setTimeout(resolve, 400));
        const bins = new Uint8Array(analyser.frequencyBinCount);
        analyser.getByteFrequencyData(bins);
        const at = Math.round((1000 * analyser.fftSize) / context.sampleRate);
        await context.close();
        const value = Math.max(...bins.slice(at - 1, at + 2));
        return value > 150 ? value : undefined;
      }),
    );
    assert.ok(level > 150);
    await alice.tab.page.evaluate(async () => {
      const { current } = window.phone;
      current.mute("audio", false);
      await current.stopSharing();
    });
    await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
  });
});

describe("tones in the stream", () => {
  test("that the other side holds meanwhile fail, and the next ones are sent", async () => {
    await connect({ audio: true, video: false });
    await expectMedia([alice.tab, bob.tab], ["audio"]);
    const long = alice.dtmf("1234567890", "auto");
    await alice.tab.page.evaluate(
      () => new Promise<void>((resolve) => void window.phone.current.on("tone", () => resolve())),
    );
    assert.equal(await bob.hold(), null);
    const failure = await long;
    assert.equal(failure?.code, "failed", JSON.stringify(failure));
    assert.equal(await bob.resume(), null);
    await expectMedia([alice.tab, bob.tab], ["audio"]);
    assert.equal(await alice.dtmf("5", "auto"), null);
  });
});

describe("devices and own tracks", () => {
  test("an unplugged microphone is replaced by another; one without another leaves silence", async () => {
    await connect({ audio: true, video: false });
    await expectMedia([alice.tab, bob.tab], ["audio"]);
    const unplug = (others: boolean): Promise<string> =>
      alice.tab.page.evaluate(async (more) => {
        const { current } = window.phone;
        const [track] = current.localStream?.getAudioTracks() ?? [];
        if (!track) return "no track";
        const { mediaDevices } = navigator;
        const known = await mediaDevices.enumerateDevices();
        const gone = track.getSettings().deviceId;
        const left = known.filter(({ kind, deviceId }) => kind !== "audioinput" || (more && deviceId !== gone));
        mediaDevices.enumerateDevices = () => Promise.resolve(left);
        if (!more) mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotFoundError"));
        const told = new Promise<string>((resolve) => {
          current.on("trackEnded", ({ reason, replaced }) => resolve(`${reason} ${String(replaced)}`));
        });
        track.stop();
        track.dispatchEvent(new Event("ended"));
        const what = await told;
        Reflect.deleteProperty(mediaDevices, "enumerateDevices");
        Reflect.deleteProperty(mediaDevices, "getUserMedia");
        return what;
      }, others);
    assert.equal(await unplug(true), "unplugged true");
    await expectMedia([alice.tab, bob.tab], ["audio"]);
    assert.equal(await unplug(false), "unplugged false");
    assert.equal((await alice.snapshot()).call, "established");
    assert.equal(await alice.hold(), null);
    assert.equal(await alice.resume(), null);
    await expectWays(alice.tab, bob.tab, { audio: "<-", video: "none" });
    await alice.tab.page.evaluate(() => window.phone.current.useDevice("audio", ""));
    await expectMedia([alice.tab, bob.tab], ["audio"]);
    assert.equal(await unplug(false), "unplugged false");
    await alice.hangup();
    await Promise.all([alice.end(), bob.end()]);
    await expectNothingOpen(alice);
    await connect({ audio: true, video: false });
    await expectMedia([alice.tab, bob.tab], ["audio"]);
  });

  test("tracks that end by themselves are told, and the call goes on; the next one has all again", async () => {
    await connect({ audio: true, video: true });
    await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
    const told = await alice.tab.page.evaluate(async () => {
      const { current } = window.phone;
      // What comes over a connection ends when its line is stopped.
      const [from, to] = [new RTCPeerConnection(), new RTCPeerConnection()];
      const sent = from.addTransceiver(current.localStream?.getAudioTracks()[0] ?? "audio");
      await from.setLocalDescription();
      await to.setRemoteDescription(from.localDescription ?? { type: "offer" });
      await to.setLocalDescription();
      await from.setRemoteDescription(to.localDescription ?? { type: "answer" });
      const own = to.getReceivers()[0]?.track;
      if (!own) return ["nothing came"];
      await current.replaceTrack("audio", own);
      const ends: string[] = [];
      const both = new Promise<void>((resolve) => {
        current.on("trackEnded", ({ side, kind, reason, replaced }) => {
          ends.push(`${side} ${kind} ${reason} ${String(replaced)}`);
          if (ends.length === 2) resolve();
        });
      });
      sent.stop();
      await from.setLocalDescription();
      await to.setRemoteDescription(from.localDescription ?? { type: "offer" });
      // The browser's own button for the camera ends its track and says so; stop() alone says nothing.
      const [camera] = current.localStream?.getVideoTracks() ?? [];
      camera?.stop();
      camera?.dispatchEvent(new Event("ended"));
      await Promise.race([both, new Promise((resolve) => setTimeout(resolve, 5000))]);
      for (const peer of [from, to]) peer.close();
      return ends.sort();
    });
    assert.deepEqual(told, ["local audio stopped false", "local video stopped false"]);
    await expectWays(alice.tab, bob.tab, { audio: "<-", video: "<-" });
    assert.equal((await alice.snapshot()).call, "established");
    await alice.hangup();
    await Promise.all([alice.end(), bob.end()]);
    await expectNothingOpen(alice);
    await connect({ audio: true, video: true });
    await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
  });

  test("a canvas in the place of the camera, without a re-INVITE", async () => {
    await connect({ audio: true, video: true });
    await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
    const invites = await countInvites();
    await alice.tab.page.evaluate(async () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [320, 180];
      const pen = canvas.getContext("2d");
      setInterval(() => pen?.fillRect(Math.random() * 300, 10, 20, 20), 50);
      const [track] = canvas.captureStream(20).getVideoTracks();
      if (track) await window.phone.current.replaceTrack("video", track);
    });
    await quality(bob, "canvas", ({ video }) => video?.received?.frame?.width === 320);
    await alice.tab.page.evaluate(() => window.phone.current.useDevice("video", ""));
    await sees("camera again", camera);
    assert.equal(await invites(), 0);
  });

  test("devices are listed, a call plays on a chosen speaker, a wrong one is refused", async () => {
    await connect({ audio: true, video: false });
    const told = await alice.tab.page.evaluate(async () => {
      const { agent, current } = window.phone;
      const devices = await agent.devices();
      const audio = document.createElement("audio");
      current.play(audio);
      const [, speaker] = devices.speakers;
      const wanted = speaker?.id ?? "";
      await agent.useSpeaker(wanted);
      const used = audio.sinkId === wanted;
      const wrong = await agent.useSpeaker("none").catch((error: { code: string }) => error.code);
      await agent.useSpeaker("");
      const playing = audio.srcObject === current.remoteStream;
      return { counts: [devices.microphones.length, devices.cameras.length], used, wrong, playing, speakers: devices.speakers.length };
    });
    assert.ok((told.counts[0] ?? 0) > 0 && (told.counts[1] ?? 0) > 0, JSON.stringify(told));
    assert.deepEqual([told.used, told.wrong, told.playing], [true, "no_device", true]);
  });

  test("with the stream cache the second call opens no device, and stop closes them", async () => {
    const count = (): Promise<number> =>
      alice.tab.page.evaluate(() => (window as unknown as { opened: number }).opened);
    await alice.tab.page.evaluate(() => {
      const counted = window as unknown as { opened: number };
      counted.opened = 0;
      const { mediaDevices } = navigator;
      const open = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = (constraints) => {
        counted.opened += 1;
        return open(constraints);
      };
      window.phone.agent.configure({ streamCache: true });
    });
    for (const round of [1, 2]) {
      await connect({ audio: true, video: false });
      await expectMedia([alice.tab, bob.tab], ["audio"]);
      assert.equal(await count(), 1, `call ${round}`);
      await alice.hangup();
      await Promise.all([alice.end(), bob.end()]);
    }
    await alice.tab.page.evaluate(() => {
      window.phone.agent.releaseMedia();
      window.phone.agent.configure({ streamCache: false });
      Reflect.deleteProperty(navigator.mediaDevices, "getUserMedia");
    });
  });
});

describe("limits and key frames", () => {
  test("setBandwidth really limits what is sent, setVideoSize the picture", async () => {
    await connect({ audio: true, video: true });
    await quality(alice, "much video", ({ video, interval }) => interval > 1500 && (video?.sent?.bitrate ?? 0) > 300);
    await alice.tab.page.evaluate(() => window.phone.current.setBandwidth({ video: 100 }));
    const little = await quality(
      alice,
      "little video",
      ({ video, interval }) => interval > 1500 && (video?.sent?.bitrate ?? 999) < 150,
    );
    assert.ok((little.audio?.sent?.bitrate ?? 0) > 5, "sound is not limited");
    await alice.tab.page.evaluate(() => window.phone.current.setBandwidth({}));
    await alice.tab.page.evaluate(() => window.phone.current.setVideoSize({ maxWidth: 320, maxHeight: 240 }));
    await quality(bob, "small picture", ({ video }) => (video?.received?.frame?.width ?? 999) <= 320);
  });

  test("bandwidth, size and codec of the options reach the browser", async () => {
    const options = {
      audio: true,
      video: true,
      bandwidth: { audio: 96, video: 200 },
      videoSize: { maxWidth: 320, maxHeight: 240 },
      codecOrder: ["PCMA", "H264", "VP9"],
    };
    await alice.tab.page.evaluate((given) => window.phone.call("bob", given), options);
    await bob.state("incoming");
    await bob.answer({ audio: true, video: true });
    await alice.state("established");
    const seen = await quality(
      alice,
      "what was asked for",
      ({ video, audio }) => (video?.sent?.frame?.width ?? 999) <= 320 && audio?.sent?.codec === "PCMA/8000",
    );
    assert.match(seen.video?.sent?.codec ?? "", /^(H264|VP9)\//);
    const limits = await alice.tab.page.evaluate(() =>
      window.phone.current.peerConnection?.getSenders().map((sender) => [
        sender.track?.kind,
        sender.getParameters().encodings[0]?.maxBitrate,
      ]),
    );
    assert.deepEqual(limits, [["audio", 96000], ["video", 200000]]);
  });

  test("RFC 5168: the other side asks for a key frame, and the encoder makes one", async () => {
    await connect({ audio: true, video: true });
    const before = await quality(alice, "a picture", ({ video }) => (video?.sent?.frame?.rate ?? 0) > 5);
    const asked = await bob.tab.page.evaluate(() =>
      window.phone.current.requestKeyFrame().then(({ status }) => status),
    );
    assert.equal(asked, 200);
    await quality(
      alice,
      "another key frame",
      ({ video }) =>
        (video?.sent?.frame?.keyFrames ?? 0) > (before.video?.sent?.frame?.keyFrames ?? 0),
    );
  });
});
