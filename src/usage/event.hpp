/// What the user agent tells its user and asks of the browser; one struct an Event or MediaRequest
/// of js-glue/protocol.ts, which says what each field means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "message/write_message.hpp"
#include "sdp/attributes.hpp"

namespace sipml::usage {

struct MediaDirections {
  /// nullopt: no m-line of this kind.
  std::optional<sdp::Direction> audio;
  std::optional<sdp::Direction> video;
  bool operator==(const MediaDirections&) const = default;
};

/// What the user wants of each medium: nothing said means what the offer allows.
struct MediaChoice {
  std::optional<std::optional<sdp::Direction>> audio;
  std::optional<std::optional<sdp::Direction>> video;
};

enum class MediaError : std::uint8_t {
  permission_denied,
  no_device,
  device_in_use,
  insecure_context,
  not_supported,
  bad_description,
  ice_failed,
  dtls_failed,
  aborted,
  failed
};

enum class EndCause : std::uint8_t {
  bye,
  cancelled,
  rejected,
  timeout,
  transport_error,
  media_error,
  protocol_error,
  replaced
};

enum class Side : std::uint8_t { local, remote, network };

struct Party {
  std::string uri;
  std::string user;
  std::string display_name;
};

/// The SIP message behind an event; "" and 0 mean that it is not of that kind.
struct MessageHead {
  std::string method;
  std::string uri;
  int status = 0;
  std::string reason;
  message::HeaderFields headers;
  std::string body;
};

/// Present when the configuration asks for it.
using CausedBy = std::optional<MessageHead>;

struct Connect {};
struct Disconnect {};
struct Stopped {};

struct ConnectionState {
  enum class Value : std::uint8_t { connecting, connected, reconnecting, failed };
  Value state = Value::connecting;
};

struct RegistrationSent {
  std::uint32_t registration = 0;
  bool unregister = false;
};

struct RegistrationState {
  enum class Value : std::uint8_t { registering, registered, unregistering, ended };
  enum class Cause : std::uint8_t { unregistered, rejected, timeout, transport_error };
  std::uint32_t registration = 0;
  Value state = Value::registering;
  std::optional<Cause> cause;
  int status = 0;
  std::string reason;
  std::uint32_t expires = 0;
  CausedBy message = {};
};

struct CallIncoming {
  std::uint32_t call = 0;
  Party from;
  Party to;
  bool has_offer = true;
  MediaDirections offered;
  /// 0: none.
  std::uint32_t replaces = 0;
  CausedBy message = {};
};

struct CallSent {
  std::uint32_t call = 0;
};

struct CallProgress {
  std::uint32_t call = 0;
  int status = 0;
  std::string reason;
  bool early_media = false;
  CausedBy message = {};
};

struct CallEstablished {
  std::uint32_t call = 0;
  int status = 0;
  std::string reason;
  CausedBy message = {};
};

struct CallTerminating {
  std::uint32_t call = 0;
};

struct CallEnded {
  std::uint32_t call = 0;
  EndCause cause = EndCause::bye;
  Side by = Side::local;
  /// 0: no response was involved.
  int status = 0;
  std::string reason;
  std::optional<MediaError> media_error;
  CausedBy message = {};
};

/// refresh: our new way is told to the peer (RFC 3261 section 12.2.1), nothing else changes; it has
/// no event.
enum class Change : std::uint8_t { hold, resume, modify, restart_ice, refresh };

struct CallModified {
  std::uint32_t call = 0;
  Change change = Change::hold;
  bool ok = false;
  int status = 0;
  std::string reason;
  CausedBy message = {};
};

struct CallRemoteHold {
  std::uint32_t call = 0;
  bool held = false;
  CausedBy message = {};
};

struct CallInfo {
  std::uint32_t call = 0;
  std::string content_type;
  std::string body;
  CausedBy message = {};
};

struct CallInfoResult {
  std::uint32_t call = 0;
  int status = 0;
  std::string reason;
  CausedBy message = {};
};

struct CallRedirected {
  std::uint32_t call = 0;
  Party target;
  int status = 0;
  std::string reason;
  CausedBy message = {};
};

struct CallMedia {
  std::uint32_t call = 0;
  MediaDirections directions;
  CausedBy message = {};
};

struct CallOffer {
  std::uint32_t call = 0;
  MediaDirections offered;
  CausedBy message = {};
};

struct CallOfferOver {
  std::uint32_t call = 0;
  CausedBy message = {};
};

struct CallTone {
  std::uint32_t call = 0;
  char tone = '0';
  /// Milliseconds.
  std::uint32_t duration = 0;
  CausedBy message = {};
};

struct CallCancelled {
  std::uint32_t call = 0;
  CausedBy message = {};
};

struct RequestIncoming {
  std::uint32_t request = 0;
  /// 0: outside calls.
  std::uint32_t call = 0;
  std::string method;
  Party from;
  Party to;
  std::string content_type;
  std::string body;
  CausedBy message = {};
};

struct RequestResult {
  enum class NoResponse : std::uint8_t { timeout, transport_error };
  std::uint32_t request = 0;
  /// 0: outside calls.
  std::uint32_t call = 0;
  int status = 0;
  std::string reason;
  std::optional<NoResponse> cause;
  CausedBy message = {};
};

struct PublicationState {
  enum class Value : std::uint8_t { publishing, published, unpublishing, ended };
  enum class Ended : std::uint8_t { unpublished, rejected, timeout, transport_error };
  std::uint32_t publication = 0;
  Value state = Value::publishing;
  std::optional<Ended> cause;
  int status = 0;
  std::string reason;
  std::uint32_t expires = 0;
  CausedBy message = {};
};

struct SubscriptionState {
  enum class Value : std::uint8_t { subscribing, accepted, pending, active, unsubscribing, ended };
  enum class Ended : std::uint8_t { unsubscribed, rejected, timeout, transport_error, terminated };
  std::uint32_t subscription = 0;
  Value state = Value::subscribing;
  std::optional<Ended> cause;
  int status = 0;
  std::string reason;
  std::uint32_t expires = 0;
  std::optional<std::uint32_t> retry_after;
  CausedBy message = {};
};

struct Notify {
  /// 0: unsolicited.
  std::uint32_t subscription = 0;
  std::string event;
  std::string state;
  std::string reason;
  std::optional<std::uint32_t> expires;
  std::optional<std::uint32_t> retry_after;
  Party from;
  std::string content_type;
  std::string body;
  CausedBy message = {};
};

struct TransferState {
  enum class Value : std::uint8_t { trying, accepted, progress, completed, failed };
  std::uint32_t call = 0;
  Value state = Value::trying;
  int status = 0;
  std::string reason;
  CausedBy message = {};
};

struct TransferRequested {
  std::uint32_t call = 0;
  Party target;
  bool replaces = false;
  std::optional<Party> referred_by;
  CausedBy message = {};
};

struct TransferProgress {
  enum class Value : std::uint8_t { progress, completed, failed };
  std::uint32_t call = 0;
  std::uint32_t new_call = 0;
  Value state = Value::progress;
  int status = 0;
  std::string reason;
};

struct RequestPassed {
  bool sent = false;
  std::uint32_t usage = 0;
  std::string method;
  CausedBy message = {};
};

struct Diagnostic {
  std::string code;
  std::string text;
  std::optional<std::size_t> offset;
};

using Event =
    std::variant<Connect, Disconnect, Stopped, ConnectionState, RegistrationSent, RegistrationState,
                 CallIncoming, CallSent, CallProgress, CallRedirected, CallEstablished,
                 CallTerminating, CallEnded, CallModified, CallRemoteHold, CallMedia, CallOffer,
                 CallOfferOver, CallTone, CallCancelled, CallInfo, CallInfoResult, RequestIncoming,
                 RequestResult, PublicationState, SubscriptionState, Notify, TransferState,
                 TransferRequested, TransferProgress, RequestPassed, Diagnostic>;

struct MediaRequest {
  enum class Type : std::uint8_t {
    create_offer,
    prepare_answer,
    create_answer,
    apply_answer,
    review_offer,
    review_answer,
    add_candidate,
    send_key_frame,
    rollback,
    close
  };
  Type type = Type::close;
  std::uint32_t call = 0;
  std::uint32_t token = 0;
  MediaDirections directions;
  bool hold = false;
  bool provisional = false;
  std::string description;
  bool ice_restart = false;
  bool trickle = false;
  /// Of add_candidate.
  std::string mid{};
  std::string candidate{};
  std::string ufrag{};
  /// The peer's offer has it, or shares the transport of an m-line that has.
  bool rtcp_mux = true;
};

struct Transmit {
  std::string bytes;
};

struct Log {
  /// What `text` is: a SIP message, or a description before or after it was rewritten.
  enum class Kind : std::uint8_t { message, before, after };
  bool sent = false;
  std::string text;
  Kind kind = Kind::message;
  /// Of a description.
  std::uint32_t call = 0;
  std::vector<std::string_view> rules{};
};

using Output = std::variant<Transmit, Event, MediaRequest, Log>;

}  // namespace sipml::usage
