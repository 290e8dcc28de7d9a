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

/// Publications of one user's state of one kind, of all users, and their octets: one, all.
inline constexpr std::size_t publications_per_presentity = 16;
inline constexpr std::size_t publication_count = 1024;
inline constexpr std::size_t publication_size = 16 * 1024;
inline constexpr std::size_t publication_octets = 4 * 1024 * 1024;
/// Octets of the document that is made of several publications; what does not fit behind the newer
/// ones is left out.
inline constexpr std::size_t document_size = 128 * 1024;
/// Elements inside elements, attributes of one element, and namespaces in scope.
inline constexpr std::size_t xml_depth = 32;
inline constexpr std::size_t xml_attribute_count = 64;
/// Subscriptions that came over one connection, of all, and the octets that one of them keeps.
inline constexpr std::size_t subscriptions_per_connection = 256;
inline constexpr std::size_t subscription_count = 2048;
inline constexpr std::size_t subscription_size = 4096;

}  // namespace sipml::server::limits
