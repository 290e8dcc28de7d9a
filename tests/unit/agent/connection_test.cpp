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
    for (int on = 0; on <= static_cast<int>(On::died); ++on) {
      const auto found = find_transition(table, from, static_cast<On>(on));
      text += found ? static_cast<char>('a' + static_cast<int>(found->to)) : '.';
    }
    return text;
  };
  // a idle, b connecting, c connected, d waiting, e reconnecting, f failed
  // start, opened, closed, retry due, gave up, stop, died
  CHECK(arrows(State::idle) == "b......");
  CHECK(arrows(State::connecting) == ".cf..a.");
  CHECK(arrows(State::connected) == "..d..ad");
  CHECK(arrows(State::waiting) == "e..efa.");
  CHECK(arrows(State::reconnecting) == ".cd.fa.");
  CHECK(arrows(State::failed) == "b....a.");
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

namespace {

constexpr const char* ping = "\r\n\r\n";
constexpr const char* pong = "\r\n";

void keep_alive(test::Phone& phone, Duration interval) {
  usage::Config config = phone.agent.config();
  config.keep_alive = interval;
  phone.execute(Configure{config});
}

}  // namespace

TEST_CASE("RFC 5626 3.5.1: pings are answered, whether we send some or not (F07)") {
  test::Phone phone;
  phone.receive(ping);
  REQUIRE_FALSE(phone.sent.empty());
  CHECK(phone.sent.back() == pong);
}

TEST_CASE("RFC 5626 4.4.1: a server that stops to answer is left, and found again (F08)") {
  test::Phone phone;
  keep_alive(phone, seconds(30));
  phone.advance(seconds(30));
  REQUIRE_FALSE(phone.sent.empty());
  CHECK(phone.sent.back() == ping);
  phone.receive(pong);
  // Whatever comes puts the next ping off.
  phone.advance(seconds(29));
  phone.receive(ping);
  const std::size_t sent = phone.sent.size();
  phone.advance(seconds(29));
  CHECK(phone.sent.size() == sent);
  phone.advance(seconds(1));
  CHECK(phone.sent.size() == sent + 1);
  phone.advance(milliseconds(9999));
  CHECK(phone.count<usage::Disconnect>() == 0);
  phone.advance(milliseconds(1));
  CHECK(phone.count<usage::Disconnect>() == 1);
  const std::size_t connects = phone.count<usage::Connect>();
  phone.advance(milliseconds(500));
  CHECK(phone.count<usage::Connect>() == connects + 1);
  // The close of the old connection, should the shell tell of it, is not that of the new one.
  phone.connect();
  CHECK(phone.agent.deadline() == phone.now + seconds(30));
}

TEST_CASE("RFC 5626 4.4.1: a server that never answered a ping is only pinged") {
  test::Phone phone;
  keep_alive(phone, seconds(30));
  phone.advance(seconds(300));
  CHECK(phone.count<usage::Disconnect>() == 0);
  CHECK(phone.sent.size() == 300 / 40);
}

TEST_CASE("webrtc2sip: a gateway gets nothing but SIP messages") {
  test::Phone phone;
  usage::Config config = phone.agent.config();
  config.rtcweb_breaker = true;
  phone.execute(Configure{config});
  keep_alive(phone, seconds(30));
  phone.advance(seconds(300));
  CHECK(phone.sent.empty());
}
