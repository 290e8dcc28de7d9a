#include "uri/uri.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "grammar/char_class.hpp"

namespace sipml::uri {

using namespace grammar;

namespace {

constexpr int hex_value(char c) {
  if (ascii::is_digit(c)) return c - '0';
  const char lower = ascii::to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

int hex_value_at(std::string_view text, std::size_t position) {
  return position < text.size() ? hex_value(text[position]) : -1;
}

bool is_scheme(std::string_view text) {
  if (text.empty() || !ascii::is_alpha(text.front())) return false;
  for (char c : text)
    if (!ascii::is_alpha(c) && !ascii::is_digit(c) && c != '+' && c != '-' && c != '.')
      return false;
  return true;
}

/// The last label of a host name begins with a letter, so four numbers are an IPv4 address or
/// nothing; other numeric names are left to the resolver.
bool is_possible_host(std::string_view host) {
  std::size_t numbers = 0;
  bool fits = true;
  while (true) {
    const std::size_t dot = host.find('.');
    const std::string_view label = host.substr(0, dot);
    if (label.empty() || label.find_first_not_of("0123456789") != std::string_view::npos)
      return true;
    fits = fits && ascii::parse_number(label, 255);
    ++numbers;
    if (dot == std::string_view::npos) return fits || numbers != 4;
    host.remove_prefix(dot + 1);
  }
}

/// hostport = host [ ":" port ]; returns the offset of the first fault in `text`, if any.
std::optional<ParseError> parse_hostport(Uri& uri, std::string_view text) {
  std::size_t end = 0;
  if (!text.empty() && text.front() == '[') {
    end = text.find(']');
    if (end == std::string_view::npos) return ParseError{"an IPv6 address lacks its ']'", 0};
    for (std::size_t i = 1; i < end; ++i)
      if (!is(text[i], hex_digit) && text[i] != ':' && text[i] != '.')
        return ParseError{"an IPv6 address has an illegal character", i};
    if (end < 3) return ParseError{"an IPv6 address is empty", 0};
    ++end;
  } else {
    while (end < text.size() && text[end] != ':') {
      if (!is(text[end], host_char) || text[end] == '[' || text[end] == ']')
        return ParseError{"a host has an illegal character", end};
      ++end;
    }
  }
  if (end == 0) return ParseError{"a host is missing", 0};
  uri.host = text.substr(0, end);
  if (!is_possible_host(uri.host)) return ParseError{"an IPv4 address is malformed", 0};
  if (end == text.size()) return std::nullopt;
  if (text[end] != ':') return ParseError{"a host is followed by an illegal character", end};
  const auto port = ascii::parse_number(text.substr(end + 1), 65535);
  if (!port) return ParseError{"a port is not a number from 0 to 65535", end + 1};
  uri.port = static_cast<std::uint16_t>(*port);
  return std::nullopt;
}

/// uri-parameters = *( ";" uri-parameter ); kept as written.
std::optional<ParseError> parse_uri_parameters(Uri& uri, std::string_view text) {
  std::size_t position = 0;
  while (position < text.size()) {
    const std::size_t start = ++position;
    const std::size_t end = std::min(text.find(';', start), text.size());
    const std::string_view item = text.substr(start, end - start);
    for (std::size_t i = 0; i < item.size(); ++i)
      if (!is(item[i], param_unreserved | unreserved | token_char) && item[i] != '=')
        return ParseError{"a URI parameter has an illegal character", start + i};
    position = end;
    if (item.empty()) continue;
    if (uri.parameters.size() == limits::parameter_count)
      return ParseError{"too many URI parameters", start};
    const std::size_t equals = item.find('=');
    if (equals == 0) return ParseError{"a URI parameter has no name", start};
    Parameter parameter{std::string(item.substr(0, equals)), std::nullopt, false};
    if (equals != std::string_view::npos) parameter.value = item.substr(equals + 1);
    uri.parameters.push_back(std::move(parameter));
  }
  return std::nullopt;
}

std::optional<ParseError> parse_sip(Uri& uri, std::string_view text) {
  const std::size_t question = [&] {
    // A "?" may stand in the user part: the headers begin behind the host.
    const std::size_t at = text.find('@');
    return text.find('?', at == std::string_view::npos ? 0 : at);
  }();
  std::string_view address = text.substr(0, question);
  if (question != std::string_view::npos) {
    uri.headers = text.substr(question + 1);
    for (std::size_t i = 0; i < uri.headers.size(); ++i)
      if (static_cast<unsigned char>(uri.headers[i]) <= ' ' || uri.headers[i] == '<' ||
          uri.headers[i] == '>')
        return ParseError{"URI headers have an illegal character", question + 1 + i};
  }
  std::size_t host_start = 0;
  const std::size_t at = address.find('@');
  if (at != std::string_view::npos) {
    const std::string_view userinfo = address.substr(0, at);
    for (std::size_t i = 0; i < userinfo.size(); ++i) {
      const char c = userinfo[i];
      // "#" is not in the grammar, but exchanges put it into user parts and mean it.
      if (!is(c, unreserved | user_unreserved | token_char) && c != ':' && c != '#' && c != '[' &&
          c != ']' && static_cast<unsigned char>(c) < 0x80)
        return ParseError{"a user part has an illegal character", i};
      if (c == '%' && (hex_value_at(userinfo, i + 1) < 0 || hex_value_at(userinfo, i + 2) < 0))
        return ParseError{"a user part has a broken escape", i};
      if (c == ' ' || c == '"' || c == '<') return ParseError{"a user part has a blank", i};
    }
    const std::size_t colon = userinfo.find(':');
    uri.user = userinfo.substr(0, colon);
    if (colon != std::string_view::npos) uri.password = userinfo.substr(colon + 1);
    if (uri.user.empty()) return ParseError{"a user part is empty", 0};
    host_start = at + 1;
  }
  const std::string_view rest = address.substr(host_start);
  const std::size_t semicolon = std::min(rest.find(';'), rest.size());
  if (auto error = parse_hostport(uri, rest.substr(0, semicolon)))
    return ParseError{error->reason, host_start + error->offset};
  if (auto error = parse_uri_parameters(uri, rest.substr(semicolon)))
    return ParseError{error->reason, host_start + semicolon + error->offset};
  return std::nullopt;
}

bool user_equal(std::string_view a, std::string_view b) { return unescape(a) == unescape(b); }

bool values_equal(const Parameter& a, const Parameter& b) {
  return ascii::equal_ignoring_case(unescape(a.value.value_or("")), unescape(b.value.value_or("")));
}

/// The header components of a URI as they mean, sorted: their order does not count.
std::vector<std::pair<std::string, std::string>> sorted_headers(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> headers;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view item = text.substr(0, end);
    const std::size_t equals = std::min(item.find('='), item.size());
    headers.emplace_back(ascii::to_lower(unescape(item.substr(0, equals))),
                         unescape(item.substr(std::min(equals + 1, item.size()))));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::sort(headers.begin(), headers.end());
  return headers;
}

/// Parameters that must be present in both URIs or in neither.
bool always_counts(std::string_view name) {
  for (std::string_view counted : {"user", "ttl", "method", "maddr", "transport"})
    if (ascii::equal_ignoring_case(name, counted)) return true;
  return false;
}

bool parameters_match(const Parameters& a, const Parameters& b) {
  for (const Parameter& parameter : a) {
    const Parameter* other = find_parameter(b, parameter.name);
    if (other ? !values_equal(parameter, *other) : always_counts(parameter.name)) return false;
  }
  return true;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// A global number without its visual separators (RFC 3966 section 5.1.1); other text as it is.
std::string without_separators(std::string_view text) {
  if (!text.starts_with('+') ||
      text.find_first_not_of("0123456789-.()", 1) != std::string_view::npos)
    return std::string(text);
  std::string number = "+";
  for (char c : text)
    if (ascii::is_digit(c)) number += c;
  return number;
}

}  // namespace

Result<Uri, ParseError> parse(std::string_view text) {
  if (text.size() > limits::uri_size) return ParseError{"a URI is too long", limits::uri_size};
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return ParseError{"a URI lacks its scheme", 0};
  Uri uri;
  if (!is_scheme(text.substr(0, colon))) return ParseError{"a URI scheme is malformed", 0};
  uri.scheme = ascii::to_lower(text.substr(0, colon));
  const std::string_view rest = text.substr(colon + 1);
  if (!uri.is_sip()) {
    for (std::size_t i = 0; i < rest.size(); ++i)
      if (static_cast<unsigned char>(rest[i]) <= ' ' || rest[i] == '<' || rest[i] == '>')
        return ParseError{"a URI has an illegal character", colon + 1 + i};
    if (rest.empty()) return ParseError{"a URI is empty", colon + 1};
    uri.opaque = rest;
    return uri;
  }
  if (auto error = parse_sip(uri, rest))
    return ParseError{error->reason, colon + 1 + error->offset};
  return uri;
}

std::string to_string(const Uri& uri) {
  std::string out = uri.scheme + ':';
  if (!uri.is_sip()) return out + uri.opaque;
  if (!uri.user.empty()) {
    out += uri.user;
    if (uri.password) out += ':' + *uri.password;
    out += '@';
  }
  out += uri.host;
  if (uri.port) out += ':' + std::to_string(*uri.port);
  write_parameters(out, uri.parameters);
  if (!uri.headers.empty()) out += '?' + uri.headers;
  return out;
}

std::string unescape(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
        hex_value(text[i + 2]) >= 0) {
      result += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

std::string escape_user(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (char c : text) {
    if (is(c, unreserved | user_unreserved) || c == '+') {
      result += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      result += '%';
      result += digits[octet >> 4U];
      result += digits[octet & 15U];
    }
  }
  return result;
}

bool equivalent(const Uri& a, const Uri& b) {
  if (a.scheme != b.scheme) return false;
  if (!a.is_sip()) return a.opaque == b.opaque;
  return user_equal(a.user, b.user) && a.password == b.password &&
         ascii::equal_ignoring_case(a.host, b.host) && a.port == b.port &&
         sorted_headers(a.headers) == sorted_headers(b.headers) &&
         parameters_match(a.parameters, b.parameters) &&
         parameters_match(b.parameters, a.parameters);
}

Result<Uri, ParseError> parse_destination(std::string_view text, std::string_view domain) {
  text = ascii::trim(text);
  if (text.empty()) return ParseError{"a destination is empty", 0};
  if (text.front() == '<' && text.back() == '>') text = text.substr(1, text.size() - 2);
  const std::size_t colon = text.find(':');
  const std::string_view scheme = text.substr(0, colon);
  for (std::string_view known : {"sip", "sips", "tel"})
    if (colon != std::string_view::npos && ascii::equal_ignoring_case(scheme, known)) {
      auto parsed = parse(text);
      if (parsed && !is_ascii(parsed->user)) parsed->user = escape_user(unescape(parsed->user));
      return parsed;
    }
  const std::size_t at = text.rfind('@');
  const std::string_view host = at == std::string_view::npos ? domain : text.substr(at + 1);
  if (host.find(";;") != std::string_view::npos)
    return ParseError{"a destination has an empty parameter", 0};
  const std::string_view user = text.substr(0, at);
  const std::size_t password = std::min(user.find(':'), user.size());
  std::string completed = "sip:";
  completed += escape_user(unescape(without_separators(user.substr(0, password))));
  if (password < user.size()) {
    completed += ':';
    completed += escape_user(unescape(user.substr(password + 1)));
  }
  completed += '@';
  const std::size_t host_end = std::min(host.find_first_of(";?"), host.size());
  completed += ascii::to_lower(host.substr(0, host_end));
  completed += host.substr(host_end);
  return parse(completed);
}

}  // namespace sipml::uri
