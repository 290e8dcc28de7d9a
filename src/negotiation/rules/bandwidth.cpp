/// The b=AS and b=TIAS lines of a medium (RFC 8866 5.8, RFC 3890 6.2).
#include <algorithm>
#include <array>
#include <string>

#include "base/ascii.hpp"
#include "negotiation/rules/lines.hpp"
#include "negotiation/rules/rules.hpp"
#include "sdp/codec.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Line;
using sdp::Lines;
using sdp::Media;

bool is_bandwidth(const Line& line) {
  return line.type == 'b' && (line.value.starts_with("AS:") || line.value.starts_with("TIAS:"));
}

void write_bandwidth(Lines& lines, const Line& as, const Line& tias) {
  auto position = lines.begin() + 1;
  const auto first = std::find_if(lines.begin(), lines.end(), is_bandwidth);
  if (first != lines.end()) {
    position = first;
  } else {
    // media-description = media-field [information-field] *connection-field bandwidth-fields
    //                     [key-field] *attribute-field
    for (auto at = position; at != lines.end() && at->type != 'k' && at->type != 'a'; ++at)
      if (at->type == 'i' || at->type == 'c' || at->type == 'b') position = at + 1;
  }
  const auto index = position - lines.begin();
  std::erase_if(lines, is_bandwidth);
  lines.insert(lines.begin() + index, {as, tias});
}

/// Bits per second of a b=AS or b=TIAS line; nullopt for any other.
std::optional<std::uint64_t> bits_per_second(const Line& line) {
  if (!is_bandwidth(line)) return std::nullopt;
  const auto bandwidth = sdp::parse_bandwidth(line.value);
  constexpr std::uint64_t largest = 1'000'000'000;
  if (!bandwidth || bandwidth->value > largest) return std::nullopt;
  return bandwidth->type == "AS" ? bandwidth->value * 1000 : bandwidth->value;
}

/// The b=TIAS of a b=AS: 5 % are for RTCP, the headers are 40 octets in each of 50 packets a
/// second.
std::uint64_t media_alone(std::uint64_t bits) {
  constexpr std::uint64_t headers = 50 * 40 * 8;
  const std::uint64_t without_rtcp = bits / 100 * 95;
  return without_rtcp > headers ? without_rtcp - headers : 0;
}

void add_media_alone(Lines& lines) {
  const auto is_of_type = [&lines](std::string_view type) {
    return std::find_if(lines.begin(), lines.end(), [type](const Line& line) {
      return line.type == 'b' && line.value.starts_with(type);
    });
  };
  const auto as = is_of_type("AS:");
  if (as == lines.end() || is_of_type("TIAS:") != lines.end()) return;
  const std::uint64_t bits = media_alone(bits_per_second(*as).value_or(0));
  if (bits != 0) lines.insert(as + 1, {'b', "TIAS:" + std::to_string(bits)});
}

/// True when the first of the codecs that browsers have is one of 64 kbit/s, no more and no less.
bool has_fixed_rate(const Media& media) {
  constexpr std::array<std::string_view, 3> fixed = {"PCMU", "PCMA", "G722"};
  for (const sdp::Codec& codec : sdp::codecs(media)) {
    if (ascii::equal_ignoring_case(codec.encoding, "opus")) return false;
    for (const std::string_view name : fixed)
      if (ascii::equal_ignoring_case(codec.encoding, name)) return true;
  }
  return false;
}

}  // namespace

sdp::Description bandwidth(sdp::Description description, std::string_view kind,
                           std::uint32_t kilobits_per_second) {
  const Line as{'b', "AS:" + std::to_string(kilobits_per_second)};
  // Our limit is that of the media, as browsers understand either; the header of each packet is
  // another matter.
  const Line tias{'b', "TIAS:" + std::to_string(std::uint64_t{kilobits_per_second} * 1000)};
  for (Media& media : description.media)
    if (media.kind() == kind && !media.is_rejected()) write_bandwidth(media.lines, as, tias);
  return description;
}

sdp::Description readable_bandwidth(sdp::Description description) {
  for (Media& media : description.media) {
    if (media.is_rejected()) continue;
    if (media.kind() == "video") add_media_alone(media.lines);
    if (media.kind() == "audio" && has_fixed_rate(media))
      std::erase_if(media.lines,
                    [](const Line& line) { return bits_per_second(line).value_or(64000) < 64000; });
  }
  return description;
}

}  // namespace sipml::negotiation::rules
