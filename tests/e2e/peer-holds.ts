/**
 * A peer that holds by a=inactive or by port 0 for every line, and comes back: what flows then,
 * whichever browser is held. RFC 3264 sections 8.2 and 8.4.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { CallScene } from "./call-scene.js";
import { expectWays, silence, type Ways } from "./flow.js";
import type { Hand } from "./hand.js";
import type { Dialog } from "./kamailio/raw-client.js";
import type { Phone } from "./phone.js";
import type { AnyTab } from "./tab.js";
import { expectNothingOpen } from "./wire.js";

/** Declares the tests; `open` gives the phone that is held, which is closed with the scene. */
export function testPeerHolds(open: (scene: CallScene) => Promise<Phone<AnyTab>>): void {
  let scene: CallScene;
  let alice: Phone<AnyTab>;
  let bob: Hand;

  before(async () => {
    scene = await CallScene.start();
    alice = await open(scene);
    bob = await scene.hand("bob");
  });
  after(() => scene?.stop());
  afterEach(async () => {
    await alice.hangup().catch(() => undefined);
    await bob.forget();
    await expectNothingOpen(alice);
  });

  /** A re-INVITE of the peer; the answer. */
  async function offers(dialog: Dialog, offer: string): Promise<string> {
    const final = await dialog.exchange("INVITE", [...bob.fields], offer);
    assert.equal(final.status, 200, `${final.startLine} ${final.all("warning").join()}`);
    dialog.send("ACK");
    return final.body;
  }

  /** What the peer does with all its media from its next offer on. */
  function turns(direction: "sendrecv" | "inactive"): Promise<void> {
    return bob.tab.page.evaluate((wanted) => {
      for (const one of window.bare().getTransceivers()) one.direction = wanted;
    }, direction);
  }

  /** Every line of the offer is rejected by the one who offers. */
  const rejected = (offer: string): string =>
    offer.replace(/^m=(audio|video) \d+/gm, "m=$1 0").replace(/^a=group:BUNDLE.*\r\n/m, "");

  for (const kinds of [["audio"], ["audio", "video"]] as const) {
    const what = kinds.join("+");
    const ways: Ways = { audio: "<->", video: kinds.length > 1 ? "<->" : "none" };
    const call = async (): Promise<Dialog> => {
      await alice.call("bob", { audio: true, video: kinds.length > 1 });
      const dialog = await bob.accept(await bob.client.nextRequest("INVITE"), kinds);
      await alice.state("established");
      await expectWays(alice.tab, bob.tab, ways);
      return dialog;
    };
    const ends = async (dialog: Dialog): Promise<void> => {
      assert.equal((await dialog.exchange("BYE")).status, 200);
      assert.equal((await alice.end()).by, "remote");
    };

    test(`${what}: a=inactive, twice`, async () => {
      const dialog = await call();
      for (let round = 1; round <= 2; round += 1) {
        await turns("inactive");
        await bob.take(await offers(dialog, await bob.offer(kinds)));
        await expectWays(alice.tab, bob.tab, silence);
        await held(true, round);
        await turns("sendrecv");
        await bob.take(await offers(dialog, await bob.offer(kinds)));
        await expectWays(alice.tab, bob.tab, ways);
        await held(false, round);
      }
      await ends(dialog);
    });

    // The browser that is held closes the transport when every line is rejected.
    for (const back of ["as it was", "with a new connection"] as const) {
      test(`${what}: port 0 for every line, and back ${back}`, async () => {
        const dialog = await call();
        const hold = rejected(await bob.offer(kinds));
        const answer = await offers(dialog, hold);
        for (const line of answer.match(/^m=.*$/gm) ?? []) assert.match(line, /^m=\w+ 0 /);
        await bob.takeBack();
        await bob.tab.page.evaluate(async () => {
          for (const { sender } of window.bare().getTransceivers()) await sender.replaceTrack(null);
        });
        await expectWays(alice.tab, bob.tab, silence);
        await held(true, 1);
        if (back === "with a new connection") await bob.forget();
        await bob.take(await offers(dialog, await bob.offer(kinds)));
        await bob.tab.page.evaluate(async () => {
          for (const { sender, receiver } of window.bare().getTransceivers()) {
            if (sender.track) continue;
            const stream = await navigator.mediaDevices.getUserMedia({ [receiver.track.kind]: true });
            await sender.replaceTrack(stream.getTracks()[0] ?? null);
          }
        });
        await expectWays(alice.tab, bob.tab, ways);
        await held(false, 1);
        await ends(dialog);
      });
    }
  }

  async function held(is: boolean, times: number): Promise<void> {
    const wanted = `remoteHold ${String(is)}`;
    const { log } = await alice.snapshot();
    assert.equal(log.filter((line) => line === wanted).length, times, log.join("; "));
  }
}
