#include "grammar/tokens.hpp"

#include <algorithm>

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

bool ParameterReader::fail(std::string_view reason, std::size_t offset) {
  error_ = ParseError{reason, offset};
  return false;
}

void ParameterReader::skip_blanks() {
  while (position_ < text_.size() && is(text_[position_], blank)) ++position_;
}

bool ParameterReader::next(ParameterView& parameter) {
  while (true) {
    skip_blanks();
    if (position_ == text_.size() || error_) return false;
    if (text_[position_] != ';') return fail("expected ';' before a parameter", position_);
    ++position_;
    skip_blanks();
    const std::size_t start = position_;
    while (position_ < text_.size() && is(text_[position_], token_char)) ++position_;
    if (position_ == start) {
      if (position_ == text_.size() || text_[position_] == ';') continue;
      return fail("a parameter name has an illegal character", position_);
    }
    if (++count_ > limits::parameter_count) return fail("too many parameters", start);
    parameter = {text_.substr(start, position_ - start), {}, false, false};
    skip_blanks();
    if (position_ == text_.size() || text_[position_] != '=') return true;
    ++position_;
    skip_blanks();
    parameter.has_value = true;
    const std::size_t value = position_;
    if (position_ < text_.size() && text_[position_] == '"') {
      const auto length = quoted_string_length(text_.substr(position_));
      if (!length) return fail("a quoted string does not end", position_);
      parameter.quoted = true;
      position_ += *length;
    } else {
      while (position_ < text_.size() && text_[position_] != ';') ++position_;
    }
    parameter.value = ascii::trim(text_.substr(value, position_ - value));
    return true;
  }
}

Result<Parameters, ParseError> parse_parameters(std::string_view text) {
  Parameters parameters;
  ParameterReader reader(text);
  for (ParameterView view; reader.next(view);) {
    Parameter& parameter =
        parameters.emplace_back(Parameter{std::string(view.name), std::nullopt, view.quoted});
    if (view.quoted) {
      parameter.value = unquote(view.value);
    } else if (view.has_value) {
      parameter.value = view.value;
      // Peers leave out quotes; without them it would not be read back from a list.
      parameter.quoted = std::any_of(view.value.begin(), view.value.end(),
                                     [](char c) { return is(c, list_mark | blank); });
    }
  }
  if (reader.error()) return *reader.error();
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
    if (text[i] != c && !is(text[i], list_mark)) continue;
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

bool ListReader::next(std::string_view& value) {
  while (!rest_.empty()) {
    // Most headers have one value, and no comma at all.
    const bool has_comma = rest_.find(',') != std::string_view::npos;
    const std::size_t comma = has_comma ? find_unquoted(rest_, ',') : std::string_view::npos;
    value = ascii::trim(rest_.substr(0, comma));
    rest_.remove_prefix(comma == std::string_view::npos ? rest_.size() : comma + 1);
    if (!value.empty()) return true;
  }
  return false;
}

std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> values;
  ListReader reader(text);
  for (std::string_view value; reader.next(value);) values.push_back(value);
  return values;
}

}  // namespace sipml::grammar
