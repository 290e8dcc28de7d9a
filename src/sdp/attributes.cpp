/// The a= lines that SIP and JSEP negotiate with (RFC 8866 6).
#include "sdp/attributes.hpp"

#include <limits>

#include "base/ascii.hpp"

namespace sipml::sdp {

std::string_view to_string(Direction direction) {
  switch (direction) {
    case Direction::sendrecv:
      return "sendrecv";
    case Direction::sendonly:
      return "sendonly";
    case Direction::recvonly:
      return "recvonly";
    case Direction::inactive:
      return "inactive";
  }
  return "";
}

std::optional<Direction> parse_direction(std::string_view text) {
  using enum Direction;
  for (const Direction direction : {sendrecv, sendonly, recvonly, inactive})
    if (text == to_string(direction)) return direction;
  return std::nullopt;
}

std::string_view attribute_name(std::string_view value) { return value.substr(0, value.find(':')); }

std::string_view attribute_value(std::string_view value) {
  const std::size_t colon = value.find(':');
  return colon == std::string_view::npos ? std::string_view() : value.substr(colon + 1);
}

std::optional<std::string_view> attribute(const Lines& lines, std::string_view name) {
  for (const Line& line : lines)
    if (line.type == 'a' && attribute_name(line.value) == name) return attribute_value(line.value);
  return std::nullopt;
}

std::vector<std::string_view> attributes(const Lines& lines, std::string_view name) {
  std::vector<std::string_view> values;
  for (const Line& line : lines)
    if (line.type == 'a' && attribute_name(line.value) == name)
      values.push_back(attribute_value(line.value));
  return values;
}

std::optional<std::string_view> attribute(const Description& description, const Media& media,
                                          std::string_view name) {
  if (const auto own = attribute(media.lines, name)) return own;
  return attribute(description.session, name);
}

std::optional<Direction> own_direction(const Lines& lines) {
  std::optional<Direction> last;
  for (const Line& line : lines) {
    if (line.type != 'a') continue;
    if (const auto direction = parse_direction(ascii::trim(line.value))) last = direction;
  }
  return last;
}

Direction direction(const Description& description, const Media& media) {
  if (const auto own = own_direction(media.lines)) return *own;
  return own_direction(description.session).value_or(Direction::sendrecv);
}

std::optional<std::string_view> mid(const Media& media) {
  const auto value = attribute(media.lines, "mid");
  if (!value) return std::nullopt;
  const std::string_view tag = ascii::trim(*value);
  return tag.empty() ? std::nullopt : std::optional(tag);
}

// group-attribute = "a=group:" semantics *(SP identification-tag)
std::optional<Group> parse_group(std::string_view value) {
  const std::vector<std::string_view> words = split_words(value);
  if (words.empty()) return std::nullopt;
  return Group{words[0], {words.begin() + 1, words.end()}};
}

std::vector<Group> groups(const Description& description) {
  std::vector<Group> result;
  for (const std::string_view value : attributes(description.session, "group"))
    if (auto group = parse_group(value)) result.push_back(std::move(*group));
  return result;
}

// fingerprint-attribute = "fingerprint" ":" hash-func SP fingerprint
std::vector<Fingerprint> own_fingerprints(const Lines& lines) {
  std::vector<Fingerprint> found;
  for (const std::string_view value : attributes(lines, "fingerprint")) {
    const std::vector<std::string_view> words = split_words(value);
    if (words.size() == 2) found.push_back({words[0], words[1]});
  }
  return found;
}

std::vector<Fingerprint> fingerprints(const Description& description, const Media& media) {
  std::vector<Fingerprint> own = own_fingerprints(media.lines);
  return own.empty() ? own_fingerprints(description.session) : own;
}

std::optional<std::string_view> setup(const Description& description, const Media& media) {
  return attribute(description, media, "setup");
}

std::optional<std::string_view> ice_ufrag(const Description& description, const Media& media) {
  return attribute(description, media, "ice-ufrag");
}

std::optional<std::string_view> ice_pwd(const Description& description, const Media& media) {
  return attribute(description, media, "ice-pwd");
}

std::vector<std::string_view> candidates(const Media& media) {
  return attributes(media.lines, "candidate");
}

bool has_rtcp_mux(const Media& media) { return attribute(media.lines, "rtcp-mux").has_value(); }

// rtpmap-value = payload-type SP encoding-name "/" clock-rate [ "/" encoding-params ]
std::vector<RtpMap> rtpmaps(const Media& media) {
  std::vector<RtpMap> result;
  for (const std::string_view value : attributes(media.lines, "rtpmap")) {
    const std::vector<std::string_view> words = split_words(value);
    if (words.size() != 2) continue;
    const std::string_view text = words[1];
    const std::size_t first = text.find('/');
    if (first == 0 || first == std::string_view::npos) continue;
    const std::size_t second = text.find('/', first + 1);
    const auto clock_rate = ascii::parse_number(text.substr(first + 1, second - first - 1),
                                                std::numeric_limits<std::uint32_t>::max());
    if (!clock_rate) continue;
    result.push_back(
        {words[0], text.substr(0, first), static_cast<std::uint32_t>(*clock_rate),
         second == std::string_view::npos ? std::string_view() : text.substr(second + 1)});
  }
  return result;
}

}  // namespace sipml::sdp
