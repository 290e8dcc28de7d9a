/** The examples of the documents and comments, each run in Chromium against the embedded server. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import {
  ambientNames,
  checksIn,
  eventKind,
  isForNode,
  readExamples,
  sessionKind,
  toRun,
  withAddresses,
  type Example,
} from "../examples/examples.js";
import { Tab, launch } from "./browser.js";
import { startEmbedded, type Embedded } from "./embedded.js";
import { root } from "./paths.js";

const examples = readExamples().filter((one) => !isForNode(one) && one.noRun === undefined);
const scripts = examples.filter(({ language }) => language !== "html");
const pages = examples.filter(({ language }) => language === "html");

/** What the package's names stand for in a page. */
const shipped: Readonly<Record<string, string>> = {
  "sipml-wasm": "/dist/index.js",
  "sipml-wasm/inline": "/dist/inline.js",
  "sipml-wasm/compat": "/dist/compat.js",
  "sipml-wasm/core": "/dist/core.js",
};

let browser: Browser;
let server: Embedded;
let web: Server;
let address = "";

/** All examples in one script: `window.runExample(n)` gives how many checks it made. */
async function bundle(): Promise<string> {
  const modules = new Map(scripts.map((one, at) => [`example-${at}`, toRun(one, server)]));
  const wanted = scripts.map((one) => ({
    names: ambientNames(one),
    session: sessionKind(one),
    event: eventKind(one),
  }));
  const account = { url: server.url, domain: server.domain, password: "secret" };
  const entry = `
    import { namesFor, clean } from "./tests/e2e/page/examples.ts";
    const modules = [${scripts.map((_, at) => `() => import("example-${at}")`).join(", ")}];
    const wanted = ${JSON.stringify(wanted)};
    const code = ${JSON.stringify(scripts.map((one) => one.code))};
    window.runExample = async (at) => {
      let checks = 0;
      const wrong = [];
      const check = (actual, expected, text) => {
        checks += 1;
        const [given, right] = [actual, expected].map((value) => JSON.stringify(value));
        if (given !== right) wrong.push(text + " gives " + given + ", not " + right);
      };
      try {
        const names = await namesFor(wanted[at], ${JSON.stringify(account)}, code[at]);
        const { run } = await modules[at]();
        await run(names, check);
        const until = performance.now() + 5000;
        while (checks < ${JSON.stringify(scripts.map(checksIn))}[at] && performance.now() < until) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      } catch (error) {
        wrong.push(String(error && error.stack || error));
      } finally {
        await clean();
      }
      return { checks, wrong };
    };`;
  const result = await build({
    absWorkingDir: root,
    stdin: { contents: entry, resolveDir: root, loader: "js" },
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "silent",
    plugins: [
      {
        name: "shipped-package",
        setup({ onResolve, onLoad }) {
          const external = (path: string) => ({ path, external: true });
          onResolve({ filter: /^sipml-wasm/ }, ({ path }) => external(shipped[path] ?? path));
          onResolve({ filter: /web\/index\.js$/ }, () => external("/dist/index.js"));
          onResolve({ filter: /compat\/sipml\.js$/ }, () => external("/dist/compat.js"));
          onResolve({ filter: /^example-\d+$/ }, ({ path }) => ({ path, namespace: "example" }));
          onLoad({ filter: /.*/, namespace: "example" }, ({ path }) => ({
            contents: modules.get(path) ?? "",
            loader: "ts",
          }));
        },
      },
    ],
  });
  return result.outputFiles[0]?.text ?? "";
}

const head = "<!doctype html><meta charset='utf-8'><title>examples</title>";

before(async () => {
  browser = await launch();
  server = await startEmbedded();
  const script = await bundle();
  const contents = (path: string): [string, string | Buffer] | undefined => {
    if (path === "/") return ["text/html", `${head}<script type="module" src="/run.js"></script>`];
    if (path === "/run.js") return ["text/javascript", script];
    const page = pages[Number(/^\/page-(\d+)$/.exec(path)?.[1] ?? -1)];
    if (page) return ["text/html", head + withAddresses(page.code, server)];
    if (path === "/SIPml-api.js") {
      return ["text/javascript", readFileSync(join(root, "dist/SIPml-api.js"))];
    }
    const [, name] = /^\/dist\/([\w.-]+\.(?:js|wasm))$/.exec(path) ?? [];
    if (name === undefined) return undefined;
    const type = name.endsWith(".js") ? "text/javascript" : "application/wasm";
    return [type, readFileSync(join(root, "dist", name))];
  };
  web = createServer((request, response) => {
    const found = contents(new URL(request.url ?? "/", "http://localhost").pathname);
    if (!found) response.writeHead(request.url === "/favicon.ico" ? 204 : 404).end();
    else response.writeHead(200, { "Content-Type": found[0] }).end(found[1]);
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  address = `http://localhost:${(web.address() as AddressInfo).port}/`;
});
after(async () => {
  await browser?.close();
  await server?.stop();
  web?.closeAllConnections();
  web?.close();
});

declare global {
  interface Window {
    runExample(at: number): Promise<{ checks: number; wrong: string[] }>;
  }
}

const titleOf = ({ where, owner, code }: Example): string =>
  `${where} ${owner} ${code.trim().split("\n")[0]?.slice(0, 60) ?? ""}`;

describe("scripts", () => {
  let tab: Tab | undefined;

  scripts.forEach((example, at) => {
    test(titleOf(example), { timeout: 40_000 }, async () => {
      // One that asks the person something gets a yes.
      if (!tab) {
        tab = await Tab.open(browser, address, "examples");
        tab.page.on("dialog", (dialog) => void dialog.accept());
        const { page } = tab;
        await tab.wait("window.runExample", () =>
          page.evaluate(() => ("runExample" in window ? true : undefined)),
        );
      }
      const { checks, wrong } = await tab.page.evaluate((n) => window.runExample(n), at);
      assert.deepEqual(wrong, []);
      assert.equal(checks, checksIn(example));
      assert.deepEqual(tab.pageErrors.splice(0), []);
    });
  });

  after(async () => tab?.close());
});

describe("pages", () => {
  pages.forEach((example, at) => {
    test(titleOf(example), async () => {
      const tab = await Tab.open(browser, "about:blank", "page");
      const answers: string[] = [];
      tab.page.on("websocket", (socket) => {
        socket.on("framereceived", ({ payload }) => answers.push(String(payload)));
      });
      await tab.page.goto(`${address}page-${at}`);
      await tab.wait("a 200 from the server", async () =>
        answers.some((text) => text.startsWith("SIP/2.0 200 ")) ? true : undefined,
      );
      await tab.expectClean();
      await tab.close();
    });
  });
});
