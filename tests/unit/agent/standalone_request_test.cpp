/// Requests of both sides that are usages by themselves, outside of calls and inside them.
#include <doctest/doctest.h>

#include <string>

#include "unit/agent/phone.hpp"

using namespace sipml;
using namespace sipml::agent;
using message::HeaderName;
using test::Phone;
using usage::CommandErrorCode;

namespace {

SendRequest text(std::string to = "bob") {
  SendRequest command;
  command.method = "MESSAGE";
  command.to = std::move(to);
  command.content_type = "text/plain;charset=utf-8";
  command.body = std::string("a\0b\xC3\xA9", 5);
  return command;
}

std::string incoming(std::string_view method, int number, std::string_view rest = "\r\n") {
  const std::string n = std::to_string(number);
  return std::string(method) + " sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKr" +
         n + "\r\nFrom: \"Bob\" <sip:bob@example.org>;tag=b" + n +
         "\r\nTo: <sip:alice@example.org>\r\nCall-ID: request" + n + "\r\nCSeq: 1 " +
         std::string(method) + "\r\n" + std::string(rest);
}

std::string with_contact(std::string_view body) {
  return "Contact: <sip:bob@b.invalid>\r\nContent-Type: application/sdp\r\n\r\n" +
         std::string(body);
}

std::uint32_t established(Phone& phone) {
  const std::uint32_t id = phone.call();
  phone.receive(Phone::response(phone.last_sent(), 200, "b1", with_contact(test::answer)));
  phone.execute(MediaReady{id, 2, {}});
  REQUIRE(phone.count<usage::CallEstablished>() == 1);
  return id;
}

constexpr std::string_view challenge =
    "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n1\", qop=\"auth\"\r\n\r\n";

}  // namespace

TEST_CASE("RFC 3428 4: MESSAGE makes no dialog, its content is sent as it is") {
  Phone phone;
  SendRequest command = text();
  command.caps = {{"+g.oma.sip-im", ""}, {"language", "\"en\""}};
  command.headers = {{"Subject", "x"}};
  const std::uint32_t id = phone.execute(command);
  const auto sent = phone.last_sent();
  CHECK(sent.method() == "MESSAGE");
  CHECK(sent.request_uri() == "sip:bob@example.org");
  CHECK_FALSE(sent.header(HeaderName::contact));
  CHECK(sent.to_tag().empty());
  CHECK_FALSE(sent.from_tag().empty());
  CHECK(sent.body() == command.body);
  CHECK(sent.header(HeaderName::content_type) == "text/plain;charset=utf-8");
  CHECK(sent.header(HeaderName::subject) == "x");
  const auto preferences = sent.headers(HeaderName::accept_contact);
  REQUIRE(preferences.size() == 2);
  CHECK(preferences[0] == "*;+g.oma.sip-im");
  CHECK(preferences[1] == "*;language=\"en\"");
  phone.receive(Phone::response(sent, 100, {}));
  CHECK(phone.count<usage::RequestResult>() == 0);
  phone.receive(Phone::response(sent, 202, "s"));
  const auto& result = phone.last<usage::RequestResult>();
  CHECK(result.request == id);
  CHECK(result.call == 0);
  CHECK(result.status == 202);
  CHECK(result.reason == "Accepted");
  CHECK_FALSE(result.cause);
  CHECK(phone.agent.is_idle());
}

TEST_CASE("RFC 3261 8.1.3: how a request ends otherwise") {
  Phone phone;
  using NoResponse = usage::RequestResult::NoResponse;
  SUBCASE("3xx is not followed") {
    phone.execute(text());
    phone.receive(
        Phone::response(phone.last_sent(), 302, "s", "Contact: <sip:carol@example.org>\r\n\r\n"));
    CHECK(phone.last<usage::RequestResult>().status == 302);
    CHECK(phone.sent.size() == 1);
  }
  SUBCASE("no answer") {
    phone.execute(text());
    phone.advance(seconds(33));
    CHECK(phone.last<usage::RequestResult>().status == 408);
    CHECK(phone.last<usage::RequestResult>().reason == "Request Timeout");
    CHECK(phone.last<usage::RequestResult>().cause == NoResponse::timeout);
  }
  SUBCASE("the connection is lost") {
    phone.execute(text());
    phone.disconnect();
    CHECK(phone.last<usage::RequestResult>().status == 503);
    CHECK(phone.last<usage::RequestResult>().cause == NoResponse::transport_error);
    CHECK(phone.refused(text()) == CommandErrorCode::not_connected);
  }
  SUBCASE("nobody waits any longer") {
    const std::uint32_t id = phone.execute(text());
    phone.execute(ForgetRequest{id});
    phone.receive(Phone::response(phone.last_sent(), 401, "s", challenge));
    CHECK(phone.sent.size() == 1);
    CHECK(phone.count<usage::RequestResult>() == 0);
    phone.execute(ForgetRequest{id});
  }
  SUBCASE("a stop waits for it, but not for ever") {
    phone.execute(text());
    phone.execute(Stop{3000});
    CHECK(phone.count<usage::Stopped>() == 0);
    CHECK(phone.refused(text()) == CommandErrorCode::wrong_state);
    phone.advance(milliseconds(2000));
    CHECK(phone.count<usage::RequestResult>() == 1);
    CHECK(phone.count<usage::Stopped>() == 1);
  }
  SUBCASE("a destination that is none") {
    CHECK(phone.refused(text("sip:@")) == CommandErrorCode::invalid_argument);
  }
  CHECK(phone.count<usage::RequestResult>() <= 1);
  phone.advance(seconds(40));
  CHECK(phone.agent.is_idle());
}

TEST_CASE("RFC 3261 22: a request is sent anew with credentials, for several realms in turn") {
  Phone phone;
  phone.execute(text());
  phone.receive(Phone::response(phone.last_sent(), 407, "p",
                                "Proxy-Authenticate: Digest realm=\"p\", nonce=\"n2\"\r\n\r\n"));
  auto second = phone.last_sent();
  CHECK(second.cseq().number == 2);
  CHECK(second.headers(HeaderName::proxy_authorization).size() == 1);
  phone.receive(Phone::response(second, 401, "s", challenge));
  const auto third = phone.last_sent();
  CHECK(third.cseq().number == 3);
  CHECK(third.headers(HeaderName::proxy_authorization).size() == 1);
  CHECK(third.headers(HeaderName::authorization).size() == 1);
  CHECK(third.call_id() == second.call_id());
  CHECK(third.body() == text().body);
  phone.receive(Phone::response(third, 401, "s", challenge));
  CHECK(phone.last<usage::RequestResult>().status == 401);
}

TEST_CASE("RFC 3261 11: OPTIONS outside of calls") {
  Phone phone;
  SendRequest command;
  command.method = "OPTIONS";
  command.to = "sip:example.org";
  phone.execute(command);
  const auto sent = phone.last_sent();
  CHECK(sent.header(HeaderName::accept));
  CHECK(sent.header(HeaderName::contact));
  CHECK_FALSE(sent.header(HeaderName::content_type));
  phone.receive(Phone::response(sent, 200, "s", "Allow: INVITE\r\n\r\n"));
  CHECK(phone.last<usage::RequestResult>().status == 200);
}

TEST_CASE("RFC 3428 7: MESSAGE inside a call") {
  Phone phone;
  const std::uint32_t call = established(phone);
  SendRequest command = text("");
  command.call = call;
  const std::uint32_t id = phone.execute(command);
  const auto sent = phone.last_sent();
  CHECK(sent.method() == "MESSAGE");
  CHECK(sent.request_uri() == "sip:bob@b.invalid");
  CHECK(sent.to_tag() == "b1");
  CHECK(sent.cseq().number == 2);
  SUBCASE("challenged: the numbers are those of the dialog") {
    phone.execute(SendInfo{call, "text/plain", "x"});
    CHECK(phone.last_sent().cseq().number == 3);
    phone.receive(Phone::response(sent, 401, "b1", challenge));
    CHECK(phone.last_sent().cseq().number == 4);
    phone.receive(Phone::response(phone.last_sent(), 200, "b1"));
    CHECK(phone.last<usage::RequestResult>().request == id);
    CHECK(phone.last<usage::RequestResult>().call == call);
  }
  SUBCASE("the call is over when the answer comes") {
    phone.execute(HangUp{call, {}});
    phone.receive(Phone::response(phone.last_sent(), 200, "b1"));
    CHECK(phone.count<usage::CallEnded>() == 1);
    phone.receive(Phone::response(sent, 401, "b1", challenge));
    CHECK(phone.last<usage::RequestResult>().status == 401);
    CHECK(phone.refused(command) == CommandErrorCode::unknown_id);
  }
}

TEST_CASE("A request inside a call needs one that is established") {
  Phone phone;
  SendRequest command = text("");
  command.call = phone.call();
  CHECK(phone.refused(command) == CommandErrorCode::wrong_state);
  command.call = 99;
  CHECK(phone.refused(command) == CommandErrorCode::unknown_id);
}

TEST_CASE("RFC 3428 7: an incoming MESSAGE is the application's to answer") {
  Phone phone;
  phone.receive(incoming("MESSAGE", 1, "Content-Type: Text/Plain\r\n\r\nhello"));
  const auto& event = phone.last<usage::RequestIncoming>();
  CHECK(event.method == "MESSAGE");
  CHECK(event.call == 0);
  CHECK(event.from.user == "bob");
  CHECK(event.from.display_name == "Bob");
  CHECK(event.to.user == "alice");
  CHECK(event.content_type == "text/plain");
  CHECK(event.body == "hello");
  CHECK(phone.sent.empty());
  // A retransmission is absorbed; the same request by another way is a loop.
  phone.receive(incoming("MESSAGE", 1, "Content-Type: Text/Plain\r\n\r\nhello"));
  std::string merged = incoming("MESSAGE", 1);
  merged.replace(merged.find("z9hG4bKr1"), 9, "z9hG4bKr9");
  phone.receive(merged);
  CHECK(phone.last_sent().status() == 482);
  CHECK(phone.count<usage::RequestIncoming>() == 1);

  Respond answer;
  answer.request = event.request;
  SUBCASE("with any final status") {
    answer.status = 486;
    answer.headers = {{"Retry-After", "60"}};
    answer.content_type = "text/plain";
    answer.body = "later";
    phone.execute(answer);
    const auto sent = phone.last_sent();
    CHECK(sent.status() == 486);
    CHECK(sent.reason() == "Busy Here");
    CHECK_FALSE(sent.to_tag().empty());
    CHECK(sent.header(HeaderName::retry_after) == "60");
    CHECK(sent.body() == "later");
    const std::size_t before = phone.sent.size();
    phone.advance(seconds(20));
    CHECK(phone.sent.size() == before);
  }
  SUBCASE("with 405, which says what is allowed") {
    answer.status = 405;
    phone.execute(answer);
    CHECK(phone.last_sent().header(HeaderName::allow) == usage::allowed_methods);
  }
  SUBCASE("with what is no final status") {
    answer.status = 180;
    CHECK(phone.refused(answer) == CommandErrorCode::invalid_argument);
    answer.status = 200;
    phone.execute(answer);
    CHECK(phone.last_sent().status() == 200);
  }
  SUBCASE("RFC 4320 4: or it is accepted by itself, so that its sender is not left alone") {
    phone.advance(seconds(10));
    CHECK(phone.last_sent().status() == 200);
  }
  SUBCASE("or when the agent stops") {
    phone.execute(Stop{});
    CHECK(phone.last_sent().status() == 200);
    CHECK(phone.count<usage::Stopped>() == 1);
  }
  SUBCASE("RFC 3261 18.2.2: or over the next connection") {
    phone.disconnect();
    CHECK(phone.refused(answer) == CommandErrorCode::not_connected);
    phone.advance(seconds(2));
    phone.connect();
    answer.status = 404;
    phone.execute(answer);
    CHECK(phone.last_sent().status() == 404);
  }
  CHECK(phone.refused(answer) == CommandErrorCode::unknown_id);
}

TEST_CASE("RFC 3261 8.2: requests that the application does not see") {
  Phone phone;
  const auto status_of = [&phone](int number, std::string_view rest) {
    phone.receive(incoming("MESSAGE", number, rest));
    return phone.last_sent().status();
  };
  CHECK(status_of(1, "Content-Encoding: gzip\r\n\r\nx") == 415);
  CHECK(phone.last_sent().header(HeaderName::accept_encoding) == "identity");
  CHECK(status_of(2, "Content-Disposition: strange;handling=required\r\n\r\nx") == 415);
  CHECK(status_of(3, "Require: nothing\r\n\r\n") == 420);
  CHECK(phone.last_sent().header(HeaderName::unsupported) == "nothing");
  CHECK(status_of(4, "Content-Type: multipart/mixed\r\n\r\nx") == 400);
  phone.receive(incoming("INFO", 5, "Info-Package: dtmf\r\n\r\n"));
  CHECK(phone.last_sent().status() == 481);
  CHECK(phone.count<usage::RequestIncoming>() == 0);
  phone.receive(incoming("MESSAGE", 6, "Content-Disposition: strange;handling=optional\r\n\r\nx"));
  CHECK(phone.count<usage::RequestIncoming>() == 1);
  phone.receive(incoming("INFO", 7, "Content-Type: text/plain\r\n\r\nx"));
  CHECK(phone.last<usage::RequestIncoming>().method == "INFO");
  CHECK(phone.count<usage::RequestIncoming>() == 2);
}

TEST_CASE("RFC 3428 7, RFC 3261 12.2.2: an incoming MESSAGE inside a call") {
  Phone phone;
  phone.receive(Phone::invite(1));
  const std::uint32_t call = phone.last<usage::CallIncoming>().call;
  const std::string tag(phone.last_sent().to_tag());
  const auto inside = [&tag](int cseq) {
    const std::string n = std::to_string(cseq);
    return "MESSAGE sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKm" + n +
           "\r\nFrom: <sip:bob@example.org>;tag=b1\r\nTo: <sip:alice@example.org>;tag=" + tag +
           "\r\nCall-ID: call1\r\nCSeq: " + n + " MESSAGE\r\nContent-Type: text/plain\r\n\r\nhello";
  };
  phone.receive(inside(5));
  CHECK(phone.last<usage::RequestIncoming>().call == call);
  phone.execute(Respond{phone.last<usage::RequestIncoming>().request, 200, {}, {}, {}, {}});
  CHECK(phone.last_sent().status() == 200);
  CHECK(phone.last_sent().to_tag() == tag);
  phone.receive(inside(4));
  CHECK(phone.last_sent().status() == 500);
  CHECK(phone.count<usage::RequestIncoming>() == 1);
}
