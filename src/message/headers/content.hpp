/// Content-Type and Content-Length (RFC 3261 sections 20.14 and 20.15).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sipml::message {

/// type/subtype in lower case, without parameters; "" when `text` is no media type.
std::string media_type(std::string_view text);

/// The number of octets, if `text` is one.
std::optional<std::uint64_t> parse_content_length(std::string_view text);

}  // namespace sipml::message
