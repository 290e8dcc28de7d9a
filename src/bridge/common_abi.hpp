/// What the C interfaces of agents and of functions share: the input buffer, the one output,
/// errors.
#pragma once

#include <cstdint>
#include <string_view>

#include "bridge/abi.h"
#include "bridge/json_event.hpp"
#include "usage/command_error.hpp"

namespace sipml::bridge {

/// What the host wrote, for a length that is_within_input().
std::string_view input_text(std::uint32_t offset, std::uint32_t length);
bool is_within_input(std::uint32_t head_length, std::uint32_t body_length = 0);

/// The struct whose address the host gets; the next call may change it.
sipml_output& output();
/// Makes a head the output, and keeps it as long.
const sipml_output* show(Head head);

/// Makes the error the output, where sipml_last_error() finds it. Its number in enum sipml_error.
std::int32_t fail(const usage::CommandError& error);
std::int32_t bad_length();

}  // namespace sipml::bridge
