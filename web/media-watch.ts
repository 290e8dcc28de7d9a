/** Whether the media of a call have a connection (RFC 8445, RFC 7675), and getting a lost one back. */

import type { Environment } from "./environment.js";
import { SipError } from "./errors.js";

/** How the media of a call are connected. */
export type MediaState =
  /** Not both descriptions are there. */
  | "new"
  /** A way is looked for. */
  | "connecting"
  /** A way was found, and DTLS agreed; again: it was found again. */
  | "connected"
  /** Nothing comes any more; the browser goes on trying, and ICE is restarted. */
  | "interrupted"
  /** The browser has given up; ICE is restarted, until the call ends with `error`. */
  | "failed"
  /** The call is over. */
  | "closed";

/** Why the media have no connection. */
export type MediaLoss = "ice_failed" | "dtls_failed";

export interface MediaWatchHandlers {
  /** `error` comes with the last "failed". */
  changed(state: MediaState, error?: SipError): void;
  /** What was interrupted is connected again; packets may be missing on both sides. */
  recovered(): void;
  /** Restarts ICE; rejects with SipError. */
  restart(): Promise<void>;
  /** Takes another connection, and then calls `beginsAnew`. */
  replace(): void;
  /** It is given up. */
  lost(error: MediaLoss, message: string): void;
}

/**
 * Milliseconds from a loss to the restart: one side is quicker, so that two do not offer at once.
 * Browsers take seconds to notice a loss, and often mend it themselves.
 */
const restart_delays = {
  interrupted: { offerer: 1000, answerer: 4000 },
  /**
   * Early media of one branch, the call of another (RFC 3261 section 13.2.2.4): Chromium often holds
   * on to the way to the first, and nothing comes over it any more.
   */
  elsewhere: { offerer: 500, answerer: 4000 },
  failed: { offerer: 0, answerer: 3000 },
} as const;

/** Milliseconds from one restart to the next, if the first did not help. */
const restart_interval = 5000;

/** The same after a restart towards another branch: one that goes on answering holds Chromium to it. */
const replace_interval = 1500;

/** Milliseconds after which a change that stood in the way may be over. */
const busy_interval = 1000;

export class MediaWatch {
  private readonly environment: Environment;
  /** Milliseconds without a connection after which it is given up; 0: never. */
  private readonly timeout: number;
  private readonly handlers: MediaWatchHandlers;
  private connection: RTCPeerConnection | undefined;
  private current: MediaState = "new";
  private wasConnected = false;
  /** Both descriptions are final, and there is something to connect. */
  private agreed = false;
  private offerer = false;
  /** The answer is not that of the early media, and has no connection yet. */
  private elsewhere: "unreached" | "restarted" | undefined;
  private cancelDeadline: (() => void) | undefined;
  private cancelRestart: (() => void) | undefined;

  constructor(environment: Environment, timeout: number, handlers: MediaWatchHandlers) {
    this.environment = environment;
    this.timeout = timeout;
    this.handlers = handlers;
  }

  get state(): MediaState {
    return this.current;
  }

  /** Looks at this connection from now on, and at no other. */
  watch(connection: RTCPeerConnection): void {
    this.connection = connection;
    this.wasConnected = false;
    const look = (): void => {
      if (this.connection === connection) this.look();
    };
    connection.addEventListener("connectionstatechange", look);
    connection.addEventListener("iceconnectionstatechange", look);
    this.look();
  }

  /**
   * Offer and answer are complete. `offerer`: the offer was ours; `empty`: nothing is to connect;
   * `elsewhere`: another answer was taken before, and may be connected.
   */
  negotiated(offerer: boolean, empty: boolean, elsewhere = false): void {
    this.offerer = offerer;
    if (elsewhere) this.elsewhere = "unreached";
    this.agreed = !empty;
    if (empty) this.rest();
    this.look();
  }

  /** The connection that is watched next has no description yet: it is offered to the peer at once. */
  beginsAnew(): void {
    this.offerer = this.agreed = true;
    this.restartIn(0);
  }

  close(): void {
    this.rest();
    this.connection = undefined;
    this.tell("closed");
  }

  private look(): void {
    if (!this.connection || this.current === "closed") return;
    const seen = this.seen(this.connection);
    if (seen === "failed" && this.agreed && dtlsFailed(this.connection)) {
      return this.giveUp("dtls_failed");
    }
    if (seen === "connected" && this.current !== "connected") this.elsewhere = undefined;
    this.tell(seen);
    if (seen === "connected") {
      this.wasConnected = true;
      return this.rest();
    }
    if (seen === "new" || !this.agreed) return;
    this.expectConnection();
    if (seen === "interrupted" || seen === "failed") {
      const delays = restart_delays[seen === "interrupted" && this.elsewhere ? "elsewhere" : seen];
      this.restartIn(this.offerer ? delays.offerer : delays.answerer);
    }
  }

  private seen(connection: RTCPeerConnection): MediaState {
    switch (stateOf(connection)) {
      case "connected":
        return "connected";
      case "failed":
        return "failed";
      case "closed":
        return "closed";
      case "disconnected":
        return this.wasConnected ? "interrupted" : "connecting";
      case "connecting":
        return this.wasConnected ? "interrupted" : "connecting";
      case "new":
        return this.agreed ? "connecting" : "new";
    }
  }

  private expectConnection(): void {
    if (this.cancelDeadline || this.timeout === 0) return;
    this.cancelDeadline = this.environment.after(this.timeout, () => {
      const { connection } = this;
      const encrypting = connection && /^(connected|completed)$/.test(connection.iceConnectionState);
      this.giveUp(encrypting ? "dtls_failed" : "ice_failed");
    });
  }

  private giveUp(error: MediaLoss): void {
    this.rest();
    this.connection = undefined;
    const message = this.explain(error);
    this.current = "failed";
    this.handlers.changed("failed", new SipError(error, message));
    this.handlers.lost(error, message);
  }

  private explain(error: MediaLoss): string {
    if (error === "dtls_failed") {
      return "The media could not be encrypted: the other side's certificate is not the one it announced.";
    }
    const seconds = Math.round(this.timeout / 1000);
    return this.wasConnected
      ? `The connection of the media was lost and did not come back within ${seconds} s.`
      : `No connection for the media could be made within ${seconds} s.`;
  }

  /** The earlier of this and what is planned already. */
  private restartIn(milliseconds: number): void {
    if (this.cancelRestart && milliseconds > 0) return;
    this.cancelRestart?.();
    this.cancelRestart = this.environment.after(milliseconds, () => void this.restart());
  }

  private async restart(): Promise<void> {
    const planned = this.cancelRestart;
    const again = (milliseconds: number): void => {
      if (this.cancelRestart !== planned) return; // it is connected, or over
      this.cancelRestart = undefined;
      this.restartIn(milliseconds);
    };
    if (this.elsewhere === "restarted") {
      this.elsewhere = undefined;
      return this.handlers.replace();
    }
    try {
      await this.handlers.restart();
      if (this.elsewhere) this.elsewhere = "restarted";
      again(this.elsewhere ? replace_interval : restart_interval);
    } catch (error) {
      // A peer that refuses is not asked again; only a change in progress passes.
      if (error instanceof SipError && error.code === "wrong_state") again(busy_interval);
    }
  }

  private rest(): void {
    this.cancelDeadline?.();
    this.cancelRestart?.();
    this.cancelDeadline = this.cancelRestart = undefined;
  }

  private tell(state: MediaState): void {
    if (this.current === state) return;
    const wasLost = this.wasConnected && state === "connected";
    this.current = state;
    this.handlers.changed(state);
    if (wasLost) this.handlers.recovered();
  }
}

/** RTCPeerConnection.connectionState, which some browsers came to have late. */
function stateOf(connection: RTCPeerConnection): RTCPeerConnectionState {
  const given: RTCPeerConnectionState | undefined = connection.connectionState;
  if (given !== undefined) return given;
  const ice = connection.iceConnectionState;
  if (ice === "checking") return "connecting";
  return ice === "completed" ? "connected" : ice;
}

/** It failed although ICE found a way (RFC 8829 section 3.2). */
function dtlsFailed(connection: RTCPeerConnection): boolean {
  const { iceConnectionState } = connection;
  return iceConnectionState === "connected" || iceConnectionState === "completed";
}
