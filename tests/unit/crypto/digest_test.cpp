/// MD5, SHA-256 and SHA-512/256 against the published vectors (RFC 1321, FIPS 180-4).
#include <doctest/doctest.h>

#include <string>

#include "crypto/hex.hpp"
#include "crypto/md5.hpp"
#include "crypto/sha2.hpp"

using namespace sipml::crypto;

namespace {

constexpr std::string_view message_448 = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
constexpr std::string_view message_896 =
    "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
    "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

struct Sized {
  std::size_t length;
  std::string_view md5;
  std::string_view sha256;
  std::string_view sha512_256;
};

}  // namespace

TEST_CASE("RFC 1321 A.5: the test suite of MD5") {
  CHECK(to_hex(md5("")) == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(to_hex(md5("a")) == "0cc175b9c0f1b6a831c399e269772661");
  CHECK(to_hex(md5("abc")) == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(to_hex(md5("message digest")) == "f96b697d7cb7938d525a2f31aaf161d0");
  CHECK(to_hex(md5("abcdefghijklmnopqrstuvwxyz")) == "c3fcd3d76192e4007dfb496cca67e13b");
  CHECK(to_hex(md5("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")) ==
        "d174ab98d277d9f5a5611c2c9f419d9f");
  CHECK(to_hex(md5("1234567890123456789012345678901234567890"
                   "1234567890123456789012345678901234567890")) ==
        "57edf4a22be3c955ac49da2e2107b67a");
}

TEST_CASE("FIPS 180-4 6.2: the SHA-256 examples") {
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256(message_448)) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(to_hex(sha256(message_896)) ==
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  CHECK(to_hex(sha256(std::string(1000000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("FIPS 180-4 6.7: the SHA-512/256 examples") {
  CHECK(to_hex(sha512_256("")) ==
        "c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a");
  CHECK(to_hex(sha512_256("abc")) ==
        "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
  CHECK(to_hex(sha512_256(message_896)) ==
        "3928e184fb8690f840da3988121d31be65cb9d3ef83ee6146feac861e19b563a");
}

TEST_CASE("FIPS 180-4 5.1: lengths around the ends of a block are padded right") {
  // Computed with Python's hashlib.
  const Sized cases[] = {
      {55, "04364420e25c512fd958a70738aa8f72",
       "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072",
       "084769883c55add6c33e6b4afdff4e17c5063c92fb167137cc97b9d5497ca599"},
      {56, "668a72d5ba17f08e62dabcafad6db14b",
       "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e",
       "dc06cc6346af78de7d3b0d75a4f686e45759d50fb767722256af09fee3e5c356"},
      {63, "7dc2ca208106a2f703567bdff99d8981",
       "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2",
       "53048792f15ec3c04b4f3cb7a9c1ee7b3724a1b7a3c7567bf6ec1915566a8a73"},
      {64, "c1bb4f81d892b2d57947682aeb252456",
       "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c",
       "4277ed0ca451752ddfc972054b49f08074a0dd578f64d8d8e673452f5eef4397"},
      {65, "1bc932052302d074bdec39795fe00cf6",
       "9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9",
       "7126c0b528dd3726b0ac6ba031d297d8d80381156432f6e4b7546b862da0a61d"},
      {111, "acdfbe7d162f80a5133e9b10dac869b2",
       "5ba60613dba318e9ed9020301e5dc59c721c19d82862e4d03718708aa75d2bad",
       "79a6132b3c9df0f7dfcb5c9c3c663d829a6e7f1c26440afa4eb49cfef669c8ea"},
      {112, "26382a8d1f5cdb7bce4d4a8f01920656",
       "87bf6e70ecc829aa717756ac6797b82de8b30fca1281ea1659df31949839fc6b",
       "5349e8f46fcc4e650fe93ee6cd1459ff00c27733cc6f86c1925ceef63bece149"},
      {127, "a0b28c1da68705c2ff883fe279b72753",
       "70156a14adbabf98cff3a71c7084b417abf057a8efd27329ca36b7202c87d81f",
       "fdd3cc6eb81f7da2e82bce47b75ef26f881d7118e9d968baaefea61764d70a42"},
      {128, "d69cb61a6ee87200676eb0d4b90edbcb",
       "24da1b81d0b16df6428eee73c69fcb2a93c76bc6df706f0c6670fe6bfe800464",
       "6c0dfa95c650de7bb33dedd62fe0b0363f5deec77c582a216c7e33253f59a518"},
      {129, "3926841d393c00c3f36260e5ace10dc1",
       "0ec9eb33e74510bcdd1f2ea55206e82f21649c5c2becbf2b433eb475b34c01bd",
       "32bfe612284b067af66790fc1f422108b4bcd670b698de913465b3e75a5c0078"},
  };
  for (const Sized& expected : cases) {
    const std::string message(expected.length, 'x');
    CAPTURE(expected.length);
    CHECK(to_hex(md5(message)) == expected.md5);
    CHECK(to_hex(sha256(message)) == expected.sha256);
    CHECK(to_hex(sha512_256(message)) == expected.sha512_256);
  }
}

TEST_CASE("RFC 7616 3.3: hexadecimal text is written in lower case and read in either") {
  std::string text;
  for (int i = 0; i < 8; ++i) text += "00ffA5e9";
  const auto octets = parse_hex_32(text);
  REQUIRE(octets.has_value());
  CHECK((*octets)[1] == 0xff);
  CHECK((*octets)[2] == 0xa5);
  CHECK(to_hex(*octets).substr(0, 8) == "00ffa5e9");
  CHECK_FALSE(parse_hex_32(text.substr(1)).has_value());
  CHECK_FALSE(parse_hex_32(text + "00").has_value());
  CHECK_FALSE(parse_hex_32("").has_value());
  for (const char bad : {'g', 'G', '/', ':', '@', '`', ' ', '\0', '\xff'}) {
    std::string wrong = text;
    wrong[63] = bad;
    CHECK_FALSE(parse_hex_32(wrong).has_value());
  }
}
