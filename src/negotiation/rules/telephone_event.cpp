/// DTMF as RTP events (RFC 4733 2.1, 2.4.1).
#include <algorithm>
#include <set>
#include <string>

#include "negotiation/rules/codec_list.hpp"
#include "negotiation/rules/lines.hpp"
#include "negotiation/rules/rules.hpp"
#include "sdp/words.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Codec;
using sdp::Line;
using sdp::Lines;
using sdp::Media;

void remove_other_rates(Media& media) {
  // The names of the unwanted formats are in lines that change.
  const Media before = media;
  const std::vector<Codec> codecs = sdp::codecs(before);
  std::set<std::uint32_t> rates;
  for (const Codec& codec : codecs)
    if (!is_helper(codec) && !codec.encoding.empty()) rates.insert(codec.clock_rate);
  Formats unwanted;
  bool is_any_left = false;
  for (const Codec& codec : codecs) {
    if (!is_telephone_event(codec)) continue;
    if (rates.contains(codec.clock_rate))
      is_any_left = true;
    else
      unwanted.insert(codec.format);
  }
  if (is_any_left && !unwanted.empty()) remove_formats(media, unwanted);
}

void name_events(Lines& lines, std::string_view format) {
  const auto is_about = [format](const Line& line, std::string_view name) {
    return sdp::is_attribute(line, name) &&
           sdp::Words(sdp::attribute_value(line.value)).next() == format;
  };
  const auto is_fmtp = [&](const Line& line) { return is_about(line, "fmtp"); };
  const auto is_rtpmap = [&](const Line& line) { return is_about(line, "rtpmap"); };
  if (std::any_of(lines.begin(), lines.end(), is_fmtp)) return;
  const auto rtpmap = std::find_if(lines.begin(), lines.end(), is_rtpmap);
  if (rtpmap != lines.end())
    lines.insert(rtpmap + 1, Line{'a', "fmtp:" + std::string(format) + " 0-15"});
}

}  // namespace

sdp::Description telephone_event(sdp::Description description) {
  for (Media& media : description.media) {
    if (media.kind() != "audio" || media.is_rejected() || !is_rtp(media)) continue;
    remove_other_rates(media);
    const Media before = media;
    for (const std::string_view format : sdp::telephone_events(before))
      name_events(media.lines, format);
  }
  return description;
}

}  // namespace sipml::negotiation::rules
