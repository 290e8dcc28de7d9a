/**
 * Every session type passes each server, in SIP written by hand; no code of ours under test but the
 * embedded server. Where the servers differ on purpose (docs/decisions/0008), both are allowed.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startEmbedded } from "./embedded.js";
import { Dialog, RawClient, type RawMessage, type Sent } from "./kamailio/raw-client.js";
import { serverChoices, type ServerChoice } from "./matrix.js";
import type { SipServer } from "./servers.js";

const sdp =
  "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" +
  "m=audio 9 RTP/AVP 0\r\nc=IN IP4 127.0.0.1\r\n";
const sdpType = "Content-Type: application/sdp";

/** What one event package is tried with. */
interface PackageCase {
  readonly event: string;
  readonly type: string;
  /** A document of `entity`, and a part of it that each NOTIFY about it has. */
  readonly make: (entity: string, note: string) => string;
  readonly sign: (note: string) => RegExp;
}

const packages: readonly PackageCase[] = [
  {
    event: "presence",
    type: "application/pidf+xml",
    make: (entity, note) =>
      `<?xml version="1.0" encoding="UTF-8"?>\r\n` +
      `<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="${entity}"><tuple id="t1">` +
      `<status><basic>open</basic></status><note>${note}</note></tuple></presence>`,
    sign: (note) => new RegExp(`<basic>open</basic>[^]*<note>${note}</note>`),
  },
  {
    event: "dialog",
    type: "application/dialog-info+xml",
    make: (entity, note) =>
      `<?xml version="1.0"?>\r\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" ` +
      `version="0" state="full" entity="${entity}"><dialog id="${note}" direction="initiator">` +
      `<state>confirmed</state></dialog></dialog-info>`,
    sign: (note) => new RegExp(`<dialog id="${note}"[^]*<state>confirmed</state>`),
  },
  {
    event: "message-summary",
    type: "application/simple-message-summary",
    make: (entity, note) =>
      `Messages-Waiting: yes\r\nMessage-Account: ${entity}\r\nVoice-Message: ${note.length}/0\r\n`,
    sign: (note) => new RegExp(`Voice-Message: ${note.length}/0`),
  },
];

const stateOf = (notify: RawMessage): string => notify.first("subscription-state");
const active = /^active/;
const isEnd = (notify: RawMessage): boolean =>
  /^terminated;\s*reason=timeout/.test(stateOf(notify));

const challenging: ServerChoice = {
  name: "embedded server that challenges inside dialogs",
  start: () => startEmbedded(["alice", "bob", "carol"], ["--challenge-in-dialogs"]),
};

for (const choice of [...serverChoices, challenging]) {
  describe(`session types on ${choice.name}`, () => {
    let server: SipServer;
    const clients: RawClient[] = [];

    before(async () => {
      server = await choice.start();
    });
    after(async () => {
      for (const client of clients) client.close();
      await server.stop();
    });

    /** A client of `user`, registered. */
    const enter = async (user: string): Promise<RawClient> => {
      const client = await RawClient.open(server.url, user, server.domain, server.password(user));
      clients.push(client);
      const uri = `sip:${server.domain}`;
      const options = { to: client.aor, fields: ["Expires: 60"] };
      assert.equal((await client.request("REGISTER", uri, options)).final.status, 200);
      return client;
    };
    const leave = (...gone: RawClient[]): void => {
      for (const client of gone) client.close();
    };

    const publish = async (
      client: RawClient,
      of: PackageCase,
      body: string,
      fields: readonly string[],
    ): Promise<RawMessage> => {
      const type = body === "" ? [] : [`Content-Type: ${of.type}`];
      const all = [`Event: ${of.event}`, ...type, ...fields];
      return (await client.request("PUBLISH", client.aor, { fields: all, body })).final;
    };
    const subscribe = async (
      client: RawClient,
      aor: string,
      of: PackageCase,
      expires = 60,
    ): Promise<Sent> => {
      const fields = [`Event: ${of.event}`, `Accept: ${of.type}`, `Expires: ${expires}`];
      return client.request("SUBSCRIBE", aor, { fields });
    };
    /** The next NOTIFY that is wanted; it and those before it are answered. */
    const notified = async (
      client: RawClient,
      isWanted = (notify: RawMessage): boolean => active.test(stateOf(notify)),
      patience = 5000,
    ): Promise<RawMessage> => {
      for (;;) {
        const notify = await client.nextRequest("NOTIFY", patience);
        client.respond(notify, "200 OK", "unused");
        if (isWanted(notify)) return notify;
      }
    };

    /** alice calls bob, who answers. */
    const connect = async (caller: RawClient, callee: RawClient): Promise<[Dialog, Dialog]> => {
      const offered = caller.request("INVITE", callee.aor, { fields: [sdpType], body: sdp });
      const invite = await callee.nextRequest("INVITE");
      callee.respond(invite, "200 OK", "callee", [`Contact: ${callee.contact}`, sdpType], sdp);
      const outcome = await offered;
      assert.equal(outcome.final.status, 200);
      const dialogs = [
        Dialog.ofCaller(caller, outcome),
        Dialog.ofCallee(callee, invite, "callee"),
      ] as const;
      dialogs[0].send("ACK");
      await callee.nextRequest("ACK");
      return [...dialogs];
    };

    for (const of of packages) {
      test(`${of.event}: PUBLISH, SUBSCRIBE and NOTIFY`, async () => {
        const alice = await enter("alice");
        const bob = await enter("bob");
        const first = await publish(alice, of, of.make(alice.aor, "one"), ["Expires: 60"]);
        assert.equal(first.status, 200, first.startLine);
        assert.equal(first.first("expires"), "60");

        const watching = await subscribe(bob, alice.aor, of);
        assert.ok(watching.final.status === 200 || watching.final.status === 202);
        const now = await notified(bob);
        assert.match(now.first("event"), new RegExp(`^${of.event}`));
        assert.equal(now.first("content-type"), of.type);
        assert.match(now.body, of.sign("one"));

        const match = (etag: string): string => `SIP-If-Match: ${etag}`;
        const second = await publish(alice, of, of.make(alice.aor, "second"), [
          match(first.first("sip-etag")),
        ]);
        assert.equal(second.status, 200);
        assert.match((await notified(bob)).body, of.sign("second"));

        const refreshed = await publish(alice, of, "", [match(second.first("sip-etag"))]);
        assert.equal(refreshed.status, 200);
        const gone = await publish(alice, of, "", [match(first.first("sip-etag"))]);
        assert.equal(gone.status, 412);

        const removal = [match(refreshed.first("sip-etag")), "Expires: 0"];
        assert.equal((await publish(alice, of, "", removal)).status, 200);
        // Kamailio tells a dialog that was removed as it last was.
        const repeats = of.event === "dialog" && server.name.startsWith("Kamailio");
        await notified(bob, (notify) => repeats || !of.sign("second").test(notify.body));

        const dialog = Dialog.ofCaller(bob, watching);
        const event = `Event: ${of.event}`;
        const refresh = await dialog.exchange("SUBSCRIBE", [event, "Expires: 30"]);
        assert.ok(refresh.status === 200 || refresh.status === 202, refresh.startLine);
        assert.equal(refresh.first("expires"), "30");
        await notified(bob, (notify) => /^active;\s*expires=(30|29)/.test(stateOf(notify)));

        const end = await dialog.exchange("SUBSCRIBE", [event, "Expires: 0"]);
        assert.ok(end.status === 200 || end.status === 202);
        await notified(bob, isEnd);
        const late = await dialog.exchange("SUBSCRIBE", [event, "Expires: 30"]);
        assert.equal(late.status, 481);
        leave(alice, bob);
      });
    }

    test("a subscription that is not refreshed ends", { timeout: 30000 }, async () => {
      const of = packages[0] as PackageCase;
      const bob = await enter("bob");
      const watching = await subscribe(bob, `sip:carol@${server.domain}`, of, 10);
      assert.equal(watching.final.first("expires"), "10");
      await notified(bob);
      await notified(bob, isEnd, 15000);
      leave(bob);
    });

    test("publisher and watcher go on over other connections", async () => {
      const of = packages[0] as PackageCase;
      const lost = [await enter("alice"), await enter("bob")] as const;
      const first = await publish(lost[0], of, of.make(lost[0].aor, "one"), ["Expires: 60"]);
      const watching = await subscribe(lost[1], lost[0].aor, of);
      assert.match((await notified(lost[1])).body, of.sign("one"));
      leave(...lost);

      const alice = await enter("alice");
      const match = `SIP-If-Match: ${first.first("sip-etag")}`;
      const refreshed = await publish(alice, of, "", [match, "Expires: 60"]);
      assert.equal(refreshed.status, 200);
      const bob = await enter("bob");
      const dialog = Dialog.ofCaller(bob, watching);
      const again = await dialog.exchange("SUBSCRIBE", ["Event: presence", "Expires: 60"]);
      assert.ok(again.status === 200 || again.status === 202, again.startLine);
      assert.match((await notified(bob)).body, of.sign("one"));
      await publish(alice, of, "", [`SIP-If-Match: ${refreshed.first("sip-etag")}`, "Expires: 0"]);
      await notified(bob, (notify) => !of.sign("one").test(notify.body));
      leave(alice, bob);
    });

    test("a time that is too brief is 423, an unknown event 489", async () => {
      const of = packages[0] as PackageCase;
      const alice = await enter("alice");
      const brief = await publish(alice, of, of.make(alice.aor, "x"), ["Expires: 2"]);
      assert.equal(brief.status, 423);
      assert.ok(Number(brief.first("min-expires")) >= 10);
      const soon = await subscribe(alice, alice.aor, of, 2);
      assert.equal(soon.final.status, 423);
      const other = { ...of, event: "weather" };
      assert.equal((await publish(alice, other, "rain", [])).status, 489);
      leave(alice);
    });

    test("what belongs to another user cannot be published", async () => {
      const of = packages[0] as PackageCase;
      const alice = await enter("alice");
      const body = of.make(alice.aor, "x");
      const fields = [`Event: ${of.event}`, `Content-Type: ${of.type}`];
      const uri = `sip:bob@${server.domain}`;
      const { final } = await alice.request("PUBLISH", uri, { fields, body });
      assert.equal(final.status, 403);
      leave(alice);
    });

    if (choice === challenging) {
      test("inside a call, who does not prove who he is is asked", async () => {
        const alice = await enter("alice");
        const bob = await enter("bob");
        const [byAlice] = await connect(alice, bob);
        byAlice.send("BYE");
        assert.equal((await alice.nextResponse("BYE")).status, 407);
        const bye = byAlice.exchange("BYE");
        const received = await bob.nextRequest("BYE");
        assert.deepEqual(received.all("proxy-authorization"), []);
        bob.respond(received, "200 OK", "unused");
        assert.equal((await bye).status, 200);
        leave(alice, bob);
      });
    }

    test("MESSAGE: relayed and answered, 480 when nobody is there", async () => {
      const alice = await enter("alice");
      const bob = await enter("bob");
      const options = { fields: ["Content-Type: text/plain;charset=utf-8"], body: "gr\u00fc\u00df" };
      const sent = alice.request("MESSAGE", bob.aor, options);
      const message = await bob.nextRequest("MESSAGE");
      assert.equal(message.body, options.body);
      bob.respond(message, "202 Accepted", "b");
      assert.equal((await sent).final.status, 202);

      const refused = bob.request("MESSAGE", alice.aor, options);
      alice.respond(await alice.nextRequest("MESSAGE"), "415 Unsupported Media Type", "a");
      assert.equal((await refused).final.status, 415);

      const removed = { to: bob.aor, fields: ["Expires: 0"] };
      await bob.request("REGISTER", `sip:${server.domain}`, removed);
      const { final } = await alice.request("MESSAGE", bob.aor, options);
      assert.equal(final.status, 480);
      leave(alice, bob);
    });

    test("requests of every method pass inside a call, either way", async () => {
      const alice = await enter("alice");
      const bob = await enter("bob");
      const [byAlice, byBob] = await connect(alice, bob);
      for (const method of ["MESSAGE", "INFO", "UPDATE", "PRACK", "NOTIFY", "SUBSCRIBE", "OPTIONS"]) {
        const pairs = [
          [byAlice, bob],
          [byBob, alice],
        ] as const;
        for (const [from, to] of pairs) {
          const body = `${method} of a call`;
          const answer = from.exchange(method, ["Event: refer", "Content-Type: text/plain"], body);
          const received = await to.nextRequest(method);
          assert.equal(received.body, body);
          to.respond(received, "200 OK", "unused");
          assert.equal((await answer).status, 200, method);
        }
      }
      leave(alice, bob);
    });

    test("blind transfer: REFER, its NOTIFY, and the INVITE to the target", async () => {
      const [alice, bob, carol] = [await enter("alice"), await enter("bob"), await enter("carol")];
      const [byAlice, byBob] = await connect(alice, bob);
      const referTo = `Refer-To: <${carol.aor}>`;
      const referred = byAlice.exchange("REFER", [referTo, `Referred-By: <${alice.aor}>`]);
      const refer = await bob.nextRequest("REFER");
      assert.equal(refer.first("refer-to"), `<${carol.aor}>`);
      bob.respond(refer, "202 Accepted", "unused", [`Contact: ${bob.contact}`]);
      assert.equal((await referred).status, 202);

      const call = bob.request("INVITE", carol.aor, {
        fields: [sdpType, `Referred-By: <${alice.aor}>`],
        body: sdp,
      });
      const invite = await carol.nextRequest("INVITE");
      assert.equal(invite.first("referred-by"), `<${alice.aor}>`);
      carol.respond(invite, "200 OK", "c", [`Contact: ${carol.contact}`, sdpType], sdp);
      const outcome = await call;
      assert.equal(outcome.final.status, 200);
      Dialog.ofCaller(bob, outcome).send("ACK");
      await carol.nextRequest("ACK");

      const state = ["Event: refer", "Subscription-State: terminated;reason=noresource"];
      const fragment = ["Content-Type: message/sipfrag;version=2.0"];
      const told = byBob.exchange("NOTIFY", [...state, ...fragment], "SIP/2.0 200 OK\r\n");
      const notify = await alice.nextRequest("NOTIFY");
      assert.match(notify.body, /^SIP\/2.0 200/);
      alice.respond(notify, "200 OK", "unused");
      assert.equal((await told).status, 200);

      const bye = byAlice.exchange("BYE");
      bob.respond(await bob.nextRequest("BYE"), "200 OK", "unused");
      assert.equal((await bye).status, 200);
      leave(alice, bob, carol);
    });

    for (const target of ["address of record", "Contact"] as const) {
      test(`attended transfer: INVITE with Replaces to the ${target}`, async () => {
        const alice = await enter("alice");
        const bob = await enter("bob");
        const carol = await enter("carol");
        const [byAlice] = await connect(alice, bob);
        const [toCarol, byCarol] = await connect(alice, carol);
        const uri = target === "Contact" ? toCarol.remoteTarget : carol.aor;
        const referTo = `<${uri}?Replaces=${encodeURIComponent("c1;to-tag=c;from-tag=a")}>`;
        const referred = byAlice.exchange("REFER", [`Refer-To: ${referTo}`]);
        const refer = await bob.nextRequest("REFER");
        assert.equal(refer.first("refer-to"), referTo);
        bob.respond(refer, "202 Accepted", "unused", [`Contact: ${bob.contact}`]);
        assert.equal((await referred).status, 202);

        const fields = [sdpType, "Replaces: c1;to-tag=c;from-tag=a", "Require: replaces"];
        const call = bob.request("INVITE", uri, { to: carol.aor, fields, body: sdp });
        const invite = await carol.nextRequest("INVITE");
        assert.equal(invite.first("replaces"), "c1;to-tag=c;from-tag=a");
        assert.equal(invite.first("require"), "replaces");
        carol.respond(invite, "200 OK", "c2", [`Contact: ${carol.contact}`, sdpType], sdp);
        const outcome = await call;
        assert.equal(outcome.final.status, 200);
        Dialog.ofCaller(bob, outcome).send("ACK");
        await carol.nextRequest("ACK");

        const bye = byCarol.exchange("BYE");
        alice.respond(await alice.nextRequest("BYE"), "200 OK", "unused");
        assert.equal((await bye).status, 200);
        leave(alice, bob, carol);
      });
    }

    test("a redirection reaches the caller, OPTIONS the user or the server", async () => {
      const [alice, bob] = [await enter("alice"), await enter("bob")];
      const call = alice.request("INVITE", bob.aor, { fields: [sdpType], body: sdp });
      const invite = await bob.nextRequest("INVITE");
      bob.respond(invite, "302 Moved Temporarily", "b", [`Contact: <sip:carol@${server.domain}>`]);
      await bob.nextRequest("ACK");
      const moved = (await call).final;
      assert.equal(moved.status, 302);
      assert.match(moved.first("contact"), /sip:carol@/);

      const asked = alice.request("OPTIONS", bob.aor);
      const options = await bob.nextRequest("OPTIONS");
      bob.respond(options, "200 OK", "b", ["Allow: INVITE, MESSAGE"]);
      assert.equal((await asked).final.first("allow"), "INVITE, MESSAGE");
      const server200 = await alice.request("OPTIONS", `sip:${server.domain}`);
      assert.equal(server200.final.status, 200);
      leave(alice, bob);
    });
  });
}
