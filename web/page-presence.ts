/** A page that goes away takes its registrations back, and makes them again when it returns. */

import type { Environment } from "./environment.js";
import { SipError } from "./errors.js";
import type { Registration } from "./registration.js";

/** What it needs of its agent. */
export interface PagePresenceCalls {
  readonly registrations: () => Iterable<Registration>;
  readonly unregisters: () => boolean;
  /** The connection did not outlive the absence. */
  readonly reconnect: () => void;
}

export class PagePresence {
  private readonly environment: Environment;
  private readonly calls: PagePresenceCalls;
  private unwatch: (() => void) | undefined;
  /** To be registered when the page is back and connected. */
  private readonly left = new Set<Registration>();

  constructor(environment: Environment, calls: PagePresenceCalls) {
    this.environment = environment;
    this.calls = calls;
  }

  watch(): void {
    this.unwatch ??= this.environment.watchPage?.(
      () => this.leave(),
      () => this.return(),
    );
  }

  forget(): void {
    this.unwatch?.();
    this.unwatch = undefined;
    this.left.clear();
  }

  /** The agent is connected, now or again. */
  connected(): void {
    for (const registration of [...this.left]) {
      this.left.delete(registration);
      if (registration.state === "ended") {
        quietly(() => registration.registerAgain());
        continue;
      }
      // Taking the old one back is still under way.
      const off = registration.on("state", ({ state }) => {
        if (state !== "ended") return;
        off();
        quietly(() => registration.registerAgain());
      });
    }
  }

  /** REGISTER with Expires 0 leaves before this returns, or right after: nobody waits for more. */
  private leave(): void {
    if (!this.calls.unregisters()) return;
    for (const registration of this.calls.registrations()) {
      if (registration.state !== "registered" && registration.state !== "registering") continue;
      this.left.add(registration);
      registration.unregister().catch(() => undefined);
    }
  }

  private return(): void {
    this.calls.reconnect();
  }
}

/** What the agent cannot do is told by the registration. */
function quietly(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof SipError)) throw error;
  }
}
