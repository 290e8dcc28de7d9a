/// The user agent as a whole: limits, what is left behind, and input that nobody should send.
#include <doctest/doctest.h>

#include <string>

#include "base/limits.hpp"
#include "crypto/random.hpp"
#include "unit/agent/phone.hpp"

using namespace sipml;
using namespace sipml::agent;
using test::Phone;
using usage::CommandErrorCode;

namespace {

std::string with_contact(std::string_view body) {
  return "Contact: <sip:bob@b.invalid>\r\nContent-Type: application/sdp\r\n\r\n" +
         std::string(body);
}

/// A call that both sides know.
std::uint32_t established(Phone& phone) {
  const std::uint32_t id = phone.call();
  phone.receive(Phone::response(phone.last_sent(), 200, "b1", with_contact(test::answer)));
  phone.execute(MediaReady{id, 2, {}});
  REQUIRE(phone.count<usage::CallEstablished>() == 1);
  return id;
}

}  // namespace

TEST_CASE("Limits: calls, one more is refused in both directions") {
  Phone phone;
  for (std::size_t i = 0; i < limits::call_count; ++i) phone.call();
  PlaceCall command;
  command.to = "bob";
  command.directions.audio = sdp::Direction::sendrecv;
  CHECK(phone.refused(command) == CommandErrorCode::limit_exceeded);
  phone.receive(Phone::invite(1));
  CHECK(phone.last_sent().status() == 486);
  CHECK(phone.count<usage::CallIncoming>() == 0);
  phone.receive(
      "OPTIONS sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKo\r\n"
      "From: <sip:b@b>;tag=1\r\nTo: <sip:alice@example.org>\r\nCall-ID: o\r\nCSeq: 1 OPTIONS\r\n"
      "\r\n");
  CHECK(phone.last_sent().status() == 486);
  phone.advance(seconds(40));
  CHECK(phone.count<usage::CallEnded>() == limits::call_count);
  CHECK(phone.agent.is_idle());
  phone.call();
  phone.receive(Phone::invite(2));
  CHECK(phone.last_sent().status() == 180);
}

TEST_CASE("Limits: incoming calls fill the same places") {
  Phone phone;
  for (int i = 0; i < static_cast<int>(limits::call_count); ++i) phone.receive(Phone::invite(i));
  CHECK(phone.count<usage::CallIncoming>() == limits::call_count);
  phone.receive(Phone::invite(1000));
  CHECK(phone.last_sent().status() == 486);
}

TEST_CASE("Limits: registrations") {
  Phone phone;
  for (std::size_t i = 0; i < limits::call_count; ++i) phone.execute(Register{});
  CHECK(phone.refused(Register{}) == CommandErrorCode::limit_exceeded);
  phone.advance(seconds(33));
  phone.execute(Register{});
}

TEST_CASE("RFC 3261 9.1, 17.1.1: a call that came to nothing leaves no transaction behind") {
  Phone phone;
  SUBCASE("cancelled, and no final response ever comes") {
    const std::uint32_t id = phone.call();
    phone.receive(Phone::response(phone.last_sent(), 180, "b1"));
    phone.execute(HangUp{id, {}});
    phone.advance(seconds(32));
  }
  SUBCASE("ringing when the connection is lost") {
    phone.call();
    phone.receive(Phone::response(phone.last_sent(), 180, "b1"));
    phone.disconnect();
  }
  SUBCASE("cancelled when the connection is lost") {
    const std::uint32_t id = phone.call();
    phone.receive(Phone::response(phone.last_sent(), 180, "b1"));
    phone.execute(HangUp{id, {}});
    phone.disconnect();
  }
  SUBCASE("a re-INVITE that is open when the far side hangs up") {
    const std::uint32_t id = established(phone);
    phone.execute(ChangeCall{id, usage::Change::hold, {}});
    phone.execute(MediaReady{id, 3, std::string(test::offer)});
    const auto reinvite = phone.last_sent();
    REQUIRE(reinvite.method() == "INVITE");
    phone.receive(Phone::response(reinvite, 100, {}));
    phone.receive("BYE sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKb\r\nFrom: " +
                  std::string(*reinvite.header(message::HeaderName::to)) +
                  "\r\nTo: " + std::string(*reinvite.header(message::HeaderName::from)) +
                  "\r\nCall-ID: " + std::string(reinvite.call_id()) + "\r\nCSeq: 1 BYE\r\n\r\n");
    CHECK(phone.count<usage::CallEnded>() == 1);
    phone.advance(seconds(40));
  }
  SUBCASE("a re-INVITE that is open when the connection is lost") {
    const std::uint32_t id = established(phone);
    phone.execute(ChangeCall{id, usage::Change::hold, {}});
    phone.execute(MediaReady{id, 3, std::string(test::offer)});
    phone.receive(Phone::response(phone.last_sent(), 100, {}));
    phone.disconnect();
    CHECK(phone.count<usage::CallModified>() == 1);
    phone.execute(HangUp{id, {}});
    phone.advance(seconds(40));
  }
  CHECK(phone.count<usage::CallEnded>() == 1);
  CHECK(phone.agent.is_idle());
}

TEST_CASE("RFC 3261 13.2.2.4: a re-INVITE that was given up is acknowledged when its 2xx comes") {
  Phone phone;
  const std::uint32_t id = established(phone);
  phone.execute(ChangeCall{id, usage::Change::hold, {}});
  phone.execute(MediaReady{id, 3, std::string(test::offer)});
  const auto reinvite = phone.last_sent();
  phone.receive(Phone::response(reinvite, 100, {}));
  phone.disconnect();
  phone.advance(seconds(1));
  phone.connect();
  phone.sent.clear();
  const std::string late = Phone::response(reinvite, 200, "b1", with_contact(test::answer));
  phone.receive(late);
  REQUIRE(phone.sent.size() == 1);
  CHECK(phone.last_sent().method() == "ACK");
  CHECK(phone.last_sent().cseq().number == reinvite.cseq().number);
  phone.receive(late);
  REQUIRE(phone.sent.size() == 2);
  CHECK(phone.sent[0] == phone.sent[1]);
  CHECK(phone.count<usage::CallEnded>() == 0);
}

TEST_CASE("RFC 3261 12.1.2: no more early dialogs than the limit, and the call goes on") {
  Phone phone;
  const std::uint32_t id = phone.call();
  const auto invite = phone.last_sent();
  for (int i = 0; i < 200; ++i)
    phone.receive(Phone::response(invite, 180, "t" + std::to_string(i)));
  CHECK(phone.count<usage::CallProgress>() == 200);
  phone.receive(Phone::response(invite, 200, "t199", with_contact(test::answer)));
  phone.execute(MediaReady{id, 2, {}});
  CHECK(phone.count<usage::CallEstablished>() == 1);
}

TEST_CASE("A hundred forked 2xx are each acknowledged and ended, and nothing is left") {
  Phone phone;
  const std::uint32_t id = phone.call();
  const auto invite = phone.last_sent();
  for (int i = 0; i < 100; ++i)
    phone.receive(
        Phone::response(invite, 200, "t" + std::to_string(i), with_contact(test::answer)));
  std::size_t byes = 0;
  for (const std::string& bytes : phone.sent) byes += bytes.starts_with("BYE ");
  CHECK(byes == 99);
  phone.execute(HangUp{id, {}});
  phone.advance(seconds(100));
  CHECK(phone.agent.is_idle());
}

TEST_CASE("A thousand calls and registrations later nothing is held") {
  Phone phone;
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t id = phone.call();
    phone.receive(Phone::response(phone.last_sent(), i % 2 == 0 ? 486 : 180, "b1"));
    if (i % 2 == 0) continue;
    const auto invite = phone.last_sent();
    phone.execute(HangUp{id, {}});
    phone.receive(Phone::response(invite, 487, "b1"));
  }
  CHECK(phone.count<usage::CallEnded>() == 1000);
  phone.advance(seconds(33));
  CHECK(phone.agent.is_idle());
  CHECK_FALSE(phone.agent.deadline().has_value());
}

TEST_CASE("The same seed and inputs give the same octets") {
  Phone first;
  Phone second;
  first.call();
  second.call();
  CHECK(first.sent == second.sent);
}

TEST_CASE("Every prefix and every lost octet of a message is survived") {
  const auto survive = [](const std::string& bytes) {
    for (std::size_t i = 0; i <= bytes.size(); ++i) {
      Phone phone;
      phone.receive(std::string_view(bytes).substr(0, i));
      phone.receive(bytes.substr(0, i) + bytes.substr(std::min(i + 1, bytes.size())));
      phone.advance(seconds(1));
    }
  };
  survive(Phone::invite(1));
  Phone phone;
  phone.call();
  survive(Phone::response(phone.last_sent(), 200, "b1", with_contact(test::answer)));
}

TEST_CASE("Messages with octets changed at random never cost an established call its end") {
  crypto::Random random({9});
  Phone phone;
  const std::uint32_t id = established(phone);
  const auto invite = phone.last_sent();
  const std::vector<std::string> seeds = {
      Phone::invite(1), Phone::response(invite, 200, "b1", with_contact(test::answer)),
      "OPTIONS sip:alice@a.invalid SIP/2.0\r\nv: SIP/2.0/WS p;branch=z9hG4bKo\r\n"
      "f: <sip:b@b>;tag=1\r\nt: <sip:alice@example.org>\r\ni: o\r\nCSeq: 1 OPTIONS\r\n"
      "Record-Route: <sip:p;lr>, \"a\" <sip:q>\r\nl: 0\r\n\r\n"};
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = seeds[random.below(static_cast<std::uint32_t>(seeds.size()))];
    for (std::uint32_t changes = 1 + random.below(6); changes > 0; --changes) {
      const std::size_t place = random.below(static_cast<std::uint32_t>(bytes.size()));
      if (random.below(3) == 0)
        bytes.erase(place, random.below(20));
      else
        bytes[place] = static_cast<char>(random.below(256));
      if (bytes.empty()) bytes = "x";
    }
    phone.receive(bytes);
    if (round % 100 == 0) phone.advance(seconds(1));
  }
  for (const usage::Event& event : phone.events)
    if (const auto* ended = std::get_if<usage::CallEnded>(&event)) CHECK(ended->call != id);
  phone.execute(HangUp{id, {}});
}

TEST_CASE("Time that stands still or jumps is survived") {
  Phone phone;
  phone.call();
  phone.execute(Register{});
  phone.now = Instant{};
  phone.agent.timer_fired(phone.now);
  phone.now = Instant{milliseconds(9'000'000'000'000'000)};
  phone.agent.timer_fired(phone.now);
  phone.connect();
  CHECK(phone.count<usage::CallEnded>() == 1);
  phone.call();
}

TEST_CASE("RFC 3261 17.2.1: more INVITEs than there is room for are answered 503") {
  Phone phone;
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    phone.receive(Phone::invite(i));
    refused += phone.last_sent().status() == 503;
  }
  CHECK(refused > 0);
  CHECK(phone.count<usage::CallIncoming>() == limits::call_count);
  // Our own requests find no room either: the call ends, and nothing else happens.
  phone.execute(HangUp{1, {}});
  const std::uint32_t id = phone.call();
  CHECK(phone.count<usage::CallSent>() == 0);
  const auto* ended = std::get_if<usage::CallEnded>(&phone.events.back());
  REQUIRE(ended);
  CHECK(ended->call == id);
  CHECK(ended->cause == usage::EndCause::transport_error);
  phone.execute(Register{});
  const auto* state = std::get_if<usage::RegistrationState>(&phone.events.back());
  REQUIRE(state);
  CHECK(state->state == usage::RegistrationState::Value::ended);
  CHECK(state->cause == usage::RegistrationState::Cause::transport_error);
  // The flood ebbs away by itself.
  phone.advance(seconds(33));
  phone.execute(HangUp{2, {}});
  phone.call();
  CHECK(phone.count<usage::CallSent>() == 1);
}

TEST_CASE("RFC 3261 20.1, 8.1.1.8: what an INVITE has to allow and to name") {
  const auto status = [](std::string_view line, std::string_view becomes) {
    Phone phone;
    std::string invite = Phone::invite(1);
    const std::size_t at = invite.find(line);
    invite.replace(at, invite.find("\r\n", at) + 2 - at, becomes);
    phone.receive(invite);
    return phone.last_sent().status();
  };
  const std::string contact = "Contact: <sip:bob@b.invalid>\r\n";
  CHECK(status("Contact", contact + "Accept: text/plain\r\n") == 406);
  CHECK(status("Contact", contact + "Accept: text/plain, application/*;q=0.1\r\n") == 180);
  CHECK(status("Contact", contact + "Accept: Application/SDP\r\n") == 180);
  CHECK(status("Contact", "") == 400);
  CHECK(status("Contact", "Contact: *\r\n") == 400);
  CHECK(status("INVITE", "INVITE sip:2001:db8::10 SIP/2.0\r\n") == 400);
}

TEST_CASE(
    "RFC 2543 6.13: without Contact and without the branches of RFC 3261, From is the target") {
  Phone phone;
  std::string invite = Phone::invite(1);
  invite.erase(invite.find(";branch"), std::string_view(";branch=z9hG4bKi1").size());
  invite.erase(invite.find("Contact"), invite.find("\r\n\r\n") + 2 - invite.find("Contact"));
  phone.receive(invite);
  CHECK(phone.last_sent().status() == 180);
}

TEST_CASE("RFC 3261 13.3.1.3: a call is rejected with a final response that is no success") {
  Phone phone;
  phone.receive(Phone::invite(1));
  for (const int status : {100, 180, 200, 299, 700, -1})
    CHECK_FALSE(phone.try_execute(Reject{1, status, {}, {}}));
  CHECK(phone.count<usage::CallEnded>() == 0);
  CHECK(phone.try_execute(Reject{1, 486, {}, {}}));
  CHECK(phone.count<usage::CallEnded>() == 1);
}
