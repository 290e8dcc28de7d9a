/// Messages as they may be shown: everything but the secrets.
#pragma once

#include <string>
#include <string_view>

namespace sipml::message {

/// `message` with the values of Authorization and Proxy-Authorization, and of a Contact's ha1
/// parameter (which webrtc2sip asks for), replaced by "***".
std::string redact(std::string_view message);

}  // namespace sipml::message
