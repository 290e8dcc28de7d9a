/// Typed access to the lines of a session description (RFC 8866 5.2, 5.7, 5.8, 5.14).
#include "sdp/description.hpp"

#include <algorithm>
#include <limits>

#include "base/ascii.hpp"
#include "sdp/words.hpp"

namespace sipml::sdp {
std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> found;
  for (Words words(text); !words.at_end();) found.push_back(words.next());
  return found;
}

// media-field = %s"m" "=" media SP port ["/" integer] SP proto 1*(SP fmt) CRLF
std::optional<MediaLine> parse_media_line(std::string_view value) {
  std::vector<std::string_view> words = split_words(value);
  if (words.size() < 4 || value.front() == ' ' || value.front() == '\t') return std::nullopt;
  MediaLine line;
  line.media = words[0];
  line.proto = words[2];

  const std::string_view ports = words[1];
  const std::size_t slash = ports.find('/');
  const auto port = ascii::parse_number(ports.substr(0, slash), 65535);
  if (!port) return std::nullopt;
  line.port = static_cast<std::uint16_t>(*port);
  if (slash != std::string_view::npos) {
    const auto count = ascii::parse_number(ports.substr(slash + 1), 65535);
    if (!count || *count == 0) return std::nullopt;
    line.port_count = static_cast<std::uint32_t>(*count);
  }
  line.formats.assign(words.begin() + 3, words.end());
  return line;
}

// origin-field = %s"o" "=" username SP sess-id SP sess-version SP nettype SP addrtype SP
//                unicast-address CRLF
std::optional<Origin> parse_origin(std::string_view value) {
  const std::vector<std::string_view> words = split_words(value);
  if (words.size() != 6) return std::nullopt;
  return Origin{words[0], words[1], words[2], words[3], words[4], words[5]};
}

// connection-field = %s"c" "=" nettype SP addrtype SP connection-address CRLF
std::optional<Connection> parse_connection(std::string_view value) {
  const std::vector<std::string_view> words = split_words(value);
  if (words.size() != 3) return std::nullopt;
  return Connection{words[0], words[1], words[2]};
}

// time-field = %s"t" "=" start-time SP stop-time CRLF
std::optional<Timing> parse_timing(std::string_view value) {
  constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
  Words words(value);
  const auto start = ascii::parse_number(words.next(), largest);
  const auto stop = ascii::parse_number(words.next(), largest);
  if (!start || !stop || !words.at_end()) return std::nullopt;
  return Timing{*start, *stop};
}

// bandwidth-fields = *(%s"b" "=" bwtype ":" bandwidth CRLF)
std::optional<Bandwidth> parse_bandwidth(std::string_view value) {
  const std::size_t colon = value.find(':');
  if (colon == 0 || colon == std::string_view::npos) return std::nullopt;
  const auto number = ascii::parse_number(ascii::trim(value.substr(colon + 1)),
                                          std::numeric_limits<std::uint64_t>::max());
  if (!number) return std::nullopt;
  return Bandwidth{value.substr(0, colon), *number};
}

const Line* find_line(const Lines& lines, char type) {
  const auto found =
      std::find_if(lines.begin(), lines.end(), [type](const Line& l) { return l.type == type; });
  return found == lines.end() ? nullptr : &*found;
}

std::optional<std::uint64_t> Origin::session_id_number() const {
  return ascii::parse_number(session_id, std::numeric_limits<std::uint64_t>::max());
}

std::optional<std::uint64_t> Origin::session_version_number() const {
  return ascii::parse_number(session_version, std::numeric_limits<std::uint64_t>::max());
}

MediaLine Media::line() const {
  if (lines.empty()) return {};
  return parse_media_line(lines.front().value).value_or(MediaLine{});
}

std::string_view Media::kind() const {
  if (lines.empty()) return {};
  const std::string_view value = lines.front().value;
  return value.substr(0, value.find_first_of(" \t"));
}

bool Media::is_rejected() const {
  if (line().port != 0) return false;
  return std::none_of(lines.begin(), lines.end(),
                      [](const Line& l) { return l.type == 'a' && l.value == "bundle-only"; });
}

Origin Description::origin() const {
  const Line* found = find_line(session, 'o');
  if (found == nullptr) return {};
  return parse_origin(found->value).value_or(Origin{});
}

std::optional<std::string_view> Description::session_name() const {
  const Line* found = find_line(session, 's');
  if (found == nullptr) return std::nullopt;
  return found->value;
}

std::optional<Connection> connection(const Description& description, const Media& media) {
  const Line* found = find_line(media.lines, 'c');
  if (found == nullptr) found = find_line(description.session, 'c');
  if (found == nullptr) return std::nullopt;
  return parse_connection(found->value);
}

std::vector<Bandwidth> bandwidths(const Lines& lines) {
  std::vector<Bandwidth> result;
  for (const Line& line : lines) {
    if (line.type != 'b') continue;
    if (const auto bandwidth = parse_bandwidth(line.value)) result.push_back(*bandwidth);
  }
  return result;
}

}  // namespace sipml::sdp
