/// The direction attribute of the session, which browsers do not read (RFC 8866 6.7).
#include "negotiation/rules/lines.hpp"
#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {

using sdp::Description;
using sdp::Media;

Description media_level_direction(Description description) {
  const auto session = sdp::own_direction(description.session);
  if (!session) return description;
  for (Media& media : description.media)
    if (!sdp::own_direction(media.lines)) write_direction(media, *session);
  return description;
}

}  // namespace sipml::negotiation::rules
