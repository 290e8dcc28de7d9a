/**
 * How Chromium and Firefox connect: candidates behind their descriptions (RFC 8840), new credentials
 * inside a call (RFC 8839 section 4.4.1.1), a STUN server that is dead.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { Tab } from "../e2e/browser.js";
import { CallScene, establish } from "../e2e/call-scene.js";
import { expectMedia, sample, type Kind } from "../e2e/media.js";
import type { PhoneOptions } from "../e2e/page/modern.js";
import { Phone } from "../e2e/phone.js";
import { startRelay, type Relay } from "../e2e/relay.js";
import type { AnyTab } from "../e2e/tab.js";
import { figure } from "./figures.js";
import { Firefox } from "./firefox.js";
import { address } from "./lab.js";
import { startDeadServer } from "./turn.js";

type AnyPhone = Phone<AnyTab>;

const picture = { audio: true, video: true };
const both: readonly Kind[] = ["audio", "video"];

let scene: CallScene;
/** alice in Chromium, bob in Firefox, each behind a relay that keeps what they send. */
let alice: AnyPhone;
let bob: AnyPhone;
let relays: Map<AnyPhone, Relay>;

before(async () => {
  scene = await CallScene.start();
  const firefox = scene.keep(await Firefox.launch());
  const url = scene.pages.url("modern.html");
  const { server } = scene;
  const tabs = [await Tab.open(scene.browser, url, "alice"), await firefox.open(url, "bob")] as const;
  alice = scene.keep(await Phone.on<AnyTab>(tabs[0], server, "alice"));
  bob = scene.keep(await Phone.on<AnyTab>(tabs[1], server, "bob"));
  relays = new Map();
  for (const phone of [alice, bob]) {
    const relay = await startRelay(server.url);
    scene.keep({ close: () => relay.stop() });
    relays.set(phone, relay);
  }
});
after(() => scene?.stop());
afterEach(async () => {
  for (const phone of [alice, bob]) {
    await phone.stop();
    await phone.autoAnswer(null);
  }
});

/** Both go online with these options. */
async function online(options: Partial<PhoneOptions>): Promise<void> {
  for (const phone of [alice, bob]) {
    assert.equal(await phone.start({ server: relays.get(phone)?.url ?? "", ...options }), null);
    assert.equal(await phone.register(), null);
  }
}

async function hangUp(from: AnyPhone, to: AnyPhone): Promise<void> {
  await from.hangup();
  assert.deepEqual([(await from.end()).cause, (await to.end()).cause], ["bye", "bye"]);
}

/** What the phone sent of this method since it had sent `from` frames: requests, or answers. */
function sent(phone: AnyPhone, method: string, from: number, isAnswer = false): string[] {
  const start = isAnswer ? "SIP/2.0 2" : `${method} `;
  const cseq = new RegExp(`^CSeq: *\\d+ ${method}\\r`, "m");
  const frames = relays.get(phone)?.fromClient.slice(from) ?? [];
  return frames.filter((frame) => frame.startsWith(start) && cseq.test(frame));
}

const count = (phone: AnyPhone): number => relays.get(phone)?.fromClient.length ?? 0;

const candidates = (frame: string): number => frame.match(/^a=candidate:/gm)?.length ?? 0;

const pairs = [
  ["Chromium", "Firefox"],
  ["Firefox", "Chromium"],
] as const;
const pair = (caller: string): [AnyPhone, AnyPhone] =>
  caller === "Chromium" ? [alice, bob] : [bob, alice];

/** The credentials of each side, as this page has them. */
function credentials(phone: AnyPhone): Promise<{ local: string; remote: string }> {
  return phone.tab.page.evaluate(() => {
    const peer = window.probe.peers.at(-1);
    const of = (sdp: string | undefined): string => /^a=ice-ufrag:(\S+)/m.exec(sdp ?? "")?.[1] ?? "";
    return { local: of(peer?.localDescription?.sdp), remote: of(peer?.remoteDescription?.sdp) };
  });
}

/** Notes how the media are connected, from here on. */
async function noteStates(phone: AnyPhone): Promise<void> {
  await phone.tab.page.evaluate(() => {
    const noted = window as unknown as { mediaStates: string[] };
    noted.mediaStates = [window.phone.current.mediaState];
    const call = window.phone.current;
    call.on("mediaState", () => noted.mediaStates.push(call.mediaState));
  });
}

function states(phone: AnyPhone): Promise<string[]> {
  return phone.tab.page.evaluate(
    () => (window as unknown as { mediaStates: string[] }).mediaStates,
  );
}

for (const [callerName, calleeName] of pairs) {
  describe(`${callerName} calls ${calleeName}`, () => {
    test("ICE restarted by each side while media flow, which go on", async () => {
      await online({});
      const [caller, callee] = pair(callerName);
      const tabs = [caller.tab, callee.tab];
      await establish(caller, callee, picture);
      await expectMedia(tabs, both);
      await Promise.all([caller, callee].map(noteStates));
      for (const [who, other] of [
        [caller, callee],
        [callee, caller],
      ] as const) {
        const before = await credentials(who);
        const samples = await Promise.all(tabs.map(sample));
        await who.tab.page.evaluate(() => window.phone.current.restartIce());
        const now = await credentials(who);
        assert.notEqual(now.local, before.local, `${who.user} has new credentials`);
        assert.notEqual(now.remote, before.remote, `${other.user} has new credentials`);
        await other.tab.wait("the same credentials at both ends", async () => {
          const theirs = await credentials(other);
          return theirs.local === now.remote && theirs.remote === now.local ? true : undefined;
        });
        await expectMedia(tabs, both);
        for (const [at, tab] of tabs.entries()) {
          const after = await sample(tab);
          // The connection is the same, and its counters go on.
          assert.ok(after.audio.received > (samples[at]?.audio.received ?? 0), tab.name);
        }
      }
      for (const phone of [caller, callee]) {
        const seen = await states(phone);
        assert.equal(seen.at(-1), "connected", JSON.stringify(seen));
        assert.ok(!seen.includes("failed"), JSON.stringify(seen));
      }
      await hangUp(callee, caller);
    });

    for (const watches of [true, false]) {
      const what = watches ? "the caller receives alone, and offers before any is found" : "both ways";
      test(`trickle "full": ${what}`, async () => {
        await online({ trickle: "full" });
        const [caller, callee] = pair(callerName);
        const from = new Map([caller, callee].map((phone) => [phone, count(phone)]));
        const of = (phone: AnyPhone, method: string, isAnswer = false): string[] =>
          sent(phone, method, from.get(phone) ?? 0, isAnswer);
        const own = watches ? ({ audio: "recvonly", video: "recvonly" } as const) : picture;
        await callee.autoAnswer(picture);
        await caller.call(callee.user, own);
        await caller.state("established");
        if (watches) {
          await caller.tab.wait("picture and sound", async () => {
            const { audio, video } = await sample(caller.tab);
            return (audio.decoded > 0 && video.decoded > 0) || undefined;
          });
        } else {
          await expectMedia([caller.tab, callee.tab], both);
        }
        const [invite = ""] = of(caller, "INVITE");
        assert.match(invite, /^Supported:.*trickle-ice/m);
        assert.match(invite, /^Recv-Info: trickle-ice\r/m);
        if (watches) assert.equal(candidates(invite), 0);
        const infos = [...of(caller, "INFO"), ...of(callee, "INFO")];
        if (watches) assert.ok(of(caller, "INFO").length > 0, "candidates follow");
        for (const info of infos) {
          assert.match(info, /^Info-Package: trickle-ice\r/m);
          assert.match(info, /^Content-Type: application\/trickle-ice-sdpfrag\r/m);
          assert.match(info, /^a=ice-ufrag:/m);
        }
        for (const [one, other] of [
          [caller, callee],
          [callee, caller],
        ] as const) {
          await one.tab.wait("answers to all INFO requests", () =>
            Promise.resolve(of(other, "INFO", true).length === of(one, "INFO").length || undefined),
          );
        }
        for (const phone of [caller, callee]) {
          const { diagnostics } = await phone.snapshot();
          assert.deepEqual(diagnostics.filter((line) => /candidate/.test(line)), []);
        }
        // New credentials and their candidates in the same way.
        await callee.tab.page.evaluate(() => window.phone.current.restartIce());
        if (!watches) await expectMedia([caller.tab, callee.tab], both);
        await hangUp(caller, callee);
      });
    }
  });
}

describe("a STUN server that is dead", () => {
  for (const trickle of ["none", "full"] as const) {
    for (const dead of [false, true]) {
      const what = `Firefox calls Chromium, ${dead ? "dead STUN" : "no STUN"}, trickle ${trickle}`;
      test(what, async (context) => {
        const server = await startDeadServer();
        try {
          const iceServers = dead ? [{ urls: `stun:${address}:${server.port}` }] : [];
          await online({ iceServers, trickle });
          await alice.autoAnswer({ audio: true });
          const left: number[] = [];
          const heard: number[] = [];
          for (let at = 0; at < 4; at += 1) {
            const decoded = [bob, alice].map((phone) =>
              phone.tab.page.evaluate(() => window.probe.mediaTime(["audio"], 10000)),
            );
            await bob.tab.page.evaluate(() => {
              const noted = window as unknown as { left: { at: number; state: string } | null };
              noted.left = null;
              window.phone.agent.configure({ trace: true });
              window.phone.agent.on("log", ({ direction, text }) => {
                if (direction !== "sent" || !text.startsWith("INVITE ") || noted.left) return;
                const state = window.probe.peers.at(-1)?.iceGatheringState ?? "";
                noted.left = { at: performance.timeOrigin + performance.now(), state };
              });
            });
            await bob.call("alice", { audio: true });
            const ready = Math.max(...(await Promise.all(decoded)));
            const called = await bob.tab.page.evaluate(() => window.phone.calledAt);
            const invite = await bob.tab.page.evaluate(
              () => (window as unknown as { left: { at: number; state: string } }).left,
            );
            // What the browser still waits for is not waited for.
            if (dead) assert.notEqual(invite.state, "complete");
            left.push(invite.at - called);
            heard.push(ready - called);
            await hangUp(bob, alice);
          }
          figure(context, `${what}: INVITE`, left);
          figure(context, `${what}: media`, heard);
        } finally {
          server.stop();
        }
      });
    }
  }
});
