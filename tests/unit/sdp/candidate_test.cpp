/// ICE candidates (RFC 8839 5.1 and 5.2, RFC 6544 4.5).
#include <doctest/doctest.h>

#include <string>

#include "samples.hpp"
#include "sdp/candidate.hpp"

using namespace sipml::sdp;

namespace {

Candidate read(std::string_view value) {
  auto result = parse_candidate(value);
  if (result) return std::move(result).value();
  FAIL("does not parse: " << std::string(result.error()));
  return {};
}

std::string reason(std::string_view value) {
  const auto result = parse_candidate(value);
  return result ? "" : std::string(result.error());
}

}  // namespace

TEST_CASE("RFC 8839 5.1: every field of a candidate, and extensions that nobody knows") {
  const Candidate c = read(
      "candidate:1467250027 1 udp 2122260223 192.168.0.196 46243 typ srflx raddr 10.0.0.1 rport "
      "9 generation 0 ufrag x network-cost 50 lone");
  CHECK(c.foundation == "1467250027");
  CHECK(c.component == 1);
  CHECK(c.transport == CandidateTransport::udp);
  CHECK(c.priority == 2122260223);
  CHECK(c.address == "192.168.0.196");
  CHECK(c.family == AddressFamily::ipv4);
  CHECK(c.port == 46243);
  CHECK(c.type == CandidateType::srflx);
  CHECK(c.related_address == "10.0.0.1");
  CHECK(c.related_port == 9);
  CHECK_FALSE(c.tcp_type.has_value());
  REQUIRE(c.extensions.size() == 4);
  CHECK(c.extensions[2].name == "network-cost");
  CHECK(c.extensions[2].value == "50");
  CHECK(c.extensions[3].name == "lone");
  CHECK(c.extensions[3].value == "");
}

TEST_CASE("RFC 8839 5.1: addresses of every family, types of every name") {
  CHECK(read("1 1 UDP 1 2001:db8::7%eth0 0 typ host").family == AddressFamily::ipv6);
  CHECK(read("1 1 UDP 1 ::ffff:192.0.2.1 9 typ host").family == AddressFamily::ipv6);
  CHECK(read("1 1 UDP 1 3b6f3a2e-1c1a.local 9 typ host").family == AddressFamily::name);
  CHECK(read("1 1 UDP 1 turn.example.com 9 typ relay").family == AddressFamily::name);
  CHECK(read("Haa89741  2\tUDP 4294967295 10.0.0.1 65535 typ prflx").component == 2);
  for (const auto type :
       {CandidateType::host, CandidateType::srflx, CandidateType::prflx, CandidateType::relay})
    CHECK(read("1 256 udp 0 a 9 typ " + std::string(to_string(type))).type == type);
  for (const auto transport : {CandidateTransport::udp, CandidateTransport::tcp})
    CHECK(read("1 1 " + std::string(to_string(transport)) + " 0 a 9 typ host").transport ==
          transport);
}

TEST_CASE("RFC 6544 4.5: TCP candidates with and without a tcptype") {
  for (const auto type : {TcpType::active, TcpType::passive, TcpType::so})
    CHECK(read("1 1 TCP 1 a 9 typ host tcptype " + std::string(to_string(type))).tcp_type == type);
  CHECK_FALSE(read("1 1 tcp 1 a 9 typ host").tcp_type.has_value());
  CHECK(reason("1 1 tcp 1 a 9 typ host tcptype both") ==
        "the tcptype is not active, passive or so");
}

TEST_CASE("RFC 8839 5.1: a candidate that no browser takes says why") {
  CHECK(reason("1 1 XYZ 1 192.0.2.1 9 typ alien") == "the transport is neither UDP nor TCP");
  CHECK(reason("1 1 UDP 1 192.0.2.1 9 typ alien") == "the type is not host, srflx, prflx or relay");
  CHECK(reason("1 1 UDP 1 192.0.2.1 70000 typ host") == "the port is not a number up to 65535");
  CHECK(reason("1 1 UDP 1 192.0.2.1 -1 typ host") == "the port is not a number up to 65535");
  CHECK(reason("1 1 UDP 4294967296 192.0.2.1 9 typ host") ==
        "the priority is not a number of 32 bits");
  CHECK(reason("1 0 UDP 1 192.0.2.1 9 typ host") == "the component is not a number from 1 to 256");
  CHECK(reason("1 257 UDP 1 192.0.2.1 9 typ host") ==
        "the component is not a number from 1 to 256");
  CHECK(reason("1 1 UDP 1 192.0.2.1 9 host") == "there is no \"typ\" behind the port");
  CHECK(reason("1 1 UDP 1 192.0.2.1 9 typ srflx raddr a rport 65536") ==
        "the rport is not a number up to 65535");
  // Cut off after each word, it is refused and not read beyond its end.
  const std::string whole = "1 1 UDP 1 192.0.2.1 9 typ host";
  for (std::size_t at = 0; at < whole.size() - 3; ++at) CHECK(reason(whole.substr(0, at)) != "");
}

TEST_CASE("RFC 8839 5.1: the candidates of a section keep their order and lose the unreadable") {
  const std::string text = samples::crlf(
      "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\nm=audio 9 RTP/AVP 0\n"
      "a=candidate:b 1 udp 1 10.0.0.2 9 typ host\na=candidate:x 1 XYZ 1 10.0.0.2 9 typ host\n"
      "a=candidate:a 1 udp 9 10.0.0.3 9 typ relay\na=candidate\na=candidates:1\n");
  const auto description = parse(text);
  REQUIRE(description);
  const auto found = candidates(description->media[0]);
  REQUIRE(found.size() == 2);
  CHECK(found[0].foundation == "b");
  CHECK(found[1].foundation == "a");
  CHECK(write(*description) == text);
}

TEST_CASE("RFC 8839 5.2: remote candidates come in threes") {
  const auto found = parse_remote_candidates("1 192.0.2.3 45664 2 2001:db8::1 45665");
  REQUIRE(found);
  REQUIRE(found->size() == 2);
  CHECK((*found)[0].port == 45664);
  CHECK((*found)[1].component == 2);
  CHECK((*found)[1].address == "2001:db8::1");
  for (const char* wrong : {"", " ", "1", "1 a", "0 a 9", "1 a 65536", "1 a 9 2", "1 a 9 2 b"})
    CHECK_FALSE(parse_remote_candidates(wrong).has_value());
}
