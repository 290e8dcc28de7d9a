/// The offer/answer machine: its paths, and what each event does in each state.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "negotiation/offer_answer.hpp"

using sipml::contains;
using sipml::operator|;
using namespace sipml::negotiation::offer_answer;

namespace {

/// The state after these events, each of which must have an arrow.
State after(const std::vector<On>& events) {
  State state = State::stable;
  for (const On on : events) {
    const auto transition = step(state, on);
    if (!transition) {
      FAIL("no arrow for " << std::string(to_string(on)) << " in "
                           << std::string(to_string(state)));
      return state;
    }
    state = transition->to;
  }
  return state;
}

std::vector<State> all_states() {
  std::vector<State> states;
  for (int i = 0; i <= static_cast<int>(last_state); ++i) states.push_back(static_cast<State>(i));
  return states;
}

std::vector<On> all_events() {
  std::vector<On> events;
  for (int i = 0; i <= static_cast<int>(last_on); ++i) events.push_back(static_cast<On>(i));
  return events;
}

}  // namespace

TEST_CASE("RFC 3264 4: our offer is made, sent, answered and applied") {
  using enum On;
  CHECK(after({offer_wanted}) == State::awaiting_local_offer);
  CHECK(after({offer_wanted, local_offer_ready}) == State::have_local_offer);
  CHECK(after({offer_wanted, local_offer_ready, answer_received}) == State::applying_remote_answer);
  CHECK(after({offer_wanted, local_offer_ready, answer_received, answer_applied}) == State::stable);
  CHECK(step(State::stable, offer_wanted)->actions == Do::create_offer);
  CHECK(step(State::awaiting_local_offer, local_offer_ready)->actions == Do::send_offer);
  CHECK(step(State::have_local_offer, answer_received)->actions == Do::apply_answer);
  CHECK(step(State::applying_remote_answer, answer_applied)->actions == Do::settle);
}

TEST_CASE("RFC 3264 4: the peer's offer is decided on, answered and sent") {
  using enum On;
  CHECK(after({offer_received}) == State::have_remote_offer);
  CHECK(after({offer_received, answer_wanted}) == State::awaiting_local_answer);
  CHECK(after({offer_received, answer_wanted, local_answer_ready}) == State::stable);
  CHECK(step(State::awaiting_local_answer, local_answer_ready)->actions ==
        (Do::send_answer | Do::settle));
}

TEST_CASE("RFC 3261 14.2: an offer that meets one of ours gets 491, a second of theirs 500") {
  for (const State state : all_states()) {
    CAPTURE(std::string(to_string(state)));
    const auto transition = step(state, On::offer_received);
    REQUIRE(transition.has_value());
    switch (state) {
      case State::stable:
        CHECK(transition->to == State::have_remote_offer);
        break;
      case State::have_remote_offer:
      case State::awaiting_local_answer:
        CHECK(transition->actions == Do::refuse_500);
        CHECK(transition->to == state);
        break;
      default:
        CHECK(transition->actions == Do::refuse_491);
        CHECK(transition->to == state);
        break;
    }
  }
}

TEST_CASE("RFC 3264 4: nothing is offered while an offer is open") {
  for (const State state : all_states()) CHECK(may_offer(state) == (state == State::stable));
}

TEST_CASE("RFC 3261 13.2.1: later answers are absorbed, provisional ones change no state") {
  using enum On;
  CHECK_FALSE(step(State::stable, answer_received).has_value());
  CHECK_FALSE(step(State::applying_remote_answer, answer_received).has_value());
  CHECK(after({offer_wanted, local_offer_ready, provisional_answer, provisional_answer,
               answer_received, answer_applied}) == State::stable);
}

TEST_CASE("RFC 3264 4: every state leads back to stable") {
  std::set<State> leading = {State::stable};
  for (std::size_t round = 0; round < table.size(); ++round)
    for (const Transition& row : table)
      if (leading.contains(row.to)) leading.insert(row.from);
  CHECK(leading.size() == all_states().size());
}

TEST_CASE("RFC 8829 4.1.10.2: an open offer is never left without an answer or a rollback") {
  for (const Transition& row : table) {
    const bool is_open = row.from == State::have_local_offer ||
                         row.from == State::have_remote_offer ||
                         row.from == State::awaiting_local_answer;
    if (!is_open || row.to != State::stable) continue;
    CAPTURE(std::string(to_string(row.on)));
    CHECK((contains(row.actions, Do::rollback) || contains(row.actions, Do::send_answer)));
  }
}

TEST_CASE("RFC 6337 2: each event means something somewhere, and each name is its own") {
  std::set<std::string_view> names;
  for (const On on : all_events()) {
    bool used = false;
    for (const Transition& row : table) used = used || row.on == on;
    CHECK_MESSAGE(used, std::string(to_string(on)));
    CHECK_FALSE(to_string(on).empty());
    CHECK(names.insert(to_string(on)).second);
  }
  for (const State state : all_states()) {
    CHECK_FALSE(to_string(state).empty());
    CHECK(names.insert(to_string(state)).second);
  }
  CHECK(to_string(static_cast<On>(static_cast<int>(last_on) + 1)).empty());
  CHECK(to_string(static_cast<State>(static_cast<int>(last_state) + 1)).empty());
}
