/// Publications as RFC 3903 has them, with the server's part played by the test.
#include <doctest/doctest.h>

#include <string>

#include "unit/agent/phone.hpp"

using namespace sipml;
using namespace sipml::agent;
using message::HeaderName;
using test::Phone;
using usage::CommandErrorCode;
using usage::PublicationState;
using Value = usage::PublicationState::Value;
using Ended = usage::PublicationState::Ended;

namespace {

Publish document(std::string body) {
  Publish command;
  command.event = "presence";
  command.content_type = "application/pidf+xml";
  command.body = std::move(body);
  return command;
}

void answer(Phone& phone, int status, std::string_view more = "\r\n") {
  phone.receive(Phone::response(phone.last_sent(), status, "s", more));
}

std::uint32_t published(Phone& phone, int expires = 600) {
  const std::uint32_t id = phone.execute(document("one"));
  answer(phone, 200, "SIP-ETag: t1\r\nExpires: " + std::to_string(expires) + "\r\n\r\n");
  REQUIRE(phone.last<PublicationState>().state == Value::published);
  return id;
}

std::string tag(const message::Message& request) {
  return std::string(request.header(HeaderName::sip_if_match).value_or("none"));
}

std::string expires(const message::Message& request) {
  return std::string(request.header(HeaderName::expires).value_or("none"));
}

}  // namespace

TEST_CASE("RFC 3903 4.1, 4.2: published, refreshed, removed once") {
  Phone phone;
  Publish command = document("one");
  command.caps = {{"+g.oma.sip-im", ""}};
  command.headers = {{"X-Color", "blue"}};
  const std::uint32_t id = phone.execute(command);
  CHECK(phone.last<PublicationState>().state == Value::publishing);
  auto sent = phone.last_sent();
  CHECK(sent.method() == "PUBLISH");
  CHECK(sent.request_uri() == "sip:alice@example.org");
  CHECK(uri::to_string(sent.to().uri) == "sip:alice@example.org");
  CHECK_FALSE(sent.header(HeaderName::contact));
  CHECK(sent.header(HeaderName::accept_contact) == "*;+g.oma.sip-im");
  CHECK(sent.header(HeaderName::event) == "presence");
  CHECK(expires(sent) == "3600");
  CHECK(tag(sent) == "none");
  CHECK(sent.header(HeaderName::content_type) == "application/pidf+xml");
  CHECK(sent.body() == "one");
  answer(phone, 200, "SIP-ETag: t1\r\nExpires: 600\r\n\r\n");
  CHECK(phone.last<PublicationState>().expires == 600);

  phone.advance(seconds(300));
  sent = phone.last_sent();
  CHECK(tag(sent) == "t1");
  CHECK(sent.body().empty());
  CHECK_FALSE(sent.header(HeaderName::content_type));
  CHECK(sent.cseq().number == 2);
  answer(phone, 200, "SIP-ETag: t2\r\nExpires: 600\r\n\r\n");
  CHECK(phone.last<PublicationState>().state == Value::published);

  phone.execute(Unpublish{id});
  CHECK(phone.last<PublicationState>().state == Value::unpublishing);
  CHECK(phone.refused(Unpublish{id}) == CommandErrorCode::wrong_state);
  sent = phone.last_sent();
  CHECK(tag(sent) == "t2");
  CHECK(expires(sent) == "0");
  CHECK(sent.body().empty());
  const std::size_t before = phone.sent.size();
  answer(phone, 200);
  CHECK(phone.last<PublicationState>().state == Value::ended);
  CHECK(phone.last<PublicationState>().cause == Ended::unpublished);
  CHECK(phone.agent.is_idle());
  phone.advance(seconds(4000));
  CHECK(phone.sent.size() == before);
  CHECK(phone.refused(Unpublish{id}) == CommandErrorCode::unknown_id);
}

TEST_CASE("RFC 3903 4.4: another document, and one that is refused leaves the former") {
  Phone phone;
  const std::uint32_t id = published(phone);
  Publish next = document("two");
  next.publication = id;
  phone.execute(next);
  CHECK(phone.last_sent().body() == "two");
  CHECK(tag(phone.last_sent()) == "t1");
  // Two PUBLISH may not be open: this one waits.
  next.body = "three";
  const std::size_t before = phone.sent.size();
  phone.execute(next);
  CHECK(phone.sent.size() == before);
  answer(phone, 200, "SIP-ETag: t2\r\nExpires: 600\r\n\r\n");
  CHECK(phone.last_sent().body() == "three");
  CHECK(tag(phone.last_sent()) == "t2");
  answer(phone, 415);
  CHECK(phone.last<PublicationState>().state == Value::published);
  CHECK(phone.last<PublicationState>().status == 415);
  // When the server has forgotten all, what was published last is published again.
  phone.advance(seconds(300));
  CHECK(phone.last_sent().body().empty());
  answer(phone, 412);
  CHECK(phone.last_sent().body() == "two");
  CHECK(tag(phone.last_sent()) == "none");
  answer(phone, 200, "SIP-ETag: t9\r\nExpires: 600\r\n\r\n");
  CHECK(phone.last<PublicationState>().state == Value::published);
}

TEST_CASE("RFC 3903 4.1: challenges each time, 423, refusal") {
  Phone phone;
  phone.execute(document("one"));
  for (int i = 1; i <= 2; ++i) {
    answer(phone, 401,
           "WWW-Authenticate: Digest realm=\"r\", nonce=\"n" + std::to_string(i) +
               "\", stale=true, qop=\"auth\"\r\n\r\n");
    CHECK(phone.last_sent().headers(HeaderName::authorization).size() == 1);
    CHECK(phone.last_sent().body() == "one");
  }
  answer(phone, 423, "Min-Expires: 7200\r\n\r\n");
  CHECK(expires(phone.last_sent()) == "7200");
  SUBCASE("accepted; the refresh is challenged with another nonce") {
    answer(phone, 200, "SIP-ETag: t1\r\n\r\n");
    CHECK(phone.last<PublicationState>().expires == 7200);
    phone.advance(seconds(6600));
    answer(phone, 401, "WWW-Authenticate: Digest realm=\"r\", nonce=\"m\", stale=true\r\n\r\n");
    CHECK(tag(phone.last_sent()) == "t1");
    answer(phone, 200, "SIP-ETag: t2\r\n\r\n");
    CHECK(phone.last<PublicationState>().state == Value::published);
  }
  SUBCASE("refused") {
    answer(phone, 489);
    CHECK(phone.last<PublicationState>().state == Value::ended);
    CHECK(phone.last<PublicationState>().cause == Ended::rejected);
    CHECK(phone.last<PublicationState>().status == 489);
  }
  SUBCASE("not answered") {
    phone.advance(seconds(33));
    CHECK(phone.last<PublicationState>().state == Value::ended);
    CHECK(phone.last<PublicationState>().cause == Ended::timeout);
  }
}

TEST_CASE("RFC 3903 4.3: a failure that may pass is retried while the state lives") {
  Phone phone;
  published(phone);
  phone.advance(seconds(300));
  SUBCASE("when the server says") {
    answer(phone, 503, "Retry-After: 100\r\n\r\n");
    const std::size_t before = phone.sent.size();
    phone.advance(seconds(99));
    CHECK(phone.sent.size() == before);
    phone.advance(seconds(1));
    CHECK(phone.sent.size() == before + 1);
    answer(phone, 200, "SIP-ETag: t2\r\nExpires: 600\r\n\r\n");
    CHECK(phone.last<PublicationState>().state == Value::published);
  }
  SUBCASE("until it expires") {
    phone.advance(seconds(330));
    CHECK(phone.last<PublicationState>().state == Value::ended);
    CHECK(phone.last<PublicationState>().cause == Ended::timeout);
  }
  SUBCASE("but not what is refused for good") {
    answer(phone, 403);
    CHECK(phone.last<PublicationState>().state == Value::ended);
    CHECK(phone.last<PublicationState>().cause == Ended::rejected);
  }
}

TEST_CASE("RFC 3903: an end that is asked for while a PUBLISH is open") {
  Phone phone;
  SUBCASE("the first one") {
    const std::uint32_t id = phone.execute(document("one"));
    phone.execute(Unpublish{id});
    CHECK(phone.sent.size() == 1);
    SUBCASE("accepted") {
      answer(phone, 200, "SIP-ETag: t1\r\n\r\n");
      CHECK(expires(phone.last_sent()) == "0");
      CHECK(tag(phone.last_sent()) == "t1");
      answer(phone, 200);
    }
    SUBCASE("refused") { answer(phone, 403); }
  }
  SUBCASE("a change that is refused: the former document is removed") {
    const std::uint32_t id = published(phone);
    Publish next = document("two");
    next.publication = id;
    phone.execute(next);
    phone.execute(Unpublish{id});
    answer(phone, 415);
    CHECK(expires(phone.last_sent()) == "0");
    answer(phone, 412);
    CHECK(phone.last<PublicationState>().cause == Ended::unpublished);
  }
  CHECK(phone.last<PublicationState>().state == Value::ended);
  CHECK(phone.agent.is_idle());
}

TEST_CASE("Publications: a lost connection") {
  Phone phone;
  SUBCASE("costs nothing while nothing is due") {
    published(phone);
    phone.disconnect();
    phone.advance(seconds(2));
    phone.connect();
    CHECK(phone.count<PublicationState>() == 2);
    phone.advance(seconds(298));
    CHECK(tag(phone.last_sent()) == "t1");
  }
  SUBCASE("while a PUBLISH is open: published anew") {
    phone.execute(document("one"));
    phone.disconnect();
    phone.advance(seconds(2));
    phone.connect();
    CHECK(phone.last_sent().body() == "one");
    answer(phone, 200, "SIP-ETag: t1\r\n\r\n");
    CHECK(phone.last<PublicationState>().state == Value::published);
  }
  SUBCASE("for good") {
    phone.execute(document("one"));
    phone.disconnect();
    phone.advance(seconds(33));
    CHECK(phone.last<PublicationState>().state == Value::ended);
    CHECK(phone.last<PublicationState>().cause == Ended::transport_error);
  }
}

TEST_CASE("Publications: a stop removes what is published") {
  Phone phone;
  published(phone);
  phone.execute(Stop{3000});
  CHECK(expires(phone.last_sent()) == "0");
  SUBCASE("answered") { answer(phone, 200); }
  SUBCASE("not answered") { phone.advance(seconds(2)); }
  CHECK(phone.last<PublicationState>().state == Value::ended);
  CHECK(phone.count<usage::Stopped>() == 1);
}
