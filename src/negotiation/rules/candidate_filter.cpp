/// Which of our addresses the peer is told (RFC 8828 5.2, RFC 8839 4.2.1.2, 5.1).
#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "negotiation/rules/lines.hpp"
#include "negotiation/rules/rules.hpp"
#include "sdp/transport.hpp"

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

/// RFC 8839 4.2.1.2: relayed before server-reflexive before host, and over UDP to an address.
Destination best_destination(const std::vector<Candidate>& candidates, std::uint16_t component) {
  const Candidate* best = nullptr;
  for (const Candidate& candidate : candidates) {
    if (candidate.component != component || candidate.transport != sdp::CandidateTransport::udp ||
        candidate.family == sdp::AddressFamily::name)
      continue;
    if (!best || best->type < candidate.type) best = &candidate;
  }
  return best ? destination(*best) : Destination();
}

/// Address and its type, as c= and a=rtcp have them.
std::string connection_data(const Destination& to) {
  const bool is_ipv6 = to.address.find(':') != std::string::npos;
  return std::string("IN ") + (is_ipv6 ? "IP6 " : "IP4 ") + to.address;
}

/// In a section that has its connection data from the session, it gets its own.
void write_destination(Media& media, const Destination& to) {
  const Line line{'c', connection_data(to)};
  const auto own = std::find_if(media.lines.begin(), media.lines.end(),
                                [](const Line& one) { return one.type == 'c'; });
  if (own == media.lines.end())
    media.lines.insert(media.lines.begin() + 1, line);
  else
    *own = line;
  write_port(media, to.port);
}

bool passes(const Candidate& candidate, const CandidateFilter& filter) {
  const bool transport =
      candidate.transport == sdp::CandidateTransport::udp ? filter.udp : filter.tcp;
  const bool type[] = {filter.host, filter.srflx, filter.prflx, filter.relay};
  const bool family[] = {filter.ipv4, filter.ipv6, filter.name};
  return transport && type[static_cast<std::size_t>(candidate.type)] &&
         family[static_cast<std::size_t>(candidate.family)];
}

/// Puts `text` in the place of the word at `start`.
void write_word(std::string& line, std::size_t start, std::string_view text) {
  line.replace(start, std::min(line.find(' ', start), line.size()) - start, text);
}

}  // namespace

std::optional<std::string> shown_candidate(std::string_view value, const CandidateFilter& filter) {
  std::string shown(value);
  const auto candidate = sdp::parse_candidate(shown);
  if (!candidate) return shown;
  if (!passes(*candidate, filter)) return std::nullopt;
  // A reflexive address belongs to one of the host, a relayed one to one of the two.
  const bool is_told =
      filter.host && (filter.srflx || candidate->type != sdp::CandidateType::relay);
  if (is_told || candidate->related_address.empty()) return shown;
  const auto at = static_cast<std::size_t>(candidate->related_address.data() - shown.data());
  const bool is_ipv6 = candidate->family == sdp::AddressFamily::ipv6;
  constexpr std::string_view rport = " rport ";
  write_word(shown, at, is_ipv6 ? "::" : "0.0.0.0");
  const std::size_t port = shown.find(rport, at);
  if (port != std::string::npos) write_word(shown, port + rport.size(), "9");
  return shown;
}

sdp::Description filtered_candidates(sdp::Description description, const CandidateFilter& filter) {
  // A section of a BUNDLE group repeats the destination of the one that has the candidates.
  std::map<Destination, Destination> moved;
  const auto filter_lines = [&filter](sdp::Lines& lines) {
    sdp::Lines kept;
    for (Line& line : lines) {
      if (sdp::is_attribute(line, "candidate")) {
        auto shown = shown_candidate(line.value, filter);
        if (!shown) continue;
        line.value = std::move(*shown);
      }
      kept.push_back(std::move(line));
    }
    lines = std::move(kept);
  };
  for (Media& media : description.media) {
    std::map<Destination, std::uint16_t> hidden;
    for (const Candidate& candidate : sdp::candidates(media))
      if (!passes(candidate, filter)) hidden.emplace(destination(candidate), candidate.component);
    filter_lines(media.lines);
    const std::vector<Candidate> kept = sdp::candidates(media);
    for (const Candidate& one : kept) hidden.erase(destination(one));
    for (const auto& [old, component] : hidden)
      moved.emplace(old, best_destination(kept, component));
  }
  filter_lines(description.session);
  for (Media& media : description.media) {
    const auto connection = sdp::connection(description, media);
    if (!connection || media.is_rejected()) continue;
    const std::string address(connection->address);
    const auto found = moved.find({address, media.line().port});
    if (found != moved.end()) write_destination(media, found->second);
    for (Line& line : media.lines) {
      if (!sdp::is_attribute(line, "rtcp")) continue;
      const auto rtcp = sdp::parse_rtcp(sdp::attribute_value(line.value));
      if (!rtcp) continue;
      const auto to =
          moved.find({rtcp->address.empty() ? address : std::string(rtcp->address), rtcp->port});
      if (to != moved.end())
        line.value = "rtcp:" + std::to_string(to->second.port) + ' ' + connection_data(to->second);
    }
  }
  return description;
}

}  // namespace sipml::negotiation::rules
