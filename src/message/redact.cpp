#include "message/redact.hpp"

#include "base/ascii.hpp"

namespace sipml::message {

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
    const std::string lower = ascii::to_lower(line);
    const std::size_t ha1 = lower.find(";ha1=");
    if (ha1 != std::string::npos) {
      const std::size_t value = ha1 + 5;
      const std::size_t value_end = std::min(line.find_first_of(";,>\r\n", value), line.size());
      out += line.substr(0, value);
      out += "***";
      out += line.substr(value_end);
      continue;
    }
    out += line;
  }
  return out;
}

}  // namespace sipml::message
