/// The a= lines by name, and those that say which streams there are and which way they flow
/// (RFC 8866 6, RFC 5888). Others have a header for each theme: candidate.hpp, transport.hpp,
/// codec.hpp, source.hpp, capability.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "sdp/description.hpp"

namespace sipml::sdp {

/// What the writer of a description does with a medium (RFC 3264 5.1, RFC 8866 6.7).
enum class Direction : std::uint8_t { sendrecv, sendonly, recvonly, inactive };

constexpr bool sends(Direction d) { return d == Direction::sendrecv || d == Direction::sendonly; }
constexpr bool receives(Direction d) {
  return d == Direction::sendrecv || d == Direction::recvonly;
}
constexpr Direction make_direction(bool sends, bool receives) {
  if (sends) return receives ? Direction::sendrecv : Direction::sendonly;
  return receives ? Direction::recvonly : Direction::inactive;
}

/// The same flows of media as the other side names them.
constexpr Direction reversed(Direction d) { return make_direction(receives(d), sends(d)); }

/// The flows that both directions have.
constexpr Direction common(Direction a, Direction b) {
  return make_direction(sends(a) && sends(b), receives(a) && receives(b));
}

/// True when `answer` answers `offer`: the answerer sends only what the offerer receives, and
/// receives only what it sends (RFC 3264 6.1).
constexpr bool is_allowed_answer(Direction offer, Direction answer) {
  return common(answer, reversed(offer)) == answer;
}

/// The attribute's name, and back; names are case-sensitive (RFC 8866 9).
std::string_view to_string(Direction direction);
std::optional<Direction> parse_direction(std::string_view text);

/// The name of an a= line's value: all before the first colon.
std::string_view attribute_name(std::string_view value SIPML_LIFETIMEBOUND);
/// What follows the first colon; "" for a property attribute.
std::string_view attribute_value(std::string_view value SIPML_LIFETIMEBOUND);

/// True for an a= line of this name.
bool is_attribute(const Line& line, std::string_view name);
/// The value of the first attribute of this name, "" for a property attribute; none if absent.
std::optional<std::string_view> attribute(const Lines& lines SIPML_LIFETIMEBOUND,
                                          std::string_view name);
/// The values of all attributes of this name, in order.
std::vector<std::string_view> attributes(const Lines& lines SIPML_LIFETIMEBOUND,
                                         std::string_view name);
/// What `parse` makes of the values of all attributes of this name, in order; where it makes
/// nothing of one, that is left out.
template <typename T>
std::vector<T> parse_attributes(const Lines& lines SIPML_LIFETIMEBOUND, std::string_view name,
                                std::optional<T> (*parse)(std::string_view)) {
  std::vector<T> found;
  for (const std::string_view value : attributes(lines, name))
    if (auto item = parse(value)) found.push_back(std::move(*item));
  return found;
}
/// True when there is an attribute of this name.
bool has_attribute(const Lines& lines, std::string_view name);
/// The media section's attribute, else the session's, which it overrides (RFC 8866 5.13).
std::optional<std::string_view> attribute(const Description& description SIPML_LIFETIMEBOUND,
                                          const Media& media SIPML_LIFETIMEBOUND,
                                          std::string_view name);

/// The direction that a line states, if it does.
std::optional<Direction> direction_of(const Line& line);
/// The direction attribute of one section, if it has any; of several the last one counts, as in
/// browsers.
std::optional<Direction> own_direction(const Lines& lines);
/// The direction of a media section: its own, else the session's, else sendrecv (RFC 8866 6.7).
Direction direction(const Description& description, const Media& media);
/// That of each media section.
std::vector<Direction> directions(const Description& description);

/// The identification tag of a media section (RFC 5888 4).
std::optional<std::string_view> mid(const Media& media SIPML_LIFETIMEBOUND);

/// An a=group line (RFC 5888 5).
struct Group {
  std::string_view semantics;
  std::vector<std::string_view> mids;
};
std::optional<Group> parse_group(std::string_view value SIPML_LIFETIMEBOUND);
/// The a=group lines of the session section that follow the grammar, in order.
std::vector<Group> groups(const Description& description SIPML_LIFETIMEBOUND);

}  // namespace sipml::sdp
