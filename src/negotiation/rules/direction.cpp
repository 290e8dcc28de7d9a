/// The direction attribute on the wire and what the browser is told of it (RFC 3264 5.1, 6.1).
#include <algorithm>

#include "base/ascii.hpp"
#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Description;
using sdp::Direction;
using sdp::Line;
using sdp::Media;

bool is_direction(const Line& line) {
  return line.type == 'a' && sdp::parse_direction(ascii::trim(line.value)).has_value();
}

/// Leaves one direction attribute, where the first one was or else at the section's end.
void write_direction(Media& media, Direction direction) {
  const Line wanted{'a', std::string(sdp::to_string(direction))};
  const auto first = std::find_if(media.lines.begin(), media.lines.end(), is_direction);
  if (first == media.lines.end()) {
    media.lines.push_back(wanted);
    return;
  }
  *first = wanted;
  media.lines.erase(std::remove_if(first + 1, media.lines.end(), is_direction), media.lines.end());
}

bool takes_part(const Description& description, const Media& media, std::string_view kind) {
  return media.kind() == kind && !media.is_rejected() &&
         sdp::direction(description, media) != Direction::inactive;
}

}  // namespace

Description direction(Description description, std::string_view kind, Direction direction) {
  for (Media& media : description.media)
    if (takes_part(description, media, kind) && sdp::direction(description, media) != direction)
      write_direction(media, direction);
  return description;
}

Description answer_direction(Description answer, const Description& offer, std::string_view kind,
                             Direction direction) {
  const std::size_t count = std::min(answer.media.size(), offer.media.size());
  for (std::size_t i = 0; i < count; ++i) {
    Media& media = answer.media[i];
    if (takes_part(answer, media, kind) && sdp::direction(answer, media) != direction &&
        sdp::is_allowed_answer(sdp::direction(offer, offer.media[i]), direction))
      write_direction(media, direction);
  }
  return answer;
}

Description answered_direction(Description answer, const Description& offer, std::string_view kind,
                               Direction written) {
  const std::size_t count = std::min(answer.media.size(), offer.media.size());
  for (std::size_t i = 0; i < count; ++i) {
    Media& media = answer.media[i];
    if (media.is_rejected() || !takes_part(offer, offer.media[i], kind)) continue;
    const Direction offered = sdp::direction(offer, offer.media[i]);
    if (offered == written) continue;
    const Direction answered = sdp::direction(answer, media);
    const bool agrees = written != Direction::inactive && answered == sdp::reversed(written);
    const Direction wanted =
        agrees ? sdp::reversed(offered) : sdp::common(answered, sdp::reversed(offered));
    if (wanted != answered) write_direction(media, wanted);
  }
  return answer;
}

Description media_level_direction(Description description) {
  const auto session = sdp::own_direction(description.session);
  if (!session) return description;
  for (Media& media : description.media)
    if (!sdp::own_direction(media.lines)) write_direction(media, *session);
  return description;
}

}  // namespace sipml::negotiation::rules
