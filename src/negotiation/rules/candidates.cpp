/// The ICE candidates of a description (RFC 8839 5.1, RFC 8840 8).
#include <algorithm>

#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {
namespace {

bool is_of_candidates(const sdp::Line& line) {
  if (line.type != 'a') return false;
  const std::string_view name = sdp::attribute_name(line.value);
  return name == "candidate" || name == "end-of-candidates";
}

void remove_candidates(sdp::Lines& lines) {
  lines.erase(std::remove_if(lines.begin(), lines.end(), is_of_candidates), lines.end());
}

}  // namespace

sdp::Description without_candidates(sdp::Description description) {
  remove_candidates(description.session);
  for (sdp::Media& media : description.media) remove_candidates(media.lines);
  return description;
}

}  // namespace sipml::negotiation::rules
