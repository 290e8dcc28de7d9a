/// When to open the WebSocket, as a table (the flow recovery of RFC 5626 section 4.5).
#pragma once

#include <array>
#include <cstdint>

#include "base/instant.hpp"
#include "base/state_table.hpp"

namespace sipml::agent::connection {

enum class State : std::uint8_t {
  idle,
  /// The first attempt: when it fails, the user is told and decides.
  connecting,
  connected,
  /// Lost; the next attempt waits for its time.
  waiting,
  reconnecting,
  failed
};

/// died: open, but dead (RFC 5626 section 4.4).
enum class On : std::uint8_t { start, opened, closed, retry_due, gave_up, stop, died };

enum class Do : std::uint16_t {
  nothing = 0,
  tell_connecting = 1,
  open = 2,
  tell_connected = 4,
  tell_reconnecting = 8,
  start_give_up = 16,
  start_retry = 32,
  tell_failed = 64,
  close = 128,
  stop_timers = 256
};
constexpr bool is_action_set(Do) { return true; }

using Transition = sipml::Transition<State, On, Do>;

// clang-format off
inline constexpr auto table = [] {
  using enum State;
  using enum On;
  using enum Do;
  return std::to_array<Transition>({
      // from       on         to            do
      {idle,         start,     connecting,   tell_connecting | open},

      {connecting,   opened,    connected,    tell_connected},
      {connecting,   closed,    failed,       tell_failed},
      {connecting,   stop,      idle,         close},

      {connected,    closed,    waiting,      tell_reconnecting | start_give_up | start_retry},
      {connected,    died,      waiting,      close | tell_reconnecting | start_give_up |
                                              start_retry},
      {connected,    stop,      idle,         close},

      {waiting,      retry_due, reconnecting, open},
      {waiting,      start,     reconnecting, stop_timers | start_give_up | open},
      {waiting,      gave_up,   failed,       stop_timers | tell_failed},
      {waiting,      stop,      idle,         stop_timers},

      {reconnecting, opened,    connected,    stop_timers | tell_connected},
      {reconnecting, closed,    waiting,      start_retry},
      {reconnecting, gave_up,   failed,       stop_timers | tell_failed | close},
      {reconnecting, stop,      idle,         stop_timers | close},

      {failed,       start,     connecting,   tell_connecting | open},
      {failed,       stop,      idle,         nothing},
  });
}();
// clang-format on

static_assert(deterministic(table) && reachable(table, State::idle));

/// The wait before attempt number `attempt` (from 0), in milliseconds, before the random part:
/// doubles from half a second to 30 s (RFC 5626 4.5, but quicker, for a person is waiting).
constexpr std::int64_t back_off(std::uint32_t attempt) {
  return attempt >= 6 ? 30000 : std::int64_t{500} << attempt;
}

}  // namespace sipml::agent::connection
