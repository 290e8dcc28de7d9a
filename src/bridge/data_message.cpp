#include "bridge/data_message.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "bridge/data_address.hpp"
#include "bridge/data_header.hpp"

namespace sipml::bridge {

namespace {

using message::HeaderName;
using message::Message;

/// Diagnostics beyond those of the message: of headers that it had no need to decode.
class Diagnostics {
 public:
  explicit Diagnostics(const Message& message) : all_(message.diagnostics()) {}

  void add(std::string_view reason, std::size_t offset, std::string_view header) {
    if (all_.size() >= limits::diagnostic_count) return;
    // The message may have found the same.
    for (const message::Diagnostic& known : all_)
      if (known.offset == offset && known.header == header) return;
    all_.push_back({reason, offset, std::string(header)});
  }

  void add_all(const std::vector<message::Diagnostic>& diagnostics, std::size_t offset) {
    for (const message::Diagnostic& diagnostic : diagnostics)
      add(diagnostic.reason, offset + diagnostic.offset, diagnostic.header);
  }

  void write(JsonWriter& json) const {
    json.open_array("diagnostics");
    for (const message::Diagnostic& diagnostic : all_)
      write_diagnostic(json, diagnostic.reason, diagnostic.offset, diagnostic.header);
    json.close_array();
  }

 private:
  std::vector<message::Diagnostic> all_;
};

std::size_t offset_in(const Message& message, std::string_view part) {
  return static_cast<std::size_t>(part.data() - message.bytes().data());
}

/// "SIP/2.0" of the start line, which the message has checked.
std::string_view version(const Message& message) {
  std::string_view line = message.bytes();
  while (line.starts_with("\r\n")) line.remove_prefix(2);
  line = line.substr(0, line.find("\r\n"));
  if (!message.is_request()) return line.substr(0, line.find(' '));
  line = ascii::trim(line);
  return line.substr(line.rfind(' ') + 1);
}

void write_start_line(JsonWriter& json, const Message& message) {
  json.text("kind", message.is_request() ? "request" : "response");
  if (message.is_request()) {
    json.text("method", message.method());
    json.text("uri", message.request_uri());
    json.key("requestUri");
    if (const auto uri = uri::parse(message.request_uri()))
      write_uri(json, *uri);
    else
      json.null();
  } else {
    json.number("status", static_cast<std::uint64_t>(message.status()));
    json.text("reason", message.reason());
  }
  json.text("version", version(message));
}

void write_headers(JsonWriter& json, const Message& message, Diagnostics& diagnostics) {
  json.open_array("headers");
  for (const auto& [name, value] : message.all_headers()) {
    const HeaderName id = message::header_name(name);
    const std::string_view canonical = id == HeaderName::other ? name : message::to_string(id);
    // An empty value stands nowhere in particular: behind the name's colon.
    const std::size_t name_offset = offset_in(message, name);
    const std::size_t value_offset =
        value.empty() ? name_offset + name.size() + 1 : offset_in(message, value);
    json.open_object();
    json.text("name", name);
    json.text("canonicalName", canonical);
    json.text("value", value);
    json.number("offset", name_offset);
    json.number("valueOffset", value_offset);
    json.number("valueLength", value.size());
    json.key("data");
    if (message::header_row(id).kind == message::ValueKind::text)
      json.null();
    else if (const auto error = write_header_data(json, id, value))
      diagnostics.add(error->reason, value_offset + error->offset, canonical);
    json.close_object();
  }
  json.close_array();
}

}  // namespace

void write_parsed_message(JsonWriter& json, const Message& message, const message::Body* parts,
                          std::string& octets) {
  Diagnostics diagnostics(message);
  // A message whose header section does not end has no place for a body.
  const auto start = static_cast<std::size_t>(message.body().data() - message.bytes().data());
  const std::size_t body_offset = start == 0 ? message.bytes().size() : start;
  json.open_object();
  json.boolean("ok", true);
  json.open_object("value");
  write_start_line(json, message);
  write_headers(json, message, diagnostics);
  json.number("bodyOffset", body_offset);
  json.number("bodyLength", message.body().size());
  if (parts) {
    write_parts(json, *parts, message.body(), octets);
    diagnostics.add_all(parts->diagnostics, body_offset);
  } else {
    json.null("parts");
  }
  json.key("fault");
  if (const auto& fault = message.fault()) {
    json.open_object();
    json.number("status", static_cast<std::uint64_t>(fault->status));
    json.text("reason", fault->reason);
    json.close_object();
  } else {
    json.null();
  }
  json.boolean("answerable", message.is_answerable());
  json.close_object();
  diagnostics.write(json);
  json.close_object();
}

void write_parts(JsonWriter& json, const message::Body& body, std::string_view text,
                 std::string& octets) {
  json.open_array("parts");
  for (std::size_t i = 1; i < body.parts.size(); ++i) {
    const message::BodyPart& part = body.parts[i];
    std::size_t start = part.body.offset;
    std::size_t length = part.body.length;
    if (!part.transfer_encoding.empty()) {
      if (const auto decoded = message::decode(part, text)) {
        if (octets.empty()) octets = text;
        start = octets.size();
        length = decoded->size();
        octets += *decoded;
      }
    }
    json.open_object();
    json.open_array("headers");
    for (const message::HeaderField& field : part.headers) {
      json.open_object();
      json.text("name", field.name);
      json.text("value", field.value);
      json.close_object();
    }
    json.close_array();
    json.open_object("contentType");
    write_media_type_members(json, part.type, part.parameters);
    json.close_object();
    json.text_or_null("disposition", part.disposition.empty()
                                         ? std::nullopt
                                         : std::optional<std::string_view>(part.disposition));
    json.boolean("required", part.is_required);
    json.text_or_null("contentId",
                      part.id.empty() ? std::nullopt : std::optional<std::string_view>(part.id));
    json.number("offset", part.body.offset);
    json.number("length", part.body.length);
    json.number("start", start);
    json.number("size", length);
    // Where its own parts stand in this list, which lacks the body as a whole.
    json.number("first", part.part_count == 0 ? 0 : part.first_part - 1);
    json.number("count", part.part_count);
    json.number("depth", part.depth);
    json.boolean("multipart", part.is_multipart());
    json.close_object();
  }
  json.close_array();
}

}  // namespace sipml::bridge
