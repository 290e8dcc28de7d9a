/// Formats, their parameters and header extensions (RFC 8866 6, RFC 4585 4.2, RFC 4588, RFC 8285).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sdp/attributes.hpp"
#include "sdp/description.hpp"

namespace sipml::sdp {

/// An a=rtpmap line (RFC 8866 6.6).
struct RtpMap {
  std::string_view format;
  std::string_view encoding;
  std::uint32_t clock_rate = 0;
  /// What follows the clock rate, such as the number of audio channels; "" if nothing.
  std::string_view parameters;
};
/// The value of an a=rtpmap line; none when it does not follow its grammar or the clock rate is 0.
std::optional<RtpMap> parse_rtpmap(std::string_view value SIPML_LIFETIMEBOUND);
/// The a=rtpmap lines of a media section that follow the grammar, in order.
std::vector<RtpMap> rtpmaps(const Media& media SIPML_LIFETIMEBOUND);

/// One of an a=fmtp line: `name=value`, or a word such as "0-15" or "111/111" as a name alone.
struct FormatParameter {
  std::string_view name;
  std::optional<std::string_view> value;
};
/// An a=fmtp line (RFC 8866 6.15).
struct FormatParameters {
  std::string_view format;
  /// All behind the format, as it stands.
  std::string_view text;
  std::vector<FormatParameter> list;
};
std::optional<FormatParameters> parse_fmtp(std::string_view value SIPML_LIFETIMEBOUND);
/// The a=fmtp lines of a media section, in order.
std::vector<FormatParameters> fmtps(const Media& media SIPML_LIFETIMEBOUND);
/// The first parameter of this name, compared without case; "" for a word alone.
std::optional<std::string_view> parameter(const FormatParameters& fmtp, std::string_view name);

/// An a=rtcp-fb line (RFC 4585 4.2); the format is a payload type or "*".
struct Feedback {
  std::string_view format;
  /// "nack", "ccm", ...
  std::string_view type;
  /// What follows: "pli", "fir", ...; "" if nothing.
  std::string_view parameter;
};
std::optional<Feedback> parse_feedback(std::string_view value SIPML_LIFETIMEBOUND);
/// The a=rtcp-fb lines of a media section that follow the grammar, in order.
std::vector<Feedback> feedbacks(const Media& media SIPML_LIFETIMEBOUND);

/// One format of an m-line of RTP and what the lines below say of it.
struct Codec {
  std::string_view format;
  /// Of its a=rtpmap line, or of RFC 3551 6 for a static payload type without one; "" if unknown.
  std::string_view encoding;
  std::uint32_t clock_rate = 0;
  std::uint32_t channels = 1;
  /// The text of its a=fmtp line; "" if it has none.
  std::string_view parameters;
  /// The format that this one repeats or repairs: `apt` of its a=fmtp line (RFC 4588 8.1).
  std::string_view apt;
};
/// The formats of the m-line in their order, which is that of preference (RFC 3264 5.1).
std::vector<Codec> codecs(const Media& media SIPML_LIFETIMEBOUND);

/// The payload types of a media section that carry telephone-event (RFC 4733 2.5).
std::vector<std::string_view> telephone_events(const Media& media SIPML_LIFETIMEBOUND);

/// A whole number of milliseconds of a=ptime or a=maxptime (RFC 8866 6.4, 6.5), a fraction cut off.
std::optional<std::uint32_t> milliseconds(const Media& media, std::string_view name);

/// An a=extmap line (RFC 8285 5).
struct HeaderExtension {
  /// 1 to 255 are in use, 4096 and more are offered without a number.
  std::uint32_t id = 0;
  std::optional<Direction> direction;
  std::string_view uri;
  /// extensionattributes; "" if there are none.
  std::string_view attributes;
};
/// None when the line does not follow its grammar or the id is 0.
std::optional<HeaderExtension> parse_extmap(std::string_view value SIPML_LIFETIMEBOUND);
/// The a=extmap lines of one section that follow the grammar, in order.
std::vector<HeaderExtension> header_extensions(const Lines& lines SIPML_LIFETIMEBOUND);

}  // namespace sipml::sdp
