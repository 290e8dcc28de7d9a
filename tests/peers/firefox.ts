/** Headless Firefox ESR with fake devices, driven over WebDriver BiDi: a user context per user. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { CallScene } from "../e2e/call-scene.js";
import { waitFor, startChild, type Child } from "../e2e/child.js";
import { runFolder } from "../e2e/paths.js";
import { Phone } from "../e2e/phone.js";
import { installProbe } from "../e2e/probe.js";
import { PageTab, type AnyTab, type ScriptPage } from "../e2e/tab.js";
import { Bidi } from "./bidi.js";

const programs = ["/usr/bin/firefox-esr", "/usr/bin/firefox"];

/** What a profile of the tests has otherwise than a new one. */
const preferences: Readonly<Record<string, string | number | boolean>> = {
  // A tone and a test picture instead of devices; nobody is asked.
  "media.navigator.streams.fake": true,
  "media.navigator.permission.disabled": true,
  // Addresses as they are: nobody answers for the .local names of RFC 8828 mode 2 here.
  "media.peerconnection.ice.obfuscate_host_addresses": false,
  // Chromium has nothing but 127.0.0.1 in a network that is only loopback.
  "media.peerconnection.ice.loopback": true,
  "media.autoplay.default": 0,
  "media.block-autoplay-until-in-foreground": false,
  // A window that is not in front is used as one that is.
  "dom.timeout.enable_budget_timer_throttling": false,
  "dom.min_background_timeout_value": 4,
  // What a new profile would fetch.
  "network.manage-offline-status": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "network.dns.disablePrefetch": true,
  "network.prefetch-next": false,
  "app.update.disabledForTesting": true,
  "app.normandy.enabled": false,
  "browser.safebrowsing.update.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.search.update": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage": "about:blank",
  "browser.startup.page": 0,
  "browser.newtabpage.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "datareporting.healthreport.uploadEnabled": false,
  "toolkit.telemetry.enabled": false,
  "toolkit.telemetry.server": "https://localhost/",
  "extensions.update.enabled": false,
  "extensions.getAddons.cache.enabled": false,
  "media.gmp-manager.updateEnabled": false,
  "services.settings.server": "data:,",
  "remote.active-protocols": 1,
};

export interface FirefoxOptions {
  /** The X display where its windows are; default: none, headless. */
  readonly display?: string;
  /** Further preferences of the profile. */
  readonly preferences?: Readonly<Record<string, string | number | boolean>>;
}

export class Firefox {
  private readonly tabs = new Map<string, FirefoxTab>();

  private constructor(
    private readonly child: Child,
    private readonly bidi: Bidi,
    readonly version: string,
  ) {
    bidi.on((method, params) => {
      if (method !== "log.entryAdded") return;
      const source = params["source"] as { readonly context?: string };
      this.tabs.get(source.context ?? "")?.heard(params as unknown as LogEntry);
    });
  }

  static async launch(options: FirefoxOptions = {}): Promise<Firefox> {
    const program = programs.find((path) => existsSync(path));
    if (program === undefined) throw new Error("Firefox is missing: apt-get install firefox-esr");
    const profile = runFolder("firefox");
    const set = Object.entries({ ...preferences, ...options.preferences });
    writeFileSync(
      join(profile, "user.js"),
      set.map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`).join(""),
    );
    const args = ["--no-remote", "--new-instance", "--remote-debugging-port", "0"];
    const where = options.display === undefined ? ["--headless"] : ["--display", options.display];
    const all = [...where, ...args, "--profile", profile, "about:blank"];
    const child = startChild(program, all, profile);
    try {
      const address = /WebDriver BiDi listening on (ws:\/\/\S+)/;
      const url = await waitFor(
        () => {
          if (!child.running()) throw new Error(`Firefox exited:\n${child.output()}`);
          return address.exec(child.output())?.[1];
        },
        () => `Firefox gave no address:\n${child.output()}`,
        30000,
      );
      const bidi = await Bidi.connect(url, { acceptInsecureCerts: true });
      await bidi.send("session.subscribe", { events: ["log.entryAdded"] });
      const version = /firefox\/([\d.]+)/i.exec(child.output())?.[1] ?? "";
      return new Firefox(child, bidi, version);
    } catch (error) {
      await child.stop();
      throw error;
    }
  }

  /** A page in a window and a user context of its own. */
  async open(url: string, name: string): Promise<FirefoxTab> {
    const { userContext } = await this.bidi.send("browser.createUserContext");
    const { context } = await this.bidi.send("browsingContext.create", {
      type: "window",
      userContext,
    });
    const page = new FirefoxPage(this.bidi, String(context));
    const tab = new FirefoxTab(name, page, async () => {
      this.tabs.delete(String(context));
      await this.bidi.send("browser.removeUserContext", { userContext });
    });
    this.tabs.set(String(context), tab);
    await this.bidi.send("script.addPreloadScript", {
      functionDeclaration: String(installProbe),
      contexts: [context],
    });
    await page.goto(url);
    return tab;
  }

  async close(): Promise<void> {
    await Promise.race([this.bidi.send("browser.close").catch(() => undefined), delay(3000)]);
    this.bidi.close();
    await this.child.stop();
  }
}

interface LogEntry {
  readonly type: string;
  readonly level: string;
  readonly text: string;
  readonly stackTrace?: { readonly callFrames: readonly { url: string; lineNumber: number }[] };
}

/** The page of a tab: scripts run in it, and a person's mouse and keyboard. */
export class FirefoxPage implements ScriptPage {
  private closed = false;

  constructor(
    private readonly bidi: Bidi,
    private readonly context: string,
  ) {}

  /** As playwright's: a function that uses nothing from outside itself, and data for it. */
  readonly evaluate = ((work: unknown, given?: unknown) =>
    this.run(String(work), given)) as ScriptPage["evaluate"];

  isClosed(): boolean {
    return this.closed;
  }

  async goto(url: string): Promise<void> {
    await this.bidi.send("browsingContext.navigate", {
      context: this.context,
      url,
      wait: "complete",
    });
  }

  /** Presses the left button in the middle of the first element that `selector` finds. */
  async click(selector: string): Promise<void> {
    const at = await this.evaluate((wanted) => {
      const element = document.querySelector(wanted);
      if (element === null) throw new Error(`no ${wanted}`);
      element.scrollIntoView({ block: "center", behavior: "instant" });
      const box = element.getBoundingClientRect();
      const point = { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) };
      const top = document.elementFromPoint(point.x, point.y);
      if (top === null || !(element.contains(top) || top.contains(element)))
        throw new Error(`${wanted} is covered by ${top?.outerHTML.slice(0, 80)}`);
      return point;
    }, selector);
    await this.perform("pointer", [
      { type: "pointerMove", ...at },
      { type: "pointerDown", button: 0 },
      { type: "pointerUp", button: 0 },
    ]);
  }

  /** Types `value` into a field in place of what it holds. */
  async fill(selector: string, value: string): Promise<void> {
    await this.evaluate((wanted) => {
      const field = document.querySelector<HTMLInputElement>(wanted);
      if (field === null) throw new Error(`no ${wanted}`);
      field.focus();
      field.select();
    }, selector);
    if (value === "") return this.press("\uE017"); // Delete
    for (const key of value) await this.press(key);
  }

  /** One key: a character, or its code point of WebDriver section 17.4.2. */
  press(key: string): Promise<void> {
    return this.perform("key", [
      { type: "keyDown", value: key },
      { type: "keyUp", value: key },
    ]);
  }

  async text(selector: string): Promise<string> {
    return this.evaluate(
      (wanted) =>
        [...document.querySelectorAll(wanted)].map((one) => one.textContent.trim()).join("\n"),
      selector,
    );
  }

  /** PNG of what the window shows. */
  async screenshot(path: string): Promise<void> {
    const { data } = await this.bidi.send("browsingContext.captureScreenshot", {
      context: this.context,
    });
    writeFileSync(path, Buffer.from(String(data), "base64"));
  }

  markClosed(): void {
    this.closed = true;
  }

  private async perform(type: "pointer" | "key", actions: readonly unknown[]): Promise<void> {
    const source = { type, id: type, actions };
    await this.bidi.send("input.performActions", { context: this.context, actions: [source] });
  }

  private async run(work: string, given: unknown): Promise<unknown> {
    const reply = (await this.bidi.send("script.callFunction", {
      // Caught here, as Firefox cannot tell of errors that the page made without a stack.
      functionDeclaration: `async (given) => {
        try {
          return JSON.stringify({ value: await (${work})(JSON.parse(given)) });
        } catch (error) {
          return JSON.stringify({ error: String(error) });
        }
      }`,
      arguments: [{ type: "string", value: JSON.stringify(given ?? null) }],
      awaitPromise: true,
      target: { context: this.context },
    })) as { readonly result?: { readonly value: string } };
    const outcome = JSON.parse(reply.result?.value ?? "{}") as {
      readonly value?: unknown;
      readonly error?: string;
    };
    if (outcome.error !== undefined) throw new Error(outcome.error);
    return outcome.value;
  }
}

export class FirefoxTab extends PageTab {
  constructor(
    name: string,
    readonly page: FirefoxPage,
    private readonly release: () => Promise<void>,
  ) {
    super(name);
  }

  heard(entry: LogEntry): void {
    const frame = entry.stackTrace?.callFrames[0];
    const where = frame === undefined ? "" : ` (${frame.url}:${frame.lineNumber})`;
    // Firefox tells whole objects in a line.
    this.console.push(`${entry.level}: ${entry.text}`.slice(0, 200));
    if (entry.level !== "error") return;
    if (entry.type === "javascript") this.pageErrors.push(`${entry.text}${where}`);
    else this.consoleErrors.push(entry.text);
  }

  async close(): Promise<void> {
    if (this.page.isClosed()) return;
    this.page.markClosed();
    await this.release();
  }
}

/** A user in a Firefox of the scene who is registered. */
export async function firefoxPhone(scene: CallScene, user: string): Promise<Phone<AnyTab>> {
  const firefox = scene.keep(await Firefox.launch());
  const tab = await firefox.open(scene.pages.url("modern.html"), user);
  return scene.keep(await Phone.on<AnyTab>(tab, scene.server, user)).online();
}
