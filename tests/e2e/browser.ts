/** Headless Chromium with fake devices: a context per user, and all errors of a page kept. */
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { existsSync } from "node:fs";
import { installProbe } from "./probe.js";
import { PageTab } from "./tab.js";

const programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const baseFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--allow-loopback-in-peer-connection",
  "--autoplay-policy=no-user-gesture-required",
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
  "--disable-backgrounding-occluded-windows",
];

const deviceFlags = {
  all: ["--use-fake-device-for-media-stream"],
  noCamera: ["--use-fake-device-for-media-stream=device-count=0"],
  none: ["--disable-audio-input"],
} as const;

export interface LaunchOptions {
  /** Default "all": a beeping microphone and a camera with a test picture. */
  readonly devices?: "all" | "noCamera" | "none";
  /** Default true: getUserMedia is granted without asking. */
  readonly grant?: boolean;
  /** Default true: self-signed certificates are accepted. */
  readonly anyCertificate?: boolean;
  /** Default false: names ending in .local take the place of addresses until there is permission. */
  readonly hideAddresses?: boolean;
  readonly flags?: readonly string[];
}

export async function launch(options: LaunchOptions = {}): Promise<Browser> {
  const executablePath = programs.find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new Error("Chromium is missing: apt-get install chromium");
  const args = [...baseFlags];
  args.push(...deviceFlags[options.devices ?? "all"]);
  if (options.grant ?? true) args.push("--use-fake-ui-for-media-stream");
  if (options.anyCertificate ?? true) args.push("--ignore-certificate-errors");
  if (!options.hideAddresses) args.push("--disable-features=WebRtcHideLocalIpsWithMdns");
  args.push(...(options.flags ?? []));
  return chromium.launch({ executablePath, headless: true, args });
}

export class Tab extends PageTab {
  private constructor(
    name: string,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    super(name);
  }

  /** A page in a context of its own, or a second page in `beside`'s context. */
  static async open(browser: Browser, url: string, name: string, beside?: Tab): Promise<Tab> {
    const context = beside?.context ?? (await browser.newContext());
    const page = await context.newPage();
    const tab = new Tab(name, context, page);
    page.on("pageerror", (error) => tab.pageErrors.push(error.stack ?? error.message));
    page.on("console", (message) => {
      tab.console.push(`${message.type()}: ${message.text()}`);
      if (message.type() === "error") tab.consoleErrors.push(message.text());
    });
    page.on("crash", () => tab.pageErrors.push("the page crashed"));
    await page.addInitScript(installProbe);
    await page.goto(url);
    return tab;
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
