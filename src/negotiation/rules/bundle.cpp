/// BUNDLE groups that name only what is there (RFC 9143 7.1, 7.2.3, 7.3).
#include <set>
#include <string>

#include "negotiation/rules/lines.hpp"
#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {

using sdp::Description;
using sdp::Media;
using Mids = std::set<std::string, std::less<>>;

Description answered_bundle(Description answer, const Description& offer) {
  Mids offered;
  for (const sdp::Group& group : sdp::groups(offer))
    if (group.semantics == "BUNDLE") offered.insert(group.mids.begin(), group.mids.end());

  Mids accepted;
  for (const Media& media : answer.media) {
    const auto mid = sdp::mid(media);
    if (mid && media.line().port != 0 && offered.contains(*mid)) accepted.emplace(*mid);
  }
  rewrite_bundle(answer, [&accepted](std::string_view mid) {
    return accepted.contains(mid) ? std::string(mid) : std::string();
  });
  return answer;
}

Description offered_bundle(Description offer) {
  Mids free;
  for (const Media& media : offer.media)
    if (const auto mid = sdp::mid(media); mid && !media.is_rejected()) free.emplace(*mid);
  rewrite_bundle(offer, [&free](std::string_view mid) {
    const auto found = free.find(mid);
    return found == free.end() ? std::string() : std::move(free.extract(found).value());
  });
  return offer;
}

}  // namespace sipml::negotiation::rules
