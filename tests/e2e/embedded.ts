/** Starts the embedded development server, build/serve.mjs, on a free port. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { startChild, waitFor } from "./child.js";
import { root } from "./paths.js";
import type { SipServer } from "./servers.js";

export interface Embedded extends SipServer {
  /** `http://localhost:PORT/`, where the pages are. */
  readonly pageUrl: string;
  output(): string;
}

export async function startEmbedded(): Promise<Embedded> {
  const program = join(root, "build", "serve.mjs");
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run build`);
  const child = startChild(process.execPath, [program, "--port", "0"], root);
  const find = (): string | undefined => {
    const found = /http:\/\/localhost:\d+\//.exec(child.output());
    if (found !== null) return found[0];
    if (!child.running()) throw new Error(`serve.mjs exited:\n${child.output()}`);
    return undefined;
  };
  let pageUrl: string;
  try {
    pageUrl = await waitFor(find, () => `no address from serve.mjs:\n${child.output()}`);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return {
    name: "embedded server",
    url: `${pageUrl.replace("http:", "ws:")}sip`,
    domain: "localhost",
    password: (user) => `${user}-secret`,
    pageUrl,
    output: () => child.output(),
    stop: () => child.stop(),
  };
}
