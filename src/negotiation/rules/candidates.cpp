/// The ICE candidates of a description (RFC 8839 5.1, RFC 8840 8).
#include <algorithm>

#include "negotiation/rules/rules.hpp"
#include "sdp/candidate.hpp"

namespace sipml::negotiation::rules {
namespace {

bool is_candidate(const sdp::Line& line) {
  return line.type == 'a' && sdp::attribute_name(line.value) == "candidate";
}

bool is_of_candidates(const sdp::Line& line) {
  return is_candidate(line) ||
         (line.type == 'a' && sdp::attribute_name(line.value) == "end-of-candidates");
}

template <typename Unwanted>
sdp::Description without_lines(sdp::Description description, Unwanted unwanted) {
  const auto clean = [&unwanted](sdp::Lines& lines) {
    lines.erase(std::remove_if(lines.begin(), lines.end(), unwanted), lines.end());
  };
  clean(description.session);
  for (sdp::Media& media : description.media) clean(media.lines);
  return description;
}

}  // namespace

sdp::Description without_candidates(sdp::Description description) {
  return without_lines(std::move(description), is_of_candidates);
}

sdp::Description readable_candidates(sdp::Description description) {
  return without_lines(std::move(description), [](const sdp::Line& line) {
    return is_candidate(line) && !sdp::parse_candidate(sdp::attribute_value(line.value));
  });
}

}  // namespace sipml::negotiation::rules
