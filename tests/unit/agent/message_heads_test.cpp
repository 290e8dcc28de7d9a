/// What events tell of the messages that caused them, and of requests that left or came.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "unit/agent/phone.hpp"

using namespace sipml;
using namespace sipml::agent;
using test::Phone;

namespace {

usage::Config telling() {
  usage::Config config = test::config();
  config.event_messages = true;
  config.request_events = true;
  return config;
}

std::string value(const usage::CausedBy& message, std::string_view name) {
  REQUIRE(message);
  const std::string* found = message::find_field(message->headers, name);
  return found ? *found : std::string();
}

std::string with_contact(std::string_view body) {
  return "Contact: <sip:bob@b.invalid>\r\nContent-Type: application/sdp\r\n\r\n" +
         std::string(body);
}

std::string cancel(int number) {
  const std::string n = std::to_string(number);
  return "CANCEL sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKi" + n +
         "\r\nFrom: <sip:bob@example.org>;tag=b" + n +
         "\r\nTo: <sip:alice@example.org>\r\nCall-ID: call" + n + "\r\nCSeq: 1 CANCEL\r\n\r\n";
}

}  // namespace

TEST_CASE("Message heads: none unless they are asked for") {
  Phone phone;
  phone.receive(Phone::invite(1));
  CHECK_FALSE(phone.last<usage::CallIncoming>().message);
  CHECK(phone.count<usage::RequestPassed>() == 0);
}

TEST_CASE("Message heads: long names, original order, content, no credentials") {
  Phone phone(telling());
  phone.receive(
      "INVITE sip:alice@a.invalid SIP/2.0\r\nv: SIP/2.0/WS p;branch=z9hG4bKi1\r\n"
      "f: <sip:bob@example.org>;tag=b1\r\nt: <sip:alice@example.org>\r\ni: call1\r\n"
      "CSeq: 1 INVITE\r\nm: <sip:bob@b.invalid>;ha1=0123;x=y\r\nX-Private: one\r\n"
      "authorization: Digest username=\"bob\"\r\nProxy-Authorization: Digest username=\"bob\"\r\n"
      "x-private: two\r\nSubject: a\r\n b\r\nc: application/sdp\r\n\r\n" +
      std::string(test::offer));
  const auto& message = phone.last<usage::CallIncoming>().message;
  REQUIRE(message);
  CHECK(message->method == "INVITE");
  CHECK(message->uri == "sip:alice@a.invalid");
  CHECK(message->status == 0);
  CHECK(message->body == test::offer);
  std::string names;
  for (const auto& field : message->headers) names += field.name + ' ';
  CHECK(names == "Via From To Call-ID CSeq Contact X-Private x-private Subject Content-Type ");
  CHECK(value(message, "Contact") == "<sip:bob@b.invalid>;ha1=***;x=y");
  CHECK(value(message, "x-private") == "one");
}

TEST_CASE("Message heads: the life of an outgoing call") {
  Phone phone(telling());
  const std::uint32_t id = phone.call();
  const auto invite = phone.last_sent();
  {
    const auto& passed = phone.last<usage::RequestPassed>();
    CHECK(passed.sent);
    CHECK(passed.usage == id);
    CHECK(passed.method == "INVITE");
    CHECK(value(passed.message, "Via") == *invite.header(message::HeaderName::via));
    CHECK(passed.message->body == invite.body());
  }
  phone.receive(Phone::response(invite, 180, "b1"));
  CHECK(phone.last<usage::CallProgress>().message->status == 180);
  phone.receive(Phone::response(invite, 200, "b1", "X-Y: z\r\n" + with_contact(test::answer)));
  phone.execute(MediaReady{id, 2, {}});
  // The answer of the browser came later, but the 200 is the cause.
  const auto& established = phone.last<usage::CallEstablished>();
  CHECK(established.message->status == 200);
  CHECK(established.message->reason == "OK");
  CHECK(value(established.message, "X-Y") == "z");
  CHECK(established.message->body == test::answer);

  phone.execute(ChangeCall{id, usage::Change::hold, {}});
  phone.execute(MediaReady{id, 3, std::string(test::offer)});
  phone.receive(Phone::response(phone.last_sent(), 200, "b1", with_contact(test::answer)));
  phone.execute(MediaReady{id, 4, {}});
  CHECK(value(phone.last<usage::CallModified>().message, "CSeq") == "2 INVITE");
  phone.execute(ChangeCall{id, usage::Change::resume, {}});
  phone.execute(MediaReady{id, 5, std::string(test::offer)});
  phone.receive(Phone::response(phone.last_sent(), 488, "b1"));
  CHECK(phone.last<usage::CallModified>().message->status == 488);

  phone.receive("BYE sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKb\r\nFrom: " +
                std::string(*invite.header(message::HeaderName::to)) +
                ";tag=b1\r\nTo: " + std::string(*invite.header(message::HeaderName::from)) +
                "\r\nCall-ID: " + std::string(invite.call_id()) +
                "\r\nCSeq: 1 BYE\r\nReason: Q.850;cause=16\r\n\r\n");
  CHECK(value(phone.last<usage::CallEnded>().message, "Reason") == "Q.850;cause=16");
  const auto& passed = phone.last<usage::RequestPassed>();
  CHECK_FALSE(passed.sent);
  CHECK(passed.usage == id);
  CHECK(passed.method == "BYE");
}

TEST_CASE("Message heads: an end that no message caused has none") {
  Phone phone(telling());
  phone.call();
  phone.advance(seconds(33));
  CHECK(phone.last<usage::CallEnded>().cause == usage::EndCause::timeout);
  CHECK_FALSE(phone.last<usage::CallEnded>().message);
}

TEST_CASE("RFC 3261 9.2: a CANCEL is told before the call ends, with its message") {
  Phone phone(telling());
  phone.receive(Phone::invite(1));
  const std::uint32_t id = phone.last<usage::CallIncoming>().call;
  phone.receive(cancel(1));
  CHECK(phone.last<usage::CallCancelled>().call == id);
  CHECK(phone.last<usage::CallCancelled>().message->method == "CANCEL");
  CHECK(phone.last<usage::CallEnded>().message->method == "CANCEL");
  CHECK(phone.last<usage::RequestPassed>().method == "CANCEL");
  const auto index = [&phone](std::size_t kind) {
    return std::find_if(phone.events.begin(), phone.events.end(),
                        [kind](const usage::Event& event) { return event.index() == kind; });
  };
  CHECK(index(usage::Event(usage::CallCancelled{}).index()) <
        index(usage::Event(usage::CallEnded{}).index()));
}

TEST_CASE("Message heads: our own CANCEL and the registration") {
  Phone phone(telling());
  const std::uint32_t id = phone.call();
  phone.receive(Phone::response(phone.last_sent(), 180, "b1"));
  phone.execute(HangUp{id, {}});
  CHECK(phone.last<usage::RequestPassed>().method == "CANCEL");
  CHECK(phone.last<usage::RequestPassed>().usage == id);

  const std::uint32_t registration = phone.execute(Register{});
  CHECK(phone.last<usage::RequestPassed>().usage == registration);
  phone.receive(Phone::response(phone.last_sent(), 401, "r",
                                "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n\"\r\n"
                                "\r\n"));
  REQUIRE(phone.last_sent().header(message::HeaderName::authorization));
  CHECK(value(phone.last<usage::RequestPassed>().message, "CSeq") == "2 REGISTER");
  CHECK(value(phone.last<usage::RequestPassed>().message, "Authorization").empty());
  phone.receive(Phone::response(phone.last_sent(), 200, "r",
                                "P-Associated-URI: <sip:alice@example.org>\r\n\r\n"));
  CHECK(value(phone.last<usage::RegistrationState>().message, "P-Associated-URI") ==
        "<sip:alice@example.org>");
}
