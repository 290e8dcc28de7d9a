/// The value of any header, decoded by the grammar that the header's row names (RFC 3261
/// section 25.1 and the RFCs of the extensions).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "grammar/tokens.hpp"
#include "message/header_name.hpp"
#include "uri/uri.hpp"

namespace sipml::message {

/// One value of a header. What each field holds depends on the kind; what a kind does not name is
/// empty.
///
///   kind             text                          detail               number, second
///   text             the text
///   address          "*" (of Contact)              display name
///   uri              ""                            ""
///   token            the token
///   media_type       type/subtype, lower case
///   number           ""                                                 the number
///   seconds          ""                            comment              seconds
///   cseq             method                                             number
///   rack             method                                             RSeq, CSeq number
///   via              transport, upper case         host, lower case     -, port
///   warning          text                          agent                code
///   call_id          the identifier
///   dialog           Call-ID
///   privacy          one priv-value, lower case
///   credentials      token68                       scheme, lower case
///   date             as written                                         seconds since 1970 (UTC)
///   timestamp        as written                    delay, as written    both in milliseconds
///   identity         signed-identity-digest
///
/// `parameters` holds what follows: header parameters, for credentials and auth_parameters the
/// auth-params with names in lower case. `uri` is set for address (unless "*") and uri. Quoted
/// strings and comments come as they mean.
struct HeaderValue {
  ValueKind kind = ValueKind::text;
  std::string text;
  std::string detail;
  std::optional<uri::Uri> uri;
  std::int64_t number = 0;
  std::optional<std::int64_t> second;
  grammar::Parameters parameters;
};

/// Decodes the whole of `text`, the value of one header field; a comma list gives a value for each
/// of its elements, a header that may be empty none. A fold counts as a blank (7.3.1). The offset
/// of an error counts from the start of `text`. A delta-seconds beyond 2**32-1 counts as that
/// (20.19); any other number out of its range is an error.
Result<std::vector<HeaderValue>, grammar::ParseError> parse_header_value(HeaderName name,
                                                                         std::string_view text);

/// The values as one header field, from which parse_header_value() reads them back.
std::string to_string(HeaderName name, const std::vector<HeaderValue>& values);

}  // namespace sipml::message
