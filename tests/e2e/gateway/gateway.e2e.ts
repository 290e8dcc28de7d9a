/** What webrtc2sip needs of a client (sipML5 2.1.4), against a gateway that behaves as it does. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "../browser.js";
import { makeCertificate } from "../certificate.js";
import { readMessage } from "../kamailio/raw-client.js";
import { expectMedia, expectSilence } from "../media.js";
import { OldPhone } from "../old-phone.js";
import { startPageServer, type PageServer } from "../page-server.js";
import { runFolder } from "../paths.js";
import { proofOf, startGateway, type Gateway } from "./gateway.js";

const proxy = "udp://198.51.100.7:5060";

describe("webrtc2sip", () => {
  let browser: Browser;
  let pages: PageServer;
  let gateway: Gateway;
  const phones: OldPhone[] = [];

  before(async () => {
    browser = await launch();
    pages = await startPageServer();
  });
  after(async () => {
    await browser?.close();
    await pages?.stop();
  });

  async function open(user: string, more: Readonly<Record<string, unknown>>): Promise<OldPhone> {
    const phone = await OldPhone.open(browser, pages, {
      realm: gateway.domain,
      impi: user,
      impu: `sip:${user}@${gateway.domain}`,
      password: gateway.password(user),
      display_name: user,
      websocket_proxy_url: gateway.url,
      ...more,
    });
    phones.push(phone);
    return phone;
  }

  afterEach(async () => {
    for (const phone of phones.splice(0)) await phone.tab.close();
    await gateway?.stop();
  });

  const requests = (method: string): ReturnType<typeof readMessage>[] =>
    gateway.received
      .map(readMessage)
      .filter((message) => message.status === 0 && message.method === method);

  test("through the breaker: register, call, hold, hang up, un-register", async () => {
    gateway = await startGateway(makeCertificate(runFolder("gateway")));
    const breaker = { enable_rtcweb_breaker: true, outbound_proxy_url: proxy };
    const alice = await (await open("alice", breaker)).online();
    const bob = await (await open("bob", breaker)).online();
    await bob.does("call", "call-audiovideo", "alice");
    await bob.until("call:i_ao_request 180");
    await alice.until("stack:i_new_call");
    assert.equal(await alice.press("text", "caller"), "bob bob");
    await alice.does("accept");
    await alice.until("call:connected");
    await bob.until("call:connected");
    await expectMedia([alice.tab, bob.tab], ["audio", "video"]);
    await bob.does("hold");
    await bob.until("call:m_local_hold_ok");
    await alice.until("call:m_remote_hold");
    await expectSilence([alice.tab, bob.tab], ["audio", "video"]);
    await bob.does("resume");
    await bob.until("call:m_local_resume_ok");
    await bob.does("dtmf", "5");
    await alice.until("call:i_info");
    // From the side that was called: the remote target has to come back with all its parameters.
    await alice.does("hangup");
    await bob.until("call:terminated");
    await alice.until("call:terminated");
    await alice.close();
    await bob.close();
    assert.deepEqual(gateway.slips, []);

    const [invite] = requests("INVITE");
    assert.ok(invite);
    assert.match(invite.first("via"), /^SIP\/2\.0\/WSS [a-z0-9]+\.invalid;/);
    const contact = invite.first("contact");
    assert.match(contact, /<sip:bob@[^>]*;rtcweb-breaker=yes[;>]/);
    assert.match(contact, new RegExp(`>.*;impi=bob;ha1=${proofOf(gateway, "bob")}`));
    assert.match(invite.body, /^s=Doubango Telecom - chrome\r$/m);
    for (const method of ["REGISTER", "ACK", "BYE", "INFO"])
      for (const request of requests(method))
        assert.doesNotMatch(request.all("contact").join(), /ha1=|impi=/, method);
    // The private Route stands in every request, and first.
    const methods = new Set(gateway.routes.map(({ method }) => method));
    for (const method of ["INVITE", "ACK", "BYE", "INFO"]) assert.ok(methods.has(method), method);
    for (const message of gateway.received.map(readMessage)) {
      if (message.status > 0) continue;
      assert.equal(
        message.all("route")[0],
        "<sip:198.51.100.7:5060;lr;sipml5-outbound;transport=udp>",
        message.startLine,
      );
    }
    const [bye] = requests("BYE");
    assert.match(bye?.startLine ?? "", /;ws-src-ip=127\.0\.0\.1;ws-src-port=\d+;ws-src-proto=wss/);
  });

  test("without the breaker no proof of the password leaves the page", async () => {
    gateway = await startGateway(makeCertificate(runFolder("gateway")));
    const alice = await (await open("alice", {})).online();
    const bob = await (await open("bob", { enable_click2call: true })).online();
    await bob.does("call", "call-audio", "alice");
    await alice.until("stack:i_new_call");
    await bob.does("hangup");
    await bob.until("call:terminated 487");
    await alice.until("call:terminated");
    await alice.close();
    await bob.close();
    assert.deepEqual(gateway.slips, []);
    assert.doesNotMatch(gateway.received.join(), /ha1=|impi=|sipml5-outbound/);
    const [invite] = requests("INVITE");
    assert.match(invite?.first("contact") ?? "", /<[^>]*;click2call=yes[;>]/);
    assert.doesNotMatch(invite?.first("contact") ?? "", /rtcweb-breaker/);
  });
});
