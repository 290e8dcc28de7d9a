/// The ChaCha20 quarter round and block function (RFC 8439 2.1 to 2.3).
#include "crypto/chacha20.hpp"

#include <cstddef>

namespace sipml::crypto {
namespace {

using State = std::array<std::uint32_t, 16>;

constexpr std::uint32_t rotate_left(std::uint32_t value, int count) {
  return (value << count) | (value >> (32 - count));
}

constexpr void quarter_round(State& s, std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
  s[a] += s[b];
  s[d] = rotate_left(s[d] ^ s[a], 16);
  s[c] += s[d];
  s[b] = rotate_left(s[b] ^ s[c], 12);
  s[a] += s[b];
  s[d] = rotate_left(s[d] ^ s[a], 8);
  s[c] += s[d];
  s[b] = rotate_left(s[b] ^ s[c], 7);
}

std::uint32_t load_low_octet_first(std::span<const std::uint8_t> octets) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i) word |= std::uint32_t{octets[i]} << (8 * i);
  return word;
}

}  // namespace

std::array<std::uint8_t, 64> chacha20_block(std::span<const std::uint8_t, 32> key,
                                            std::uint32_t counter,
                                            std::span<const std::uint8_t, 12> nonce) {
  // The first four words spell "expand 32-byte k".
  State initial = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  for (std::size_t i = 0; i < 8; ++i) initial[4 + i] = load_low_octet_first(key.subspan(i * 4, 4));
  initial[12] = counter;
  for (std::size_t i = 0; i < 3; ++i)
    initial[13 + i] = load_low_octet_first(nonce.subspan(i * 4, 4));

  State state = initial;
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < 4; ++i) quarter_round(state, i, 4 + i, 8 + i, 12 + i);
    for (std::size_t i = 0; i < 4; ++i)
      quarter_round(state, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
  }

  std::array<std::uint8_t, 64> block{};
  for (std::size_t i = 0; i < block.size(); ++i)
    block[i] = static_cast<std::uint8_t>((state[i / 4] + initial[i / 4]) >> (8 * (i % 4)));
  return block;
}

}  // namespace sipml::crypto
