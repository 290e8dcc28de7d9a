/// Who has offered and who is to answer (RFC 3264 4, RFC 6337 2, RFC 8829 3.2), as one machine that
/// waits for the browser where it has to.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/state_table.hpp"

namespace sipml::negotiation::offer_answer {

/// The signalling states of RFC 8829 3.2, with a state for each time that the browser is working.
enum class State : std::uint8_t {
  /// No exchange is open.
  stable,
  /// The browser makes our offer.
  awaiting_local_offer,
  /// Our offer is sent and not answered.
  have_local_offer,
  /// The browser applies the answer; on the wire the exchange is over.
  applying_remote_answer,
  /// The peer's offer is here, and the user has not decided.
  have_remote_offer,
  /// The browser makes our answer.
  awaiting_local_answer
};

enum class On : std::uint8_t {
  /// We want to offer: a call, hold, resume, or an INVITE that came without an offer.
  offer_wanted,
  local_offer_ready,
  local_offer_failed,
  /// The message that was to carry our offer will not be sent: the user hung up before.
  offer_withdrawn,
  /// An answer in an unreliable 1xx of an early dialog, which the 2xx repeats.
  provisional_answer,
  answer_received,
  /// The peer refused our offer with a final response, or none came.
  offer_rejected,
  answer_applied,
  answer_failed,
  offer_received,
  /// The user accepts, or a re-INVITE is answered at once.
  answer_wanted,
  local_answer_ready,
  local_answer_failed,
  /// The peer's offer is void: it was cancelled, or we reject its INVITE.
  offer_voided
};

inline constexpr State last_state = State::awaiting_local_answer;
inline constexpr On last_on = On::offer_voided;

enum class Do : std::uint16_t {
  nothing = 0,
  create_offer = 1,
  send_offer = 2,
  apply_provisional = 4,
  apply_answer = 8,
  /// Have the browser get ready while the user decides; needless when `answer_wanted` follows.
  prepare_answer = 16,
  create_answer = 32,
  send_answer = 64,
  /// Have the browser forget the open offer (RFC 8829 4.1.10.2).
  rollback = 128,
  /// Tell the call that the exchange is complete on both sides.
  settle = 256,
  /// Tell the call that the browser could not do its part.
  fail = 512,
  /// RFC 3261 14.2: 488 Not Acceptable Here, because the browser cannot answer.
  refuse_488 = 1024,
  /// RFC 3261 14.2, RFC 3311 5.2: 491 Request Pending.
  refuse_491 = 2048,
  /// RFC 3261 14.2, RFC 3311 5.2: 500 with a Retry-After of 0 to 10 seconds, at random.
  refuse_500 = 4096
};
constexpr bool is_action_set(Do) { return true; }

using Transition = sipml::Transition<State, On, Do>;

// clang-format off
inline constexpr auto table = [] {
  using enum State;
  using enum On;
  using enum Do;
  return std::to_array<Transition>({
      // from                  on                   to                      do
      // RFC 3264 4, 8: either side may offer when nothing is open. RFC 6337 2 lists what carries an
      // offer: INVITE, a reliable 1xx or 2xx to one without, UPDATE, PRACK (RFC 3262 5).
      {stable,                 offer_wanted,        awaiting_local_offer,   create_offer},
      {stable,                 offer_received,      have_remote_offer,      prepare_answer},

      // RFC 3264 5; 491 by RFC 3261 14.2, RFC 3311 5.2 and RFC 6337 4, for ours is as good as sent.
      {awaiting_local_offer,   local_offer_ready,   have_local_offer,       send_offer},
      {awaiting_local_offer,   local_offer_failed,  stable,                 fail},
      {awaiting_local_offer,   offer_withdrawn,     stable,                 rollback},
      {awaiting_local_offer,   offer_received,      awaiting_local_offer,   refuse_491},

      // RFC 3264 7. An unreliable 1xx has no more than a preview of the answer (RFC 3261 13.2.1), a
      // reliable one has the answer (RFC 3262 5); UPDATE is answered in its 2xx (RFC 3311 5.1). A
      // refusal leaves the session as it was (RFC 3261 14.1, RFC 6337 2).
      {have_local_offer,       provisional_answer,  have_local_offer,       apply_provisional},
      {have_local_offer,       answer_received,     applying_remote_answer, apply_answer},
      {have_local_offer,       answer_failed,       have_local_offer,       fail},
      {have_local_offer,       offer_rejected,      stable,                 rollback},
      {have_local_offer,       offer_withdrawn,     stable,                 rollback},
      {have_local_offer,       offer_received,      have_local_offer,       refuse_491},

      // RFC 8829 3.2; an answer that cannot be used ends the call (RFC 3261 13.2.2.4), but not one
      // of a change (RFC 3261 14.1).
      {applying_remote_answer, answer_applied,      stable,                 settle},
      {applying_remote_answer, answer_failed,       stable,                 fail | rollback},
      // Nothing is open on the wire, but peers retry after 491 by themselves.
      {applying_remote_answer, offer_received,      applying_remote_answer, refuse_491},

      // RFC 3264 6. A second offer before the answer is refused with 500 (RFC 3261 14.2, RFC 3311
      // 5.2), one that the browser cannot take with 488 (RFC 3261 13.3.1.3, 14.2, RFC 6337 2). A
      // cancelled INVITE takes its offer with it (RFC 3261 9.2).
      {have_remote_offer,      answer_wanted,       awaiting_local_answer,  create_answer},
      {have_remote_offer,      local_answer_failed, stable,                 refuse_488 | rollback},
      {have_remote_offer,      offer_voided,        stable,                 rollback},
      {have_remote_offer,      offer_received,      have_remote_offer,      refuse_500},

      // The same once the user has accepted. The answer goes where RFC 6337 2 pairs it with the
      // offer: 2xx, ACK, or the 2xx to UPDATE or PRACK.
      {awaiting_local_answer,  local_answer_ready,  stable,                 send_answer | settle},
      {awaiting_local_answer,  local_answer_failed, stable,                 refuse_488 | rollback},
      {awaiting_local_answer,  offer_voided,        stable,                 rollback},
      {awaiting_local_answer,  offer_received,      awaiting_local_answer,  refuse_500},
  });
}();
// clang-format on

static_assert(deterministic(table) && reachable(table, State::stable));

/// The arrow for this event, if there is one; otherwise the event is absorbed: a repeated answer.
constexpr std::optional<Transition> step(State from, On on) {
  return find_transition(table, from, on);
}

static_assert(step(State::have_local_offer, On::offer_received)->actions == Do::refuse_491);
static_assert(!step(State::stable, On::answer_received));

/// True when we may offer: neither side's offer is open (RFC 3264 4, RFC 3261 14.1).
constexpr bool may_offer(State state) { return step(state, On::offer_wanted).has_value(); }

/// The enumerators' names, for figures and diagnostics.
std::string_view to_string(State state);
std::string_view to_string(On on);

}  // namespace sipml::negotiation::offer_answer
