#include "message/redact.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace sipml::message {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Passes over "ha1 =" at `position`, blanks included; `position` itself if it does not stand
/// there.
std::size_t behind_ha1(std::string_view text, std::size_t position) {
  std::size_t i = position;
  const auto skip_blanks = [&] {
    while (i < text.size() && is_blank(text[i])) ++i;
  };
  skip_blanks();
  if (!ascii::equal_ignoring_case(text.substr(i, 3), "ha1")) return position;
  i += 3;
  skip_blanks();
  if (i == text.size() || text[i] != '=') return position;
  ++i;
  skip_blanks();
  return i;
}

}  // namespace

bool is_secret(std::string_view header_name) {
  return ascii::equal_ignoring_case(header_name, "Authorization") ||
         ascii::equal_ignoring_case(header_name, "Proxy-Authorization");
}

std::string redact_value(std::string_view header) {
  std::string out;
  std::size_t position = 0;
  for (std::size_t found = header.find(';'); found != std::string_view::npos;
       found = header.find(';', found + 1)) {
    const std::size_t value = behind_ha1(header, found + 1);
    if (value == found + 1) continue;
    out += header.substr(position, value - position);
    out += "***";
    const bool is_quoted = value < header.size() && header[value] == '"';
    const std::size_t end =
        is_quoted ? header.find('"', value + 1) : header.find_first_of(";,> \t\r\n", value);
    position = end == std::string_view::npos ? header.size() : end + (is_quoted ? 1 : 0);
    found = std::max(found, position - 1);
  }
  out += header.substr(position);
  return out;
}

namespace {

/// The header at the start of `text` with all its folds. Any LF ends a line, for what is shown may
/// not be what was parsed.
std::string_view take_header(std::string_view& text) {
  std::size_t end = 0;
  do {
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
  } while (end < text.size() && (text[end] == ' ' || text[end] == '\t'));
  const std::string_view header = text.substr(0, end);
  text.remove_prefix(end);
  return header;
}

}  // namespace

std::string redact(std::string_view message) {
  std::string out;
  out.reserve(message.size());
  // 7.5: empty lines in front of a message are no end of its headers.
  const std::size_t start = std::min(message.find_first_not_of("\r\n"), message.size());
  out += message.substr(0, start);
  message.remove_prefix(start);
  bool ends_with_crlf = false;
  while (!message.empty()) {
    const std::string_view header = take_header(message);
    // Behind a bare LF it ends that header only, for whoever takes the LF for a part of it.
    if (header == "\r\n" && ends_with_crlf) {
      out += header;
      break;
    }
    ends_with_crlf = header.ends_with("\r\n");
    const std::string_view name = ascii::trim(header.substr(0, header.find(':')));
    if (is_secret(name)) {
      out += name;
      out += ": ***\r\n";
    } else {
      out += redact_value(header);
    }
  }
  out += redact_description(message);
  return out;
}

namespace {

/// Where the secret of a line of a description starts; the line's length if it has none.
std::size_t start_of_secret(std::string_view line) {
  if (line.starts_with("k=")) return 2;
  const bool is_capability = line.starts_with("a=acap:");
  const auto behind = [line](std::string_view word) {
    const std::size_t found = line.find(word);
    return found == std::string_view::npos ? line.size() : found + word.size();
  };
  std::size_t start = line.size();
  if (is_capability || line.starts_with("a=ice-pwd:")) start = behind("ice-pwd:");
  if (is_capability || line.starts_with("a=crypto:")) start = std::min(start, behind("inline:"));
  return start;
}

}  // namespace

std::string redact_description(std::string_view description) {
  std::string out;
  out.reserve(description.size());
  while (!description.empty()) {
    const std::size_t end = std::min(description.find('\n'), description.size() - 1) + 1;
    const std::string_view line = description.substr(0, end);
    description.remove_prefix(end);
    const std::size_t shown = start_of_secret(line);
    out += line.substr(0, shown);
    if (shown == line.size()) continue;
    out += "***";
    out += line.substr(std::min(line.find_last_not_of("\r\n") + 1, line.size()));
  }
  return out;
}

}  // namespace sipml::message
