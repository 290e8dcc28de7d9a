#include "uri/name_addr.hpp"

#include "base/ascii.hpp"

namespace sipml::uri {

namespace {

ParseError shifted(const ParseError& error, std::size_t by) {
  return {error.reason, error.offset + by};
}

}  // namespace

Result<NameAddr, ParseError> parse_name_addr(std::string_view text) {
  NameAddr result;
  std::size_t position = 0;
  while (position < text.size() && (text[position] == ' ' || text[position] == '\t')) ++position;
  if (position < text.size() && text[position] == '"') {
    const auto length = grammar::quoted_string_length(text.substr(position));
    if (!length) return ParseError{"a display name's quote does not end", position};
    result.display_name = grammar::unquote(text.substr(position, *length));
    position += *length;
  }
  const std::size_t open = text.find('<', position);
  std::size_t parameters_at = 0;
  if (open != std::string_view::npos) {
    const std::string_view unquoted = ascii::trim(text.substr(position, open - position));
    if (result.display_name.empty())
      result.display_name = unquoted;
    else if (!unquoted.empty())
      return ParseError{"text stands between a display name and its URI", position};
    const std::size_t close = text.find('>', open);
    if (close == std::string_view::npos) return ParseError{"a URI lacks its '>'", open};
    auto parsed = parse(ascii::trim(text.substr(open + 1, close - open - 1)));
    if (!parsed) return shifted(parsed.error(), open + 1);
    result.uri = std::move(parsed).value();
    parameters_at = close + 1;
  } else {
    if (position != 0 && !result.display_name.empty())
      return ParseError{"a display name is followed by no '<'", position};
    parameters_at = std::min(text.find(';', position), text.size());
    auto parsed = parse(ascii::trim(text.substr(position, parameters_at - position)));
    if (!parsed) return shifted(parsed.error(), position);
    // 20: with a "?" the brackets are compulsory.
    if (!parsed->headers.empty())
      return ParseError{"a URI with headers stands outside angle brackets", position};
    result.uri = std::move(parsed).value();
  }
  auto parameters = grammar::parse_parameters(text.substr(parameters_at));
  if (!parameters) return shifted(parameters.error(), parameters_at);
  result.parameters = std::move(parameters).value();
  return result;
}

std::string to_string(const NameAddr& value) {
  std::string out;
  if (!value.display_name.empty()) out += grammar::quote(value.display_name) + ' ';
  out += '<' + to_string(value.uri) + '>';
  grammar::write_parameters(out, value.parameters);
  return out;
}

}  // namespace sipml::uri
