/// Date (RFC 3261 section 20.17).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sipml::message {

/// Seconds since 1970 began (UTC), leap seconds not counted, for
///   SIP-date = wkday "," SP 2DIGIT SP month SP 4DIGIT SP 2DIGIT ":" 2DIGIT ":" 2DIGIT SP "GMT"
/// nullopt for anything else, another time zone included. Whether the day of the week is that of
/// the date does not matter.
std::optional<std::int64_t> parse_date(std::string_view text);

}  // namespace sipml::message
