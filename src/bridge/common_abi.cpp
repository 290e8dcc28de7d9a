#include "bridge/common_abi.hpp"

#include <string>
#include <utility>
#include <vector>

#include "bridge/json_writer.hpp"
#include "bridge/names.hpp"

namespace sipml::bridge {

namespace {

/// A module has one caller at a time, which JavaScript guarantees.
struct Shared {
  std::vector<std::uint8_t> input;
  Head head;
  sipml_output output{};
};

Shared& shared() {
  static Shared* const instance = new Shared;
  return *instance;
}

}  // namespace

std::string_view input_text(std::uint32_t offset, std::uint32_t length) {
  return {reinterpret_cast<const char*>(shared().input.data()) + offset, length};
}

bool is_within_input(std::uint32_t head_length, std::uint32_t body_length) {
  const std::size_t size = shared().input.size();
  return head_length <= size && body_length <= size - head_length;
}

sipml_output& output() { return shared().output; }

const sipml_output* show(Head head) {
  Shared& s = shared();
  s.head = std::move(head);
  s.output = {s.head.kind,        0,
              s.head.json.data(), static_cast<std::uint32_t>(s.head.json.size()),
              s.head.body.data(), static_cast<std::uint32_t>(s.head.body.size())};
  return &s.output;
}

std::int32_t fail(const usage::CommandError& error) {
  Head head;
  head.json = error_head(name(error.code), error.argument, error.message);
  show(std::move(head));
  return SIPML_INVALID_JSON - static_cast<std::int32_t>(error.code);
}

std::int32_t bad_length() {
  return fail(
      {usage::CommandErrorCode::invalid_argument, "length", "a length exceeds the input buffer"});
}

}  // namespace sipml::bridge

extern "C" {

std::uint32_t sipml_abi_version(void) { return SIPML_ABI_VERSION; }

std::uint8_t* sipml_input_buffer(std::uint32_t size) {
  auto& input = sipml::bridge::shared().input;
  // A MESSAGE of the largest size must not leave its room behind for ever, a call's descriptions
  // may.
  constexpr std::size_t kept = 64 * 1024;
  if (input.size() < size || (input.size() > kept && size <= kept)) {
    input = std::vector<std::uint8_t>(size);
  }
  return input.data();
}

const sipml_output* sipml_last_error(void) { return &sipml::bridge::output(); }

}  // extern "C"
