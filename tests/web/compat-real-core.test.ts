/** SIPml on the real sipml.wasm with a scripted server: the orders of events that pages rely on. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { engine } from "../../web/compat/engine.js";
import { SIPml } from "../../web/compat/sipml.js";
import type { CallSession, MessageSession, Session } from "../../web/compat/sipml.js";
import { UserAgent } from "../../web/user-agent.js";
import { account } from "./compat-page.js";
import { FakeBrowser, settle } from "./fakes.js";
import type { FakePeerConnection } from "./fakes.js";

const module = new WebAssembly.Module(
  readFileSync(new URL("../../wasm/sipml.wasm", import.meta.url)),
);

beforeEach(() => {
  for (const method of ["info", "warn", "error"] as const) mock.method(console, method, () => undefined);
});
afterEach(() => mock.restoreAll());

function header(message: string, name: string): string {
  return new RegExp(`^${name}: (.*)\r$`, "m").exec(message)?.[1] ?? "";
}

/** What a browser and a peer would say. */
const description = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => "AB").join(":")}`,
  "a=ice-ufrag:Qk3x",
  "a=ice-pwd:m9TqzB5yJ0wVnR7sLfE2uCdG",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111",
  "c=IN IP4 0.0.0.0",
  "a=mid:0",
  "a=setup:actpass",
  "a=rtcp-mux",
  "a=rtpmap:111 opus/48000/2",
  "a=sendrecv",
  "",
].join("\r\n");
const answer = description.replace("actpass", "active");

/** A peer connection whose descriptions the core can read. */
function speakSdp(connection: FakePeerConnection): void {
  const apply = connection.setRemoteDescription.bind(connection);
  Object.assign(connection, {
    describe: (type: string) => ({ type, sdp: description }),
    setRemoteDescription: ({ type }: { readonly type: string }) =>
      apply({ type, sdp: `${type} 1 audio:sendrecv` }),
  });
}

/** A page with a started stack, and its server. */
class Scene {
  readonly browser = new FakeBrowser({ onPeerConnection: speakSdp });
  /** "stack:TYPE" or "TYPE", each with the status of the response if there is one. */
  readonly seen: string[] = [];
  readonly sessions: Session[] = [];
  readonly stack: InstanceType<typeof SIPml.Stack>;

  constructor() {
    engine.reset({
      environment: this.browser.environment,
      wasm: { compile: () => Promise.resolve(module), compileNow: () => module },
      createAgent: (compiled, given) => UserAgent.createSync(compiled, given),
    });
    SIPml.init();
    SIPml.setDebugLevel("fatal");
    this.stack = new SIPml.Stack({
      ...account,
      events_listener: {
        events: "*",
        listener: (e) => {
          this.note(`stack:${e.type}`, e.getSipResponseCode());
          if (e.newSession) this.listen(e.newSession);
        },
      },
    });
  }

  static async started(): Promise<Scene> {
    const scene = new Scene();
    scene.stack.start();
    await settle();
    scene.browser.socket.open();
    await settle();
    scene.seen.length = 0;
    return scene;
  }

  listen<Kind extends Session>(session: Kind): Kind {
    this.sessions.push(session);
    session.addEventListener("*", (e) => this.note(e.type, e.getSipResponseCode()));
    return session;
  }

  /** What was heard since, and forgets it. */
  heard(): string[] {
    return this.seen.splice(0);
  }

  /** The last message that was sent. */
  get sent(): string {
    return String(this.browser.socket.sent.at(-1));
  }

  /** The server sends these lines. */
  async says(lines: readonly string[], body = ""): Promise<void> {
    const end = [`Content-Length: ${Buffer.byteLength(body)}`, "", body];
    this.browser.socket.message([...lines, ...end].join("\r\n"));
    await settle();
  }

  /** The server answers the last request. */
  async answers(status: string, more: readonly string[] = [], body = ""): Promise<void> {
    await this.answersTo(this.sent, status, more, body);
  }

  async answersTo(
    request: string,
    status: string,
    more: readonly string[] = [],
    body = "",
  ): Promise<void> {
    const copied = ["Via", "From", "Call-ID", "CSeq"].map((name) => `${name}: ${header(request, name)}`);
    const to = header(request, "To");
    const tagged = to.includes(";tag=") ? to : `${to};tag=srv`;
    await this.says([`SIP/2.0 ${status}`, ...copied, `To: ${tagged}`, ...more], body);
  }

  /** A call of ours to bob that was answered. */
  async talking(): Promise<{ session: CallSession; invite: string }> {
    const session = this.listen(this.stack.newSession("call-audio")) as CallSession;
    session.call("bob");
    await settle();
    const invite = this.sent;
    const sdp = ["Contact: <sip:bob@192.0.2.5>", "Content-Type: application/sdp"];
    await this.answers("200 OK", sdp, answer);
    this.heard();
    return { session, invite };
  }

  /** Bob's request in the dialog of that INVITE. */
  async asks(invite: string, cseq: number, method: string, more: readonly string[], body = ""): Promise<void> {
    await this.says(
      [
        `${method} ${/<([^>]*)>/.exec(header(invite, "Contact"))?.[1] ?? ""} SIP/2.0`,
        `Via: SIP/2.0/WSS sip.example.org;branch=z9hG4bKb${cseq}`,
        "Max-Forwards: 70",
        `From: ${header(invite, "To")};tag=srv`,
        `To: ${header(invite, "From")}`,
        `Call-ID: ${header(invite, "Call-ID")}`,
        `CSeq: ${cseq} ${method}`,
        "Contact: <sip:bob@192.0.2.5>",
        ...more,
      ],
      body,
    );
  }

  private note(type: string, code: number): void {
    this.seen.push(code > 0 ? `${type} ${code}` : type);
  }
}

const bobs = [
  "Via: SIP/2.0/WSS sip.example.org;branch=z9hG4bKsrv1",
  "Max-Forwards: 70",
  "From: <sip:bob@example.org>;tag=bob1",
];

describe("SIPml on the real core", () => {
  test("MESSAGE out", async () => {
    const scene = await Scene.started();
    const session = scene.listen(scene.stack.newSession("message"));
    session.send("bob", "P\u00eache", "text/plain;charset=utf-8");
    await settle();
    assert.match(scene.sent, /^MESSAGE sip:bob@example\.org SIP\/2\.0\r\n[^]*\r\n\r\nP\u00eache$/);
    await scene.answers("202 Accepted");
    assert.deepEqual(scene.heard(), ["i_ao_request 202", "terminated"]);
    const refused = scene.listen(scene.stack.newSession("message"));
    refused.send("bob", "x", "text/plain");
    await settle();
    await scene.answers("404 Not Found");
    assert.deepEqual(scene.heard(), ["i_ao_request 404", "terminated 404"]);
  });

  test("MESSAGE in", async () => {
    const scene = await Scene.started();
    const request = [
      "MESSAGE sip:alice@example.org SIP/2.0",
      ...bobs,
      "To: <sip:alice@example.org>",
      "Call-ID: m1",
      "CSeq: 1 MESSAGE",
      "Content-Type: text/plain",
    ];
    await scene.says(request, "hi");
    assert.deepEqual(scene.heard(), ["stack:i_new_message"]);
    const session = scene.sessions.at(-1) as MessageSession;
    assert.equal(session.accept(), 0);
    await settle();
    assert.match(scene.sent, /^SIP\/2\.0 200 OK\r\n/);
    assert.deepEqual(scene.heard(), ["terminated"]);
  });

  test("PUBLISH, its refresh and its end", async () => {
    const scene = await Scene.started();
    const session = scene.listen(scene.stack.newSession("publish", { expires: 600 }));
    session.publish("<presence/>", "application/pidf+xml");
    await settle();
    assert.deepEqual(scene.heard(), ["connecting"]);
    await scene.answers("200 OK", ["SIP-ETag: t1", "Expires: 600"]);
    assert.deepEqual(scene.heard(), ["i_ao_request 200", "connected"]);
    const count = scene.browser.socket.sent.length;
    while (scene.browser.socket.sent.length === count) await scene.browser.time.advance(10_000);
    assert.match(scene.sent, /^PUBLISH [^]*\r\nSIP-If-Match: t1\r\n/);
    await scene.answers("200 OK", ["SIP-ETag: t2", "Expires: 600"]);
    assert.deepEqual(scene.heard(), ["i_ao_request 200"]);
    session.unpublish();
    await settle();
    assert.match(scene.sent, /^PUBLISH [^]*\r\nExpires: 0\r\n/);
    await scene.answers("200 OK");
    assert.deepEqual(scene.heard(), ["terminating", "i_ao_request 200", "terminated"]);
  });

  test("SUBSCRIBE and NOTIFY, the refresh and the end", async () => {
    const scene = await Scene.started();
    const session = scene.listen(scene.stack.newSession("subscribe", { expires: 600 }));
    session.subscribe("bob");
    await settle();
    const subscribe = scene.sent;
    assert.deepEqual(scene.heard(), ["connecting"]);
    const granted = ["Contact: <sip:bob@192.0.2.5>", "Expires: 600"];
    await scene.answers("200 OK", granted);
    assert.deepEqual(scene.heard(), ["i_ao_request 200", "connected"]);
    const notify = (cseq: number, state: string): Promise<void> =>
      scene.says([
        `NOTIFY ${/<([^>]*)>/.exec(header(subscribe, "Contact"))?.[1] ?? ""} SIP/2.0`,
        `Via: SIP/2.0/WSS sip.example.org;branch=z9hG4bKn${cseq}`,
        "Max-Forwards: 70",
        `From: ${header(subscribe, "To")};tag=srv`,
        `To: ${header(subscribe, "From")}`,
        `Call-ID: ${header(subscribe, "Call-ID")}`,
        `CSeq: ${cseq} NOTIFY`,
        "Contact: <sip:bob@192.0.2.5>",
        "Event: presence",
        `Subscription-State: ${state}`,
      ]);
    await notify(1, "active;expires=600");
    assert.match(scene.sent, /^SIP\/2\.0 200 OK\r\n/);
    assert.deepEqual(scene.heard(), ["i_notify"]);
    const count = scene.browser.socket.sent.length;
    while (scene.browser.socket.sent.length === count) await scene.browser.time.advance(10_000);
    assert.match(scene.sent, /^SUBSCRIBE /);
    await scene.answers("200 OK", granted);
    await notify(2, "active;expires=600");
    assert.deepEqual(scene.heard(), ["i_ao_request 200", "i_notify"]);
    session.unsubscribe();
    await settle();
    await scene.answers("200 OK", ["Expires: 0"]);
    await notify(3, "terminated;reason=timeout");
    assert.deepEqual(scene.heard(), ["terminating", "i_notify", "terminated"]);
  });

  for (const [last, end] of [
    ["200 OK", ["o_ect_notify 200", "o_ect_completed 200"]],
    ["486 Busy Here", ["o_ect_notify 486", "o_ect_failed 486"]],
  ] as const) {
    test(`transfer out, ${last}: the call stays up`, async () => {
      const scene = await Scene.started();
      const { session, invite } = await scene.talking();
      assert.equal(session.transfer("carol"), 0);
      await settle();
      assert.match(scene.sent, /^REFER [^]*\r\nRefer-To: <?sip:carol@example\.org/);
      await scene.answers("202 Accepted", ["Contact: <sip:bob@192.0.2.5>"]);
      const notify = (cseq: number, state: string, line: string): Promise<void> =>
        scene.asks(
          invite,
          cseq,
          "NOTIFY",
          ["Event: refer", `Subscription-State: ${state}`, "Content-Type: message/sipfrag;version=2.0"],
          `SIP/2.0 ${line}\r\n`,
        );
      await notify(1, "active;expires=60", "100 Trying");
      await notify(2, "terminated;reason=noresource", last);
      const heard = scene.heard();
      assert.deepEqual(heard, ["o_ect_trying", "o_ect_accepted 202", "o_ect_notify 100", ...end]);
    });
  }

  for (const [last, end] of [
    [
      "200 OK",
      ["m_early_media 200", "connected", "o_ect_notify 200", "i_ect_notify 200", "i_ect_completed 200", "terminating"],
    ],
    [
      "486 Busy Here",
      ["i_ao_request 486", "terminated 486", "o_ect_notify 486", "i_ect_notify 486", "i_ect_failed 486"],
    ],
  ] as const) {
    test(`transfer in, ${last}`, async () => {
      const scene = await Scene.started();
      const { session, invite } = await scene.talking();
      await scene.asks(invite, 1, "REFER", ["Refer-To: <sip:carol@example.org>"]);
      assert.deepEqual(scene.heard(), ["i_ect_requested"]);
      assert.equal(session.acceptTransfer(), 0);
      await settle();
      const all = scene.browser.socket.sent.map(String);
      const second = all.filter((text) => text.startsWith("INVITE ")).at(-1) ?? "";
      assert.match(second, /^INVITE sip:carol@example\.org /);
      const more = ["Contact: <sip:carol@192.0.2.6>", "Content-Type: application/sdp"];
      await scene.answersTo(second, "180 Ringing");
      if (last === "200 OK") await scene.answersTo(second, last, more, answer);
      else await scene.answersTo(second, last);
      const ringing = ["i_ect_new_call", "o_ect_notify 100", "i_ect_notify 100", "connecting", "i_ao_request 180", "o_ect_notify 180", "i_ect_notify 180"];
      assert.deepEqual(scene.heard(), [...ringing, ...end]);
      if (last !== "200 OK") return;
      assert.match(scene.sent, /^BYE /);
      await scene.answers("200 OK");
      assert.deepEqual(scene.heard(), ["terminated"]);
    });
  }
});
