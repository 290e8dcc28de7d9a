/**
 * The JSON heads that cross the boundary, exactly as src/bridge reads and writes them.
 * A body (SDP, content) travels beside its head, never inside it.
 */

/** What this side does with a medium, RFC 3264 section 5.1. */
export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

export interface NameValue {
  readonly name: string;
  readonly value: string;
}

/** A user as From, To and Contact name one; `user` is percent-decoded, `display_name` is "" if absent. */
export interface Party {
  readonly uri: string;
  readonly user: string;
  readonly display_name: string;
}

/** Kilobits per second, written as `b=AS` (RFC 8866 section 5.8). */
export interface Bandwidth {
  readonly audio?: number;
  readonly video?: number;
}

export interface AgentConfig {
  /** Address of record: From and To of what this agent sends, `sip:alice@example.org`. */
  readonly uri: string;
  /** Where REGISTER goes and what is appended to a bare destination; default: the host of `uri`. */
  readonly domain?: string;
  readonly display_name?: string;
  /** Digest user name; default: the user of `uri`. */
  readonly authorization_user?: string;
  readonly password?: string;
  /** The only digest realm whose challenges are answered; default: any. */
  readonly realm?: string;
  /** The Via transport; default "wss". */
  readonly transport?: "ws" | "wss";
  readonly user_agent?: string;
  /** Added to every request. */
  readonly headers?: readonly NameValue[];
  /** `scheme://host:port` of the private Route that webrtc2sip understands. */
  readonly outbound_proxy?: string;
  /** Contact parameters that webrtc2sip understands. */
  readonly rtcweb_breaker?: boolean;
  readonly click2call?: boolean;
  /** false: the first REGISTER carries an empty Authorization (TS 24.229). Default true. */
  readonly early_ims?: boolean;
  /** The SDP `s=` line; default: as the browser wrote it. */
  readonly session_name?: string;
  /** `urn:uuid:...` for `+sip.instance` (RFC 5626 section 4.1). */
  readonly instance_id?: string;
  /** Keep trying to reconnect for this long after a lost connection, in milliseconds; default 32000. */
  readonly reconnect_time?: number;
  /** true: each SIP message also becomes a log output, secrets removed. */
  readonly trace?: boolean;
  /** 64 hexadecimal digits from crypto.getRandomValues. */
  readonly entropy?: string;
}

/** null: no m-line of this kind. */
export interface MediaDirections {
  readonly audio: Direction | null;
  readonly video: Direction | null;
}

/** By transport, type (RFC 8839 5.1) and family of the address; "name" is a `<uuid>.local`. */
export type CandidateKind =
  | "udp"
  | "tcp"
  | "host"
  | "srflx"
  | "prflx"
  | "relay"
  | "ipv4"
  | "ipv6"
  | "name";

export interface CallOptions {
  readonly headers?: readonly NameValue[];
  /** Contact parameters, RFC 3840. */
  readonly caps?: readonly NameValue[];
  readonly bandwidth?: Bandwidth;
  /** Written on the wire instead of what the browser does, per medium. */
  readonly wire_directions?: Partial<MediaDirections>;
  /** Encodings that the peer is not told of, with their rtx and red: "telephone-event", "opus/48000/2". */
  readonly removed_codecs?: readonly string[];
  /** Encodings that stand first, in this order. */
  readonly codec_order?: readonly string[];
  /** ICE candidates that the peer is not told of. */
  readonly removed_candidates?: readonly CandidateKind[];
}

export type MediaError =
  | "permission_denied"
  | "no_device"
  | "device_in_use"
  | "insecure_context"
  | "not_supported"
  | "bad_description"
  | "aborted"
  | "failed";

/** The number that a command returns is 0, or the id of the registration or call that it made. */
export type Command =
  /** Asks for the connection: a `connect` event follows, now and after each loss. */
  | { readonly type: "start" }
  /** Ends calls, un-registers, then `disconnect` and `stopped`, within `timeout` ms (default 3000). */
  | { readonly type: "stop"; readonly timeout?: number }
  | { readonly type: "configure"; readonly config: Partial<AgentConfig> }
  /** Without `registration` makes one; with it, registers anew. */
  | {
      readonly type: "register";
      readonly registration?: number;
      readonly expires?: number;
      readonly headers?: readonly NameValue[];
      readonly caps?: readonly NameValue[];
      readonly from?: string;
    }
  | { readonly type: "unregister"; readonly registration: number }
  | ({ readonly type: "call"; readonly to: string; readonly from?: string } & MediaDirections & CallOptions)
  /** Directions default to what the offer allows. */
  | ({ readonly type: "accept"; readonly call: number } & Partial<MediaDirections> & CallOptions)
  /** `status` 300..699, default 603. */
  | {
      readonly type: "reject";
      readonly call: number;
      readonly status?: number;
      readonly reason?: string;
      readonly headers?: readonly NameValue[];
    }
  /** BYE, CANCEL or 603, as the state asks for. */
  | { readonly type: "hangup"; readonly call: number; readonly headers?: readonly NameValue[] }
  | { readonly type: "hold"; readonly call: number }
  | { readonly type: "resume"; readonly call: number }
  /** Re-offers with other directions. */
  | ({ readonly type: "modify"; readonly call: number } & MediaDirections)
  /** Body: the content. */
  | { readonly type: "info"; readonly call: number; readonly content_type: string }
  /** Answers a media request; body: the local description, or nothing after `apply_answer`. */
  | { readonly type: "media_ready"; readonly call: number; readonly token: number }
  | {
      readonly type: "media_failed";
      readonly call: number;
      readonly token: number;
      readonly error: MediaError;
      readonly message: string;
    };

export type EndCause =
  /** BYE after the call was established. */
  | "bye"
  /** CANCEL, or hang-up before an answer. */
  | "cancelled"
  /** A final response 300-699, ours or theirs; `status` says which. */
  | "rejected"
  /** No final response within 64*T1, or an ACK that never came. */
  | "timeout"
  | "transport_error"
  /** The browser could not make or apply a description; `media_error` says why. */
  | "media_error"
  /** The peer broke the protocol. */
  | "protocol_error";

/** A token is answered once by `media_ready` or `media_failed`; late answers are dropped. */
export type MediaRequest =
  | ({ readonly type: "create_offer"; readonly call: number; readonly token: number; readonly hold: boolean } & MediaDirections)
  /**
   * Body: the offer without its candidates, so that nothing is sent yet. Get ready to answer while
   * the user decides; answered only by `media_failed`.
   */
  | ({ readonly type: "prepare_answer"; readonly call: number; readonly token: number } & MediaDirections)
  /** Body: the offer. */
  | ({ readonly type: "create_answer"; readonly call: number; readonly token: number; readonly hold: boolean } & MediaDirections)
  /** Body: the answer. `provisional`: of a 1xx response. */
  | { readonly type: "apply_answer"; readonly call: number; readonly token: number; readonly provisional: boolean }
  /** Forget the pending offer. Not answered. */
  | { readonly type: "rollback"; readonly call: number }
  /** The call is over. Not answered. */
  | { readonly type: "close"; readonly call: number };

export type Event =
  /** Open a WebSocket now, then report `connected` or `disconnected`. */
  | { readonly type: "connect" }
  /** Close the WebSocket. */
  | { readonly type: "disconnect" }
  | {
      readonly type: "connection";
      /** failed: never opened, or lost for longer than `reconnect_time`; `start` tries again. */
      readonly state: "connecting" | "connected" | "reconnecting" | "failed";
    }
  | { readonly type: "stopped" }
  /** A REGISTER left. */
  | { readonly type: "registration_sent"; readonly registration: number; readonly unregister: boolean }
  | {
      readonly type: "registration";
      readonly registration: number;
      /** ended: not registered, and nothing more will come. */
      readonly state: "registering" | "registered" | "unregistering" | "ended";
      readonly cause?: "unregistered" | "rejected" | "timeout" | "transport_error";
      readonly status?: number;
      readonly reason?: string;
      /** Granted seconds. */
      readonly expires?: number;
    }
  | ({
      readonly type: "call_incoming";
      readonly call: number;
      readonly from: Party;
      readonly to: Party;
      /** false: the INVITE held no offer; ours goes into the 200. */
      readonly has_offer: boolean;
    } & MediaDirections)
  | { readonly type: "call_sent"; readonly call: number }
  | {
      readonly type: "call_progress";
      readonly call: number;
      readonly status: number;
      readonly reason: string;
      readonly early_media: boolean;
    }
  /** The answer was applied (outgoing) or sent (incoming). */
  | { readonly type: "call_established"; readonly call: number; readonly status: number; readonly reason: string }
  /** We are hanging up. */
  | { readonly type: "call_terminating"; readonly call: number }
  /** Last event of a call. */
  | {
      readonly type: "call_ended";
      readonly call: number;
      readonly cause: EndCause;
      readonly by: "local" | "remote" | "network";
      readonly status?: number;
      readonly reason?: string;
      readonly media_error?: MediaError;
    }
  /** The end of a hold, resume or modify of ours; `ok` false leaves the call as it was. */
  | {
      readonly type: "call_modified";
      readonly call: number;
      readonly change: "hold" | "resume" | "modify";
      readonly ok: boolean;
      readonly status?: number;
      readonly reason?: string;
    }
  | { readonly type: "call_remote_hold"; readonly call: number; readonly held: boolean }
  /** Body: the content. */
  | { readonly type: "call_info"; readonly call: number; readonly content_type: string }
  | { readonly type: "call_info_result"; readonly call: number; readonly status: number; readonly reason: string }
  /** The peer or server did something wrong that cost no more than what is named. */
  | {
      readonly type: "diagnostic";
      readonly code: string;
      readonly text: string;
      readonly offset?: number;
    };

export interface Log {
  readonly direction: "sent" | "received";
}

/** What sipml_last_error() tells. */
export interface CommandError {
  readonly code:
    | "invalid_json"
    | "invalid_argument"
    | "unknown_id"
    | "wrong_state"
    | "limit_exceeded"
    | "not_connected";
  /** The command's key that was wrong, such as "to" or "headers[0].value", or "". */
  readonly argument: string;
  readonly message: string;
}
