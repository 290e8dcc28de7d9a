/// A value or the reason why there is none; the only way in which a core function fails.
#pragma once

#include <utility>
#include <variant>

#include "base/assert.hpp"

namespace sipml {

/// Either a T or an E. Ask with `if (result)` before `value()`, and with `if (!result)` before
/// `error()`.
template <typename T, typename E>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }

  T& value() & {
    SIPML_ASSERT(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    SIPML_ASSERT(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    SIPML_ASSERT(state_.index() == 0);
    return std::move(*std::get_if<0>(&state_));
  }
  const E& error() const {
    SIPML_ASSERT(state_.index() == 1);
    return *std::get_if<1>(&state_);
  }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, E> state_;
};

}  // namespace sipml
