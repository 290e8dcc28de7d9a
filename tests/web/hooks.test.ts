/** Hooks: what goes out and what comes in, seen and changed by the page, and hooks that fail. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DescriptionContext, Hooks } from "../../web/options.js";
import { connected } from "./bench.js";
import type { Bench } from "./bench.js";
import { settle } from "./fakes.js";

const encoder = new TextEncoder();

async function hooked(hooks: Hooks, trace = false): Promise<Bench & { log: string[]; wrong: string[] }> {
  const all = await connected({ hooks, trace });
  const log: string[] = [];
  const wrong: string[] = [];
  all.agent.on("log", ({ direction, text, hook }) => log.push(`${hook ?? ""} ${direction} ${text}`));
  all.agent.on("diagnostic", ({ code, text }) => wrong.push(`${code} ${text}`));
  return { ...all, log, wrong };
}

describe("messageOut", () => {
  test("sees each message, and what it returns is mended and sent", async () => {
    const seen: string[] = [];
    const { agent, core, browser } = await hooked({
      messageOut(text) {
        seen.push(text);
        return text === "REGISTER caf\u00e9" ? "changed secret" : undefined;
      },
    });
    core.onCommand = () => [{ transmit: "REGISTER caf\u00e9" }, { transmit: "ACK" }];
    agent.register();
    await settle();
    assert.deepEqual(seen, ["REGISTER caf\u00e9", "ACK"]);
    assert.deepEqual(browser.socket.sent, ["changed secret mended", "ACK"]);
  });

  test("the trace shows what was made of it, without secrets", async () => {
    const { agent, core, log } = await hooked({ messageOut: (text) => `${text} secret` }, true);
    core.onCommand = () => [{ log: "sent", body: "REGISTER" }, { transmit: "REGISTER" }];
    agent.register();
    await settle();
    assert.deepEqual(log, [" sent REGISTER", "after sent REGISTER *** mended"]);
  });

  test("an unchanged message is sent as it was; \"\" sends nothing; a ping is no message", async () => {
    const { agent, core, browser } = await hooked({
      messageOut: (text) => (text === "drop" ? "" : text),
    });
    core.onCommand = () => [{ transmit: "keep" }, { transmit: "drop" }, { transmit: "\r\n\r\n" }];
    agent.register();
    await settle();
    assert.deepEqual(browser.socket.sent, ["keep", "\r\n\r\n"]);
  });
});

describe("messageIn", () => {
  test("comes before everything else", async () => {
    const { browser, agent } = await hooked({
      messageIn: (text) => (text === "garbage" ? "[]" : undefined),
    });
    // The fake core reads JSON and would throw.
    browser.socket.message("garbage");
    assert.equal(agent.connectionState, "connected");
  });

  test("what it returns is mended and received; the trace shows what came", async () => {
    const { browser, core, log } = await hooked({ messageIn: () => "changed" }, true);
    const received: string[] = [];
    core.receive = (_agent, message) => void received.push(new TextDecoder().decode(message));
    browser.socket.message("came secret");
    browser.socket.message("\r\n");
    assert.deepEqual(received, ["changed mended", "\r\n"]);
    assert.deepEqual(log, ["before received came *** mended"]);
  });

  test("octets that are not UTF-8 are characters, there and back; \"\" takes it away", async () => {
    const seen: string[] = [];
    const { browser, core } = await hooked({
      messageIn(text) {
        seen.push(text);
        return seen.length === 1 ? `${text}\u00fe` : "";
      },
    });
    const mended: Uint8Array[] = [];
    core.mend = (message) => {
      mended.push(message);
      return { message, shown: "" };
    };
    const received: Uint8Array[] = [];
    core.receive = (_agent, message) => void received.push(message);
    browser.socket.message(new Uint8Array([65, 0xff]).buffer);
    browser.socket.message("gone");
    assert.deepEqual(seen, ["A\u00ff", "gone"]);
    assert.deepEqual(received, [new Uint8Array([65, 0xff, 0xfe])]);
  });
});

describe("descriptions", () => {
  test("ours on its way to the peer", async () => {
    const seen: [string, DescriptionContext][] = [];
    const { agent, core, browser } = await hooked({
      localDescription(sdp, context) {
        seen.push([sdp, context]);
        return context.type === "offer" ? `${sdp}+` : undefined;
      },
    });
    assert.equal(core.config?.review_descriptions, true);
    core.onCommand = (command) =>
      command.type === "call"
        ? [
            { media: { type: "review_offer", call: 1, token: 3 }, body: "v=0" },
            { media: { type: "review_answer", call: 1, token: 4 }, body: "v=1" },
          ]
        : [];
    agent.call("bob");
    await settle();
    assert.deepEqual(seen, [
      ["v=0", { call: 1, type: "offer" }],
      ["v=1", { call: 1, type: "answer" }],
    ]);
    assert.deepEqual(core.commands.slice(-2), [
      { command: { type: "media_ready", call: 1, token: 3 }, body: "v=0+" },
      { command: { type: "media_ready", call: 1, token: 4 }, body: "v=1" },
    ]);
    assert.equal(browser.connections.length, 0);
    agent.configure({ hooks: {} });
    assert.deepEqual(core.of("configure"), [
      { type: "configure", config: { review_descriptions: false } },
    ]);
  });

  test("the peer's on its way to the browser", async () => {
    const seen: DescriptionContext[] = [];
    const { agent, core, browser } = await hooked({
      remoteDescription(sdp, context) {
        seen.push(context);
        return sdp.replace("sendrecv", "recvonly");
      },
    });
    assert.equal(core.config?.review_descriptions, false);
    const more = { audio: "recvonly", video: null } as const;
    core.onCommand = (command) =>
      command.type === "call"
        ? [
            { media: { type: "prepare_answer", call: 1, token: 1, ...more }, body: "offer audio:sendrecv" },
            { media: { type: "create_answer", call: 1, token: 2, hold: false, ...more }, body: "offer audio:sendrecv" },
          ]
        : [];
    agent.call("bob");
    await settle();
    assert.equal(browser.connection.remoteDescription?.sdp, "offer audio:recvonly");
    assert.deepEqual(seen, [
      { call: 1, type: "offer" },
      { call: 1, type: "offer" },
    ]);
  });
});

describe("the trace of descriptions", () => {
  const secret = "v=0\r\na=ice-pwd:0123456789\r\na=acap:1 ice-pwd:x\r\na=crypto:1 X inline:y|z\r\nk=clear:a\r\n";
  const shown = "v=0\r\na=ice-pwd:***\r\na=acap:1 ice-pwd:***\r\na=crypto:1 X inline:***\r\nk=***\r\n";

  test("what a hook changed, before and after, without secrets; unchanged ones are not told", async () => {
    const { agent, core } = await connected({
      trace: true,
      hooks: {
        localDescription: (sdp, { type }) => (type === "offer" ? `${sdp}a=mine\r\n` : undefined),
      },
    });
    const entries: unknown[] = [];
    agent.on("log", (entry) => entries.push(entry));
    core.onCommand = (command) =>
      command.type === "call"
        ? [
            { media: { type: "review_offer", call: 1, token: 3 }, body: secret },
            { media: { type: "review_answer", call: 1, token: 4 }, body: secret },
          ]
        : [];
    agent.call("bob");
    await settle();
    const head = { direction: "sent", call: 1 };
    assert.deepEqual(entries, [
      { ...head, description: "before", text: shown },
      { ...head, description: "after", rules: ["localDescription"], text: `${shown}a=mine\r\n` },
    ]);
    agent.configure({ trace: false });
    agent.call("bob");
    await settle();
    assert.equal(entries.length, 2);
  });
});

describe("hooks that fail", () => {
  for (const [name, hook] of [
    ["throws", () => {
      throw new Error("mistake");
    }],
    ["returns a number", (() => 7) as unknown as () => string],
  ] as const) {
    test(`one that ${name} is reported and changes nothing`, async (context) => {
      const report = context.mock.method(console, "error", () => undefined);
      const { agent, core, browser, wrong } = await hooked({ messageOut: hook, localDescription: hook });
      core.onCommand = (command) =>
        command.type === "call"
          ? [{ transmit: "INVITE" }, { media: { type: "review_offer", call: 1, token: 3 }, body: "v=0" }]
          : [];
      agent.call("bob");
      await settle();
      assert.deepEqual(browser.socket.sent, ["INVITE"]);
      assert.equal(core.commands.at(-1)?.body, "v=0");
      assert.equal(report.mock.callCount(), 2);
      assert.equal(wrong.length, 2);
      assert.match(wrong[0] ?? "", /^hook_failed the hook messageOut threw: /);
      assert.match(wrong[1] ?? "", /localDescription/);
    });
  }

  test("a core that cannot mend sends what it made", async (context) => {
    context.mock.method(console, "error", () => undefined);
    const { agent, core, browser, wrong } = await hooked({ messageOut: () => "x" });
    core.mend = () => {
      throw new Error("dead");
    };
    core.onCommand = () => [{ transmit: "REGISTER" }];
    agent.register();
    assert.deepEqual(browser.socket.sent, ["REGISTER"]);
    assert.equal(wrong.length, 1);
  });

  test("a hook may use the API", async () => {
    let deeper = 0;
    const { agent, core, browser } = await hooked({
      messageOut() {
        if (deeper++ === 0) agent.register();
      },
    });
    core.onCommand = (command) => (command.type === "register" ? [{ transmit: "REGISTER" }] : []);
    agent.register();
    await settle();
    assert.deepEqual(browser.socket.sent, ["REGISTER", "REGISTER"]);
  });
});

describe("listeners that fail", () => {
  test("are told on the console and as a diagnostic, async ones too", async (context) => {
    const report = context.mock.method(console, "error", () => undefined);
    const { agent, browser, wrong } = await hooked({});
    agent.on("log", () => {
      throw new Error("first");
    });
    agent.on("log", () => Promise.reject(new Error("second")) as unknown as undefined);
    agent.on("diagnostic", () => {
      throw new Error("third");
    });
    browser.socket.message(encoder.encode('[{"log":"sent","body":"x"}]').buffer);
    await settle();
    assert.deepEqual(wrong, [
      "listener_failed a listener threw: first",
      "listener_failed a listener threw: second",
    ]);
    assert.equal(report.mock.callCount(), 4);
  });
});
