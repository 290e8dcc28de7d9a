/// The deadlines of one state machine: an array of optional instants indexed by an enumeration.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "base/instant.hpp"

namespace sipml {

/// `Timer` is an enumeration whose last enumerator is `count`.
template <typename Timer>
class TimerSet {
 public:
  void start(Timer timer, Instant at) { deadlines_[index(timer)] = at; }
  void stop(Timer timer) { deadlines_[index(timer)].reset(); }
  void stop_all() { deadlines_.fill(std::nullopt); }
  bool is_running(Timer timer) const { return deadlines_[index(timer)].has_value(); }

  /// The earliest deadline, if any timer runs.
  std::optional<Instant> deadline() const {
    std::optional<Instant> earliest;
    for (const auto& at : deadlines_)
      if (at && (!earliest || *at < *earliest)) earliest = at;
    return earliest;
  }

  /// Stops and returns the timer that is due first at `now`; ties go to the first enumerator.
  std::optional<Timer> take_due(Instant now) {
    std::optional<std::size_t> due;
    for (std::size_t i = 0; i < deadlines_.size(); ++i)
      if (deadlines_[i] && *deadlines_[i] <= now && (!due || *deadlines_[i] < *deadlines_[*due]))
        due = i;
    if (!due) return std::nullopt;
    deadlines_[*due].reset();
    return static_cast<Timer>(*due);
  }

 private:
  static constexpr std::size_t index(Timer timer) { return static_cast<std::size_t>(timer); }
  std::array<std::optional<Instant>, static_cast<std::size_t>(Timer::count)> deadlines_{};
};

}  // namespace sipml
