/// What a peer's description says of hold, and of directions (RFC 3264 8.4, RFC 6337 5.3).
#pragma once

#include <optional>

#include "sdp/attributes.hpp"
#include "sdp/description.hpp"

namespace sipml::negotiation {

/// True when the writer of this offer takes neither audio nor video: each section of them is
/// rejected, sendonly, inactive or rules::is_held_by_address(). Old peers hold by rejecting all of
/// them; data channels and the like have no direction to tell it by.
bool is_remote_hold(const sdp::Description& remote);

/// The direction of the first section of each kind that is not rejected, as its writer sees it.
struct MediaSummary {
  std::optional<sdp::Direction> audio;
  std::optional<sdp::Direction> video;
  bool operator==(const MediaSummary&) const = default;
};

MediaSummary summarise(const sdp::Description& description);

/// The same as the other side sees it: what an offer allows who answers it to do.
MediaSummary reversed(const MediaSummary& summary);

}  // namespace sipml::negotiation
