/// What the application asks of the user agent; one struct a Command of js-glue/protocol.ts, which
/// says what each field means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "usage/call.hpp"
#include "usage/config.hpp"
#include "usage/event.hpp"
#include "usage/registration.hpp"

namespace sipml::agent {

struct Start {};

struct Stop {
  std::int64_t timeout = 3000;
};

/// The whole configuration, as the bridge has merged it.
struct Configure {
  usage::Config config;
};

struct Register {
  std::optional<std::uint32_t> registration;
  usage::RegistrationOptions options;
};

struct Unregister {
  std::uint32_t registration = 0;
  message::HeaderFields headers{};
};

struct PlaceCall {
  /// As the user typed it.
  std::string to;
  std::optional<uri::Uri> from;
  usage::MediaDirections directions;
  usage::CallOptions options;
};

struct Accept {
  std::uint32_t call = 0;
  usage::MediaChoice choice;
  usage::CallOptions options;
};

struct Reject {
  std::uint32_t call = 0;
  int status = 603;
  std::string reason;
  message::HeaderFields headers;
};

struct HangUp {
  std::uint32_t call = 0;
  message::HeaderFields headers;
};

struct ChangeCall {
  std::uint32_t call = 0;
  usage::Change change = usage::Change::hold;
  std::optional<usage::MediaDirections> directions;
  message::HeaderFields headers{};
};

struct SendInfo {
  std::uint32_t call = 0;
  std::string content_type;
  std::string body;
  message::HeaderFields headers{};
};

struct Progress {
  std::uint32_t call = 0;
  int status = 180;
  std::string reason;
  message::HeaderFields headers;
};

struct SendRequest {
  std::string method;
  /// As the user typed it; "" inside a call.
  std::string to;
  std::optional<std::uint32_t> call;
  std::optional<uri::Uri> from;
  std::string content_type;
  message::HeaderFields headers;
  message::HeaderFields first_headers{};
  message::HeaderFields caps;
  std::string body;
};

struct ForgetRequest {
  std::uint32_t request = 0;
};

struct Respond {
  std::uint32_t request = 0;
  int status = 200;
  std::string reason;
  std::string content_type;
  message::HeaderFields headers;
  std::string body;
};

struct Publish {
  std::optional<std::uint32_t> publication;
  std::string event;
  std::string to;
  std::optional<uri::Uri> from;
  std::optional<std::uint32_t> expires;
  std::string content_type;
  message::HeaderFields headers;
  message::HeaderFields first_headers{};
  message::HeaderFields caps;
  std::string body;
};

struct Unpublish {
  std::uint32_t publication = 0;
  message::HeaderFields headers{};
};

struct Subscribe {
  std::optional<std::uint32_t> subscription;
  std::string to;
  std::string event;
  std::vector<std::string> accept;
  std::optional<uri::Uri> from;
  std::optional<std::uint32_t> expires;
  message::HeaderFields headers;
  message::HeaderFields first_headers{};
  message::HeaderFields caps;
};

struct Unsubscribe {
  std::uint32_t subscription = 0;
  message::HeaderFields headers{};
};

struct Transfer {
  std::uint32_t call = 0;
  std::string to;
  std::optional<std::uint32_t> replaces;
  message::HeaderFields headers;
};

struct AcceptTransfer {
  std::uint32_t call = 0;
  usage::MediaDirections directions;
  usage::CallOptions options;
};

struct RejectTransfer {
  std::uint32_t call = 0;
  int status = 603;
  std::string reason;
  message::HeaderFields headers;
};

struct MediaReady {
  std::uint32_t call = 0;
  std::uint32_t token = 0;
  std::string description;
};

struct MediaFailed {
  std::uint32_t call = 0;
  std::uint32_t token = 0;
  usage::MediaError error = usage::MediaError::failed;
  std::string text;
};

struct RestartIce {
  std::uint32_t call = 0;
  message::HeaderFields headers;
};

struct AcceptOffer {
  std::uint32_t call = 0;
  usage::MediaChoice choice;
};

struct RejectOffer {
  std::uint32_t call = 0;
  int status = 488;
  std::string reason;
  message::HeaderFields headers;
};

struct RequestKeyFrame {
  std::uint32_t call = 0;
};

struct LocalCandidate {
  std::uint32_t call = 0;
  std::string mid;
  std::string candidate;
  std::string ufrag;
};

struct MediaLost {
  std::uint32_t call = 0;
  usage::MediaError error = usage::MediaError::ice_failed;
  std::string text;
};

using Command =
    std::variant<Start, Stop, Configure, Register, Unregister, PlaceCall, Accept, Reject, HangUp,
                 ChangeCall, SendInfo, Progress, SendRequest, ForgetRequest, Respond, Publish,
                 Unpublish, Subscribe, Unsubscribe, Transfer, AcceptTransfer, RejectTransfer,
                 RestartIce, AcceptOffer, RejectOffer, RequestKeyFrame, MediaReady, MediaFailed,
                 LocalCandidate, MediaLost>;

}  // namespace sipml::agent
