#include "negotiation/ice_restart.hpp"

#include <algorithm>

#include "sdp/transport.hpp"

namespace sipml::negotiation {
namespace {

using sdp::Description;

/// Both know each other by the same certificates.
bool same_fingerprints(const Description& a, const Description& b, std::size_t place) {
  const auto first = sdp::fingerprints(a, a.media[place]);
  const auto second = sdp::fingerprints(b, b.media[place]);
  return std::equal(first.begin(), first.end(), second.begin(), second.end(),
                    [](const auto& one, const auto& other) {
                      return one.hash == other.hash && one.value == other.value;
                    });
}

bool is_client(const Description& own, const Description& theirs, std::size_t place) {
  const auto mine = sdp::setup(own, own.media[place]);
  return mine == "active" ||
         (mine == "actpass" && sdp::setup(theirs, theirs.media[place]) == "passive");
}

}  // namespace

std::string with_kept_client(std::string offer, std::string_view own, std::string_view theirs) {
  auto parsed = sdp::parse(offer);
  const auto before = sdp::parse(own);
  const auto peer = sdp::parse(theirs);
  if (!parsed || !before || !peer) return offer;
  Description description = std::move(parsed).value();
  const std::size_t known = std::min(before->media.size(), peer->media.size());
  for (std::size_t i = 0; i < std::min(known, description.media.size()); ++i) {
    if (!is_client(*before, *peer, i) || !same_fingerprints(description, *before, i)) continue;
    for (sdp::Line& line : description.media[i].lines)
      if (line.type == 'a' && line.value == "setup:actpass") line.value = "setup:active";
  }
  return sdp::write(description);
}

bool restarts_ice(const Description& before, const Description& offer) {
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
