/// Hold in its forms of RFC 3264 8.4 and RFC 2543 B.5.
#include "negotiation/hold.hpp"

#include <algorithm>
#include <vector>

namespace sipml::negotiation {
namespace {

using sdp::Description;
using sdp::Direction;
using sdp::Lines;
using sdp::Media;

bool has_ice_or_dtls(const Lines& lines) {
  return std::any_of(lines.begin(), lines.end(), [](const sdp::Line& line) {
    if (line.type != 'a') return false;
    const std::string_view name = sdp::attribute_name(line.value);
    return name == "candidate" || name == "ice-ufrag" || name == "fingerprint";
  });
}

bool has_ice_or_dtls(const Description& description) {
  return has_ice_or_dtls(description.session) ||
         std::any_of(description.media.begin(), description.media.end(),
                     [](const Media& media) { return has_ice_or_dtls(media.lines); });
}

}  // namespace

bool is_remote_hold(const Description& remote) {
  const bool is_plain = !has_ice_or_dtls(remote);
  const std::vector<Direction> directions = sdp::directions(remote);
  bool any_held = false;
  for (std::size_t i = 0; i < directions.size(); ++i) {
    const Media& media = remote.media[i];
    if (media.is_rejected()) continue;
    const auto connection = sdp::connection(remote, media);
    const bool has_no_address = is_plain && connection && connection->address == "0.0.0.0";
    if (sdp::receives(directions[i]) && !has_no_address) return false;
    any_held = true;
  }
  return any_held;
}

bool same_origin(const Description& a, const Description& b) {
  const sdp::Line* first = sdp::find_line(a.session, 'o');
  const sdp::Line* second = sdp::find_line(b.session, 'o');
  return first != nullptr && second != nullptr && first->value == second->value;
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
