/// What is wrong with single lines of a description that can be read all the same.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace sipml::sdp {

/// A line that does not follow its grammar and that typed access therefore leaves out.
struct Fault {
  /// Octets from the start of the description to the start of the line.
  std::size_t offset = 0;
  /// Counted from 1, empty lines included.
  std::size_t line = 0;
  /// What is in front of the fault: "c", "a=candidate".
  std::string_view name;
  /// A phrase for a person; static text, never part of the input.
  std::string_view reason;
};

/// The faults of a description that parse() reads, in order, in time linear in its length. Lines of
/// unknown types and attributes have none.
std::vector<Fault> faults(std::string_view text);

}  // namespace sipml::sdp
