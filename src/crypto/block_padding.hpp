/// The padding that MD5 and SHA-2 share: a one bit, zeros, the length in bits (RFC 1321 3.1,
/// RFC 1321 3.2, FIPS 180-4 5.1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sipml::crypto {

enum class LengthOrder { low_octet_first, high_octet_first };

/// Calls `compress(const std::uint8_t* block)` for each block of `block_size` octets of the padded
/// message. The length field is an eighth of a block, of which the last 64 bits suffice here.
template <std::size_t block_size, LengthOrder order, typename Compress>
void for_each_padded_block(std::string_view message, Compress compress) {
  std::array<std::uint8_t, block_size> block{};
  std::size_t used = 0;
  for (const char c : message) {
    block[used++] = static_cast<std::uint8_t>(c);
    if (used == block_size) {
      compress(block.data());
      used = 0;
    }
  }
  block[used++] = 0x80;
  if (used > block_size - block_size / 8) {
    while (used < block_size) block[used++] = 0;
    compress(block.data());
    used = 0;
  }
  while (used < block_size) block[used++] = 0;
  const std::uint64_t bits = std::uint64_t{message.size()} * 8;
  for (std::size_t i = 0; i < 8; ++i) {
    const std::size_t shift = order == LengthOrder::low_octet_first ? i * 8 : (7 - i) * 8;
    block[block_size - 8 + i] = static_cast<std::uint8_t>(bits >> shift);
  }
  compress(block.data());
}

}  // namespace sipml::crypto
