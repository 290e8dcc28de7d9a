/// A session description as lines that are kept as they came, with typed access to the fields that
/// negotiation needs (RFC 8866 5, RFC 4566).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.hpp"
#include "base/result.hpp"

namespace sipml::sdp {

/// One line `<type>=<value>`, without its line end (RFC 8866 5).
struct Line {
  char type = 'a';
  std::string value;
  bool operator==(const Line&) const = default;
};

using Lines = std::vector<Line>;

/// The fields of an m= line (RFC 8866 5.14); views into the line that it was read from.
struct MediaLine {
  std::string_view media;
  std::uint16_t port = 0;
  std::uint32_t port_count = 1;
  std::string_view proto;
  std::vector<std::string_view> formats;
};

/// The fields of the o= line (RFC 8866 5.2); views into the line that it was read from. The numbers
/// stay text because peers send more digits than 64 bits hold.
struct Origin {
  std::string_view username;
  std::string_view session_id;
  std::string_view session_version;
  std::string_view network_type;
  std::string_view address_type;
  std::string_view address;

  /// The session id and version as numbers; none when they are no decimal numbers of 64 bits.
  std::optional<std::uint64_t> session_id_number() const;
  std::optional<std::uint64_t> session_version_number() const;
};

/// The fields of a c= line (RFC 8866 5.7); views into the line that it was read from.
struct Connection {
  std::string_view network_type;
  std::string_view address_type;
  std::string_view address;
};

/// A b= line (RFC 8866 5.8); `value` is in kilobits per second for AS and CT.
struct Bandwidth {
  std::string_view type;
  std::uint64_t value = 0;
};

/// A t= line (RFC 8866 5.9): seconds since 1900, 0 for no bound.
struct Timing {
  std::uint64_t start = 0;
  std::uint64_t stop = 0;
};

/// One media section: its m= line, which is always the first, and all lines up to the next m=.
struct Media {
  Lines lines;
  bool operator==(const Media&) const = default;

  MediaLine line() const SIPML_LIFETIMEBOUND;
  /// The <media> of the m= line: "audio", "video", ...
  std::string_view kind() const SIPML_LIFETIMEBOUND;
  /// Port 0 without a=bundle-only: the stream is refused or over (RFC 3264 6, RFC 9143 6).
  bool is_rejected() const;
};

/// A session section, which ends before the first m= line, and the media sections in their order.
struct Description {
  Lines session;
  std::vector<Media> media;
  bool operator==(const Description&) const = default;

  /// The fields of the o= line; empty ones if there is none, which parse() does not let through.
  Origin origin() const SIPML_LIFETIMEBOUND;
  /// The value of the s= line, if there is one.
  std::optional<std::string_view> session_name() const SIPML_LIFETIMEBOUND;
};

enum class ParseErrorCode : std::uint8_t {
  empty,
  too_many_lines,
  too_many_media,
  malformed_line,
  forbidden_octet,
  missing_version,
  unsupported_version,
  missing_origin,
  malformed_origin,
  malformed_media,
  duplicate_line,
  count
};

/// What is wrong, in words.
std::string_view to_string(ParseErrorCode code);

/// Where a description cannot be read: octets from its start, and lines counted from 1.
struct ParseError {
  ParseErrorCode code = ParseErrorCode::empty;
  std::size_t offset = 0;
  std::size_t line = 0;
};

/// Reads a description in time linear in its length. Lines end with CRLF or LF; empty lines, and
/// NULs at the very end, are dropped. A missing s= or t= and unknown types pass; a first
/// line other than v=, a missing o=, a second v= or o=, an o= without its six fields, and an m=
/// line that is none are errors, as is exceeding `limits::sdp_line_count` or
/// `limits::sdp_media_count`.
Result<Description, ParseError> parse(std::string_view text);

/// The description with CRLF line ends; the inverse of parse() for text that has them.
std::string write(const Description& description);

/// The fields of the value of an m=, o=, c=, t= or b= line; none when it does not follow its
/// grammar.
std::optional<MediaLine> parse_media_line(std::string_view value SIPML_LIFETIMEBOUND);
std::optional<Origin> parse_origin(std::string_view value SIPML_LIFETIMEBOUND);
std::optional<Connection> parse_connection(std::string_view value SIPML_LIFETIMEBOUND);
std::optional<Timing> parse_timing(std::string_view value);
std::optional<Bandwidth> parse_bandwidth(std::string_view value SIPML_LIFETIMEBOUND);

/// The first line of this type, or null.
const Line* find_line(const Lines& lines SIPML_LIFETIMEBOUND, char type);

/// The words of `text` between runs of blanks; views into `text`.
std::vector<std::string_view> split_words(std::string_view text SIPML_LIFETIMEBOUND);

/// The connection data of a media section: its own c= line, else the session's (RFC 8866 5.7).
std::optional<Connection> connection(const Description& description SIPML_LIFETIMEBOUND,
                                     const Media& media SIPML_LIFETIMEBOUND);

/// The b= lines of a section that follow the grammar, in order (RFC 8866 5.8).
std::vector<Bandwidth> bandwidths(const Lines& lines SIPML_LIFETIMEBOUND);

}  // namespace sipml::sdp
