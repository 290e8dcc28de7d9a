/// What the user agent tells its user and asks of the browser; one struct an Event or MediaRequest
/// of js-glue/protocol.ts, which says what each field means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "sdp/attributes.hpp"

namespace sipml::usage {

struct MediaDirections {
  /// nullopt: no m-line of this kind.
  std::optional<sdp::Direction> audio;
  std::optional<sdp::Direction> video;
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
  protocol_error
};

enum class Side : std::uint8_t { local, remote, network };

struct Party {
  std::string uri;
  std::string user;
  std::string display_name;
};

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
};

struct CallIncoming {
  std::uint32_t call = 0;
  Party from;
  Party to;
  bool has_offer = true;
  MediaDirections offered;
};

struct CallSent {
  std::uint32_t call = 0;
};

struct CallProgress {
  std::uint32_t call = 0;
  int status = 0;
  std::string reason;
  bool early_media = false;
};

struct CallEstablished {
  std::uint32_t call = 0;
  int status = 0;
  std::string reason;
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
};

enum class Change : std::uint8_t { hold, resume, modify };

struct CallModified {
  std::uint32_t call = 0;
  Change change = Change::hold;
  bool ok = false;
  int status = 0;
  std::string reason;
};

struct CallRemoteHold {
  std::uint32_t call = 0;
  bool held = false;
};

struct CallInfo {
  std::uint32_t call = 0;
  std::string content_type;
  std::string body;
};

struct CallInfoResult {
  std::uint32_t call = 0;
  int status = 0;
  std::string reason;
};

struct Diagnostic {
  std::string code;
  std::string text;
  std::optional<std::size_t> offset;
};

using Event =
    std::variant<Connect, Disconnect, Stopped, ConnectionState, RegistrationSent, RegistrationState,
                 CallIncoming, CallSent, CallProgress, CallEstablished, CallTerminating, CallEnded,
                 CallModified, CallRemoteHold, CallInfo, CallInfoResult, Diagnostic>;

struct MediaRequest {
  enum class Type : std::uint8_t {
    create_offer,
    prepare_answer,
    create_answer,
    apply_answer,
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
};

struct Transmit {
  std::string bytes;
};

struct Log {
  bool sent = false;
  std::string text;
};

using Output = std::variant<Transmit, Event, MediaRequest, Log>;

}  // namespace sipml::usage
