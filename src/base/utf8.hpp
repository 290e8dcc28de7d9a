/// UTF-8 as RFC 3629 section 4 defines it.
#pragma once

#include <cstddef>
#include <string_view>

namespace sipml::utf8 {

/// The octets of the UTF-8 character at the start of `text`, 0 when there is none (RFC 3629
/// section 4).
inline std::size_t character_length(std::string_view text) {
  const auto octet = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = octet(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((octet(i) & 0xC0U) != 0x80) return 0;
  // Longer than need be, half of a surrogate pair, behind the last character.
  const unsigned second = octet(1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
      (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F))
    return 0;
  return length;
}

/// True when `text` is UTF-8 as a whole.
inline bool is_valid(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace sipml::utf8
