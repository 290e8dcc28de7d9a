/// Descriptions on their way between browser and wire.
#include <doctest/doctest.h>

#include <string>

#include "../sdp/samples.hpp"
#include "negotiation/rewrite.hpp"

using namespace sipml::negotiation;
using samples::crlf;
using samples::replaced;

namespace {

/// With the events that our own descriptions name.
std::string with_events(std::string text) {
  text = replaced(text, "telephone-event/8000\r\n", "telephone-event/8000\r\na=fmtp:126 0-15\r\n");
  const std::size_t wide = text.find("a=rtpmap:126");
  if (text.find("a=rtpmap:110") != std::string::npos) text.insert(wide, "a=fmtp:110 0-15\r\n");
  return text;
}

std::string chromium_offer() { return with_events(samples::chromium_offer()); }
std::string chromium_answer() { return with_events(samples::chromium_answer()); }

std::string text_of(const sipml::Result<std::string, RewriteError>& result) {
  return result ? *result : "error: " + result.error().text;
}

}  // namespace

TEST_CASE("RFC 3264 5: without options a browser's offer changes by 0.0.0.0 and names its events") {
  CHECK(text_of(local_description(samples::chromium_offer(), {})) == chromium_offer());
  CHECK(text_of(local_description(samples::firefox_offer(), {})) ==
        replaced(samples::firefox_offer(), "IN IP4 0.0.0.0\r\ns=", "IN IP4 127.0.0.1\r\ns="));
}

TEST_CASE("RFC 9143 6: a bundle-only section of the peer reaches the browser as it came") {
  // As browsers write it with the bundlePolicy "max-bundle".
  std::string offer = samples::chromium_offer();
  const std::size_t video = offer.find("m=video");
  offer =
      offer.substr(0, video) + replaced(replaced(offer.substr(video), "m=video 47312", "m=video 0"),
                                        "IN IP4 203.0.113.24", "IN IP4 0.0.0.0\r\na=bundle-only");
  CHECK(text_of(remote_offer(offer)) == offer);
}

TEST_CASE("RFC 3264 5: each option of an offer does its work, and all together") {
  LocalOptions options;
  options.session_name = "Phone - chrome";
  options.audio_bandwidth = 64;
  options.video_bandwidth = 512;
  options.audio_wire_direction = Direction::sendonly;
  options.video_wire_direction = Direction::recvonly;
  std::string expected = replaced(chromium_offer(), "s=-", "s=Phone - chrome");
  expected = replaced(
      expected, "c=IN IP4 203.0.113.24\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=cand",
      "c=IN IP4 203.0.113.24\r\nb=AS:64\r\nb=TIAS:64000\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=cand");
  expected = replaced(
      expected, "c=IN IP4 203.0.113.24\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice",
      "c=IN IP4 203.0.113.24\r\nb=AS:512\r\nb=TIAS:512000\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice");
  expected = replaced(expected, "a=sendrecv", "a=sendonly");
  expected = replaced(expected, "a=sendrecv", "a=recvonly");
  const std::string once = text_of(local_description(samples::chromium_offer(), options));
  CHECK(once == expected);
  CHECK(text_of(local_description(once, options)) == once);

  LocalOptions none;
  none.audio_bandwidth = 0;
  CHECK(text_of(local_description(samples::chromium_offer(), none)) == chromium_offer());
}

TEST_CASE("RFC 8866 5.3: a session name with a line break is refused, not written") {
  LocalOptions options;
  options.session_name = "x\r\na=inactive";
  const auto offer = local_description(samples::chromium_offer(), options);
  REQUIRE_FALSE(static_cast<bool>(offer));
  CHECK(offer.error().code == RewriteErrorCode::invalid_session_name);
  const auto answer = local_answer(samples::chromium_answer(), samples::chromium_offer(), options);
  REQUIRE_FALSE(static_cast<bool>(answer));
  CHECK(answer.error().code == RewriteErrorCode::invalid_session_name);
}

TEST_CASE("RFC 8866 5: an error of parsing names the description, the line and the octet") {
  const std::string broken = "v=0\r\nm=audio\r\n";
  const std::string what = ", line 2, octet 5: an m= line lacks a medium, port, proto or format";
  const auto check = [&](const sipml::Result<std::string, RewriteError>& result,
                         const std::string& whose) {
    REQUIRE_FALSE(static_cast<bool>(result));
    CHECK(result.error().code == RewriteErrorCode::malformed_description);
    CHECK(result.error().text == whose + what);
    CHECK(result.error().offset == 5);
  };
  check(local_description(broken, {}), "local offer");
  check(remote_offer(broken), "remote offer");
  check(remote_answer(broken, samples::chromium_offer(), {}), "remote answer");
  check(remote_answer(samples::chromium_answer(), broken, {}), "local offer");
  check(local_answer(broken, samples::chromium_offer(), {}), "local answer");
  check(local_answer(samples::chromium_answer(), broken, {}), "remote offer");
  for (int i = 0; i < static_cast<int>(RewriteErrorCode::count); ++i)
    CHECK_FALSE(to_string(static_cast<RewriteErrorCode>(i)).empty());
}

TEST_CASE("RFC 8829 5.8: a browser's offer and answer reach another browser unchanged") {
  CHECK(text_of(remote_offer(samples::chromium_offer())) == samples::chromium_offer());
  CHECK(text_of(remote_offer(samples::firefox_offer())) == samples::firefox_offer());
  CHECK(text_of(remote_answer(samples::chromium_answer(), samples::chromium_offer(), {})) ==
        samples::chromium_answer());
}

TEST_CASE("RFC 3264 6: a gateway's short answer becomes one that a browser takes") {
  const std::string expected =
      replaced(samples::gateway_answer(), "RTP/SAVPF 8", "UDP/TLS/RTP/SAVPF 8") +
      crlf("a=mid:0\nm=video 0 UDP/TLS/RTP/SAVPF 96 97 102 103\na=inactive\na=mid:1\n");
  CHECK(text_of(remote_answer(samples::gateway_answer(), samples::chromium_offer(), {})) ==
        expected);
  const std::string bare =
      replaced(replaced(samples::gateway_answer(), "s=-\r\n", ""), "t=0 0\r\n", "a=recvonly\r\n");
  CHECK(text_of(remote_answer(bare, samples::chromium_offer(), {})) ==
        replaced(expected, "t=0 0\r\n", "t=0 0\r\na=recvonly\r\n"));
}

TEST_CASE("RFC 8866 6.7: hold at session level reaches the browser at media level") {
  const std::string hold =
      replaced(replaced(samples::gateway_answer(), "t=0 0\r\n", "t=0 0\r\na=sendonly\r\n"),
               "a=sendrecv\r\n", "");
  CHECK(text_of(remote_offer(hold)) ==
        replaced(hold, "RTP/SAVPF 8", "UDP/TLS/RTP/SAVPF 8") + "a=sendonly\r\n");
}

TEST_CASE("RFC 9143 7.3.3: a rejected section leaves the BUNDLE group of either side's answer") {
  const std::string rejected = replaced(samples::chromium_answer(), "m=video 58120", "m=video 0");
  const std::string expected = replaced(rejected, "BUNDLE 0 1", "BUNDLE 0");
  CHECK(text_of(remote_answer(rejected, samples::chromium_offer(), {})) == expected);
  CHECK(text_of(local_answer(rejected, samples::chromium_offer(), {})) == with_events(expected));
}

TEST_CASE("RFC 8827 6.5: media without DTLS is refused with a clear cause") {
  const auto offer = remote_offer(samples::plain_offer());
  REQUIRE_FALSE(static_cast<bool>(offer));
  CHECK(offer.error().code == RewriteErrorCode::no_fingerprint);
  CHECK(offer.error().text ==
        "remote offer, m-line 0 (audio): there is no DTLS fingerprint, so no browser can take it");
  const auto answer = remote_answer(samples::plain_offer(), samples::chromium_offer(), {});
  REQUIRE_FALSE(static_cast<bool>(answer));
  CHECK(answer.error().code == RewriteErrorCode::no_fingerprint);
  // A rejected section needs none.
  const std::string rejected = replaced(samples::plain_offer(), "49217", "0");
  CHECK(text_of(remote_offer(rejected)) == rejected);
}

TEST_CASE("RFC 9143 7.1.3: a bundled section may leave its fingerprint to the first one") {
  std::string offer = samples::chromium_offer();
  const std::size_t second = offer.rfind("a=fingerprint");
  offer.erase(second, offer.find("\r\n", second) + 2 - second);
  CHECK(text_of(remote_offer(offer)) == offer);
}

TEST_CASE("RFC 3264 6: pairing errors of both sides say whose answer is wrong and where") {
  const auto too_many =
      remote_answer(samples::chromium_answer() + "m=text 9 x 0\r\n", samples::chromium_offer(), {});
  REQUIRE_FALSE(static_cast<bool>(too_many));
  CHECK(too_many.error().code == RewriteErrorCode::too_many_media);
  CHECK(too_many.error().text == "remote answer, m-line 2: the answer has 3 m-lines, the offer 2");

  const auto too_few = local_answer(samples::gateway_answer(), samples::chromium_offer(), {});
  REQUIRE_FALSE(static_cast<bool>(too_few));
  CHECK(too_few.error().code == RewriteErrorCode::too_few_media);
  CHECK(too_few.error().text ==
        "local answer, m-line 1: the answer ends before the offer, which has 2 m-lines");

  const auto other = local_answer(replaced(samples::chromium_answer(), "m=video", "m=text"),
                                  samples::chromium_offer(), {});
  REQUIRE_FALSE(static_cast<bool>(other));
  CHECK(other.error().code == RewriteErrorCode::other_medium);
}

TEST_CASE("RFC 3264 6.1: the receive-only browser behind a wire that says sendonly") {
  LocalOptions options;
  options.audio_wire_direction = Direction::sendonly;
  options.video_wire_direction = Direction::sendonly;
  std::string offer = replaced(samples::chromium_offer(), "a=sendrecv", "a=recvonly");
  offer = replaced(offer, "a=sendrecv", "a=recvonly");
  std::string on_wire = replaced(with_events(offer), "a=recvonly", "a=sendonly");
  on_wire = replaced(on_wire, "a=recvonly", "a=sendonly");
  CHECK(text_of(local_description(offer, options)) == on_wire);

  std::string answer = replaced(samples::chromium_answer(), "a=sendrecv", "a=recvonly");
  answer = replaced(answer, "a=sendrecv", "a=recvonly");
  std::string for_browser = replaced(answer, "a=recvonly", "a=sendonly");
  for_browser = replaced(for_browser, "a=recvonly", "a=sendonly");
  CHECK(text_of(remote_answer(answer, offer, options)) == for_browser);
}

TEST_CASE("RFC 3264 6: a browser's answer goes out with the options that the offer allows") {
  LocalOptions options;
  options.session_name = "n";
  options.audio_bandwidth = 40;
  options.audio_wire_direction = Direction::sendonly;
  options.video_wire_direction = Direction::sendonly;
  std::string offer = samples::chromium_offer();
  offer.replace(offer.rfind("a=sendrecv"), 10, "a=sendonly");
  std::string answer = samples::chromium_answer();
  answer.replace(answer.rfind("a=sendrecv"), 10, "a=recvonly");
  std::string expected = replaced(with_events(answer), "s=-", "s=n");
  expected = replaced(expected, "c=IN IP4 192.0.2.61\r\na=cand",
                      "c=IN IP4 192.0.2.61\r\nb=AS:40\r\nb=TIAS:40000\r\na=cand");
  expected = replaced(expected, "a=sendrecv", "a=sendonly");
  CHECK(text_of(local_answer(answer, offer, options)) == expected);
  CHECK(text_of(local_answer(samples::chromium_answer(), samples::chromium_offer(), {})) ==
        chromium_answer());
}
