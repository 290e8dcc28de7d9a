/// The words of a value, one after the other (RFC 8866 9).
#pragma once

#include <cstddef>
#include <string_view>

#include "base/assert.hpp"

namespace sipml::sdp {

/// Walks through text that blanks, or other separators, divide; runs of them count as one.
class Words {
 public:
  explicit Words(std::string_view text SIPML_LIFETIMEBOUND, std::string_view separators = " \t")
      : text_(text), separators_(separators) {}

  /// The next word; "" when there is none.
  std::string_view next() {
    skip();
    const std::string_view word = text_.substr(0, text_.find_first_of(separators_));
    text_.remove_prefix(word.size());
    return word;
  }

  /// All that is left, without the separators before it.
  std::string_view rest() {
    skip();
    return text_;
  }

  bool at_end() { return rest().empty(); }

 private:
  void skip() {
    const std::size_t start = text_.find_first_not_of(separators_);
    text_.remove_prefix(start == std::string_view::npos ? text_.size() : start);
  }

  std::string_view text_;
  std::string_view separators_;
};

}  // namespace sipml::sdp
