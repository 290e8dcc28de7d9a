/// Checks each line of a description against its own grammar (RFC 8866 9 and the RFCs that define
/// the attributes).
#include "sdp/faults.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "sdp/candidate.hpp"
#include "sdp/capability.hpp"
#include "sdp/codec.hpp"
#include "sdp/source.hpp"
#include "sdp/transport.hpp"
#include "sdp/words.hpp"

namespace sipml::sdp {
namespace {

using std::string_view;

bool has_text(string_view value) { return !Words(value).at_end(); }

bool is_number(string_view value) {
  const string_view text = ascii::trim(value);
  return !text.empty() && text.find_first_not_of("0123456789.") == string_view::npos;
}

bool is_port(string_view value) {
  return ascii::parse_number(Words(value).next(), 65535).has_value();
}

bool is_flag(string_view value) { return !has_text(value); }

template <auto parse>
bool reads(string_view value) {
  return static_cast<bool>(parse(value));
}

template <bool (*is)(string_view)>
bool is_word(string_view value) {
  return is(ascii::trim(value));
}

bool has_usable_digest(string_view value) {
  const auto fingerprint = parse_fingerprint(value);
  return fingerprint && is_usable(*fingerprint);
}

struct Rule {
  /// As it is reported: a letter, or "a=" and a name.
  string_view name;
  bool (*holds)(string_view value);
  string_view reason;
};

/// Sorted by name. Reasons say what ought to stand there.
constexpr auto rules = std::to_array<Rule>({
    {"a=acap", reads<parse_capability>, "a number and an attribute are needed"},
    {"a=acfg", reads<parse_configuration>, "a number and lists of the form name=value are needed"},
    {"a=bundle-only", is_flag, "no value belongs there"},
    {"a=end-of-candidates", is_flag, "no value belongs there"},
    {"a=extmap", reads<parse_extmap>, "an id from 1, an optional direction and a URI are needed"},
    {"a=fingerprint", has_usable_digest,
     "a hash function of the SHA family and a digest of its length are needed"},
    {"a=fmtp", reads<parse_fmtp>, "a format and parameters are needed"},
    {"a=group", reads<parse_group>, "the semantics are missing"},
    {"a=ice-lite", is_flag, "no value belongs there"},
    {"a=ice-pwd", is_word<is_ice_pwd>, "22 to 256 letters, digits, \"+\" or \"/\" are needed"},
    {"a=ice-ufrag", is_word<is_ice_ufrag>, "4 to 256 letters, digits, \"+\" or \"/\" are needed"},
    {"a=max-message-size", is_number, "a number is needed"},
    {"a=maxptime", is_number, "a number of milliseconds is needed"},
    {"a=mid", has_text, "the tag is missing"},
    {"a=msid", reads<parse_msid>, "one or two identifiers are needed"},
    {"a=pcfg", reads<parse_configuration>, "a number and lists of the form name=value are needed"},
    {"a=ptime", is_number, "a number of milliseconds is needed"},
    {"a=remote-candidates", reads<parse_remote_candidates>,
     "a component, an address and a port are needed for each candidate"},
    {"a=rid", reads<parse_rid>, "an identifier and \"send\" or \"recv\" are needed"},
    {"a=rtcp", reads<parse_rtcp>, "a port, or a port and an address, are needed"},
    {"a=rtcp-fb", reads<parse_feedback>, "a format and a kind of feedback are needed"},
    {"a=rtcp-mux", is_flag, "no value belongs there"},
    {"a=rtcp-mux-only", is_flag, "no value belongs there"},
    {"a=rtcp-rsize", is_flag, "no value belongs there"},
    {"a=rtpmap", reads<parse_rtpmap>, "a format, an encoding and a clock rate over 0 are needed"},
    {"a=sctp-port", is_port, "a number up to 65535 is needed"},
    {"a=setup", is_word<is_setup>, "active, passive, actpass or holdconn is needed"},
    {"a=simulcast", reads<parse_simulcast>, "\"send\" or \"recv\" and a list of rids are needed"},
    {"a=ssrc", reads<parse_ssrc>, "a number of 32 bits and an attribute are needed"},
    {"a=ssrc-group", reads<parse_ssrc_group>, "semantics and numbers of 32 bits are needed"},
    {"a=tcap", reads<parse_capability>, "a number and a transport protocol are needed"},
    {"b", reads<parse_bandwidth>, "a type and a number, with a colon between, are needed"},
    {"c", reads<parse_connection>, "a network type, an address type and an address are needed"},
    {"s", [](string_view value) { return !value.empty(); }, "a name, or \"-\", is needed"},
    {"t", reads<parse_timing>, "a start and a stop time are needed"},
});
static_assert(std::is_sorted(rules.begin(), rules.end(),
                             [](const Rule& a, const Rule& b) { return a.name < b.name; }));

/// What is wrong with a line, as a fault without its place; no reason if nothing is.
Fault check(string_view line) {
  const char type = line[0];
  string_view value = line.substr(2);
  string_view name = line.substr(0, 1);
  if (type == 'a') {
    const string_view attribute = attribute_name(value);
    name = line.substr(0, 2 + attribute.size());
    value = attribute_value(value);
    if (attribute.empty()) return {0, 0, "a", "the attribute has no name"};
    if (attribute == "candidate") {
      const auto candidate = parse_candidate(value);
      return {0, 0, "a=candidate", candidate ? string_view() : candidate.error()};
    }
  }
  const auto rule =
      std::lower_bound(rules.begin(), rules.end(), name,
                       [](const Rule& one, string_view wanted) { return one.name < wanted; });
  if (rule == rules.end() || rule->name != name || rule->holds(value)) return {};
  return {0, 0, rule->name, rule->reason};
}

}  // namespace

std::vector<Fault> faults(string_view text) {
  std::vector<Fault> found;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    string_view line = text.substr(at, end - at);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    ++number;
    if (line.size() >= 2 && line[1] == '=') {
      Fault fault = check(line);
      if (!fault.reason.empty()) {
        fault.offset = at;
        fault.line = number;
        found.push_back(fault);
      }
    }
    at = end + 1;
  }
  return found;
}

}  // namespace sipml::sdp
