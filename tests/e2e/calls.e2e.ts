/** Two pages call each other through each server: media, hold, every way to end a call. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./browser.js";
import { serverChoices } from "./matrix.js";
import { expectMedia, expectSilence, sample, type Kind } from "./media.js";
import { startPageServer, type PageServer } from "./page-server.js";
import { Phone } from "./phone.js";
import type { SipServer } from "./servers.js";

let browser: Browser;
let pages: PageServer;

before(async () => {
  browser = await launch();
  pages = await startPageServer();
});
after(async () => {
  await browser?.close();
  await pages?.stop();
});

const kindsOf = (media: { audio: boolean; video: boolean }): Kind[] =>
  (["audio", "video"] as const).filter((kind) => media[kind]);

for (const choice of serverChoices) {
  describe(choice.name, () => {
    let server: SipServer;
    let alice: Phone;
    let bob: Phone;

    before(async () => {
      server = await choice.start();
      alice = await Phone.registered(browser, pages, server, "alice");
      bob = await Phone.registered(browser, pages, server, "bob");
    });
    after(async () => {
      // A second session of the same context checks that no test left an error behind.
      try {
        await alice?.close();
        await bob?.close();
      } finally {
        await server?.stop();
      }
    });

    const ring = async (media: { audio: boolean; video: boolean }): Promise<void> => {
      await bob.call("alice", media);
      await alice.state("incoming");
      await bob.state("ringing");
    };
    const connect = async (media: { audio: boolean; video: boolean }): Promise<void> => {
      await ring(media);
      await alice.answer(media);
      await Promise.all([alice.state("established"), bob.state("established")]);
    };
    const both = (): Phone["tab"][] => [alice.tab, bob.tab];

    for (const media of [
      { audio: true, video: false },
      { audio: false, video: true },
      { audio: true, video: true },
    ]) {
      const kinds = kindsOf(media);
      test(`${kinds.join("+")}: media both ways, hold, resume, the caller hangs up`, async () => {
        await connect(media);
        await expectMedia(both(), kinds);

        assert.equal(await bob.hold(), null);
        await expectSilence(both(), kinds);
        assert.ok((await alice.snapshot()).log.some((line) => line.startsWith("remoteHold")));
        assert.equal(await bob.resume(), null);
        await expectMedia(both(), kinds);

        await bob.hangup();
        const atAlice = await alice.end();
        const atBob = await bob.end();
        assert.deepEqual([atAlice.cause, atAlice.by], ["bye", "remote"]);
        assert.deepEqual([atBob.cause, atBob.by], ["bye", "local"]);
        const now = await sample(alice.tab);
        assert.equal(
          now.audio.received + now.video.received,
          0,
          "the connection is closed after the call",
        );
      });
    }

    test("audio+video: the callee holds, resumes and hangs up; keypad tones pass", async () => {
      const media = { audio: true, video: true };
      await connect(media);
      await expectMedia(both(), ["audio", "video"]);
      // Browsers take tones in the stream; by INFO they go when that is wanted.
      assert.equal(await bob.dtmf("19"), null);
      assert.deepEqual(await bob.tab.page.evaluate(() => window.probe.tones), ["1", "9"]);
      assert.equal(await bob.dtmf("5", "info"), null);
      const tones = (await alice.snapshot()).log.filter((line) => line.startsWith("info "));
      assert.equal(tones.length, 1);
      assert.match(tones[0] ?? "", /^info application\/dtmf-relay Signal=5\r\n/);
      assert.equal(await alice.hold(), null);
      await expectSilence(both(), ["audio", "video"]);
      assert.equal(await alice.resume(), null);
      await expectMedia(both(), ["audio", "video"]);
      await alice.hangup();
      assert.deepEqual([(await bob.end()).cause, (await bob.end()).by], ["bye", "remote"]);
      assert.deepEqual([(await alice.end()).cause, (await alice.end()).by], ["bye", "local"]);
    });

    test("a call with video answered with audio alone, then held and resumed", async () => {
      await ring({ audio: true, video: true });
      await alice.answer({ audio: true, video: false });
      await Promise.all([alice.state("established"), bob.state("established")]);
      await expectMedia(both(), ["audio"]);
      assert.equal(await alice.hold(), null);
      await expectSilence(both(), ["audio"]);
      assert.equal(await alice.resume(), null);
      await expectMedia(both(), ["audio"]);
      await alice.hangup();
      await Promise.all([alice.end(), bob.end()]);
    });

    test("while it rings the callee has gathered addresses but sends nothing", async () => {
      await ring({ audio: true, video: true });
      const gathered = (): Promise<boolean> =>
        alice.tab.page.evaluate(() => window.probe.peers.at(-1)?.iceGatheringState === "complete");
      await alice.tab.wait("gathering", async () => ((await gathered()) ? true : undefined));
      assert.equal(await alice.tab.page.evaluate(() => window.probe.checks()), 0);
      await alice.answer({ audio: true, video: true });
      await expectMedia(both(), ["audio", "video"]);
      assert.ok((await alice.tab.page.evaluate(() => window.probe.checks())) > 0);
      await bob.hangup();
      await Promise.all([alice.end(), bob.end()]);
    });

    test("the callee rejects with 486", async () => {
      await ring({ audio: true, video: false });
      await alice.reject(486);
      const end = await bob.end();
      assert.deepEqual([end.cause, end.by, end.status], ["rejected", "remote", 486]);
      assert.equal((await alice.end()).by, "local");
    });

    test("the caller cancels while it rings", async () => {
      await ring({ audio: true, video: false });
      await bob.hangup();
      assert.deepEqual(
        [(await alice.end()).cause, (await alice.end()).by],
        ["cancelled", "remote"],
      );
      assert.deepEqual([(await bob.end()).cause, (await bob.end()).by], ["cancelled", "local"]);
    });

    test("a call to an unknown user ends with 404 or 480", async () => {
      await bob.call("nobody", { audio: true });
      const end = await bob.end();
      assert.deepEqual([end.cause, end.by], ["rejected", "remote"]);
      assert.ok(end.status === 404 || end.status === 480, `status ${end.status}`);
      assert.notEqual(end.message, "");
    });

    test("a wrong password is refused, and the right one works without reloading", async () => {
      const carol = await Phone.registered(browser, pages, server, "carol");
      await carol.stop();
      assert.equal(await carol.start({ password: "wrong" }), null);
      const refused = await carol.register();
      assert.notEqual(refused, null);
      assert.ok([401, 403, 407].includes(refused?.status ?? 0), JSON.stringify(refused));
      assert.ok(!JSON.stringify(refused).includes("wrong-"), "the password is not told");
      await carol.stop();
      assert.equal(await carol.start(), null);
      assert.equal(await carol.register(), null);
      await carol.close();
    });
  });
}
