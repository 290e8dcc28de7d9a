/// The s= and t= lines, without which a browser refuses a description (RFC 8866 5).
#include <string_view>
#include <utility>

#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {

sdp::Description mandatory_lines(sdp::Description description) {
  if (!description.session_name()) description = session_name(std::move(description), "-");
  sdp::Lines& lines = description.session;
  if (sdp::find_line(lines, 't') != nullptr) return description;
  // What may stand before time-description in session-description.
  constexpr std::string_view before = "vosiuepcb";
  auto position = lines.begin();
  for (auto at = lines.begin(); at != lines.end(); ++at)
    if (before.find(at->type) != std::string_view::npos) position = at + 1;
  lines.insert(position, {'t', "0 0"});
  return description;
}

}  // namespace sipml::negotiation::rules
