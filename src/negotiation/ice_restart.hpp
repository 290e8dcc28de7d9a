/// Offers that begin ICE anew (RFC 8839 4.4.1.1.1).
#pragma once

#include <string>
#include <string_view>

#include "sdp/description.hpp"

namespace sipml::negotiation {

/// True when a section has other ICE credentials than it had: the answer will have new ones, too,
/// and candidates of its own. A section that had none, or is rejected, says nothing.
bool restarts_ice(const sdp::Description& before, const sdp::Description& offer);

/// `offer` says active instead of actpass in each section whose DTLS association has its client
/// here, as `own` and `theirs`, the descriptions before, agreed: an ICE restart keeps the
/// association and its roles (RFC 8842 4), but Firefox answers actpass with active whatever holds.
/// Another certificate than before means another association, and stays actpass.
std::string with_kept_client(std::string offer, std::string_view own, std::string_view theirs);

}  // namespace sipml::negotiation
