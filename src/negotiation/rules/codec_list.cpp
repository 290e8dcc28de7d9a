#include "negotiation/rules/codec_list.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/ascii.hpp"
#include "sdp/words.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Codec;
using sdp::Line;
using sdp::Media;

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

/// True for the lines that describe one of these formats.
bool is_about(const Line& line, const Formats& formats) {
  if (line.type != 'a') return false;
  constexpr std::array<std::string_view, 4> names = {"rtpmap", "fmtp", "rtcp-fb", "imageattr"};
  const std::string_view name = sdp::attribute_name(line.value);
  return std::find(names.begin(), names.end(), name) != names.end() &&
         formats.contains(sdp::Words(sdp::attribute_value(line.value)).next());
}

}  // namespace

bool is_helper(const Codec& codec) {
  constexpr std::array<std::string_view, 6> helpers = {"rtx",        "red", "ulpfec",
                                                       "flexfec-03", "CN",  "telephone-event"};
  return std::any_of(helpers.begin(), helpers.end(), [&codec](std::string_view helper) {
    return ascii::equal_ignoring_case(codec.encoding, helper);
  });
}

bool is_telephone_event(const Codec& codec) {
  return ascii::equal_ignoring_case(codec.encoding, "telephone-event");
}

std::size_t place_of(const Codec& codec, const std::vector<std::string>& names) {
  const auto found = std::find_if(names.begin(), names.end(), [&codec](const std::string& name) {
    return is_named(codec, name);
  });
  return static_cast<std::size_t>(found - names.begin());
}

void write_formats(Media& media, const std::vector<std::string_view>& formats) {
  const std::string_view value = media.lines.front().value;
  const std::string_view first = media.line().formats.front();
  std::string result(value.substr(0, static_cast<std::size_t>(first.data() - value.data())));
  for (const std::string_view format : formats) {
    if (format.data() != formats.front().data()) result += ' ';
    result += format;
  }
  media.lines.front().value = std::move(result);
}

void remove_formats(Media& media, const Formats& unwanted) {
  std::vector<std::string_view> kept;
  const std::vector<std::string_view> listed = media.line().formats;
  for (const std::string_view format : listed)
    if (!unwanted.contains(format)) kept.push_back(format);
  if (kept.empty()) return;
  if (kept.size() < listed.size()) write_formats(media, kept);
  media.lines.erase(
      std::remove_if(media.lines.begin() + 1, media.lines.end(),
                     [&unwanted](const Line& line) { return is_about(line, unwanted); }),
      media.lines.end());
}

}  // namespace sipml::negotiation::rules
