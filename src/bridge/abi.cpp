/// The C interface over agents: integers for agents, one input buffer, one output at a time.
#include "bridge/abi.h"

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/agent.hpp"
#include "bridge/functions.hpp"
#include "bridge/json_command.hpp"
#include "bridge/json_event.hpp"
#include "bridge/json_writer.hpp"
#include "bridge/names.hpp"

namespace {

using namespace sipml;

/// What all functions share: a module has one caller at a time, which JavaScript guarantees.
struct Module {
  std::map<std::uint32_t, agent::Agent> agents;
  std::uint32_t last_agent = 0;
  std::vector<std::uint8_t> input;
  bridge::Head head;
  bridge::Functions functions;
  sipml_output output{};
};

Module& module() {
  static Module* const instance = new Module;
  return *instance;
}

const sipml_output* show(bridge::Head head) {
  Module& m = module();
  m.head = std::move(head);
  m.output = {m.head.kind,        0,
              m.head.json.data(), static_cast<std::uint32_t>(m.head.json.size()),
              m.head.body.data(), static_cast<std::uint32_t>(m.head.body.size())};
  return &m.output;
}

std::int32_t fail(const usage::CommandError& error) {
  bridge::Head head;
  head.json = bridge::error_head(bridge::name(error.code), error.argument, error.message);
  show(std::move(head));
  return SIPML_INVALID_JSON - static_cast<std::int32_t>(error.code);
}

std::int32_t no_such_agent() {
  return fail({usage::CommandErrorCode::unknown_id, "agent", "there is no such agent"});
}

std::int32_t bad_length() {
  return fail(
      {usage::CommandErrorCode::invalid_argument, "length", "a length exceeds the input buffer"});
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

std::string_view input_text(std::uint32_t offset, std::uint32_t length) {
  return {reinterpret_cast<const char*>(module().input.data()) + offset, length};
}

bool is_within_input(std::uint32_t head_length, std::uint32_t body_length) {
  const std::size_t size = module().input.size();
  return head_length <= size && body_length <= size - head_length;
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

std::uint32_t sipml_abi_version(void) { return SIPML_ABI_VERSION; }

std::uint8_t* sipml_input_buffer(std::uint32_t size) {
  auto& input = module().input;
  // A MESSAGE of the largest size must not leave its room behind for ever, a call's descriptions
  // may.
  constexpr std::size_t kept = 64 * 1024;
  if (input.size() < size || (input.size() > kept && size <= kept)) {
    input = std::vector<std::uint8_t>(size);
  }
  return input.data();
}

const sipml_output* sipml_last_error(void) { return &module().output; }

std::int32_t sipml_agent_create(std::uint32_t length) {
  if (length > module().input.size()) return bad_length();
  auto setup = bridge::parse_setup(input_text(0, length));
  if (!setup) return fail(setup.error());
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
  if (length > module().input.size()) return bad_length();
  return feed(agent,
              [length, now](agent::Agent& a) { a.receive(input_text(0, length), instant(now)); });
}

std::int32_t sipml_agent_command(std::uint32_t agent, std::uint32_t head_length,
                                 std::uint32_t body_length, double now) {
  agent::Agent* const found = find(agent);
  if (!found) return no_such_agent();
  if (!is_within_input(head_length, body_length)) return bad_length();
  auto command = bridge::parse_command(input_text(0, head_length),
                                       input_text(head_length, body_length), found->config());
  if (!command) return fail(command.error());
  const auto answer = found->execute(std::move(*command), instant(now));
  if (!answer) return fail(answer.error());
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
  return output ? show(bridge::to_head(std::move(*output))) : nullptr;
}

const sipml_output* sipml_call_function(std::uint32_t function, std::uint32_t head_length,
                                        std::uint32_t body_length) {
  Module& m = module();
  if (!is_within_input(head_length, body_length)) {
    bad_length();
    return nullptr;
  }
  if (const auto error = m.functions.call(function, input_text(0, head_length),
                                          input_text(head_length, body_length))) {
    fail(*error);
    return nullptr;
  }
  const std::string_view json = m.functions.json();
  const std::string_view octets = m.functions.octets();
  m.output = {SIPML_RESULT,  m.functions.status(),
              json.data(),   static_cast<std::uint32_t>(json.size()),
              octets.data(), static_cast<std::uint32_t>(octets.size())};
  return &m.output;
}

}  // extern "C"
