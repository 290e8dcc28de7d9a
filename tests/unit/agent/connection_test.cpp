/// When the WebSocket is opened: the table, and the waits between attempts.
#include "agent/connection.hpp"

#include <doctest/doctest.h>

#include <string>

#include "unit/agent/phone.hpp"

using namespace sipml;
using namespace sipml::agent;

TEST_CASE("RFC 5626 4.5: every event in every state of the connection") {
  using namespace connection;
  const auto arrows = [](State from) {
    std::string text;
    for (int on = 0; on <= static_cast<int>(On::stop); ++on) {
      const auto found = find_transition(table, from, static_cast<On>(on));
      text += found ? static_cast<char>('a' + static_cast<int>(found->to)) : '.';
    }
    return text;
  };
  // a idle, b connecting, c connected, d waiting, e reconnecting, f failed
  // start, opened, closed, retry due, gave up, stop
  CHECK(arrows(State::idle) == "b.....");
  CHECK(arrows(State::connecting) == ".cf..a");
  CHECK(arrows(State::connected) == "..d..a");
  CHECK(arrows(State::waiting) == "e..efa");
  CHECK(arrows(State::reconnecting) == ".cd.fa");
  CHECK(arrows(State::failed) == "b....a");
}

TEST_CASE("RFC 5626 4.5: waits double up to half a minute") {
  using connection::back_off;
  CHECK(back_off(0) == 500);
  CHECK(back_off(1) == 1000);
  CHECK(back_off(5) == 16000);
  CHECK(back_off(6) == 30000);
  CHECK(back_off(4000000000U) == 30000);
}

TEST_CASE("RFC 5626 4.5: each wait is between half of it and the whole") {
  test::Phone phone;
  usage::Config config = phone.agent.config();
  config.reconnect_time = seconds(3600);
  phone.execute(Configure{config});
  phone.disconnect();
  for (std::uint32_t attempt = 0; attempt < 20; ++attempt) {
    const auto at = phone.agent.deadline();
    REQUIRE(at.has_value());
    const std::int64_t wait = (*at - phone.now).count();
    CHECK(wait >= connection::back_off(attempt) / 2);
    CHECK(wait <= connection::back_off(attempt));
    const std::size_t connects = phone.count<usage::Connect>();
    phone.advance(*at - phone.now);
    CHECK(phone.count<usage::Connect>() == connects + 1);
    phone.disconnect();
  }
}
