/// Publications and subscriptions of the development server, message by message.
#include <doctest/doctest.h>

#include "message/headers/typed.hpp"
#include "phones.hpp"
#include "server/expires.hpp"
#include "server/notifier.hpp"

using namespace sipml;
using namespace sipml::server;
using namespace sipml::server::test;

namespace {

std::string pidf(std::string_view status, std::string_view id = "t") {
  return "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" "
         "entity=\"sip:alice@localhost\"><tuple id=\"" +
         std::string(id) + "\"><status><basic>" + std::string(status) +
         "</basic></status></tuple></presence>";
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// alice publishes, bob watches; both are registered.
struct Presence {
  Network network;
  Phone alice{network, 1, "alice"};
  Phone bob{network, 2, "bob"};
  std::string etag;

  explicit Presence(Config config = {}) : network(std::move(config)) {
    CHECK(alice.register_now().status() == 200);
    CHECK(bob.register_now().status() == 200);
  }

  message::Request publish_request(Phone& phone, std::string_view body, std::string_view match,
                                   std::string_view expires = "600") {
    const std::string aor = "sip:" + phone.user + "@localhost";
    auto request = phone.request("PUBLISH", aor, "<" + aor + ">", "publication");
    message::remove_fields(request.headers, "Contact");
    request.headers.push_back({"Event", "presence"});
    if (!match.empty()) request.headers.push_back({"SIP-If-Match", std::string(match)});
    if (!expires.empty()) request.headers.push_back({"Expires", std::string(expires)});
    if (!body.empty()) request.headers.push_back({"Content-Type", "application/pidf+xml"});
    request.body = body;
    return request;
  }

  /// PUBLISH of alice, which succeeds; the tag is remembered.
  Message publish(std::string_view body, std::string_view match = {},
                  std::string_view expires = "600") {
    Message response = alice.exchange(publish_request(alice, body, match, expires));
    CHECK(response.status() == 200);
    etag = value_of(response, HeaderName::sip_etag);
    CHECK_FALSE(etag.empty());
    return response;
  }

  message::Request subscribe_request(std::string_view expires = "600",
                                     std::string_view event = "presence") {
    auto request =
        bob.request("SUBSCRIBE", "sip:alice@localhost", "<sip:alice@localhost>", "watching");
    request.headers.push_back({"Event", std::string(event)});
    if (!expires.empty()) request.headers.push_back({"Expires", std::string(expires)});
    return request;
  }

  /// SUBSCRIBE of bob, which succeeds; the NOTIFY is left for him to take.
  Message subscribe(std::string_view expires = "600") {
    Message response = bob.exchange(subscribe_request(expires));
    CHECK(response.status() == 200);
    return response;
  }

  /// A SUBSCRIBE in the dialog that `response` made.
  message::Request refresh_request(Phone& phone, const Message& response,
                                   std::string_view expires) {
    const auto contact = uri::parse_name_addr(value_of(response, HeaderName::contact));
    REQUIRE(bool(contact));
    auto request = phone.request("SUBSCRIBE", uri::to_string(contact.value().uri),
                                 value_of(response, HeaderName::to), "watching");
    request.headers.push_back({"Event", "presence"});
    request.headers.push_back({"Expires", std::string(expires)});
    return request;
  }

  /// Takes bob's next NOTIFY and answers it.
  Message notified(Phone& phone, int status = 200, const message::HeaderFields& headers = {}) {
    Message notify = phone.take();
    CHECK(notify.method() == "NOTIFY");
    phone.reply(notify, status, {}, headers);
    return notify;
  }
  Message notified() { return notified(bob); }

  std::string state_of(const Message& notify) {
    return value_of(notify, HeaderName::subscription_state);
  }
};

}  // namespace

TEST_CASE("RFC 3903 6: a publication is answered with an entity tag and the time granted") {
  Presence p;
  CHECK(value_of(p.publish(pidf("open")), HeaderName::expires) == "600");
  const std::string first = p.etag;
  CHECK(value_of(p.publish({}, first), HeaderName::expires) == "600");
  CHECK(p.etag != first);
  CHECK(value_of(p.publish(pidf("closed"), p.etag, ""), HeaderName::expires) == "3600");
  CHECK(value_of(p.publish({}, p.etag, "999999"), HeaderName::expires) == "7200");
  CHECK(value_of(p.publish({}, p.etag, "many"), HeaderName::expires) == "3600");
  CHECK(value_of(p.publish({}, p.etag, "0"), HeaderName::expires) == "0");
}

TEST_CASE("RFC 3903 6: an entity tag that is not, or no longer, known is 412") {
  Presence p;
  const auto status = [&](std::string_view match, std::string_view expires) {
    return p.alice.exchange(p.publish_request(p.alice, pidf("open"), match, expires)).status();
  };
  CHECK(status("unknown", "600") == 412);
  p.publish(pidf("open"), {}, "10");
  const std::string first = p.etag;
  p.publish(pidf("closed"), first, "10");
  CHECK(status(first, "600") == 412);
  CHECK(status(first, "0") == 412);
  SUBCASE("another user's") {
    CHECK(p.bob.exchange(p.publish_request(p.bob, pidf("open"), p.etag)).status() == 412);
  }
  SUBCASE("expired") {
    p.network.advance(seconds(10));
    CHECK(status(p.etag, "600") == 412);
  }
  SUBCASE("removed") {
    p.publish({}, p.etag, "0");
    CHECK(status(p.etag, "600") == 412);
  }
  SUBCASE("two at a time") { CHECK(status(p.etag + ", x", "600") == 400); }
}

TEST_CASE("RFC 3903 6: publications that cannot be taken") {
  Presence p;
  auto request = p.publish_request(p.alice, pidf("open"), {});
  int expected = 0;
  SUBCASE("step 2: no event") {
    message::remove_fields(request.headers, "Event");
    expected = 489;
  }
  SUBCASE("step 2: an unknown event") {
    message::set_field(request.headers, "Event", "weather");
    expected = 489;
  }
  SUBCASE("step 2: a template of a known one") {
    message::set_field(request.headers, "Event", "presence.winfo");
    expected = 489;
  }
  SUBCASE("step 5: too brief") {
    message::set_field(request.headers, "Expires", "9");
    expected = 423;
  }
  SUBCASE("step 6: another content type") {
    message::set_field(request.headers, "Content-Type", "text/plain");
    expected = 415;
  }
  SUBCASE("step 6: an encoded body") {
    request.headers.push_back({"Content-Encoding", "gzip"});
    expected = 415;
  }
  SUBCASE("step 6: no body") {
    request.body.clear();
    expected = 400;
  }
  SUBCASE("step 6: a body that is not well-formed") {
    request.body.pop_back();
    expected = 400;
  }
  SUBCASE("step 6: a document of another kind") {
    request.body = "<presence xmlns=\"urn:else\"/>";
    expected = 400;
  }
  SUBCASE("an extension that is not known") {
    request.headers.push_back({"Require", "sec-agree"});
    expected = 420;
  }
  SUBCASE("state of somebody else") {
    request.request_uri = "sip:bob@localhost";
    expected = 403;
  }
  const Message refused = p.alice.exchange(request);
  CHECK(refused.status() == expected);
  switch (expected) {
    case 489:
      CHECK(value_of(refused, HeaderName::allow_events) == "presence, dialog, message-summary");
      break;
    case 423:
      CHECK(value_of(refused, HeaderName::min_expires) == "10");
      break;
    case 415:
      CHECK((refused.header(HeaderName::accept) || refused.header(HeaderName::accept_encoding)));
      break;
    case 420:
      CHECK(value_of(refused, HeaderName::unsupported) == "sec-agree");
      break;
    default:
      break;
  }
  // Nothing was published.
  p.subscribe();
  CHECK(holds(p.notified().body(), "closed"));
}

TEST_CASE("RFC 6665 4.2.1: a subscription is accepted and its state told at once") {
  Presence p;
  p.publish(pidf("open"));
  const Message ok = p.subscribe();
  CHECK(value_of(ok, HeaderName::expires) == "600");
  CHECK_FALSE(ok.to_tag().empty());
  CHECK(value_of(ok, HeaderName::contact) == notifier_contact);
  const Message notify = p.notified();
  CHECK(notify.request_uri() == "sip:bob@c2.invalid;transport=ws");
  CHECK(notify.call_id() == "watching");
  CHECK(notify.from_tag() == ok.to_tag());
  CHECK(notify.to_tag() == "bob-tag");
  CHECK(value_of(notify, HeaderName::event) == "presence");
  CHECK(p.state_of(notify) == "active;expires=600");
  CHECK(notify.content_type() == "application/pidf+xml");
  CHECK(notify.body() == pidf("open"));
  CHECK_FALSE(p.bob.has_message());
  CHECK_FALSE(p.alice.has_message());
}

TEST_CASE("RFC 6665 4.2.2: every change is told, and nothing else") {
  Presence p;
  p.subscribe();
  const Message first = p.notified();
  CHECK(holds(first.body(), "<basic>closed</basic>"));
  CHECK(holds(first.body(), "entity=\"sip:alice@localhost\""));
  p.publish(pidf("open"));
  const Message second = p.notified();
  CHECK(second.body() == pidf("open"));
  CHECK(second.cseq().number == first.cseq().number + 1);
  p.publish({}, p.etag);
  p.publish(pidf("open"), p.etag);
  CHECK_FALSE(p.bob.has_message());
  p.publish(pidf("closed"), p.etag);
  CHECK(p.notified().body() == pidf("closed"));
  p.publish({}, p.etag, "0");
  CHECK(holds(p.notified().body(), "offline"));
  p.publish(pidf("open"), {}, "10");
  CHECK(p.notified().body() == pidf("open"));
  p.network.advance(seconds(10));
  CHECK(holds(p.notified().body(), "offline"));
  CHECK_FALSE(p.bob.has_message());
}

TEST_CASE("RFC 6665 4.2.2: while a NOTIFY is unanswered, changes are gathered") {
  Presence p;
  p.subscribe();
  const Message first = p.bob.take();
  p.publish(pidf("open"));
  p.publish(pidf("open", "u"), p.etag);
  p.publish(pidf("open", "v"), p.etag);
  CHECK_FALSE(p.bob.has_message());
  p.bob.reply(first, 200);
  CHECK(p.notified().body() == pidf("open", "v"));
  CHECK_FALSE(p.bob.has_message());
}

TEST_CASE("RFC 6665 4.2.1.2: a refresh is answered, told, and lasts") {
  Presence p;
  const Message ok = p.subscribe("20");
  p.notified();
  p.network.advance(seconds(15));
  p.bob.send(p.refresh_request(p.bob, ok, "30"));
  const Message again = p.bob.take();
  CHECK(again.status() == 200);
  CHECK(value_of(again, HeaderName::expires) == "30");
  CHECK(again.to_tag() == ok.to_tag());
  CHECK(p.state_of(p.notified()) == "active;expires=30");
  p.network.advance(seconds(29));
  CHECK_FALSE(p.bob.has_message());
  p.network.advance(seconds(1));
  CHECK(p.state_of(p.notified()) == "terminated;reason=timeout");
}

TEST_CASE("RFC 6665 4.2.2: a subscription that is not refreshed ends by timeout") {
  Presence p;
  const Message ok = p.subscribe("10");
  CHECK(p.state_of(p.notified()) == "active;expires=10");
  p.network.advance(seconds(10));
  const Message last = p.notified();
  CHECK(p.state_of(last) == "terminated;reason=timeout");
  CHECK(holds(last.body(), "offline"));
  p.publish(pidf("open"));
  CHECK_FALSE(p.bob.has_message());
  p.bob.send(p.refresh_request(p.bob, ok, "30"));
  CHECK(p.bob.take().status() == 481);
}

TEST_CASE("RFC 6665 4.2.1.4: Expires 0 ends a subscription with a last NOTIFY") {
  Presence p;
  p.publish(pidf("open"));
  const Message ok = p.subscribe();
  p.notified();
  p.bob.send(p.refresh_request(p.bob, ok, "0"));
  const Message done = p.bob.take();
  CHECK(done.status() == 200);
  CHECK(value_of(done, HeaderName::expires) == "0");
  const Message last = p.notified();
  CHECK(p.state_of(last) == "terminated;reason=timeout");
  CHECK(last.body() == pidf("open"));
  p.publish({}, p.etag, "0");
  CHECK_FALSE(p.bob.has_message());
  p.bob.send(p.refresh_request(p.bob, ok, "0"));
  CHECK(p.bob.take().status() == 481);
}

TEST_CASE("RFC 6665 4.4.3: a subscription for no time fetches the state") {
  Presence p;
  p.publish(pidf("open"));
  CHECK(value_of(p.subscribe("0"), HeaderName::expires) == "0");
  const Message notify = p.notified();
  CHECK(p.state_of(notify) == "terminated;reason=timeout");
  CHECK(notify.body() == pidf("open"));
  p.publish({}, p.etag, "0");
  CHECK_FALSE(p.bob.has_message());
}

TEST_CASE("RFC 6665 4.2.1: subscriptions that cannot be taken") {
  Presence p;
  auto request = p.subscribe_request();
  int expected = 0;
  HeaderName header = HeaderName::count;
  std::string value;
  SUBCASE("no Event") {
    message::remove_fields(request.headers, "Event");
    expected = 489;
    header = HeaderName::allow_events;
    value = "presence, dialog, message-summary";
  }
  SUBCASE("too brief") {
    message::set_field(request.headers, "Expires", "9");
    expected = 423;
    header = HeaderName::min_expires;
    value = "10";
  }
  SUBCASE("documents that nobody makes") {
    request.headers.push_back({"Accept", "application/xpidf+xml, text/*"});
    expected = 406;
    header = HeaderName::accept;
    value = "application/pidf+xml";
  }
  SUBCASE("no Contact") {
    message::remove_fields(request.headers, "Contact");
    expected = 400;
  }
  SUBCASE("an extension that is not known") {
    request.headers.push_back({"Require", "eventlist"});
    expected = 420;
    header = HeaderName::unsupported;
    value = "eventlist";
  }
  SUBCASE("headers that would have to be kept") {
    request.headers.push_back(
        {"Record-Route", "<sip:a;x=" + std::string(limits::subscription_size, 'x') + ">"});
    expected = 400;
  }
  SUBCASE("a user with too long a name") {
    request.request_uri = "sip:" + std::string(limits::user_size + 1, 'x') + "@localhost";
    expected = 404;
  }
  const Message refused = p.bob.exchange(request);
  CHECK(refused.status() == expected);
  if (header != HeaderName::count) CHECK(value_of(refused, header) == value);
  CHECK_FALSE(p.bob.has_message());
}

TEST_CASE("RFC 6665 4.4.2: Accept is looked at for what is notified") {
  for (std::string_view accept :
       {"application/pidf+xml", "text/plain, application/PIDF+xml;q=0.3", "application/*", "*/*"}) {
    CAPTURE(accept);
    Presence p;
    auto request = p.subscribe_request();
    request.headers.push_back({"Accept", std::string(accept)});
    CHECK(p.bob.exchange(request).status() == 200);
    CHECK(p.bob.take().method() == "NOTIFY");
  }
}

TEST_CASE("RFC 6665 4.2.1: requests in dialogs that are not") {
  Presence p;
  const Message ok = p.subscribe();
  p.notified();
  auto request = p.refresh_request(p.bob, ok, "60");
  int expected = 481;
  SUBCASE("another tag") {
    message::set_field(request.headers, "To", "<sip:alice@localhost>;tag=1-guess");
  }
  SUBCASE("no number in it") {
    message::set_field(request.headers, "To", "<sip:alice@localhost>;tag=guess");
  }
  SUBCASE("another Call-ID") { message::set_field(request.headers, "Call-ID", "other"); }
  SUBCASE("4.5.1: another event in the same dialog") {
    message::set_field(request.headers, "Event", "presence;id=2");
  }
  SUBCASE("RFC 3261 12.2.2: an older CSeq") {
    message::set_field(request.headers, "CSeq", "0 SUBSCRIBE");
    expected = 500;
  }
  SUBCASE("another method") {
    request.method = "INFO";
    message::set_field(request.headers, "CSeq", "90 INFO");
    expected = 405;
  }
  SUBCASE("too brief, and the subscription goes on") {
    message::set_field(request.headers, "Expires", "5");
    expected = 423;
  }
  p.bob.send(request);
  CHECK(p.bob.take().status() == expected);
  CHECK_FALSE(p.bob.has_message());
  p.publish(pidf("open"));
  CHECK(p.notified().body() == pidf("open"));
}

TEST_CASE("RFC 6665 8.2.1: the id of an Event is repeated in each NOTIFY") {
  Presence p;
  CHECK(p.bob.exchange(p.subscribe_request("60", "presence;id=7;x=y")).status() == 200);
  CHECK(value_of(p.notified(), HeaderName::event) == "presence;id=7");
}

TEST_CASE("RFC 6665 4.2.2: a subscriber that refuses or does not answer is told no more") {
  Presence p;
  p.subscribe();
  const Message notify = p.bob.take();
  SUBCASE("481") { p.bob.reply(notify, 481); }
  SUBCASE("481 with Retry-After") { p.bob.reply(notify, 481, {}, {{"Retry-After", "1"}}); }
  SUBCASE("another failure") { p.bob.reply(notify, 500); }
  SUBCASE("a redirection") { p.bob.reply(notify, 302); }
  SUBCASE("no response") { p.network.advance(seconds(32)); }
  p.publish(pidf("open"));
  p.network.advance(seconds(60));
  CHECK_FALSE(p.bob.has_message());
}

TEST_CASE("RFC 6665 4.2.2: a failure with Retry-After puts the NOTIFY off") {
  Presence p;
  p.subscribe();
  p.notified(p.bob, 503, {{"Retry-After", "7 (busy)"}});
  p.publish(pidf("open"));
  p.network.advance(seconds(6));
  CHECK_FALSE(p.bob.has_message());
  p.network.advance(seconds(1));
  CHECK(p.notified().body() == pidf("open"));
  CHECK_FALSE(p.bob.has_message());
}

TEST_CASE("RFC 6665 4.2.1.2: a refresh does not wait for a NOTIFY that is not answered") {
  Presence p;
  const Message ok = p.subscribe();
  const Message lost = p.bob.take();
  p.bob.send(p.refresh_request(p.bob, ok, "60"));
  CHECK(p.bob.take().status() == 200);
  CHECK(p.state_of(p.notified()) == "active;expires=60");
  // What happens to the earlier one does not matter any more.
  p.bob.reply(lost, 481);
  p.publish(pidf("open"));
  CHECK(p.notified().body() == pidf("open"));
}

TEST_CASE("RFC 6665 4.2: a subscriber that reconnects goes on by a refresh") {
  Presence p;
  const Message ok = p.subscribe("100");
  const Message first = p.bob.take();
  SUBCASE("the NOTIFY was answered") { p.bob.reply(first, 200); }
  SUBCASE("the NOTIFY was lost with the connection") {}
  p.network.disconnect(2);
  p.publish(pidf("open"));
  Phone bob(p.network, 3, "bob");
  bob.register_now();
  CHECK_FALSE(bob.has_message());
  auto refresh = p.refresh_request(bob, ok, "100");
  message::set_field(refresh.headers, "CSeq", "50 SUBSCRIBE");
  bob.send(refresh);
  CHECK(bob.take().status() == 200);
  const Message notify = p.notified(bob);
  CHECK(notify.body() == pidf("open"));
  CHECK(notify.request_uri() == "sip:bob@c3.invalid;transport=ws");
  p.publish(pidf("closed"), p.etag);
  CHECK(p.notified(bob).body() == pidf("closed"));
}

TEST_CASE("RFC 6665 4.2: of subscribers that do not come back nothing is left") {
  Presence p;
  p.subscribe("100");
  p.notified();
  p.network.disconnect(2);
  p.network.disconnect(1);
  p.network.advance(seconds(100));
  CHECK_FALSE(p.network.server.deadline());
}

TEST_CASE("RFC 3903 6: publications leave nothing behind") {
  Presence p;
  p.publish(pidf("open"), {}, "10");
  p.alice.register_now("0");
  p.bob.register_now("0");
  p.network.advance(seconds(32));
  CHECK_FALSE(p.network.server.deadline());
}

TEST_CASE("RFC 3856 6.6: who has gone is offline, whatever was published") {
  Presence p;
  p.publish(pidf("open"));
  p.subscribe();
  CHECK(p.notified().body() == pidf("open"));
  SUBCASE("the page was closed") { p.network.disconnect(1); }
  SUBCASE("the user un-registered") { CHECK(p.alice.register_now("0").status() == 200); }
  SUBCASE("the registration expired") {
    // One of bob's keeps him reachable.
    p.network.advance(seconds(599));
    p.network.advance(seconds(1));
  }
  const Message notify = p.notified();
  CHECK(holds(notify.body(), "<basic>closed</basic>"));
}

TEST_CASE("RFC 3903 4.3: a publisher that reconnects refreshes what it published") {
  Presence p;
  p.publish(pidf("open"));
  p.subscribe();
  p.notified();
  p.network.disconnect(1);
  CHECK(holds(p.notified().body(), "offline"));
  Phone alice(p.network, 3, "alice");
  alice.register_now();
  CHECK_FALSE(p.bob.has_message());
  CHECK(alice.exchange(p.publish_request(alice, {}, p.etag)).status() == 200);
  CHECK(p.notified().body() == pidf("open"));
}

TEST_CASE("RFC 3903 4.1: who is not registered may publish, and counts") {
  Presence p;
  Phone guest(p.network, 3, "guest");
  CHECK(guest.exchange(p.publish_request(guest, pidf("open"), {})).status() == 200);
  auto request = p.subscribe_request();
  request.request_uri = "sip:guest@localhost";
  CHECK(p.bob.exchange(request).status() == 200);
  CHECK(p.notified().body() == pidf("open"));
}

TEST_CASE("RFC 3856 6.7: who was never heard of can be watched, and comes on-line later") {
  Presence p;
  auto request = p.subscribe_request();
  request.request_uri = "sip:carol@localhost;transport=ws";
  CHECK(p.bob.exchange(request).status() == 200);
  const Message first = p.notified();
  CHECK(holds(first.body(), "offline"));
  CHECK(holds(first.body(), "entity=\"sip:carol@localhost\""));
  Phone carol(p.network, 3, "carol");
  carol.register_now();
  CHECK(carol.exchange(p.publish_request(carol, pidf("open"), {})).status() == 200);
  CHECK(p.notified().body() == pidf("open"));
}

TEST_CASE("RFC 3903 6: publications of several devices make one document") {
  Presence p;
  p.publish(pidf("open", "desk"));
  p.subscribe();
  p.notified();
  Phone second(p.network, 3, "alice");
  second.register_now();
  const Message ok = second.exchange(p.publish_request(second, pidf("closed", "mobile"), {}));
  CHECK(ok.status() == 200);
  const Message both = p.notified();
  CHECK(holds(both.body(), "<tuple id=\"desk\"><status><basic>open</basic>"));
  CHECK(holds(both.body(), "<tuple id=\"mobile\"><status><basic>closed</basic>"));
  // The last change comes first.
  CHECK(both.body().find("mobile") < both.body().find("desk"));
  SUBCASE("one device leaves") {
    p.network.disconnect(3);
    CHECK(p.notified().body() == pidf("open", "desk"));
  }
  SUBCASE("one publication is removed") {
    p.publish({}, p.etag, "0");
    CHECK(p.notified().body() == pidf("closed", "mobile"));
  }
}

TEST_CASE("RFC 4235 4.1: published dialogs are told with the versions of the subscription") {
  Presence p;
  CHECK(p.bob.exchange(p.subscribe_request("60", "dialog")).status() == 200);
  const Message first = p.notified();
  CHECK(first.content_type() == "application/dialog-info+xml");
  CHECK(holds(first.body(), "version=\"0\" state=\"full\" entity=\"sip:alice@localhost\""));
  auto request = p.publish_request(p.alice,
                                   "<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" "
                                   "version=\"70\" state=\"full\" entity=\"sip:alice@localhost\">"
                                   "<dialog id=\"d\"><state>early</state></dialog></dialog-info>",
                                   {});
  message::set_field(request.headers, "Event", "dialog");
  message::set_field(request.headers, "Content-Type", "application/dialog-info+xml");
  CHECK(p.alice.exchange(request).status() == 200);
  const Message second = p.notified();
  CHECK(holds(second.body(), "version=\"1\" state=\"full\""));
  CHECK(holds(second.body(), "<dialog id=\"d\"><state>early</state></dialog>"));
}

TEST_CASE("RFC 3842 5.2: without a message system no message waits; one can publish") {
  Presence p;
  CHECK(p.bob.exchange(p.subscribe_request("60", "message-summary")).status() == 200);
  const Message first = p.notified();
  CHECK(first.content_type() == "application/simple-message-summary");
  CHECK(first.body() == "Messages-Waiting: no\r\n");
  const std::string summary = "Messages-Waiting: yes\r\nVoice-Message: 2/1 (0/0)\r\n";
  auto request = p.publish_request(p.alice, summary, {});
  message::set_field(request.headers, "Event", "message-summary");
  message::set_field(request.headers, "Content-Type", "application/simple-message-summary");
  CHECK(p.alice.exchange(request).status() == 200);
  CHECK(p.notified().body() == summary);
  // Presence is another thing.
  CHECK(p.bob.exchange(p.subscribe_request("0")).status() == 200);
  CHECK(holds(p.notified().body(), "offline"));
}

TEST_CASE("RFC 6665 4.2.1: events of user agents are theirs to answer") {
  Presence p;
  p.bob.send(p.subscribe_request("60", "conference"));
  const Message received = p.alice.take();
  CHECK(received.method() == "SUBSCRIBE");
  p.alice.reply(received, 489);
  CHECK(p.bob.take().status() == 489);
}

TEST_CASE("RFC 6665 4.1.3: a NOTIFY of nobody's subscription reaches a registered user") {
  Presence p;
  auto notify = p.alice.request("NOTIFY", "sip:bob@localhost", "<sip:bob@localhost>", "unasked");
  notify.headers.push_back({"Event", "message-summary"});
  notify.headers.push_back({"Subscription-State", "active"});
  p.alice.send(notify);
  const Message received = p.bob.take();
  CHECK(value_of(received, HeaderName::event) == "message-summary");
  p.bob.reply(received, 481);
  CHECK(p.alice.take().status() == 481);
}

TEST_CASE("RFC 3903 6, RFC 6665 4.2.1: PUBLISH and SUBSCRIBE are challenged as REGISTER is") {
  Config config;
  config.accounts["alice"] = config.accounts["bob"] = "secret";
  Presence p(std::move(config));
  const auto publication = p.publish_request(p.alice, pidf("open"), {});
  p.alice.send(publication);
  const Message challenge = p.alice.take();
  CHECK(challenge.status() == 401);
  CHECK(challenge.header(HeaderName::www_authenticate));
  p.publish(pidf("open"));
  p.bob.send(p.subscribe_request());
  CHECK(p.bob.take().status() == 401);
  p.subscribe();
  CHECK(p.notified().body() == pidf("open"));
  Phone liar(p.network, 3, "alice", "wrong");
  CHECK(liar.exchange(p.publish_request(liar, pidf("closed"), {})).status() == 401);
  CHECK_FALSE(p.bob.has_message());
}

TEST_CASE("RFC 3903 6: who has no account publishes from a connection that is registered") {
  Presence p;
  Phone liar(p.network, 3, "alice");
  CHECK(liar.exchange(p.publish_request(liar, pidf("open"), {})).status() == 403);
  Phone other(p.network, 4, "bob");
  auto request = p.subscribe_request();
  other.send(request);
  CHECK(other.take().status() == 403);
}

TEST_CASE("RFC 6665 4.2.1: a server that challenges inside dialogs challenges refreshes") {
  Config config;
  config.accounts["bob"] = "secret";
  config.challenges_in_dialogs = true;
  Presence p(std::move(config));
  const Message ok = p.subscribe();
  p.notified();
  const auto refresh = p.refresh_request(p.bob, ok, "60");
  p.bob.send(refresh);
  CHECK(p.bob.take().status() == 401);
  CHECK(p.bob.exchange(refresh).status() == 200);
  CHECK(p.state_of(p.notified()) == "active;expires=60");
}

TEST_CASE("A user may publish a limited number of documents, and of limited size") {
  Presence p;
  for (std::size_t i = 0; i < limits::publications_per_presentity; ++i) p.publish(pidf("open"));
  const std::string last = p.etag;
  CHECK(p.alice.exchange(p.publish_request(p.alice, pidf("open"), {})).status() == 503);
  p.publish({}, last, "0");
  std::string body = pidf("open");
  body.append(limits::publication_size - body.size(), ' ');
  p.publish(body);
  body += ' ';
  CHECK(p.alice.exchange(p.publish_request(p.alice, body, p.etag)).status() == 413);
}

TEST_CASE("All users together publish a limited number of documents") {
  Presence p;
  std::size_t published = 0;
  int status = 200;
  for (std::size_t i = 0; status == 200 && i < 2 * limits::publication_count; ++i) {
    auto request = p.publish_request(p.alice, pidf("open"), {});
    const std::string user = "u" + std::to_string(i);
    request.request_uri = "sip:" + user + "@localhost";
    message::set_field(request.headers, "From", "<sip:" + user + "@localhost>;tag=1");
    p.alice.send(request);
    status = p.alice.take().status();
    if (status == 200) ++published;
    p.network.advance(milliseconds(200));
  }
  CHECK(status == 503);
  CHECK(published == limits::publication_count);
}

TEST_CASE("All publications together take a limited amount of memory") {
  Presence p;
  std::string body = pidf("open");
  body.append(limits::publication_size - body.size(), ' ');
  std::size_t published = 0;
  int status = 200;
  for (std::size_t i = 0; status == 200 && i < limits::publication_count; ++i) {
    auto request = p.publish_request(p.alice, body, {});
    const std::string user = "u" + std::to_string(i);
    request.request_uri = "sip:" + user + "@localhost";
    message::set_field(request.headers, "From", "<sip:" + user + "@localhost>;tag=1");
    p.alice.send(request);
    status = p.alice.take().status();
    if (status == 200) ++published;
  }
  CHECK(status == 503);
  CHECK(published == limits::publication_octets / limits::publication_size);
}

TEST_CASE("A connection holds a limited number of subscriptions") {
  Presence p;
  const auto subscribe = [&](Phone& phone) {
    auto request =
        phone.request("SUBSCRIBE", "sip:alice@localhost", "<sip:alice@localhost>", "many");
    request.headers.push_back({"Event", "presence"});
    phone.send(request);
    const int status = phone.take().status();
    if (status == 200) p.notified(phone);
    return status;
  };
  for (std::size_t i = 0; i < limits::subscriptions_per_connection; ++i) {
    CHECK(subscribe(p.bob) == 200);
    p.network.advance(milliseconds(200));
  }
  CHECK(subscribe(p.bob) == 503);
  // All together, too; those that have lost their connection make room.
  const std::size_t phones = limits::subscription_count / limits::subscriptions_per_connection;
  std::deque<Phone> others;
  for (std::size_t i = 1; i < phones; ++i) {
    const auto number = static_cast<Connection>(i + 10);
    others.emplace_back(p.network, number, "guest" + std::to_string(i));
    for (std::size_t j = 0; j < limits::subscriptions_per_connection; ++j) {
      CHECK(subscribe(others.back()) == 200);
      p.network.advance(milliseconds(200));
    }
  }
  Phone late(p.network, 3, "late");
  CHECK(subscribe(late) == 503);
  p.network.disconnect(2);
  CHECK(subscribe(late) == 200);
}

TEST_CASE("RFC 6665 4.2.2: without room for a transaction the NOTIFY is sent later") {
  Presence p;
  p.publish(pidf("open"));
  p.subscribe();
  p.notified();
  Phone carol(p.network, 3, "carol");
  carol.register_now();
  // carol's phone leaves more requests unanswered than there may be transactions.
  std::deque<Phone> callers;
  bool is_full = false;
  for (Connection i = 10; !is_full && i < 30; ++i) {
    callers.emplace_back(p.network, i, "caller" + std::to_string(i));
    Phone& caller = callers.back();
    for (std::size_t j = 0; j < 60 && !is_full; ++j) {
      caller.send(caller.request("MESSAGE", "sip:carol@localhost", "<sip:carol@localhost>", "m"));
      is_full = caller.has_message();
    }
  }
  REQUIRE(is_full);
  p.network.disconnect(1);
  CHECK_FALSE(p.bob.has_message());
  p.network.advance(seconds(30));
  CHECK_FALSE(p.bob.has_message());
  p.network.advance(seconds(10));
  CHECK(holds(p.notified().body(), "offline"));
  CHECK_FALSE(p.bob.has_message());
}
