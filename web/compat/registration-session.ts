/** `SIPml.Session.Registration` */

import type { Registration, RegistrationStateEvent } from "../registration.js";
import { heardEvent, innerEvent, responseEvent } from "./events.js";
import { withUsable } from "./session-configuration.js";
import type { SessionConfiguration } from "./session-configuration.js";
import { Session, no_dialog } from "./session.js";

/**
 * Makes our address reachable.
 * @example
 * const session = stack.newSession("register", { expires: 200 });
 * session.addEventListener("connected", () => (status.textContent = "registered"));
 * session.register();
 */
export class RegistrationSession extends Session {
  private registration: Registration | undefined;
  /** register() was called and neither `connected` nor `terminated` has followed. */
  private awaited = false;

  /**
   * Registers, or registers anew. 0, or -2 while the stack is not started.
   * @example session.register({ expires: 600 });
   */
  register(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    const agent = this.stack.agent;
    if (!agent) return this.notStarted("register");
    const given = { expires: this.expires(), ...this.from(), ...this.headerOptions() };
    const code = this.attempt("register", () =>
      withUsable(given, (options) => {
        const known = this.registration;
        if (known && known.state !== "ended") known.register(options);
        else this.registration = this.observe(agent.register(options));
      }),
    );
    if (code !== 0) return code;
    this.stack.remember(this);
    this.awaited = true;
    this.post("connecting", innerEvent("Connecting..."));
    return 0;
  }

  /**
   * Removes the registration. 0; -1 without one, -2 while the stack is not started.
   * @example session.unregister();
   */
  unregister(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    if (!this.stack.agent) return this.notStarted("unregister");
    const registration = this.registration;
    if (!registration || registration.state === "ended") {
      return this.refuse(no_dialog, "unregister", "there is no registration");
    }
    this.log(registration.unregister());
    return 0;
  }

  override get usage(): number | undefined {
    return this.registration?.id;
  }

  override abandon(): void {
    if (!this.registration || this.registration.state === "ended") return;
    this.registration = undefined;
    this.finish({ state: "ended", cause: "transport_error" });
  }

  private observe(registration: Registration): Registration {
    const current = (): boolean => this.registration === registration;
    registration.on("sent", ({ unregister }) => {
      if (!current()) return;
      const method = unregister ? "unREGISTER" : "REGISTER";
      this.post("sent_request", innerEvent(`${method} request successfully sent`));
    });
    registration.on("state", (event) => {
      if (current()) this.follow(event);
    });
    return registration;
  }

  private follow(event: RegistrationStateEvent): void {
    switch (event.state) {
      case "registering":
        return; // `connecting` was posted by register(); refreshes are silent
      case "registered":
        if (this.awaited) this.post("connected", heardEvent("Connected", event.message));
        this.awaited = false;
        return;
      case "unregistering":
        if (!this.awaited) this.post("terminating", innerEvent("Disconnecting..."));
        return;
      case "ended":
        return this.finish(event);
    }
  }

  private finish(event: RegistrationStateEvent): void {
    const { cause, status, reason, message } = event;
    const early = this.awaited;
    this.awaited = false;
    if (cause !== "unregistered") return this.postEnd(event, "Disconnected");
    if (early) return this.post("terminated", innerEvent("Disconnected"));
    this.post("terminated", responseEvent(status ?? 200, reason || "OK", message));
  }
}
