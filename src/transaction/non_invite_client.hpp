/// The non-INVITE client transaction as a table: RFC 3261 Figure 6.
#pragma once

#include <array>
#include <cstdint>

#include "base/state_table.hpp"

namespace sipml::transaction::non_invite_client {

enum class State : std::uint8_t { trying, proceeding, completed, terminated };

enum class On : std::uint8_t {
  response_1xx,
  response_200_699,
  timer_e,
  timer_f,
  timer_k,
  transport_error
};

enum class Do : std::uint16_t {
  nothing = 0,
  pass_up = 1,
  send_request = 2,
  double_timer_e = 8,
  /// In Proceeding the interval is T2.
  restart_timer_e = 16,
  stop_timers = 32,
  start_timer_k = 64,
  report_timeout = 128,
  report_transport_error = 256
};
constexpr bool is_action_set(Do) { return true; }

using Transition = sipml::Transition<State, On, Do>;

inline constexpr auto table = [] {
  using enum State;
  using enum On;
  using enum Do;
  return std::to_array<Transition>({
      {trying, timer_e, trying, send_request | double_timer_e},
      {trying, timer_f, terminated, report_timeout},
      {trying, response_1xx, proceeding, pass_up},
      {trying, response_200_699, completed, stop_timers | pass_up | start_timer_k},
      {trying, transport_error, terminated, report_transport_error},
      {proceeding, timer_e, proceeding, send_request | restart_timer_e},
      {proceeding, timer_f, terminated, report_timeout},
      {proceeding, response_1xx, proceeding, pass_up},
      {proceeding, response_200_699, completed, stop_timers | pass_up | start_timer_k},
      {proceeding, transport_error, terminated, report_transport_error},
      {completed, timer_k, terminated, nothing},
  });
}();

static_assert(deterministic(table) && is_final(table, State::terminated) &&
              reachable(table, State::trying));

}  // namespace sipml::transaction::non_invite_client
