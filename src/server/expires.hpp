/// How long what clients install is kept: bindings, publications and subscriptions (RFC 3261 10.3,
/// RFC 3903 section 6, RFC 6665 section 4.2.1.1 leave it to the server).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "message/headers/expires.hpp"
#include "message/message.hpp"

namespace sipml::server {

/// Seconds.
inline constexpr std::uint32_t default_expires = 600;
inline constexpr std::uint32_t minimum_expires = 10;
inline constexpr std::uint32_t maximum_expires = 7200;

/// The seconds that a request's Expires asks for, at most the maximum; `otherwise` when it has none
/// or a malformed one.
inline std::uint32_t wanted_expires(const message::Message& request, std::uint32_t otherwise) {
  const auto value = request.header(message::HeaderName::expires);
  const auto seconds = value ? message::parse_delta_seconds(*value) : std::nullopt;
  return std::min(seconds.value_or(otherwise), maximum_expires);
}

/// True for what is answered 423.
inline bool is_too_brief(std::uint32_t seconds) {
  return seconds != 0 && seconds < minimum_expires;
}

}  // namespace sipml::server
