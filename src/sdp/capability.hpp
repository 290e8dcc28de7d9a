/// The lines of capability negotiation (RFC 5939 3.3-3.5).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sdp/attributes.hpp"
#include "sdp/description.hpp"

namespace sipml::sdp {

/// An a=acap line, whose text is an attribute, or an a=tcap line, whose text is one or more
/// transport protocols with numbers that count up from this one (RFC 5939 3.4.1, 3.4.2).
struct Capability {
  std::uint32_t number = 0;
  std::string_view text;
};
std::optional<Capability> parse_capability(std::string_view value SIPML_LIFETIMEBOUND);

/// One list of a configuration: `a=1,2|3` has the name "a" and the value "1,2|3".
struct CapabilityList {
  std::string_view name;
  std::string_view value;
};
/// An a=pcfg or a=acfg line (RFC 5939 3.5.1, 3.5.2).
struct Configuration {
  std::uint32_t number = 0;
  std::vector<CapabilityList> lists;
};
std::optional<Configuration> parse_configuration(std::string_view value SIPML_LIFETIMEBOUND);

/// The option tags of an a=csup or a=creq line (RFC 5939 3.3).
std::vector<std::string_view> option_tags(std::string_view value SIPML_LIFETIMEBOUND);

}  // namespace sipml::sdp
