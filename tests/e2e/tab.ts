/** What a test uses of a page in a browser, whichever browser it is. */
import type { Page } from "playwright-core";
import { waitFor } from "./child.js";

export type ScriptPage = Pick<Page, "evaluate" | "isClosed">;

export interface AnyTab {
  readonly name: string;
  readonly page: ScriptPage;
  readonly pageErrors: readonly string[];
  readonly consoleErrors: readonly string[];
  /** The whole console, for the text of a failing test. */
  readonly console: string[];
  /** Polls `probe` in Node until it gives a value. */
  wait<T>(what: string, probe: () => Promise<T | undefined>, timeout?: number): Promise<T>;
  /** Throws after an uncaught error, a CSP violation or a console error outside `allowed`. */
  expectClean(allowed?: readonly RegExp[]): Promise<void>;
  close(): Promise<void>;
}

/** What tabs of all browsers have in common: the errors of a page are kept, and looked at. */
export abstract class PageTab implements AnyTab {
  readonly pageErrors: string[] = [];
  readonly consoleErrors: string[] = [];
  readonly console: string[] = [];
  abstract readonly page: ScriptPage;

  constructor(readonly name: string) {}

  abstract close(): Promise<void>;

  wait<T>(what: string, probe: () => Promise<T | undefined>, timeout = 8000): Promise<T> {
    const describe = (): string =>
      `${this.name}: no ${what}\n${this.console.slice(-15).join("\n")}`;
    return waitFor(probe, describe, timeout);
  }

  async expectClean(allowed: readonly RegExp[] = []): Promise<void> {
    const unexpected = this.consoleErrors.filter((text) => !allowed.some((a) => a.test(text)));
    const violations = this.page.isClosed()
      ? []
      : await this.page.evaluate(() => window.probe.violations);
    const all = [...this.pageErrors, ...violations, ...unexpected];
    if (all.length > 0) throw new Error(`${this.name} had errors:\n${all.join("\n")}`);
  }
}
