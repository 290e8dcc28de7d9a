/// Hold and the summary of a peer's description.
#include <doctest/doctest.h>

#include <string>

#include "../sdp/parsed.hpp"
#include "../sdp/samples.hpp"
#include "negotiation/hold.hpp"

using namespace sipml::negotiation;
using samples::crlf;
using samples::parsed;
using samples::replaced;
using sipml::sdp::Description;
using sipml::sdp::Direction;

namespace {

const std::string head = crlf("v=0\no=- 1 2 IN IP4 192.0.2.1\ns=-\nt=0 0\n");

bool held(std::string_view lines) { return is_remote_hold(parsed(head + crlf(lines))); }

}  // namespace

TEST_CASE("RFC 3264 8.4: hold is every active section sendonly or inactive") {
  CHECK(held("m=audio 9 x 0\na=sendonly\n"));
  CHECK(held("m=audio 9 x 0\na=inactive\n"));
  CHECK(held("m=audio 9 x 0\na=sendonly\nm=video 9 x 0\na=inactive\n"));
  CHECK(held("a=sendonly\nm=audio 9 x 0\nm=video 9 x 0\n"));
  CHECK(held("m=audio 9 x 0\na=sendonly\nm=video 0 x 0\n"));
  CHECK_FALSE(held("m=audio 9 x 0\n"));
  CHECK_FALSE(held("m=audio 9 x 0\na=recvonly\n"));
  CHECK_FALSE(held("m=audio 9 x 0\na=sendonly\nm=video 9 x 0\n"));
  CHECK_FALSE(held("a=inactive\nm=audio 9 x 0\nm=video 9 x 0\na=sendrecv\n"));
  CHECK_FALSE(held("m=text 0 x 0\nm=audio 9 x 0\n"));
  CHECK_FALSE(held(""));
  CHECK_FALSE(is_remote_hold(parsed(samples::chromium_offer())));
  CHECK_FALSE(is_remote_hold(parsed(samples::firefox_offer())));
}

TEST_CASE("RFC 3264 8.4: what has no direction says nothing of hold") {
  CHECK(held("m=audio 9 x 0\na=sendonly\nm=application 9 UDP/BFCP *\n"));
  CHECK(held("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\nm=audio 9 x 0\na=inactive\n"));
  CHECK_FALSE(held("m=audio 9 x 0\nm=application 9 UDP/BFCP *\na=inactive\n"));
  CHECK_FALSE(held("m=application 9 UDP/BFCP *\na=inactive\n"));
}

TEST_CASE("RFC 9143 6: a bundle-only section has no address of its own to hold by") {
  const std::string video =
      "m=video 0 x 0\nc=IN IP4 0.0.0.0\na=mid:1\na=bundle-only\na=ice-ufrag:abcd\n";
  CHECK_FALSE(held(video));
  CHECK_FALSE(held("m=audio 5000 x 0\nc=IN IP4 192.0.2.1\na=sendonly\n" + video));
  CHECK(held("m=audio 5000 x 0\nc=IN IP4 192.0.2.1\na=sendonly\n" + video + "a=inactive\n"));
}

TEST_CASE("RFC 3264 8.2: old peers hold by rejecting all media, and they come back") {
  CHECK(held("m=audio 0 x 0\n"));
  CHECK(held("m=audio 0 x 0\nm=video 0 x 0\na=sendrecv\n"));
  CHECK_FALSE(held("m=audio 0 x 0\nm=video 9 x 0\n"));
  CHECK_FALSE(held("m=image 0 udptl t38\n"));
}

TEST_CASE("RFC 3264 8.4: hold by address behind a gateway that adds ICE and DTLS") {
  CHECK(is_remote_hold(parsed(samples::held_offer())));
  CHECK(held("m=audio 5000 x 0\nc=IN IP6 ::\na=fingerprint:sha-256 AA\n"));
  CHECK(held("c=IN IP4 0.0.0.0\na=ice-ufrag:abcd\nm=audio 5000 x 0\n"));
  // Candidates that are yet to come (RFC 8840 4.1.1).
  CHECK_FALSE(held("c=IN IP4 0.0.0.0\na=ice-ufrag:abcd\nm=audio 9 x 0\n"));
}

TEST_CASE("RFC 2543 B.5: the address 0.0.0.0 is hold where there is neither ICE nor DTLS") {
  const std::string plain = samples::plain_offer();
  CHECK_FALSE(is_remote_hold(parsed(plain)));
  CHECK(is_remote_hold(parsed(replaced(plain, "c=IN IP4 192.0.2.5", "c=IN IP4 0.0.0.0"))));
  CHECK(held("c=IN IP4 192.0.2.1\nm=audio 9 x 0\nc=IN IP4 0.0.0.0\n"));
  CHECK_FALSE(held("c=IN IP4 0.0.0.0\nm=audio 9 x 0\nc=IN IP4 192.0.2.1\n"));
  CHECK_FALSE(held("c=IN IP4 0.0.0.0\nm=audio 9 x 0\nm=video 9 x 0\nc=IN IP4 192.0.2.1\n"));
  for (const std::string_view sign : {"a=candidate:1 1 udp 1 192.0.2.1 9 typ host\n",
                                      "a=fingerprint:sha-256 AA\n", "a=ice-ufrag:abcd\n"}) {
    CHECK_FALSE(held("m=audio 9 x 0\nc=IN IP4 0.0.0.0\n" + std::string(sign)));
    CHECK_FALSE(held(std::string(sign) + "m=audio 9 x 0\nc=IN IP4 0.0.0.0\n"));
  }
  // A bundled section that leaves its transport to the first one.
  CHECK_FALSE(
      held("m=audio 9 x 0\nc=IN IP4 0.0.0.0\na=ice-ufrag:abcd\na=sendonly\n"
           "m=video 9 x 0\nc=IN IP4 0.0.0.0\n"));
}

TEST_CASE("RFC 3264 5.1: the summary has the first active section of each kind") {
  using enum Direction;
  CHECK(summarise(parsed(samples::chromium_offer())) == MediaSummary{sendrecv, sendrecv});
  CHECK(summarise(parsed(samples::gateway_answer())) == MediaSummary{sendrecv, std::nullopt});
  CHECK(summarise(parsed(head)) == MediaSummary{std::nullopt, std::nullopt});
  CHECK(summarise(parsed(head + crlf("a=inactive\nm=audio 0 x 0\nm=video 9 x 0\na=recvonly\n"
                                     "m=audio 9 x 0\nm=video 9 x 0\na=sendonly\n"))) ==
        MediaSummary{inactive, recvonly});
}
