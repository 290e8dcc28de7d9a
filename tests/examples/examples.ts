/** The examples of the documents and of the documentation comments, made ready to compile and run. */
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../e2e/paths.js";

export interface Example {
  /** `README.md:30` */
  readonly where: string;
  readonly language: "js" | "ts" | "html";
  readonly code: string;
  /** The public name at which it stands, and the entry that exports it; "" in a document. */
  readonly owner: string;
  readonly entry: string;
  /** Why it is compiled and not run. */
  readonly noRun?: string;
}

/** Names that examples use without a declaration of their own, with their types. */
const ambient: Readonly<Record<string, string>> = {
  UserAgent: 'typeof import("sipml-wasm").UserAgent',
  estimateMos: 'typeof import("sipml-wasm").estimateMos',
  presenceDocument: 'typeof import("sipml-wasm").presenceDocument',
  password: "string",
  token: "string",
  agent: 'import("sipml-wasm").UserAgent',
  call: 'import("sipml-wasm").Call',
  registration: 'import("sipml-wasm").Registration',
  SIPml: 'typeof import("sipml-wasm/compat").SIPml',
  stack: 'import("sipml-wasm/compat").Stack',
  session: "",
  e: "",
  sessions: "Map<number, unknown>",
  audio: "HTMLAudioElement",
  video: "HTMLVideoElement",
  label: "HTMLElement",
  status: "HTMLElement",
  log: "HTMLElement",
  show: "(text: string | null) => void",
  pidf: "string",
  chosenDevices: "() => Promise<MediaStream>",
  hangUpButton: "HTMLButtonElement",
  uri: 'import("sipml-wasm/compat").UriView',
  tsip_uri: 'typeof import("sipml-wasm/compat").UriView',
  tsip_event_code_e: 'typeof import("sipml-wasm/compat").tsip_event_code_e',
  tsip_header_type_e: 'typeof import("sipml-wasm/compat").tsip_header_type_e',
  tsip_transport_state_e: 'typeof import("sipml-wasm/compat").tsip_transport_state_e',
};

/** What `session` and `e` are, by the name at which an example stands. */
const sessions: readonly string[] = [
  "RegistrationSession",
  "CallSession",
  "MessageSession",
  "PublishSession",
  "SubscribeSession",
];

const compat = 'import("sipml-wasm/compat")';

export function sessionKind({ owner, code }: Example): string {
  if (sessions.includes(owner)) return owner;
  return /\bsession\.(un)?register\(/.test(code) ? "RegistrationSession" : "CallSession";
}

export function eventKind({ owner, code }: Example): "StackEvent" | "SessionEvent" {
  return owner === "StackEvent" || /\be\.newSession\b/.test(code) ? "StackEvent" : "SessionEvent";
}

function typeOf(name: string, example: Example): string {
  if (name === "session") return `${compat}.${sessionKind(example)}`;
  if (name !== "e") return ambient[name] ?? "unknown";
  const kind = eventKind(example);
  return kind === "StackEvent"
    ? `${compat}.StackEvent & { newSession: ${compat}.CallSession }`
    : `${compat}.SessionEvent & { session: ${compat}.CallSession }`;
}

const importLine = /^import\s[^;]*?from\s+"[^"]+";[ \t]*$|^import\s+"[^"]+";[ \t]*$/gm;

export const importsOf = ({ code }: Example): readonly string[] =>
  [...code.matchAll(importLine)].map(([line]) => line);

/** The ambient names that the code uses; one that it declares itself is harmless. */
export function ambientNames(example: Example): readonly string[] {
  const plain = example.code.replace(importLine, "").replace(/\/\/.*$/gm, "");
  const imported = importsOf(example).join(" ");
  const isWord = (name: string, text: string): boolean =>
    new RegExp(`(?<![.\\w"'])${name}\\b`).test(text);
  return Object.keys(ambient).filter((name) => isWord(name, plain) && !isWord(name, imported));
}

/** Whether it needs nothing but the core's functions, which Node has. */
export function isForNode(example: Example): boolean {
  const imports = importsOf(example);
  return (
    example.language !== "html" &&
    imports.length > 0 &&
    imports.every((line) => /"sipml-wasm\/core"|"node:/.test(line))
  );
}

/** A literal of options is an example of the type at which it stands. */
export const isOptions = ({ code }: Example): boolean => /^\{[^]*\}$/.test(code.trim());

/** The scripts inside a page. */
function scriptsOf(html: string): string {
  return [...html.matchAll(/<script>([^]*?)<\/script>/g)].map(([, script]) => script).join("\n");
}

/** A module that the compiler accepts when the example keeps to the package's types. */
export function toCompile(example: Example): string {
  const code = example.language === "html" ? scriptsOf(example.code) : example.code;
  const given = { ...example, code };
  const imports = importsOf(given);
  const names = ambientNames(given).map(
    (name) => `declare const ${name}: ${typeOf(name, example)};`,
  );
  const rest = code.replace(importLine, "").trim();
  const body = isOptions(given)
    ? `const options: Partial<import("${example.entry}").${example.owner}> = ${rest};\nvoid options;`
    : `{\n${rest}\n}`;
  return [...imports, ...names, body, "export {};", ""].join("\n");
}

/** How many lines say what an expression gives. */
export const checksIn = ({ code }: Example): number => [...code.matchAll(/^.*; \/\/ => .*$/gm)].length;

/** `expression; // => value` as a call of `check(expression, value, text)`. */
export function withChecks(code: string): string {
  return code.replace(
    /^(\s*)(.*); \/\/ => (.*)$/gm,
    (_, indent: string, expression: string, expected: string) =>
      `${indent}check(${expression}, ${expected}, ${JSON.stringify(expression.trim())});`,
  );
}

/** A module with `run(names, check)`, whose addresses are those of the test's server. */
export function toRun(example: Example, server: { url: string; domain: string }): string {
  const imports = importsOf(example);
  const rest = example.code.replace(importLine, "").trim();
  const body = isOptions(example) ? `void (${rest});` : withChecks(rest);
  const text = [
    ...imports,
    `export async function run({ ${ambientNames(example).join(", ")} }, check) {`,
    "await (async () => {",
    body,
    "})();",
    "}",
    "",
  ].join("\n");
  return withAddresses(text, server);
}

export function withAddresses(text: string, server: { url: string; domain: string }): string {
  return text
    .replace(/wss:\/\/sip\.example\.org(?::\d+)?(?:\/\w*)?/g, server.url)
    .replace(/\bexample\.org\b/g, server.domain);
}

/** The blocks of a document: "js", "ts" or "html", perhaps followed by `no-run="reason"`. */
function blocksOf(path: string): Example[] {
  const text = readFileSync(join(root, path), "utf8");
  return [...text.matchAll(/^```(js|ts|html)\b([^\n]*)\n([^]*?)^```$/gm)].flatMap((match) => {
    const [, language, info = "", code = ""] = match;
    const line = text.slice(0, match.index).split("\n").length;
    const where = `${path}:${line}`;
    const noRun = /^ no-run="([^"]+)"$/.exec(info)?.[1];
    if (info.trim() !== "" && noRun === undefined) throw new Error(`${where}: what is "${info}"?`);
    const base = { where, language: language as Example["language"], code, owner: "", entry: "" };
    return [noRun === undefined ? base : { ...base, noRun }];
  });
}

interface Documented {
  readonly entry: string;
  readonly owner: string;
  readonly where: string;
  readonly text: string;
}

function inComments(): Example[] {
  const output = execFileSync(process.execPath, [join(root, ".ci/docs.mjs"), "--examples"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  return (JSON.parse(output) as Documented[]).map(({ entry, owner, where, text }) => {
    const [, info = "", fenced] = /^```(?:js|ts)([^\n]*)\n([^]*?)```$/.exec(text) ?? [];
    const noRun = /no-run="([^"]+)"/.exec(info)?.[1];
    const base = { where, language: "js", code: fenced ?? text, owner, entry } as const;
    return noRun === undefined ? base : { ...base, noRun };
  });
}

/** All of them: README.md, docs/*.md but for what is written from the comments, and the comments. */
export function readExamples(): readonly Example[] {
  const documents = readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md") && name !== "api.md")
    .map((name) => `docs/${name}`);
  return [...["README.md", ...documents].flatMap(blocksOf), ...inComments()];
}
