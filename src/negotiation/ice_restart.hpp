/// Whether an offer begins ICE anew (RFC 8839 4.4.1.1.1).
#pragma once

#include "sdp/description.hpp"

namespace sipml::negotiation {

/// True when a section has other ICE credentials than it had: the answer will have new ones, too,
/// and candidates of its own. A section that had none, or is rejected, says nothing.
bool restarts_ice(const sdp::Description& before, const sdp::Description& offer);

}  // namespace sipml::negotiation
