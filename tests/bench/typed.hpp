/// A message with every header that a user agent acts on copied out of it into values of its own;
/// the native and the WebAssembly benchmark measure this same function.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/headers/expires.hpp"
#include "message/message.hpp"
#include "uri/uri.hpp"

namespace sipml::bench {

struct Typed {
  message::Message message;
  std::optional<uri::Uri> request_uri;
  uri::NameAddr from;
  uri::NameAddr to;
  std::vector<message::Via> vias;
  std::vector<uri::NameAddr> contacts;
  std::vector<uri::NameAddr> routes;
  std::vector<uri::NameAddr> record_routes;
  std::vector<std::string_view> allow;
  std::vector<std::string_view> supported;
  std::optional<std::uint32_t> expires;
};

/// None when the octets are no message that may be acted upon.
inline std::optional<Typed> parse_typed(std::string octets) {
  using message::HeaderName;
  auto parsed = message::parse_message(std::move(octets));
  if (!parsed || parsed->fault()) return std::nullopt;
  Typed typed{std::move(parsed).value(), {}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
  const message::Message& message = typed.message;
  if (message.is_request())
    if (auto uri = uri::parse(message.request_uri())) typed.request_uri = std::move(uri).value();
  typed.from = message.from();
  typed.to = message.to();
  for (std::string_view value : message.values(HeaderName::via))
    if (auto via = message::parse_via(value)) typed.vias.push_back(std::move(via).value());
  typed.contacts = message.addresses(HeaderName::contact);
  typed.routes = message.addresses(HeaderName::route);
  typed.record_routes = message.addresses(HeaderName::record_route);
  typed.allow = message.values(HeaderName::allow);
  typed.supported = message.values(HeaderName::supported);
  if (const auto value = message.header(HeaderName::expires))
    typed.expires = message::parse_delta_seconds(*value);
  return typed;
}

}  // namespace sipml::bench
