/// The public functions: the first octet is the number of sipml_function, the rest of the first
/// line the head, and what follows the body. Every answer is JSON, every place that it tells lies
/// in the input, and what was written is read again.
#include <string>

#include "bridge/functions.hpp"
#include "bridge/functions_abi.h"
#include "bridge/json.hpp"
#include "fuzz/oracle.hpp"
#include "message/message.hpp"
#include "uri/name_addr.hpp"

namespace {

using namespace sipml;
using bridge::Json;

/// A reader of UTF-8 replaces what is none; for the structure any character does.
Json read(std::string_view text) {
  std::string ascii(text);
  for (char& c : ascii)
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  Json json = Json::parse(ascii, nullptr, false);
  fuzz::check(!json.is_discarded(), "an answer is JSON", text);
  return json;
}

void check_diagnostics(const Json& json, std::size_t size, std::string_view text) {
  const auto list = json.find("diagnostics");
  if (list == json.end()) return;
  fuzz::check(list->is_array(), "diagnostics are a list", text);
  for (const Json& diagnostic : *list) {
    fuzz::check(diagnostic["reason"].is_string() && !diagnostic["reason"].empty(),
                "a diagnostic has a reason", text);
    fuzz::check(diagnostic["offset"].is_number_unsigned() &&
                    diagnostic["offset"].get<std::size_t>() <= size,
                "a diagnostic is in the input", text);
  }
}

void check_parsed(const Json& json, std::size_t size, std::string_view text) {
  fuzz::check(json.is_object() && json["ok"].is_boolean(), "a parser says whether it could", text);
  if (json["ok"].get<bool>())
    fuzz::check(json.contains("value"), "what was parsed has a value", text);
  else
    fuzz::check(!json["diagnostics"].empty(), "what was not parsed has a diagnostic", text);
  check_diagnostics(json, size, text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint32_t function = data[0] % 16U;
  std::string_view body = fuzz::text_of(data + 1, size - 1);
  const std::string_view head = fuzz::take_until(body, '\n');
  bridge::Functions functions;
  if (const auto error = functions.call(function, head, body)) {
    fuzz::check(!error->message.empty(), "a refusal has words");
    fuzz::check(!error->argument.empty() || error->code == usage::CommandErrorCode::invalid_json,
                "a refusal names the argument", error->message);
    return 0;
  }
  const std::string answer(functions.json());
  const std::string octets(functions.octets());
  switch (function) {
    case SIPML_PARSE_URI:
    case SIPML_PARSE_NAME_ADDR:
    case SIPML_PARSE_HEADER:
    case SIPML_PARSE_MESSAGE:
    case SIPML_PARSE_SDP:
    case SIPML_PARSE_MULTIPART:
    case SIPML_RESOLVE_TARGET:
      check_parsed(read(answer), head.size() + body.size(), answer);
      break;
    case SIPML_MESSAGE_STATUS: {
      const std::uint32_t status = functions.status();
      fuzz::check(status <= 1 || (status >= 400 && status < 600), "a status is one of an error");
      const auto parsed = message::parse_message(std::string(body));
      fuzz::check((status == 0) == (parsed && !parsed->fault()), "the status is the message's");
      break;
    }
    case SIPML_COMPARE_URIS: {
      fuzz::check(answer == "true" || answer == "false", "a comparison is true or false", answer);
      bridge::Functions other;
      fuzz::check(!other.call(function, body, head) && other.json() == answer,
                  "a comparison is symmetric", answer);
      break;
    }
    case SIPML_SERIALIZE: {
      const auto parsed = message::parse_message(octets);
      fuzz::check(bool(parsed), "what was written can be parsed", octets);
      if (!parsed->fault()) fuzz::check(parsed->body() == body, "the body stays", octets);
      break;
    }
    case SIPML_FORMAT_NAME_ADDR: {
      const Json text = Json::parse(answer, nullptr, false);
      if (!text.is_string()) break;
      const auto parsed = uri::parse_name_addr(text.get<std::string>());
      fuzz::check(bool(parsed), "what was written can be parsed", answer);
      break;
    }
    default:
      (void)read(answer);
      break;
  }
  // The same question has the same answer.
  fuzz::check(!functions.call(function, head, body), "a good call stays good");
  fuzz::check(functions.json() == answer && functions.octets() == octets, "answers repeat", answer);
  return 0;
}
