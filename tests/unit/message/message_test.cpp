#include "message/message.hpp"

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "message/headers/expires.hpp"
#include "message/redact.hpp"
#include "message/status.hpp"
#include "message/write_message.hpp"

using namespace sipml;
using namespace sipml::message;

namespace {

const std::string options =
    "OPTIONS sip:bob@example.org SIP/2.0\r\n"
    "Via: SIP/2.0/WSS x.invalid;branch=z9hG4bKa\r\n"
    "Max-Forwards: 70\r\n"
    "From: \"Al \\\"x\\\" ice\" <sip:alice@example.org>;tag=f1\r\n"
    "To: <sip:bob@example.org>\r\n"
    "Call-ID: id@x\r\n"
    "CSeq: 7 OPTIONS\r\n";

Message parsed(std::string text) {
  auto message = parse_message(std::move(text));
  REQUIRE(message);
  return std::move(message).value();
}

/// `options` with one line replaced or, without `from`, appended.
std::string with(const std::string& from, const std::string& to) {
  std::string text = options;
  if (from.empty()) return text + to + "\r\n";
  const std::size_t start = text.find(from);
  text.replace(start, text.find("\r\n", start) + 2 - start, to);
  return text + "\r\n";
}

}  // namespace

TEST_CASE("RFC 3261 7: a request and what routing needs of it") {
  const Message message = parsed(options + "Content-Type: text/plain;charset=utf-8\r\n\r\nhello");
  CHECK(message.is_request());
  CHECK(message.method() == "OPTIONS");
  CHECK(message.request_uri() == "sip:bob@example.org");
  CHECK(message.top_via().transport == "WSS");
  CHECK(message.top_via().sent_by == "x.invalid");
  CHECK(message.top_via().branch() == "z9hG4bKa");
  CHECK(message.from().display_name == "Al \"x\" ice");
  CHECK(message.from().tag() == "f1");
  CHECK(message.to().tag().empty());
  CHECK(message.call_id() == "id@x");
  CHECK(message.cseq().number == 7);
  CHECK(message.content_type() == "text/plain");
  CHECK(message.body() == "hello");
  CHECK(!message.fault());
  CHECK(message.diagnostics().empty());
}

TEST_CASE("RFC 3261 7.2: a response; the phrase may be empty or hold anything") {
  const Message message = parsed(
      "SIP/2.0 200 \r\nv: SIP / 2.0 / ws x.INVALID ; branch=z9hG4bKa\r\nf: <sip:a@b>;tag=1\r\n"
      "t: sip:b@b;tag=2\r\ni: c\r\nCSeq: 1 INVITE\r\nl: 0\r\n\r\n");
  CHECK(message.status() == 200);
  CHECK(message.reason().empty());
  CHECK(message.top_via().transport == "WS");
  CHECK(message.top_via().sent_by == "x.invalid");
  CHECK(message.to().tag() == "2");
  CHECK(!message.fault());
}

TEST_CASE("RFC 3261 7.3.1: folded lines are one value, comma lists equal repeated headers") {
  const Message message = parsed(with("", "Supported: a,\r\n b\r\n\t,c\r\nk: d\r\n"));
  const auto values = message.values(HeaderName::supported);
  REQUIRE(values.size() == 4);
  CHECK(values[1] == "b");
  CHECK(values[3] == "d");
}

TEST_CASE("RFC 3261 7.5: CRLF before the start line is passed over; no message is an error") {
  CHECK(parse_message("\r\n\r\n" + options + "\r\n"));
  for (const char* text :
       {"", "\r\n", "hello", "hello\r\n\r\n", "INVITE\r\n\r\n", "SIP/2.0 99 x\r\n\r\n",
        "SIP/2.0 700 x\r\n\r\n", "SIP/2.0 2000 x\r\n\r\n", "INV ITE sip:x HTTP/1.1\r\n\r\n",
        "OPTIONS sip:x SIP/2.0\n\n"})
    CHECK_MESSAGE(!parse_message(text), text);
  CHECK(!parse_message(options));
}

TEST_CASE("RFC 3261 8.2.2, 16.3: what makes a request unusable, and the answer to it") {
  const auto fault = [](const std::string& text) {
    const Message message = parsed(text);
    REQUIRE(message.fault());
    return message.fault()->status;
  };
  CHECK(fault(with("OPTIONS sip", "OPTIONS sip:bob@example.org SIP/7.0\r\n")) == 505);
  CHECK(fault(with("OPTIONS sip", "OPTIONS <sip:bob@example.org> SIP/2.0\r\n")) == 400);
  CHECK(fault(with("CSeq", "CSeq: 7 INVITE\r\n")) == 400);
  CHECK(fault(with("CSeq", "CSeq: 2147483648 OPTIONS\r\n")) == 400);
  CHECK(fault(with("CSeq", "")) == 400);
  CHECK(fault(with("To", "To: <sip:bob@example.org\r\n")) == 400);
  CHECK(fault(with("", "From: <sip:eve@example.org>;tag=2\r\n")) == 400);
  CHECK(fault(with("Via", "")) == 400);
  CHECK(fault(with("", "Content-Length: 5\r\n")) == 400);
  CHECK(fault(with("", "Content-Length: -1\r\n")) == 400);
  CHECK(fault(with("", "Content-Length: 0\r\nl: 1\r\n")) == 400);
}

TEST_CASE("RFC 4475 3.1.1.2: a quoted NUL is part of a value, another one costs the header") {
  using namespace std::string_literals;
  CHECK(parsed(with("To", "To: \"a\\\0b\" <sip:b@c>\r\n"s)).to().display_name == "a\0b"s);
  CHECK(parsed(with("", "Subject: a\0b\r\n"s)).diagnostics().size() == 1);
}

TEST_CASE("RFC 4475 3.1.2.11: blanks behind a request line are passed over") {
  const Message message = parsed(with("OPTIONS sip", "OPTIONS sip:bob@example.org SIP/2.0 \t\r\n"));
  CHECK(!message.fault());
  CHECK(message.request_uri() == "sip:bob@example.org");
  CHECK(message.diagnostics().size() == 1);
}

TEST_CASE(
    "RFC 3261 20.42: a Via of any version is one, and what is none makes a message unusable") {
  CHECK(parsed(with("OPTIONS sip", "OPTIONS sip:bob@example.org SIP/7.0\r\n")).is_answerable());
  CHECK(!parsed(with("Via", "Via: SIP / 3.0 / WS x;branch=z9hG4bKa\r\n")).fault());
  const Message message = parsed(with("Via", "Via: SIP/2.0/WS x;branch=z9hG4bKa,;\r\n"));
  REQUIRE(message.fault());
  CHECK(message.fault()->status == 400);
  CHECK(message.is_answerable());
}

TEST_CASE("RFC 3261 8.2.6.2: only what can be answered is answerable") {
  CHECK(parsed(with("CSeq", "CSeq: 36893488147419103232 OPTIONS\r\n")).is_answerable());
  CHECK(!parsed(with("CSeq", "CSeq: x\r\n")).is_answerable());
  CHECK(!parsed(with("CSeq", "")).is_answerable());
  CHECK(!parsed(with("Call-ID", "")).is_answerable());
}

TEST_CASE("RFC 3261 18.3: a shorter Content-Length cuts the body, with a diagnostic") {
  const Message message = parsed(options + "Content-Length: 2\r\n\r\nhello");
  CHECK(message.body() == "he");
  CHECK(!message.fault());
  REQUIRE(message.diagnostics().size() == 1);
  CHECK(message.diagnostics()[0].header == "Content-Length");
}

TEST_CASE("A malformed header costs that header, not the message") {
  const Message message = parsed(
      with("", "Bad Header: x\r\nno colon\r\nUser-Agent: a\rb\r\nSubject: fine\r\n: empty\r\n"));
  CHECK(!message.fault());
  CHECK(message.diagnostics().size() == 4);
  CHECK(!message.header(HeaderName::user_agent));
  CHECK(message.header(HeaderName::subject) == "fine");
  CHECK(message.diagnostics()[1].offset ==
        options.size() + std::string("Bad Header: x\r\n").size());
}

TEST_CASE("Names of headers that JavaScript's objects know are ordinary names") {
  const Message message = parsed(with("", "__proto__: 1\r\nconstructor: 2\r\n"));
  CHECK(message.all_headers().size() == 8);
  CHECK(message.all_headers()[6].first == "__proto__");
}

TEST_CASE("Limits: message size, header count, header value and name") {
  SUBCASE("message") {
    const std::string head = options + "\r\n";
    const auto body = [&](std::size_t size) { return head + std::string(size - head.size(), 'x'); };
    CHECK(parse_message(body(limits::message_size - 1)));
    CHECK(parse_message(body(limits::message_size)));
    CHECK(!parse_message(body(limits::message_size + 1)));
  }
  SUBCASE("headers") {
    const auto headers = [](std::size_t count) {
      std::string text = options;
      for (std::size_t i = 6; i < count; ++i) text += "X: 1\r\n";
      return parsed(text + "\r\n");
    };
    CHECK(!headers(limits::header_count - 1).fault());
    CHECK(!headers(limits::header_count).fault());
    CHECK(headers(limits::header_count + 1).fault()->status == 513);
  }
  SUBCASE("value") {
    const auto value = [](std::size_t size) {
      return parsed(with("", "X: " + std::string(size, 'x') + "\r\n"));
    };
    CHECK(!value(limits::header_value_size).fault());
    CHECK(value(limits::header_value_size + 1).fault()->status == 513);
  }
  SUBCASE("name") {
    CHECK(parsed(with("", std::string(limits::header_name_size, 'x') + ": 1\r\n"))
              .diagnostics()
              .empty());
    CHECK(parsed(with("", std::string(limits::header_name_size + 1, 'x') + ": 1\r\n"))
              .diagnostics()
              .size() == 1);
  }
}

TEST_CASE("Every prefix of a message is refused, faulty or short, and never breaks anything") {
  const std::string text = options + "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto message = parse_message(text.substr(0, size));
    CHECK((!message || message->fault()));
  }
}

TEST_CASE("RFC 3261 8.2.6.2: a response copies Via, From, To, Call-ID and CSeq") {
  const Message request = parsed(with("Via",
                                      "Via: SIP/2.0/WS a.invalid;branch=z9hG4bKa,\r\n"
                                      " SIP/2.0/WS b.invalid;branch=z9hG4bKb\r\n"
                                      "v: SIP/2.0/WS c.invalid;branch=z9hG4bKc\r\n"));
  const auto response = parsed(write(make_response(request, 486, "t1")));
  CHECK(response.status() == 486);
  CHECK(response.reason() == "Busy Here");
  CHECK(response.via_count() == 3);
  CHECK(response.to().tag() == "t1");
  CHECK(parsed(write(make_response(request, 100, "t1"))).to().tag().empty());
}

TEST_CASE("RFC 3261 20.14: Content-Length counts octets") {
  Request request;
  request.method = "MESSAGE";
  request.request_uri = "sip:a@b";
  request.body =
      "P\xC3\xAA"
      "che";
  CHECK(write(request).find("Content-Length: 6\r\n") != std::string::npos);
}

TEST_CASE("RFC 3261 20.19: seconds beyond 2**32-1 count as that, no digits as none") {
  CHECK(parse_delta_seconds("3600") == 3600u);
  CHECK(parse_delta_seconds(" 18 (soon);duration=3") == 18u);
  CHECK(parse_delta_seconds("4294967295") == 4294967295u);
  CHECK(parse_delta_seconds("4294967296") == 4294967295u);
  CHECK(parse_delta_seconds("99999999999999999999999999") == 4294967295u);
  CHECK(!parse_delta_seconds(""));
  CHECK(!parse_delta_seconds("-1"));
}

TEST_CASE("What is shown of a message holds no credentials") {
  const std::string shown = redact(
      "REGISTER sip:x SIP/2.0\r\nAuthorization: Digest username=\"a\",\r\n response=\"SECRET\"\r\n"
      "proxy-authorization : Digest SECRET\r\n"
      "Contact: <sip:a@b>;impi=a;ha1=SECRET;x=1, <sip:c@d>;HA1=SECRET\r\n"
      "WWW-Authenticate: Digest nonce=\"n\"\r\n\r\nAuthorization: body\r\n");
  CHECK(shown.find("SECRET") == std::string::npos);
  CHECK(shown.find(";x=1") != std::string::npos);
  CHECK(shown.find("nonce=\"n\"") != std::string::npos);
  CHECK(shown.ends_with("Authorization: body\r\n"));
}

TEST_CASE("What is shown holds no credentials behind an empty line that ends no headers") {
  const std::string text =
      "REGISTER sip:x SIP/2.0\r\nSubject: a\n\r\nAuthorization: Digest SECRET\r\n\r\nbody";
  REQUIRE(parsed(text).header(HeaderName::authorization).has_value());
  CHECK(redact(text).find("SECRET") == std::string::npos);
}

TEST_CASE("RFC 3261 21: a phrase for every status") {
  CHECK(reason_phrase(486) == "Busy Here");
  for (int status = 100; status < 700; ++status) CHECK(!reason_phrase(status).empty());
  CHECK(reason_phrase(700).empty());
}

TEST_CASE("RFC 3261 7.3: a malformed address costs that value, not the message") {
  const Message message =
      parsed(options + "Contact: <sip:a@b>, \"open <sip:c@d>\r\n" +
             "Contact: \"*\" <sip:e@f>;q=0.5, *\r\nRoute: <sip:g@h;lr>, <sip:>\r\n\r\n");
  CHECK_FALSE(message.fault().has_value());
  const auto contacts = message.addresses(HeaderName::contact);
  REQUIRE(contacts.size() == 2);
  CHECK(contacts[0].uri.user == "a");
  CHECK(contacts[1].display_name == "*");
  CHECK(message.addresses(HeaderName::route).size() == 1);
  CHECK(message.addresses(HeaderName::record_route).empty());
  REQUIRE(message.diagnostics().size() == 2);
  CHECK(message.diagnostics()[0].header == "Contact");
  CHECK(message.diagnostics()[1].header == "Route");
  CHECK(message.bytes()[message.diagnostics()[1].offset] == '>');
}

TEST_CASE("RFC 8839 5.4, RFC 4568 9.1: what protects media is not shown") {
  const std::string shown =
      "v=0\r\na=ice-ufrag:abcd\r\na=ice-pwd:***\r\nk=***\r\na=acap:1 ice-pwd:***\n"
      "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***\r\na=acap:2 crypto:1 X inline:***\r\n"
      "a=acap:3 setup:actpass\r\na=fingerprint:sha-1 AA\r\na=crypto:2 none\r\na=ice-pwd";
  std::string secret = shown;
  for (std::size_t at = secret.find("***"); at != std::string::npos; at = secret.find("***"))
    secret.replace(at, 3, "d0RmdmcmVCspeEc3QG|2^20 FEC");
  CHECK(redact_description(secret) == shown);
  CHECK(redact_description(shown) == shown);
  CHECK(redact_description("").empty());
  const std::string head = "INVITE sip:b@h SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n";
  CHECK(redact(head + secret) == head + shown);
}
