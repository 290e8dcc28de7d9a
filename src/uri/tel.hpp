/// tel URIs (RFC 3966).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "grammar/tokens.hpp"

namespace sipml::uri {

struct Tel {
  /// Without visual separators; a global number begins with "+".
  std::string number;
  /// A domain or a global number as written; "" if absent.
  std::string phone_context;
  /// Without visual separators; "" if absent.
  std::string extension;
  /// As it means, escapes replaced; "" if absent.
  std::string isdn_subaddress;
  /// All parameters as written, those above included.
  grammar::Parameters parameters;

  bool is_global() const { return number.starts_with('+'); }
};

/// Parses what stands behind "tel:". A local number without its phone-context is taken, for peers
/// send it; a global one must not have any (section 5.1.5).
///   telephone-subscriber = ( global-number-digits / local-number-digits ) *par
Result<Tel, grammar::ParseError> parse_tel(std::string_view text);

/// Equality of section 4 of what stands behind "tel:" in two URIs.
bool tel_equivalent(std::string_view a, std::string_view b);

}  // namespace sipml::uri
