/// Identification tags that browsers can work with (RFC 5888 4, RFC 8829 5.3.1).
#include <algorithm>
#include <set>
#include <string>

#include "negotiation/rules/lines.hpp"
#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {

using sdp::Description;
using sdp::Line;
using sdp::Media;

Description distinct_mids(Description offer) {
  std::set<std::string, std::less<>> known;
  std::vector<bool> repeats;
  for (const Media& media : offer.media) {
    const auto mid = sdp::mid(media);
    repeats.push_back(mid && !known.emplace(*mid).second);
  }
  for (std::size_t i = 0; i < repeats.size(); ++i) {
    if (!repeats[i]) continue;
    // Short, for it goes into a header of each RTP packet.
    std::string mid = "m" + std::to_string(i);
    while (!known.insert(mid).second) mid += 'x';
    write_mid(offer.media[i], mid);
  }
  return offer;
}

Description answered_mids(Description answer, const Description& offer) {
  const std::size_t count = std::min(answer.media.size(), offer.media.size());
  for (std::size_t i = 0; i < count; ++i)
    if (!sdp::mid(offer.media[i]))
      std::erase_if(answer.media[i].lines,
                    [](const Line& line) { return sdp::is_attribute(line, "mid"); });
  return answer;
}

}  // namespace sipml::negotiation::rules
