/**
 * Answers that browsers among themselves do not give, with media that flow all the same: offers in
 * the 2xx, answers that are short or name what is not there. RFC 3261 sections 13.2.1 and 14, RFC
 * 3264 section 6, RFC 9143.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { CallScene } from "./call-scene.js";
import { directionsOf, expectWays, type Ways } from "./flow.js";
import { sdpType, type Hand } from "./hand.js";
import { Dialog } from "./kamailio/raw-client.js";
import type { Phone } from "./phone.js";
import { expectNothingOpen } from "./wire.js";

let scene: CallScene;
let alice: Phone;

before(async () => {
  scene = await CallScene.start();
  alice = await scene.phone("alice");
});
after(() => scene?.stop());
afterEach(async () => {
  await alice.hangup().catch(() => undefined);
  await expectNothingOpen(alice);
});

const sound: Ways = { audio: "<->", video: "none" };
const both: Ways = { audio: "<->", video: "<->" };

describe("one peer", () => {
  let bob: Hand;
  before(async () => {
    bob = await scene.hand("dave");
  });
  after(() => bob?.close());
  afterEach(() => bob.forget());

  const hangUp = async (): Promise<void> => {
    await alice.hangup();
    await bob.bye();
    await alice.end();
  };

  for (const kinds of [["audio"], ["audio", "video"]] as const) {
    test(`offer in the 200 and answer in the ACK, with ${kinds.join("+")}`, async () => {
      const calling = bob.call("alice", "");
      await alice.state("incoming");
      await alice.answer({ audio: true, video: kinds.length > 1 });
      const sent = await calling;
      assert.equal(sent.final.status, 200, sent.final.startLine);
      const answer = await bob.answer(sent.final.body, kinds);
      const dialog = Dialog.ofCaller(bob.client, sent);
      dialog.send("ACK", [sdpType], answer);
      await alice.state("established");
      await expectWays(alice.tab, bob.tab, kinds.length > 1 ? both : sound);

      // The same in a re-INVITE (RFC 3261 section 14).
      const again = await dialog.exchange("INVITE");
      assert.equal(again.status, 200, again.startLine);
      dialog.send("ACK", [sdpType], await bob.answer(again.body, kinds));
      await expectWays(alice.tab, bob.tab, kinds.length > 1 ? both : sound);
      await hangUp();
    });
  }

  /** What an endpoint without picture answers to an offer with one. */
  const shortened: readonly (readonly [name: string, bend: (answer: string) => string])[] = [
    ["rejects the picture", (answer) => answer],
    ["leaves out the m-line of the picture", (answer) => answer.slice(0, answer.indexOf("m=video"))],
    [
      "names a mid that is not there",
      (answer) =>
        answer
          .slice(0, answer.indexOf("m=video"))
          .replace(/^a=group:BUNDLE .*$/m, "a=group:BUNDLE 0 1 nobody"),
    ],
    ["knows no BUNDLE and no mid", (answer) => answer.replace(/^a=(group|mid):.*\r\n/gm, "")],
  ];
  for (const [name, bend] of shortened) {
    test(`a video caller to an endpoint with sound alone, that ${name}`, async () => {
      await alice.call("dave", { audio: true, video: true });
      const invite = await bob.client.nextRequest("INVITE");
      assert.equal(directionsOf(invite.body), "audio:sendrecv video:sendrecv");
      const dialog = await bob.accept(invite, ["audio"], bend);
      await alice.state("established");
      await expectWays(alice.tab, bob.tab, sound);
      assert.deepEqual(await alice.tab.page.evaluate(() => window.probe.open().tracks), 1);

      // The line keeps its place in what follows (RFC 3264 section 8).
      const holding = alice.hold();
      const reinvite = await bob.client.nextRequest("INVITE");
      assert.match(directionsOf(reinvite.body), /^audio:sendonly video:(rejected|inactive)$/);
      bob.respond(reinvite, "200 OK", bend(await bob.answer(reinvite.body, ["audio"])));
      await bob.client.nextRequest("ACK");
      assert.equal(await holding, null);
      const resuming = alice.resume();
      const resumed = await bob.client.nextRequest("INVITE");
      bob.respond(resumed, "200 OK", bend(await bob.answer(resumed.body, ["audio"])));
      await bob.client.nextRequest("ACK");
      assert.equal(await resuming, null);
      await expectWays(alice.tab, bob.tab, sound);
      assert.equal((await dialog.exchange("BYE")).status, 200);
      await alice.end();
    });
  }
});
