/// Hexadecimal text of octets, as digests and seeds are written (RFC 7616 3.3: LHEX, lower case).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sipml::crypto {

/// Two lower case hexadecimal digits for each octet.
std::string to_hex(std::span<const std::uint8_t> octets);

/// The 32 octets that 64 hexadecimal digits of either case spell; none for any other text.
std::optional<std::array<std::uint8_t, 32>> parse_hex_32(std::string_view text);

}  // namespace sipml::crypto
