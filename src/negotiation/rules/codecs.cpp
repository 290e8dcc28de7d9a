/// Which codecs a medium offers, and in which order (RFC 3264 5.1, RFC 4588 8.1, RFC 2198 5).
#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>

#include "base/ascii.hpp"
#include "negotiation/rules/rules.hpp"
#include "sdp/codec.hpp"
#include "sdp/words.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Codec;
using sdp::Line;
using sdp::Media;
using Formats = std::set<std::string_view>;

/// Formats that carry nothing by themselves.
bool is_helper(const Codec& codec) {
  constexpr std::array<std::string_view, 6> helpers = {"rtx",        "red", "ulpfec",
                                                       "flexfec-03", "CN",  "telephone-event"};
  return std::any_of(helpers.begin(), helpers.end(), [&codec](std::string_view helper) {
    return ascii::equal_ignoring_case(codec.encoding, helper);
  });
}

/// True for "opus", "OPUS/48000" and "opus/48000/2", when that is what the codec is.
bool is_named(const Codec& codec, std::string_view name) {
  sdp::Words parts(name, "/");
  if (!ascii::equal_ignoring_case(parts.next(), codec.encoding)) return false;
  const auto matches = [&parts](std::uint32_t actual) {
    return parts.at_end() ||
           ascii::parse_number(parts.next(), std::numeric_limits<std::uint32_t>::max()) == actual;
  };
  return matches(codec.clock_rate) && matches(codec.channels);
}

/// Its place in the list of names; the list's length if it is not there.
std::size_t place_of(const Codec& codec, const std::vector<std::string>& names) {
  const auto found = std::find_if(names.begin(), names.end(), [&codec](const std::string& name) {
    return is_named(codec, name);
  });
  return static_cast<std::size_t>(found - names.begin());
}

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

/// The m-line with these formats instead of its own; what is in front of them stays as it is.
std::string with_formats(const Media& media, const std::vector<std::string_view>& formats) {
  const std::string_view value = media.lines.front().value;
  const std::string_view first = media.line().formats.front();
  std::string result(value.substr(0, static_cast<std::size_t>(first.data() - value.data())));
  for (const std::string_view format : formats) {
    if (format.data() != formats.front().data()) result += ' ';
    result += format;
  }
  return result;
}

bool is_about(const Line& line, const Formats& formats) {
  if (line.type != 'a') return false;
  constexpr std::array<std::string_view, 4> names = {"rtpmap", "fmtp", "rtcp-fb", "imageattr"};
  const std::string_view name = sdp::attribute_name(line.value);
  return std::find(names.begin(), names.end(), name) != names.end() &&
         formats.contains(sdp::Words(sdp::attribute_value(line.value)).next());
}

void remove_codecs(Media& media, const std::vector<std::string>& names) {
  // The names of the unwanted formats are in lines that change.
  const Media before = media;
  const std::vector<Codec> codecs = all_codecs(before);
  const Formats unwanted = unwanted_formats(codecs, names);
  if (unwanted.empty()) return;
  std::vector<std::string_view> kept;
  const std::vector<std::string_view> listed = before.line().formats;
  for (const std::string_view format : listed)
    if (!unwanted.contains(format)) kept.push_back(format);
  const bool says_something = std::any_of(codecs.begin(), codecs.end(), [&](const Codec& codec) {
    return !is_helper(codec) && !unwanted.contains(codec.format);
  });
  if (kept.empty() || !says_something) return;
  if (kept.size() < listed.size()) media.lines.front().value = with_formats(before, kept);
  media.lines.erase(
      std::remove_if(media.lines.begin() + 1, media.lines.end(),
                     [&unwanted](const Line& line) { return is_about(line, unwanted); }),
      media.lines.end());
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
  if (formats != media.line().formats) media.lines.front().value = with_formats(media, formats);
}

bool is_rtp(const Media& media) {
  return media.line().proto.find("RTP/") != std::string_view::npos;
}

}  // namespace

sdp::Description without_codecs(sdp::Description description,
                                const std::vector<std::string>& names) {
  for (Media& media : description.media)
    if (is_rtp(media)) remove_codecs(media, names);
  return description;
}

sdp::Description codec_order(sdp::Description description, const std::vector<std::string>& names) {
  for (Media& media : description.media)
    if (is_rtp(media)) order_codecs(media, names);
  return description;
}

}  // namespace sipml::negotiation::rules
