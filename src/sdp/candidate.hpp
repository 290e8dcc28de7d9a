/// ICE candidates (RFC 8839 5.1 and 5.2, RFC 6544 4.5).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sdp/attributes.hpp"
#include "sdp/description.hpp"

namespace sipml::sdp {

enum class CandidateTransport : std::uint8_t { udp, tcp };
enum class CandidateType : std::uint8_t { host, srflx, prflx, relay };
/// RFC 6544 4.5.
enum class TcpType : std::uint8_t { active, passive, so };
/// What a connection-address is; `name` is a domain name, such as a browser's `<uuid>.local`.
enum class AddressFamily : std::uint8_t { ipv4, ipv6, name };

/// The words that stand for them in an a=candidate line.
std::string_view to_string(CandidateTransport transport);
std::string_view to_string(CandidateType type);
std::string_view to_string(TcpType type);

/// By the characters of the address alone: a colon is IPv6, digits and dots are IPv4.
AddressFamily address_family(std::string_view address);

/// An extension attribute of a candidate, such as `generation 0`.
struct CandidateExtension {
  std::string_view name;
  std::string_view value;
};

/// The fields of an a=candidate line; views into its value.
struct Candidate {
  std::string_view foundation;
  /// 1 is RTP, 2 is RTCP; at most 256.
  std::uint16_t component = 1;
  CandidateTransport transport = CandidateTransport::udp;
  std::uint32_t priority = 0;
  std::string_view address;
  AddressFamily family = AddressFamily::ipv4;
  std::uint16_t port = 0;
  CandidateType type = CandidateType::host;
  /// raddr and rport; "" and none if absent.
  std::string_view related_address;
  std::optional<std::uint16_t> related_port;
  /// None also in a TCP candidate of a peer older than RFC 6544.
  std::optional<TcpType> tcp_type;
  /// What else stands in the line, in order.
  std::vector<CandidateExtension> extensions;
};

/// Reads the value of an a=candidate line, with or without the "candidate:" of a trickled one. The
/// error is a phrase that says what is wrong; an unknown transport or type is one.
Result<Candidate, std::string_view> parse_candidate(std::string_view value SIPML_LIFETIMEBOUND);

/// The candidates of a media section in their order. Those that cannot be read, or are of unknown
/// transport or type, are left out as RFC 8839 5.1 wants.
std::vector<Candidate> candidates(const Media& media SIPML_LIFETIMEBOUND);

/// One of a=remote-candidates (RFC 8839 5.2).
struct RemoteCandidate {
  std::uint16_t component = 1;
  std::string_view address;
  std::uint16_t port = 0;
};

/// The value of an a=remote-candidates line; none when it does not follow its grammar.
std::optional<std::vector<RemoteCandidate>> parse_remote_candidates(
    std::string_view value SIPML_LIFETIMEBOUND);

}  // namespace sipml::sdp
