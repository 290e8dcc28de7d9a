/**
 * A peer written by hand, registered at the embedded server, and the modern API in a browser: what
 * browsers among themselves do not do. RFC 3262, 3311, 4028, 3261 section 8.1.3.4, 3515 and 3891.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./browser.js";
import { startEmbedded } from "./embedded.js";
import { Dialog, RawClient, uriOf, type RawMessage } from "./kamailio/raw-client.js";
import { startPageServer, type PageServer } from "./page-server.js";
import { Phone } from "./phone.js";
import type { SipServer } from "./servers.js";

let browser: Browser;
let pages: PageServer;
let server: SipServer;
let clients: RawClient[] = [];

before(async () => {
  browser = await launch();
  pages = await startPageServer();
  server = await startEmbedded();
});
afterEach(() => {
  for (const client of clients) client.close();
  clients = [];
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await pages?.stop();
});

async function enter(user: string): Promise<RawClient> {
  const client = await RawClient.open(server.url, user, server.domain, server.password(user));
  clients.push(client);
  const options = { to: client.aor, fields: ["Expires: 60"] };
  const { final } = await client.request("REGISTER", `sip:${server.domain}`, options);
  assert.equal(final.status, 200);
  return client;
}

const sdpType = "Content-Type: application/sdp";
const allow = "Allow: INVITE, ACK, BYE, CANCEL, UPDATE, PRACK, REFER, NOTIFY";

/** An audio description for the m-line of `other`; nobody is behind its address. */
function describeAudio(
  other: string,
  version: number,
  setup: "active" | "actpass",
  direction: string,
): string {
  const mid = /^a=mid:(\S+)/m.exec(other)?.[1] ?? "0";
  const opus = /^a=rtpmap:(\d+) opus\/48000\/2/m.exec(other)?.[1] ?? "111";
  const lines = [
    `v=0`,
    `o=- 1 ${version} IN IP4 127.0.0.1`,
    `s=-`,
    `t=0 0`,
    `a=group:BUNDLE ${mid}`,
    `a=fingerprint:sha-256 ${Array(32).fill("AB").join(":")}`,
    `a=ice-ufrag:abcd`,
    `a=ice-pwd:0123456789abcdefghijkl`,
    `m=audio 9 UDP/TLS/RTP/SAVPF ${opus}`,
    `c=IN IP4 0.0.0.0`,
    `a=mid:${mid}`,
    `a=setup:${setup}`,
    `a=rtcp-mux`,
    `a=${direction}`,
    `a=rtpmap:${opus} opus/48000/2`,
  ];
  return lines.map((line) => `${line}\r\n`).join("");
}

/** Answers an INVITE of the page with 200, and waits for the ACK. */
async function answer(client: RawClient, invite: RawMessage): Promise<Dialog> {
  const body = describeAudio(invite.body, 1, "active", "sendrecv");
  client.respond(invite, "200 OK", "peer", [`Contact: ${client.contact}`, allow, sdpType], body);
  await client.nextRequest("ACK");
  return Dialog.ofCallee(client, invite, "peer");
}

test("reliable ringing, PRACK, a session timer, UPDATE without and with a description", async () => {
  const bob = await enter("bob");
  const alice = await Phone.registered(browser, pages, server, "alice");
  await alice.call("bob", { audio: true });
  const invite = await bob.nextRequest("INVITE");
  assert.match(invite.all("supported").join(), /100rel/);
  assert.match(invite.all("supported").join(), /timer/);

  const contact = `Contact: ${bob.contact}`;
  const described = describeAudio(invite.body, 1, "active", "sendrecv");
  const reliable = ["Require: 100rel", "RSeq: 7", contact, allow, sdpType];
  bob.respond(invite, "183 Session Progress", "peer", reliable, described);
  const prack = await bob.nextRequest("PRACK");
  assert.equal(prack.first("rack"), `7 ${invite.first("cseq")}`);
  bob.respond(prack, "200 OK", "peer");
  await alice.logged("progress 183");

  // The answer was in the reliable response, so the 200 has none.
  const timer = ["Require: timer", "Session-Expires: 90;refresher=uas"];
  bob.respond(invite, "200 OK", "peer", [contact, allow, ...timer]);
  await bob.nextRequest("ACK");
  await alice.state("established");
  const dialog = Dialog.ofCallee(bob, invite, "peer");

  const refresh = ["Supported: timer", "Session-Expires: 90;refresher=uac", allow];
  const refreshed = await dialog.exchange("UPDATE", refresh);
  assert.equal(refreshed.status, 200, refreshed.startLine);
  assert.match(refreshed.first("session-expires"), /^90;\s*refresher=uac/);
  assert.equal(refreshed.body, "");
  const brief = await dialog.exchange("UPDATE", ["Supported: timer", "Session-Expires: 60"]);
  assert.equal(brief.status, 422);
  assert.equal(brief.first("min-se"), "90");

  const hold = describeAudio(invite.body, 2, "actpass", "sendonly");
  const held = await dialog.exchange("UPDATE", [sdpType], hold);
  assert.equal(held.status, 200, held.startLine);
  assert.match(held.body, /^a=recvonly/m);
  await alice.tab.wait("remote hold", async () =>
    (await alice.snapshot()).log.some((line) => line.startsWith("remoteHold")) ? true : undefined,
  );

  const bye = await dialog.exchange("BYE");
  assert.equal(bye.status, 200);
  assert.equal((await alice.end()).by, "remote");
  await alice.close();
});

test("302 is followed to where it points", async () => {
  const bob = await enter("bob");
  const carol = await enter("carol");
  const alice = await Phone.registered(browser, pages, server, "alice");
  await alice.call("bob", { audio: true });
  const first = await bob.nextRequest("INVITE");
  bob.respond(first, "302 Moved Temporarily", "peer", [`Contact: <${carol.aor}>`]);
  const second = await carol.nextRequest("INVITE");
  assert.equal(second.first("call-id"), first.first("call-id"));
  await answer(carol, second);
  await alice.state("established");
  await alice.hangup();
  const bye = await carol.nextRequest("BYE");
  carol.respond(bye, "200 OK", "peer");
  await alice.end();
  await alice.close();
});

test("REFER of both sides, and Replaces in the call that it leads to", async () => {
  const bob = await enter("bob");
  const carol = await enter("carol");
  const alice = await Phone.registered(browser, pages, server, "alice");
  await alice.call("bob", { audio: true });
  const dialog = await answer(bob, await bob.nextRequest("INVITE"));
  await alice.state("established");

  const replaces = "c1;to-tag=c;from-tag=a";
  const referTo = `Refer-To: <${carol.aor}?Replaces=${encodeURIComponent(replaces)}>`;
  const accepted = await dialog.exchange("REFER", [referTo]);
  assert.equal(accepted.status, 202, accepted.startLine);
  await alice.logged("transfer to carol");
  const invite = await carol.nextRequest("INVITE");
  assert.equal(invite.first("replaces"), replaces);
  carol.respond(invite, "486 Busy Here", "peer");
  for (;;) {
    const notify = await bob.nextRequest("NOTIFY");
    assert.match(notify.first("event"), /^refer/);
    bob.respond(notify, "200 OK", "peer");
    if (!notify.body.startsWith("SIP/2.0 486")) continue;
    assert.match(notify.first("subscription-state"), /^terminated/);
    break;
  }
  await alice.logged("transfer failed 486");
  assert.equal((await alice.snapshot()).call, "established");

  const transferred = alice.transfer("carol");
  const refer = await bob.nextRequest("REFER");
  assert.equal(uriOf(refer.first("refer-to")), carol.aor);
  bob.respond(refer, "202 Accepted", "peer", [`Contact: ${bob.contact}`]);
  const told = await dialog.exchange(
    "NOTIFY",
    [
      "Event: refer",
      "Subscription-State: terminated;reason=noresource",
      "Content-Type: message/sipfrag",
    ],
    "SIP/2.0 200 OK\r\n",
  );
  assert.equal(told.status, 200, told.startLine);
  assert.equal(await transferred, null);
  const bye = await bob.nextRequest("BYE");
  bob.respond(bye, "200 OK", "peer");
  assert.equal((await alice.end()).by, "local");
  await alice.close();
});

test("called with reliable ringing and a session timer, then replaced by another's call", async () => {
  const bob = await enter("bob");
  const carol = await enter("carol");
  const alice = await Phone.registered(browser, pages, server, "alice");
  const called = `sip:alice@${server.domain}`;
  const offer = describeAudio("", 1, "actpass", "sendrecv");
  const timer = ["Supported: timer", "Session-Expires: 90;refresher=uas"];
  const fields = ["Require: 100rel", ...timer, allow, sdpType];
  const calling = bob.request("INVITE", called, { fields, body: offer });
  const ringing = await bob.next("180", (message) => message.status === 180);
  assert.match(ringing.first("require"), /100rel/);
  const early = Dialog.ofCaller(bob, {
    final: ringing,
    from: ringing.first("from"),
    callId: ringing.first("call-id"),
    cseq: Number(ringing.first("cseq").split(" ")[0]),
  });
  const rack = `RAck: ${ringing.first("rseq")} ${ringing.first("cseq")}`;
  assert.equal((await early.exchange("PRACK", [rack])).status, 200);
  await alice.state("incoming");
  await alice.answer({ audio: true });
  const outcome = await calling;
  assert.equal(outcome.final.status, 200, outcome.final.startLine);
  assert.match(outcome.final.first("session-expires"), /^90;\s*refresher=uas/);
  assert.match(outcome.final.body, /^m=audio [1-9]/m);
  Dialog.ofCaller(bob, outcome).send("ACK");
  await alice.state("established");

  const tagOf = (value: string): string => /;tag=([^;]+)/.exec(value)?.[1] ?? "";
  const replaces =
    `Replaces: ${outcome.callId};to-tag=${tagOf(outcome.final.first("to"))};` +
    `from-tag=${tagOf(outcome.from)}`;
  const taking = await carol.request("INVITE", called, {
    fields: ["Require: replaces", replaces, allow, sdpType],
    body: offer,
  });
  assert.equal(taking.final.status, 200, taking.final.startLine);
  const dialog = Dialog.ofCaller(carol, taking);
  dialog.send("ACK");
  const bye = await bob.nextRequest("BYE");
  bob.respond(bye, "200 OK", "unused");
  assert.equal((await dialog.exchange("BYE")).status, 200);
  await alice.close();
});
