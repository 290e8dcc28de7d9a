/// SHA-256 and SHA-512/256 (FIPS 180-4 4.1 to 6.7).
#include "crypto/sha2.hpp"

#include <cstddef>

#include "crypto/block_padding.hpp"

namespace sipml::crypto {
namespace {

/// What differs between the two word sizes: the rotations and shifts of FIPS 180-4 4.1.2 and 4.1.3,
/// and the constants of 4.2.2 and 4.2.3 (fractions of the cube roots of the first primes).
struct Words32 {
  using Word = std::uint32_t;
  static constexpr std::size_t rounds = 64;
  static constexpr std::array<int, 3> big_sigma_0 = {2, 13, 22};
  static constexpr std::array<int, 3> big_sigma_1 = {6, 11, 25};
  static constexpr std::array<int, 3> small_sigma_0 = {7, 18, 3};
  static constexpr std::array<int, 3> small_sigma_1 = {17, 19, 10};
  static constexpr std::array<Word, rounds> constants = {
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
      0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
      0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
      0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
      0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
      0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
      0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
      0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
      0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
      0xc67178f2};
};

struct Words64 {
  using Word = std::uint64_t;
  static constexpr std::size_t rounds = 80;
  static constexpr std::array<int, 3> big_sigma_0 = {28, 34, 39};
  static constexpr std::array<int, 3> big_sigma_1 = {14, 18, 41};
  static constexpr std::array<int, 3> small_sigma_0 = {1, 8, 7};
  static constexpr std::array<int, 3> small_sigma_1 = {19, 61, 6};
  static constexpr std::array<Word, rounds> constants = {
      0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
      0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
      0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
      0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
      0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
      0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
      0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
      0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
      0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
      0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
      0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
      0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
      0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
      0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
      0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
      0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
      0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
      0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
      0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
      0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817};
};

template <typename Word>
constexpr Word rotate_right(Word value, int count) {
  constexpr int width = static_cast<int>(sizeof(Word) * 8);
  return (value >> count) | (value << (width - count));
}

template <typename Word>
constexpr Word big_sigma(Word x, const std::array<int, 3>& by) {
  return rotate_right(x, by[0]) ^ rotate_right(x, by[1]) ^ rotate_right(x, by[2]);
}

template <typename Word>
constexpr Word small_sigma(Word x, const std::array<int, 3>& by) {
  return rotate_right(x, by[0]) ^ rotate_right(x, by[1]) ^ (x >> by[2]);
}

/// Runs FIPS 180-4 6.2.2 or 6.4.2 over the padded message; the first 32 octets of the final state.
template <typename Kind>
std::array<std::uint8_t, 32> digest(std::array<typename Kind::Word, 8> state,
                                    std::string_view message) {
  using Word = typename Kind::Word;
  constexpr std::size_t word_size = sizeof(Word);

  const auto compress = [&state](const std::uint8_t* block) {
    std::array<Word, Kind::rounds> schedule{};
    for (std::size_t i = 0; i < 16; ++i)
      for (std::size_t octet = 0; octet < word_size; ++octet)
        schedule[i] = (schedule[i] << 8) | block[i * word_size + octet];
    for (std::size_t i = 16; i < Kind::rounds; ++i)
      schedule[i] = small_sigma(schedule[i - 2], Kind::small_sigma_1) + schedule[i - 7] +
                    small_sigma(schedule[i - 15], Kind::small_sigma_0) + schedule[i - 16];

    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t i = 0; i < Kind::rounds; ++i) {
      const Word choice = (e & f) ^ (~e & g);
      const Word majority = (a & b) ^ (a & c) ^ (b & c);
      const Word first =
          h + big_sigma(e, Kind::big_sigma_1) + choice + Kind::constants[i] + schedule[i];
      const Word second = big_sigma(a, Kind::big_sigma_0) + majority;
      h = g;
      g = f;
      f = e;
      e = d + first;
      d = c;
      c = b;
      b = a;
      a = first + second;
    }
    const std::array<Word, 8> worked = {a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < state.size(); ++i) state[i] += worked[i];
  };
  for_each_padded_block<word_size * 16, LengthOrder::high_octet_first>(message, compress);

  std::array<std::uint8_t, 32> result{};
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] =
        static_cast<std::uint8_t>(state[i / word_size] >> (8 * (word_size - 1 - i % word_size)));
  return result;
}

}  // namespace

std::array<std::uint8_t, 32> sha256(std::string_view message) {
  return digest<Words32>({0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                          0x1f83d9ab, 0x5be0cd19},
                         message);
}

std::array<std::uint8_t, 32> sha512_256(std::string_view message) {
  return digest<Words64>(
      {0x22312194fc2bf72c, 0x9f555fa3c84c64c2, 0x2393b86b6f53b151, 0x963877195940eabd,
       0x96283ee2a88effe3, 0xbe5e1e2553863992, 0x2b0199fc2c85b8aa, 0x0eb72ddc81c52ca2},
      message);
}

}  // namespace sipml::crypto
