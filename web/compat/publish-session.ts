/** `SIPml.Session.Publish` */

import type { Publication } from "../publication.js";
import { heardEvent, innerEvent, responseEvent } from "./events.js";
import { contentOf, withUsable } from "./session-configuration.js";
import type { SessionConfiguration } from "./session-configuration.js";
import { Session, no_dialog } from "./session.js";
import type { UsageEnd } from "./session.js";

/**
 * What we tell about us, refreshed until `unpublish`.
 * @example
 * const session = stack.newSession("publish", { expires: 200 });
 * session.publish("<presence/>", "application/pidf+xml");
 */
export class PublishSession extends Session {
  private publication: Publication | undefined;
  /** `connected` was told, and no end since. */
  private connected = false;

  /**
   * Publishes a document, or another one in its place. `connecting`, `i_ao_request` and `connected`
   * follow. 0; -1 for empty content, -2 while the stack is not started.
   * @example session.publish("<presence/>", "application/pidf+xml", { expires: 600 });
   */
  publish(
    content: string | Uint8Array | object,
    contentType?: string,
    configuration?: SessionConfiguration | null,
  ): number {
    const body = contentOf(content);
    this.setConfiguration(configuration);
    if (body === undefined) return this.refuse(no_dialog, "publish", "the content is empty");
    const agent = this.stack.agent;
    if (!agent) return this.notStarted("publish");
    const type = contentType ? { contentType } : {};
    const known = this.publication;
    const alive = known && known.state !== "ended";
    // Original pages name the package in a header.
    const event = this.headers.take("Event") ?? this.configuration.event ?? "presence";
    this.setConfiguration({ event });
    const given = { event, expires: this.expires(), ...type, ...this.from(), ...this.headerOptions() };
    const code = this.attempt("publish", () =>
      withUsable(given, (options) => {
        if (alive) known.update(body, contentType, { expires: options.expires });
        else this.publication = this.observe(agent.publish(body, options));
      }),
    );
    if (code !== 0) return code;
    this.stack.remember(this);
    if (!alive) this.post("connecting", innerEvent("Connecting..."));
    return 0;
  }

  /**
   * Takes the document back: `terminating` and `terminated` follow. 0; -1 if nothing is published,
   * -2 while the stack is not started.
   * @example session.unpublish();
   */
  unpublish(configuration?: SessionConfiguration | null): number {
    this.setConfiguration(configuration);
    if (!this.stack.agent) return this.notStarted("unpublish");
    const { publication } = this;
    if (!publication || publication.state === "ended") {
      return this.refuse(no_dialog, "unpublish", "nothing is published");
    }
    if (publication.state === "unpublishing") {
      return this.refuse(0, "unpublish", "it is under way already");
    }
    this.log(publication.unpublish(this.laterHeaders()));
    return 0;
  }

  override get usage(): number | undefined {
    return this.publication?.id;
  }

  override abandon(): void {
    if (this.publication && this.publication.state !== "ended") this.finish({ cause: "transport_error" });
  }

  private observe(publication: Publication): Publication {
    const current = (): boolean => this.publication === publication;
    publication.on("response", ({ status, reason, message }) => {
      if (current()) this.post("i_ao_request", responseEvent(status, reason, message));
    });
    publication.on("state", (event) => {
      if (!current()) return;
      if (event.state === "published" && !this.connected) {
        this.connected = true;
        this.post("connected", heardEvent("Connected", event.message));
      } else if (event.state === "unpublishing") {
        this.post("terminating", innerEvent("Disconnecting..."));
      } else if (event.state === "ended") {
        this.finish(event);
      }
    });
    return publication;
  }

  private finish(end: UsageEnd): void {
    this.publication = undefined;
    this.connected = false;
    this.postEnd(end, "Disconnected");
  }
}
