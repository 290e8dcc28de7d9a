/** call.htm in a browser, driven as a person drives it. */
import type { Browser } from "playwright-core";
import { Tab } from "./browser.js";

export class DemoPage {
  private constructor(readonly tab: Tab) {}

  /** `beside`: a second tab of the same browser profile. */
  static async open(browser: Browser, url: string, name: string, beside?: Tab): Promise<DemoPage> {
    return new DemoPage(await Tab.open(browser, url, name, beside));
  }
  static of(tab: Tab): DemoPage {
    return new DemoPage(tab);
  }
  async text(id: string): Promise<string> {
    return (await this.tab.page.locator(`#${id}`).textContent())?.trim() ?? "";
  }
  /** `id`: of an element, or a selector. */
  async expectText(id: string, wanted: RegExp): Promise<void> {
    const selector = /^[\w-]+$/.test(id) ? `#${id}` : id;
    let seen = "";
    try {
      await this.tab.wait(`${id} like ${wanted}`, async () => {
        seen = (await this.tab.page.locator(selector).allTextContents()).join("\n").trim();
        return wanted.test(seen) ? true : undefined;
      });
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${selector} says "${seen}"`);
    }
  }
  /** A person sees the tab that he clicks in. */
  async click(id: string): Promise<void> {
    const selector = /^[\w-]+$/.test(id) ? `#${id}` : id;
    await this.tab.page.bringToFront();
    await this.tab.page.locator(selector).click({ timeout: 5000 });
  }
  async fill(id: string, value: string): Promise<void> {
    await this.tab.page.bringToFront();
    await this.tab.page.locator(`#${id}`).fill(value, { timeout: 5000 });
  }
  async press(key: string): Promise<void> {
    await this.tab.page.bringToFront();
    await this.tab.page.keyboard.press(key);
  }
  /** The id of what has the focus. */
  focused(): Promise<string> {
    return this.tab.page.evaluate(() => document.activeElement?.id ?? "");
  }
  /** Presses Tab until the element with this id has the focus. */
  async tabTo(id: string, most = 60): Promise<void> {
    for (let pressed = 0; pressed < most; pressed += 1) {
      if ((await this.focused()) === id) return;
      await this.press("Tab");
    }
    throw new Error(`${this.tab.name}: Tab does not reach ${id}; it is at ${await this.focused()}`);
  }
  /** Opens the menu of the Call button and picks an entry. */
  async call(
    target: string,
    entry: "btnCallAudio" | "btnCallVideo" | "btnCallReceive" | "btnCallScreenShare",
  ): Promise<void> {
    await this.fill("txtPhoneNumber", target);
    await this.click("btnCall");
    await this.click(entry);
  }
  online(): Promise<void> {
    return this.expectText("txtRegStatus", /^Connected as /);
  }
}
