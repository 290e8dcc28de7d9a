/// What was wrong with received text, and where.
#pragma once

#include <cstddef>
#include <string_view>

namespace sipml::grammar {

struct ParseError {
  /// A phrase for a person; static text, never part of the input.
  std::string_view reason;
  /// Octets from the start of the parsed text.
  std::size_t offset = 0;
};

}  // namespace sipml::grammar
