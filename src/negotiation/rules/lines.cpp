#include "negotiation/rules/lines.hpp"

#include <algorithm>

namespace sipml::negotiation::rules {
namespace {

using sdp::Line;
using sdp::Media;

bool is_direction(const Line& line) { return sdp::direction_of(line).has_value(); }

}  // namespace

void write_field(Media& media, std::string_view field, std::string_view text) {
  std::string& value = media.lines.front().value;
  const auto offset = static_cast<std::size_t>(field.data() - value.data());
  value.replace(offset, field.size(), text);
}

void write_port(Media& media, std::uint16_t port) {
  const std::string& value = media.lines.front().value;
  const std::size_t start = value.find_first_not_of(" \t", media.kind().size());
  const std::size_t end = value.find_first_of(" \t", start);
  write_field(media, std::string_view(value).substr(start, end - start), std::to_string(port));
}

void reject(Media& media) {
  write_port(media, 0);
  // With it port 0 would say something else (RFC 9143 6).
  std::erase_if(media.lines,
                [](const Line& line) { return sdp::is_attribute(line, "bundle-only"); });
}

bool is_rtp(const Media& media) {
  return media.line().proto.find("RTP/") != std::string_view::npos;
}

bool is_for_browser(const Media& media) {
  return (media.kind() == "audio" || media.kind() == "video") && !media.is_rejected();
}

void write_direction(Media& media, sdp::Direction direction) {
  const Line wanted{'a', std::string(sdp::to_string(direction))};
  const auto first = std::find_if(media.lines.begin(), media.lines.end(), is_direction);
  if (first == media.lines.end()) {
    media.lines.push_back(wanted);
    return;
  }
  *first = wanted;
  media.lines.erase(std::remove_if(first + 1, media.lines.end(), is_direction), media.lines.end());
}

void write_mid(Media& media, std::string_view mid) {
  const std::string value = "mid:" + std::string(mid);
  for (Line& line : media.lines) {
    if (!sdp::is_attribute(line, "mid")) continue;
    line.value = value;
    return;
  }
  media.lines.push_back({'a', value});
}

bool is_bundle(const Line& line) {
  if (!sdp::is_attribute(line, "group")) return false;
  const auto group = sdp::parse_group(sdp::attribute_value(line.value));
  return group && group->semantics == "BUNDLE";
}

}  // namespace sipml::negotiation::rules
