/// What went wrong with calls in sipML5 by its own source and in runs of it, one test each; what a
/// listener that throws does is in tests/web.
#include <doctest/doctest.h>

#include <string>

#include "unit/agent/phone.hpp"

using namespace sipml;
using namespace sipml::agent;
using message::HeaderName;
using test::Phone;
using usage::CallEnded;
using usage::CallModified;
using usage::CommandErrorCode;
using usage::EndCause;

namespace {

std::string with_contact(std::string_view body) {
  return "Contact: <sip:bob@b.invalid>\r\nContent-Type: application/sdp\r\n\r\n" +
         std::string(body);
}

/// An audio call of ours whose browser has not made its offer.
std::uint32_t placed(Phone& phone) {
  PlaceCall command;
  command.to = "bob";
  command.directions.audio = sdp::Direction::sendrecv;
  return phone.execute(std::move(command));
}

/// A call that both sides know; returns its INVITE.
message::Message established(Phone& phone) {
  const std::uint32_t id = phone.call();
  auto invite = phone.last_sent();
  phone.receive(Phone::response(invite, 200, "b1", with_contact(test::answer)));
  phone.execute(MediaReady{id, 2, {}});
  REQUIRE(phone.count<usage::CallEstablished>() == 1);
  return invite;
}

/// Hold, whose re-INVITE has left.
message::Message holding(Phone& phone) {
  phone.execute(ChangeCall{1, usage::Change::hold, {}});
  phone.execute(MediaReady{1, phone.requests.back().token, std::string(test::offer)});
  auto invite = phone.last_sent();
  REQUIRE(invite.method() == "INVITE");
  return invite;
}

/// The call goes on: it can be held, and hung up.
void check_alive(Phone& phone) {
  CHECK(phone.count<CallEnded>() == 0);
  const auto invite = holding(phone);
  phone.receive(Phone::response(invite, 200, "b1", with_contact(test::answer)));
  phone.execute(MediaReady{1, phone.requests.back().token, {}});
  CHECK(phone.last<CallModified>().ok);
  phone.execute(HangUp{1, {}});
  phone.receive(Phone::response(phone.last_sent(), 200, "b1"));
  CHECK(phone.last<CallEnded>().cause == EndCause::bye);
  CHECK(phone.count<CallEnded>() == 1);
  phone.advance(seconds(40));
  CHECK(phone.agent.is_idle());
}

}  // namespace

TEST_CASE(
    "sipML5 trap 1: a call that is hung up before its INVITE left ends, and nothing is sent") {
  Phone phone;
  const std::uint32_t id = placed(phone);
  phone.execute(HangUp{id, {}});
  CHECK(phone.count<usage::CallTerminating>() == 1);
  CHECK(phone.count<CallEnded>() == 1);
  CHECK(phone.last<CallEnded>().cause == EndCause::cancelled);
  CHECK(phone.requests.back().type == usage::MediaRequest::Type::close);
  // The browser's offer comes too late.
  phone.execute(MediaReady{id, 1, std::string(test::offer)});
  CHECK(phone.sent.empty());
  CHECK(phone.agent.is_idle());
}

TEST_CASE("sipML5 trap 2: a call whose permission is refused ends, in both directions") {
  Phone phone;
  SUBCASE("outgoing: nothing is sent") {
    const std::uint32_t id = placed(phone);
    phone.execute(MediaFailed{id, 1, usage::MediaError::permission_denied, "NotAllowedError"});
    CHECK(phone.sent.empty());
  }
  SUBCASE("incoming: it is answered") {
    phone.receive(Phone::invite(1).substr(0, Phone::invite(1).size() - 2) +
                  "Content-Type: application/sdp\r\n\r\n" + std::string(test::offer));
    phone.execute(Accept{1, {}, {}});
    const std::uint32_t token = phone.requests.back().token;
    phone.execute(MediaFailed{1, token, usage::MediaError::permission_denied, "NotAllowedError"});
    CHECK(phone.last_sent().status() >= 400);
    CHECK(phone.last_sent().cseq().method == "INVITE");
  }
  CHECK(phone.count<CallEnded>() == 1);
  CHECK(phone.last<CallEnded>().cause == EndCause::media_error);
  phone.advance(seconds(40));
  CHECK(phone.agent.is_idle());
}

TEST_CASE("sipML5 trap 3: a provisional response without a To tag costs no call") {
  Phone phone;
  const std::uint32_t id = phone.call();
  const auto invite = phone.last_sent();
  phone.receive(Phone::response(invite, 183, {}));
  CHECK(phone.last<usage::CallProgress>().status == 183);
  phone.receive(Phone::response(invite, 200, "b1", with_contact(test::answer)));
  phone.execute(MediaReady{id, 2, {}});
  CHECK(phone.count<usage::CallEstablished>() == 1);
  check_alive(phone);
}

TEST_CASE("sipML5 trap 4: an INVITE that requires what we do not know is answered 420") {
  Phone phone;
  const std::string invite = Phone::invite(1);
  phone.receive(invite.substr(0, invite.size() - 2) + "Require: timer, unheard-of\r\n\r\n");
  CHECK(phone.last_sent().status() == 420);
  CHECK(phone.last_sent().header(HeaderName::unsupported) == "unheard-of");
  CHECK(phone.count<usage::CallIncoming>() == 0);
}

TEST_CASE("sipML5 trap 5: to resume what is not held costs nothing that follows") {
  Phone phone;
  established(phone);
  CHECK(phone.refused(ChangeCall{1, usage::Change::resume, {}}) == CommandErrorCode::wrong_state);
  phone.execute(SendInfo{1, "application/dtmf-relay", "Signal=1\r\n"});
  CHECK(phone.last_sent().method() == "INFO");
  phone.receive(Phone::response(phone.last_sent(), 200, "b1"));
  phone.execute(Transfer{1, "carol", {}, {}});
  CHECK(phone.last_sent().method() == "REFER");
  phone.receive(Phone::response(phone.last_sent(), 603, "b1"));
  check_alive(phone);
}

TEST_CASE("sipML5 trap 6: a 202 to REFER with Refer-Sub is an answer like any other") {
  for (const char* value : {"true", "false", "false;x=1", "garbage"}) {
    CAPTURE(value);
    Phone phone;
    established(phone);
    phone.execute(Transfer{1, "carol", {}, {}});
    phone.receive(Phone::response(phone.last_sent(), 202, "b1",
                                  "Refer-Sub: " + std::string(value) + "\r\n\r\n"));
    CHECK(phone.last<usage::TransferState>().status == 202);
    check_alive(phone);
  }
}

TEST_CASE("sipML5 trap 8: a re-INVITE that is refused is told, and one that met glare is retried") {
  Phone phone;
  established(phone);
  SUBCASE("refused") {
    phone.receive(Phone::response(holding(phone), 488, "b1"));
    CHECK_FALSE(phone.last<CallModified>().ok);
    CHECK(phone.last<CallModified>().status == 488);
  }
  SUBCASE("failed at the server") {
    phone.receive(Phone::response(holding(phone), 500, "b1"));
    CHECK_FALSE(phone.last<CallModified>().ok);
  }
  SUBCASE("glare") {
    const auto invite = holding(phone);
    phone.receive(Phone::response(invite, 491, "b1"));
    CHECK(phone.count<CallModified>() == 0);
    const std::size_t asked = phone.requests.size();
    phone.advance(seconds(4));
    // RFC 3261 14.1: after 2.1 to 4 seconds, for we made the Call-ID.
    if (phone.requests.size() > asked)
      phone.execute(MediaReady{1, phone.requests.back().token, std::string(test::offer)});
    const auto again = phone.last_sent();
    CHECK(again.method() == "INVITE");
    CHECK(again.cseq().number > invite.cseq().number);
    phone.receive(Phone::response(again, 200, "b1", with_contact(test::answer)));
    phone.execute(MediaReady{1, phone.requests.back().token, {}});
    CHECK(phone.last<CallModified>().ok);
    phone.execute(HangUp{1, {}});
    CHECK(phone.last_sent().method() == "BYE");
    return;
  }
  check_alive(phone);
}

TEST_CASE("sipML5 trap 9: a call that rings is declined by a stop") {
  Phone phone;
  phone.receive(Phone::invite(1));
  REQUIRE(phone.count<usage::CallIncoming>() == 1);
  phone.execute(Stop{3000});
  CHECK(phone.last_sent().status() == 603);
  CHECK(phone.last_sent().cseq().method == "INVITE");
  CHECK(phone.last<CallEnded>().cause == EndCause::rejected);
  phone.advance(seconds(3));
  CHECK(phone.count<usage::Stopped>() == 1);
  CHECK(phone.agent.is_idle());
}
