/// The a= lines by name, directions, mids and groups (RFC 8866 6, RFC 5888).
#include "sdp/attributes.hpp"

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

bool is_attribute(const Line& line, std::string_view name) {
  const std::string& value = line.value;
  return line.type == 'a' && value.size() >= name.size() &&
         (value.size() == name.size() || value[name.size()] == ':') && value.starts_with(name);
}

std::optional<std::string_view> attribute(const Lines& lines, std::string_view name) {
  for (const Line& line : lines)
    if (is_attribute(line, name)) return attribute_value(line.value);
  return std::nullopt;
}

std::vector<std::string_view> attributes(const Lines& lines, std::string_view name) {
  std::vector<std::string_view> values;
  for (const Line& line : lines)
    if (is_attribute(line, name)) values.push_back(attribute_value(line.value));
  return values;
}

bool has_attribute(const Lines& lines, std::string_view name) {
  return attribute(lines, name).has_value();
}

std::optional<std::string_view> attribute(const Description& description, const Media& media,
                                          std::string_view name) {
  if (const auto own = attribute(media.lines, name)) return own;
  return attribute(description.session, name);
}

std::optional<Direction> direction_of(const Line& line) {
  constexpr std::size_t shortest = std::string_view("sendrecv").size();
  if (line.type != 'a' || line.value.size() < shortest) return std::nullopt;
  return parse_direction(ascii::trim(line.value));
}

std::optional<Direction> own_direction(const Lines& lines) {
  std::optional<Direction> last;
  for (const Line& line : lines)
    if (const auto direction = direction_of(line)) last = direction;
  return last;
}

Direction direction(const Description& description, const Media& media) {
  if (const auto own = own_direction(media.lines)) return *own;
  return own_direction(description.session).value_or(Direction::sendrecv);
}

std::vector<Direction> directions(const Description& description) {
  const Direction session = own_direction(description.session).value_or(Direction::sendrecv);
  std::vector<Direction> found;
  for (const Media& media : description.media)
    found.push_back(own_direction(media.lines).value_or(session));
  return found;
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

}  // namespace sipml::sdp
