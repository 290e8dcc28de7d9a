/// The pieces that most header values share: parameters, quoted strings, comma lists (RFC
/// 3261 25.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "grammar/parse_error.hpp"

namespace sipml::grammar {

/// generic-param = token [ EQUAL gen-value ]; the value as it means, quotes and escapes removed.
struct Parameter {
  std::string name;
  std::optional<std::string> value;
  /// True when the value was, or has to be, written in quotes.
  bool quoted = false;

  bool operator==(const Parameter&) const = default;
};

using Parameters = std::vector<Parameter>;

/// The first parameter of that name (compared without case), or null.
const Parameter* find_parameter(const Parameters& parameters, std::string_view name);

/// Its value; "" for a flag; nullopt when absent.
std::optional<std::string_view> parameter_value(const Parameters& parameters,
                                                std::string_view name);

/// A parameter as it is written.
struct ParameterView {
  std::string_view name;
  /// With its quotes, if it has any; "" if there is none.
  std::string_view value;
  bool has_value = false;
  bool quoted = false;
};

/// The value without its quotes; quoted-pairs stay as they are.
inline std::string_view unquoted(const ParameterView& parameter) {
  if (!parameter.quoted) return parameter.value;
  return parameter.value.substr(1, parameter.value.size() - 2);
}

/// Reads *( SEMI generic-param ), the whole of a text, one after the other, without keeping any.
class ParameterReader {
 public:
  explicit ParameterReader(std::string_view text SIPML_LIFETIMEBOUND) : text_(text) {}

  /// False at the end of the text and at what is wrong with it, which error() tells apart.
  bool next(ParameterView& parameter);

  const std::optional<ParseError>& error() const { return error_; }

 private:
  bool fail(std::string_view reason, std::size_t offset);
  void skip_blanks();

  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t count_ = 0;
  std::optional<ParseError> error_;
};

/// Parses *( SEMI generic-param ), the whole of `text`. Blanks around ";" and "=" are allowed, an
/// empty parameter is passed over.
Result<Parameters, ParseError> parse_parameters(std::string_view text);

/// ";name=value" for each, in quotes those that are marked so.
void write_parameters(std::string& out, const Parameters& parameters);

/// The length of the quoted-string at the start of `text` (which begins with a quote), its quotes
/// included; nullopt when it does not end.
std::optional<std::size_t> quoted_string_length(std::string_view text);

/// What a quoted-string means: `text` without its quotes, each quoted-pair replaced.
std::string unquote(std::string_view text);

/// `text` in quotes, with backslashes where RFC 3261 wants them and blanks for CR and LF.
std::string quote(std::string_view text);

/// Where `c` stands in `text` outside quoted strings and angle brackets, or npos.
std::size_t find_unquoted(std::string_view text, char c, std::size_t from = 0);

/// Reads the values of a comma list, trimmed, one after the other; commas inside quotes or angle
/// brackets do not count, empty values are passed over.
class ListReader {
 public:
  explicit ListReader(std::string_view text SIPML_LIFETIMEBOUND) : rest_(text) {}

  /// False when there is none left.
  bool next(std::string_view& value);

 private:
  std::string_view rest_;
};

/// The values of a comma list, trimmed; commas inside quotes or angle brackets do not count. Empty
/// values are left out.
std::vector<std::string_view> split_list(std::string_view text);

}  // namespace sipml::grammar
