/// Numbers and texts from a ChaCha20 keystream (RFC 8439 2.4).
#include "crypto/random.hpp"

#include <span>
#include <string_view>

#include "base/assert.hpp"
#include "crypto/chacha20.hpp"
#include "crypto/hex.hpp"

namespace sipml::crypto {

void Random::refill() {
  // The block counter has 32 bits; its overflow goes on in the nonce, so the stream never repeats.
  std::array<std::uint8_t, 12> nonce{};
  for (std::size_t i = 0; i < 4; ++i)
    nonce[i] = static_cast<std::uint8_t>(next_block_ >> (32 + 8 * i));
  block_ = chacha20_block(key_, static_cast<std::uint32_t>(next_block_), nonce);
  ++next_block_;
  used_ = 0;
}

std::uint32_t Random::next_u32() {
  if (used_ == block_.size()) refill();
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= std::uint32_t{block_[used_ + i]} << (8 * i);
  used_ += 4;
  return value;
}

std::uint32_t Random::below(std::uint32_t bound) {
  SIPML_ASSERT(bound != 0);
  // 2^32 mod bound: values under it would make the small remainders more likely than the others.
  const std::uint32_t excess = (0U - bound) % bound;
  std::uint32_t value = next_u32();
  while (value < excess) value = next_u32();
  return value % bound;
}

std::string Random::token(std::size_t length) {
  constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string text;
  text.reserve(length);
  for (std::size_t i = 0; i < length; ++i)
    text.push_back(alphabet[below(static_cast<std::uint32_t>(alphabet.size()))]);
  return text;
}

std::string Random::hex(std::size_t octets) {
  std::string text;
  text.reserve(octets * 2);
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < octets; ++i) {
    if (i % 4 == 0) word = next_u32();
    const auto octet = static_cast<std::uint8_t>(word >> (8 * (i % 4)));
    text += to_hex(std::span(&octet, 1));
  }
  return text;
}

}  // namespace sipml::crypto
