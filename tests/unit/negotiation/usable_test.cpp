/// What no browser could take is refused before it gets there; what only looks odd is not.
#include <doctest/doctest.h>

#include <string>

#include "../sdp/samples.hpp"
#include "negotiation/rewrite.hpp"

using namespace sipml::negotiation;
using samples::crlf;
using samples::replaced;

namespace {

const std::string offer = crlf(R"(v=0
o=- 1 1 IN IP4 192.0.2.9
s=-
t=0 0
a=group:BUNDLE 0
m=audio 9 UDP/TLS/RTP/SAVPF 111 0
c=IN IP4 0.0.0.0
a=mid:0
a=ice-ufrag:abcd
a=ice-pwd:0123456789abcdefghijkl
a=fingerprint:sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33
a=setup:actpass
a=rtcp-mux
a=sendrecv
a=rtpmap:111 opus/48000/2
)");
const std::string digest = "sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33";
const std::string second = crlf("m=audio 9 UDP/TLS/RTP/SAVPF 0\na=mid:1\n");

std::string verdict(const std::string& text) {
  const auto result = remote_offer(text);
  return result ? std::string() : std::string(to_string(result.error().code));
}

std::string with(std::string_view from, std::string_view to) { return replaced(offer, from, to); }

}  // namespace

TEST_CASE("RFC 8829 5.8: what browsers and gateways write is taken") {
  for (const std::string& text :
       {offer, samples::chromium_offer(), samples::firefox_offer(), with("sha-1 ", "SHA-1 "),
        with("actpass", "holdconn"), with("ufrag:abcd", "ufrag: abcd "),
        with("ufrag:abcd", "ufrag:a-b_"), with("rtcp-mux", "rtcp-mux-only"),
        offer + "a=rtpmap:99 foo/8000\r\na=extmap:0 urn:x\r\na=rtpmap:0 PCMU/0\r\n",
        offer + "a=fingerprint:md5 AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB\r\n"})
    CHECK(verdict(text) == "");
}

TEST_CASE("RFC 5888 4: a mid that two m-lines have becomes two for the browser") {
  const std::string other = replaced(offer.substr(offer.find("m=audio")), "mid:0", "mid:m2");
  const std::string twice = offer + replaced(other, "mid:m2", "mid:0") + other;
  const auto taken = remote_offer(twice);
  REQUIRE(taken);
  CHECK(*taken == offer + replaced(other, "mid:m2", "mid:m1") + other);
  CHECK(*remote_offer(twice + replaced(other, "mid:m2", "mid:0")) ==
        *taken + replaced(other, "mid:m2", "mid:m3"));
  CHECK(*remote_offer(offer + replaced(replaced(other, "mid:m2", "mid:0"), "a=setup",
                                       "a=mid:x\r\na=setup")) ==
        offer + replaced(replaced(other, "mid:m2", "mid:m1"), "a=setup", "a=mid:x\r\na=setup"));
  CHECK(verdict(offer + crlf("m=audio 0 x 0\nm=audio 0 x 0\n")) == "");
}

TEST_CASE("RFC 8122 5: a fingerprint of a forbidden hash, or of another length, is none") {
  CHECK(verdict(with(digest, "md5 AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB")) ==
        "unusable_fingerprint");
  CHECK(verdict(with("sha-1 ", "sha-256 ")) == "unusable_fingerprint");
  CHECK(verdict(with("sha-1 ", "sha-1 00:")) == "unusable_fingerprint");
  CHECK(verdict(with("fingerprint", "x")) == "no_fingerprint");
}

TEST_CASE("RFC 8839 5.4: credentials that no ICE agent could use") {
  CHECK(verdict(with("ufrag:abcd", "ufrag:abc")) == "malformed_ice");
  CHECK(verdict(with("ufrag:abcd", "ufrag:ab d")) == "malformed_ice");
  CHECK(verdict(with("hijkl", "hijk")) == "malformed_ice");
  CHECK(verdict(with("a=ice-ufrag", "a=x")) == "no_ice");
  CHECK(verdict(with("a=ice-pwd", "a=x")) == "no_ice");
  // They may stand in the session part; a section's own come first.
  const std::string session =
      replaced(with("a=ice-ufrag", "a=x"), "a=group", "a=ice-ufrag:wxyz\r\na=group");
  CHECK(verdict(session) == "");
  CHECK(verdict(replaced(session, "wxyz", "xyz")) == "malformed_ice");
  CHECK(verdict(replaced(session, "a=x:abcd", "a=ice-ufrag:abc")) == "malformed_ice");
}

TEST_CASE("RFC 8858 4: rtcp-mux is left to the browser, or required") {
  const std::string plain = with("a=rtcp-mux\r\n", "");
  CHECK(verdict(plain) == "");
  const auto refused = remote_offer(plain, {.requires_rtcp_mux = true});
  REQUIRE_FALSE(static_cast<bool>(refused));
  CHECK(refused.error().code == RewriteErrorCode::no_rtcp_mux);
  CHECK_FALSE(has_rtcp_mux(plain));
  CHECK(has_rtcp_mux(offer));
  CHECK(has_rtcp_mux(replaced(plain, "audio 9", "audio 0")));
  CHECK(has_rtcp_mux(replaced(offer, "BUNDLE 0", "BUNDLE 0 1") + second));
  CHECK_FALSE(has_rtcp_mux(offer + second));
  const std::string answer = replaced(with("a=rtcp-mux\r\n", ""), "actpass", "active");
  CHECK(static_cast<bool>(remote_answer(answer, offer, {})));
}

TEST_CASE("RFC 9143 7.1.3: one section of a bundle speaks for all; rejected ones need nothing") {
  CHECK(*remote_offer(offer + second) == offer + replaced(second, "audio 9", "audio 0"));
  CHECK(verdict(replaced(offer, "BUNDLE 0", "BUNDLE 0 1") + second) == "");
  CHECK(verdict(offer + replaced(second, "audio 9", "audio 0")) == "");
  CHECK(verdict(offer + replaced(second, "audio 9", "text 9")) == "");
  // A section that is over speaks for nobody.
  CHECK(verdict(replaced(replaced(offer, "BUNDLE 0", "BUNDLE 0 1"), "audio 9", "audio 0") +
                second) == "no_fingerprint");
}

TEST_CASE("RFC 8829 5.8: a refusal says whose description, which m-line and why, in our words") {
  const auto refused = remote_offer(with("ufrag:abcd", "ufrag:<b>"));
  REQUIRE_FALSE(static_cast<bool>(refused));
  CHECK(refused.error().text ==
        "remote offer, m-line 0 (audio): the ice-ufrag does not have 4 to 256 characters of ICE");
  const auto duplicate = remote_answer(offer + replaced(second, "mid:1", "mid:0"),
                                       replaced(offer + second, "mid:1", "mid:0"), {});
  REQUIRE_FALSE(static_cast<bool>(duplicate));
  CHECK(duplicate.error().text == "remote answer, m-line 1: its mid is that of an earlier m-line");
  const auto answer = remote_answer(with("ufrag:abcd", "ufrag:abc"), offer, {});
  REQUIRE_FALSE(static_cast<bool>(answer));
  CHECK(answer.error().text.starts_with("remote answer, m-line 0 (audio): "));
}

TEST_CASE("RFC 8829 5.1.2, 5.3.1: RTP/AVP is no way around DTLS, and is DTLS with a fingerprint") {
  const std::string plain = replaced(with("UDP/TLS/RTP/SAVPF", "RTP/AVP"), "actpass", "active");
  const auto taken = remote_answer(plain, offer, {});
  REQUIRE(taken);
  CHECK(*taken == with("actpass", "active"));
  const auto refused = remote_answer(replaced(plain, "a=fingerprint", "a=x"), offer, {});
  REQUIRE_FALSE(static_cast<bool>(refused));
  CHECK(refused.error().code == RewriteErrorCode::no_fingerprint);
  // Our answer names the profile of the offer.
  const std::string old = with("UDP/TLS/RTP/SAVPF", "RTP/SAVPF");
  const auto answered = local_answer(with("actpass", "active"), old, {});
  REQUIRE(answered);
  CHECK(*answered == replaced(old, "actpass", "active"));
  CHECK(*local_answer(*answered, old, {}) == *answered);
}

TEST_CASE("RFC 3264 6.1: an answer never makes the browser do more than it offered") {
  const struct {
    const char* offered;
    const char* answered;
    const char* applied;
  } cases[] = {
      {"recvonly", "sendrecv", "sendonly"}, {"recvonly", "recvonly", "inactive"},
      {"recvonly", "sendonly", "sendonly"}, {"sendonly", "sendrecv", "recvonly"},
      {"sendonly", "sendonly", "inactive"}, {"sendonly", "inactive", "inactive"},
      {"inactive", "sendrecv", "inactive"}, {"sendrecv", "recvonly", "recvonly"},
      {"sendrecv", "sendrecv", "sendrecv"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.offered);
    CAPTURE(one.answered);
    const auto result =
        remote_answer(with("sendrecv", one.answered), with("sendrecv", one.offered), {});
    REQUIRE(result);
    CHECK(*result == with("sendrecv", one.applied));
  }
}

TEST_CASE("RFC 8839 5.1: candidates that browsers choke on are left out, the session is kept") {
  const std::string good = "a=candidate:1 1 UDP 1 3b6f3a2e.local 9 typ host\r\n";
  const std::string bad = crlf(
      "a=candidate:1 1 UDP 1 192.0.2.1 70000 typ host\n"
      "a=candidate:1 1 XYZ 1 192.0.2.1 9 typ alien\n");
  const auto result = remote_offer(offer + bad + good);
  REQUIRE(result);
  CHECK(*result == offer + good);
}
