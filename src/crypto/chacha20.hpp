/// The ChaCha20 block function of RFC 8439 2.3, used as the source of randomness.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace sipml::crypto {

/// One block of 64 octets of keystream for this key, block counter and nonce (RFC 8439 2.3).
std::array<std::uint8_t, 64> chacha20_block(std::span<const std::uint8_t, 32> key,
                                            std::uint32_t counter,
                                            std::span<const std::uint8_t, 12> nonce);

}  // namespace sipml::crypto
