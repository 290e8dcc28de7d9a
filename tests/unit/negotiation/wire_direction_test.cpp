/// What the browser does and what is written on the wire, in every combination (RFC 3264 5.1, 6.1,
/// 8.4).
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "../sdp/samples.hpp"
#include "negotiation/rewrite.hpp"
#include "sdp/description.hpp"

using namespace sipml;
using namespace sipml::negotiation;
using samples::crlf;

namespace {

constexpr Direction all_directions[] = {Direction::sendrecv, Direction::sendonly,
                                        Direction::recvonly, Direction::inactive};

const std::string transport =
    "a=ice-ufrag:abcd\na=ice-pwd:0123456789abcdefghijkl\na=rtcp-mux\na=fingerprint:sha-1 "
    "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33\n";

struct Medium {
  std::string kind;
  Direction direction;
};

std::string description(const std::vector<Medium>& media) {
  std::string text = "v=0\no=- 1 1 IN IP4 192.0.2.9\ns=-\nt=0 0\n" + transport;
  for (std::size_t i = 0; i < media.size(); ++i)
    text += "m=" + media[i].kind + " 9 UDP/TLS/RTP/SAVPF 0\na=mid:" + std::to_string(i) +
            "\na=rtcp-mux\na=" + std::string(to_string(media[i].direction)) + "\n";
  return crlf(text);
}

std::vector<Direction> directions_of(const Result<std::string, RewriteError>& text) {
  REQUIRE(text);
  const auto parsed = sdp::parse(*text);
  REQUIRE(parsed);
  return sdp::directions(*parsed);
}

/// What the browser is told of an answer to its own direction: nothing is invented, and agreement
/// with the whole of what was written is agreement with the whole of what the browser offered.
Direction mapped(Direction browser, std::optional<Direction> wire, Direction answered) {
  const Direction most = sdp::reversed(browser);
  if (!wire || browser == Direction::inactive || *wire == browser)
    return sdp::common(answered, most);
  if (*wire != Direction::inactive && answered == sdp::reversed(*wire)) return most;
  return sdp::common(answered, most);
}

std::vector<std::optional<Direction>> wire_choices() {
  std::vector<std::optional<Direction>> choices = {std::nullopt};
  for (const Direction direction : all_directions) choices.push_back(direction);
  return choices;
}

}  // namespace

TEST_CASE("RFC 3264 5.1, 6.1: browser, wire and answer, in every combination") {
  for (const Direction browser : all_directions) {
    for (const auto wire : wire_choices()) {
      const bool is_overridden = wire && browser != Direction::inactive;
      LocalOptions options;
      options.audio_wire_direction = wire;
      const std::string offer = description({{"audio", browser}});
      CAPTURE(to_string(browser));
      CAPTURE(wire ? to_string(*wire) : "none");
      CHECK(directions_of(local_description(offer, options)) ==
            std::vector{is_overridden ? *wire : browser});
      for (const Direction answered : all_directions) {
        CAPTURE(to_string(answered));
        const Direction told =
            directions_of(remote_answer(description({{"audio", answered}}), offer, options)).at(0);
        CHECK(told == mapped(browser, wire, answered));
        CHECK(sdp::is_allowed_answer(browser, told));
      }
    }
  }
}

TEST_CASE(
    "RFC 3264 6.1: an answer of ours is overridden where the offer allows it, in every case") {
  for (const Direction offered : all_directions) {
    for (const Direction browser : all_directions) {
      if (!sdp::is_allowed_answer(offered, browser)) continue;
      for (const auto wire : wire_choices()) {
        CAPTURE(to_string(offered));
        CAPTURE(to_string(browser));
        CAPTURE(wire ? to_string(*wire) : "none");
        LocalOptions options;
        options.video_wire_direction = wire;
        const bool is_overridden =
            wire && browser != Direction::inactive && sdp::is_allowed_answer(offered, *wire);
        CHECK(directions_of(local_answer(description({{"video", browser}}),
                                         description({{"video", offered}}), options)) ==
              std::vector{is_overridden ? *wire : browser});
      }
    }
  }
}

TEST_CASE("RFC 3264 5.1: audio and video are overridden each for itself, also video alone") {
  using enum Direction;
  LocalOptions options;
  options.audio_wire_direction = sendonly;
  options.video_wire_direction = recvonly;
  const std::string both = description({{"audio", recvonly}, {"video", sendonly}});
  CHECK(directions_of(local_description(both, options)) == std::vector{sendonly, recvonly});
  // The peer agrees to audio and is silent in video.
  CHECK(directions_of(remote_answer(description({{"audio", recvonly}, {"video", inactive}}), both,
                                    options)) == std::vector{sendonly, inactive});
  const std::string video = description({{"video", sendonly}});
  CHECK(directions_of(local_description(video, options)) == std::vector{recvonly});
  CHECK(directions_of(remote_answer(description({{"video", sendonly}}), video, options)) ==
        std::vector{recvonly});
  // The second audio section as the first one.
  const std::string twice = description({{"audio", recvonly}, {"audio", recvonly}});
  CHECK(directions_of(local_description(twice, options)) == std::vector{sendonly, sendonly});
}

TEST_CASE(
    "RFC 3264 8.4: hold goes out as the browser has it; the override comes back with resume") {
  using enum Direction;
  LocalOptions options;
  options.audio_wire_direction = sendrecv;
  // The caller of this leaves the override out while it holds, as the browser writes hold itself.
  LocalOptions holding = options;
  holding.audio_wire_direction.reset();
  holding.is_hold = true;
  for (const Direction hold : {sendonly, inactive}) {
    const std::string held = description({{"audio", hold}});
    CHECK(directions_of(local_description(held, holding)) == std::vector{hold});
    for (const Direction answered : all_directions)
      CHECK(directions_of(remote_answer(description({{"audio", answered}}), held, holding)) ==
            std::vector{sdp::common(answered, sdp::reversed(hold))});
  }
  // With the override in force inactive stays inactive, so that nobody is woken by it.
  CHECK(directions_of(local_description(description({{"audio", inactive}}), options)) ==
        std::vector{inactive});
  CHECK(directions_of(local_description(description({{"audio", recvonly}}), options)) ==
        std::vector{sendrecv});
}

TEST_CASE("RFC 3264 6: an answer that accepts nothing is an error, but not one to hold") {
  using enum Direction;
  const std::string offer = description({{"audio", sendrecv}, {"video", inactive}});
  std::string refusal = description({{"audio", inactive}, {"video", inactive}});
  refusal.replace(refusal.find("audio 9"), 7, "audio 0")
      .replace(refusal.find("video 9"), 7, "video 0");
  const auto refused = remote_answer(refusal, offer, {});
  REQUIRE_FALSE(bool(refused));
  CHECK(refused.error().code == RewriteErrorCode::nothing_in_common);
  CHECK(refused.error().text ==
        "remote answer, m-line 0 (audio): it is rejected, and so is all else: there is no codec in "
        "common");
  std::string foreign = description({{"audio", sendrecv}, {"video", inactive}});
  const std::string_view known = "SAVPF 0\r\n";
  foreign.replace(foreign.find(known), known.size(),
                  "SAVPF 97 101\r\na=rtpmap:97 unheard-of/8000\r\na=rtpmap:101 "
                  "telephone-event/8000\r\n");
  foreign.replace(foreign.find("video 9"), 7, "video 0");
  const auto unheard = remote_answer(foreign, offer, {});
  REQUIRE_FALSE(bool(unheard));
  CHECK(unheard.error().text == "remote answer, m-line 0 (audio): none of its codecs was offered");
  LocalOptions holding;
  holding.is_hold = true;
  CHECK(remote_answer(refusal, offer, holding));
  CHECK(remote_answer(refusal, description({{"audio", inactive}, {"video", inactive}}), {}));
  const auto ours = local_answer(refusal, offer, {});
  REQUIRE_FALSE(bool(ours));
  CHECK(ours.error().code == RewriteErrorCode::nothing_in_common);
}
