/// Our own stack. Like libre's, its messages hold their octets and where each field stands in them;
/// the second contender copies every field out, as an application would that keeps them all.
#include <optional>
#include <utility>
#include <vector>

#include "message/headers/header_value.hpp"
#include "message/write_message.hpp"
#include "native/contender.hpp"
#include "sdp/description.hpp"
#include "typed.hpp"

namespace sipml::bench {

namespace {

std::uint32_t parse(std::string_view octets) {
  const auto parsed = message::parse_message(std::string(octets));
  return parsed && !parsed->fault() ? parsed->cseq().number : 0;
}

std::string user_at_host(const std::vector<uri::NameAddr>& addresses) {
  if (addresses.empty()) return {};
  return addresses.front().uri.user + '@' + addresses.front().uri.host;
}

Facts facts(std::string_view octets) {
  const auto parsed = message::parse_message(std::string(octets));
  if (!parsed || parsed->fault()) return {};
  return {parsed->cseq().number, std::string(parsed->from_tag()), std::string(parsed->top_branch()),
          user_at_host(parsed->addresses(message::HeaderName::contact)),
          parsed->addresses(message::HeaderName::record_route).size()};
}

std::uint32_t parse_copied(std::string_view octets) {
  const auto typed = parse_typed(std::string(octets));
  return typed ? typed->message.cseq().number : 0;
}

Facts facts_copied(std::string_view octets) {
  const auto typed = parse_typed(std::string(octets));
  if (!typed || typed->vias.empty()) return {};
  return {typed->message.cseq().number, std::string(typed->from.tag()),
          std::string(typed->vias.front().branch()), user_at_host(typed->contacts),
          typed->record_routes.size()};
}

/// A message whose headers are values of their grammars.
struct Kept {
  message::Request request;
  message::Response response;
  struct Field {
    std::string name;
    message::HeaderName id;
    std::vector<message::HeaderValue> values;
  };
  std::vector<Field> fields;
};

Kept& kept() {
  static auto* const instance = new Kept;
  return *instance;
}

bool keep(std::string_view octets) {
  const auto parsed = message::parse_message(std::string(octets));
  if (!parsed) return false;
  kept() = {};
  kept().request = {std::string(parsed->method()),
                    std::string(parsed->request_uri()),
                    {},
                    std::string(parsed->body())};
  kept().response = {
      parsed->status(), std::string(parsed->reason()), {}, std::string(parsed->body())};
  for (const auto& [name, value] : parsed->all_headers()) {
    const message::HeaderName id = message::header_name(name);
    if (id == message::HeaderName::content_length) continue;
    auto values = message::parse_header_value(id, value);
    if (!values) return false;
    kept().fields.push_back({std::string(name), id, std::move(values).value()});
  }
  return true;
}

std::string written() {
  message::HeaderFields fields;
  fields.reserve(kept().fields.size());
  for (const Kept::Field& field : kept().fields)
    fields.push_back({field.name, message::to_string(field.id, field.values)});
  if (kept().response.status == 0) {
    kept().request.headers = std::move(fields);
    return message::write(kept().request);
  }
  kept().response.headers = std::move(fields);
  return message::write(kept().response);
}

std::size_t write() { return written().size(); }

std::string copied_description(std::string_view text) {
  const auto description = sdp::parse(text);
  return description ? sdp::write(*description) : std::string();
}

std::size_t copy_description(std::string_view text) { return copied_description(text).size(); }

}  // namespace

Contender sipml_wasm() {
  return {"sipml-wasm", parse, facts, keep, write, written, copy_description, copied_description};
}

Contender sipml_wasm_copied() {
  return {"sipml-wasm, all copied out",
          parse_copied,
          facts_copied,
          nullptr,
          nullptr,
          nullptr,
          nullptr,
          nullptr};
}

}  // namespace sipml::bench
