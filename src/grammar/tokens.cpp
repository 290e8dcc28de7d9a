#include "grammar/tokens.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "grammar/char_class.hpp"

namespace sipml::grammar {

const Parameter* find_parameter(const Parameters& parameters, std::string_view name) {
  for (const Parameter& parameter : parameters)
    if (ascii::equal_ignoring_case(parameter.name, name)) return &parameter;
  return nullptr;
}

std::optional<std::string_view> parameter_value(const Parameters& parameters,
                                                std::string_view name) {
  const Parameter* parameter = find_parameter(parameters, name);
  if (!parameter) return std::nullopt;
  if (!parameter->value) return std::string_view();
  return std::string_view(*parameter->value);
}

Result<Parameters, ParseError> parse_parameters(std::string_view text) {
  Parameters parameters;
  std::size_t position = 0;
  const auto skip_blanks = [&] {
    while (position < text.size() && is(text[position], blank)) ++position;
  };
  for (skip_blanks(); position < text.size(); skip_blanks()) {
    if (text[position] != ';') return ParseError{"expected ';' before a parameter", position};
    ++position;
    skip_blanks();
    const std::size_t start = position;
    while (position < text.size() && is(text[position], token_char)) ++position;
    if (position == start) {
      if (position == text.size() || text[position] == ';') continue;
      return ParseError{"a parameter name has an illegal character", position};
    }
    if (parameters.size() == limits::parameter_count)
      return ParseError{"too many parameters", start};
    Parameter parameter{std::string(text.substr(start, position - start)), std::nullopt, false};
    skip_blanks();
    if (position < text.size() && text[position] == '=') {
      ++position;
      skip_blanks();
      if (position < text.size() && text[position] == '"') {
        const auto length = quoted_string_length(text.substr(position));
        if (!length) return ParseError{"a quoted string does not end", position};
        parameter.value = unquote(text.substr(position, *length));
        parameter.quoted = true;
        position += *length;
      } else {
        const std::size_t value_start = position;
        while (position < text.size() && text[position] != ';') ++position;
        parameter.value = ascii::trim(text.substr(value_start, position - value_start));
      }
    }
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

void write_parameters(std::string& out, const Parameters& parameters) {
  for (const Parameter& parameter : parameters) {
    out += ';';
    out += parameter.name;
    if (!parameter.value) continue;
    out += '=';
    out += parameter.quoted ? quote(*parameter.value) : *parameter.value;
  }
}

std::optional<std::size_t> quoted_string_length(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      return i + 1;
  }
  return std::nullopt;
}

std::string unquote(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  text = text.substr(1, text.size() - 2);
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    result += text[i];
  }
  return result;
}

std::string quote(std::string_view text) {
  std::string result = "\"";
  result.reserve(text.size() + 2);
  for (char c : text) {
    if (c == '"' || c == '\\' || c == '\0') result += '\\';
    // No quoted-pair can hold a line break.
    result += c == '\r' || c == '\n' ? ' ' : c;
  }
  result += '"';
  return result;
}

std::size_t find_unquoted(std::string_view text, char c, std::size_t from) {
  bool in_brackets = false;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text[i] == c && !in_brackets) return i;
    if (text[i] == '"' && !in_brackets) {
      const auto length = quoted_string_length(text.substr(i));
      if (!length) return std::string_view::npos;
      i += *length - 1;
    } else if (text[i] == '<') {
      in_brackets = true;
    } else if (text[i] == '>') {
      in_brackets = false;
    }
  }
  return std::string_view::npos;
}

std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> values;
  while (!text.empty()) {
    const std::size_t comma = find_unquoted(text, ',');
    const std::string_view value = ascii::trim(text.substr(0, comma));
    if (!value.empty()) values.push_back(value);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return values;
}

}  // namespace sipml::grammar
