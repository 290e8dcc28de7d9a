#include "message/headers/via.hpp"

#include "base/ascii.hpp"
#include "grammar/char_class.hpp"

namespace sipml::message {

Result<Via, grammar::ParseError> parse_via(std::string_view text) {
  using grammar::ParseError;
  Via via;
  std::size_t position = 0;
  const auto skip_blanks = [&] {
    while (position < text.size() && grammar::is(text[position], grammar::blank)) ++position;
  };
  const auto take_token = [&] {
    skip_blanks();
    const std::size_t start = position;
    while (position < text.size() && grammar::is(text[position], grammar::token_char)) ++position;
    return text.substr(start, position - start);
  };
  const auto take_slash = [&] {
    skip_blanks();
    if (position == text.size() || text[position] != '/') return false;
    ++position;
    return true;
  };
  if (!ascii::equal_ignoring_case(take_token(), "SIP"))
    return ParseError{"a Via is not of the protocol SIP", 0};
  // Any version: a request of another one gets its 505 along this Via.
  if (!take_slash() || take_token().empty() || !take_slash())
    return ParseError{"a Via lacks its protocol version", position};
  via.transport = take_token();
  if (via.transport.empty()) return ParseError{"a Via lacks its transport", position};
  for (char& c : via.transport)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  const std::size_t sent_by = position;
  const std::size_t end = std::min(text.find(';', position), text.size());
  for (char c : text.substr(sent_by, end - sent_by))
    if (!grammar::is(c, grammar::blank)) via.sent_by += ascii::to_lower(c);
  if (via.sent_by.empty() || !grammar::all_are(via.sent_by, grammar::host_char))
    return ParseError{"a Via has no usable sent-by", sent_by};
  auto parameters = grammar::parse_parameters(text.substr(end));
  if (!parameters) return ParseError{parameters.error().reason, end + parameters.error().offset};
  via.parameters = std::move(parameters).value();
  return via;
}

}  // namespace sipml::message
