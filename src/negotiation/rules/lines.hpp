/// What several rules write: m-line, direction, mid and BUNDLE group (RFC 8866 5.14, 6.7, RFC
/// 5888).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sdp/attributes.hpp"
#include "sdp/description.hpp"

namespace sipml::negotiation::rules {

/// Puts `text` in the place of `field`, which lies in the m= line; its other octets stay.
void write_field(sdp::Media& media, std::string_view field, std::string_view text);

/// Another port; a number of ports behind it goes.
void write_port(sdp::Media& media, std::uint16_t port);

/// Port 0: the section is rejected (RFC 3264 6).
void reject(sdp::Media& media);

/// True for RTP profiles of any transport.
bool is_rtp(const sdp::Media& media);

/// True for audio and video that is not rejected.
bool is_for_browser(const sdp::Media& media);

/// Leaves one direction attribute, where the first one was or else at the section's end.
void write_direction(sdp::Media& media, sdp::Direction direction);

/// Leaves the first a=mid with this value, or adds one at the end.
void write_mid(sdp::Media& media, std::string_view mid);

/// True for an a=group line of BUNDLE.
bool is_bundle(const sdp::Line& line);

/// Maps each mid of the BUNDLE groups to what it `becomes`; "" takes it out. A group line whose
/// mids all stay is kept byte exact.
template <typename Becomes>
void rewrite_bundle(sdp::Description& description, Becomes becomes) {
  for (sdp::Line& line : description.session) {
    if (!is_bundle(line)) continue;
    const auto group = sdp::parse_group(sdp::attribute_value(line.value));
    std::string value = "group:BUNDLE";
    bool changed = false;
    for (const std::string_view mid : group->mids) {
      const std::string next = becomes(mid);
      if (next != mid) changed = true;
      if (!next.empty()) value += ' ' + next;
    }
    if (changed) line.value = std::move(value);
  }
}

}  // namespace sipml::negotiation::rules
