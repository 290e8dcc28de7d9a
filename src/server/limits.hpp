/// What one client, or all of them together, may make the development server hold.
#pragma once

#include <cstddef>

namespace sipml::server::limits {

inline constexpr std::size_t connection_count = 512;
inline constexpr std::size_t user_count = 1000;
inline constexpr std::size_t user_size = 128;
inline constexpr std::size_t bindings_per_user = 16;
inline constexpr std::size_t binding_count = 2048;
/// Octets of one Contact value, or of the URI in an Authorization.
inline constexpr std::size_t contact_size = 1024;
inline constexpr std::size_t nonce_count = 1024;
/// Requests of one connection that wait for their answer.
inline constexpr std::size_t pending_per_connection = 64;
/// Octets of all requests that wait for their answer, each branch counted.
inline constexpr std::size_t pending_octets = 8 * 1024 * 1024;

}  // namespace sipml::server::limits
