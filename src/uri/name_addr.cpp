#include "uri/name_addr.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "grammar/char_class.hpp"

namespace sipml::uri {

namespace {

ParseError shifted(const ParseError& error, std::size_t by) {
  return {error.reason, error.offset + by};
}

/// *( SEMI generic-param ) from `start` of `text`; the tag among them goes into `tag`.
std::optional<ParseError> scan_parameters(std::string_view whole, std::string_view text,
                                          std::size_t start, NameAddrParts& parts) {
  const std::string_view parameters = text.substr(start);
  if (parameters.empty()) return std::nullopt;
  parts.parameters = slice_of(whole, parameters);
  grammar::ParameterReader reader(parameters);
  bool has_tag = false;
  for (grammar::ParameterView parameter; reader.next(parameter);) {
    if (has_tag || !ascii::equal_ignoring_case(parameter.name, "tag")) continue;
    has_tag = true;
    parts.tag = slice_of(whole, grammar::unquoted(parameter));
  }
  if (reader.error()) return shifted(*reader.error(), start);
  return std::nullopt;
}

}  // namespace

std::optional<ParseError> scan_name_addr(std::string_view whole, Slice part, NameAddrParts& parts) {
  const std::string_view text = part.in(whole);
  std::size_t position = 0;
  const auto skip_blanks = [&] {
    while (position < text.size() && grammar::is(text[position], grammar::blank)) ++position;
  };
  skip_blanks();
  const std::size_t start = position;
  const bool is_quoted = position < text.size() && text[position] == '"';
  if (is_quoted) {
    const auto length = grammar::quoted_string_length(text.substr(position));
    if (!length) return ParseError{"a display name's quote does not end", position};
    position += *length;
    parts.display_name = slice_of(whole, text.substr(start, *length));
    skip_blanks();
  }
  const std::size_t open = text.find('<', position);
  std::size_t uri_start = open + 1;
  std::size_t uri_end = 0;
  std::size_t parameters_at = 0;
  if (open != std::string_view::npos) {
    if (is_quoted && open != position)
      return ParseError{"text stands between a display name and its URI", position};
    if (!is_quoted)
      parts.display_name = slice_of(whole, ascii::trim(text.substr(start, open - start)));
    uri_end = text.find('>', open);
    if (uri_end == std::string_view::npos) return ParseError{"a URI lacks its '>'", open};
    parameters_at = uri_end + 1;
  } else {
    if (is_quoted) return ParseError{"a display name is followed by no '<'", position};
    uri_start = position;
    uri_end = std::min(text.find(';', position), text.size());
    parameters_at = uri_end;
  }
  const std::string_view uri = ascii::trim(text.substr(uri_start, uri_end - uri_start));
  const auto uri_offset = static_cast<std::size_t>(uri.data() - text.data());
  const Slice uri_slice = {part.offset + static_cast<std::uint32_t>(uri_offset),
                           static_cast<std::uint32_t>(uri.size())};
  if (const auto error = scan(whole, uri_slice, parts.uri)) return shifted(*error, uri_offset);
  // 20: with a "?" the brackets are compulsory.
  if (open == std::string_view::npos && !parts.uri.headers.empty())
    return ParseError{"a URI with headers stands outside angle brackets", position};
  return scan_parameters(whole, text, parameters_at, parts);
}

NameAddr make_name_addr(std::string_view whole, const NameAddrParts& parts) {
  NameAddr address;
  address.display_name = grammar::unquote(parts.display_name.in(whole));
  address.uri = make_uri(whole, parts.uri);
  // What scan_name_addr() has accepted has no error.
  auto parameters = grammar::parse_parameters(parts.parameters.in(whole));
  if (parameters) address.parameters = std::move(parameters).value();
  return address;
}

Result<NameAddr, ParseError> parse_name_addr(std::string_view text) {
  NameAddrParts parts;
  if (auto error = scan_name_addr(text, {0, static_cast<std::uint32_t>(text.size())}, parts))
    return *error;
  return make_name_addr(text, parts);
}

std::string to_string(const NameAddr& value) {
  std::string out;
  if (!value.display_name.empty()) out += grammar::quote(value.display_name) + ' ';
  out += '<' + to_string(value.uri) + '>';
  grammar::write_parameters(out, value.parameters);
  return out;
}

}  // namespace sipml::uri
