#include <doctest/doctest.h>

#include "unit/agent/phone.hpp"

using namespace sipml;
using namespace sipml::agent;
using namespace sipml::agent::test;

namespace {

const std::string session =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 "
    "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:"
    "FF"
    "\r\n"
    "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
    "c=IN IP4 0.0.0.0\r\na=mid:0\r\na=rtcp-mux\r\n";
const std::string peer_offer = session + "a=setup:actpass\r\n";
const std::string peer_answer = session + "a=setup:active\r\n";

std::string part(std::string_view headers, std::string_view body) {
  return "--b\r\n" + std::string(headers) + "\r\n" + std::string(body) + "\r\n";
}

const std::string optional_part =
    part("Content-Type: application/x-unknown\r\nContent-Disposition: render;handling=optional\r\n",
         "zzz");
const std::string required_part = part("Content-Type: application/x-unknown\r\n", "zzz");

std::string description_part(std::string_view description) {
  return part("Content-Type: application/sdp\r\n", description);
}

/// Header lines and body of a multipart, for the end of a message.
std::string multipart(const std::string& parts, std::string_view subtype = "mixed") {
  return "Content-Type: multipart/" + std::string(subtype) + ";boundary=b\r\n\r\n" + parts +
         "--b--\r\n";
}

std::string invite_with(const std::string& rest) {
  std::string text = Phone::invite(1);
  text.resize(text.size() - 2);
  return text + rest;
}

/// A request of the peer of an incoming call inside its dialog.
std::string in_dialog(const Phone& phone, const std::string& method, int cseq, int branch,
                      const std::string& rest) {
  for (auto sent = phone.sent.rbegin(); sent != phone.sent.rend(); ++sent) {
    const auto response = message::parse_message(*sent);
    REQUIRE(response);
    if (response->is_request() || response->to().tag().empty()) continue;
    return method + " sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKd" +
           std::to_string(branch) + "\r\nFrom: <sip:bob@example.org>;tag=b1\r\nTo: " +
           std::string(*response->header(message::HeaderName::to)) +
           "\r\nCall-ID: call1\r\nCSeq: " + std::to_string(cseq) + " " + method +
           "\r\nContact: <sip:bob@b.invalid>\r\n" + rest;
  }
  FAIL("nothing was answered");
  return {};
}

}  // namespace

TEST_CASE("RFC 5621 8: an INVITE with a description among other parts rings") {
  for (const std::string& parts :
       {description_part(peer_offer), description_part(peer_offer) + optional_part,
        optional_part + description_part(peer_offer),
        "preamble\r\n" + description_part(peer_offer)}) {
    Phone phone;
    phone.receive(invite_with(multipart(parts)));
    CHECK(phone.last_sent().status() == 180);
    REQUIRE(phone.count<usage::CallIncoming>() == 1);
    for (const usage::Event& event : phone.events)
      if (const auto* incoming = std::get_if<usage::CallIncoming>(&event)) {
        CHECK(incoming->has_offer);
        CHECK(incoming->offered.audio == sdp::Direction::sendrecv);
      }
    CHECK(phone.requests.back().type == usage::MediaRequest::Type::prepare_answer);
    CHECK(phone.requests.back().description.find("m=audio") != std::string::npos);
    CHECK(phone.requests.back().description.find("--b") == std::string::npos);
  }
}

TEST_CASE("RFC 5621 8: an INVITE whose parts are not understood is refused") {
  Phone phone;
  phone.receive(invite_with(multipart(description_part(peer_offer) + required_part)));
  const message::Message refusal = phone.last_sent();
  CHECK(refusal.status() == 415);
  CHECK(refusal.header(message::HeaderName::accept) ==
        "application/sdp, multipart/mixed, multipart/alternative, multipart/related");
  CHECK(phone.count<usage::CallIncoming>() == 0);

  Phone other;
  other.receive(
      invite_with(multipart(required_part + description_part(peer_offer), "alternative")));
  CHECK(other.last_sent().status() == 180);
}

TEST_CASE("RFC 2046 5.1.1: an INVITE that cannot be taken apart is refused and told") {
  for (const std::string& rest :
       {std::string("Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"),
        "Content-Type: multipart/mixed;boundary=c\r\n\r\n" + description_part(peer_offer)}) {
    Phone phone;
    phone.receive(invite_with(rest));
    CHECK(phone.last_sent().status() == 400);
    CHECK(phone.count<usage::CallIncoming>() == 0);
    bool is_told = false;
    for (const usage::Event& event : phone.events)
      if (const auto* diagnostic = std::get_if<usage::Diagnostic>(&event))
        if (diagnostic->code == "malformed_body") {
          is_told = true;
          // Behind the headers.
          CHECK(diagnostic->offset == invite_with(rest).find("\r\n\r\n") + 4);
        }
    CHECK(is_told);
  }
}

TEST_CASE("RFC 3261 13.2.1, RFC 5621 8: an INVITE with other parts only is one without an offer") {
  Phone phone;
  phone.receive(invite_with(multipart(optional_part)));
  REQUIRE(phone.count<usage::CallIncoming>() == 1);
  Accept accept;
  accept.call = 1;
  phone.execute(accept);
  REQUIRE(phone.requests.back().type == usage::MediaRequest::Type::create_offer);
  phone.execute(MediaReady{1, phone.requests.back().token, peer_offer});
  CHECK(phone.last_sent().status() == 200);
  // The answer stands in a multipart as well.
  phone.receive(
      in_dialog(phone, "ACK", 1, 2, multipart(required_part + description_part(peer_answer))));
  CHECK(phone.requests.back().type == usage::MediaRequest::Type::apply_answer);
  CHECK(phone.requests.back().description.find("a=setup:active") != std::string::npos);
}

TEST_CASE("RFC 5621 8: a re-INVITE with several parts") {
  Phone phone;
  phone.receive(invite_with(multipart(description_part(peer_offer))));
  Accept accept;
  accept.call = 1;
  phone.execute(accept);
  phone.execute(MediaReady{1, phone.requests.back().token, peer_answer});
  REQUIRE(phone.last_sent().status() == 200);
  phone.receive(in_dialog(phone, "ACK", 1, 2, "\r\n"));

  phone.receive(
      in_dialog(phone, "INVITE", 2, 3, multipart(description_part(peer_offer) + required_part)));
  CHECK(phone.last_sent().status() == 415);
  CHECK(phone.last_sent().header(message::HeaderName::accept).has_value());
  phone.receive(in_dialog(phone, "INVITE", 3, 4, multipart("no part\r\n")));
  CHECK(phone.last_sent().status() == 400);
  std::string held = peer_offer;
  held += "a=sendonly\r\n";
  const std::size_t asked = phone.requests.size();
  phone.receive(
      in_dialog(phone, "INVITE", 4, 5, multipart(optional_part + description_part(held))));
  REQUIRE(phone.requests.size() == asked + 1);
  CHECK(phone.requests.back().type == usage::MediaRequest::Type::create_answer);
  CHECK(phone.count<usage::CallRemoteHold>() == 0);
  phone.execute(MediaReady{1, phone.requests.back().token, peer_answer});
  CHECK(phone.last_sent().status() == 200);
  CHECK(phone.count<usage::CallRemoteHold>() == 1);
  CHECK(phone.count<usage::CallEnded>() == 0);
}

TEST_CASE("RFC 5621 8: responses with several parts") {
  Phone phone;
  const std::uint32_t id = phone.call();
  const message::Message invite = phone.last_sent();
  phone.receive(Phone::response(invite, 183, "bob",
                                "Contact: <sip:bob@b.invalid>\r\n" +
                                    multipart(optional_part + description_part(peer_answer))));
  REQUIRE(phone.requests.back().type == usage::MediaRequest::Type::apply_answer);
  CHECK(phone.requests.back().provisional);
  phone.execute(MediaReady{id, phone.requests.back().token, {}});
  phone.receive(Phone::response(invite, 200, "bob",
                                "Contact: <sip:bob@b.invalid>\r\n" +
                                    multipart(required_part + description_part(peer_answer))));
  REQUIRE(phone.requests.back().type == usage::MediaRequest::Type::apply_answer);
  CHECK_FALSE(phone.requests.back().provisional);
  CHECK(phone.requests.back().description.find("--b") == std::string::npos);
  phone.execute(MediaReady{id, phone.requests.back().token, {}});
  CHECK(phone.count<usage::CallEstablished>() == 1);
  CHECK(phone.count<usage::CallEnded>() == 0);
}

TEST_CASE("RFC 3261 21.4.13: encodings of a body") {
  const auto status = [](const std::string& headers, std::string_view body) {
    Phone phone;
    phone.receive(
        invite_with("Content-Type: application/sdp\r\n" + headers + "\r\n" + std::string(body)));
    return phone.last_sent().status();
  };
  CHECK(status("Content-Encoding: identity\r\n", peer_offer) == 180);
  CHECK(status("e: Identity\r\n", peer_offer) == 180);
  for (const std::string coding : {"gzip", "deflate", "br", "x", "identity, gzip"})
    CHECK(status("Content-Encoding: " + coding + "\r\n", peer_offer) == 415);
  CHECK(status("Content-Encoding: identity\r\ne: gzip\r\n", peer_offer) == 415);
  // Of no body there is no encoding.
  CHECK(status("Content-Encoding: gzip\r\n", "") == 180);
  Phone phone;
  phone.receive(invite_with("Content-Type: application/sdp\r\ne: gzip\r\n\r\n\x1F\x8B"));
  CHECK(phone.sent.back().find("\r\nAccept-Encoding: identity\r\n") != std::string::npos);
}
