/// Which of our addresses the peer is told (RFC 8828 5.2, RFC 8839 4.2.1.2, 5.1).
#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "negotiation/rules/lines.hpp"
#include "negotiation/rules/rules.hpp"

namespace sipml::negotiation::rules {
namespace {

using sdp::Candidate;
using sdp::Line;
using sdp::Media;

/// Where media goes that knows nothing of ICE.
struct Destination {
  std::string address = "0.0.0.0";
  std::uint16_t port = 9;
  bool operator<(const Destination& other) const {
    return std::tie(address, port) < std::tie(other.address, other.port);
  }
};

Destination destination(const Candidate& candidate) {
  return {std::string(candidate.address), candidate.port};
}

/// RFC 8839 4.2.1.2: relayed before server-reflexive before host, and RTP over UDP to an address.
Destination best_destination(const std::vector<Candidate>& candidates) {
  const Candidate* best = nullptr;
  for (const Candidate& candidate : candidates) {
    if (candidate.component != 1 || candidate.transport != sdp::CandidateTransport::udp ||
        candidate.family == sdp::AddressFamily::name)
      continue;
    if (!best || best->type < candidate.type) best = &candidate;
  }
  return best ? destination(*best) : Destination();
}

/// The same line with another address and its type.
void write_connection(Line& line, const Destination& to) {
  const bool is_ipv6 = to.address.find(':') != std::string::npos;
  line.value = std::string("IN ") + (is_ipv6 ? "IP6 " : "IP4 ") + to.address;
}

/// In a section that has its connection data from the session, it gets its own.
void write_destination(Media& media, const Destination& to) {
  const auto own = std::find_if(media.lines.begin(), media.lines.end(),
                                [](const Line& line) { return line.type == 'c'; });
  if (own == media.lines.end())
    write_connection(*media.lines.insert(media.lines.begin() + 1, Line{'c', {}}), to);
  else
    write_connection(*own, to);
  write_port(media, to.port);
}

}  // namespace

bool passes(const Candidate& candidate, const CandidateFilter& filter) {
  const bool transport =
      candidate.transport == sdp::CandidateTransport::udp ? filter.udp : filter.tcp;
  const bool type[] = {filter.host, filter.srflx, filter.prflx, filter.relay};
  const bool family[] = {filter.ipv4, filter.ipv6, filter.name};
  return transport && type[static_cast<std::size_t>(candidate.type)] &&
         family[static_cast<std::size_t>(candidate.family)];
}

sdp::Description filtered_candidates(sdp::Description description, const CandidateFilter& filter) {
  // A section of a BUNDLE group repeats the destination of the one that has the candidates.
  std::map<Destination, Destination> moved;
  const auto is_hidden = [&filter](const Line& line) {
    if (!sdp::is_attribute(line, "candidate")) return false;
    const auto candidate = sdp::parse_candidate(sdp::attribute_value(line.value));
    return candidate && !passes(*candidate, filter);
  };
  for (Media& media : description.media) {
    std::vector<Destination> hidden;
    for (const Candidate& candidate : sdp::candidates(media))
      if (!passes(candidate, filter)) hidden.push_back(destination(candidate));
    if (hidden.empty()) continue;
    std::erase_if(media.lines, is_hidden);
    const std::vector<Candidate> kept = sdp::candidates(media);
    const Destination best = best_destination(kept);
    for (const Destination& old : hidden) {
      const bool stays = std::any_of(kept.begin(), kept.end(), [&old](const Candidate& one) {
        return one.address == old.address && one.port == old.port;
      });
      if (!stays) moved.emplace(old, best);
    }
  }
  std::erase_if(description.session, is_hidden);
  for (Media& media : description.media) {
    const auto connection = sdp::connection(description, media);
    if (!connection || media.is_rejected()) continue;
    const auto found = moved.find({std::string(connection->address), media.line().port});
    if (found != moved.end()) write_destination(media, found->second);
  }
  return description;
}

}  // namespace sipml::negotiation::rules
