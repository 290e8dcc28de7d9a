/// delta-seconds of Expires, Min-Expires, Retry-After and Contact's expires (RFC 3261
/// section 20.19).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sipml::message {

/// The seconds at the start of `text` (Retry-After may carry a comment and parameters behind them);
/// a larger number than 2**32-1 counts as that. nullopt when there are no digits.
std::optional<std::uint32_t> parse_delta_seconds(std::string_view text);

}  // namespace sipml::message
