/** Receive only, send only, inactive, of sound, picture or both: what flows, and what is on the wire. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch, Tab } from "./browser.js";
import { CallScene } from "./call-scene.js";
import { directionsOf, expectWays, silence, type Ways } from "./flow.js";
import type { Media } from "./page/modern.js";
import { Phone } from "./phone.js";
import { asked, expectNothingOpen, observe, sent } from "./wire.js";

let scene: CallScene;
let alice: Phone;
let bob: Phone;

before(async () => {
  scene = await CallScene.start();
  alice = await scene.phone("alice");
  bob = await scene.phone("bob");
});
after(() => scene?.stop());

/** What each side does, which way media flow from Alice to Bob, and the m-lines of offer and answer. */
interface Row {
  readonly caller: Media;
  readonly callee: Media;
  readonly ways: Ways;
  readonly offer: string;
  readonly answer: string;
}

const rows: readonly Row[] = [
  {
    caller: { audio: "recvonly" },
    callee: {},
    ways: { audio: "<-", video: "none" },
    offer: "audio:recvonly",
    answer: "audio:sendonly",
  },
  {
    caller: { audio: "sendonly" },
    callee: {},
    ways: { audio: "->", video: "none" },
    offer: "audio:sendonly",
    answer: "audio:recvonly",
  },
  {
    caller: {},
    callee: { audio: "recvonly" },
    ways: { audio: "->", video: "none" },
    offer: "audio:sendrecv",
    answer: "audio:recvonly",
  },
  {
    caller: {},
    callee: { audio: "sendonly" },
    ways: { audio: "<-", video: "none" },
    offer: "audio:sendrecv",
    answer: "audio:sendonly",
  },
  {
    caller: { audio: true, video: true },
    callee: { audio: "recvonly", video: "inactive" },
    ways: { audio: "->", video: "none" },
    offer: "audio:sendrecv video:sendrecv",
    answer: "audio:recvonly video:inactive",
  },
  {
    caller: { audio: "inactive" },
    callee: {},
    ways: silence,
    offer: "audio:inactive",
    answer: "audio:inactive",
  },
  {
    caller: { audio: "recvonly", video: "recvonly" },
    callee: {},
    ways: { audio: "<-", video: "<-" },
    offer: "audio:recvonly video:recvonly",
    answer: "audio:sendonly video:sendonly",
  },
  {
    caller: { audio: "sendonly", video: "sendonly" },
    callee: {},
    ways: { audio: "->", video: "->" },
    offer: "audio:sendonly video:sendonly",
    answer: "audio:recvonly video:recvonly",
  },
  {
    caller: { audio: true, video: "recvonly" },
    callee: {},
    ways: { audio: "<->", video: "<-" },
    offer: "audio:sendrecv video:recvonly",
    answer: "audio:sendrecv video:sendonly",
  },
  {
    caller: { audio: true, video: true },
    callee: { audio: true, video: "recvonly" },
    ways: { audio: "<->", video: "->" },
    offer: "audio:sendrecv video:sendrecv",
    answer: "audio:sendrecv video:recvonly",
  },
  {
    caller: { audio: false, video: "recvonly" },
    callee: {},
    ways: { audio: "none", video: "<-" },
    offer: "video:recvonly",
    answer: "video:sendonly",
  },
  {
    caller: { audio: false, video: "sendonly" },
    callee: {},
    ways: { audio: "none", video: "->" },
    offer: "video:sendonly",
    answer: "video:recvonly",
  },
  {
    caller: { audio: false, video: true },
    callee: { audio: false, video: "recvonly" },
    ways: { audio: "none", video: "->" },
    offer: "video:sendrecv",
    answer: "video:recvonly",
  },
];

const offerPattern = /^INVITE [^]*\r\n\r\nv=0/;
const answerPattern = /^SIP\/2\.0 200 [^]*\r\n\r\nv=0/;

async function hangUp(): Promise<void> {
  await alice.hangup().catch(() => undefined);
  await Promise.all([alice.end(), bob.end()]);
  for (const phone of [alice, bob]) await expectNothingOpen(phone);
}

describe("each way in turn", () => {
  afterEach(hangUp);
  for (const { caller, callee, ways, offer, answer } of rows) {
    test(`${JSON.stringify(caller)} called, ${JSON.stringify(callee)} answered`, async () => {
      await Promise.all([observe(alice), observe(bob)]);
      await alice.call("bob", caller);
      await bob.state("incoming");
      await bob.answer(callee);
      await Promise.all([alice.state("established"), bob.state("established")]);
      await expectWays(alice.tab, bob.tab, ways);
      assert.equal(directionsOf((await sent(alice, offerPattern)) ?? ""), offer);
      assert.equal(directionsOf((await sent(bob, answerPattern)) ?? ""), answer);
      const sends = (kind: "audio" | "video", by: "->" | "<-"): boolean =>
        ways[kind] === "<->" || ways[kind] === by;
      for (const kind of ["audio", "video"] as const) {
        if (/recvonly|inactive/.test(String(caller[kind]))) {
          assert.ok(!(await asked(alice)).includes(kind), `Alice is not asked for ${kind}`);
        }
        assert.equal((await asked(bob)).includes(kind), sends(kind, "<-"), `Bob and ${kind}`);
      }

      // Holding and taking it back leads to the same, from either side.
      for (const phone of [alice, bob]) {
        assert.equal(await phone.hold(), null);
        await expectWays(alice.tab, bob.tab, silence);
        assert.equal(await phone.resume(), null);
        await expectWays(alice.tab, bob.tab, ways);
      }
    });
  }
});

/** Makes Bob a gateway that reads directions from its own side, or an ordinary peer again. */
const mirror = (on: boolean): Promise<void> =>
  bob.tab.page.evaluate((mirrored) => {
    const swap = (message: string): string =>
      message.replace(/^a=(sendonly|recvonly)/gm, (line) =>
        line === "a=sendonly" ? "a=recvonly" : "a=sendonly",
      );
    window.phone.agent.configure({
      hooks: mirrored ? { messageOut: swap, messageIn: swap } : {},
    });
  }, on);

describe("another direction on the wire than in the browser", () => {
  before(() => mirror(true));
  after(() => mirror(false));
  afterEach(hangUp);

  for (const [caller, ways, wire] of [
    [
      { audio: "recvonly", wireDirections: { audio: "sendonly" } },
      { audio: "<-", video: "none" },
      ["audio:sendonly", "audio:recvonly"],
    ],
    [
      {
        audio: "recvonly",
        video: "recvonly",
        wireDirections: { audio: "sendonly", video: "sendonly" },
      },
      { audio: "<-", video: "<-" },
      ["audio:sendonly video:sendonly", "audio:recvonly video:recvonly"],
    ],
    [
      { audio: false, video: "recvonly", wireDirections: { video: "sendonly" } },
      { audio: "none", video: "<-" },
      ["video:sendonly", "video:recvonly"],
    ],
  ] as const) {
    test(`${JSON.stringify(caller)}: the answer is mapped back`, async () => {
      await Promise.all([observe(alice), observe(bob)]);
      await alice.call("bob", caller);
      await bob.state("incoming");
      await bob.answer({});
      await Promise.all([alice.state("established"), bob.state("established")]);
      await expectWays(alice.tab, bob.tab, ways);
      const [offer, answer] = wire;
      assert.equal(directionsOf((await sent(alice, offerPattern)) ?? ""), offer);
      assert.equal(directionsOf((await sent(bob, answerPattern)) ?? ""), answer);
      assert.deepEqual(await asked(alice), []);
      assert.equal(await alice.hold(), null);
      await expectWays(alice.tab, bob.tab, silence);
      assert.equal(await alice.resume(), null);
      await expectWays(alice.tab, bob.tab, ways);
    });
  }

  for (const [callee, caller, ways, wire] of [
    [
      { audio: "recvonly", wireDirections: { audio: "sendonly" } },
      { audio: true },
      { audio: "<-", video: "none" },
      "audio:sendonly",
    ],
    [
      { audio: true, video: "recvonly", wireDirections: { video: "sendonly" } },
      { audio: true, video: true },
      { audio: "<->", video: "<-" },
      "audio:sendrecv video:sendonly",
    ],
  ] as const) {
    test(`${JSON.stringify(callee)}, answered`, async () => {
      await observe(alice);
      await bob.call("alice", caller);
      await alice.state("incoming");
      await alice.answer(callee);
      await Promise.all([alice.state("established"), bob.state("established")]);
      await expectWays(alice.tab, bob.tab, ways);
      assert.equal(directionsOf((await sent(alice, answerPattern)) ?? ""), wire);
    });
  }
});

describe("SIPml", () => {
  const settings: readonly (readonly [type: string, settings: object, ways: Ways])[] = [
    ["call-audio", {}, { audio: "<->", video: "none" }],
    ["call-audiovideo", {}, { audio: "<->", video: "<->" }],
    ["call-video", {}, { audio: "none", video: "<->" }],
    ["call-audio", { audio: "recvonly" }, { audio: "<-", video: "none" }],
    [
      "call-audiovideo",
      {
        audio: "recvonly",
        video: "recvonly",
        wire_directions: { audio: "sendonly", video: "sendonly" },
      },
      { audio: "<-", video: "<-" },
    ],
    ["call-audio", { audio: "sendonly" }, { audio: "->", video: "none" }],
    ["call-audiovideo", { audio: "recvonly", video: "recvonly" }, { audio: "<-", video: "<-" }],
    ["call-audiovideo", { video: "recvonly" }, { audio: "<->", video: "<-" }],
    ["call-video", { video: "sendonly" }, { audio: "none", video: "->" }],
  ];
  let carol: Tab;
  const press = (key: string, ...args: string[]): Promise<number> =>
    carol.page.evaluate(
      ([name, given]) => window.phoneKeys[name]?.(...given) ?? -1,
      [key, args] as const,
    );
  const heard = (type: string): Promise<true> =>
    carol.wait(`event ${type}`, () =>
      carol.page.evaluate(
        (name) => (window.phoneLog.events.some((event) => event.type === name) ? true : undefined),
        type,
      ),
    );

  before(async () => {
    const query = new URLSearchParams({
      realm: scene.server.domain,
      user: "carol",
      password: scene.server.password("carol"),
      server: scene.server.url,
    });
    carol = await Tab.open(scene.browser, `${scene.pages.url("sipml.html")}?${query.toString()}`, "carol");
    assert.equal(await press("start"), 0);
    await heard("started");
    assert.equal(await press("register"), 0);
    await heard("connected");
  });
  after(async () => {
    await mirror(false);
    await carol?.expectClean();
    await carol?.close();
  });

  for (const [type, given, ways] of settings) {
    test(`${type} ${JSON.stringify(given)}`, async () => {
      await mirror("wire_directions" in given);
      await press("forget");
      await press("settings", JSON.stringify(given));
      assert.equal(await press("call", type, "bob"), 0);
      await bob.state("incoming");
      await bob.answer({});
      await heard("connected");
      await expectWays(carol, bob.tab, ways);
      assert.equal(await press("hangup"), 0);
      await heard("terminated");
      await bob.end();
    });
  }
});

describe("a page without camera and microphone", () => {
  let bare: Browser;
  let dave: Phone;
  before(async () => {
    bare = await launch({ devices: "none" });
    dave = await Phone.registered(bare, scene.pages, scene.server, "dave");
  });
  after(async () => {
    await dave?.close();
    await bare?.close();
  });

  const hears = { audio: "<-", video: "none" } as const;

  test("calls and listens", async () => {
    await dave.call("bob", { audio: "recvonly" });
    await bob.state("incoming");
    await bob.answer({});
    await expectWays(dave.tab, bob.tab, hears);
    await dave.hangup();
    await bob.end();
  });

  test("answers and listens", async () => {
    await bob.call("dave", { audio: true });
    await dave.state("incoming");
    await dave.answer({ audio: "recvonly" });
    await expectWays(dave.tab, bob.tab, hears);
    await bob.hangup();
    await dave.end();
  });

  test("calls with the wish to speak: a clear error, or by the option it listens", async () => {
    await dave.call("bob", { audio: true, video: true });
    const refused = await dave.end();
    assert.deepEqual([refused.cause, refused.mediaError], ["media_error", "no_device"]);
    await dave.call("bob", { audio: true, video: true, fallback: "receive" });
    await bob.state("incoming");
    await bob.answer({});
    await expectWays(dave.tab, bob.tab, { audio: "<-", video: "<-" });
    assert.equal(await dave.hold(), null);
    await expectWays(dave.tab, bob.tab, silence);
    assert.equal(await dave.resume(), null);
    await expectWays(dave.tab, bob.tab, { audio: "<-", video: "<-" });
    await dave.hangup();
    await bob.end();
  });

  test("answers with the wish to speak, by the option", async () => {
    await bob.call("dave", { audio: true });
    await dave.state("incoming");
    await dave.answer({ fallback: "receive" });
    await expectWays(dave.tab, bob.tab, hears);
    await bob.hangup();
    await dave.end();
  });
});
