/// Commands and configurations as JSON heads (js-glue/protocol.ts), checked before they reach the
/// core.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "agent/command.hpp"
#include "base/result.hpp"

namespace sipml::bridge {

using usage::CommandError;

struct AgentSetup {
  usage::Config config;
  std::array<std::uint8_t, 32> entropy{};
};

/// AgentConfig with its entropy.
Result<AgentSetup, CommandError> parse_setup(std::string_view head);

/// A Command; `configure` changes what it names in `current`. Every string that will be written
/// into a message is refused when it holds CR, LF or NUL.
Result<agent::Command, CommandError> parse_command(std::string_view head, std::string_view body,
                                                   const usage::Config& current);

}  // namespace sipml::bridge
