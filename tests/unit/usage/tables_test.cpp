/// The tables of calls and registrations: every event in every state, one character an arrow.
#include <doctest/doctest.h>

#include <string>

#include "usage/call_progress.hpp"
#include "usage/registration.hpp"
#include "usage/registration_state.hpp"
#include "usage/reliable_provisional.hpp"
#include "usage/session_timer.hpp"
#include "usage/transfer_state.hpp"

using namespace sipml;

namespace {

/// The state entered for each event, as a letter from "a"; "." where there is no arrow.
template <typename Table, typename State, typename On>
std::string row(const Table& table, State from, On last) {
  std::string text;
  for (int on = 0; on <= static_cast<int>(last); ++on) {
    const auto found = find_transition(table, from, static_cast<On>(on));
    text += found ? static_cast<char>('a' + static_cast<int>(found->to)) : '.';
  }
  return text;
}

}  // namespace

TEST_CASE("RFC 3261 9, 13, 15: the life of a call") {
  using namespace usage::call_progress;
  const auto arrows = [](State from) { return row(table, from, On::given_up); };
  // a preparing, b calling, c proceeding, d cancel_waiting, e cancelling, f confirming, g ringing,
  // h answering, i answered, j hanging_up, k established, l terminating, m ended
  //
  // described, agreed, media failed, 1xx, 2xx, 300-699, challenged, no response, transport lost,
  // accept, reject, hang up, cancelled, ACK, no ACK, no 487, BYE, BYE done, dialog lost,
  // given up
  CHECK(arrows(State::preparing) == "b.m........m........");
  CHECK(arrows(State::calling) == "..dcfmbmm..d........");
  CHECK(arrows(State::proceeding) == "..ecfmb.m..e........");
  CHECK(arrows(State::cancel_waiting) == "...elm.mm...........");
  CHECK(arrows(State::cancelling) == "....lm..m......m....");
  CHECK(arrows(State::confirming) == ".kl........l....m...");
  CHECK(arrows(State::ringing) == "..m.....mhm.m...m...");
  CHECK(arrows(State::answering) == "i.m.....m.m.m...m...");
  CHECK(arrows(State::answered) == "..j........j.kl.m...");
  CHECK(arrows(State::hanging_up) == ".............ll.m...");
  CHECK(arrows(State::established) == "..l........l..l.m.ml");
  CHECK(arrows(State::terminating) == "................mm..");
  CHECK(arrows(State::ended) == "....................");
}

TEST_CASE("RFC 3261 15: a call that was answered never ends without BYE from one side") {
  using namespace usage::call_progress;
  for (const auto& row : table) {
    const bool answered = row.from == State::confirming || row.from == State::answered ||
                          row.from == State::hanging_up || row.from == State::established;
    if (!answered || row.to != State::ended) continue;
    CHECK((row.on == On::bye_received || row.on == On::dialog_lost));
  }
  for (const auto& row : table) {
    if (row.to == State::ended) CHECK(contains(row.actions, Do::finish));
    if (row.to == State::terminating && row.from != State::terminating)
      CHECK(contains(row.actions, Do::send_bye));
    if (row.on == On::response_2xx) CHECK(contains(row.actions, Do::send_ack));
    if (row.from == State::ringing && row.to == State::ended)
      CHECK((contains(row.actions, Do::send_487) || contains(row.actions, Do::send_rejection)));
    if (row.from == State::answering && row.to == State::ended)
      CHECK((contains(row.actions, Do::send_487) || contains(row.actions, Do::send_rejection)));
  }
}

TEST_CASE("RFC 3262 3: the life of a reliable provisional response") {
  using namespace usage::reliable_provisional;
  const auto arrows = [](State from) { return row(table, from, On::final_response_sent); };
  // a idle, b unacknowledged, c closing, d over
  //
  // send, acknowledged, resend due, wait over, final response sent
  CHECK(arrows(State::idle) == "b...d");
  CHECK(arrows(State::unacknowledged) == "babbc");
  CHECK(arrows(State::closing) == ".d...");
  CHECK(arrows(State::over) == ".....");
}

TEST_CASE("RFC 4028 10: the life of a session timer") {
  using namespace usage::session_timer;
  const auto arrows = [](State from) { return row(table, from, On::expired); };
  // a off, b ours, c theirs
  //
  // agreed ours, agreed theirs, not agreed, refresh due, refresh failed, expired
  CHECK(arrows(State::off) == "bc....");
  CHECK(arrows(State::ours) == "bcabba");
  CHECK(arrows(State::theirs) == "bca..a");
  for (const auto& row : table)
    if (row.to == State::off) CHECK(contains(row.actions, Do::stop_timers));
}

TEST_CASE("RFC 4028 10: refresh at half, BYE a third or 32 seconds before the end") {
  using namespace usage::session_timer;
  CHECK(refresh_after(90) == seconds(45));
  CHECK(refresh_after(91) == seconds(45));
  CHECK(expires_after(90) == seconds(60));
  CHECK(expires_after(96) == seconds(64));
  CHECK(expires_after(97) == seconds(65));
  CHECK(expires_after(1800) == seconds(1768));
  CHECK(expires_after(4294967295U) == seconds(4294967263));
}

TEST_CASE("RFC 3261 10.2: the life of a registration") {
  using namespace usage::registration_state;
  const auto arrows = [](State from) { return row(table, from, On::unregister); };
  // a idle, b registering, c registered, d refreshing, e waiting, f postponed,
  // g unregister_pending, h unregistering, i ended
  //
  // start, 2xx, retry, 300-699, passing failure, no response, transport lost, connected,
  // register due, unregister
  CHECK(arrows(State::idle) == "b.........");
  CHECK(arrows(State::registering) == ".cbifie..g");
  CHECK(arrows(State::registered) == "d.....e.dh");
  CHECK(arrows(State::refreshing) == ".cdifie..g");
  CHECK(arrows(State::waiting) == ".....i.b.i");
  CHECK(arrows(State::postponed) == "b....ie.bh");
  CHECK(arrows(State::unregister_pending) == ".h.i.ii...");
  CHECK(arrows(State::unregistering) == ".ihi.ii...");
  CHECK(arrows(State::ended) == "b.........");
}

TEST_CASE("RFC 3261 10.2: a REGISTER is sent only where none is open") {
  using namespace usage::registration_state;
  for (const auto& row : table) {
    if (!contains(row.actions, Do::send_register) && !contains(row.actions, Do::send_removal))
      continue;
    const bool open = row.from == State::registering || row.from == State::refreshing ||
                      row.from == State::unregistering;
    CHECK_FALSE(open);
  }
}

TEST_CASE("TS 24.229 5.1.1.4.1: when a registration is renewed") {
  using usage::refresh_after;
  CHECK(refresh_after(0) == seconds(30));
  CHECK(refresh_after(1) == seconds(1));
  CHECK(refresh_after(3) == milliseconds(1500));
  CHECK(refresh_after(600) == seconds(300));
  CHECK(refresh_after(1200) == seconds(600));
  CHECK(refresh_after(1201) == seconds(601));
  CHECK(refresh_after(4294967295U) == seconds(4294966695));
}

TEST_CASE("RFC 3515 2.4: a transfer that we ask for") {
  using namespace usage::transferor;
  const auto arrows = [](State from) { return row(table, from, On::call_over); };
  // a idle, b trying, c accepted, d told
  //
  // start, 2xx, 2xx alone, 300-699, no response, fragment 1xx, 2xx, 300-699, terminated, too late,
  // call over
  CHECK(arrows(State::idle) == "b..........");
  CHECK(arrows(State::trying) == ".caaacdda.a");
  CHECK(arrows(State::accepted) == "...a.cddaaa");
  CHECK(arrows(State::told) == "b.......a.a");
}

TEST_CASE("RFC 3515 2.4: a transfer that the peer asks for") {
  using namespace usage::transferee;
  const auto arrows = [](State from) { return row(table, from, On::call_over); };
  // a idle, b asked, c pending, d calling
  //
  // REFER, accept, reject, too late, progress, established, failed, call over
  CHECK(arrows(State::idle) == "b.......");
  CHECK(arrows(State::asked) == ".dac...a");
  CHECK(arrows(State::pending) == ".da....a");
  CHECK(arrows(State::calling) == "...ddaaa");
}
