#include "server/registrar.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "message/headers/expires.hpp"

namespace sipml::server {

namespace {

using message::HeaderName;

/// One Contact of the request; no seconds means that the binding is to be removed.
struct Update {
  Binding binding;
  std::uint32_t seconds = 0;
};

std::string contact_value(const Binding& binding, Instant now) {
  uri::NameAddr contact{{}, binding.contact, binding.parameters};
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(binding.expires - now);
  contact.parameters.push_back({"expires", std::to_string(left.count()), false});
  return uri::to_string(contact);
}

}  // namespace

message::Response Registrar::process(const message::Message& request, std::string_view user,
                                     Connection connection, Instant now) {
  const auto refuse = [&](int status, std::string_view reason) {
    return state_.response(request, status, reason);
  };
  if (request.header(HeaderName::require)) {
    auto response = refuse(420, {});
    for (std::string_view tag : request.values(HeaderName::require))
      response.headers.push_back({"Unsupported", std::string(tag)});
    return response;
  }
  std::uint32_t header_expires = default_expires;
  const auto expires = request.header(HeaderName::expires);
  // 10.3 step 7: a malformed value counts as the default.
  if (expires) header_expires = message::parse_delta_seconds(*expires).value_or(default_expires);

  const auto values = request.values(HeaderName::contact);
  Locations::Bindings bindings = state_.locations.of(user);
  if (values.size() > limits::bindings_per_user) return refuse(400, "Too Many Contacts");

  std::vector<Update> updates;
  bool everything = false;
  for (std::string_view value : values) {
    if (value == "*") {
      everything = true;
      continue;
    }
    if (value.size() > limits::contact_size) return refuse(400, "Contact Too Long");
    auto parsed = uri::parse_name_addr(value);
    if (!parsed) return refuse(400, "Malformed Contact");
    if (!parsed->uri.is_sip()) return refuse(400, "Contact Is No SIP URI");
    Update update;
    update.seconds = header_expires;
    if (const auto own = grammar::parameter_value(parsed->parameters, "expires"))
      update.seconds = message::parse_delta_seconds(*own).value_or(default_expires);
    if (is_too_brief(update.seconds)) {
      auto response = refuse(423, {});
      response.headers.push_back({"Min-Expires", std::to_string(minimum_expires)});
      return response;
    }
    update.seconds = std::min(update.seconds, maximum_expires);
    update.binding.contact = std::move(parsed->uri);
    update.binding.contact.headers.clear();
    update.binding.parameters = std::move(parsed->parameters);
    std::erase_if(update.binding.parameters, [](const grammar::Parameter& parameter) {
      return ascii::equal_ignoring_case(parameter.name, "expires");
    });
    update.binding.call_id = request.call_id();
    update.binding.cseq = request.cseq().number;
    update.binding.connection = connection;
    update.binding.expires = now + seconds(update.seconds);
    updates.push_back(std::move(update));
  }
  if (everything && (values.size() != 1 || !expires || header_expires != 0))
    return refuse(400, "Contact * Needs Expires 0 and No Other Contact");

  // 10.3 step 7: with the same Call-ID only a greater CSeq may change a binding.
  const auto out_of_order = [&request](const Binding& binding) {
    return binding.call_id == request.call_id() && binding.cseq >= request.cseq().number;
  };
  if (everything) {
    for (const Binding& binding : bindings)
      if (out_of_order(binding)) return refuse(400, "CSeq Out of Order");
    bindings.clear();
  }
  for (Update& update : updates) {
    for (const Binding& binding : bindings)
      if (is_same_binding(binding, update.binding) && out_of_order(binding))
        return refuse(400, "CSeq Out of Order");
  }
  for (Update& update : updates) {
    std::erase_if(bindings, [&update](const Binding& binding) {
      return is_same_binding(binding, update.binding);
    });
    if (update.seconds != 0) bindings.push_back(std::move(update.binding));
  }
  const std::size_t others = state_.locations.size() - state_.locations.of(user).size();
  if (bindings.size() > limits::bindings_per_user ||
      others + bindings.size() > limits::binding_count)
    return refuse(503, "Too Many Bindings");

  auto response = state_.response(request, 200);
  for (const Binding& binding : bindings)
    response.headers.push_back({"Contact", contact_value(binding, now)});
  state_.locations.set(user, std::move(bindings));
  return response;
}

}  // namespace sipml::server
