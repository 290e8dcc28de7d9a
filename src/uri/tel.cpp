#include "uri/tel.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "grammar/char_class.hpp"
#include "uri/uri.hpp"

namespace sipml::uri {

using grammar::ParseError;

namespace {

/// phonedigit-hex = HEXDIG / "*" / "#" / visual-separator
constexpr bool is_phone_digit(char c, bool global) {
  return ascii::is_digit(c) ||
         (!global && (grammar::is(c, grammar::hex_digit) || c == '*' || c == '#'));
}

constexpr bool is_separator(char c) { return c == '-' || c == '.' || c == '(' || c == ')'; }

/// The digits of a number in lower case, its "+" kept; "" when it has none or another character.
/// `fault` becomes the place of that character.
std::string digits_of(std::string_view text, std::size_t& fault) {
  const bool global = text.starts_with('+');
  std::string digits;
  for (fault = global ? 1 : 0; fault < text.size(); ++fault) {
    if (is_phone_digit(text[fault], global))
      digits += ascii::to_lower(text[fault]);
    else if (!is_separator(text[fault]))
      return {};
  }
  if (digits.empty()) fault = 0;
  return global && !digits.empty() ? '+' + digits : digits;
}

std::string digits_of(std::string_view text) {
  std::size_t fault = 0;
  return digits_of(text, fault);
}

/// A parameter value in the form in which it is compared: phone-context and ext as digits if they
/// are some, all without escapes and in lower case.
std::string comparable(const grammar::Parameter& parameter) {
  const std::string value = parameter.value.value_or("");
  if ((value.starts_with('+') && ascii::equal_ignoring_case(parameter.name, "phone-context")) ||
      ascii::equal_ignoring_case(parameter.name, "ext")) {
    std::string digits = digits_of(value);
    if (!digits.empty()) return digits;
  }
  return ascii::to_lower(unescape(value));
}

/// True when each parameter of `a` is in `b` with the same value.
bool contains_all(const grammar::Parameters& a, const grammar::Parameters& b) {
  return std::all_of(a.begin(), a.end(), [&b](const grammar::Parameter& parameter) {
    const grammar::Parameter* other = grammar::find_parameter(b, parameter.name);
    return other && comparable(*other) == comparable(parameter);
  });
}

}  // namespace

Result<Tel, ParseError> parse_tel(std::string_view text) {
  if (text.size() > limits::uri_size) return ParseError{"a URI is too long", limits::uri_size};
  Tel tel;
  const std::size_t end = std::min(text.find(';'), text.size());
  std::size_t fault = 0;
  tel.number = digits_of(text.substr(0, end), fault);
  if (tel.number.empty()) return ParseError{"a telephone number has an illegal character", fault};
  for (std::size_t position = end; position < text.size();) {
    const std::size_t start = position + 1;
    position = std::min(text.find(';', start), text.size());
    const std::string_view item = text.substr(start, position - start);
    const std::size_t equals = std::min(item.find('='), item.size());
    const std::string_view name = item.substr(0, equals);
    if (!grammar::is_token(name)) return ParseError{"a parameter has no name", start};
    if (grammar::find_parameter(tel.parameters, name))
      return ParseError{"a parameter is repeated", start};
    if (tel.parameters.size() == limits::parameter_count)
      return ParseError{"too many parameters", start};
    grammar::Parameter parameter{std::string(name), std::nullopt, false};
    if (equals < item.size()) parameter.value = item.substr(equals + 1);
    const std::string value = parameter.value.value_or("");
    if (ascii::equal_ignoring_case(name, "phone-context")) {
      tel.phone_context = value;
      const bool is_number = value.starts_with('+') && !digits_of(value).empty();
      if (!is_number && !grammar::all_are(value, grammar::host_char))
        return ParseError{"a phone-context is neither a domain nor a global number", start};
      if (tel.is_global()) return ParseError{"a global number has a phone-context", start};
    } else if (ascii::equal_ignoring_case(name, "ext")) {
      tel.extension = digits_of(value);
      if (tel.extension.empty()) return ParseError{"an extension is malformed", start};
    } else if (ascii::equal_ignoring_case(name, "isub")) {
      tel.isdn_subaddress = unescape(value);
      if (value.empty()) return ParseError{"an ISDN subaddress is empty", start};
    }
    tel.parameters.push_back(std::move(parameter));
  }
  return tel;
}

bool tel_equivalent(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto first = parse_tel(a);
  const auto second = parse_tel(b);
  return first && second && first->number == second->number &&
         contains_all(first->parameters, second->parameters) &&
         contains_all(second->parameters, first->parameters);
}

}  // namespace sipml::uri
