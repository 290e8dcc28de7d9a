/** Candidates behind their descriptions, between two pages, as the wire shows it (RFC 8838, RFC 8840). */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./browser.js";
import { startEmbedded } from "./embedded.js";
import { startKamailio } from "./kamailio/kamailio.js";
import { expectMedia, sample } from "./media.js";
import { startPageServer, type PageServer } from "./page-server.js";
import { Phone } from "./phone.js";
import { startRelay, type Relay } from "./relay.js";
import type { SipServer } from "./servers.js";

type Mode = "none" | "half" | "full";

const choices: readonly { readonly name: string; start(): Promise<SipServer> }[] = [
  { name: "embedded server", start: startEmbedded },
  { name: "Kamailio ws", start: async () => (await startKamailio("MD5")).asServer("ws") },
];

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

/** The frames of this method, or answers to it, that a page sent. */
function sent(relay: Relay, method: string, isAnswer = false): string[] {
  const start = isAnswer ? "SIP/2.0 2" : `${method} `;
  const cseq = new RegExp(`^CSeq: *\\d+ ${method}\\r`, "m");
  return relay.fromClient.filter((frame) => frame.startsWith(start) && cseq.test(frame));
}

const candidates = (frame: string): number => frame.match(/^a=candidate:/gm)?.length ?? 0;

for (const { name, start } of choices) {
  describe(name, () => {
    let server: SipServer;
    before(async () => {
      server = await start();
    });
    after(async () => {
      await server?.stop();
    });

    /**
     * A call with audio and video from alice, or to her alone, and what each sent. One who captures
     * nothing offers before any candidate is found.
     */
    async function call(mode: Mode, watches = false): Promise<{ alice: Relay; bob: Relay }> {
      const relays = [await startRelay(server.url), await startRelay(server.url)] as const;
      const phones: Phone[] = [];
      for (const [at, user] of ["alice", "bob"].entries()) {
        const phone = await Phone.open(browser, pages, server, user);
        const url = relays[at]?.url ?? "";
        assert.equal(await phone.start({ server: url, trickle: mode }), null);
        assert.equal(await phone.register(), null);
        phones.push(phone);
      }
      const [alice, bob] = phones as [Phone, Phone];
      try {
        const media = { audio: true, video: true };
        await bob.autoAnswer(media);
        if (watches) {
          await alice.call("bob", { audio: "recvonly", video: "recvonly" });
          await alice.tab.wait("picture and sound", async () => {
            const { audio, video } = await sample(alice.tab);
            return (audio.decoded > 0 && video.decoded > 0) || undefined;
          });
        } else {
          await alice.call("bob", media);
          await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
          assert.equal(await alice.hold(), null);
          assert.equal(await alice.resume(), null);
          await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
        }
        await alice.hangup();
        await Promise.all([alice.end(), bob.end()]);
      } finally {
        await alice.close();
        await bob.close();
        for (const relay of relays) await relay.stop();
      }
      return { alice: relays[0], bob: relays[1] };
    }

    for (const watches of [true, false]) {
      const what = watches ? "an INVITE without candidates, which follow in INFO requests" : "both ways";
      test(`full: ${what}`, async () => {
        const { alice, bob } = await call("full", watches);
        const invites = sent(alice, "INVITE");
        const first = invites.filter((invite) => !/^To:.*;tag=/m.test(invite));
        assert.ok(first.length >= 1);
        for (const invite of invites) {
          assert.match(invite, /^Supported:.*trickle-ice/m);
          assert.match(invite, /^Recv-Info: trickle-ice\r/m);
          assert.match(invite, /^a=ice-options:trickle/m);
        }
        if (watches) assert.equal(candidates(first.join("\n")), 0, "none in any");
        const infos = [...sent(alice, "INFO"), ...sent(bob, "INFO")];
        if (watches) assert.ok(sent(alice, "INFO").length >= 1, "candidates were told");
        for (const info of infos) {
          assert.match(info, /^Info-Package: trickle-ice\r/m);
          assert.match(info, /^Content-Disposition: Info-Package\r/m);
          assert.match(info, /^Content-Type: application\/trickle-ice-sdpfrag\r/m);
          assert.match(info, /^a=ice-ufrag:/m);
          assert.match(info, /^m=audio 9 RTP\/AVP 0\r\na=mid:0\r/m);
          assert.ok(candidates(info) > 0, info);
        }
        const told = infos.at(-1) ?? sent(bob, "INVITE", true)[0] ?? "";
        assert.match(told, /^a=end-of-candidates\r/m, "all that there is");
        for (const [from, to] of [[alice, bob], [bob, alice]] as const) {
          assert.equal(sent(to, "INFO", true).length, sent(from, "INFO").length, "all accepted");
        }
      });
    }

    test("half: the offer is whole, the answer leaves at once", async () => {
      const { alice, bob } = await call("half");
      const [invite = ""] = sent(alice, "INVITE");
      const [answer = ""] = sent(bob, "INVITE", true);
      assert.ok(candidates(invite) > 0, invite);
      assert.match(answer, /^Recv-Info: trickle-ice\r/m);
      const told = candidates(answer) + candidates(sent(bob, "INFO").at(-1) ?? "");
      assert.ok(told > 0, "in the answer, or behind it");
    });

    test("none: nothing of it on the wire", async () => {
      const { alice, bob } = await call("none");
      for (const relay of [alice, bob]) {
        assert.equal(sent(relay, "INFO").length, 0);
        assert.ok(!relay.fromClient.some((frame) => /trickle-ice/.test(frame)));
        assert.ok(!relay.fromClient.some((frame) => /^a=end-of-candidates/m.test(frame)));
      }
      assert.ok(candidates(sent(alice, "INVITE")[0] ?? "") > 0);
      assert.ok(candidates(sent(bob, "INVITE", true)[0] ?? "") > 0);
    });
  });
}
