/// Via (RFC 3261 section 20.42, RFC 7118 section 5.2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/slice.hpp"
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

/// Where the parts of a Via stand in the text that it was read from: what a Via is made of, without
/// its copies.
struct ViaParts {
  Slice transport;
  /// host [ ":" port ], as written.
  Slice sent_by;
  /// With the ";" before the first.
  Slice parameters;
  /// The value of the first branch parameter.
  Slice branch;
};

/// Reads `part` of `whole` as parse_via() does, and fills `parts` with slices of `whole`. The
/// offset of an error counts from the start of `part`.
std::optional<grammar::ParseError> scan_via(std::string_view whole, Slice part, ViaParts& parts);

/// The Via that scan_via() found in `whole`.
Via make_via(std::string_view whole, const ViaParts& parts);

/// Parses one value: via-parm = sent-protocol LWS sent-by *( SEMI via-params ).
Result<Via, grammar::ParseError> parse_via(std::string_view text);

}  // namespace sipml::message
