#include "message/headers/credentials.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "grammar/char_class.hpp"

namespace sipml::message {

using grammar::ParseError;

namespace {

/// token68 = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
bool is_token68(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  for (char c : text)
    if (!ascii::is_alpha(c) && !ascii::is_digit(c) &&
        std::string_view("-._~+/").find(c) == std::string_view::npos)
      return false;
  return !text.empty();
}

}  // namespace

Result<grammar::Parameters, ParseError> parse_auth_parameters(std::string_view text,
                                                              std::size_t start) {
  grammar::Parameters parameters;
  std::size_t position = start;
  const auto skip = [&](std::string_view characters) {
    while (position < text.size() && characters.find(text[position]) != std::string_view::npos)
      ++position;
  };
  for (skip(" \t,"); position < text.size(); skip(" \t,")) {
    const std::size_t name = position;
    while (position < text.size() && grammar::is(text[position], grammar::token_char)) ++position;
    grammar::Parameter parameter{ascii::to_lower(text.substr(name, position - name)), std::nullopt,
                                 false};
    skip(" \t");
    if (parameter.name.empty() || position == text.size() || text[position] != '=')
      return ParseError{"an authentication parameter lacks its name or value", position};
    ++position;
    skip(" \t");
    if (position < text.size() && text[position] == '"') {
      const auto length = grammar::quoted_string_length(text.substr(position));
      if (!length) return ParseError{"a quoted string does not end", position};
      parameter.value = grammar::unquote(text.substr(position, *length));
      parameter.quoted = true;
      position += *length;
      skip(" \t");
      if (position < text.size() && text[position] != ',')
        return ParseError{"an authentication parameter lacks the comma behind it", position};
    } else {
      const std::size_t value = position;
      while (position < text.size() && text[position] != ',') ++position;
      parameter.value = ascii::trim(text.substr(value, position - value));
      // Peers leave out quotes; without them "a==" would be read back as a token68.
      parameter.quoted = !grammar::is_token(*parameter.value);
    }
    if (parameters.size() == limits::parameter_count)
      return ParseError{"too many authentication parameters", name};
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

Result<Credentials, ParseError> parse_credentials(std::string_view text) {
  Credentials result;
  const std::size_t scheme_end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view scheme = text.substr(0, scheme_end);
  if (!grammar::is_token(scheme)) return ParseError{"an authentication scheme is missing", 0};
  result.scheme = ascii::to_lower(scheme);
  const std::string_view rest = ascii::trim(text.substr(scheme_end));
  if (is_token68(rest)) {
    result.token68 = rest;
    return result;
  }
  auto parameters = parse_auth_parameters(text, scheme_end);
  if (!parameters) return parameters.error();
  result.parameters = std::move(parameters).value();
  return result;
}

}  // namespace sipml::message
