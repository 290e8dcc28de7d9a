/// The direction attribute on the wire and what the browser is told of it (RFC 3264 5.1, 6.1).
#include <algorithm>
#include <vector>

#include "negotiation/rules/lines.hpp"
#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Description;
using sdp::Direction;
using sdp::Media;

bool takes_part(const Media& media, std::string_view kind, Direction direction) {
  return media.kind() == kind && !media.is_rejected() && direction != Direction::inactive;
}

}  // namespace

Description direction(Description description, std::string_view kind, Direction direction,
                      const Description* offer) {
  const std::vector<Direction> before = sdp::directions(description);
  const std::vector<Direction> offered = offer ? sdp::directions(*offer) : before;
  for (std::size_t i = 0; i < std::min(before.size(), offered.size()); ++i) {
    Media& media = description.media[i];
    if (before[i] != direction && takes_part(media, kind, before[i]) &&
        (!offer || sdp::is_allowed_answer(offered[i], direction)))
      write_direction(media, direction);
  }
  return description;
}

Description answered_direction(Description answer, const Description& offer, std::string_view kind,
                               Direction written) {
  const std::vector<Direction> offered = sdp::directions(offer);
  const std::vector<Direction> answered = sdp::directions(answer);
  for (std::size_t i = 0; i < std::min(answered.size(), offered.size()); ++i) {
    Media& media = answer.media[i];
    if (media.is_rejected() || !takes_part(offer.media[i], kind, offered[i])) continue;
    if (offered[i] == written) continue;
    const bool agrees = written != Direction::inactive && answered[i] == sdp::reversed(written);
    const Direction wanted =
        agrees ? sdp::reversed(offered[i]) : sdp::common(answered[i], sdp::reversed(offered[i]));
    if (wanted != answered[i]) write_direction(media, wanted);
  }
  return answer;
}

Description allowed_direction(Description answer, const Description& offer) {
  const std::vector<Direction> offered = sdp::directions(offer);
  const std::vector<Direction> answered = sdp::directions(answer);
  for (std::size_t i = 0; i < std::min(answered.size(), offered.size()); ++i) {
    Media& media = answer.media[i];
    if (!media.is_rejected() && !sdp::is_allowed_answer(offered[i], answered[i]))
      write_direction(media, sdp::common(answered[i], sdp::reversed(offered[i])));
  }
  return answer;
}

}  // namespace sipml::negotiation::rules
