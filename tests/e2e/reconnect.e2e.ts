/** A lost WebSocket ends no conversation: RFC 5626 4.5, RFC 7118 6, in Chromium. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch, Tab } from "./browser.js";
import { startEmbedded, type Embedded } from "./embedded.js";
import { serverChoices } from "./matrix.js";
import { expectMedia } from "./media.js";
import { startPageServer, type PageServer } from "./page-server.js";
import { Phone } from "./phone.js";
import { startRelay, type Relay } from "./relay.js";
import type { SipServer } from "./servers.js";

const media = { audio: true, video: true };
const kinds = ["audio", "video"] as const;
/** The browser itself reports each attempt that fails. */
const failedAttempts = [/^WebSocket connection to /, /ERR_CONNECTION_REFUSED/];

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

const isRegister = (frame: string): boolean => frame.startsWith("REGISTER ");

function header(frame: string, name: string): string {
  return new RegExp(`^${name}: *(.*)\r$`, "im").exec(frame)?.[1] ?? "";
}

/** What a person sees: how the latest call ended at each side. */
async function ends(...phones: readonly Phone[]): Promise<string[]> {
  const all = await Promise.all(phones.map((phone) => phone.end()));
  return all.map(({ cause, by }) => `${cause} ${by}`);
}

const choices = serverChoices.filter(({ name }) => !name.includes("wss"));

for (const choice of choices) {
  describe(choice.name, () => {
    let server: SipServer;
    let alices: Relay;
    let bobs: Relay;
    let alice: Phone;
    let bob: Phone;

    before(async () => {
      server = await choice.start();
      alices = await startRelay(server.url);
      bobs = await startRelay(server.url);
      alice = await Phone.registered(browser, pages, { ...server, url: alices.url }, "alice");
      bob = await Phone.registered(browser, pages, { ...server, url: bobs.url }, "bob");
    });
    after(async () => {
      try {
        await alice?.close(failedAttempts);
        await bob?.close();
      } finally {
        await alices?.stop();
        await bobs?.stop();
        await server?.stop();
      }
    });

    const connect = async (): Promise<void> => {
      await bob.call("alice", media);
      await alice.state("incoming");
      await alice.answer(media);
      await Promise.all([alice.state("established"), bob.state("established")]);
    };
    const lose = async (): Promise<void> => {
      alices.cut();
      await alice.connection("reconnecting connection_lost");
    };
    const regain = async (): Promise<void> => {
      alices.restore();
      await alice.connection("connected");
      await alice.registration("registered");
    };

    test("the call goes on without a connection, and its side hangs up later", async () => {
      await connect();
      await expectMedia([alice.tab, bob.tab], kinds);
      const before = alices.fromClient.length;
      const states = (await alice.snapshot()).registrations.length;
      await lose();
      await expectMedia([alice.tab, bob.tab], kinds);
      const without = await alice.snapshot();
      assert.equal(without.connection.at(-1), "reconnecting connection_lost", "it was not back");
      assert.equal(without.call, "established");
      assert.equal(without.registrations.length, states, "nothing has become of the registration");

      await regain();
      const back = await alice.snapshot();
      assert.deepEqual(back.connection, [
        "connecting",
        "connected",
        "reconnecting connection_lost",
        "connected",
      ]);
      assert.deepEqual(back.registrations.slice(states), ["registering", "registered"]);
      const all = alices.fromClient.filter(isRegister);
      const fresh = alices.fromClient.slice(before).filter(isRegister);
      assert.ok(fresh.length === 1 || fresh.length === 2, "one REGISTER, and one if challenged");
      const ids = new Set(all.map((frame) => header(frame, "Call-ID")));
      assert.equal(ids.size, 1, "the same Call-ID as before");
      const numbers = all.map((frame) => Number.parseInt(header(frame, "CSeq"), 10));
      assert.deepEqual(
        numbers,
        numbers.map((_, at) => (numbers[0] ?? 0) + at),
        "no REGISTER is left out or sent twice",
      );
      assert.deepEqual((await bob.snapshot()).connection, ["connecting", "connected"]);
      await expectMedia([alice.tab, bob.tab], kinds);

      await alice.hangup();
      assert.deepEqual(await ends(alice, bob), ["bye local", "bye remote"]);
    });

    // Kamailio adds an alias to alice's Contact that names her lost connection, so nothing that bob
    // sends in the dialog finds her before she has sent a Contact anew: RFC 3261 12.2, target refresh.
    test("after reconnecting, the other side is told of the new way, and can hang up (F09)", async () => {
      await connect();
      await lose();
      const before = alices.fromClient.length;
      await regain();
      await alice.tab.wait("the ACK of a re-INVITE", async () => {
        const sent = alices.fromClient.slice(before).map((frame) => frame.split(" ")[0]);
        return sent.indexOf("ACK") > sent.indexOf("INVITE") ? true : undefined;
      });
      await expectMedia([alice.tab, bob.tab], kinds);
      await bob.hangup();
      assert.deepEqual(await ends(alice, bob), ["bye remote", "bye local"]);
    });

    test("a hang-up without a connection reaches the other side after it is back", async () => {
      await connect();
      await lose();
      const before = alices.fromClient.length;
      await alice.hangup();
      await alice.state("terminating");
      assert.equal((await bob.snapshot()).call, "established");
      await regain();
      assert.deepEqual(await ends(alice, bob), ["bye local", "bye remote"]);
      const byes = alices.fromClient.slice(before).filter((frame) => frame.startsWith("BYE "));
      assert.equal(byes.length, 1);
    });
  });
}

describe("embedded server, away for longer", () => {
  let server: SipServer;
  let alices: Relay;
  let bobs: Relay;
  let alice: Phone;
  let bob: Phone;

  before(async () => {
    server = await startEmbedded(["bob"]);
    alices = await startRelay(server.url);
    bobs = await startRelay(server.url);
    alice = await Phone.registered(browser, pages, { ...server, url: alices.url }, "alice");
    bob = await Phone.registered(browser, pages, { ...server, url: bobs.url }, "bob");
  });
  after(async () => {
    try {
      await alice?.close(failedAttempts);
      await bob?.close(failedAttempts);
    } finally {
      await alices?.stop();
      await bobs?.stop();
      await server?.stop();
    }
  });

  const connect = async (): Promise<void> => {
    await bob.call("alice", { audio: true });
    await alice.state("incoming");
    await alice.answer({ audio: true });
    await Promise.all([alice.state("established"), bob.state("established")]);
  };

  test("a server that starts anew knows nobody, and the call still ends in order", async () => {
    await connect();
    alices.cut();
    bobs.cut();
    await Promise.all([alice, bob].map((one) => one.connection("reconnecting connection_lost")));
    await server.stop();
    server = await startEmbedded(["bob"]);
    // Somebody else comes first, as alice did at the server before.
    const carol = await Phone.registered(browser, pages, server, "carol");
    for (const [relay, phone] of [
      [bobs, bob],
      [alices, alice],
    ] as const) {
      relay.restore(server.url);
      await phone.connection("connected");
      await phone.registration("registered");
    }
    await expectMedia([alice.tab, bob.tab], ["audio"]);
    await bob.hangup();
    assert.deepEqual(await ends(alice, bob), ["bye remote", "bye local"]);
    await carol.close();
  });

  test("after reconnectTime the connection fails with a reason; start() works again", async () => {
    await alice.stop();
    assert.equal(await alice.start({ reconnectTime: 2000 }), null);
    assert.equal(await alice.register(), null);
    await connect();
    const first = alices.refusals.length;
    alices.cut();
    await alice.connection("failed server_unreachable");
    const failed = await alice.snapshot();
    assert.deepEqual(failed.connection, [
      "connecting",
      "connected",
      "reconnecting connection_lost",
      "failed server_unreachable",
    ]);
    assert.deepEqual(failed.registrations, ["registering", "registered", "ended transport_error"]);
    const { host, port } = new URL(alices.url);
    assert.equal(failed.connectionError, `The server ${host} could not be reached.`);
    assert.equal(failed.call, "established", "media needs no server");
    await expectMedia([alice.tab, bob.tab], ["audio"]);
    const times = alices.refusals.slice(first);
    const waits = times.slice(1).map((time, at) => time - (times[at] ?? 0));
    const story = `waits of ${waits.map(Math.round).join(", ")} ms`;
    assert.ok(waits.length >= 2 && waits.length <= 3, story);
    // Half of 500 ms, 1000 ms, 2000 ms is certain, the other half random.
    assert.ok(waits.every((wait, at) => wait > 240 * 2 ** at), story);
    assert.equal((await alice.register())?.code, "not_connected");

    await alices.stop();
    const refused = await alice.restart();
    assert.equal(refused?.code, "server_unreachable");
    assert.match(refused?.message ?? "", new RegExp(host));
    alices = await startRelay(server.url, Number(port));
    assert.equal(await alice.restart(), null);
    assert.equal(await alice.register(), null);
    await alice.hangup();
    assert.deepEqual(await ends(alice, bob), ["bye local", "bye remote"]);
    // The agent is as good as new.
    await connect();
    await bob.hangup();
    assert.deepEqual(await ends(alice, bob), ["bye remote", "bye local"]);
  });
});

describe("call.htm", () => {
  let server: Embedded;
  let relay: Relay;
  before(async () => {
    server = await startEmbedded();
    relay = await startRelay(server.url);
  });
  after(async () => {
    await relay?.stop();
    await server?.stop();
  });

  const open = (user: string): Promise<Tab> =>
    Tab.open(browser, `${server.pageUrl}call.htm?user=${user}&login=1`, user);
  const shows = async (tab: Tab, id: string, wanted: RegExp): Promise<void> => {
    let seen: string | undefined;
    const look = async (): Promise<true | undefined> => {
      const line = (await tab.page.locator(`#${id}`).textContent())?.trim() ?? "";
      if (line !== seen) tab.console.push(`#${id}: ${(seen = line)}`);
      return wanted.test(line) ? true : undefined;
    };
    await tab.wait(`#${id} like ${wanted}`, look);
  };

  test("the page says that it reconnects, keeps the call, and is connected again", async () => {
    const port = Number(new URL(relay.url).port);
    // The expert settings are read when one logs in.
    const alice = await Tab.open(browser, `${server.pageUrl}expert.htm`, "alice");
    await alice.page.evaluate(
      (url) => localStorage.setItem("org.doubango.expert.websocket_server_url", url),
      relay.url,
    );
    await alice.page.goto(`${server.pageUrl}call.htm`);
    await alice.page.locator("#txtPrivateIdentity").fill("alice");
    await alice.page.locator("#txtPublicIdentity").fill("sip:alice@localhost");
    await alice.page.locator("#txtPassword").fill(server.password("alice"));
    await alice.page.locator("#txtRealm").fill("localhost");
    await alice.page.locator("#btnRegister").click();
    const bob = await open("bob");
    await shows(alice, "txtRegStatus", /^Connected as alice/i);
    await shows(bob, "txtRegStatus", /^Connected as bob/i);
    assert.ok(relay.fromClient.some(isRegister), "the page uses the relay");

    await bob.page.locator("#txtPhoneNumber").fill("alice");
    await bob.page.locator("#btnCall").click();
    await bob.page.locator("#btnCallAudio").click();
    await shows(alice, "txtCallStatus", /^Incoming call from \[bob\]/i);
    await alice.page.locator("#btnCall").click();
    await expectMedia([alice, bob], ["audio"]);

    await relay.stop();
    await shows(alice, "txtRegStatus", /^Connection lost, reconnecting/);
    await expectMedia([alice, bob], ["audio"]);
    await shows(alice, "txtCallStatus", /^In call/);
    relay = await startRelay(server.url, port);
    await shows(alice, "txtRegStatus", /^Connected as alice/i);
    await expectMedia([alice, bob], ["audio"]);
    assert.equal(relay.fromClient.filter(isRegister).length, 1);

    await bob.page.locator("#btnHangUp").click();
    await shows(alice, "txtCallStatus", /hung up/);
    await alice.expectClean(failedAttempts);
    await bob.expectClean();
    await alice.close();
    await bob.close();
  });
});
