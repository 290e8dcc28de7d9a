/// RFC 3261 7.3.1: no string of the application can end a header. Every command of the contract,
/// every string in it, and every octet that could: refused, named, and nothing has happened.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "agent/agent.hpp"
#include "base/ascii.hpp"
#include "bridge/json_command.hpp"
#include "unit/agent/phone.hpp"
#include "unit/hostile/hostile.hpp"

using namespace sipml;
using bridge::Json;

namespace {

const std::string fragments[] = {std::string("\r"),
                                 "\n",
                                 std::string(1, '\0'),
                                 "\r\nX-Injected: yes",
                                 "\r\n\r\nv=0",
                                 "\n ",
                                 "%\r"};

/// Where strings of the application are shown, not sent: their line breaks become blanks.
bool is_only_shown(const Json& command, const std::string& path) {
  return path == "message" &&
         (command["type"] == "media_failed" || command["type"] == "media_lost");
}

/// Calls visit(path, string) for each string below `at`; `path` is as a refusal names it.
template <typename Visit>
void each_string(Json& at, const std::string& path, const Visit& visit) {
  if (at.is_string()) {
    visit(path, at);
  } else if (at.is_object()) {
    for (auto& item : at.items())
      each_string(item.value(), path.empty() ? item.key() : path + '.' + item.key(), visit);
  } else if (at.is_array()) {
    for (std::size_t i = 0; i < at.size(); ++i)
      each_string(at[i], path + '[' + std::to_string(i) + ']', visit);
  }
}

/// `text` with a fragment in front, in the middle and at the end.
std::vector<std::string> spoiled(const std::string& text, const std::string& fragment) {
  const std::size_t middle = text.size() / 2;
  return {fragment + text, text.substr(0, middle) + fragment + text.substr(middle),
          text + fragment};
}

/// A phone with a call that rings and one that is under way, where every command makes sense.
struct World : agent::test::Phone {
  World() {
    execute(agent::Register{});
    call();
    receive(invite(1));
  }

  /// Feeds a command as the bridge does; what it names as wrong, "" if it was taken.
  std::string command(const std::string& head, const std::string& body = {}) {
    auto command = bridge::parse_command(head, body, agent.config());
    if (!command) {
      CHECK_FALSE(command.error().message.empty());
      CHECK(!ascii::has_line_break(command.error().message));
      return command.error().argument;
    }
    (void)try_execute(std::move(*command));
    return {};
  }
};

}  // namespace

TEST_CASE("RFC 3261 7.3.1: CR, LF and NUL in any string of any command are refused by name") {
  Json contract = hostile::read_contract();
  REQUIRE(contract.is_object());
  World world;
  const std::size_t sent = world.sent.size();
  const std::size_t events = world.events.size();
  const std::size_t requests = world.requests.size();
  std::size_t strings = 0;
  for (Json& head : contract["commands"])
    each_string(head, "", [&](const std::string& path, Json& value) {
      if (is_only_shown(head, path)) return;
      ++strings;
      const std::string good = value.get<std::string>();
      for (const std::string& fragment : fragments)
        for (const std::string& bad : spoiled(good, fragment)) {
          value = bad;
          CHECK_MESSAGE(world.command(bridge::dump(head)) == path, bridge::dump(head));
        }
      value = good;
    });
  CHECK(strings > 50);
  CHECK(world.sent.size() == sent);
  CHECK(world.events.size() == events);
  CHECK(world.requests.size() == requests);
  CHECK(world.agent.config().display_name.empty());
}

TEST_CASE("RFC 3261 7.3.1: CR, LF and NUL in any string of a configuration are refused by name") {
  Json config = hostile::read_contract()["config"];
  REQUIRE(config.is_object());
  each_string(config, "", [&config](const std::string& path, Json& value) {
    const std::string good = value.get<std::string>();
    for (const std::string& fragment : fragments)
      for (const std::string& bad : spoiled(good, fragment)) {
        value = bad;
        const auto setup = bridge::parse_setup(bridge::dump(config));
        REQUIRE_FALSE(bool(setup));
        CHECK_MESSAGE(setup.error().argument == path, bridge::dump(config));
        CHECK(setup.error().message.find("X-Injected") == std::string::npos);
      }
    value = good;
  });
}

TEST_CASE("RFC 3261 7.3.1: keys that nobody knows change nothing, whatever they hold") {
  Json contract = hostile::read_contract();
  for (Json& head : contract["commands"]) {
    head["X\r\nY"] = "a\r\nb";
    head["__proto__"] = Json::object({{"x", std::string(1, '\0')}});
    const auto current = agent::test::config();
    CHECK_MESSAGE(bridge::parse_command(bridge::dump(head), {}, current), bridge::dump(head));
  }
}

TEST_CASE("RFC 3261 7.4: a content may hold anything") {
  World world;
  const std::string body = std::string("\r\n\r\nBYE sip:x SIP/2.0\r\n\r\n\0\n", 27);
  const auto invite = message::parse_message(world.sent[1]);
  REQUIRE(invite);
  REQUIRE(invite->method() == "INVITE");
  world.receive(world.response(*invite, 200, "far",
                               "Contact: <sip:bob@b.invalid>\r\nContent-Type: "
                               "application/sdp\r\n\r\n" +
                                   std::string(agent::test::answer)));
  CHECK(world.command(R"({"type":"media_ready","call":2,"token":2})").empty());
  REQUIRE(world.count<usage::CallEstablished>() == 1);
  CHECK(world.command(R"({"type":"info","call":2,"content_type":"application/x"})", body).empty());
  const auto info = world.last_sent();
  CHECK(info.method() == "INFO");
  CHECK(info.body() == body);
  CHECK(info.header(message::HeaderName::content_length) == std::to_string(body.size()));
}

TEST_CASE("RFC 3261 25.1: what is quoted in a Contact parameter cannot begin another one") {
  const auto caps = [](const std::string& value) {
    const Json head = {{"type", "register"},
                       {"caps", Json::array({{{"name", "+a"}, {"value", value}}})}};
    auto command = bridge::parse_command(bridge::dump(head), {}, agent::test::config());
    if (!command) return std::string("refused ") + command.error().argument;
    return std::get<agent::Register>(*command).options.caps[0].value;
  };
  CHECK(caps("").empty());
  CHECK(caps("token") == "token");
  CHECK(caps("\"quoted; text\"") == "\"quoted; text\"");
  CHECK(caps("a;expires=0") == "\"a;expires=0\"");
  CHECK(caps("x, <sip:mallory@example.org>") == "\"x, <sip:mallory@example.org>\"");
  CHECK(caps("a\"b") == "\"a\\\"b\"");
  CHECK(caps("\"open") == "refused caps[0].value");
  CHECK(caps("\"a\";expires=0") == "refused caps[0].value");
  CHECK(caps("\"a\\\"") == "refused caps[0].value");
  CHECK(caps("\"") == "refused caps[0].value");
}

TEST_CASE(
    "RFC 3261 19.1.1: addresses of ours carry no headers, a domain nothing but host and port") {
  const auto refused = [](const Json& head) {
    const auto command = bridge::parse_command(bridge::dump(head), {}, agent::test::config());
    return command ? std::string() : command.error().argument;
  };
  CHECK(refused({{"type", "register"}, {"from", "sip:a@b?Subject=x"}}) == "from");
  CHECK(refused({{"type", "configure"}, {"config", {{"uri", "sip:a@b?Subject=x"}}}}) ==
        "config.uri");
  for (const char* domain : {"b?Subject=x", "b;x=y", "a@b", "b c", "b:70000", "", "b>", "b,c"})
    CHECK_MESSAGE(
        refused({{"type", "configure"}, {"config", {{"domain", domain}}}}) == "config.domain",
        std::string(domain));
  for (const char* type : {"text", "a/b, c/d", "/", "a/", "a/b c", "a b/c"})
    CHECK_MESSAGE(
        refused({{"type", "info"}, {"call", 1}, {"content_type", type}}) == "content_type",
        std::string(type));
}
