/// The transport profile of RTP keyed by DTLS (RFC 5764 8, RFC 8829 5.1.2).
#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Description;
using sdp::Media;

constexpr std::string_view browser_profile = "UDP/TLS/RTP/SAVPF";
constexpr std::array<std::string_view, 5> other_profiles = {"RTP/AVP", "RTP/AVPF", "RTP/SAVP",
                                                            "RTP/SAVPF", "UDP/TLS/RTP/SAVP"};

/// Puts `proto` in the place of the m-line's, and leaves its other octets alone.
void write_proto(Media& media, std::string_view proto) {
  std::string& value = media.lines.front().value;
  const std::string_view old = media.line().proto;
  const auto offset = static_cast<std::size_t>(old.data() - value.data());
  value.replace(offset, old.size(), proto);
}

}  // namespace

std::vector<bool> keyed_by_dtls(const Description& description) {
  const bool session_is_keyed = !sdp::own_fingerprints(description.session).empty();
  std::vector<bool> keyed;
  std::set<std::string_view> keyed_mids;
  for (const Media& media : description.media) {
    keyed.push_back(session_is_keyed || !sdp::own_fingerprints(media.lines).empty());
    const auto mid = sdp::mid(media);
    if (keyed.back() && mid && !media.is_rejected()) keyed_mids.insert(*mid);
  }
  std::set<std::string_view> bundled;
  for (const sdp::Group& group : sdp::groups(description)) {
    const auto is_keyed = [&keyed_mids](std::string_view mid) { return keyed_mids.contains(mid); };
    if (group.semantics == "BUNDLE" && std::any_of(group.mids.begin(), group.mids.end(), is_keyed))
      bundled.insert(group.mids.begin(), group.mids.end());
  }
  for (std::size_t i = 0; i < keyed.size(); ++i) {
    const auto mid = sdp::mid(description.media[i]);
    if (mid && bundled.contains(*mid)) keyed[i] = true;
  }
  return keyed;
}

Description profile(Description description) {
  const std::vector<bool> keyed = keyed_by_dtls(description);
  for (std::size_t i = 0; i < keyed.size(); ++i) {
    Media& media = description.media[i];
    const std::string_view proto = media.line().proto;
    if (keyed[i] &&
        std::find(other_profiles.begin(), other_profiles.end(), proto) != other_profiles.end())
      write_proto(media, browser_profile);
  }
  return description;
}

}  // namespace sipml::negotiation::rules
