#include "negotiation/ice_restart.hpp"

#include <algorithm>

#include "sdp/transport.hpp"

namespace sipml::negotiation {

bool restarts_ice(const sdp::Description& before, const sdp::Description& offer) {
  const std::size_t common = std::min(before.media.size(), offer.media.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (before.media[i].is_rejected() || offer.media[i].is_rejected()) continue;
    const auto old_ufrag = sdp::ice_ufrag(before, before.media[i]);
    const auto new_ufrag = sdp::ice_ufrag(offer, offer.media[i]);
    if (!old_ufrag || !new_ufrag) continue;
    if (*old_ufrag != *new_ufrag) return true;
    const auto old_pwd = sdp::ice_pwd(before, before.media[i]);
    const auto new_pwd = sdp::ice_pwd(offer, offer.media[i]);
    if (old_pwd && new_pwd && *old_pwd != *new_pwd) return true;
  }
  return false;
}

}  // namespace sipml::negotiation
