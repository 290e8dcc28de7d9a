/// Codecs that are not told to the peer, with all that depends on them (RFC 3264 5.1, RFC 4588 8.1,
/// RFC 2198 5).
#include <algorithm>
#include <map>

#include "base/ascii.hpp"
#include "negotiation/rules/codec_list.hpp"
#include "negotiation/rules/lines.hpp"
#include "negotiation/rules/rules.hpp"
#include "sdp/words.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Codec;
using sdp::Media;

/// The formats of the m-line, and those that only an a=rtpmap line knows.
std::vector<Codec> all_codecs(const Media& media) {
  std::vector<Codec> codecs = sdp::codecs(media);
  Formats listed;
  for (const Codec& codec : codecs) listed.insert(codec.format);
  for (const sdp::RtpMap& map : sdp::rtpmaps(media))
    if (listed.insert(map.format).second)
      codecs.push_back({map.format, map.encoding, map.clock_rate, 1, {}, {}});
  return codecs;
}

/// The formats that this one is of no use without: those that it repeats, or puts into one packet.
std::vector<std::string_view> bases(const Codec& codec) {
  if (!codec.apt.empty()) return {codec.apt};
  std::vector<std::string_view> formats;
  if (ascii::equal_ignoring_case(codec.encoding, "red"))
    for (sdp::Words list(codec.parameters, "/ \t"); !list.at_end();) formats.push_back(list.next());
  return formats;
}

Formats unwanted_formats(const std::vector<Codec>& codecs, const std::vector<std::string>& names) {
  std::multimap<std::string_view, std::string_view> dependents;
  for (const Codec& codec : codecs)
    for (const std::string_view base : bases(codec)) dependents.emplace(base, codec.format);
  Formats unwanted;
  std::vector<std::string_view> open;
  const auto add = [&unwanted, &open](std::string_view format) {
    if (unwanted.insert(format).second) open.push_back(format);
  };
  for (const Codec& codec : codecs)
    if (place_of(codec, names) < names.size()) add(codec.format);
  while (!open.empty()) {
    const std::string_view format = open.back();
    open.pop_back();
    const auto [first, last] = dependents.equal_range(format);
    for (auto at = first; at != last; ++at) add(at->second);
  }
  return unwanted;
}

void remove_codecs(Media& media, const std::vector<std::string>& names) {
  // The names of the unwanted formats are in lines that change.
  const Media before = media;
  const std::vector<Codec> codecs = all_codecs(before);
  const Formats unwanted = unwanted_formats(codecs, names);
  const bool says_something = std::any_of(codecs.begin(), codecs.end(), [&](const Codec& codec) {
    return !is_helper(codec) && !unwanted.contains(codec.format);
  });
  if (!unwanted.empty() && says_something) remove_formats(media, unwanted);
}

}  // namespace

sdp::Description without_codecs(sdp::Description description,
                                const std::vector<std::string>& names) {
  for (Media& media : description.media)
    if (is_rtp(media)) remove_codecs(media, names);
  return description;
}

}  // namespace sipml::negotiation::rules
