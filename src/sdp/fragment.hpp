/// Candidates on their way behind the description that they belong to: the body
/// application/trickle-ice-sdpfrag (RFC 8840 section 9).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sdp/candidate.hpp"
#include "sdp/description.hpp"

namespace sipml::sdp {

/// What a fragment says of one media section.
struct FragmentSection {
  /// The <media> of the pseudo m-line; readers look at the mid alone.
  std::string kind = "audio";
  std::string mid;
  /// Credentials of the generation that the candidates are of; "" if none are named.
  std::string ufrag;
  std::string pwd;
  /// The values of a=candidate lines, "candidate:" included.
  std::vector<std::string> candidates;
  /// a=end-of-candidates: no more of this generation (RFC 8840 8.1).
  bool ended = false;
  bool operator==(const FragmentSection&) const = default;
};

struct Fragment {
  /// The value of a=group:BUNDLE; "" if there is none.
  std::string group;
  std::vector<FragmentSection> sections;
  /// Where the first line stands that could not be used, in octets from the start.
  std::optional<std::size_t> fault;
};

/// Reads a fragment in time linear in its length. What the session part says of credentials and of
/// the end holds for each section that says nothing itself. A line of another form, a candidate
/// that cannot be read, and a section without a=mid cost only themselves, and `fault`; lines of a
/// whole description are passed over. No more than limits::candidate_count candidates are taken. An
/// error is text without any m-line, or with too many of them.
Result<Fragment, ParseError> parse_fragment(std::string_view text);

/// Writes those sections that have a candidate or have ended. Credentials stand in the session part
/// if all sections have the same.
std::string write_fragment(const Fragment& fragment);

/// What a whole description says that a fragment would: its sections that are not rejected and
/// have a mid, with no more than limits::candidate_count candidates.
Fragment fragment_of(const Description& description);

/// True when all sections that both have are of the same generation (RFC 8445 2.1 and 9).
bool same_generation(const Fragment& a, const Fragment& b);

/// The section of this mid, or null.
FragmentSection* find_section(Fragment& fragment SIPML_LIFETIMEBOUND, std::string_view mid);

/// True when both values are of the same address and port, transport and component, so that the
/// later one is nothing new (RFC 8840 4.4).
bool same_candidate(std::string_view a, std::string_view b);

/// Adds a candidate to a section of the fragment, unless it has it or the fragment has
/// limits::candidate_count; true when it was added.
bool add_candidate(const Fragment& fragment, FragmentSection& section, std::string_view value);

/// Adds to the sections of `told` what was `known` of them before, which stays in front; false, and
/// nothing is added, when that was another generation.
bool keep_known(Fragment& told, Fragment known);

}  // namespace sipml::sdp
