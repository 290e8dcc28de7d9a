/** The development server of `npm start`: its command line, its files, its WebSockets. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, get } from "node:http";
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { WebSocket } from "ws";
import { UsageError, parseArguments } from "../../demo/server/arguments.js";
import { resolveFile } from "../../demo/server/files.js";
import { listen } from "../../demo/server/listen.js";
import { SipServer } from "../../demo/server/sip-server.js";
import { startEmbedded } from "../e2e/embedded.js";
import type { Embedded } from "../e2e/embedded.js";
import { root } from "../e2e/paths.js";

const request = (method: string, user: string, extra = ""): string =>
  `${method} sip:localhost SIP/2.0\r\n` +
  "Via: SIP/2.0/WS x.invalid;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n" +
  `From: ${user}<sip:a@localhost>;tag=1\r\nTo: <sip:a@localhost>\r\nCall-ID: x\r\n` +
  `CSeq: 1 ${method}\r\n${extra}\r\n`;

/** The next message: a string, or a Buffer if the frame was binary. */
async function next(socket: WebSocket): Promise<string | Buffer> {
  const [data, isBinary] = (await once(socket, "message")) as [Buffer, boolean];
  return isBinary ? data : data.toString();
}

async function opened(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, "sip");
  await once(socket, "open");
  return socket;
}

async function closeCode(socket: WebSocket): Promise<number> {
  const [code] = (await once(socket, "close")) as [number];
  return code;
}

describe("arguments", () => {
  test("are read in both spellings", () => {
    const read = parseArguments(["--port=0", "--host", "::1", "--account", "a:b:c"]);
    assert.deepEqual({ ...read.accounts }, { a: "b:c" });
    assert.equal(read.challengeInDialogs, false);
    assert.equal(parseArguments(["--challenge-in-dialogs"]).challengeInDialogs, true);
    assert.equal(read.port, 0);
    assert.equal(read.host, "::1");
    assert.equal(parseArguments([]).port, undefined);
  });

  test("that cannot be used are named", () => {
    const bad = [
      ["--port", "65536"],
      ["--port", "x"],
      ["--port"],
      ["--account", "nobody"],
      ["--account", ":x"],
      ["--account", "x:"],
      ["--bogus"],
      ["x"],
    ];
    for (const args of bad) {
      const named = (error: unknown): boolean =>
        error instanceof UsageError && error.message.includes(args[0] ?? "");
      assert.throws(() => parseArguments(args), named, args.join(" "));
    }
  });
});

describe("resolveFile", () => {
  const folders = { "/": "/pages", "/dist/": "/package/dist" };

  test("takes the longest prefix", () => {
    assert.equal(resolveFile(folders, "/a/b.js"), "/pages/a/b.js");
    assert.equal(resolveFile(folders, "/dist/index.js"), "/package/dist/index.js");
    assert.equal(resolveFile(folders, "/d%69st/index.js"), "/package/dist/index.js");
  });

  test("never leaves its folder", () => {
    const paths = ["/../x", "/a/../../x", "/%2e%2e/x", "/..%2fx", "/dist/..%2f..%2fx", "/..\\x"];
    for (const path of [...paths, "/a%00.js", "/", "/a/", "/dist/", "//", "/%", "x", ""]) {
      assert.equal(resolveFile(folders, path), undefined, path);
    }
  });
});

describe("listen", () => {
  const handlers = { request: () => undefined, upgrade: () => undefined };

  test("takes a port that is given, or none", async () => {
    const first = await listen(handlers, undefined, 0);
    await assert.rejects(listen(handlers, undefined, first.port), { code: "EADDRINUSE" });
    first.close();
  });
});

describe("SipServer", () => {
  const module = new WebAssembly.Module(
    readFileSync(join(root, "build/wasm/sipml-server.wasm")),
  );
  const reports: string[] = [];
  const http = createServer();
  let sip: SipServer;
  let url: string;

  before(async () => {
    sip = new SipServer({ module, accounts: {}, report: (text) => reports.push(text) });
    http.on("upgrade", (incoming, socket, head) => sip.accept(incoming, socket, head));
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  });
  after(() => {
    sip.close();
    http.close();
  });

  test("answers in text frames, whichever kind it got", async () => {
    const socket = await opened(url);
    assert.equal(socket.protocol, "sip");
    socket.send("\r\n\r\n");
    assert.equal(await next(socket), "\r\n");
    socket.send(Buffer.from(request("REGISTER", "")));
    assert.match(String(await next(socket)), /^SIP\/2\.0 401 /);
    socket.close();
  });

  test("answers in a binary frame what is not UTF-8", async () => {
    const socket = await opened(url);
    socket.send(Buffer.from(request("OPTIONS", '"\xff"'), "latin1"));
    const answer = await next(socket);
    assert.ok(Buffer.isBuffer(answer));
    assert.match(answer.toString("latin1"), /^SIP\/2\.0 200 OK\r\n[^]*From: "\xff"</);
    socket.close();
  });

  test("takes messages of 256 KiB, and closes on longer ones", async () => {
    const socket = await opened(url);
    const padded = (size: number): string => {
      const start = request("OPTIONS", "").slice(0, -2);
      const room = size - start.length - `Content-Length: ${size}\r\n\r\n`.length;
      return `${start}Content-Length: ${String(room).padStart(String(size).length)}\r\n\r\n${"x".repeat(room)}`;
    };
    socket.send(padded(256 * 1024));
    assert.match(String(await next(socket)), /^SIP\/2\.0 200 /);
    socket.send(padded(256 * 1024 + 1));
    assert.equal(await closeCode(socket), 1009);
  });

  test("forgets connections that close", async () => {
    const socket = await opened(url);
    const count = sip.connectionCount;
    socket.close();
    await once(socket, "close");
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(sip.connectionCount, count - 1);
  });

  test("survives a trap: it says so, closes every connection, and starts anew", async () => {
    const RealInstance = WebAssembly.Instance;
    class Trapping {
      readonly exports: WebAssembly.Exports;
      constructor(...args: ConstructorParameters<typeof RealInstance>) {
        const real = new RealInstance(...args).exports;
        const receive = (_server: number, _connection: number, length: number): number => {
          if (length === 13) throw new WebAssembly.RuntimeError("unreachable");
          return (real["sipml_server_receive"] as (...all: number[]) => number)(
            _server,
            _connection,
            length,
            0,
          );
        };
        this.exports = { ...real, sipml_server_receive: receive };
      }
    }
    WebAssembly.Instance = Trapping as unknown as typeof RealInstance;
    const trapping = new SipServer({ module, accounts: {}, report: (text) => reports.push(text) });
    WebAssembly.Instance = RealInstance;
    const previous = sip;
    sip = trapping;
    const bystander = await opened(url);
    const socket = await opened(url);
    const codes = Promise.all([closeCode(bystander), closeCode(socket)]);
    socket.send("x".repeat(13));
    assert.deepEqual(await codes, [1012, 1012]);
    assert.match(reports.join("\n"), /stopped working: unreachable\n.*2 connections/);
    const again = await opened(url);
    again.send("x".repeat(13));
    again.send("\r\n\r\n");
    assert.equal(await next(again), "\r\n");
    again.close();
    trapping.close();
    sip = previous;
  });
});

describe("serve.mjs", () => {
  let server: Embedded;
  before(async () => {
    server = await startEmbedded();
  });
  after(() => server.stop());

  const fetched = (path: string, headers: OutgoingHttpHeaders = {}): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(server.pageUrl);
      get({ host: "127.0.0.1", port, path, headers }, (response) => {
        response.resume();
        resolve(response);
      }).on("error", reject);
    });

  test("serves the pages with their types and the security policy", async () => {
    const page = await fetched("/call.htm");
    assert.equal(page.statusCode, 200);
    assert.equal(page.headers["content-type"], "text/html; charset=utf-8");
    const policy = String(page.headers["content-security-policy"]);
    assert.match(policy, /script-src 'self' 'wasm-unsafe-eval';/);
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|\*/);
    assert.equal(page.headers["x-content-type-options"], "nosniff");
    const again = await fetched("/call.htm", { "if-none-match": String(page.headers.etag) });
    assert.equal(again.statusCode, 304);
    assert.equal((await fetched("/sipml.wasm")).headers["content-type"], "application/wasm");
  });

  test("redirects / to the phone, with its query", async () => {
    assert.equal((await fetched("/")).headers.location, "/call.htm");
    assert.equal((await fetched("/?user=bob")).headers.location, "/call.htm?user=bob");
  });

  test("gives nothing outside of its folders", async () => {
    for (const path of ["/../package.json", "/%2e%2e/serve.mjs", "/dist/..%2fpackage.json", "/x"]) {
      assert.equal((await fetched(path)).statusCode, 404, path);
    }
  });

  test("tells the page about the SIP server", async () => {
    const info = (await (await fetch(`${server.pageUrl}server-info.json`)).json()) as object;
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      version: string;
    };
    assert.deepEqual(info, { embedded: true, realm: "localhost", websocket: "/sip", version });
  });

  test("refuses WebSockets without the subprotocol, of other hosts, and at other paths", async () => {
    const status = (path: string, protocols: string[], headers = {}): Promise<number> =>
      new Promise((resolve) => {
        const socket = new WebSocket(new URL(path, server.url), protocols, { headers });
        socket.on("unexpected-response", (_, response) => {
          resolve(response.statusCode ?? 0);
          response.destroy();
        });
        socket.on("error", () => undefined);
        socket.on("open", () => {
          resolve(101);
          socket.close();
        });
      });
    const { origin } = new URL(server.pageUrl);
    assert.equal(await status("/sip", []), 400);
    assert.equal(await status("/sip", ["xmpp"]), 400);
    assert.equal(await status("/sip", ["xmpp", "sip"]), 101);
    assert.equal(await status("/other", ["sip"]), 404);
    assert.equal(await status("/sip", ["sip"], { Origin: "https://evil.example" }), 403);
    assert.equal(await status("/sip", ["sip"], { Origin: "null" }), 403);
    assert.equal(await status("/sip", ["sip"], { Origin: origin }), 101);
    assert.equal(await status("/sip", ["sip"], { Origin: "http://127.0.0.1:1" }), 101);
  });

  test("says goodbye to its clients when it is ended", async () => {
    const own = await startEmbedded();
    const socket = await opened(own.url);
    const code = closeCode(socket);
    await own.stop();
    assert.equal(await code, 1001);
  });
});
