/// The four tables against the figures of the RFCs: every event in every state.
#include <doctest/doctest.h>

#include <string>

#include "transaction/invite_client.hpp"
#include "transaction/invite_server.hpp"
#include "transaction/non_invite_client.hpp"
#include "transaction/non_invite_server.hpp"

namespace {

/// One character a state for each event: the state entered, or "." where the figure has no arrow.
template <typename Table, typename State, typename On>
std::string row(const Table& table, State from, On last) {
  std::string text;
  for (int on = 0; on <= static_cast<int>(last); ++on) {
    const auto found = sipml::find_transition(table, from, static_cast<On>(on));
    text += found ? static_cast<char>('0' + static_cast<int>(found->to)) : '.';
  }
  return text;
}

}  // namespace

TEST_CASE("RFC 3261 Figure 5, RFC 6026 Figure 1: the INVITE client transaction") {
  using namespace sipml::transaction::invite_client;
  const auto arrows = [](State from) { return row(table, from, On::transport_error); };
  // 1xx, 2xx, 300-699, A, B, D, M, transport error; B in Proceeding: given up (RFC 3261 9.1)
  CHECK(arrows(State::calling) == "13204..4");
  CHECK(arrows(State::proceeding) == "132.4...");
  CHECK(arrows(State::completed) == "..2..4.4");
  CHECK(arrows(State::accepted) == ".3....4.");
  CHECK(arrows(State::terminated) == "........");
}

TEST_CASE("RFC 3261 Figure 6: the non-INVITE client transaction") {
  using namespace sipml::transaction::non_invite_client;
  const auto arrows = [](State from) { return row(table, from, On::transport_error); };
  // 1xx, 200-699, E, F, K, transport error
  CHECK(arrows(State::trying) == "1203.3");
  CHECK(arrows(State::proceeding) == "1213.3");
  CHECK(arrows(State::completed) == "....3.");
  CHECK(arrows(State::terminated) == "......");
}

TEST_CASE("RFC 3261 Figure 7, RFC 6026 Figure 2: the INVITE server transaction") {
  using namespace sipml::transaction::invite_server;
  const auto arrows = [](State from) { return row(table, from, On::transport_error); };
  // INVITE, ACK, 1xx, 2xx, 300-699, 200 ms, G, H, I, L, transport error
  CHECK(arrows(State::proceeding) == "0.0310....0");
  CHECK(arrows(State::completed) == "12....14...");
  CHECK(arrows(State::confirmed) == "........4..");
  CHECK(arrows(State::accepted) == "33.3.....4.");
  CHECK(arrows(State::terminated) == "...........");
}

TEST_CASE("RFC 3261 Figure 8: the non-INVITE server transaction") {
  using namespace sipml::transaction::non_invite_server;
  const auto arrows = [](State from) { return row(table, from, On::transport_error); };
  // request, 1xx, 200-699, J, transport error
  CHECK(arrows(State::trying) == "012..");
  CHECK(arrows(State::proceeding) == "112.3");
  CHECK(arrows(State::completed) == "2.233");
  CHECK(arrows(State::terminated) == ".....");
}
