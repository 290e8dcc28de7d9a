/** dist/SIPml-api.js as a classic script in a page of its own, opened from disk. */
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { launch } from "../e2e/browser.js";
import { root } from "../e2e/paths.js";

let browser: Browser;
let folder = "";

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "sipml-script-"));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("as a script it defines SIPml, and init calls back before it returns", async () => {
  copyFileSync(join(root, "dist/SIPml-api.js"), join(folder, "SIPml-api.js"));
  writeFileSync(
    join(folder, "page.html"),
    `<!doctype html><script src="SIPml-api.js"></script><script>
      var order = [];
      SIPml.init(function () { order.push("ready"); }, function () { order.push("failed"); });
      order.push("returned");
    </script>`,
  );
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(pathToFileURL(join(folder, "page.html")).href);
  const result = await page.evaluate(
    "({ order, names: Object.keys(SIPml), ready: SIPml.isInitialized() })",
  );
  const { order, names, ready } = result as { order: string[]; names: string[]; ready: boolean };
  assert.deepEqual(errors, []);
  assert.deepEqual(order, ["ready", "returned"]);
  assert.ok(names.includes("Stack") && names.includes("init"), names.join());
  assert.equal(ready, true);
});
