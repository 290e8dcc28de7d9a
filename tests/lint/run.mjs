/**
 * Runs every check of this folder, on the repository and on samples that it must refuse.
 * Ends with "N passed, M failed"; names on the command line pick the checks that hold one of them.
 */

import { checks as docs } from "./docs.mjs";
import { readFiles } from "./files.mjs";
import { checks as fuzz } from "./fuzz.mjs";
import { checks as flows } from "./flows.mjs";
import { checks as layers } from "./layers.mjs";
import { checks as limits } from "./limits.mjs";
import { checks as text } from "./text.mjs";
import { checks as tools } from "./tools.mjs";

const words = process.argv.slice(2);
const files = readFiles();
let passed = 0;
let failed = 0;
for (const check of [...layers, ...limits, ...flows, ...fuzz, ...text, ...docs, ...tools]) {
  if (words.length > 0 && !words.some((word) => check.name.includes(word))) continue;
  const problems = check.run(files);
  for (const sample of check.samples ?? []) {
    if (check.run(sample).length > 0) continue;
    problems.push(`this check finds nothing wrong in ${JSON.stringify(sample)}`);
  }
  if (problems.length === 0) {
    passed += 1;
    console.log(`ok      ${check.name}`);
    continue;
  }
  failed += 1;
  console.log(`FAILED  ${check.name}: ${problems.length}`);
  for (const problem of problems) console.log(`  ${problem}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
