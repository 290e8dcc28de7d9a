/// A session timer as a table: RFC 4028 sections 7.2, 7.4, 9 and 10.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/instant.hpp"
#include "base/state_table.hpp"

namespace sipml::usage::session_timer {

enum class State : std::uint8_t {
  /// No interval was agreed on: the session never expires.
  off,
  /// We refresh.
  ours,
  /// The peer refreshes.
  theirs
};

enum class On : std::uint8_t {
  /// A 2xx to a session refresh request says who refreshes, or nothing of it.
  agreed_ours,
  agreed_theirs,
  not_agreed,
  refresh_due,
  /// Our refresh was refused, or there is no connection for it.
  refresh_failed,
  expired
};

enum class Do : std::uint8_t {
  nothing = 0,
  stop_timers = 1,
  start_expiry = 2,
  /// At half the interval.
  start_refresh = 4,
  refresh = 8,
  /// Again after a while, as long as the session lives.
  retry = 16,
  end_call = 32
};
constexpr bool is_action_set(Do) { return true; }

using Transition = sipml::Transition<State, On, Do>;

// clang-format off
inline constexpr auto table = [] {
  using enum State;
  using enum On;
  using enum Do;
  return std::to_array<Transition>({
      // from  on              to      do
      {off,    agreed_ours,    ours,   start_expiry | start_refresh},
      {off,    agreed_theirs,  theirs, start_expiry},

      {ours,   agreed_ours,    ours,   start_expiry | start_refresh},
      {ours,   agreed_theirs,  theirs, stop_timers | start_expiry},
      {ours,   not_agreed,     off,    stop_timers},
      {ours,   refresh_due,    ours,   refresh},
      {ours,   refresh_failed, ours,   retry},
      {ours,   expired,        off,    stop_timers | end_call},

      {theirs, agreed_ours,    ours,   start_expiry | start_refresh},
      {theirs, agreed_theirs,  theirs, start_expiry},
      {theirs, not_agreed,     off,    stop_timers},
      {theirs, expired,        off,    stop_timers | end_call},
  });
}();
// clang-format on

static_assert(deterministic(table) && reachable(table, State::off));

/// Section 5: nobody may ask for less, in seconds.
inline constexpr std::uint32_t smallest_interval = 90;

/// Section 10: when the side that refreshes does.
constexpr Duration refresh_after(std::uint32_t interval) { return seconds(interval) / 2; }

/// Section 10: when a session that nobody refreshed is ended, so that BYE still arrives in it.
constexpr Duration expires_after(std::uint32_t interval) {
  return seconds(interval) - std::min<Duration>(seconds(32), seconds(interval) / 3);
}

}  // namespace sipml::usage::session_timer
