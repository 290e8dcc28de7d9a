#include "message/headers/content.hpp"

#include "base/ascii.hpp"
#include "grammar/char_class.hpp"

namespace sipml::message {

std::string media_type(std::string_view text) {
  text = text.substr(0, text.find(';'));
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view type = ascii::trim(text.substr(0, slash));
  const std::string_view subtype = ascii::trim(text.substr(slash + 1));
  if (!grammar::is_token(type) || !grammar::is_token(subtype)) return {};
  return ascii::to_lower(type) + '/' + ascii::to_lower(subtype);
}

std::optional<std::uint64_t> parse_content_length(std::string_view text) {
  return ascii::parse_number(ascii::trim(text), 0xFFFFFFFFU);
}

}  // namespace sipml::message
