/// What one peer may make us hold. Each limit is tested at the limit and on both sides of it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sipml::limits {

/// Octets of one SIP message; browser offers run to tens of kilobytes.
inline constexpr std::size_t message_size = 256 * 1024;
inline constexpr std::size_t header_count = 256;
inline constexpr std::size_t header_value_size = 16 * 1024;
inline constexpr std::size_t header_name_size = 128;
inline constexpr std::size_t parameter_count = 64;
inline constexpr std::size_t uri_size = 8 * 1024;
inline constexpr std::size_t sdp_media_count = 128;
inline constexpr std::size_t sdp_line_count = 20000;
inline constexpr std::size_t transaction_count = 512;
inline constexpr std::size_t call_count = 64;
inline constexpr std::size_t early_dialog_count = 64;
/// Times that one request is sent again with new credentials.
inline constexpr int authentication_attempts = 5;
/// The largest delta-seconds (RFC 3261 20.19).
inline constexpr std::uint64_t delta_seconds = 4294967295U;

}  // namespace sipml::limits
