#include "message/sipfrag.hpp"

#include "base/ascii.hpp"

namespace sipml::message {

Result<StatusLine, grammar::ParseError> parse_sipfrag(std::string_view body) {
  body = ascii::trim(body);
  const std::string_view line = ascii::trim(body.substr(0, body.find_first_of("\r\n")));
  const std::size_t version = line.find(' ');
  if (version == std::string_view::npos ||
      !ascii::equal_ignoring_case(line.substr(0, version), "SIP/2.0"))
    return grammar::ParseError{"a fragment does not begin with a status line", 0};
  const std::string_view rest = line.substr(version + 1);
  const std::string_view digits = rest.substr(0, rest.find(' '));
  const auto status = ascii::parse_number(digits, 699);
  if (digits.size() != 3 || !status || *status < 100)
    return grammar::ParseError{"a status is not a number from 100 to 699", version + 1};
  return StatusLine{static_cast<int>(*status), ascii::trim(rest.substr(digits.size()))};
}

}  // namespace sipml::message
