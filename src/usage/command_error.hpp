/// Why a command of the application was refused; nothing was sent and nothing changed.
#pragma once

#include <cstdint>
#include <string>

namespace sipml::usage {

/// As enum sipml_error of bridge/abi.h.
enum class CommandErrorCode : std::uint8_t {
  invalid_json,
  invalid_argument,
  unknown_id,
  wrong_state,
  limit_exceeded,
  not_connected
};

struct CommandError {
  CommandErrorCode code = CommandErrorCode::invalid_argument;
  /// The command's key that was wrong, such as "to" or "headers[0].value", or "".
  std::string argument;
  /// For a person; never a secret.
  std::string message;
};

}  // namespace sipml::usage
