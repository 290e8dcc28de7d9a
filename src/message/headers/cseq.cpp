#include "message/headers/cseq.hpp"

#include "base/ascii.hpp"
#include "grammar/char_class.hpp"

namespace sipml::message {

Result<CSeq, grammar::ParseError> parse_cseq(std::string_view text) {
  using grammar::ParseError;
  text = ascii::trim(text);
  std::size_t digits = 0;
  while (digits < text.size() && ascii::is_digit(text[digits])) ++digits;
  const auto number = ascii::parse_number(text.substr(0, digits), 2147483647U);
  if (!number) return ParseError{"a CSeq number is not below 2**31", 0};
  const std::string_view method = ascii::trim(text.substr(digits));
  if (!grammar::is_token(method) || !grammar::is(text[digits], grammar::blank))
    return ParseError{"a CSeq method is missing", digits};
  return CSeq{static_cast<std::uint32_t>(*number), std::string(method)};
}

}  // namespace sipml::message
