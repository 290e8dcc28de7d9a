/// Hold by the unspecified address (RFC 2543 B.5, RFC 3264 8.4).
#include <algorithm>

#include "negotiation/rules/lines.hpp"
#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Description;
using sdp::Direction;
using sdp::Lines;
using sdp::Media;

bool has_ice_or_dtls(const Lines& lines) {
  return std::any_of(lines.begin(), lines.end(), [](const sdp::Line& line) {
    return sdp::is_attribute(line, "candidate") || sdp::is_attribute(line, "ice-ufrag") ||
           sdp::is_attribute(line, "fingerprint");
  });
}

bool has_ice_or_dtls(const Description& description) {
  return has_ice_or_dtls(description.session) ||
         std::any_of(description.media.begin(), description.media.end(),
                     [](const Media& media) { return has_ice_or_dtls(media.lines); });
}

}  // namespace

bool is_held_by_address(const Description& description, const Media& media) {
  const auto connection = sdp::connection(description, media);
  if (!connection || (connection->address != "0.0.0.0" && connection->address != "::"))
    return false;
  constexpr std::uint16_t port_to_come = 9;
  const std::uint16_t port = media.line().port;
  // A section of port 0 has none, or shares the address of another one (RFC 9143 6).
  return port != 0 && (port != port_to_come || !has_ice_or_dtls(description));
}

Description legacy_hold(Description description) {
  for (std::size_t i = 0; i < description.media.size(); ++i) {
    Media& media = description.media[i];
    if (!is_held_by_address(description, media)) continue;
    const Direction now = sdp::direction(description, media);
    if (sdp::receives(now)) write_direction(media, sdp::make_direction(sdp::sends(now), false));
  }
  return description;
}

}  // namespace sipml::negotiation::rules
