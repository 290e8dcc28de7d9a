#include "negotiation/hold.hpp"
#include "negotiation/rewrite.hpp"
#include "sdp/attributes.hpp"
#include "unit/conformance/cases.hpp"

using namespace sipml;
using namespace sipml::conformance;

namespace {

Json or_absent(std::optional<std::string_view> text) { return text ? Json(*text) : Json(); }

/// The values of attributes like "a=rtpmap:<format> <rest>", by format.
Json by_format(const sdp::Media& media, std::string_view name) {
  Json json = Json::object();
  for (std::string_view value : sdp::attributes(media.lines, name)) {
    const std::size_t blank = std::min(value.find(' '), value.size());
    json[std::string(value.substr(0, blank))] = value.substr(std::min(value.size(), blank + 1));
  }
  return json;
}

void compare_media(Findings& findings, const sdp::Description& description, std::size_t index,
                   const Json& expected) {
  if (index >= description.media.size()) return findings.add("media", "is missing");
  const sdp::Media& media = description.media[index];
  const sdp::MediaLine line = media.line();
  for (const auto& [name, value] : expected.items()) {
    Json actual;
    if (name == "type") {
      actual = line.media;
    } else if (name == "port") {
      actual = line.port;
    } else if (name == "proto") {
      actual = line.proto;
    } else if (name == "formats") {
      actual = line.formats;
    } else if (name == "address") {
      const auto connection = sdp::connection(description, media);
      actual = connection ? Json(connection->address) : Json();
    } else if (name == "rtpmap" || name == "fmtp") {
      actual = by_format(media, name);
    } else if (name == "direction") {
      actual = sdp::to_string(sdp::direction(description, media));
    } else if (name == "mid") {
      actual = or_absent(sdp::mid(media));
    } else if (name == "setup") {
      actual = or_absent(sdp::setup(description, media));
    } else if (name == "iceUfrag") {
      actual = or_absent(sdp::ice_ufrag(description, media));
    } else if (name == "candidateCount") {
      actual = sdp::candidates(media).size();
    } else if (name == "fingerprintAlgorithm") {
      const auto fingerprints = sdp::fingerprints(description, media);
      actual = fingerprints.empty() ? Json() : Json(fingerprints.front().hash);
    } else if (name == "rtcpMux") {
      actual = sdp::has_rtcp_mux(media);
    } else if (name == "rejected") {
      actual = media.is_rejected();
    } else if (name == "simulcastSend") {
      std::string list = "send ";
      for (const Json& rid : value) list += (list.ends_with(' ') ? "" : ";") + text_of(rid);
      findings.compare("media." + name, or_absent(sdp::attribute(media.lines, "simulcast")), list);
      continue;
    } else if (name == "trickle") {
      const auto options = sdp::attribute(description, media, "ice-options").value_or("");
      actual = false;
      for (std::string_view option : sdp::split_words(options))
        if (option == "trickle") actual = true;
    } else {
      findings.add("media." + name, "no function decodes it");
      continue;
    }
    findings.compare("media." + name, actual, value);
  }
}

void compare_origin(Findings& findings, const sdp::Origin& origin, const Json& expected) {
  findings.compare("origin", origin.username, expected["username"]);
  findings.compare("origin", origin.session_id, expected["sessionId"]);
  findings.compare("origin", origin.session_version, expected["version"]);
  findings.compare("origin", origin.address, expected["address"]);
}

void compare_description(Findings& findings, const std::string& text,
                         const sdp::Description& description, const Json& expected) {
  findings.compare("written", sdp::write(description), text);
  for (const auto& [name, value] : expected.items()) {
    if (name == "origin") {
      compare_origin(findings, description.origin(), value);
    } else if (name == "name") {
      findings.compare(name, or_absent(description.session_name()), value);
    } else if (name == "mediaCount") {
      findings.compare(name, description.media.size(), value);
    } else if (name == "media") {
      for (std::size_t i = 0; i < value.size(); ++i)
        compare_media(findings, description, i, value[i]);
    } else if (name == "groups") {
      Json groups = Json::array();
      for (const sdp::Group& group : sdp::groups(description))
        groups.push_back({{"semantics", group.semantics}, {"mids", group.mids}});
      findings.compare(name, groups, value);
    } else if (name == "remoteHold") {
      findings.compare(name, negotiation::is_remote_hold(description), value);
    } else if (name == "webrtcUsable") {
      const auto offer = negotiation::remote_offer(text);
      findings.compare(name, bool(offer), value);
    } else if (name == "dtmf") {
      Json payloads = Json::array();
      for (const sdp::Media& media : description.media)
        for (const sdp::RtpMap& map : sdp::rtpmaps(media))
          if (ascii::equal_ignoring_case(map.encoding, "telephone-event"))
            payloads.push_back(map.format);
      findings.compare(name, !payloads.empty(), value["available"]);
      if (value.contains("payloads")) findings.compare(name, payloads, value["payloads"]);
    } else if (name != "valid" && name != "mustNotThrow" && name != "suggestedStatus") {
      findings.add(name, "no function decodes it");
    }
  }
}

}  // namespace

TEST_CASE("RFC 8866 5, RFC 3264 6: the descriptions of the vectors") {
  run_vectors("sdp", [](Findings& findings, const Json& input, const Json& expected) {
    if (input.is_string()) {
      const auto parsed = sdp::parse(text_of(input));
      const std::string_view reason = parsed ? "" : sdp::to_string(parsed.error().code);
      if (verdict(findings, bool(parsed), reason, expected))
        compare_description(findings, text_of(input), *parsed, expected);
    } else if (input.contains("offerDirection")) {
      const auto offer = sdp::parse_direction(text_of(input["offerDirection"]));
      REQUIRE(offer);
      Json allowed = Json::array();
      for (const char* name : {"inactive", "recvonly", "sendonly", "sendrecv"})
        if (sdp::is_allowed_answer(*offer, sdp::parse_direction(name).value()))
          allowed.push_back(name);
      findings.compare("allowedAnswerDirections", allowed, expected["allowedAnswerDirections"]);
    } else {
      findings.add("op", "no function does it");
    }
  });
}
