#include "negotiation/origin.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace sipml::negotiation {
namespace {

using sdp::Description;

const sdp::Line* origin_of(const Description& description) {
  return sdp::find_line(description.session, 'o');
}

}  // namespace

bool same_origin(const Description& a, const Description& b) {
  const sdp::Line* first = origin_of(a);
  const sdp::Line* second = origin_of(b);
  return first != nullptr && second != nullptr && first->value == second->value;
}

std::string with_kept_origin(std::string description, std::string_view before) {
  const auto last = sdp::parse(before);
  if (!last) return description;
  auto parsed = sdp::parse(description);
  if (!parsed) return description;
  const sdp::Origin kept = last->origin();
  const sdp::Origin given = parsed->origin();
  const auto version = kept.session_version_number();
  constexpr auto maximum = std::numeric_limits<std::uint64_t>::max();
  const bool is_same = kept.username == given.username && kept.session_id == given.session_id;
  if (!version || *version == maximum || !given.session_version_number() || is_same)
    return description;
  const auto own = std::find_if(parsed->session.begin(), parsed->session.end(),
                                [](const sdp::Line& line) { return line.type == 'o'; });
  own->value = origin_of(*last)->value;
  if (sdp::write(*parsed) == before) return std::string(before);
  const std::string next = std::to_string(*version + 1);
  own->value = kept.username;
  for (const std::string_view field : {kept.session_id, std::string_view(next), kept.network_type,
                                       kept.address_type, kept.address}) {
    own->value += ' ';
    own->value += field;
  }
  return sdp::write(*parsed);
}

}  // namespace sipml::negotiation
