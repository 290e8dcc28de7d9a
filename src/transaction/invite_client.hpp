/// The INVITE client transaction as a table: RFC 3261 Figure 5 with the Accepted state of RFC 6026
/// Figure 1.
#pragma once

#include <array>
#include <cstdint>

#include "base/state_table.hpp"

namespace sipml::transaction::invite_client {

enum class State : std::uint8_t { calling, proceeding, completed, accepted, terminated };

/// The arrows' labels above the line.
enum class On : std::uint8_t {
  response_1xx,
  response_2xx,
  response_300_699,
  timer_a,
  timer_b,
  timer_d,
  timer_m,
  transport_error
};

/// The arrows' labels below the line; a set.
enum class Do : std::uint16_t {
  nothing = 0,
  pass_up = 1,
  send_request = 2,
  send_ack = 4,
  double_timer_a = 8,
  stop_timers = 16,
  start_timer_d = 32,
  start_timer_m = 64,
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
      {calling, timer_a, calling, send_request | double_timer_a},
      {calling, timer_b, terminated, report_timeout},
      {calling, response_1xx, proceeding, stop_timers | pass_up},
      {calling, response_2xx, accepted, stop_timers | pass_up | start_timer_m},
      {calling, response_300_699, completed, stop_timers | send_ack | pass_up | start_timer_d},
      {calling, transport_error, terminated, report_transport_error},
      {proceeding, response_1xx, proceeding, pass_up},
      // 9.1: runs only for an INVITE that was given up.
      {proceeding, timer_b, terminated, report_timeout},
      {proceeding, response_2xx, accepted, pass_up | start_timer_m},
      {proceeding, response_300_699, completed, send_ack | pass_up | start_timer_d},
      {completed, response_300_699, completed, send_ack},
      {completed, timer_d, terminated, nothing},
      {completed, transport_error, terminated, report_transport_error},
      {accepted, response_2xx, accepted, pass_up},
      {accepted, timer_m, terminated, nothing},
  });
}();

static_assert(deterministic(table) && is_final(table, State::terminated) &&
              reachable(table, State::calling));

}  // namespace sipml::transaction::invite_client
