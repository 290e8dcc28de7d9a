/** What a test uses of a page in a browser, whichever browser it is. */
import type { Page } from "playwright-core";

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
