/** The modern API outside calls: requests both ways, publications, subscriptions, notifications. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CommandError } from "../../js-glue/memory.js";
import type { Event, MessageHead } from "../../js-glue/protocol.js";
import { SipMessage } from "../../web/message.js";
import type { Notification } from "../../web/notification.js";
import type { IncomingMessage, IncomingRequest } from "../../web/requests.js";
import { alice, bob, connected, established, isSip } from "./bench.js";
import { tell } from "./fakes.js";

const ok: MessageHead = {
  status: 200,
  reason: "OK",
  headers: [
    { name: "Via", value: "SIP/2.0/WSS a" },
    { name: "Via", value: "SIP/2.0/WSS b" },
    { name: "Content-Type", value: "text/plain" },
  ],
};

describe("SipMessage", () => {
  test("headers match without case and in their compact form", () => {
    const message = new SipMessage(ok, new TextEncoder().encode("caf\u00e9"));
    assert.deepEqual(message.headersOf("v"), ["SIP/2.0/WSS a", "SIP/2.0/WSS b"]);
    assert.equal(message.header("VIA"), "SIP/2.0/WSS a");
    assert.equal(message.header("c"), "text/plain");
    assert.equal(message.contentType, "text/plain");
    assert.equal(message.text, "caf\u00e9");
    assert.equal(message.header("Subject"), undefined);
    assert.deepEqual(message.headersOf("constructor"), []);
    assert.equal(message.status, 200);
    assert.equal("method" in message, false);
  });

  test("content that is not UTF-8 has no text", () => {
    const message = new SipMessage({ headers: [] }, new Uint8Array([0xff, 0xfe]));
    assert.equal(message.text, null);
    assert.equal(message.contentType, "");
  });
});

describe("requests of ours", () => {
  test("MESSAGE: what is sent, and the response with its message", async () => {
    const { agent, core, browser } = await connected();
    const headers = [{ name: "Subject", value: "hi" }];
    const sending = agent.sendMessage("bob", "caf\u00e9", { headers });
    assert.deepEqual(core.commands.at(-1), {
      command: {
        type: "request",
        method: "MESSAGE",
        to: "bob",
        content_type: "text/plain;charset=utf-8",
        headers,
      },
      body: "caf\u00e9",
    });
    const result = { type: "request_result", request: 1, status: 202, reason: "Accepted" } as const;
    tell(browser, { event: { ...result, message: { ...ok, status: 202 } }, body: "thanks" });
    const response = await sending;
    assert.equal(response.status, 202);
    assert.equal(response.reason, "Accepted");
    assert.equal(response.message.header("Content-Type"), "text/plain");
    assert.equal(response.message.text, "thanks");
  });

  test("OPTIONS and INFO; feature tags, another From, octets", async () => {
    const { agent, core } = await connected();
    void agent.options("bob", { caps: [{ name: "audio", value: "" }], from: "sip:x@y" });
    void agent.info("bob", new Uint8Array([65]), { contentType: "application/x" });
    assert.deepEqual(core.commands.slice(-2), [
      {
        command: {
          type: "request",
          method: "OPTIONS",
          to: "bob",
          from: "sip:x@y",
          caps: [{ name: "audio", value: "" }],
        },
        body: "",
      },
      {
        command: { type: "request", method: "INFO", to: "bob", content_type: "application/x" },
        body: "A",
      },
    ]);
  });

  test("a refusal, a silence and a lost connection reject", async () => {
    const { agent, browser } = await connected();
    const refused = agent.sendMessage("bob", "x");
    const unheard = agent.sendMessage("bob", "x");
    const lost = agent.sendMessage("bob", "x");
    const event = { type: "request_result" } as const;
    const message: MessageHead = { status: 404, reason: "Not Found", headers: [] };
    tell(
      browser,
      { event: { ...event, request: 2, status: 408, reason: "", cause: "timeout" } },
      { event: { ...event, request: 1, status: 404, reason: "Not Found", message } },
      { event: { ...event, request: 3, status: 503, reason: "", cause: "transport_error" } },
    );
    await assert.rejects(refused, isSip("rejected", { status: 404, reason: "Not Found" }));
    await assert.rejects(refused, ({ sipMessage }: { sipMessage?: SipMessage }) => {
      return sipMessage?.status === 404;
    });
    await assert.rejects(unheard, isSip("timeout", { sipMessage: undefined }));
    await assert.rejects(lost, isSip("transport_error"));
  });

  test("an abort rejects at once and the core forgets the request", async () => {
    const { agent, core, browser } = await connected();
    const controller = new AbortController();
    const sending = agent.sendMessage("bob", "x", { signal: controller.signal });
    controller.abort(new Error("enough"));
    await assert.rejects(sending, isSip("aborted"));
    await assert.rejects(sending, ({ cause }: Error) => cause === controller.signal.reason);
    assert.deepEqual(core.of("forget_request"), [{ type: "forget_request", request: 1 }]);
    tell(browser, { event: { type: "request_result", request: 1, status: 200, reason: "OK" } });
    const before = core.commands.length;
    await assert.rejects(
      agent.sendMessage("bob", "x", { signal: controller.signal }),
      isSip("aborted"),
    );
    assert.equal(core.commands.length, before, "nothing is sent");
  });

  test("stop ends what waits; a refused command rejects", async () => {
    const { agent, core } = await connected();
    const sending = agent.sendMessage("bob", "x");
    await agent.stop();
    await assert.rejects(sending, isSip("stopped"));
    core.onCommand = () => {
      throw new CommandError({ code: "not_connected", argument: "", message: "no connection" });
    };
    await assert.rejects(agent.sendMessage("bob", "x"), isSip("not_connected"));
  });
});

const request = (more: object = {}): { event: Event; body: string } => ({
  event: {
    type: "request_incoming",
    request: 7,
    method: "MESSAGE",
    from: bob,
    to: alice,
    content_type: "text/plain",
    message: { method: "MESSAGE", uri: "sip:alice@example.org", headers: [{ name: "Subject", value: "s" }] },
    ...more,
  } as Event,
  body: "hello",
});

describe("requests of the peer", () => {
  test("a MESSAGE: who, what, which headers, and accept", async () => {
    const { agent, core, browser } = await connected();
    const seen: IncomingMessage[] = [];
    agent.on("message", (message) => seen.push(message));
    tell(browser, request());
    const [message] = seen;
    assert.ok(message);
    assert.deepEqual(message.from, { uri: bob.uri, user: "bob", displayName: "Bob" });
    assert.equal(message.text, "hello");
    assert.equal(message.contentType, "text/plain");
    assert.equal(message.message.header("subject"), "s");
    assert.equal(message.call, undefined);
    assert.equal(message.answered, false);
    message.accept({ headers: [{ name: "X", value: "1" }] });
    assert.equal(message.answered, true);
    assert.throws(() => message.reject(), isSip("wrong_state"));
    assert.deepEqual(core.of("respond"), [
      { type: "respond", request: 7, status: 200, headers: [{ name: "X", value: "1" }] },
    ]);
  });

  test("reject with a status, a reason and a content", async () => {
    const { agent, core, browser } = await connected();
    agent.on("message", (message) => message.reject({ status: 486, reason: "Later", content: "no" }));
    tell(browser, request());
    assert.deepEqual(core.commands.at(-1), {
      command: {
        type: "respond",
        request: 7,
        status: 486,
        reason: "Later",
        content_type: "text/plain;charset=utf-8",
      },
      body: "no",
    });
  });

  test("without a listener: 405, and 481 of an INFO; a listener need not answer", async () => {
    const { agent, core, browser } = await connected();
    tell(browser, request(), request({ method: "INFO", request: 8 }));
    assert.deepEqual(core.of("respond"), [
      { type: "respond", request: 7, status: 405 },
      { type: "respond", request: 8, status: 481 },
    ]);
    const infos: IncomingRequest[] = [];
    agent.on("message", () => undefined);
    agent.on("request", (info) => infos.push(info));
    tell(browser, request({ request: 9 }), request({ method: "INFO", request: 10 }));
    assert.equal(core.of("respond").length, 2);
    assert.equal(infos[0]?.method, "INFO");
  });

  test("a listener that throws is no reason to refuse", async (context) => {
    const { agent, core, browser } = await connected();
    context.mock.method(console, "error", () => undefined);
    agent.on("message", () => {
      throw new Error("mistake");
    });
    tell(browser, request());
    assert.deepEqual(core.of("respond"), []);
  });

  test("a refused answer can be given again, rightly", async () => {
    const { agent, core, browser } = await connected();
    const seen: IncomingMessage[] = [];
    agent.on("message", (message) => seen.push(message));
    tell(browser, request());
    core.onCommand = () => {
      throw new CommandError({ code: "invalid_argument", argument: "status", message: "200 to 699" });
    };
    assert.throws(() => seen[0]?.reject({ status: 7 }), isSip("invalid_argument", { argument: "status" }));
    core.onCommand = () => [];
    seen[0]?.reject();
    assert.equal(core.of("respond").at(-1)?.status, 603);
  });

  test("a MESSAGE inside a call is heard on the call and on the agent", async () => {
    const { agent, core, browser } = await connected();
    const call = agent.call("bob");
    tell(browser, established(1));
    const seen: string[] = [];
    call.on("message", (message) => seen.push(`call ${message.call === call}`));
    tell(browser, request({ call: 1 }));
    agent.on("message", (message) => seen.push(`agent ${message.call === call}`));
    tell(browser, request({ call: 1, request: 8 }));
    assert.deepEqual(seen, ["call true", "call true", "agent true"]);
    assert.deepEqual(core.of("respond"), []);
  });
});

describe("inside a call", () => {
  test("MESSAGE and OPTIONS name the call", async () => {
    const { agent, core, browser } = await connected();
    const call = agent.call("bob");
    tell(browser, established(1));
    const sending = call.sendMessage("hi");
    void call.options();
    assert.deepEqual(core.of("request"), [
      { type: "request", method: "MESSAGE", call: 1, content_type: "text/plain;charset=utf-8" },
      { type: "request", method: "OPTIONS", call: 1 },
    ]);
    tell(browser, { event: { type: "request_result", request: 2, call: 1, status: 200, reason: "OK" } });
    assert.equal((await sending).status, 200);
  });
});

describe("publication", () => {
  const state = (value: string, more: object = {}): { event: Event } => ({
    event: { type: "publication", publication: 1, state: value, ...more } as Event,
  });

  test("RFC 3856: the media type is the event package's until another one is named", async () => {
    const { agent, core } = await connected();
    const publication = agent.publish("<presence/>", { event: "presence" });
    publication.update("<presence/>");
    publication.update("{}", "application/json");
    publication.update("[]");
    agent.publish("x", { event: "other" });
    assert.deepEqual(
      core.of("publish").map((command) => "content_type" in command && command.content_type),
      ["application/pidf+xml", "application/pidf+xml", "application/json", "application/json", false],
    );
  });

  test("publish, update, refresh, un-publish", async () => {
    const { agent, core, browser } = await connected();
    const publication = agent.publish("<presence/>", {
      event: "presence",
      expires: 600,
      contentType: "application/pidf+xml",
    });
    assert.deepEqual(core.commands.at(-1), {
      command: {
        type: "publish",
        event: "presence",
        content_type: "application/pidf+xml",
        expires: 600,
      },
      body: "<presence/>",
    });
    const seen: string[] = [];
    publication.on("state", (event) => seen.push(`${event.state} ${event.expires ?? ""}`));
    publication.on("response", ({ status }) => seen.push(String(status)));
    tell(browser, state("publishing"), state("published", { status: 200, expires: 500, message: ok }));
    await publication.published;
    assert.equal(publication.state, "published");
    publication.update("<new/>");
    assert.deepEqual(core.commands.at(-1), {
      command: { type: "publish", publication: 1, content_type: "application/pidf+xml" },
      body: "<new/>",
    });
    const gone = publication.unpublish({ headers: [{ name: "X", value: "1" }] });
    assert.deepEqual(core.of("unpublish"), [
      { type: "unpublish", publication: 1, headers: [{ name: "X", value: "1" }] },
    ]);
    tell(browser, state("unpublishing"), state("ended", { cause: "unpublished" }));
    await gone;
    await publication.unpublish();
    assert.equal(core.of("unpublish").length, 1, "once");
    assert.deepEqual(seen, ["publishing ", "200", "published 500", "unpublishing ", "ended "]);
  });

  test("a refusal rejects", async () => {
    const { agent, browser } = await connected();
    const publication = agent.publish("x", { event: "presence" });
    tell(browser, state("ended", { cause: "rejected", status: 489, reason: "Bad Event" }));
    await assert.rejects(publication.published, isSip("rejected", { status: 489, reason: "Bad Event" }));
  });

  test("stop and abort", async () => {
    const { agent } = await connected();
    const publication = agent.publish("x", { event: "presence" });
    const controller = new AbortController();
    const gone = publication.unpublish({ signal: controller.signal });
    controller.abort();
    await assert.rejects(gone, isSip("aborted"));
    await agent.stop();
    assert.equal(publication.state, "ended");
    await assert.rejects(publication.published, isSip("transport_error"));
  });
});

describe("subscription", () => {
  const state = (value: string, more: object = {}): { event: Event } => ({
    event: { type: "subscription", subscription: 1, state: value, ...more } as Event,
  });
  const notify = (more: object = {}): { event: Event; body: string } => ({
    event: {
      type: "notify",
      event: "presence",
      state: "active",
      from: bob,
      content_type: "text/plain",
      ...more,
    } as Event,
    body: "open",
  });

  test("subscribe, be told, refresh, unsubscribe", async () => {
    const { agent, core, browser } = await connected();
    const subscription = agent.subscribe("bob", {
      event: "presence",
      accept: ["application/pidf+xml"],
      expires: 60,
    });
    assert.deepEqual(core.of("subscribe"), [
      {
        type: "subscribe",
        to: "bob",
        event: "presence",
        accept: ["application/pidf+xml"],
        expires: 60,
      },
    ]);
    const seen: string[] = [];
    subscription.on("state", (event) => seen.push(event.state));
    subscription.on("response", ({ status }) => seen.push(String(status)));
    subscription.on("notify", (given: Notification) => seen.push(`${given.state} ${given.text}`));
    tell(
      browser,
      state("subscribing"),
      state("accepted", { expires: 60, message: ok }),
      state("active"),
      notify({ subscription: 1 }),
    );
    await subscription.active;
    subscription.refresh({ expires: 90 });
    assert.deepEqual(core.of("subscribe")[1], { type: "subscribe", subscription: 1, expires: 90 });
    const gone = subscription.unsubscribe();
    tell(browser, state("unsubscribing"), state("ended", { cause: "unsubscribed" }));
    await gone;
    await subscription.unsubscribe();
    assert.equal(core.of("unsubscribe").length, 1);
    assert.deepEqual(seen, [
      "subscribing",
      "200",
      "accepted",
      "active",
      "active open",
      "unsubscribing",
      "ended",
    ]);
  });

  test("the notifier ends it: reason and when to come back", async () => {
    const { agent, browser } = await connected();
    const subscription = agent.subscribe("bob", { event: "presence" });
    const seen: unknown[] = [];
    subscription.on("state", (event) => seen.push(event));
    tell(browser, state("ended", { cause: "terminated", reason: "probation", retry_after: 30 }));
    assert.deepEqual(seen, [
      { state: "ended", cause: "terminated", reason: "probation", retryAfter: 30 },
    ]);
    await assert.rejects(subscription.active, isSip("terminated", { reason: "probation" }));
  });

  test("RFC 3842: the content as data, or why there is none", async () => {
    const { agent, browser } = await connected();
    const subscription = agent.subscribe("bob", { event: "message-summary" });
    const seen: unknown[] = [];
    subscription.on("notify", ({ document, documentProblem }) =>
      seen.push(document ?? documentProblem),
    );
    const type = "application/simple-message-summary";
    const told = notify({ subscription: 1, content_type: type });
    const body = "Messages-Waiting: yes\r\nVoice-Message: 1/0\r\n";
    const empty = notify({ subscription: 1, content_type: "" });
    tell(browser, { ...told, body }, told, { ...empty, body: "" });
    const voice = { new: 1, old: 0 };
    assert.deepEqual(seen, [
      { kind: "message-summary", waiting: true, voice, messages: [] },
      "Messages-Waiting is missing",
      undefined,
    ]);
  });

  test("an unsolicited NOTIFY is the agent's", async () => {
    const { agent, core, browser } = await connected({ acceptUnsolicitedNotify: true });
    assert.equal(core.config?.unsolicited_notify, true);
    const seen: Notification[] = [];
    agent.on("notify", (given) => seen.push(given));
    tell(browser, notify({ event: "message-summary", state: "", retry_after: 5, reason: "r" }));
    assert.equal(seen[0]?.event, "message-summary");
    assert.equal(seen[0]?.state, "active");
    assert.equal(seen[0]?.retryAfter, 5);
    assert.equal(seen[0]?.reason, "r");
    assert.equal(seen[0]?.from.user, "bob");
  });
});

test("request events tell of each request of a usage", async () => {
  const { agent, core, browser } = await connected({ requestEvents: true });
  assert.equal(core.config?.request_events, true);
  const seen: string[] = [];
  const note = (way: string) => (event: { usage: number; method: string; message: SipMessage }) =>
    seen.push(`${way} ${event.usage} ${event.method} ${event.message.header("cseq")}`);
  agent.on("requestSent", note("sent"));
  agent.on("requestReceived", note("received"));
  const message = { method: "BYE", headers: [{ name: "CSeq", value: "2 BYE" }] };
  tell(
    browser,
    { event: { type: "request_sent", usage: 4, method: "BYE", message } },
    { event: { type: "request_received", usage: 5, method: "BYE", message } },
  );
  assert.deepEqual(seen, ["sent 4 BYE 2 BYE", "received 5 BYE 2 BYE"]);
});
