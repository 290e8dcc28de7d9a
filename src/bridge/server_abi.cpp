/// The C interface of sipml-server.wasm over the development server (server_abi.h). This module is
/// linked without common_abi.cpp, so the functions that every module has are defined here, too.
#include "bridge/server_abi.h"

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/digest.hpp"
#include "base/instant.hpp"
#include "base/limits.hpp"
#include "bridge/json.hpp"
#include "bridge/json_writer.hpp"
#include "crypto/hex.hpp"
#include "server/server.hpp"

namespace {

using sipml::Instant;
using sipml::bridge::Json;
using sipml::server::Server;

/// Milliseconds that an Instant holds and that leave room for every timer: far beyond any clock.
constexpr double latest = 9e15;

/// All that outlives a call: the host holds numbers only.
struct Module {
  std::map<std::uint32_t, Server> servers;
  std::uint32_t last_server = 0;
  std::vector<std::uint8_t> input;
  /// What `output` points to.
  std::string head;
  std::string body;
  sipml_output output{};
};

Module& module() {
  static Module instance;
  return instance;
}

std::uint32_t size_of(const std::string& text) { return static_cast<std::uint32_t>(text.size()); }

const sipml_output* show(std::uint32_t kind, std::uint32_t flow) {
  Module& m = module();
  m.output = {kind, flow, m.head.data(), size_of(m.head), m.body.data(), size_of(m.body)};
  return &m.output;
}

std::string_view name_of(sipml_error code) {
  switch (code) {
    case SIPML_INVALID_JSON:
      return "invalid_json";
    case SIPML_INVALID_ARGUMENT:
      return "invalid_argument";
    case SIPML_UNKNOWN_ID:
      return "unknown_id";
    case SIPML_WRONG_STATE:
      return "wrong_state";
    case SIPML_LIMIT_EXCEEDED:
      return "limit_exceeded";
    case SIPML_NOT_CONNECTED:
      return "not_connected";
    case SIPML_OK:
      break;
  }
  return "ok";
}

std::int32_t fail(sipml_error code, std::string_view argument, std::string_view message) {
  module().head = sipml::bridge::error_head(name_of(code), argument, message);
  module().body.clear();
  return code;
}

/// The first `length` octets of the input buffer.
std::optional<std::string_view> input(std::uint32_t length) {
  const Module& m = module();
  if (length > m.input.size()) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(m.input.data()), length);
}

std::optional<Instant> instant(double now) {
  if (!(now >= 0 && now <= latest)) return std::nullopt;
  return Instant(sipml::Duration(static_cast<std::int64_t>(now)));
}

Server* find(std::uint32_t server) {
  const auto found = module().servers.find(server);
  return found == module().servers.end() ? nullptr : &found->second;
}

/// Runs `act(server, instant)`, which returns an error or SIPML_OK.
template <typename Act>
std::int32_t with_server(std::uint32_t id, double now, Act act) {
  Server* server = find(id);
  if (!server) return fail(SIPML_UNKNOWN_ID, "server", "there is no such server");
  const auto at = instant(now);
  if (!at) return fail(SIPML_INVALID_ARGUMENT, "now", "a time is no number of milliseconds");
  return act(*server, *at);
}

constexpr std::string_view not_an_account = "accounts is not an object of passwords by user name";

/// Reads the configuration; an error is reported, and nothing returned.
std::optional<sipml::server::Config> read_config(const Json& document) {
  const auto bad = [](std::string_view argument, std::string_view message) {
    fail(SIPML_INVALID_ARGUMENT, argument, message);
    return std::nullopt;
  };
  sipml::server::Config config;
  const auto entropy = document.find("entropy");
  if (entropy == document.end() || !entropy->is_string())
    return bad("entropy", "entropy is not a string");
  const auto seed = sipml::crypto::parse_hex_32(entropy->get_ref<const std::string&>());
  if (!seed) return bad("entropy", "entropy is not 64 hexadecimal digits");
  config.seed = *seed;
  if (const auto accounts = document.find("accounts"); accounts != document.end()) {
    if (!accounts->is_object()) return bad("accounts", not_an_account);
    for (const auto& [user, password] : accounts->items()) {
      if (user.empty() || !password.is_string()) return bad("accounts", not_an_account);
      config.accounts[user] = password.get_ref<const std::string&>();
    }
  }
  if (const auto algorithms = document.find("algorithms"); algorithms != document.end()) {
    if (!algorithms->is_array()) return bad("algorithms", "algorithms is not an array");
    for (const Json& name : *algorithms) {
      const auto algorithm = name.is_string()
                                 ? sipml::auth::parse_algorithm(name.get_ref<const std::string&>())
                                 : std::nullopt;
      if (!algorithm) return bad("algorithms", "algorithms names an unknown digest algorithm");
      config.algorithms.push_back(*algorithm);
    }
  }
  if (const auto all = document.find("challengeInDialogs"); all != document.end()) {
    if (!all->is_boolean()) return bad("challengeInDialogs", "challengeInDialogs is not a boolean");
    config.challenges_in_dialogs = all->get<bool>();
  }
  return config;
}

}  // namespace

extern "C" {

uint32_t sipml_abi_version(void) { return SIPML_ABI_VERSION; }

uint8_t* sipml_input_buffer(uint32_t size) {
  Module& m = module();
  // One octet more than the longest message, so that a longer one is refused where it is parsed.
  if (size > sipml::limits::message_size + 1) return nullptr;
  if (m.input.size() < size || m.input.empty()) m.input.resize(size + 1);
  return m.input.data();
}

const struct sipml_output* sipml_last_error(void) { return show(0, 0); }

int32_t sipml_server_create(uint32_t length) {
  const auto text = input(length);
  if (!text) return fail(SIPML_INVALID_ARGUMENT, "length", "more octets than the input buffer has");
  const Json document = sipml::bridge::parse(*text);
  if (!document.is_object()) return fail(SIPML_INVALID_JSON, "", "the input is not a JSON object");
  auto config = read_config(document);
  if (!config) return SIPML_INVALID_ARGUMENT;
  Module& m = module();
  m.servers.try_emplace(++m.last_server, std::move(*config));
  return static_cast<int32_t>(m.last_server);
}

void sipml_server_destroy(uint32_t server) { module().servers.erase(server); }

int32_t sipml_server_connected(uint32_t server, uint32_t connection, uint32_t secure, double now) {
  return with_server(server, now, [&](Server& target, Instant at) -> int32_t {
    if (target.connected(connection, secure != 0, at)) return SIPML_OK;
    return fail(SIPML_LIMIT_EXCEEDED, "connection",
                "too many connections are open, or this one is open already");
  });
}

int32_t sipml_server_disconnected(uint32_t server, uint32_t connection, double now) {
  return with_server(server, now, [&](Server& target, Instant at) -> int32_t {
    if (target.disconnected(connection, at)) return SIPML_OK;
    return fail(SIPML_UNKNOWN_ID, "connection", "there is no such connection");
  });
}

int32_t sipml_server_receive(uint32_t server, uint32_t connection, uint32_t length, double now) {
  const auto text = input(length);
  if (!text) return fail(SIPML_INVALID_ARGUMENT, "length", "more octets than the input buffer has");
  return with_server(server, now, [&](Server& target, Instant at) -> int32_t {
    if (target.receive(connection, std::string(*text), at)) return SIPML_OK;
    return fail(SIPML_UNKNOWN_ID, "connection", "there is no such connection");
  });
}

int32_t sipml_server_timer_fired(uint32_t server, double now) {
  return with_server(server, now, [](Server& target, Instant at) -> int32_t {
    target.timer_fired(at);
    return SIPML_OK;
  });
}

double sipml_server_deadline(uint32_t server) {
  const Server* target = find(server);
  const auto at = target ? target->deadline() : std::nullopt;
  if (!at) return std::numeric_limits<double>::infinity();
  return static_cast<double>(at->time_since_epoch().count());
}

const struct sipml_output* sipml_server_poll(uint32_t server) {
  Server* target = find(server);
  if (!target) return nullptr;
  auto next = target->poll();
  if (!next) return nullptr;
  module().head.clear();
  module().body = std::move(next->bytes);
  return show(SIPML_TRANSMIT, next->flow);
}

}  // extern "C"
