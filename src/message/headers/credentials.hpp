/// Challenges and credentials of any scheme (RFC 3261 sections 20.7, 20.44 and 25.1, RFC 7235
/// section 2.1).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "grammar/tokens.hpp"

namespace sipml::message {

struct Credentials {
  /// Lower case.
  std::string scheme;
  /// What stands for the parameters in schemes such as Bearer; "" if there is none.
  std::string token68;
  /// Names in lower case.
  grammar::Parameters parameters;
};

/// Parses auth-param *( COMMA auth-param ), the whole of `text` from `start` on; empty elements are
/// passed over.
Result<grammar::Parameters, grammar::ParseError> parse_auth_parameters(std::string_view text,
                                                                       std::size_t start = 0);

/// Parses auth-scheme [ 1*SP ( token68 / auth-param *( COMMA auth-param ) ) ].
Result<Credentials, grammar::ParseError> parse_credentials(std::string_view text);

}  // namespace sipml::message
