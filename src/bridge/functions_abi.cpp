/// The C interface of sipml-functions.wasm (functions_abi.h).
#include "bridge/functions_abi.h"

#include "bridge/common_abi.hpp"
#include "bridge/functions.hpp"

namespace {

using namespace sipml;

bridge::Functions& functions() {
  static auto* const instance = new bridge::Functions;
  return *instance;
}

}  // namespace

extern "C" {

const sipml_output* sipml_call_function(std::uint32_t function, std::uint32_t head_length,
                                        std::uint32_t body_length) {
  if (!bridge::is_within_input(head_length, body_length)) {
    bridge::bad_length();
    return nullptr;
  }
  bridge::Functions& f = functions();
  if (const auto error = f.call(function, bridge::input_text(0, head_length),
                                bridge::input_text(head_length, body_length))) {
    bridge::fail(*error);
    return nullptr;
  }
  const std::string_view json = f.json();
  const std::string_view octets = f.octets();
  bridge::output() = {SIPML_RESULT,  f.status(),
                      json.data(),   static_cast<std::uint32_t>(json.size()),
                      octets.data(), static_cast<std::uint32_t>(octets.size())};
  return &bridge::output();
}

}  // extern "C"
