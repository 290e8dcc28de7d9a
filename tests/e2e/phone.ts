/** Drives page/modern.html from Node: one Phone is one user in one browser context. */
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { Tab } from "./browser.js";
import type { PageServer } from "./page-server.js";
import type { Failure, Media, PhoneOptions, Snapshot } from "./page/modern.js";
import type { SipServer } from "./servers.js";
import type { AnyTab } from "./tab.js";

export class Phone<T extends AnyTab = Tab> {
  private constructor(
    readonly tab: T,
    readonly server: SipServer,
    readonly user: string,
  ) {}

  /** Opens the page; `url` replaces the usual address. */
  static async open(
    browser: Browser,
    pages: PageServer,
    server: SipServer,
    user: string,
    url?: string,
  ): Promise<Phone> {
    return Phone.on(await Tab.open(browser, url ?? pages.url("modern.html"), user), server, user);
  }

  /** The phone of a page that is open, in whichever browser. */
  static async on<T extends AnyTab>(tab: T, server: SipServer, user: string): Promise<Phone<T>> {
    await tab.wait("window.phone", () =>
      tab.page.evaluate(() => ("phone" in window ? true : undefined)),
    );
    return new Phone(tab, server, user);
  }

  /** Opens the page, connects and registers. */
  static async registered(
    browser: Browser,
    pages: PageServer,
    server: SipServer,
    user: string,
  ): Promise<Phone> {
    return (await Phone.open(browser, pages, server, user)).online();
  }

  /** Connects and registers. */
  async online(): Promise<this> {
    assert.equal(await this.start(), null);
    assert.equal(await this.register(), null);
    return this;
  }

  start(changes: Partial<PhoneOptions> = {}): Promise<Failure | null> {
    const options = {
      server: this.server.url,
      uri: `sip:${this.user}@${this.server.domain}`,
      password: this.server.password(this.user),
      ...changes,
    };
    return this.tab.page.evaluate((given) => window.phone.start(given), options);
  }
  restart(): Promise<Failure | null> {
    return this.tab.page.evaluate(() => window.phone.restart());
  }
  register(): Promise<Failure | null> {
    return this.tab.page.evaluate(() => window.phone.register());
  }
  stop(): Promise<void> {
    return this.tab.page.evaluate(() => window.phone.stop());
  }
  call(target: string, media: Media): Promise<void> {
    return this.tab.page.evaluate(([to, what]) => window.phone.call(to, what), [
      target,
      media,
    ] as const);
  }
  answer(media: Media): Promise<void> {
    return this.tab.page.evaluate((what) => window.phone.answer(what), media);
  }
  autoAnswer(media: Media | null): Promise<void> {
    return this.tab.page.evaluate((what) => window.phone.autoAnswer(what), media);
  }
  reject(status: number): Promise<void> {
    return this.tab.page.evaluate((code) => window.phone.reject(code), status);
  }
  hangup(): Promise<void> {
    return this.tab.page.evaluate(() => window.phone.hangup());
  }
  hold(): Promise<Failure | null> {
    return this.tab.page.evaluate(() => window.phone.hold());
  }
  resume(): Promise<Failure | null> {
    return this.tab.page.evaluate(() => window.phone.resume());
  }
  dtmf(tones: string, method: "auto" | "info" = "auto"): Promise<Failure | null> {
    return this.tab.page.evaluate(
      ([digits, way]) => window.phone.dtmf(digits, way),
      [tones, method] as const,
    );
  }
  transfer(target: string): Promise<Failure | null> {
    return this.tab.page.evaluate((to) => window.phone.transfer(to), target);
  }
  follow(): Promise<void> {
    return this.tab.page.evaluate(() => window.phone.follow());
  }
  snapshot(): Promise<Snapshot> {
    return this.tab.page.evaluate(() => window.phone.snapshot());
  }

  /** Waits for a state of the latest call. */
  async state(wanted: string, timeout?: number): Promise<void> {
    let last = "";
    await this.tab.wait(
      `call state ${wanted}`,
      async () => {
        const now = await this.snapshot();
        if (last !== JSON.stringify(now)) this.tab.console.push((last = JSON.stringify(now)));
        return now.call === wanted ? true : undefined;
      },
      timeout,
    );
  }

  /** Waits until the log of the latest call has `entry`. */
  async logged(entry: string, timeout?: number): Promise<void> {
    await this.tab.wait(
      `"${entry}" in the log`,
      async () => ((await this.snapshot()).log.includes(entry) ? true : undefined),
      timeout,
    );
  }

  /** Waits until the latest event of the connection is `wanted`. */
  async connection(wanted: string, timeout?: number): Promise<void> {
    await this.tab.wait(
      `connection ${wanted}`,
      async () => ((await this.snapshot()).connection.at(-1) === wanted ? true : undefined),
      timeout,
    );
  }

  /** Waits for a state of the latest registration. */
  async registration(wanted: string, timeout?: number): Promise<void> {
    await this.tab.wait(
      `registration ${wanted}`,
      async () => ((await this.snapshot()).registration === wanted ? true : undefined),
      timeout,
    );
  }

  /** Waits until the latest call is over and tells how. */
  end(timeout?: number): Promise<NonNullable<Snapshot["end"]>> {
    return this.tab.wait(
      "end of the call",
      async () => {
        const now = await this.snapshot();
        return now.end ?? undefined;
      },
      timeout,
    );
  }

  /** Fails on page errors, then goes offline and closes the page. */
  async close(allowed: readonly RegExp[] = []): Promise<void> {
    try {
      if (!this.tab.page.isClosed()) {
        await this.stop();
        await this.tab.expectClean(allowed);
      }
    } finally {
      await this.tab.close();
    }
  }
}
