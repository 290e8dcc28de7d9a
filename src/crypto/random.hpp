/// The generator that every tag, branch, Call-ID and cnonce draws from (RFC 3261 19.3, RFC 8439).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace sipml::crypto {

/// A ChaCha20 keystream under a key given from outside: the same seed gives the same values.
class Random {
 public:
  /// `seed` must come from a cryptographic source wherever the values are to be unpredictable.
  explicit Random(const std::array<std::uint8_t, 32>& seed) : key_(seed) {}

  /// 32 uniformly distributed bits.
  std::uint32_t next_u32();

  /// A uniformly distributed number less than `bound`, which must not be 0.
  std::uint32_t below(std::uint32_t bound);

  /// `length` characters, each uniformly one of a-z and 0-9 (5.17 bits): for tags and branches.
  std::string token(std::size_t length);

  /// `octets` random octets as lower case hexadecimal digits, two for each.
  std::string hex(std::size_t octets);

 private:
  void refill();

  std::array<std::uint8_t, 32> key_;
  std::uint64_t next_block_ = 0;
  std::array<std::uint8_t, 64> block_{};
  std::size_t used_ = 64;
};

}  // namespace sipml::crypto
