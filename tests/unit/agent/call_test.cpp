/// What happens at the same time in one call, and what is left of it.
#include <doctest/doctest.h>

#include <string>

#include "unit/agent/phone.hpp"

using namespace sipml;
using namespace sipml::agent;
using test::Phone;
using usage::CallModified;
using usage::Change;

namespace {

std::string with_body(std::string_view headers, std::string_view body) {
  return "Contact: <sip:bob@b.invalid>\r\n" + std::string(headers) +
         "Content-Type: application/sdp\r\n\r\n" + std::string(body);
}

/// A call of ours that is established.
message::Message established(Phone& phone) {
  const std::uint32_t id = phone.call();
  auto invite = phone.last_sent();
  phone.receive(Phone::response(invite, 200, "b1", with_body("", test::answer)));
  phone.execute(MediaReady{id, 2, {}});
  REQUIRE(phone.count<usage::CallEstablished>() == 1);
  return invite;
}

/// A request of the peer in the dialog of our `invite`; `more` as for Phone::response().
std::string of_peer(const message::Message& invite, const std::string& method, int number,
                    const std::string& more) {
  const std::string n = std::to_string(number);
  return method + " sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bK" + method + n +
         "\r\nFrom: <sip:bob@example.org>;tag=b1\r\nTo: <sip:alice@example.org>;tag=" +
         std::string(invite.from_tag()) + "\r\nCall-ID: " + std::string(invite.call_id()) +
         "\r\nCSeq: " + n + ' ' + method + "\r\n" + more;
}

}  // namespace

TEST_CASE("RFC 3264 8: of what is wanted during a refresh the first follows, the next is refused") {
  Phone phone;
  established(phone);
  // A new connection makes us refresh, for which the browser describes its side again.
  phone.disconnect();
  phone.advance(seconds(2));
  phone.connect();
  phone.execute(MediaReady{1, phone.requests.back().token, std::string(test::offer)});
  const auto refresh = phone.last_sent();
  REQUIRE(refresh.method() == "INVITE");

  phone.execute(ChangeCall{1, Change::hold, {}});
  CHECK(phone.refused(ChangeCall{1, Change::modify, {}}) == usage::CommandErrorCode::wrong_state);
  CHECK(phone.refused(RestartIce{1, {}}) == usage::CommandErrorCode::wrong_state);
  phone.receive(Phone::response(refresh, 200, "b1", with_body("", test::answer)));
  phone.execute(MediaReady{1, phone.requests.back().token, {}});
  // What was agreed on is no hold yet.
  CHECK(phone.count<CallModified>() == 0);
  CHECK(phone.requests.back().type == usage::MediaRequest::Type::create_offer);
  CHECK(phone.requests.back().hold);
  phone.execute(MediaReady{1, phone.requests.back().token, std::string(test::offer)});
  phone.receive(Phone::response(phone.last_sent(), 200, "b1", with_body("", test::answer)));
  phone.execute(MediaReady{1, phone.requests.back().token, {}});
  CHECK(phone.last<CallModified>().ok);
  CHECK(phone.last<CallModified>().change == Change::hold);
}

TEST_CASE("RFC 3261 14.1: what the user asks for meanwhile follows an offer that is refused") {
  Phone phone;
  const auto invite = established(phone);
  phone.receive(of_peer(invite, "INVITE", 1, with_body("", test::offer)));
  const usage::MediaRequest asked = phone.requests.back();
  REQUIRE(asked.type == usage::MediaRequest::Type::create_answer);
  phone.execute(ChangeCall{1, Change::hold, {}});
  phone.execute(MediaFailed{1, asked.token, usage::MediaError::failed, "x"});
  CHECK(phone.last_sent().status() == 488);
  CHECK(phone.requests.back().type == usage::MediaRequest::Type::create_offer);
  CHECK(phone.requests.back().hold);
}

TEST_CASE("RFC 3261 14.1: a change that met glare offers what was agreed on meanwhile") {
  auto config = test::config();
  config.ask_upgrades = true;
  Phone phone(config);
  const auto invite = established(phone);
  phone.execute(ChangeCall{1, Change::hold, {}});
  phone.execute(MediaReady{1, phone.requests.back().token, std::string(test::offer)});
  phone.receive(Phone::response(phone.last_sent(), 491, "b1"));
  const std::string video =
      "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=setup:active\r\n"
      "a=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\n";
  phone.receive(of_peer(invite, "INVITE", 1, with_body("", std::string(test::offer) + video)));
  REQUIRE(phone.count<usage::CallOffer>() == 1);
  phone.execute(AcceptOffer{1, {}});
  phone.execute(MediaReady{1, phone.requests.back().token, std::string(test::answer) + video});
  REQUIRE(phone.last_sent().status() == 200);
  phone.receive(of_peer(invite, "ACK", 1, "\r\n"));
  phone.advance(seconds(4));
  const usage::MediaRequest& again = phone.requests.back();
  CHECK(again.type == usage::MediaRequest::Type::create_offer);
  CHECK(again.hold);
  CHECK(again.directions.video == sdp::Direction::sendonly);
}

TEST_CASE("RFC 8828 5.2: what was found while the call rang is told as its acceptance says") {
  Phone phone;
  const std::string invite = Phone::invite(1);
  const std::string offer = std::string(test::offer) + "a=ice-options:trickle\r\n";
  phone.receive(invite.substr(0, invite.size() - 2) +
                with_body("Recv-Info: trickle-ice\r\n", offer));
  phone.execute(LocalCandidate{1, "0", "candidate:1 1 udp 9 10.0.0.1 4000 typ host", "abcd"});
  phone.execute(LocalCandidate{
      1, "0", "candidate:2 1 udp 8 203.0.113.1 5000 typ srflx raddr 10.0.0.1 rport 4000", "abcd"});
  Accept accept{1, {}, {}};
  accept.options.media.candidates.host = false;
  phone.execute(accept);
  REQUIRE(phone.requests.back().trickle);
  phone.execute(MediaReady{1, phone.requests.back().token, std::string(test::answer)});
  const auto answered = phone.last_sent();
  REQUIRE(answered.status() == 200);
  phone.receive(
      "ACK sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKa\r\n"
      "From: <sip:bob@example.org>;tag=b1\r\nTo: <sip:alice@example.org>;tag=" +
      std::string(answered.to_tag()) + "\r\nCall-ID: call1\r\nCSeq: 1 ACK\r\n\r\n");
  const auto info = phone.last_sent();
  REQUIRE(info.method() == "INFO");
  CHECK(info.body().find("203.0.113.1 5000") != std::string_view::npos);
  for (const std::string& sent : phone.sent) CHECK(sent.find("10.0.0.1") == std::string::npos);
}

TEST_CASE("RFC 8840 4.3: a branch that refuses candidates does not take them from the others") {
  auto config = test::config();
  config.trickle = usage::Config::Trickle::full;
  Phone phone(config);
  const std::uint32_t id = phone.call();
  const auto invite = phone.last_sent();
  phone.execute(LocalCandidate{id, "0", "candidate:1 1 udp 9 192.0.2.1 4000 typ host", "abcd"});
  const std::string takes = "Contact: <sip:bob@b.invalid>\r\nRecv-Info: trickle-ice\r\n";
  phone.receive(Phone::response(invite, 180, "b1", takes + "\r\n"));
  const auto first = phone.last_sent();
  REQUIRE(first.method() == "INFO");
  phone.receive(Phone::response(invite, 180, "b2", takes + "\r\n"));
  const auto second = phone.last_sent();
  REQUIRE(second.to_tag() == "b2");
  phone.receive(Phone::response(second, 200, "b2"));
  // The telephone of that branch has been taken off the line.
  phone.receive(Phone::response(first, 481, "b1"));
  const std::string answer = std::string(test::answer) + "a=ice-options:trickle\r\n";
  phone.receive(
      Phone::response(invite, 200, "b2", takes + "Content-Type: application/sdp\r\n\r\n" + answer));
  phone.execute(MediaReady{id, phone.requests.back().token, {}});
  phone.execute(LocalCandidate{id, "0", "candidate:2 1 udp 9 192.0.2.1 4001 typ host", "abcd"});
  const auto info = phone.last_sent();
  CHECK(info.method() == "INFO");
  CHECK(info.to_tag() == "b2");
  CHECK(info.body().find("192.0.2.1 4001") != std::string_view::npos);
}

TEST_CASE("RFC 3264 8: what another connection of the browser offers is of the same session") {
  Phone phone;
  const auto invite = established(phone);
  phone.execute(ChangeCall{1, Change::hold, {}});
  std::string other(test::offer);
  other.replace(other.find("o=- 1 1 IN"), 10, "o=- 7 5 IN");
  other += "a=sendonly\r\n";
  phone.execute(MediaReady{1, phone.requests.back().token, other});
  const auto reinvite = phone.last_sent();
  REQUIRE(reinvite.method() == "INVITE");
  CHECK(reinvite.body().find("o=- 1 2 IN IP4 127.0.0.1\r\n") != std::string_view::npos);
  phone.receive(Phone::response(reinvite, 200, "b1", with_body("", test::answer)));
  phone.execute(MediaReady{1, phone.requests.back().token, {}});

  // It answers, too.
  phone.receive(of_peer(invite, "INVITE", 1, with_body("", test::offer)));
  std::string answer(test::answer);
  answer.replace(answer.find("o=- 2 1 IN"), 10, "o=- 7 6 IN");
  phone.execute(MediaReady{1, phone.requests.back().token, answer});
  CHECK(phone.last_sent().status() == 200);
  CHECK(phone.last_sent().body().find("o=- 1 3 IN IP4 127.0.0.1\r\n") != std::string_view::npos);
}
