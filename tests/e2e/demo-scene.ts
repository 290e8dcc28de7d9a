/** call.htm for several people: tabs of one browser, and the embedded server of npm start. */
import type { Browser } from "playwright-core";
import { launch, type LaunchOptions, type Tab } from "./browser.js";
import { DemoPage } from "./demo-page.js";
import { startEmbedded, type Embedded } from "./embedded.js";

export interface Scene {
  readonly browser: Browser;
  readonly server: Embedded;
  /** Another page; `beside`: in the same browser context as that tab. */
  open(query: string, name: string, beside?: Tab): Promise<DemoPage>;
  /** The page of one of the users that the scene began with. */
  page(user: string): DemoPage;
  /** Throws if a page of those users had an error; closes everything in any case. */
  stop(): Promise<void>;
}

/** Each user's page logs in by itself. */
export async function startScene(
  users: readonly string[],
  options: LaunchOptions = {},
): Promise<Scene> {
  const browser = await launch(options);
  const server = await startEmbedded();
  const pages = new Map<string, DemoPage>();
  const open = (query: string, name: string, beside?: Tab): Promise<DemoPage> =>
    DemoPage.open(browser, `${server.pageUrl}call.htm${query}`, name, beside);
  const stop = async (): Promise<void> => {
    try {
      for (const page of pages.values()) await page.tab.expectClean();
    } finally {
      await browser.close();
      await server.stop();
    }
  };
  try {
    for (const user of users) {
      const [first] = pages.values();
      pages.set(user, await open(`?user=${user}&login=1`, user, first?.tab));
    }
    for (const page of pages.values()) await page.online();
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
  return {
    browser,
    server,
    open,
    page: (user) => {
      const page = pages.get(user);
      if (!page) throw new Error(`${user} is not on the scene`);
      return page;
    },
    stop,
  };
}
