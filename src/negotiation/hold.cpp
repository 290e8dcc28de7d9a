/// Hold in its forms of RFC 3264 8.4 and RFC 2543 B.5.
#include "negotiation/hold.hpp"

#include <algorithm>

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
  bool any_held = false;
  for (const Media& media : remote.media) {
    if (media.is_rejected()) continue;
    const auto connection = sdp::connection(remote, media);
    const bool has_no_address = is_plain && connection && connection->address == "0.0.0.0";
    if (sdp::receives(sdp::direction(remote, media)) && !has_no_address) return false;
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
  for (const Media& media : description.media) {
    if (media.is_rejected()) continue;
    const Direction direction = sdp::direction(description, media);
    if (media.kind() == "audio" && !summary.audio) summary.audio = direction;
    if (media.kind() == "video" && !summary.video) summary.video = direction;
  }
  return summary;
}

}  // namespace sipml::negotiation
