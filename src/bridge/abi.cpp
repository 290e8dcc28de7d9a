/// The C interface of sipml.wasm over agents (abi.h): integers for agents, one output at a time.
#include "bridge/abi.h"

#include <limits>
#include <map>
#include <string_view>
#include <utility>

#include "agent/agent.hpp"
#include "bridge/common_abi.hpp"
#include "bridge/data_address.hpp"
#include "bridge/json_command.hpp"
#include "bridge/json_event.hpp"
#include "bridge/json_writer.hpp"
#include "message/mend_length.hpp"
#include "message/redact.hpp"
#include "uri/name_addr.hpp"

namespace {

using namespace sipml;

struct Module {
  std::map<std::uint32_t, agent::Agent> agents;
  std::uint32_t last_agent = 0;
};

Module& module() {
  static Module* const instance = new Module;
  return *instance;
}

std::int32_t no_such_agent() {
  return bridge::fail({usage::CommandErrorCode::unknown_id, "agent", "there is no such agent"});
}

agent::Agent* find(std::uint32_t id) {
  const auto found = module().agents.find(id);
  return found == module().agents.end() ? nullptr : &found->second;
}

Instant instant(double now) {
  // A clock that says nonsense counts as 0: time then stands still, but nothing breaks.
  if (!(now >= 0 && now < 9e15)) return Instant{};
  return Instant{Duration{static_cast<std::int64_t>(now)}};
}

template <typename Input>
std::int32_t feed(std::uint32_t id, Input input) {
  agent::Agent* const agent = find(id);
  if (!agent) return no_such_agent();
  input(*agent);
  return SIPML_OK;
}

}  // namespace

extern "C" {

std::int32_t sipml_agent_create(std::uint32_t length) {
  if (!bridge::is_within_input(length)) return bridge::bad_length();
  auto setup = bridge::parse_setup(bridge::input_text(0, length));
  if (!setup) return bridge::fail(setup.error());
  Module& m = module();
  m.agents.emplace(++m.last_agent, agent::Agent(std::move(setup->config), setup->entropy));
  return static_cast<std::int32_t>(m.last_agent);
}

void sipml_agent_destroy(std::uint32_t agent) { module().agents.erase(agent); }

std::int32_t sipml_agent_connected(std::uint32_t agent, double now) {
  return feed(agent, [now](agent::Agent& a) { a.connected(instant(now)); });
}

std::int32_t sipml_agent_disconnected(std::uint32_t agent, double now) {
  return feed(agent, [now](agent::Agent& a) { a.disconnected(instant(now)); });
}

std::int32_t sipml_agent_receive(std::uint32_t agent, std::uint32_t length, double now) {
  if (!bridge::is_within_input(length)) return bridge::bad_length();
  return feed(agent, [length, now](agent::Agent& a) {
    a.receive(bridge::input_text(0, length), instant(now));
  });
}

std::int32_t sipml_agent_command(std::uint32_t agent, std::uint32_t head_length,
                                 std::uint32_t body_length, double now) {
  agent::Agent* const found = find(agent);
  if (!found) return no_such_agent();
  if (!bridge::is_within_input(head_length, body_length)) return bridge::bad_length();
  auto command =
      bridge::parse_command(bridge::input_text(0, head_length),
                            bridge::input_text(head_length, body_length), found->config());
  if (!command) return bridge::fail(command.error());
  const auto answer = found->execute(std::move(*command), instant(now));
  if (!answer) return bridge::fail(answer.error());
  return static_cast<std::int32_t>(*answer);
}

std::int32_t sipml_agent_timer_fired(std::uint32_t agent, double now) {
  return feed(agent, [now](agent::Agent& a) { a.timer_fired(instant(now)); });
}

double sipml_agent_deadline(std::uint32_t agent) {
  const agent::Agent* const found = find(agent);
  const auto at = found ? found->deadline() : std::nullopt;
  return at ? static_cast<double>(at->time_since_epoch().count())
            : std::numeric_limits<double>::infinity();
}

const sipml_output* sipml_agent_poll(std::uint32_t agent) {
  agent::Agent* const found = find(agent);
  auto output = found ? found->poll() : std::nullopt;
  return output ? bridge::show(bridge::to_head(std::move(*output))) : nullptr;
}

const sipml_output* sipml_parse_address(std::uint32_t length) {
  if (!bridge::is_within_input(length)) return nullptr;
  const auto address = uri::parse_name_addr(bridge::input_text(0, length));
  if (!address) return nullptr;
  bridge::JsonWriter json;
  bridge::write_name_addr(json, *address);
  return bridge::show({SIPML_RESULT, json.take(), {}});
}

const sipml_output* sipml_mend_message(std::uint32_t length) {
  if (!bridge::is_within_input(length)) return nullptr;
  bridge::Head result;
  result.kind = SIPML_RESULT;
  result.body = message::mend_length(bridge::input_text(0, length));
  result.json = message::redact(result.body);
  return bridge::show(std::move(result));
}

}  // extern "C"
