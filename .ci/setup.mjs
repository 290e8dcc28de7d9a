/**
 * Installs what is missing on Debian 12: packages by apt-get, npm packages by npm ci.
 * `node .ci/setup.mjs [start|build|test|fuzz|coverage|bench]`; says what it installs, and nothing
 * when all is there.
 */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { Failure, elapsed, findProgram, isMain, main, must, root, run } from "./lib.mjs";

/** Each Debian package, with the program that will do if it came from elsewhere, if one will. */
const wasm = {
  emscripten: "em++",
  cmake: "cmake",
  "ninja-build": "ninja",
  "nlohmann-json3-dev": undefined,
};
const native = { "g++": "g++", clang: "clang++", "doctest-dev": undefined };
/** The run-time libraries of clang's sanitizers, profiles and libFuzzer. */
const clangRuntime = { "libclang-rt-14-dev": undefined };
/** The stacks that the benchmark compares with. */
const peers = {
  "pkg-config": "pkg-config",
  "libsofia-sip-ua-dev": undefined,
  "libosip2-dev": undefined,
  "libre-dev": undefined,
};
const tests = {
  "clang-format": "clang-format",
  chromium: "chromium",
  kamailio: "kamailio",
  "kamailio-websocket-modules": undefined,
  "kamailio-tls-modules": undefined,
  "kamailio-presence-modules": undefined,
  openssl: "openssl",
};
/** What the tests with other SIP and WebRTC stacks run. */
const otherStacks = {
  "firefox-esr": "firefox-esr",
  "rtpengine-daemon": "rtpengine",
  "sip-tester": "sipp",
  "baresip-core": "baresip",
  coturn: "turnserver",
  tshark: "tshark",
  iproute2: "ip",
  xvfb: "Xvfb",
};
/** Services that these packages start at boot; the tests start what they need on loopback. */
const services = {
  kamailio: ["kamailio"],
  "rtpengine-daemon": ["rtpengine-daemon", "rtpengine"],
  coturn: ["coturn"],
};
const needed = {
  start: wasm,
  build: wasm,
  test: { ...wasm, ...native, ...clangRuntime, ...tests, ...otherStacks },
  fuzz: { ...wasm, ...native, ...clangRuntime },
  bench: { ...wasm, "g++": "g++", ...peers },
  coverage: { ...wasm, ...native, ...clangRuntime, llvm: "llvm-cov" },
};

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function missingPackages(packages) {
  const names = Object.keys(packages);
  const format = "${db:Status-Status} ${Package}\n";
  const { output } = await run("dpkg-query", ["-W", "-f", format, ...names]);
  const installed = new Set(
    output
      .split("\n")
      .filter((line) => line.startsWith("installed "))
      .map((line) => line.slice("installed ".length)),
  );
  return names.filter((name) => {
    const program = packages[name];
    return !installed.has(name) && !(program !== undefined && findProgram(program));
  });
}

/** The words that go before a command that only root may run. */
function asRoot(command) {
  if (process.getuid?.() === 0) return [];
  if (!findProgram("sudo")) {
    throw new Failure(`This needs root and there is no sudo. As root, run:\n  ${command}`);
  }
  const interactive = process.stdin.isTTY && !process.env.CI;
  return interactive ? ["sudo", "--"] : ["sudo", "-n", "--"];
}

/** apt-get, waiting while another package manager holds its locks. */
async function aptGet(args) {
  const options = ["-y", "-q", "-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=3"];
  const command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...options, ...args];
  const [program, ...rest] = [...asRoot(`apt-get ${args.join(" ")}`), ...command];
  for (let attempt = 1; ; attempt += 1) {
    const result = await run(program, rest, { log: `apt-${args[0]}`, input: "inherit" });
    const locked = /Could not get lock|Unable to lock|another process using/.test(result.output);
    if (result.code === 0 || !locked || attempt === 60) return result;
    if (attempt === 1) console.log("  waiting for another package manager to finish");
    await sleep(10000);
  }
}

async function aptInstall(missing) {
  if (!findProgram("apt-get")) {
    throw new Failure(`Please install what these Debian packages hold: ${missing.join(" ")}`);
  }
  const start = performance.now();
  console.log(`Installing Debian packages: ${missing.join(" ")}`);
  const install = ["install", "--no-install-recommends", ...missing];
  // The package lists may be absent or too old to fetch by; then they are fetched anew.
  let result = await aptGet(install);
  if (result.code !== 0) {
    console.log("  fetching the package lists");
    const update = await aptGet(["update"]);
    result = await aptGet(install);
    if (result.code !== 0) {
      const output = update.code === 0 ? result.output : update.output + result.output;
      throw new Failure(`${output.trimEnd()}\nThe packages could not be installed.`);
    }
  }
  const unwanted = missing.flatMap((name) => services[name] ?? []);
  if (unwanted.length > 0 && existsSync("/run/systemd/system")) {
    console.log(`  switching off the services that came with them: ${unwanted.join(" ")}`);
    const command = ["systemctl", "disable", "--now", ...unwanted];
    const [program, ...rest] = [...asRoot(command.join(" ")), ...command];
    await run(program, rest, { input: "inherit" });
  }
  console.log(`  installed in ${elapsed(start)}`);
}

/** True when node_modules holds the versions of package-lock.json. */
function npmPackagesCurrent() {
  const hidden = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(hidden)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const present = JSON.parse(readFileSync(hidden, "utf8")).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    const found = present[path];
    if (!found) return entry.optional === true;
    return found.version === entry.version && existsSync(join(root, path, "package.json"));
  });
}

async function npmInstall() {
  const start = performance.now();
  console.log("Installing npm packages of package-lock.json into node_modules");
  const beside = join(dirname(process.execPath), "npm");
  const npm = existsSync(beside) ? beside : "npm";
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=5"];
  await must(npm, args, { log: "npm-ci", env: { CI: "true" } });
  if (!npmPackagesCurrent()) throw new Failure("npm ci left packages of package-lock.json out");
  console.log(`  installed in ${elapsed(start)}`);
}

/** Makes ready for `purpose`: a key of `needed`. */
export async function setup(purpose) {
  const packages = needed[purpose];
  if (!packages) {
    throw new Failure(`no such purpose: ${purpose}; use ${Object.keys(needed).join(", ")}`);
  }
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) throw new Failure(`Node 20 or newer is needed; this is ${process.version}`);
  const missing = await missingPackages(packages);
  if (missing.length > 0) await aptInstall(missing);
  if (!npmPackagesCurrent()) await npmInstall();
}

if (isMain(import.meta)) await main(() => setup(process.argv[2] ?? "test"));
