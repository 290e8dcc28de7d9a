/** What a phone sends, what it asks the person for, and what it keeps open. */
import assert from "node:assert/strict";
import type { Phone } from "./phone.js";
import type { AnyTab } from "./tab.js";

interface Noted {
  sent: string[];
  asked: number;
}

/** Notes what the phone sends and what it asks the person for, from here on. */
export async function observe(phone: Phone<AnyTab>): Promise<void> {
  await phone.tab.page.evaluate(() => {
    const noted = window as unknown as Noted;
    noted.asked = window.probe.captures.length;
    if (noted.sent === undefined) {
      window.phone.agent.configure({ trace: true });
      window.phone.agent.on("log", ({ direction, text }) => {
        if (direction === "sent" && !text.startsWith("v=")) noted.sent.push(text);
      });
    }
    noted.sent = [];
  });
}

/** What was sent last of what the pattern fits, since observe(). */
export function sent(phone: Phone<AnyTab>, start: RegExp): Promise<string | undefined> {
  return phone.tab.page.evaluate(
    (pattern) =>
      (window as unknown as Noted).sent
        // What a hook made of a message stands behind what it was.
        .filter((text) => new RegExp(pattern).test(text))
        .at(-1),
    start.source,
  );
}

/** How many INVITEs were sent since observe(). */
export function invites(phone: Phone<AnyTab>): Promise<number> {
  return phone.tab.page.evaluate(
    () => (window as unknown as Noted).sent.filter((text) => text.startsWith("INVITE ")).length,
  );
}

/** The kinds that the person was asked for since observe(). */
export function asked(phone: Phone<AnyTab>): Promise<string[]> {
  return phone.tab.page.evaluate(() => {
    const { asked: before } = window as unknown as Noted;
    const kinds = window.probe.captures.slice(before).flatMap(({ audio, video }) => [
      ...(audio ? ["audio"] : []),
      ...(video ? ["video"] : []),
    ]);
    return [...new Set(kinds)];
  });
}

/** Fails if the phone keeps a device or a connection open. */
export async function expectNothingOpen(phone: Phone<AnyTab>): Promise<void> {
  let now = "";
  await phone.tab
    .wait("closing of all", async () => {
      now = JSON.stringify(await phone.tab.page.evaluate(() => window.probe.open()));
      return now === '{"tracks":0,"peers":0}' ? true : undefined;
    }, 2000)
    .catch(() => assert.fail(`${phone.user} keeps open: ${now}`));
}
