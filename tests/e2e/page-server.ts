/** Serves the pages of page/ and the built package under /dist/ with a strict policy (CSP). */
import { build } from "esbuild";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { root } from "./paths.js";

const policy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; " +
  "connect-src 'self' ws: wss: http: https:; " +
  "object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
  ".map": "application/json",
};

export interface PageServer {
  readonly port: number;
  /** `http://localhost:PORT/NAME` */
  url(name: string): string;
  stop(): Promise<void>;
}

/** page/NAME.ts as a module that imports the shipped dist/index.js, as an application would. */
async function bundlePage(name: string): Promise<string> {
  const result = await build({
    entryPoints: [join(root, `tests/e2e/page/${name}.ts`)],
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    plugins: [
      {
        name: "shipped-package",
        setup(builder) {
          builder.onResolve({ filter: /web\/index\.js$/ }, () => ({
            path: "/dist/index.js",
            external: true,
          }));
        },
      },
    ],
  });
  const file = result.outputFiles[0];
  if (file === undefined) throw new Error(`esbuild gave no file for page/${name}.ts`);
  return file.text;
}

export async function startPageServer(): Promise<PageServer> {
  const bundled = new Map<string, string>();
  for (const name of ["modern", "documents"]) bundled.set(`/${name}.js`, await bundlePage(name));
  const read = (path: string): string | Buffer | undefined => {
    const script = bundled.get(path);
    if (script !== undefined) return script;
    const folder = path.startsWith("/dist/") ? root : join(root, "tests/e2e/page");
    const file = join(folder, normalize(path));
    return existsSync(file) ? readFileSync(file) : undefined;
  };
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (path === "/favicon.ico") {
      response.writeHead(204).end();
      return;
    }
    const content = path.endsWith("/") ? undefined : read(path);
    if (content === undefined) {
      response.writeHead(404, { "Content-Type": "text/plain" }).end(`${path} not found`);
      return;
    }
    response.writeHead(200, {
      "Content-Type": types[extname(path)] ?? "application/octet-stream",
      "Content-Security-Policy": policy,
      "Cache-Control": "no-store",
    });
    response.end(content);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: (name) => `http://localhost:${port}/${name}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
