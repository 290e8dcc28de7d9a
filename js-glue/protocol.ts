/**
 * The JSON heads that cross the boundary, exactly as src/bridge reads and writes them.
 * A body (SDP, content) travels beside its head, never inside it.
 */

/** What this side does with a medium, RFC 3264 section 5.1. */
export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** A header or a parameter. */
export interface NameValue {
  /** Without the colon or the equals sign. */
  readonly name: string;
  /** As text, without line ends. */
  readonly value: string;
}

/** A user as From, To and Contact name one; `user` is percent-decoded, `display_name` is "" if absent. */
export interface Party {
  /** The URI, without what stands around it. */
  readonly uri: string;
  /** Percent-decoded; the number of a tel URI. */
  readonly user: string;
  /** Unquoted; "" if absent. */
  readonly display_name: string;
}

/**
 * The SIP message behind an event, with `event_messages`; its content is the event's body. Header
 * names are in their long form and in the order of the message; credentials are left out.
 */
export interface MessageHead {
  /** A request. */
  readonly method?: string;
  /** The Request-URI of a request. */
  readonly uri?: string;
  /** A response. */
  readonly status?: number;
  /** The reason phrase of a response. */
  readonly reason?: string;
  /** In order; credentials are left out. */
  readonly headers: readonly NameValue[];
}

/** What events carry that a SIP message caused. */
export interface Caused {
  /** The message; absent when none caused it. */
  readonly message?: MessageHead;
}

/** Kilobits per second, written as `b=AS` and `b=TIAS` (RFC 8866 section 5.8, RFC 3890). */
export interface Bandwidth {
  /** Of the audio media. */
  readonly audio?: number;
  /** Of the video media. */
  readonly video?: number;
}

/** How an agent is set up. */
export interface AgentConfig {
  /** Address of record: From and To of what this agent sends, `sip:alice@example.org`. */
  readonly uri: string;
  /** Where REGISTER goes and what is appended to a bare destination; default: the host of `uri`. */
  readonly domain?: string;
  /** Stands before our address. */
  readonly display_name?: string;
  /** Digest user name; default: the user of `uri`. */
  readonly authorization_user?: string;
  /** For digest challenges; never written to a log. */
  readonly password?: string;
  /** The only digest realm whose challenges are answered; default: any. */
  readonly realm?: string;
  /** The Via transport; default "wss". */
  readonly transport?: "ws" | "wss";
  /** The User-Agent and Server headers; default: none. */
  readonly user_agent?: string;
  /** Added to every request. */
  readonly headers?: readonly NameValue[];
  /** `scheme://host:port` of the private Route that webrtc2sip understands. */
  readonly outbound_proxy?: string;
  /** Contact parameters that webrtc2sip understands. */
  readonly rtcweb_breaker?: boolean;
  /** Contact parameter that webrtc2sip understands. */
  readonly click2call?: boolean;
  /** false: the first REGISTER carries an empty Authorization (TS 24.229). Default true. */
  readonly early_ims?: boolean;
  /** The SDP `s=` line; default: as the browser wrote it. */
  readonly session_name?: string;
  /** `urn:uuid:...` for `+sip.instance` (RFC 5626 section 4.1). */
  readonly instance_id?: string;
  /** Keep trying to reconnect for this long after a lost connection, in milliseconds; default 32000. */
  readonly reconnect_time?: number;
  /** Route set of requests outside dialogs (RFC 3261 8.1.1.1), as name-addr or addr-spec. */
  readonly routes?: readonly string[];
  /** Milliseconds between pings with CRLF CRLF (RFC 5626 section 3.5.1); 0, the default: none. */
  readonly keep_alive?: number;
  /** Session-Expires that we ask for, in seconds (RFC 4028); 0, the default: only the peer asks. */
  readonly session_expires?: number;
  /** Whether provisional responses are made reliable (RFC 3262); default "supported". */
  readonly reliable_provisional?: "none" | "supported" | "required";
  /** How many redirections a call follows (RFC 3261 8.1.3.4); default 5; 0: 3xx ends the call. */
  readonly redirects?: number;
  /** true: a NOTIFY without subscription becomes a `notify` event; default false: 481. */
  readonly unsolicited_notify?: boolean;
  /** true: events carry `message`. */
  readonly event_messages?: boolean;
  /** true: `request_sent` and `request_received` events. */
  readonly request_events?: boolean;
  /**
   * Which descriptions leave before all ICE candidates are known, the others following by INFO
   * (RFC 8838, RFC 8840): "half", the default: answers and re-offers to a peer that takes them.
   * "full": first offers, too, for peers that are known to. "none": none.
   */
  readonly trickle?: "none" | "half" | "full";
  /**
   * true: an offer of the peer that adds a medium becomes a `call_offer` event; default false: it
   * is answered without that medium.
   */
  readonly ask_upgrades?: boolean;
  /**
   * true: m-lines of the peer without a=rtcp-mux are rejected (RFC 8858 4); default false: the
   * browser is asked to do without, see `rtcp_mux`.
   */
  readonly require_rtcp_mux?: boolean;
  /** true: the host sees descriptions of ours before they are sent. */
  readonly review_descriptions?: boolean;
  /**
   * true: each SIP message also becomes a log output, and so does each description that was changed
   * on its way, before and after; secrets removed.
   */
  readonly trace?: boolean;
  /** 64 hexadecimal digits from crypto.getRandomValues. */
  readonly entropy?: string;
}

/** null: no m-line of this kind. */
export interface MediaDirections {
  /** Of the audio m-line. */
  readonly audio: Direction | null;
  /** Of the video m-line. */
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

/** What the commands of calls have in common. */
export interface CallOptions {
  /** Added to each request of the call, and to the answer. */
  readonly headers?: readonly NameValue[];
  /** Added to the first INVITE, or to its answer, alone. */
  readonly first_headers?: readonly NameValue[];
  /** Contact parameters, RFC 3840. */
  readonly caps?: readonly NameValue[];
  /** Written into our descriptions. */
  readonly bandwidth?: Bandwidth;
  /** Written on the wire instead of what the browser does, per medium. */
  readonly wire_directions?: Partial<MediaDirections>;
  /** Encodings that the peer is neither told of nor sent, with their rtx and red: "telephone-event", "opus/48000/2". */
  readonly removed_codecs?: readonly string[];
  /** Encodings that stand first, in this order. */
  readonly codec_order?: readonly string[];
  /** ICE candidates that the peer is not told of. */
  readonly removed_candidates?: readonly CandidateKind[];
}

/** Why the browser could not do what was asked. */
export type MediaError =
  | "permission_denied"
  | "no_device"
  | "device_in_use"
  | "insecure_context"
  | "not_supported"
  | "bad_description"
  /** No candidate pair works, or none does any more (RFC 8445). */
  | "ice_failed"
  /** The DTLS handshake failed, or its fingerprint was not the one announced (RFC 5763). */
  | "dtls_failed"
  | "aborted"
  | "failed";

/** What the command `request` sends. */
export type RequestMethod = "MESSAGE" | "OPTIONS" | "INFO";

/** The number that a command returns is 0, or the id of what it made. */
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
      /** Added to the requests before the next 2xx alone. */
      readonly first_headers?: readonly NameValue[];
      readonly caps?: readonly NameValue[];
      readonly from?: string;
    }
  | { readonly type: "unregister"; readonly registration: number; readonly headers?: readonly NameValue[] }
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
  | { readonly type: "hold"; readonly call: number; readonly headers?: readonly NameValue[] }
  | { readonly type: "resume"; readonly call: number; readonly headers?: readonly NameValue[] }
  /** Re-offers with other directions. */
  | ({
      readonly type: "modify";
      readonly call: number;
      readonly headers?: readonly NameValue[];
    } & MediaDirections)
  /** Re-offers with new ICE credentials, so that both sides look for a way anew (RFC 8839 4.4.1.1). */
  | { readonly type: "restart_ice"; readonly call: number; readonly headers?: readonly NameValue[] }
  /** Answers `call_offer`. Directions default to what the offer allows; null: without that medium. */
  | ({ readonly type: "accept_offer"; readonly call: number } & Partial<MediaDirections>)
  /** Refuses what `call_offer` told: `status` 300..699, default 488. The call stays as it was. */
  | {
      readonly type: "reject_offer";
      readonly call: number;
      readonly status?: number;
      readonly reason?: string;
      readonly headers?: readonly NameValue[];
    }
  /** Asks the peer for a key frame of its video (RFC 5168); ends in `call_info_result`. */
  | { readonly type: "request_key_frame"; readonly call: number }
  /** Body: the content. */
  | {
      readonly type: "info";
      readonly call: number;
      readonly content_type: string;
      readonly headers?: readonly NameValue[];
    }
  /** A provisional response 101..199 of the callee; default 180. */
  | {
      readonly type: "progress";
      readonly call: number;
      readonly status?: number;
      readonly reason?: string;
      readonly headers?: readonly NameValue[];
    }
  /**
   * A request outside calls to `to`, or inside `call`; makes a request, whose end is
   * `request_result`. INFO inside a call is the command `info`. Body: the content.
   */
  | {
      readonly type: "request";
      readonly method: RequestMethod;
      readonly to?: string;
      readonly call?: number;
      readonly from?: string;
      readonly content_type?: string;
      readonly headers?: readonly NameValue[];
      /** As `headers`: there is but one. */
      readonly first_headers?: readonly NameValue[];
      /** Feature tags of Accept-Contact (RFC 3841). */
      readonly caps?: readonly NameValue[];
    }
  /** Nobody waits for the result any longer. */
  | { readonly type: "forget_request"; readonly request: number }
  /** Answers a `request_incoming` with 200..699. Body: the content. */
  | {
      readonly type: "respond";
      readonly request: number;
      readonly status: number;
      readonly reason?: string;
      readonly content_type?: string;
      readonly headers?: readonly NameValue[];
    }
  /** Makes a publication (RFC 3903), or with `publication` modifies it. Body: the document. */
  | {
      readonly type: "publish";
      readonly publication?: number;
      /** Default "presence". */
      readonly event?: string;
      /** Default: our address of record. */
      readonly to?: string;
      readonly from?: string;
      readonly expires?: number;
      readonly content_type?: string;
      readonly headers?: readonly NameValue[];
      /** Added to the requests before the next 2xx alone. */
      readonly first_headers?: readonly NameValue[];
      readonly caps?: readonly NameValue[];
    }
  | { readonly type: "unpublish"; readonly publication: number; readonly headers?: readonly NameValue[] }
  /** Makes a subscription (RFC 6665), or with `subscription` refreshes it now. */
  | {
      readonly type: "subscribe";
      readonly subscription?: number;
      readonly to?: string;
      /** Default "presence". */
      readonly event?: string;
      readonly accept?: readonly string[];
      readonly from?: string;
      readonly expires?: number;
      readonly headers?: readonly NameValue[];
      /** Added to the requests before the next 2xx alone. */
      readonly first_headers?: readonly NameValue[];
      readonly caps?: readonly NameValue[];
    }
  | { readonly type: "unsubscribe"; readonly subscription: number; readonly headers?: readonly NameValue[] }
  /**
   * REFER inside a call (RFC 3515, RFC 5589): to `to`, or to the peer of the call `replaces`, which
   * is replaced then (attended).
   */
  | {
      readonly type: "transfer";
      readonly call: number;
      readonly to?: string;
      readonly replaces?: number;
      readonly headers?: readonly NameValue[];
    }
  /** Answers `transfer_requested`: 202, and the call to the target, whose id is returned. */
  | ({ readonly type: "accept_transfer"; readonly call: number } & MediaDirections & CallOptions)
  /** `status` 300..699, default 603. */
  | {
      readonly type: "reject_transfer";
      readonly call: number;
      readonly status?: number;
      readonly reason?: string;
      readonly headers?: readonly NameValue[];
    }
  /** Answers a media request; body: the local description, or nothing after `apply_answer`. */
  | { readonly type: "media_ready"; readonly call: number; readonly token: number }
  | {
      readonly type: "media_failed";
      readonly call: number;
      readonly token: number;
      readonly error: MediaError;
      readonly message: string;
    }
  /**
   * A candidate that the browser found after its description was given (RFC 8838 section 9), as
   * `candidate-attribute` of RFC 8839 5.1 without "a="; "": there are no more.
   */
  | {
      readonly type: "local_candidate";
      readonly call: number;
      readonly mid: string;
      readonly candidate: string;
      /** The ICE credentials that it belongs to; default: the latest. */
      readonly ufrag?: string;
    }
  /** The media of the call have no connection and will have none: the call ends. */
  | {
      readonly type: "media_lost";
      readonly call: number;
      readonly error: MediaError;
      readonly message: string;
    };

/** Why a call ended. */
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
  | "protocol_error"
  /** Another call took its place (RFC 3891). */
  | "replaced";

/** A token is answered once by `media_ready` or `media_failed`; late answers are dropped. */
export type MediaRequest =
  | ({
      readonly type: "create_offer";
      readonly call: number;
      readonly token: number;
      readonly hold: boolean;
      /** With new ICE credentials. */
      readonly ice_restart?: boolean;
      /** Not to be waited for candidates, which follow as `local_candidate`. */
      readonly trickle?: boolean;
    } & MediaDirections)
  /**
   * Body: the offer without its candidates, so that nothing is sent yet. Get ready to answer while
   * the user decides; answered only by `media_failed`.
   */
  | ({
      readonly type: "prepare_answer";
      readonly call: number;
      readonly token: number;
      /** As of `create_answer`. */
      readonly rtcp_mux?: boolean;
    } & MediaDirections)
  /** Body: the offer. */
  | ({
      readonly type: "create_answer";
      readonly call: number;
      readonly token: number;
      readonly hold: boolean;
      /** The offer has new ICE credentials, and the answer will have. */
      readonly ice_restart?: boolean;
      /** As of `create_offer`. */
      readonly trickle?: boolean;
      /** false: the offer does without a=rtcp-mux, for which the browser must be ready. */
      readonly rtcp_mux?: boolean;
    } & MediaDirections)
  /** Body: the answer. `provisional`: of a 1xx response. */
  | { readonly type: "apply_answer"; readonly call: number; readonly token: number; readonly provisional: boolean }
  /**
   * Body: our offer or answer as it goes to the peer, with `review_descriptions`; the description in
   * `media_ready` is used as it is.
   */
  | { readonly type: "review_offer"; readonly call: number; readonly token: number }
  | { readonly type: "review_answer"; readonly call: number; readonly token: number }
  /** A candidate of the peer that came after its description; "": the last has come. Not answered. */
  | {
      readonly type: "add_candidate";
      readonly call: number;
      readonly mid: string;
      readonly candidate: string;
      readonly ufrag: string;
    }
  /** The peer wants a key frame of our video (RFC 5168). Not answered. */
  | { readonly type: "send_key_frame"; readonly call: number }
  /** Forget the pending offer. Not answered. */
  | { readonly type: "rollback"; readonly call: number }
  /** The call is over. Not answered. */
  | { readonly type: "close"; readonly call: number };

/** What an agent tells; a body stands beside it where that is said. */
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
  | ({
      readonly type: "registration";
      readonly registration: number;
      /** ended: not registered, and nothing more will come. */
      readonly state: "registering" | "registered" | "unregistering" | "ended";
      readonly cause?: "unregistered" | "rejected" | "timeout" | "transport_error";
      readonly status?: number;
      readonly reason?: string;
      /** Granted seconds. */
      readonly expires?: number;
    } & Caused)
  | ({
      readonly type: "call_incoming";
      readonly call: number;
      readonly from: Party;
      readonly to: Party;
      /** false: the INVITE held no offer; ours goes into the 200. */
      readonly has_offer: boolean;
      /** The call that this one replaces (RFC 3891); it is then accepted without being asked. */
      readonly replaces?: number;
    } & MediaDirections &
      Caused)
  | { readonly type: "call_sent"; readonly call: number }
  | ({
      readonly type: "call_progress";
      readonly call: number;
      readonly status: number;
      readonly reason: string;
      readonly early_media: boolean;
    } & Caused)
  /** A 3xx is followed: the INVITE goes to `target` now. */
  | ({
      readonly type: "call_redirected";
      readonly call: number;
      readonly target: Party;
      readonly status: number;
      readonly reason: string;
    } & Caused)
  /** The answer was applied (outgoing) or sent (incoming). */
  | ({ readonly type: "call_established"; readonly call: number; readonly status: number; readonly reason: string } & Caused)
  /** We are hanging up. */
  | { readonly type: "call_terminating"; readonly call: number }
  /** Last event of a call. */
  | ({
      readonly type: "call_ended";
      readonly call: number;
      readonly cause: EndCause;
      readonly by: "local" | "remote" | "network";
      /** Of the response that ended it, or of the Reason of the peer's BYE or CANCEL (RFC 3326). */
      readonly status?: number;
      readonly reason?: string;
      readonly media_error?: MediaError;
    } & Caused)
  /** The end of a change of ours; `ok` false leaves the call as it was. */
  | ({
      readonly type: "call_modified";
      readonly call: number;
      readonly change: "hold" | "resume" | "modify" | "restart_ice";
      readonly ok: boolean;
      readonly status?: number;
      readonly reason?: string;
    } & Caused)
  | ({ readonly type: "call_remote_hold"; readonly call: number; readonly held: boolean } & Caused)
  /** The peer changed what flows: what we do with each medium now. */
  | ({ readonly type: "call_media"; readonly call: number } & MediaDirections & Caused)
  /**
   * With `ask_upgrades`: the peer offers to add a medium. What the offer allows us to do with each;
   * answered by `accept_offer` or `reject_offer`.
   */
  | ({ readonly type: "call_offer"; readonly call: number } & MediaDirections & Caused)
  /**
   * What `call_offer` told is over without its answer: the peer took it back, it was answered
   * without the medium because its time was over or a change of ours had to go on, or the
   * connection was lost.
   */
  | ({ readonly type: "call_offer_over"; readonly call: number } & Caused)
  /** The peer sent a DTMF tone by INFO; `call_info` stands beside it. `duration` in milliseconds. */
  | ({
      readonly type: "call_tone";
      readonly call: number;
      readonly tone: string;
      readonly duration: number;
    } & Caused)
  /** The peer cancelled its INVITE; `call_ended` follows. */
  | ({ readonly type: "call_cancelled"; readonly call: number } & Caused)
  /** Body: the content. */
  | ({ readonly type: "call_info"; readonly call: number; readonly content_type: string } & Caused)
  | ({ readonly type: "call_info_result"; readonly call: number; readonly status: number; readonly reason: string } & Caused)
  /**
   * MESSAGE, or INFO outside calls; answered by `respond`, or with 200 after a while. Body: the
   * content.
   */
  | ({
      readonly type: "request_incoming";
      readonly request: number;
      readonly call?: number;
      readonly method: RequestMethod;
      readonly from: Party;
      readonly to: Party;
      readonly content_type: string;
    } & Caused)
  /** The final response to a `request`; 408 or 503 where none came. */
  | ({
      readonly type: "request_result";
      readonly request: number;
      readonly call?: number;
      readonly status: number;
      readonly reason: string;
      /** No response: what happened instead. */
      readonly cause?: "timeout" | "transport_error";
    } & Caused)
  | ({
      readonly type: "publication";
      readonly publication: number;
      /** published: also after each refresh. ended: nothing is published, and nothing more will come. */
      readonly state: "publishing" | "published" | "unpublishing" | "ended";
      readonly cause?: "unpublished" | "rejected" | "timeout" | "transport_error";
      readonly status?: number;
      readonly reason?: string;
      /** Granted seconds. */
      readonly expires?: number;
    } & Caused)
  | ({
      readonly type: "subscription";
      readonly subscription: number;
      /**
       * subscribing: a SUBSCRIBE left. accepted: a 2xx came, also after each refresh; the NOTIFY says
       * more. pending, active: by Subscription-State. ended: nothing more will come.
       */
      readonly state: "subscribing" | "accepted" | "pending" | "active" | "unsubscribing" | "ended";
      /** terminated: by the notifier, `reason` is that of Subscription-State. */
      readonly cause?: "unsubscribed" | "rejected" | "timeout" | "transport_error" | "terminated";
      readonly status?: number;
      readonly reason?: string;
      /** Granted seconds. */
      readonly expires?: number;
      /** Seconds after which the notifier wants to be asked again. */
      readonly retry_after?: number;
    } & Caused)
  /** Body: the content. */
  | ({
      readonly type: "notify";
      /** Absent: unsolicited. */
      readonly subscription?: number;
      readonly event: string;
      /** Of Subscription-State; "" without one. */
      readonly state: string;
      readonly reason?: string;
      readonly expires?: number;
      readonly retry_after?: number;
      readonly from: Party;
      readonly content_type: string;
    } & Caused)
  /** Our `transfer`; completed and failed are the last. Failed leaves the call as it was. */
  | ({
      readonly type: "transfer";
      readonly call: number;
      readonly state: "trying" | "accepted" | "progress" | "completed" | "failed";
      readonly status?: number;
      readonly reason?: string;
    } & Caused)
  /** The peer wants us to call `target`; answered by `accept_transfer` or `reject_transfer`. */
  | ({
      readonly type: "transfer_requested";
      readonly call: number;
      readonly target: Party;
      /** The new call will replace another one of the target. */
      readonly replaces: boolean;
      readonly referred_by?: Party;
    } & Caused)
  /** The call that `accept_transfer` made goes on, and the peer was told. */
  | {
      readonly type: "transfer_progress";
      readonly call: number;
      readonly new_call: number;
      readonly state: "progress" | "completed" | "failed";
      readonly status: number;
      readonly reason: string;
    }
  /** With `request_events`: a request of a registration, call, ... (`usage` is its id) left or came. */
  | ({ readonly type: "request_sent"; readonly usage: number; readonly method: string } & Caused)
  | ({ readonly type: "request_received"; readonly usage: number; readonly method: string } & Caused)
  /** The peer or server did something wrong that cost no more than what is named. */
  | {
      readonly type: "diagnostic";
      readonly code: string;
      readonly text: string;
      readonly offset?: number;
    };

/** Says what a logged text is: a SIP message, or with `description` an SDP. */
export interface Log {
  /** As seen from us. */
  readonly direction: "sent" | "received";
  /** Before or after the rules that rewrite it between the browser and the wire. */
  readonly description?: "before" | "after";
  /** Whose description it is. */
  readonly call?: number;
  /** Of "after": the rules that changed it, in their order. */
  readonly rules?: readonly string[];
}

/** What sipml_last_error() tells. */
export interface CommandError {
  /** Why it was refused. */
  readonly code:
    | "invalid_json"
    | "invalid_argument"
    | "unknown_id"
    | "wrong_state"
    | "limit_exceeded"
    | "not_connected";
  /** The command's key that was wrong, such as "to" or "headers[0].value", or "". */
  readonly argument: string;
  /** A sentence that says what was wrong. */
  readonly message: string;
}
