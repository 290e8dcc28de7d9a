/// Reason phrases (RFC 3261 section 21 and the IANA registry).
#pragma once

#include <string_view>

namespace sipml::message {

/// The registered phrase, or the phrase of its class.
std::string_view reason_phrase(int status);

}  // namespace sipml::message
