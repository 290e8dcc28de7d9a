/// Every command in every state of a call, and random programs of commands, messages, timers and
/// lost connections, with what has to hold whatever happens.
#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "crypto/random.hpp"
#include "unit/agent/phone.hpp"

using namespace sipml;
using namespace sipml::agent;
using test::Phone;

namespace {

const std::string with_answer =
    "Contact: <sip:bob@b.invalid>\r\nContent-Type: application/sdp\r\n"
    "\r\n" +
    std::string(test::answer);

/// A request of the peer in the dialog of `ours`, a request of ours or a response to one of theirs.
std::string from_peer(const message::Message& ours, std::string_view method, int number,
                      std::string_view more = "\r\n") {
  using message::HeaderName;
  const bool is_request = ours.is_request();
  std::string from(*ours.header(is_request ? HeaderName::to : HeaderName::from));
  const std::string to(*ours.header(is_request ? HeaderName::from : HeaderName::to));
  if (from.find(";tag=") == std::string::npos) from += ";tag=b1";
  const std::string n = std::to_string(number);
  return std::string(method) + " sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKx" +
         n + "\r\nFrom: " + from + "\r\nTo: " + to + "\r\nCall-ID: " + std::string(ours.call_id()) +
         "\r\nCSeq: " + n + ' ' + std::string(method) + "\r\n" + std::string(more);
}

/// Brings call 1 into a state by its name.
void enter(Phone& phone, const std::string& state) {
  if (state == "preparing") {
    PlaceCall command;
    command.to = "bob";
    command.directions.audio = sdp::Direction::sendrecv;
    phone.execute(command);
    return;
  }
  if (state == "ringing" || state == "answering" || state == "answered" || state == "hanging_up") {
    std::string invite = Phone::invite(1);
    invite.resize(invite.size() - 2);
    phone.receive(invite + "Content-Type: application/sdp\r\n\r\n" + std::string(test::offer));
    if (state == "ringing") return;
    phone.execute(Accept{1, {}, {}});
    if (state == "answering") return;
    phone.execute(MediaReady{1, 2, std::string(test::answer)});
    if (state == "hanging_up") phone.execute(HangUp{1, {}});
    return;
  }
  phone.call();
  const auto invite = phone.last_sent();
  if (state == "calling") return;
  if (state == "cancel_waiting") {
    phone.execute(HangUp{1, {}});
    return;
  }
  if (state == "proceeding" || state == "cancelling") {
    phone.receive(Phone::response(invite, 180, "b1"));
    if (state == "cancelling") phone.execute(HangUp{1, {}});
    return;
  }
  phone.receive(Phone::response(invite, 200, "b1", with_answer));
  if (state == "confirming") return;
  phone.execute(MediaReady{1, 2, {}});
  if (state == "established") return;
  if (state == "terminating") {
    phone.execute(HangUp{1, {}});
  } else if (state == "changed by the peer") {
    phone.receive(
        from_peer(invite, "INVITE", 5,
                  "Contact: <sip:bob@b.invalid>\r\nContent-Type: application/sdp\r\n\r\n" +
                      std::string(test::offer)));
  } else {
    phone.execute(ChangeCall{1, usage::Change::hold, {}});
    if (state == "holding") return;
    phone.execute(MediaReady{1, 3, std::string(test::offer)});
    if (state == "re-inviting") return;
    phone.receive(Phone::response(phone.last_sent(), 491, "b1"));
    REQUIRE(state == "waiting after 491");
  }
}

const std::vector<std::string> states = {"preparing",   "calling",
                                         "proceeding",  "cancel_waiting",
                                         "cancelling",  "confirming",
                                         "ringing",     "answering",
                                         "answered",    "hanging_up",
                                         "established", "terminating",
                                         "holding",     "changed by the peer",
                                         "re-inviting", "waiting after 491"};

std::vector<Command> commands() {
  Configure configure{test::config()};
  PlaceCall call;
  call.to = "carol";
  call.directions.audio = sdp::Direction::sendrecv;
  return {Start{},
          Stop{},
          configure,
          Register{},
          Register{1, {}},
          Unregister{1},
          call,
          Accept{1, {}, {}},
          Reject{1, 486, {}, {}},
          HangUp{1, {}},
          ChangeCall{1, usage::Change::hold, {}},
          ChangeCall{1, usage::Change::resume, {}},
          ChangeCall{1, usage::Change::modify, usage::MediaDirections{}},
          SendInfo{1, "text/plain", "x"},
          MediaReady{1, 1, std::string(test::offer)},
          MediaReady{1, 2, std::string(test::answer)},
          MediaReady{1, 3, "no description"},
          MediaFailed{1, 1, usage::MediaError::failed, "x"},
          MediaFailed{1, 2, usage::MediaError::bad_description, "x"},
          MediaFailed{1, 3, usage::MediaError::aborted, "x"}};
}

/// The call that an event is of; 0 for the others.
std::uint32_t call_of(const usage::Event& event) {
  return std::visit(
      [](const auto& value) -> std::uint32_t {
        if constexpr (requires { value.call; })
          return value.call;
        else
          return 0;
      },
      event);
}

/// Each call that was heard of ends once, and is never heard of again.
void check_ends(const Phone& phone) {
  std::set<std::uint32_t> begun;
  std::set<std::uint32_t> ended;
  for (const usage::Event& event : phone.events) {
    const std::uint32_t call = call_of(event);
    if (call == 0) continue;
    begun.insert(call);
    CHECK_FALSE(ended.contains(call));
    if (std::holds_alternative<usage::CallEnded>(event)) ended.insert(call);
  }
  CHECK(begun == ended);
}

/// Nobody answers any more: all that is open ends by itself, or by the user's wish.
void let_end(Phone& phone) {
  for (std::uint32_t id = 1; id < 20; ++id) (void)phone.try_execute(HangUp{id, {}});
  phone.advance(seconds(120));
  phone.disconnect();
  phone.advance(seconds(120));
  CHECK(phone.agent.is_idle());
  check_ends(phone);
}

}  // namespace

TEST_CASE("A command that is refused does nothing, in every state of a call") {
  for (const std::string& state : states) {
    for (const Command& command : commands()) {
      CAPTURE(state);
      CAPTURE(command.index());
      Phone phone;
      enter(phone, state);
      const std::size_t before = phone.sent.size() + phone.events.size() + phone.requests.size();
      const auto deadline = phone.agent.deadline();
      const bool done = phone.try_execute(command);
      if (!done) {
        CHECK(phone.sent.size() + phone.events.size() + phone.requests.size() == before);
        CHECK(phone.agent.deadline() == deadline);
      }
      let_end(phone);
    }
  }
}

TEST_CASE("A lost connection is survived in every state of a call") {
  for (const std::string& state : states) {
    CAPTURE(state);
    Phone phone;
    enter(phone, state);
    phone.sent.clear();
    phone.disconnect();
    phone.advance(seconds(1));
    CHECK(phone.sent.empty());
    phone.connect();
    let_end(phone);
  }
}

TEST_CASE("A stop ends in time in every state of a call") {
  for (const std::string& state : states) {
    CAPTURE(state);
    Phone phone;
    enter(phone, state);
    phone.execute(Stop{3000});
    phone.advance(seconds(3));
    CHECK(phone.count<usage::Stopped>() == 1);
    CHECK(phone.agent.is_idle());
    CHECK_FALSE(phone.agent.deadline().has_value());
    check_ends(phone);
  }
}

TEST_CASE("Random programs: each call ends once, and nothing is left") {
  crypto::Random random({42});
  const std::vector<Command> all = commands();
  for (int program = 0; program < 1500; ++program) {
    CAPTURE(program);
    Phone phone;
    bool connected = true;
    int number = 10;
    for (int step = 0; step < 40; ++step) {
      const std::size_t sent = phone.sent.size();
      switch (random.below(9)) {
        case 0:
          (void)phone.try_execute(all[random.below(static_cast<std::uint32_t>(all.size()))]);
          break;
        case 1: {
          // The browser does what it was asked last.
          if (phone.requests.empty()) break;
          const auto& request = phone.requests.back();
          const bool offers = request.type == usage::MediaRequest::Type::create_offer;
          (void)phone.try_execute(MediaReady{request.call, request.token,
                                             std::string(offers ? test::offer : test::answer)});
          break;
        }
        case 2:
          phone.receive(Phone::invite(program * 100 + step));
          break;
        case 3:
        case 4:
        case 5: {
          if (phone.sent.empty()) break;
          auto parsed = message::parse_message(
              phone.sent[random.below(static_cast<std::uint32_t>(phone.sent.size()))]);
          if (!parsed || !parsed->is_request() || parsed->method() == "ACK") break;
          constexpr int answers[] = {100, 180, 183, 200, 200, 200, 302, 401, 486, 481, 487, 491};
          const std::string tag = "b" + std::to_string(random.below(3));
          phone.receive(Phone::response(*parsed, answers[random.below(12)], tag,
                                        random.below(4) == 0 ? "\r\n" : with_answer));
          break;
        }
        case 6: {
          if (phone.sent.empty()) break;
          auto parsed = message::parse_message(
              phone.sent[random.below(static_cast<std::uint32_t>(phone.sent.size()))]);
          if (!parsed) break;
          constexpr const char* methods[] = {"BYE", "INVITE", "INFO", "ACK", "CANCEL", "OPTIONS"};
          phone.receive(from_peer(*parsed, methods[random.below(6)], ++number,
                                  random.below(2) == 0 ? "\r\n" : with_answer));
          break;
        }
        case 7:
          if (random.below(6) == 0) {
            connected ? phone.disconnect() : phone.connect();
            connected = !connected;
          }
          break;
        default:
          phone.advance(milliseconds(random.below(4) == 0 ? 40000 : random.below(3000)));
          break;
      }
      // A retry may have asked for a connection, but nobody gave one.
      if (!connected) CHECK(phone.sent.size() == sent);
    }
    let_end(phone);
  }
}
