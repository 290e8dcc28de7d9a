#include "uri/ipv6.hpp"

#include <algorithm>
#include <cstddef>

#include "base/ascii.hpp"

namespace sipml::uri {

namespace {

/// IPv4address = 1*3DIGIT "." 1*3DIGIT "." 1*3DIGIT "." 1*3DIGIT
bool parse_ipv4(std::string_view text, std::uint8_t* into) {
  for (int i = 0; i < 4; ++i) {
    const std::size_t end = i < 3 ? text.find('.') : text.size();
    if (end > 3) return false;
    const auto octet = ascii::parse_number(text.substr(0, end), 255);
    if (!octet) return false;
    into[i] = static_cast<std::uint8_t>(*octet);
    if (i < 3) text.remove_prefix(end + 1);
  }
  return true;
}

/// hex4 = 1*4HEXDIG
std::optional<std::uint16_t> parse_hex4(std::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  unsigned value = 0;
  for (char c : text) {
    const char lower = ascii::to_lower(c);
    if (ascii::is_digit(c))
      value = value * 16 + static_cast<unsigned>(c - '0');
    else if (lower >= 'a' && lower <= 'f')
      value = value * 16 + static_cast<unsigned>(lower - 'a' + 10);
    else
      return std::nullopt;
  }
  return static_cast<std::uint16_t>(value);
}

}  // namespace

std::optional<std::array<std::uint8_t, 16>> parse_ipv6(std::string_view text) {
  if (text.starts_with('[')) {
    if (!text.ends_with(']')) return std::nullopt;
    text = text.substr(1, text.size() - 2);
  }
  std::array<std::uint8_t, 16> address{};
  std::size_t filled = 0;
  /// Where "::" stands, in octets.
  std::optional<std::size_t> gap;
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  } else if (text.empty()) {
    return std::nullopt;
  }
  while (!text.empty()) {
    // The third colon of RFC 3261, the last before the IPv4 address.
    if (gap == filled && text.front() == ':' && text.find(':', 1) == std::string_view::npos &&
        text.find('.') != std::string_view::npos)
      text.remove_prefix(1);
    const std::size_t end = std::min(text.find(':'), text.size());
    const std::string_view group = text.substr(0, end);
    text.remove_prefix(end);
    if (text.empty() && group.find('.') != std::string_view::npos) {
      if (filled > 12 || !parse_ipv4(group, &address[filled])) return std::nullopt;
      filled += 4;
      break;
    }
    const auto number = parse_hex4(group);
    if (!number || filled > 14) return std::nullopt;
    address[filled++] = static_cast<std::uint8_t>(*number >> 8U);
    address[filled++] = static_cast<std::uint8_t>(*number & 0xFFU);
    if (text.empty()) break;
    text.remove_prefix(1);
    if (text.starts_with(':')) {
      if (gap) return std::nullopt;
      gap = filled;
      text.remove_prefix(1);
    } else if (text.empty()) {
      return std::nullopt;
    }
  }
  if (!gap) return filled == 16 ? std::optional(address) : std::nullopt;
  if (filled == 16) return std::nullopt;
  const auto from = static_cast<std::ptrdiff_t>(*gap);
  const auto to = static_cast<std::ptrdiff_t>(filled);
  std::rotate(address.begin() + from, address.begin() + to, address.end());
  return address;
}

bool same_host(std::string_view a, std::string_view b) {
  if (a.starts_with('[') && b.starts_with('[')) {
    const auto first = parse_ipv6(a);
    const auto second = parse_ipv6(b);
    if (first && second) return *first == *second;
  }
  return ascii::equal_ignoring_case(a, b);
}

}  // namespace sipml::uri
