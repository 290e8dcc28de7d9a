/// Reads streams, their sources and simulcast (RFC 5576, RFC 8830, RFC 8851, RFC 8853).
#include "sdp/source.hpp"

#include <limits>
#include <utility>

#include "base/ascii.hpp"
#include "sdp/words.hpp"

namespace sipml::sdp {
namespace {

std::optional<std::uint32_t> parse_ssrc_id(std::string_view word) {
  const auto number = ascii::parse_number(word, std::numeric_limits<std::uint32_t>::max());
  if (!number) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

// sc-str-list = sc-alt-list *( ";" sc-alt-list ), sc-alt-list = sc-id *( "," sc-id )
std::optional<std::vector<std::vector<SimulcastFormat>>> parse_streams(std::string_view text) {
  std::vector<std::vector<SimulcastFormat>> streams;
  for (Words list(text, ";"); !list.at_end();) {
    streams.emplace_back();
    for (Words alternatives(list.next(), ","); !alternatives.at_end();) {
      std::string_view rid = alternatives.next();
      const bool paused = rid.starts_with('~');
      if (paused) rid.remove_prefix(1);
      if (rid.empty()) return std::nullopt;
      streams.back().push_back({rid, paused});
    }
  }
  if (streams.empty()) return std::nullopt;
  return streams;
}

}  // namespace

// ssrc-attr = "ssrc:" ssrc-id SP attribute
std::optional<SourceAttribute> parse_ssrc(std::string_view value) {
  Words words(value);
  const auto id = parse_ssrc_id(words.next());
  const std::string_view text = words.rest();
  if (!id || attribute_name(text).empty()) return std::nullopt;
  return SourceAttribute{*id, attribute_name(text), attribute_value(text)};
}

std::vector<SourceAttribute> source_attributes(const Media& media) {
  return parse_attributes(media.lines, "ssrc", parse_ssrc);
}

// ssrc-group-attr = "ssrc-group:" semantics *(SP ssrc-id)
std::optional<SourceGroup> parse_ssrc_group(std::string_view value) {
  Words words(value);
  SourceGroup group;
  group.semantics = words.next();
  if (group.semantics.empty()) return std::nullopt;
  while (!words.at_end()) {
    const auto id = parse_ssrc_id(words.next());
    if (!id) return std::nullopt;
    group.ids.push_back(*id);
  }
  return group;
}

std::vector<SourceGroup> source_groups(const Media& media) {
  return parse_attributes(media.lines, "ssrc-group", parse_ssrc_group);
}

// msid-value = msid-id [ SP msid-appdata ]
std::optional<Msid> parse_msid(std::string_view value) {
  Words words(value);
  Msid msid;
  msid.stream = words.next();
  msid.track = words.next();
  if (msid.stream.empty() || !words.at_end()) return std::nullopt;
  return msid;
}

std::vector<Msid> msids(const Media& media) {
  return parse_attributes(media.lines, "msid", parse_msid);
}

// rid-syntax = "a=rid:" rid-id SP rid-dir [ rid-pt-param-list / rid-param-list ]
std::optional<Rid> parse_rid(std::string_view value) {
  Words words(value);
  Rid rid;
  rid.id = words.next();
  rid.direction = words.next();
  if (rid.direction != "send" && rid.direction != "recv") return std::nullopt;
  for (Words list(words.rest(), "; \t"); !list.at_end();) {
    const std::string_view one = list.next();
    const std::size_t equal = one.find('=');
    const std::string_view name = one.substr(0, equal);
    if (equal == std::string_view::npos) {
      rid.restrictions.push_back({name, std::nullopt});
    } else if (name == "pt") {
      for (Words formats(one.substr(equal + 1), ","); !formats.at_end();)
        rid.formats.push_back(formats.next());
    } else {
      rid.restrictions.push_back({name, one.substr(equal + 1)});
    }
  }
  return rid;
}

std::vector<Rid> rids(const Media& media) {
  return parse_attributes(media.lines, "rid", parse_rid);
}

// sc-value = ( sc-send [SP sc-recv] ) / ( sc-recv [SP sc-send] )
std::optional<Simulcast> parse_simulcast(std::string_view value) {
  Simulcast simulcast;
  Words words(value);
  do {
    const std::string_view direction = words.next();
    auto streams = parse_streams(words.next());
    if (!streams || (direction != "send" && direction != "recv")) return std::nullopt;
    auto& side = direction == "send" ? simulcast.send : simulcast.receive;
    if (!side.empty()) return std::nullopt;
    side = std::move(*streams);
  } while (!words.at_end());
  return simulcast;
}

std::optional<Simulcast> simulcast(const Media& media) {
  const auto value = attribute(media.lines, "simulcast");
  if (!value) return std::nullopt;
  return parse_simulcast(*value);
}

}  // namespace sipml::sdp
