/// CSeq (RFC 3261 section 20.16).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "grammar/parse_error.hpp"

namespace sipml::message {

struct CSeq {
  std::uint32_t number = 0;
  std::string method;
};

/// CSeq = 1*DIGIT LWS Method; the number is below 2**31 (8.1.1.5).
Result<CSeq, grammar::ParseError> parse_cseq(std::string_view text);

}  // namespace sipml::message
