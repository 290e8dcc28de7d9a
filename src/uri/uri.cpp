#include "uri/uri.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "grammar/char_class.hpp"
#include "uri/ipv6.hpp"
#include "uri/tel.hpp"

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

/// Reads one URI of the schemes sip and sips; what it finds goes into the parts as slices.
class SipUriScanner {
 public:
  /// `from` is where `text`, all behind the scheme, stands in the whole.
  SipUriScanner(std::string_view text, std::uint32_t from, UriParts& parts)
      : text_(text), from_(from), parts_(parts) {}

  /// SIP-URI = "sip:" [ userinfo ] hostport uri-parameters [ headers ]
  std::optional<ParseError> scan() {
    const std::size_t at = text_.find('@');
    std::size_t position = 0;
    // A "@" may stand in the headers, too: what precedes it has to be a user part.
    if (at != std::string_view::npos) {
      if (auto error = scan_userinfo(at)) return error;
      position = at + 1;
    }
    if (auto error = scan_host(position)) return error;
    if (auto error = scan_port(position)) return error;
    if (auto error = scan_parameters(position)) return error;
    return scan_headers(position);
  }

 private:
  Slice slice(std::size_t start, std::size_t end) const {
    return {from_ + static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end - start)};
  }

  /// userinfo = ( user / telephone-subscriber ) [ ":" password ] "@"
  std::optional<ParseError> scan_userinfo(std::size_t end) {
    std::size_t colon = end;
    for (std::size_t i = 0; i < end; ++i) {
      const char c = text_[i];
      if (is(c, user_char)) continue;
      if (c == ':') {
        if (colon == end) colon = i;
      } else if (c == '%') {
        const std::string_view userinfo = text_.substr(0, end);
        if (hex_value_at(userinfo, i + 1) < 0 || hex_value_at(userinfo, i + 2) < 0)
          return ParseError{"a user part has a broken escape", i};
      } else {
        return ParseError{"a user part has an illegal character", i};
      }
    }
    if (colon == 0) return ParseError{"a user part is empty", 0};
    parts_.user = slice(0, colon);
    if (colon != end) {
      parts_.password = slice(colon + 1, end);
      parts_.has_password = true;
    }
    return std::nullopt;
  }

  /// host = hostname / IPv4address / IPv6reference
  std::optional<ParseError> scan_host(std::size_t& position) {
    const std::size_t start = position;
    if (position < text_.size() && text_[position] == '[') {
      const std::size_t close = text_.find(']', position);
      if (close == std::string_view::npos)
        return ParseError{"an IPv6 address lacks its ']'", position};
      for (std::size_t i = position + 1; i < close; ++i)
        if (!is(text_[i], hex_digit) && text_[i] != ':' && text_[i] != '.')
          return ParseError{"an IPv6 address has an illegal character", i};
      if (!parse_ipv6(text_.substr(start, close + 1 - start)))
        return ParseError{"an IPv6 address is malformed", start};
      position = close + 1;
    } else {
      bool has_letter = false;
      for (; position < text_.size(); ++position) {
        const char c = text_[position];
        if (!is(c, host_char) || c == ':' || c == '[' || c == ']') break;
        has_letter = has_letter || !(ascii::is_digit(c) || c == '.');
      }
      if (position == start) return ParseError{"a host is missing", start};
      if (!has_letter && !is_possible_host(text_.substr(start, position - start)))
        return ParseError{"an IPv4 address is malformed", start};
    }
    parts_.host = slice(start, position);
    if (position < text_.size() && text_[position] != ':' && text_[position] != ';' &&
        text_[position] != '?')
      return ParseError{"a host has an illegal character", position};
    return std::nullopt;
  }

  std::optional<ParseError> scan_port(std::size_t& position) {
    if (position == text_.size() || text_[position] != ':') return std::nullopt;
    const std::size_t start = ++position;
    std::uint32_t port = 0;
    while (position < text_.size() && ascii::is_digit(text_[position]) && port <= 65535)
      port = port * 10 + static_cast<std::uint32_t>(text_[position++] - '0');
    const bool ends = position == text_.size() || text_[position] == ';' || text_[position] == '?';
    if (position == start || port > 65535 || !ends)
      return ParseError{"a port is not a number from 0 to 65535", start};
    parts_.port = static_cast<std::uint16_t>(port);
    parts_.has_port = true;
    return std::nullopt;
  }

  /// uri-parameters = *( ";" uri-parameter )
  std::optional<ParseError> scan_parameters(std::size_t& position) {
    const std::size_t start = position;
    std::size_t count = 0;
    while (position < text_.size() && text_[position] == ';') {
      const std::size_t name = ++position;
      while (position < text_.size() && is(text_[position], uri_parameter_char)) ++position;
      if (position < text_.size() && text_[position] != ';' && text_[position] != '?')
        return ParseError{"a URI parameter has an illegal character", position};
      if (position == name) continue;
      if (text_[name] == '=') return ParseError{"a URI parameter has no name", name};
      if (++count > limits::parameter_count) return ParseError{"too many URI parameters", name};
    }
    parts_.parameters = slice(start, position);
    return std::nullopt;
  }

  std::optional<ParseError> scan_headers(std::size_t position) {
    if (position == text_.size()) return std::nullopt;
    const std::size_t start = ++position;
    for (; position < text_.size(); ++position)
      if (!is(text_[position], visible))
        return ParseError{"URI headers have an illegal character", position};
    parts_.headers = slice(start, position);
    return std::nullopt;
  }

  std::string_view text_;
  std::uint32_t from_;
  UriParts& parts_;
};

/// uri-parameters that scan() has accepted; kept as written.
Parameters make_uri_parameters(std::string_view text) {
  Parameters parameters;
  while (!text.empty()) {
    text.remove_prefix(1);
    const std::string_view item = text.substr(0, text.find(';'));
    text.remove_prefix(item.size());
    if (item.empty()) continue;
    const std::size_t equals = item.find('=');
    Parameter parameter{std::string(item.substr(0, equals)), std::nullopt, false};
    if (equals != std::string_view::npos) parameter.value = item.substr(equals + 1);
    parameters.push_back(std::move(parameter));
  }
  return parameters;
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
    // No name may be there twice (19.1.1): where one is, its first value counts.
    if (find_parameter(a, parameter.name) != &parameter) continue;
    const Parameter* other = find_parameter(b, parameter.name);
    if (other ? !values_equal(parameter, *other) : always_counts(parameter.name)) return false;
  }
  return true;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// A global number without its visual separators (RFC 3966 section 5.1.1) and the blanks that
/// people write; other text as it is.
std::string without_separators(std::string_view text) {
  if (!text.starts_with('+') ||
      text.find_first_not_of("0123456789-.() ", 1) != std::string_view::npos)
    return std::string(text);
  std::string number = "+";
  for (char c : text)
    if (ascii::is_digit(c)) number += c;
  return number;
}

}  // namespace

std::optional<ParseError> scan(std::string_view whole, Slice part, UriParts& parts) {
  const std::string_view text = part.in(whole);
  if (text.size() > limits::uri_size) return ParseError{"a URI is too long", limits::uri_size};
  std::size_t colon = 0;
  while (colon < text.size() && is(text[colon], scheme_char)) ++colon;
  if (colon == text.size()) return ParseError{"a URI lacks its scheme", 0};
  if (text[colon] != ':' || !ascii::is_alpha(text.front()))
    return ParseError{"a URI scheme is malformed", 0};
  const std::string_view scheme = text.substr(0, colon);
  parts.scheme = {part.offset, static_cast<std::uint32_t>(colon)};
  parts.is_sip = ascii::equal_ignoring_case(scheme.substr(0, 3), "sip") &&
                 (colon == 3 || (colon == 4 && ascii::to_lower(scheme.back()) == 's'));
  const std::string_view rest = text.substr(colon + 1);
  const auto rest_offset = part.offset + static_cast<std::uint32_t>(colon) + 1;
  if (parts.is_sip) {
    auto error = SipUriScanner(rest, rest_offset, parts).scan();
    if (error) error->offset += colon + 1;
    return error;
  }
  for (std::size_t i = 0; i < rest.size(); ++i)
    if (!is(rest[i], visible)) return ParseError{"a URI has an illegal character", colon + 1 + i};
  if (rest.empty()) return ParseError{"a URI is empty", colon + 1};
  parts.opaque = {rest_offset, static_cast<std::uint32_t>(rest.size())};
  return std::nullopt;
}

Uri make_uri(std::string_view whole, const UriParts& parts) {
  Uri uri;
  uri.scheme = ascii::to_lower(parts.scheme.in(whole));
  uri.user = parts.user.in(whole);
  if (parts.has_password) uri.password = parts.password.in(whole);
  uri.host = parts.host.in(whole);
  if (parts.has_port) uri.port = parts.port;
  uri.parameters = make_uri_parameters(parts.parameters.in(whole));
  uri.headers = parts.headers.in(whole);
  uri.opaque = parts.opaque.in(whole);
  return uri;
}

Result<Uri, ParseError> parse(std::string_view text) {
  UriParts parts;
  if (auto error = scan(text, {0, static_cast<std::uint32_t>(text.size())}, parts)) return *error;
  return make_uri(text, parts);
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

Uri request_uri(Uri uri) {
  std::erase_if(uri.parameters, [](const grammar::Parameter& parameter) {
    return ascii::equal_ignoring_case(parameter.name, "method");
  });
  uri.headers.clear();
  return uri;
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

namespace {

/// Escapes what is neither of these classes nor one of `more`.
std::string escape(std::string_view text, std::uint16_t classes, std::string_view more) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (char c : text) {
    if (is(c, classes) || more.find(c) != std::string_view::npos) {
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

}  // namespace

std::string escape_user(std::string_view text) {
  return escape(text, unreserved | user_unreserved, "+");
}

std::string escape_header(std::string_view text) { return escape(text, unreserved, "[]/?:+$"); }

bool is_same_user(const Uri& a, const Uri& b) {
  return a.scheme == b.scheme && unescape(a.user) == unescape(b.user) &&
         ascii::equal_ignoring_case(a.host, b.host) && a.port == b.port && a.opaque == b.opaque;
}

bool equivalent(const Uri& a, const Uri& b) {
  if (a.scheme != b.scheme) return false;
  if (a.scheme == "tel") return tel_equivalent(a.opaque, b.opaque);
  if (!a.is_sip()) return a.opaque == b.opaque;
  return user_equal(a.user, b.user) && a.password == b.password && same_host(a.host, b.host) &&
         a.port == b.port && sorted_headers(a.headers) == sorted_headers(b.headers) &&
         parameters_match(a.parameters, b.parameters) &&
         parameters_match(b.parameters, a.parameters);
}

Result<Uri, ParseError> parse_destination(std::string_view typed, std::string_view domain) {
  std::string_view text = ascii::trim(typed);
  const auto fail = [&](const ParseError& error, std::size_t offset) {
    const auto start = static_cast<std::size_t>(text.data() - typed.data());
    return ParseError{error.reason, start + std::min(offset, text.size())};
  };
  if (text.empty()) return ParseError{"a destination is empty", 0};
  if (text.front() == '<') {
    if (text.back() != '>') return fail({"a destination lacks its '>'"}, text.size());
    text = text.substr(1, text.size() - 2);
  }
  const std::size_t colon = text.find(':');
  const std::string_view scheme = text.substr(0, colon);
  for (std::string_view known : {"sip", "sips", "tel"})
    if (colon != std::string_view::npos && ascii::equal_ignoring_case(scheme, known)) {
      auto parsed = parse(text);
      if (!parsed) return fail(parsed.error(), parsed.error().offset);
      if (!is_ascii(parsed->user)) parsed->user = escape_user(unescape(parsed->user));
      return parsed;
    }
  const std::size_t at = text.rfind('@');
  const std::size_t host_at = at == std::string_view::npos ? text.size() : at + 1;
  const std::string_view host = at == std::string_view::npos ? domain : text.substr(host_at);
  if (const std::size_t empty = host.find(";;"); empty != std::string_view::npos)
    return fail({"a destination has an empty parameter"}, host_at + empty);
  const std::string_view user = text.substr(0, at);
  const std::size_t password = std::min(user.find(':'), user.size());
  std::string completed = "sip:";
  completed += escape_user(unescape(without_separators(user.substr(0, password))));
  if (password < user.size()) {
    completed += ':';
    completed += escape_user(unescape(user.substr(password + 1)));
  }
  completed += '@';
  const std::size_t completed_host_at = completed.size();
  const std::size_t host_end = std::min(host.find_first_of(";?"), host.size());
  completed += ascii::to_lower(host.substr(0, host_end));
  completed += host.substr(host_end);
  auto parsed = parse(completed);
  if (parsed) return parsed;
  // What was completed is told by its place in what was typed.
  const std::size_t offset = parsed.error().offset;
  return fail(parsed.error(),
              offset < completed_host_at ? 0 : host_at + (offset - completed_host_at));
}

}  // namespace sipml::uri
