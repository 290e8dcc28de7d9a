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

/// Where the parts of an address stand in the text that it was read from: what a NameAddr is made
/// of, without its copies.
struct NameAddrParts {
  /// As written, with its quotes if it has any.
  Slice display_name;
  UriParts uri;
  /// Of the header, with the ";" before the first.
  Slice parameters;
  /// The value of the first tag parameter.
  Slice tag;
};

/// Reads `part` of `whole` as parse_name_addr() does, and fills `parts` with slices of `whole`. The
/// offset of an error counts from the start of `part`.
std::optional<ParseError> scan_name_addr(std::string_view whole, Slice part, NameAddrParts& parts);

/// The address that scan_name_addr() found in `whole`.
NameAddr make_name_addr(std::string_view whole, const NameAddrParts& parts);

/// Parses the whole of `text`, one value:
///   ( name-addr / addr-spec ) *( SEMI generic-param )
/// Without angle brackets everything behind the first ";" belongs to the header (20.10).
Result<NameAddr, ParseError> parse_name_addr(std::string_view text);

/// Always with angle brackets; the display name in quotes.
std::string to_string(const NameAddr& value);

}  // namespace sipml::uri
