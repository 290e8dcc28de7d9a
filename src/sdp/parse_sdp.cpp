/// Reads a session description, line by line (RFC 8866 5 and 9).
#include <algorithm>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "sdp/description.hpp"

namespace sipml::sdp {
namespace {

/// The description under construction and what has been seen of the lines that it must have.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Description, ParseError> run() {
    while (!text_.empty() && text_.back() == '\0') text_.remove_suffix(1);
    while (at_ < text_.size()) {
      const std::size_t start = at_;
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      std::string_view line = text_.substr(start, end - start);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      at_ = end + 1;
      ++line_number_;
      if (line.empty()) continue;
      if (const auto code = take(line)) return ParseError{*code, start, line_number_};
    }
    if (line_count_ == 0) return ParseError{ParseErrorCode::empty, 0, 0};
    if (!origin_seen_) return at_end(ParseErrorCode::missing_origin);
    return std::move(description_);
  }

 private:
  ParseError at_end(ParseErrorCode code) const { return {code, text_.size(), line_number_}; }

  // type "=" value: type is one letter, and the value holds no NUL, CR or LF (byte-string).
  std::optional<ParseErrorCode> take(std::string_view line) {
    using enum ParseErrorCode;
    if (++line_count_ > limits::sdp_line_count) return too_many_lines;
    if (line.size() < 2 || !ascii::is_alpha(line[0]) || line[1] != '=') return malformed_line;
    if (ascii::has_line_break(line)) return forbidden_octet;
    const char type = line[0];
    const std::string_view value = line.substr(2);

    if (type != 'v' && line_count_ == 1) return missing_version;
    if (type == 'v') {
      if (version_seen_) return duplicate_line;
      if (ascii::trim(value) != "0") return unsupported_version;
      version_seen_ = in_session();
    } else if (type == 'o') {
      if (origin_seen_) return duplicate_line;
      if (!parse_origin(value)) return malformed_origin;
      origin_seen_ = in_session();
    } else if (type == 'm') {
      if (!parse_media_line(value)) return malformed_media;
      if (description_.media.size() == limits::sdp_media_count) return too_many_media;
      description_.media.emplace_back();
    }
    Lines& section = in_session() ? description_.session : description_.media.back().lines;
    section.push_back({type, std::string(value)});
    return std::nullopt;
  }

  bool in_session() const { return description_.media.empty(); }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_number_ = 0;
  std::size_t line_count_ = 0;
  bool version_seen_ = false;
  bool origin_seen_ = false;
  Description description_;
};

}  // namespace

std::string_view to_string(ParseErrorCode code) {
  switch (code) {
    case ParseErrorCode::empty:
      return "the description is empty";
    case ParseErrorCode::too_many_lines:
      return "the description has too many lines";
    case ParseErrorCode::too_many_media:
      return "the description has too many m= lines";
    case ParseErrorCode::malformed_line:
      return "a line does not have the form <letter>=<value>";
    case ParseErrorCode::forbidden_octet:
      return "a line holds a NUL or a lone CR";
    case ParseErrorCode::missing_version:
      return "the first line is not v=";
    case ParseErrorCode::unsupported_version:
      return "the v= line is not v=0";
    case ParseErrorCode::missing_origin:
      return "there is no o= line before the first m= line";
    case ParseErrorCode::malformed_origin:
      return "the o= line does not have its six fields";
    case ParseErrorCode::malformed_media:
      return "an m= line lacks a medium, port, proto or format";
    case ParseErrorCode::duplicate_line:
      return "there is a second v= or o= line";
    case ParseErrorCode::count:
      break;
  }
  return "";
}

Result<Description, ParseError> parse(std::string_view text) { return Parser(text).run(); }

}  // namespace sipml::sdp
