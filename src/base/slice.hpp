/// A part of a string held elsewhere, by offset, so that copying and moving the string keeps it
/// right.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/assert.hpp"

namespace sipml {

struct Slice {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;

  /// The characters of this slice in `text`, which must be the string that it was made from.
  std::string_view in(std::string_view text SIPML_LIFETIMEBOUND) const {
    return text.substr(offset, length);
  }
  bool empty() const { return length == 0; }
  bool operator==(const Slice&) const = default;
};

/// The slice of `whole` that `part`, a view into it, occupies.
inline Slice slice_of(std::string_view whole, std::string_view part) {
  if (part.empty()) return {};
  return {static_cast<std::uint32_t>(part.data() - whole.data()),
          static_cast<std::uint32_t>(part.size())};
}

}  // namespace sipml
