/** Calls by way of a TURN server (coturn), and with servers that refuse or are dead. */
import assert from "node:assert/strict";
import { after, afterEach, before, test, type TestContext } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "../e2e/browser.js";
import { expectMedia, expectSilence, type Kind } from "../e2e/media.js";
import type { PhoneOptions } from "../e2e/page/modern.js";
import { startPageServer, type PageServer } from "../e2e/page-server.js";
import { Phone } from "../e2e/phone.js";
import type { AnyTab } from "../e2e/tab.js";
import { figure } from "./figures.js";
import { Firefox } from "./firefox.js";
import { address, startLab, type Lab } from "./lab.js";
import { startDeadServer, startTurn, type Turn } from "./turn.js";

type AnyPhone = Phone<AnyTab>;

let lab: Lab;
let turn: Turn;
let browser: Browser;
let firefox: Firefox;
let pages: PageServer;
let alice: Phone;
let bob: Phone;
let carol: AnyPhone;

before(async () => {
  lab = await startLab({ name: "turn" });
  turn = await startTurn(lab);
  pages = await startPageServer();
  browser = await launch();
  firefox = await Firefox.launch();
  alice = await Phone.open(browser, pages, lab.ws, "alice");
  bob = await Phone.open(browser, pages, lab.ws, "bob");
  const tab = await firefox.open(pages.url("modern.html"), "carol");
  carol = await Phone.on<AnyTab>(tab, lab.ws, "carol");
});
afterEach(async () => {
  for (const phone of [alice, bob, carol]) await phone.stop();
});
after(async () => {
  try {
    for (const phone of [alice, bob, carol]) await phone?.close();
  } finally {
    await browser?.close();
    await firefox?.close();
    await pages?.stop();
    await lab?.stop();
  }
});

/** Goes online with these servers. */
async function online(phone: AnyPhone, changes: Partial<PhoneOptions>): Promise<void> {
  assert.equal(await phone.start(changes), null);
  assert.equal(await phone.register(), null);
}

const relayed = (...iceServers: readonly RTCIceServer[]): Partial<PhoneOptions> => ({
  iceServers,
  iceTransportPolicy: "relay",
});

/** The types of the candidates that carry the media, "local/remote", and how TURN is reached. */
function paths(phone: AnyPhone): Promise<string[]> {
  return phone.tab.page.evaluate(async () => {
    const connection = window.probe.peers.at(-1);
    const all = new Map<string, Record<string, unknown>>();
    (await connection?.getStats())?.forEach((entry: Record<string, unknown>) =>
      all.set(String(entry["id"]), entry),
    );
    const used = [...all.values()].filter(
      (entry) =>
        entry["type"] === "candidate-pair" &&
        entry["nominated"] === true &&
        entry["state"] === "succeeded",
    );
    return used.map((pair) => {
      const local = all.get(String(pair["localCandidateId"]));
      const remote = all.get(String(pair["remoteCandidateId"]));
      const over = String(local?.["relayProtocol"] ?? "");
      return [`${local?.["candidateType"]}/${remote?.["candidateType"]}`, over].join(" ").trim();
    });
  });
}

/** Every candidate that the page's connection has gathered. */
function gathered(phone: AnyPhone): Promise<string[]> {
  return phone.tab.page.evaluate(() => {
    const sdp = window.probe.peers.at(-1)?.localDescription?.sdp ?? "";
    return [...sdp.matchAll(/^a=candidate:.* typ (\S+)/gm)].map((match) => match[1] ?? "");
  });
}

const both: Kind[] = ["audio", "video"];

/** Calls, and tells how long media took from call() on. */
async function call(
  caller: AnyPhone,
  callee: AnyPhone,
  kinds: readonly Kind[],
  what: string,
  context: TestContext,
): Promise<void> {
  const media = { audio: true, video: kinds.includes("video") };
  await callee.autoAnswer(media);
  const times = [caller, callee].map((phone) =>
    phone.tab.page.evaluate(([all, limit]) => window.probe.mediaTime(all, limit), [
      kinds,
      12000,
    ] as const),
  );
  await caller.call(callee.user, media);
  const ready = Math.max(...(await Promise.all(times)));
  await Promise.all([caller.state("established"), callee.state("established")]);
  const called = await caller.tab.page.evaluate(() => window.phone.calledAt);
  figure(context, what, [ready - called]);
}

async function hangUp(from: AnyPhone, to: AnyPhone): Promise<void> {
  await from.hangup();
  assert.deepEqual([(await from.end()).cause, (await from.end()).by], ["bye", "local"]);
  assert.deepEqual([(await to.end()).cause, (await to.end()).by], ["bye", "remote"]);
}

async function expectNoSecret(phone: AnyPhone): Promise<void> {
  const told = JSON.stringify([await phone.snapshot(), phone.tab.console]);
  for (const secret of ["turn-secret", "mistyped"]) assert.ok(!told.includes(secret), secret);
}

test("relay only: audio and video from relay to relay, held and resumed", async (context) => {
  await online(alice, relayed(turn.server));
  await online(bob, relayed(turn.server));
  await call(bob, alice, both, "TURN relay/relay over UDP, audio+video", context);
  for (const phone of [alice, bob]) {
    assert.deepEqual(await paths(phone), ["relay/relay udp"]);
    assert.ok((await gathered(phone)).every((type) => type === "relay"));
  }
  await expectMedia([alice.tab, bob.tab], both);
  assert.equal(await bob.hold(), null);
  await expectSilence([alice.tab, bob.tab], both);
  assert.equal(await bob.resume(), null);
  await expectMedia([alice.tab, bob.tab], both);
  await hangUp(bob, alice);
  await expectNoSecret(bob);
});

for (const outgoing of [true, false]) {
  const way = outgoing ? "Chromium calls Firefox" : "Firefox calls Chromium";
  test(`relay only, ${way}: audio and video`, async (context) => {
    await online(alice, relayed(turn.server));
    await online(carol, relayed(turn.server));
    const [caller, callee] = outgoing ? [alice, carol] : [carol, alice];
    await call(caller, callee, both, `TURN relay/relay, ${way}, audio+video`, context);
    for (const phone of [alice, carol]) {
      for (const path of await paths(phone)) assert.match(path, /^relay\/relay/);
    }
    await expectMedia([alice.tab, carol.tab], both);
    await hangUp(callee, caller);
  });
}

for (const [name, whom] of [
  ["Chromium", () => bob],
  ["Firefox", () => carol],
] as const) {
  test(`relay only, reached by TCP: Chromium and ${name}, audio and video`, async (context) => {
    const other = whom();
    await online(alice, relayed(turn.byTcp));
    await online(other, relayed(turn.byTcp));
    await call(alice, other, both, `TURN over TCP, Chromium calls ${name}, audio+video`, context);
    assert.deepEqual(await paths(alice), ["relay/relay tcp"]);
    for (const path of await paths(other)) assert.match(path, /^relay\/relay/);
    await expectMedia([alice.tab, other.tab], both);
    assert.equal(await alice.hold(), null);
    await expectSilence([alice.tab, other.tab], both);
    assert.equal(await alice.resume(), null);
    await expectMedia([alice.tab, other.tab], both);
    await hangUp(other, alice);
  });
}

test("a wrong password is told, and a call that needs the relay ends", async () => {
  const wrong = { ...turn.server, credential: "mistyped" };
  await online(alice, { ...relayed(wrong), mediaTimeout: 2000 });
  await online(bob, relayed(turn.server));
  await bob.autoAnswer({ audio: true });
  await alice.call("bob", { audio: true });
  const end = await alice.end();
  assert.deepEqual([end.cause, end.by, end.mediaError], ["media_error", "local", "ice_failed"]);
  assert.deepEqual([(await bob.end()).cause, (await bob.end()).by], ["bye", "remote"]);
  const { diagnostics } = await alice.snapshot();
  const refused = diagnostics.filter((line) => line.startsWith("ice_server_failed "));
  assert.equal(refused.length, 1, JSON.stringify(diagnostics));
  assert.match(refused[0] ?? "", /turn:10\.77\.0\.1:3478.*401/);
  await expectNoSecret(alice);

  // The same user agent calls with the right one.
  await alice.stop();
  await online(alice, relayed(turn.server));
  await alice.call("bob", { audio: true });
  await alice.state("established");
  await expectMedia([alice.tab, bob.tab], ["audio"]);
  await hangUp(alice, bob);
});

test("a wrong password is told, and a call that can do without the relay goes on", async (context) => {
  await online(alice, { iceServers: [{ ...turn.server, credential: "mistyped" }] });
  await online(bob, {});
  await call(alice, bob, ["audio"], "TURN refuses the password, host/host, audio", context);
  const { diagnostics } = await alice.snapshot();
  assert.ok(
    diagnostics.some((line) => /^ice_server_failed turn:.*401/.test(line)),
    JSON.stringify(diagnostics),
  );
  await expectMedia([alice.tab, bob.tab], ["audio"]);
  await hangUp(alice, bob);
});

test("a call goes on without a TURN server that is dead", async (context) => {
  const dead = await startDeadServer();
  try {
    const urls = `turn:${address}:${dead.port}`;
    await online(alice, { iceServers: [{ urls, username: "u", credential: "p" }] });
    await online(bob, {});
    await call(alice, bob, ["audio"], "dead TURN server at the caller, audio", context);
    await expectMedia([alice.tab, bob.tab], ["audio"]);
    await hangUp(alice, bob);
    await bob.autoAnswer({ audio: true });
    await call(bob, alice, ["audio"], "dead TURN server at the callee, audio", context);
    await hangUp(bob, alice);
  } finally {
    dead.stop();
  }
});
