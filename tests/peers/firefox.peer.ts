/** Chromium with Firefox ESR through Kamailio, each of them calling: media, changes, tones, transfers. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { Tab, launch } from "../e2e/browser.js";
import { waitFor } from "../e2e/child.js";
import { expectMedia, expectSilence, sample, type Kind } from "../e2e/media.js";
import { OldPhone, type Account } from "../e2e/old-phone.js";
import { startPageServer, type PageServer } from "../e2e/page-server.js";
import { Phone } from "../e2e/phone.js";
import type { AnyTab } from "../e2e/tab.js";
import { figure } from "./figures.js";
import { Firefox } from "./firefox.js";
import { startLab, type Lab } from "./lab.js";

type AnyPhone = Phone<AnyTab>;

const sound = { audio: true, video: false };
const picture = { audio: true, video: true };
const both: readonly Kind[] = ["audio", "video"];

let lab: Lab;
let chromium: Browser;
let firefox: Firefox;
let pages: PageServer;
/** alice and carol in Chromium, bob and dave in Firefox; alice by ws, bob by wss. */
let alice: AnyPhone;
let bob: AnyPhone;
let carol: AnyPhone;
let dave: AnyPhone;

before(async () => {
  lab = await startLab({ name: "firefox", capture: true });
  [chromium, firefox, pages] = await Promise.all([launch(), Firefox.launch(), startPageServer()]);
  const url = pages.url("modern.html");
  alice = await Phone.on<AnyTab>(await Tab.open(chromium, url, "alice"), lab.ws, "alice");
  bob = await Phone.on<AnyTab>(await firefox.open(url, "bob"), lab.wss, "bob");
  carol = await Phone.on<AnyTab>(await Tab.open(chromium, url, "carol"), lab.wss, "carol");
  dave = await Phone.on<AnyTab>(await firefox.open(url, "dave"), lab.ws, "dave");
  await Promise.all([alice, bob, carol, dave].map((phone) => phone.online()));
});
/** A test that failed leaves nothing behind for the next one. */
afterEach(async () => {
  for (const phone of [alice, bob, carol, dave]) {
    const { call } = await phone.snapshot();
    if (call === null || call === "ended") continue;
    await phone.hangup();
    await phone.end();
  }
});
after(async () => {
  try {
    for (const phone of [alice, bob, carol, dave]) await phone?.close();
  } finally {
    await chromium?.close();
    await firefox?.close();
    await pages?.stop();
    await lab?.stop();
  }
});

async function connect(
  caller: AnyPhone,
  callee: AnyPhone,
  media: Parameters<AnyPhone["call"]>[1],
  answer: Parameters<AnyPhone["answer"]>[0] = media,
): Promise<void> {
  await caller.call(callee.user, media);
  await callee.state("incoming");
  await caller.state("ringing");
  await callee.answer(answer);
  await Promise.all([caller.state("established"), callee.state("established")]);
}

async function hangUp(who: AnyPhone, other: AnyPhone): Promise<void> {
  await who.hangup();
  const [own, theirs] = [await who.end(), await other.end()];
  assert.deepEqual([own.cause, own.by, theirs.cause, theirs.by], ["bye", "local", "bye", "remote"]);
}

/** What `hearer` decodes grows louder, or stays silent, for a while. */
async function expectSound(hearer: AnyPhone, wanted: boolean): Promise<void> {
  let before = await sample(hearer.tab);
  await waitFor(
    async () => {
      const now = await sample(hearer.tab);
      const packets = now.audio.received - before.audio.received;
      const energy = now.audio.energy - before.audio.energy;
      before = now;
      return packets > 0 && energy > 1e-5 === wanted ? true : undefined;
    },
    () => `${hearer.user} ${wanted ? "hears nothing" : "still hears"}: ${JSON.stringify(before)}`,
    8000,
    700,
  );
}

/** Sends and receives no more and no less than this, of one kind. */
async function expectFlow(
  phone: AnyPhone,
  kind: Kind,
  wanted: { readonly sends: boolean; readonly receives: boolean },
): Promise<void> {
  let before = await sample(phone.tab);
  let seen = "";
  await waitFor(
    async () => {
      const now = await sample(phone.tab);
      const sends = now[kind].sent > before[kind].sent;
      const receives = now[kind].received > before[kind].received;
      seen = `${JSON.stringify(before[kind])} -> ${JSON.stringify(now[kind])}`;
      before = now;
      return sends === wanted.sends && receives === wanted.receives ? true : undefined;
    },
    () => `${phone.user} ${kind}, wanted ${JSON.stringify(wanted)}: ${seen}`,
    8000,
    600,
  );
}

/** Calls as modify() of the modern API. */
function modify(phone: AnyPhone, media: { audio: boolean; video: boolean }): Promise<void> {
  return phone.tab.page.evaluate((wanted) => window.phone.current.modify(wanted), media);
}

/** Accepts every offer to add media in the latest call. */
function consent(phone: AnyPhone): Promise<void> {
  return phone.tab.page.evaluate(() => {
    window.phone.current.on("mediaOffer", (offer) => offer.accept());
  });
}

/** The payload types of telephone-event that the sender's peer takes (RFC 4733). */
function eventTypes(sender: AnyPhone): Promise<number[]> {
  return sender.tab.page.evaluate(() => {
    const sdp = window.probe.peers.at(-1)?.remoteDescription?.sdp ?? "";
    return [...sdp.matchAll(/^a=rtpmap:(\d+) telephone-event\//gm)].map(([, type]) => Number(type));
  });
}

/** RTP packets of these payload types, by what is not encrypted in SRTP (RFC 3550 section 5.1). */
async function countPackets(types: readonly number[]): Promise<number> {
  const hex = (value: number): string => value.toString(16).padStart(2, "0");
  const octets = types.flatMap((type) => [hex(type), hex(type + 128)]);
  const version = "(udp.payload[0:1] == 80 || udp.payload[0:1] == 90)";
  const type = octets.map((octet) => `udp.payload[1:1] == ${octet}`).join(" || ");
  return (await lab.packets(`${version} && (${type})`, ["frame.number"])).length;
}

for (const [callerName, calleeName] of [
  ["Chromium", "Firefox"],
  ["Firefox", "Chromium"],
] as const) {
  const pair = (): [AnyPhone, AnyPhone] =>
    callerName === "Chromium" ? [alice, bob] : [bob, alice];
  const tabs = (): AnyTab[] => pair().map((phone) => phone.tab);

  describe(`${callerName} calls ${calleeName}`, () => {
    for (const [kinds, media] of [
      [["audio"], sound],
      [both, picture],
    ] as const) {
      test(`${kinds.join("+")}: both ways; hold and resume of each side; each hangs up`, async () => {
        const [caller, callee] = pair();
        await connect(caller, callee, media);
        await expectMedia(tabs(), kinds);
        for (const [holder, held] of [
          [caller, callee],
          [callee, caller],
        ] as const) {
          assert.equal(await holder.hold(), null);
          await expectSilence(tabs(), kinds);
          await held.logged("remoteHold true");
          assert.equal(await holder.resume(), null);
          await expectMedia(tabs(), kinds);
          await held.logged("remoteHold false");
        }
        await (kinds.length === 1 ? hangUp(caller, callee) : hangUp(callee, caller));
      });
    }

    test("muted and heard again; tones in the stream and by INFO", async () => {
      const [caller, callee] = pair();
      await connect(caller, callee, sound);
      await expectSound(callee, true);
      await caller.tab.page.evaluate(() => window.phone.mute("audio", true));
      await expectSound(callee, false);
      await caller.tab.page.evaluate(() => window.phone.mute("audio", false));
      await expectSound(callee, true);

      const types = await eventTypes(caller);
      assert.ok(types.length > 0, "no telephone-event in the answer");
      const before = await countPackets(types);
      const played = (await caller.tab.page.evaluate(() => window.probe.tones)).length;
      assert.equal(await caller.dtmf("1#"), null);
      const tones = await caller.tab.page.evaluate(() => window.probe.tones);
      assert.deepEqual(tones.slice(played), ["1", "#"]);
      await waitFor(
        // Three packets end each of the two tones (RFC 4733 section 2.5.1.4).
        async () => ((await countPackets(types)) - before >= 6 ? true : undefined),
        () => `no RTP of the types ${types.join()}`,
      );
      assert.equal(await caller.dtmf("5", "info"), null);
      const info = (await callee.snapshot()).log.filter((line) => line.startsWith("info "));
      assert.equal(info.length, 1, "the tones in the stream sent no INFO");
      assert.match(info[0] ?? "", /^info application\/dtmf-relay Signal=5\r\n/);
      await hangUp(callee, caller);
    });

    test("a picture is added in the call with consent, and taken away again", async () => {
      const [caller, callee] = pair();
      await connect(caller, callee, sound);
      await consent(callee);
      await modify(caller, picture);
      await expectMedia(tabs(), both);
      await modify(caller, sound);
      await expectSilence(tabs(), ["video"]);
      for (const phone of pair()) {
        await expectFlow(phone, "audio", { sends: true, receives: true });
      }
      await modify(caller, picture);
      await expectMedia(tabs(), both);
      await hangUp(caller, callee);
    });

    test("one way: the caller only sends, the callee only receives; and turned round", async () => {
      const [caller, callee] = pair();
      for (const [to, back, sends] of [
        ["sendonly", "recvonly", true],
        ["recvonly", "sendonly", false],
      ] as const) {
        const own = { audio: to, video: to };
        await connect(caller, callee, own, { audio: back, video: back });
        for (const kind of both) {
          await expectFlow(caller, kind, { sends, receives: !sends });
          await expectFlow(callee, kind, { sends: !sends, receives: sends });
        }
        await hangUp(caller, callee);
      }
    });

    test("blind transfer: the callee goes on with somebody else", async () => {
      const [caller, callee] = pair();
      const third = callerName === "Chromium" ? carol : dave;
      await connect(caller, callee, sound);
      await third.autoAnswer(sound);
      assert.equal(await caller.transfer(third.user), null);
      await caller.end();
      await callee.logged(`transfer to ${third.user}`);
      await callee.follow();
      await Promise.all([callee.state("established"), third.state("established")]);
      await expectMedia([callee.tab, third.tab], ["audio"]);
      await hangUp(third, callee);
    });

    test("a MESSAGE in any script", async () => {
      const [from, to] = pair();
      const text = "P\u00eache \u00e0 la moule \u4f60\u597d \u{1f600}";
      const arrives = to.tab.page.evaluate(
        () =>
          new Promise<string>((resolve) => {
            window.phone.agent.on("message", (message) => {
              message.accept();
              resolve(message.text ?? "");
            });
          }),
      );
      await to.tab.page.evaluate(() => undefined); // the listener is there
      await from.tab.page.evaluate(
        async ([whom, what]) => {
          await window.phone.agent.sendMessage(whom, what);
        },
        [to.user, text] as const,
      );
      assert.equal(await arrives, text);
    });

    test("time from call() to the first media on both sides", async (context) => {
      const [caller, callee] = pair();
      for (const [kinds, media] of [
        [["audio"], sound],
        [both, picture],
      ] as const) {
        const times: number[] = [];
        for (let at = 0; at < 4; at += 1) {
          const decoded = pair().map((phone) =>
            phone.tab.page.evaluate(([what, limit]) => window.probe.mediaTime(what, limit), [
              kinds,
              10000,
            ] as const),
          );
          await caller.call(callee.user, media);
          await callee.state("incoming");
          await callee.answer(media);
          const ready = Math.max(...(await Promise.all(decoded)));
          times.push(ready - (await caller.tab.page.evaluate(() => window.phone.calledAt)));
          await hangUp(caller, callee);
        }
        assert.ok(times.every((time) => time > 0));
        figure(context, `${callerName} calls ${calleeName}, ${kinds.join("+")}`, times);
      }
    });
  });
}

describe("SIPml-api.js", () => {
  const account = (user: string, url: string): Account => ({
    realm: lab.domain,
    impi: user,
    impu: `sip:${user}@${lab.domain}`,
    password: lab.password(user),
    websocket_proxy_url: url,
    ice_servers: "[]",
    enable_rtcweb_breaker: false,
  });

  for (const firefoxCalls of [true, false]) {
    test(`a page of 2016, Firefox ${firefoxCalls ? "calls" : "is called by"} Chromium`, async () => {
      await carol.stop();
      await dave.stop();
      const old = await OldPhone.open(chromium, pages, account("carol", lab.ws.url));
      const url = OldPhone.url(pages, account("dave", lab.wss.url));
      const fresh = new OldPhone<AnyTab>(await firefox.open(url, "dave"));
      const [caller, callee]: OldPhone<AnyTab>[] = firefoxCalls ? [fresh, old] : [old, fresh];
      assert.ok(caller && callee);
      await Promise.all([caller.online(), callee.online()]);
      const tabs = [caller.tab, callee.tab];
      await caller.does("call", "call-audiovideo", firefoxCalls ? "carol" : "dave");
      await callee.until("stack:i_new_call");
      await callee.does("accept");
      await Promise.all([caller.until("call:connected"), callee.until("call:connected")]);
      await expectMedia(tabs, both);
      await caller.does("hold");
      await caller.until("call:m_local_hold_ok");
      await callee.until("call:m_remote_hold");
      await expectSilence(tabs, both);
      await caller.does("resume");
      await caller.until("call:m_local_resume_ok");
      await expectMedia(tabs, both);
      await caller.does("dtmf", "7");
      await callee.does("hangup");
      await Promise.all([caller.until("call:terminated"), callee.until("call:terminated")]);
      await caller.close();
      await callee.close();
      await carol.start();
      await dave.start();
    });
  }
});
