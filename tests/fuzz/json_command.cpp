/// A configuration or a command, its JSON head on the first line and its body behind it: a refusal
/// names the argument, what is accepted holds no line break where the wire would show it, and an
/// agent that executes it sends only well-formed messages.
#include <array>
#include <string>

#include "base/ascii.hpp"
#include "bridge/json.hpp"
#include "bridge/json_command.hpp"
#include "fuzz/world.hpp"

namespace {

using namespace sipml;

void check_error(const usage::CommandError& error) {
  fuzz::check(!error.message.empty(), "a refusal has words");
  fuzz::check(!error.argument.empty() || error.code == usage::CommandErrorCode::invalid_json ||
                  error.code == usage::CommandErrorCode::limit_exceeded,
              "a refusal names the argument", error.message);
  fuzz::check(!ascii::has_line_break(error.message), "a refusal is one line", error.message);
}

void check_fields(const message::HeaderFields& fields) {
  for (const message::HeaderField& field : fields) {
    fuzz::check(!ascii::has_line_break(field.name), "a header name is one line", field.name);
    fuzz::check(!ascii::has_line_break(field.value), "a header value is one line", field.value);
  }
}

void check_setup(std::string_view head) {
  const auto setup = bridge::parse_setup(head);
  if (!setup) return check_error(setup.error());
  const usage::Config& config = setup->config;
  check_fields(config.headers);
  for (const std::string* text : {&config.domain, &config.display_name, &config.authorization_user,
                                  &config.user_agent, &config.outbound_proxy})
    fuzz::check(!ascii::has_line_break(*text), "a string of the configuration is one line", *text);
  // One that was accepted can be worked with.
  agent::Agent agent(config, setup->entropy);
  const Instant now(seconds(1));
  fuzz::check(bool(agent.execute(agent::Command(agent::Start{}), now)), "an agent can be started");
  agent.connected(now);
  (void)agent.execute(agent::Command(agent::Register{}), now);
  while (const auto output = agent.poll()) {
    const auto* transmit = std::get_if<usage::Transmit>(&*output);
    if (!transmit) continue;
    const auto parsed = message::parse_message(transmit->bytes);
    fuzz::check(parsed && !parsed->fault(), "what is sent has no fault", transmit->bytes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view body = fuzz::text_of(data, size);
  const std::string_view head = fuzz::take_until(body, '\n');
  check_setup(head);
  auto command = bridge::parse_command(head, body, fuzz::World::config());
  if (!command) {
    check_error(command.error());
    return 0;
  }
  fuzz::World world;
  // What the application gives itself may come back to it.
  if (world.holds_secret(fuzz::text_of(data, size))) return 0;
  world.execute(agent::Start{});
  world.connect();
  // Call 1, so that commands to a call find one.
  agent::PlaceCall call;
  call.to = "bob";
  call.directions.audio = sdp::Direction::sendrecv;
  world.execute(call);
  world.execute(std::move(*command));
  world.let_end();
  world.stop();
  return 0;
}
