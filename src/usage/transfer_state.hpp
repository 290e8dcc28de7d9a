/// A call transfer as tables, one for each role: RFC 3515 section 2.4, RFC 5589 section 6.
#pragma once

#include <array>
#include <cstdint>

#include "base/state_table.hpp"

namespace sipml::usage {

/// Who sends REFER.
namespace transferor {

enum class State : std::uint8_t {
  idle,
  /// REFER sent, no final response and no NOTIFY yet.
  trying,
  /// The peer has agreed; the outcome is not known.
  accepted,
  /// The outcome was told; the peer has not ended the subscription yet.
  told
};

enum class On : std::uint8_t {
  start,
  response_2xx,
  /// A 2xx with Refer-Sub: false: no NOTIFY will come (RFC 4488 section 4).
  response_2xx_alone,
  response_300_699,
  no_response,
  /// What the peer's call was answered with, by NOTIFY.
  fragment_1xx,
  fragment_2xx,
  fragment_300_699,
  /// Subscription-State: terminated.
  terminated,
  /// No NOTIFY for too long.
  too_late,
  call_over
};

enum class Do : std::uint16_t {
  nothing = 0,
  tell_trying = 1,
  tell_accepted = 2,
  tell_progress = 4,
  tell_completed = 8,
  tell_failed = 16
};
constexpr bool is_action_set(Do) { return true; }

using Transition = sipml::Transition<State, On, Do>;

// clang-format off
inline constexpr auto table = [] {
  using enum State;
  using enum On;
  using enum Do;
  return std::to_array<Transition>({
      // from    on                  to        do
      {idle,     start,              trying,   tell_trying},

      {trying,   response_2xx,       accepted, tell_accepted},
      {trying,   response_2xx_alone, idle,     tell_accepted | tell_completed},
      {trying,   response_300_699,   idle,     tell_failed},
      {trying,   no_response,        idle,     tell_failed},
      // A NOTIFY may overtake the response, and says as much (RFC 3515 2.4.4, RFC 6665 4.1.2.4).
      {trying,   fragment_1xx,       accepted, tell_accepted | tell_progress},
      {trying,   fragment_2xx,       told,     tell_accepted | tell_completed},
      {trying,   fragment_300_699,   told,     tell_accepted | tell_failed},
      {trying,   terminated,         idle,     tell_accepted | tell_failed},
      {trying,   call_over,          idle,     tell_failed},

      {accepted, response_300_699,   idle,     tell_failed},
      {accepted, fragment_1xx,       accepted, tell_progress},
      {accepted, fragment_2xx,       told,     tell_completed},
      {accepted, fragment_300_699,   told,     tell_failed},
      {accepted, terminated,         idle,     tell_failed},
      {accepted, too_late,           idle,     tell_failed},
      {accepted, call_over,          idle,     tell_failed},

      {told,     start,              trying,   tell_trying},
      {told,     terminated,         idle,     nothing},
      {told,     call_over,          idle,     nothing},
  });
}();
// clang-format on

static_assert(deterministic(table) && reachable(table, State::idle));

}  // namespace transferor

/// Who receives REFER.
namespace transferee {

enum class State : std::uint8_t {
  idle,
  /// The user is asked, and nothing was sent.
  asked,
  /// The user is still asked; 202 had to be sent (RFC 4320 section 4.2).
  pending,
  /// The call to the target is under way.
  calling
};

enum class On : std::uint8_t {
  refer,
  accept,
  reject,
  /// The time of `asked`, `pending` or of the subscription is over.
  too_late,
  /// The call to the target: a provisional response, its answer, its failure.
  progress,
  established,
  failed,
  call_over
};

enum class Do : std::uint16_t {
  nothing = 0,
  tell_requested = 1,
  send_202 = 2,
  send_rejection = 4,
  /// NOTIFY 100 with Subscription-State: pending.
  notify_pending = 8,
  notify_progress = 16,
  /// The last NOTIFY of the subscription.
  notify_result = 32,
  tell_progress = 64
};
constexpr bool is_action_set(Do) { return true; }

using Transition = sipml::Transition<State, On, Do>;

// clang-format off
inline constexpr auto table = [] {
  using enum State;
  using enum On;
  using enum Do;
  return std::to_array<Transition>({
      // from   on           to       do
      {idle,    refer,       asked,   tell_requested},

      {asked,   accept,      calling, send_202 | notify_progress},
      {asked,   reject,      idle,    send_rejection},
      {asked,   too_late,    pending, send_202 | notify_pending},
      {asked,   call_over,   idle,    send_rejection},

      {pending, accept,      calling, notify_progress},
      {pending, reject,      idle,    notify_result},
      {pending, call_over,   idle,    nothing},

      {calling, progress,    calling, notify_progress | tell_progress},
      {calling, established, idle,    notify_result | tell_progress},
      {calling, failed,      idle,    notify_result | tell_progress},
      {calling, too_late,    calling, notify_result},
      {calling, call_over,   idle,    nothing},
  });
}();
// clang-format on

static_assert(deterministic(table) && reachable(table, State::idle));

}  // namespace transferee

}  // namespace sipml::usage
