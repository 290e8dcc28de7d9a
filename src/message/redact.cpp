#include "message/redact.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace sipml::message {

namespace {

/// `line` with the value of each ha1 parameter replaced.
std::string without_ha1(std::string_view line) {
  constexpr std::string_view name = ";ha1=";
  const std::string lower = ascii::to_lower(line);
  std::string out;
  std::size_t position = 0;
  for (std::size_t found = lower.find(name); found != std::string::npos;
       found = lower.find(name, position)) {
    const std::size_t value = found + name.size();
    out += line.substr(position, value - position);
    out += "***";
    position = std::min(line.find_first_of(";,>\r\n", value), line.size());
  }
  out += line.substr(position);
  return out;
}

}  // namespace

std::string redact(std::string_view message) {
  std::string out;
  out.reserve(message.size());
  bool in_headers = true;
  bool hiding = false;
  while (!message.empty()) {
    const std::size_t end = std::min(message.find('\n'), message.size() - 1) + 1;
    std::string_view line = message.substr(0, end);
    message.remove_prefix(end);
    if (!in_headers) {
      out += line;
      continue;
    }
    if (line == "\r\n" || line == "\n") {
      in_headers = false;
      out += line;
      continue;
    }
    const bool continues = line.front() == ' ' || line.front() == '\t';
    if (continues && hiding) continue;
    const std::string_view name = ascii::trim(line.substr(0, line.find(':')));
    hiding = !continues && (ascii::equal_ignoring_case(name, "Authorization") ||
                            ascii::equal_ignoring_case(name, "Proxy-Authorization"));
    if (hiding) {
      out += name;
      out += ": ***\r\n";
      continue;
    }
    out += without_ha1(line);
  }
  return out;
}

}  // namespace sipml::message
