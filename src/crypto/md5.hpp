/// The MD5 message digest of RFC 1321, which RFC 7616 still allows for digest authentication.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sipml::crypto {

/// The MD5 digest of the octets of `message` (RFC 1321 3).
std::array<std::uint8_t, 16> md5(std::string_view message);

}  // namespace sipml::crypto
