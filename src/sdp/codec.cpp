/// Reads formats, their parameters and header extensions (RFC 8866 6, RFC 4585 4.2, RFC 8285 5).
#include "sdp/codec.hpp"

#include <array>
#include <limits>
#include <map>

#include "base/ascii.hpp"
#include "sdp/words.hpp"

namespace sipml::sdp {
namespace {

constexpr std::uint64_t largest_number = std::numeric_limits<std::uint32_t>::max();

/// RFC 3551 6, as far as phones use it without an a=rtpmap line.
struct StaticFormat {
  std::string_view format;
  std::string_view encoding;
  std::uint32_t clock_rate;
};
constexpr std::array<StaticFormat, 11> static_formats = {{{"0", "PCMU", 8000},
                                                          {"3", "GSM", 8000},
                                                          {"4", "G723", 8000},
                                                          {"8", "PCMA", 8000},
                                                          {"9", "G722", 8000},
                                                          {"13", "CN", 8000},
                                                          {"15", "G728", 8000},
                                                          {"18", "G729", 8000},
                                                          {"26", "JPEG", 90000},
                                                          {"31", "H261", 90000},
                                                          {"34", "H263", 90000}}};

}  // namespace

// rtpmap-value = payload-type SP encoding-name "/" clock-rate [ "/" encoding-params ]
std::optional<RtpMap> parse_rtpmap(std::string_view value) {
  Words words(value);
  RtpMap map;
  map.format = words.next();
  const std::string_view text = words.next();
  const std::size_t first = text.find('/');
  if (first == 0 || first == std::string_view::npos || !words.at_end()) return std::nullopt;
  const std::size_t second = text.find('/', first + 1);
  const auto clock_rate =
      ascii::parse_number(text.substr(first + 1, second - first - 1), largest_number);
  if (!clock_rate || *clock_rate == 0) return std::nullopt;
  map.encoding = text.substr(0, first);
  map.clock_rate = static_cast<std::uint32_t>(*clock_rate);
  if (second != std::string_view::npos) map.parameters = text.substr(second + 1);
  return map;
}

std::vector<RtpMap> rtpmaps(const Media& media) {
  return parse_attributes(media.lines, "rtpmap", parse_rtpmap);
}

// fmtp-value = fmt SP format-specific-params
std::optional<FormatParameters> parse_fmtp(std::string_view value) {
  Words words(value);
  FormatParameters fmtp;
  fmtp.format = words.next();
  fmtp.text = words.rest();
  if (fmtp.text.empty()) return std::nullopt;
  for (Words list(fmtp.text, ";"); !list.at_end();) {
    const std::string_view one = ascii::trim(list.next());
    if (one.empty()) continue;
    const std::size_t equal = one.find('=');
    FormatParameter parameter{ascii::trim(one.substr(0, equal)), std::nullopt};
    if (equal != std::string_view::npos) parameter.value = ascii::trim(one.substr(equal + 1));
    fmtp.list.push_back(parameter);
  }
  return fmtp;
}

std::vector<FormatParameters> fmtps(const Media& media) {
  return parse_attributes(media.lines, "fmtp", parse_fmtp);
}

std::optional<std::string_view> parameter(const FormatParameters& fmtp, std::string_view name) {
  for (const FormatParameter& one : fmtp.list)
    if (ascii::equal_ignoring_case(one.name, name)) return one.value.value_or(std::string_view());
  return std::nullopt;
}

// rtcp-fb-syntax = "a=rtcp-fb:" rtcp-fb-pt SP rtcp-fb-val CRLF
std::optional<Feedback> parse_feedback(std::string_view value) {
  Words words(value);
  Feedback feedback;
  feedback.format = words.next();
  feedback.type = words.next();
  feedback.parameter = ascii::trim(words.rest());
  if (feedback.type.empty()) return std::nullopt;
  return feedback;
}

std::vector<Feedback> feedbacks(const Media& media) {
  return parse_attributes(media.lines, "rtcp-fb", parse_feedback);
}

std::vector<Codec> codecs(const Media& media) {
  const MediaLine line = media.line();
  std::vector<Codec> found;
  std::map<std::string_view, std::size_t> places;
  const bool is_rtp = line.proto.find("RTP/") != std::string_view::npos;
  for (const std::string_view format : line.formats) {
    if (!places.emplace(format, found.size()).second) continue;
    Codec codec{format, {}, 0, 1, {}, {}};
    for (const StaticFormat& known : static_formats) {
      if (known.format != format || !is_rtp) continue;
      codec.encoding = known.encoding;
      codec.clock_rate = known.clock_rate;
    }
    found.push_back(codec);
  }
  for (const RtpMap& map : rtpmaps(media)) {
    const auto place = places.find(map.format);
    if (place == places.end()) continue;
    Codec& codec = found[place->second];
    codec.encoding = map.encoding;
    codec.clock_rate = map.clock_rate;
    const auto channels = ascii::parse_number(map.parameters, largest_number);
    codec.channels = static_cast<std::uint32_t>(channels.value_or(1));
  }
  for (const FormatParameters& fmtp : fmtps(media)) {
    const auto place = places.find(fmtp.format);
    if (place == places.end()) continue;
    found[place->second].parameters = fmtp.text;
    if (const auto apt = parameter(fmtp, "apt")) found[place->second].apt = *apt;
  }
  return found;
}

std::vector<std::string_view> telephone_events(const Media& media) {
  std::vector<std::string_view> found;
  for (const Codec& codec : codecs(media))
    if (ascii::equal_ignoring_case(codec.encoding, "telephone-event"))
      found.push_back(codec.format);
  return found;
}

std::optional<std::uint32_t> milliseconds(const Media& media, std::string_view name) {
  const auto text = attribute(media.lines, name);
  if (!text) return std::nullopt;
  const std::string_view word = ascii::trim(*text);
  const auto number = ascii::parse_number(word.substr(0, word.find('.')), largest_number);
  if (!number) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

// extmap = mapentry SP extensionname [SP extensionattributes]
// mapentry = "extmap:" 1*5DIGIT ["/" direction]
std::optional<HeaderExtension> parse_extmap(std::string_view value) {
  Words words(value);
  const std::string_view entry = words.next();
  const std::size_t slash = entry.find('/');
  const auto id = ascii::parse_number(entry.substr(0, slash), 65535);
  HeaderExtension extension;
  if (slash != std::string_view::npos) {
    extension.direction = parse_direction(entry.substr(slash + 1));
    if (!extension.direction) return std::nullopt;
  }
  extension.uri = words.next();
  extension.attributes = ascii::trim(words.rest());
  if (!id || *id == 0 || extension.uri.empty()) return std::nullopt;
  extension.id = static_cast<std::uint32_t>(*id);
  return extension;
}

std::vector<HeaderExtension> header_extensions(const Lines& lines) {
  return parse_attributes(lines, "extmap", parse_extmap);
}

}  // namespace sipml::sdp
