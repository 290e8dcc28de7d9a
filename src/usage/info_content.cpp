#include "usage/info_content.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"

namespace sipml::usage {
namespace {

/// The next line of `rest`, which loses it; CR, LF and CRLF end one.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find_first_of("\r\n");
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

/// The character of an event code of RFC 4733 3.2; '!' is the hook flash, nullopt no tone at all.
std::optional<char> signal_of(std::string_view text) {
  constexpr std::string_view events = "0123456789*#ABCD!";
  if (const auto code = ascii::parse_number(text, events.size() - 1))
    return events[static_cast<std::size_t>(*code)];
  if (text.size() != 1) return std::nullopt;
  const char c = text[0] >= 'a' && text[0] <= 'd' ? static_cast<char>(text[0] - 32) : text[0];
  if (events.find(c) == std::string_view::npos) return std::nullopt;
  return c;
}

constexpr std::string_view no_signal = "an INFO has no DTMF signal of 0-9, A-D, * or #";
constexpr std::string_view no_document = "an INFO has no document of RFC 5168";

constexpr bool is_name_end(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '/' || c == '>';
}

/// Where `end` is over behind `from`, or npos.
std::size_t behind(std::string_view text, std::string_view end, std::size_t from) {
  const std::size_t at = text.find(end, from);
  return at == std::string_view::npos ? at : at + end.size();
}

/// Behind the tag that begins at `from`: a ">" inside quotes is none of its own.
std::size_t behind_tag(std::string_view text, std::size_t from) {
  char quote = '\0';
  for (std::size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

InfoKind info_kind(std::string_view content_type) {
  const std::string_view type = ascii::trim(content_type.substr(0, content_type.find(';')));
  if (ascii::equal_ignoring_case(type, "application/dtmf-relay")) return InfoKind::dtmf_relay;
  if (ascii::equal_ignoring_case(type, "application/dtmf")) return InfoKind::dtmf;
  if (ascii::equal_ignoring_case(type, media_control_type)) return InfoKind::media_control;
  return InfoKind::other;
}

Result<std::optional<Tone>, std::string_view> parse_tone(InfoKind kind, std::string_view content) {
  Tone tone{'\0', default_tone_duration};
  if (kind == InfoKind::dtmf) {
    tone.tone = signal_of(ascii::trim(content)).value_or('\0');
  } else {
    while (!content.empty()) {
      const std::string_view line = take_line(content);
      const std::size_t equals = line.find('=');
      if (equals == std::string_view::npos) continue;
      const std::string_view name = ascii::trim(line.substr(0, equals));
      const std::string_view value = ascii::trim(line.substr(equals + 1));
      if (ascii::equal_ignoring_case(name, "Signal")) {
        tone.tone = signal_of(value).value_or('\0');
      } else if (ascii::equal_ignoring_case(name, "Duration")) {
        const auto duration = ascii::parse_number(value, limits::tone_duration);
        if (duration && *duration != 0) tone.duration = static_cast<std::uint32_t>(*duration);
      }
    }
  }
  if (tone.tone == '\0') return no_signal;
  if (tone.tone == '!') return std::optional<Tone>();
  return std::optional<Tone>(tone);
}

Result<bool, std::string_view> asks_key_frame(std::string_view content) {
  bool found = false;
  bool any = false;
  std::size_t depth = 0;
  for (std::size_t at = content.find('<'); at != std::string_view::npos;
       at = content.find('<', at)) {
    const std::string_view rest = content.substr(at);
    if (rest.starts_with("<!--")) {
      at = behind(content, "-->", at + 4);
    } else if (rest.starts_with("<?")) {
      at = behind(content, "?>", at + 2);
    } else if (rest.starts_with("<![CDATA[")) {
      at = behind(content, "]]>", at);
    } else if (rest.starts_with("<!")) {
      return no_document;
    } else if (rest.starts_with("</")) {
      if (depth-- == 0) return no_document;
      at = behind_tag(content, at);
    } else {
      std::size_t end = 1;
      while (end < rest.size() && !is_name_end(rest[end])) ++end;
      std::string_view name = rest.substr(1, end - 1);
      name.remove_prefix(name.find(':') + 1);
      // One root, which is the document's own.
      if (depth == 0 && (any || name != "media_control")) return no_document;
      any = true;
      found = found || name == "picture_fast_update";
      at = behind_tag(content, at);
      if (at != std::string_view::npos && content[at - 2] != '/') ++depth;
    }
    if (at == std::string_view::npos) return no_document;
  }
  if (!any || depth != 0) return no_document;
  return found;
}

}  // namespace sipml::usage
