/// Every command in every state of a call and of what is outside of calls, and random programs of
/// commands, messages, timers and lost connections, with what has to hold whatever happens.
#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "crypto/random.hpp"
#include "unit/agent/phone.hpp"

using namespace sipml;
using namespace sipml::agent;
using test::Phone;
using usage::CommandErrorCode;

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

std::string with_offer(std::string_view headers = {}) {
  return std::string(headers) +
         "Contact: <sip:bob@b.invalid>\r\nContent-Type: application/sdp\r\n\r\n" +
         std::string(test::offer);
}

void configure(Phone& phone, void (*change)(usage::Config&)) {
  usage::Config config = test::config();
  change(config);
  phone.execute(Configure{std::move(config)});
}

/// What was asked of the browser last, with the description that it takes.
MediaReady done(const Phone& phone) {
  const auto& request = phone.requests.back();
  const bool offers = request.type == usage::MediaRequest::Type::create_offer;
  return {request.call, request.token, std::string(offers ? test::offer : test::answer)};
}

Publish publish(std::optional<std::uint32_t> publication = {}) {
  Publish command;
  command.publication = publication;
  command.event = "presence";
  command.content_type = "text/plain";
  command.body = "document";
  return command;
}

Subscribe subscribe(std::optional<std::uint32_t> subscription = {}) {
  Subscribe command;
  command.subscription = subscription;
  command.to = "bob";
  command.event = "presence";
  return command;
}

SendRequest request(std::optional<std::uint32_t> call = {}) {
  SendRequest command;
  command.method = call ? "INFO" : "MESSAGE";
  if (!call) command.to = "bob";
  command.call = call;
  command.content_type = "text/plain";
  command.body = "text";
  return command;
}

/// Brings what has the id 1 into a state outside of calls; false when there is none of this name.
bool enter_outside(Phone& phone, const std::string& state) {
  if (state == "request sent") {
    phone.execute(request());
  } else if (state == "request received") {
    phone.receive(
        "MESSAGE sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKm\r\n"
        "From: <sip:bob@example.org>;tag=b1\r\nTo: <sip:alice@example.org>\r\nCall-ID: m\r\n"
        "CSeq: 1 MESSAGE\r\nContent-Type: text/plain\r\n\r\ntext");
    REQUIRE(phone.count<usage::RequestIncoming>() == 1);
  } else if (state == "publishing" || state == "published" || state == "unpublishing") {
    phone.execute(publish());
    if (state == "publishing") return true;
    phone.receive(Phone::response(phone.last_sent(), 200, "s", "SIP-ETag: e\r\n\r\n"));
    if (state == "unpublishing") phone.execute(Unpublish{1});
  } else if (state == "subscribing" || state == "subscribed" || state == "unsubscribing") {
    phone.execute(subscribe());
    if (state == "subscribing") return true;
    phone.receive(Phone::response(phone.last_sent(), 200, "s",
                                  "Contact: <sip:bob@b.invalid>\r\nExpires: 600\r\n\r\n"));
    if (state == "unsubscribing") phone.execute(Unsubscribe{1});
  } else {
    return false;
  }
  return true;
}

/// Brings call 1 into one of the states before it is established in which an extension works;
/// false when there is none of this name.
bool enter_early(Phone& phone, const std::string& state) {
  if (state == "reliable response unacknowledged") {
    phone.receive(Phone::invite(1).substr(0, Phone::invite(1).size() - 2) +
                  "Require: 100rel\r\nContent-Type: application/sdp\r\n\r\n" +
                  std::string(test::offer));
    phone.execute(Progress{1, 183, {}, {}});
    return true;
  }
  if (state == "redirected") {
    phone.call();
    phone.receive(
        Phone::response(phone.last_sent(), 302, "b1", "Contact: <sip:carol@example.org>\r\n\r\n"));
    REQUIRE(phone.count<usage::CallRedirected>() == 1);
    return true;
  }
  if (state == "offer under review") {
    configure(phone, [](usage::Config& config) { config.review_descriptions = true; });
    phone.call();
    REQUIRE(phone.requests.back().type == usage::MediaRequest::Type::review_offer);
    return true;
  }
  if (state != "PRACK sent" && state != "early UPDATE sent" && state != "early UPDATE received")
    return false;
  phone.call();
  const auto invite = phone.last_sent();
  phone.receive(Phone::response(
      invite, 183, "b1", "Require: 100rel\r\nRSeq: 1\r\nAllow: INVITE, UPDATE\r\n" + with_answer));
  REQUIRE(phone.last_sent().method() == "PRACK");
  if (state == "PRACK sent") return true;
  phone.receive(Phone::response(phone.last_sent(), 200, "b1"));
  if (state == "early UPDATE received") {
    phone.receive(from_peer(invite, "UPDATE", 5, with_offer()));
  } else {
    phone.execute(ChangeCall{1, usage::Change::hold, {}});
    while (phone.last_sent().method() != "UPDATE") phone.execute(done(phone));
  }
  return true;
}

/// Call 1 is established: the states that extensions add.
void enter_later(Phone& phone, const std::string& state, const message::Message& invite) {
  if (state == "UPDATE received") {
    phone.receive(from_peer(invite, "UPDATE", 5, with_offer()));
    CHECK(phone.requests.back().type == usage::MediaRequest::Type::create_answer);
  } else if (state == "session refresh sent") {
    phone.advance(seconds(45));
    REQUIRE(phone.last_sent().method() == "UPDATE");
  } else if (state == "transfer sent" || state == "transfer accepted") {
    phone.execute(Transfer{1, "carol", {}, {}});
    if (state == "transfer accepted") phone.receive(Phone::response(phone.last_sent(), 202, "b1"));
  } else if (state == "transfer received" || state == "transferring") {
    phone.receive(from_peer(invite, "REFER", 5,
                            "Contact: <sip:bob@b.invalid>\r\nRefer-To: "
                            "<sip:carol@example.org>\r\n\r\n"));
    REQUIRE(phone.count<usage::TransferRequested>() == 1);
    if (state == "transfer received") return;
    AcceptTransfer command;
    command.call = 1;
    command.directions.audio = sdp::Direction::sendrecv;
    phone.execute(command);
    phone.execute(done(phone));
  } else if (state == "request sent in the call") {
    phone.execute(request(1));
  } else {
    REQUIRE(state == "request received in the call");
    phone.receive(from_peer(invite, "MESSAGE", 5, "Content-Type: text/plain\r\n\r\ntext"));
    REQUIRE(phone.count<usage::RequestIncoming>() == 1);
  }
}

/// Brings call 1, or what has the id 1, into a state by its name.
void enter(Phone& phone, const std::string& state) {
  if (enter_outside(phone, state) || enter_early(phone, state)) return;
  if (state == "session refresh sent")
    configure(phone, [](usage::Config& config) { config.session_expires = 90; });
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
  phone.receive(Phone::response(
      invite, 200, "b1",
      state == "session refresh sent"
          ? "Allow: INVITE, UPDATE\r\nRequire: timer\r\nSession-Expires: 90;refresher=uac\r\n" +
                with_answer
          : with_answer));
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
  } else if (state == "holding" || state == "re-inviting" || state == "waiting after 491") {
    phone.execute(ChangeCall{1, usage::Change::hold, {}});
    if (state == "holding") return;
    phone.execute(MediaReady{1, 3, std::string(test::offer)});
    if (state == "re-inviting") return;
    phone.receive(Phone::response(phone.last_sent(), 491, "b1"));
  } else {
    enter_later(phone, state, invite);
  }
}

const std::vector<std::string> states = {"preparing",
                                         "calling",
                                         "proceeding",
                                         "cancel_waiting",
                                         "cancelling",
                                         "confirming",
                                         "ringing",
                                         "answering",
                                         "answered",
                                         "hanging_up",
                                         "established",
                                         "terminating",
                                         "holding",
                                         "changed by the peer",
                                         "re-inviting",
                                         "waiting after 491",
                                         "reliable response unacknowledged",
                                         "PRACK sent",
                                         "early UPDATE sent",
                                         "early UPDATE received",
                                         "UPDATE received",
                                         "session refresh sent",
                                         "redirected",
                                         "offer under review",
                                         "transfer sent",
                                         "transfer accepted",
                                         "transfer received",
                                         "transferring",
                                         "request sent in the call",
                                         "request received in the call",
                                         "request sent",
                                         "request received",
                                         "publishing",
                                         "published",
                                         "unpublishing",
                                         "subscribing",
                                         "subscribed",
                                         "unsubscribing"};

std::vector<Command> commands() {
  Configure configure{test::config()};
  PlaceCall call;
  call.to = "carol";
  call.directions.audio = sdp::Direction::sendrecv;
  AcceptTransfer accept_transfer;
  accept_transfer.call = 1;
  accept_transfer.directions.audio = sdp::Direction::sendrecv;
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
          Progress{1, 183, {}, {}},
          Progress{1, 200, {}, {}},
          request(),
          request(1),
          ForgetRequest{1},
          ForgetRequest{2},
          Respond{1, 200, {}, {}, {}, {}},
          Respond{2, 480, {}, {}, {}, {}},
          publish(),
          publish(1),
          Unpublish{1},
          subscribe(),
          subscribe(1),
          Unsubscribe{1},
          Transfer{1, "carol", {}, {}},
          Transfer{1, {}, 2, {}},
          accept_transfer,
          RejectTransfer{1, 603, {}, {}},
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

/// What an event is of that ends, and whether it is its end: a call, a request of ours, a
/// publication or a subscription.
struct Told {
  std::uint32_t id = 0;
  bool ends = false;
};

Told told(const usage::Event& event) {
  using usage::PublicationState;
  using usage::SubscriptionState;
  if (const auto* state = std::get_if<PublicationState>(&event))
    return {state->publication, state->state == PublicationState::Value::ended};
  if (const auto* state = std::get_if<SubscriptionState>(&event))
    return {state->subscription, state->state == SubscriptionState::Value::ended};
  // A request inside a call may end after the call.
  if (const auto* result = std::get_if<usage::RequestResult>(&event))
    return {result->request, result->status == 0 || result->status >= 200};
  return {call_of(event), std::holds_alternative<usage::CallEnded>(event)};
}

/// Each that was heard of ends once, and is never heard of again.
void check_ends(const Phone& phone) {
  std::set<std::uint32_t> begun;
  std::set<std::uint32_t> ended;
  for (const usage::Event& event : phone.events) {
    if (std::holds_alternative<usage::RequestIncoming>(event)) continue;
    const Told one = told(event);
    if (one.id == 0) continue;
    begun.insert(one.id);
    CHECK_FALSE(ended.contains(one.id));
    if (one.ends) ended.insert(one.id);
  }
  CHECK(begun == ended);
}

/// Nobody answers any more: all that is open ends by itself, or by the user's wish.
void let_end(Phone& phone) {
  for (std::uint32_t id = 1; id < 40; ++id) {
    (void)phone.try_execute(HangUp{id, {}});
    (void)phone.try_execute(Unpublish{id});
    (void)phone.try_execute(Unsubscribe{id});
  }
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
          (void)phone.try_execute(done(phone));
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
          constexpr const char* methods[] = {"BYE",    "INVITE",  "INFO",    "ACK",
                                             "CANCEL", "OPTIONS", "UPDATE",  "PRACK",
                                             "REFER",  "NOTIFY",  "MESSAGE", "SUBSCRIBE"};
          phone.receive(from_peer(*parsed, methods[random.below(12)], ++number,
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

TEST_CASE("A registration takes no id that something else has, and no more room than there is") {
  Phone phone;
  phone.execute(request());
  CHECK(phone.refused(Register{1, {}}) == CommandErrorCode::unknown_id);
  phone.advance(seconds(40));
  CHECK(phone.count<usage::RequestResult>() == 1);
  CHECK(phone.agent.is_idle());
  for (std::uint32_t count = 0; count < limits::registration_count; ++count)
    phone.execute(Register{});
  CHECK(phone.refused(Register{1, {}}) == CommandErrorCode::limit_exceeded);
}

TEST_CASE("RFC 3311 5.2: an UPDATE that waits for the browser is answered when the call ends") {
  Phone phone;
  enter(phone, "early UPDATE received");
  phone.execute(done(phone));
  REQUIRE(phone.requests.back().type == usage::MediaRequest::Type::create_answer);
  phone.execute(HangUp{1, {}});
  auto answer = message::parse_message(phone.sent[phone.sent.size() - 1]);
  if (answer->is_request()) answer = message::parse_message(phone.sent[phone.sent.size() - 2]);
  CHECK(answer->status() == 487);
  CHECK(answer->cseq().method == "UPDATE");
  let_end(phone);
}
