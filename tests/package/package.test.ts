/** The packed tarball, installed into an empty project: in Node, in bundlers, and its types. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { root } from "../e2e/paths.js";
import { checksIn, isForNode, readExamples, toCompile, withChecks } from "../examples/examples.js";

const beside = join(dirname(process.execPath), "npm");
const npm = existsSync(beside) ? beside : "npm";

let folder = "";
let project = "";
let packed: readonly string[] = [];

/** Runs a program in the project; a failure shows what it printed. */
function execute(program: string, ...args: readonly string[]): string {
  try {
    return execFileSync(program, args, { cwd: project, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    const command = [program, ...args].join(" ");
    throw new Error(`${command} failed\n${stdout ?? ""}${stderr ?? ""}`, { cause: error });
  }
}

function write(name: string, text: string): string {
  const file = join(project, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), "sipml-package-"));
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const output = execFileSync(npm, args, { cwd: root, encoding: "utf8", stdio: "pipe" });
  const [result] = JSON.parse(output) as [{ filename: string; files: { path: string }[] }];
  packed = result.files.map(({ path }) => path);
  project = join(folder, "project");
  write("package.json", JSON.stringify({ name: "consumer", private: true, type: "module" }));
  const tarball = join(folder, result.filename);
  execute(npm, "install", "--offline", "--no-audit", "--no-fund", tarball);
});

after(() => rmSync(folder, { recursive: true, force: true }));

describe("npm pack", () => {
  test("holds the documents and what package.json exports, and no sources", () => {
    const expected = [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "dist/SIPml-api.js",
      "dist/compat-node.js",
      "dist/compat.js",
      "dist/core-node.js",
      "dist/core.js",
      "dist/index-node.js",
      "dist/index.js",
      "dist/inline.js",
      "dist/sipml-functions.wasm",
      "dist/sipml.wasm",
      "package.json",
    ];
    const others = packed.filter((path) => !/^dist\/types\/(web|js-glue)\/.*\.d\.ts$/.test(path));
    assert.deepEqual(others.filter((path) => !path.endsWith(".js.map")).sort(), expected);
    assert.ok(packed.includes("dist/types/web/index.d.ts"));
  });

  test("names no dependency and no file of this machine", () => {
    const installed = join(project, "node_modules");
    const names = readdirSync(installed).filter((name) => !name.startsWith("."));
    assert.deepEqual(names, ["sipml-wasm"]);
    for (const path of packed.filter((name) => /\.(js|ts|json|map)$/.test(name))) {
      const text = readFileSync(join(installed, "sipml-wasm", path), "utf8");
      assert.ok(!text.includes(root), `${path} holds ${root}`);
    }
  });

  test("publint finds nothing", async () => {
    const { messages, pkg } = await publint({
      pkgDir: join(project, "node_modules/sipml-wasm"),
      pack: false,
      strict: true,
    });
    assert.deepEqual(messages.map((message) => formatMessage(message, pkg)), []);
  });
});

describe("in Node", () => {
  test("sipml-wasm/core makes an agent that asks for its connection", () => {
    write(
      "core.mjs",
      `import { ABI_VERSION, loadCore } from "sipml-wasm/core";
       const core = await loadCore();
       const agent = core.createAgent({ uri: "sip:alice@example.org", entropy: "0f".repeat(32) });
       core.command(agent, { type: "start" }, "", 0);
       const events = [];
       for (let out = core.poll(agent); out; out = core.poll(agent)) events.push(out.event.type);
       core.destroyAgent(agent);
       console.log(JSON.stringify({ version: ABI_VERSION, events }));`,
    );
    const result = JSON.parse(execute(process.execPath, "core.mjs")) as {
      version: number;
      events: string[];
    };
    assert.equal(result.version, 1);
    assert.ok(result.events.includes("connect"), result.events.join());
  });

  test("every example that needs the core alone gives what stands behind it", () => {
    const examples = readExamples().filter((one) => isForNode(one) && one.noRun === undefined);
    const lines = examples.map((example, index) => {
      const imports = `import assert from "node:assert/strict";\nconst check = assert.deepEqual;\n`;
      write(`examples/${index}.mjs`, imports + withChecks(example.code));
      return `try { await import("./${index}.mjs"); } catch (error) {
        throw new Error(${JSON.stringify(example.where)}, { cause: error });
      }`;
    });
    const checks = examples.reduce((sum, example) => sum + checksIn(example), 0);
    assert.ok(lines.length >= 15 && checks >= 60, `${lines.length} examples, ${checks} checks`);
    write("examples/all.mjs", lines.join("\n"));
    execute(process.execPath, "examples/all.mjs");
  });

  test("the functions work at once, with no step before", () => {
    write(
      "functions.mjs",
      `import { parseUri } from "sipml-wasm/core";
       console.log(parseUri("sip:a@b").value.host);`,
    );
    assert.equal(execute(process.execPath, "functions.mjs"), "b\n");
  });

  test("the browser's build says what to await", () => {
    const core = join(project, "node_modules/sipml-wasm/dist/core.js");
    write(
      "browser.mjs",
      `import { readFile } from "node:fs/promises";
       const core = await import(${JSON.stringify(core)});
       let said = "";
       try { core.parseUri("sip:a@b"); } catch (error) { said = error.name + error.message; }
       await core.loadFunctions({ wasm: await readFile(${JSON.stringify(join(dirname(core), "sipml-functions.wasm"))}) });
       console.log(JSON.stringify({ said, host: core.parseUri("sip:a@b").value.host }));`,
    );
    const { said, host } = JSON.parse(execute(process.execPath, "browser.mjs")) as {
      said: string;
      host: string;
    };
    assert.match(said, /^LoadError.*await loadFunctions\(\)/);
    assert.equal(host, "b");
  });

  test("sipml-wasm and its other entries can be imported", () => {
    write(
      "index.mjs",
      `import * as modern from "sipml-wasm";
       import * as inline from "sipml-wasm/inline";
       import * as compat from "sipml-wasm/compat";
       import { readFileSync } from "node:fs";
       const valid = ["sipml.wasm", "sipml-functions.wasm"].map((name) =>
         WebAssembly.validate(readFileSync(new URL(import.meta.resolve("sipml-wasm/" + name)))));
       console.log(JSON.stringify({
         modern: Object.keys(modern).sort(),
         inline: Object.keys(inline).sort(),
         create: typeof modern.UserAgent.create,
         compat: Object.keys(compat),
         valid,
       }));`,
    );
    const result = JSON.parse(execute(process.execPath, "index.mjs")) as {
      modern: string[];
      inline: string[];
      create: string;
      compat: string[];
      valid: boolean[];
    };
    assert.deepEqual(result.inline, result.modern);
    assert.equal(result.create, "function");
    for (const name of ["Stack", "SIPml"]) assert.ok(result.compat.includes(name), name);
    assert.deepEqual(result.valid, [true, true]);
  });
});

describe("in a bundler", () => {
  const main = `import { UserAgent } from "sipml-wasm";\nglobalThis.UserAgent = UserAgent;\n`;

  test("esbuild bundles the entries without a warning", async () => {
    const inline = main.replace("sipml-wasm", "sipml-wasm/inline");
    write("main.js", main);
    write("inline.js", inline);
    const compat = main.replaceAll("UserAgent", "Stack");
    write("compat.js", compat.replace("sipml-wasm", "sipml-wasm/compat"));
    const result = await build({
      absWorkingDir: project,
      entryPoints: ["main.js", "inline.js", "compat.js"],
      outdir: "esbuild",
      bundle: true,
      format: "esm",
      logLevel: "silent",
    });
    assert.deepEqual(result.warnings, []);
    const output = readFileSync(join(project, "esbuild/main.js"), "utf8");
    assert.match(output, /new URL\("\.\/sipml\.wasm", import\.meta\.url\)/);
    assert.doesNotMatch(readFileSync(join(project, "esbuild/inline.js"), "utf8"), /node:fs/);
  });

  test("Vite copies sipml.wasm under a hashed name and refers to it", () => {
    write("vite/index.html", '<!doctype html><script type="module" src="/main.js"></script>\n');
    write("vite/main.js", main);
    const vite = join(root, "node_modules/vite/bin/vite.js");
    execute(process.execPath, vite, "build", "vite", "--logLevel", "warn");
    const assets = join(project, "vite/dist/assets");
    const names = readdirSync(assets);
    const wasm = names.find((name) => /^sipml-.+\.wasm$/.test(name));
    // The functions' module is of no use to a page that makes calls.
    assert.equal(names.filter((name) => name.endsWith(".wasm")).length, 1, names.join());
    const script = names.find((name) => name.endsWith(".js"));
    assert.ok(wasm !== undefined && script !== undefined, names.join());
    assert.ok(readFileSync(join(assets, script), "utf8").includes(wasm));
    const shipped = readFileSync(join(project, "node_modules/sipml-wasm/dist/sipml.wasm"));
    assert.ok(readFileSync(join(assets, wasm)).equals(shipped));
  });
});

describe("types", () => {
  const consumer = `
    import { UserAgent, type CallState, type UserAgentOptions } from "sipml-wasm";
    import { loadCore, parseHeader, parseMessage, parseUri, serialize } from "sipml-wasm/core";
    import type { Command, HeaderData, Output, ParsedMessage } from "sipml-wasm/core";
    import { Stack } from "sipml-wasm/compat";
    import { UserAgent as Inline } from "sipml-wasm/inline";

    export async function main(options: UserAgentOptions): Promise<CallState> {
      const agent = await UserAgent.create(options);
      const call = agent.call("sip:bob@example.org", { audio: true, video: false });
      return call.state;
    }
    export const start: Command = { type: "start" };
    export const kinds = (output: Output): string => output.kind;
    export const parts = [loadCore, Stack, Inline];
    export function host(text: string): string | undefined {
      const parsed = parseUri(text);
      if (!parsed.ok) return parsed.error.reason;
      return parsed.value.type === "sip" ? parsed.value.host : undefined;
    }
    export function describe(message: ParsedMessage): string | number {
      return message.kind === "request" ? message.method : message.status;
    }
    export function branches(data: HeaderData | null): (string | null)[] {
      return data?.type === "via" ? data.values.map(({ branch }) => branch) : [];
    }
    export const via = branches(parseHeader("Via", "SIP/2.0/WSS a;branch=b").value);
    export const again = (text: string): Uint8Array | undefined => {
      const { value } = parseMessage(text);
      return value ? serialize(value) : undefined;
    };
    // A wrong word is refused, so these are types and not any.
    type Refused<Given, Wanted> = Given extends Wanted ? never : true;
    export const refused: Refused<{ type: "strat" }, Command> = true;
  `;
  const tsc = join(root, "node_modules/typescript/bin/tsc");

  for (const [resolution, module] of [
    ["bundler", "ESNext"],
    ["node16", "node16"],
  ] as const) {
    test(`resolve with moduleResolution ${resolution}`, () => {
      write(`types-${resolution}/main.ts`, consumer);
      const options = {
        target: "ES2022",
        lib: ["ES2022", "DOM"],
        types: [],
        module,
        moduleResolution: resolution,
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        noEmit: true,
      };
      write(
        `types-${resolution}/tsconfig.json`,
        JSON.stringify({ compilerOptions: options, include: ["main.ts"] }),
      );
      execute(process.execPath, tsc, "--pretty", "false", "-p", `types-${resolution}`);
    });
  }

  test("every example of the documents and comments keeps to them", (context) => {
    const examples = readExamples();
    for (const { where, noRun } of examples) {
      if (noRun !== undefined) context.diagnostic(`${where} is not run: ${noRun}`);
    }
    const lines = new Map(
      examples.map((example, index) => {
        const strict = example.language === "ts" ? "strict" : "loose";
        const file = `types-${strict}/${index}.ts`;
        write(file, toCompile(example));
        return [file, example];
      }),
    );
    for (const strict of ["strict", "loose"]) {
      if (![...lines.keys()].some((file) => file.startsWith(`types-${strict}/`))) continue;
      const options = {
        target: "ES2022",
        lib: ["ES2022", "DOM", "DOM.Iterable"],
        typeRoots: [join(root, "node_modules/@types")],
        types: ["node"],
        module: "ESNext",
        moduleResolution: "bundler",
        strict: strict === "strict",
        skipLibCheck: true,
        noEmit: true,
      };
      const config = { compilerOptions: options, include: ["*.ts"] };
      write(`types-${strict}/tsconfig.json`, JSON.stringify(config));
      let said = "";
      try {
        execute(process.execPath, tsc, "--pretty", "false", "-p", `types-${strict}`);
      } catch (error) {
        said = (error as Error).message;
      }
      // One problem with the lines that explain it, each by the place of its example.
      const problems = said.split(/^(?=types-\w+\/)/m).slice(1).map((problem) =>
        problem.replace(/^[^(]*/, (file) => `the example of ${lines.get(file)?.where ?? file} `),
      );
      // JavaScript asks no union which of its types it is; that the property is there, the run shows.
      const isUnion = (problem: string): boolean =>
        strict === "loose" && /error TS2339: [^\n]*\n {2}Property '/.test(problem);
      assert.deepEqual(problems.filter((problem) => !isUnion(problem)), []);
      assert.equal(said !== "" && problems.length === 0, false, said);
    }
  });
});
