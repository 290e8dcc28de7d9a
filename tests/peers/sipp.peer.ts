/** Chromium with SIPp (UDP, RTP/AVP) through Kamailio and rtpengine. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "../e2e/browser.js";
import { waitFor, type Child } from "../e2e/child.js";
import { expectMedia } from "../e2e/media.js";
import { startPageServer, type PageServer } from "../e2e/page-server.js";
import { root } from "../e2e/paths.js";
import { Phone } from "../e2e/phone.js";
import { address, startLab, type Lab } from "./lab.js";

let lab: Lab;
let browser: Browser;
let pages: PageServer;
let alice: Phone;

/** Runs a scenario of ./sipp at the port with which the user sipp is registered. */
function sipp(scenario: string, ...more: string[]): Child {
  const file = join(root, "tests/peers/sipp", `${scenario}.xml`);
  const at = ["-i", address, "-p", "5070", "-mi", address, "-mp", "6000"];
  const args = [lab.sip, "-sf", file, ...at, "-m", "1", "-nostdin", "-trace_err", ...more];
  return lab.start(`sipp-${scenario}`, "/usr/bin/sipp", args);
}

/** Waits until SIPp has played its scenario to the end. */
async function played(child: Child): Promise<void> {
  await waitFor(
    async () => (child.running() ? undefined : true),
    () => `SIPp has not ended:\n${child.output()}`,
  );
  assert.match(child.output(), /Successful call +\| +\d+ +\| +1 /, child.output());
}

before(async () => {
  lab = await startLab({ name: "sipp", capture: true });
  await played(sipp("register"));
  await lab.registered("sipp");
  browser = await launch();
  pages = await startPageServer();
  alice = await Phone.registered(browser, pages, lab.ws, "alice");
  await lab.registered("alice");
});
after(async () => {
  try {
    await alice?.close();
  } finally {
    await browser?.close();
    await pages?.stop();
    await lab?.stop();
  }
});

test("the browser calls SIPp and hears itself", async () => {
  const peer = sipp("answer-echo", "-rtp_echo");
  await alice.call("sipp", { audio: true });
  await alice.state("established");
  await expectMedia([alice.tab], ["audio"]);
  await alice.hangup();
  assert.deepEqual([(await alice.end()).cause, (await alice.end()).by], ["bye", "local"]);
  await played(peer);
  const rtp = await lab.packets("rtp && udp.dstport == 6000", ["rtp.p_type", "frame.len"]);
  assert.ok(rtp.length > 0, "no RTP at SIPp");
  assert.ok(rtp.every((packet) => packet["rtp.p_type"] === "0"));
});
