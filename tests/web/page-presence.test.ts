/** A page that goes away, and one that comes back: RFC 3261 10.2.2, the flow F43; instance ids. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bench, connected } from "./bench.js";
import { FakeBrowser, settle, tell } from "./fakes.js";
import { UserAgent } from "../../web/user-agent.js";
import { FakeCore } from "./fakes.js";

describe("a page that goes away", () => {
  test("takes its registrations back before the listener returns", async () => {
    const { agent, core, browser } = await connected();
    core.onCommand = ({ type }) => (type === "unregister" ? [{ transmit: "REGISTER Expires 0" }] : []);
    const registration = agent.register({ expires: 90 });
    agent.register();
    tell(browser, { event: { type: "registration", registration: 1, state: "registered" } });
    tell(browser, { event: { type: "registration", registration: 2, state: "ended" } });
    assert.equal(registration.state, "registered");
    browser.page?.gone();
    assert.deepEqual(browser.socket.sent, ["REGISTER Expires 0"]);
    assert.deepEqual(core.of("unregister"), [{ type: "unregister", registration: 1 }]);
  });

  test("and back from the cache: connects anew and registers as before", async () => {
    const { agent, core, browser } = await connected();
    const registration = agent.register({ expires: 90 });
    tell(browser, { event: { type: "registration", registration: 1, state: "registered" } });
    browser.page?.gone();
    const [old] = browser.sockets;
    core.onTimer = () => [
      { event: { type: "registration", registration: 1, state: "ended", cause: "transport_error" } },
      { event: { type: "connect" } },
    ];
    core.wakeUp = browser.time.now + 10;
    browser.page?.back();
    assert.ok(old?.closed);
    assert.equal(core.inputs.at(-1), "disconnected");
    assert.equal(agent.connectionState, "reconnecting");
    await browser.time.advance(10);
    browser.socket.open();
    await settle();
    assert.deepEqual(core.of("register")[1], { type: "register", registration: 1, expires: 90 });
    tell(browser, { event: { type: "registration", registration: 1, state: "registered" } });
    await registration.registered;
  });

  test("waits for the end of the old registration", async () => {
    const { agent, core, browser } = await connected();
    agent.register();
    tell(browser, { event: { type: "registration", registration: 1, state: "registered" } });
    browser.page?.gone();
    core.onTimer = () => [{ event: { type: "connect" } }];
    core.wakeUp = browser.time.now + 10;
    browser.page?.back();
    await browser.time.advance(10);
    browser.socket.open();
    await settle();
    assert.equal(core.of("register").length, 1);
    tell(browser, { event: { type: "registration", registration: 1, state: "ended" } });
    assert.equal(core.of("register").length, 2);
  });

  test("not if told otherwise, and not after a stop", async () => {
    const { agent, core, browser } = await connected({ unregisterOnPageHide: false });
    agent.register();
    tell(browser, { event: { type: "registration", registration: 1, state: "registered" } });
    browser.page?.gone();
    assert.deepEqual(core.of("unregister"), []);
    await agent.stop();
    assert.equal(browser.page, undefined);
  });
});

describe("instanceId", () => {
  const uuid = "urn:uuid:07070707-0707-4707-8707-070707070707";

  test("auto is made once and kept for the tab", () => {
    const browser = new FakeBrowser();
    const make = (): string | undefined => {
      const core = new FakeCore();
      const { environment } = browser;
      const uri = "sip:alice@example.org";
      new UserAgent(core, { server: "wss://a", uri, environment, instanceId: "auto" });
      return core.config?.instance_id;
    };
    assert.equal(make(), uuid);
    assert.deepEqual([...browser.kept.values()], [uuid]);
    const other = "urn:uuid:00000000-0000-4000-8000-000000000001";
    browser.kept.set([...browser.kept.keys()][0] ?? "", other);
    assert.equal(make(), other);
    browser.kept.set([...browser.kept.keys()][0] ?? "", "<x>");
    assert.equal(make(), uuid, "what is no UUID is not used");
  });

  test("a given one is used as it is; none is none", () => {
    assert.equal(bench({ instanceId: "urn:uuid:1" }).core.config?.instance_id, "urn:uuid:1");
    assert.equal(bench().core.config?.instance_id, undefined);
  });

  test("a storage that throws costs only the memory", () => {
    const browser = new FakeBrowser();
    const core = new FakeCore();
    const refuse = (): never => {
      throw new Error("SecurityError");
    };
    const environment = { ...browser.environment, storage: { getItem: refuse, setItem: refuse } };
    new UserAgent(core, { server: "wss://a", uri: "sip:a@b", environment, instanceId: "auto" });
    assert.equal(core.config?.instance_id, uuid);
  });
});
