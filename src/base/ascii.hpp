/// ASCII helpers that no locale can change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace sipml::ascii {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  // Nearly always they are the same, octet by octet.
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) return false;
  return true;
}

inline std::string to_lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = to_lower(c);
  return result;
}

/// `text` without the blanks (SP, HTAB, CR, LF) at its ends.
constexpr std::string_view trim(std::string_view text) {
  constexpr auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// The number that all of `text` spells in decimal digits, if it is one and at most `maximum`.
constexpr std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t maximum) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (char c : text) {
    if (!is_digit(c)) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (digit > maximum || value > (maximum - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

/// Where the first octet below 0x20 other than HTAB stands in `text` from `from` on, or its size.
/// Looks at eight octets at a time: every header of every message passes here.
inline std::size_t find_control(std::string_view text, std::size_t from) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  while (true) {
    std::uint64_t word = 0;
    while (text.size() - from >= sizeof word) {
      std::memcpy(&word, text.data() + from, sizeof word);
      // The top bit of an octet is set when it is below 0x20; a borrow may set more behind it.
      if (((word - ones * 0x20U) & ~word & (ones * 0x80U)) != 0) break;
      from += sizeof word;
    }
    const std::size_t end = text.size() - from < sizeof word ? text.size() : from + sizeof word;
    for (; from < end; ++from)
      if (static_cast<unsigned char>(text[from]) < 0x20 && text[from] != '\t') return from;
    if (from == text.size()) return from;
  }
}

/// True when `text` holds CR, LF or NUL, which would let it end a header (RFC 3261 7.3.1).
constexpr bool has_line_break(std::string_view text) {
  for (char c : text)
    if (c == '\r' || c == '\n' || c == '\0') return true;
  return false;
}

}  // namespace sipml::ascii
