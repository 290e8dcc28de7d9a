/** Several servers: the next one is tried when one refuses or is lost. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bench, isSip } from "./bench.js";
import type { Bench } from "./bench.js";
import { settle } from "./fakes.js";

const servers = ["wss://one.example.org", "ws://two.example.org", "wss://three.example.org"];
const urls = ({ browser }: Bench): string[] =>
  browser.sockets.filter(({ subprotocol }) => subprotocol).map(({ url }) => new URL(url).host[0] ?? "");

describe("F10: several servers", () => {
  test("the first refuses: the second is used, and Via says what carries it", async () => {
    const all = bench({ server: servers });
    const { agent, browser, core } = all;
    assert.equal(core.config?.transport, "wss");
    const started = agent.start();
    await settle();
    browser.socket.fail();
    assert.deepEqual(urls(all), ["o", "t"]);
    browser.socket.open();
    await started;
    assert.equal(agent.server, servers[1]);
    assert.deepEqual(core.of("configure"), [{ type: "configure", config: { transport: "ws" } }]);
    assert.deepEqual(core.inputs.filter((input) => /connected/.test(input)), ["connected"]);
  });

  test("all refuse: one failure, explained for the last", async () => {
    const all = bench({ server: servers });
    const { agent, browser } = all;
    const started = agent.start();
    await settle();
    browser.socket.fail();
    browser.socket.fail();
    for (const socket of browser.sockets.slice(-1)) socket.fail();
    for (const socket of browser.sockets) if (!socket.subprotocol) socket.fail();
    await browser.time.advance(10_000);
    await assert.rejects(started, isSip("server_unreachable"));
    await assert.rejects(started, /three\.example\.org/);
    assert.deepEqual(urls(all), ["o", "t", "t"]);
  });

  test("a server that never answers is passed over after ten seconds", async () => {
    const all = bench({ server: servers });
    void all.agent.start().catch(() => undefined);
    await all.browser.time.advance(10_000);
    assert.deepEqual(urls(all), ["o", "t"]);
  });

  test("a lost connection: the next one first, and round", async () => {
    const all = bench({ server: servers });
    const { agent, browser, core } = all;
    void agent.start();
    await settle();
    browser.socket.open();
    const lose = async (): Promise<void> => {
      core.onTimer = () => [{ event: { type: "connect" } }];
      core.wakeUp = browser.time.now + 100;
      browser.socket.fail();
      await browser.time.advance(100);
      browser.socket.open();
    };
    await lose();
    await lose();
    await lose();
    assert.deepEqual(urls(all).length, 4);
    assert.deepEqual(
      browser.sockets.map(({ url }) => url),
      [...servers, servers[0]].map((server) => `${server}/`),
    );
  });

  test("after a stop, and with other servers, the first comes first", async () => {
    const all = bench({ server: servers });
    const { agent, browser } = all;
    void agent.start();
    await settle();
    browser.socket.fail();
    browser.socket.open();
    await agent.stop();
    void agent.start();
    await settle();
    assert.equal(agent.server, servers[0]);
    agent.configure({ server: ["wss://four.example.org"] });
    browser.socket.fail();
    assert.equal(browser.socket.url, "wss://four.example.org/");
  });

  test("a wrong entry is refused by name", () => {
    assert.throws(() => bench({ server: [] }), isSip("invalid_argument", { argument: "server" }));
    assert.throws(
      () => bench({ server: ["wss://a", "http://b"] }),
      isSip("invalid_argument", { argument: "server" }),
    );
    const wrong = 5 as unknown as string;
    assert.throws(() => bench({ server: wrong }), isSip("invalid_argument", { argument: "server" }));
  });
});
