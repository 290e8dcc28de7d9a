/** What no source may hold, whatever it means. */

import { isCpp, isScript, matches, withoutCommentsAndStrings } from "./files.mjs";

/** Message bytes and sounds that tests read are kept as they came. */
const isSource = (file) =>
  isCpp(file) || isScript(file) || /^(\.ci|src|js-glue|web|demo)\/|^[^/]+$/.test(file.path);
const isProse = ({ path }) => path.endsWith(".md") || path.endsWith(".svg");

/** The texts of a page in another language than English. */
const isTranslation = ({ path }) => /^demo\/texts\/(?!en\.)[\w-]+\.ts$/.test(path);

/** A check that `pattern` matches nowhere in the chosen files. */
function never(name, chosen, pattern, bad, read = (text) => text) {
  return {
    name,
    samples: [[bad]],
    run: (files) => {
      const problem = ([part]) => `${name}: ${part.trim()}`;
      const inFile = (file) => matches(file, read(file.text), pattern, problem);
      return files.filter(chosen).flatMap(inFile);
    },
  };
}

const inFolders = (...names) => ({ path }) => names.includes(path.split("/")[0]);
const isTypeScript = ({ path }) => path.endsWith(".ts");
const both = (...conditions) => (file) => conditions.every((condition) => condition(file));
const isCore = both(isCpp, inFolders("src"));
const shipped = inFolders("js-glue", "web", "demo");
const notLint = ({ path }) => !path.startsWith("tests/lint/");

/** Fails in em++ 3.1.6 or clang 14, or is not for the core: CONTRIBUTING.md has the table. */
const notInCore = [
  String.raw`std::(ranges|views)::`,
  String.raw`\bbit_cast\b`,
  String.raw`#\s*include\s*<(expected|memory_resource|format|source_location|ranges)>`,
  String.raw`#\s*include\s*<(iostream|fstream|thread|mutex|future|atomic|random|regex|ctime)>`,
  String.raw`\bjthread\b`,
  String.raw`\bthrow\b|\btry\s*\{|\bcatch\s*\(`,
  String.raw`\bdynamic_cast\b|\btypeid\b`,
  String.raw`\bshared_ptr\b`,
  String.raw`\b(system_clock|steady_clock)\b|\btime\(`,
  String.raw`\b(printf|fprintf|puts)\s*\(`,
].join("|");

export const checks = [
  never(
    "ASCII only",
    (file) => isSource(file) && !isProse(file) && !isTranslation(file),
    /[^\x00-\x7f]+/g,
    { path: "src/a.cpp", text: "// \u00e9\n" },
  ),
  never("tab", (file) => isSource(file), /\t/g, { path: "src/a.cpp", text: "\tint a;\n" }),
  never("carriage return", () => true, /\r/g, { path: "src/a.cpp", text: "int a;\r\n" }),
  never(
    "blank at the end of a line",
    (file) => isSource(file) && !isProse(file),
    /[ \t]+$/gm,
    { path: "src/a.cpp", text: "int a; \n" },
  ),
  never("no newline at the end", isSource, /[^\n]$(?![^])/g, { path: "src/a.cpp", text: "int a;" }),
  never("over 100 columns", isCpp, /^.{101,}$/gm, {
    path: "src/a.cpp",
    text: `// ${"x".repeat(98)}\n`,
  }),
  never("unfinished", notLint, /\b(TODO|FIXME|XXX|HACK)\b/g, { path: "a.md", text: "TODO\n" }),
  never(
    "not in the core",
    isCore,
    new RegExp(notInCore, "g"),
    { path: "src/a.cpp", text: "auto p = std::ranges::find(a, b);\n" },
    withoutCommentsAndStrings,
  ),
  // The bridge holds the one object that outlives a call, and never destroys it.
  never(
    "object without an owner",
    both(isCore, ({ path }) => !path.startsWith("src/bridge/")),
    /\bnew\s+[A-Za-z_:]+|\bdelete\s+[A-Za-z_]+/g,
    { path: "src/agent/a.cpp", text: "auto* p = new Agent;\n" },
    withoutCommentsAndStrings,
  ),
  never("SIP text in web", inFolders("web"), /["'`](SIP\/2\.0|a=)/g, {
    path: "web/a.ts",
    text: 'const line = "a=sendrecv";\n',
  }),
  never(
    "markup from text",
    shipped,
    /\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|srcdoc)\b/g,
    { path: "demo/a.ts", text: "element.innerHTML = text;\n" },
  ),
  never(
    "code from text",
    shipped,
    /\beval\s*\(|\bnew\s+Function\b|\bset(Timeout|Interval)\(\s*["'`]/g,
    { path: "web/a.ts", text: 'eval("1");\n' },
  ),
  never("checks switched off", isTypeScript, /@ts-[a-z-]+|eslint-disable/g, {
    path: "web/a.ts",
    text: "// @ts-expect-error\n",
  }),
  never(
    "untyped or unwanted TypeScript",
    isTypeScript,
    /(:|\bas|<|\|)\s*any\b|\bany\[\]|^\s*(export |const |declare )*enum\s|^export\s+default\b/gm,
    { path: "web/a.ts", text: "const a: any = 1;\n" },
    withoutCommentsAndStrings,
  ),
  never(
    "address outside this machine",
    both(shipped, ({ path }) => /\.(html?|css)$/.test(path)),
    /(src|href|url)\s*[=(]\s*["']?(https?:)?\/\/(?!localhost)[^"') ]+/g,
    { path: "demo/a.htm", text: '<script src="https://cdn.example/a.js"></script>\n' },
  ),
];
