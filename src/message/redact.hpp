/// Messages as they may be shown: everything but the secrets.
#pragma once

#include <string>
#include <string_view>

namespace sipml::message {

/// `message` with the values of Authorization and Proxy-Authorization, and of a Contact's ha1
/// parameter (which webrtc2sip asks for), replaced by "***".
std::string redact(std::string_view message);

/// True for the headers whose whole value is a secret.
bool is_secret(std::string_view header_name);

/// The value of another header, folds included, without that of each ha1 parameter.
std::string redact_value(std::string_view value);

}  // namespace sipml::message
