/// The INVITE server transaction as a table: RFC 3261 Figure 7 with the Accepted state of RFC 6026
/// Figure 2.
#pragma once

#include <array>
#include <cstdint>

#include "base/state_table.hpp"

namespace sipml::transaction::invite_server {

enum class State : std::uint8_t { proceeding, completed, confirmed, accepted, terminated };

/// `send_...`: what the transaction user asks for. `timer_trying` is the 200 ms of 17.2.1.
enum class On : std::uint8_t {
  invite,
  ack,
  send_1xx,
  send_2xx,
  send_300_699,
  timer_trying,
  timer_g,
  timer_h,
  timer_i,
  timer_l,
  transport_error
};

enum class Do : std::uint16_t {
  nothing = 0,
  send_response = 1,
  resend_response = 2,
  send_trying = 4,
  stop_timers = 8,
  start_timers_g_h = 16,
  double_timer_g = 32,
  start_timer_i = 64,
  start_timer_l = 128,
  pass_ack_up = 256,
  report_timeout = 512,
  report_transport_error = 1024
};
constexpr bool is_action_set(Do) { return true; }

using Transition = sipml::Transition<State, On, Do>;

inline constexpr auto table = [] {
  using enum State;
  using enum On;
  using enum Do;
  return std::to_array<Transition>({
      {proceeding, timer_trying, proceeding, send_trying},
      {proceeding, invite, proceeding, resend_response},
      {proceeding, send_1xx, proceeding, stop_timers | send_response},
      {proceeding, send_2xx, accepted, stop_timers | send_response | start_timer_l},
      {proceeding, send_300_699, completed, stop_timers | send_response | start_timers_g_h},
      {proceeding, transport_error, proceeding, report_transport_error},
      {completed, invite, completed, resend_response},
      {completed, timer_g, completed, resend_response | double_timer_g},
      {completed, timer_h, terminated, report_timeout},
      {completed, ack, confirmed, stop_timers | start_timer_i},
      {confirmed, timer_i, terminated, nothing},
      {accepted, invite, accepted, nothing},
      {accepted, send_2xx, accepted, send_response},
      {accepted, ack, accepted, pass_ack_up},
      {accepted, timer_l, terminated, nothing},
  });
}();

static_assert(deterministic(table) && is_final(table, State::terminated) &&
              reachable(table, State::proceeding));

}  // namespace sipml::transaction::invite_server
