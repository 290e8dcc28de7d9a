/**
 * How long a call takes to begin in Chromium, by STUN server and `trickle`: from call() until the
 * INVITE leaves, and until both sides decode media. Prints the table of docs/media.md, and which
 * candidates are found early. `npm run bench -- --set-up`.
 */
import { createSocket } from "node:dgram";
import type { AddressInfo } from "node:net";
import { launch } from "../../e2e/browser.js";
import { startChild } from "../../e2e/child.js";
import { startEmbedded } from "../../e2e/embedded.js";
import { startPageServer } from "../../e2e/page-server.js";
import { Phone } from "../../e2e/phone.js";

const calls = Number(process.argv[2] ?? 7);
const limit = 20000;

declare global {
  interface Window {
    /** When the first INVITE since the last call left, in epoch milliseconds; 0: not yet. */
    invitedAt: number;
  }
}

interface Stun {
  readonly name: string;
  readonly iceServers: RTCIceServer[];
  stop(): Promise<void>;
}

const none = (): Promise<Stun> =>
  Promise.resolve({ name: "none", iceServers: [], stop: () => Promise.resolve() });

/** A port that takes packets and says nothing. */
async function dead(): Promise<Stun> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address() as AddressInfo;
  const stop = (): Promise<void> => new Promise((resolve) => socket.close(() => resolve()));
  return { name: "dead", iceServers: [{ urls: `stun:127.0.0.1:${port}` }], stop };
}

async function live(): Promise<Stun> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address() as AddressInfo;
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  const options = ["--listening-ip=127.0.0.1", `--listening-port=${port}`, "--stun-only"];
  const quiet = ["--no-cli", "--no-tls", "--no-dtls", "--log-file=stdout", "--no-stdout-log"];
  const child = startChild("turnserver", ["-n", ...options, ...quiet, "--pidfile="], "/tmp");
  await new Promise((resolve) => setTimeout(resolve, 1000));
  if (!child.running()) throw new Error(`turnserver exited:\n${child.output()}`);
  return { name: "live", iceServers: [{ urls: `stun:127.0.0.1:${port}` }], stop: () => child.stop() };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

const show = (values: readonly number[]): string =>
  `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)}-${Math.max(...values).toFixed(0)})`;

const browser = await launch();
const pages = await startPageServer();
const server = await startEmbedded();

/** Medians in milliseconds: the INVITE, and media. */
async function measure(stun: Stun, trickle: "none" | "half" | "full"): Promise<void> {
  const phones: Phone[] = [];
  for (const user of ["alice", "bob"]) {
    const phone = await Phone.open(browser, pages, server, user);
    await phone.tab.page.evaluate(() => {
      const send = WebSocket.prototype.send;
      WebSocket.prototype.send = function (data) {
        if (typeof data === "string" && data.startsWith("INVITE ")) {
          window.invitedAt ||= performance.timeOrigin + performance.now();
        }
        send.call(this, data);
      };
    });
    await phone.start({ trickle, iceServers: stun.iceServers });
    await phone.register();
    phones.push(phone);
  }
  const [alice, bob] = phones as [Phone, Phone];
  const media = { audio: true };
  await alice.autoAnswer(media);
  const invited: number[] = [];
  const heard: number[] = [];
  for (let at = 0; at <= calls; at++) {
    const decoded = phones.map((phone) =>
      phone.tab.page.evaluate((time) => window.probe.mediaTime(["audio"], time), limit),
    );
    await bob.tab.page.evaluate(() => void (window.invitedAt = 0));
    await bob.call("alice", media);
    const ready = Math.max(...(await Promise.all(decoded)));
    const { left, called } = await bob.tab.page.evaluate(() => ({
      left: window.invitedAt,
      called: window.phone.calledAt,
    }));
    await bob.hangup();
    await Promise.all(phones.map((phone) => phone.end()));
    if (at === 0) continue; // the first call also opens devices
    invited.push(left - called);
    heard.push(ready - called);
  }
  console.log(`| ${stun.name} | ${trickle} | ${show(invited)} | ${show(heard)} |`);
  for (const phone of phones) await phone.close();
}

/** What gathering yields before and after the microphone is open. */
async function candidates(grant: boolean, state: string): Promise<void> {
  const flags = ["--enable-features=WebRtcHideLocalIpsWithMdns"];
  const other = await launch({ grant, flags });
  const phone = await Phone.open(other, pages, server, "carol");
  const context = phone.tab.context;
  if (grant) await context.grantPermissions(["microphone"]);
  const found = await phone.tab.page.evaluate(async (open) => {
    const gather = async (): Promise<string[]> => {
      const peer = new RTCPeerConnection();
      const seen: string[] = [];
      peer.addTransceiver("audio");
      const done = new Promise<void>((resolve) => {
        peer.onicecandidate = ({ candidate }) => {
          if (!candidate) return resolve();
          const { type, protocol, address } = candidate;
          const family = address?.endsWith(".local") ? "name" : address?.includes(":") ? "ipv6" : "ipv4";
          if (candidate.candidate) seen.push(`${type} ${protocol} ${family}`);
        };
      });
      await peer.setLocalDescription();
      await done;
      peer.close();
      return seen.sort();
    };
    const before = await gather();
    if (!open) return [before];
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const after = await gather();
    for (const track of stream.getTracks()) track.stop();
    return [before, after];
  }, grant);
  const [before = [], after] = found.map((list) => list.join(", "));
  console.log(`| ${state} | ${String(before)} | ${after ?? "-"} |`);
  await phone.close();
  await other.close();
}

try {
  console.log("| STUN server | trickle | INVITE, ms | media on both sides, ms |\n| --- | --- | --- | --- |");
  for (const start of [none, live, dead]) {
    const stun = await start();
    for (const trickle of ["none", "half", "full"] as const) await measure(stun, trickle);
    await stun.stop();
  }
  console.log("\n| microphone | found before it is open | found while it is open |\n| --- | --- | --- |");
  await candidates(true, "allowed before");
  await candidates(false, "not allowed yet");
} finally {
  await browser.close();
  await server.stop();
  await pages.stop();
}
