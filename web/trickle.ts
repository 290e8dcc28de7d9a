/** Candidates that come after the description that they belong to (RFC 8838, RFC 8829 5.7). */

import { messageOf } from "./capture.js";

export interface TrickleHandlers {
  /** The browser found a candidate after its description was given; "": it looks for no more. */
  found(mid: string, candidate: string, ufrag: string): void;
  /** A candidate of the peer was not taken. */
  dropped(text: string): void;
}

/** A candidate of the peer; "": the last of its generation has come. */
export interface RemoteCandidate {
  readonly mid: string;
  readonly candidate: string;
  readonly ufrag: string;
}

/** The candidates of one peer connection, from before its first description. */
export class Trickle {
  private readonly connection: RTCPeerConnection;
  private readonly handlers: TrickleHandlers;
  /** While a description is made it holds all that is found. */
  private describing = true;
  private readonly early: RemoteCandidate[] = [];

  constructor(connection: RTCPeerConnection, handlers: TrickleHandlers) {
    this.connection = connection;
    this.handlers = handlers;
    connection.addEventListener("icecandidate", ({ candidate }) => {
      if (this.describing || !candidate || candidate.candidate === "") return;
      const { sdpMid, usernameFragment } = candidate;
      handlers.found(sdpMid ?? "", candidate.candidate, usernameFragment ?? "");
    });
    connection.addEventListener("icegatheringstatechange", () => {
      if (!this.describing && connection.iceGatheringState === "complete") handlers.found("", "", "");
    });
  }

  /** A description is being made, and will hold what is found until it is given. */
  begin(): void {
    this.describing = true;
  }

  /** The description is given; `complete`: with all that there will be. */
  described(complete: boolean): void {
    if (complete) this.handlers.found("", "", "");
    this.describing = false;
  }

  /** Gives the browser a candidate of the peer, as soon as it has the description. */
  async add(candidate: RemoteCandidate): Promise<void> {
    if (!this.connection.remoteDescription) {
      this.early.push(candidate);
      return;
    }
    const { mid } = candidate;
    if (!this.connection.getTransceivers().some((transceiver) => transceiver.mid === mid)) {
      this.handlers.dropped(`no media section has the mid "${mid}"`);
      return;
    }
    try {
      await this.connection.addIceCandidate({
        candidate: candidate.candidate,
        sdpMid: mid,
        usernameFragment: candidate.ufrag === "" ? null : candidate.ufrag,
      });
    } catch (error) {
      this.handlers.dropped(messageOf(error));
    }
  }

  /** The peer's description was applied. */
  async applied(): Promise<void> {
    for (const candidate of this.early.splice(0)) await this.add(candidate);
  }
}
