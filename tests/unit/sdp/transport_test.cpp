/// ICE credentials, DTLS, RTCP and SCTP lines.
#include <doctest/doctest.h>

#include <string>

#include "samples.hpp"
#include "sdp/transport.hpp"

using namespace sipml::sdp;
using samples::crlf;

namespace {

Description parsed(const std::string& lines) {
  auto result = parse(crlf("v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\n" + lines));
  REQUIRE(result);
  return std::move(result).value();
}

std::string digits(std::size_t octets, const std::string& one = "aF") {
  std::string text = one;
  for (std::size_t i = 1; i < octets; ++i) text += ":" + one;
  return text;
}

}  // namespace

TEST_CASE("RFC 8839 5.4: credentials at the ends of their length, and what stands in them") {
  CHECK_FALSE(is_ice_ufrag("abc"));
  CHECK(is_ice_ufrag("abcd"));
  CHECK(is_ice_ufrag(std::string(256, 'a')));
  CHECK_FALSE(is_ice_ufrag(std::string(257, 'a')));
  CHECK_FALSE(is_ice_pwd(std::string(21, 'a')));
  CHECK(is_ice_pwd(std::string(22, 'a')));
  CHECK(is_ice_pwd(std::string(256, 'a')));
  CHECK_FALSE(is_ice_pwd(std::string(257, 'a')));
  CHECK(is_ice_ufrag("aZ09+/"));
  CHECK(is_ice_ufrag("-=#_"));
  for (const char* wrong : {"ab d", "ab:d", "ab\"d", "ab\xc3\xa4", "abcd\t", ""})
    CHECK_FALSE(is_ice_ufrag(wrong));
}

TEST_CASE("RFC 8839 5.4, 5.6, RFC 4145 4: a section's own word counts before the session's") {
  const Description d = parsed(
      "a=ice-ufrag:sess\na=ice-pwd:p\na=ice-options:ice2\na=setup:passive\na=ice-lite\n"
      "m=audio 9 x 0\na=ice-ufrag: own \na=setup:actpass\na=ice-options:trickle  renomination\n"
      "m=audio 9 x 0\n");
  CHECK(is_ice_lite(d));
  CHECK(ice_ufrag(d, d.media[0]) == "own");
  CHECK(ice_ufrag(d, d.media[1]) == "sess");
  CHECK(ice_pwd(d, d.media[0]) == "p");
  CHECK(setup(d, d.media[0]) == "actpass");
  CHECK(setup(d, d.media[1]) == "passive");
  CHECK(ice_options(d, d.media[0]) == std::vector<std::string_view>{"trickle", "renomination"});
  CHECK(ice_options(d, d.media[1]) == std::vector<std::string_view>{"ice2"});
  const Description none = parsed("m=audio 9 x 0\n");
  CHECK_FALSE(is_ice_lite(none));
  CHECK_FALSE(setup(none, none.media[0]).has_value());
  CHECK(ice_options(none, none.media[0]).empty());
  for (const char* role : {"active", "passive", "actpass", "holdconn"}) CHECK(is_setup(role));
  CHECK_FALSE(is_setup("Active"));
  CHECK_FALSE(is_setup(""));
}

TEST_CASE("RFC 8122 5: a fingerprint is of an allowed hash and of its length") {
  const struct {
    const char* name;
    std::size_t size;
  } hashes[] = {{"sha-1", 20}, {"sha-224", 28}, {"SHA-256", 32}, {"sha-384", 48}, {"sha-512", 64}};
  for (const auto& hash : hashes) {
    CAPTURE(hash.name);
    CHECK(hash_size(hash.name) == hash.size);
    CHECK(is_usable({hash.name, digits(hash.size)}));
    CHECK_FALSE(is_usable({hash.name, digits(hash.size - 1)}));
    CHECK_FALSE(is_usable({hash.name, digits(hash.size + 1)}));
    CHECK_FALSE(is_usable({hash.name, digits(hash.size, "AG")}));
  }
  CHECK_FALSE(is_usable({"md5", digits(16)}));
  CHECK_FALSE(is_usable({"md2", digits(16)}));
  CHECK_FALSE(is_usable({"sha-3", digits(32)}));
  std::string bare = digits(32);
  bare[2] = '-';
  CHECK_FALSE(is_usable({"sha-256", bare}));
  CHECK(parse_fingerprint(" sha-1  AA:BB ")->value == "AA:BB");
  for (const char* wrong : {"", "sha-1", "sha-1 AA BB"})
    CHECK_FALSE(parse_fingerprint(wrong).has_value());
}

TEST_CASE("RFC 5761 5.1.1, RFC 8858 3, RFC 3605 2.1: RTCP beside RTP or on a port of its own") {
  CHECK(has_rtcp_mux(parsed("m=audio 9 x 0\na=rtcp-mux\n").media[0]));
  CHECK(has_rtcp_mux(parsed("m=audio 9 x 0\na=rtcp-mux-only\n").media[0]));
  CHECK_FALSE(has_rtcp_mux(parsed("m=audio 9 x 0\na=rtcp-muxed\n").media[0]));
  CHECK(parse_rtcp("53020")->port == 53020);
  CHECK(parse_rtcp("53020")->address == "");
  const auto rtcp = parse_rtcp("9 IN IP6 2001:2345::1");
  REQUIRE(rtcp);
  CHECK(rtcp->network_type == "IN");
  CHECK(rtcp->address_type == "IP6");
  CHECK(rtcp->address == "2001:2345::1");
  for (const char* wrong : {"", "x", "65536", "9 IN", "9 IN IP4", "9 IN IP4 a b"})
    CHECK_FALSE(parse_rtcp(wrong).has_value());
}

TEST_CASE("RFC 8841 5, 6: ports of data channels in their old and new forms") {
  const auto port = [](const std::string& lines) { return sctp_port(parsed(lines).media[0]); };
  CHECK(port("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\na=sctp-port:5001\n") == 5001);
  CHECK(port("m=application 9 DTLS/SCTP 5000\na=sctpmap:5002 webrtc-datachannel 256\n") == 5002);
  CHECK(port("m=application 9 SCTP/DTLS 5003\n") == 5003);
  CHECK_FALSE(port("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\n").has_value());
  CHECK_FALSE(port("m=application 9 UDP/DTLS/SCTP x\na=sctp-port:65536\n").has_value());
  const Description d = parsed(
      "m=application 9 x y\na=max-message-size:18446744073709551615\n"
      "m=application 9 x y\na=max-message-size:big\nm=application 9 x y\n");
  CHECK(max_message_size(d.media[0]) == 18446744073709551615U);
  CHECK_FALSE(max_message_size(d.media[1]).has_value());
  CHECK_FALSE(max_message_size(d.media[2]).has_value());
}
