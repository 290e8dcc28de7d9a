/// URIs of SIP: sip and sips (RFC 3261 section 19.1), and any other scheme as opaque text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/slice.hpp"
#include "grammar/tokens.hpp"

namespace sipml::uri {

using grammar::Parameters;
using grammar::ParseError;

/// A parsed URI. Text is kept as written, escapes included, so that it can be echoed exactly.
struct Uri {
  /// Lower case.
  std::string scheme;
  /// sip and sips: what stands before "@", without the password; "" if there is no user.
  std::string user;
  std::optional<std::string> password;
  /// sip and sips: a host name, an IPv4 address or an IPv6 address in brackets.
  std::string host;
  std::optional<std::uint16_t> port;
  Parameters parameters;
  /// What follows "?", as written.
  std::string headers;
  /// Other schemes: all that follows the first ":".
  std::string opaque;

  /// True for sip and sips.
  bool is_sip() const { return scheme == "sip" || scheme == "sips"; }
  bool is_secure() const { return scheme == "sips"; }
};

/// Where the parts of a URI stand in the text that it was read from: what a Uri is made of, without
/// its copies.
struct UriParts {
  Slice scheme;
  /// sip and sips.
  Slice user;
  Slice password;
  Slice host;
  /// With the ";" before the first.
  Slice parameters;
  /// Without the "?".
  Slice headers;
  /// Other schemes.
  Slice opaque;
  std::uint16_t port = 0;
  bool has_password = false;
  bool has_port = false;
  bool is_sip = false;
};

/// Reads `part` of `whole` as parse() does, and fills `parts` with slices of `whole`. The offset of
/// an error counts from the start of `part`.
std::optional<ParseError> scan(std::string_view whole, Slice part, UriParts& parts);

/// The URI that scan() found in `whole`.
Uri make_uri(std::string_view whole, const UriParts& parts);

/// Parses the whole of `text`. ABNF, RFC 3261 section 25.1:
///   SIP-URI = "sip:" [ userinfo ] hostport uri-parameters [ headers ]
Result<Uri, ParseError> parse(std::string_view text);

std::string to_string(const Uri& uri);

/// The URI as it may stand in a Request-URI: without "method" and headers (RFC 3261
/// section 19.1.1).
Uri request_uri(Uri uri);

/// `text` with each %HH replaced by its octet; a broken escape stays as it is.
std::string unescape(std::string_view text);

/// `text` with everything escaped that may not stand in the user part (RFC 3261 section 25.1,
/// user).
std::string escape_user(std::string_view text);

/// `text` with everything escaped that may not stand in a header of a URI (RFC 3261 section 25.1,
/// hvalue).
std::string escape_header(std::string_view text);

/// Equality of RFC 3261 section 19.1.4; escapes do not count, nor does the order of headers.
bool equivalent(const Uri& a, const Uri& b);

/// True when both name the same user of the same host and port, whatever else they say: less than
/// equivalent() asks for, and enough to tell that somebody was asked already.
bool is_same_user(const Uri& a, const Uri& b);

/// What a person typed or an application passed as destination: a URI is kept; a bare user or
/// number becomes sip:user@domain, and user@host becomes sip:user@host (as sipML5's tsip_uri did).
/// The user part is escaped once, whether it came escaped or not; a number that begins with "+"
/// loses its visual separators (RFC 3966 section 5.1.1); an empty parameter is an error.
Result<Uri, ParseError> parse_destination(std::string_view text, std::string_view domain);

}  // namespace sipml::uri
