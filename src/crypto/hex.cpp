/// Hexadecimal text of octets and back (RFC 7616 3.3).
#include "crypto/hex.hpp"

#include <cstddef>

namespace sipml::crypto {
namespace {

constexpr int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_hex(std::span<const std::uint8_t> octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(octets.size() * 2);
  for (const std::uint8_t octet : octets) {
    text.push_back(digits[octet >> 4]);
    text.push_back(digits[octet & 15]);
  }
  return text;
}

std::optional<std::array<std::uint8_t, 32>> parse_hex_32(std::string_view text) {
  std::array<std::uint8_t, 32> octets{};
  if (text.size() != octets.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const int high = digit_value(text[i * 2]);
    const int low = digit_value(text[i * 2 + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    octets[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return octets;
}

}  // namespace sipml::crypto
