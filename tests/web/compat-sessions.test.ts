/** SIPml sessions beside registration and call, and transfer: return codes, events, their order. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import type { Event } from "../../js-glue/protocol.js";
import { CommandError } from "../../js-glue/memory.js";
import type { CallSession, MessageSession } from "../../web/compat/sipml.js";
import { SIPml } from "../../web/compat/sipml.js";
import {
  Page,
  alice,
  bob,
  ended,
  established,
  event,
  incoming,
  makeOffer,
  request,
  response,
  views,
} from "./compat-page.js";
import { FakeElement, FakeStream, FakeTrack, settle } from "./fakes.js";
import type { Scripted } from "./fakes.js";

beforeEach(() => {
  for (const method of ["info", "warn", "error"] as const) mock.method(console, method, () => undefined);
});
afterEach(() => mock.restoreAll());

const result = (status: number, reason: string, more: object = {}): Scripted =>
  event({ type: "request_result", request: 1, status, reason, message: response(status, reason), ...more } as Event);

describe("message", () => {
  test("accepted: i_ao_request, terminated", async () => {
    const page = await Page.started();
    const session = page.listen(page.stack.newSession("message"));
    assert.equal(session.send("bob", "P\u00eache", "text/plain;charset=utf-8"), 0);
    assert.deepEqual(page.seen, []);
    assert.deepEqual(page.core.commands.at(-1), {
      command: { type: "request", method: "MESSAGE", to: "bob", content_type: "text/plain;charset=utf-8" },
      body: "P\u00eache",
    });
    assert.equal(session.getRemoteUri(), "<sip:bob@example.org>");
    await page.say(result(202, "Accepted"));
    assert.deepEqual(page.seen, [
      ["i_ao_request", "Accepted", 202],
      ["terminated", "Disconnected", -1],
    ]);
    assert.equal(page.events[0]?.getHeader("server"), "test");
    assert.equal(page.stack.ao_sessions[session.getId()], undefined);
  });

  test("refused, and not answered", async () => {
    const page = await Page.started();
    const session = page.listen(page.stack.newSession("message"));
    session.send("bob", "x", "text/plain");
    await page.say(result(404, "Not Found"));
    session.send("bob", "x", "text/plain");
    const details: string[] = [];
    session.addEventListener("message_error", (e) => details.push(e.description));
    await page.say(event({ type: "request_result", request: 2, status: 408, reason: "Request Timeout", cause: "timeout" }));
    assert.deepEqual(page.seen, [
      ["i_ao_request", "Not Found", 404],
      ["terminated", "Not Found", 404],
      ["transport_error", "Transport error", -1],
      ["terminated", "Transport error", -1],
    ]);
    assert.deepEqual(details, ["The other side did not answer in time."]);
  });

  test("octets in every form", async () => {
    const page = await Page.started();
    const rows: [unknown, string][] = [
      [new Uint8Array([72, 105]), "Hi"],
      [new Uint8Array([72, 105]).buffer, "Hi"],
      [new DataView(new Uint8Array([120, 72, 105]).buffer, 1), "Hi"],
      [[72, 105], "Hi"],
      [new String("Hi"), "Hi"],
      [{ toString: () => "Hi" }, "Hi"],
    ];
    for (const [content, body] of rows) {
      const session = page.stack.newSession("message");
      assert.equal(session.send("bob", content as object, "application/octet-stream"), 0);
      assert.equal(page.core.commands.at(-1)?.body, body);
    }
  });

  test("what cannot be sent", async () => {
    const page = await Page.started();
    const session = page.stack.newSession("message");
    for (const empty of ["", null, undefined, [], new Uint8Array()]) {
      assert.equal(session.send("bob", empty as unknown as string, "text/plain"), -1);
    }
    assert.equal(session.send("sip:", "x", "text/plain"), -1);
    assert.throws(() => session.send("", "x", "text/plain"), {
      message: "ERR_INVALID_PARAMETER_VALUE: 'to' must not be null",
    });
    assert.throws(() => session.send("bob", [256], "text/plain"), /'content' must hold octets/);
    assert.equal(session.accept(), -1);
    assert.equal(session.reject(), -1);
    assert.equal(page.core.of("request").length, 0);
    assert.equal(new Page().stack.newSession("message").send("bob", "x", "text/plain"), -2);
  });

  test("a header that the user agent writes itself is left out with a warning", async () => {
    const page = await Page.started();
    SIPml.setDebugLevel("warn");
    const warn = mock.method(console, "warn", () => undefined);
    page.core.onCommand = (command) => {
      if (command.type === "request" && command.headers?.[0]?.name === "Via") {
        throw new CommandError({
          code: "invalid_argument",
          argument: "headers[0].name",
          message: "Via is written by the user agent itself",
        });
      }
      return [];
    };
    const sip_headers = [{ name: "Via", value: "x" }, { name: "Subject", value: "s" }];
    const session = page.listen(page.stack.newSession("message", { sip_headers }));
    assert.equal(session.send("bob", "x", "text/plain"), 0);
    await settle();
    assert.deepEqual(page.core.of("request").at(-1)?.headers, [{ name: "Subject", value: "s" }]);
    assert.match(String(warn.mock.calls[0]?.arguments[0]), /left out: Via/);
    assert.deepEqual(page.seen, []);
  });

  const arrives = (more: object = {}): Scripted => ({
    event: {
      type: "request_incoming",
      request: 5,
      method: "MESSAGE",
      from: bob,
      to: alice,
      content_type: "text/plain;charset=utf-8",
      message: request("MESSAGE", [["Subject", "hi"]]),
      ...more,
    } as Event,
    body: "P\u00eache \u00e0 la moule",
  });

  test("incoming: i_new_message with its content; accept answers 200 once", async () => {
    const page = await Page.started();
    await page.say(arrives());
    assert.deepEqual(page.seen, [["stack:i_new_message", "Incoming Request", -1]]);
    const e = page.last;
    assert.equal(e.getContentString(), "P\u00eache \u00e0 la moule");
    assert.equal(e.getContentType(), "text/plain");
    assert.equal(e.getContent()?.length, 18);
    assert.equal(e.getHeader("subject"), "hi");
    assert.equal(e.o_event?.o_message?.o_hdr_From?.s_display_name, "Bob");
    assert.ok("newSession" in e && e.newSession instanceof SIPml.Session.Message);
    const session = e.newSession as MessageSession;
    assert.equal(session.getRemoteFriendlyName(), "Bob");
    assert.equal(session.o_session.b_local, false);
    page.forget();
    assert.equal(session.accept(), 0);
    assert.equal(session.accept(), 0, "again does nothing");
    assert.equal(session.reject(), 0, "nor does this");
    await settle();
    assert.deepEqual(page.core.of("respond"), [{ type: "respond", request: 5, status: 200 }]);
    assert.deepEqual(page.seen, [["terminated", "Disconnected", -1]]);
  });

  test("reject answers, with 603 or what is asked for; a wrong status throws", async () => {
    for (const [conf, expected] of [
      [undefined, { status: 603 }],
      [{ status: 486, reason: "Busy" }, { status: 486, reason: "Busy" }],
    ] as const) {
      const page = await Page.started();
      await page.say(arrives());
      const { newSession } = page.last as { newSession?: MessageSession };
      assert.throws(() => newSession?.reject({ status: 200 }), /'status' must be a whole number from 300 to 699, not 200/);
      assert.equal(newSession?.reject(conf), 0);
      assert.deepEqual(page.core.of("respond"), [{ type: "respond", request: 5, ...expected }]);
    }
  });

  test("octets that are no UTF-8 come as they are", async () => {
    const page = await Page.started();
    await page.say(arrives({ content_type: "" }));
    assert.equal(page.last.getContentType(), null);
  });
});

describe("publish", () => {
  const publication = (state: string, more: object = {}): Scripted =>
    event({ type: "publication", publication: 1, state, ...more } as Event);
  const ok = { status: 200, reason: "OK", message: response(200, "OK") };

  test("connecting, i_ao_request, connected; refreshes; unpublish ends once", async () => {
    const page = await Page.started();
    const session = page.listen(page.stack.newSession("publish", { expires: 200 }));
    assert.equal(session.publish("<presence/>", "application/pidf+xml"), 0);
    assert.deepEqual(page.core.commands.at(-1), {
      command: { type: "publish", event: "presence", expires: 200, content_type: "application/pidf+xml" },
      body: "<presence/>",
    });
    await page.say(publication("publishing"), publication("published", ok));
    assert.deepEqual(page.seen, [
      ["connecting", "Connecting...", -1],
      ["i_ao_request", "OK", 200],
      ["connected", "Connected", -1],
    ]);
    page.forget();
    await page.say(publication("publishing"), publication("published", ok));
    assert.deepEqual(page.seen, [["i_ao_request", "OK", 200]], "a refresh");
    page.forget();
    assert.equal(session.publish("<presence>2</presence>", "application/pidf+xml"), 0);
    assert.equal(page.core.of("publish").at(-1)?.publication, 1, "another document in its place");
    assert.equal(session.unpublish(), 0);
    await page.say(publication("unpublishing"));
    assert.equal(session.unpublish(), 0, "it is under way");
    await page.say(publication("ended", { cause: "unpublished", ...ok }));
    assert.deepEqual(page.seen, [
      ["terminating", "Disconnecting...", -1],
      ["i_ao_request", "OK", 200],
      ["terminated", "Disconnected", -1],
    ]);
    assert.equal(page.core.of("unpublish").length, 1);
    assert.equal(session.unpublish(), -1);
  });

  test("refused: i_ao_request, terminated with code and phrase", async () => {
    const page = await Page.started();
    const session = page.listen(page.stack.newSession("publish"));
    session.publish("x", "text/plain");
    const refused = { status: 489, reason: "Bad Event", message: response(489, "Bad Event") };
    await page.say(publication("ended", { cause: "rejected", ...refused }));
    assert.deepEqual(page.seen, [
      ["connecting", "Connecting...", -1],
      ["i_ao_request", "Bad Event", 489],
      ["terminated", "Bad Event", 489],
    ]);
  });

  test("the event package stands in a header, as original pages write it", async () => {
    const page = await Page.started();
    const sip_headers = [{ name: "event", value: "dialog" }, { name: "X-A", value: "1" }];
    page.stack.newSession("publish", { sip_headers }).publish("x", "text/plain");
    assert.equal(page.core.of("publish")[0]?.event, "dialog");
    assert.deepEqual(page.core.of("publish")[0]?.headers, [{ name: "X-A", value: "1" }]);
  });

  test("return codes", async () => {
    assert.equal(new Page().stack.newSession("publish").publish("x", "text/plain"), -2);
    const page = await Page.started();
    assert.equal(page.stack.newSession("publish").publish("", "text/plain"), -1);
    assert.equal(page.stack.newSession("publish").unpublish(), -1);
  });
});

describe("subscribe", () => {
  const subscription = (state: string, more: object = {}): Scripted =>
    event({ type: "subscription", subscription: 1, state, ...more } as Event);
  const ok = { status: 200, reason: "OK", message: response(200, "OK") };
  const notify = (more: object = {}): Scripted => ({
    event: {
      type: "notify",
      subscription: 1,
      event: "presence",
      state: "active",
      from: bob,
      content_type: "application/pidf+xml",
      message: request("NOTIFY", [["Event", "presence"]]),
      ...more,
    } as Event,
    body: "<presence/>",
  });

  test("connecting, i_ao_request, connected, i_notify; unsubscribe ends once", async () => {
    const page = await Page.started();
    const session = page.listen(
      page.stack.newSession("subscribe", {
        expires: 200,
        sip_headers: [
          { name: "Event", value: "presence" },
          { name: "Accept", value: "application/pidf+xml, application/rlmi+xml" },
        ],
      }),
    );
    assert.equal(session.subscribe("bob"), 0);
    assert.deepEqual(page.core.of("subscribe")[0], {
      type: "subscribe",
      to: "bob",
      event: "presence",
      accept: ["application/pidf+xml", "application/rlmi+xml"],
      expires: 200,
    });
    await page.say(subscription("subscribing"), notify(), subscription("accepted", ok), subscription("active"));
    assert.deepEqual(page.seen, [
      ["connecting", "Connecting...", -1],
      ["i_notify", "Incoming Request", -1],
      ["i_ao_request", "OK", 200],
      ["connected", "Connected", -1],
    ]);
    const heard = page.events[1];
    assert.equal(heard?.getContentString(), "<presence/>");
    assert.equal(heard?.getContentType(), "application/pidf+xml");
    assert.equal(heard?.getHeader("Event"), "presence");
    assert.equal(heard && "notification" in heard && heard.notification?.state, "active");
    page.forget();
    assert.equal(session.subscribe("bob"), 0, "refreshes");
    await page.say(subscription("accepted", ok));
    assert.deepEqual(page.seen, [["i_ao_request", "OK", 200]]);
    page.forget();
    assert.equal(session.unsubscribe(), 0);
    await page.say(subscription("unsubscribing"));
    assert.equal(session.unsubscribe(), 0);
    await page.say(notify({ state: "terminated", reason: "timeout" }), subscription("ended", { cause: "unsubscribed" }));
    assert.deepEqual(page.seen, [
      ["terminating", "Disconnecting...", -1],
      ["i_notify", "Incoming Request", -1],
      ["terminated", "Disconnected", -1],
    ]);
    assert.equal(page.core.of("unsubscribe").length, 1);
  });

  test("ended by the notifier: terminated, with its reason", async () => {
    const page = await Page.started();
    const session = page.listen(page.stack.newSession("subscribe"));
    session.subscribe("bob");
    await page.say(subscription("ended", { cause: "terminated", reason: "noresource" }));
    assert.deepEqual(page.seen.at(-1), ["terminated", "Disconnected", -1]);
    assert.match(String((page.last as { message?: string }).message), /noresource/);
  });

  test("refused, and not answered", async () => {
    const page = await Page.started();
    const session = page.listen(page.stack.newSession("subscribe"));
    session.subscribe("bob");
    const refused = { status: 403, reason: "Forbidden", message: response(403, "Forbidden") };
    await page.say(subscription("ended", { cause: "rejected", ...refused }));
    session.subscribe("bob");
    await page.say(event({ type: "subscription", subscription: 2, state: "ended", cause: "timeout" }));
    assert.deepEqual(page.types, [
      "connecting",
      "i_ao_request",
      "terminated",
      "connecting",
      "transport_error",
      "terminated",
    ]);
  });

  test("an unsolicited NOTIFY is told by the stack", async () => {
    const page = await Page.started({}, { options: { acceptUnsolicitedNotify: true } });
    assert.equal(page.core.config?.unsolicited_notify, true);
    await page.say(notify({ subscription: undefined, event: "message-summary" }));
    assert.deepEqual(page.seen, [["stack:i_notify", "Incoming Request", -1]]);
    const { notification } = page.last as { notification?: { event: string } };
    assert.equal(notification?.event, "message-summary");
  });

  test("return codes", async () => {
    assert.equal(new Page().stack.newSession("subscribe").subscribe("bob"), -2);
    const page = await Page.started();
    const session = page.stack.newSession("subscribe");
    assert.throws(() => session.subscribe(""), {
      message: "ERR_INVALID_PARAMETER_VALUE: 'to' must not be null",
    });
    assert.equal(session.unsubscribe(), -1);
  });
});

describe("transfer", () => {
  const transfer = (state: string, status?: number, reason?: string): Scripted =>
    event({ type: "transfer", call: 1, state, ...(status ? { status, reason } : {}) } as Event);

  test("ours: trying, accepted, notify, completed; the call stays", async () => {
    const page = await Page.started();
    const session = await page.talking();
    assert.equal(session.transfer("carol"), 0);
    assert.deepEqual(page.core.of("transfer"), [{ type: "transfer", call: 1, to: "carol" }]);
    await page.say(
      transfer("trying"),
      transfer("accepted", 202, "Accepted"),
      transfer("progress", 100, "Trying"),
      transfer("completed", 200, "OK"),
    );
    assert.deepEqual(page.seen, [
      ["o_ect_trying", "Call Transfer Initiated", -1],
      ["o_ect_accepted", "Accepted", 202],
      ["o_ect_notify", "Trying", 100],
      ["o_ect_notify", "OK", 200],
      ["o_ect_completed", "OK", 200],
    ]);
    assert.equal(page.core.of("hangup").length, 0);
  });

  test("refused by the other side, and failed at the target", async () => {
    const page = await Page.started();
    const session = await page.talking();
    session.transfer("carol");
    await page.say(transfer("trying"), transfer("failed", 603, "Decline"));
    assert.deepEqual(page.types, ["o_ect_trying", "o_ect_notify", "o_ect_failed"]);
    assert.deepEqual(page.seen.at(-1), ["o_ect_failed", "Decline", 603]);
    assert.equal(session.transfer("carol"), 0, "the call goes on");
    assert.throws(() => session.transfer(""), {
      message: "ERR_INVALID_PARAMETER_VALUE: 'to' must not be null",
    });
  });

  test("attended: to the other side of another session", async () => {
    const page = await Page.started();
    const session = await page.talking();
    const other = page.stack.newSession("call-audio");
    assert.equal(session.transfer(other), -1, "it has no call");
    other.call("carol");
    assert.equal(session.transfer(other), 0);
    assert.deepEqual(page.core.of("transfer"), [{ type: "transfer", call: 1, replaces: 2 }]);
  });

  async function asked(): Promise<{ page: Page; session: CallSession }> {
    const page = await Page.started();
    const session = await page.talking("call-audio", { audio_remote: new FakeElement() });
    await page.say(
      event({
        type: "transfer_requested",
        call: 1,
        target: { uri: "sip:carol@example.org", user: "carol", display_name: "Carol C" },
        replaces: false,
        message: request("REFER", [["Refer-To", "<sip:carol@example.org>"]]),
      }),
    );
    return { page, session };
  }
  const progress = (state: "progress" | "completed" | "failed", status: number, reason: string): Scripted =>
    event({ type: "transfer_progress", call: 1, new_call: 2, state, status, reason });

  test("theirs, accepted: a real new session that plays and can be hung up", async () => {
    const { page, session } = await asked();
    assert.deepEqual(page.seen, [["i_ect_requested", "Incoming Request", -1]]);
    const heard = page.last as { getTransferDestinationFriendlyName?(): string | null };
    assert.equal(heard.getTransferDestinationFriendlyName?.(), "Carol C");
    assert.equal(page.last.getHeader("Refer-To"), "<sip:carol@example.org>");
    page.forget();
    assert.equal(session.acceptTransfer(), 0);
    assert.equal(session.acceptTransfer(), 0, "again does nothing");
    assert.equal(page.core.of("accept_transfer").length, 1);
    await settle();
    const told = page.heard("i_ect_new_call") as { session?: CallSession; newSession?: CallSession };
    const { newSession } = told;
    assert.ok(newSession instanceof SIPml.Session.Call && newSession !== session);
    assert.equal(told.session, newSession, "as call.htm reads it");
    assert.equal(newSession.getRemoteFriendlyName(), "Carol C");
    assert.equal(page.stack.ao_sessions[newSession.getId()], newSession);
    await page.say(
      progress("progress", 180, "Ringing"),
      { media: { type: "create_offer", call: 2, token: 9, audio: "sendrecv", video: null, hold: false } },
      { media: { type: "apply_answer", call: 2, token: 10, provisional: false }, body: "answer audio:sendrecv" },
    );
    await page.say(event({ type: "call_established", call: 2, status: 200, reason: "OK" }));
    await page.say(progress("completed", 200, "OK"));
    await page.say(event({ type: "call_terminating", call: 1 }), ended({ cause: "bye", by: "local" }));
    const order = page.types.filter((type) => !type.startsWith("stack:"));
    assert.deepEqual(order, [
      "i_ect_new_call",
      "o_ect_notify",
      "i_ect_notify",
      "o_ect_notify",
      "i_ect_notify",
      "connecting",
      "m_early_media",
      "connected",
      "m_stream_audio_remote_added",
      "o_ect_notify",
      "i_ect_notify",
      "i_ect_completed",
      "terminating",
      "terminated",
    ]);
    assert.deepEqual(page.core.of("hangup"), [{ type: "hangup", call: 1 }]);
    assert.ok(newSession.audioRemote?.srcObject, "it plays");
    assert.equal(newSession.hangup(), 0);
    assert.deepEqual(page.core.of("hangup").at(-1), { type: "hangup", call: 2 });
  });

  test("theirs, failed: the call goes on", async () => {
    const { page, session } = await asked();
    session.acceptTransfer();
    await settle();
    page.forget();
    // The core tells the end of the new call first.
    await page.say(
      event({ type: "call_ended", call: 2, cause: "rejected", by: "remote", status: 486, reason: "Busy Here" }),
      progress("failed", 486, "Busy Here"),
    );
    assert.deepEqual(page.seen.at(-1), ["i_ect_failed", "Busy Here", 486]);
    assert.equal(page.core.of("hangup").length, 0);
  });

  test("theirs, refused", async () => {
    const { page, session } = await asked();
    assert.equal(session.rejectTransfer({ status: 480 }), 0);
    assert.equal(session.rejectTransfer(), 0, "again does nothing");
    assert.deepEqual(page.core.of("reject_transfer"), [{ type: "reject_transfer", call: 1, status: 480 }]);
  });
});

describe("calls beyond the original", () => {
  test("reject with status and reason; 603 when nothing is said", async () => {
    const page = await Page.started();
    await page.say(incoming);
    const { newSession } = page.last as { newSession?: CallSession };
    assert.equal(newSession?.reject({ status: 486, reason: "Busy Here" }), 0);
    assert.deepEqual(page.core.of("reject"), [
      { type: "reject", call: 1, status: 486, reason: "Busy Here" },
    ]);
    assert.throws(() => newSession?.reject({ status: 1.5 }), /ERR_INVALID_PARAMETER_VALUE: 'status'/);
  });

  test("a private header of the caller", async () => {
    const page = await Page.started();
    await page.say(incoming);
    assert.equal(page.last.getHeader("x-private"), "yes");
    assert.deepEqual(page.last.getHeaders("Nothing"), []);
    assert.equal(page.last.getHeader("Nothing"), null);
  });

  test("media added and taken away by the other side", async () => {
    const page = await Page.started();
    const elements = views();
    const session = await page.talking("call-audiovideo", elements);
    await page.say(
      { media: { type: "apply_answer", call: 1, token: 3, provisional: false }, body: "answer audio:sendrecv video:sendrecv" },
    );
    const details: string[] = [];
    session.addEventListener(["media_added", "media_removed"], (e) => details.push(`${e.type} ${e.description}`));
    page.forget();
    const media = (video: "sendrecv" | null): Scripted => event({ type: "call_media", call: 1, audio: "sendrecv", video });
    await page.say(media(null), media(null));
    await page.say(media("sendrecv"));
    assert.deepEqual(page.types, ["m_stream_video_remote_removed", "m_stream_video_remote_added"]);
    assert.deepEqual(details, ["media_removed video", "media_added video"]);
  });

  test("streams are taken away at the end", async () => {
    const page = await Page.started();
    await page.talking("call-audiovideo", views());
    await page.say(ended({ cause: "bye", by: "remote" }));
    assert.deepEqual(page.types, [
      "m_stream_video_local_removed",
      "m_stream_audio_local_removed",
      "terminated",
    ]);
  });

  test("details that the original never delivered reach only who asks for them", async () => {
    const page = await Page.started();
    await page.say(incoming);
    const { newSession } = page.last as { newSession?: CallSession };
    const details: string[] = [];
    const types = ["i_request", "o_request", "cancelled_request", "message_error", "webrtc_error"] as const;
    newSession?.addEventListener(types, (e) => details.push(`${e.type} ${e.description}`));
    page.forget();
    await page.say(
      event({ type: "request_received", usage: 1, method: "CANCEL", message: request("CANCEL") }),
      event({ type: "request_sent", usage: 1, method: "INFO", message: request("INFO") }),
      event({ type: "request_sent", usage: 99, method: "INFO", message: request("INFO") }),
      event({ type: "call_cancelled", call: 1, message: request("CANCEL") }),
      ended({ cause: "cancelled", by: "remote" }),
    );
    assert.deepEqual(details, [
      "i_request CANCEL",
      "o_request INFO",
      "cancelled_request Request Cancelled",
    ]);
    assert.deepEqual(page.types, ["terminated"]);
  });

  test("webrtc_error, message_error and transport_error", async () => {
    for (const [end, type] of [
      [{ cause: "media_error", by: "local", media_error: "no_device" }, "webrtc_error"],
      [{ cause: "protocol_error", by: "local" }, "message_error"],
      [{ cause: "transport_error", by: "network" }, "transport_error"],
    ] as const) {
      const page = await Page.started();
      const session = await page.talking();
      const heard: string[] = [];
      session.addEventListener(type, (e) => heard.push(e.type));
      await page.say(ended(end));
      assert.deepEqual(heard, [type]);
      assert.equal(page.types.at(-1), "terminated");
    }
  });

  test("MESSAGE inside a call, both ways", async () => {
    const page = await Page.started();
    const session = await page.talking();
    assert.equal(session.message("hello"), 0);
    assert.equal(page.core.commands.at(-1)?.body, "hello");
    await page.say(event({ type: "request_result", request: 2, status: 200, reason: "OK", message: response(200, "OK") }));
    assert.deepEqual(page.seen, [["i_ao_request", "OK", 200]]);
    await page.say({
      event: { type: "request_incoming", request: 3, call: 1, method: "MESSAGE", from: bob, to: alice, content_type: "text/plain" },
      body: "hi",
    });
    assert.equal(page.types.at(-1), "stack:i_new_message");
    assert.equal(page.last.getContentString(), "hi");
  });

  test("a lost connection ends every session: transport_error, terminated, then stopped", async () => {
    const page = await Page.started();
    const call = await page.talking();
    const register = page.listen(page.stack.newSession("register"));
    register.register();
    await page.say(event({ type: "registration", registration: 2, state: "registered" }));
    const message = page.listen(page.stack.newSession("message"));
    message.send("bob", "x", "text/plain");
    page.forget();
    page.core.onTimer = () => [{ event: { type: "connection", state: "failed" } }];
    page.core.wakeUp = page.browser.time.now + 10;
    page.browser.socket.fail();
    await page.browser.time.advance(20);
    for (const type of ["transport_error", "terminated"]) {
      assert.equal(page.types.filter((seen) => seen === type).length, 3, type);
    }
    assert.equal(page.types.at(-1), "stack:stopped");
    assert.equal(call.hangup(), -1);
    assert.deepEqual(Object.keys(page.stack.ao_sessions), []);
  });

  test("the keys of the modern API reach the core", async () => {
    const page = await Page.started();
    const stream = new FakeStream([new FakeTrack("audio")]) as unknown as MediaStream;
    page.stack.newSession("call-audio", {
      audio: "sendonly",
      wire_directions: { audio: "sendonly" },
      removed_codecs: ["telephone-event"],
      codec_order: ["opus"],
      removed_candidates: ["tcp"],
      stream,
    }).call("bob");
    assert.deepEqual(page.core.of("call")[0], {
      type: "call",
      to: "bob",
      audio: "sendonly",
      video: null,
      wire_directions: { audio: "sendonly" },
      removed_codecs: ["telephone-event"],
      codec_order: ["opus"],
      removed_candidates: ["tcp"],
    });
    await page.say({ media: { type: "create_offer", call: 1, token: 1, audio: "sendonly", video: null, hold: false } });
    assert.equal(page.browser.captures.length, 0, "the page's own stream is used");
  });

  test("headers: those of the beginning are not given again, later ones are", async () => {
    const page = await Page.started();
    const session = await page.talking("call-audio", {
      sip_headers: [{ name: "X-A", value: "1" }, { name: "X-B", value: "2" }],
    });
    session.setConfiguration({ sip_headers: [{ name: "x-b", value: null }] });
    session.hangup({ sip_headers: [{ name: "X-C", value: "3" }] });
    assert.deepEqual(page.core.of("call")[0]?.headers, [
      { name: "X-A", value: "1" },
      { name: "X-B", value: "2" },
    ]);
    assert.deepEqual(page.core.of("hangup")[0]?.headers, [{ name: "X-C", value: "3" }]);
  });
});

describe("call-screenshare", () => {
  function screen(): { page: Page; choose: { resolve: (value: MediaStream) => void; reject: (error: Error) => void }; track: FakeTrack } {
    const page = new Page();
    const track = new FakeTrack("video");
    const choose = { resolve: (_: MediaStream): void => undefined, reject: (_: Error): void => undefined };
    Object.assign(page.browser.environment, {
      getDisplayMedia: () => new Promise<MediaStream>((resolve, reject) => Object.assign(choose, { resolve, reject })),
    });
    return { page, choose, track };
  }
  const stream = (track: FakeTrack): MediaStream => new FakeStream([track]) as unknown as MediaStream;

  async function started(): Promise<ReturnType<typeof screen>> {
    const all = screen();
    all.page.stack.start();
    await settle();
    all.page.browser.socket.open();
    await settle();
    all.page.forget();
    assert.equal(SIPml.isScreenShareSupported(), true);
    return all;
  }

  test("video of the screen, no audio; the microphone where it is asked for", async () => {
    for (const [conf, audio] of [
      [{}, null],
      [{ audio: true }, "sendrecv"],
    ] as const) {
      const { page, choose, track } = await started();
      const session = page.listen(page.stack.newSession("call-screenshare", conf));
      assert.equal(session.call("bob"), 0);
      assert.equal(page.core.of("call").length, 0, "first the person chooses");
      await settle();
      choose.resolve(stream(track));
      await settle();
      assert.deepEqual(page.core.of("call"), [{ type: "call", to: "bob", audio, video: "sendrecv" }]);
      assert.deepEqual(page.types, [
        "stack:m_permission_requested",
        "connecting",
        "stack:m_permission_accepted",
      ]);
      if (audio !== null) await page.say(established);
      track.end();
      await settle();
      assert.equal(page.core.of("hangup").length, audio === null ? 1 : 0);
      const without = { type: "modify", call: 1, audio: "sendrecv", video: null };
      assert.deepEqual(page.core.of("modify"), audio === null ? [] : [without]);
      await page.say(ended({ cause: "bye", by: "local" }));
      assert.equal(track.readyState, "ended");
    }
  });

  test("refused: m_permission_refused, terminated", async () => {
    const { page, choose } = await started();
    page.listen(page.stack.newSession("call-screenshare")).call("bob");
    await settle();
    choose.reject(new Error("no"));
    await settle();
    assert.deepEqual(page.types.slice(2), ["stack:m_permission_refused", "terminated"]);
    assert.deepEqual(page.seen.at(-1), ["terminated", "Media stream permission denied", -1]);
  });

  test("hung up while the person chooses: what is chosen later is closed", async () => {
    const { page, choose, track } = await started();
    const session = page.listen(page.stack.newSession("call-screenshare"));
    session.call("bob");
    assert.equal(session.call("bob"), 0, "again does nothing");
    assert.equal(session.hangup(), 0);
    await settle();
    choose.resolve(stream(track));
    await settle();
    assert.equal(track.readyState, "ended");
    assert.equal(page.core.of("call").length, 0);
    assert.equal(page.types.at(-1), "terminated");
  });
});

describe("enable_media_stream_cache", () => {
  test("devices are asked for once, and closed when the stack stops", async () => {
    const page = await Page.started({}, { enable_media_stream_cache: true });
    for (const call of [1, 2]) {
      page.stack.newSession("call-audio").call("bob");
      await page.say({ media: { type: "create_offer", call, token: 1, audio: "sendrecv", video: null, hold: false } });
      await page.say(ended({ cause: "bye", by: "remote" }, call));
    }
    assert.equal(page.browser.captures.length, 1);
    const [master] = page.browser.streams;
    assert.equal(master?.getTracks()[0]?.readyState, "live");
    page.stack.stop();
    await settle();
    assert.equal(master?.getTracks()[0]?.readyState, "ended");
  });

  test("and closed when the connection is lost for good", async () => {
    const page = await Page.started({}, { enable_media_stream_cache: true });
    page.stack.newSession("call-audio").call("bob");
    await page.say({ media: { type: "create_offer", call: 1, token: 1, audio: "sendrecv", video: null, hold: false } });
    await page.say(ended({ cause: "transport_error", by: "network" }, 1));
    const [microphone] = page.browser.streams[0]?.getTracks() ?? [];
    assert.equal(microphone?.readyState, "live");
    await page.say(event({ type: "connection", state: "failed" }));
    assert.ok(page.types.includes("stack:stopped"));
    assert.equal(microphone?.readyState, "ended");
  });

  test("without it each call asks anew", async () => {
    const page = await Page.started();
    for (const call of [1, 2]) {
      page.stack.newSession("call-audio").call("bob");
      await page.say({ media: { type: "create_offer", call, token: 1, audio: "sendrecv", video: null, hold: false } });
      await page.say(ended({ cause: "bye", by: "remote" }, call));
    }
    assert.equal(page.browser.captures.length, 2);
  });
});

describe("a medium that the other side adds", () => {
  const offer = event({ type: "call_offer", call: 1, audio: "sendrecv", video: "sendrecv" });
  for (const [upgrade, video] of [
    [undefined, null],
    [false, null],
    [true, "sendrecv"],
    ["recvonly", "recvonly"],
  ] as const) {
    test(`upgrade: ${upgrade}`, async () => {
      const page = await Page.started();
      await page.talking("call-audio", { upgrade });
      await page.say(offer);
      assert.deepEqual(page.core.of("accept_offer"), [
        { type: "accept_offer", call: 1, audio: "sendrecv", video },
      ]);
    });
  }
});

test('fallback "receive": a call of a page without microphone receives', async () => {
  const page = await Page.started({ getUserMedia: () => Promise.reject(new Error("no")) });
  page.stack.newSession("call-audio", { fallback: "receive" }).call("bob");
  await page.say({
    media: { type: "create_offer", call: 1, token: 1, audio: "sendrecv", video: null, hold: false },
  });
  assert.equal(page.core.commands.at(-1)?.body, "offer 1 audio:recvonly");
});
