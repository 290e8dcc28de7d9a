/// Typed access to the a= lines that SIP and JSEP negotiate with (RFC 8866 6, RFC 8829 5).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
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

/// The value of the first attribute of this name, "" for a property attribute; none if absent.
std::optional<std::string_view> attribute(const Lines& lines SIPML_LIFETIMEBOUND,
                                          std::string_view name);
/// The values of all attributes of this name, in order.
std::vector<std::string_view> attributes(const Lines& lines SIPML_LIFETIMEBOUND,
                                         std::string_view name);
/// The media section's attribute, else the session's, which it overrides (RFC 8866 5.13).
std::optional<std::string_view> attribute(const Description& description SIPML_LIFETIMEBOUND,
                                          const Media& media SIPML_LIFETIMEBOUND,
                                          std::string_view name);

/// The direction attribute of one section, if it has any; of several the last one counts, as in
/// browsers.
std::optional<Direction> own_direction(const Lines& lines);
/// The direction of a media section: its own, else the session's, else sendrecv (RFC 8866 6.7).
Direction direction(const Description& description, const Media& media);

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

/// An a=fingerprint line (RFC 8122 5).
struct Fingerprint {
  std::string_view hash;
  std::string_view value;
};
/// The fingerprints of one section.
std::vector<Fingerprint> own_fingerprints(const Lines& lines SIPML_LIFETIMEBOUND);
/// The fingerprints of a media section: its own, else the session's (RFC 8122 5).
std::vector<Fingerprint> fingerprints(const Description& description SIPML_LIFETIMEBOUND,
                                      const Media& media SIPML_LIFETIMEBOUND);

/// a=setup (RFC 4145 4), a=ice-ufrag and a=ice-pwd (RFC 8839 5.4): media level, else session level.
std::optional<std::string_view> setup(const Description& description SIPML_LIFETIMEBOUND,
                                      const Media& media SIPML_LIFETIMEBOUND);
std::optional<std::string_view> ice_ufrag(const Description& description SIPML_LIFETIMEBOUND,
                                          const Media& media SIPML_LIFETIMEBOUND);
std::optional<std::string_view> ice_pwd(const Description& description SIPML_LIFETIMEBOUND,
                                        const Media& media SIPML_LIFETIMEBOUND);

/// The values of the a=candidate lines of a media section (RFC 8839 5.1).
std::vector<std::string_view> candidates(const Media& media SIPML_LIFETIMEBOUND);

/// RFC 5761 5.1.1.
bool has_rtcp_mux(const Media& media);

/// An a=rtpmap line (RFC 8866 6.6).
struct RtpMap {
  std::string_view format;
  std::string_view encoding;
  std::uint32_t clock_rate = 0;
  /// What follows the clock rate, such as the number of audio channels; "" if nothing.
  std::string_view parameters;
};
/// The a=rtpmap lines of a media section that follow the grammar, in order.
std::vector<RtpMap> rtpmaps(const Media& media SIPML_LIFETIMEBOUND);

}  // namespace sipml::sdp
