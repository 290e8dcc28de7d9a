/// Reads ICE candidates (RFC 8839 5.1, RFC 6544 4.5).
#include "sdp/candidate.hpp"

#include <array>
#include <limits>

#include "base/ascii.hpp"
#include "sdp/words.hpp"

namespace sipml::sdp {
namespace {

constexpr std::array<std::string_view, 2> transports = {"udp", "tcp"};
constexpr std::array<std::string_view, 4> types = {"host", "srflx", "prflx", "relay"};
constexpr std::array<std::string_view, 3> tcp_types = {"active", "passive", "so"};

/// The enumerator that `word` stands for; `names` are in the order of the enumerators.
template <typename Enum, std::size_t count>
std::optional<Enum> parse_word(const std::array<std::string_view, count>& names,
                               std::string_view word) {
  for (std::size_t i = 0; i < count; ++i)
    if (ascii::equal_ignoring_case(names[i], word)) return static_cast<Enum>(i);
  return std::nullopt;
}

std::optional<std::uint16_t> parse_port(std::string_view word) {
  const auto port = ascii::parse_number(word, 65535);
  if (!port) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

}  // namespace

std::string_view to_string(CandidateTransport transport) {
  return transports[static_cast<std::size_t>(transport)];
}
std::string_view to_string(CandidateType type) { return types[static_cast<std::size_t>(type)]; }
std::string_view to_string(TcpType type) { return tcp_types[static_cast<std::size_t>(type)]; }

AddressFamily address_family(std::string_view address) {
  if (address.find(':') != std::string_view::npos) return AddressFamily::ipv6;
  const bool is_ipv4 = address.find_first_not_of("0123456789.") == std::string_view::npos;
  return is_ipv4 ? AddressFamily::ipv4 : AddressFamily::name;
}

// candidate-attribute = "candidate" ":" foundation SP component-id SP transport SP priority SP
//                       connection-address SP port SP cand-type [SP rel-addr] [SP rel-port]
//                       *(SP cand-extension)
Result<Candidate, std::string_view> parse_candidate(std::string_view value) {
  using Reason = std::string_view;
  constexpr std::string_view name = "candidate:";
  if (value.starts_with(name)) value.remove_prefix(name.size());
  Words words(value);
  Candidate candidate;
  candidate.foundation = words.next();

  const auto component = ascii::parse_number(words.next(), 256);
  if (!component || *component == 0) return Reason("the component is not a number from 1 to 256");
  candidate.component = static_cast<std::uint16_t>(*component);

  const auto transport = parse_word<CandidateTransport>(transports, words.next());
  if (!transport) return Reason("the transport is neither UDP nor TCP");
  candidate.transport = *transport;

  const auto priority =
      ascii::parse_number(words.next(), std::numeric_limits<std::uint32_t>::max());
  if (!priority) return Reason("the priority is not a number of 32 bits");
  candidate.priority = static_cast<std::uint32_t>(*priority);

  candidate.address = words.next();
  candidate.family = address_family(candidate.address);
  const auto port = parse_port(words.next());
  if (!port) return Reason("the port is not a number up to 65535");
  candidate.port = *port;

  if (words.next() != "typ") return Reason("there is no \"typ\" behind the port");
  const auto type = parse_word<CandidateType>(types, words.next());
  if (!type) return Reason("the type is not host, srflx, prflx or relay");
  candidate.type = *type;

  while (!words.at_end()) {
    const std::string_view extension = words.next();
    const std::string_view text = words.next();
    if (extension == "raddr") {
      candidate.related_address = text;
    } else if (extension == "rport") {
      candidate.related_port = parse_port(text);
      if (!candidate.related_port) return Reason("the rport is not a number up to 65535");
    } else if (extension == "tcptype") {
      candidate.tcp_type = parse_word<TcpType>(tcp_types, text);
      if (!candidate.tcp_type) return Reason("the tcptype is not active, passive or so");
    } else {
      candidate.extensions.push_back({extension, text});
    }
  }
  return candidate;
}

std::vector<Candidate> candidates(const Media& media) {
  std::vector<Candidate> found;
  for (const std::string_view value : attributes(media.lines, "candidate"))
    if (auto candidate = parse_candidate(value)) found.push_back(std::move(candidate).value());
  return found;
}

// remote-candidate-att = "remote-candidates:" remote-candidate 0*(SP remote-candidate)
// remote-candidate = component-ID SP connection-address SP port
std::optional<std::vector<RemoteCandidate>> parse_remote_candidates(std::string_view value) {
  std::vector<RemoteCandidate> found;
  for (Words words(value); !words.at_end();) {
    const auto component = ascii::parse_number(words.next(), 256);
    const std::string_view address = words.next();
    const auto port = parse_port(words.next());
    if (!component || *component == 0 || !port) return std::nullopt;
    found.push_back({static_cast<std::uint16_t>(*component), address, *port});
  }
  if (found.empty()) return std::nullopt;
  return found;
}

}  // namespace sipml::sdp
