/**
 * What is written of our descriptions, and what connections are made with: the options of a call, a
 * rule of the page's own, and the trace of both. RFC 3264, RFC 8829 section 4.1, RFC 8828.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./browser.js";
import { CallScene } from "./call-scene.js";
import { expectWays } from "./flow.js";
import type { Media } from "./page/modern.js";
import { Phone } from "./phone.js";
import { asked, expectNothingOpen, observe, sent } from "./wire.js";

let scene: CallScene;
let alice: Phone;
let bob: Phone;

before(async () => {
  scene = await CallScene.start();
  alice = await scene.phone("alice");
  bob = await scene.phone("bob");
});
after(() => scene?.stop());

const sound = { audio: "<->", video: "none" } as const;
const both = { audio: "<->", video: "<->" } as const;
const offerPattern = /^INVITE [^]*\r\n\r\nv=0/;

/** The phone calls Bob, who answers what is offered. */
async function connect(phone: Phone, media: Media): Promise<void> {
  await phone.call("bob", media);
  await bob.state("incoming");
  await bob.answer({});
  await Promise.all([phone.state("established"), bob.state("established")]);
}

async function hangUp(phone: Phone): Promise<void> {
  await phone.hangup().catch(() => undefined);
  await Promise.all([phone.end(), bob.end()]);
  for (const one of [phone, bob]) await expectNothingOpen(one);
}

/** The description of the offer that the phone sent last. */
async function offerOf(phone: Phone): Promise<string> {
  const invite = (await sent(phone, offerPattern)) ?? assert.fail("no offer was sent");
  return invite.slice(invite.indexOf("\r\n\r\n") + 4);
}

function linesOf(description: string, start: string): string[] {
  return description.split("\r\n").filter((line) => line.startsWith(start));
}

interface Traced {
  readonly description: "before" | "after";
  readonly rules: readonly string[];
  readonly text: string;
}

describe("a rule of the page's own", () => {
  afterEach(async () => {
    await alice.tab.page.evaluate(() => window.phone.agent.configure({ hooks: {} }));
    await hangUp(alice);
  });

  test("is on the wire and in the trace, before and after; all other lines are as they were", async () => {
    await alice.tab.page.evaluate(async () => {
      const path = "/dist/core.js";
      const core = (await import(path)) as typeof import("../../js-glue/index.js");
      await core.loadFunctions();
      const kept = window as unknown as { traced: object[] };
      kept.traced = [];
      window.phone.agent.on("log", ({ description, rules, text }) => {
        if (description) kept.traced.push({ description, rules: rules ?? [], text });
      });
      const localDescription = core.sdpRule(({ media }) => {
        for (const section of media) {
          if (section.type === "audio") core.setAttribute(section, "ptime", "40");
        }
      });
      window.phone.agent.configure({ trace: true, hooks: { localDescription } });
    });
    await observe(alice);
    await connect(alice, { audio: true, video: true });
    await expectWays(alice.tab, bob.tab, both);

    const offer = await offerOf(alice);
    assert.deepEqual(linesOf(offer, "a=ptime:"), ["a=ptime:40"]);
    const traced = await alice.tab.page.evaluate(
      () => (window as unknown as { traced: Traced[] }).traced,
    );
    const pairs = traced.flatMap((after, at) => {
      const before = traced[at - 1];
      if (after.description !== "after") return [];
      assert.equal(before?.description, "before", "each change is shown from before to after");
      return [{ rules: after.rules, before: before.text.split("\r\n"), after: after.text.split("\r\n") }];
    });
    const own = pairs.find(({ rules }) => rules.includes("localDescription"));
    assert.ok(own, JSON.stringify(pairs.map(({ rules }) => rules)));
    assert.deepEqual(own.after.filter((line) => line !== "a=ptime:40"), own.before);
    // What the rules of this package do is told in the same way.
    const events = pairs.find(({ rules }) => rules.includes("telephone_event"));
    assert.ok(events, JSON.stringify(pairs.map(({ rules }) => rules)));
    assert.ok(!events.before.some((line) => /^a=fmtp:\d+ 0-15$/.test(line)));
    assert.ok(events.after.some((line) => /^a=fmtp:\d+ 0-15$/.test(line)));
    assert.ok(!traced.some(({ text }) => /^a=ice-pwd:(?!\*)/m.test(text)), "no ICE password is told");
  });
});

describe("the options of a call", () => {
  afterEach(() => hangUp(alice));

  test("candidates, codecs, bandwidth and the name of the session are on the wire, and it is heard", async () => {
    await alice.tab.page.evaluate(() => window.phone.agent.configure({ sessionName: "from a kiosk" }));
    await observe(alice);
    await connect(alice, {
      audio: true,
      video: true,
      removedCandidates: ["tcp", "ipv6"],
      removedCodecs: ["opus", "VP8", "G722"],
      codecOrder: ["PCMA"],
      bandwidth: { audio: 70, video: 300 },
    });
    await expectWays(alice.tab, bob.tab, both);
    const offer = await offerOf(alice);
    assert.deepEqual(linesOf(offer, "s="), ["s=from a kiosk"]);
    assert.deepEqual(linesOf(offer, "b="), ["b=AS:70", "b=TIAS:70000", "b=AS:300", "b=TIAS:300000"]);
    assert.match(offer, /^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8 /m);
    assert.doesNotMatch(offer, /^a=rtpmap:\d+ (opus|VP8|G722)\//im);
    const apts = linesOf(offer, "a=fmtp:").flatMap((line) => /apt=(\d+)/.exec(line)?.[1] ?? []);
    for (const apt of apts) assert.match(offer, new RegExp(`^a=rtpmap:${apt} `, "m"));
    const candidates = linesOf(offer, "a=candidate:");
    assert.ok(candidates.length > 0);
    for (const line of candidates) assert.match(line, / udp \d+ \d+\.\d+\.\d+\.\d+ /i);
    await alice.tab.page.evaluate(() => window.phone.agent.configure({ sessionName: "-" }));
  });

  test("tracks of the page's own are sent instead of devices, and nobody is asked", async () => {
    await observe(alice);
    await alice.tab.page.evaluate(() => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [320, 180];
      const pen = canvas.getContext("2d");
      setInterval(() => pen?.fillRect(Math.random() * 300, 10, 20, 20), 50);
      const context = new AudioContext();
      const tone = context.createOscillator();
      const out = context.createMediaStreamDestination();
      tone.connect(out);
      tone.start();
      const kept = window as unknown as { own: MediaStream };
      kept.own = new MediaStream([
        ...canvas.captureStream(20).getTracks(),
        ...out.stream.getTracks(),
      ]);
      return window.phone.call("bob", { audio: true, video: true, stream: kept.own });
    });
    await bob.state("incoming");
    await bob.answer({});
    await expectWays(alice.tab, bob.tab, both);
    assert.deepEqual(await asked(alice), []);
    const size = await bob.tab.page.evaluate(async () => {
      const { video } = await window.phone.current.stats();
      return video?.received?.frame?.width;
    });
    assert.equal(size, 320);
    await alice.hangup();
    await alice.end();
    // They belong to the page.
    const states = await alice.tab.page.evaluate(() =>
      (window as unknown as { own: MediaStream }).own.getTracks().map((track) => track.readyState),
    );
    assert.deepEqual(states, ["live", "live"]);
  });
});

describe("how a connection is made", () => {
  afterEach(() => hangUp(alice));

  test("ICE servers by url or urls, the pool, the policies: as the browser takes them", async () => {
    await alice.tab.page.evaluate(() =>
      window.phone.agent.configure({
        iceServers: [
          { url: "stun:127.0.0.1:9" },
          { urls: ["turn:127.0.0.1:9?transport=udp"], username: "u", credential: "c" },
        ],
        iceCandidatePoolSize: 2,
        bundlePolicy: "max-bundle",
        iceTransportPolicy: "all",
        iceQuietPeriod: 100,
        iceGatheringTimeout: 500,
      }),
    );
    await connect(alice, { audio: true });
    await expectWays(alice.tab, bob.tab, sound);
    const made = await alice.tab.page.evaluate(() => {
      const { iceServers, iceCandidatePoolSize, bundlePolicy, iceTransportPolicy, rtcpMuxPolicy } =
        window.phone.current.peerConnection?.getConfiguration() ?? {};
      const urls = iceServers?.map((one) => one.urls);
      return { urls, iceCandidatePoolSize, bundlePolicy, iceTransportPolicy, rtcpMuxPolicy };
    });
    assert.deepEqual(made, {
      urls: [["stun:127.0.0.1:9"], ["turn:127.0.0.1:9?transport=udp"]],
      iceCandidatePoolSize: 2,
      bundlePolicy: "max-bundle",
      iceTransportPolicy: "all",
      rtcpMuxPolicy: "require",
    });
    await alice.tab.page.evaluate(() =>
      window.phone.agent.configure({
        iceServers: [],
        iceCandidatePoolSize: 0,
        bundlePolicy: "balanced",
        iceQuietPeriod: 500,
        iceGatheringTimeout: 2000,
      }),
    );
  });

  test("candidates are found while the microphone is being opened", async () => {
    await alice.tab.page.evaluate(() => {
      const { mediaDevices } = navigator;
      const real = mediaDevices.getUserMedia;
      const gate = window as unknown as { open: () => void };
      mediaDevices.getUserMedia = async (constraints) => {
        mediaDevices.getUserMedia = real;
        await new Promise<void>((resolve) => (gate.open = resolve));
        return real.call(mediaDevices, constraints);
      };
    });
    await alice.call("bob", { audio: true });
    await alice.tab.wait("all candidates before there is a microphone", () =>
      alice.tab.page.evaluate(() => {
        const peer = window.probe.peers.at(-1);
        return "open" in window && peer?.iceGatheringState === "complete" ? true : undefined;
      }),
    );
    assert.equal((await alice.snapshot()).call, "connecting", "the INVITE waits for the microphone");
    await alice.tab.page.evaluate(() => (window as unknown as { open: () => void }).open());
    await bob.state("incoming");
    await bob.answer({});
    await expectWays(alice.tab, bob.tab, sound);
  });
});

describe("a page that was asked for no permission", () => {
  let shy: Browser;
  let dave: Phone;
  before(async () => {
    shy = await launch({ grant: false, hideAddresses: true });
    dave = await Phone.registered(shy, scene.pages, scene.server, "dave");
  });
  after(async () => {
    await dave?.close();
    await shy?.close();
  });
  afterEach(() => hangUp(dave));

  for (const removed of [[], ["name"]] as const) {
    const what = removed.length === 0 ? "tells names instead of addresses" : "tells none of them";
    test(`${what} (RFC 8828), and hears`, async () => {
      await observe(dave);
      await connect(dave, { audio: "recvonly", removedCandidates: removed });
      await expectWays(dave.tab, bob.tab, { audio: "<-", video: "none" });
      const candidates = linesOf(await offerOf(dave), "a=candidate:");
      assert.equal(candidates.some((line) => / \S+\.local /.test(line)), removed.length === 0);
    });
  }
});
