/**
 * page/old-page.html, written for sipML5 from its documentation alone: it calls, answers, holds,
 * transfers, sends messages and shows presence with no edit.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./browser.js";
import { serverChoices } from "./matrix.js";
import { expectMedia, expectSilence } from "./media.js";
import { OldPhone } from "./old-phone.js";
import { startPageServer, type PageServer } from "./page-server.js";
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

for (const choice of serverChoices.filter(({ name }) => !name.includes("wss"))) {
  describe(`a page of 2016, ${choice.name}`, () => {
    let server: SipServer;
    const phones: OldPhone[] = [];
    before(async () => {
      server = await choice.start();
    });
    after(async () => {
      await server?.stop();
    });
    afterEach(async () => {
      for (const phone of phones.splice(0)) await phone.tab.close();
    });

    async function online(user: string): Promise<OldPhone> {
      const phone = await OldPhone.open(browser, pages, {
        realm: server.domain,
        impi: user,
        impu: `sip:${user}@${server.domain}`,
        password: server.password(user),
        display_name: `${user} of the old days`,
        websocket_proxy_url: server.url,
        ice_servers: "[]",
        enable_rtcweb_breaker: false,
        enable_early_ims: true,
        outbound_proxy_url: null,
      });
      phones.push(phone);
      return phone.online();
    }

    async function closeAll(): Promise<void> {
      for (const phone of phones.splice(0)) await phone.close();
    }

    async function talk(caller: OldPhone, callee: OldPhone, user: string): Promise<void> {
      await caller.does("call", "call-audio", user);
      await callee.until("stack:i_new_call");
      await callee.does("accept");
      await callee.until("call:connected");
      await caller.until("call:connected");
      await expectMedia([caller.tab, callee.tab], ["audio"]);
      await caller.forget();
      await callee.forget();
    }

    test("call, hold, resume, hang up", async () => {
      const alice = await online("alice");
      const bob = await online("bob");
      await talk(bob, alice, "alice");
      assert.equal(await alice.press("text", "caller"), "bob of the old days bob");
      await bob.does("hold");
      await bob.until("call:m_local_hold_ok");
      await alice.until("call:m_remote_hold");
      await expectSilence([alice.tab, bob.tab], ["audio"]);
      await bob.does("resume");
      await bob.until("call:m_local_resume_ok");
      await expectMedia([alice.tab, bob.tab], ["audio"]);
      await bob.does("hangup");
      await bob.until("call:terminated");
      await alice.until("call:terminated");
      await closeAll();
    });

    test("a blind transfer that succeeds", async () => {
      const alice = await online("alice");
      const bob = await online("bob");
      const carol = await online("carol");
      await talk(bob, alice, "alice");
      await bob.does("transfer", "carol");
      await bob.until("call:o_ect_trying");
      await alice.until("call:i_ect_requested");
      assert.equal(await alice.press("text", "caller"), "carol");
      await bob.until("call:o_ect_accepted 202");
      await carol.until("stack:i_new_call");
      await carol.does("accept");
      await alice.until("transferred:connected");
      await bob.until("call:o_ect_completed");
      await bob.until("call:terminated");
      await alice.until("call:terminated");
      await expectMedia([alice.tab, carol.tab], ["audio"]);
      await carol.does("hangup");
      await alice.until("transferred:terminated");
      await closeAll();
    });

    test("a blind transfer that fails leaves the call", async () => {
      const alice = await online("alice");
      const bob = await online("bob");
      await talk(bob, alice, "alice");
      await bob.does("transfer", "nobody");
      await bob.until("call:o_ect_failed");
      await alice.until("call:i_ect_failed");
      await expectMedia([alice.tab, bob.tab], ["audio"]);
      await alice.does("hangup");
      await bob.until("call:terminated");
      await closeAll();
    });

    test("messages, accepted and refused, in any script", async () => {
      const alice = await online("alice");
      const bob = await online("bob");
      await bob.does("send", "alice", "P\u00eache \u00e0 la moule \u4f60\u597d \u{1f600}");
      await bob.until("message:terminated");
      await alice.until("stack:i_new_message");
      const line = "bob of the old days: P\u00eache \u00e0 la moule \u4f60\u597d \u{1f600} (text/plain)";
      assert.equal(await alice.press("text", "messages"), line);
      assert.deepEqual(await bob.order(), ["message:i_ao_request 200", "message:terminated"]);
      await bob.forget();
      await bob.does("send", "alice", "refuse me");
      const ended = await bob.until("message:terminated");
      assert.equal(ended.code, 603);
      await closeAll();
    });

    test("presence: publish, subscribe, notify, and the end of each", async () => {
      const alice = await online("alice");
      const bob = await online("bob");
      await alice.does("publish", "open");
      await alice.until("publish:connected");
      await bob.does("subscribe", "alice");
      await bob.until("subscribe:connected");
      await bob.until("subscribe:i_notify");
      const shows = (text: string): Promise<true> =>
        bob.tab.wait(`presence ${text}`, async () =>
          (await bob.press("text", "presence")) === `application/pidf+xml ${text}` || undefined,
        );
      await shows("open");
      await alice.does("publish", "closed");
      await shows("closed");
      await bob.does("unsubscribe");
      await bob.until("subscribe:terminated");
      await alice.does("unpublish");
      await alice.until("publish:terminated");
      assert.equal(
        (await bob.order()).filter((type) => type === "subscribe:terminated").length,
        1,
      );
      await closeAll();
    });
  });
}
