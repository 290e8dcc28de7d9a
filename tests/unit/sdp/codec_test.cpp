/// Formats, their parameters and header extensions.
#include <doctest/doctest.h>

#include <string>

#include "samples.hpp"
#include "sdp/codec.hpp"

using namespace sipml::sdp;
using samples::crlf;

namespace {

Media section(const std::string& lines) {
  auto result = parse(crlf("v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\n" + lines));
  REQUIRE(result);
  return result->media.at(0);
}

}  // namespace

TEST_CASE("RFC 8866 6.6: rtpmap lines and their edges") {
  const auto map = parse_rtpmap("111 opus/48000/2");
  REQUIRE(map);
  CHECK(map->format == "111");
  CHECK(map->encoding == "opus");
  CHECK(map->clock_rate == 48000);
  CHECK(map->parameters == "2");
  CHECK(parse_rtpmap(" 8  PCMA/8000 ")->parameters == "");
  CHECK(parse_rtpmap("8 PCMA/4294967295")->clock_rate == 4294967295U);
  for (const char* wrong : {"", "8", "8 PCMA", "8 /8000", "8 PCMA/", "8 PCMA/0", "8 PCMA/x",
                            "8 PCMA/4294967296", "8 PCMA/8000 1", "8 PCMA/-8000"})
    CHECK_FALSE(parse_rtpmap(wrong).has_value());
}

TEST_CASE("RFC 8866 6.15: fmtp parameters with values, without, and odd blanks") {
  const auto fmtp = parse_fmtp("98 octet-align=1; mode-set = 0,2 ;;useinbandfec;x=a=b");
  REQUIRE(fmtp);
  CHECK(fmtp->format == "98");
  CHECK(fmtp->text == "octet-align=1; mode-set = 0,2 ;;useinbandfec;x=a=b");
  REQUIRE(fmtp->list.size() == 4);
  CHECK(parameter(*fmtp, "OCTET-ALIGN") == "1");
  CHECK(parameter(*fmtp, "mode-set") == "0,2");
  CHECK(parameter(*fmtp, "useinbandfec") == "");
  CHECK(parameter(*fmtp, "x") == "a=b");
  CHECK_FALSE(parameter(*fmtp, "apt").has_value());
  CHECK_FALSE(fmtp->list[2].value.has_value());
  CHECK(parse_fmtp("101 0-15")->list[0].name == "0-15");
  CHECK(parse_fmtp("63 111/111")->text == "111/111");
  CHECK_FALSE(parse_fmtp("98").has_value());
  CHECK_FALSE(parse_fmtp("").has_value());
}

TEST_CASE("RFC 4585 4.2: feedback for one format and for all") {
  const Media media = section(
      "m=video 9 RTP/AVP 96\na=rtcp-fb:* nack pli\na=rtcp-fb:96 transport-cc\n"
      "a=rtcp-fb:96 ccm fir \na=rtcp-fb:96\n");
  const auto found = feedbacks(media);
  REQUIRE(found.size() == 3);
  CHECK(found[0].format == "*");
  CHECK(found[0].type == "nack");
  CHECK(found[0].parameter == "pli");
  CHECK(found[1].parameter == "");
  CHECK(found[2].parameter == "fir");
}

TEST_CASE("RFC 8866 5.14, RFC 3551 6, RFC 4588 8.1: the codecs of an m-line, described or static") {
  const Media media = section(
      "m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 97 13 200\na=rtpmap:111 opus/48000/2\n"
      "a=fmtp:111 minptime=10;useinbandfec=1\na=rtpmap:8 x-pcma/16000\na=rtpmap:97 rtx/48000\n"
      "a=fmtp:97 rtx-time=9; APT=111\na=rtpmap:99 foo/8000\n");
  const auto found = codecs(media);
  REQUIRE(found.size() == 6);
  CHECK(found[0].encoding == "opus");
  CHECK(found[0].clock_rate == 48000);
  CHECK(found[0].channels == 2);
  CHECK(found[0].parameters == "minptime=10;useinbandfec=1");
  CHECK(found[1].encoding == "PCMU");
  CHECK(found[1].clock_rate == 8000);
  CHECK(found[1].channels == 1);
  CHECK(found[2].encoding == "x-pcma");
  CHECK(found[2].clock_rate == 16000);
  CHECK(found[3].apt == "111");
  CHECK(found[4].encoding == "CN");
  CHECK(found[5].encoding == "");
  CHECK(found[5].clock_rate == 0);
  // Numbers mean payload types in RTP only.
  CHECK(codecs(section("m=application 9 SCTP/DTLS 0\n"))[0].encoding == "");
}

TEST_CASE("RFC 4733 2.5: the payload types of telephone-event, whatever its capitals and rate") {
  const Media media = section(
      "m=audio 9 RTP/AVP 0 101 102\na=rtpmap:101 Telephone-Event/8000\n"
      "a=rtpmap:102 telephone-event/48000\na=rtpmap:103 telephone-event/8000\n");
  CHECK(telephone_events(media) == std::vector<std::string_view>{"101", "102"});
  CHECK(telephone_events(section("m=audio 9 RTP/AVP 0\n")).empty());
}

TEST_CASE("RFC 8866 6.4, 6.5: packet times") {
  const Media media = section("m=audio 9 x 0\na=ptime:20\na=maxptime:62.5\na=x:y\n");
  CHECK(milliseconds(media, "ptime") == 20);
  CHECK(milliseconds(media, "maxptime") == 62);
  CHECK_FALSE(milliseconds(media, "x").has_value());
  CHECK_FALSE(milliseconds(media, "minptime").has_value());
}

TEST_CASE("RFC 8285 5: header extensions with direction and attributes") {
  const auto plain = parse_extmap("1 urn:ietf:params:rtp-hdrext:ssrc-audio-level");
  REQUIRE(plain);
  CHECK(plain->id == 1);
  CHECK_FALSE(plain->direction.has_value());
  CHECK(plain->attributes == "");
  const auto full = parse_extmap("4096/recvonly http://example.com/x short  vad=on");
  REQUIRE(full);
  CHECK(full->id == 4096);
  CHECK(full->direction == Direction::recvonly);
  CHECK(full->uri == "http://example.com/x");
  CHECK(full->attributes == "short  vad=on");
  for (const char* wrong : {"", "1", "0 urn:x", "x urn:x", "65536 urn:x", "1/both urn:x"})
    CHECK_FALSE(parse_extmap(wrong).has_value());
  CHECK(header_extensions(section("m=audio 9 x 0\na=extmap:0 u\na=extmap:7 u\n").lines).size() ==
        1);
}
