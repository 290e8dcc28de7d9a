/** Media that lose their connection, never get one, or cannot be encrypted (RFC 8445, RFC 5763). */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type { UserAgentOptions } from "../../web/index.js";
import { CallScene } from "./call-scene.js";
import { expectWays } from "./flow.js";
import type { Phone } from "./phone.js";
import { UdpRelay } from "./udp-relay.js";

let scene: CallScene;
let alice: Phone;
let bob: Phone;
let relay: UdpRelay;

const both = { audio: "<->", video: "<->" } as const;
const media = { audio: true, video: true };

before(async () => {
  scene = await CallScene.start();
  alice = await scene.phone("alice");
  bob = await scene.phone("bob");
});
after(() => scene?.stop());
beforeEach(async () => {
  relay = await UdpRelay.start(6);
});
afterEach(async () => {
  try {
    await alice.hangup().catch(() => undefined);
    await Promise.all([alice.end(), bob.end()]);
    for (const phone of [alice, bob]) {
      const open = await phone.tab.page.evaluate(() => window.probe.open());
      assert.deepEqual(open, { tracks: 0, peers: 0 }, `${phone.user} keeps nothing open`);
    }
  } finally {
    await relay.stop();
  }
});

/** What is done to the descriptions of a page before they leave. */
interface Edit {
  /** The only candidate of each description, by ICE generation. */
  readonly ports?: readonly number[];
  readonly noCandidates?: boolean;
  readonly wrongFingerprint?: boolean;
}

async function edit(phone: Phone, change: Edit, options: Partial<UserAgentOptions> = {}): Promise<void> {
  await phone.tab.page.evaluate(
    ([{ ports, noCandidates, wrongFingerprint }, more]) => {
      const generations: string[] = [];
      const localDescription = (sdp: string): string => {
        const ufrag = /^a=ice-ufrag:(.*)$/m.exec(sdp)?.[1] ?? "";
        if (!generations.includes(ufrag)) generations.push(ufrag);
        const port = ports?.[generations.indexOf(ufrag)];
        let lines = sdp.split("\r\n");
        if (noCandidates) lines = lines.filter((line) => !line.startsWith("a=candidate:"));
        if (port !== undefined) {
          let first = true;
          lines = lines.flatMap((line) => {
            if (line.startsWith("m=")) first = true;
            if (!line.startsWith("a=candidate:")) return [line];
            const usable = first && / udp /i.test(line) && / \d+\.\d+\.\d+\.\d+ /.test(line);
            if (!usable) return [];
            first = false;
            return [line.replace(/^((?:\S+ ){5})\d+/, `$1${port}`)];
          });
        }
        let text = lines.join("\r\n");
        if (wrongFingerprint) {
          text = text.replace(/^(a=fingerprint:\S+ )(..)/gm, (_, head: string, octet: string) =>
            head + (octet === "00" ? "11" : "00"),
          );
        }
        return text;
      };
      window.phone.agent.configure({ mediaTimeout: 15000, ...more, hooks: { localDescription } });
    },
    [change, { trickle: "none", ...options }] as const,
  );
}

async function throughRelay(options: Partial<UserAgentOptions> = {}): Promise<void> {
  await edit(alice, { ports: relay.ports("left") }, options);
  await edit(bob, { ports: relay.ports("right") }, options);
}

interface Noted {
  states: string[];
  sent: string[];
  traced?: true;
}

/** Alice calls Bob; both note how their media are connected, and what they send. */
async function call(): Promise<void> {
  await alice.call("bob", media);
  await bob.state("incoming");
  for (const phone of [alice, bob]) {
    await phone.tab.page.evaluate(() => {
      const noted = window as unknown as Noted;
      const states: string[] = (noted.states = []);
      window.phone.current.on("mediaState", ({ state, error }) =>
        states.push(error === undefined ? state : `${state} ${error.code}`),
      );
      noted.sent = [];
      if (noted.traced) return;
      noted.traced = true;
      window.phone.agent.configure({ trace: true });
      window.phone.agent.on("log", ({ direction, text }) => {
        if (direction === "sent") noted.sent.push(text);
      });
    });
  }
  await bob.answer(media);
}

async function connect(): Promise<void> {
  await call();
  await Promise.all([alice.state("established"), bob.state("established")]);
}

function states(phone: Phone): Promise<string[]> {
  return phone.tab.page.evaluate(() => (window as unknown as Noted).states);
}

function sent(phone: Phone, method: string): Promise<string[]> {
  return phone.tab.page.evaluate(
    (name) => (window as unknown as Noted).sent.filter((text) => text.startsWith(`${name} `)),
    method,
  );
}

/** How many ICE generations this side has offered since the call was answered. */
async function generations(phone: Phone): Promise<number> {
  const offers = await sent(phone, "INVITE");
  return new Set(offers.map((offer) => /^a=ice-ufrag:(.*)$/m.exec(offer)?.[1])).size;
}

/** The call is given up by at least one side, which says why in its BYE. */
async function expectLost(error: string, message: RegExp, reason: string): Promise<void> {
  let given = 0;
  for (const phone of [alice, bob]) {
    const end = await phone.end(30000);
    if (end.cause !== "media_error") continue;
    given += 1;
    assert.equal(end.mediaError, error);
    assert.match(end.message, message);
    assert.ok((await states(phone)).includes(`failed ${error}`), "mediaState tells it");
    const [bye] = await sent(phone, "BYE");
    if (bye !== undefined) assert.match(bye, new RegExp(`^Reason: .*text="${reason}"`, "m"));
  }
  assert.ok(given > 0, "it is the media that end the call");
  const byes = [...(await sent(alice, "BYE")), ...(await sent(bob, "BYE"))];
  assert.ok(byes.length > 0, "and the other side is told");
}

async function becomes(phone: Phone, state: string, timeout = 20000): Promise<void> {
  await phone.tab.wait(
    `media state ${state}`,
    async () => ((await states(phone)).at(-1) === state ? true : undefined),
    timeout,
  );
}

test("a path that is cut: the caller restarts ICE and the media come back another way", async () => {
  await throughRelay();
  await connect();
  await expectWays(alice.tab, bob.tab, both);
  relay.cut(0);
  await becomes(alice, "interrupted");
  await becomes(alice, "connected");
  await becomes(bob, "connected");
  await expectWays(alice.tab, bob.tab, both);
  assert.deepEqual((await states(alice)).slice(-3), ["connected", "interrupted", "connected"]);
  const offered = [await generations(alice), await generations(bob)];
  assert.deepEqual(offered, [1, 0], "one side offered, once");
});

test("who offered last restarts: the callee that held and resumed", async () => {
  await throughRelay();
  await connect();
  assert.equal(await bob.hold(), null);
  assert.equal(await bob.resume(), null);
  await expectWays(alice.tab, bob.tab, both);
  assert.deepEqual([await generations(alice), await generations(bob)], [0, 1]);
  relay.cut(0);
  await becomes(bob, "interrupted");
  await becomes(bob, "connected");
  await expectWays(alice.tab, bob.tab, both);
  assert.deepEqual([await generations(alice), await generations(bob)], [0, 2]);
});

test("a path that is cut and mended at once: nobody offers", async () => {
  await throughRelay();
  await connect();
  await expectWays(alice.tab, bob.tab, both);
  relay.cut();
  await alice.tab.wait("dropped packets", async () => (relay.dropped > 50 ? true : undefined));
  relay.mend();
  await expectWays(alice.tab, bob.tab, both);
  assert.deepEqual([await generations(alice), await generations(bob)], [0, 0]);
});

test("restartIce() in a call that is well: the media go on", async () => {
  await throughRelay();
  await connect();
  await expectWays(alice.tab, bob.tab, both);
  for (const phone of [alice, bob]) {
    await phone.tab.page.evaluate(() => window.phone.current.restartIce());
    await expectWays(alice.tab, bob.tab, both);
    assert.deepEqual(await states(alice), ["connecting", "connected"]);
  }
  // The generation before the last is no longer used.
  relay.cut(0);
  relay.cut(1);
  await expectWays(alice.tab, bob.tab, both);
});

test("a path that stays cut: the call ends with ice_failed, and the next one works", async () => {
  await throughRelay({ mediaTimeout: 4000 });
  await connect();
  await expectWays(alice.tab, bob.tab, both);
  relay.cut();
  await expectLost("ice_failed", /was lost and did not come back within 4 s/, "ICE failed");
  relay.mend();
  await throughRelay();
  await connect();
  await expectWays(alice.tab, bob.tab, both);
});

test("no candidate that works: the call ends with ice_failed, and the next one works", async () => {
  for (const phone of [alice, bob]) await edit(phone, { noCandidates: true }, { mediaTimeout: 2500 });
  await connect();
  await expectLost("ice_failed", /could be made within 3 s/, "ICE failed");
  for (const phone of [alice, bob]) await edit(phone, {});
  await connect();
  await expectWays(alice.tab, bob.tab, both);
});

test("a fingerprint that is not the certificate's: dtls_failed at once, and the next call works", async () => {
  await edit(alice, { wrongFingerprint: true });
  await edit(bob, {});
  await call();
  await expectLost("dtls_failed", /certificate/, "DTLS failed");
  await edit(alice, {});
  await connect();
  await expectWays(alice.tab, bob.tab, both);
});
