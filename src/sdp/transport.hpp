/// The a= lines that set up a transport: ICE credentials (RFC 8839 5.3-5.6), DTLS (RFC 8122, 4145),
/// RTCP (RFC 3605, 5761) and SCTP (RFC 8841). Attributes that are plain words, such as a=tls-id,
/// a=connection and a=rtcp-rsize, are read with attribute() and has_attribute().
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sdp/attributes.hpp"
#include "sdp/description.hpp"

namespace sipml::sdp {

/// a=ice-ufrag and a=ice-pwd (RFC 8839 5.4): media level, else session level.
std::optional<std::string_view> ice_ufrag(const Description& description SIPML_LIFETIMEBOUND,
                                          const Media& media SIPML_LIFETIMEBOUND);
std::optional<std::string_view> ice_pwd(const Description& description SIPML_LIFETIMEBOUND,
                                        const Media& media SIPML_LIFETIMEBOUND);

/// Whether an agent can use them: 4 to 256 and 22 to 256 characters (RFC 8839 5.4). Besides
/// letters, digits, "+" and "/", browsers take "-", "=", "#" and "_", which old peers send.
bool is_ice_ufrag(std::string_view text);
bool is_ice_pwd(std::string_view text);

/// The tags of a=ice-options, "trickle" for example (RFC 8839 5.6): media level, else session
/// level.
std::vector<std::string_view> ice_options(const Description& description SIPML_LIFETIMEBOUND,
                                          const Media& media SIPML_LIFETIMEBOUND);
/// a=ice-lite, which is a line of the session (RFC 8839 5.3).
bool is_ice_lite(const Description& description);

/// An a=fingerprint line (RFC 8122 5).
struct Fingerprint {
  std::string_view hash;
  /// Two hexadecimal digits for each octet, with colons between.
  std::string_view value;
};

/// The value of an a=fingerprint line; none when it is not two words.
std::optional<Fingerprint> parse_fingerprint(std::string_view value SIPML_LIFETIMEBOUND);
/// Octets that a hash function gives; 0 for MD5 and MD2, which RFC 8122 5 forbids, and for those
/// that no browser knows. Names are compared without case, as old peers send capitals.
std::size_t hash_size(std::string_view name);
/// True when the hash is allowed and the value has its length and form.
bool is_usable(const Fingerprint& fingerprint);

/// The fingerprints of one section.
std::vector<Fingerprint> own_fingerprints(const Lines& lines SIPML_LIFETIMEBOUND);
/// The fingerprints of a media section: its own, else the session's (RFC 8122 5).
std::vector<Fingerprint> fingerprints(const Description& description SIPML_LIFETIMEBOUND,
                                      const Media& media SIPML_LIFETIMEBOUND);

/// a=setup (RFC 4145 4): media level, else session level.
std::optional<std::string_view> setup(const Description& description SIPML_LIFETIMEBOUND,
                                      const Media& media SIPML_LIFETIMEBOUND);
/// True for active, passive, actpass and holdconn.
bool is_setup(std::string_view text);

/// a=rtcp-mux (RFC 5761 5.1.1) or a=rtcp-mux-only (RFC 8858 3).
bool has_rtcp_mux(const Media& media);

/// An a=rtcp line (RFC 3605 2.1); the address is "" if only a port stands there.
struct Rtcp {
  std::uint16_t port = 0;
  std::string_view network_type;
  std::string_view address_type;
  std::string_view address;
};
std::optional<Rtcp> parse_rtcp(std::string_view value SIPML_LIFETIMEBOUND);

/// a=sctp-port, or the number of an a=sctpmap line of older peers, or the format of an
/// `SCTP/DTLS <port>` m-line that is a number (RFC 8841 5).
std::optional<std::uint16_t> sctp_port(const Media& media);
/// a=max-message-size in octets; 0 is no limit (RFC 8841 6).
std::optional<std::uint64_t> max_message_size(const Media& media);

}  // namespace sipml::sdp
