/// The C interface: ids, lengths, times and errors that a host may get wrong.
#include "bridge/abi.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "bridge/json.hpp"

using sipml::bridge::Json;

namespace {

std::uint32_t put(std::string_view text) {
  std::uint8_t* const buffer = sipml_input_buffer(static_cast<std::uint32_t>(text.size()));
  for (std::size_t i = 0; i < text.size(); ++i) buffer[i] = static_cast<std::uint8_t>(text[i]);
  return static_cast<std::uint32_t>(text.size());
}

std::int32_t create() {
  return sipml_agent_create(
      put("{\"uri\":\"sip:alice@example.org\",\"entropy\":\"" + std::string(64, '1') + "\"}"));
}

std::int32_t command(std::uint32_t agent, const std::string& head) {
  return sipml_agent_command(agent, put(head), 0, 0);
}

Json last_error() {
  const sipml_output* error = sipml_last_error();
  return Json::parse(std::string(error->head, error->head_length), nullptr, false);
}

std::size_t drain(std::uint32_t agent) {
  std::size_t outputs = 0;
  while (sipml_agent_poll(agent)) ++outputs;
  return outputs;
}

}  // namespace

TEST_CASE("Agents are numbers that never repeat") {
  const std::int32_t first = create();
  REQUIRE(first > 0);
  const std::int32_t second = create();
  CHECK(second > first);
  sipml_agent_destroy(static_cast<std::uint32_t>(second));
  sipml_agent_destroy(static_cast<std::uint32_t>(second));
  CHECK(create() > second);
}

TEST_CASE("An agent that is not there is an error, for every function") {
  const auto agent = static_cast<std::uint32_t>(create());
  sipml_agent_destroy(agent);
  for (const std::uint32_t id : {agent, 0U, 4294967295U}) {
    CHECK(sipml_agent_connected(id, 0) == SIPML_UNKNOWN_ID);
    CHECK(sipml_agent_disconnected(id, 0) == SIPML_UNKNOWN_ID);
    CHECK(sipml_agent_timer_fired(id, 0) == SIPML_UNKNOWN_ID);
    CHECK(sipml_agent_receive(id, put("x"), 0) == SIPML_UNKNOWN_ID);
    CHECK(command(id, "{\"type\":\"start\"}") == SIPML_UNKNOWN_ID);
    CHECK(last_error()["argument"] == "agent");
    CHECK(sipml_agent_poll(id) == nullptr);
    CHECK(std::isinf(sipml_agent_deadline(id)));
  }
}

TEST_CASE("Lengths beyond the input buffer are refused") {
  const auto agent = static_cast<std::uint32_t>(create());
  // An unusually large buffer gives way to one of the size that is asked for.
  sipml_input_buffer(1024 * 1024);
  sipml_input_buffer(16);
  for (const std::uint32_t length : {1024U * 1024U, 4294967295U}) {
    CHECK(sipml_agent_create(length) == SIPML_INVALID_ARGUMENT);
    CHECK(last_error()["argument"] == "length");
    CHECK(sipml_agent_receive(agent, length, 0) == SIPML_INVALID_ARGUMENT);
    CHECK(sipml_agent_command(agent, length, 0, 0) == SIPML_INVALID_ARGUMENT);
    CHECK(sipml_agent_command(agent, 0, length, 0) == SIPML_INVALID_ARGUMENT);
    CHECK(sipml_agent_command(agent, length, length, 0) == SIPML_INVALID_ARGUMENT);
  }
  CHECK(sipml_agent_command(agent, 0, 0, 0) == SIPML_INVALID_JSON);
  CHECK(last_error()["code"] == "invalid_json");
  CHECK(drain(agent) == 0);
}

TEST_CASE("An error is told as JSON with the names of the protocol") {
  const auto agent = static_cast<std::uint32_t>(create());
  CHECK(command(agent, "{\"type\":\"hangup\",\"call\":1}") == SIPML_UNKNOWN_ID);
  CHECK(last_error() ==
        Json{{"code", "unknown_id"}, {"argument", "call"}, {"message", "there is no such call"}});
  CHECK(command(agent, "{\"type\":\"register\"}") == SIPML_NOT_CONNECTED);
  CHECK(last_error()["code"] == "not_connected");
  CHECK(command(agent, "[") == SIPML_INVALID_JSON);
  CHECK(command(agent, "{\"type\":\"info\",\"call\":1,\"content_type\":\"x\"}") ==
        SIPML_INVALID_ARGUMENT);
  CHECK(last_error()["code"] == "invalid_argument");
}

TEST_CASE("Times that are none count as the beginning of time") {
  const auto agent = static_cast<std::uint32_t>(create());
  CHECK(command(agent, "{\"type\":\"start\"}") == 0);
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double now : {std::nan(""), -1.0, infinity, -infinity, 1e300, 9e15}) {
    CHECK(sipml_agent_connected(agent, now) == SIPML_OK);
    CHECK(sipml_agent_timer_fired(agent, now) == SIPML_OK);
  }
  CHECK(command(agent, "{\"type\":\"register\"}") > 0);
  CHECK(sipml_agent_deadline(agent) == 32000);
  CHECK(sipml_agent_timer_fired(agent, 8.9e15) == SIPML_OK);
  CHECK(std::isinf(sipml_agent_deadline(agent)));
}

TEST_CASE("Limits: octets of a message") {
  const auto agent = static_cast<std::uint32_t>(create());
  const std::string head =
      "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKo\r\nFrom: <sip:b@b>;tag=1\r\n"
      "To: <sip:a@b>\r\nCall-ID: o\r\nCSeq: 1 OPTIONS\r\n\r\n";
  CHECK(command(agent, "{\"type\":\"start\"}") == 0);
  CHECK(sipml_agent_connected(agent, 0) == SIPML_OK);
  drain(agent);
  const std::size_t limit = sipml::limits::message_size;
  for (const std::size_t size : {limit - 1, limit, limit + 1}) {
    CHECK(sipml_agent_receive(agent, put(head + std::string(size - head.size(), 'x')), 0) == 0);
    const sipml_output* output = sipml_agent_poll(agent);
    REQUIRE(output);
    CHECK(output->kind == (size > limit ? SIPML_EVENT : SIPML_TRANSMIT));
    drain(agent);
  }
}

TEST_CASE("What is no UTF-8 leaves in bodies as it came, and in heads as U+FFFD") {
  const auto agent = static_cast<std::uint32_t>(create());
  CHECK(command(agent, "{\"type\":\"start\"}") == 0);
  CHECK(sipml_agent_connected(agent, 0) == SIPML_OK);
  drain(agent);
  const std::string invite =
      "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKi\r\n"
      "From: \"\xff\" <sip:b@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: i\r\nCSeq: 1 INVITE\r\n"
      "Contact: <sip:b@b>\r\n\r\n";
  CHECK(sipml_agent_receive(agent, put(invite), 0) == SIPML_OK);
  const sipml_output* ringing = sipml_agent_poll(agent);
  REQUIRE(ringing);
  CHECK(std::string(ringing->body, ringing->body_length).find("\"\xff\"") != std::string::npos);
  const sipml_output* incoming = sipml_agent_poll(agent);
  REQUIRE(incoming);
  const Json event =
      Json::parse(std::string(incoming->head, incoming->head_length), nullptr, false);
  CHECK(event["from"]["display_name"] == "\xef\xbf\xbd");
}

TEST_CASE("An address is taken apart without an agent") {
  const sipml_output* output =
      sipml_parse_address(put("\"Bob B\" <sips:bob%20b@[::1]:5061;transport=ws>;tag=x"));
  REQUIRE(output);
  CHECK(output->kind == SIPML_RESULT);
  const Json address = Json::parse(std::string(output->head, output->head_length), nullptr, false);
  CHECK(address["displayName"] == "Bob B");
  CHECK(address["tag"] == "x");
  CHECK(address["uri"]["user"] == "bob b");
  CHECK(address["uri"]["host"] == "[::1]");
  CHECK(address["uri"]["port"] == 5061);
  for (std::string_view text : {"", "bob", "sip:", "<sip:a@b", "\xff"})
    CHECK(sipml_parse_address(put(text)) == nullptr);
  put("sip:a@b");
  CHECK(sipml_parse_address(4294967295U) == nullptr);
}

TEST_CASE("A message that the host changed gets its Content-Length, and is shown without secrets") {
  const std::uint32_t length = put("INFO sip:a@b SIP/2.0\nl: 3\nAuthorization: Digest x\n\nlonger");
  const sipml_output* result = sipml_mend_message(length);
  REQUIRE(result);
  CHECK(result->kind == SIPML_RESULT);
  CHECK(std::string(result->body, result->body_length) ==
        "INFO sip:a@b SIP/2.0\r\nAuthorization: Digest x\r\nContent-Length: 6\r\n\r\nlonger");
  CHECK(std::string(result->head, result->head_length) ==
        "INFO sip:a@b SIP/2.0\r\nAuthorization: ***\r\nContent-Length: 6\r\n\r\nlonger");
  CHECK(sipml_mend_message(length + 1000000) == nullptr);
}
