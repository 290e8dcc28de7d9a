/// The non-INVITE server transaction as a table: RFC 3261 Figure 8.
#pragma once

#include <array>
#include <cstdint>

#include "base/state_table.hpp"

namespace sipml::transaction::non_invite_server {

enum class State : std::uint8_t { trying, proceeding, completed, terminated };

enum class On : std::uint8_t { request, send_1xx, send_200_699, timer_j, transport_error };

enum class Do : std::uint16_t {
  nothing = 0,
  send_response = 1,
  resend_response = 2,
  start_timer_j = 4,
  report_transport_error = 8
};
constexpr bool is_action_set(Do) { return true; }

using Transition = sipml::Transition<State, On, Do>;

inline constexpr auto table = [] {
  using enum State;
  using enum On;
  using enum Do;
  return std::to_array<Transition>({
      {trying, request, trying, nothing},
      {trying, send_1xx, proceeding, send_response},
      {trying, send_200_699, completed, send_response | start_timer_j},
      {proceeding, request, proceeding, resend_response},
      {proceeding, send_1xx, proceeding, send_response},
      {proceeding, send_200_699, completed, send_response | start_timer_j},
      {proceeding, transport_error, terminated, report_transport_error},
      {completed, request, completed, resend_response},
      {completed, send_200_699, completed, nothing},
      {completed, timer_j, terminated, nothing},
      {completed, transport_error, terminated, report_transport_error},
  });
}();

static_assert(deterministic(table) && is_final(table, State::terminated) &&
              reachable(table, State::trying));

}  // namespace sipml::transaction::non_invite_server
