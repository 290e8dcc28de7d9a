/// The order of codecs, which is that of preference (RFC 3264 5.1, RFC 4588 8.1).
#include <algorithm>
#include <map>

#include "negotiation/rules/codec_list.hpp"
#include "negotiation/rules/lines.hpp"
#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Codec;
using sdp::Media;

/// Gives the places of telephone-event to those of the clock rate that stands first among the
/// codecs: peers take the first one that they see (RFC 4733 2.1).
void sort_telephone_events(const std::vector<Codec>& codecs,
                           std::vector<std::string_view>& formats) {
  std::map<std::string_view, const Codec*> by_format;
  for (const Codec& codec : codecs) by_format.emplace(codec.format, &codec);
  std::map<std::uint32_t, std::size_t> rates;
  std::vector<const Codec*> events;
  for (const std::string_view format : formats) {
    const Codec* codec = by_format.find(format)->second;
    if (is_telephone_event(*codec))
      events.push_back(codec);
    else if (!is_helper(*codec) && !codec->encoding.empty())
      rates.emplace(codec->clock_rate, rates.size());
  }
  const auto rank = [&rates](const Codec* codec) {
    const auto found = rates.find(codec->clock_rate);
    return found == rates.end() ? rates.size() : found->second;
  };
  std::stable_sort(events.begin(), events.end(),
                   [&rank](const Codec* a, const Codec* b) { return rank(a) < rank(b); });
  auto next = events.begin();
  for (std::string_view& format : formats)
    if (is_telephone_event(*by_format.find(format)->second)) format = (*next++)->format;
}

void order_codecs(Media& media, const std::vector<std::string>& names) {
  const std::vector<Codec> codecs = sdp::codecs(media);
  std::map<std::string_view, std::size_t> places;
  for (const Codec& codec : codecs) places.emplace(codec.format, place_of(codec, names));
  const auto place = [&places](const Codec& codec) {
    const auto base = places.find(codec.apt);
    return base == places.end() ? places.find(codec.format)->second : base->second;
  };
  std::vector<std::pair<std::size_t, std::string_view>> ordered;
  for (const Codec& codec : codecs) ordered.emplace_back(place(codec), codec.format);
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string_view> formats;
  for (const auto& [rank, format] : ordered) formats.push_back(format);
  sort_telephone_events(codecs, formats);
  if (formats != media.line().formats) write_formats(media, formats);
}

}  // namespace

sdp::Description codec_order(sdp::Description description, const std::vector<std::string>& names) {
  for (Media& media : description.media)
    if (is_rtp(media)) order_codecs(media, names);
  return description;
}

}  // namespace sipml::negotiation::rules
