/// The secure hashes of FIPS 180-4 that digest authentication uses (RFC 7616, RFC 8760).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sipml::crypto {

/// The SHA-256 digest of the octets of `message` (FIPS 180-4 6.2).
std::array<std::uint8_t, 32> sha256(std::string_view message);

/// The SHA-512/256 digest of `message` (FIPS 180-4 6.7), which RFC 7616 names SHA-512-256.
std::array<std::uint8_t, 32> sha512_256(std::string_view message);

}  // namespace sipml::crypto
