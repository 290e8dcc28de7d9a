#include "message/headers/expires.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"

namespace sipml::message {

std::optional<std::uint32_t> parse_delta_seconds(std::string_view text) {
  text = ascii::trim(text);
  std::size_t digits = 0;
  while (digits < text.size() && ascii::is_digit(text[digits])) ++digits;
  if (digits == 0) return std::nullopt;
  const auto seconds = ascii::parse_number(text.substr(0, digits), limits::delta_seconds);
  return static_cast<std::uint32_t>(seconds.value_or(limits::delta_seconds));
}

}  // namespace sipml::message
