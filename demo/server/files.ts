/** Serves files below a few folders over HTTP, with the page's security headers. */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, sep } from "node:path";

const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' blob: mediastream:",
  "connect-src 'self' ws: wss:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join("; ");

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".htm": "text/html; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".mp3": "audio/mpeg",
  ".ogg": "audio/ogg",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".ts": "text/plain; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".wav": "audio/wav",
  ".webmanifest": "application/manifest+json",
};

const METHODS = "GET and HEAD only\n";

const NOT_FOUND = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Not found</title>
<h1>Not found</h1>
<p>There is nothing at this address. The phone is at <a href="/call.htm">call.htm</a>.</p>
</html>
`;

/** What to send for a path that no file stands for. */
export interface Generated {
  readonly type: string;
  readonly content: string;
}

export interface FileSite {
  /** Folders by the prefix of their paths, each ending in "/"; the longest prefix counts. */
  readonly folders: Readonly<Record<string, string>>;
  readonly generated: Readonly<Record<string, Generated>>;
  /** Where paths lead to instead. */
  readonly redirects: Readonly<Record<string, string>>;
}

/** The file that a request path names, or undefined when it names none below its folder. */
export function resolveFile(
  folders: Readonly<Record<string, string>>,
  path: string,
): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  if (/[\0\\]/.test(decoded) || decoded.endsWith("/")) return undefined;
  if (decoded.split("/").some((segment) => segment === ".." || segment === ".")) return undefined;
  const prefix = Object.keys(folders)
    .filter((candidate) => decoded.startsWith(candidate))
    .sort((a, b) => b.length - a.length)[0];
  const folder = prefix === undefined ? undefined : folders[prefix];
  if (prefix === undefined || folder === undefined) return undefined;
  const file = join(folder, decoded.slice(prefix.length));
  return file.startsWith(folder + sep) ? file : undefined;
}

/** Undefined when there is no such file. */
async function read(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch {
    return undefined;
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  content: Buffer,
): void {
  const tag = `"${createHash("sha256").update(content).digest("base64url").slice(0, 22)}"`;
  const headers = {
    "Content-Type": type,
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
    ETag: tag,
  };
  if (status === 200 && request.headers["if-none-match"] === tag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(status, { ...headers, "Content-Length": content.length });
  response.end(request.method === "HEAD" ? undefined : content);
}

/** Answers one HTTP request. */
export async function serveFile(
  site: FileSite,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const html = "text/html; charset=utf-8";
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    send(request, response, 405, "text/plain; charset=utf-8", Buffer.from(METHODS));
    return;
  }
  const [path = "/", query] = (request.url ?? "/").split(/\?(.*)/s, 2);
  const redirect = site.redirects[path];
  if (redirect !== undefined) {
    const location = query === undefined || query === "" ? redirect : `${redirect}?${query}`;
    response.writeHead(302, { Location: location, "Cache-Control": "no-cache" }).end();
    return;
  }
  const made = site.generated[path];
  if (made !== undefined) {
    send(request, response, 200, made.type, Buffer.from(made.content));
    return;
  }
  const file = resolveFile(site.folders, path);
  const content = file === undefined ? undefined : await read(file);
  if (file === undefined || content === undefined) {
    send(request, response, 404, html, Buffer.from(NOT_FOUND));
    return;
  }
  send(request, response, 200, TYPES[extname(file)] ?? "application/octet-stream", content);
}
