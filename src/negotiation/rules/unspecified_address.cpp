/// The unspecified address in the o= line (RFC 8866 5.2).
#include <string_view>

#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {

sdp::Description unspecified_address(sdp::Description description) {
  constexpr std::string_view unspecified = "0.0.0.0";
  for (sdp::Line& line : description.session) {
    if (line.type != 'o') continue;
    const auto origin = sdp::parse_origin(line.value);
    if (!origin || origin->address != unspecified) continue;
    const auto offset = static_cast<std::size_t>(origin->address.data() - line.value.data());
    line.value.replace(offset, unspecified.size(), "127.0.0.1");
  }
  return description;
}

}  // namespace sipml::negotiation::rules
