/// Messages as they may be shown: everything but the secrets.
#pragma once

#include <string>
#include <string_view>

namespace sipml::message {

/// `message` with the values of Authorization and Proxy-Authorization, and of a Contact's ha1
/// parameter (which webrtc2sip asks for), and what redact_description() hides in any line of the
/// body, replaced by "***".
std::string redact(std::string_view message);

/// A session description without what protects its media: the values of a=ice-pwd and k=, and the
/// keys of a=crypto (RFC 8839 section 5.4, RFC 4568 section 9.1, RFC 4566 section 5.12).
std::string redact_description(std::string_view description);

/// True for the headers whose whole value is a secret.
bool is_secret(std::string_view header_name);

/// The value of another header, folds included, without that of each ha1 parameter.
std::string redact_value(std::string_view value);

}  // namespace sipml::message
