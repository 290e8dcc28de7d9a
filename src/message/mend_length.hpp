/// A message that somebody else than the core has changed: RFC 3261 sections 7.5 and 20.14.
#pragma once

#include <string>
#include <string_view>

namespace sipml::message {

/// `message` with the Content-Length that its body has, as the last header, and CRLF after each
/// line of its head. The body begins behind the first empty line.
std::string mend_length(std::string_view message);

}  // namespace sipml::message
