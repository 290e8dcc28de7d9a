/// A piece of a SIP message as a body, message/sipfrag (RFC 3420), of which transfers need the
/// status line (RFC 3515 section 2.4.5).
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "grammar/parse_error.hpp"

namespace sipml::message {

inline constexpr std::string_view sipfrag_type = "message/sipfrag";

struct StatusLine {
  /// 100 to 699.
  int status = 0;
  std::string_view reason;
};

/// The status line that `body` begins with; `reason` is a part of `body`.
///   Status-Line = SIP-Version SP Status-Code SP Reason-Phrase CRLF
Result<StatusLine, grammar::ParseError> parse_sipfrag(std::string_view body SIPML_LIFETIMEBOUND);

}  // namespace sipml::message
