/// IPv6 addresses and the comparison of hosts (RFC 3261 section 25.1, RFC 4291 section 2.2, RFC
/// 5118 section 4.10).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sipml::uri {

/// The 16 octets of an address, with or without brackets; an IPv4 address may stand for the last
/// four. ":::" before it counts as "::", which the grammar of RFC 3261 made of it (RFC 5118 4.10).
std::optional<std::array<std::uint8_t, 16>> parse_ipv6(std::string_view text);

/// True when both name the same host: IPv6 addresses compare as numbers, all else without regard
/// to case.
bool same_host(std::string_view a, std::string_view b);

}  // namespace sipml::uri
