/** Each thing that can be wrong around a page gives its own clear error; then it can try again. */
import assert from "node:assert/strict";
import { createServer as createHttps } from "node:https";
import { createServer as createHttp, type Server } from "node:http";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { WebSocketServer } from "ws";
import { launch, type LaunchOptions } from "./browser.js";
import { makeCertificate } from "./certificate.js";
import { startEmbedded } from "./embedded.js";
import { expectMedia } from "./media.js";
import { startPageServer, type PageServer } from "./page-server.js";
import { runFolder } from "./paths.js";
import { Phone } from "./phone.js";
import { freePorts } from "./ports.js";
import { startRelay } from "./relay.js";
import type { SipServer } from "./servers.js";

let pages: PageServer;
let server: SipServer;

before(async () => {
  pages = await startPageServer();
  server = await startEmbedded();
});
after(async () => {
  await server?.stop();
  await pages?.stop();
});

/** What the browser itself writes on the console when a connection fails. */
const networkErrors = [/WebSocket connection to/, /Failed to load resource/, /net::ERR_/];

async function withPhones(
  options: LaunchOptions,
  users: readonly string[],
  run: (phones: Phone[]) => Promise<void>,
  url?: string,
  allowed: readonly RegExp[] = [],
): Promise<void> {
  const browser = await launch(options);
  try {
    const phones: Phone[] = [];
    for (const user of users) phones.push(await Phone.open(browser, pages, server, user, url));
    await run(phones);
    for (const phone of phones) await phone.close(allowed);
  } finally {
    await browser.close();
  }
}

async function online(phone: Phone): Promise<void> {
  assert.equal(await phone.start(), null);
  assert.equal(await phone.register(), null);
}

function one(phones: readonly Phone[], at = 0): Phone {
  const phone = phones[at];
  if (phone === undefined) throw new Error(`no phone ${at}`);
  return phone;
}

async function listen(http: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(port, "127.0.0.1", resolve);
  });
  return (http.address() as AddressInfo).port;
}

const messages = new Map<string, string>();

/** Remembers the text of each error, so that the last test can see that all differ. */
function told(code: string, message: string): void {
  assert.ok(message.length > 20, `${code} has a message that says something: "${message}"`);
  messages.set(code, message);
}

test("an unreachable server, and the same user agent connects once it is there", async () => {
  const [port = 0] = await freePorts(1);
  await withPhones(
    {},
    ["alice"],
    async (phones) => {
      const alice = one(phones);
      const refused = await alice.start({ server: `ws://127.0.0.1:${port}/sip` });
      assert.equal(refused?.code, "server_unreachable");
      told("server_unreachable", refused.message);
      const relay = await startRelay(server.url, port);
      try {
        assert.equal(await alice.restart(), null);
        assert.equal(await alice.register(), null);
        await alice.stop();
      } finally {
        await relay.stop();
      }
    },
    undefined,
    networkErrors,
  );
});

test("a server that refuses the subprotocol sip", async () => {
  const http = createHttp((_, response) => void response.writeHead(200).end());
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => false });
  const port = await listen(http, 0);
  try {
    await withPhones(
      {},
      ["alice"],
      async (phones) => {
        const alice = one(phones);
        const refused = await alice.start({ server: `ws://127.0.0.1:${port}/` });
        assert.equal(refused?.code, "subprotocol_refused");
        told("subprotocol_refused", refused.message);
        await online(alice);
      },
      undefined,
      networkErrors,
    );
  } finally {
    sockets.close();
    http.closeAllConnections();
    http.close();
  }
});

test("a certificate that the browser does not trust", async () => {
  const { key, certificate } = makeCertificate(runFolder("certificate"));
  const https = createHttps({ key: readFileSync(key), cert: readFileSync(certificate) });
  const port = await listen(https, 0);
  const sockets = new WebSocketServer({ server: https, handleProtocols: () => "sip" });
  try {
    await withPhones(
      { anyCertificate: false },
      ["alice"],
      async (phones) => {
        const alice = one(phones);
        const refused = await alice.start({ server: `wss://127.0.0.1:${port}/` });
        assert.equal(refused?.code, "certificate_refused");
        told("certificate_refused", refused.message);
        await online(alice);
      },
      undefined,
      networkErrors,
    );
  } finally {
    sockets.close();
    https.closeAllConnections();
    https.close();
  }
});

test("a denied microphone ends the call; granted later, the next call works", async () => {
  await withPhones({ grant: false }, ["alice", "bob"], async (phones) => {
    const [alice, bob] = [one(phones, 0), one(phones, 1)];
    await online(alice);
    await online(bob);
    await bob.call("alice", { audio: true });
    const end = await bob.end();
    assert.deepEqual(
      [end.cause, end.by, end.mediaError],
      ["media_error", "local", "permission_denied"],
    );
    told("permission_denied", end.message);

    for (const phone of phones) await phone.tab.context.grantPermissions(["microphone"]);
    await bob.call("alice", { audio: true });
    await alice.state("incoming");
    await alice.answer({ audio: true });
    await expectMedia([alice.tab, bob.tab], ["audio"]);
    await bob.hangup();
    await bob.end();
    await alice.end();
  });
});

test("a callee whose microphone is denied ends the call for both", async () => {
  await withPhones({ grant: false }, ["alice", "bob"], async (phones) => {
    const [alice, bob] = [one(phones, 0), one(phones, 1)];
    await online(alice);
    await online(bob);
    await bob.tab.context.grantPermissions(["microphone"]);
    await bob.call("alice", { audio: true });
    await alice.state("incoming");
    await alice.answer({ audio: true });
    const end = await alice.end();
    assert.deepEqual([end.cause, end.mediaError], ["media_error", "permission_denied"]);
    const atBob = await bob.end();
    assert.deepEqual([atBob.cause, atBob.by], ["rejected", "remote"]);
  });
});

test("no device at all", async () => {
  await withPhones({ devices: "none" }, ["alice", "bob"], async (phones) => {
    const [alice, bob] = [one(phones, 0), one(phones, 1)];
    await online(alice);
    await online(bob);
    for (let attempt = 0; attempt < 2; attempt++) {
      await bob.call("alice", { audio: true });
      const end = await bob.end();
      assert.deepEqual([end.cause, end.by, end.mediaError], ["media_error", "local", "no_device"]);
      told("no_device", end.message);
    }
  });
});

test("no camera: a video call fails, an audio call from the same page works", async () => {
  await withPhones({ devices: "noCamera" }, ["alice", "bob"], async (phones) => {
    const [alice, bob] = [one(phones, 0), one(phones, 1)];
    await online(alice);
    await online(bob);
    await bob.call("alice", { audio: true, video: true });
    assert.equal((await bob.end()).mediaError, "no_device");
    await bob.call("alice", { audio: true });
    await alice.state("incoming");
    await alice.answer({ audio: true });
    await expectMedia([alice.tab, bob.tab], ["audio"]);
    await bob.hangup();
    await alice.end();
  });
});

test("a page that is not a secure context", async () => {
  const host = "sip.example.test";
  await withPhones(
    { flags: [`--host-resolver-rules=MAP ${host} 127.0.0.1`] },
    ["bob"],
    async (phones) => {
      const bob = one(phones);
      // The embedded server takes only pages of its own host name.
      const address = { server: server.url.replace("localhost", host) };
      for (const phone of phones) {
        assert.equal(await phone.start(address), null);
        assert.equal(await phone.register(), null);
      }
      for (let attempt = 0; attempt < 2; attempt++) {
        await bob.call("alice", { audio: true });
        const end = await bob.end();
        assert.deepEqual(
          [end.cause, end.by, end.mediaError],
          ["media_error", "local", "insecure_context"],
        );
        told("insecure_context", end.message);
      }
    },
    `http://${host}:${pages.port}/modern.html`,
  );
});

test("the six errors have six different messages", () => {
  assert.equal(messages.size, 6);
  assert.equal(new Set(messages.values()).size, 6, JSON.stringify([...messages], null, 1));
});
