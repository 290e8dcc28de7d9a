/**
 * A call that reaches two branches, with media that flow: early media of one, and the call of the
 * same or of the other, whichever browser calls. RFC 3261 section 13.2.2.4, RFC 3960.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { CallScene } from "./call-scene.js";
import { expectWays, type Ways } from "./flow.js";
import type { Hand } from "./hand.js";
import { Dialog, type RawMessage } from "./kamailio/raw-client.js";
import type { Kind } from "./media.js";
import type { Phone } from "./phone.js";
import type { AnyTab } from "./tab.js";
import { expectNothingOpen } from "./wire.js";

const sound: Ways = { audio: "<->", video: "none" };
const both: Ways = { audio: "<->", video: "<->" };

/** Declares the tests; `open` gives the phone that calls, which is closed with the scene. */
export function testBranches(open: (scene: CallScene) => Promise<Phone<AnyTab>>): void {
  let scene: CallScene;
  let alice: Phone<AnyTab>;
  let left: Hand;
  let right: Hand;

  before(async () => {
    scene = await CallScene.start();
    alice = await open(scene);
    left = await scene.hand("bob", "left");
    right = await scene.hand("bob", "right");
  });
  after(() => scene?.stop());
  afterEach(async () => {
    await alice.hangup().catch(() => undefined);
    await left.forget();
    await right.forget();
    await expectNothingOpen(alice);
  });

  /** Both branches take the INVITE. */
  async function call(video: boolean): Promise<[left: RawMessage, right: RawMessage]> {
    await alice.call("bob", { audio: true, video });
    return Promise.all([left.client.nextRequest("INVITE"), right.client.nextRequest("INVITE")]);
  }

  async function earlyMedia(hand: Hand, invite: RawMessage, answer: string): Promise<void> {
    hand.respond(invite, "183 Session Progress", answer);
    await alice.logged("progress 183");
  }

  async function cancelled(hand: Hand, invite: RawMessage): Promise<void> {
    hand.client.respond(await hand.client.nextRequest("CANCEL"), "200 OK", hand.tag);
    hand.respond(invite, "487 Request Terminated");
  }

  /** This branch has the call; it ends it. */
  async function talk(
    hand: Hand,
    invite: RawMessage,
    answer: string,
    kinds: readonly Kind[],
  ): Promise<void> {
    // ICE is restarted when the way to the other branch was the one in use.
    const ended = hand.client.serve("INVITE", (again) => {
      void hand.answer(again.body, kinds).then((sdp) => hand.respond(again, "200 OK", sdp));
    });
    hand.respond(invite, "200 OK", answer);
    await hand.client.nextRequest("ACK");
    await alice.state("established");
    try {
      await expectWays(alice.tab, hand.tab, kinds.length > 1 ? both : sound);
    } finally {
      ended();
    }
    const dialog = Dialog.ofCallee(hand.client, invite, hand.tag);
    assert.equal((await dialog.exchange("BYE")).status, 200);
    assert.equal((await alice.end()).by, "remote");
  }

  for (const kinds of [["audio"], ["audio", "video"]] as const) {
    const video = kinds.length > 1;
    const ways = video ? both : sound;

    test(`${kinds.join("+")}: early media of one, and its 200 with the same answer`, async () => {
      const [first, second] = await call(video);
      // Who does not answer at all is not cancelled (RFC 3261 section 9.1).
      right.respond(second, "180 Ringing");
      const answer = await left.answer(first.body, kinds);
      await earlyMedia(left, first, answer);
      await expectWays(alice.tab, left.tab, ways);
      await talk(left, first, answer, kinds);
      await cancelled(right, second);
    });

    test(`${kinds.join("+")}: early media of one, the call of the other`, async () => {
      const [first, second] = await call(video);
      await earlyMedia(left, first, await left.answer(first.body, kinds));
      await expectWays(alice.tab, left.tab, ways);
      const answer = await right.answer(second.body, kinds);
      await left.forget();
      await talk(right, second, answer, kinds);
      await cancelled(left, first);
    });

    // The first one goes on answering checks of ICE for a while.
    test(`${kinds.join("+")}: early media of both, the call of the second`, async () => {
      const [first, second] = await call(video);
      await earlyMedia(left, first, await left.answer(first.body, kinds));
      await expectWays(alice.tab, left.tab, ways);
      const answer = await right.answer(second.body, kinds);
      await earlyMedia(right, second, answer);
      await talk(right, second, answer, kinds);
      await cancelled(left, first);
    });
  }
}
