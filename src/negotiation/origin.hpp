/// The o= line, by which the peer tells whether a description is new (RFC 8866 5.2, RFC 3264 8).
#pragma once

#include <string>
#include <string_view>

#include "sdp/description.hpp"

namespace sipml::negotiation {

/// True when both have the same o= line, so that the later one is no new description (RFC 3264 8).
bool same_origin(const sdp::Description& a, const sdp::Description& b);

/// `description` with the origin of `before`, our last one in this session, and its version plus
/// one, or the same version if nothing else differs. A connection of the browser that takes the
/// place of another one begins another session in its o= line, and to the peer it is the same. What
/// has that session already, or cannot be read, stays as it is.
std::string with_kept_origin(std::string description, std::string_view before);

}  // namespace sipml::negotiation
