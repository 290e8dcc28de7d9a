/// Why a description could not be rewritten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sipml::negotiation {

enum class RewriteErrorCode : std::uint8_t {
  /// The description does not parse; `offset` is that of sdp::ParseError.
  malformed_description,
  /// The answer has more m-lines than the offer.
  too_many_media,
  /// Our own answer has fewer m-lines than the offer.
  too_few_media,
  /// An m-line of the answer is of another medium than the offer's at its place.
  other_medium,
  /// An m-line of the answer has the mid of another m-line of the offer.
  other_mid,
  /// An audio or video m-line has no DTLS fingerprint, so no browser can take it (RFC 8827 6.5).
  no_fingerprint,
  /// It has fingerprints, but none of an allowed hash function and its length (RFC 8122 5).
  unusable_fingerprint,
  /// It has no ICE credentials (RFC 8829 5.8).
  no_ice,
  /// Its ICE credentials are too short or too long, or have other characters (RFC 8839 5.4).
  malformed_ice,
  /// An audio or video m-line has no a=rtcp-mux, and the configuration requires it (RFC 8858 4).
  no_rtcp_mux,
  /// Nothing is offered but media that no browser knows.
  unknown_medium,
  /// The answer rejects all that the offer has (RFC 3264 6).
  nothing_in_common,
  /// Two m-lines have the same mid (RFC 5888 4).
  duplicate_mid,
  /// The session name that was asked for holds a line break or NUL.
  invalid_session_name,
  count
};

std::string_view to_string(RewriteErrorCode code);

struct RewriteError {
  RewriteErrorCode code = RewriteErrorCode::malformed_description;
  /// For a person: what is wrong and where; never text of the peer.
  std::string text;
  /// Octets from the start of the description that is wrong; 0 if it is not one place.
  std::size_t offset = 0;
};

}  // namespace sipml::negotiation
