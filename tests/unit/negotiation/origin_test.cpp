/// The o= line of descriptions that follow each other.
#include <doctest/doctest.h>

#include <string>

#include "../sdp/parsed.hpp"
#include "../sdp/samples.hpp"
#include "negotiation/origin.hpp"

using namespace sipml::negotiation;
using samples::crlf;
using samples::parsed;
using samples::replaced;
using sipml::sdp::Description;

namespace {

std::string of(std::string_view origin, std::string_view media = "m=audio 9 RTP/AVP 0\n") {
  return crlf("v=0\no=" + std::string(origin) + "\ns=-\nt=0 0\n" + std::string(media));
}

}  // namespace

TEST_CASE("RFC 3264 8: descriptions with the same o= line are the same") {
  const Description first = parsed(samples::chromium_offer());
  CHECK(same_origin(first, first));
  CHECK(same_origin(first, parsed(replaced(samples::chromium_offer(), "s=-", "s=x"))));
  CHECK_FALSE(
      same_origin(first, parsed(replaced(samples::chromium_offer(), "8917 2 IN", "8917 3 IN"))));
  CHECK_FALSE(same_origin(first, parsed(samples::chromium_answer())));
  CHECK_FALSE(same_origin(Description{}, Description{}));
}

TEST_CASE("RFC 3264 8: the session of our descriptions stays, whatever connection they are of") {
  const std::string before = of("- 17 2 IN IP4 127.0.0.1");
  const std::string_view video = "m=video 9 RTP/AVP 96\n";
  CHECK(with_kept_origin(of("- 99 2 IN IP4 192.0.2.1", video), before) ==
        of("- 17 3 IN IP4 127.0.0.1", video));
  CHECK(with_kept_origin(of("mozilla 17 2 IN IP4 0.0.0.0", video), before) ==
        of("- 17 3 IN IP4 127.0.0.1", video));

  SUBCASE("and its version, where nothing else differs") {
    CHECK(with_kept_origin(of("- 99 7 IN IP4 192.0.2.1"), before) == before);
  }
  SUBCASE("the browser counts as long as it is the same connection") {
    const std::string next = of("- 17 3 IN IP4 127.0.0.1", video);
    CHECK(with_kept_origin(next, before) == next);
  }
  SUBCASE("once is enough") {
    const std::string kept = with_kept_origin(of("- 99 2 IN IP4 192.0.2.1", video), before);
    CHECK(with_kept_origin(kept, before) == kept);
  }
  SUBCASE("what cannot be read or counted stays") {
    const std::string next = of("- 99 2 IN IP4 192.0.2.1", video);
    for (const std::string_view origin :
         {"-", "- 17", "- 17 2", "- 17 two IN IP4 127.0.0.1",
          "- 17 18446744073709551615 IN IP4 127.0.0.1", "- 17 -1 IN IP4 127.0.0.1"})
      CHECK(with_kept_origin(next, of(origin)) == next);
    CHECK(with_kept_origin(next, "") == next);
    CHECK(with_kept_origin("no description", before) == "no description");
    CHECK(with_kept_origin(of("- 99", video), before) == of("- 99", video));
  }
}
