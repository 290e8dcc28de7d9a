/// Messages to be sent, as values, and their octets (RFC 3261 section 7).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "message/message.hpp"

namespace sipml::message {

struct HeaderField {
  std::string name;
  std::string value;

  bool operator==(const HeaderField&) const = default;
};

using HeaderFields = std::vector<HeaderField>;

/// The value of the first field of that name, or null.
const std::string* find_field(const HeaderFields& fields, std::string_view name);
/// Replaces the first field of that name, or appends one.
void set_field(HeaderFields& fields, std::string_view name, std::string value);
/// Removes every field of that name.
void remove_fields(HeaderFields& fields, std::string_view name);

struct Request {
  std::string method;
  std::string request_uri;
  /// All but Content-Length, in the order of the wire.
  HeaderFields headers;
  std::string body;
};

struct Response {
  int status = 0;
  std::string reason;
  HeaderFields headers;
  std::string body;
};

/// The octets of a message; Content-Length is added.
std::string write(const Request& request);
std::string write(const Response& response);

/// The beginning of a response: Via, From, To, Call-ID and CSeq of the request (8.2.6.2). `to_tag`
/// is added when To has none and the response is not 100. An empty `reason` means the RFC's phrase.
Response make_response(const Message& request, int status, std::string_view to_tag,
                       std::string_view reason = {});

}  // namespace sipml::message
