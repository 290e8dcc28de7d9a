/** Phones of the modern page and peers written by hand, in one browser, at one server. */
import type { Browser } from "playwright-core";
import { launch } from "./browser.js";
import { startEmbedded } from "./embedded.js";
import { Hand } from "./hand.js";
import { startPageServer, type PageServer } from "./page-server.js";
import type { Media } from "./page/modern.js";
import { Phone } from "./phone.js";
import type { SipServer } from "./servers.js";
import type { AnyTab } from "./tab.js";

export class CallScene {
  private readonly open: { close(): Promise<void> }[] = [];

  private constructor(
    readonly browser: Browser,
    readonly pages: PageServer,
    readonly server: SipServer,
  ) {}

  static async start(startServer: () => Promise<SipServer> = startEmbedded): Promise<CallScene> {
    return new CallScene(await launch(), await startPageServer(), await startServer());
  }

  /** The phone of a user who is registered. */
  async phone(user: string): Promise<Phone> {
    return this.keep(await Phone.registered(this.browser, this.pages, this.server, user));
  }

  /** Closes this, too, when the scene is over: what came last goes first. */
  keep<T extends { close(): Promise<void> }>(one: T): T {
    this.open.push(one);
    return one;
  }

  /** A peer who is registered; `tag` tells several of one user apart. */
  async hand(user: string, tag?: string): Promise<Hand> {
    return this.keep(await Hand.open(this.browser, this.pages, this.server, user, tag));
  }

  /** Throws if a page of the phones had an error; closes everything in any case. */
  async stop(): Promise<void> {
    try {
      for (const one of this.open.reverse()) await one.close();
    } finally {
      await this.server.stop();
      await this.pages.stop();
      await this.browser.close();
    }
  }
}

/** A call of two phones up to where both are in it. */
export async function establish(
  caller: Phone<AnyTab>,
  callee: Phone<AnyTab>,
  media: Media,
): Promise<void> {
  await caller.call(callee.user, media);
  await callee.state("incoming");
  await callee.answer(media);
  await Promise.all([caller.state("established"), callee.state("established")]);
}
