/// What holds of every rule, on every sample: the second time changes nothing, and lines that the
/// rule does not own stay byte exact and in their order.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "../sdp/parsed.hpp"
#include "../sdp/samples.hpp"
#include "negotiation/rewrite.hpp"
#include "negotiation/rules/rules.hpp"

using namespace sipml;
using namespace sipml::negotiation;
using samples::crlf;
using samples::parsed;
using samples::replaced;
using sdp::Description;
using sdp::Direction;

namespace {

std::vector<std::string> all_samples() {
  return {samples::chromium_offer(),
          samples::chromium_answer(),
          samples::firefox_offer(),
          samples::gateway_answer(),
          samples::plain_offer(),
          samples::capability_offer(),
          samples::held_offer(),
          samples::chromium_offer() +
              crlf("a=candidate:1 1 XYZ 1 192.0.2.1 9 typ alien\nm=audio 5000 RTP/AVP 0\n"),
          replaced(samples::chromium_offer(), "BUNDLE 0 1", "BUNDLE 0 7 1 0"),
          replaced(samples::chromium_offer(), "a=mid:1", "a=mid:0"),
          replaced(samples::gateway_answer(), "a=ptime:20", "a=strange: x  y \r\nb=AS:30"),
          replaced(samples::gateway_answer(), "s=-\r\n", ""),
          crlf("v=0\no=- 1 2 IN IP4 0.0.0.0\ns=-\nt=0 0\na=recvonly\nm=text  11000  RTP/AVP  98\n"
               "a=rtpmap:98 t140/1000\nm=image 0 udptl t38\nm=audio 9 x 0\nz=?\n")};
}

bool is_any(const sdp::Line& line, const std::vector<std::string_view>& owned) {
  for (const std::string_view name : owned)
    if (name.size() == 1 ? line.type == name[0] : sdp::is_attribute(line, name)) return true;
  return false;
}

/// The lines that a rule does not own, with the number of the section in front.
std::vector<std::string> foreign(const Description& description,
                                 const std::vector<std::string_view>& owned) {
  std::vector<std::string> lines;
  const auto add = [&](std::size_t section, const sdp::Lines& all) {
    for (const sdp::Line& line : all)
      if (!is_any(line, owned))
        lines.push_back(std::to_string(section) + ' ' + line.type + '=' + line.value);
  };
  add(0, description.session);
  for (std::size_t i = 0; i < description.media.size(); ++i) add(i + 1, description.media[i].lines);
  return lines;
}

struct Property {
  const char* name;
  /// Types of lines of one letter, and names of attributes.
  std::vector<std::string_view> owned;
  Description (*apply)(Description);
};

const Description& offer() {
  static const Description result = parsed(samples::chromium_offer());
  return result;
}

/// What fails is left as it was.
Description or_same(Description before, Result<Description, RewriteError> after) {
  return after ? std::move(after).value() : before;
}

const std::vector<std::string_view> directions = {"sendrecv", "sendonly", "recvonly", "inactive"};

std::vector<Property> properties() {
  return {
      {"session_name", {"s"}, [](Description d) { return rules::session_name(std::move(d), "x"); }},
      {"bandwidth",
       {"b"},
       [](Description d) {
         return rules::bandwidth(rules::bandwidth(std::move(d), "audio", 64), "video", 512);
       }},
      {"readable_bandwidth",
       {"b"},
       [](Description d) { return rules::readable_bandwidth(std::move(d)); }},
      {"candidate_filter",
       {"candidate", "c", "m", "rtcp"},
       [](Description d) {
         rules::CandidateFilter filter;
         filter.host = false;
         return rules::filtered_candidates(std::move(d), filter);
       }},
      {"codec_removal",
       {"m", "rtpmap", "fmtp", "rtcp-fb", "imageattr"},
       [](Description d) {
         return rules::without_codecs(std::move(d), {"opus", "VP8", "telephone-event"});
       }},
      {"codec_order",
       {"m"},
       [](Description d) {
         return rules::codec_order(std::move(d), {"PCMA", "H264"});
       }},
      {"telephone_event",
       {"m", "rtpmap", "fmtp"},
       [](Description d) { return rules::telephone_event(std::move(d)); }},
      {"unspecified_address",
       {"o"},
       [](Description d) { return rules::unspecified_address(std::move(d)); }},
      {"direction", directions,
       [](Description d) {
         return rules::direction(rules::direction(std::move(d), "audio", Direction::sendonly),
                                 "video", Direction::recvonly);
       }},
      {"answer_direction", directions,
       [](Description d) {
         return rules::direction(std::move(d), "audio", Direction::sendonly, &offer());
       }},
      {"answered_direction", directions,
       [](Description d) {
         return rules::answered_direction(std::move(d), offer(), "audio", Direction::sendonly);
       }},
      {"allowed_direction", directions,
       [](Description d) {
         return rules::allowed_direction(
             std::move(d), parsed(replaced(samples::chromium_offer(), "sendrecv", "recvonly")));
       }},
      {"session_direction", directions,
       [](Description d) { return rules::media_level_direction(std::move(d)); }},
      {"legacy_hold", directions, [](Description d) { return rules::legacy_hold(std::move(d)); }},
      {"answered_bundle",
       {"group"},
       [](Description d) { return rules::bundle(std::move(d), &offer()); }},
      {"offered_bundle", {"group"}, [](Description d) { return rules::bundle(std::move(d)); }},
      {"distinct_mids", {"mid"}, [](Description d) { return rules::distinct_mids(std::move(d)); }},
      {"answered_mids",
       {"mid"},
       [](Description d) {
         return rules::answered_mids(std::move(d), parsed(samples::gateway_answer()));
       }},
      {"profile", {"m"}, [](Description d) { return rules::profile(std::move(d)); }},
      {"answered_profile",
       {"m"},
       [](Description d) {
         return rules::answered_profile(std::move(d), parsed(samples::gateway_answer()));
       }},
      {"promoted_capabilities",
       {"m", "acfg", "fingerprint", "setup", "connection", "ice-ufrag", "ice-pwd", "rtcp-mux"},
       [](Description d) { return rules::promoted_capabilities(std::move(d)); }},
      {"answered_capabilities",
       {"acfg"},
       [](Description d) {
         static const Description chosen =
             rules::promoted_capabilities(parsed(samples::capability_offer()));
         return rules::answered_capabilities(std::move(d), chosen);
       }},
      {"mandatory_lines",
       {"s", "t"},
       [](Description d) { return rules::mandatory_lines(std::move(d)); }},
      {"without_candidates",
       {"candidate", "end-of-candidates"},
       [](Description d) { return rules::without_candidates(std::move(d)); }},
      {"readable_candidates",
       {"candidate"},
       [](Description d) { return rules::readable_candidates(std::move(d)); }},
      {"usable",
       {"m", "bundle-only"},
       [](Description d) {
         Description before = d;
         return or_same(std::move(before), rules::usable(std::move(d), true));
       }},
  };
}

}  // namespace

TEST_CASE("RFC 8866 5: every rule is idempotent and leaves lines of others byte exact") {
  for (const Property& property : properties()) {
    CAPTURE(std::string(property.name));
    bool did_something = false;
    for (const std::string& sample : all_samples()) {
      CAPTURE(sample);
      const Description before = parsed(sample);
      const Description once = property.apply(before);
      CHECK(property.apply(once) == once);
      CHECK(foreign(once, property.owned) == foreign(before, property.owned));
      CHECK(once.media.size() == before.media.size());
      did_something = did_something || once != before;
    }
    CHECK(did_something);
  }
}

TEST_CASE("RFC 3264 6: pairing is idempotent, and what it adds stands behind what there was") {
  const std::vector<std::string_view> owned = {"mid", "group"};
  bool did_something = false;
  for (const std::string& sample : all_samples()) {
    CAPTURE(sample);
    const Description before = parsed(sample);
    const auto once = rules::pairing(before, offer());
    if (!once) continue;
    const auto twice = rules::pairing(*once, offer());
    REQUIRE(twice);
    CHECK(*twice == *once);
    CHECK(once->media.size() == offer().media.size());
    Description kept = *once;
    kept.media.resize(before.media.size());
    CHECK(foreign(kept, owned) == foreign(before, owned));
    for (std::size_t i = before.media.size(); i < once->media.size(); ++i)
      CHECK(once->media[i].is_rejected());
    did_something = did_something || *once != before;
  }
  CHECK(did_something);
}

TEST_CASE("RFC 8829 5.2, 5.8: all rules of an offer together are idempotent, too") {
  LocalOptions options;
  options.session_name = "x";
  options.audio_bandwidth = 64;
  options.video_bandwidth = 512;
  options.candidates.tcp = false;
  options.candidates.ipv6 = false;
  options.candidates.name = false;
  options.removed_codecs = {"VP8", "G722"};
  options.codec_order = {"PCMA", "H264"};
  options.audio_wire_direction = Direction::sendonly;
  int taken = 0;
  for (const std::string& sample : all_samples()) {
    CAPTURE(sample);
    const auto sent = local_description(sample, options);
    REQUIRE(sent);
    const auto sent_again = local_description(*sent, options);
    REQUIRE(sent_again);
    CHECK(*sent_again == *sent);
    const auto received = remote_offer(sample);
    if (!received) continue;
    ++taken;
    const auto received_again = remote_offer(*received);
    REQUIRE(received_again);
    CHECK(*received_again == *received);
  }
  CHECK(taken > 5);
}

TEST_CASE("RFC 8866 5: what a rule changed is named, in the order of the rules, and nothing else") {
  RuleNames changed;
  CHECK(local_description(samples::chromium_offer(), {}, &changed));
  CHECK(changed == RuleNames{"telephone_event"});
  changed.clear();
  LocalOptions options;
  options.session_name = "x";
  options.codec_order = {"PCMA"};
  options.audio_wire_direction = Direction::sendonly;
  CHECK(local_description(samples::firefox_offer(), options, &changed));
  CHECK(changed ==
        RuleNames{"session_name", "codec_order", "unspecified_address", "wire_direction"});
  changed.clear();
  CHECK(remote_answer(samples::gateway_answer(), samples::chromium_offer(), {}, &changed));
  CHECK(changed == RuleNames{"pairing", "profile"});
  changed.clear();
  CHECK(remote_offer(samples::firefox_offer(), {}, &changed));
  CHECK(changed.empty());
  CHECK(remote_offer(samples::capability_offer(), {}, &changed));
  CHECK(changed == RuleNames{"capabilities"});
  changed.clear();
  CHECK_FALSE(bool(remote_offer(samples::plain_offer(), {}, &changed)));
  CHECK(changed.empty());
}
