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

function password(user: string): string {
  return `${user}-secret`;
}

/**
 * `accounts`: users whose password the server knows from the start and challenges for every call;
 * others log in first, with any password. `flags`: further arguments.
 */
export async function startEmbedded(
  accounts: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<Embedded> {
  const program = join(root, "build", "serve.mjs");
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run build`);
  const options = accounts.flatMap((user) => ["--account", `${user}:${password(user)}`]);
  const child = startChild(process.execPath, [program, "--port", "0", ...options, ...flags], root);
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
    password,
    pageUrl,
    output: () => child.output(),
    stop: () => child.stop(),
  };
}
