/// Makes the calls that the tests of the WebAssembly module wrote down (recorder.ts) in the native
/// core: each has to return the same octets. `sipml_conformance FILE`; ends with "N passed, N
/// failed", a call each.
#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>

#include "bridge/abi.h"
#include "bridge/functions_abi.h"
#include "bridge/json.hpp"

namespace {

using sipml::bridge::Json;

std::string read_file(const char* path) {
  std::string text;
  std::FILE* file = std::fopen(path, "rb");
  if (!file) return text;
  char buffer[65536];
  for (std::size_t count = 0; (count = std::fread(buffer, 1, sizeof buffer, file)) > 0;)
    text.append(buffer, count);
  std::fclose(file);
  return text;
}

std::string from_hex(std::string_view digits) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string octets;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    octets += static_cast<char>(digit(digits[i]) * 16 + digit(digits[i + 1]));
  return octets;
}

std::string to_hex(const char* octets, std::uint32_t length) {
  std::string text;
  for (std::uint32_t i = 0; i < length; ++i) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto octet = static_cast<unsigned char>(octets[i]);
    text += digits[octet >> 4U];
    text += digits[octet & 15U];
  }
  return text;
}

Json to_json(const sipml_output* output) {
  if (!output) return {};
  return {{"kind", output->kind},
          {"flow", output->flow},
          {"head", to_hex(output->head, output->head_length)},
          {"body", to_hex(output->body, output->body_length)}};
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

/// What a call returns now: {"output"} or {"result"}; nothing for a call that is not known.
Json call(const std::string& name, const Json& args) {
  const auto word = [&args](std::size_t i) { return args[i].get<std::uint32_t>(); };
  const auto time = [&args](std::size_t i) { return args[i].get<double>(); };
  const auto result = [](double value) { return Json{{"result", number(value)}}; };
  const auto output = [](const sipml_output* value) { return Json{{"output", to_json(value)}}; };
  if (name == "sipml_last_error") return output(sipml_last_error());
  if (name == "sipml_agent_create") return result(sipml_agent_create(word(0)));
  if (name == "sipml_agent_connected") return result(sipml_agent_connected(word(0), time(1)));
  if (name == "sipml_agent_disconnected") return result(sipml_agent_disconnected(word(0), time(1)));
  if (name == "sipml_agent_timer_fired") return result(sipml_agent_timer_fired(word(0), time(1)));
  if (name == "sipml_agent_receive") return result(sipml_agent_receive(word(0), word(1), time(2)));
  if (name == "sipml_agent_command")
    return result(sipml_agent_command(word(0), word(1), word(2), time(3)));
  if (name == "sipml_agent_deadline") return result(sipml_agent_deadline(word(0)));
  if (name == "sipml_agent_poll") return output(sipml_agent_poll(word(0)));
  if (name == "sipml_call_function") return output(sipml_call_function(word(0), word(1), word(2)));
  if (name == "sipml_agent_destroy") {
    sipml_agent_destroy(word(0));
    return result(0);
  }
  return Json::object();
}

void put(const std::string& octets) {
  std::uint8_t* const buffer = sipml_input_buffer(static_cast<std::uint32_t>(octets.size()));
  for (std::size_t i = 0; i < octets.size(); ++i) buffer[i] = static_cast<std::uint8_t>(octets[i]);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string text = count > 1 ? read_file(arguments[1]) : std::string();
  int passed = 0;
  int failed = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start);
    const Json line = Json::parse(text.substr(start, end - start), nullptr, false);
    start = end == std::string::npos ? text.size() : end + 1;
    if (!line.is_object()) {
      ++failed;
      continue;
    }
    put(from_hex(line["input"].get<std::string>()));
    const std::string name = line["call"].get<std::string>();
    Json actual = call(name, line["args"]);
    bool equal = !actual.empty();
    for (const auto& [key, value] : actual.items())
      equal = equal && line.contains(key) && line[key] == value;
    ++(equal ? passed : failed);
    if (!equal && failed < 10)
      std::printf("another result than in WebAssembly: %s\n  %.400s\n  %.400s\n", name.c_str(),
                  sipml::bridge::dump(actual).c_str(), sipml::bridge::dump(line).c_str());
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return passed > 0 && failed == 0 ? 0 : 1;
}
