/// The callee's reliable provisional responses as a table: RFC 3262 section 3.
#pragma once

#include <array>
#include <cstdint>

#include "base/state_table.hpp"

namespace sipml::usage::reliable_provisional {

enum class State : std::uint8_t {
  /// None is open.
  idle,
  /// One was sent and waits for its PRACK; those after it wait with it.
  unacknowledged,
  /// The final response was sent first; the PRACK may still come.
  closing,
  over
};

enum class On : std::uint8_t {
  send,
  /// A PRACK whose RAck names the open one.
  acknowledged,
  resend_due,
  /// 64*T1 passed without a PRACK.
  wait_over,
  final_response_sent
};

enum class Do : std::uint8_t {
  nothing = 0,
  send_first = 1,
  drop_first = 2,
  /// At an interval that starts with T1 and doubles.
  resend_first = 4,
  start_timers = 8,
  stop_timers = 16,
  /// 5xx to the INVITE.
  reject = 32
};
constexpr bool is_action_set(Do) { return true; }

using Transition = sipml::Transition<State, On, Do>;

// clang-format off
inline constexpr auto table = [] {
  using enum State;
  using enum On;
  using enum Do;
  return std::to_array<Transition>({
      // from          on                   to              do
      {idle,           send,                unacknowledged, send_first | start_timers},
      {idle,           final_response_sent, over,           nothing},

      // The second is sent when the first is acknowledged.
      {unacknowledged, send,                unacknowledged, nothing},
      {unacknowledged, acknowledged,        idle,           drop_first | stop_timers},
      {unacknowledged, resend_due,          unacknowledged, resend_first},
      {unacknowledged, wait_over,           unacknowledged, stop_timers | reject},
      {unacknowledged, final_response_sent, closing,        stop_timers},

      {closing,        acknowledged,        over,           drop_first},
  });
}();
// clang-format on

static_assert(deterministic(table) && is_final(table, State::over) &&
              reachable(table, State::idle));

}  // namespace sipml::usage::reliable_provisional
