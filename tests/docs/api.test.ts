/** docs/api.md is what the sources say, and every public name has a documentation comment. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../e2e/paths.js";

test("docs/api.md is up to date, and nothing public lacks a comment", () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, ".ci/docs.mjs"), "--check"],
    { encoding: "utf8" },
  );
  assert.deepEqual(stdout.trim().split("\n").filter(Boolean), [], stderr);
  assert.equal(status, 0, stderr);
});
