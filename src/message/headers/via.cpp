#include "message/headers/via.hpp"

#include "base/ascii.hpp"
#include "grammar/char_class.hpp"

namespace sipml::message {

std::optional<grammar::ParseError> scan_via(std::string_view whole, Slice part, ViaParts& parts) {
  using grammar::ParseError;
  const std::string_view text = part.in(whole);
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
  const std::string_view transport = take_token();
  if (transport.empty()) return ParseError{"a Via lacks its transport", position};
  const std::size_t behind_transport = position;
  std::size_t end = position;
  while (end < text.size() && grammar::is(text[end], grammar::host_char | grammar::blank)) ++end;
  const std::string_view sent_by = ascii::trim(text.substr(position, end - position));
  if (sent_by.empty() || (end < text.size() && text[end] != ';'))
    return ParseError{"a Via has no usable sent-by", behind_transport};
  parts.transport = slice_of(whole, transport);
  parts.sent_by = slice_of(whole, sent_by);
  parts.parameters = slice_of(whole, text.substr(end));
  grammar::ParameterReader reader(text.substr(end));
  bool has_branch = false;
  for (grammar::ParameterView parameter; reader.next(parameter);) {
    if (has_branch || !ascii::equal_ignoring_case(parameter.name, "branch")) continue;
    has_branch = true;
    parts.branch = slice_of(whole, grammar::unquoted(parameter));
  }
  if (reader.error()) return ParseError{reader.error()->reason, end + reader.error()->offset};
  return std::nullopt;
}

Via make_via(std::string_view whole, const ViaParts& parts) {
  Via via;
  via.transport = parts.transport.in(whole);
  for (char& c : via.transport)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  for (char c : parts.sent_by.in(whole))
    if (!grammar::is(c, grammar::blank)) via.sent_by += ascii::to_lower(c);
  // What scan_via() has accepted has no error.
  auto parameters = grammar::parse_parameters(parts.parameters.in(whole));
  if (parameters) via.parameters = std::move(parameters).value();
  return via;
}

Result<Via, grammar::ParseError> parse_via(std::string_view text) {
  ViaParts parts;
  if (auto error = scan_via(text, {0, static_cast<std::uint32_t>(text.size())}, parts))
    return *error;
  return make_via(text, parts);
}

}  // namespace sipml::message
