/// Sources, streams, simulcast and capabilities.
#include <doctest/doctest.h>

#include "samples.hpp"
#include "sdp/capability.hpp"
#include "sdp/source.hpp"

using namespace sipml::sdp;
using samples::crlf;

namespace {

Media section(const std::string& lines) {
  auto result = parse(crlf("v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\nm=video 9 x 0\n" + lines));
  REQUIRE(result);
  return result->media.at(0);
}

using Texts = std::vector<std::string_view>;

}  // namespace

TEST_CASE("RFC 5576 4.1, 4.2: sources and their groups") {
  const Media media = section(
      "a=ssrc-group:FID 4294967295 2\na=ssrc:4294967295 cname:a b:c\na=ssrc:2 previous-ssrc\n"
      "a=ssrc:4294967296 cname:x\na=ssrc:1\na=ssrc-group:FID x\na=ssrc-group:\n");
  const auto sources = source_attributes(media);
  REQUIRE(sources.size() == 2);
  CHECK(sources[0].id == 4294967295U);
  CHECK(sources[0].name == "cname");
  CHECK(sources[0].value == "a b:c");
  CHECK(sources[1].name == "previous-ssrc");
  CHECK(sources[1].value == "");
  const auto groups = source_groups(media);
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].semantics == "FID");
  CHECK(groups[0].ids == std::vector<std::uint32_t>{4294967295U, 2});
}

TEST_CASE("RFC 8830 2: streams and tracks") {
  const auto media = section("a=msid:- track\na=msid:stream\na=msid:a b c\na=msid:\n");
  const auto found = msids(media);
  REQUIRE(found.size() == 2);
  CHECK(found[0].stream == "-");
  CHECK(found[0].track == "track");
  CHECK(found[1].stream == "stream");
  CHECK(found[1].track == "");
}

TEST_CASE("RFC 8851 10: restriction identifiers") {
  const auto rid = parse_rid("hi send pt=97,98;max-width=1280;max-fps=30;depend");
  REQUIRE(rid);
  CHECK(rid->id == "hi");
  CHECK(rid->direction == "send");
  CHECK(rid->formats == Texts{"97", "98"});
  REQUIRE(rid->restrictions.size() == 3);
  CHECK(rid->restrictions[0].name == "max-width");
  CHECK(rid->restrictions[0].value == "1280");
  CHECK_FALSE(rid->restrictions[2].value.has_value());
  CHECK(parse_rid("1 recv")->formats.empty());
  for (const char* wrong : {"", "1", "1 both", "send"}) CHECK_FALSE(parse_rid(wrong).has_value());
  CHECK(rids(section("a=rid:h send\na=rid:l\n")).size() == 1);
}

TEST_CASE("RFC 8853 5.1: simulcast in both directions, with alternatives and pauses") {
  const auto both = parse_simulcast("send 1,~4;2;3 recv 5");
  REQUIRE(both);
  REQUIRE(both->send.size() == 3);
  REQUIRE(both->send[0].size() == 2);
  CHECK(both->send[0][0].rid == "1");
  CHECK_FALSE(both->send[0][0].paused);
  CHECK(both->send[0][1].rid == "4");
  CHECK(both->send[0][1].paused);
  CHECK(both->send[2][0].rid == "3");
  REQUIRE(both->receive.size() == 1);
  CHECK(both->receive[0][0].rid == "5");
  CHECK(parse_simulcast("recv a")->send.empty());
  for (const char* wrong : {"", "send", "both 1", "send 1 send 2", "send ~", "send 1 recv", "1"})
    CHECK_FALSE(parse_simulcast(wrong).has_value());
  CHECK(simulcast(section("a=simulcast:send h;l\n"))->send.size() == 2);
  CHECK_FALSE(simulcast(section("a=x\n")).has_value());
}

TEST_CASE("RFC 5939 3.3 to 3.5: capabilities, configurations and option tags") {
  const auto attribute = parse_capability("2 fingerprint: SHA-1 99:2C");
  REQUIRE(attribute);
  CHECK(attribute->number == 2);
  CHECK(attribute->text == "fingerprint: SHA-1 99:2C");
  CHECK(parse_capability("1 RTP/SAVPF RTP/SAVP")->text == "RTP/SAVPF RTP/SAVP");
  for (const char* wrong : {"", "1", "0 x", "2147483648 x", "x y"})
    CHECK_FALSE(parse_capability(wrong).has_value());
  const auto configuration = parse_configuration("1 t=1 a=-m:1,2|3");
  REQUIRE(configuration);
  CHECK(configuration->number == 1);
  REQUIRE(configuration->lists.size() == 2);
  CHECK(configuration->lists[1].name == "a");
  CHECK(configuration->lists[1].value == "-m:1,2|3");
  CHECK(parse_configuration("7")->lists.empty());
  for (const char* wrong : {"", "t=1", "1 t", "1 =2"})
    CHECK_FALSE(parse_configuration(wrong).has_value());
  CHECK(option_tags("cap-v0, foo,bar") == Texts{"cap-v0", "foo", "bar"});
}
