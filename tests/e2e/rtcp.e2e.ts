/** A peer without a=rtcp-mux: RTP and RTCP have a way each (RFC 5761 section 5.1.1, RFC 8858). */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { CallScene } from "./call-scene.js";
import { expectWays } from "./flow.js";
import { sdpType, type Hand } from "./hand.js";
import { Dialog } from "./kamailio/raw-client.js";
import { Phone } from "./phone.js";
import { expectNothingOpen } from "./wire.js";

let scene: CallScene;
let alice: Phone;
let bob: Hand;

before(async () => {
  scene = await CallScene.start();
  alice = await Phone.open(scene.browser, scene.pages, scene.server, "alice");
  scene.keep(alice);
  bob = await scene.hand("bob");
  await bob.tab.page.evaluate(() => {
    window.bareConfiguration = { rtcpMuxPolicy: "negotiate" };
  });
});
after(() => scene?.stop());
afterEach(async () => {
  await alice.hangup().catch(() => undefined);
  await bob.forget();
  await expectNothingOpen(alice);
  await alice.stop();
});

const separate = (sdp: string): string => sdp.replace(/^a=(rtcp-mux|group:BUNDLE).*\r\n/gm, "");

/** Sound goes both ways, and so do the reports on it, on a way of their own. */
async function expectReports(): Promise<void> {
  await expectWays(alice.tab, bob.tab, { audio: "<->", video: "none" });
  const transports = await alice.tab.page.evaluate(async () => {
    const ways: boolean[] = [];
    (await window.probe.peers.at(-1)?.getStats())?.forEach((entry: Record<string, unknown>) => {
      if (entry["type"] === "transport") ways.push(entry["rtcpTransportStatsId"] !== undefined);
    });
    return ways;
  });
  assert.ok(transports.includes(true), `no transport of RTCP: ${transports.join()}`);
  await alice.tab.wait("a report of the other side", async () => {
    const { roundTrip } = await alice.tab.page.evaluate(() => window.phone.current.stats());
    return roundTrip === null ? undefined : true;
  });
}

test("the peer offers without it: the call is answered as it is", async () => {
  assert.equal(await alice.start(), null);
  assert.equal(await alice.register(), null);
  const offer = separate(await bob.offer(["audio"]));
  const calling = bob.call("alice", offer);
  await alice.state("incoming");
  await alice.answer({ audio: true });
  const sent = await calling;
  assert.equal(sent.final.status, 200, sent.final.startLine);
  assert.doesNotMatch(sent.final.body, /^a=rtcp-mux/m);
  assert.match(sent.final.body, /^a=candidate:\S+ 2 udp/im);
  const dialog = Dialog.ofCaller(bob.client, sent);
  dialog.send("ACK");
  await bob.take(sent.final.body);
  await alice.state("established");
  await expectReports();
  assert.equal((await dialog.exchange("BYE")).status, 200);
  await alice.end();
});

test('rtcpMuxPolicy "negotiate": the peer answers without it', async () => {
  assert.equal(await alice.start({ rtcpMuxPolicy: "negotiate" }), null);
  assert.equal(await alice.register(), null);
  await alice.call("bob", { audio: true });
  const invite = await bob.client.nextRequest("INVITE");
  assert.match(invite.body, /^a=rtcp-mux/m);
  assert.match(invite.body, /^a=candidate:\S+ 2 udp/im);
  bob.respond(invite, "200 OK", separate(await bob.answer(separate(invite.body), ["audio"])));
  await bob.client.nextRequest("ACK");
  await alice.state("established");
  await expectReports();
  const dialog = Dialog.ofCallee(bob.client, invite, bob.tag);
  const again = separate(await bob.offer(["audio"]));
  const final = await dialog.exchange("INVITE", [sdpType], again);
  assert.equal(final.status, 200, final.startLine);
  dialog.send("ACK");
  await bob.take(final.body);
  await expectReports();
  assert.equal((await dialog.exchange("BYE")).status, 200);
  await alice.end();
});

test('rtcpMuxPolicy "require": an offer without it is refused', async () => {
  assert.equal(await alice.start({ rtcpMuxPolicy: "require" }), null);
  assert.equal(await alice.register(), null);
  const { final } = await bob.call("alice", separate(await bob.offer(["audio"])));
  assert.equal(final.status, 488, final.startLine);
  await bob.takeBack();
});
