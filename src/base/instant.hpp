/// Time as the core knows it: given with every input, never read from a clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace sipml {

/// A clock without now(): instants can be compared and added to, but not obtained.
struct SessionClock {
  using rep = std::int64_t;
  using period = std::milli;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<SessionClock>;
  static constexpr bool is_steady = true;
};

using Duration = SessionClock::duration;
using Instant = SessionClock::time_point;

using std::chrono::milliseconds;
using std::chrono::seconds;

}  // namespace sipml
