/// What is written parses back to the same value, for thousands of values of random Unicode,
/// control characters and everything that grammars care about.
#include <doctest/doctest.h>

#include <string>

#include "auth/digest.hpp"
#include "base/ascii.hpp"
#include "bridge/json.hpp"
#include "bridge/json_command.hpp"
#include "grammar/tokens.hpp"
#include "message/message.hpp"
#include "message/write_message.hpp"
#include "negotiation/rewrite.hpp"
#include "sdp/description.hpp"
#include "unit/agent/phone.hpp"
#include "unit/hostile/hostile.hpp"
#include "uri/name_addr.hpp"

using namespace sipml;
using hostile::Dice;
using hostile::random_text;

namespace {

constexpr int rounds = 4000;

message::Message parsed(const std::string& text) {
  auto message = message::parse_message(text);
  REQUIRE(message);
  return std::move(message).value();
}

}  // namespace

TEST_CASE("RFC 3261 25.1: a quoted string means what was quoted, NUL included") {
  Dice dice(1);
  for (int i = 0; i < rounds; ++i) {
    std::string text = random_text(dice, 40, true);
    for (char& c : text)
      if (c == '\r' || c == '\n') c = '\0';
    const std::string quoted = grammar::quote(text);
    CHECK(grammar::quoted_string_length(quoted + "\"<;,") == quoted.size());
    CHECK(grammar::unquote(quoted) == text);
    CHECK(grammar::split_list(quoted + "," + quoted).size() == 2);
  }
}

TEST_CASE("RFC 3261 25.1: a display name, a user and parameters come back from a name-addr") {
  Dice dice(2);
  for (int i = 0; i < rounds; ++i) {
    uri::NameAddr address;
    address.display_name = random_text(dice, 30);
    address.uri.scheme = dice.below(2) ? "sip" : "sips";
    const std::string user = random_text(dice, 30, true);
    address.uri.user = uri::escape_user(user);
    address.uri.host = "example.org";
    address.parameters.push_back({"x", random_text(dice, 30), true});
    address.parameters.push_back({"tag", "token", false});
    const std::string text = uri::to_string(address);
    CHECK_FALSE(ascii::has_line_break(text));
    const auto read = uri::parse_name_addr(text);
    REQUIRE_MESSAGE(read, text);
    CHECK(read->display_name == address.display_name);
    CHECK(uri::to_string(read->uri) == uri::to_string(address.uri));
    CHECK(uri::unescape(read->uri.user) == user);
    CHECK(read->parameters == address.parameters);
  }
}

TEST_CASE("RFC 3261 19.1: what a user dials is whom the request is for") {
  Dice dice(3);
  int checked = 0;
  for (int i = 0; i < rounds; ++i) {
    const std::string typed = random_text(dice, 30);
    const auto target = uri::parse_destination(typed, "example.org");
    if (!target) continue;
    ++checked;
    const std::string text = uri::to_string(*target);
    CHECK_FALSE(ascii::has_line_break(text));
    CHECK(text.find_first_of(" <>\"\t") == std::string::npos);
    const auto again = uri::parse(text);
    REQUIRE_MESSAGE(again, text);
    CHECK(uri::to_string(*again) == text);
    CHECK(again->user == target->user);
  }
  CHECK(checked > rounds / 4);
}

TEST_CASE("RFC 3261 7: headers, reason phrases and bodies come back from a message") {
  Dice dice(4);
  for (int i = 0; i < rounds; ++i) {
    message::Response response;
    response.status = static_cast<int>(100 + dice.below(600));
    response.reason = random_text(dice, 30);
    const std::string value(ascii::trim(random_text(dice, 60)));
    response.headers = {{"Via", "SIP/2.0/WS a.invalid;branch=z9hG4bKx"},
                        {"From", "<sip:c@d>;tag=1"},
                        {"To", "<sip:a@b>;tag=2"},
                        {"Call-ID", "x"},
                        {"CSeq", "1 OPTIONS"},
                        {"X-Random", value}};
    response.body = random_text(dice, 60, true);
    const message::Message read = parsed(message::write(response));
    CHECK_FALSE(read.fault());
    CHECK(read.diagnostics().empty());
    CHECK(read.status() == response.status);
    CHECK(read.reason() == response.reason);
    CHECK(read.all_headers()[5].second == value);
    CHECK(read.body() == response.body);
  }
}

TEST_CASE("RFC 7616 3.4: user names, realms, nonces and opaque values come back from credentials") {
  Dice dice(5);
  for (int i = 0; i < rounds / 4; ++i) {
    auth::Credentials credentials;
    crypto::Random random({static_cast<std::uint8_t>(i)});
    const std::string user = random_text(dice, 20);
    const std::string realm = random_text(dice, 20);
    const std::string nonce = random_text(dice, 20);
    const std::string opaque = random_text(dice, 20);
    message::Request request;
    request.method = "REGISTER";
    request.request_uri = "sip:example.org";
    message::Response challenge;
    challenge.status = 401;
    challenge.headers = {{"Via", "SIP/2.0/WS a.invalid;branch=z9hG4bKx"},
                         {"From", "<sip:c@d>;tag=1"},
                         {"To", "<sip:a@b>;tag=2"},
                         {"Call-ID", "x"},
                         {"CSeq", "1 REGISTER"},
                         {"WWW-Authenticate", "Digest realm=" + grammar::quote(realm) +
                                                  ", nonce=" + grammar::quote(nonce) + ", opaque=" +
                                                  grammar::quote(opaque) + ", qop=\"auth\""}};
    const auto answer =
        credentials.answer(request, parsed(message::write(challenge)), {user, "password"}, random);
    REQUIRE(answer);
    const std::string* value = message::find_field(answer->headers, "Authorization");
    REQUIRE(value);
    CHECK_FALSE(ascii::has_line_break(*value));
    const auto read = auth::parse_digest(*value);
    REQUIRE_MESSAGE(read, *value);
    CHECK(read->get("username") == user);
    CHECK(read->get("realm") == realm);
    CHECK(read->get("nonce") == nonce);
    CHECK(read->get("opaque") == opaque);
  }
}

TEST_CASE("RFC 7616 3.4: a nonce without quotes that is no token does not break out of ours") {
  for (const char* nonce : {"a\"b", "\\", "a\\", "\"", "x\", response=\"y"}) {
    auth::Credentials credentials;
    crypto::Random random({1});
    message::Request request;
    request.method = "REGISTER";
    request.request_uri = "sip:example.org";
    const auto response = parsed(
        "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/WS a.invalid;branch=z9hG4bKx\r\n"
        "From: <sip:c@d>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\n"
        "WWW-Authenticate: Digest realm=\"r\", nonce=x" +
        std::string(nonce) + "\r\n\r\n");
    const auto answer = credentials.answer(request, response, {"u", "p"}, random);
    if (!answer) continue;
    const auto read = auth::parse_digest(*message::find_field(answer->headers, "Authorization"));
    REQUIRE(read);
    CHECK(read->get("nonce").starts_with("x"));
    CHECK(read->get("response").size() == 32);
  }
}

TEST_CASE("RFC 8866 5.3: a session name comes back from a description") {
  Dice dice(6);
  for (int i = 0; i < rounds / 4; ++i) {
    negotiation::LocalOptions options;
    options.session_name = random_text(dice, 30);
    if (options.session_name->empty()) continue;
    const auto text = negotiation::local_description(agent::test::offer, options);
    REQUIRE(text);
    const auto read = sdp::parse(*text);
    REQUIRE(read);
    CHECK(read->session_name() == options.session_name);
    CHECK(sdp::write(*read) == *text);
  }
}

TEST_CASE("What the application names is on the wire and in the peer's eyes the same") {
  Dice dice(7);
  for (int i = 0; i < rounds / 20; ++i) {
    agent::test::Phone phone;
    const std::string name = random_text(dice, 30);
    const std::string value(ascii::trim(random_text(dice, 30)));
    bridge::Json head = {{"type", "configure"},
                         {"config",
                          {{"display_name", name},
                           {"user_agent", "a" + value + "b"},
                           {"headers", bridge::Json::array({{{"name", "X"}, {"value", value}}})}}}};
    auto configure = bridge::parse_command(bridge::dump(head), {}, phone.agent.config());
    REQUIRE_MESSAGE(configure, configure.error().message);
    phone.execute(std::move(*configure));
    phone.execute(agent::Register{});
    const message::Message sent = phone.last_sent();
    CHECK_FALSE(sent.fault());
    CHECK(sent.diagnostics().empty());
    CHECK(sent.from().display_name == name);
    CHECK(sent.header(message::HeaderName::user_agent) == "a" + value + "b");
    bool found = false;
    for (const auto& [header, text] : sent.all_headers()) found |= header == "X" && text == value;
    CHECK(found);
  }
}

TEST_CASE("RFC 8259: strings come back from JSON, half a surrogate pair as U+FFFD") {
  Dice dice(8);
  for (int i = 0; i < rounds; ++i) {
    const std::string text = random_text(dice, 30, true);
    const bridge::Json read = bridge::parse(bridge::dump({{"x", text}}));
    REQUIRE(read.is_object());
    CHECK(read["x"] == text);
  }
  const auto read = [](const std::string& text) {
    const bridge::Json json = bridge::parse("[\"" + text + "\"]");
    return json.is_array() ? json[0].get<std::string>() : "no JSON";
  };
  const std::string replacement = "\xEF\xBF\xBD";
  CHECK(read("\\ud800") == replacement);
  CHECK(read("\\uDFFFx") == replacement + "x");
  CHECK(read("\\udc00\\ud800") == replacement + replacement);
  CHECK(read("\\ud83d\\ude00") == "\xF0\x9F\x98\x80");
  CHECK(read("\\ud83d\\ud83d\\ude00") == replacement + "\xF0\x9F\x98\x80");
  CHECK(read("\\\\ud800") == "\\ud800");
  CHECK(read("\\ud80") == "no JSON");
  CHECK(read("\\ud8") == "no JSON");
}
