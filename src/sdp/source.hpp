/// Streams, their sources and simulcast (RFC 5576, RFC 8830, RFC 8851, RFC 8853).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sdp/attributes.hpp"
#include "sdp/codec.hpp"
#include "sdp/description.hpp"

namespace sipml::sdp {

/// An a=ssrc line (RFC 5576 4.1): one attribute of one source.
struct SourceAttribute {
  std::uint32_t id = 0;
  std::string_view name;
  /// "" if the attribute has none.
  std::string_view value;
};
std::optional<SourceAttribute> parse_ssrc(std::string_view value SIPML_LIFETIMEBOUND);
std::vector<SourceAttribute> source_attributes(const Media& media SIPML_LIFETIMEBOUND);

/// An a=ssrc-group line (RFC 5576 4.2).
struct SourceGroup {
  std::string_view semantics;
  std::vector<std::uint32_t> ids;
};
std::optional<SourceGroup> parse_ssrc_group(std::string_view value SIPML_LIFETIMEBOUND);
std::vector<SourceGroup> source_groups(const Media& media SIPML_LIFETIMEBOUND);

/// An a=msid line (RFC 8830 2): stream "-" is a track without a stream.
struct Msid {
  std::string_view stream;
  /// "" if there is none.
  std::string_view track;
};
std::optional<Msid> parse_msid(std::string_view value SIPML_LIFETIMEBOUND);
std::vector<Msid> msids(const Media& media SIPML_LIFETIMEBOUND);

/// An a=rid line (RFC 8851 10).
struct Rid {
  std::string_view id;
  /// "send" or "recv", as the writer of the description sees it.
  std::string_view direction;
  /// The payload types of `pt=`; empty if any will do.
  std::vector<std::string_view> formats;
  /// The other restrictions, such as max-width.
  std::vector<FormatParameter> restrictions;
};
std::optional<Rid> parse_rid(std::string_view value SIPML_LIFETIMEBOUND);
std::vector<Rid> rids(const Media& media SIPML_LIFETIMEBOUND);

/// One stream of a=simulcast and the format that it may have (RFC 8853 5.1).
struct SimulcastFormat {
  std::string_view rid;
  bool paused = false;
};
/// The streams of a=simulcast; each is a list of alternatives, the preferred one first.
struct Simulcast {
  std::vector<std::vector<SimulcastFormat>> send;
  std::vector<std::vector<SimulcastFormat>> receive;
};
/// None when the line does not follow its grammar, which includes a second "send" or "recv".
std::optional<Simulcast> parse_simulcast(std::string_view value SIPML_LIFETIMEBOUND);
std::optional<Simulcast> simulcast(const Media& media SIPML_LIFETIMEBOUND);

}  // namespace sipml::sdp
