/// The life of a registration as a table (RFC 3261 section 10.2).
#pragma once

#include <array>
#include <cstdint>

#include "base/state_table.hpp"

namespace sipml::usage::registration_state {

enum class State : std::uint8_t {
  idle,
  registering,
  registered,
  /// REGISTER sent again before the binding expires.
  refreshing,
  /// No connection; registers as soon as there is one.
  waiting,
  /// The registrar cannot now; a REGISTER waits for its time.
  postponed,
  /// Un-register was asked for while a REGISTER is open; two may not be (10.2).
  unregister_pending,
  unregistering,
  ended
};

enum class On : std::uint8_t {
  start,
  response_2xx,
  /// 401, 407 or 423 that can be answered by another REGISTER.
  retry,
  response_300_699,
  /// A failure that may pass: another REGISTER follows after a while.
  passing_failure,
  no_response,
  transport_lost,
  connected,
  /// The time of the next REGISTER has come.
  register_due,
  unregister
};

enum class Do : std::uint16_t {
  nothing = 0,
  tell_registering = 1,
  send_register = 2,
  tell_registered = 4,
  schedule_refresh = 8,
  tell_unregistering = 16,
  send_removal = 32,
  stop_timer = 64,
  schedule_retry = 128,
  finish = 256
};
constexpr bool is_action_set(Do) { return true; }

using Transition = sipml::Transition<State, On, Do>;

// clang-format off
inline constexpr auto table = [] {
  using enum State;
  using enum On;
  using enum Do;
  return std::to_array<Transition>({
      // from              on                to                  do
      {idle,               start,            registering,        tell_registering | send_register},

      {registering,        response_2xx,     registered,         tell_registered |
                                                                 schedule_refresh},
      {registering,        retry,            registering,        nothing},
      {registering,        response_300_699, ended,              finish},
      {registering,        passing_failure,  postponed,          schedule_retry},
      {registering,        no_response,      ended,              finish},
      {registering,        transport_lost,   waiting,            nothing},
      {registering,        unregister,       unregister_pending, tell_unregistering},

      {registered,         register_due,     refreshing,         send_register},
      {registered,         start,            refreshing,         stop_timer | send_register},
      {registered,         transport_lost,   waiting,            stop_timer},
      {registered,         unregister,       unregistering,      stop_timer | tell_unregistering |
                                                                 send_removal},

      {refreshing,         response_2xx,     registered,         schedule_refresh},
      {refreshing,         retry,            refreshing,         nothing},
      {refreshing,         response_300_699, ended,              finish},
      {refreshing,         passing_failure,  postponed,          tell_registering |
                                                                 schedule_retry},
      {refreshing,         no_response,      ended,              finish},
      {refreshing,         transport_lost,   waiting,            nothing},
      {refreshing,         unregister,       unregister_pending, tell_unregistering},

      {waiting,            connected,        registering,        tell_registering | send_register},
      {postponed,          register_due,     registering,        send_register},
      {postponed,          start,            registering,        stop_timer | send_register},
      {postponed,          transport_lost,   waiting,            stop_timer},
      {postponed,          unregister,       unregistering,      stop_timer | tell_unregistering |
                                                                 send_removal},
      {postponed,          no_response,      ended,              finish},

      {waiting,            unregister,       ended,              tell_unregistering | finish},
      {waiting,            no_response,      ended,              finish},

      {unregister_pending, response_2xx,     unregistering,      send_removal},
      {unregister_pending, response_300_699, ended,              finish},
      {unregister_pending, no_response,      ended,              finish},
      {unregister_pending, transport_lost,   ended,              finish},

      {unregistering,      response_2xx,     ended,              finish},
      {unregistering,      retry,            unregistering,      nothing},
      {unregistering,      response_300_699, ended,              finish},
      {unregistering,      no_response,      ended,              finish},
      {unregistering,      transport_lost,   ended,              finish},

      {ended,              start,            registering,        tell_registering | send_register},
  });
}();
// clang-format on

static_assert(deterministic(table) && reachable(table, State::idle));

}  // namespace sipml::usage::registration_state
