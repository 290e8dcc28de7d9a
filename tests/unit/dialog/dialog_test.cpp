/// Dialogs: what is remembered of a peer, and what a request inside the dialog is made of.
#include "dialog/dialog.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace sipml;
using dialog::Dialog;
using dialog::Order;

namespace {

message::Message parsed(std::string text) {
  auto message = message::parse_message(std::move(text));
  REQUIRE(message);
  REQUIRE_FALSE(message->fault().has_value());
  return std::move(message).value();
}

message::Request invite() {
  message::Request request;
  request.method = "INVITE";
  request.request_uri = "sip:bob@example.org";
  request.headers = {{"Via", "SIP/2.0/WS a.invalid;branch=z9hG4bK1"},
                     {"From", "\"A, <B>\" <sip:alice@example.org>;tag=a1"},
                     {"To", "<sip:bob@example.org>"},
                     {"Call-ID", "c1"},
                     {"CSeq", "7 INVITE"}};
  return request;
}

message::Message response(int status, std::string_view more, std::string_view tag = ";tag=b1") {
  return parsed("SIP/2.0 " + std::to_string(status) +
                " X\r\nVia: SIP/2.0/WS a.invalid;branch=z9hG4bK1\r\n"
                "From: \"A, <B>\" <sip:alice@example.org>;tag=a1\r\nTo: <sip:bob@example.org>" +
                std::string(tag) + "\r\nCall-ID: c1\r\nCSeq: 7 INVITE\r\n" + std::string(more) +
                "\r\n");
}

message::Message request(std::string_view method, std::string_view more,
                         std::string_view tags = ";tag=a1", std::uint32_t cseq = 3) {
  return parsed(std::string(method) +
                " sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS b.invalid;branch=z9hG4bK2\r\n"
                "From: <sip:bob@example.org>;tag=b1\r\nTo: <sip:alice@example.org>" +
                std::string(tags) + "\r\nCall-ID: c1\r\nCSeq: " + std::to_string(cseq) + ' ' +
                std::string(method) + "\r\n" + std::string(more) + "\r\n");
}

std::vector<std::string> routes(const message::Request& request) {
  std::vector<std::string> values;
  for (const auto& field : request.headers)
    if (field.name == "Route") values.push_back(field.value);
  return values;
}

std::string field(const message::Request& request, std::string_view name) {
  const std::string* value = message::find_field(request.headers, name);
  return value ? *value : std::string();
}

}  // namespace

TEST_CASE("RFC 3261 12.1.2: the caller's dialog, its route set in reverse order") {
  Dialog dialog = Dialog::from_response(
      invite(), response(180,
                         "Record-Route: <sip:p3;lr>, \"x, y\" <sip:p2;lr>;a=\",\"\r\n"
                         "Contact: <sip:bob@b.invalid;transport=ws>\r\nrecord-route: <sip:p1;lr>"
                         "\r\n"));
  CHECK(dialog.state() == Dialog::State::early);
  CHECK(dialog.local_tag() == "a1");
  CHECK(dialog.remote_tag() == "b1");
  CHECK(dialog.call_id() == "c1");
  CHECK(dialog.remote_target() == "sip:bob@b.invalid;transport=ws");
  const auto bye = dialog.make_request("BYE");
  CHECK(bye.request_uri == "sip:bob@b.invalid;transport=ws");
  CHECK(routes(bye) ==
        std::vector<std::string>{"<sip:p1;lr>", "\"x, y\" <sip:p2;lr>;a=\",\"", "<sip:p3;lr>"});
  CHECK(field(bye, "CSeq") == "8 BYE");
  CHECK(field(bye, "From") == "\"A, <B>\" <sip:alice@example.org>;tag=a1");
  CHECK(field(bye, "To") == "<sip:bob@example.org>;tag=b1");
  CHECK(field(bye, "Max-Forwards") == "70");
  CHECK(field(dialog.make_request("INFO"), "CSeq") == "9 INFO");
  CHECK(dialog.next_cseq() == 10);
}

TEST_CASE("RFC 3261 13.2.2.4: a 2xx confirms and renews the route set and the target") {
  Dialog dialog = Dialog::from_response(
      invite(), response(183, "Record-Route: <sip:old;lr>\r\nContact: <sip:bob@old.invalid>\r\n"));
  dialog.confirm(response(200, "Contact: <sip:bob@new.invalid>\r\n"));
  CHECK(dialog.state() == Dialog::State::confirmed);
  CHECK(dialog.route_set().empty());
  const auto ack = dialog.make_ack(7);
  CHECK(ack.method == "ACK");
  CHECK(ack.request_uri == "sip:bob@new.invalid");
  CHECK(field(ack, "CSeq") == "7 ACK");
  CHECK(dialog.local_cseq() == 7);
  CHECK(Dialog::from_response(invite(), response(200, "")).state() == Dialog::State::confirmed);
}

TEST_CASE("RFC 3261 12.1.1: the callee's dialog, its route set in the order that it came") {
  Dialog dialog =
      Dialog::from_request(request("INVITE",
                                   "Record-Route: <sip:p1;lr>\r\nRecord-Route: <sip:p2;lr>\r\n"
                                   "Contact: <sip:bob@b.invalid>\r\n",
                                   ""),
                           "mine");
  CHECK(dialog.local_tag() == "mine");
  CHECK(dialog.remote_tag() == "b1");
  const auto bye = dialog.make_request("BYE");
  CHECK(routes(bye) == std::vector<std::string>{"<sip:p1;lr>", "<sip:p2;lr>"});
  CHECK(field(bye, "From") == "<sip:alice@example.org>;tag=mine");
  CHECK(field(bye, "To") == "<sip:bob@example.org>;tag=b1");
  CHECK(field(bye, "CSeq") == "1 BYE");
}

TEST_CASE("RFC 3261 12.2.1.1: a strict router first takes the Request-URI") {
  Dialog dialog = Dialog::from_response(
      invite(), response(200,
                         "Record-Route: <sip:p2;lr>, <sip:p1:5080;transport=ws;x=y>\r\n"
                         "Contact: <sip:bob@b.invalid>\r\n"));
  const auto bye = dialog.make_request("BYE");
  CHECK(bye.request_uri == "sip:p1:5080;transport=ws;x=y");
  CHECK(routes(bye) == std::vector<std::string>{"<sip:p2;lr>", "<sip:bob@b.invalid>"});
}

TEST_CASE("RFC 3261 12.2.2: a request is of the dialog by its Call-ID and both tags") {
  const Dialog dialog = Dialog::from_response(invite(), response(200, ""));
  CHECK(dialog.owns_request(request("BYE", "")));
  CHECK_FALSE(dialog.owns_request(request("BYE", "", ";tag=A1")));
  CHECK_FALSE(dialog.owns_request(request("BYE", "", "")));
  const Dialog other = Dialog::from_response(invite(), response(200, "", ";tag=b2"));
  CHECK_FALSE(other.owns_request(request("BYE", "")));
}

TEST_CASE("RFC 3261 12.1.2: a peer of RFC 2543 has no tag") {
  const Dialog dialog = Dialog::from_response(invite(), response(200, "", ""));
  CHECK(dialog.remote_tag().empty());
  const auto bye = parsed(
      "BYE sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS b.invalid;branch=z9hG4bK2\r\n"
      "From: <sip:bob@example.org>\r\nTo: <sip:alice@example.org>;tag=a1\r\nCall-ID: c1\r\n"
      "CSeq: 1 BYE\r\n\r\n");
  CHECK(dialog.owns_request(bye));
}

TEST_CASE("RFC 3261 12.2.2: CSeq numbers may skip and repeat, but not go back") {
  Dialog dialog = Dialog::from_response(invite(), response(200, ""));
  CHECK(dialog.accept(request("INFO", "", ";tag=a1", 5)) == Order::in_order);
  CHECK(dialog.accept(request("INFO", "", ";tag=a1", 4)) == Order::out_of_order);
  CHECK(dialog.accept(request("INFO", "", ";tag=a1", 5)) == Order::in_order);
  CHECK(dialog.accept(request("INFO", "", ";tag=a1", 2147483647)) == Order::in_order);
  CHECK(dialog.accept(request("INFO", "", ";tag=a1", 6)) == Order::out_of_order);
  Dialog callee = Dialog::from_request(request("INVITE", "", "", 9), "mine");
  CHECK(callee.accept(request("BYE", "", ";tag=mine", 8)) == Order::out_of_order);
  CHECK(callee.accept(request("BYE", "", ";tag=mine", 10)) == Order::in_order);
}

TEST_CASE("RFC 3261 19.1.1: what may not stand in a Request-URI is taken out of a Contact") {
  Dialog dialog = Dialog::from_response(invite(), response(200, ""));
  CHECK(dialog.remote_target() == "sip:bob@example.org");
  dialog.refresh_target(
      request("INVITE", "Contact: <sip:b@h;METHOD=BYE;a=1?Route=%3Csip:x%3E&body=y>;method=z\r\n"));
  CHECK(dialog.remote_target() == "sip:b@h;a=1");
  // What is no SIP URI, or cannot be read, moves nothing.
  for (const char* contact : {"*", "<tel:+1>", "<mailto:a@b>", "<sip:>", "\"x <sip:a@b>", ""}) {
    dialog.refresh_target(request("INVITE", "Contact: " + std::string(contact) + "\r\n"));
    CHECK(dialog.remote_target() == "sip:b@h;a=1");
  }
}
