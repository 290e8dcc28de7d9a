#include "message/header_name.hpp"

#include <array>

#include "base/ascii.hpp"

namespace sipml::message {

namespace {

struct Row {
  HeaderName name;
  std::string_view text;
  char compact;
};

constexpr auto table = std::to_array<Row>({
    {HeaderName::accept, "Accept", 0},
    {HeaderName::allow, "Allow", 0},
    {HeaderName::authentication_info, "Authentication-Info", 0},
    {HeaderName::authorization, "Authorization", 0},
    {HeaderName::call_id, "Call-ID", 'i'},
    {HeaderName::contact, "Contact", 'm'},
    {HeaderName::content_disposition, "Content-Disposition", 0},
    {HeaderName::content_encoding, "Content-Encoding", 'e'},
    {HeaderName::content_length, "Content-Length", 'l'},
    {HeaderName::content_type, "Content-Type", 'c'},
    {HeaderName::cseq, "CSeq", 0},
    {HeaderName::expires, "Expires", 0},
    {HeaderName::from, "From", 'f'},
    {HeaderName::max_forwards, "Max-Forwards", 0},
    {HeaderName::min_expires, "Min-Expires", 0},
    {HeaderName::path, "Path", 0},
    {HeaderName::proxy_authenticate, "Proxy-Authenticate", 0},
    {HeaderName::proxy_authorization, "Proxy-Authorization", 0},
    {HeaderName::proxy_require, "Proxy-Require", 0},
    {HeaderName::reason, "Reason", 0},
    {HeaderName::record_route, "Record-Route", 0},
    {HeaderName::require, "Require", 0},
    {HeaderName::retry_after, "Retry-After", 0},
    {HeaderName::route, "Route", 0},
    {HeaderName::server, "Server", 0},
    {HeaderName::service_route, "Service-Route", 0},
    {HeaderName::subject, "Subject", 's'},
    {HeaderName::supported, "Supported", 'k'},
    {HeaderName::to, "To", 't'},
    {HeaderName::unsupported, "Unsupported", 0},
    {HeaderName::user_agent, "User-Agent", 0},
    {HeaderName::via, "Via", 'v'},
    {HeaderName::warning, "Warning", 0},
    {HeaderName::www_authenticate, "WWW-Authenticate", 0},
});
static_assert(table.size() + 1 == static_cast<std::size_t>(HeaderName::count));

}  // namespace

HeaderName header_name(std::string_view name) {
  if (name.size() == 1) {
    for (const Row& row : table)
      if (row.compact != 0 && row.compact == ascii::to_lower(name.front())) return row.name;
    return HeaderName::other;
  }
  for (const Row& row : table)
    if (ascii::equal_ignoring_case(row.text, name)) return row.name;
  return HeaderName::other;
}

std::string_view to_string(HeaderName name) {
  for (const Row& row : table)
    if (row.name == name) return row.text;
  return {};
}

}  // namespace sipml::message
