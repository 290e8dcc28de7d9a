/// The life of a call as a table: RFC 3261 sections 9 (CANCEL), 13 (INVITE) and 15 (BYE), both
/// sides.
#pragma once

#include <array>
#include <cstdint>

#include "base/state_table.hpp"

namespace sipml::usage::call_progress {

enum class State : std::uint8_t {
  // Caller.
  /// The browser makes the offer; nothing was sent.
  preparing,
  /// INVITE sent, no response yet.
  calling,
  /// A provisional response came.
  proceeding,
  /// The call is to end, but CANCEL has to wait for a provisional response (9.1).
  cancel_waiting,
  /// CANCEL sent.
  cancelling,
  /// 2xx received and acknowledged; the browser applies the answer.
  confirming,
  // Callee.
  /// 180 sent.
  ringing,
  /// The user accepted; the browser makes its description.
  answering,
  /// 2xx sent, no ACK yet.
  answered,
  /// The call is to end, but BYE has to wait for the ACK (15).
  hanging_up,
  // Both.
  established,
  /// BYE sent.
  terminating,
  ended
};

enum class On : std::uint8_t {
  local_description_ready,
  media_agreed,
  media_failed,
  response_1xx,
  response_2xx,
  response_300_699,
  /// 401 or 407 that can be answered.
  challenged,
  no_response,
  transport_lost,
  accept,
  reject,
  hang_up,
  cancelled,
  ack_received,
  ack_timeout,
  cancel_timeout,
  bye_received,
  /// A final response to our BYE, or none in time.
  bye_done,
  /// The peer does not know the dialog any more (12.2.1.2, RFC 5057 5.1).
  dialog_lost,
  /// Its session expired (RFC 4028 10), or what is behind it does not answer: 408 (12.2.1.2).
  given_up
};

enum class Do : std::uint16_t {
  nothing = 0,
  send_invite = 1,
  send_cancel = 2,
  send_ack = 4,
  send_bye = 8,
  send_2xx = 16,
  send_rejection = 32,
  send_487 = 64,
  request_media = 128,
  tell_progress = 256,
  tell_established = 512,
  tell_terminating = 1024,
  finish = 2048
};
constexpr bool is_action_set(Do) { return true; }

using Transition = sipml::Transition<State, On, Do>;

// clang-format off
inline constexpr auto table = [] {
  using enum State;
  using enum On;
  using enum Do;
  return std::to_array<Transition>({
      // from          on                       to              do
      {preparing,      local_description_ready, calling,        send_invite},
      {preparing,      media_failed,            ended,          finish},
      {preparing,      hang_up,                 ended,          tell_terminating | finish},

      {calling,        challenged,              calling,        nothing},
      {calling,        response_1xx,            proceeding,     tell_progress},
      {calling,        response_2xx,            confirming,     send_ack},
      {calling,        response_300_699,        ended,          finish},
      {calling,        no_response,             ended,          finish},
      {calling,        transport_lost,          ended,          finish},
      {calling,        hang_up,                 cancel_waiting, tell_terminating},
      {calling,        media_failed,            cancel_waiting, nothing},

      {proceeding,     challenged,              calling,        nothing},
      {proceeding,     response_1xx,            proceeding,     tell_progress},
      {proceeding,     response_2xx,            confirming,     send_ack},
      {proceeding,     response_300_699,        ended,          finish},
      {proceeding,     transport_lost,          ended,          finish},
      {proceeding,     media_failed,            cancelling,     send_cancel},
      {proceeding,     hang_up,                 cancelling,     tell_terminating | send_cancel},

      {cancel_waiting, response_1xx,            cancelling,     send_cancel},
      {cancel_waiting, response_2xx,            terminating,    send_ack | send_bye},
      {cancel_waiting, response_300_699,        ended,          finish},
      {cancel_waiting, no_response,             ended,          finish},
      {cancel_waiting, transport_lost,          ended,          finish},

      {cancelling,     response_2xx,            terminating,    send_ack | send_bye},
      {cancelling,     response_300_699,        ended,          finish},
      {cancelling,     cancel_timeout,          ended,          finish},
      {cancelling,     transport_lost,          ended,          finish},

      {confirming,     media_agreed,            established,    tell_established},
      {confirming,     media_failed,            terminating,    send_bye},
      {confirming,     hang_up,                 terminating,    tell_terminating | send_bye},
      {confirming,     bye_received,            ended,          finish},

      {ringing,        accept,                  answering,      request_media},
      {ringing,        reject,                  ended,          send_rejection | finish},
      {ringing,        media_failed,            ended,          send_rejection | finish},
      {ringing,        cancelled,               ended,          send_487 | finish},
      {ringing,        bye_received,            ended,          send_487 | finish},
      {ringing,        transport_lost,          ended,          send_rejection | finish},

      {answering,      local_description_ready, answered,       send_2xx | tell_established},
      {answering,      reject,                  ended,          send_rejection | finish},
      {answering,      media_failed,            ended,          send_rejection | finish},
      {answering,      cancelled,               ended,          send_487 | finish},
      {answering,      bye_received,            ended,          send_487 | finish},
      {answering,      transport_lost,          ended,          send_rejection | finish},

      {answered,       ack_received,            established,    nothing},
      {answered,       ack_timeout,             terminating,    send_bye},
      {answered,       hang_up,                 hanging_up,     tell_terminating},
      {answered,       media_failed,            hanging_up,     nothing},
      {answered,       bye_received,            ended,          finish},

      {hanging_up,     ack_received,            terminating,    send_bye},
      {hanging_up,     ack_timeout,             terminating,    send_bye},
      {hanging_up,     bye_received,            ended,          finish},

      {established,    hang_up,                 terminating,    tell_terminating | send_bye},
      {established,    media_failed,            terminating,    send_bye},
      {established,    ack_timeout,             terminating,    send_bye},
      {established,    bye_received,            ended,          finish},
      {established,    dialog_lost,             ended,          finish},
      {established,    given_up,                terminating,    send_bye},

      {terminating,    bye_done,                ended,          finish},
      {terminating,    bye_received,            ended,          finish},
  });
}();
// clang-format on

static_assert(deterministic(table) && is_final(table, State::ended));

}  // namespace sipml::usage::call_progress
