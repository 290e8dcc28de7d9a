/// The lossless description model and its typed access (RFC 8866).
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "parsed.hpp"
#include "samples.hpp"
#include "sdp/attributes.hpp"
#include "sdp/candidate.hpp"
#include "sdp/codec.hpp"
#include "sdp/description.hpp"
#include "sdp/transport.hpp"

using namespace sipml::sdp;
using samples::crlf;
using samples::parsed;

namespace {

ParseError refused(std::string_view text) {
  const auto result = parse(text);
  if (!result) return result.error();
  FAIL("parses");
  return {ParseErrorCode::count, 0, 0};
}

const std::string head = crlf("v=0\no=- 1 2 IN IP4 192.0.2.1\ns=-\nt=0 0\n");

}  // namespace

TEST_CASE("RFC 8866 5: what is read is written again byte by byte") {
  for (const std::string& text :
       {samples::chromium_offer(), samples::firefox_offer(), samples::chromium_answer(),
        samples::gateway_answer(), samples::plain_offer(), head}) {
    const Description description = parsed(text);
    CHECK(write(description) == text);
    CHECK(parsed(write(description)) == description);
  }
}

TEST_CASE("RFC 8866 5: unknown types, odd orders and odd blanks are kept in their places") {
  const std::string text = crlf(
      "v=0\no=alice 2890844526 2890844526 IN IP4 host.example.com\ns=\nd=unknown line\n"
      "i=A seminar\nc=IN IP4 host.example.com\nb=X-YZ:128\nz=2882844526 -1h 2898848070 0\n"
      "k=base64:ZWFzdXJlLg==\nt=3034423619 3042462419\nr=7d 1h 0 25h\n"
      "m=audio 49170 RTP/AVP 0 8 97 98\ni=Audio line\nc=IN IP4 other.example.com\n"
      "a=rtpmap:97 iLBC/8000\nw=another unknown line\na= \na=\n"
      "m=application 51713 SCTP/DTLS 5000 \na=fmtp:5000 protocol=x;\xc3\xa9\xff\n");
  const Description description = parsed(text);
  CHECK(write(description) == text);
  REQUIRE(description.media.size() == 2);
  CHECK(description.session_name() == "");
  CHECK(connection(description, description.media[0])->address == "other.example.com");
  CHECK(connection(description, description.media[1])->address == "host.example.com");
  CHECK(description.media[1].line().formats == std::vector<std::string_view>{"5000"});
}

TEST_CASE("RFC 8866 9: LF alone, a missing last line end and empty lines are tolerated") {
  const std::string text = samples::chromium_offer();
  std::string lf;
  for (const char c : text)
    if (c != '\r') lf.push_back(c);
  CHECK(write(parsed(lf)) == text);
  CHECK(write(parsed(text.substr(0, text.size() - 2))) == text);
  CHECK(write(parsed(text.substr(0, text.size() - 1))) == text);
  CHECK(write(parsed(text + "\r\n\r\n")) == text);
  CHECK(write(parsed("\r\n" + text)) == text);
  CHECK(write(parsed(text + std::string(2, '\0'))) == text);
}

TEST_CASE("RFC 8866 5.2: the origin keeps its digits however many there are") {
  const Description description = parsed(samples::chromium_offer());
  const Origin origin = description.origin();
  CHECK(origin.username == "-");
  CHECK(origin.session_id == "8421597316250438917");
  CHECK(origin.session_id_number() == 8421597316250438917U);
  CHECK(origin.session_version_number() == 2U);
  CHECK(origin.network_type == "IN");
  CHECK(origin.address_type == "IP4");
  CHECK(origin.address == "127.0.0.1");

  const std::string digits = "123456789012345678901234567890";
  const Description large =
      parsed(crlf("v=0\no=- " + digits + " 18446744073709551615 IN IP6 ::1\ns=-\nt=0 0\n"));
  CHECK(large.origin().session_id == digits);
  CHECK_FALSE(large.origin().session_id_number().has_value());
  CHECK(large.origin().session_version_number() == 18446744073709551615U);
}

TEST_CASE("RFC 8866 5.14: the fields of m= lines and their edges") {
  const auto line = parse_media_line("audio 49170/2 RTP/AVP 0 96");
  REQUIRE(line.has_value());
  CHECK(line->media == "audio");
  CHECK(line->port == 49170);
  CHECK(line->port_count == 2);
  CHECK(line->proto == "RTP/AVP");
  CHECK(line->formats == std::vector<std::string_view>{"0", "96"});
  CHECK(parse_media_line("video 0 UDP/TLS/RTP/SAVPF 96")->port == 0);
  CHECK(parse_media_line("video 65535 x 4294967296 letters")->port == 65535);
  for (const std::string_view wrong :
       {"", "audio", "audio 9", "audio 9 RTP/AVP", "audio 65536 RTP/AVP 0", "audio -1 RTP/AVP 0",
        "audio 9/0 RTP/AVP 0", "audio 9/ RTP/AVP 0", "audio 9/x RTP/AVP 0", "audio x RTP/AVP 0",
        "audio /2 RTP/AVP 0", " audio 9 RTP/AVP 0", "audio 99999999999999999999 RTP/AVP 0"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_media_line(wrong).has_value());
  }
}

TEST_CASE("RFC 8866 5.7, 5.8: connection data and bandwidth") {
  CHECK(parse_connection("IN IP4 233.252.0.1/127/3")->address == "233.252.0.1/127/3");
  CHECK_FALSE(parse_connection("IN IP4").has_value());
  CHECK_FALSE(parse_connection("").has_value());
  CHECK(parse_bandwidth("AS:64")->value == 64);
  CHECK(parse_bandwidth("X-YZ:128")->type == "X-YZ");
  CHECK_FALSE(parse_bandwidth("AS").has_value());
  CHECK_FALSE(parse_bandwidth(":64").has_value());
  CHECK_FALSE(parse_bandwidth("AS:-1").has_value());

  const Description description =
      parsed(head + crlf("b=CT:500\nm=audio 9 x 0\nb=AS:64\nb=TIAS:y\n"));
  REQUIRE(bandwidths(description.session).size() == 1);
  REQUIRE(bandwidths(description.media[0].lines).size() == 1);
  CHECK(bandwidths(description.media[0].lines)[0].type == "AS");
  CHECK_FALSE(connection(description, description.media[0]).has_value());
}

TEST_CASE("RFC 8866 5: each refusal says what is wrong and where") {
  const std::string media = crlf("m=audio 9 RTP/AVP 0\n");
  struct Case {
    std::string text;
    ParseErrorCode code;
    std::size_t offset;
    std::size_t line;
  };
  const Case cases[] = {
      {"", ParseErrorCode::empty, 0, 0},
      {"\r\n\r\n", ParseErrorCode::empty, 0, 0},
      {std::string(3, '\0'), ParseErrorCode::empty, 0, 0},
      {"hello", ParseErrorCode::malformed_line, 0, 1},
      {"\xef\xbb\xbf" + head, ParseErrorCode::malformed_line, 0, 1},
      {"v =0\r\n", ParseErrorCode::malformed_line, 0, 1},
      {head + "1=x\r\n", ParseErrorCode::malformed_line, head.size(), 5},
      {head + "=x\r\n", ParseErrorCode::malformed_line, head.size(), 5},
      {head + "a\r\n", ParseErrorCode::malformed_line, head.size(), 5},
      {head + "a=x\ry\r\n", ParseErrorCode::forbidden_octet, head.size(), 5},
      {head + std::string("a=x\0y\r\n", 7), ParseErrorCode::forbidden_octet, head.size(), 5},
      {"v=1\r\n" + head, ParseErrorCode::unsupported_version, 0, 1},
      {"v=\r\n", ParseErrorCode::unsupported_version, 0, 1},
      {head.substr(5) + media, ParseErrorCode::missing_version, 0, 1},
      {"v=0\r\ns=-\r\n" + media, ParseErrorCode::missing_origin, 10 + media.size(), 3},
      {media + head, ParseErrorCode::missing_version, 0, 1},
      {"v=0\r\no=- 1 2 IN IP4\r\n", ParseErrorCode::malformed_origin, 5, 2},
      {"v=0\r\no=a b 1 2 IN IP4 x\r\n", ParseErrorCode::malformed_origin, 5, 2},
      {head + "m=audio\r\n", ParseErrorCode::malformed_media, head.size(), 5},
      {head + media + "m=video 70000 RTP/AVP 0\r\n", ParseErrorCode::malformed_media,
       head.size() + media.size(), 6},
      {head + head, ParseErrorCode::duplicate_line, head.size(), 5},
      {head + media + "o=- 1 2 IN IP4 x\r\n", ParseErrorCode::duplicate_line,
       head.size() + media.size(), 6},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const ParseError error = refused(c.text);
    CHECK(to_string(error.code) == to_string(c.code));
    CHECK(error.offset == c.offset);
    CHECK(error.line == c.line);
  }
  for (int i = 0; i < static_cast<int>(ParseErrorCode::count); ++i)
    CHECK_FALSE(to_string(static_cast<ParseErrorCode>(i)).empty());
}

TEST_CASE("RFC 8866 5.3, 5.9: missing s= and t= lines are let through") {
  const std::string text = crlf("v=0\no=- 1 2 IN IP4 192.0.2.1\nm=audio 9 RTP/AVP 0\n");
  const Description description = parsed(text);
  CHECK_FALSE(description.session_name().has_value());
  CHECK(write(description) == text);
}

TEST_CASE("RFC 8866 5: the limits hold at the limit and above it") {
  using sipml::limits::sdp_line_count;
  using sipml::limits::sdp_media_count;
  std::string text = head;
  for (std::size_t i = 0; i < sdp_media_count; ++i) text += "m=audio 9 RTP/AVP 0\r\n";
  CHECK(parsed(text).media.size() == sdp_media_count);
  CHECK(refused(text + "m=audio 9 RTP/AVP 0\r\n").code == ParseErrorCode::too_many_media);

  text = head;
  for (std::size_t i = 4; i < sdp_line_count; ++i) text += "a=x\r\n";
  CHECK(parsed(text).session.size() == sdp_line_count);
  CHECK(refused(text + "a=x\r\n").code == ParseErrorCode::too_many_lines);

  const std::string long_line = head + "a=" + std::string(1000000, 'x');
  CHECK(parsed(long_line).session.back().value.size() == 1000000);
}

TEST_CASE("RFC 8866 6: the attributes of a Chromium offer") {
  const Description description = parsed(samples::chromium_offer());
  REQUIRE(description.media.size() == 2);
  const Media& audio = description.media[0];
  const Media& video = description.media[1];
  CHECK(audio.kind() == "audio");
  CHECK(video.kind() == "video");
  CHECK(audio.line().proto == "UDP/TLS/RTP/SAVPF");
  CHECK(audio.line().formats.size() == 8);
  CHECK(mid(audio) == "0");
  CHECK(mid(video) == "1");
  CHECK(direction(description, audio) == Direction::sendrecv);
  CHECK(setup(description, audio) == "actpass");
  CHECK(ice_ufrag(description, audio) == "Qk3x");
  CHECK(ice_pwd(description, video) == "m9TqzB5yJ0wVnR7sLfE2uCdG");
  CHECK(has_rtcp_mux(audio));
  CHECK(candidates(audio).size() == 3);
  CHECK(candidates(video).empty());
  REQUIRE(groups(description).size() == 1);
  CHECK(groups(description)[0].semantics == "BUNDLE");
  CHECK(groups(description)[0].mids == std::vector<std::string_view>{"0", "1"});
  REQUIRE(fingerprints(description, audio).size() == 1);
  CHECK(fingerprints(description, audio)[0].hash == "sha-256");
  CHECK(fingerprints(description, audio)[0].value.size() == 95);
  REQUIRE(rtpmaps(audio).size() == 8);
  CHECK(rtpmaps(audio)[0].format == "111");
  CHECK(rtpmaps(audio)[0].encoding == "opus");
  CHECK(rtpmaps(audio)[0].clock_rate == 48000);
  CHECK(rtpmaps(audio)[0].parameters == "2");
  CHECK(rtpmaps(audio)[3].parameters == "");
  CHECK(attribute(description.session, "extmap-allow-mixed") == "");
  CHECK_FALSE(attribute(description.session, "extmap").has_value());
}

TEST_CASE("RFC 8122 5: a Firefox offer's fingerprint is at session level") {
  const Description description = parsed(samples::firefox_offer());
  REQUIRE(description.media.size() == 2);
  CHECK(fingerprints(description, description.media[1]).size() == 1);
  CHECK(fingerprints(description, description.media[1])[0].value.starts_with("0E:B4"));
  CHECK(ice_ufrag(description, description.media[0]) == "9f31c7d2");
}

TEST_CASE("RFC 8866 6.6: rtpmap lines that break the grammar are passed over") {
  const Description description =
      parsed(head + crlf("m=audio 9 x 0\na=rtpmap:0\na=rtpmap:0 PCMU\na=rtpmap:0 /8000\n"
                         "a=rtpmap:0 PCMU/\na=rtpmap:0 PCMU/1099511627776\na=rtpmap\n"
                         "a=rtpmap:8 PCMA/8000\n"));
  REQUIRE(rtpmaps(description.media[0]).size() == 1);
  CHECK(rtpmaps(description.media[0])[0].encoding == "PCMA");
}

TEST_CASE("RFC 8866 6.7: the direction is the medium's, else the session's, else sendrecv") {
  const Description description =
      parsed(head + crlf("a=inactive\nm=audio 9 x 0\nm=video 9 x 0\na=sendonly\n"
                         "m=audio 9 x 0\na=sendrecv \n"));
  CHECK(direction(description, description.media[0]) == Direction::inactive);
  CHECK(direction(description, description.media[1]) == Direction::sendonly);
  CHECK(direction(description, description.media[2]) == Direction::sendrecv);
  const Description none = parsed(head + crlf("m=audio 9 x 0\na=SENDONLY\na=sendonly:x\n"));
  CHECK(direction(none, none.media[0]) == Direction::sendrecv);
  const Description twice = parsed(head + crlf("m=audio 9 x 0\na=sendonly\na=recvonly\n"));
  CHECK(direction(twice, twice.media[0]) == Direction::recvonly);
}

TEST_CASE("RFC 3264 6.1: directions, their reverse and what may answer them") {
  using enum Direction;
  for (const Direction d : {sendrecv, sendonly, recvonly, inactive}) {
    CHECK(parse_direction(to_string(d)) == d);
    CHECK(reversed(reversed(d)) == d);
    CHECK(common(d, sendrecv) == d);
    CHECK(common(d, inactive) == inactive);
    CHECK(is_allowed_answer(sendrecv, d));
    CHECK(is_allowed_answer(d, inactive));
    CHECK(is_allowed_answer(inactive, d) == (d == inactive));
    CHECK(is_allowed_answer(sendonly, d) == (d == recvonly || d == inactive));
    CHECK(is_allowed_answer(recvonly, d) == (d == sendonly || d == inactive));
  }
  CHECK(reversed(sendonly) == recvonly);
  CHECK(common(sendonly, recvonly) == inactive);
  CHECK_FALSE(parse_direction("").has_value());
  CHECK_FALSE(parse_direction("Sendrecv").has_value());
}

TEST_CASE("RFC 3264 6, RFC 9143 6: port 0 rejects a medium unless it is bundle-only") {
  const Description description =
      parsed(head + crlf("m=audio 0 x 0\nm=video 0 x 0\na=bundle-only\nm=video 9 x 0\n"));
  CHECK(description.media[0].is_rejected());
  CHECK_FALSE(description.media[1].is_rejected());
  CHECK_FALSE(description.media[2].is_rejected());
}

TEST_CASE("RFC 5888: group and mid in odd forms") {
  const Description description = parsed(
      head + crlf("a=group\na=group:\na=group:BUNDLE\na=group:LS 1  2\nm=audio 9 x 0\na=mid:\n"));
  REQUIRE(groups(description).size() == 2);
  CHECK(groups(description)[0].mids.empty());
  CHECK(groups(description)[1].mids == std::vector<std::string_view>{"1", "2"});
  CHECK_FALSE(mid(description.media[0]).has_value());
}

TEST_CASE("RFC 8866 5: lines in any order, any number of times, come out as they went in") {
  const std::vector<std::string> lines = {"i= seminar ",
                                          "u=http://example.com/?a=b",
                                          "e=Jane <j@example.com>",
                                          "p=+1 617 555-6011",
                                          "c=IN  IP4\t192.0.2.1",
                                          "b=AS: 64",
                                          "b=",
                                          "t=0 0",
                                          "t=3034423619 3042462419",
                                          "r=7d 1h 0 25h",
                                          "r=604800 3600 0 90000",
                                          "z=2882844526 -1h 2898848070 0",
                                          "k=clear:secret",
                                          "k=",
                                          "a=",
                                          "a=x",
                                          "a= x : y ",
                                          "a=mid: 0 ",
                                          "x=unknown",
                                          "Q=",
                                          "s=",
                                          "s=\xc3\xa9\xff\x01",
                                          "a=candidate:nonsense",
                                          "a=recvonly",
                                          "a=sendonly",
                                          "m=audio 9  RTP/AVP 0 ",
                                          "m=image 9/2 udptl t38"};
  std::uint32_t seed = 1;
  for (int round = 0; round < 200; ++round) {
    std::string text = head;
    for (int i = 0; i < 40; ++i) {
      seed = seed * 1664525 + 1013904223;
      text += lines[(seed >> 16) % lines.size()] + "\r\n";
    }
    CAPTURE(text);
    const Description description = parsed(text);
    CHECK(write(description) == text);
    CHECK(parsed(write(description)) == description);
  }
}

TEST_CASE("RFC 8866 5.9: times of a session") {
  CHECK(parse_timing("0 0")->stop == 0);
  CHECK(parse_timing("3034423619 18446744073709551615")->stop == 18446744073709551615U);
  for (const char* wrong : {"", "0", "0 x", "0 0 0", "-1 0", "0 18446744073709551616"})
    CHECK_FALSE(parse_timing(wrong).has_value());
}

TEST_CASE("RFC 8866 6.7: the direction of each section, with the session's for those without") {
  const Description description =
      parsed(head + crlf("a=inactive\nm=audio 9 x 0\nm=video 9 x 0\na=sendrecv\na= recvonly \n"));
  CHECK(directions(description) ==
        std::vector<Direction>{Direction::inactive, Direction::recvonly});
  CHECK(is_attribute({'a', "mid:0"}, "mid"));
  CHECK(is_attribute({'a', "mid"}, "mid"));
  CHECK_FALSE(is_attribute({'a', "midi:0"}, "mid"));
  CHECK_FALSE(is_attribute({'b', "mid:0"}, "mid"));
  CHECK_FALSE(is_attribute({'a', "mi"}, "mid"));
}
