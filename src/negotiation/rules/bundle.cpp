/// BUNDLE groups that name only what is there (RFC 9143 7.1, 7.2.3, 7.3).
#include <set>
#include <string>

#include "negotiation/rules/lines.hpp"
#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {

using sdp::Description;
using sdp::Media;
using Mids = std::set<std::string, std::less<>>;

Description bundle(Description description, const Description* offer) {
  Mids offered;
  if (offer)
    for (const sdp::Group& group : sdp::groups(*offer))
      if (group.semantics == "BUNDLE") offered.insert(group.mids.begin(), group.mids.end());

  Mids free;
  for (const Media& media : description.media) {
    const auto mid = sdp::mid(media);
    if (mid && !media.is_rejected() && (!offer || offered.contains(*mid))) free.emplace(*mid);
  }
  rewrite_bundle(description, [&free](std::string_view mid) {
    const auto found = free.find(mid);
    return found == free.end() ? std::string() : std::move(free.extract(found).value());
  });
  return description;
}

}  // namespace sipml::negotiation::rules
