/** What the whole SIPml API shares: initialisation, the compiled core, the log level. */

import { Core } from "../../js-glue/core.js";
import { defaultWasm } from "../../js-glue/default-wasm.js";
import type { DefaultWasm } from "../../js-glue/default-wasm.js";
import type { ParsedNameAddr } from "../../js-glue/message-data.js";
import { browserEnvironment } from "../environment.js";
import type { Environment } from "../environment.js";
import { UserAgent } from "../user-agent.js";
import type { UserAgentOptions } from "../user-agent.js";

/** What is logged: this and what is worse. */
export type DebugLevel = "info" | "warn" | "error" | "fatal";

/** Why no calls can be made here. */
export interface InitFailure {
  /**
   * As the original said it: `WebRTC not supported`, `getUserMedia not supported`, `Internal
   * error`.
   */
  readonly description: string;
  /** A sentence for a person. */
  readonly message: string;
}

/** Replaced in tests. */
export interface EngineParts {
  readonly environment: Environment;
  readonly wasm: DefaultWasm;
  readonly createAgent: (module: WebAssembly.Module, options: UserAgentOptions) => UserAgent;
  /** Takes an address apart; undefined if the text is none. Default: the core does. */
  readonly createParser?: (module: WebAssembly.Module) => AddressParser;
}

type AddressParser = (text: string) => ParsedNameAddr | undefined;

function createParser(module: WebAssembly.Module): AddressParser {
  const core = new Core(module);
  return (text) => core.parseAddress(text);
}

type Waiting = {
  readonly ready: (module: WebAssembly.Module) => void;
  readonly failed: (error: Error) => void;
};

const levels: readonly DebugLevel[] = ["fatal", "error", "warn", "info"];

export class Engine {
  level: DebugLevel = "info";
  initialized = false;
  /** Told when the level changes. */
  readonly levelListeners = new Set<() => void>();
  private givenParts: EngineParts | undefined;
  private module: WebAssembly.Module | undefined;
  private parser: AddressParser | undefined;
  private compiling = false;
  private readonly waiting: Waiting[] = [];
  private sessions = 0;

  get parts(): EngineParts {
    return (this.givenParts ??= {
      environment: browserEnvironment(),
      wasm: defaultWasm,
      createAgent: (module, options) => UserAgent.createSync(module, options),
    });
  }

  /** @internal For tests: other parts, and everything as at the start. */
  reset(parts: EngineParts): void {
    this.givenParts = parts;
    this.module = undefined;
    this.parser = undefined;
    this.compiling = false;
    this.waiting.length = 0;
    this.initialized = false;
    this.level = "info";
  }

  nextSessionId(): number {
    this.sessions += 1;
    return this.sessions;
  }

  setLevel(level: unknown): void {
    this.level = level === "warn" || level === "error" || level === "fatal" ? level : "info";
    for (const listener of this.levelListeners) listener();
  }

  log(level: Exclude<DebugLevel, "fatal">, text: string): void {
    if (levels.indexOf(level) <= levels.indexOf(this.level)) console[level](text);
  }

  /** An address; null if the text is none, undefined while the core is still being compiled. */
  parseAddress(text: string): ParsedNameAddr | null | undefined {
    if (!this.module) this.withModule(() => undefined, () => undefined);
    if (!this.module) return undefined;
    try {
      this.parser ??= (this.parts.createParser ?? createParser)(this.module);
      return this.parser(text) ?? null;
    } catch {
      this.parser = undefined; // it trapped: the next text gets a new one
      return null;
    }
  }

  /**
   * Calls one of the two: before it returns where the module is there or can be compiled at once,
   * later otherwise. A failure does not stick: the next call tries again.
   */
  withModule(ready: Waiting["ready"], failed: Waiting["failed"]): void {
    if (this.module) return ready(this.module);
    const { wasm } = this.parts;
    if (wasm.compileNow && !this.compiling) {
      try {
        this.module = wasm.compileNow();
        return ready(this.module);
      } catch (error) {
        this.log("warn", `The core is compiled in the background: ${String(error)}`);
      }
    }
    this.waiting.push({ ready, failed });
    if (this.compiling) return;
    this.compiling = true;
    void this.compileLater();
  }

  private async compileLater(): Promise<void> {
    let outcome: (waiting: Waiting) => void;
    try {
      const module = (this.module = await this.parts.wasm.compile());
      outcome = (waiting) => waiting.ready(module);
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      outcome = (waiting) => waiting.failed(error);
    }
    this.compiling = false;
    for (const waiting of this.waiting.splice(0)) outcome(waiting);
  }

  /** Why this browser cannot make calls, in the original's words and then in clearer ones. */
  unsupported(): InitFailure | undefined {
    const { createPeerConnection, getUserMedia, isSecureContext } = this.parts.environment;
    if (!createPeerConnection) {
      return { description: "WebRTC not supported", message: "WebRTC not supported" };
    }
    if (!getUserMedia) {
      const description = "getUserMedia not supported";
      const hint = isSecureContext ? "" : ": the page is not secure (https or localhost)";
      return { description, message: description + hint };
    }
    return undefined;
  }

  init(success?: (event: object) => void, failure?: (event: InitFailure) => void): void {
    const fail = (why: InitFailure): void => {
      this.log("error", why.message);
      failure?.(why);
    };
    const unsupported = this.unsupported();
    this.withModule(
      () => {
        if (unsupported) return fail(unsupported);
        this.initialized = true;
        success?.({});
      },
      (error) => fail({ description: "Internal error", message: error.message }),
    );
  }
}

export const engine = new Engine();

export function friendlyNavigatorName(userAgent: string): string {
  const text = userAgent.toLowerCase();
  const names = ["chrome", "firefox", "safari", "opera"];
  const found = names.find((name) => text.includes(name));
  if (found) return found;
  if (text.includes("msie") || text.includes("trident")) return "ie";
  return text.includes("netscape") ? "netscape" : "unknown";
}

export function friendlySystemName(userAgent: string): string {
  const text = userAgent.toLowerCase();
  const names: readonly (readonly [string, string])[] = [
    ["mac", "mac"],
    ["powerpc", "powerpc"],
    ["win", "windows"],
    ["sunos", "sunos"],
    ["linux", "linux"],
  ];
  return names.find(([mark]) => text.includes(mark))?.[1] ?? "unknown";
}
