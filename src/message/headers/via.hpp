/// Via (RFC 3261 section 20.42, RFC 7118 section 5.2).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "grammar/tokens.hpp"

namespace sipml::message {

/// How the branches of RFC 3261 begin (8.1.1.7).
inline constexpr std::string_view magic_cookie = "z9hG4bK";

struct Via {
  /// Upper case: "WS", "WSS", "UDP" ...
  std::string transport;
  /// host [ ":" port ], lower case.
  std::string sent_by;
  grammar::Parameters parameters;

  /// "" if absent.
  std::string_view branch() const SIPML_LIFETIMEBOUND {
    return grammar::parameter_value(parameters, "branch").value_or(std::string_view());
  }
};

/// Parses one value: via-parm = sent-protocol LWS sent-by *( SEMI via-params ).
Result<Via, grammar::ParseError> parse_via(std::string_view text);

}  // namespace sipml::message
