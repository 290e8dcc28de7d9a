/** docs/flows.md names a test for each call flow, and the test names the flow. */
import { posix } from "node:path";

const table = "docs/flows.md";
const flows = Array.from({ length: 44 }, (_none, at) => `F${String(at + 1).padStart(2, "0")}`);

function run(files) {
  const text = (path) => files.find((file) => file.path === path)?.text;
  const rows = [...(text(table) ?? "").matchAll(/^\| (F\d\d) \|.*\]\(([^)]+)\) \|$/gm)];
  const found = [];
  for (const flow of flows) {
    const links = rows.filter((row) => row[1] === flow).map((row) => row[2]);
    if (links.length !== 1) found.push(`${table}: ${links.length} rows for ${flow}`);
    for (const link of links) {
      const path = posix.join(posix.dirname(table), link);
      if (!new RegExp(`\\b${flow}\\b`).test(text(path) ?? ""))
        found.push(`${path}: does not name ${flow}`);
    }
  }
  return found;
}

const rows = (count, link = "x.md") =>
  flows.slice(0, count).map((flow) => `| ${flow} | what | [x](../tests/${link}) |`).join("\n");

export const checks = [
  {
    name: "every flow has its test",
    run,
    samples: [
      [{ path: table, text: rows(43) }, { path: "tests/x.md", text: flows.join(" ") }],
      [{ path: table, text: rows(44) }, { path: "tests/x.md", text: flows.slice(1).join(" ") }],
    ],
  },
];
