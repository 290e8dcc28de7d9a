/// ChaCha20 against the vectors of RFC 8439, and the generator that is built on it.
#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>

#include "crypto/chacha20.hpp"
#include "crypto/hex.hpp"
#include "crypto/random.hpp"

using namespace sipml::crypto;

namespace {

using Key = std::array<std::uint8_t, 32>;
using Nonce = std::array<std::uint8_t, 12>;

Key counting_key() {
  Key key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  return key;
}

}  // namespace

TEST_CASE("RFC 8439 2.3.2: the block function's test vector") {
  const Nonce nonce = {0, 0, 0, 9, 0, 0, 0, 0x4a, 0, 0, 0, 0};
  CHECK(to_hex(chacha20_block(counting_key(), 1, nonce)) ==
        "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
        "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e");
}

TEST_CASE("RFC 8439 A.1: the block function's further vectors") {
  CHECK(to_hex(chacha20_block(Key{}, 0, Nonce{})) ==
        "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
        "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586");
  CHECK(to_hex(chacha20_block(Key{}, 1, Nonce{})) ==
        "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
        "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f");
  Key key_3{};
  key_3[31] = 1;
  CHECK(to_hex(chacha20_block(key_3, 1, Nonce{})) ==
        "3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a"
        "8eca00bbb4a73bdad192b5c42f73f2fd4e273644c8b36125a64addeb006c13a0");
  Key key_4{};
  key_4[1] = 0xff;
  CHECK(to_hex(chacha20_block(key_4, 2, Nonce{})) ==
        "72d54dfbf12ec44b362692df94137f328fea8da73990265ec1bbbea1ae9af0ca"
        "13b25aa26cb4a648cb9b9d1be65b2c0924a66c54d545ec1b7374f4872e99f096");
  Nonce nonce_5{};
  nonce_5[11] = 2;
  CHECK(to_hex(chacha20_block(Key{}, 0, nonce_5)) ==
        "c2c64d378cd536374ae204b9ef933fcd1a8b2288b3dfa49672ab765b54ee27c7"
        "8a970e0e955c14f3a88e741b97c286f75f8fc299e8148362fa198a39531bed6d");
}

TEST_CASE("RFC 8439 2.4: the generator gives the keystream's octets in order, block after block") {
  // 160 octets of keystream from counter 0, computed with OpenSSL.
  Random random(counting_key());
  CHECK(random.hex(160) ==
        "39fd2b7dd9c5196a8dbd0377b8dc4a498a35d86fbcde6accb2cc7d4cd8ea2492"
        "2b23cce7a26023ab3f0eef693ac87f64258235eab1f7a32dc22762a0485b410c"
        "18b84231ade6a6d113615c61af434e27f8b1f3f5e1ad5b5cecf8fc122a35755c"
        "7208086dd1ee3c5d9d815824640e003c9ba0f65ede5d59ce0d2a4a7f31955acd"
        "42f22ddca74a92d56ca78aef298e723b60237f3647eabeb7f3e09c30ce80e3e2");
  Random words(counting_key());
  CHECK(words.next_u32() == 0x7d2bfd39);
  CHECK(words.next_u32() == 0x6a19c5d9);
}

TEST_CASE("RFC 3261 19.3: the same seed gives the same values and another seed others") {
  Random one(counting_key());
  Random again(counting_key());
  Random other(Key{});
  const std::string token = one.token(32);
  CHECK(token == again.token(32));
  CHECK(token != other.token(32));
  CHECK(one.next_u32() == again.next_u32());
  CHECK(one.token(32) != token);
}

TEST_CASE("RFC 3261 19.3: tokens have the asked length and hold a-z and 0-9 only, all of them") {
  Random random(counting_key());
  CHECK(random.token(0).empty());
  CHECK(random.token(1).size() == 1);
  const std::string token = random.token(36000);
  REQUIRE(token.size() == 36000);
  std::array<int, 256> counts{};
  for (const char c : token) ++counts[static_cast<unsigned char>(c)];
  int seen = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!allowed) {
      CHECK(counts[c] == 0);
      continue;
    }
    ++seen;
    // 1000 are expected of each, with a standard deviation of 31.
    CHECK(counts[c] > 840);
    CHECK(counts[c] < 1160);
  }
  CHECK(seen == 36);
}

TEST_CASE("RFC 3261 19.3: numbers stay below their bound and are not biased") {
  Random random(counting_key());
  for (int i = 0; i < 100; ++i) CHECK(random.below(1) == 0);
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 200; ++i) {
    const std::uint32_t value = random.below(5);
    CHECK(value < 5);
    seen.insert(value);
  }
  CHECK(seen.size() == 5);
  // With this bound a plain remainder would fall below 2^30 in half of the cases, not a third.
  int low = 0;
  for (int i = 0; i < 3000; ++i)
    if (random.below(0xc0000000U) < 0x40000000U) ++low;
  CHECK(low > 850);
  CHECK(low < 1150);
}

TEST_CASE("RFC 3261 19.3: hex gives two digits for each octet") {
  Random random(counting_key());
  CHECK(random.hex(0).empty());
  CHECK(random.hex(1) == "39");
  CHECK(random.hex(5).size() == 10);
}
