/** SIP over WebSocket (RFC 7118) and what a failed connection is called. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SipError } from "../../web/errors.js";
import { Transport, parseServer } from "../../web/transport.js";
import { FakeBrowser, FakePeerConnection, domError, settle } from "./fakes.js";
import type { FakeBrowserOptions } from "./fakes.js";

interface Bench {
  readonly browser: FakeBrowser;
  readonly transport: Transport;
  readonly seen: string[];
  readonly errors: SipError[];
  readonly received: Uint8Array[];
}

function bench(options: FakeBrowserOptions = {}): Bench {
  const browser = new FakeBrowser(options);
  const seen: string[] = [];
  const errors: SipError[] = [];
  const received: Uint8Array[] = [];
  const transport = new Transport(browser.environment, {
    opened: () => seen.push("opened"),
    closed: (error) => {
      seen.push(`closed ${error.code}`);
      errors.push(error);
    },
    message: (bytes) => received.push(bytes),
  });
  return { browser, transport, seen, errors, received };
}

function opened(options?: FakeBrowserOptions): Bench {
  const all = bench(options);
  all.transport.open("wss://sip.example.org/ws", true);
  all.browser.socket.open();
  return all;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("RFC 7118 5: frames", () => {
  test("asks for the subprotocol sip", () => {
    const { browser } = opened();
    assert.equal(browser.socket.subprotocol, "sip");
    assert.equal(browser.socket.url, "wss://sip.example.org/ws");
    assert.equal(browser.socket.binaryType, "arraybuffer");
  });

  test("a message leaves as one text frame", () => {
    const { browser, transport } = opened();
    transport.send(bytes("\ufeffMESSAGE P\u00eache \u4e2d\u6587"));
    assert.deepEqual(browser.socket.sent, ["\ufeffMESSAGE P\u00eache \u4e2d\u6587"]);
  });

  test("a body that is not UTF-8 leaves as one binary frame, unchanged", () => {
    const { browser, transport } = opened();
    const message = new Uint8Array([77, 255, 254, 0]);
    transport.send(message);
    assert.deepEqual(browser.socket.sent, [message]);
  });

  test("text and binary frames are read, other data is ignored", () => {
    const { browser, received } = opened();
    browser.socket.message("caf\u00e9");
    browser.socket.message(new Uint8Array([1, 2, 255]).buffer);
    browser.socket.message({ neither: true });
    assert.deepEqual(received, [bytes("caf\u00e9"), new Uint8Array([1, 2, 255])]);
  });

  test("nothing is sent, and nothing thrown, without an open socket", () => {
    const { browser, transport } = bench();
    transport.send(bytes("x"));
    transport.open("wss://sip.example.org", true);
    transport.send(bytes("x"));
    browser.socket.open();
    browser.socket.readyState = 2;
    transport.send(bytes("x"));
    assert.deepEqual(browser.socket.sent, []);
  });
});

describe("the server address", () => {
  for (const [server, why] of [
    ["sip.example.org", /not a URL/],
    ["https://sip.example.org", /ws:\/\/ or wss:\/\//],
    ["wss://sip.example.org/#top", /fragment/],
    ["", /not a URL/],
  ] as const) {
    test(`"${server}" is refused with a reason`, () => {
      assert.throws(
        () => parseServer(server),
        (error) =>
          error instanceof SipError &&
          error.code === "invalid_argument" &&
          error.argument === "server" &&
          why.test(error.message),
      );
    });
  }
});

describe("connection failures", () => {
  test("a lost connection tells the close code", () => {
    const { browser, seen, errors } = opened();
    browser.socket.fail(1001, "going away");
    assert.deepEqual(seen, ["opened", "closed connection_lost"]);
    assert.match(errors[0]?.message ?? "", /sip\.example\.org.*1001, going away/);
  });

  test("closing ourselves is not told", () => {
    const { browser, transport, seen } = opened();
    const socket = browser.socket;
    transport.close();
    socket.fail(1000);
    assert.deepEqual(seen, ["opened"]);
    assert.ok(socket.closed);
  });

  test("opening anew forgets the socket before", () => {
    const { browser, transport, seen, received } = opened();
    const first = browser.socket;
    transport.open("wss://sip.example.org", true);
    first.message("late");
    first.fail();
    browser.socket.open();
    assert.deepEqual(seen, ["opened", "opened"]);
    assert.deepEqual(received, []);
  });

  test("a server that opens with another subprotocol", async () => {
    const { browser, transport, seen, errors } = bench();
    transport.open("ws://sip.example.org", true);
    const socket = browser.socket;
    socket.open("");
    await settle();
    assert.deepEqual(seen, ["closed subprotocol_refused"]);
    assert.match(errors[0]?.message ?? "", /does not speak SIP/);
    assert.ok(socket.closed);
  });

  test("a server that only opens without a subprotocol", async () => {
    const { browser, transport, seen } = bench();
    transport.open("ws://sip.example.org", true);
    browser.socket.fail();
    const second = browser.socket;
    assert.equal(second.subprotocol, undefined);
    second.open();
    await settle();
    assert.deepEqual(seen, ["closed subprotocol_refused"]);
    assert.ok(second.closed);
  });

  async function failed(server: string, options: FakeBrowserOptions): Promise<SipError> {
    const { browser, transport, errors } = bench(options);
    transport.open(server, true);
    const [first] = browser.sockets;
    first?.fail();
    for (const socket of browser.sockets.slice(1)) socket.fail();
    await browser.time.advance(4000);
    assert.equal(errors.length, 1);
    const [error] = errors;
    assert.ok(error);
    return error;
  }

  const listens = (connection: FakePeerConnection): void => {
    connection.autoGather = false;
  };
  const refuses = (connection: FakePeerConnection): void => {
    connection.autoGather = false;
    queueMicrotask(() => connection.candidateError("turn:127.0.0.1:1"));
  };

  test("nobody there", async () => {
    const error = await failed("ws://127.0.0.1:1/", {});
    assert.equal(error.code, "server_unreachable");
    assert.match(error.message, /127\.0\.0\.1:1 could not be reached/);
  });

  test("nobody there, on a secure address", async () => {
    const error = await failed("wss://127.0.0.1:1/", { onPeerConnection: refuses });
    assert.equal(error.code, "server_unreachable");
  });

  test("something listens but no secure connection comes about", async () => {
    const error = await failed("wss://127.0.0.1:1/", { onPeerConnection: listens });
    assert.equal(error.code, "certificate_refused");
    assert.match(error.message, /certificate.*https:\/\/127\.0\.0\.1:1\//);
  });

  test("a refused certificate is not claimed where it cannot be established", async () => {
    const error = await failed("wss://127.0.0.1:1/", { withoutWebRtc: true });
    assert.equal(error.code, "server_unreachable");
    assert.match(error.message, /certificate/);
  });

  test("an HTTP server that refuses the WebSocket", async () => {
    const asked: string[] = [];
    const error = await failed("wss://sip.example.org/ws", {
      probeHttp: (url) => {
        asked.push(url);
        return Promise.resolve();
      },
    });
    assert.equal(error.code, "handshake_refused");
    assert.deepEqual(asked, ["https://sip.example.org/ws"]);
  });

  test("a server that never answers", async () => {
    const { browser, transport, seen, errors } = bench();
    transport.open("wss://sip.example.org", true);
    await browser.time.advance(9999);
    assert.deepEqual(seen, []);
    await browser.time.advance(1);
    assert.deepEqual(seen, ["closed server_unreachable"]);
    assert.match(errors[0]?.message ?? "", /did not answer within 10 seconds/);
    assert.ok(browser.socket.closed);
  });

  test("a reconnection attempt that fails is told at once, without a look", async () => {
    const { browser, transport, seen } = bench();
    transport.open("wss://sip.example.org", false);
    browser.socket.fail();
    assert.deepEqual(seen, ["closed server_unreachable"]);
    assert.equal(browser.sockets.length, 1);
  });

  test("a browser that forbids ws: on a secure page, after open() returned", async () => {
    const { browser, seen } = bench();
    const refusing = new Transport(
      {
        ...browser.environment,
        createSocket: () => {
          throw domError("SecurityError", "mixed content");
        },
      },
      { opened: () => undefined, closed: (error) => seen.push(error.code), message: () => undefined },
    );
    refusing.open("ws://sip.example.org", true);
    assert.deepEqual(seen, []);
    await settle();
    assert.deepEqual(seen, ["insecure_transport"]);
  });
});
