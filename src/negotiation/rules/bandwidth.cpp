/// The b=AS line of a medium (RFC 8866 5.8).
#include <algorithm>
#include <string>

#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Line;
using sdp::Lines;

bool is_application_specific(const Line& line) {
  return line.type == 'b' && line.value.starts_with("AS:");
}

void write_bandwidth(Lines& lines, const Line& wanted) {
  const auto first = std::find_if(lines.begin(), lines.end(), is_application_specific);
  if (first != lines.end()) {
    *first = wanted;
    lines.erase(std::remove_if(first + 1, lines.end(), is_application_specific), lines.end());
    return;
  }
  // media-description = media-field [information-field] *connection-field bandwidth-fields
  //                     [key-field] *attribute-field
  auto position = lines.begin() + 1;
  for (auto at = position; at != lines.end() && at->type != 'k' && at->type != 'a'; ++at)
    if (at->type == 'i' || at->type == 'c' || at->type == 'b') position = at + 1;
  lines.insert(position, wanted);
}

}  // namespace

sdp::Description bandwidth(sdp::Description description, std::string_view kind,
                           std::uint32_t kilobits_per_second) {
  const Line wanted{'b', "AS:" + std::to_string(kilobits_per_second)};
  for (sdp::Media& media : description.media)
    if (media.kind() == kind && !media.is_rejected()) write_bandwidth(media.lines, wanted);
  return description;
}

}  // namespace sipml::negotiation::rules
