/** `SIPml.Session.Subscribe` */

import { partyOfTarget } from "../address.js";
import type { RemoteParty } from "../address.js";
import type { Notification } from "../notification.js";
import type { Subscription } from "../subscription.js";
import { heardEvent, innerEvent, requestEvent, responseEvent } from "./events.js";
import type { InnerEvent } from "./events.js";
import { withUsable } from "./session-configuration.js";
import type { SessionConfiguration } from "./session-configuration.js";
import { Session, no_dialog } from "./session.js";
import type { UsageEnd } from "./session.js";

/**
 * What we want to be told about somebody, refreshed until `unsubscribe`.
 * @example
 * const session = stack.newSession("subscribe", { expires: 200 });
 * session.addEventListener("i_notify", (e) => console.log(e.getContentString()));
 * session.subscribe("bob");
 */
export class SubscribeSession extends Session {
  private subscription: Subscription | undefined;
  private target: RemoteParty | undefined;
  /** `connected` was told, and no end since. */
  private connected = false;

  /**
   * Subscribes, or refreshes now. `connecting`, `i_ao_request` and `connected` follow, then an
   * `i_notify` each time. 0; -1 for a destination that is none, -2 while the stack is not started.
   * @example session.subscribe("sip:bob@example.org", { event: "dialog" });
   */
  subscribe(to: string, configuration?: SessionConfiguration | null): number {
    if (typeof to !== "string" || to === "") {
      throw new Error("ERR_INVALID_PARAMETER_VALUE: 'to' must not be null");
    }
    this.setConfiguration(configuration);
    const agent = this.stack.agent;
    if (!agent) return this.notStarted("subscribe");
    const known = this.subscription;
    const alive = known && known.state !== "ended";
    // Original pages name the package and the media types in headers.
    const event = this.headers.take("Event") ?? this.configuration.event ?? "presence";
    const types = this.headers.take("Accept")?.split(",").map((type) => type.trim());
    const accept = types ?? this.configuration.accept;
    this.setConfiguration({ event, ...(accept ? { accept } : {}) });
    const given = {
      event,
      expires: this.expires(),
      ...(accept ? { accept } : {}),
      ...this.from(),
      ...this.headerOptions(),
    };
    const code = this.attempt("subscribe", () =>
      withUsable(given, (options) => {
        if (alive) known.refresh({ expires: options.expires });
        else this.subscription = this.observe(agent.subscribe(to, options));
      }),
    );
    if (code !== 0) return code;
    this.stack.remember(this);
    if (!alive) {
      this.target = partyOfTarget(to, this.stack.realm);
      this.post("connecting", innerEvent("Connecting..."));
    }
    return 0;
  }

  /**
   * Ends the subscription: `terminating` and `terminated` follow. 0; -1 without one, -2 while the
   * stack is not started.
   * @example session.unsubscribe();
   */
  unsubscribe(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    if (!this.stack.agent) return this.notStarted("unsubscribe");
    const { subscription } = this;
    if (!subscription || subscription.state === "ended") {
      return this.refuse(no_dialog, "unsubscribe", "there is no subscription");
    }
    if (subscription.state === "unsubscribing") {
      return this.refuse(0, "unsubscribe", "it is under way already");
    }
    this.log(subscription.unsubscribe(this.laterHeaders()));
    return 0;
  }

  override get usage(): number | undefined {
    return this.subscription?.id;
  }

  override abandon(): void {
    if (this.subscription && this.subscription.state !== "ended") this.finish({ cause: "transport_error" });
  }

  protected override remoteParty(): RemoteParty | undefined {
    return this.target;
  }

  private observe(subscription: Subscription): Subscription {
    const current = (): boolean => this.subscription === subscription;
    subscription.on("response", ({ status, reason, message }) => {
      if (current()) this.post("i_ao_request", responseEvent(status, reason, message));
    });
    subscription.on("notify", (notification) => {
      if (!current()) return;
      const own = this.stack.ownParty();
      const inner = notifyEvent(notification, this.target ?? notification.from, own);
      this.post("i_notify", inner, { notification });
    });
    subscription.on("state", (event) => {
      if (!current()) return;
      if (event.state === "accepted" && !this.connected) {
        this.connected = true;
        this.post("connected", heardEvent("Connected", event.message));
      } else if (event.state === "unsubscribing") {
        this.post("terminating", innerEvent("Disconnecting..."));
      } else if (event.state === "ended") {
        const { cause, reason } = event;
        const why = reason ? ` (${reason})` : "";
        this.finish(event, cause === "terminated" ? `The notifier ended it${why}.` : undefined);
      }
    });
    return subscription;
  }

  private finish(end: UsageEnd, text?: string): void {
    this.subscription = undefined;
    this.connected = false;
    this.postEnd(end, "Disconnected", text);
  }
}

/** @internal An `i_notify`. */
export function notifyEvent(
  { message, content, contentType }: Notification,
  from: RemoteParty,
  to: RemoteParty,
): InnerEvent {
  return requestEvent("Incoming Request", { from, to }, message, { content, contentType });
}
