/// A user agent, its server, its browser and its user, as the fuzz target `agent` needs them:
/// inputs made of templates that reach deep states, and what has to hold after each.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/agent.hpp"
#include "auth/digest.hpp"
#include "base/limits.hpp"
#include "bridge/json_event.hpp"
#include "fuzz/oracle.hpp"
#include "message/message.hpp"
#include "message/write_message.hpp"

namespace sipml::fuzz {

inline constexpr std::string_view password = "Xq7-never-told-4Lz";
inline constexpr std::array<std::string_view, 2> realms = {"example.org", "proxy.example.org"};

/// The call that an event is of; 0 for the others.
inline std::uint32_t call_of(const usage::Event& event) {
  return std::visit(
      [](const auto& value) -> std::uint32_t {
        if constexpr (requires { value.call; })
          return value.call;
        else
          return 0;
      },
      event);
}

class World {
 public:
  World() : agent_(config(), {5, 7, 9}) {
    for (const std::string_view realm : realms)
      for (const auth::Algorithm algorithm :
           {auth::Algorithm::md5, auth::Algorithm::sha256, auth::Algorithm::sha512_256})
        secrets_.insert(auth::ha1(algorithm, "alice", realm, password));
  }

  static usage::Config config() {
    usage::Config config;
    config.uri = std::move(uri::parse("sip:alice@example.org")).value();
    config.domain = "example.org";
    config.authorization_user = "alice";
    config.password = password;
    config.trace = true;
    config.ask_upgrades = true;
    return config;
  }

  // Inputs.

  /// The id that it made, or 0; a refused command has no effect.
  std::uint32_t execute(agent::Command command) {
    const auto before = agent_.deadline();
    const bool places = std::holds_alternative<agent::PlaceCall>(command) ||
                        std::holds_alternative<agent::AcceptTransfer>(command);
    const bool publishes = std::holds_alternative<agent::Publish>(command);
    const bool subscribes = std::holds_alternative<agent::Subscribe>(command);
    const bool requests = std::holds_alternative<agent::SendRequest>(command);
    const auto* forget = std::get_if<agent::ForgetRequest>(&command);
    if (forget) awaited_.erase(forget->request);
    const auto answer = agent_.execute(std::move(command), now_);
    if (!answer) {
      check(!agent_.poll().has_value(), "a refused command has no output");
      check(agent_.deadline() == before, "a refused command starts no timer");
      check(!answer.error().message.empty(), "a refusal has words");
      return 0;
    }
    if (places) begin(*answer);
    if (requests) awaited_.insert(*answer);
    if (publishes && *answer != 0) publications_.insert(*answer);
    if (subscribes && *answer != 0) subscriptions_.insert(*answer);
    drain(false);
    return *answer;
  }

  void connect() {
    is_connected_ = true;
    agent_.connected(now_);
    drain(false);
  }

  void disconnect() {
    is_connected_ = false;
    agent_.disconnected(now_);
    drain(false);
  }

  /// True when the password, HA1 or an answer of ours to a challenge stands in `text`.
  bool holds_secret(std::string_view text) const {
    if (text.find(password) != std::string_view::npos) return true;
    // The others are hashes.
    constexpr std::string_view hex = "0123456789abcdef";
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t start = text.find_first_of(hex, at);
      if (start == std::string_view::npos) break;
      at = std::min(text.find_first_not_of(hex, start), text.size());
      if (at - start >= 32 && secrets_.count(std::string(text.substr(start, at - start))) != 0)
        return true;
    }
    return false;
  }

  void receive(std::string bytes) {
    // What nobody but the user knows cannot be in what the network sends.
    if (holds_secret(bytes)) return;
    const auto parsed = message::parse_message(bytes);
    agent_.receive(bytes, now_);
    drain(!parsed || parsed->fault());
    received_.push_back(std::move(bytes));
    if (received_.size() > kept) received_.pop_front();
  }

  /// The timer fires, on time or late.
  void fire() {
    agent_.timer_fired(now_);
    drain(false);
    const auto next = agent_.deadline();
    check(!next || *next > now_, "a timer that has fired is over");
  }

  /// The clock goes on without the timer, as when a page is suspended.
  void sleep(Duration duration) { now_ += duration; }

  void fire_next() {
    if (const auto at = agent_.deadline()) now_ = std::max(now_, *at);
    fire();
  }

  /// Every timer at its time, until `duration` is over or `most` have fired.
  void advance(Duration duration, std::size_t most) {
    const Instant end = now_ + duration;
    for (auto at = agent_.deadline(); at && *at <= end; at = agent_.deadline()) {
      if (most-- == 0) return;
      now_ = std::max(now_, *at);
      fire();
    }
    now_ = end;
  }

  // What was seen.

  bool is_connected() const { return is_connected_; }
  std::uint32_t stops() const { return stops_; }
  /// The n-th last of what was sent or received; null if there is none.
  const std::string* sent(std::size_t n) const { return from_end(sent_, n); }
  const std::string* received(std::size_t n) const { return from_end(received_, n); }
  const usage::MediaRequest* request(std::size_t n) const { return from_end(requests_, n); }

  // The end.

  /// Nobody answers any more: what is open ends by the user's wish and in time.
  void let_end() {
    const std::set<std::uint32_t> open = live_;
    for (const std::uint32_t call : open) (void)execute(agent::HangUp{call, {}});
    for (const std::uint32_t id : publications_) (void)execute(agent::Unpublish{id, {}});
    for (const std::uint32_t id : subscriptions_) (void)execute(agent::Unsubscribe{id, {}});
    advance(seconds(150), 4000);
    if (is_connected_) disconnect();
    advance(seconds(150), 4000);
    check(agent_.is_idle(), "no call, request, publication, subscription or transaction is left");
    check(live_.empty(), "every call has ended");
    check(awaited_.empty(), "every request has its result");
  }

  void stop() {
    const std::uint32_t before = stops_;
    (void)execute(agent::Stop{3000});
    // A stop that is under way already keeps its own time, 255 * 40 ms at most.
    advance(seconds(11), 1000);
    check(stops_ <= before + 1, "a stop is told once");
    check(agent_.is_idle(), "nothing is left after a stop");
    check(live_.empty(), "every call has ended with a stop");
    check(awaited_.empty(), "every request has its result with a stop");
    check(!agent_.deadline().has_value(), "no timer runs after a stop");
  }

 private:
  static constexpr std::size_t kept = 48;

  template <typename Items>
  static auto from_end(const Items& items, std::size_t n) -> decltype(&items.front()) {
    return n < items.size() ? &items[items.size() - 1 - n] : nullptr;
  }

  void begin(std::uint32_t call) {
    check(begun_.insert(call).second, "a call's number never repeats");
    live_.insert(call);
    check(live_.size() <= limits::call_count, "calls are bounded");
  }

  void check_event(const usage::Event& event) {
    if (std::holds_alternative<usage::Stopped>(event)) ++stops_;
    // One inside a call may end after the call.
    if (const auto* result = std::get_if<usage::RequestResult>(&event)) {
      check(awaited_.erase(result->request) == 1, "a request has one result");
      return;
    }
    const std::uint32_t call = call_of(event);
    if (call == 0) return;
    if (std::holds_alternative<usage::CallIncoming>(event)) begin(call);
    check(live_.count(call) == 1, "an event is of a call that has not ended");
    if (std::holds_alternative<usage::CallEnded>(event)) live_.erase(call);
  }

  void check_transmitted(const std::string& bytes, bool is_reply_to_bad) {
    // A ping and a pong are no messages (RFC 5626 section 4.4.1).
    if (bytes == "\r\n\r\n" || bytes == "\r\n") return;
    const auto parsed = message::parse_message(bytes);
    check(bool(parsed), "what is sent can be parsed", bytes);
    check(is_reply_to_bad || !parsed->fault(), "what is sent has no fault", bytes);
    check(is_connected_, "nothing is sent without a connection", bytes);
    check(bytes.find(password) == std::string::npos, "the password is never sent", bytes);
    for (const message::HeaderName name :
         {message::HeaderName::authorization, message::HeaderName::proxy_authorization})
      for (const std::string_view value : parsed->headers(name))
        // A registration of early IMS begins with an empty one.
        if (const auto digest = auth::parse_digest(value);
            digest && !digest->get("response").empty())
          secrets_.insert(std::string(digest->get("response")));
  }

  void drain(bool is_reply_to_bad) {
    std::size_t outputs = 0;
    while (auto output = agent_.poll()) {
      check(++outputs <= 2 * limits::output_count, "outputs are bounded");
      if (const auto* transmit = std::get_if<usage::Transmit>(&*output)) {
        check_transmitted(transmit->bytes, is_reply_to_bad);
        sent_.push_back(transmit->bytes);
        if (sent_.size() > kept) sent_.pop_front();
        continue;
      }
      if (const auto* event = std::get_if<usage::Event>(&*output)) check_event(*event);
      if (const auto* request = std::get_if<usage::MediaRequest>(&*output)) {
        requests_.push_back(*request);
        if (requests_.size() > kept) requests_.pop_front();
      }
      const bridge::Head head = bridge::to_head(std::move(*output));
      check(!holds_secret(head.json), "an event tells no secret", head.json);
      check(!holds_secret(head.body), "no secret is shown", head.body);
    }
  }

  Instant now_{seconds(1)};
  agent::Agent agent_;
  bool is_connected_ = false;
  std::uint32_t stops_ = 0;
  std::set<std::uint32_t> begun_;
  std::set<std::uint32_t> live_;
  std::set<std::uint32_t> awaited_;
  std::set<std::uint32_t> publications_;
  std::set<std::uint32_t> subscriptions_;
  std::set<std::string> secrets_;
  std::deque<std::string> sent_;
  std::deque<std::string> received_;
  std::deque<usage::MediaRequest> requests_;
};

}  // namespace sipml::fuzz
