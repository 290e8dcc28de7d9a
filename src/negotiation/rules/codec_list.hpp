/// The formats of an m-line by name and number, for the rules on codecs (RFC 3264 5.1, RFC
/// 8866 6.6).
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sdp/codec.hpp"
#include "sdp/description.hpp"

namespace sipml::negotiation::rules {

using Formats = std::set<std::string_view>;

/// True for formats that carry nothing by themselves: repetition, repair, comfort noise and DTMF.
bool is_helper(const sdp::Codec& codec);

/// True for telephone-event.
bool is_telephone_event(const sdp::Codec& codec);

/// The codec's place in a list of names, as without_codecs() has them; the list's length if it is
/// not there.
std::size_t place_of(const sdp::Codec& codec, const std::vector<std::string>& names);

/// Writes the formats of the m-line, which are views of it; what is in front of them stays.
void write_formats(sdp::Media& media, const std::vector<std::string_view>& formats);

/// Takes formats out of the m-line, and the a=rtpmap, a=fmtp, a=rtcp-fb and a=imageattr lines that
/// are about them; they may not be views of `media`. One is left in the m-line, or nothing changes.
void remove_formats(sdp::Media& media, const Formats& unwanted);

}  // namespace sipml::negotiation::rules
