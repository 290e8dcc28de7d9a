/** Contents of notifications in Chromium, whose DOMParser tells errors in its own way. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { documentCases } from "../web/documents-table.js";
import { Tab, launch } from "./browser.js";
import { startPageServer, type PageServer } from "./page-server.js";

let browser: Browser;
let pages: PageServer;
let tab: Tab;

before(async () => {
  browser = await launch();
  pages = await startPageServer();
  tab = await Tab.open(browser, pages.url("documents.html"), "documents");
});
after(async () => {
  await browser?.close();
  await pages?.stop();
});

describe("the table that Node reads too", () => {
  documentCases.forEach((one, at) => {
    test(one.name, async () => {
      const reading = await tab.page.evaluate((place) => window.readCase(place), at);
      if (one.reason === undefined) assert.equal(reading.reason, undefined);
      else assert.match(reading.reason ?? "", one.reason);
      assert.deepEqual(reading.document, one.document);
      assert.deepEqual(reading.problems, one.problems ?? []);
    });
  });
});

test("nothing of it was fetched, run or complained about", async () => {
  const fetched = await tab.page.evaluate(() =>
    performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname),
  );
  assert.deepEqual(fetched.filter((path) => !/\.(js|wasm|map)$|favicon/.test(path)), []);
  // Chromium's own report of an error has a style, which the page's policy forbids.
  const violations = await tab.page.evaluate(() => window.probe.violations);
  assert.deepEqual(violations.filter((text) => text !== "style-src-attr blocked inline"), []);
  assert.deepEqual(tab.consoleErrors.filter((text) => !text.startsWith("Applying inline style")), []);
  assert.deepEqual(tab.pageErrors, []);
  await tab.close();
});
