/** A child process in the foreground: its output is kept, and it never outlives the test run. */
import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";

export interface Child {
  readonly pid: number;
  /** Everything it wrote so far, stdout and stderr together. */
  output(): string;
  /** True until it has exited. */
  running(): boolean;
  /** SIGTERM to the process, SIGKILL to its group after `patience` ms; resolves when it is gone. */
  stop(patience?: number): Promise<void>;
}

const alive = new Set<ChildProcess>();
let hooked = false;

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}

function hookExit(): void {
  if (hooked) return;
  hooked = true;
  process.on("exit", () => {
    for (const child of alive) killGroup(child, "SIGKILL");
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => process.exit(1));
  }
}

/** Starts `command` in a process group of its own, so that its workers can be ended with it. */
export function startChild(command: string, args: readonly string[], cwd: string): Child {
  hookExit();
  const child = spawn(command, [...args], {
    cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  let gone = false;
  const exited = new Promise<void>((resolve) => {
    const end = (): void => {
      gone = true;
      alive.delete(child);
      resolve();
    };
    child.on("exit", end);
    child.on("error", (error) => {
      text += `${command}: ${error.message}\n`;
      end();
    });
  });
  alive.add(child);
  const collect = (chunk: Buffer): void => {
    text += chunk.toString("utf8");
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  return {
    pid: child.pid ?? -1,
    output: () => text,
    running: () => !gone,
    stop: async (patience = 3000) => {
      if (!gone) child.kill("SIGTERM");
      await Promise.race([exited, delay(patience, undefined, { ref: false })]);
      killGroup(child, "SIGKILL");
      await exited;
    },
  };
}

/** Polls `probe` until it gives a value; throws with `describe()` after `timeout` ms. */
export async function waitFor<T>(
  probe: () => T | undefined | Promise<T | undefined>,
  describe: () => string,
  timeout = 10000,
  interval = 50,
): Promise<T> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`after ${timeout} ms: ${describe()}`);
    await delay(interval);
  }
}
