/// Hold in its forms of RFC 3264 8.4 and RFC 2543 B.5.
#include "negotiation/hold.hpp"

#include <vector>

#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation {
using sdp::Description;
using sdp::Direction;
using sdp::Media;

bool is_remote_hold(const Description& remote) {
  const std::vector<Direction> directions = sdp::directions(remote);
  bool any = false;
  for (std::size_t i = 0; i < directions.size(); ++i) {
    const Media& media = remote.media[i];
    if (media.kind() != "audio" && media.kind() != "video") continue;
    if (!media.is_rejected() && sdp::receives(directions[i]) &&
        !rules::is_held_by_address(remote, media))
      return false;
    any = true;
  }
  return any;
}

MediaSummary reversed(const MediaSummary& summary) {
  MediaSummary result;
  if (summary.audio) result.audio = sdp::reversed(*summary.audio);
  if (summary.video) result.video = sdp::reversed(*summary.video);
  return result;
}

MediaSummary summarise(const Description& description) {
  MediaSummary summary;
  const std::vector<Direction> directions = sdp::directions(description);
  for (std::size_t i = 0; i < directions.size(); ++i) {
    const Media& media = description.media[i];
    if (media.is_rejected()) continue;
    if (media.kind() == "audio" && !summary.audio) summary.audio = directions[i];
    if (media.kind() == "video" && !summary.video) summary.video = directions[i];
  }
  return summary;
}

}  // namespace sipml::negotiation
