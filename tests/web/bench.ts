/** A user agent on the fake core, and what its tests say again and again. */
import assert from "node:assert/strict";
import type { Event, Party } from "../../js-glue/protocol.js";
import { SipError } from "../../web/errors.js";
import type { UserAgentOptions } from "../../web/options.js";
import { UserAgent } from "../../web/user-agent.js";
import { FakeBrowser, FakeCore, settle } from "./fakes.js";
import type { FakeBrowserOptions } from "./fakes.js";

export interface Bench {
  readonly browser: FakeBrowser;
  readonly core: FakeCore;
  readonly agent: UserAgent;
}

export function bench(options: Partial<UserAgentOptions> = {}, fakes: FakeBrowserOptions = {}): Bench {
  const browser = new FakeBrowser(fakes);
  const core = new FakeCore();
  const agent = new UserAgent(core, {
    server: "wss://sip.example.org",
    uri: "sip:alice@example.org",
    environment: browser.environment,
    ...options,
  });
  return { browser, core, agent };
}

export async function connected(
  options: Partial<UserAgentOptions> = {},
  fakes: FakeBrowserOptions = {},
): Promise<Bench> {
  const all = bench(options, fakes);
  const started = all.agent.start();
  await settle();
  all.browser.socket.open();
  await started;
  return all;
}

export const bob: Party = { uri: "sip:bob@example.org", user: "bob", display_name: "Bob" };
export const alice: Party = { uri: "sip:alice@example.org", user: "alice", display_name: "" };
export const incoming = (call: number, more: object = {}): { event: Event } => ({
  event: {
    type: "call_incoming",
    call,
    from: bob,
    to: alice,
    has_offer: true,
    audio: "sendrecv",
    video: null,
    ...more,
  },
});
export const established = (call: number): { event: Event } => ({
  event: { type: "call_established", call, status: 200, reason: "OK" },
});
export const isSip = (code: string, more: object = {}) => (error: unknown) => {
  assert.ok(error instanceof SipError);
  assert.equal(error.code, code);
  for (const [key, value] of Object.entries(more)) {
    assert.equal(Reflect.get(error, key), value, key);
  }
  return true;
};
