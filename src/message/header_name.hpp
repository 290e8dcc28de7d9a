/// The headers that this code knows by name, with their compact forms (RFC 3261 7.3.3 and
/// registry).
#pragma once

#include <cstdint>
#include <string_view>

namespace sipml::message {

/// One enumerator a header; `other` for any name that is not in the table of header_name.cpp.
enum class HeaderName : std::uint8_t {
  other,
  accept,
  allow,
  authentication_info,
  authorization,
  call_id,
  contact,
  content_disposition,
  content_encoding,
  content_length,
  content_type,
  cseq,
  expires,
  from,
  max_forwards,
  min_expires,
  path,
  proxy_authenticate,
  proxy_authorization,
  proxy_require,
  reason,
  record_route,
  require,
  retry_after,
  route,
  server,
  service_route,
  subject,
  supported,
  to,
  unsupported,
  user_agent,
  via,
  warning,
  www_authenticate,
  count
};

/// The header of that name or compact form, without regard to case.
HeaderName header_name(std::string_view name);

/// The name as the RFC writes it; "" for `other`.
std::string_view to_string(HeaderName name);

}  // namespace sipml::message
