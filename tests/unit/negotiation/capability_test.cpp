/// Potential configurations of a peer that a browser can take (RFC 5939).
#include <doctest/doctest.h>

#include <string>

#include "../sdp/samples.hpp"
#include "negotiation/rewrite.hpp"
#include "sdp/attributes.hpp"

using namespace sipml;
using namespace sipml::negotiation;
using samples::capability_offer;
using samples::crlf;
using samples::replaced;

namespace {

const std::string fingerprint =
    "fingerprint:sha-256 84:2A:F9:0B:C6:5D:17:E3:48:9F:B2:70:3E:D5:61:0C:A7:F4:19:8E:52:BD:06:7B:"
    "E0:35:C8:91:2F:6A:DC:43\r\n";

std::string offered(const std::string& text) {
  const auto result = remote_offer(text);
  return result ? *result : std::string(to_string(result.error().code));
}

/// The a=acfg line of what the browser gets; "" if there is none.
std::string chosen(const std::string& text) {
  const auto parsed = sdp::parse(offered(text));
  if (!parsed) return "";
  return std::string(sdp::attribute(parsed->media.at(0).lines, "acfg").value_or(""));
}

std::string with(std::string_view from, std::string_view to) {
  return replaced(capability_offer(), from, to);
}

}  // namespace

TEST_CASE("RFC 5939 3.6.2: the first potential configuration with DTLS becomes the actual one") {
  CHECK(offered(capability_offer()) ==
        with("RTP/AVP 0 101", "UDP/TLS/RTP/SAVPF 0 101") + "a=" + fingerprint +
            "a=setup:actpass\r\na=connection:new\r\na=acfg:2 t=1 a=1,2,3\r\n");
  // Once it is the actual one, there is nothing to do.
  CHECK(offered(offered(capability_offer())) == offered(capability_offer()));
}

TEST_CASE("RFC 5939 3.5.1: alternatives, optional attributes and extensions of a configuration") {
  CHECK(chosen(with("a=pcfg:2 t=1|2 a=1,2,[3,9]", "a=pcfg:2 t=1 a=9|1,2")) == "2 t=1 a=1,2");
  // A mandatory attribute that is not there, an unknown transport, a mandatory extension, a
  // deletion of the session's attributes: the next configuration.
  for (const char* other : {"a=pcfg:2 t=1 a=1,2,9", "a=pcfg:2 t=9 a=1,2", "a=pcfg:2 t=1 a=1,2 +x=1",
                            "a=pcfg:2 t=1 a=-s:1,2", "a=pcfg:2 t=1 a=-ms:1,2", "a=pcfg:2 t=1 a=4",
                            "a=pcfg:x", "a=pcfg:2 t=1", "a=pcfg:2 t=1 a=-m"})
    CHECK(chosen(with("a=pcfg:2 t=1|2 a=1,2,[3,9]", other)) == "3 t=2 a=1,2");
  CHECK(chosen(with("a=pcfg:2 t=1|2 a=1,2,[3,9]", "a=pcfg:2 t=1 a=1,2 x=1")) == "2 t=1 a=1,2");
  // Without a transport the actual one stays, and DTLS makes it the browser's.
  CHECK(chosen(with("a=pcfg:2 t=1|2", "a=pcfg:2")) == "2 a=1,2,3");
}

TEST_CASE("RFC 5939 3.5.1: -m takes the attributes of the section away first") {
  const std::string offer = replaced(with("a=acap:3 connection:new",
                                          "a=acap:6 ice-ufrag:abcd\r\na=acap:7 "
                                          "ice-pwd:0123456789abcdefghijkl\r\na=acap:8 rtcp-mux"),
                                     "a=1,2,[3,9]", "a=-m:1,2,6,7,8");
  const auto parsed = sdp::parse(offered(offer));
  REQUIRE(parsed);
  const sdp::Lines& lines = parsed->media.at(0).lines;
  CHECK_FALSE(sdp::has_attribute(lines, "candidate"));
  CHECK_FALSE(sdp::has_attribute(lines, "rtpmap"));
  CHECK(sdp::attribute(lines, "ice-ufrag") == "abcd");
  CHECK(sdp::attribute(lines, "acfg") == "2 t=1 a=-m:1,2,6,7,8");
  CHECK(sdp::attributes(lines, "acap").size() == 5);
}

TEST_CASE("RFC 5939 3.3.2: who requires what is not known gets the actual configuration") {
  CHECK(chosen(with("a=tcap:1", "a=creq:cap-v0\r\na=tcap:1")) == "2 t=1 a=1,2,3");
  CHECK(offered(with("a=tcap:1", "a=creq:cap-v0, med-v0\r\na=tcap:1")) == "no_fingerprint");
  CHECK(offered(with("a=acap:2", "a=creq:bcap-v0\r\na=acap:2")) == "no_fingerprint");
}

TEST_CASE("RFC 5939 3.4.1: a=acap without a=pcfg stands for itself, as sipML5 took it") {
  const std::string offer =
      capability_offer().substr(0, capability_offer().find("a=pcfg")) + "a=sendrecv\r\n";
  CHECK(offered(offer) == replaced(offer, "RTP/AVP 0", "UDP/TLS/RTP/SAVPF 0") + "a=" + fingerprint +
                              "a=setup:actpass\r\na=connection:new\r\n");
  // But not in one m-line of several, where others name configurations.
  CHECK(*remote_offer(capability_offer() + crlf("m=audio 5000 RTP/AVP 0\n")) ==
        *remote_offer(capability_offer()) + crlf("m=audio 0 RTP/AVP 0\n"));
  // An answer that says so is taken, too.
  const auto answer = remote_answer(offer, samples::chromium_offer(), {});
  REQUIRE(answer);
  CHECK(answer->find("m=audio 53456 UDP/TLS/RTP/SAVPF 0 101\r\n") != std::string::npos);
  CHECK(answer->find("\r\na=" + fingerprint) != std::string::npos);
}

TEST_CASE("RFC 5939 3.6.2: our answer names the configuration, and its transport in the m-line") {
  const std::string answer =
      samples::chromium_answer().substr(0, samples::chromium_answer().find("m=video"));
  const auto ours = local_answer(answer, capability_offer(), {});
  REQUIRE(ours);
  std::string expected = replaced(answer, "a=group:BUNDLE 0 1", "a=group:BUNDLE");
  expected = replaced(expected, "a=mid:0\r\n", "");
  CHECK(*ours == expected + "a=fmtp:126 0-15\r\na=acfg:2 t=1 a=1,2,3\r\n");
  const auto second = local_answer(answer, with("t=1|2", "t=2|1"), {});
  REQUIRE(second);
  CHECK(second->find("m=audio 58120 RTP/SAVPF 111 0 8 126\r\n") != std::string::npos);
  CHECK(second->find("a=acfg:2 t=2 a=1,2,3\r\n") != std::string::npos);
  CHECK(*local_answer(*second, with("t=1|2", "t=2|1"), {}) == *second);
  // A section that is refused chooses nothing.
  const std::string two = capability_offer() + "m=audio 9 RTP/AVP 0\r\n";
  const auto refused = local_answer(
      replaced(answer, "m=audio 58120", "m=audio 0") + answer.substr(answer.find("m=audio")), two,
      {});
  REQUIRE(refused);
  CHECK(refused->find("acfg") == std::string::npos);
}

TEST_CASE("RFC 5939 3.5.1: an attribute of a configuration is added once, and is the last one") {
  // Twice in the list, in the section before, and another value of what a section has once.
  const std::string offer =
      with("a=acap:3 connection:new\r\n",
           "a=acap:3 connection:new\r\na=setup:passive\r\na=connection:new\r\n");
  const auto parsed = sdp::parse(offered(replaced(offer, "a=1,2,[3,9]", "a=1,1,2,3,2,1")));
  REQUIRE(parsed);
  const sdp::Lines& lines = parsed->media.at(0).lines;
  CHECK(sdp::attributes(lines, "setup") == std::vector<std::string_view>{"actpass"});
  CHECK(sdp::attributes(lines, "connection") == std::vector<std::string_view>{"new"});
  CHECK(sdp::attributes(lines, "fingerprint").size() == 1);
  CHECK(sdp::attribute(lines, "acfg") == "2 t=1 a=1,2,3");
}

TEST_CASE("RFC 5939 3.5.1: many sections that name long attributes of the session fill no memory") {
  std::string text = crlf("v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nt=0 0\na=acap:1 ") + fingerprint +
                     "a=acap:2 x:" + std::string(60000, 'y') +
                     crlf("\na=ice-ufrag:abcd\na=ice-pwd:0123456789abcdefghijkl\n");
  for (int i = 0; i < 100; ++i) text += crlf("m=audio 9 RTP/AVP 0\na=pcfg:1 a=1,2\n");
  const auto result = remote_offer(text);
  REQUIRE(result);
  CHECK(result->size() < 4 * text.size() + 100000);
  const auto parsed = sdp::parse(*result);
  REQUIRE(parsed);
  // Those that there is no room for are rejected.
  CHECK_FALSE(parsed->media.front().is_rejected());
  CHECK(parsed->media.back().is_rejected());
}
