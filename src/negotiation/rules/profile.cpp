/// The transport profile of RTP keyed by DTLS (RFC 5764 8, RFC 8829 5.1.2).
#include <algorithm>
#include <array>
#include <string>

#include "negotiation/rules/lines.hpp"
#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Description;
using sdp::Media;

constexpr std::string_view browser_profile = "UDP/TLS/RTP/SAVPF";
constexpr std::array<std::string_view, 5> other_profiles = {"RTP/AVP", "RTP/AVPF", "RTP/SAVP",
                                                            "RTP/SAVPF", "UDP/TLS/RTP/SAVP"};

bool is_one_of(std::string_view proto) {
  return std::find(other_profiles.begin(), other_profiles.end(), proto) != other_profiles.end();
}

}  // namespace

Description profile(Description description) {
  const std::vector<bool> keyed = keyed_by_dtls(description);
  for (std::size_t i = 0; i < keyed.size(); ++i) {
    Media& media = description.media[i];
    if (keyed[i] && is_one_of(media.line().proto))
      write_field(media, media.line().proto, browser_profile);
  }
  return description;
}

Description answered_profile(Description answer, const Description& offer) {
  const std::size_t count = std::min(answer.media.size(), offer.media.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view offered = offer.media[i].line().proto;
    if (is_one_of(offered) && answer.media[i].line().proto == browser_profile)
      write_field(answer.media[i], answer.media[i].line().proto, offered);
  }
  return answer;
}

}  // namespace sipml::negotiation::rules
