/** Drives page/old-page.html, a page as they were written for sipML5. */
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { Tab } from "./browser.js";
import type { PageServer } from "./page-server.js";
import type { AnyTab } from "./tab.js";

export interface Seen {
  readonly who: "stack" | "register" | "call" | "transferred" | "subscribe" | "publish" | "message";
  readonly type: string;
  readonly description: string;
  readonly code: number;
}

declare global {
  interface Window {
    seen: readonly Seen[];
    keys: Record<string, (...args: string[]) => number | string>;
  }
}

/** What the page gives to `new SIPml.Stack`, but for its listener and headers. */
export interface Account {
  readonly realm: string;
  readonly impi: string;
  readonly impu: string;
  readonly password: string;
  readonly websocket_proxy_url: string;
  readonly [key: string]: unknown;
}

export class OldPhone<T extends AnyTab = Tab> {
  constructor(readonly tab: T) {}

  static async open(browser: Browser, pages: PageServer, account: Account): Promise<OldPhone> {
    return new OldPhone(await Tab.open(browser, OldPhone.url(pages, account), account.impi));
  }

  /** The page for this account. */
  static url(pages: PageServer, account: Account): string {
    return `${pages.url("old-page.html")}#${encodeURIComponent(JSON.stringify(account))}`;
  }

  press(key: string, ...args: string[]): Promise<number | string> {
    return this.tab.page.evaluate(
      ([name, given]) => {
        const action = window.keys[name];
        if (action === undefined) throw new Error(`no key ${name}`);
        return action(...given);
      },
      [key, args] as const,
    );
  }

  /** Presses a key whose API call has to return 0. */
  async does(key: string, ...args: string[]): Promise<void> {
    assert.equal(await this.press(key, ...args), 0, `${key}(${args.join(", ")})`);
  }

  seen(): Promise<readonly Seen[]> {
    return this.tab.page.evaluate(() => window.seen);
  }

  /** Waits for `who:type` or `who:type CODE`. */
  async until(wanted: string, timeout?: number): Promise<Seen> {
    let seen: readonly Seen[] = [];
    const names = (one: Seen): string[] => [
      `${one.who}:${one.type}`,
      `${one.who}:${one.type} ${one.code}`,
    ];
    try {
      return await this.tab.wait(
        wanted,
        async () => {
          seen = await this.seen();
          return seen.find((one) => names(one).includes(wanted));
        },
        timeout,
      );
    } catch (error) {
      const list = seen.map((one) => names(one)[1]).join(", ");
      throw new Error(`${(error as Error).message}\nseen: ${list}`);
    }
  }

  async order(): Promise<string[]> {
    return (await this.seen()).map(
      (one) => `${one.who}:${one.type}${one.code > 0 ? ` ${one.code}` : ""}`,
    );
  }

  forget(): Promise<void> {
    return this.does("forget");
  }

  async online(): Promise<this> {
    await this.does("start");
    await this.until("register:connected");
    await this.forget();
    return this;
  }

  async close(): Promise<void> {
    try {
      await this.press("stop");
      await this.until("stack:stopped");
      await this.tab.expectClean();
    } finally {
      await this.tab.close();
    }
  }
}
