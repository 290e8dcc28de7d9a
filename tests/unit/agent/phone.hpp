/// One user agent in virtual time, with the server's and the browser's part played by the test.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/agent.hpp"
#include "message/message.hpp"

namespace sipml::agent::test {

inline constexpr std::string_view offer =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 "
    "AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:"
    "AB"
    "\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=setup:actpass\r\n"
    "a=rtcp-mux\r\n";
inline constexpr std::string_view answer =
    "v=0\r\no=- 2 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 "
    "AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:"
    "AB"
    "\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=setup:active\r\n"
    "a=rtcp-mux\r\n";

inline usage::Config config() {
  usage::Config config;
  config.uri = std::move(uri::parse("sip:alice@example.org")).value();
  config.domain = "example.org";
  config.authorization_user = "alice";
  config.password = "secret";
  return config;
}

class Phone {
 public:
  explicit Phone(usage::Config settings = config()) : agent(std::move(settings), {1, 2, 3}) {
    REQUIRE(agent.execute(Command(Start{}), now));
    agent.connected(now);
    drain();
  }

  std::uint32_t execute(Command command) {
    auto result = agent.execute(std::move(command), now);
    REQUIRE_MESSAGE(result, result.error().message);
    drain();
    return *result;
  }

  /// False if it was refused.
  bool try_execute(Command command) {
    const auto result = agent.execute(std::move(command), now);
    drain();
    return bool(result);
  }

  usage::CommandErrorCode refused(Command command) {
    const auto result = agent.execute(std::move(command), now);
    drain();
    REQUIRE_FALSE(bool(result));
    return result.error().code;
  }

  void receive(std::string_view bytes) {
    agent.receive(bytes, now);
    drain();
  }

  void disconnect() {
    agent.disconnected(now);
    drain();
  }

  void connect() {
    agent.connected(now);
    drain();
  }

  /// Lets time pass, firing every timer when it is due.
  void advance(Duration duration) {
    const Instant end = now + duration;
    for (auto at = agent.deadline(); at && *at <= end; at = agent.deadline()) {
      now = std::max(now, *at);
      agent.timer_fired(now);
      drain();
    }
    now = end;
  }

  /// A call whose INVITE has left.
  std::uint32_t call(std::string to = "bob") {
    PlaceCall command;
    command.to = std::move(to);
    command.directions.audio = sdp::Direction::sendrecv;
    const std::uint32_t id = execute(std::move(command));
    execute(MediaReady{id, 1, std::string(offer)});
    return id;
  }

  message::Message last_sent() const {
    REQUIRE_FALSE(sent.empty());
    auto message = message::parse_message(sent.back());
    REQUIRE(message);
    return std::move(message).value();
  }

  /// A response to `request`; `more` are header lines, and the body behind an empty one.
  static std::string response(const message::Message& request, int status, std::string_view tag,
                              std::string_view more = "\r\n") {
    message::Response response = message::make_response(request, status, tag);
    std::string text = message::write(response);
    text.resize(text.find("Content-Length"));
    return text + std::string(more);
  }

  static std::string invite(int number) {
    const std::string n = std::to_string(number);
    return "INVITE sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKi" + n +
           "\r\nFrom: <sip:bob@example.org>;tag=b" + n +
           "\r\nTo: <sip:alice@example.org>\r\nCall-ID: call" + n +
           "\r\nCSeq: 1 INVITE\r\nContact: <sip:bob@b.invalid>\r\n\r\n";
  }

  template <typename Event>
  std::size_t count() const {
    std::size_t number = 0;
    for (const usage::Event& event : events) number += std::holds_alternative<Event>(event);
    return number;
  }

  /// The last event of that kind.
  template <typename Event>
  const Event& last() const {
    const Event* found = nullptr;
    for (const usage::Event& event : events)
      if (const auto* one = std::get_if<Event>(&event)) found = one;
    REQUIRE(found);
    return *found;
  }

  Instant now{seconds(1)};
  Agent agent;
  std::vector<std::string> sent;
  std::vector<usage::Event> events;
  std::vector<usage::MediaRequest> requests;

 private:
  void drain() {
    while (auto output = agent.poll()) {
      if (auto* transmit = std::get_if<usage::Transmit>(&*output))
        sent.push_back(std::move(transmit->bytes));
      else if (auto* event = std::get_if<usage::Event>(&*output))
        events.push_back(std::move(*event));
      else if (auto* request = std::get_if<usage::MediaRequest>(&*output))
        requests.push_back(std::move(*request));
    }
  }
};

}  // namespace sipml::agent::test
