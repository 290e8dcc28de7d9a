/** Kamailio with the recipe of docs/servers does what the browser tests rely on; no code of ours under test. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Algorithm } from "../servers.js";
import { startKamailio, type Kamailio } from "./kamailio.js";
import { Dialog, RawClient } from "./raw-client.js";

const sdp =
  "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" +
  "m=audio 9 RTP/AVP 0\r\nc=IN IP4 127.0.0.1\r\n";
const sdpType = "Content-Type: application/sdp";

for (const algorithm of ["MD5", "SHA-256"] as const satisfies readonly Algorithm[]) {
  describe(`Kamailio ${algorithm}`, () => {
    let kamailio: Kamailio;
    const clients: RawClient[] = [];
    const open = async (user: string, url: string): Promise<RawClient> => {
      const client = await RawClient.open(url, user, kamailio.domain, kamailio.password(user));
      clients.push(client);
      return client;
    };
    const register = (client: RawClient, password?: string) =>
      client.request("REGISTER", `sip:${client.domain}`, {
        to: client.aor,
        fields: ["Expires: 60"],
        ...(password === undefined ? {} : { password }),
      });

    before(async () => {
      kamailio = await startKamailio(algorithm);
    });
    after(async () => {
      for (const client of clients) client.close();
      await kamailio.stop();
    });

    for (const transport of ["ws", "wss"] as const) {
      const url = (): string => (transport === "ws" ? kamailio.wsUrl : kamailio.wssUrl);

      test(`${transport}: REGISTER is challenged with ${algorithm}`, async () => {
        const alice = await open("alice", url());
        const { final, algorithm: used } = await register(alice);
        assert.equal(used, algorithm);
        assert.equal(final.status, 200);
        assert.match(final.first("contact"), /\.invalid/);
        const wrong = await register(alice, "not-the-password");
        assert.equal(wrong.final.status, 401);
      });

      test(`${transport}: INVITE, ACK, re-INVITE, INFO, BYE go through Record-Route`, async () => {
        const alice = await open("alice", url());
        const bob = await open("bob", url());
        await register(alice);
        await register(bob);

        const offered = alice.request("INVITE", bob.aor, { fields: [sdpType], body: sdp });
        const invite = await bob.nextRequest("INVITE");
        assert.equal(invite.body, sdp);
        assert.ok(invite.all("record-route").length > 0);
        bob.respond(invite, "180 Ringing", "b1", [`Contact: ${bob.contact}`]);
        assert.equal((await alice.next("180", (m) => m.status === 180)).method, "INVITE");
        bob.respond(invite, "200 OK", "b1", [`Contact: ${bob.contact}`, sdpType], sdp);
        const answered = await offered;
        const { final, callId } = answered;
        assert.equal(final.status, 200);
        assert.match(final.first("contact"), /;alias=/);

        const byAlice = Dialog.ofCaller(alice, answered);
        byAlice.send("ACK");
        const ack = await bob.nextRequest("ACK");
        assert.equal(ack.first("call-id"), callId);

        const byBob = Dialog.ofCallee(bob, invite, "b1");
        byBob.send("INVITE", [sdpType], sdp);
        const again = await alice.nextRequest("INVITE");
        alice.respond(again, "200 OK", "unused", [`Contact: ${alice.contact}`, sdpType], sdp);
        const ok = await bob.nextResponse("INVITE");
        assert.equal(ok.status, 200);
        byBob.send("ACK");
        await alice.nextRequest("ACK");

        byAlice.send(
          "INFO",
          ["Content-Type: application/dtmf-relay"],
          "Signal=1\r\nDuration=100\r\n",
        );
        const info = await bob.nextRequest("INFO");
        assert.match(info.body, /^Signal=1/);
        bob.respond(info, "200 OK", "unused");
        assert.equal((await alice.nextResponse("INFO")).status, 200);

        byBob.send("BYE");
        const bye = await alice.nextRequest("BYE");
        alice.respond(bye, "200 OK", "unused");
        assert.equal((await bob.nextResponse("BYE")).status, 200);
      });
    }

    test("MESSAGE is relayed", async () => {
      const alice = await open("alice", kamailio.wsUrl);
      const bob = await open("bob", kamailio.wssUrl);
      await register(bob);
      const text = "gr\u00fc\u00df dich";
      const sent = alice.request("MESSAGE", bob.aor, {
        fields: ["Content-Type: text/plain"],
        body: text,
      });
      const message = await bob.nextRequest("MESSAGE");
      assert.equal(message.body, text);
      bob.respond(message, "200 OK", "b2");
      assert.equal((await sent).final.status, 200);
    });

    test("an INVITE for a user without a binding is answered 480", async () => {
      const alice = await open("alice", kamailio.wsUrl);
      const { final } = await alice.request("INVITE", `sip:carol@${kamailio.domain}`, {
        fields: [sdpType],
        body: sdp,
      });
      assert.equal(final.status, 480);
    });

    test("CANCEL reaches the callee and the INVITE ends with 487", async () => {
      const alice = await open("alice", kamailio.wsUrl);
      const bob = await open("bob", kamailio.wsUrl);
      await register(bob);
      const offered = alice.request("INVITE", bob.aor, { fields: [sdpType], body: sdp });
      const invite = await bob.nextRequest("INVITE");
      bob.respond(invite, "180 Ringing", "b3");
      const ringing = await alice.next("180", (m) => m.status === 180);
      alice.send(`CANCEL ${bob.aor} SIP/2.0`, [
        `Via: ${ringing.first("via")}`,
        "Max-Forwards: 70",
        `From: ${ringing.first("from")}`,
        `To: <${bob.aor}>`,
        `Call-ID: ${ringing.first("call-id")}`,
        `CSeq: ${ringing.first("cseq").replace("INVITE", "CANCEL")}`,
      ]);
      const cancel = await bob.nextRequest("CANCEL");
      bob.respond(cancel, "200 OK", "b3");
      bob.respond(invite, "487 Request Terminated", "b3");
      await bob.nextRequest("ACK");
      assert.equal((await offered).final.status, 487);
    });
  });
}
