/// Offers that begin ICE anew.
#include <doctest/doctest.h>

#include <string>

#include "../sdp/samples.hpp"
#include "negotiation/ice_restart.hpp"

using samples::crlf;
using sipml::negotiation::restarts_ice;
using sipml::negotiation::with_kept_client;
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

namespace {

std::string session(std::string_view sections) {
  return crlf("v=0\no=- 1 2 IN IP4 192.0.2.1\ns=-\nt=0 0\n") + crlf(sections);
}

std::string section(std::string_view setup, std::string_view fingerprint = "AA:BB") {
  return "m=audio 9 x 0\na=fingerprint:sha-256 " + std::string(fingerprint) +
         "\na=setup:" + std::string(setup) + "\n";
}

/// The role that an ICE restart offers after these two descriptions.
std::string offered(std::string_view own, std::string_view theirs,
                    std::string_view fingerprint = "AA:BB") {
  const std::string offer = session(section("actpass", fingerprint));
  const std::string kept =
      with_kept_client(offer, session(section(own)), session(section(theirs, "CC:DD")));
  return kept == offer                                     ? "actpass"
         : kept == session(section("active", fingerprint)) ? "active"
                                                           : kept;
}

}  // namespace

TEST_CASE("RFC 8842 4: an ICE restart keeps the DTLS association, and says who its client is") {
  CHECK(offered("active", "actpass") == "active");
  CHECK(offered("actpass", "passive") == "active");
  CHECK(offered("active", "passive") == "active");
  CHECK(offered("passive", "actpass") == "actpass");
  CHECK(offered("actpass", "active") == "actpass");
  CHECK(offered("active", "actpass", "EE:FF") == "actpass");
}

TEST_CASE("RFC 8842 4: sections that are new, or cannot be read, offer both roles") {
  const std::string two = session(section("actpass") + section("actpass"));
  const std::string one = session(section("active"));
  CHECK(with_kept_client(two, one, one) == session(section("active") + section("actpass")));
  CHECK(with_kept_client(two, "", one) == two);
  CHECK(with_kept_client(two, one, "") == two);
  CHECK(with_kept_client("none", one, one) == "none");
}
