/// What one peer, or one command of the application, may make us hold or do. Each limit is tested
/// at the limit and on both sides of it in tests/unit/hostile/limits_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sipml::limits {

// What is received.

/// Octets of one SIP message; browser offers run to tens of kilobytes.
inline constexpr std::size_t message_size = 256 * 1024;
inline constexpr std::size_t header_count = 256;
inline constexpr std::size_t header_value_size = 16 * 1024;
inline constexpr std::size_t header_name_size = 128;
/// Folds of one header (RFC 3261 7.3.1).
inline constexpr std::size_t fold_count = 16;
/// Via values of one message: as many as Max-Forwards lets it hop (RFC 3261 8.1.1.6).
inline constexpr std::size_t via_count = 70;
/// Route, and Record-Route, values of one message.
inline constexpr std::size_t route_count = 40;
/// Diagnostics that one message may cause; what is wrong beyond them is not told.
inline constexpr std::size_t diagnostic_count = 64;
inline constexpr std::size_t parameter_count = 64;
/// Multiparts inside multiparts, and the parts of one body on all levels (RFC 2046 5.1).
inline constexpr std::size_t multipart_depth = 8;
inline constexpr std::size_t multipart_part_count = 64;
inline constexpr std::size_t uri_size = 8 * 1024;
inline constexpr std::size_t sdp_media_count = 128;
inline constexpr std::size_t sdp_line_count = 20000;
/// Candidates of one fragment, and of one generation of either side.
inline constexpr std::size_t candidate_count = 256;
/// Octets of one candidate.
inline constexpr std::size_t candidate_size = 1024;
/// The largest delta-seconds (RFC 3261 20.19).
inline constexpr std::uint64_t delta_seconds = 4294967295U;

// What an agent holds.

inline constexpr std::size_t transaction_count = 512;
inline constexpr std::size_t call_count = 64;
inline constexpr std::size_t registration_count = 64;
/// Requests outside of calls that wait for their answer, ours and the application's.
inline constexpr std::size_t request_count = 256;
/// Milliseconds after which a request is accepted that the application does not answer: its sender
/// waits for 64*T1 (RFC 4320 section 4).
inline constexpr std::int64_t request_answer_time = 10000;
inline constexpr std::size_t publication_count = 64;
inline constexpr std::size_t subscription_count = 256;
/// Milliseconds after which an offer that adds a medium is answered without it when the application
/// says nothing: proxies wait for 3 minutes (RFC 3261 16.6).
inline constexpr std::int64_t offer_answer_time = 60000;
/// Milliseconds that the DTMF tone of one INFO lasts.
inline constexpr std::uint64_t tone_duration = 60000;
/// Early dialogs of one call; a fork beyond them is known only when it answers.
inline constexpr std::size_t early_dialog_count = 64;
/// Reliable provisional responses of one call that wait for the PRACK of the one before them.
inline constexpr std::size_t provisional_count = 16;
/// ACKs that a call keeps for repeated 2xx.
inline constexpr std::size_t kept_ack_count = 8;
/// Protection spaces whose challenges are remembered.
inline constexpr std::size_t realm_count = 16;
/// Outputs that wait to be taken; beyond them a received message is dropped, a command refused.
inline constexpr std::size_t output_count = 4096;
/// Times that one request is sent again with new credentials.
inline constexpr int authentication_attempts = 5;
/// Times that a registrar, publication or notifier may call our time too brief.
inline constexpr int too_brief_count = 3;
/// Redirections that one call may be told to follow.
inline constexpr std::uint32_t redirect_count = 16;

// What the application gives.

/// Octets of a command's JSON head.
inline constexpr std::size_t command_size = 256 * 1024;
/// Nesting of a head: heads are flat, and what handles JSON values is partly recursive.
inline constexpr std::size_t command_depth = 16;
/// Octets of one string of a command, but for URIs and header values, which have limits above.
inline constexpr std::size_t command_text_size = 1024;
/// Header fields of one command: with ours they fit into `header_count`.
inline constexpr std::size_t command_header_count = 64;
/// Contact parameters of one command: with ours they fit into `parameter_count`.
inline constexpr std::size_t command_cap_count = 32;

}  // namespace sipml::limits
