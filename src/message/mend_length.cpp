#include "message/mend_length.hpp"

#include "base/ascii.hpp"

namespace sipml::message {

namespace {

bool is_content_length(std::string_view line) {
  std::string_view name = line.substr(0, line.find(':'));
  while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
  return ascii::equal_ignoring_case(name, "Content-Length") ||
         ascii::equal_ignoring_case(name, "l");
}

}  // namespace

std::string mend_length(std::string_view message) {
  std::string out;
  out.reserve(message.size() + 24);
  bool is_dropped = false;
  std::string_view rest = message;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) break;
    // A folded line belongs to the header before it.
    if (line.front() != ' ' && line.front() != '\t') is_dropped = is_content_length(line);
    if (is_dropped) continue;
    out += line;
    out += "\r\n";
  }
  out += "Content-Length: ";
  out += std::to_string(rest.size());
  out += "\r\n\r\n";
  out += rest;
  return out;
}

}  // namespace sipml::message
