/**
 * `npm run docs`: writes docs/api.md from the sources of the package's entries.
 *   --check   writes nothing; fails if the file is not what would be written, or a comment is missing
 *   --gaps    prints each public member that has no documentation comment
 *   --examples   prints the examples of the comments as JSON, for tests/examples
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { examplesInComments, readApi } from "./api.mjs";
import { filesBelow, isMain, main, root } from "./lib.mjs";

const target = "docs/api.md";

const introductions = {
  "sipml-wasm":
    "The modern API: promises for what ends once, typed events for what repeats, `AbortSignal` where something can be " +
    "given up, and [`SipError`](#siperror) for what fails. `sipml-wasm/inline` offers the same with the module inside.",
  "sipml-wasm/compat":
    "The API of sipML5 2.1.4 on top of the modern one; [what is the same and what is not](migrating-from-sipml5.md). " +
    "`SIPml-api.js` puts [`SIPml`](#sipml) into the page without an import.",
  "sipml-wasm/core":
    "The agent without a browser, and [SIP as functions](core.md).",
};

const groups = [
  ["Objects", ["object"]],
  ["Classes", ["class"]],
  ["Functions", ["function"]],
  ["Constants", ["constant"]],
  ["Types", ["interface", "type"]],
];

/** GitHub's anchor of a heading. */
const anchorOf = (heading) =>
  heading.toLowerCase().replace(/[^\w\- ]/g, "").replace(/ /g, "-");

/** Gives each item its heading; one that two entries export is shown in the first alone. */
function arrange(read) {
  const byKey = new Map();
  const anchors = new Set(read.map(({ name }) => anchorOf(name)));
  const sections = read.map((entry) => {
    const own = [];
    const elsewhere = [];
    for (const item of entry.items) {
      const shown = byKey.get(item.key);
      if (shown) {
        elsewhere.push({ name: item.name, anchor: shown.anchor });
        continue;
      }
      const plain = anchorOf(item.name);
      const heading = anchors.has(plain) ? `${item.name} of ${entry.name}` : item.name;
      const placed = { ...item, heading, anchor: anchorOf(heading) };
      anchors.add(placed.anchor);
      byKey.set(item.key, placed);
      own.push(placed);
    }
    return { ...entry, items: own, elsewhere };
  });
  return { sections, byKey };
}

const code = (text) => `\`${text}\``;
const link = (name, anchor) => `[\`${name}\`](#${anchor})`;

class Page {
  constructor({ sections, byKey }) {
    this.sections = sections;
    this.byKey = byKey;
    this.lines = [];
    this.anchors = new Map();
    for (const { name, anchor } of byKey.values()) {
      if (!this.anchors.has(name)) this.anchors.set(name, anchor);
    }
  }

  write(...lines) {
    this.lines.push(...lines);
  }

  anchorOfKey(key) {
    return this.byKey.get(key)?.anchor;
  }

  /** A sentence whose code names are links where they name something of this page. */
  prose(text, self) {
    const known = (name) => name !== self && this.anchors.get(name);
    return text
      .replace(/\{@link ([\w.]+)\}/g, "`$1`")
      .replace(/(?<!\[)`([A-Z]\w+|[a-z]+[A-Z]\w*)`(?!\])/g, (whole, name) =>
        known(name) ? link(name, known(name)) : whole,
      );
  }

  /** A type in one line, its names as links; `|` escaped for a table. */
  typeCell(type, refers) {
    const flat = type
      .replace(/\/\*\*[^]*?\*\//g, "")
      .replace(/\s+/g, " ")
      .replace(/^\| /, "")
      .trim();
    const names = [...refers].filter(([, key]) => this.anchorOfKey(key));
    if (names.length === 0) return this.cell(code(flat));
    const pattern = new RegExp(`\\b(${names.map(([name]) => name).join("|")})\\b`);
    const parts = flat.split(pattern).filter((part) => part !== "");
    const anchors = new Map(names.map(([name, key]) => [name, this.anchorOfKey(key)]));
    const shown = parts.map((part) =>
      anchors.has(part) ? link(part, anchors.get(part)) : code(part),
    );
    return this.cell(shown.join(""));
  }

  cell(text) {
    return text.replace(/\n+/g, " ").replaceAll("|", "\\|");
  }

  /** One line of an example stands behind what is said; more have a block of their own. */
  shortExample(doc) {
    const given = doc.tags.filter(([tag]) => tag === "example").map(([, text]) => text);
    return given.filter((text) => !text.includes("\n")).map((text) => `Example: ${code(text)}`);
  }

  /** What a comment's tags say, after its text. */
  tags(doc, self) {
    const all = (name) => doc.tags.filter(([tag]) => tag === name).map(([, text]) => text);
    const result = [];
    for (const text of all("param")) {
      const [, name, rest] = /^(\S+)\s*-?\s*([^]*)$/.exec(text) ?? [];
      if (name) result.push(`- ${code(name)}: ${this.prose(rest.replace(/\s+/g, " "), self)}`);
    }
    for (const text of all("returns")) result.push(`Returns ${this.prose(text, self)}`);
    for (const text of all("throws")) {
      const linked = text.replace(/\b[A-Z]\w+(?:Error|Crashed|Module)\b/g, (name) =>
        this.anchors.has(name) ? link(name, this.anchors.get(name)) : code(name),
      );
      result.push(`Throws ${linked.replace(/\s+/g, " ").replace(/\.?$/, ".")}`);
    }
    for (const text of all("deprecated")) result.push(`Deprecated: ${this.prose(text, self)}`);
    return result;
  }

  examples(doc) {
    const given = doc.tags.filter(([tag]) => tag === "example").map(([, text]) => text);
    return given.flatMap((text) => ["", text.startsWith("```") ? text : `\`\`\`js\n${text}\n\`\`\``]);
  }

  /** The signature in a block, what is said of it, and the types that it names. */
  entry(signature, doc, refers, self) {
    this.write("```ts signature", signature, "```", "");
    if (doc.text) this.write(this.prose(doc.text, self), "");
    const tags = this.tags(doc, self);
    if (tags.length > 0) this.write(...tags.flatMap((line) => (line.startsWith("- ") ? [line] : ["", line])), "");
    const names = [...refers].filter(([name, key]) => name !== self && this.anchorOfKey(key));
    if (names.length > 0) {
      this.write(`Types: ${names.map(([name, key]) => link(name, this.anchorOfKey(key))).join(", ")}`, "");
    }
    this.write(...this.examples(doc).slice(1), ...(this.examples(doc).length > 0 ? [""] : []));
  }

  table(members, isEvents, self) {
    if (members.length === 0) return;
    this.write(isEvents ? "| event | listeners get | when |" : "| member | type | |", "| --- | --- | --- |");
    for (const member of members) {
      const { name, doc } = member;
      const type = member.kind === "method" ? member.signature.replace(/^[^<(]*/, "") : member.type;
      const parts = [this.prose(doc.text, self), ...this.tags(doc, self), ...this.shortExample(doc)];
      const said = parts.filter(Boolean).join(" ");
      const fixed = member.signature.startsWith("static ") ? "static " : "";
      const shown = `${fixed}${name}${member.optional ? "?" : ""}`;
      this.write(`| ${code(shown)} | ${this.typeCell(type, member.refers)} | ${this.cell(said)} |`);
    }
    this.write("");
    for (const { doc } of members) {
      const long = doc.tags.filter(([tag, text]) => tag !== "example" || text.includes("\n"));
      this.write(...this.examples({ ...doc, tags: long }));
    }
    this.write("");
  }

  item(item) {
    const { name, kind, doc } = item;
    this.write(`### ${item.heading}`, "");
    if (kind === "type" || kind === "function" || kind === "constant") {
      this.entry(item.signature, doc, item.refers, name);
      return;
    }
    const bases = item.extends.map(({ text, refers }) => this.typeCell(text, refers));
    if (kind !== "interface") this.write("```ts signature", item.signature, "```", "");
    if (doc.text) this.write(this.prose(doc.text, name), "");
    const tags = this.tags(doc, name);
    if (tags.length > 0) this.write(...tags, "");
    if (bases.length > 0) this.write(`Has all of ${bases.join(", ")}.`, "");
    this.write(...this.examples(doc).slice(1));
    if (this.examples(doc).length > 0) this.write("");
    if (kind === "interface") {
      this.table(item.members, /Events$/.test(name), name);
      return;
    }
    this.table(item.members.filter((member) => member.kind === "property"), false, name);
    for (const member of item.members) {
      if (member.kind === "method") this.entry(member.signature, member.doc, member.refers, name);
    }
  }

  contents() {
    for (const { name, items, elsewhere } of this.sections) {
      this.write(`- [${name}](#${anchorOf(name)})`);
      for (const [title, kinds] of groups) {
        const members = items.filter(({ kind }) => kinds.includes(kind));
        if (members.length === 0) continue;
        const links = members.map((item) => `[${item.name}](#${item.anchor})`);
        this.write(`  - ${title}: ${links.join(", ")}`);
      }
      if (elsewhere.length > 0) {
        const links = elsewhere.map((item) => `[${item.name}](#${item.anchor})`);
        this.write(`  - Also: ${links.join(", ")}`);
      }
    }
  }

  text() {
    this.write(
      "# API",
      "",
      "Written by `npm run docs` from the comments in the sources; `npm test` fails when it is not up to date. Examples that",
      "begin with nothing but an `agent`, a `call` or a `stack` go on from one that is connected; `npm test` runs them all.",
      "",
      "## Contents",
      "",
    );
    this.contents();
    for (const { name, items } of this.sections) {
      this.write("", `## ${name}`, "", introductions[name] ?? "", "");
      for (const [, kinds] of groups) {
        for (const item of items) if (kinds.includes(item.kind)) this.item(item);
      }
    }
    return `${this.lines.join("\n").replace(/\n{3,}/g, "\n\n").trimEnd()}\n`;
  }
}

/** The text of docs/api.md, and the gaps of the API. */
export function writeApi() {
  const api = readApi();
  const gaps = [...api.gaps, ...strayExamples(api)];
  return { text: new Page(arrange(api.entries)).text(), gaps };
}

/** Every `@example` of a public name, with the name that it stands at. */
function examplesOf({ entries }) {
  return entries.flatMap(({ name: entry, items }) =>
    items.flatMap((item) =>
      [item, ...(item.members ?? [])].flatMap(({ name, where, doc }) =>
        doc.tags
          .filter(([tag]) => tag === "example")
          .map(([, text]) => ({ entry, owner: item.name, name, where, text })),
      ),
    ),
  );
}

/** Examples at names that are not public, which nothing would compile and run. */
function strayExamples(api) {
  const sources = ["js-glue", "web"].flatMap((folder) => filesBelow(folder));
  const all = examplesInComments(sources.filter((file) => file.endsWith(".ts")));
  const shown = new Set(examplesOf(api).map(({ text }) => text));
  return all
    .filter(({ text }) => !shown.has(text))
    .map(({ where }) => `${where}: an example at a name that is not public`);
}

if (isMain(import.meta)) {
  await main(async () => {
    const [option] = process.argv.slice(2);
    if (option === "--examples") {
      console.log(JSON.stringify(examplesOf(readApi())));
      return;
    }
    const { text, gaps } = writeApi();
    const file = join(root, target);
    if (option === "--gaps") {
      for (const gap of gaps) console.log(gap);
      console.log(`${gaps.length} gaps`);
    } else if (option === "--check") {
      const current = existsSync(file) && readFileSync(file, "utf8") === text;
      for (const gap of gaps) console.log(gap);
      if (!current) console.log(`${target} is not what the sources say: npm run docs`);
      if (!current || gaps.length > 0) process.exitCode = 1;
    } else {
      writeFileSync(file, text);
      console.log(`${target} written, ${text.split("\n").length} lines; ${gaps.length} gaps`);
    }
  });
}
