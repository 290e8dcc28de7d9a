#include "uri/ipv6.hpp"

#include <doctest/doctest.h>

#include <string>

#include "uri/uri.hpp"

using namespace sipml;
using namespace sipml::uri;

namespace {

/// The 16 octets in hexadecimal; "" when the text is no address.
std::string octets(std::string_view text) {
  const auto address = parse_ipv6(text);
  std::string out;
  if (!address) return out;
  for (std::uint8_t octet : *address) {
    out += "0123456789abcdef"[octet >> 4U];
    out += "0123456789abcdef"[octet & 15U];
  }
  return out;
}

bool equal(std::string_view a, std::string_view b) {
  const auto first = parse(a);
  const auto second = parse(b);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(equivalent(*first, *second) == equivalent(*second, *first));
  return equivalent(*first, *second);
}

}  // namespace

TEST_CASE("RFC 4291 2.2: IPv6 addresses as octets") {
  CHECK(octets("::") == "00000000000000000000000000000000");
  CHECK(octets("[::1]") == "00000000000000000000000000000001");
  CHECK(octets("1::") == "00010000000000000000000000000000");
  CHECK(octets("2001:DB8::10:5070") == "20010db8000000000000000000105070");
  CHECK(octets("1:2:3:4:5:6:7:8") == "00010002000300040005000600070008");
  CHECK(octets("1:2:3:4:5:6:7::") == "00010002000300040005000600070000");
  CHECK(octets("::2:3:4:5:6:7:8") == "00000002000300040005000600070008");
  CHECK(octets("::ffff:192.0.2.1") == "00000000000000000000ffffc0000201");
  CHECK(octets("1:2:3:4:5:6:192.0.2.255") == "000100020003000400050006c00002ff");
  CHECK(octets("1::192.0.2.1") == "000100000000000000000000c0000201");
}

TEST_CASE("RFC 4291 2.2: what is no IPv6 address") {
  for (std::string_view text : {"",
                                "[]",
                                "[",
                                "[::1",
                                ":",
                                ":::",
                                "1",
                                "1:",
                                ":1",
                                "1:2:3:4:5:6:7",
                                "1:2:3:4:5:6:7:8:9",
                                "1:2:3:4:5:6:7:8::",
                                "::1:2:3:4:5:6:7:8",
                                "1::2::3",
                                "12345::",
                                "g::",
                                "1:::2",
                                "1:2:3:4:5:6:7:192.0.2.1",
                                "::192.0.2",
                                "::192.0.2.256",
                                "::192.0.2.1.1",
                                "::192.0.2.1:1",
                                "::1920.0.2.1",
                                "::.0.2.1",
                                "192.0.2.1",
                                "::1%eth0",
                                "1::2:"}) {
    CAPTURE(text);
    CHECK(octets(text).empty());
  }
}

TEST_CASE("RFC 5118 4.10: three colons before an IPv4 address count as two") {
  CHECK(octets("2001:db8:::192.0.2.1") == octets("2001:db8::192.0.2.1"));
  CHECK(octets("2001:db8:::192.0.2.1") == "20010db80000000000000000c0000201");
  CHECK(octets(":::192.0.2.1") == octets("::192.0.2.1"));
  CHECK(octets("2001:db8::::192.0.2.1").empty());
  CHECK(octets("2001:db8:::1:192.0.2.1").empty());
}

TEST_CASE("RFC 5954 4.1: IPv6 hosts of URIs compare as numbers") {
  CHECK(equal("sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0:0:0:0:0:1]"));
  CHECK(equal("sip:a@[2001:db8:::192.0.2.1]", "sip:a@[2001:db8::c000:201]"));
  CHECK_FALSE(equal("sip:a@[2001:db8::1]", "sip:a@[2001:db8::2]"));
  CHECK_FALSE(equal("sip:a@[::1]", "sip:a@[::1]:5060"));
  CHECK(same_host("Example.COM", "example.com"));
  CHECK_FALSE(same_host("[::1]", "::1"));
  // What is no address is compared as text.
  CHECK(same_host("[1::2::A]", "[1::2::a]"));
  CHECK_FALSE(same_host("[1::2::3]", "[1::2::4]"));
}
