/// name-addr and addr-spec with header parameters: From, To, Contact, Route (RFC 3261
/// section 20.10).
#pragma once

#include <string>
#include <string_view>

#include "uri/uri.hpp"

namespace sipml::uri {

struct NameAddr {
  /// As it means: unquoted, unescaped; "" if absent.
  std::string display_name;
  Uri uri;
  /// Of the header, not of the URI.
  Parameters parameters;

  /// The tag parameter, "" if absent.
  std::string_view tag() const SIPML_LIFETIMEBOUND {
    return grammar::parameter_value(parameters, "tag").value_or(std::string_view());
  }
};

/// Parses the whole of `text`, one value:
///   ( name-addr / addr-spec ) *( SEMI generic-param )
/// Without angle brackets everything behind the first ";" belongs to the header (20.10).
Result<NameAddr, ParseError> parse_name_addr(std::string_view text);

/// Always with angle brackets; the display name in quotes.
std::string to_string(const NameAddr& value);

}  // namespace sipml::uri
