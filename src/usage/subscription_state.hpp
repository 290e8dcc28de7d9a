/// The life of a subscription as a table: the figure of RFC 6665 section 4.1.2, with the ends that
/// we bring about.
#pragma once

#include <array>
#include <cstdint>

#include "base/state_table.hpp"

namespace sipml::usage::subscription_state {

enum class State : std::uint8_t {
  init,
  /// SUBSCRIBE was sent; only a NOTIFY tells what it brought.
  notify_wait,
  pending,
  active,
  /// Terminated by the notifier, which wants to be asked again later.
  retry_wait,
  /// No connection; subscribes as soon as there is one.
  waiting,
  /// The end was asked for while a SUBSCRIBE is open.
  unsubscribe_pending,
  /// SUBSCRIBE with Expires 0 was sent; the last NOTIFY is awaited.
  unsubscribing,
  /// The figure's "terminated".
  ended
};

enum class On : std::uint8_t {
  start,
  response_2xx,
  response_300_699,
  notified_pending,
  notified_active,
  /// The last NOTIFY, and nothing follows it.
  terminated,
  /// The subscription is gone: another one is made, now or after a while.
  renew,
  renew_later,
  retry_due,
  refresh_due,
  /// No response, or no NOTIFY within timer N.
  no_response,
  transport_lost,
  connected,
  unsubscribe,
  /// While a SUBSCRIBE is open.
  unsubscribe_later
};

enum class Do : std::uint16_t {
  nothing = 0,
  tell_subscribing = 1,
  send_subscribe = 2,
  tell_accepted = 4,
  tell_pending = 8,
  tell_active = 16,
  start_retry = 32,
  tell_unsubscribing = 64,
  send_removal = 128,
  stop_timers = 256,
  finish = 512
};
constexpr bool is_action_set(Do) { return true; }

using Transition = sipml::Transition<State, On, Do>;

// clang-format off
inline constexpr auto table = [] {
  using enum State;
  using enum On;
  using enum Do;
  return std::to_array<Transition>({
      // from                on                 to                   do
      {init,                 start,             notify_wait,         tell_subscribing |
                                                                     send_subscribe},

      {notify_wait,          response_2xx,      notify_wait,         tell_accepted},
      {notify_wait,          response_300_699,  ended,               finish},
      {notify_wait,          notified_pending,  pending,             tell_pending},
      {notify_wait,          notified_active,   active,              tell_active},
      {notify_wait,          terminated,        ended,               finish},
      {notify_wait,          renew,             notify_wait,         tell_subscribing |
                                                                     send_subscribe},
      {notify_wait,          renew_later,       retry_wait,          start_retry},
      {notify_wait,          no_response,       ended,               finish},
      {notify_wait,          transport_lost,    waiting,             stop_timers},
      {notify_wait,          unsubscribe,       unsubscribing,       tell_unsubscribing |
                                                                     send_removal},
      {notify_wait,          unsubscribe_later, unsubscribe_pending, tell_unsubscribing},

      {pending,              response_2xx,      pending,             tell_accepted},
      {pending,              response_300_699,  ended,               finish},
      {pending,              notified_active,   active,              tell_active},
      {pending,              terminated,        ended,               finish},
      {pending,              renew,             notify_wait,         tell_subscribing |
                                                                     send_subscribe},
      {pending,              renew_later,       retry_wait,          start_retry},
      {pending,              refresh_due,       pending,             send_subscribe},
      {pending,              no_response,       ended,               finish},
      {pending,              transport_lost,    waiting,             stop_timers},
      {pending,              unsubscribe,       unsubscribing,       tell_unsubscribing |
                                                                     send_removal},
      {pending,              unsubscribe_later, unsubscribe_pending, tell_unsubscribing},

      {active,               response_2xx,      active,              tell_accepted},
      {active,               response_300_699,  ended,               finish},
      {active,               notified_pending,  pending,             tell_pending},
      {active,               terminated,        ended,               finish},
      {active,               renew,             notify_wait,         tell_subscribing |
                                                                     send_subscribe},
      {active,               renew_later,       retry_wait,          start_retry},
      {active,               refresh_due,       active,              send_subscribe},
      {active,               no_response,       ended,               finish},
      {active,               transport_lost,    waiting,             stop_timers},
      {active,               unsubscribe,       unsubscribing,       tell_unsubscribing |
                                                                     send_removal},
      {active,               unsubscribe_later, unsubscribe_pending, tell_unsubscribing},

      {retry_wait,           retry_due,         notify_wait,         tell_subscribing |
                                                                     send_subscribe},
      {retry_wait,           no_response,       ended,               finish},
      {retry_wait,           unsubscribe,       ended,               tell_unsubscribing | finish},

      {waiting,              connected,         notify_wait,         tell_subscribing |
                                                                     send_subscribe},
      {waiting,              no_response,       ended,               finish},
      {waiting,              unsubscribe,       ended,               tell_unsubscribing | finish},

      {unsubscribe_pending,  response_2xx,      unsubscribing,       send_removal},
      {unsubscribe_pending,  response_300_699,  ended,               finish},
      {unsubscribe_pending,  terminated,        ended,               finish},
      {unsubscribe_pending,  no_response,       ended,               finish},
      {unsubscribe_pending,  transport_lost,    ended,               finish},

      {unsubscribing,        response_300_699,  ended,               finish},
      {unsubscribing,        terminated,        ended,               finish},
      {unsubscribing,        no_response,       ended,               finish},
      {unsubscribing,        transport_lost,    ended,               finish},
  });
}();
// clang-format on

static_assert(deterministic(table) && is_final(table, State::ended) &&
              reachable(table, State::init));

}  // namespace sipml::usage::subscription_state
