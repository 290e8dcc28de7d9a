/// Transfers from both sides, one user agent against a scripted peer.
#include <doctest/doctest.h>

#include <string>

#include "base/limits.hpp"
#include "message/sipfrag.hpp"
#include "unit/agent/phone.hpp"

using namespace sipml;
using namespace sipml::agent;
using message::HeaderName;
using test::Phone;
using usage::CommandErrorCode;
using usage::TransferState;
using Value = usage::TransferState::Value;

namespace {

std::string with_contact(std::string_view body) {
  return "Contact: <sip:bob@b.invalid>\r\nContent-Type: application/sdp\r\n\r\n" +
         std::string(body);
}

std::string value_of(const message::Message& message, HeaderName name) {
  return std::string(message.header(name).value_or(std::string_view()));
}

/// A phone in a call, with what its peer has to write.
class Talk {
 public:
  /// A call that the phone made, or one that it received.
  explicit Talk(bool made, usage::Config config = test::config()) : phone(std::move(config)) {
    call = add(made);
  }

  std::uint32_t add(bool made) {
    const std::string tag = "peer" + std::to_string(++calls_);
    if (made) {
      const std::uint32_t id = phone.call("bob" + std::to_string(calls_));
      const auto invite = phone.last_sent();
      us = value_of(invite, HeaderName::from);
      them = value_of(invite, HeaderName::to) + ";tag=" + tag;
      call_id = invite.call_id();
      phone.receive(Phone::response(invite, 200, tag, with_contact(test::answer)));
      phone.execute(MediaReady{id, 2, {}});
      return id;
    }
    them = "\"Bob B\" <sip:bob@example.org>;tag=" + tag;
    call_id = "received" + std::to_string(calls_);
    phone.receive("INVITE sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bK" + tag +
                  "\r\nFrom: " + them + "\r\nTo: <sip:alice@example.org>\r\nCall-ID: " + call_id +
                  "\r\nCSeq: 1 INVITE\r\n" + with_contact(test::offer));
    const auto* incoming = std::get_if<usage::CallIncoming>(&phone.events.back());
    REQUIRE(incoming);
    const std::uint32_t id = incoming->call;
    phone.execute(Accept{id, {}, {}});
    phone.execute(MediaReady{id, phone.requests.back().token, std::string(test::answer)});
    us = value_of(phone.last_sent(), HeaderName::to);
    request("ACK", "\r\n", 1);
    return id;
  }

  void request(std::string_view method, std::string_view rest, int cseq = 0) {
    if (cseq == 0) cseq = ++cseq_;
    phone.receive(std::string(method) + " sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS " +
                  "p;branch=z9hG4bKr" + std::to_string(++branch_) + "\r\nMax-Forwards: 70\r\n" +
                  "From: " + them + "\r\nTo: " + us + "\r\nCall-ID: " + call_id + "\r\nCSeq: " +
                  std::to_string(cseq) + ' ' + std::string(method) + "\r\n" + std::string(rest));
  }

  void notify(std::string_view event, std::string_view state, std::string_view fragment) {
    std::string rest;
    if (!event.empty()) rest += "Event: " + std::string(event) + "\r\n";
    if (!state.empty()) rest += "Subscription-State: " + std::string(state) + "\r\n";
    request("NOTIFY", rest +
                          "Contact: <sip:bob@b.invalid>\r\nContent-Type: message/sipfrag\r\n\r\n" +
                          std::string(fragment));
  }

  /// Sends REFER to carol; the message as sent.
  message::Message refer() {
    phone.execute(Transfer{call, "carol", {}, {}});
    return phone.last_sent();
  }

  void refer_in(std::string_view refer_to, std::string_view more = {}) {
    request("REFER", "Contact: <sip:bob@b.invalid>\r\nRefer-To: " + std::string(refer_to) + "\r\n" +
                         std::string(more) + "\r\n");
  }

  /// What the events of our transfer told, as a letter each: t a p c f.
  std::string told() const {
    std::string text;
    for (const usage::Event& event : phone.events)
      if (const auto* state = std::get_if<TransferState>(&event))
        text += "tapcf"[static_cast<int>(state->state)];
    return text;
  }

  const TransferState& last_told() const {
    const TransferState* last = nullptr;
    for (const usage::Event& event : phone.events)
      if (const auto* state = std::get_if<TransferState>(&event)) last = state;
    REQUIRE(last);
    return *last;
  }

  /// The n-th last message sent.
  message::Message sent(std::size_t n) const {
    REQUIRE(phone.sent.size() > n);
    auto parsed = message::parse_message(phone.sent[phone.sent.size() - 1 - n]);
    REQUIRE(parsed);
    return std::move(parsed).value();
  }

  Phone phone;
  std::uint32_t call = 0;
  std::string us;
  std::string them;
  std::string call_id;

 private:
  int calls_ = 0;
  int cseq_ = 100;
  int branch_ = 0;
};

AcceptTransfer accepting(std::uint32_t call) {
  AcceptTransfer command;
  command.call = call;
  command.directions.audio = sdp::Direction::sendrecv;
  return command;
}

}  // namespace

TEST_CASE("RFC 3515 2.4: REFER, 202, NOTIFY until the outcome; the call stays") {
  for (const bool made : {true, false}) {
    Talk talk(made);
    const auto refer = talk.refer();
    CHECK(refer.method() == "REFER");
    CHECK(refer.request_uri() == "sip:bob@b.invalid");
    CHECK(value_of(refer, HeaderName::refer_to) == "<sip:carol@example.org>");
    CHECK(value_of(refer, HeaderName::referred_by) == "<sip:alice@example.org>");
    CHECK(value_of(refer, HeaderName::refer_sub) == "true");
    CHECK(value_of(refer, HeaderName::supported).find("norefersub") != std::string::npos);
    CHECK_FALSE(value_of(refer, HeaderName::contact).empty());
    talk.phone.receive(Phone::response(refer, 202, "x"));
    CHECK(talk.told() == "ta");
    CHECK(talk.last_told().status == 202);
    talk.notify("refer", "active;expires=60", "SIP/2.0 100 Trying\r\n");
    CHECK(talk.phone.last_sent().status() == 200);
    talk.notify("refer;id=" + std::to_string(refer.cseq().number), "active;expires=60",
                "SIP/2.0 180 Ringing\r\nTo: x\r\n");
    CHECK(talk.last_told().status == 180);
    CHECK(talk.last_told().reason == "Ringing");
    talk.notify("refer", "terminated;reason=noresource", "SIP/2.0 200 OK\r\n");
    CHECK(talk.told() == "tappc");
    CHECK(talk.last_told().status == 200);
    CHECK(talk.phone.count<usage::CallEnded>() == 0);
    // The subscription is over.
    talk.notify("refer", "active", "SIP/2.0 180 Ringing\r\n");
    CHECK(talk.phone.last_sent().status() == 481);
    talk.phone.execute(HangUp{talk.call, {}});
    CHECK(talk.phone.last_sent().method() == "BYE");
  }
}

TEST_CASE("RFC 4488 4: a 202 with Refer-Sub: false completes, for no NOTIFY will come") {
  Talk talk(true);
  const auto refer = talk.refer();
  talk.phone.receive(Phone::response(refer, 202, "x", "Refer-Sub: false\r\n\r\n"));
  CHECK(talk.told() == "tac");
  CHECK(talk.last_told().status == 202);
}

TEST_CASE("RFC 6665 4.1.2.4: a NOTIFY before the 202") {
  Talk talk(true);
  const auto refer = talk.refer();
  talk.notify("refer", "active;expires=60", "SIP/2.0 100 Trying");
  CHECK(talk.told() == "tap");
  talk.phone.receive(Phone::response(refer, 202, "x"));
  CHECK(talk.told() == "tap");
  talk.notify("refer", "terminated", "SIP/2.0 486 Busy Here");
  CHECK(talk.told() == "tapf");
  CHECK(talk.last_told().status == 486);
}

TEST_CASE("RFC 3515 2.4.2: a REFER that is refused, or not answered, leaves the call as it was") {
  for (const int status : {301, 405, 481, 503, 603}) {
    Talk talk(true);
    talk.phone.receive(Phone::response(talk.refer(), status, "x"));
    CHECK(talk.told() == "tf");
    CHECK(talk.last_told().status == status);
    CHECK(talk.phone.count<usage::CallEnded>() == 0);
    talk.refer();
    CHECK(talk.told() == "tft");
  }
  Talk talk(true);
  talk.refer();
  talk.phone.advance(seconds(40));
  CHECK(talk.told() == "tf");
  CHECK(talk.last_told().status == 408);
  talk.refer();
  talk.phone.disconnect();
  CHECK(talk.told() == "tftf");
  CHECK(talk.last_told().status == 503);
  CHECK(talk.phone.refused(Transfer{talk.call, "carol", {}, {}}) ==
        CommandErrorCode::not_connected);
  CHECK(talk.phone.count<usage::CallEnded>() == 0);
}

TEST_CASE("RFC 3261 22.1: a challenged REFER, whose new CSeq names the subscription") {
  Talk talk(true);
  const auto first = talk.refer();
  talk.phone.receive(
      Phone::response(first, 407, "x",
                      "Proxy-Authenticate: Digest realm=\"p\", nonce=\"n\", qop=\"auth\"\r\n\r\n"));
  const auto second = talk.phone.last_sent();
  CHECK(second.method() == "REFER");
  CHECK(second.cseq().number == first.cseq().number + 1);
  CHECK(value_of(second, HeaderName::refer_to) == "<sip:carol@example.org>");
  CHECK_FALSE(value_of(second, HeaderName::proxy_authorization).empty());
  talk.phone.receive(Phone::response(second, 202, "x"));
  talk.notify("refer;id=" + std::to_string(first.cseq().number), "active", "SIP/2.0 100 Trying");
  CHECK(talk.phone.last_sent().status() == 481);
  talk.notify("refer;id=" + std::to_string(second.cseq().number), "active", "SIP/2.0 200 OK");
  CHECK(talk.told() == "tac");
}

TEST_CASE("RFC 6665 4.1.2: a subscription that ends, or is silent, without an outcome") {
  SUBCASE("terminated") {
    Talk talk(true);
    talk.phone.receive(Phone::response(talk.refer(), 202, "x"));
    talk.notify("refer", "terminated;reason=timeout", "SIP/2.0 180 Ringing");
    CHECK(talk.told() == "tapf");
    CHECK(talk.last_told().status == 0);
  }
  SUBCASE("no NOTIFY at all") {
    Talk talk(true);
    talk.phone.receive(Phone::response(talk.refer(), 202, "x"));
    talk.phone.advance(milliseconds(31999));
    CHECK(talk.told() == "ta");
    talk.phone.advance(milliseconds(1));
    CHECK(talk.told() == "taf");
    CHECK(talk.last_told().status == 408);
  }
  SUBCASE("no more of them") {
    Talk talk(true);
    talk.phone.receive(Phone::response(talk.refer(), 202, "x"));
    talk.notify("refer", "active;expires=60", "SIP/2.0 100 Trying");
    talk.phone.advance(seconds(59));
    CHECK(talk.told() == "tap");
    talk.phone.advance(seconds(1));
    CHECK(talk.told() == "tapf");
  }
  SUBCASE("nothing said about the time") {
    Talk talk(true);
    talk.phone.receive(Phone::response(talk.refer(), 202, "x"));
    talk.notify("refer", {}, "SIP/2.0 100 Trying");
    talk.phone.advance(usage::refer_notify_time - milliseconds(1));
    CHECK(talk.told() == "tap");
    talk.phone.advance(milliseconds(1));
    CHECK(talk.told() == "tapf");
  }
}

TEST_CASE("RFC 3420: a bad fragment costs no more than itself") {
  for (const std::string_view fragment :
       {"", "\r\n\r\n", "SIP/2.0", "SIP/2.0 ", "SIP/2.0 20 OK", "SIP/2.0 2000 OK", "SIP/2.0 099 x",
        "SIP/2.0 700 x", "SIP/3.0 200 OK", "INVITE sip:x SIP/2.0", "To: x", "SIP/2.0 +20 OK",
        "\xff\xfe 200", "SIP/2.0\t200\tOK"}) {
    CAPTURE(fragment);
    Talk talk(true);
    talk.phone.receive(Phone::response(talk.refer(), 202, "x"));
    talk.notify("refer", "active", fragment);
    CHECK(talk.phone.last_sent().status() == 200);
    CHECK(talk.phone.count<usage::Diagnostic>() == 1);
    CHECK(talk.told() == "ta");
    talk.notify("refer", "terminated", "sip/2.0 200");
    CHECK(talk.told() == "tac");
    CHECK_FALSE(bool(message::parse_sipfrag(fragment)));
  }
  const auto fragment = message::parse_sipfrag("\r\nSIP/2.0 404  Not Found \r\nVia: x\r\n");
  REQUIRE(bool(fragment));
  CHECK(fragment->status == 404);
  CHECK(fragment->reason == "Not Found");
}

TEST_CASE("sipML5: a NOTIFY without Event and Subscription-State is one of the transfer") {
  Talk talk(true);
  talk.phone.receive(Phone::response(talk.refer(), 202, "x"));
  talk.notify({}, {}, "SIP/2.0 100 Trying\r\n");
  talk.notify({}, {}, "SIP/2.0 200 OK\r\n");
  CHECK(talk.told() == "tapc");
}

TEST_CASE("RFC 6665 4.1.3: a NOTIFY of no subscription of ours") {
  Talk talk(true);
  talk.notify("refer", "active", "SIP/2.0 200 OK");
  CHECK(talk.phone.last_sent().status() == 481);
  talk.refer();
  talk.notify("presence", "active", "SIP/2.0 200 OK");
  CHECK(talk.phone.last_sent().status() == 481);
  talk.notify("refer;id=999", "active", "SIP/2.0 200 OK");
  CHECK(talk.phone.last_sent().status() == 481);
  talk.notify(";;", "active", "SIP/2.0 200 OK");
  CHECK(talk.phone.last_sent().status() == 481);
  CHECK(talk.told() == "t");
}

TEST_CASE("RFC 3515 2.4.6: two REFERs one after the other are told apart by their id") {
  Talk talk(true);
  const auto first = talk.refer();
  talk.phone.receive(Phone::response(first, 202, "x"));
  CHECK(talk.phone.refused(Transfer{talk.call, "dave", {}, {}}) == CommandErrorCode::wrong_state);
  talk.notify("refer", "active", "SIP/2.0 404 Not Found");
  CHECK(talk.told() == "taf");
  const auto second = talk.refer();
  CHECK(second.cseq().number > first.cseq().number);
  talk.notify("refer;id=" + std::to_string(first.cseq().number), "terminated", "SIP/2.0 200 OK");
  CHECK(talk.phone.last_sent().status() == 481);
  talk.notify("refer;id=" + std::to_string(second.cseq().number), "terminated", "SIP/2.0 200 OK");
  CHECK(talk.told() == "taftac");
}

TEST_CASE("RFC 5589 6: the peer hangs up while a transfer is under way") {
  Talk talk(true);
  talk.phone.receive(Phone::response(talk.refer(), 202, "x"));
  talk.request("BYE", "\r\n");
  CHECK(talk.told() == "taf");
  REQUIRE(std::holds_alternative<usage::CallEnded>(talk.phone.events.back()));
  CHECK(talk.phone.agent.is_idle() == false);
  talk.notify("refer", "terminated", "SIP/2.0 200 OK");
  CHECK(talk.phone.last_sent().status() == 481);
}

TEST_CASE("RFC 3891 6.1: the tags of Replaces are those of the target, whoever made the calls") {
  for (const bool first : {true, false})
    for (const bool second : {true, false}) {
      CAPTURE(first);
      CAPTURE(second);
      Talk talk(first);
      const std::uint32_t other = talk.add(second);
      const auto tag = [](const std::string& value) {
        return value.substr(value.find("tag=") + 4);
      };
      const std::string replaces =
          talk.call_id + "%3Bto-tag%3D" + tag(talk.them) + "%3Bfrom-tag%3D" + tag(talk.us);
      talk.phone.execute(Transfer{talk.call, {}, other, {{"X-A", "1"}}});
      const auto refer = talk.phone.last_sent();
      CHECK(value_of(refer, HeaderName::refer_to) ==
            (second ? "<sip:bob2@example.org?Replaces="
                    : "\"Bob B\" <sip:bob@example.org?Replaces=") +
                replaces + ">");
      CHECK(refer.call_id() != talk.call_id);
      talk.phone.receive(Phone::response(refer, 603, "x"));
      talk.phone.execute(Transfer{talk.call, "sip:dave@x.org;user=phone", other, {}});
      CHECK(value_of(talk.phone.last_sent(), HeaderName::refer_to) ==
            "<sip:dave@x.org;user=phone?Replaces=" + replaces + ">");
      CHECK(talk.phone.refused(Transfer{talk.call, {}, talk.call, {}}) ==
            CommandErrorCode::unknown_id);
      CHECK(talk.phone.refused(Transfer{talk.call, {}, 99, {}}) == CommandErrorCode::unknown_id);
    }
}

TEST_CASE("Transfer: what cannot be transferred") {
  Talk talk(true);
  CHECK(talk.phone.refused(Transfer{99, "carol", {}, {}}) == CommandErrorCode::unknown_id);
  CHECK(talk.phone.refused(Transfer{talk.call, "sip:@", {}, {}}) ==
        CommandErrorCode::invalid_argument);
  CHECK(talk.phone.refused(Transfer{talk.call, {}, {}, {}}) == CommandErrorCode::invalid_argument);
  const std::uint32_t ringing = talk.phone.call();
  CHECK(talk.phone.refused(Transfer{ringing, "carol", {}, {}}) == CommandErrorCode::wrong_state);
  CHECK(talk.phone.refused(Transfer{talk.call, {}, ringing, {}}) == CommandErrorCode::wrong_state);
  CHECK(talk.phone.refused(accepting(99)) == CommandErrorCode::unknown_id);
  CHECK(talk.phone.refused(accepting(talk.call)) == CommandErrorCode::wrong_state);
  CHECK(talk.phone.refused(RejectTransfer{talk.call, 603, {}, {}}) ==
        CommandErrorCode::wrong_state);
  CHECK(talk.phone.refused(RejectTransfer{talk.call, 200, {}, {}}) ==
        CommandErrorCode::invalid_argument);
}

TEST_CASE("RFC 3515 2.4.4: the user is asked; 202, NOTIFY 100, a call, NOTIFY 200, BYE") {
  for (const bool made : {true, false}) {
    Talk talk(made);
    const std::size_t before = talk.phone.sent.size();
    talk.refer_in("\"Carol\" <sip:carol@example.org?Replaces=c%40x%3Bto-tag%3D1%3Bfrom-tag%3D2>",
                  "Referred-By: \"B\" <sip:bob@example.org>;cid=\"1@x\"\r\n");
    CHECK(talk.phone.sent.size() == before);
    const auto* asked = std::get_if<usage::TransferRequested>(&talk.phone.events.back());
    REQUIRE(asked);
    CHECK(asked->target.user == "carol");
    CHECK(asked->target.display_name == "Carol");
    CHECK(asked->replaces);
    REQUIRE(asked->referred_by.has_value());
    CHECK(asked->referred_by->user == "bob");
    // One at a time.
    talk.refer_in("<sip:dave@example.org>");
    CHECK(talk.phone.last_sent().status() == 491);

    const std::uint32_t next = talk.phone.execute(accepting(talk.call));
    const auto accepted = talk.sent(1);
    CHECK(accepted.status() == 202);
    CHECK_FALSE(value_of(accepted, HeaderName::contact).empty());
    auto notify = talk.sent(0);
    CHECK(notify.method() == "NOTIFY");
    CHECK(value_of(notify, HeaderName::event) == "refer;id=101");
    CHECK(value_of(notify, HeaderName::subscription_state) == "active;expires=600");
    CHECK(value_of(notify, HeaderName::content_type) == "message/sipfrag;version=2.0");
    CHECK(notify.body() == "SIP/2.0 100 Trying\r\n");
    talk.phone.receive(Phone::response(notify, 200, "x"));

    talk.phone.execute(MediaReady{next, 1, std::string(test::offer)});
    const auto invite = talk.phone.last_sent();
    CHECK(invite.request_uri() == "sip:carol@example.org");
    CHECK(value_of(invite, HeaderName::to) == "\"Carol\" <sip:carol@example.org>");
    CHECK(value_of(invite, HeaderName::replaces) == "c@x;to-tag=1;from-tag=2");
    CHECK(value_of(invite, HeaderName::require) == "replaces");
    CHECK(value_of(invite, HeaderName::referred_by) == "\"B\" <sip:bob@example.org>");
    talk.phone.receive(Phone::response(invite, 180, "c1"));
    notify = talk.phone.last_sent();
    CHECK(notify.body() == "SIP/2.0 180 Ringing\r\n");
    talk.phone.receive(Phone::response(invite, 200, "c1", with_contact(test::answer)));
    CHECK(talk.phone.count<usage::TransferProgress>() == 1);
    talk.phone.execute(MediaReady{next, 2, {}});
    notify = talk.sent(1);
    CHECK(notify.body() == "SIP/2.0 200 OK\r\n");
    CHECK(value_of(notify, HeaderName::subscription_state) == "terminated;reason=noresource");
    CHECK(talk.phone.last_sent().method() == "BYE");
    CHECK(talk.phone.last_sent().call_id() == talk.call_id);
    talk.phone.receive(Phone::response(talk.phone.last_sent(), 200, "x"));
    const auto* ended = std::get_if<usage::CallEnded>(&talk.phone.events.back());
    REQUIRE(ended);
    CHECK(ended->call == talk.call);
    CHECK(ended->cause == usage::EndCause::bye);
    CHECK(ended->by == usage::Side::local);
    // What was for the INVITE stays there.
    talk.phone.execute(HangUp{next, {}});
    CHECK(value_of(talk.phone.last_sent(), HeaderName::replaces).empty());
    CHECK(value_of(talk.phone.last_sent(), HeaderName::referred_by).empty());
  }
}

TEST_CASE("RFC 5589 6.1: a call that fails is told, and the old one lives") {
  Talk talk(true);
  talk.refer_in("<sip:carol@example.org>");
  const std::uint32_t next = talk.phone.execute(accepting(talk.call));
  talk.phone.receive(Phone::response(talk.phone.last_sent(), 200, "x"));
  SUBCASE("by the target") {
    talk.phone.execute(MediaReady{next, 1, std::string(test::offer)});
    talk.phone.receive(Phone::response(talk.phone.last_sent(), 486, "c1"));
    CHECK(talk.phone.last_sent().body() == "SIP/2.0 486 Busy Here\r\n");
  }
  SUBCASE("by the browser") {
    talk.phone.execute(MediaFailed{next, 1, usage::MediaError::no_device, "none"});
    CHECK(talk.phone.last_sent().body() == "SIP/2.0 488 Not Acceptable Here\r\n");
  }
  SUBCASE("by the user") {
    talk.phone.execute(HangUp{next, {}});
    CHECK(talk.phone.last_sent().body() == "SIP/2.0 487 Request Terminated\r\n");
  }
  SUBCASE("by nobody") {
    talk.phone.execute(MediaReady{next, 1, std::string(test::offer)});
    talk.phone.advance(seconds(33));
    CHECK(talk.phone.last_sent().method() == "NOTIFY");
    CHECK(talk.phone.last_sent().body() == "SIP/2.0 408 Request Timeout\r\n");
  }
  CHECK(value_of(talk.phone.last_sent(), HeaderName::subscription_state) ==
        "terminated;reason=noresource");
  const auto* progress = std::get_if<usage::TransferProgress>(&talk.phone.events.back());
  REQUIRE(progress);
  CHECK(progress->state == usage::TransferProgress::Value::failed);
  CHECK(progress->new_call == next);
  CHECK(talk.phone.count<usage::CallEnded>() == 1);
  // It can be asked for again.
  talk.refer_in("<sip:dave@example.org>");
  CHECK(talk.phone.count<usage::TransferRequested>() == 2);
}

TEST_CASE("RFC 3515 2.4.2, 3.1: a REFER that is wrong, or rejected") {
  Talk talk(false);
  const auto refused = [&talk](std::string_view lines) {
    talk.request("REFER", "Contact: <sip:bob@b.invalid>\r\n" + std::string(lines) + "\r\n");
    return talk.phone.last_sent().status();
  };
  CHECK(refused("") == 400);
  CHECK(refused("Refer-To: <sip:a@b>\r\nRefer-To: <sip:c@d>\r\n") == 400);
  CHECK(refused("Refer-To: <sip:a@b>, <sip:c@d>\r\n") == 400);
  CHECK(refused("Refer-To: garbage\r\n") == 400);
  CHECK(refused("Refer-To: <sip:a@b?Replaces=x>\r\n") == 400);
  CHECK(refused("Refer-To: <http://a.example>\r\n") == 416);
  CHECK(refused("Refer-To: <javascript:alert(1)>\r\n") == 416);
  CHECK(refused("Refer-To: <sip:a@b;method=BYE>\r\n") == 501);
  CHECK(refused("Refer-To: <sip:a@b>\r\nRequire: unheard-of\r\n") == 420);
  CHECK(talk.phone.count<usage::TransferRequested>() == 0);
  talk.refer_in("<sip:a@b>", "Require: norefersub\r\n");
  CHECK(talk.phone.count<usage::TransferRequested>() == 1);
  talk.phone.execute(RejectTransfer{talk.call, 486, "No time", {{"X-A", "1"}}});
  CHECK(talk.phone.last_sent().status() == 486);
  CHECK(talk.phone.last_sent().reason() == "No time");
  CHECK(talk.phone.sent.back().find("X-A: 1\r\n") != std::string::npos);
  talk.refer_in("<tel:+4930>");
  talk.phone.execute(RejectTransfer{talk.call, 603, {}, {}});
  CHECK(talk.phone.last_sent().status() == 603);
  // Early, and ending.
  talk.refer_in("<sip:a@b>");
  talk.phone.execute(HangUp{talk.call, {}});
  CHECK(talk.sent(1).status() == 487);
  CHECK(talk.phone.last_sent().method() == "BYE");
  CHECK(refused("Refer-To: <sip:a@b>\r\n") == 481);
}

TEST_CASE("RFC 3515 5.2: REFER outside of a call is declined") {
  Phone phone;
  const auto refer = [&phone](std::string_view refer_to) {
    phone.receive(
        "REFER sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bK" +
        std::to_string(phone.sent.size()) +
        "\r\nFrom: <sip:b@b>;tag=1\r\nTo: <sip:alice@example.org>\r\nCall-ID: r\r\nCSeq: " +
        "1 REFER\r\nContact: <sip:b@b>\r\n" + std::string(refer_to) + "\r\n");
    return phone.last_sent().status();
  };
  CHECK(refer("Refer-To: <sip:c@d>\r\n") == 603);
  CHECK(refer("") == 400);
  CHECK(refer("Refer-To: <mailto:c@d>\r\n") == 416);
}

TEST_CASE("RFC 4320 4.2: who thinks for long has the 202 sent, and may go on thinking") {
  Talk talk(true);
  talk.refer_in("<sip:carol@example.org>");
  talk.phone.advance(usage::refer_answer_time);
  CHECK(talk.sent(1).status() == 202);
  CHECK(value_of(talk.sent(0), HeaderName::subscription_state) == "pending;expires=180");
  CHECK(talk.sent(0).body() == "SIP/2.0 100 Trying\r\n");
  talk.phone.receive(Phone::response(talk.sent(0), 200, "x"));
  SUBCASE("then accepts") {
    talk.phone.advance(seconds(100));
    talk.phone.execute(accepting(talk.call));
    CHECK(value_of(talk.sent(0), HeaderName::subscription_state) == "active;expires=600");
    CHECK(talk.sent(1).status() != 202);
  }
  SUBCASE("then rejects") {
    talk.phone.execute(RejectTransfer{talk.call, 486, {}, {}});
    CHECK(value_of(talk.sent(0), HeaderName::subscription_state) == "terminated;reason=rejected");
    CHECK(talk.sent(0).body() == "SIP/2.0 486 Busy Here\r\n");
    CHECK(talk.phone.refused(accepting(talk.call)) == CommandErrorCode::wrong_state);
  }
  SUBCASE("then does nothing") {
    talk.phone.advance(usage::refer_consent_time);
    CHECK(talk.sent(0).body() == "SIP/2.0 603 Decline\r\n");
    CHECK(value_of(talk.sent(0), HeaderName::subscription_state) == "terminated;reason=rejected");
    CHECK(talk.phone.refused(accepting(talk.call)) == CommandErrorCode::wrong_state);
  }
}

TEST_CASE("RFC 4488 4: a REFER that wants no subscription gets no NOTIFY") {
  Talk talk(true);
  talk.refer_in("<sip:carol@example.org>", "Refer-Sub: false\r\n");
  SUBCASE("accepted") {
    const std::uint32_t next = talk.phone.execute(accepting(talk.call));
    CHECK(talk.phone.last_sent().status() == 202);
    CHECK(value_of(talk.phone.last_sent(), HeaderName::refer_sub) == "false");
    talk.phone.execute(MediaReady{next, 1, std::string(test::offer)});
    const std::size_t before = talk.phone.sent.size();
    talk.phone.receive(Phone::response(talk.phone.last_sent(), 180, "c1"));
    CHECK(talk.phone.sent.size() == before);
    CHECK(talk.phone.count<usage::TransferProgress>() == 1);
  }
  SUBCASE("not answered, so declined") {
    talk.phone.advance(usage::refer_answer_time);
    CHECK(talk.phone.last_sent().status() == 603);
  }
}

TEST_CASE("RFC 6665 4.2.2: the end of the subscription is not the end of the call it is about") {
  Talk talk(true);
  talk.refer_in("<sip:carol@example.org>");
  const std::uint32_t next = talk.phone.execute(accepting(talk.call));
  const auto first = talk.phone.last_sent();
  SUBCASE("a refused NOTIFY") { talk.phone.receive(Phone::response(first, 481, "x")); }
  SUBCASE("no answer to a NOTIFY") { talk.phone.advance(seconds(33)); }
  SUBCASE("SUBSCRIBE with Expires: 0") {
    talk.request("SUBSCRIBE", "Event: refer;id=101\r\nExpires: 0\r\n\r\n");
    CHECK(talk.sent(1).status() == 200);
    CHECK(value_of(talk.sent(1), HeaderName::expires) == "0");
    CHECK(value_of(talk.sent(0), HeaderName::subscription_state) == "terminated;reason=timeout");
    talk.request("SUBSCRIBE", "Event: refer\r\n\r\n");
    CHECK(talk.phone.last_sent().status() == 481);
  }
  talk.phone.execute(MediaReady{next, 1, std::string(test::offer)});
  const std::size_t before = talk.phone.sent.size();
  talk.phone.receive(Phone::response(talk.phone.last_sent(), 180, "c1"));
  CHECK(talk.phone.sent.size() == before);
  CHECK(talk.phone.count<usage::CallProgress>() == 1);
}

TEST_CASE("RFC 6665 4.2.1: a subscription that is refreshed, and one that is none of ours") {
  Talk talk(true);
  talk.request("SUBSCRIBE", "Event: refer\r\n\r\n");
  CHECK(talk.phone.last_sent().status() == 481);
  talk.request("SUBSCRIBE", "Event: presence\r\n\r\n");
  CHECK(talk.phone.last_sent().status() == 489);
  talk.request("SUBSCRIBE", "\r\n");
  CHECK(talk.phone.last_sent().status() == 489);
  talk.refer_in("<sip:carol@example.org>");
  talk.phone.execute(accepting(talk.call));
  talk.phone.receive(Phone::response(talk.phone.last_sent(), 200, "x"));
  talk.phone.advance(seconds(100));
  talk.request("SUBSCRIBE", "Event: refer\r\nExpires: 300\r\n\r\n");
  CHECK(talk.sent(1).status() == 200);
  CHECK(value_of(talk.sent(1), HeaderName::expires) == "500");
  CHECK(value_of(talk.sent(0), HeaderName::subscription_state) == "active;expires=500");
  talk.phone.receive(Phone::response(talk.sent(0), 200, "x"));
  talk.request("SUBSCRIBE", "Event: refer;id=7\r\n\r\n");
  CHECK(talk.phone.last_sent().status() == 481);
  talk.phone.advance(seconds(500));
  CHECK(value_of(talk.phone.last_sent(), HeaderName::subscription_state) ==
        "terminated;reason=timeout");
}

TEST_CASE("RFC 3261 22.1: a challenged NOTIFY") {
  Talk talk(true);
  talk.refer_in("<sip:carol@example.org>");
  talk.phone.execute(accepting(talk.call));
  talk.phone.receive(
      Phone::response(talk.phone.last_sent(), 407, "x",
                      "Proxy-Authenticate: Digest realm=\"p\", nonce=\"n\", qop=\"auth\"\r\n\r\n"));
  CHECK(talk.phone.last_sent().method() == "NOTIFY");
  CHECK(talk.phone.last_sent().body() == "SIP/2.0 100 Trying\r\n");
  CHECK_FALSE(value_of(talk.phone.last_sent(), HeaderName::proxy_authorization).empty());
}

TEST_CASE("RFC 5589 6: the transferor hangs up at once; the new call goes on") {
  Talk talk(true);
  talk.refer_in("<sip:carol@example.org>");
  const std::uint32_t next = talk.phone.execute(accepting(talk.call));
  talk.request("BYE", "\r\n");
  CHECK(talk.phone.count<usage::CallEnded>() == 1);
  talk.phone.execute(MediaReady{next, 1, std::string(test::offer)});
  const std::size_t before = talk.phone.sent.size();
  talk.phone.receive(Phone::response(talk.phone.last_sent(), 180, "c1"));
  CHECK(talk.phone.sent.size() == before);
  CHECK(talk.phone.count<usage::TransferProgress>() == 0);
}

TEST_CASE("RFC 3515: the peer asks and hangs up before the user has decided") {
  Talk talk(true);
  talk.refer_in("<sip:carol@example.org>");
  talk.request("BYE", "\r\n");
  CHECK(talk.sent(0).status() == 487);
  CHECK(talk.sent(1).status() == 200);
  CHECK(talk.phone.refused(accepting(talk.call)) == CommandErrorCode::unknown_id);
  talk.phone.advance(seconds(200));
  CHECK(talk.phone.agent.is_idle());
}

TEST_CASE("Limits: a transfer needs room for its call") {
  Talk talk(true);
  talk.refer_in("<sip:carol@example.org>");
  for (std::size_t i = 1; i < limits::call_count; ++i) talk.phone.call();
  CHECK(talk.phone.refused(accepting(talk.call)) == CommandErrorCode::limit_exceeded);
  AcceptTransfer nothing;
  nothing.call = talk.call;
  Talk other(true);
  other.refer_in("<sip:carol@example.org>");
  CHECK(other.phone.refused(nothing) == CommandErrorCode::invalid_argument);
  other.phone.disconnect();
  CHECK(other.phone.refused(accepting(other.call)) == CommandErrorCode::not_connected);
}

namespace {

/// An INVITE of carol's with these lines, and its offer.
void invite_replacing(Talk& talk, std::string_view lines) {
  const std::string number = std::to_string(talk.phone.sent.size());
  talk.phone.receive("INVITE sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKc" +
                     number + "\r\nFrom: <sip:carol@example.org>;tag=c" + number +
                     "\r\nTo: <sip:alice@example.org>\r\nCall-ID: carol" + number +
                     "\r\nCSeq: 1 INVITE\r\n" + std::string(lines) + with_contact(test::offer));
}

std::string tag_in(const std::string& value) { return value.substr(value.find("tag=") + 4); }

std::string replaces_of(const Talk& talk, std::string_view more = {}) {
  return "Replaces: " + talk.call_id + ";to-tag=" + tag_in(talk.us) +
         ";from-tag=" + tag_in(talk.them) + std::string(more) + "\r\n";
}

}  // namespace

TEST_CASE("RFC 3891 3 (F34): a confirmed dialog is replaced without ringing, and ended by BYE") {
  for (const bool made : {true, false}) {
    Talk talk(made);
    const std::size_t sent = talk.phone.sent.size();
    invite_replacing(talk, replaces_of(talk) + "Require: replaces\r\n");
    CHECK(talk.phone.sent.size() == sent);
    const auto& request = talk.phone.requests.back();
    CHECK(request.type == usage::MediaRequest::Type::create_answer);
    CHECK(request.directions.audio == sdp::Direction::sendrecv);
    CHECK_FALSE(request.hold);
    const std::uint32_t next = request.call;
    talk.phone.execute(MediaReady{next, request.token, std::string(test::answer)});
    CHECK(talk.sent(1).status() == 200);
    CHECK(talk.sent(0).method() == "BYE");
    CHECK(talk.sent(0).call_id() == talk.call_id);
    talk.phone.receive(Phone::response(talk.sent(0), 200, "x"));
    const auto* ended = std::get_if<usage::CallEnded>(&talk.phone.events.back());
    REQUIRE(ended);
    CHECK(ended->call == talk.call);
    CHECK(ended->cause == usage::EndCause::replaced);
    CHECK(ended->by == usage::Side::remote);
    // What ended is not there to be replaced.
    invite_replacing(talk, replaces_of(talk));
    CHECK(talk.phone.last_sent().status() == 481);
  }
}

TEST_CASE("RFC 3891 3 (F34): what does not match, and what must not be replaced") {
  Talk talk(true);
  const auto status = [&talk](const std::string& lines) {
    invite_replacing(talk, lines);
    return talk.phone.last_sent().status();
  };
  const std::string us = tag_in(talk.us);
  const std::string them = tag_in(talk.them);
  const auto named = [&](const std::string& call_id, const std::string& to,
                         const std::string& from) {
    return "Replaces: " + call_id + ";to-tag=" + to + ";from-tag=" + from + "\r\n";
  };
  CHECK(status(named("other", us, them)) == 481);
  // The tags are not interchangeable.
  CHECK(status(named(talk.call_id, them, us)) == 481);
  CHECK(status(named(talk.call_id, us, "guess")) == 481);
  CHECK(status(named(talk.call_id, "0", them)) == 481);
  CHECK(status(replaces_of(talk, ";early-only")) == 486);
  CHECK(status(replaces_of(talk) + replaces_of(talk)) == 400);
  CHECK(status(replaces_of(talk) + "Join: x;to-tag=1;from-tag=2\r\n") == 400);
  CHECK(talk.phone.count<usage::CallIncoming>() == 0);
  CHECK(talk.phone.count<usage::CallEnded>() == 0);
  talk.phone.execute(HangUp{talk.call, {}});
  CHECK(status(replaces_of(talk)) == 603);
}

TEST_CASE("RFC 3891 3: an early dialog is replaced only where we made the call") {
  Talk talk(true);
  SUBCASE("ours is cancelled") {
    const std::uint32_t early = talk.phone.call("dave");
    const auto invite = talk.phone.last_sent();
    talk.us = value_of(invite, HeaderName::from);
    talk.them = value_of(invite, HeaderName::to) + ";tag=d1";
    talk.call_id = invite.call_id();
    talk.phone.receive(Phone::response(invite, 180, "d1"));
    invite_replacing(talk, replaces_of(talk, ";early-only"));
    const auto request = talk.phone.requests.back();
    REQUIRE(request.type == usage::MediaRequest::Type::create_answer);
    talk.phone.execute(MediaReady{request.call, request.token, std::string(test::answer)});
    CHECK(talk.sent(1).status() == 200);
    CHECK(talk.sent(0).method() == "CANCEL");
    talk.phone.receive(Phone::response(talk.sent(0), 200, "d1"));
    talk.phone.receive(Phone::response(invite, 487, "d1"));
    const auto* ended = std::get_if<usage::CallEnded>(&talk.phone.events.back());
    REQUIRE(ended);
    CHECK(ended->call == early);
    CHECK(ended->cause == usage::EndCause::replaced);
  }
  SUBCASE("the peer's is not") {
    talk.phone.receive(Phone::invite(1));
    CHECK(talk.phone.last_sent().status() == 180);
    talk.us = value_of(talk.phone.last_sent(), HeaderName::to);
    talk.them = value_of(talk.phone.last_sent(), HeaderName::from);
    talk.call_id = "call1";
    invite_replacing(talk, replaces_of(talk));
    CHECK(talk.phone.last_sent().status() == 481);
  }
}

TEST_CASE("RFC 3891 3: a call that cannot be answered replaces nothing") {
  Talk talk(true);
  invite_replacing(talk, replaces_of(talk));
  const auto request = talk.phone.requests.back();
  SUBCASE("the browser fails") {
    talk.phone.execute(MediaFailed{request.call, request.token, usage::MediaError::failed, "x"});
    CHECK(talk.phone.last_sent().status() >= 400);
  }
  SUBCASE("the user rejects it") {
    talk.phone.execute(Reject{request.call, 603, {}, {}});
    CHECK(talk.phone.last_sent().status() == 603);
  }
  CHECK(talk.phone.count<usage::CallEnded>() == 1);
  talk.phone.execute(Transfer{talk.call, "dave", {}, {}});
  CHECK(talk.phone.last_sent().method() == "REFER");
}

TEST_CASE("RFC 3891 3: the new call does what the old one did") {
  Talk talk(true);
  talk.phone.execute(ChangeCall{talk.call, usage::Change::hold, {}});
  talk.phone.execute(
      MediaReady{talk.call, talk.phone.requests.back().token, std::string(test::offer)});
  talk.phone.receive(Phone::response(talk.phone.last_sent(), 200, "x", with_contact(test::answer)));
  talk.phone.execute(MediaReady{talk.call, talk.phone.requests.back().token, {}});
  REQUIRE(talk.phone.count<usage::CallModified>() == 1);
  invite_replacing(talk, replaces_of(talk));
  const auto request = talk.phone.requests.back();
  CHECK(request.type == usage::MediaRequest::Type::create_answer);
  CHECK(request.hold);
  CHECK(request.directions.audio == sdp::Direction::sendonly);
  CHECK_FALSE(request.directions.video.has_value());
}

TEST_CASE("RFC 3515: nothing is transferred in an early dialog") {
  Talk talk(true);
  talk.phone.call("dave");
  const auto invite = talk.phone.last_sent();
  talk.us = value_of(invite, HeaderName::from);
  talk.them = value_of(invite, HeaderName::to) + ";tag=d1";
  talk.call_id = invite.call_id();
  talk.phone.receive(Phone::response(invite, 180, "d1", "Contact: <sip:dave@d.invalid>\r\n\r\n"));
  talk.notify("refer", "active", "SIP/2.0 200 OK");
  CHECK(talk.phone.last_sent().status() == 481);
  talk.refer_in("<sip:carol@example.org>");
  CHECK(talk.phone.last_sent().status() == 481);
  talk.request("SUBSCRIBE", "Event: refer\r\n\r\n");
  CHECK(talk.phone.last_sent().status() == 481);
}
