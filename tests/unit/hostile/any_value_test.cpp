#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>

#include "message/header_name.hpp"
#include "unit/agent/phone.hpp"

using namespace sipml;
using namespace sipml::agent;
using namespace sipml::agent::test;
using message::HeaderName;

namespace {

/// Values of headers of every kind, then such as are of none.
const std::vector<std::string>& values() {
  static const std::vector<std::string> all{
      "SIP/2.0/WSS x.invalid;branch=z9hG4bKother",
      "SIP / 2.0 / UDP [2001:db8::1]:5060;received=192.0.2.1;rport",
      "\"Carol\" <sip:carol@example.org>;tag=c1",
      "sip:carol@example.org",
      "<tel:+4930123456>, <sips:x@example.org;lr>",
      "*",
      "42 INVITE",
      "42 BYE",
      "4294967295 ACK 1 INVITE",
      "id@example.org",
      "id@example.org;to-tag=1;from-tag=2;early-only",
      "0",
      "70",
      "-1",
      "4294967296",
      "99999999999999999999999999999999999999",
      "1800;refresher=uac",
      "120 (later);duration=3600",
      "application/sdp",
      "text/plain;charset=utf-8",
      "multipart/mixed;boundary=b",
      "multipart/mixed",
      "session;handling=optional",
      "gzip",
      "identity",
      "base64",
      "100rel, timer, nothingSupportsThis",
      "INVITE, ACK, BYE",
      "presence;id=1",
      "terminated;reason=timeout;retry-after=3",
      "SIP;cause=200;text=\"Call completed elsewhere\", Q.850;cause=16",
      "307 example.org \"Why not\"",
      "Sat, 13 Nov 2010 23:29:00 GMT",
      "Digest realm=\"example.org\", nonce=\"n\", algorithm=MD5, qop=\"auth\"",
      "Digest username=\"alice\", realm=\"example.org\", response=\"x\"",
      "nextnonce=\"n2\", qop=auth",
      "<urn:service:sos>;index=1.1",
      "user;id;critical",
      "",
      " ",
      ",",
      ",,,,;;;;",
      ";",
      ";tag",
      "=",
      "\"",
      "\"\\",
      "<",
      "<>",
      "<sip:",
      ">",
      "(((((",
      "%",
      "[::",
      "\xC3\xA9\xE2\x82\xAC",
      "\xFF\xFE\x80",
      "\\\r\n \\",
      "__proto__",
      "constructor",
      "toString",
      "hasOwnProperty",
      "then",
      std::string(1000, ','),
      std::string(1000, '<'),
      std::string(1000, '"'),
      std::string(1000, ';'),
      std::string(4000, 'x')};
  return all;
}

bool is_one_of(HeaderName name, std::initializer_list<HeaderName> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Headers whose value may change what becomes of a message: what routes it, says what its body is,
/// or demands something.
bool matters(HeaderName name) {
  using enum HeaderName;
  return is_one_of(name, {via, from, to, call_id, cseq, contact, record_route, content_length,
                          content_type, content_disposition, content_encoding,
                          content_transfer_encoding, require, accept, replaces});
}

/// `text`, a message whose headers stand each on a line of its own, with this one in place of those
/// of the same name.
std::string with(const std::string& text, HeaderName name, const std::string& value) {
  std::string result;
  std::size_t position = 0;
  while (true) {
    const std::size_t end = text.find("\r\n", position);
    const std::string line = text.substr(position, end - position);
    if (line.empty()) break;
    const bool is_replaced =
        position > 0 && message::header_name(line.substr(0, line.find(':'))) == name;
    if (!is_replaced) result += line + "\r\n";
    position = end + 2;
  }
  result += std::string(message::to_string(name)) + ": " + value + "\r\n";
  return result + text.substr(position);
}

std::string offering_invite(int number) {
  std::string text = Phone::invite(number);
  text.resize(text.size() - 2);
  return text + "Content-Type: application/sdp\r\n\r\n" + std::string(offer);
}

/// Final responses among what was sent.
std::size_t finals(const Phone& phone) {
  return static_cast<std::size_t>(std::count_if(
      phone.sent.begin(), phone.sent.end(),
      [](const std::string& sent) { return sent.starts_with("SIP/2.0 ") && sent[8] >= '2'; }));
}

std::string shown(HeaderName name, const std::string& value) {
  return std::string(message::to_string(name)) + ": " + value.substr(0, 80);
}

}  // namespace

TEST_CASE("RFC 3261 7.3: an INVITE with any value in any header; what matters not costs no call") {
  for (const message::HeaderRow& row : message::header_rows()) {
    if (row.id == HeaderName::other) continue;
    for (const std::string& value : values()) {
      Phone phone;
      const std::size_t before = phone.events.size();
      phone.receive(with(offering_invite(1), row.id, value));
      const bool rings = phone.count<usage::CallIncoming>() == 1;
      const std::string what = shown(row.id, value);
      if (matters(row.id)) {
        // Answered once, or dropped and told.
        CHECK_MESSAGE(finals(phone) <= 1, what);
        CHECK_MESSAGE(rings != (finals(phone) == 1 || phone.sent.empty()), what);
        if (phone.sent.empty()) CHECK_MESSAGE(phone.events.size() > before, what);
      } else {
        CHECK_MESSAGE(rings, what);
        CHECK_MESSAGE(finals(phone) == 0, what);
      }
      const std::size_t calls = phone.count<usage::CallIncoming>();
      phone.receive(offering_invite(2));
      CHECK_MESSAGE(phone.count<usage::CallIncoming>() == calls + 1, what);
    }
  }
}

TEST_CASE("RFC 3261 7.3: a 200 with any value in any header; what matters not costs no call") {
  for (const message::HeaderRow& row : message::header_rows()) {
    if (row.id == HeaderName::other) continue;
    for (const std::string& value : values()) {
      Phone phone;
      const std::uint32_t id = phone.call();
      const std::string good =
          Phone::response(phone.last_sent(), 200, "bob",
                          "Contact: <sip:bob@b.invalid>\r\nContent-Type: application/sdp\r\n\r\n" +
                              std::string(answer));
      phone.receive(with(good, row.id, value));
      const std::string what = shown(row.id, value);
      if (matters(row.id)) {
        CHECK_MESSAGE(phone.count<usage::CallEnded>() <= 1, what);
        // What was not taken for the answer leaves room for it.
        if (phone.requests.back().type == usage::MediaRequest::Type::create_offer)
          phone.receive(good);
      }
      const auto& last = phone.requests.back();
      if (last.type == usage::MediaRequest::Type::apply_answer)
        phone.execute(MediaReady{id, last.token, {}});
      const bool is_established = phone.count<usage::CallEstablished>() == 1;
      if (matters(row.id))
        CHECK_MESSAGE((is_established || last.type == usage::MediaRequest::Type::close), what);
      else
        CHECK_MESSAGE(is_established, what);
    }
  }
}

TEST_CASE("RFC 3261 7.3.1: as many headers as there may be, of one name or of many") {
  const auto rings = [](const std::string& lines) {
    Phone phone;
    std::string text = offering_invite(1);
    text.insert(text.find("\r\n") + 2, lines);
    phone.receive(text);
    return phone.count<usage::CallIncoming>() == 1;
  };
  const auto repeated = [](const std::string& line, std::size_t count) {
    std::string lines;
    for (std::size_t i = 0; i < count; ++i) lines += line + "\r\n";
    return lines;
  };
  CHECK(rings(repeated("Accept: application/sdp", 60)));
  CHECK(rings(repeated("Accept: text/plain", 60) + "Accept: application/sdp\r\n"));
  CHECK(rings(repeated("Supported: 100rel, timer, x", 200)));
  CHECK(rings(repeated("X-Unknown: \"<", 200)));
  std::string many;
  for (int i = 0; i < 200; ++i) many += "X-" + std::to_string(i) + ": y\r\n";
  CHECK(rings(many));
  CHECK_FALSE(rings(repeated("Subject: again", 1000)));
  CHECK_FALSE(rings(repeated("X: y", 10000)));
}

TEST_CASE("RFC 3261 7.3: headers that nobody knows are kept octet for octet") {
  for (const std::string& value : values()) {
    // Folds become blanks, and blanks at the ends are none of the value.
    if (value.find('\r') != std::string::npos || value == " ") continue;
    const std::string text = with(offering_invite(1), HeaderName::subject, value);
    std::string unknown = text;
    unknown.replace(unknown.find("\r\nSubject:"), 10, "\r\nX-Un_known~:");
    const auto parsed = message::parse_message(unknown);
    REQUIRE(parsed);
    bool is_kept = false;
    for (const auto& [name, kept] : parsed->all_headers())
      if (name == "X-Un_known~") is_kept = kept == value;
    CHECK_MESSAGE(is_kept, value.substr(0, 80));
  }
}
