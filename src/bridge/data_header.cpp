#include "bridge/data_header.hpp"

#include <array>
#include <string>
#include <vector>

#include "auth/digest.hpp"
#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "bridge/data_address.hpp"
#include "grammar/tokens.hpp"
#include "message/headers/header_value.hpp"

namespace sipml::bridge {

namespace {

using grammar::parameter_value;
using message::HeaderName;
using message::HeaderValue;
using message::ValueKind;

/// HeaderType, in the order of ValueKind.
constexpr std::array<std::string_view, 20> types = {
    "text",        "address",         "uri",    "token",      "media-type",
    "number",      "seconds",         "cseq",   "rack",       "via",
    "warning",     "call-id",         "dialog", "parameters", "privacy",
    "credentials", "auth-parameters", "date",   "timestamp",  "identity"};
static_assert(types.size() == static_cast<std::size_t>(ValueKind::identity) + 1);

std::string_view type_of(HeaderName name, ValueKind kind) {
  if (name == HeaderName::contact) return "contact";
  if (name == HeaderName::refer_to) return "refer-to";
  return types[static_cast<std::size_t>(kind)];
}

std::uint64_t positive(std::int64_t number) {
  return number < 0 ? 0 : static_cast<std::uint64_t>(number);
}

std::optional<std::uint64_t> positive(const std::optional<std::int64_t>& number) {
  if (!number) return std::nullopt;
  return positive(*number);
}

/// qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ), as the same number in JSON.
void write_q(JsonWriter& json, const grammar::Parameters& parameters) {
  const auto q = parameter_value(parameters, "q").value_or("");
  const std::string_view fraction = q.size() > 2 ? q.substr(2) : std::string_view();
  const bool fits =
      !q.empty() && (q[0] == '0' || q[0] == '1') && (q.size() == 1 || q[1] == '.') &&
      fraction.size() <= 3 &&
      fraction.find_first_not_of(q[0] == '0' ? "0123456789" : "0") == std::string_view::npos;
  json.key("q");
  if (fits)
    json.raw(q.substr(0, q.size() == 2 ? 1 : q.size()));
  else
    json.null();
}

void write_dialog_members(JsonWriter& json, const HeaderValue& value) {
  const auto tag = [&value](std::string_view name, std::string_view of_target_dialog) {
    const auto found = parameter_value(value.parameters, name);
    return found ? found : parameter_value(value.parameters, of_target_dialog);
  };
  json.text("callId", value.text);
  json.text_or_null("fromTag", tag("from-tag", "local-tag"));
  json.text_or_null("toTag", tag("to-tag", "remote-tag"));
  json.boolean("earlyOnly", grammar::find_parameter(value.parameters, "early-only") != nullptr);
  write_parameters(json, "params", value.parameters);
}

/// The Replaces header in the URI of a Refer-To (RFC 3891 section 4).
void write_replaces(JsonWriter& json, const uri::Uri& uri) {
  json.key("replaces");
  std::string_view rest = uri.headers;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view item = rest.substr(0, end);
    const std::size_t equals = item.find('=');
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (equals == std::string_view::npos ||
        !ascii::equal_ignoring_case(uri::unescape(item.substr(0, equals)), "Replaces"))
      continue;
    const auto parsed =
        message::parse_header_value(HeaderName::replaces, uri::unescape(item.substr(equals + 1)));
    if (!parsed || parsed->empty()) break;
    json.open_object();
    write_dialog_members(json, parsed->front());
    json.close_object();
    return;
  }
  json.null();
}

void write_address_members(JsonWriter& json, HeaderName name, const HeaderValue& value) {
  uri::NameAddr address;
  address.display_name = value.detail;
  if (value.uri) address.uri = *value.uri;
  address.parameters = value.parameters;
  write_name_addr_members(json, address);
  if (name == HeaderName::contact) {
    write_q(json, value.parameters);
    const auto expires = parameter_value(value.parameters, "expires");
    json.number_or_null(
        "expires", expires ? ascii::parse_number(*expires, limits::delta_seconds) : std::nullopt);
  } else if (name == HeaderName::refer_to) {
    write_replaces(json, address.uri);
  }
}

/// `element` is the value as written: sent-protocol = protocol "/" version "/" transport.
void write_via_members(JsonWriter& json, const HeaderValue& value, std::string_view element) {
  const std::size_t first = std::min(element.find('/'), element.size());
  const std::size_t behind = std::min(first + 1, element.size());
  const std::size_t second = std::min(element.find('/', behind), element.size());
  const auto rport = parameter_value(value.parameters, "rport");
  json.text("protocol", ascii::trim(element.substr(0, first)));
  json.text("version", ascii::trim(element.substr(behind, second - behind)));
  json.text("transport", value.text);
  json.text("host", value.detail);
  json.text("hostType", host_type(value.detail));
  json.number_or_null("port", positive(value.second));
  json.text_or_null("branch", parameter_value(value.parameters, "branch"));
  json.text_or_null("received", parameter_value(value.parameters, "received"));
  json.boolean("hasRport", rport.has_value());
  json.number_or_null("rport", rport ? ascii::parse_number(*rport, 65535) : std::nullopt);
  write_parameters(json, "params", value.parameters);
}

void write_credentials_members(JsonWriter& json, const HeaderValue& value) {
  const auto get = [&value](std::string_view name) {
    return parameter_value(value.parameters, name);
  };
  const auto is_true = [&get](std::string_view name) {
    return ascii::equal_ignoring_case(get(name).value_or(""), "true");
  };
  json.text("scheme", value.detail);
  json.text_or_null(
      "token68", value.text.empty() ? std::nullopt : std::optional<std::string_view>(value.text));
  write_parameters(json, "params", value.parameters);
  json.text_or_null("realm", get("realm"));
  json.text_or_null("nonce", get("nonce"));
  json.text_or_null("opaque", get("opaque"));
  auto algorithm = get("algorithm");
  if (!algorithm && value.detail == "digest") algorithm = "MD5";
  if (const auto known = auth::parse_algorithm(algorithm.value_or("")))
    algorithm = auth::to_string(*known);
  json.text_or_null("algorithm", algorithm);
  json.open_array("qop");
  for (std::string_view qop : grammar::split_list(get("qop").value_or("")))
    json.text(ascii::to_lower(qop));
  json.close_array();
  json.boolean("stale", is_true("stale"));
  json.boolean("userhash", is_true("userhash"));
}

void write_token_members(JsonWriter& json, HeaderName name, const HeaderValue& value) {
  const bool any_case = message::header_row(name).has(message::HeaderRow::any_case);
  json.text("value", any_case ? ascii::to_lower(value.text) : value.text);
  write_parameters(json, "params", value.parameters);
}

/// One of HeaderValues; `element` is what stands in the header for it.
void write_value(JsonWriter& json, HeaderName name, const HeaderValue& value,
                 std::string_view element) {
  json.open_object();
  switch (value.kind) {
    case ValueKind::text:
    case ValueKind::call_id:
      json.text("text", value.text);
      break;
    case ValueKind::address:
      write_address_members(json, name, value);
      break;
    case ValueKind::uri:
      json.key("uri");
      write_uri(json, value.uri.value_or(uri::Uri()));
      write_parameters(json, "params", value.parameters);
      break;
    case ValueKind::token:
      write_token_members(json, name, value);
      break;
    case ValueKind::media_type:
      write_media_type_members(json, value.text, value.parameters);
      break;
    case ValueKind::number:
      json.number("number", positive(value.number));
      break;
    case ValueKind::seconds:
      json.number("seconds", positive(value.number));
      json.text_or_null("comment", value.detail.empty()
                                       ? std::nullopt
                                       : std::optional<std::string_view>(value.detail));
      write_parameters(json, "params", value.parameters);
      break;
    case ValueKind::cseq:
      json.number("number", positive(value.number));
      json.text("method", value.text);
      break;
    case ValueKind::rack:
      json.number("rseq", positive(value.number));
      json.number("number", positive(value.second.value_or(0)));
      json.text("method", value.text);
      break;
    case ValueKind::via:
      write_via_members(json, value, element);
      break;
    case ValueKind::warning:
      json.number("code", positive(value.number));
      json.text("agent", value.detail);
      json.text("text", value.text);
      break;
    case ValueKind::dialog:
      write_dialog_members(json, value);
      break;
    case ValueKind::parameters:
    case ValueKind::auth_parameters:
      write_parameters(json, "params", value.parameters);
      break;
    case ValueKind::privacy:
      json.text("value", value.text);
      break;
    case ValueKind::credentials:
      write_credentials_members(json, value);
      break;
    case ValueKind::date:
      json.integer("seconds", value.number);
      json.text("text", value.text);
      break;
    case ValueKind::timestamp:
      json.number("milliseconds", positive(value.number));
      json.number_or_null("delay", positive(value.second));
      break;
    case ValueKind::identity:
      json.text("text", value.text);
      write_parameters(json, "params", value.parameters);
      break;
  }
  json.close_object();
}

bool is_star(HeaderName name, const std::vector<HeaderValue>& values) {
  return name == HeaderName::contact && values.size() == 1 && !values.front().uri;
}

}  // namespace

void write_media_type_members(JsonWriter& json, std::string_view mime,
                              const grammar::Parameters& parameters) {
  json.text("mime", mime);
  write_parameters(json, "params", parameters);
}

std::optional<grammar::ParseError> write_header_data(JsonWriter& json, HeaderName name,
                                                     std::string_view value) {
  const auto parsed = message::parse_header_value(name, value);
  if (!parsed) {
    json.null();
    return parsed.error();
  }
  const bool star = is_star(name, *parsed);
  // What a Via's sent-protocol was is only in its text.
  const auto elements =
      name == HeaderName::via ? grammar::split_list(value) : std::vector<std::string_view>();
  json.open_object();
  json.text("type", type_of(name, message::header_row(name).kind));
  if (name == HeaderName::contact) json.boolean("star", star);
  json.open_array("values");
  for (std::size_t i = 0; !star && i < parsed->size(); ++i)
    write_value(json, name, (*parsed)[i], i < elements.size() ? elements[i] : value);
  json.close_array();
  json.close_object();
  return std::nullopt;
}

}  // namespace sipml::bridge
