/** What the scripts of this folder share: running programs, reporting steps, remembering inputs. */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  appendFileSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const logs = join(root, "build", "logs");
export const cores = availableParallelism();

/** A failure that its message explains; no stack is shown. */
export class Failure extends Error {}

/** True when this module is the program that Node was started with. */
export function isMain(meta) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(meta.url);
}

/** Runs the body of a script; a Failure ends it with its message and exit code 1. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error);
    process.exitCode = 1;
  }
}

/** The full name of a program, or undefined. */
export function findProgram(name) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const folder of [...folders, "/usr/local/sbin", "/usr/sbin", "/sbin"]) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** The environment of every program: this Node first, no questions, no colours in logs. */
function environment(extra) {
  const path = [dirname(process.execPath), process.env.PATH ?? "", "/usr/sbin", "/sbin"];
  return { ...process.env, CI: "true", NO_COLOR: "1", PATH: path.join(delimiter), ...extra };
}

/**
 * Runs a program in the root folder and resolves with {code, output}; output holds both streams.
 * `log`: a name in build/logs that keeps the output. `show`: also print it as it comes.
 * `input`: "inherit" lets it ask its user. `timeout`: milliseconds, then it is killed.
 */
export function run(program, args, options = {}) {
  const { env, log, show = false, input = "ignore", timeout = 0, cwd = root } = options;
  return new Promise((resolve) => {
    let file;
    if (log !== undefined) {
      mkdirSync(logs, { recursive: true });
      file = join(logs, `${log}.log`);
      writeFileSync(file, `$ ${[program, ...args].join(" ")}\n`);
    }
    const child = spawn(program, args, {
      cwd,
      env: environment(env),
      stdio: [input, "pipe", "pipe"],
    });
    const chunks = [];
    const take = (stream) => (chunk) => {
      chunks.push(chunk);
      if (file !== undefined) appendFileSync(file, chunk);
      if (show) stream.write(chunk);
    };
    child.stdout.on("data", take(process.stdout));
    child.stderr.on("data", take(process.stderr));
    let timedOut = false;
    const timer =
      timeout > 0 &&
      setTimeout(() => {
        timedOut = true;
        child.kill("SIGKILL");
      }, timeout);
    const finish = (code, note) => {
      clearTimeout(timer);
      const output = Buffer.concat(chunks).toString("utf8") + note;
      if (file !== undefined && note !== "") appendFileSync(file, note);
      resolve({ code, output });
    };
    child.on("error", (error) => finish(127, `${program}: ${error.message}\n`));
    child.on("close", (code, signal) => {
      if (timedOut) finish(1, `\nstopped after ${timeout / 1000} s: ${program}\n`);
      else finish(code ?? 1, signal ? `\nended by ${signal}: ${program}\n` : "");
    });
  });
}

/** As run(), but an exit code other than 0 is a Failure that shows the whole output. */
export async function must(program, args, options = {}) {
  const { code, output } = await run(program, args, options);
  if (code === 0) return output;
  const shown = options.show ? "" : `${output.trimEnd()}\n`;
  throw new Failure(`${shown}${[program, ...args].join(" ")} failed (exit code ${code})`);
}

/** "0.4 s", "1 min 12 s" since `start`, a performance.now(). */
export function elapsed(start) {
  const seconds = (performance.now() - start) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Runs `body` and prints one line: what was done, its result if it returns one, and the time. */
export async function step(name, body) {
  const start = performance.now();
  const note = await body();
  console.log(`${name.padEnd(24)} ${[note ?? "done", elapsed(start)].join(", ")}`);
}

/** The files below `folder`, as paths relative to the root, sorted; none if it does not exist. */
export function filesBelow(folder) {
  const top = join(root, folder);
  if (!existsSync(top)) return [];
  if (statSync(top).isFile()) return [folder];
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

/** A digest of the names and contents of these files and folders. */
export function digestOf(paths) {
  const hash = createHash("sha256").update(process.version);
  for (const file of paths.flatMap(filesBelow)) {
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

/**
 * Runs `body` unless `inputs` are as they were when it last succeeded and all `outputs` exist.
 * Returns true if it ran.
 */
export async function whenChanged(name, inputs, outputs, body) {
  const stamp = join(root, "build", "stamps", name);
  const digest = digestOf(inputs);
  const current =
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === digest &&
    outputs.every((output) => existsSync(join(root, output)));
  if (current) return false;
  rmSync(stamp, { force: true });
  await body();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
  return true;
}

/** The script of a package in node_modules/.bin, to be run by this Node. */
export function nodeTool(name) {
  return join(root, "node_modules", ".bin", name);
}
