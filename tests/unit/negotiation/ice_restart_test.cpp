/// Offers that begin ICE anew.
#include <doctest/doctest.h>

#include <string>

#include "../sdp/samples.hpp"
#include "negotiation/ice_restart.hpp"

using samples::crlf;
using sipml::negotiation::restarts_ice;
using sipml::sdp::Description;

namespace {

Description parsed(std::string_view lines) {
  auto result =
      sipml::sdp::parse(crlf("v=0\no=- 1 2 IN IP4 192.0.2.1\ns=-\nt=0 0\n") + crlf(lines));
  if (result) return std::move(result).value();
  FAIL("does not parse: " << std::string(to_string(result.error().code)));
  return {};
}

bool restarts(std::string_view before, std::string_view offer) {
  return restarts_ice(parsed(before), parsed(offer));
}

}  // namespace

TEST_CASE("RFC 8839 4.4.1.1.1: other credentials restart ICE") {
  constexpr std::string_view first = "m=audio 9 x 0\na=ice-ufrag:AAAA\na=ice-pwd:one\n";
  CHECK_FALSE(restarts(first, first));
  CHECK(restarts(first, "m=audio 9 x 0\na=ice-ufrag:BBBB\na=ice-pwd:two\n"));
  CHECK(restarts(first, "m=audio 9 x 0\na=ice-ufrag:AAAA\na=ice-pwd:two\n"));
  CHECK(restarts("a=ice-ufrag:AAAA\nm=audio 9 x 0\n", "m=audio 9 x 0\na=ice-ufrag:BBBB\n"));
}

TEST_CASE("RFC 8839 4.4.1.1.1: sections that are new, rejected or without ICE restart nothing") {
  constexpr std::string_view first = "m=audio 9 x 0\na=ice-ufrag:AAAA\n";
  CHECK_FALSE(restarts("", first));
  CHECK_FALSE(restarts("m=audio 9 x 0\n", first));
  CHECK_FALSE(restarts(first, "m=audio 9 x 0\n"));
  CHECK_FALSE(restarts(first, "m=audio 0 x 0\na=ice-ufrag:BBBB\n"));
  CHECK_FALSE(
      restarts(first, "m=audio 9 x 0\na=ice-ufrag:AAAA\nm=video 9 x 0\na=ice-ufrag:BBBB\n"));
  CHECK(restarts("m=audio 0 x 0\na=ice-ufrag:AAAA\nm=video 9 x 0\na=ice-ufrag:CCCC\n",
                 "m=audio 0 x 0\na=ice-ufrag:AAAA\nm=video 9 x 0\na=ice-ufrag:DDDD\n"));
}
