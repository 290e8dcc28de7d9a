/// Commands and configurations as JSON: what is read, what is refused, and what the refusal says.
#include "bridge/json_command.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/limits.hpp"
#include "bridge/json.hpp"

using namespace sipml;
using bridge::parse_command;
using bridge::parse_setup;
using usage::CommandErrorCode;

namespace {

usage::Config current() {
  usage::Config config;
  config.uri = std::move(uri::parse("sip:alice@example.org")).value();
  config.domain = "example.org";
  config.authorization_user = "alice";
  config.password = "old";
  return config;
}

/// The argument that the refusal of a command names; "ok" if it was not refused.
std::string refused(const std::string& head) {
  const auto result = parse_command(head, {}, current());
  if (result) return "ok";
  CHECK_FALSE(result.error().message.empty());
  if (result.error().code == CommandErrorCode::invalid_json) return "not JSON";
  CHECK((result.error().code == CommandErrorCode::invalid_argument ||
         result.error().code == CommandErrorCode::limit_exceeded));
  return result.error().argument;
}

template <typename T>
T read(const std::string& head, const std::string& body = {}) {
  auto result = parse_command(head, body, current());
  REQUIRE_MESSAGE(result, result.error().message);
  REQUIRE(std::holds_alternative<T>(*result));
  return std::get<T>(*std::move(result));
}

const std::string entropy(64, 'a');

std::string setup_refused(const std::string& head) {
  const auto result = parse_setup(head);
  return result ? "ok" : result.error().argument;
}

std::string nested(std::size_t depth, char open, char close) {
  return std::string(depth, open) + std::string(depth, close);
}

}  // namespace

TEST_CASE("What is no JSON object is refused as such") {
  for (const char* head : {"", " ", "null", "1", "\"start\"", "[]", "{", "{\"type\"}", "{}x",
                           "{\"type\":\"start\"", "{\"type\":\"\xff\"}", "nan", "{\"a\":1e999}"})
    CHECK_MESSAGE(refused(head) == "not JSON", std::string(head));
  CHECK(refused("{}") == "type");
  CHECK(refused("{\"type\":null}") == "type");
  CHECK(refused("{\"type\":[]}") == "type");
  CHECK(refused("{\"type\":\"\"}") == "type");
  CHECK(refused("{\"type\":\"Start\"}") == "type");
}

TEST_CASE("Deep nesting is refused and needs no stack") {
  constexpr std::size_t large = 100 * 1024;
  CHECK(refused(std::string(large, '[')) == "not JSON");
  CHECK(refused(nested(large, '[', ']')) == "not JSON");
  std::string objects;
  for (std::size_t i = 0; i < large / 5; ++i) objects += "{\"a\":";
  CHECK(refused(objects) == "not JSON");
  for (const char* key : {"headers", "caps", "bandwidth", "wire_directions", "to", "audio"})
    CHECK(refused("{\"type\":\"call\",\"" + std::string(key) + "\":" + nested(large, '[', ']') +
                  "}") == "not JSON");
  CHECK(refused("{\"type\":\"configure\",\"config\":{\"headers\":" + nested(100000, '[', ']') +
                "}}") == "not JSON");
  CHECK_FALSE(bool(parse_setup("{\"headers\":" + nested(large, '[', ']') + "}")));
  // Brackets in strings are text, and what follows an escaped quote still is.
  CHECK(refused("{\"type\":\"media_failed\",\"call\":1,\"token\":1,\"message\":\"\\\"" +
                std::string(1000, '[') + "\"}") == "ok");
  CHECK(refused("{\"type\":\"start\",\"x\":" + nested(limits::command_depth - 1, '[', ']') + "}") ==
        "ok");
  CHECK(refused("{\"type\":\"start\",\"x\":" + nested(limits::command_depth, '[', ']') + "}") ==
        "not JSON");
}

TEST_CASE("RFC 3264 5.1: codecs and candidates that the peer is to hear of") {
  const auto call = read<agent::PlaceCall>(
      "{\"type\":\"call\",\"to\":\"bob\",\"audio\":\"sendrecv\",\"removed_codecs\":[\"CN\"],"
      "\"codec_order\":[\"PCMA\",\"opus\"],\"removed_candidates\":[\"tcp\",\"name\"]}");
  CHECK(call.options.media.removed_codecs == std::vector<std::string>{"CN"});
  CHECK(call.options.media.codec_order == std::vector<std::string>{"PCMA", "opus"});
  negotiation::rules::CandidateFilter filter;
  filter.tcp = false;
  filter.name = false;
  CHECK(call.options.media.candidates == filter);
  const auto refused_with = [](const std::string& member) {
    return refused("{\"type\":\"call\",\"to\":\"bob\",\"audio\":\"sendrecv\"," + member + "}");
  };
  CHECK(refused_with("\"codec_order\":\"opus\"") == "codec_order");
  CHECK(refused_with("\"codec_order\":[\"opus\",1]") == "codec_order[1]");
  CHECK(refused_with("\"removed_codecs\":[\"a\\r\\n\"]") == "removed_codecs[0]");
  CHECK(refused_with("\"removed_candidates\":[\"udp\",\"UDP\"]") == "removed_candidates[1]");
  const auto many = [](std::size_t count) {
    std::string list = "\"codec_order\":[\"a\"";
    for (std::size_t i = 1; i < count; ++i) list += ",\"a\"";
    return list + "]";
  };
  CHECK(refused_with(many(limits::parameter_count - 1)) == "ok");
  CHECK(refused_with(many(limits::parameter_count)) == "ok");
  CHECK(refused_with(many(limits::parameter_count + 1)) == "codec_order");
}

TEST_CASE("Numbers are whole and in range") {
  CHECK(read<agent::Stop>("{\"type\":\"stop\"}").timeout == 3000);
  CHECK(read<agent::Stop>("{\"type\":\"stop\",\"timeout\":0}").timeout == 0);
  CHECK(read<agent::Stop>("{\"type\":\"stop\",\"timeout\":4294967295}").timeout == 4294967295);
  CHECK(read<agent::Stop>("{\"type\":\"stop\",\"timeout\":1.5e3}").timeout == 1500);
  for (const char* value : {"-1", "0.5", "4294967296", "18446744073709551616", "1e300", "\"1\"",
                            "true", "[]", "{}", "-9223372036854775808"})
    CHECK_MESSAGE(
        refused("{\"type\":\"stop\",\"timeout\":" + std::string(value) + "}") == "timeout",
        std::string(value));
  CHECK(read<agent::Register>("{\"type\":\"register\"}").options.expires == 600);
  CHECK(refused("{\"type\":\"register\",\"expires\":0}") == "expires");
  CHECK(read<agent::Reject>("{\"type\":\"reject\",\"call\":1}").status == 603);
  CHECK(refused("{\"type\":\"reject\",\"call\":1,\"status\":299}") == "status");
  CHECK(refused("{\"type\":\"reject\",\"call\":1,\"status\":700}") == "status");
  CHECK(refused("{\"type\":\"hangup\"}") == "call");
  CHECK(refused("{\"type\":\"hangup\",\"call\":null}") == "call");
  CHECK(refused("{\"type\":\"media_ready\",\"call\":1}") == "token");
}

TEST_CASE("Directions: absent, null and what is none") {
  const auto call = read<agent::PlaceCall>(
      "{\"type\":\"call\",\"to\":\"bob\",\"audio\":\"recvonly\",\"video\":null}");
  CHECK(call.directions.audio == sdp::Direction::recvonly);
  CHECK_FALSE(call.directions.video.has_value());
  const auto accept = read<agent::Accept>("{\"type\":\"accept\",\"call\":1,\"video\":null}");
  CHECK_FALSE(accept.choice.audio.has_value());
  REQUIRE(accept.choice.video.has_value());
  CHECK_FALSE(accept.choice.video->has_value());
  CHECK(refused("{\"type\":\"modify\",\"call\":1}") == "audio");
  for (const char* value : {"\"\"", "\"both\"", "\"SendRecv\"", "1", "true", "[]", "{}"})
    CHECK(refused("{\"type\":\"call\",\"to\":\"b\",\"video\":" + std::string(value) + "}") ==
          "video");
}

TEST_CASE("RFC 3261 25.1: header names are tokens, and ours are not for the application") {
  const auto with = [](const std::string& name) {
    return refused("{\"type\":\"hangup\",\"call\":1,\"headers\":[{\"name\":\"" + name +
                   "\",\"value\":\"x\"}]}");
  };
  CHECK(with("X-Name") == "ok");
  CHECK(with("User-Agent") == "ok");
  for (const char* name : {"",
                           " ",
                           "X Y",
                           "X:",
                           "(x)",
                           "Via",
                           "v",
                           "VIA",
                           "from",
                           "F",
                           "To",
                           "t",
                           "call-id",
                           "I",
                           "CSeq",
                           "max-forwards",
                           "Content-Length",
                           "L",
                           "Authorization",
                           "Proxy-Authorization",
                           "Contact",
                           "m",
                           "Content-Type",
                           "C"})
    CHECK_MESSAGE(with(name) == "headers[0].name", std::string(name));
  CHECK(refused("{\"type\":\"hangup\",\"call\":1,\"headers\":{}}") == "headers");
  CHECK(refused("{\"type\":\"hangup\",\"call\":1,\"headers\":[1]}") == "headers[0]");
  CHECK(refused("{\"type\":\"hangup\",\"call\":1,\"headers\":[{}]}") == "headers[0].name");
  CHECK(refused("{\"type\":\"hangup\",\"call\":1,\"headers\":[{\"name\":1}]}") ==
        "headers[0].name");
  CHECK(refused("{\"type\":\"hangup\",\"call\":1,\"headers\":[{\"name\":\"X\",\"value\":1}]}") ==
        "headers[0].value");
}

TEST_CASE("A configuration is merged, and refused as a whole") {
  const auto changed =
      read<agent::Configure>(
          "{\"type\":\"configure\",\"config\":{\"password\":\"new\",\"transport\":\"ws\","
          "\"reconnect_time\":5,\"headers\":[{\"name\":\"X\",\"value\":\"y\"}]}}")
          .config;
  CHECK(changed.password == "new");
  CHECK(changed.authorization_user == "alice");
  CHECK(changed.via_transport == "WS");
  CHECK(changed.reconnect_time == milliseconds(5));
  CHECK(changed.headers.size() == 1);
  CHECK(refused("{\"type\":\"configure\",\"config\":[]}") == "config");
  CHECK(refused("{\"type\":\"configure\",\"config\":{\"trace\":1}}") == "config.trace");
  CHECK(refused("{\"type\":\"configure\",\"config\":{\"uri\":\"sip:example.org\"}}") ==
        "config.uri");
  CHECK(refused("{\"type\":\"configure\",\"config\":{\"uri\":\"tel:+1\"}}") == "config.uri");
  CHECK(refused("{\"type\":\"configure\",\"config\":{\"reconnect_time\":-1}}") ==
        "config.reconnect_time");
}

TEST_CASE("A set-up needs a URI with a user and entropy") {
  const std::string good =
      "{\"uri\":\"sip:al%20ice@example.org:5060\",\"entropy\":\"" + entropy + "\"}";
  const auto setup = parse_setup(good);
  REQUIRE(setup);
  CHECK(setup->config.domain == "example.org");
  CHECK(setup->config.authorization_user == "al ice");
  CHECK(setup->config.via_transport == "WSS");
  CHECK(setup->entropy[31] == 0xaa);
  CHECK(setup_refused("{}") == "uri");
  CHECK(setup_refused("{\"uri\":\"sip:a@b\"}") == "entropy");
  CHECK(setup_refused("{\"uri\":\"sip:a@b\",\"entropy\":\"" + entropy.substr(1) + "\"}") ==
        "entropy");
  CHECK(setup_refused("{\"uri\":\"sip:a@b\",\"entropy\":\"" + entropy.substr(1) + "g\"}") ==
        "entropy");
  CHECK(setup_refused("{\"uri\":\"alice\",\"entropy\":\"" + entropy + "\"}") == "uri");
}

TEST_CASE("RFC 3261 26: an error never repeats a secret") {
  for (const char* head :
       {"{\"type\":\"configure\",\"config\":{\"password\":\"pass\\r\\nword\"}}",
        "{\"type\":\"configure\",\"config\":{\"password\":[\"passw0rd\"]}}",
        "{\"type\":\"configure\",\"config\":{\"password\":\"passw0rd\",\"trace\":\"x\"}}"}) {
    const auto result = parse_command(head, {}, current());
    REQUIRE_FALSE(bool(result));
    CHECK(result.error().message.find("passw0rd") == std::string::npos);
    CHECK(result.error().message.find("pass\r") == std::string::npos);
    CHECK(result.error().argument.find("w0rd") == std::string::npos);
  }
}

TEST_CASE("Text that is only shown may hold line breaks, which become blanks") {
  const auto command = read<agent::MediaFailed>(
      "{\"type\":\"media_failed\",\"call\":1,\"token\":2,\"error\":\"no_device\","
      "\"message\":\"a\\r\\nb\\u0000\"}");
  CHECK(command.text == "a  b ");
  CHECK(command.error == usage::MediaError::no_device);
  CHECK(refused("{\"type\":\"media_failed\",\"call\":1,\"token\":2,\"error\":\"odd\"}") == "error");
  CHECK(refused("{\"type\":\"media_failed\",\"call\":1,\"token\":2,\"message\":1}") == "message");
}
