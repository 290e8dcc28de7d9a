/// The s= line (RFC 8866 5.3), by which webrtc2sip recognises the browser.
#include <algorithm>
#include <string>

#include "base/ascii.hpp"
#include "base/assert.hpp"
#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {

sdp::Description session_name(sdp::Description description, std::string_view name) {
  SIPML_ASSERT(!ascii::has_line_break(name));
  sdp::Lines& lines = description.session;
  const sdp::Line wanted{'s', name.empty() ? std::string("-") : std::string(name)};
  const auto is_type = [](char type) {
    return [type](const sdp::Line& line) { return line.type == type; };
  };
  const auto found = std::find_if(lines.begin(), lines.end(), is_type('s'));
  if (found != lines.end()) {
    *found = wanted;
    return description;
  }
  const auto origin = std::find_if(lines.begin(), lines.end(), is_type('o'));
  lines.insert(origin == lines.end() ? origin : origin + 1, wanted);
  return description;
}

}  // namespace sipml::negotiation::rules
