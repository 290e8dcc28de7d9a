/**
 * A peer whose SIP is written by the test and whose media are those of a bare RTCPeerConnection, so
 * that what it says can be bent in every way and can still be heard and seen.
 */
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { Tab } from "./browser.js";
import { Dialog, RawClient, type RawMessage, type Sent } from "./kamailio/raw-client.js";
import type { Kind } from "./media.js";
import type { PageServer } from "./page-server.js";
import type { SipServer } from "./servers.js";

export const sdpType = "Content-Type: application/sdp";
const allow = "Allow: INVITE, ACK, BYE, CANCEL, UPDATE, PRACK";

declare global {
  interface Window {
    /** The connection of a Hand's page: that which is open, or else a new one. */
    bare: () => RTCPeerConnection;
    /** What the next of them is made with. */
    bareConfiguration?: object;
  }
}

export class Hand {
  private constructor(
    readonly client: RawClient,
    readonly tab: Tab,
    /** The tag of what it answers. */
    readonly tag: string,
  ) {}

  /** Registers the user; several hands of one user are branches of a call to that user. */
  static async open(
    browser: Browser,
    pages: PageServer,
    server: SipServer,
    user: string,
    tag = user,
  ): Promise<Hand> {
    const client = await RawClient.open(server.url, user, server.domain, server.password(user));
    const options = { to: client.aor, fields: ["Expires: 600"] };
    const { final } = await client.request("REGISTER", `sip:${server.domain}`, options);
    assert.equal(final.status, 200);
    const tab = await Tab.open(browser, pages.url("modern.html"), tag);
    await tab.page.evaluate(() => {
      window.bare = () => {
        const last = window.probe.peers.at(-1);
        if (last && last.signalingState !== "closed") return last;
        const peer = new RTCPeerConnection(window.bareConfiguration);
        peer.addEventListener("track", ({ track }) => {
          // What nobody plays is not decoded.
          const element = document.createElement("video");
          element.autoplay = true;
          element.srcObject = new MediaStream([track]);
        });
        return peer;
      };
    });
    return new Hand(client, tab, tag);
  }

  async close(): Promise<void> {
    this.client.close();
    await this.tab.close();
  }

  get fields(): string[] {
    return [`Contact: ${this.client.contact}`, allow, sdpType];
  }

  /** An offer with what it sends; in a call, of the same connection. */
  offer(kinds: readonly Kind[]): Promise<string> {
    return this.tab.page.evaluate(async (wanted) => {
      const peer = window.bare();
      const has = peer.getSenders().map(({ track }) => track?.kind);
      const missing = wanted.filter((kind) => !has.includes(kind));
      if (missing.length > 0) {
        const stream = await navigator.mediaDevices.getUserMedia({
          audio: missing.includes("audio"),
          video: missing.includes("video"),
        });
        for (const kind of missing) {
          const track = stream.getTracks().find((one) => one.kind === kind);
          if (track) peer.addTransceiver(track, { streams: [stream] });
        }
      }
      await peer.setLocalDescription(await peer.createOffer());
      while (peer.iceGatheringState !== "complete") {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return peer.localDescription?.sdp ?? "";
    }, kinds);
  }

  /** The answer to an offer, that sends these kinds and rejects the others. */
  answer(offer: string, kinds: readonly Kind[]): Promise<string> {
    return this.tab.page.evaluate(
      async ([sdp, wanted]) => {
        const peer = window.bare();
        await peer.setRemoteDescription({ type: "offer", sdp });
        for (const transceiver of peer.getTransceivers()) {
          const { kind } = transceiver.receiver.track;
          if (transceiver.direction === "stopped") continue;
          if (!wanted.some((one) => one === kind)) {
            transceiver.stop();
            continue;
          }
          transceiver.direction = "sendrecv";
          if (transceiver.sender.track) continue;
          const stream = await navigator.mediaDevices.getUserMedia({ [kind]: true });
          await transceiver.sender.replaceTrack(stream.getTracks()[0] ?? null);
        }
        await peer.setLocalDescription(await peer.createAnswer());
        while (peer.iceGatheringState !== "complete") {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        return peer.localDescription?.sdp ?? "";
      },
      [offer, kinds] as const,
    );
  }

  /** Takes the answer to its offer. */
  take(answer: string): Promise<void> {
    return this.tab.page.evaluate(
      (sdp) => window.probe.peers.at(-1)?.setRemoteDescription({ type: "answer", sdp }),
      answer,
    );
  }

  /** Takes back the offer that it made. */
  takeBack(): Promise<void> {
    return this.tab.page.evaluate(() =>
      window.probe.peers.at(-1)?.setLocalDescription({ type: "rollback" }),
    );
  }

  /** Ends its media and drops what it did not read; the next description is of another connection. */
  forget(): Promise<void> {
    this.client.forget();
    return this.tab.page.evaluate(() => {
      for (const peer of window.probe.peers) {
        for (const { track } of peer.getSenders()) track?.stop();
        peer.close();
      }
    });
  }

  /** Answers a request with a description. */
  respond(request: RawMessage, status: string, body = "", more: readonly string[] = []): void {
    const fields = body === "" ? this.fields.slice(0, -1) : this.fields;
    this.client.respond(request, status, this.tag, [...fields, ...more], body);
  }

  /** Answers an INVITE with 200 and the answer to its offer, which may be bent, and takes the ACK. */
  async accept(
    invite: RawMessage,
    kinds: readonly Kind[],
    bend: (answer: string) => string = (answer) => answer,
  ): Promise<Dialog> {
    this.respond(invite, "200 OK", bend(await this.answer(invite.body, kinds)));
    await this.client.nextRequest("ACK");
    return Dialog.ofCallee(this.client, invite, this.tag);
  }

  /** Sends an INVITE to the user; resolves with the final response, which is acknowledged unless 2xx. */
  call(user: string, body: string): Promise<Sent> {
    const fields = [allow, ...(body === "" ? [] : [sdpType])];
    return this.client.request("INVITE", `sip:${user}@${this.client.domain}`, { fields, body });
  }

  /** Takes the BYE of the other side. */
  async bye(): Promise<RawMessage> {
    const bye = await this.client.nextRequest("BYE");
    this.client.respond(bye, "200 OK", this.tag);
    return bye;
  }
}
