/// sipml_call_function(): texts to data, data to texts, and what is wrong with either.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "bridge/functions_abi.h"
#include "bridge/json.hpp"

using sipml::bridge::Json;

namespace {

struct Answer {
  bool refused = false;
  Json json;
  std::string body;
  std::uint32_t flow = 0;

  const Json& value() const { return json["value"]; }
  std::string reason() const { return json["error"]["reason"].get<std::string>(); }
  std::size_t offset() const { return json["error"]["offset"].get<std::size_t>(); }
};

Answer call(std::uint32_t function, std::string_view head, std::string_view body = {}) {
  const auto size = static_cast<std::uint32_t>(head.size() + body.size());
  std::uint8_t* const buffer = sipml_input_buffer(size);
  for (std::size_t i = 0; i < head.size(); ++i) buffer[i] = static_cast<std::uint8_t>(head[i]);
  for (std::size_t i = 0; i < body.size(); ++i)
    buffer[head.size() + i] = static_cast<std::uint8_t>(body[i]);
  const sipml_output* output = sipml_call_function(
      function, static_cast<std::uint32_t>(head.size()), static_cast<std::uint32_t>(body.size()));
  Answer answer;
  answer.refused = output == nullptr;
  if (!output)
    output = sipml_last_error();
  else
    CHECK(output->kind == SIPML_RESULT);
  answer.flow = output->flow;
  answer.body = std::string(output->body, output->body_length);
  if (output->head_length > 0)
    answer.json = Json::parse(std::string(output->head, output->head_length), nullptr, false);
  CHECK_FALSE(answer.json.is_discarded());
  return answer;
}

Answer header(std::string_view name, std::string_view value) {
  return call(SIPML_PARSE_HEADER, name, value);
}

/// The one value of a header.
Json value_of(std::string_view name, std::string_view value) {
  const Answer answer = header(name, value);
  REQUIRE(answer.json["ok"] == true);
  REQUIRE(answer.value()["values"].size() == 1);
  return answer.value()["values"][0];
}

/// The value of a parameter in a list of them.
Json param(const Json& params, std::string_view name) {
  for (const Json& item : params)
    if (item["name"] == name) return item["value"];
  return "absent";
}

const std::string invite =
    "INVITE sip:bob@example.org SIP/2.0\r\n"
    "v: SIP/2.0/WSS a.invalid;branch=z9hG4bK1, SIP/2.0/TCP [2001:DB8::1]:5070;rport=9;received=::1"
    "\r\nFrom: \"A\" <sip:alice@example.org>;tag=1\r\nTo: <sip:bob@example.org>\r\n"
    "Call-ID: c1\r\nCSeq: 1 INVITE\r\nSubject:\r\nX-Odd: \xc3\xa4\r\n folded\r\n"
    "Expires: never\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc";

}  // namespace

TEST_CASE("RFC 3261 19.1: a URI as data") {
  const Json uri =
      call(SIPML_PARSE_URI, "", "SIP:%61:p%2fw@EXAMPLE.org:5061;Transport=WS;lr?Subject=a%20b&x")
          .value();
  CHECK(uri["type"] == "sip");
  CHECK(uri["scheme"] == "sip");
  CHECK(uri["user"] == "a");
  CHECK(uri["password"] == "p/w");
  CHECK(uri["host"] == "example.org");
  CHECK(uri["hostType"] == "domain");
  CHECK(uri["port"] == 5061);
  CHECK(param(uri["params"], "transport") == "ws");
  CHECK(param(uri["params"], "lr").is_null());
  CHECK(param(uri["headers"], "subject") == "a b");
  CHECK(param(uri["headers"], "x") == "");
  CHECK(uri["aor"] == "sip:a@example.org");
  CHECK(uri["text"] == "sip:%61:p%2fw@EXAMPLE.org:5061;Transport=WS;lr?Subject=a%20b&x");
  const Json plain = call(SIPML_PARSE_URI, "", "sips:192.0.2.1").value();
  for (const char* absent : {"user", "password", "port"}) CHECK(plain[absent].is_null());
  CHECK(plain["hostType"] == "ipv4");
  CHECK(plain["aor"] == "sips:192.0.2.1");
  CHECK(call(SIPML_PARSE_URI, "", "sip:a@[::1]").value()["hostType"] == "ipv6");
}

TEST_CASE("RFC 3966 3: a telephone number as data, and other schemes as they are") {
  const Json tel = call(SIPML_PARSE_URI, "", "tel:+1-201(555).0123;EXT=12").value();
  CHECK(tel["type"] == "tel");
  CHECK(tel["number"] == "+12015550123");
  CHECK(tel["global"] == true);
  CHECK(param(tel["params"], "ext") == "12");
  const Json local = call(SIPML_PARSE_URI, "", "tel:7042;phone-context=example.com").value();
  CHECK(local["global"] == false);
  CHECK(param(local["params"], "phone-context") == "example.com");
  const Answer bad = call(SIPML_PARSE_URI, "", "tel:12!3");
  CHECK(bad.json["ok"] == false);
  CHECK(bad.offset() >= 4);
  // Elsewhere an unusable number costs nothing but its parts.
  CHECK(value_of("From", "<tel:12!3>;tag=1")["uri"]["type"] == "other");
  const Json urn = call(SIPML_PARSE_URI, "", "urn:service:sos").value();
  CHECK(urn["type"] == "other");
  CHECK(urn["opaque"] == "service:sos");
}

TEST_CASE("A text that is unusable gives its reason and place, not an error of the call") {
  const Answer uri = call(SIPML_PARSE_URI, "", "sip:alice@");
  CHECK_FALSE(uri.refused);
  CHECK(uri.json["ok"] == false);
  CHECK(uri.value().is_null());
  CHECK(uri.offset() == 10);
  CHECK(uri.json["error"]["header"].is_null());
  CHECK(uri.json["diagnostics"].size() == 1);
  CHECK(uri.json["diagnostics"][0] == uri.json["error"]);
  CHECK(call(SIPML_PARSE_NAME_ADDR, "", "<sip:a@b").json["ok"] == false);
  CHECK(call(SIPML_PARSE_NAME_ADDR, "", "<sip:a@b>\r\nX: 1").offset() == 9);
  CHECK(call(SIPML_PARSE_SDP, "", "").json["ok"] == false);
  CHECK(call(SIPML_PARSE_MESSAGE, "", "").json["ok"] == false);
  CHECK(call(SIPML_PARSE_MULTIPART, "text/plain", "a").reason() ==
        "a Content-Type is no multipart");
  CHECK(call(SIPML_PARSE_MULTIPART, "multipart/mixed;boundary=b", "a").json["ok"] == false);
  CHECK(call(SIPML_RESOLVE_TARGET, "", "example.org").json["ok"] == false);
}

TEST_CASE("RFC 3261 20.10: an address as data") {
  const Json address =
      call(SIPML_PARSE_NAME_ADDR, "", "\"A \\\"B\\\"\"\r\n <sip:a@b;x>;tag=t;Y=\"q r\";z").value();
  CHECK(address["displayName"] == "A \"B\"");
  CHECK(address["tag"] == "t");
  CHECK(param(address["params"], "y") == "q r");
  CHECK(param(address["params"], "z").is_null());
  CHECK(param(address["uri"]["params"], "x").is_null());
  const Json bare = call(SIPML_PARSE_NAME_ADDR, "", "sip:a@b").value();
  CHECK(bare["displayName"].is_null());
  CHECK(bare["tag"].is_null());
}

TEST_CASE("RFC 3261 20: each grammar of header values as data") {
  CHECK(header("X-Unknown", "a").value() ==
        Json{{"type", "text"}, {"values", Json::array({{{"text", "a"}}})}});
  const Json via = value_of("v", "SIP / 3.0\r\n / udp [1:AB::F]:6060;rport;branch=b;received=::2");
  CHECK(via["protocol"] == "SIP");
  CHECK(via["version"] == "3.0");
  CHECK(via["transport"] == "UDP");
  CHECK(via["host"] == "[1:ab::f]");
  CHECK(via["hostType"] == "ipv6");
  CHECK(via["port"] == 6060);
  CHECK(via["hasRport"] == true);
  CHECK(via["rport"].is_null());
  CHECK(via["branch"] == "b");
  CHECK(via["received"] == "::2");
  CHECK(value_of("CSeq", "7 INVITE") == Json{{"number", 7}, {"method", "INVITE"}});
  CHECK(value_of("RAck", "1 2 INVITE") == Json{{"rseq", 1}, {"number", 2}, {"method", "INVITE"}});
  CHECK(value_of("Max-Forwards", "70")["number"] == 70);
  const Json retry = value_of("Retry-After", "120 (busy (very));duration=60");
  CHECK(retry["seconds"] == 120);
  CHECK(retry["comment"] == "busy (very)");
  CHECK(param(retry["params"], "duration") == "60");
  CHECK(value_of("Expires", "60")["comment"].is_null());
  CHECK(value_of("Event", "Presence.WInfo;id=X")["value"] == "presence.winfo");
  CHECK(value_of("Info-Package", "Foo")["value"] == "Foo");
  CHECK(header("Allow", "INVITE, foo").value()["values"][1]["value"] == "foo");
  const Json type = value_of("c", "Text/Plain;Charset=UTF-8");
  CHECK(type["mime"] == "text/plain");
  CHECK(param(type["params"], "charset") == "UTF-8");
  CHECK(value_of("Warning", "301 a.example \"no\"") ==
        Json{{"code", 301}, {"agent", "a.example"}, {"text", "no"}});
  CHECK(value_of("i", "a@b")["text"] == "a@b");
  CHECK(header("Privacy", "id;Header").value()["values"][1]["value"] == "header");
  CHECK(value_of("Alert-Info", "<http://a/b>;x=1")["uri"]["scheme"] == "http");
  CHECK(param(value_of("P-Charging-Vector", "icid-value=1;a=b")["params"], "a") == "b");
  CHECK(param(value_of("Authentication-Info", "nextnonce=\"n\"")["params"], "nextnonce") == "n");
  CHECK(value_of("Date", "Thu, 01 Jan 1970 00:01:00 GMT")["seconds"] == 60);
  CHECK(value_of("Timestamp", "2.5 1")["milliseconds"] == 2500);
  CHECK(value_of("Timestamp", "2")["delay"].is_null());
  CHECK(value_of("Identity", "abc;info=<https://a/b>;alg=ES256")["text"] == "abc");
}

TEST_CASE("RFC 3261 20.10: q, expires and the star of Contact") {
  const auto q = [](const std::string& text) { return value_of("m", "<sip:a@b>;q=" + text)["q"]; };
  CHECK(q("0") == 0);
  CHECK(q("0.") == 0);
  CHECK(q("0.123") == 0.123);
  CHECK(q("1.000") == 1);
  for (const char* bad : {"0.1234", "1.1", "2", "a", "01", ".5", "-0", "0.e"})
    CHECK(q(bad).is_null());
  CHECK(value_of("Contact", "<sip:a@b>")["q"].is_null());
  CHECK(value_of("Contact", "<sip:a@b>;expires=60")["expires"] == 60);
  CHECK(value_of("Contact", "<sip:a@b>;expires=4294967296")["expires"].is_null());
  const Json star = header("Contact", "*").value();
  CHECK(star["star"] == true);
  CHECK(star["values"].empty());
  CHECK(header("Contact", "<sip:a@b>").value()["star"] == false);
}

TEST_CASE("RFC 3891 3, 4538 3: dialogs by name, also inside Refer-To") {
  const Json replaces = value_of("Replaces", "c;to-tag=t;from-tag=f;early-only");
  CHECK(replaces["callId"] == "c");
  CHECK(replaces["fromTag"] == "f");
  CHECK(replaces["toTag"] == "t");
  CHECK(replaces["earlyOnly"] == true);
  const Json target = value_of("Target-Dialog", "c;local-tag=l;remote-tag=r");
  CHECK(target["fromTag"] == "l");
  CHECK(target["toTag"] == "r");
  CHECK(target["earlyOnly"] == false);
  const Json refer = value_of("r", "<sip:a@b?X=1&Replaces=c%3Bto-tag%3Dt%3Bfrom-tag%3Df>");
  CHECK(refer["replaces"]["fromTag"] == "f");
  CHECK(value_of("Refer-To", "<sip:a@b?Replaces=c>")["replaces"].is_null());
  CHECK(value_of("Refer-To", "sip:a@b")["replaces"].is_null());
  CHECK(header("Refer-To", "sip:a@b").value()["type"] == "refer-to");
}

TEST_CASE("RFC 7616 3.3: a challenge, and what other schemes say") {
  const Json digest =
      value_of("WWW-Authenticate",
               "Digest realm=\"r\", nonce=\"n\", qop=\"AUTH,auth-int\", stale=TRUE, "
               "algorithm=sha-256, opaque=\"\", userhash=true");
  CHECK(digest["scheme"] == "digest");
  CHECK(digest["realm"] == "r");
  CHECK(digest["nonce"] == "n");
  CHECK(digest["opaque"] == "");
  CHECK(digest["qop"] == Json::array({"auth", "auth-int"}));
  CHECK(digest["algorithm"] == "SHA-256");
  CHECK(digest["stale"] == true);
  CHECK(digest["userhash"] == true);
  CHECK(digest["token68"].is_null());
  CHECK(value_of("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\"")["algorithm"] == "MD5");
  CHECK(value_of("Authorization", "Digest realm=\"r\", algorithm=X")["algorithm"] == "X");
  const Json bearer = value_of("Authorization", "Bearer abc=");
  CHECK(bearer["scheme"] == "bearer");
  CHECK(bearer["token68"] == "abc=");
  CHECK(bearer["algorithm"].is_null());
}

TEST_CASE("RFC 3261 7.3.1: a header line as a whole, and where its value is wrong") {
  CHECK(call(SIPML_PARSE_HEADER, "", "CSeq : 1 BYE\r\n").value()["values"][0]["number"] == 1);
  const Answer bad = call(SIPML_PARSE_HEADER, "", "From:  <sip:a@>");
  CHECK(bad.json["error"]["header"] == "From");
  CHECK(bad.offset() == 14);
  CHECK(header("From", "  <sip:a@>").offset() == 9);
  CHECK(call(SIPML_PARSE_HEADER, "", "no colon").offset() == 8);
  CHECK(header("no token", "a").reason() == "a header name is no token");
  CHECK(header("Subject", std::string_view("a\0b", 3)).offset() == 1);
  CHECK(header("Subject", "a\r\nb").offset() == 1);
  const std::size_t limit = sipml::limits::header_value_size;
  CHECK(header("Subject", std::string(limit, 'a')).json["ok"] == true);
  CHECK(header("Subject", std::string(limit + 1, 'a')).offset() == limit);
}

TEST_CASE("RFC 3261 7: a request as data") {
  const Answer answer = call(SIPML_PARSE_MESSAGE, "", "\r\n" + invite);
  const Json& message = answer.value();
  CHECK(message["kind"] == "request");
  CHECK(message["method"] == "INVITE");
  CHECK(message["uri"] == "sip:bob@example.org");
  CHECK(message["requestUri"]["user"] == "bob");
  CHECK(message["version"] == "SIP/2.0");
  CHECK(message["fault"].is_null());
  CHECK(message["answerable"] == true);
  CHECK(message["parts"].is_null());
  CHECK(answer.body == "abc");
  CHECK(message["bodyLength"] == 3);
  CHECK(message["bodyOffset"] == invite.size() - 1);
  const Json& via = message["headers"][0];
  CHECK(via["name"] == "v");
  CHECK(via["canonicalName"] == "Via");
  CHECK(via["offset"] == 38);
  CHECK(via["valueOffset"] == 41);
  CHECK(via["data"]["values"][1]["host"] == "[2001:db8::1]");
  CHECK(via["data"]["values"][1]["rport"] == 9);
  const Json& subject = message["headers"][5];
  CHECK(subject["value"] == "");
  CHECK(subject["data"].is_null());
  CHECK(subject["valueLength"] == 0);
  CHECK(subject["valueOffset"].get<std::size_t>() ==
        subject["offset"].get<std::size_t>() + std::string("Subject:").size());
  const Json& odd = message["headers"][6];
  CHECK(odd["value"].get<std::string>().substr(0, 2) == "\xc3\xa4");
  CHECK(odd["valueLength"] == odd["value"].get<std::string>().size());
  // What is malformed costs that header alone.
  const Json& expires = message["headers"][7];
  CHECK(expires["data"].is_null());
  REQUIRE(answer.json["diagnostics"].size() == 1);
  CHECK(answer.json["diagnostics"][0]["header"] == "Expires");
  CHECK(answer.json["diagnostics"][0]["offset"] == expires["valueOffset"]);
}

TEST_CASE("RFC 3261 7.2: a response as data") {
  const Answer answer = call(SIPML_PARSE_MESSAGE, "",
                             "SIP/2.0 486 Busy \"here\"\\\r\nVia: SIP/2.0/WSS a;branch=z9hG4bK1\r\n"
                             "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=\x01\r\nCall-ID: c\r\n"
                             "CSeq: 1 INVITE\r\n\r\n");
  CHECK(answer.value()["kind"] == "response");
  CHECK(answer.value()["status"] == 486);
  CHECK(answer.value()["reason"] == "Busy \"here\"\\");
  CHECK(answer.value()["version"] == "SIP/2.0");
  CHECK(answer.value()["answerable"] == false);
  CHECK(answer.body.empty());
}

TEST_CASE("RFC 3261 8.2, 21.4: the fault of a message is the answer that it must get") {
  std::string message = invite;
  message.replace(message.find("sip:bob"), 7, "<sip:bo");
  const Answer bad_uri = call(SIPML_PARSE_MESSAGE, "", message);
  CHECK(bad_uri.value()["requestUri"].is_null());
  CHECK(bad_uri.value()["fault"]["status"] == 400);
  CHECK(call(SIPML_MESSAGE_STATUS, "", message).flow == 400);
  CHECK(call(SIPML_MESSAGE_STATUS, "", invite).flow == 0);
  CHECK(call(SIPML_MESSAGE_STATUS, "", "not SIP\r\n\r\n").flow == 1);
  message = invite;
  message.replace(message.find("SIP/2.0"), 7, "SIP/7.0");
  const Answer version = call(SIPML_PARSE_MESSAGE, "", message);
  CHECK(version.value()["version"] == "SIP/7.0");
  CHECK(version.value()["fault"]["status"] == 505);
  message = invite;
  message.replace(message.find("CSeq: 1"), 7, "CSeq: x");
  const Answer cseq = call(SIPML_PARSE_MESSAGE, "", message);
  CHECK(cseq.value()["fault"]["status"] == 400);
  // One problem is told once.
  std::size_t told = 0;
  for (const Json& diagnostic : cseq.json["diagnostics"])
    told += diagnostic["header"] == "CSeq" ? 1U : 0U;
  CHECK(told == 1);
}

TEST_CASE("RFC 2046 5.1: the parts of a body, decoded") {
  const std::string body =
      "--b\r\nContent-Type: text/plain\r\nContent-Disposition: Session;handling=optional\r\n"
      "Content-ID: <x@y>\r\n\r\none\r\n"
      "--b\r\nContent-Transfer-Encoding: base64\r\n\r\ndHdv\r\n"
      "--b\r\nContent-Type: "
      "multipart/mixed;boundary=c\r\n\r\n--c\r\n\r\ninner\r\n--c--\r\n--b--\r\n";
  const Answer answer = call(SIPML_PARSE_MULTIPART, "Multipart/Mixed; Boundary=b", body);
  REQUIRE(answer.json["ok"] == true);
  CHECK(answer.value()["contentType"]["mime"] == "multipart/mixed");
  const Json& parts = answer.value()["parts"];
  REQUIRE(parts.size() == 4);
  const auto content = [&](std::size_t index) {
    return answer.body.substr(parts[index]["start"].get<std::size_t>(),
                              parts[index]["size"].get<std::size_t>());
  };
  CHECK(content(0) == "one");
  CHECK(parts[0]["disposition"] == "session");
  CHECK(parts[0]["required"] == false);
  CHECK(parts[0]["contentId"] == "x@y");
  CHECK(parts[0]["headers"][0]["name"] == "Content-Type");
  CHECK(content(1) == "two");
  CHECK(parts[1]["disposition"].is_null());
  CHECK(parts[1]["contentType"]["mime"] == "text/plain");
  CHECK(body.substr(parts[1]["offset"].get<std::size_t>(), parts[1]["length"].get<std::size_t>()) ==
        "dHdv");
  CHECK(parts[2]["multipart"] == true);
  CHECK(parts[2]["first"] == 3);
  CHECK(parts[2]["count"] == 1);
  CHECK(content(3) == "inner");
  CHECK(parts[3]["depth"] == 2);

  const Answer message = call(
      SIPML_PARSE_MESSAGE, "",
      "MESSAGE sip:a@b SIP/2.0\r\nVia: SIP/2.0/WSS a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
      "To: <sip:c@d>\r\nCall-ID: c\r\nCSeq: 1 MESSAGE\r\n"
      "Content-Type: multipart/mixed;boundary=b\r\n\r\n" +
          body);
  CHECK(message.value()["parts"].size() == 4);
  CHECK(message.value()["bodyLength"] == body.size());
  CHECK(message.body.substr(0, body.size()) == body);
  CHECK(message.body.substr(body.size()) == "two");
}

TEST_CASE("RFC 8866 5: a description as data") {
  const Answer answer = call(
      SIPML_PARSE_SDP, "",
      "v=0\r\no=- 18446744073709551615 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\n"
      "a=group:BUNDLE 0 1\r\na=ice-lite\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 0 101\r\na=mid:0\r\n"
      "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\na=rtpmap:101 "
      "telephone-event/8000\r\n"
      "a=setup:actpass\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\n"
      "a=ice-options:trickle\r\na=candidate:1 1 udp 5 192.0.2.3 9 typ srflx raddr 10.0.0.1 rport 8 "
      "generation 0\r\na=candidate:2 1 tcp 4 192.0.2.3 9 typ host tcptype active\r\n"
      "a=candidate:bad\r\na=end-of-candidates\r\na=fingerprint:sha-256 AB:CD\r\na=rtcp-mux\r\n"
      "a=extmap:1 urn:x\r\na=sendonly\r\nm=video 0 RTP/AVP 96\r\na=mid:1\r\na=bundle-only\r\n"
      "a=inactive\r\na=rid:h send\r\na=rid:l send\r\na=simulcast:send h;~l\r\n");
  REQUIRE(answer.json["ok"] == true);
  const Json& sdp = answer.value();
  CHECK(sdp["origin"]["sessionId"] == "18446744073709551615");
  CHECK(sdp["origin"]["version"] == "2");
  CHECK(sdp["name"] == "-");
  CHECK(sdp["connection"]["address"] == "192.0.2.2");
  CHECK(sdp["groups"][0] == Json{{"semantics", "BUNDLE"}, {"mids", {"0", "1"}}});
  CHECK(sdp["iceLite"] == true);
  CHECK(sdp["remoteHold"] == true);
  CHECK(sdp["lines"].size() == 7);
  const Json& audio = sdp["media"][0];
  CHECK(audio["type"] == "audio");
  CHECK(audio["port"] == 9);
  CHECK(audio["portCount"] == 1);
  CHECK(audio["proto"] == "UDP/TLS/RTP/SAVPF");
  CHECK(audio["formats"] == Json::array({"111", "0", "101"}));
  CHECK(audio["rejected"] == false);
  CHECK(audio["connection"]["address"] == "192.0.2.2");
  CHECK(audio["direction"] == "sendonly");
  CHECK(audio["mid"] == "0");
  CHECK(audio["setup"] == "actpass");
  CHECK(audio["iceUfrag"] == "abcd");
  CHECK(audio["icePwd"] == "0123456789abcdefghijkl");
  CHECK(audio["iceOptions"] == Json::array({"trickle"}));
  REQUIRE(audio["candidates"].size() == 2);
  CHECK(audio["candidates"][0]["type"] == "srflx");
  CHECK(audio["candidates"][0]["relatedPort"] == 8);
  CHECK(audio["candidates"][0]["tcpType"].is_null());
  CHECK(audio["candidates"][0]["extensions"][0]["name"] == "generation");
  CHECK(audio["candidates"][1]["tcpType"] == "active");
  CHECK(audio["candidates"][1]["relatedAddress"].is_null());
  CHECK(audio["endOfCandidates"] == true);
  CHECK(audio["fingerprints"][0]["hash"] == "sha-256");
  CHECK(audio["rtcpMux"] == true);
  CHECK(audio["bundleOnly"] == false);
  CHECK(audio["codecs"][0]["name"] == "opus");
  CHECK(audio["codecs"][0]["clockRate"] == 48000);
  CHECK(audio["codecs"][0]["channels"] == 2);
  CHECK(audio["codecs"][0]["fmtp"] == "useinbandfec=1");
  CHECK(audio["codecs"][1]["name"] == "PCMU");
  CHECK(audio["telephoneEvents"] == Json::array({"101"}));
  CHECK(audio["headerExtensions"][0] == Json{{"id", 1}, {"uri", "urn:x"}});
  CHECK(audio["simulcast"].is_null());
  const Json& video = sdp["media"][1];
  CHECK(video["rejected"] == false);
  CHECK(video["bundleOnly"] == true);
  CHECK(video["codecs"][0]["name"].is_null());
  CHECK(video["codecs"][0]["clockRate"].is_null());
  CHECK(video["simulcast"]["send"] == Json::array({{"h"}, {"~l"}}));
  REQUIRE(answer.json["diagnostics"].size() >= 1);
  CHECK(answer.json["diagnostics"][0]["header"] == "a=candidate");

  const Json bare =
      call(SIPML_PARSE_SDP, "", "v=0\r\no=- 1 1 IN IP4 h\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\n")
          .value();
  CHECK(bare["name"].is_null());
  CHECK(bare["connection"].is_null());
  CHECK(bare["media"][0]["rejected"] == true);
  CHECK(bare["remoteHold"] == true);
  CHECK(bare["media"][0]["line"] == "audio 0 RTP/AVP 0");
}

TEST_CASE("A result that would be too large is an error with a reason") {
  std::string sdp =
      "v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\na=ice-ufrag:" + std::string(200000, 'x') + "\r\nt=0 0\r\n";
  for (int i = 0; i < 100; ++i) sdp += "m=audio 9 RTP/AVP 0\r\n";
  const Answer answer = call(SIPML_PARSE_SDP, "", sdp);
  CHECK_FALSE(answer.refused);
  CHECK(answer.reason() == "a text means more than a result can hold");
  CHECK(call(SIPML_PARSE_URI, "", "sip:a@b").json["ok"] == true);
}

TEST_CASE("Every octet that a text can hold survives as JSON") {
  std::string user;
  for (int octet = 1; octet < 128; ++octet) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    user += '%';
    user += digits[static_cast<std::size_t>(octet) / 16];
    user += digits[static_cast<std::size_t>(octet) % 16];
  }
  const Json uri = call(SIPML_PARSE_URI, "", "sip:" + user + "@b").value();
  std::string expected;
  for (char c = 1; c != 127; ++c) expected += c;
  CHECK(uri["user"] == expected + '\x7f');
  // Texts longer than what is escaped at once.
  const std::string quotes(5000, '"');
  CHECK(header("Subject", quotes).value()["values"][0]["text"] == quotes);
}

TEST_CASE("RFC 3261 19.1.4, 3966 4: whether URIs are equal") {
  const auto equal = [](std::string_view a, std::string_view b) {
    const Answer answer = call(SIPML_COMPARE_URIS, a, b);
    return answer.json == true;
  };
  CHECK(equal("sip:carol@chicago.com", "sip:carol@CHICAGO.com;newparam=5"));
  CHECK_FALSE(equal("sip:carol@chicago.com", "sip:Carol@chicago.com"));
  CHECK_FALSE(equal("sip:a@b", "sips:a@b"));
  CHECK(equal("tel:+1-201-555", "tel:+1201555"));
  CHECK_FALSE(equal("tel:+1201555", "tel:1201555"));
  CHECK_FALSE(equal("sip:@", "sip:@"));
}

TEST_CASE("What was dialled becomes a URI") {
  CHECK(call(SIPML_RESOLVE_TARGET, "+1 (201)", "example.org").json["ok"] == true);
  CHECK(call(SIPML_RESOLVE_TARGET, "bob", "example.org").value()["text"] == "sip:bob@example.org");
  CHECK(call(SIPML_RESOLVE_TARGET, "sips:a@b", "c").value()["text"] == "sips:a@b");
}

TEST_CASE("RFC 3261 7: messages are written with their length") {
  CHECK(call(SIPML_SERIALIZE,
             R"({"method":"INFO","uri":"sip:a@b","headers":[["X","1"],["l","9"],["Y","2"],
                ["Content-Length","7"]]})",
             "abc")
            .body == "INFO sip:a@b SIP/2.0\r\nX: 1\r\nl: 3\r\nY: 2\r\n\r\nabc");
  CHECK(call(SIPML_SERIALIZE, R"({"status":404,"headers":[]})").body ==
        "SIP/2.0 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  CHECK(call(SIPML_SERIALIZE, R"({"status":200,"reason":""})").body ==
        "SIP/2.0 200 \r\nContent-Length: 0\r\n\r\n");
  // What was parsed is written as it came, folds undone.
  const Json message = call(SIPML_PARSE_MESSAGE, "", invite).value();
  Json head{{"method", message["method"]}, {"uri", message["uri"]}, {"headers", Json::array()}};
  for (const Json& item : message["headers"])
    head["headers"].push_back({item["name"], item["value"]});
  std::string expected = invite;
  expected.replace(expected.find("\r\n folded"), 2, "  ");
  expected.insert(expected.find("Subject:") + 8, " ");
  CHECK(call(SIPML_SERIALIZE, sipml::bridge::dump(head), "abc").body == expected);
}

TEST_CASE("RFC 3261 7.3.1: what would end a header is refused, and the argument named") {
  const auto refused = [](std::uint32_t function, std::string_view head) {
    const Answer answer = call(function, head);
    CHECK(answer.refused);
    CHECK(answer.body.empty());
    return answer.json["argument"].get<std::string>();
  };
  const std::vector<std::pair<std::string, std::string>> messages = {
      {R"({"method":"A B","uri":"sip:a@b","headers":[]})", "method"},
      {R"({"method":"A\r\nB","uri":"sip:a@b"})", "method"},
      {R"({"method":"A","uri":"sip:a@b\r\nX: 1"})", "uri"},
      {R"({"method":"A","uri":"sip:a b"})", "uri"},
      {R"({"method":"A","uri":""})", "uri"},
      {R"({"method":"A"})", "uri"},
      {R"({"method":7,"uri":"sip:a@b"})", "method"},
      {R"({"status":99})", "status"},
      {R"({"status":700})", "status"},
      {R"({"status":200.5})", "status"},
      {R"({"status":-1})", "status"},
      {R"({"status":486,"reason":"Busy\r\nX: 1"})", "reason"},
      {R"({})", "method"},
      {R"({"status":200,"headers":{}})", "headers"},
      {R"({"status":200,"headers":[["A","1"],["B"]]})", "headers[1]"},
      {R"({"status":200,"headers":[null]})", "headers[0]"},
      {R"({"status":200,"headers":[["A",1]]})", "headers[0]"},
      {R"({"status":200,"headers":[["A:","1"]]})", "headers[0].name"},
      {R"({"status":200,"headers":[["","1"]]})", "headers[0].name"},
      {R"({"status":200,"headers":[["A","1\n2"]]})", "headers[0].value"},
      {R"({"status":200,"headers":[["A","1\u00002"]]})", "headers[0].value"},
      {R"({"status":200,"headers":[["A","1\r"]]})", "headers[0].value"},
      {"[", ""},
      {"7", ""},
  };
  for (const auto& [head, argument] : messages) {
    const auto& shown = head;
    CAPTURE(shown);
    CHECK(refused(SIPML_SERIALIZE, head) == argument);
  }
  const std::vector<std::pair<std::string, std::string>> addresses = {
      {R"({"displayName":"x\r\nEvil: 1","uri":"sip:a@b"})", "displayName"},
      {R"({"displayName":"x"})", "uri"},
      {R"({"uri":"sip:a@"})", "uri"},
      {R"({"uri":"sip:a@b\r\n"})", "uri"},
      {R"({"uri":"sip:a@b","params":7})", "params"},
      {R"({"uri":"sip:a@b","params":[["a"]]})", "params[0]"},
      {R"({"uri":"sip:a@b","params":[["a b","c"]]})", "params[0].name"},
      {R"({"uri":"sip:a@b","params":[["a","c\n"]]})", "params[0].value"},
  };
  for (const auto& [head, argument] : addresses) {
    const auto& shown = head;
    CAPTURE(shown);
    CHECK(refused(SIPML_FORMAT_NAME_ADDR, head) == argument);
  }
  CHECK(call(SIPML_SERIALIZE, R"({"status":200,"headers":[["A","1\n2"]]})").json["message"] ==
        "headers[0].value of A holds CR, LF or NUL");
}

TEST_CASE("RFC 3261 20.10: addresses are written with the quotes that they need") {
  const auto format = [](std::string_view head) { return call(SIPML_FORMAT_NAME_ADDR, head).json; };
  CHECK(format(R"({"displayName":"","uri":"sip:a@b"})") == "<sip:a@b>");
  CHECK(format(R"({"displayName":null,"uri":"SIP:a@b","params":[]})") == "<sip:a@b>");
  CHECK(format(R"({"displayName":"a \"b\\","uri":"sip:a@b;lr","params":[["tag","t"],["lr",null],
                  ["x","a b"],["y","[::1]"],["z",""]]})") ==
        R"("a \"b\\" <sip:a@b;lr>;tag=t;lr;x="a b";y=[::1];z="")");
}

TEST_CASE("RFC 7616 3.4.1: the response of a digest") {
  using Changes = std::vector<std::pair<std::string, Json>>;
  const auto digest = [](const Changes& changes, std::string_view body = {}) {
    Json head{{"username", "Mufasa"},
              {"password", "Circle Of Life"},
              {"realm", "testrealm@host.com"},
              {"nonce", "dcd98b7102dd2f0e8b11d0f600bfb0c093"},
              {"method", "GET"},
              {"uri", "/dir/index.html"},
              {"qop", "auth"},
              {"nc", 1},
              {"cnonce", "0a4f113b"}};
    for (const auto& [key, value] : changes) head[key] = value;
    return call(SIPML_DIGEST_RESPONSE, sipml::bridge::dump(head), body);
  };
  const Json result = digest(Changes()).json;
  CHECK(result["response"] == "6629fae49393a05397450978507c4ef1");
  CHECK(result["username"] == "Mufasa");
  CHECK(result["algorithm"] == "MD5");
  CHECK_FALSE(result.contains("ha1"));
  const std::string ha1 = "939e7578ed9e3c518a452acee763bce9";
  CHECK(digest({{"revealHa1", true}}).json["ha1"] == ha1);
  CHECK(digest({{"password", nullptr}, {"ha1", ha1}, {"nc", "00000001"}}).json == result);
  CHECK(digest({{"algorithm", "md5-SESS"}, {"revealHa1", true}}).json["ha1"] != ha1);
  CHECK(digest({{"userhash", true}}).json["username"].get<std::string>().size() == 32);
  CHECK(digest({{"qop", "auth-int"}}, "a").json["response"] !=
        digest({{"qop", "auth-int"}}, "b").json["response"]);
  CHECK(digest({{"qop", nullptr}, {"nc", nullptr}}).json["response"].get<std::string>().size() ==
        32);
  CHECK(digest({{"algorithm", "SHA-512-256"}}).json["response"].get<std::string>().size() == 64);

  const std::vector<std::pair<Changes, std::string>> refused = {
      {{{"username", nullptr}}, "username"},
      {{{"realm", "a\nb"}}, "realm"},
      {{{"algorithm", "SHA-1"}}, "algorithm"},
      {{{"qop", "auth-conf"}}, "qop"},
      {{{"password", nullptr}}, "password"},
      {{{"ha1", ha1}}, "password"},
      {{{"password", nullptr}, {"ha1", "12"}}, "ha1"},
      {{{"password", nullptr}, {"ha1", std::string(32, 'x')}}, "ha1"},
      {{{"cnonce", nullptr}}, "cnonce"},
      {{{"algorithm", "MD5-sess"}, {"qop", nullptr}, {"cnonce", nullptr}}, "cnonce"},
      {{{"nc", nullptr}}, "nc"},
      {{{"nc", "1"}}, "nc"},
      {{{"nc", 4294967296}}, "nc"},
      {{{"nc", 1.5}}, "nc"},
      {{{"userhash", "yes"}}, "userhash"},
  };
  for (const auto& [changes, argument] : refused) {
    const Answer answer = digest(changes);
    const auto& shown = argument;
    CAPTURE(shown);
    CHECK(answer.refused);
    CHECK(answer.json["argument"] == argument);
    CHECK(sipml::bridge::dump(answer.json).find("Circle") == std::string::npos);
  }
}

TEST_CASE("A function that is none, and lengths beyond the input") {
  CHECK(call(0, "").refused);
  CHECK(call(99, "").json["argument"] == "function");
  sipml_input_buffer(16);
  CHECK(sipml_call_function(SIPML_PARSE_URI, 0, 4294967295U) == nullptr);
  CHECK(sipml_call_function(SIPML_PARSE_URI, 4294967295U, 4294967295U) == nullptr);
}

TEST_CASE("A reader of dates before 1970 sees negative seconds") {
  CHECK(value_of("Date", "Wed, 31 Dec 1969 23:59:00 GMT")["seconds"] == -60);
}
