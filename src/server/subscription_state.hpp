/// The life of a subscription at the server that notifies, as a table (RFC 6665 section 4.2). At
/// most one NOTIFY of a subscription is under way; what changes meanwhile goes into the next one.
#pragma once

#include <array>
#include <cstdint>

#include "base/state_table.hpp"

namespace sipml::server::subscription_state {

enum class State : std::uint8_t {
  /// A SUBSCRIBE was accepted; nothing was told yet.
  fresh,
  /// A NOTIFY waits for its response.
  notifying,
  /// As above, and the state has changed since.
  outdated,
  /// The subscriber knows all.
  current,
  /// The subscriber asked to be left alone for a while.
  waiting,
  /// The subscriber's connection is gone; its next SUBSCRIBE brings another.
  detached,
  ended
};

enum class On : std::uint8_t {
  /// SUBSCRIBE with a time, the first or a refresh (4.2.1).
  subscribe,
  /// SUBSCRIBE with Expires: 0 (4.2.1.4), as the first one a fetch (4.4.3).
  unsubscribe,
  changed,
  response_2xx,
  /// A failure with Retry-After, or no room for another transaction here.
  retry_later,
  /// Any other failure, 481 among them, or no response (4.2.2).
  failed,
  retry_due,
  expired,
  connection_lost
};

enum class Do : std::uint8_t {
  nothing = 0,
  /// Nobody waits any more for the response to the NOTIFY that is under way.
  forget = 1,
  notify = 2,
  /// The NOTIFY with Subscription-State: terminated;reason=timeout.
  notify_end = 4,
  schedule_retry = 8
};
constexpr bool is_action_set(Do) { return true; }

using Transition = sipml::Transition<State, On, Do>;

// clang-format off
inline constexpr auto table = [] {
  using enum State;
  using enum On;
  using enum Do;
  return std::to_array<Transition>({
      // from      on               to         do
      {fresh,      subscribe,       notifying, notify},
      {fresh,      unsubscribe,     ended,     notify_end},

      {notifying,  response_2xx,    current,   nothing},
      {notifying,  changed,         outdated,  nothing},
      {notifying,  subscribe,       notifying, forget | notify},
      {notifying,  unsubscribe,     ended,     forget | notify_end},
      {notifying,  retry_later,     waiting,   schedule_retry},
      {notifying,  failed,          ended,     nothing},
      {notifying,  expired,         ended,     forget | notify_end},
      {notifying,  connection_lost, detached,  forget},

      {outdated,   response_2xx,    notifying, notify},
      {outdated,   subscribe,       notifying, forget | notify},
      {outdated,   unsubscribe,     ended,     forget | notify_end},
      {outdated,   retry_later,     waiting,   schedule_retry},
      {outdated,   failed,          ended,     nothing},
      {outdated,   expired,         ended,     forget | notify_end},
      {outdated,   connection_lost, detached,  forget},

      {current,    changed,         notifying, notify},
      {current,    subscribe,       notifying, notify},
      {current,    unsubscribe,     ended,     notify_end},
      {current,    expired,         ended,     notify_end},
      {current,    connection_lost, detached,  nothing},

      {waiting,    retry_due,       notifying, notify},
      {waiting,    subscribe,       notifying, notify},
      {waiting,    unsubscribe,     ended,     notify_end},
      {waiting,    expired,         ended,     notify_end},
      {waiting,    connection_lost, detached,  nothing},

      {detached,   subscribe,       notifying, notify},
      {detached,   unsubscribe,     ended,     notify_end},
      {detached,   expired,         ended,     nothing},
  });
}();
// clang-format on

static_assert(deterministic(table) && reachable(table, State::fresh) &&
              is_final(table, State::ended));

}  // namespace sipml::server::subscription_state
