#include "bridge/data_address.hpp"

#include "base/ascii.hpp"
#include "grammar/char_class.hpp"
#include "uri/tel.hpp"

namespace sipml::bridge {

namespace {

std::optional<std::string_view> unless_empty(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return text;
}

/// Parameters of a URI: unlike those of a header they are percent-encoded.
void write_uri_parameters(JsonWriter& json, const grammar::Parameters& parameters) {
  json.open_array("params");
  for (const grammar::Parameter& parameter : parameters) {
    const std::string name = ascii::to_lower(uri::unescape(parameter.name));
    json.open_object();
    json.text("name", name);
    if (!parameter.value) {
      json.null("value");
    } else {
      const std::string value = uri::unescape(*parameter.value);
      // Transports are tokens that are compared without case everywhere.
      json.text("value", name == "transport" ? ascii::to_lower(value) : value);
    }
    json.close_object();
  }
  json.close_array();
}

/// headers = "?" header *( "&" header )
void write_uri_headers(JsonWriter& json, std::string_view text) {
  json.open_array("headers");
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view item = text.substr(0, end);
    const std::size_t equals = std::min(item.find('='), item.size());
    text.remove_prefix(std::min(end + 1, text.size()));
    if (item.empty()) continue;
    json.open_object();
    json.text("name", ascii::to_lower(uri::unescape(item.substr(0, equals))));
    json.text("value", uri::unescape(item.substr(std::min(equals + 1, item.size()))));
    json.close_object();
  }
  json.close_array();
}

void write_sip_uri(JsonWriter& json, const uri::Uri& uri) {
  const std::string host = ascii::to_lower(uri.host);
  json.text("type", "sip");
  json.text("scheme", uri.scheme);
  if (uri.user.empty())
    json.null("user");
  else
    json.text("user", uri::unescape(uri.user));
  if (uri.password)
    json.text("password", uri::unescape(*uri.password));
  else
    json.null("password");
  json.text("host", host);
  json.text("hostType", host_type(host));
  json.number_or_null("port", std::optional<std::uint64_t>(uri.port));
  write_uri_parameters(json, uri.parameters);
  write_uri_headers(json, uri.headers);
  std::string aor = uri.scheme + ':';
  // Escaped where it has to be and nowhere else: the same user always gives the same text.
  if (!uri.user.empty()) aor += uri::escape_user(uri::unescape(uri.user)) + '@';
  json.text("aor", aor + host);
}

}  // namespace

void write_diagnostic(JsonWriter& json, std::string_view reason, std::size_t offset,
                      std::string_view header) {
  json.open_object();
  json.text("reason", reason);
  json.number("offset", offset);
  json.text_or_null("header", unless_empty(header));
  json.close_object();
}

void write_parameters(JsonWriter& json, std::string_view name,
                      const grammar::Parameters& parameters) {
  json.open_array(name);
  for (const grammar::Parameter& parameter : parameters) {
    json.open_object();
    json.text("name", ascii::to_lower(parameter.name));
    json.text_or_null("value", parameter.value ? std::optional<std::string_view>(*parameter.value)
                                               : std::nullopt);
    json.close_object();
  }
  json.close_array();
}

std::string_view host_type(std::string_view host) {
  if (host.starts_with('[')) return "ipv6";
  // uri::parse lets nothing of four numbers through that is no IPv4 address.
  std::size_t dots = 0;
  for (char c : host) {
    if (c == '.')
      ++dots;
    else if (!ascii::is_digit(c))
      return "domain";
  }
  return dots == 3 && host.front() != '.' && host.back() != '.' ? "ipv4" : "domain";
}

void write_uri(JsonWriter& json, const uri::Uri& uri) {
  json.open_object();
  const auto tel = uri.scheme == "tel" ? uri::parse_tel(uri.opaque)
                                       : Result<uri::Tel, uri::ParseError>(uri::ParseError{});
  if (uri.is_sip()) {
    write_sip_uri(json, uri);
  } else if (tel) {
    json.text("type", "tel");
    json.text("scheme", uri.scheme);
    json.text("number", tel->number);
    json.boolean("global", tel->is_global());
    write_uri_parameters(json, tel->parameters);
  } else {
    json.text("type", "other");
    json.text("scheme", uri.scheme);
    json.text("opaque", uri.opaque);
  }
  json.text("text", uri::to_string(uri));
  json.close_object();
}

void write_name_addr_members(JsonWriter& json, const uri::NameAddr& address) {
  json.text_or_null("displayName", unless_empty(address.display_name));
  json.key("uri");
  write_uri(json, address.uri);
  write_parameters(json, "params", address.parameters);
  json.text_or_null("tag", unless_empty(address.tag()));
}

void write_name_addr(JsonWriter& json, const uri::NameAddr& address) {
  json.open_object();
  write_name_addr_members(json, address);
  json.close_object();
}

}  // namespace sipml::bridge
