/// What is wrong with single lines of a description.
#include <doctest/doctest.h>

#include <string>

#include "samples.hpp"
#include "sdp/description.hpp"
#include "sdp/faults.hpp"

using namespace sipml::sdp;
using samples::crlf;

TEST_CASE("RFC 8866 9: the descriptions of browsers and gateways have no faults") {
  for (const std::string& text :
       {samples::chromium_offer(), samples::firefox_offer(), samples::chromium_answer(),
        samples::gateway_answer(), samples::plain_offer()})
    CHECK(faults(text).empty());
}

TEST_CASE("RFC 8866 9: a fault names its line, its place and its reason") {
  const std::string head = "v=0\no=- 1 1 IN IP4 0.0.0.0\n\ns=-\r\nt=0 0\nm=audio 9 RTP/AVP 0\n";
  const auto found = faults(head + "a=x\na=candidate:1 1 UDP 1 192.0.2.1 70000 typ host\r\nb=");
  REQUIRE(found.size() == 2);
  CHECK(found[0].offset == head.size() + 4);
  CHECK(found[0].line == 8);
  CHECK(found[0].name == "a=candidate");
  CHECK(found[0].reason == "the port is not a number up to 65535");
  CHECK(found[1].line == 9);
  CHECK(found[1].name == "b");
  CHECK(faults("").empty());
}

TEST_CASE("RFC 8866 9: each kind of line has one form that is right and one that is not") {
  const struct {
    const char* right;
    const char* wrong;
  } lines[] = {
      {"b=AS:1", "b=AS"},
      {"c=IN IP4 192.0.2.1", "c=192.0.2.1"},
      {"s=-", "s="},
      {"t=0 0", "t=0"},
      {"a=x", "a=:y"},
      {"a=acap:1 setup:active", "a=acap:setup"},
      {"a=acfg:1 t=1", "a=acfg:t=1"},
      {"a=bundle-only", "a=bundle-only:1"},
      {"a=candidate:1 1 udp 1 a 9 typ host", "a=candidate:"},
      {"a=end-of-candidates", "a=end-of-candidates:x"},
      {"a=extmap:1 u", "a=extmap:0 urn:x"},
      {"a=fingerprint:sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33",
       "a=fingerprint:md5 AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB"},
      {"a=fmtp:0 x", "a=fmtp:0"},
      {"a=group:BUNDLE", "a=group:"},
      {"a=ice-lite", "a=ice-lite:1"},
      {"a=ice-pwd:0123456789abcdefghijkl", "a=ice-pwd:0123456789abcdefghijk"},
      {"a=ice-ufrag:abcd", "a=ice-ufrag:abc"},
      {"a=max-message-size:0", "a=max-message-size:"},
      {"a=maxptime:60", "a=maxptime:x"},
      {"a=mid:0", "a=mid"},
      {"a=msid:a b", "a=msid:"},
      {"a=pcfg:1", "a=pcfg:x"},
      {"a=ptime:20", "a=ptime"},
      {"a=remote-candidates:1 a 9", "a=remote-candidates:1 a"},
      {"a=rid:1 send", "a=rid:1"},
      {"a=rtcp:9", "a=rtcp:x"},
      {"a=rtcp-fb:* nack", "a=rtcp-fb:*"},
      {"a=rtcp-mux", "a=rtcp-mux:1"},
      {"a=rtcp-mux-only", "a=rtcp-mux-only:1"},
      {"a=rtcp-rsize", "a=rtcp-rsize:1"},
      {"a=rtpmap:0 PCMU/8000", "a=rtpmap:0 PCMU/0"},
      {"a=sctp-port:5000", "a=sctp-port:70000"},
      {"a=setup:actpass", "a=setup:both"},
      {"a=simulcast:send 1", "a=simulcast:1"},
      {"a=ssrc:1 cname:x", "a=ssrc:x"},
      {"a=ssrc-group:FID 1 2", "a=ssrc-group:FID a"},
      {"a=tcap:1 RTP/AVP", "a=tcap:1"},
  };
  for (const auto& line : lines) {
    CAPTURE(line.right);
    CHECK(faults(line.right).empty());
    const auto found = faults(line.wrong);
    REQUIRE(found.size() == 1);
    const std::string wrong = line.wrong;
    CHECK(wrong.substr(0, found[0].name.size()) == found[0].name);
    CHECK_FALSE(found[0].reason.empty());
  }
  // Nothing is asked of what nobody knows.
  for (const char* line : {"a=whatever:1", "a=candidates", "x=1", "k=", "a", "="})
    CHECK(faults(line).empty());
}
