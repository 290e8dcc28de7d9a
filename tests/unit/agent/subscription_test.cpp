/// Subscriptions as RFC 6665 has them, with the notifier's part played by the test.
#include <doctest/doctest.h>

#include <string>

#include "unit/agent/phone.hpp"

using namespace sipml;
using namespace sipml::agent;
using message::HeaderName;
using test::Phone;
using usage::CommandErrorCode;
using usage::SubscriptionState;
using Value = usage::SubscriptionState::Value;
using Ended = usage::SubscriptionState::Ended;

namespace {

Subscribe to_bob(std::string event = "presence") {
  Subscribe command;
  command.to = "bob";
  command.event = std::move(event);
  command.expires = 600;
  return command;
}

void answer(Phone& phone, int status, std::string_view more = "\r\n") {
  phone.receive(Phone::response(phone.last_sent(), status, "n1", more));
}

constexpr std::string_view ok = "Expires: 600\r\nContact: <sip:bob@b.invalid>\r\n\r\n";

/// A NOTIFY of the dialog that `subscribe` asked for.
struct Notifier {
  explicit Notifier(const message::Message& subscribe)
      : call_id(subscribe.call_id()), local(*subscribe.header(HeaderName::from)) {}

  std::string notify(std::string_view state, std::string_view more = {},
                     std::string_view tag = "n1") {
    const std::string n = std::to_string(++cseq);
    std::string text = "NOTIFY sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKn" +
                       call_id + n + "\r\nFrom: <sip:bob@example.org>;tag=" + std::string(tag) +
                       "\r\nTo: " + local + "\r\nCall-ID: " + call_id + "\r\nCSeq: " + n +
                       " NOTIFY\r\nContact: <sip:bob@c.invalid>\r\nEvent: " + event + "\r\n";
    if (!state.empty()) text += "Subscription-State: " + std::string(state) + "\r\n";
    return text + std::string(more) + "\r\n";
  }

  std::string call_id;
  std::string local;
  std::string event = "presence";
  int cseq = 0;
};

std::string expires(const message::Message& request) {
  return std::string(request.header(HeaderName::expires).value_or("none"));
}

Value state(const Phone& phone) { return phone.last<SubscriptionState>().state; }

struct Active {
  Active() : id(phone.execute(to_bob())), notifier(phone.last_sent()) {
    answer(phone, 200, ok);
    phone.receive(notifier.notify("active;expires=600"));
    REQUIRE(state(phone) == Value::active);
  }
  Phone phone;
  std::uint32_t id;
  Notifier notifier;
};

}  // namespace

TEST_CASE("RFC 6665 4.1.2: subscribed, notified, refreshed, un-subscribed") {
  Phone phone;
  Subscribe command = to_bob();
  command.accept = {"application/pidf+xml", "text/plain"};
  command.caps = {{"+x", ""}};
  const std::uint32_t id = phone.execute(command);
  CHECK(state(phone) == Value::subscribing);
  auto sent = phone.last_sent();
  CHECK(sent.method() == "SUBSCRIBE");
  CHECK(sent.request_uri() == "sip:bob@example.org");
  CHECK(sent.header(HeaderName::event) == "presence");
  CHECK(sent.header(HeaderName::accept) == "application/pidf+xml, text/plain");
  CHECK(expires(sent) == "600");
  CHECK(sent.header(HeaderName::contact)->ends_with(";+x"));
  Notifier notifier(sent);
  answer(phone, 202, ok);
  CHECK(state(phone) == Value::accepted);
  CHECK(phone.last<SubscriptionState>().expires == 600);
  phone.receive(notifier.notify("pending;expires=600"));
  CHECK(state(phone) == Value::pending);
  CHECK(phone.last_sent().status() == 200);
  phone.receive(notifier.notify("active;expires=600", "Content-Type: application/pidf+xml\r\n"));
  CHECK(state(phone) == Value::active);
  const auto& notify = phone.last<usage::Notify>();
  CHECK(notify.subscription == id);
  CHECK(notify.event == "presence");
  CHECK(notify.state == "active");
  CHECK(notify.expires == 600u);
  CHECK(notify.from.user == "bob");
  CHECK(notify.content_type == "application/pidf+xml");

  phone.advance(seconds(300));
  sent = phone.last_sent();
  CHECK(sent.request_uri() == "sip:bob@c.invalid");
  CHECK(sent.to_tag() == "n1");
  CHECK(sent.cseq().number == 2);
  answer(phone, 200, ok);
  CHECK(state(phone) == Value::accepted);
  phone.receive(notifier.notify("active;expires=600"));

  phone.execute(Unsubscribe{id});
  CHECK(state(phone) == Value::unsubscribing);
  CHECK(phone.refused(Unsubscribe{id}) == CommandErrorCode::wrong_state);
  CHECK(expires(phone.last_sent()) == "0");
  answer(phone, 200, "Expires: 0\r\n\r\n");
  CHECK(state(phone) == Value::unsubscribing);
  const std::size_t before = phone.sent.size();
  phone.receive(notifier.notify("terminated;reason=timeout"));
  CHECK(phone.last_sent().status() == 200);
  CHECK(state(phone) == Value::ended);
  CHECK(phone.last<SubscriptionState>().cause == Ended::unsubscribed);
  phone.advance(seconds(2000));
  CHECK(phone.sent.size() == before + 1);
  CHECK(phone.agent.is_idle());
  phone.receive(notifier.notify("active"));
  CHECK(phone.last_sent().status() == 481);
}

TEST_CASE("RFC 6665 4.1.2.4: a NOTIFY before the response makes the dialog") {
  Phone phone;
  phone.execute(to_bob());
  const auto subscribe = phone.last_sent();
  Notifier notifier(subscribe);
  phone.receive(notifier.notify("active;expires=100", "Record-Route: <sip:p1;lr>\r\n"));
  CHECK(phone.last_sent().status() == 200);
  CHECK(state(phone) == Value::active);
  phone.receive(Phone::response(subscribe, 200, "n1", ok));
  // The NOTIFY had shortened it.
  CHECK(phone.last<SubscriptionState>().expires == 100);
  phone.advance(seconds(50));
  CHECK(phone.last_sent().method() == "SUBSCRIBE");
  CHECK(phone.last_sent().cseq().number == 2);
  CHECK(phone.last_sent().to_tag() == "n1");
  CHECK(phone.last_sent().header(HeaderName::route) == "<sip:p1;lr>");
}

TEST_CASE("RFC 6665 4.1.4: the first NOTIFY of a fork makes the subscription") {
  Phone phone;
  phone.execute(to_bob());
  Notifier notifier(phone.last_sent());
  answer(phone, 200, ok);
  phone.receive(notifier.notify("active", {}, "n2"));
  CHECK(phone.last_sent().status() == 200);
  phone.receive(notifier.notify("active", {}, "n1"));
  CHECK(phone.last_sent().status() == 481);
  phone.receive(notifier.notify("active", {}, "n2"));
  CHECK(phone.last_sent().status() == 200);
  CHECK(phone.count<usage::Notify>() == 2);
}

TEST_CASE("RFC 6665 4.1.3: what is no NOTIFY of ours") {
  Active a;
  const std::size_t told = a.phone.count<usage::Notify>();
  SUBCASE("another event") { a.notifier.event = "dialog"; }
  SUBCASE("another id") { a.notifier.event = "presence;id=2"; }
  a.phone.receive(a.notifier.notify("active"));
  if (a.notifier.event != "presence") {
    CHECK(a.phone.last_sent().status() == 481);
    CHECK(a.phone.count<usage::Notify>() == told);
  }
  a.notifier.event = "";
  a.phone.receive(a.notifier.notify("active"));
  CHECK(a.phone.last_sent().status() == 400);
  a.notifier.event = "Presence";
  a.phone.receive(a.notifier.notify("active", "Content-Encoding: gzip\r\n"));
  // Without a body there is nothing to undo.
  CHECK(a.phone.last_sent().status() == 200);
  a.notifier.cseq = 0;
  a.phone.receive(a.notifier.notify("active;again"));
  CHECK(state(a.phone) == Value::active);
}

TEST_CASE("RFC 6665 4.4.1: events with an id") {
  Phone phone;
  phone.execute(to_bob("dialog;id=7"));
  Notifier notifier(phone.last_sent());
  CHECK(phone.last_sent().header(HeaderName::event) == "dialog;id=7");
  answer(phone, 200, ok);
  notifier.event = "dialog";
  phone.receive(notifier.notify("active"));
  CHECK(phone.last_sent().status() == 481);
  notifier.event = "dialog;id=7";
  phone.receive(notifier.notify("active"));
  CHECK(phone.last_sent().status() == 200);
}

TEST_CASE("RFC 6665 8.2.3: a Subscription-State that is malformed or missing says nothing new") {
  Phone phone;
  phone.execute(to_bob());
  Notifier notifier(phone.last_sent());
  answer(phone, 200, ok);
  SUBCASE("missing") { phone.receive(notifier.notify("")); }
  SUBCASE("malformed") { phone.receive(notifier.notify(";;=")); }
  CHECK(phone.last_sent().status() == 200);
  CHECK(phone.last<usage::Notify>().state.empty());
  CHECK(state(phone) == Value::active);
}

TEST_CASE("RFC 6665 4.1.2.3: notifications do not put the refresh off") {
  Active a;
  for (int i = 0; i < 29; ++i) {
    a.phone.advance(seconds(10));
    a.phone.receive(a.notifier.notify("active;expires=600"));
    CHECK(a.phone.last_sent().status() == 200);
  }
  a.phone.advance(seconds(10));
  CHECK(a.phone.last_sent().method() == "SUBSCRIBE");
}

TEST_CASE("RFC 6665 4.1.2: how the first SUBSCRIBE fails") {
  Phone phone;
  phone.execute(to_bob());
  SUBCASE("refused") {
    answer(phone, 489, "Allow-Events: dialog\r\n\r\n");
    CHECK(phone.last<SubscriptionState>().cause == Ended::rejected);
    CHECK(phone.last<SubscriptionState>().status == 489);
  }
  SUBCASE("not answered") {
    phone.advance(seconds(33));
    CHECK(phone.last<SubscriptionState>().cause == Ended::timeout);
  }
  SUBCASE("accepted, and no NOTIFY within timer N") {
    answer(phone, 200, ok);
    phone.advance(seconds(31));
    CHECK(state(phone) == Value::accepted);
    phone.advance(seconds(1));
    CHECK(phone.last<SubscriptionState>().cause == Ended::timeout);
  }
  CHECK(state(phone) == Value::ended);
  CHECK(phone.agent.is_idle());
}

TEST_CASE("RFC 6665 4.1.2: challenges and 423") {
  Phone phone;
  phone.execute(to_bob());
  answer(phone, 401, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n\r\n");
  CHECK(phone.last_sent().cseq().number == 2);
  answer(phone, 423, "Min-Expires: 1800\r\n\r\n");
  CHECK(expires(phone.last_sent()) == "1800");
  CHECK(phone.last_sent().cseq().number == 3);
  Notifier notifier(phone.last_sent());
  answer(phone, 200, "Expires: 1800\r\nContact: <sip:bob@b.invalid>\r\n\r\n");
  phone.receive(notifier.notify("active;expires=1800"));
  phone.advance(seconds(1200));
  answer(phone, 407, "Proxy-Authenticate: Digest realm=\"p\", nonce=\"m\"\r\n\r\n");
  CHECK(phone.last_sent().cseq().number == 5);
  CHECK(phone.last_sent().to_tag() == "n1");
  CHECK(phone.last_sent().header(HeaderName::proxy_authorization));
}

TEST_CASE("RFC 6665 4.1.2.2: how a refresh fails") {
  Active a;
  a.phone.advance(seconds(300));
  REQUIRE(a.phone.last_sent().method() == "SUBSCRIBE");
  SUBCASE("481: subscribed anew") {
    answer(a.phone, 481);
    CHECK(state(a.phone) == Value::subscribing);
    CHECK(a.phone.last_sent().to_tag().empty());
    CHECK(a.phone.last_sent().call_id() != a.notifier.call_id);
    Notifier next(a.phone.last_sent());
    answer(a.phone, 200, ok);
    a.phone.receive(next.notify("active;expires=600"));
    CHECK(state(a.phone) == Value::active);
  }
  SUBCASE("404: it is over") {
    answer(a.phone, 404);
    CHECK(a.phone.last<SubscriptionState>().cause == Ended::rejected);
  }
  SUBCASE("500: it lives until it expires") {
    answer(a.phone, 500, "Retry-After: 60\r\n\r\n");
    CHECK(state(a.phone) == Value::active);
    const std::size_t before = a.phone.sent.size();
    a.phone.advance(seconds(59));
    CHECK(a.phone.sent.size() == before);
    a.phone.advance(seconds(1));
    CHECK(a.phone.sent.size() == before + 1);
    answer(a.phone, 500, "Retry-After: 3600\r\n\r\n");
    CHECK(state(a.phone) == Value::ended);
  }
  SUBCASE("no answer: tried again") {
    a.phone.advance(seconds(62));
    CHECK(state(a.phone) == Value::active);
    answer(a.phone, 200, ok);
    CHECK(state(a.phone) == Value::accepted);
  }
  SUBCASE("accepted, and no NOTIFY within timer N: subscribed anew") {
    answer(a.phone, 200, ok);
    a.phone.advance(seconds(32));
    CHECK(state(a.phone) == Value::subscribing);
    CHECK(a.phone.last_sent().call_id() != a.notifier.call_id);
  }
  SUBCASE("RFC 5839 7: 204 says that none will come") {
    answer(a.phone, 204, ok);
    a.phone.advance(seconds(40));
    CHECK(state(a.phone) == Value::accepted);
  }
}

TEST_CASE("RFC 6665 4.1.3: what follows a termination") {
  Active a;
  const auto sent_after = [&a](std::string_view how) {
    a.phone.receive(a.notifier.notify("terminated;" + std::string(how)));
    CHECK(a.phone.last<usage::Notify>().state == "terminated");
    return a.phone.last_sent().method() == "SUBSCRIBE";
  };
  const auto sent_within = [&a](int time) {
    const std::size_t before = a.phone.sent.size();
    a.phone.advance(seconds(time));
    return a.phone.sent.size() > before;
  };
  SUBCASE("deactivated: at once") {
    CHECK(sent_after("reason=deactivated"));
    CHECK(state(a.phone) == Value::subscribing);
    // A notifier that does so each time is not asked again at once.
    Notifier next(a.phone.last_sent());
    answer(a.phone, 200, ok);
    a.phone.receive(next.notify("terminated;reason=deactivated"));
    CHECK(a.phone.last_sent().status() == 200);
    CHECK_FALSE(sent_within(29));
    CHECK(sent_within(1));
  }
  SUBCASE("timeout: at once") { CHECK(sent_after("reason=timeout")); }
  SUBCASE("probation: when it says") {
    CHECK_FALSE(sent_after("reason=probation;retry-after=100"));
    CHECK_FALSE(sent_within(99));
    CHECK(sent_within(1));
    CHECK(state(a.phone) == Value::subscribing);
  }
  SUBCASE("probation: after a pause") {
    CHECK_FALSE(sent_after("reason=probation"));
    CHECK_FALSE(sent_within(29));
    CHECK(sent_within(1));
  }
  SUBCASE("H163: a giant time is a long one") {
    CHECK_FALSE(sent_after("reason=probation;retry-after=99999999999"));
    CHECK_FALSE(sent_within(1000000));
    SUBCASE("and the user may not want to wait") {
      Subscribe command;
      command.subscription = a.id;
      a.phone.execute(command);
      CHECK(a.phone.last_sent().method() == "SUBSCRIBE");
    }
    SUBCASE("or not want it any more") {
      a.phone.execute(Unsubscribe{a.id});
      CHECK(a.phone.last<SubscriptionState>().cause == Ended::unsubscribed);
    }
  }
  SUBCASE("giveup: when it says, if it does") {
    CHECK_FALSE(sent_after("reason=giveup;retry-after=10"));
    CHECK(sent_within(10));
  }
  SUBCASE("the others are the end") {
    std::string reason;
    SUBCASE("giveup") { reason = "giveup"; }
    SUBCASE("rejected") { reason = "rejected"; }
    SUBCASE("noresource") { reason = "noresource"; }
    SUBCASE("invariant") { reason = "invariant"; }
    SUBCASE("unknown") { reason = "x"; }
    CHECK_FALSE(sent_after("reason=" + reason));
    const auto& ended = a.phone.last<SubscriptionState>();
    CHECK(ended.state == Value::ended);
    CHECK(ended.cause == Ended::terminated);
    CHECK_FALSE(sent_within(5000));
    CHECK(a.phone.agent.is_idle());
  }
}

TEST_CASE("RFC 6665 4.1.2.3: an end that is asked for while a SUBSCRIBE is open") {
  Phone phone;
  const std::uint32_t id = phone.execute(to_bob());
  Notifier notifier(phone.last_sent());
  phone.execute(Unsubscribe{id});
  CHECK(phone.sent.size() == 1);
  SUBCASE("accepted") {
    answer(phone, 200, ok);
    CHECK(expires(phone.last_sent()) == "0");
    CHECK(phone.last_sent().to_tag() == "n1");
    SUBCASE("the last NOTIFY comes") {
      phone.receive(notifier.notify("terminated;reason=timeout"));
    }
    SUBCASE("it does not") {
      answer(phone, 200);
      phone.advance(seconds(32));
    }
    SUBCASE("it is gone already") { answer(phone, 481); }
    CHECK(phone.last<SubscriptionState>().cause == Ended::unsubscribed);
  }
  SUBCASE("refused") { answer(phone, 403); }
  CHECK(state(phone) == Value::ended);
}

TEST_CASE("RFC 6665 4.4.3: a fetch") {
  Phone phone;
  Subscribe command = to_bob();
  command.expires = 0;
  phone.execute(command);
  Notifier notifier(phone.last_sent());
  CHECK(expires(phone.last_sent()) == "0");
  answer(phone, 200, "Expires: 0\r\nContact: <sip:bob@b.invalid>\r\n\r\n");
  SUBCASE("as it has to be") { phone.receive(notifier.notify("terminated;reason=timeout")); }
  SUBCASE("as some do it") { phone.receive(notifier.notify("active;expires=0")); }
  CHECK(phone.count<usage::Notify>() == 1);
  CHECK(phone.last<SubscriptionState>().cause == Ended::terminated);
  CHECK(phone.agent.is_idle());
}

TEST_CASE("Subscriptions: a lost connection, a stop") {
  Active a;
  SUBCASE("refreshed in the dialog when there is another") {
    a.phone.disconnect();
    a.phone.advance(seconds(2));
    a.phone.connect();
    CHECK(state(a.phone) == Value::subscribing);
    CHECK(a.phone.last_sent().to_tag() == "n1");
    answer(a.phone, 200, ok);
    a.phone.receive(a.notifier.notify("active;expires=600"));
    CHECK(state(a.phone) == Value::active);
  }
  SUBCASE("subscribed anew when it has expired") {
    a.phone.execute(Configure{[] {
      usage::Config config = test::config();
      config.reconnect_time = seconds(3600);
      return config;
    }()});
    a.phone.disconnect();
    a.phone.advance(seconds(700));
    a.phone.connect();
    CHECK(a.phone.last_sent().to_tag().empty());
  }
  SUBCASE("for good") {
    a.phone.disconnect();
    a.phone.advance(seconds(33));
    CHECK(a.phone.last<SubscriptionState>().cause == Ended::transport_error);
  }
  SUBCASE("stop") {
    a.phone.execute(Stop{3000});
    CHECK(expires(a.phone.last_sent()) == "0");
    SUBCASE("answered") {
      answer(a.phone, 200);
      a.phone.receive(a.notifier.notify("terminated;reason=timeout"));
    }
    SUBCASE("not answered") { a.phone.advance(seconds(2)); }
    CHECK(state(a.phone) == Value::ended);
    CHECK(a.phone.count<usage::Stopped>() == 1);
  }
}

TEST_CASE("Unsolicited NOTIFY: 481, or an event when it is wanted") {
  const std::string notify =
      "NOTIFY sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKu\r\n"
      "From: <sip:mail@example.org>;tag=m\r\nTo: <sip:alice@example.org>\r\nCall-ID: u\r\n"
      "CSeq: 1 NOTIFY\r\nEvent: message-summary\r\nSubscription-State: active\r\n"
      "Content-Type: application/simple-message-summary\r\n\r\nMessages-Waiting: yes\r\n";
  Phone phone;
  phone.receive(notify);
  CHECK(phone.last_sent().status() == 481);
  usage::Config config = test::config();
  config.unsolicited_notify = true;
  Phone open(config);
  open.receive(notify);
  CHECK(open.last_sent().status() == 200);
  CHECK(open.last<usage::Notify>().subscription == 0);
  CHECK(open.last<usage::Notify>().event == "message-summary");
  CHECK(open.last<usage::Notify>().body == "Messages-Waiting: yes\r\n");
}
