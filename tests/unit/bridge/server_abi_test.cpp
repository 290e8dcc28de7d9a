/// The C interface of the development server: ids, lengths, times and errors that a host may get
/// wrong, and a registration through it.
#include "bridge/server_abi.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/limits.hpp"

namespace {

using nlohmann::json;

std::uint32_t put(std::string_view text) {
  std::uint8_t* const buffer = sipml_input_buffer(static_cast<std::uint32_t>(text.size()));
  for (std::size_t i = 0; i < text.size(); ++i) buffer[i] = static_cast<std::uint8_t>(text[i]);
  return static_cast<std::uint32_t>(text.size());
}

std::int32_t create(const std::string& more = {}) {
  return sipml_server_create(put("{\"entropy\":\"" + std::string(64, '1') + "\"" + more + "}"));
}

json last_error() {
  const sipml_output* error = sipml_last_error();
  return json::parse(std::string(error->head, error->head_length), nullptr, false);
}

/// The next message for a connection; empty when there is none.
std::string poll(std::uint32_t server, std::uint32_t connection) {
  const sipml_output* output = sipml_server_poll(server);
  if (!output) return {};
  CHECK(output->kind == SIPML_TRANSMIT);
  CHECK(output->flow == connection);
  CHECK(output->head_length == 0);
  return {output->body, output->body_length};
}

std::string registration(int number, std::string_view more = {}) {
  const std::string n = std::to_string(number);
  return "REGISTER sip:example.org SIP/2.0\r\nVia: SIP/2.0/WS a.invalid;branch=z9hG4bK" + n +
         "\r\nMax-Forwards: 70\r\nFrom: <sip:alice@example.org>;tag=1\r\n"
         "To: <sip:alice@example.org>\r\nCall-ID: r\r\nCSeq: " +
         n + " REGISTER\r\nContact: <sip:alice@a.invalid;transport=ws>\r\n" + std::string(more) +
         "\r\n";
}

}  // namespace

TEST_CASE("Servers are numbers that never repeat") {
  const std::int32_t first = create();
  REQUIRE(first > 0);
  const std::int32_t second = create();
  CHECK(second > first);
  sipml_server_destroy(static_cast<std::uint32_t>(second));
  sipml_server_destroy(static_cast<std::uint32_t>(second));
  CHECK(create() > second);
  CHECK(sipml_abi_version() == SIPML_ABI_VERSION);
}

TEST_CASE("A server that is not there is an error, for every function") {
  const auto server = static_cast<std::uint32_t>(create());
  sipml_server_destroy(server);
  for (const std::uint32_t id : {server, 0U, 4294967295U}) {
    CHECK(sipml_server_connected(id, 1, 0, 0) == SIPML_UNKNOWN_ID);
    CHECK(last_error()["argument"] == "server");
    CHECK(last_error()["code"] == "unknown_id");
    CHECK(sipml_server_disconnected(id, 1, 0) == SIPML_UNKNOWN_ID);
    CHECK(sipml_server_timer_fired(id, 0) == SIPML_UNKNOWN_ID);
    CHECK(sipml_server_receive(id, 1, put("x"), 0) == SIPML_UNKNOWN_ID);
    CHECK(sipml_server_poll(id) == nullptr);
    CHECK(std::isinf(sipml_server_deadline(id)));
  }
}

TEST_CASE("Lengths beyond the input buffer are refused") {
  const auto server = static_cast<std::uint32_t>(create());
  CHECK(sipml_server_create(4294967295U) == SIPML_INVALID_ARGUMENT);
  CHECK(last_error()["argument"] == "length");
  CHECK(sipml_server_receive(server, 1, 4294967295U, 0) == SIPML_INVALID_ARGUMENT);
  const auto longest = static_cast<std::uint32_t>(sipml::limits::message_size) + 1;
  CHECK(sipml_input_buffer(longest) != nullptr);
  CHECK(sipml_input_buffer(longest + 1) == nullptr);
}

TEST_CASE("A time that is no number of milliseconds is refused") {
  const auto server = static_cast<std::uint32_t>(create());
  for (const double now : {-1.0, 1e16, std::numeric_limits<double>::infinity(),
                           std::numeric_limits<double>::quiet_NaN()}) {
    CHECK(sipml_server_connected(server, 1, 0, now) == SIPML_INVALID_ARGUMENT);
    CHECK(last_error()["argument"] == "now");
    CHECK(sipml_server_timer_fired(server, now) == SIPML_INVALID_ARGUMENT);
  }
}

TEST_CASE("A configuration that is wrong is refused with the name of what is wrong") {
  CHECK(sipml_server_create(put("[]")) == SIPML_INVALID_JSON);
  CHECK(last_error()["code"] == "invalid_json");
  CHECK(sipml_server_create(put("{")) == SIPML_INVALID_JSON);
  struct Case {
    std::string text;
    std::string argument;
  };
  const std::string entropy = "\"entropy\":\"" + std::string(64, '1') + "\"";
  for (const Case& wrong :
       {Case{"{}", "entropy"}, Case{"{\"entropy\":1}", "entropy"},
        Case{"{\"entropy\":\"12\"}", "entropy"},
        Case{"{" + entropy + ",\"accounts\":[]}", "accounts"},
        Case{"{" + entropy + ",\"accounts\":{\"\":\"x\"}}", "accounts"},
        Case{"{" + entropy + ",\"accounts\":{\"a\":1}}", "accounts"},
        Case{"{" + entropy + ",\"algorithms\":\"MD5\"}", "algorithms"},
        Case{"{" + entropy + ",\"algorithms\":[1]}", "algorithms"},
        Case{"{" + entropy + ",\"algorithms\":[\"rot13\"]}", "algorithms"},
        Case{"{" + entropy + ",\"challengeInDialogs\":1}", "challengeInDialogs"}}) {
    CAPTURE(wrong.text);
    CHECK(sipml_server_create(put(wrong.text)) == SIPML_INVALID_ARGUMENT);
    CHECK(last_error()["argument"] == wrong.argument);
    CHECK(last_error()["code"] == "invalid_argument");
  }
}

TEST_CASE("A connection is opened once, and nothing is received from one that is closed") {
  const auto server = static_cast<std::uint32_t>(create());
  CHECK(sipml_server_connected(server, 7, 1, 0) == SIPML_OK);
  CHECK(sipml_server_connected(server, 7, 1, 0) == SIPML_LIMIT_EXCEEDED);
  CHECK(last_error()["code"] == "limit_exceeded");
  CHECK(sipml_server_receive(server, 8, put("x"), 0) == SIPML_UNKNOWN_ID);
  CHECK(last_error()["argument"] == "connection");
  CHECK(sipml_server_disconnected(server, 7, 0) == SIPML_OK);
  CHECK(sipml_server_disconnected(server, 7, 0) == SIPML_UNKNOWN_ID);
  CHECK(sipml_server_receive(server, 7, put("x"), 0) == SIPML_UNKNOWN_ID);
}

TEST_CASE("RFC 3261 22.2: a registration is challenged with the algorithms of the configuration") {
  const auto server = static_cast<std::uint32_t>(
      create(",\"accounts\":{\"alice\":\"secret\"},\"algorithms\":[\"MD5\",\"SHA-256\"]"));
  REQUIRE(sipml_server_connected(server, 3, 0, 0) == SIPML_OK);
  REQUIRE(sipml_server_receive(server, 3, put(registration(1)), 10) == SIPML_OK);
  const std::string challenge = poll(server, 3);
  CHECK(challenge.starts_with("SIP/2.0 401 "));
  const std::size_t md5 = challenge.find("algorithm=MD5");
  const std::size_t sha = challenge.find("algorithm=SHA-256");
  CHECK(md5 != std::string::npos);
  CHECK(sha != std::string::npos);
  CHECK(md5 < sha);
  CHECK(challenge.find("secret") == std::string::npos);
  CHECK(poll(server, 3).empty());
  // RFC 3261 17.2.2: nothing is kept longer than 64 T1 for an answer that was sent.
  CHECK(sipml_server_timer_fired(server, 60000) == SIPML_OK);
  CHECK(std::isinf(sipml_server_deadline(server)));
}
